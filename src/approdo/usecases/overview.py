# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one person sees at a glance: her day, the cases of her service, one case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from approdo.access.rules import Actor, Permission, Role, acting, may
from approdo.activations import selectors as activations
from approdo.activations import services as answering
from approdo.activations.selectors import AnsweredActivation, WaitingCall
from approdo.audit import services as audit
from approdo.cases import selectors as cases
from approdo.cases.selectors import Adrift, CasePage
from approdo.consents import selectors as consents
from approdo.consents.rules import BreakGlassState
from approdo.kit.rows import together
from approdo.networks import selectors as networks
from approdo.networks.selectors import SwapView
from approdo.notifications import services as notifications
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import DraftState
from approdo.protocols.selectors import DraftLine, ItemView
from approdo.referrals import selectors as referrals
from approdo.referrals.selectors import Desk
from approdo.risk import selectors as risk
from approdo.risk.selectors import LoadedView
from approdo.usecases import attempts, breaking, coverage, danger, drills, reading, reception, referring, todo
from approdo.usecases.around import Around, ask_around
from approdo.usecases.attempts import Tried
from approdo.usecases.breaking import Opened
from approdo.usecases.coverage import Uncovered
from approdo.usecases.danger import Unread
from approdo.usecases.drills import Failing
from approdo.usecases.reading import Unusual
from approdo.usecases.reception import Ending, Strip
from approdo.usecases.referring import Unanswered
from approdo.usecases.todo import Today

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Day:
    """What waits for one person, the most pressing first."""

    at: datetime
    calling: tuple[WaitingCall, ...]
    late: tuple[WaitingCall, ...]
    waiting: tuple[WaitingCall, ...]
    answered: tuple[AnsweredActivation, ...]
    adrift: tuple[Adrift, ...] = ()
    """Cases that nobody leads, or without a next contact; and whether there are more of them."""
    more_adrift: bool = False
    glasses: tuple[Opened, ...] = ()
    """Emergency accesses to cases that her service leads, until somebody else has reviewed them."""
    to_review: int = 0
    """Emergency accesses that wait for her review, as a network coordinator."""
    overdue: int = 0
    """Those of them that nobody has reviewed in time."""
    attempts: tuple[Tried, ...] = ()
    """Attempts of people who are kept out: at the cases her service leads, or that concern her as a referent."""
    uncovered: tuple[Uncovered, ...] = ()
    """Networks with calls that nobody would hear in the coming nights, for a coordinator."""
    failing: tuple[Failing, ...] = ()
    """Services of a coordinator whose last drill found a telephone that does not ring."""
    unusual: tuple[Unusual, ...] = ()
    """Who reads unusually much, for a coordinator."""
    swaps: tuple[SwapView, ...] = ()
    """What colleagues ask of her: to take a shift, or to exchange one."""
    referrals: Desk | None = None
    """What of referrals concerns her service; None for who reads no case."""
    labels: Mapping[int, str] = field(default_factory=dict)
    """Of the services that referrals name."""
    unanswered: tuple[Unanswered, ...] = ()
    """Services of a coordinator that leave referrals without an answer."""
    drafts: tuple[DraftLine, ...] = ()
    """Drafts of protocols that wait for her approval, and those of hers that were sent back."""
    to_do: Today = field(default_factory=Today)
    """What her service is to do by the end of today, and the contacts it promised."""
    evidence: tuple[Ending, ...] = ()
    """Cases for which her service keeps evidence that is not kept much longer."""
    unread: tuple[Unread, ...] = ()
    """Cases in which a colleague wrote something that holds once she has read it."""
    shelf: tuple[ItemView, ...] = ()
    """What of a network's shelf waits for her approval, or was sent back to her."""
    instruments: tuple[LoadedView, ...] = ()
    """Instruments that others loaded, and wait for her approval."""
    next_duty: datetime | None = None
    trial: bool = False
    """Whether she is trying how she is reached: then this screen says that the test has reached it."""

    @property
    def others(self) -> int:
        """Count what neither calls her nor is late."""
        return len(self.waiting) + len(self.answered)

    @property
    def nothing(self) -> bool:
        """Tell whether nothing at all is waiting."""
        pressing = self.calling or self.late or self.waiting or self.answered or self.adrift
        watched = (
            self.glasses
            or self.to_review
            or self.attempts
            or self.unusual
            or self.unanswered
            or self.evidence
            or self.unread
        )
        unheard = self.uncovered or self.failing
        to_approve = self.drafts or self.shelf or self.instruments
        return not (pressing or watched or unheard or to_approve or self.referred or self.swaps or self.to_do.anything)

    @property
    def to_approve(self) -> tuple[DraftLine, ...]:
        """Return the drafts that wait for her approval."""
        return tuple(draft for draft in self.drafts if draft.state is DraftState.PROPOSED)

    @property
    def sent_back(self) -> tuple[DraftLine, ...]:
        """Return her drafts that were sent back."""
        return tuple(draft for draft in self.drafts if draft.state is DraftState.EDITING)

    @property
    def referred(self) -> bool:
        """Tell whether a referral waits for an answer of hers, or came back."""
        desk = self.referrals
        return desk is not None and bool(desk.to_answer or desk.questions or desk.came_back)


