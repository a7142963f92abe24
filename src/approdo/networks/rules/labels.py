# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Italian word for each code; the doors translate it."""

from enum import StrEnum

from approdo.access.rules import Role
from approdo.kit.words import mark as _
from approdo.networks.rules.kinds import Capability, Channel, ContactHours, OrganisationKind, ServiceKind
from approdo.networks.rules.qualifications import Qualification

_LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    OrganisationKind: {
        OrganisationKind.HEALTH_COMPANY: _("ASST"),
        OrganisationKind.HEALTH_AGENCY: _("ATS"),
        OrganisationKind.MUNICIPALITY: _("Comune"),
        OrganisationKind.ASSOCIATION: _("Associazione"),
        OrganisationKind.COOPERATIVE: _("Cooperativa"),
        OrganisationKind.LAW_ENFORCEMENT: _("Forze dell'ordine"),
        OrganisationKind.REGION: _("Regione"),
        OrganisationKind.OTHER: _("Altro ente"),
    },
    ServiceKind: {
        ServiceKind.EMERGENCY_DEPARTMENT: _("Pronto soccorso"),
        ServiceKind.SUPPORT_CENTRE: _("Centro antiviolenza"),
        ServiceKind.OUTREACH_DESK: _("Sportello"),
        ServiceKind.SHELTER: _("Casa rifugio"),
        ServiceKind.SECOND_STAGE_HOUSING: _("Casa di accoglienza"),
        ServiceKind.SOCIAL_SERVICE: _("Servizio sociale"),
        ServiceKind.SOCIAL_EMERGENCY: _("Pronto intervento sociale"),
        ServiceKind.CHILD_PROTECTION: _("Tutela minori"),
        ServiceKind.FAMILY_CLINIC: _("Consultorio familiare"),
        ServiceKind.POLICE: _("Forze dell'ordine"),
        ServiceKind.INTERPRETER: _("Mediazione linguistica"),
        ServiceKind.MENTAL_HEALTH: _("Salute mentale"),
        ServiceKind.NETWORK_COORDINATION: _("Coordinamento di rete"),
        ServiceKind.PERPETRATOR_PROGRAMME: _("Centro per uomini autori di violenza"),
    },
    Qualification: {
        Qualification.SUPPORT_CENTRE_TRAINING: _("Formazione di operatrice di centro antiviolenza"),
        Qualification.RISK_ASSESSMENT: _("Valutazione del rischio"),
        Qualification.EVIDENCE_COLLECTION: _("Raccolta e custodia delle prove"),
        Qualification.HEARING_CHILDREN: _("Ascolto di bambine e bambini"),
        Qualification.SEXUAL_VIOLENCE_CARE: _("Accoglienza dopo una violenza sessuale"),
    },
    Capability: {
        Capability.CHILDREN: _("Accoglie anche le bambine e i bambini"),
        Capability.OLDER_SONS: _("Accoglie anche i figli maschi adolescenti"),
        Capability.EMERGENCY_PLACEMENT: _("Pronta accoglienza"),
        Capability.NIGHT_ADMISSION: _("Accoglie anche di notte"),
        Capability.SEXUAL_VIOLENCE: _("Violenza sessuale"),
        Capability.EVIDENCE_COLLECTION: _("Raccolta delle prove"),
        Capability.PREGNANCY: _("Gravidanza"),
        Capability.LEGAL_ADVICE: _("Consulenza legale"),
        Capability.PSYCHOLOGICAL_SUPPORT: _("Sostegno psicologico"),
        Capability.LANGUAGE_MEDIATION: _("Mediazione linguistica in sede"),
        Capability.TRANSPORT: _("Accompagnamento"),
        Capability.WHEELCHAIR_ACCESS: _("Accessibile in carrozzina"),
        Capability.ADDICTION: _("Dipendenze"),
    },
    Channel: {
        Channel.APP: _("Nell'app"),
        Channel.EMAIL: _("Posta elettronica"),
        Channel.SMS: _("SMS"),
        Channel.VOICE: _("Chiamata vocale"),
    },
    ContactHours: {
        ContactHours.ALWAYS: _("Sempre"),
        ContactHours.OPEN: _("Quando il servizio è aperto"),
        ContactHours.CLOSED: _("Quando il servizio è chiuso"),
    },
    Role: {
        Role.EMERGENCY_OPERATOR: _("Operatrice di pronto soccorso"),
        Role.ON_CALL_OPERATOR: _("Reperibile"),
        Role.CENTRE_OPERATOR: _("Operatrice del centro"),
        Role.SHELTER_MANAGER: _("Responsabile della casa rifugio"),
        Role.SOCIAL_WORKER: _("Assistente sociale"),
        Role.OFFICER: _("Operatore delle forze dell'ordine"),
        Role.ORGANISATION_COORDINATOR: _("Coordinatrice dell'organizzazione"),
        Role.NETWORK_COORDINATOR: _("Coordinatrice di rete"),
        Role.PROJECT_MANAGER: _("Referente di progetto"),
        Role.REGIONAL_ANALYST: _("Analista regionale"),
        Role.TRAINER: _("Formatrice"),
        Role.LEARNER: _("In formazione"),
        Role.SYSTEM_ADMINISTRATOR: _("Amministrazione di sistema"),
    },
}

LANGUAGES: dict[str, str] = {
    "it": _("italiano"),
    "en": _("inglese"),
    "fr": _("francese"),
    "es": _("spagnolo"),
    "de": _("tedesco"),
    "ar": _("arabo"),
    "fa": _("persiano"),
    "sq": _("albanese"),
    "ru": _("russo"),
    "uk": _("ucraino"),
    "pt": _("portoghese"),
    "pl": _("polacco"),
    "ro": _("romeno"),
    "zh": _("cinese"),
    "bn": _("bengalese"),
    "ur": _("urdu"),
    "pa": _("panjabi"),
    "hi": _("hindi"),
    "si": _("singalese"),
    "tl": _("filippino"),
    "ti": _("tigrino"),
    "ise": _("lingua dei segni italiana"),
}
"""Languages a service may speak, by ISO 639 code: those of 1522 first, then the Region's largest communities."""


def label_of(word: StrEnum) -> str:
    """Return the Italian label of a code; raises ``KeyError`` for an enum of another app."""
    return _LABELS[type(word)][word]


def labels_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Return (code, label) of a whole enum, in its own order, as form choices."""
    return [(str(word), _LABELS[words][word]) for word in words]
