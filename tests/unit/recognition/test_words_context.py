# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands around words of violence, rule by rule: one sentence that says it, and one that only looks like it."""

import pytest

from approdo.recognition.rules.words import read
from approdo.recognition.selectors import lexicon

LEXICON = lexicon()


def keys(text: str) -> set[str]:
    return {statement.key for statement in read(LEXICON, text)}


DENIED = [
    ("violenza altrui (campo della scheda): sì", "violenza altrui (campo della scheda): no"),
    ("percosse e minacce: dal marito", "percosse e minacce: neg"),
    ("segnalata come aggressione, era il marito", "segnalata come aggressione, era una crisi epilettica"),
    ("vista un'aggressione, caduta dopo", "registrata come aggressione, trattavasi di equivoco"),
    ("TC negativa per emorragia dopo percosse", "TC negativa per emorragia, nega percosse"),
    ("lividi al polso da percosse", "lividi al polso non da percosse"),
    ("lesioni compatibili con percosse", "lesioni non compatibili con percosse"),
    ("il padre l'ha colpita", "né il padre né altri l'hanno mai colpita"),
    ("nega febbre e lui l'ha picchiata", "nega che lui l'abbia picchiata"),
    ("non ha visto chi l'ha aggredita", "non l'ha mai aggredita"),
    ("emerge violenza domestica", "non emerge nulla che faccia pensare a violenza domestica"),
    ("subite aggressioni", "mai subite aggressioni"),
    ("risponde: percosse", "interrogata su percosse risponde negativamente"),
    ("scheda violenza positiva", "scheda violenza non compilata"),
]
SUPPOSED = [
    ("screening violenza positivo", "screening violenza rimandato"),
    ("VD: dal marito", "VD: domande non poste"),
    ("domanda di routine: ammette maltrattamenti dal marito", "domanda di routine sui maltrattamenti del marito"),
    ("è stata picchiata, lo direbbe", "se fossi stata picchiata lo direi"),
    ("l'ammazzerebbe se lo sapesse, l'ha già picchiata", "se lo sapesse l'avrebbe picchiata"),
    ("riferisce che la figlia teme il padre che la picchia", "teme che laggiù sia picchiata la nipote"),
    ("alla fine è stata aggredita", "avrebbe potuto essere aggredita"),
    ("qualcuno la segue: è l'ex", "ha l'impressione che qualcuno la segua"),
    ("se mio marito mi picchia un'altra volta me ne vado", "che si fa se mio marito mi picchia"),
    ("subita violenza", "da valutare eventuale esposizione a violenza"),
]
NOT_MEANT = [
    ("il marito le ha dato una spinta apposta", "il marito non l'ha fatto apposta, inciampando le ha dato una spinta"),
    ("il marito l'ha presa per i capelli", "il bagnino l'ha presa al volo per i capelli"),
    ("si è presa uno schiaffo in faccia", "si è data uno schiaffo in faccia"),
    ("mi hanno dato pugni in testa", "mi sono data pugni in testa"),
    ("è stata colpita con pugni in testa", "si è colpita da sola con pugni in testa"),
    ("il collega le ha torto il braccio", "durante l'allenamento il collega le ha torto il braccio"),
    ("in partita è stata aggredita", "in partita ha preso un pugno in faccia"),
    ("la compagna le ha dato un calcio", "nell'ora di karate la compagna le ha dato un calcio"),
    ("il fisioterapista le ha dato uno schiaffo", "il fisioterapista le ha tirato il braccio"),
    ("è stata presa a bastonate", "si sente presa a bastonate"),
    ("mi hanno massacrata", "dopo la gastroscopia: mi hanno massacrata"),
    ("presa a pugni", "stomaco preso a pugni"),
    ("si è spinta? no: è stata spinta dal padre", "si è spinta in avanti"),
]
ONLY_SAID = [
    ("il marito la insulta e ride", "ride: il marito la insulta"),
    ("dice che mio padre mi ammazza", "dice ridendo che mio padre mi ammazza"),
    ("dice ridendo che il padre la prende a pugni", "dice ridendo che il padre la minaccia"),
    ("l'ex la pedina", "voci che la insultano, i demoni la pedinano"),
    ("nota schizofrenia, il fratello la perseguita", "nota schizofrenia, la perseguitano"),
    ("non allucinazioni, la perseguitano", "allucinazioni, la perseguitano"),
    ("un uomo, convinto che guardasse, l'ha aggredita", "convinta che un uomo la aggredisca"),
    ("la vicina, convinta di aver ragione, l'ha aggredita", "convinta che una donna la aggredisca"),
]
AGREED = [
    ("il marito le tiene il bancomat", "il marito le tiene il bancomat su sua richiesta"),
    ("il figlio la segue, senza il suo consenso", "il figlio la segue con il suo consenso"),
    ("la suocera le vieta di uscire", "la pediatra le vieta di uscire"),
    ("il marito non la fa respirare", "la tosse non la fa respirare"),
    ("una collega che la perseguita", "un debito che la perseguita"),
    ("perseguitata dal vicino", "perseguitata dai rimorsi"),
    ("l'auto dell'ex, che la pedina", "il cane dell'ex, che la morde"),
    ("lo zio controlla il telefono della pz", "lo zio controlla il telefono della figlia"),
]
OF_ANOTHER = [
    (
        "è andata via con la figlia in auto, picchiata dal padre",
        "è andata a trovare la figlia in corsia, picchiata dal padre",
    ),
    ("vive con la sorella, picchiata dal padre", "la sorella, picchiata dal padre, è ricoverata"),
    ("accompagnata dalla madre, aggredita dal vicino", "in attesa con la madre aggredita dal vicino"),
    ("difendendo la collega è stata spinta da un uomo", "difendendo la collega aggredita da un uomo"),
    ("la sorella riferisce: seguita dal centro antiviolenza", "la sorella è seguita dal centro antiviolenza"),
    ("dal genero è stata aggredita", "suocera dell'aggredita"),
    ("cognata di donna ricoverata riferisce percosse", "cognata di donna ricoverata per percosse"),
    ("ha saputo di essere pedinata", "ha saputo che è la nipote a essere pedinata"),
    ("è dal nipote, in mano a usurai", "il nipote è in mano a usurai; la signora non è mai stata minacciata"),
    ("il marito picchia la moglie", "il vicino picchia la moglie"),
    ("ha preso un pugno dal vicino", "il compagno ha preso un pugno dal vicino"),
    ("colluttazione tra la pz e il figlio", "colluttazione tra pazienti"),
    ("il capretto l'ha vista, spinta dal padre", "la capra l'ha incornata, spinta contro il muro"),
    ("la capra c'era, è stata presa a calci", "la capra è stata presa a calci"),
    ("le dà pugni in testa", "si dà pugni in testa"),
    ("calci e pugni", "agitata, tirava calci e pugni"),
    ("il genero ha minacciato la madre (pz)", "il genero ha minacciato il figlio, lei è in ansia"),
    ("pugno in faccia da parte di degente", "pugno in faccia da parte della degente"),
    ("la fisioterapista riferisce di aver assistito a insulti del figlio", "ha assistito a insulti del figlio"),
    ("subisce percosse", "lavora con donne e bambini maltrattati"),
]


@pytest.mark.parametrize(("said", "unsaid"), [*DENIED, *SUPPOSED, *NOT_MEANT, *ONLY_SAID, *AGREED, *OF_ANOTHER])
def test_one_word_around_it_decides(said: str, unsaid: str) -> None:
    assert keys(said)
    assert keys(unsaid) == set()
