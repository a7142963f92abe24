# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Families of sentences: what dialects, threats, hands on a neck and a language half learnt have in common is read."""

from itertools import product

import pytest

from approdo.recognition.rules.forms import announced
from approdo.recognition.rules.words import read
from approdo.recognition.selectors import lexicon

LEXICON = lexicon()


def keys(text: str) -> set[str]:
    return {statement.key for statement in read(LEXICON, text)}


def by(text: str) -> set[str]:
    return {statement.by for statement in read(LEXICON, text)}


# dialects -------------------------------------------------------------------------------------------------------------

BEATEN = [
    "m'ha vattuta",
    "m'ha mazziàta",
    "me ga petà",
    "me ga copà de bote",
    "m'ha corcata",
    "m'at iscutu",
    "m'at surradu",
    "mi à pacade",
    "m'ha struppiata",
    "mi ha 'mbuttata",
    "m'ha nzaccata",
    "m'anu minatu",
    "am pica",
    "u m'ha pestou",
    "m'ha scazzàt",
]
GIVEN = ["na timpulata", "un lerfun", "na slepa", "nu paccaro", "un s-ciafon", "na vastunata", "un pogn"]


@pytest.mark.parametrize("said", BEATEN)
def test_she_says_in_her_dialect_that_he_beats_her(said: str) -> None:
    assert keys(f'Riferisce: "{said}". Ecchimosi.') == {"physical"}


@pytest.mark.parametrize(("gave", "blow"), list(product(["m'ha dato", "me ga dà", "mi desi", "u m'ha detu"], GIVEN)))
def test_he_gave_her_a_blow_in_any_dialect(gave: str, blow: str) -> None:
    assert "physical" in keys(f'"{gave} {blow}"')


@pytest.mark.parametrize(
    "said",
    [
        "u mulu mi desi nu cauciu",
        "mi desi nu cauciu u mulu",
        "me batte forte er core",
        "m'ha portata mio marito",
        "me so' ammaccata er dito",
        "mi fa male la panza",
        "m'ha dato le pinnole",
        "el me marì el m'ha compagnada",
    ],
)
def test_a_beast_a_heart_or_a_kindness_in_dialect_is_none(said: str) -> None:
    assert keys(f'"{said}"') == set()


@pytest.mark.parametrize("neck", ["còl", "coddu", "cuollo", "cannarone", "tzugu", "cuell"])
@pytest.mark.parametrize("held", ["m'ha preso pe' o", "me ga ciapà par el", "m'at leadu po su", "mi pigghiau pi lu"])
def test_a_neck_has_a_name_in_each_dialect_even_with_an_accent_inside(held: str, neck: str) -> None:
    assert "strangulation" in keys(f"{held} {neck}")


# threats --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["ammazzare", "bruciare", "uccidere", "soffocare", "rovinare", "sfigurare", "legare"])
def test_what_he_says_he_will_do_to_her_is_a_threat_in_every_form(verb: str) -> None:
    for form in announced(verb, {}):
        assert "threat" in keys(f'le scrive: "ti {form}"'), form
        assert keys(f'le scrive: "lo {form}"') == set(), form


@pytest.mark.parametrize(
    "said",
    [
        "te la faccio pagare",
        "se non sei mia non sei di nessuno",
        "so dove lavori, ti vengo a prendere",
        "farai la fine di quella del lago",
        "da qui esci solo in una bara",
        "ti faccio sparire",
        "stai attenta quando rientri",
        "i figli non li vedi più",
        "te aggia scannà",
        "te vegno a copar",
        "guardati le spalle",
        "domani tocca a te",
        "se mi lasci mi ammazzo",
        "vi brucio tutti",
    ],
)
def test_a_threat_is_read_in_its_own_words(said: str) -> None:
    assert "threat" in keys(f'Messaggio: "{said}".')


@pytest.mark.parametrize(
    ("said", "unsaid"),
    [
        ("il compagno dice che si ammazza se lei lo lascia", "la pz dice che si ammazza se resta sola"),
        ("urlava che l'avrebbe ammazzata", "urlava dal dolore, la caduta poteva ammazzarla"),
        ("ha ricevuto una busta con un proiettile", "ha ricevuto una busta con un referto"),
        ("le ha messo il coltello alla gola", "le ha messo lo stetoscopio alla gola"),
        ("il marito le fa togliere i figli", "il marito le fa togliere i punti"),
        ("l'ex ha appoggiato la pistola sul tavolo", "l'ex ha appoggiato la borsa sul tavolo"),
    ],
)
def test_a_threat_and_its_innocent_twin(said: str, unsaid: str) -> None:
    assert "threat" in keys(said)
    assert keys(unsaid) == set()


# hands on a neck ------------------------------------------------------------------------------------------------------

HOLDS = [
    "le ha stretto {neck}",
    "le teneva le mani su {neck}",
    "le ha premuto il gomito su {neck}",
    "le schiacciava {neck} con due dita",
    "le ha messo un piede su {neck}",
]


