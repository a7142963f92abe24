# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Valid protocol documents for tests: say only what your test is about."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

from approdo.access.rules import Actor, Role
from approdo.accounts.models import Operator
from approdo.networks.models import Membership
from approdo.protocols import services
from approdo.protocols.models import ProtocolVersion
from approdo.protocols.rules import ProtocolDocument, parse, write

_CALL: dict[str, Any] = {
    "key": "centre",
    "kind": "support_centre",
    "answer_within_minutes": 15,
    "channels": {"at_once": ["app", "sms"], "if_unread": ["voice"], "after_seconds": 120},
    "escalation": [
        {"to": "first_on_call", "wait_minutes": 10},
        {"to": "second_on_call", "wait_minutes": 10},
        {"to": "coordinator"},
    ],
    "repeat_minutes": 10,
}


def call(key: str = "centre", kind: str = "support_centre", **changes: Any) -> dict[str, Any]:
    """One valid call; a change to ``None`` takes the entry out."""
    made = deepcopy(_CALL) | {"key": key, "kind": kind} | changes
    return {name: value for name, value in made.items() if value is not None}


def document(*calls: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A valid document, with one call to the centre for every need unless calls are given."""
    made = {
        "format": 1,
        "code": "urgent",
        "name": "Attivazione urgente",
        "network": "lake",
        "municipalities": "all",
        "contexts": "all",
        "calls": list(calls) or [call()],
    } | changes
    return {name: value for name, value in made.items() if value is not None}


def parsed(*calls: dict[str, Any], **changes: Any) -> ProtocolDocument:
    """A valid document as frozen values."""
    return parse(document(*calls, **changes))


def text(*calls: dict[str, Any], **changes: Any) -> str:
    """A valid document as the YAML text that ``protocols.services.publish`` takes."""
    return write(document(*calls, **changes))


def another(actor: Actor) -> Actor:
    """Another coordinator of the same service, who may approve what this one proposes."""
    email = f"accanto{actor.service_id}@approdo.example"
    person = Operator.objects.filter(email=email).first()
    if person is None:
        person = Operator.objects.create_user(email, "una frase lunga", display_name="Accanto Persona")
        Membership.objects.create(operator=person, service_id=actor.service_id, role=Role.NETWORK_COORDINATOR)
    return replace(actor, operator_id=person.pk, role=Role.NETWORK_COORDINATOR)


def published(*, actor: Actor, network_code: str, **said: Any) -> services.Published:
    """A text published as the next version: by one person when it is a network's first, else by two."""
    first = not ProtocolVersion.objects.filter(protocol__network__code=network_code).exists()
    approver = None if first else another(actor)
    return services.publish(actor=actor, network_code=network_code, approver=approver, **said)
