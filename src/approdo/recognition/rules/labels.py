# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What rows of the table and signs are called, for who treats her: facts, never what they might mean about her."""

from approdo.kit.words import mark as _
from approdo.recognition.rules.evidence import Band
from approdo.recognition.rules.subgroup import AgeBand, Citizenship
from approdo.recognition.rules.visit import Sign

SIGN_LABELS: dict[Sign, str] = {
    Sign.VAGUE_EXPLANATION: _("La spiegazione non torna con la lesione"),
    Sign.DELAYED_CARE: _("È venuta tardi, rispetto a quando è successo"),
    Sign.INTRUSIVE_COMPANION: _("Chi è con lei risponde al suo posto, o non la lascia sola"),
    Sign.LEFT_BEFORE_SEEN: _("È andata via prima della visita"),
    Sign.PREGNANT: _("È incinta"),
    Sign.CAUSE_VERIFIED: _("La causa della lesione è certa: un incidente con verbale, una caduta davanti ad altri"),
    Sign.PSYCHIATRIC_ADMISSION: _("Ricovero in psichiatria"),
    Sign.SELF_HARM: _("Si è fatta del male, o ha preso qualcosa per farsi del male"),
    Sign.VIOLENCE_BY_OTHERS: _("Nella scheda c'è «violenza altrui»"),
    Sign.KNOWN_TO_NETWORK: _("Un centro o un percorso la conosce già"),
}
"""In the order in which a form asks them."""

ROW_LABELS: dict[str, str] = {
    "definite": _("Una diagnosi lo dice già"),
    "definite_child": _("Una diagnosi di quando era minore lo dice già"),
    "sexual": _("Una diagnosi dice violenza sessuale"),
    "assault": _("Una diagnosi dice aggressione"),
    "strangulation": _("Segni di strangolamento"),
    "probable": _("Una diagnosi dice che è stata osservata dopo un'aggressione"),
    "violence_by_others": _("La scheda dice «violenza altrui»"),
    "known_to_network": _("Un centro o un percorso la conosceva già"),
    "small_child": _("Lividi dove i bambini piccoli non se li fanno da soli"),
    "head_face_neck": _("Lesione a testa, viso o collo, senza una causa verificata"),
    "body_regions": _("Lesioni in più parti del corpo"),
    "lower_limb_only": _("Lesione alle sole gambe: pesa al contrario"),
    "pregnant": _("Gravidanza con una lesione, o con una spiegazione che non torna"),
    "delayed_care": _("Arrivata tardi rispetto a quando è successo"),
    "left_before_seen": _("Andata via prima della visita"),
    "intrusive_companion": _("Chi l'accompagna non la lascia sola"),
    "self_harm": _("Autolesione o avvelenamento volontario"),
    "psychiatric": _("Depressione, stress da trauma o ricovero in psichiatria"),
    "alcohol": _("Diagnosi legata all'alcol"),
    "adjustment_anxiety": _("Ansia o disturbo dell'adattamento"),
    "injury_episodes": _("Episodi diversi di lesione, in due anni"),
    "emergency_visits": _("Visite in pronto soccorso, in un anno"),
}
"""By key of a row or of a count of the table."""
OTHERWISE = _("Una riga della tabella del pronto soccorso")
WORD_LABELS: dict[str, str] = {
    "physical": _("La nota dice che qualcuno l'ha colpita"),
    "strangulation": _("La nota dice che è stata stretta al collo"),
    "sexual": _("La nota dice violenza sessuale"),
    "threat": _("La nota dice che qualcuno la minaccia"),
    "weapon": _("La nota dice che c'era un'arma"),
    "stalking": _("La nota dice che qualcuno la segue o la cerca di continuo"),
    "psychological": _("La nota dice che qualcuno la umilia o la controlla"),
    "economic": _("La nota dice che qualcuno le toglie i soldi"),
    "abuse": _("La nota dice maltrattamenti"),
    "fear": _("La nota dice che ha paura di qualcuno"),
    "pathway": _("La nota dice che un percorso è già cominciato"),
    "history": _("La nota dice che è successo in passato"),
    "suspected": _("La nota dice che chi l'ha vista lo sospetta"),
}
"""By key of the lexicon; never the words of the note."""
NOTE_SAYS = _("La nota lo dice")

BAND_SENTENCES: dict[Band, str] = {
    Band.ASK: _("Chiedile, da sola e a porta chiusa, se qualcuno le fa del male o le fa paura."),
    Band.IMMEDIATE: _(
        "Qualcuno l'ha già scritto: non è un'ipotesi. Parlale da sola, a porta chiusa, e comincia l'accoglienza."
    ),
}
ABSENCE = _(
    "Se non compare nulla non vuol dire nulla: la paura, il controllo, i soldi tolti non si vedono dai codici. Chiedi "
    "ogni volta che ti sembra giusto."
)

AGE_LABELS: dict[AgeBand, str] = {
    AgeBand.UNDER_18: _("meno di 18 anni"),
    AgeBand.FROM_18: _("18–29 anni"),
    AgeBand.FROM_30: _("30–44 anni"),
    AgeBand.FROM_45: _("45–64 anni"),
    AgeBand.FROM_65: _("65 anni o più"),
    AgeBand.UNKNOWN: _("età non scritta"),
}
CITIZENSHIP_LABELS: dict[Citizenship, str] = {
    Citizenship.ITALIAN: _("italiana"),
    Citizenship.FOREIGN: _("di un altro Paese"),
    Citizenship.UNKNOWN: _("cittadinanza non scritta"),
}
