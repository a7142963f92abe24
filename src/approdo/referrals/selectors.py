# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from approdo.access.rules import Actor, Permission, Slice, acting, require
from approdo.kit.errors import NotFound
from approdo.kit.rows import Answer, Statement
from approdo.networks.rules import ServiceKind
from approdo.protocols.rules import ReferralClock, Urgency
from approdo.referrals.models import Referral, ReplyLink, Step
from approdo.referrals.rules import (
    READERS,
    TRIES,
    Act,
    Business,
    Course,
    Owed,
    Party,
    Reason,
    Standing,
    Status,
    business,
    parties,
    possible,
)
from approdo.vault import services as vault
from approdo.vault.rules import KeysUnavailable, Place, Unreadable

CAME_BACK_FOR = timedelta(days=7)
"""How long what came back stands on the day of whoever sent it."""
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One referral, as a list shows it."""

    id: UUID
    case_id: UUID
    alias: str
    exercise: bool
    requester_id: int
    target_id: int
    reason: Reason
    urgency: Urgency
    status: Status
    business: Business
    offered_at: datetime
    answer_by: datetime | None
    """Until when somebody owes an answer; None when nobody does."""
    changed_at: datetime
    sent_at: datetime | None
    end_reason: str

    @property
    def sent(self) -> bool:
        """Tell whether it ever left."""
        return self.sent_at is not None


@dataclass(frozen=True, slots=True)
class Told:
    """One act on a referral: who, when, a code, and its words if the actor's organisation can open them."""

    act: Act
    happened_at: datetime
    service_id: int | None
    code: str
    words: str
    closed: bool
    """Whether there are words that she cannot open: consent never reached her service, or was taken back."""


@dataclass(frozen=True, slots=True)
class Page:
    """One referral with what was done, newest first, and what the actor may do now."""

    line: Line
    slices: tuple[Slice, ...]
    told: tuple[Told, ...]
    held: frozenset[Party]
    acts: frozenset[Act]


def standing(row: Referral) -> Standing:
    """Return what the rules ask of a row."""
    return Standing(Status(row.status), row.asked_at is not None, row.answered_at is not None)


def owed(row: Referral) -> Owed | None:
    """Return the answer that somebody owes, if anybody does."""
    if row.status != Status.REQUESTED or row.owed_since is None:
        return None
    clock = ReferralClock(*row.clock)
    return Owed(row.owed_since, clock, row.reminded_at is not None, row.escalated_at is not None)


def held_by(actor: Actor, row: Referral, led: Collection[UUID]) -> frozenset[Party]:
    """Return what the actor's service is to a referral, given the cases among which it leads."""
    lead = actor.service_id if row.case_id in led else None
    return parties(actor.service_id, requester=row.requester_id, target=row.target_id, lead=lead)


def page(actor: Actor, referral_id: UUID, led: Collection[UUID] = ()) -> Page:
    """Return one referral as the actor may read it; ``NotFound`` for absent and hidden alike.

    ``led``: the cases that her service leads, as the room of cases said at this moment.
    """
    require(actor, Permission.READ_CASE)
    row = Referral.objects.visible_to(actor, led).filter(pk=referral_id).first()
    held = frozenset() if row is None else held_by(actor, row, led)
    if row is None or not reads(row, held):
        raise NotFound
    told = _told(actor, row)
    return Page(line_of(row), tuple(map(Slice, row.slices)), told, held, possible(standing(row), held))


def of_case(actor: Actor, case_id: UUID, led: Collection[UUID] = ()) -> tuple[Line, ...]:
    """Return the referrals of a case that concern the actor's service: all of them for who leads, newest first."""
    require(actor, Permission.READ_CASE)
    found = Referral.objects.visible_to(actor, led).filter(case_id=case_id).order_by("-offered_at", "id")[:SHOWN]
    return tuple(line_of(row) for row in found if reads(row, held_by(actor, row, led)))


