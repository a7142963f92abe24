# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What other rooms ask about cases for the system itself: the caller has checked who asks, or nobody does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from approdo.cases.models import Case
from approdo.cases.rules import CaseState, EventKind, Path
from approdo.kit.rows import read


@dataclass(frozen=True, slots=True)
class CaseBrief:
    """What of a case the protocol needs to know: where it is, and who is around, those that joined first first."""

    id: UUID
    state: CaseState
    municipality_code: str
    exercise: bool
    lead_service_id: int | None
    service_ids: tuple[int, ...]


def lead_of(case_id: UUID) -> set[int]:
    """Return the service that leads a case, or nothing. System-internal."""
    found = Case.objects.filter(pk=case_id).values_list("lead_service_id", flat=True).first()
    return set() if found is None else {found}


def manager_of(case_id: UUID) -> set[int]:
    """Return the operator who leads a case, or nothing. System-internal."""
    found = Case.objects.filter(pk=case_id).values_list("lead_operator_id", flat=True).first()
    return set() if found is None else {found}


def led_by_operator(service_ids: Collection[int], at: datetime) -> dict[tuple[int, int | None], tuple[int, int]]:
    """Return how many open cases each operator of some services leads, and in how many of them the contact that was
    promised has passed. System-internal: the caller has checked who asks."""
    rows = Case.objects.filter(lead_service__in=service_ids, closed_at=None, exercise=False)
    counted = rows.values_list("lead_service_id", "lead_operator_id").annotate(
        led=Count("id"), late=Count("id", filter=Q(next_contact_at__lt=at))
    )
    return {(service, operator): (led, late) for service, operator, led, late in counted}


def opened_lately(since: datetime, limit: int) -> tuple[UUID, ...]:
    """Return the cases opened since an instant that are still at the first contact, newest first. System-internal."""
    rows = Case.objects.filter(opened_at__gte=since, state=CaseState.CONTACT).order_by("-opened_at")
    return tuple(rows.values_list("pk", flat=True)[:limit])


def brief_of(row: Case) -> CaseBrief:
    """Return what of a stored case the protocol needs to know."""
    around = row.participations.filter(until=None).order_by("since", "service_id").values_list("service_id", flat=True)
    return CaseBrief(
        row.pk, CaseState(row.state), row.municipality_id, row.exercise, row.lead_service_id, tuple(around)
    )


_PATHS = """
SELECT states, count(*) FROM (
    SELECT array_agg(e.detail ORDER BY e.happened_at, e.id) FILTER (WHERE e.kind = 'case_moved') AS states,
           count(*) FILTER (WHERE e.kind IN ('case_moved', 'lead_taken')) AS acts,
           count(*) FILTER (WHERE e.kind = 'activated') AS activated,
           count(*) FILTER (WHERE e.kind = 'undone') AS undone,
           coalesce(min(e.happened_at) FILTER (WHERE e.kind = 'activated') = c.opened_at, false) AS by_it
      FROM cases_case c LEFT JOIN cases_event e
        ON e.case_id = c.id AND e.kind IN ('case_moved', 'lead_taken', 'activated', 'undone')
     WHERE c.municipality_id = ANY(%s) AND c.opened_at >= %s AND c.opened_at < %s AND NOT c.exercise
     GROUP BY c.id, c.opened_at
) walked WHERE NOT (by_it AND undone = activated AND acts = 0) GROUP BY states
"""


def paths(municipality_codes: Sequence[str], since: datetime, until: datetime) -> dict[Path, int]:
    """Return how many cases opened in a stretch of time have walked which states; counts only, system-internal.

    From the chronologies. Exercises are left out, and so is what a press opened that was undone and nobody took up.
    """
    found = read(_PATHS, [list(municipality_codes), since, until])
    return {tuple(map(CaseState, states or ())): cases for states, cases in found}


@dataclass(frozen=True, slots=True)
class Told:
    """How often a kind of event was told of an act, and when first."""

    times: int
    first_at: datetime


_TOLD = """
SELECT subject, kind, count(*), min(happened_at) FROM cases_event
 WHERE subject = ANY(%s) AND kind = ANY(%s) GROUP BY subject, kind
"""


def told_of(subjects: Sequence[UUID], kinds: Collection[EventKind]) -> Mapping[tuple[UUID, EventKind], Told]:
    """Return what chronologies tell of some acts, for some kinds of event; system-internal, nothing for none."""
    if not subjects:
        return {}
    found = read(_TOLD, [list(subjects), [kind.value for kind in kinds]])
    return {(subject, EventKind(kind)): Told(times, first) for subject, kind, times, first in found}
