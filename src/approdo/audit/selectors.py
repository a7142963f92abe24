# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from approdo.audit.models import Checkpoint as StoredCheckpoint
from approdo.audit.models import Entry, Heartbeat
from approdo.audit.models import Link as StoredLink
from approdo.audit.rules import TOLD, Checkpoint, Link, Readings
from approdo.kit import rows
from approdo.kit.rows import Answer, Statement


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


_TOOK_LEAD = Statement(
    lambda operator, case, since: Entry.objects.filter(
        case_id=case, happened_at__gt=since, operator_id=operator, verb="case.lead"
    ).values_list("id")[:1],
    operator=int,
    case=UUID,
    since=datetime,
)


def ask_took_lead(operator_id: int, case_id: UUID, since: datetime) -> Answer[bool]:
    """Ask whether an operator took the lead of a case after an instant."""
    return _TOOK_LEAD.ask(operator=operator_id, case=case_id, since=since).then(bool)


# the verbs and the missing detail stand here in full, as in the index that answers from itself alone (0005)
_READINGS = """
SELECT count(DISTINCT case_id) FILTER (WHERE case_id <> %(case)s AND happened_at > %(at)s - interval '1 hour'),
       count(DISTINCT case_id) FILTER (WHERE case_id <> %(case)s),
       count(*) FILTER (WHERE verb = 'record.reveal' AND happened_at > %(at)s - interval '1 hour'),
       coalesce(bool_or(case_id = %(case)s AND happened_at > %(at)s - interval '1 hour'), false),
       coalesce(bool_or(case_id = %(case)s), false),
       min(happened_at), max(happened_at),
       max(happened_at) FILTER (WHERE verb = 'record.reveal'),
       max(happened_at) FILTER (WHERE verb = 'record.go_on' AND case_id = %(case)s)
  FROM audit_entry
 WHERE operator_id = %(operator)s AND happened_at > %(at)s - interval '1 day'
   AND verb IN ('record.read', 'record.reveal', 'record.go_on') AND NOT (detail ? 'free')
"""


def readings(operator_id: int, case_id: UUID, at: datetime) -> Readings:
    """Return what an operator has read in the hour and the day before an instant, beside one case."""
    (found,) = rows.read(_READINGS, {"operator": operator_id, "case": case_id, "at": at})
    return Readings(*found)


@dataclass(frozen=True, slots=True)
class Report:
    """That somebody reads unusually much: who, of which organisation and service, how many cases, since when."""

    at: datetime
    operator_id: int
    organisation_id: int
    service_id: int
    cases: int
    uncovered: int
    since: datetime


_REPORTS = """
SELECT DISTINCT ON (operator_id) happened_at, operator_id, organisation_id, service_id,
       (detail->>'cases')::int, (detail->>'uncovered')::int, (detail->>'since')::timestamptz
  FROM audit_entry
 WHERE verb IN ('block.attempt', 'block.tell', 'reading.report') AND verb = 'reading.report' AND happened_at > %s
   AND organisation_id = ANY(%s)
 ORDER BY operator_id, happened_at DESC
"""


def reports_since(since: datetime, organisation_ids: Collection[int]) -> tuple[Report, ...]:
    """Return the last report about each operator of some organisations, the newest first."""
    found = [Report(*row) for row in rows.read(_REPORTS, [since, list(organisation_ids)])]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def dangers_said(operator_id: int, at: datetime) -> int:
    """Return how often within the hour an operator went on reading because, she said, the woman was in danger."""
    lately = Entry.objects.filter(operator_id=operator_id, happened_at__gt=at - timedelta(hours=1))
    return lately.filter(verb="record.go_on", detail__many="danger").count()


def reported(operator_id: int, since: datetime) -> bool:
    """Tell whether an operator was reported after an instant."""
    found = Entry.objects.filter(verb__in=TOLD, happened_at__gt=since)
    return found.filter(verb="reading.report", subject=f"operator:{operator_id}").exists()


@dataclass(frozen=True, slots=True)
class Attempt:
    """That somebody asked for a case that is kept from her: when, who, of which organisation and service."""

    at: datetime
    case_id: UUID
    operator_id: int
    organisation_id: int
    service_id: int


_ATTEMPT = "happened_at, case_id, operator_id, organisation_id, service_id"
_ATTEMPTS = f"""
SELECT * FROM (
    SELECT DISTINCT ON (case_id, operator_id) {_ATTEMPT} FROM audit_entry
     WHERE verb IN ('block.attempt', 'block.tell', 'reading.report') AND verb = 'block.attempt' AND happened_at > %s
     ORDER BY case_id, operator_id, happened_at DESC
) AS last ORDER BY happened_at DESC
"""  # noqa: S608
_UNTOLD = """
WITH told AS MATERIALIZED (
    SELECT case_id, detail->>'operator' AS operator, max(happened_at) AS at FROM audit_entry
     WHERE verb IN ('block.attempt', 'block.tell', 'reading.report') AND verb = 'block.tell' AND happened_at > %(since)s
     GROUP BY 1, 2
)
SELECT DISTINCT ON (a.case_id, a.operator_id) a.happened_at, a.case_id, a.operator_id, a.organisation_id, a.service_id
  FROM audit_entry a LEFT JOIN told ON told.case_id = a.case_id AND told.operator = a.operator_id::text
 WHERE a.verb IN ('block.attempt', 'block.tell', 'reading.report') AND a.verb = 'block.attempt'
   AND a.happened_at > %(since)s AND (told.at IS NULL OR told.at <= a.happened_at - %(apart)s)
 ORDER BY a.case_id, a.operator_id, a.happened_at
"""


def ask_attempts_since(since: datetime) -> Answer[tuple[Attempt, ...]]:
    """Ask for the last attempt of each person at each case that is kept from her, the newest first. System-internal."""
    return rows.ask(_ATTEMPTS, [since], lambda found: tuple(Attempt(*row) for row in found))


def attempts_untold(since: datetime, apart: timedelta) -> tuple[Attempt, ...]:
    """Return the attempts nobody was told of: neither afterwards nor, of the same person and case, just before."""
    return tuple(Attempt(*row) for row in rows.read(_UNTOLD, {"since": since, "apart": apart}))


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
