# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is asking, and what a role may do at all.

Whether she may do it to *this* object is decided where the object lives (``visible_to``).
"""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from approdo.kit.errors import Refusal
from approdo.kit.words import mark as _


class Role(StrEnum):
    """What an operator is in the service she acts for (product.md, People)."""

    EMERGENCY_OPERATOR = "emergency_operator"
    ON_CALL_OPERATOR = "on_call_operator"
    CENTRE_OPERATOR = "centre_operator"
    SHELTER_MANAGER = "shelter_manager"
    SOCIAL_WORKER = "social_worker"
    OFFICER = "officer"
    ORGANISATION_COORDINATOR = "organisation_coordinator"
    NETWORK_COORDINATOR = "network_coordinator"
    PROJECT_MANAGER = "project_manager"
    REGIONAL_ANALYST = "regional_analyst"
    TRAINER = "trainer"
    LEARNER = "learner"
    SYSTEM_ADMINISTRATOR = "system_administrator"


class Permission(StrEnum):
    """What can be asked of the product."""

    ACTIVATE = "activate"
    ANSWER_CALL = "answer_call"
    READ_ACTIVATION = "read_activation"
    READ_CASE = "read_case"
    READ_DIRECTORY = "read_directory"
    READ_PROTOCOL = "read_protocol"
    EDIT_ORGANISATION = "edit_organisation"
    PUBLISH_PROTOCOL = "publish_protocol"
    SUPERVISE_NETWORK = "supervise_network"
    COMPARE_NETWORKS = "compare_networks"


class Purpose(StrEnum):
    """Why data are read or written (GDPR art. 5.1.b)."""

    CARE = "care"
    GOVERNANCE = "governance"
    OPERATION = "operation"


class Slice(StrEnum):
    """A part of the shared record that a grant may name (design.md, Private notes and the shared layer)."""

    IDENTITY = "identity"
    CONTACTS = "contacts"
    LOCATION = "location"
    RISK = "risk"
    HEALTH = "health"
    LEGAL = "legal"
    CHILDREN = "children"
    PLAN = "plan"
    CHRONOLOGY = "chronology"


class DocumentKind(StrEnum):
    """A kind of document of the record; protocols ask for them by kind."""

    MEDICAL_REPORT = "medical_report"
    PHOTOGRAPH = "photograph"
    CONSENT_FORM = "consent_form"
    JUDICIAL_ACT = "judicial_act"
    OTHER = "other"


DOCUMENT_LABELS: dict[DocumentKind, str] = {
    DocumentKind.MEDICAL_REPORT: _("Referto o certificato medico"),
    DocumentKind.PHOTOGRAPH: _("Fotografia"),
    DocumentKind.CONSENT_FORM: _("Modulo di consenso firmato"),
    DocumentKind.JUDICIAL_ACT: _("Atto giudiziario o denuncia"),
    DocumentKind.OTHER: _("Altro documento"),
}


_DIRECTORY = frozenset({Permission.READ_DIRECTORY})
_MEMBER = _DIRECTORY | {
    Permission.ACTIVATE,
    Permission.ANSWER_CALL,
    Permission.READ_ACTIVATION,
    Permission.READ_CASE,
    Permission.READ_PROTOCOL,
}
_COORDINATOR = _MEMBER | {Permission.EDIT_ORGANISATION}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.EMERGENCY_OPERATOR: _MEMBER,
    Role.ON_CALL_OPERATOR: _MEMBER,
    Role.CENTRE_OPERATOR: _MEMBER,
    Role.SHELTER_MANAGER: _MEMBER,
    Role.SOCIAL_WORKER: _MEMBER,
    Role.OFFICER: _MEMBER,
    Role.ORGANISATION_COORDINATOR: _COORDINATOR,
    Role.NETWORK_COORDINATOR: _COORDINATOR
    | {Permission.PUBLISH_PROTOCOL, Permission.SUPERVISE_NETWORK, Permission.COMPARE_NETWORKS},
    Role.PROJECT_MANAGER: _DIRECTORY | {Permission.READ_PROTOCOL, Permission.COMPARE_NETWORKS},
    Role.REGIONAL_ANALYST: frozenset(),
    Role.TRAINER: _DIRECTORY,
    Role.LEARNER: _DIRECTORY,
    Role.SYSTEM_ADMINISTRATOR: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """One person (or the system), acting for one service, for one purpose; built at the door."""

    operator_id: int | None
    organisation_id: int | None
    service_id: int | None
    role: Role | None
    purpose: Purpose = Purpose.CARE


SYSTEM = Actor(None, None, None, None, Purpose.OPERATION)
"""The sweep and the jobs: acts nobody pressed a button for."""


class Forbidden(Refusal):
    """Her role does not include this act."""

    status = 403
    code = "forbidden"
    sentence = _("Il tuo ruolo non permette questa operazione.")


def may(actor: Actor, permission: Permission) -> bool:
    """Tell whether the actor's role includes the permission."""
    return actor.role is not None and permission in ROLE_PERMISSIONS[actor.role]


def require(actor: Actor, permission: Permission) -> None:
    """Raise ``Forbidden`` unless the actor's role includes the permission."""
    if not may(actor, permission):
        raise Forbidden


def may_all_of(actor: Actor, role: Role) -> bool:
    """Tell whether the actor may do everything a role may; the system, which appoints, always."""
    return actor == SYSTEM or all(may(actor, permission) for permission in ROLE_PERMISSIONS[role])


def acting(actor: Actor) -> tuple[int, int]:
    """Return (operator, service) of an actor who is a person; raise ``Forbidden`` for the system."""
    if actor.operator_id is None or actor.service_id is None:
        raise Forbidden
    return actor.operator_id, actor.service_id


EVERYTHING = 0
"""Stands among the services that see a row for the system itself; no service has this number."""


@lru_cache(maxsize=4)
def claim_key(secret: str) -> bytes:
    """Return the key that signs claims, made from the installation's secret; the database keeps it from every role."""
    return hmac.digest(secret.encode(), b"approdo: who asks the database", "sha256")


def claim_of(actor: Actor, process: int, key: bytes) -> str:
    """Return what is said to the database for an actor: services, organisation, operator, and a proof that we said it.

    The proof (HMAC-SHA256) is good on the connection whose database process has this number, and on no other
    (security.md, P5). An actor without a service sees no row of any case.
    """
    services = [EVERYTHING] if actor == SYSTEM else [actor.service_id] if actor.service_id else []
    said = f"{{{','.join(map(str, services))}}}|{actor.organisation_id or 0}|{actor.operator_id or 0}"
    return f"{said}|{hmac.digest(key, f'{process}|{said}'.encode(), 'sha256').hex()}"


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Return the inner and outer pad of a key of at most 64 bytes (RFC 2104), with which a plain hash verifies it."""
    whole = hashlib.sha256(key).digest() if len(key) > 64 else key
    filled = whole.ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in filled), bytes(byte ^ 0x5C for byte in filled)
