# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from approdo.audit.models import Entry, Heartbeat


@dataclass(frozen=True, slots=True)
class Access:
    """One line of a case's access log: when, which service in which role, what it did; never which operator (T20)."""

    happened_at: datetime
    organisation_id: int | None
    service_id: int | None
    role: str
    verb: str
    detail: Mapping[str, str | int | bool]


def accesses(case_id: UUID) -> tuple[Access, ...]:
    """Return everything that was done about a case since the beginning, oldest first; the caller decides for whom."""
    found = Entry.objects.filter(case_id=case_id).order_by("happened_at", "id")
    return tuple(
        Access(*row)
        for row in found.values_list("happened_at", "organisation_id", "service_id", "role", "verb", "detail")
    )


def heartbeats() -> dict[str, datetime]:
    """Return when each process was last seen alive."""
    return dict(Heartbeat.objects.values_list("name", "beaten_at"))