@dataclass(frozen=True, slots=True)
class Desk:
    """What of referrals concerns a service now."""

    to_answer: tuple[Line, ...]
    """Sent to it and waiting for its answer, the most pressing first."""
    questions: tuple[Line, ...]
    """It sent them, and was asked something back."""
    came_back: tuple[Line, ...]
    """It sent them, they ended lately, and it has not sent her anywhere since."""
    under_way: tuple[Line, ...]
    """Everything else that is open."""

    @property
    def owed(self) -> int:
        """Count what waits for an answer of the service."""
        return len(self.to_answer) + len(self.questions)


_DESK = Statement(
    lambda service, since: Referral.objects.filter(
        Q(target_id=service, ended_at=None) | Q(requester_id=service, ended_at=None)
        | Q(requester_id=service, ended_at__gt=since)
    ).order_by("offered_at", "id"),
    service=int,
    since=datetime,
)  # fmt: skip


def desk(actor: Actor, at: datetime) -> Desk:
    """Return what of referrals concerns the actor's service."""
    return ask_desk(actor, at).value


def ask_desk(actor: Actor, at: datetime) -> Answer[Desk]:
    """Ask for the same without waiting for it."""
    require(actor, Permission.READ_CASE)
    _operator_id, service_id = acting(actor)
    asked = _DESK.ask(service=service_id, since=at - CAME_BACK_FOR)
    return asked.then(lambda rows: _sorted_out(rows, service_id))


def _sorted_out(rows: Sequence[Referral], service_id: int) -> Desk:
    newest = {row.case_id: row.pk for row in rows if row.requester_id == service_id}  # the oldest come first
    desks: dict[str, list[Line]] = {"to_answer": [], "questions": [], "came_back": [], "under_way": []}
    for row in rows:
        ours, stands = row.requester_id == service_id, standing(row)
        if stands.status is Status.REQUESTED and stands.open_question is ours:
            desks["questions" if ours else "to_answer"].append(line_of(row))
        elif row.ended_at is None and (ours or row.sent_at is not None):
            desks["under_way"].append(line_of(row))
        elif row.ended_at is not None and row.sent_at is not None and newest[row.case_id] == row.pk:
            desks["came_back"].append(line_of(row))
    for waiting in ("to_answer", "questions"):
        desks[waiting].sort(key=lambda line: line.answer_by or line.offered_at)
    return Desk(**{name: tuple(lines) for name, lines in desks.items()})


def case_of(referral_id: UUID) -> UUID | None:
    """Return the case of a referral, or None. System-internal."""
    return Referral.objects.filter(pk=referral_id).values_list("case_id", flat=True).first()


@dataclass(frozen=True, slots=True)
class Letter:
    """The link that was last sent to a service without an account."""

    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    guessed_at: bool
    """Whether it is dead because five wrong codes were brought."""


def letter_of(referral_id: UUID) -> Letter | None:
    """Return the link that was last sent for a referral, or None. System-internal."""
    row = ReplyLink.objects.filter(referral_id=referral_id, replaced_at=None).first()
    return None if row is None else Letter(row.made_at, row.expires_at, row.opened_at, row.wrong >= TRIES)


def courses(network_code: str, since: datetime) -> tuple[Course, ...]:
    """Return what became of the referrals proposed since an instant to women of a network's municipalities.

    System-internal: the caller has checked who asks. Drills and mistakes do not count.
    """
    rows = (
        Referral.objects.filter(case__municipality__networks__code=network_code, exercise=False, offered_at__gte=since)
        .exclude(status=Status.ENTERED_IN_ERROR)
        .order_by("offered_at")
        .values_list(
            *("case_id", "requester__kind", "target__kind", "status", "offered_at", "sent_at", "taken_at", "met_at"),
            *("ended_at", "end_reason", "case__closed_at"),
        )
    )
    return tuple(
        Course(case_id, ServiceKind(requester), ServiceKind(target), Status(status), *rest)
        for case_id, requester, target, status, *rest in rows
    )


