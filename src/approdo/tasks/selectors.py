# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from approdo.access.rules import Actor, Permission, acting, require
from approdo.kit.errors import NotFound
from approdo.kit.rows import Answer, Statement
from approdo.protocols.rules import PathwayStep, Phase, parse_step
from approdo.tasks.models import Stretch, Task
from approdo.tasks.rules import OPEN, Act, Party, PastTask, Status, parties, possible

SHOWN, LISTED = 25, 200
"""How many open tasks her day shows, and how many the list of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One task, as a list shows it."""

    id: UUID
    case_id: UUID
    alias: str
    exercise: bool
    step: PathwayStep
    service_id: int
    operator_id: int | None
    status: Status
    reached_at: datetime
    due_at: datetime
    escalated: bool
    ended_at: datetime | None
    end_reason: str
    instrument: str
    """The code of the instrument of an assessment; empty where none was made."""

    @property
    def open(self) -> bool:
        """Tell whether it is still to do."""
        return self.status in OPEN

    def late(self, at: datetime) -> bool:
        """Tell whether it is to do and past its limit."""
        return self.open and self.due_at < at


@dataclass(frozen=True, slots=True)
class Page:
    """One task, and what the actor may do to it now."""

    line: Line
    acts: frozenset[Act]


def line_of(row: Task, alias: str) -> Line:
    """Return a stored task as a list shows it."""
    return Line(
        id=row.pk,
        case_id=row.case_id,
        alias=alias,
        exercise=row.exercise,
        step=parse_step(row.step),
        service_id=row.service_id,
        operator_id=row.operator_id,
        status=Status(row.status),
        reached_at=row.reached_at,
        due_at=row.due_at,
        escalated=row.escalated_at is not None,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
        instrument=row.instrument,
    )


def held_by(actor: Actor, row: Task, led: Collection[UUID]) -> frozenset[Party]:
    """Return what the actor's service is to a task."""
    return parties(actor.service_id, holder=row.service_id, lead=actor.service_id if row.case_id in led else None)


def acts_on(row: Task, held: frozenset[Party]) -> frozenset[Act]:
    """Return what may be done to a stored task by whoever holds these parts."""
    return possible(Status(row.status), held, asks_again=parse_step(row.step).ask_again_after_hours is not None)


def page(actor: Actor, task_id: UUID, led: Collection[UUID] = ()) -> Page:
    """Return one task; ``NotFound`` for absent and hidden alike."""
    require(actor, Permission.READ_CASE)
    row = _named(Task.objects.visible_to(actor, led).filter(pk=task_id)).first()
    if row is None:
        raise NotFound
    return Page(line_of(row, row.alias), acts_on(row, held_by(actor, row, led)))


def of_case(actor: Actor, case_id: UUID, led: Collection[UUID] = ()) -> tuple[Page, ...]:
    """Return the tasks of a case that concern the actor's service: all of them for who leads. Open ones first."""
    require(actor, Permission.READ_CASE)
    rows = _named(Task.objects.visible_to(actor, led).filter(case_id=case_id))
    found = rows.order_by(F("ended_at").desc(nulls_first=True), "due_at", "key")
    return tuple(Page(line_of(row, row.alias), acts_on(row, held_by(actor, row, led))) for row in found)


def _named(rows: QuerySet[Task]) -> QuerySet[Any]:
    return rows.annotate(alias=F("case__alias"))


def phases_of(case_id: UUID) -> dict[Phase, datetime]:
    """Return the phases in which a case is, and since when. The caller has checked who asks."""
    rows = Stretch.objects.filter(case_id=case_id, ended_at=None).order_by("begun_at")
    return {Phase(phase): begun for phase, begun in rows.values_list("phase", "begun_at")}


_OPEN_OF_SERVICE = Statement(
    lambda service, until: (
        Task.objects.filter(service_id=service, ended_at=None, due_at__lt=until)
        .annotate(alias=F("case__alias"))
        .order_by("due_at", "id")[: SHOWN + 1]
    ),
    service=int,
    until=datetime,
)


@dataclass(frozen=True, slots=True)
class Due:
    """What a service is to do by an instant: the first of it, the earliest first, and whether there is more."""

    lines: tuple[Line, ...]
    more: bool


def due_until(actor: Actor, until: datetime, *, mine: bool = False) -> Due:
    """Return the open tasks of the actor's service whose limit comes before an instant, or those in her own hands."""
    require(actor, Permission.READ_CASE)
    operator_id, service_id = acting(actor)
    rows = Task.objects.filter(service_id=service_id, ended_at=None, due_at__lt=until)
    rows = rows.filter(operator_id=operator_id) if mine else rows
    return _listed(list(_named(rows).order_by("due_at", "id")[: LISTED + 1]), LISTED)


def ask_due(actor: Actor, until: datetime) -> Answer[Due]:
    """Ask for the first of the open tasks of the actor's service whose limit comes before an instant; do not wait."""
    require(actor, Permission.READ_CASE)
    _operator_id, service_id = acting(actor)
    return _OPEN_OF_SERVICE.ask(service=service_id, until=until).then(lambda rows: _listed(rows, SHOWN))


def _listed(rows: Sequence[Any], most: int) -> Due:
    lines = tuple(line_of(row, row.alias) for row in rows)
    return Due(lines[:most], len(lines) > most)


@dataclass(frozen=True, slots=True)
class Load:
    """How many tasks somebody has in hand, and how many of them are late."""

    open: int
    late: int


def load_of(service_ids: Collection[int], at: datetime) -> Mapping[tuple[int, int | None], Load]:
    """Return the open tasks of some services by service and by who took them, None for nobody. System-internal:
    the caller has checked who asks; counts, never which."""
    rows = Task.objects.filter(service__in=service_ids, ended_at=None, exercise=False)
    counted = rows.values_list("service_id", "operator_id").annotate(
        all=Count("id"), late=Count("id", filter=Q(due_at__lt=at))
    )
    return {(service, operator): Load(all_, late) for service, operator, all_, late in counted}


def past(municipality_codes: Collection[str], since: datetime) -> tuple[PastTask, ...]:
    """Return the tasks that came about since an instant for women of some municipalities. System-internal: the caller
    has checked who asks; drills are left out."""
    rows = Task.objects.filter(case__municipality__in=municipality_codes, reached_at__gte=since, exercise=False)
    columns = ("key", "stretch__phase", "step", "status", "reached_at", "due_at", "ended_at", "end_reason")
    return tuple(
        PastTask(key, Phase(phase), step["what"], Status(status), reached, due, ended, reason)
        for key, phase, step, status, reached, due, ended, reason in rows.values_list(*columns)
    )


def case_of(task_id: UUID) -> UUID | None:
    """Return the case of a task that the database lets be seen, or None. System-internal."""
    return Task.objects.filter(pk=task_id).values_list("case_id", flat=True).first()


def begun_among(case_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of some cases that were ever in a phase. System-internal."""
    return frozenset(Stretch.objects.filter(case_id__in=case_ids).values_list("case_id", flat=True))


def due(at: datetime, limit: int) -> tuple[UUID, ...]:
    """Return the tasks whose clock has something to do, the longest waiting first. System-internal."""
    found = Task.objects.filter(act_at__lte=at).order_by("act_at").values_list("pk", flat=True)
    return tuple(found[:limit])
