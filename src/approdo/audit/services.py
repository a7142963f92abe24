# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection

from approdo.access.rules import Actor
from approdo.audit.models import Entry
from approdo.kit import rows


def record(
    *,
    actor: Actor,
    verb: str,
    subject: str,
    now: datetime,
    case_id: UUID | None = None,
    detail: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Append one audit row in the caller's transaction.

    ``verb`` is ``noun.verb`` (``call.take``), ``subject`` is ``kind:identifier``; ``detail`` holds codes and
    identifiers, never words about a person (security.md, P20 and P23). ``case_id`` lets the row into the access log of
    that case (P22).
    """
    entry = {
        "happened_at": now,
        "operator_id": actor.operator_id,
        "organisation_id": actor.organisation_id,
        "service_id": actor.service_id,
        "role": actor.role or "",
        "purpose": actor.purpose,
        "verb": verb,
        "subject": subject,
        "case_id": case_id,
        "detail": dict(detail or {}),
    }
    rows.insert(Entry, [entry])


def beat(*, name: str) -> None:
    """Say that the process called ``name`` is alive, at the database's own instant."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_heartbeat (name, beaten_at) VALUES (%s, clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET beaten_at = excluded.beaten_at",
            [name],
        )
