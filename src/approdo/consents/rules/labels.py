# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Italian word for each code of the room; the doors translate it."""

from enum import StrEnum

from approdo.access.rules import Slice
from approdo.consents.rules.breaking import BreakGlassState
from approdo.consents.rules.codes import (
    BlockReason,
    BreakGlassReason,
    HowGiven,
    LegalReason,
    Norm,
    NotSharedReason,
    Outcome,
    Proof,
    ReadingReason,
    SharingPurpose,
)
from approdo.consents.rules.grants import GrantState
from approdo.kit.words import mark as _

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Slice: {
        Slice.IDENTITY: _("Chi è"),
        Slice.CONTACTS: _("Come contattarla"),
        Slice.LOCATION: _("Dove si trova"),
        Slice.RISK: _("Rischio"),
        Slice.HEALTH: _("Salute"),
        Slice.LEGAL: _("Aspetti legali"),
        Slice.CHILDREN: _("Figlie e figli"),
        Slice.PLAN: _("Progetto"),
        Slice.CHRONOLOGY: _("Cronologia"),
    },
    SharingPurpose: {
        SharingPurpose.PROTECTION: _("Protezione"),
        SharingPurpose.HEALTH_CARE: _("Cure"),
        SharingPurpose.SUPPORT: _("Sostegno e accompagnamento"),
        SharingPurpose.HOUSING: _("Accoglienza e casa"),
        SharingPurpose.LEGAL_PROTECTION: _("Tutela legale"),
        SharingPurpose.CHILDREN: _("Tutela delle figlie e dei figli"),
        SharingPurpose.COORDINATION: _("Lavoro comune dei servizi"),
    },
    HowGiven: {
        HowGiven.READ_ALOUD: _("A voce, dopo averlo letto insieme"),
        HowGiven.WRITTEN: _("Per iscritto"),
        HowGiven.INTERPRETER: _("Con una mediatrice"),
    },
    Proof: {
        Proof.SIGNED_FORM: _("Modulo firmato, conservato dal servizio"),
        Proof.NOTED_BY_OPERATOR: _("Annotato dall'operatrice"),
        Proof.NOTED_BY_TWO: _("Annotato da due operatrici"),
        Proof.INTERPRETER_SIGNED: _("Firmato anche dalla mediatrice"),
    },
    Norm: {
        Norm.REPORT_BY_OFFICIALS: _("Denuncia dei pubblici ufficiali (art. 331 c.p.p.)"),
        Norm.MEDICAL_REPORT: _("Referto (art. 334 c.p.p.)"),
        Norm.CHILD_PROTECTION: _("Protezione urgente di minori (art. 403 c.c.)"),
        Norm.COURT_ORDER: _("Ordine dell'autorità giudiziaria"),
        Norm.VITAL_INTERESTS: _("Interessi vitali (GDPR, art. 6 e 9)"),
    },
    LegalReason: {
        LegalReason.DUTY: _("È un obbligo"),
        LegalReason.DANGER: _("C'è un pericolo per la vita"),
        LegalReason.CHILD_AT_RISK: _("Una bambina o un bambino è in pericolo"),
        LegalReason.ORDERED: _("Lo ha ordinato il giudice o la procura"),
        LegalReason.CANNOT_CONSENT: _("Non può esprimersi"),
    },
    NotSharedReason: {
        NotSharedReason.SHE_SAID_NO: _("Ha detto di no"),
        NotSharedReason.NOT_ASKED_YET: _("Non gliel'abbiamo ancora chiesto"),
        NotSharedReason.NOT_NEEDED: _("A quel servizio non serve"),
        NotSharedReason.NOT_SAFE: _("Non è sicuro per lei"),
        NotSharedReason.OTHER_PERSONS: _("Riguarda altre persone"),
    },
    BlockReason: {
        BlockReason.SHE_ASKED: _("Lo chiede lei"),
        BlockReason.KNOWS_HER: _("Conosce lei o la sua famiglia"),
        BlockReason.KNOWS_HIM: _("Conosce l'autore segnalato"),
        BlockReason.PARTY: _("È parte della vicenda"),
        BlockReason.COLLEAGUE: _("Lavora con una delle persone coinvolte"),
    },
    BreakGlassReason: {
        BreakGlassReason.DANGER_TO_LIFE: _("La sua vita è in pericolo adesso"),
        BreakGlassReason.CHILD_IN_DANGER: _("Una bambina o un bambino è in pericolo adesso"),
        BreakGlassReason.CANNOT_SPEAK: _("Non può parlare"),
        BreakGlassReason.NOBODY_ANSWERS: _("È urgente e chi la segue non risponde"),
    },
    ReadingReason: {
        ReadingReason.DANGER: _("È in pericolo adesso"),
        ReadingReason.HANDOVER: _("Prendo in consegna i percorsi di una collega"),
        ReadingReason.STANDING_IN: _("Sostituisco una collega"),
        ReadingReason.MEETING: _("Riunione d'équipe"),
        ReadingReason.CHECKING: _("Controllo che nessun percorso sia fermo"),
    },
    Outcome: {
        Outcome.JUSTIFIED: _("Era giustificato"),
        Outcome.NOT_JUSTIFIED: _("Non era giustificato"),
    },
    GrantState: {
        GrantState.FUTURE: _("comincia più avanti"),
        GrantState.LIVE: _("vale adesso"),
        GrantState.EXPIRED: _("scaduto"),
        GrantState.REVOKED: _("revocato"),
    },
    BreakGlassState: {
        BreakGlassState.OPEN: _("accesso d'emergenza in corso"),
        BreakGlassState.ENDED: _("in attesa di verifica"),
        BreakGlassState.OVERDUE: _("verifica in ritardo"),
        BreakGlassState.REVIEWED: _("verificato"),
    },
}


def label_of(word: StrEnum) -> str:
    """Return the Italian label of a code; raises ``KeyError`` for an enum of another app."""
    return LABELS[type(word)][word]


def labels_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Return (code, label) of a whole enum, in its own order, as form choices."""
    return [(str(word), LABELS[words][word]) for word in words]