def day(actor: Actor, now: datetime) -> Day:
    """Return what waits for the actor, and note that her alerts reached an open screen."""
    trial = _receive_trial(actor, now)
    if not may(actor, Permission.READ_ACTIVATION):
        return Day(now, (), (), (), (), swaps=networks.swaps_asked_of(actor, now), trial=trial)
    answering.receive(actor=actor, now=now)
    with together():
        asked = activations.ask_waiting_for(actor, now)
        asked_answered, asked_swaps = activations.ask_answered_by_all(actor), networks.ask_swaps_asked_of(actor, now)
        asked_glasses, asked_attempts = consents.ask_unreviewed(now), attempts.ask_lately(now)
        asked_desk = referrals.ask_desk(actor, now) if may(actor, Permission.READ_CASE) else None
        asked_to_do = todo.ask_today(actor, now) if may(actor, Permission.READ_CASE) else Today
        asked_evidence = reception.ask_evidence_ending(actor, now) if may(actor, Permission.READ_CASE) else tuple
        asked_unread = danger.ask_unread(actor) if may(actor, Permission.READ_CASE) else tuple
        adrift, more = cases.ask_adrift(actor, now).value if may(actor, Permission.READ_CASE) else ((), False)
        calls, answered, glasses, tried = asked.value, asked_answered.value, asked_glasses.value, asked_attempts.value
    desk, to_do = asked_desk.value if asked_desk else None, asked_to_do()
    calling = tuple(_one_per_activation(call for call in calls if call.mine))
    answerable = {call.activation_id for call in calling}
    others = _one_per_activation(call for call in calls if call.activation_id not in answerable)
    reviews = consents.reviews_for(actor, at=now) if actor.role is Role.NETWORK_COORDINATOR else ()
    return Day(
        at=now,
        calling=calling,
        late=tuple(call for call in others if call.late),
        waiting=tuple(call for call in others if not call.late),
        next_duty=None if calls else _next_duty(actor, now),
        answered=tuple(answered),
        adrift=adrift,
        more_adrift=more,
        glasses=breaking.on_led_cases(actor, glasses) if may(actor, Permission.READ_CASE) else (),
        to_review=len(reviews),
        overdue=sum(one.state is BreakGlassState.OVERDUE for one in reviews),
        attempts=attempts.shown_to(actor, tried) if may(actor, Permission.READ_CASE) else (),
        unusual=reading.unusual(actor, now),
        uncovered=coverage.uncovered(actor, now),
        failing=drills.failing(actor),
        swaps=networks.swaps_among(actor, asked_swaps.value, now),
        referrals=desk,
        labels=referring.labels_of(desk) if desk else {},
        unanswered=referring.unanswered(actor),
        drafts=protocols.drafts_waiting(actor),
        to_do=to_do,
        evidence=asked_evidence(),
        unread=asked_unread(),
        shelf=protocols.shelf_waiting(actor),
        instruments=risk.loaded_waiting(actor),
        trial=trial,
    )


def _one_per_activation(calls: Iterable[WaitingCall]) -> list[WaitingCall]:
    """Keep the most pressing call of each activation, with how many of them are unanswered: one line, one board."""
    by_activation: dict[UUID, list[WaitingCall]] = {}
    for call in calls:
        by_activation.setdefault(call.activation_id, []).append(call)
    return [
        replace(min(same, key=lambda call: call.answer_by or _LAST), unanswered=len(same))
        for same in by_activation.values()
    ]


def _receive_trial(actor: Actor, now: datetime) -> bool:
    operator_id, _service_id = acting(actor)
    return notifications.receive_trial(operator_id=operator_id, now=now)


def _next_duty(actor: Actor, now: datetime) -> datetime | None:
    duty = networks.next_duty(actor, now)
    return duty.starts_at if duty else None


@dataclass(frozen=True, slots=True)
class Calling:
    """What a bar on every page says: who calls her, and that she is trying how she is reached."""

    calls: tuple[WaitingCall, ...]
    trial: bool


def calling(actor: Actor, now: datetime) -> Calling:
    """Return the calls the actor may answer now, and note that they reached an open screen of hers; trials too."""
    trial = _receive_trial(actor, now)
    if not may(actor, Permission.READ_ACTIVATION):
        return Calling((), trial)
    answering.receive(actor=actor, now=now)
    mine = (call for call in activations.waiting_for(actor, now) if call.mine)
    return Calling(tuple(_one_per_activation(mine)), trial)


@dataclass(frozen=True, slots=True)
class CaseOverview:
    """One case with the labels of the services that its page names."""

    page: CasePage
    labels: Mapping[int, str]
    at: datetime
    attempts: tuple[Tried, ...]
    """Attempts of people who are kept out, for who leads it."""
    around: tuple[Around, ...]
    """Who is around her; to others than who leads, no more than which services, since when."""
    strip: Strip | None
    """What is next until she leaves the department, for the one that received her."""


def case(actor: Actor, case_id: UUID, now: datetime) -> CaseOverview:
    """Return one case and the labels of the services in it, and write down that it was read.

    Raises ``NotFound`` for absent and hidden alike.
    """
    page = cases.case_page(actor, case_id)
    named = {participant.service_id for participant in page.participants}
    named |= {event.service_id for event in page.chronology if event.service_id is not None}
    leads = page.lead_service_id is not None and page.lead_service_id == actor.service_id
    with together():
        audit.record(actor=actor, verb="case.read", subject=f"case:{case_id}", case_id=case_id, now=now)
        asked, asked_attempts = networks.ask_name_plates(named), attempts.ask_lately(now)
        asked_around = ask_around(page, now) if leads else None
        plates, tried = asked.value, asked_attempts.value
    labels, strip = {pk: plate.label for pk, plate in plates.items()}, reception.strip(actor, page, now)
    if asked_around is None:
        around = tuple(Around(one.service_id, one.since) for one in page.participants)
        return CaseOverview(page, labels, now, (), around, strip)
    return CaseOverview(page, labels, now, attempts.shown_to(actor, tried, case_id), asked_around(), strip)
