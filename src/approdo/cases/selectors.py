# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value

from approdo.access.rules import Actor, Permission, acting, require
from approdo.cases.models import Case, Event, Participation
from approdo.cases.rules import Arrival, CaseState, ClosingReason, EventKind, Path
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.rows import Answer, Rows, Statement, ask, read, together
from approdo.kit.words import mark as _

_EVENTS = "SELECT happened_at, kind, service_id, subject, detail FROM cases_event"
_NEWEST = _EVENTS + " WHERE case_id = %s ORDER BY happened_at DESC, id DESC LIMIT %s"
PAGE, LISTED = 25, 200
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


@dataclass(frozen=True, slots=True)
class CaseBrief:
    """What of a case the protocol needs to know: where it is, and who is around, those that joined first first."""

    id: UUID
    state: CaseState
    municipality_code: str
    exercise: bool
    lead_service_id: int | None
    service_ids: tuple[int, ...]


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


class Missing(StrEnum):
    """What a case lacks that somebody must give it; a promise: the contact that was promised her has not been."""

    ANSWER = "answer"
    LEAD = "lead"
    PROMISE = "promise"
    NEXT_CONTACT = "next_contact"


@dataclass(frozen=True, slots=True)
class Adrift:
    """A case that goes nowhere by itself: what it lacks, and since when."""

    id: UUID
    alias: str
    missing: Missing
    since: datetime
    exercise: bool


ADRIFT = 5


def _going_nowhere(service: int, at: datetime) -> "QuerySet[Case, Any]":
    """The first few of each kind, each from an index of its own: in one condition every open case is looked at."""
    led = Case.objects.filter(lead_service_id=service, closed_at=None)
    unled = Participation.objects.filter(service_id=service, until=None, open=True, led=False).order_by("since")
    kinds = (
        (Missing.ANSWER, Case.objects.filter(offered_service_id=service, closed_at=None), "opened_at"),
        (Missing.LEAD, Case.objects.filter(pk__in=unled.values("case_id")[: ADRIFT + 1]), "opened_at"),
        (Missing.NEXT_CONTACT, led.filter(next_contact_at=None), "opened_at"),
        (Missing.PROMISE, led.filter(next_contact_at__lt=at), "next_contact_at"),
    )
    first, *others = (
        found.annotate(missing=Value(missing.value), last=F(since))
        .order_by("last", "id")
        .values_list("id", "alias", "missing", "last", "exercise")[: ADRIFT + 1]
        for missing, found, since in kinds
    )
    return first.union(*others, all=True)


_ADRIFT = Statement(_going_nowhere, service=int, at=datetime)


def adrift(actor: Actor, at: datetime) -> tuple[tuple[Adrift, ...], bool]:
    """Return the cases of the actor's service that go nowhere by themselves, and whether there are more.

    Those whose lead was offered to her service come first, then those that nobody leads, then those it leads with a
    contact that was promised and has passed, or without one; the longest first.
    """
    return ask_adrift(actor, at).value


def ask_adrift(actor: Actor, at: datetime) -> Answer[tuple[tuple[Adrift, ...], bool]]:
    """Ask for ``adrift`` without waiting for it."""
    require(actor, Permission.READ_CASE)
    _operator_id, service_id = acting(actor)
    return _ADRIFT.ask(service=service_id, at=at).then(_adrift)


def _adrift(rows: Rows) -> tuple[tuple[Adrift, ...], bool]:
    first: dict[UUID, Adrift] = {}
    for pk, alias, missing, since, exercise in sorted(rows, key=lambda row: (_PRESSING[row[2]], row[3], row[0])):
        first.setdefault(pk, Adrift(pk, alias, Missing(missing), since, exercise))
    return tuple(first.values())[:ADRIFT], len(first) > ADRIFT


@dataclass(frozen=True, slots=True)
class Promised:
    """A contact that was promised to a woman, and when."""

    case_id: UUID
    alias: str
    at: datetime
    manager_id: int
    exercise: bool


_PROMISED = Statement(
    lambda service, after, until: (
        Case.objects.filter(lead_service_id=service, closed_at=None, next_contact_at__gte=after)
        .filter(next_contact_at__lt=until)
        .order_by("next_contact_at", "id")
        .values_list("id", "alias", "next_contact_at", "lead_operator_id", "exercise")[:PAGE]
    ),
    service=int,
    after=datetime,
    until=datetime,
)


def ask_promised(actor: Actor, after: datetime, until: datetime) -> Answer[tuple[Promised, ...]]:
    """Ask for the contacts promised between two instants on the cases that the actor's service leads, soonest first."""
    require(actor, Permission.READ_CASE)
    _operator_id, service_id = acting(actor)
    asked = _PROMISED.ask(service=service_id, after=after, until=until)
    return asked.then(lambda rows: tuple(Promised(*row) for row in rows))


def promised(actor: Actor, after: datetime, until: datetime, *, mine: bool = False) -> tuple[Promised, ...]:
    """Return the same, or only on the cases that the actor leads in person."""
    require(actor, Permission.READ_CASE)
    operator_id, service_id = acting(actor)
    rows = Case.objects.filter(lead_service_id=service_id, closed_at=None, next_contact_at__gte=after)
    rows = rows.filter(next_contact_at__lt=until).order_by("next_contact_at", "id")
    rows = rows.filter(lead_operator_id=operator_id) if mine else rows
    columns = ("id", "alias", "next_contact_at", "lead_operator_id", "exercise")
    return tuple(Promised(*row) for row in rows.values_list(*columns)[:LISTED])


_PRESSING = {missing.value: rank for rank, missing in enumerate(Missing)}


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


def _rows(events: Rows) -> tuple[EventRow, ...]:
    return tuple(EventRow(at, EventKind(kind), *rest) for at, kind, *rest in events)
