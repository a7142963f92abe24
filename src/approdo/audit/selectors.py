# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from approdo.audit.models import Checkpoint as StoredCheckpoint
from approdo.audit.models import Entry, Heartbeat
from approdo.audit.models import Link as StoredLink
from approdo.audit.rules import Checkpoint, Link
from approdo.kit import rows


@dataclass(frozen=True, slots=True)
class Access:
    """One line of a case's access log: when, which service in which role, what it did; never which operator (T20)."""

    happened_at: datetime
    organisation_id: int | None
    service_id: int | None
    role: str
    verb: str
    detail: Mapping[str, str | int | bool]


_ACCESS = ("happened_at", "organisation_id", "service_id", "role", "verb", "detail")


def accesses(case_id: UUID) -> tuple[Access, ...]:
    """Return everything that was done about a case since the beginning, oldest first; the caller decides for whom."""
    found = Entry.objects.filter(case_id=case_id).order_by("happened_at", "id")
    return tuple(Access(*row) for row in found.values_list(*_ACCESS))


def accesses_by(operator_id: int, case_id: UUID, since: datetime, until: datetime) -> tuple[Access, ...]:
    """Return what one operator did about a case in a stretch of time, for whoever reviews it; oldest first."""
    found = Entry.objects.filter(
        case_id=case_id, operator_id=operator_id, happened_at__gte=since, happened_at__lte=until
    ).order_by("happened_at", "id")
    return tuple(Access(*row) for row in found.values_list(*_ACCESS))


def wrote(organisation_id: int, case_id: UUID) -> bool:
    """Tell whether an organisation ever wrote an entry of a case."""
    return Entry.objects.filter(case_id=case_id, organisation_id=organisation_id, verb="entry.add").exists()


def heartbeats() -> dict[str, datetime]:
    """Return when each process was last seen alive."""
    return dict(Heartbeat.objects.values_list("name", "beaten_at"))


_LINKS = """
SELECT l.position, l.hash, CASE WHEN e.id IS NOT NULL THEN audit_fields(e) END
  FROM audit_link l LEFT JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.position
"""
_UNLINKED = """
SELECT e.id FROM audit_entry e WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.entry_id = e.id) ORDER BY e.id
"""


@contextmanager
def chain() -> Iterator[Iterator[Link]]:
    """Give the links in order with the fields of their entries, as they are at one instant."""
    with transaction.atomic():
        # one after another by number, however young the tables' statistics are
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        with connection.connection.cursor("links") as links:
            links.itersize = 5_000
            links.execute(_LINKS)
            yield (Link(position, bytes(hash_), fields) for position, hash_, fields in links)


def length() -> int:
    """Return how many links the chain has."""
    return StoredLink.objects.count()


def unlinked() -> list[int]:
    """Return the numbers of entries that no link holds: nobody but the database's superuser can have put them there."""
    return [pk for (pk,) in rows.read(_UNLINKED)]


def checkpoints() -> list[Checkpoint]:
    """Return the checkpoints that this installation keeps of itself, oldest first."""
    kept = StoredCheckpoint.objects.order_by("position").values_list("position", "hash", "at", "key", "signature")
    return [Checkpoint(*row) for row in kept]