def asked_by(referral_id: UUID) -> tuple[int, ...]:
    """Return the operator who proposed a referral. System-internal."""
    return tuple(Referral.objects.filter(pk=referral_id).values_list("requested_by_id", flat=True))


def escalated_by_service(organisations: Collection[int]) -> dict[int, tuple[int, datetime]]:
    """Return, by service of some organisations that owes an answer, how many referrals its coordinator was told of, and
    since when the oldest waits. System-internal: it says how many, never which."""
    rows = Referral.objects.filter(status=Status.REQUESTED, escalated_at__isnull=False)
    rows = rows.select_related("requester", "target").order_by("owed_since")
    found: dict[int, tuple[int, datetime]] = {}
    for row in rows.filter(Q(requester__organisation__in=organisations) | Q(target__organisation__in=organisations)):
        service = row.requester if standing(row).open_question else row.target
        if service.organisation_id not in organisations:
            continue
        owing = service.pk
        count, oldest = found.get(owing, (0, row.owed_since or row.offered_at))
        found[owing] = (count + 1, oldest)
    return found


def due(at: datetime, limit: int) -> tuple[UUID, ...]:
    """Return the referrals whose clock has something to do; system-internal."""
    found = Referral.objects.filter(due_at__lte=at).order_by("due_at").values_list("pk", flat=True)
    return tuple(found[:limit])


def reads(row: Referral, held: frozenset[Party]) -> bool:
    """Tell whether a service with these parts reads a referral; what was never sent stays the requester's."""
    readers = READERS[Status.DRAFT] if row.sent_at is None else READERS[Status(row.status)]
    return bool(readers & held)


def line_of(row: Referral) -> Line:
    """Return a referral as a list shows it."""
    stands, waits = standing(row), owed(row)
    dates = (row.ended_at, row.met_at, row.taken_at, row.answered_at, row.asked_at, row.sent_at)
    return Line(
        id=row.pk,
        case_id=row.case_id,
        alias=row.alias,
        exercise=row.exercise,
        requester_id=row.requester_id,
        target_id=row.target_id,
        reason=Reason(row.reason),
        urgency=Urgency(row.urgency),
        status=stands.status,
        business=business(
            stands, escalated=row.escalated_at is not None, progress=row.progress, end_reason=row.end_reason
        ),
        offered_at=row.offered_at,
        answer_by=waits.answer_by if waits else None,
        changed_at=next((one for one in dates if one is not None), row.offered_at),
        sent_at=row.sent_at,
        end_reason=row.end_reason,
    )


def _told(actor: Actor, row: Referral) -> tuple[Told, ...]:
    steps = list(Step.objects.filter(referral=row).order_by("-number"))
    words = _opened(actor, row, [one for one in steps if one.words is not None])
    return tuple(
        Told(
            Act(one.act),
            one.happened_at,
            one.service_id,
            one.code,
            words.get(one.number, ""),
            one.words is not None and one.number not in words,
        )
        for one in steps
    )


def _opened(actor: Actor, row: Referral, steps: Iterable[Step]) -> dict[int, str]:
    """Open the words with the key of the actor's organisation; without it the codes are read all the same."""
    sealed = list(steps)
    if not sealed or actor.organisation_id is None:
        return {}
    try:
        key = vault.case_key(organisation_id=actor.organisation_id, case_id=row.case_id)
        return {one.number: key.open(place(one, row.case_id), bytes(one.words or b"")).decode() for one in sealed}
    except (NotFound, Unreadable, KeysUnavailable):
        return {}


def place(step: Step, case_id: UUID) -> Place:
    """Return where the words of a step stand, so that they open nowhere else."""
    return Place(step.organisation_id or 0, case_id, "referral", step.referral_id, step.number)
