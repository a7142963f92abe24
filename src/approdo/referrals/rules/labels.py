# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Italian word for each code of the room, and the business status that people read beside the status."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from approdo.kit.words import mark as _
from approdo.protocols.rules import URGENCY_LABELS, Urgency
from approdo.referrals.rules.figures import Stage
from approdo.referrals.rules.states import (
    Act,
    CancelReason,
    FailReason,
    Progress,
    Question,
    Reason,
    RejectReason,
    Reply,
    Standing,
    Status,
)


class Business(StrEnum):
    """What people read of a referral: FHIR ``Task.businessStatus``, worked out and never typed."""

    PROPOSED = "proposed"
    WAITING = "waiting"
    QUESTION = "question"
    LATE = "late"
    TAKEN = "taken"
    CALL_BACK = "call_back"
    APPOINTMENT = "appointment"
    HOSTED = "hosted"
    MET = "met"
    LISTED = "listed"
    REFUSED = "refused"
    NOT_HELPED = "not_helped"
    DONE = "done"
    SHE_DECLINED = "she_declined"
    UNANSWERED = "unanswered"
    WITHDRAWN = "withdrawn"
    MISTAKE = "mistake"


BUSINESS_LABELS: dict[Business, str] = {
    Business.PROPOSED: _("proposto a lei, non ancora spedito"),
    Business.WAITING: _("in attesa di risposta"),
    Business.QUESTION: _("ha fatto una domanda"),
    Business.LATE: _("in ritardo: avvisata la coordinatrice"),
    Business.TAKEN: _("presa in carico"),
    Business.CALL_BACK: _("in attesa di richiamata"),
    Business.APPOINTMENT: _("appuntamento fissato"),
    Business.HOSTED: _("ospitata"),
    Business.MET: _("incontrata"),
    Business.LISTED: _("in lista d'attesa"),
    Business.REFUSED: _("non possono"),
    Business.NOT_HELPED: _("non è andata avanti"),
    Business.DONE: _("concluso"),
    Business.SHE_DECLINED: _("lei non vuole"),
    Business.UNANSWERED: _("chiuso: nessuna risposta"),
    Business.WITHDRAWN: _("ritirato"),
    Business.MISTAKE: _("inserito per errore"),
}
_OF_STATUS: dict[Status, Business] = {
    Status.DRAFT: Business.PROPOSED,
    Status.REQUESTED: Business.WAITING,
    Status.ACCEPTED: Business.TAKEN,
    Status.REJECTED: Business.REFUSED,
    Status.IN_PROGRESS: Business.MET,
    Status.ON_HOLD: Business.LISTED,
    Status.FAILED: Business.NOT_HELPED,
    Status.COMPLETED: Business.DONE,
    Status.CANCELLED: Business.WITHDRAWN,
    Status.ENTERED_IN_ERROR: Business.MISTAKE,
}
_OF_PROGRESS: dict[Progress, Business] = {
    Progress.CALL_BACK: Business.CALL_BACK,
    Progress.APPOINTMENT: Business.APPOINTMENT,
    Progress.HOSTED: Business.HOSTED,
}
_OF_END: dict[str, Business] = {
    CancelReason.SHE_DECLINED: Business.SHE_DECLINED,
    CancelReason.NO_ANSWER: Business.UNANSWERED,
}


def business(standing: Standing, *, escalated: bool, progress: str, end_reason: str) -> Business:
    """Return what people read: the status, told apart by the question, the delay, the progress and the end."""
    if standing.open_question:
        return Business.QUESTION
    if standing.status is Status.REQUESTED and escalated:
        return Business.LATE
    if standing.status in {Status.ACCEPTED, Status.IN_PROGRESS} and progress:
        return _OF_PROGRESS.get(Progress(progress), _OF_STATUS[standing.status])
    if standing.status is Status.CANCELLED:
        return _OF_END.get(end_reason, Business.WITHDRAWN)
    return _OF_STATUS[standing.status]


