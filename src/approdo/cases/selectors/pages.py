# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cases of a service as its people see them: the list, and one case with its chronology."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from approdo.access.rules import Actor, Permission, acting, require
from approdo.cases.models import Case, Event, Participation
from approdo.cases.rules import Arrival, CaseState, ClosingReason, EventKind
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.rows import Answer, Rows, Statement, ask, together
from approdo.kit.words import mark as _

_EVENTS = "SELECT happened_at, kind, service_id, subject, detail FROM cases_event"
_NEWEST = _EVENTS + " WHERE case_id = %s ORDER BY happened_at DESC, id DESC LIMIT %s"
PAGE = 25
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the list of cases."""

    id: UUID
    alias: str
    state: CaseState
    municipality: str
    joined_at: datetime
    last_event_at: datetime
    exercise: bool


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a chronology."""

    happened_at: datetime
    kind: EventKind
    service_id: int | None
    subject: UUID | None
    detail: str


@dataclass(frozen=True, slots=True)
class Participant:
    """A service around the woman, since when."""

    service_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class CasePage:
    """What the page of one case shows."""

    id: UUID
    alias: str
    state: CaseState
    arrival: Arrival
    municipality: str
    municipality_code: str
    opened_at: datetime
    exercise: bool
    lead_service_id: int | None
    lead_operator_id: int | None
    offered_service_id: int | None
    next_contact_at: datetime | None
    closing_reason: ClosingReason | None
    participants: tuple[Participant, ...]
    chronology: tuple[EventRow, ...]


def _page(service: int, before: datetime) -> "QuerySet[Participation, Any]":
    """A page of parts in the order of one index, before anything is joined to it: not more than is shown is looked at.

    In one step the planner, which cannot know how few cases a claim shows, walks all that are open.
    """
    mine = Participation.objects.filter(service_id=service, until=None, open=True, since__lt=before)
    page = mine.order_by("-since", "case_id").values("pk")[: PAGE + 1]
    events = Event.objects.filter(case=OuterRef("case")).order_by("-happened_at")
    return (
        Participation.objects.filter(pk__in=page)
        .annotate(last=Subquery(events.values("happened_at")[:1]))
        .order_by("-since", "case_id")
        .values_list(
            *("case_id", "case__alias", "case__state", "case__municipality__name", "last", "case__exercise", "since")
        )
    )


_CASES = Statement(_page, service=int, before=datetime)
_CASE = Statement(
    lambda service, case: (
        Case.objects.visible_to_service(service).filter(pk=case).annotate(place=F("municipality__name"))
    ),
    service=int,
    case=UUID,
)
_PARTICIPANTS = Statement(
    lambda case: (
        Participation.objects.filter(case=case, until=None)
        .order_by("since", "service_id")
        .values_list("service_id", "since")
    ),
    case=UUID,
)


def cases_of(actor: Actor, *, before: datetime | None = None) -> tuple[list[CaseRow], bool]:
    """Return a page of the open cases of the actor's service, those it joined last first, and whether there are more.

    ``before`` is the cursor: the instant at which it joined the last one already shown. The list is made from the parts
    the service takes, which one index holds in order: it costs the same among a hundred cases and among a million.
    """
    require(actor, Permission.READ_CASE)
    _operator_id, service_id = acting(actor)
    rows = [
        CaseRow(pk, alias, CaseState(state), municipality, since, last or since, exercise)
        for pk, alias, state, municipality, last, exercise, since in _CASES.read(
            service=service_id, before=before or _EVER
        )
    ]
    return rows[:PAGE], len(rows) > PAGE


def case_page(actor: Actor, case_id: UUID, *, limit: int = 200) -> CasePage:
    """Return one case with its chronology, newest first; ``NotFound`` for absent and hidden alike."""
    with together():
        answered = ask_case_page(actor, case_id, limit=limit)
    return answered()


def ask_case_page(actor: Actor, case_id: UUID, *, limit: int = 200) -> Callable[[], CasePage]:
    """Ask for the same; what is returned waits for the answer. ``limit``: lines of the chronology, 0 for none."""
    require(actor, Permission.READ_CASE)
    if actor.service_id is None:
        raise NotFound
    asked = _CASE.ask(service=actor.service_id, case=case_id)
    participants = _PARTICIPANTS.ask(case=case_id)
    chronology = ask(_NEWEST, [case_id, limit], _rows) if limit else None

    def answered() -> CasePage:
        if not asked.value:
            raise NotFound
        case = asked.value[0]
        return CasePage(
            id=case.pk,
            alias=case.alias,
            state=CaseState(case.state),
            arrival=Arrival(case.arrival),
            municipality=case.place,
            municipality_code=case.municipality_id,
            opened_at=case.opened_at,
            exercise=case.exercise,
            lead_service_id=case.lead_service_id,
            lead_operator_id=case.lead_operator_id,
            offered_service_id=case.offered_service_id,
            next_contact_at=case.next_contact_at,
            closing_reason=ClosingReason(case.closing_reason) if case.closing_reason else None,
            participants=tuple(Participant(*row) for row in participants.value),
            chronology=() if chronology is None else chronology.value,
        )

    return answered


def led_among(actor: Actor, case_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the alias of those of some cases that the actor's service leads."""
    require(actor, Permission.READ_CASE)
    led = Case.objects.visible_to(actor).filter(pk__in=case_ids, lead_service_id=actor.service_id)
    return dict(led.values_list("pk", "alias"))


def takes_part(actor: Actor, case_id: UUID) -> bool:
    """Tell whether the actor's service takes part in a case now, and may open it."""
    return Case.objects.visible_to(actor).filter(pk=case_id).exists()


def joinable(actor: Actor, case_id: UUID, *, exercise: bool) -> bool:
    """Tell whether the actor's service takes part in the case now; ``Invalid`` when one is a drill and one is not."""
    drill = Case.objects.visible_to(actor).filter(pk=case_id).values_list("exercise", flat=True).first()
    if drill is not None and drill is not exercise:
        raise Invalid(
            {"exercise": _("Una prova non entra in un percorso vero, né il contrario. Nessuno è stato avvisato.")}
        )
    return drill is not None


def ask_chronology_of(subjects: Sequence[UUID]) -> Answer[tuple[EventRow, ...]]:
    """Ask for the events about these acts, oldest first; the caller decides who may see the acts."""
    return ask(_EVENTS + " WHERE subject = ANY(%s) ORDER BY happened_at, id", [list(subjects)], _rows)


def _rows(events: Rows) -> tuple[EventRow, ...]:
    return tuple(EventRow(at, EventKind(kind), *rest) for at, kind, *rest in events)