@pytest.mark.parametrize("who", ["il marito", "uno sconosciuto", "il figlio"])
@pytest.mark.parametrize("hold", HOLDS)
def test_whoever_presses_her_neck_strangles_her(hold: str, who: str) -> None:
    for neck, on in (("il collo", "sul collo"), ("la gola", "sulla gola"), ("la trachea", "sulla trachea")):
        words = hold.replace("su {neck}", on).format(neck=neck)
        assert "strangulation" in keys(f"{who} {words}"), words


@pytest.mark.parametrize(
    ("said", "unsaid"),
    [
        ("segni di unghie al collo, stringeva", "segni di allergia al collo, prurito"),
        ("non le arrivava più aria, lui stringeva", "non le arrivava più aria salendo le scale"),
        ("il collo le è stato serrato dal compagno", "il collo le è stato visitato dal compagno di stanza"),
        ("le ha tappato naso e bocca", "ha naso e bocca tappati dal raffreddore"),
        ("la faccia contro il cuscino, tenuta dal partner", "la faccia sul cuscino per la fotofobia"),
        ("disfonia dopo strozzamento", "disfonia dopo intubazione"),
    ],
)
def test_strangulation_and_its_innocent_twin(said: str, unsaid: str) -> None:
    assert "strangulation" in keys(said)
    assert keys(unsaid) == set()


# Italian half learnt, and who speaks for her --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "marito sempre botte, io zitta",
        "no caduta, marito spinto",
        "lui spinge me, io cade scala",
        "marito dire: io uccido te",
        "io no uscire, marito chiave",
        "padrone prende documenti, io no soldi",
        "mio marito mano qui",
        "io paura di lui",
        "he kicked me",
        "mon mari m'a poussée",
        "mi marido me pegó",
        "sotul meu m-a lovit",
    ],
)
def test_she_who_learns_the_language_is_understood(said: str) -> None:
    assert keys(f'Tramite mediatrice: "{said}"')


@pytest.mark.parametrize("said", ["marito lavoro, io sola", "io cade scala, marito aiuta", "lui porta me ospedale"])
def test_few_words_of_nothing_are_none(said: str) -> None:
    assert keys(f'Tramite mediatrice: "{said}"') == set()


@pytest.mark.parametrize(
    ("told", "author"),
    [
        ("la bambina ha detto alla maestra che il papà picchia la mamma", "relative"),
        ("ha confidato a un'amica che è stato il suocero", "relative"),
        ("il convivente ammette di averle dato una spinta", "partner"),
        ("accusa il genero", "relative"),
        ("indica nel compagno l'autore delle lesioni", "partner"),
        ("caduta mentre scappava dall'ex marito", "former_partner"),
    ],
)
def test_whoever_tells_of_it_names_who_did_it(told: str, author: str) -> None:
    assert author in by(told)


@pytest.mark.parametrize(
    ("said", "unsaid"),
    [
        ("morso di utente al braccio, educatrice", "morso della paziente al braccio del medico"),
        ("pugno di paziente agitato, infermiera", "pugno della paziente al tavolo"),
        ("torsione del polso da parte di degente", "torsione del polso da parte del fisioterapista"),
        ("il fisioterapista le ha toccato il seno", "il fisioterapista le ha mosso la spalla"),
        ("palpeggiata dal dentista durante la seduta", "graffiata dal dentista durante la seduta"),
        ("il medico l'ha palpeggiata", "il medico l'ha graffiata suturando"),
        ("cassiera spinta da uno senza biglietto", "cassiera spinta da un carrello"),
        ("le stava torcendo il braccio il fratello", "si stava torcendo il braccio, il fratello la portava qui"),
        ("colp. al capo da conv.", "coll. e vigile, in attesa con conv."),
        ("oggi nega febbre dopo percosse del figlio", "oggi nega percosse"),
    ],
)
def test_at_work_and_in_haste(said: str, unsaid: str) -> None:
    assert keys(said)
    assert keys(unsaid) == set()


@pytest.mark.parametrize(
    ("said", "unsaid"),
    [
        ("le nega i soldi il marito", "nega dolore, il marito paga il ticket"),
        ("il figlio le ha svuotato il conto", "il figlio le ha spiegato il conto"),
        ("l'ex le manda trenta vocali a notte", "l'ex le manda il certificato"),
        ("l'ex è sempre seduto sulle scale di casa", "sempre seduta sulle scale di casa"),
        ("ha paura di incontrare l'ex", "ha voglia di incontrare le amiche"),
        ("non ditegli che siamo qui", "ditegli che siamo qui"),
        ("la madam le ha preso il passaporto per il debito", "ha preso il passaporto in questura"),
        ("il compagno non le permette la pillola", "il compagno le ricorda la pillola"),
        ("svegliata con lui sopra, dormiva", "svegliata con la coperta sopra"),
    ],
)
def test_control_pursuit_and_fear_and_their_twins(said: str, unsaid: str) -> None:
    assert keys(said)
    assert keys(unsaid) == set()