LABELS: dict[type[StrEnum], Mapping[Any, str]] = {
    Stage: {
        Stage.OFFERED: _("le è stato proposto il centro"),
        Stage.SENT: _("ha detto di sì ed è stata inviata"),
        Stage.TAKEN: _("il centro ha detto di sì"),
        Stage.MET: _("il centro l'ha incontrata"),
        Stage.THERE_30: _("c'è ancora dopo 30 giorni"),
        Stage.THERE_90: _("c'è ancora dopo 90 giorni"),
    },
    Business: BUSINESS_LABELS,
    Urgency: URGENCY_LABELS,
    Act: {
        Act.SEND: _("invio spedito"),
        Act.ACCEPT: _("hanno detto di sì"),
        Act.REJECT: _("hanno detto di no"),
        Act.ASK: _("hanno fatto una domanda"),
        Act.ANSWER: _("risposta alla domanda"),
        Act.MEET: _("l'hanno incontrata"),
        Act.HOLD: _("messa in lista d'attesa"),
        Act.COMPLETE: _("concluso"),
        Act.FAIL: _("non è andata avanti"),
        Act.CANCEL: _("ritirato"),
        Act.CORRECT: _("segnato come errore"),
        Act.REMIND: _("sollecito spedito"),
        Act.ESCALATE: _("avvisata la coordinatrice"),
        Act.GIVE_UP: _("chiuso: nessuna risposta"),
    },
    Reason: {
        Reason.LISTENING: _("accoglienza e ascolto"),
        Reason.SAFE_PLACE: _("un posto sicuro"),
        Reason.LEGAL: _("consulenza legale"),
        Reason.PSYCHOLOGICAL: _("sostegno psicologico"),
        Reason.CHILDREN: _("le sue figlie e i suoi figli"),
        Reason.HEALTH: _("cure"),
        Reason.HOUSING: _("una casa"),
        Reason.WORK: _("lavoro e autonomia"),
        Reason.PROTECTION: _("tutela e denuncia"),
        Reason.MEDIATION: _("mediazione linguistica"),
    },
    RejectReason: {
        RejectReason.NO_PLACE: _("non c'è posto"),
        RejectReason.NOT_COMPETENT: _("non è di nostra competenza"),
        RejectReason.OTHER_TERRITORY: _("è di un altro territorio"),
        RejectReason.CONFLICT_OF_INTEREST: _("conosciamo le persone coinvolte"),
        RejectReason.NEEDS_ANOTHER: _("le serve un altro servizio"),
        RejectReason.TOO_LITTLE_KNOWN: _("sappiamo troppo poco per decidere"),
        RejectReason.OTHER: _("altro"),
    },
    CancelReason: {
        CancelReason.SHE_DECLINED: _("lei non vuole"),
        CancelReason.ANOTHER_WAY: _("ha trovato aiuto per un'altra via"),
        CancelReason.DUPLICATE: _("c'è già un altro invio"),
        CancelReason.NOT_NEEDED: _("non serve più"),
        CancelReason.NO_ANSWER: _("nessuna risposta"),
    },
    FailReason: {
        FailReason.NOT_REACHED: _("non siamo riuscite a raggiungerla"),
        FailReason.DID_NOT_COME: _("non è venuta"),
        FailReason.CHANGED_HER_MIND: _("ha cambiato idea"),
        FailReason.COULD_NOT_HELP: _("non abbiamo potuto aiutarla"),
    },
    Question: {
        Question.SAFE_CONTACT: _("Come la raggiungiamo senza metterla in pericolo?"),
        Question.WHEN_SHE_CAN: _("Quando può parlare o venire?"),
        Question.INTERPRETER: _("Serve un'interprete?"),
        Question.CHILDREN_WITH_HER: _("Viene con figlie o figli?"),
        Question.WHAT_SHE_ASKS: _("Che cosa chiede lei?"),
        Question.SAFE_TO_COME: _("Può venire da noi senza essere seguita?"),
    },
    Reply: {
        Reply.YES: _("sì"),
        Reply.NO: _("no"),
        Reply.NOT_KNOWN: _("non lo sappiamo"),
        Reply.IN_THE_RECORD: _("lo leggete nella scheda"),
        Reply.CALL_US: _("telefonateci: ve lo diciamo a voce"),
    },
    Progress: {
        Progress.TAKEN: _("presa in carico"),
        Progress.CALL_BACK: _("in attesa di richiamata"),
        Progress.APPOINTMENT: _("appuntamento fissato"),
        Progress.HOSTED: _("ospitata"),
    },
}


def labels_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Return (code, label) of a whole enum, in its own order, as form choices."""
    return [(str(word), LABELS[words][word]) for word in words]
