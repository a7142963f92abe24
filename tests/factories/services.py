# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Frozen service views for tests of pure rules: say only what your test is about."""

from datetime import UTC, datetime
from typing import Any

from approdo.networks.rules import Channel, ContactView, PersonOnCall, ServiceKind, ServiceView

TONIGHT = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def contacts(number: int) -> tuple[ContactView, ...]:
    """An e-mail address, a text-message number and a telephone that ring nowhere."""
    return (
        ContactView(Channel.EMAIL, f"turno{number}@rete.example"),
        ContactView(Channel.SMS, f"+3900{number:08d}"),
        ContactView(Channel.VOICE, f"+3900{number:08d}"),
    )


def person(operator_id: int, position: int = 1) -> PersonOnCall:
    """Somebody on call until the morning."""
    return PersonOnCall(operator_id, position, contacts(operator_id), MORNING)


def service(identifier: int, kind: ServiceKind = ServiceKind.SUPPORT_CENTRE, **changes: Any) -> ServiceView:
    """An open service with a first and a second person on call and a line of its own."""
    fields: dict[str, Any] = {
        "id": identifier,
        "organisation_id": identifier + 1000,
        "organisation_name": f"Organizzazione {identifier}",
        "name": f"Servizio {identifier}",
        "label": f"Servizio {identifier}",
        "kind": kind,
        "capabilities": frozenset(),
        "languages": ("it",),
        "phone": f"+39001{identifier:07d}",
        "open_now": True,
        "first": person(identifier * 10 + 1, 1),
        "second": person(identifier * 10 + 2, 2),
        "contacts": contacts(identifier * 10),
        "rank": 0,
    }
    return ServiceView(**(fields | changes))
