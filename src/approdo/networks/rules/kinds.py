# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What organisations and services are, and by which means a person is reached."""

from enum import StrEnum

from approdo.access.rules import Actor, Role, may_all_of


class OrganisationKind(StrEnum):
    """Who answers for a service (domain.md, section 1)."""

    HEALTH_COMPANY = "health_company"
    HEALTH_AGENCY = "health_agency"
    MUNICIPALITY = "municipality"
    ASSOCIATION = "association"
    COOPERATIVE = "cooperative"
    LAW_ENFORCEMENT = "law_enforcement"
    REGION = "region"
    OTHER = "other"


class ServiceKind(StrEnum):
    """What a service is for; protocols call services by kind."""

    EMERGENCY_DEPARTMENT = "emergency_department"
    SUPPORT_CENTRE = "support_centre"
    OUTREACH_DESK = "outreach_desk"
    SHELTER = "shelter"
    SECOND_STAGE_HOUSING = "second_stage_housing"
    SOCIAL_SERVICE = "social_service"
    SOCIAL_EMERGENCY = "social_emergency"
    CHILD_PROTECTION = "child_protection"
    FAMILY_CLINIC = "family_clinic"
    POLICE = "police"
    INTERPRETER = "interpreter"
    MENTAL_HEALTH = "mental_health"
    NETWORK_COORDINATION = "network_coordination"
    PERPETRATOR_PROGRAMME = "perpetrator_programme"


class Capability(StrEnum):
    """What a service can do beyond its kind; a protocol may ask for one."""

    CHILDREN = "children"
    OLDER_SONS = "older_sons"
    EMERGENCY_PLACEMENT = "emergency_placement"
    NIGHT_ADMISSION = "night_admission"
    SEXUAL_VIOLENCE = "sexual_violence"
    EVIDENCE_COLLECTION = "evidence_collection"
    PREGNANCY = "pregnancy"
    LEGAL_ADVICE = "legal_advice"
    PSYCHOLOGICAL_SUPPORT = "psychological_support"
    LANGUAGE_MEDIATION = "language_mediation"
    TRANSPORT = "transport"
    WHEELCHAIR_ACCESS = "wheelchair_access"
    ADDICTION = "addiction"


class Channel(StrEnum):
    """By which means a message travels."""

    APP = "app"
    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"


class ContactHours(StrEnum):
    """When a contact point is used: always, only while the service is open, only while it is closed."""

    ALWAYS = "always"
    OPEN = "open"
    CLOSED = "closed"


_APPOINTED_ELSEWHERE = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.REGIONAL_ANALYST})


def grantable_roles(actor: Actor) -> tuple[Role, ...]:
    """Return what an actor may make somebody: nothing that may do more than she, nor the host's and Region's people."""
    return tuple(role for role in Role if role not in _APPOINTED_ELSEWHERE and may_all_of(actor, role))
