# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Play a past activation through the product itself, with the clock of that night.

People see, take, decline or miss their alerts after delays that are drawn by chance; everything else (who is alerted,
when the next step is due, what the messages do) is what the services and rules decide. The gateway is played too: a
message of the past is accepted and delivered on paper, and none goes out.
"""

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from approdo.access.rules import Actor
from approdo.activations import selectors, services
from approdo.activations.rules.escalation import Recipient, next_step, reach_of
from approdo.activations.rules.planning import plan
from approdo.activations.rules.states import DeclineReason
from approdo.activations.services.activating import Request
from approdo.cli.demonstration.chance import dice
from approdo.cli.demonstration.loaded import Loaded
from approdo.cli.demonstration.region import PlannedActivation, PlannedCase
from approdo.networks import selectors as networks
from approdo.networks.rules import ROME, Channel, ServiceKind, ServiceView
from approdo.notifications import services as notifications
from approdo.notifications.rules import Failure, ReceiptState
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import CallRule, Target, context_of

_TAKES, _DECLINES = 0.62, 0.12
"""How often an alerted person takes the call, or says that she cannot; the others do not answer in time."""
_OPENS_FIRST = 0.38
"""How often she who takes it has opened it before; the others answer *1* to a text message or press a key."""
_PATIENCE = timedelta(minutes=70)
"""After this everybody who is alerted takes the call: no night of the demonstration is without an end."""
_LOST_TEXTS = 0.03
_ROOM = {Channel.EMAIL: 100, Channel.SMS: 100, Channel.VOICE: 100}
_REASONS = {
    ServiceKind.SHELTER: (DeclineReason.NO_PLACE, DeclineReason.NO_PLACE, DeclineReason.NOT_COMPETENT),
    ServiceKind.SUPPORT_CENTRE: (DeclineReason.ALREADY_ENGAGED, DeclineReason.CANNOT_NOW),
    ServiceKind.POLICE: (DeclineReason.ALREADY_ENGAGED, DeclineReason.TOO_FAR),
}


@dataclass
class _Search:
    """The search for one service's answer, as the call row has it."""

    rule: CallRule
    service_id: int
    call_id: UUID
    step: int = 0
    due_at: datetime | None = None
    round: int = 0
    silent: set[Recipient] = field(default_factory=set)
    """Who was alerted at this step and has not declined."""

    @property
    def waiting(self) -> bool:
        """Tell whether it has not begun yet."""
        return self.step == 0


def replay(loaded: Loaded, case: PlannedCase, case_id: UUID, actor: Actor) -> None:
    """Activate the network for a case at the moment it was opened, and play what happened until it ended."""
    assert case.activation is not None
    _Night(loaded, case, case.activation, case_id, actor).play()


def exchange(at: datetime, fate: Callable[[str, datetime], random.Random]) -> None:
    """Accept and deliver on paper whatever was due; ``fate`` is the chance of a message, by its address and instant."""
    while claimed := notifications.claim(now=at, room=_ROOM):
        results = [
            notifications.Result(outgoing, failure=Failure.REFUSED, final=True)
            if outgoing.channel is Channel.SMS and fate(outgoing.address, at).random() < _LOST_TEXTS
            else notifications.Result(outgoing, provider_reference=f"demonstration-{outgoing.id}")
            for outgoing in claimed
        ]
        notifications.record(results=results, now=at + timedelta(seconds=1))
        for result in results:
            if result.provider_reference and result.outgoing.channel is Channel.SMS:
                received = at + timedelta(seconds=fate(result.outgoing.address, at).randint(3, 14))
                notifications.record_receipt(
                    provider_reference=result.provider_reference, state=ReceiptState.DELIVERED, now=received
                )


class _Night:
    """One activation, with a queue of what is about to happen in it."""

    def __init__(
        self, loaded: Loaded, case: PlannedCase, activation: PlannedActivation, case_id: UUID, actor: Actor
    ) -> None:
        self._loaded, self._case, self._planned, self._actor = loaded, case, activation, actor
        self._chance = dice(loaded.region.seed, f"activation {case.number}")
        self._began = case.opened_at
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = count()
        self._covered: tuple[datetime, tuple[ServiceView, ...]] | None = None
        context = context_of(loaded.planned[case.service].kind)
        in_force = protocols.in_force(case.municipality, context, self._began)
        assert in_force is not None, f"{case.network} has no protocol"
        request = Request(case.municipality, activation.needs, activation.consent, context, case_id=case_id)
        made = services.activate(
            actor=actor, request=request, idempotency_key=f"demonstration-{case.number}", now=self._began
        )
        services.advance_due(now=self._began)
        self._id = made.id
        calls = selectors.board(actor, made.id, self._began).calls
        wanted = plan(in_force.parsed, activation.needs, self._coverage(self._began)).calls
        self._searches = [_Search(one.rule, one.service.id, call.id) for one, call in zip(wanted, calls, strict=True)]
        present = {search.rule.key for search in self._searches}
        for search in self._searches:
            if search.rule.after in present:
                search.due_at = self._began + timedelta(minutes=in_force.parsed.start_minutes(search.rule.key))
                self._expect(search)
            else:
                self._advanced(search, self._began)

    def play(self) -> None:
        """Let everything happen in its order, until the activation ends."""
        self._exchange(self._began + timedelta(seconds=1))
        stop = self._stop()
        at = self._began
        while self._queue and (stop is None or self._queue[0][0] < stop):
            at, _order, happening = heapq.heappop(self._queue)
            happening(at)
        self._end(stop or at)

    def _coverage(self, at: datetime) -> tuple[ServiceView, ...]:
        if self._covered is None or self._covered[0] != at:
            self._covered = (at, networks.coverage(self._case.municipality, at))
        return self._covered[1]

    def _later(self, at: datetime, happening: Callable[[datetime], None]) -> None:
        heapq.heappush(self._queue, (at, next(self._order), happening))

    # -- the clock ----------------------------------------------------------------------------------------------------

    def _expect(self, search: _Search) -> None:
        """Let the sweep come round shortly after the call is due."""
        current = search.round
        assert search.due_at is not None

        def sweep(at: datetime) -> None:
            if search.round == current:
                services.advance_due(now=at)
                for one in self._searches:
                    if one.due_at is not None and one.due_at <= at:
                        self._advanced(one, at)
                self._exchange(at + timedelta(seconds=1))

        self._later(search.due_at + timedelta(milliseconds=self._chance.randint(200, 2200)), sweep)

    def _advanced(self, search: _Search, at: datetime) -> None:
        """Follow a step that the product has just taken: same rule, same rota, same instant."""
        coverage = self._coverage(at)
        own = next((service for service in coverage if service.id == search.service_id), None)
        found = next_step(search.rule, search.step, reach_of(search.rule, own, coverage), at)
        search.step, search.due_at, search.round = found.step, found.due_at, search.round + 1
        search.silent = set(found.recipients)
        self._expect(search)
        if search.rule.channels.if_unread and found.recipients:
            held = at + timedelta(seconds=search.rule.channels.after_seconds + 1)
            self._later(held, lambda late: self._fall_through(search, late))
        for recipient in found.recipients:
            self._react(search, recipient, at)

    def _fall_through(self, search: _Search, at: datetime) -> None:
        if search.due_at is not None and notifications.sweep(now=at):
            self._exchange(at)

    # -- the people ---------------------------------------------------------------------------------------------------

    def _react(self, search: _Search, recipient: Recipient, at: datetime) -> None:
        """Draw what an alerted person does, and when; what would come after the step is over does not happen."""
        assert search.due_at is not None
        person = self._loaded.person(recipient.service_id, recipient.operator_id)
        night = not 8 <= at.astimezone(ROME).hour < 20
        seen_at = at + self._delay(median=150 if night else 80)
        answered_at = seen_at + self._delay(median=50)
        mood = self._chance.random()
        certain = recipient.target is Target.COORDINATOR or at - self._began > _PATIENCE
        takes = certain or mood < _TAKES
        if certain:
            answered_at = min(answered_at, search.due_at - timedelta(seconds=20))
            seen_at = min(seen_at, answered_at - timedelta(seconds=10))
        if answered_at >= search.due_at or not (takes or mood < _TAKES + _DECLINES):
            return
        current = search.round
        if not takes or mood < _OPENS_FIRST:
            self._later(seen_at, lambda when: self._see(search, current, person, when))
        answer = self._take if takes else self._decline
        self._later(answered_at, lambda when: answer(search, current, recipient, person, when))

    def _delay(self, *, median: float) -> timedelta:
        return timedelta(seconds=round(self._chance.lognormvariate(math.log(median), 0.8)) + 4)

    def _is_open(self, search: _Search, current: int) -> bool:
        return search.due_at is not None and search.round == current

    def _see(self, search: _Search, current: int, person: Actor, at: datetime) -> None:
        if self._is_open(search, current):
            services.look(actor=person, activation_id=self._id, now=at)

    def _take(self, search: _Search, current: int, _recipient: Recipient, person: Actor, at: datetime) -> None:
        if not self._is_open(search, current):
            return
        services.take(actor=person, call_id=search.call_id, now=at)
        search.due_at, search.round = None, search.round + 1
        for other in self._searches:
            if other.waiting and other.rule.after == search.rule.key:
                other.due_at, other.round = at, other.round + 1
                self._expect(other)

    def _decline(self, search: _Search, current: int, recipient: Recipient, person: Actor, at: datetime) -> None:
        if not self._is_open(search, current):
            return
        reason = self._chance.choice(_REASONS.get(search.rule.kind, (DeclineReason.CANNOT_NOW,)))
        services.decline(actor=person, call_id=search.call_id, reason=reason, now=at)
        search.silent.discard(recipient)
        if not search.silent:
            self._advanced(search, at)
            self._exchange(at + timedelta(seconds=1))

    # -- the gateway --------------------------------------------------------------------------------------------------

    def _exchange(self, at: datetime) -> None:
        exchange(at, self._fate)

    def _fate(self, address: str, at: datetime) -> random.Random:
        """Return the chance of a message: of its address and instant, since rows come in an order nobody foresees."""
        return dice(self._loaded.region.seed, f"message {self._case.number} {address} {at:%d %H:%M:%S}")

    # -- the end ------------------------------------------------------------------------------------------------------

    def _stop(self) -> datetime | None:
        if self._planned.ending == "undone":
            return self._began + timedelta(seconds=self._chance.randint(7, 17))
        if self._planned.ending == "stood_down":
            return self._began + timedelta(minutes=self._chance.randint(4, 35))
        return None

    def _end(self, at: datetime) -> None:
        if self._planned.ending == "undone":
            services.undo(actor=self._actor, activation_id=self._id, now=at)
        elif self._planned.ending == "stood_down":
            assert self._planned.reason is not None
            services.stand_down(actor=self._actor, activation_id=self._id, reason=self._planned.reason, now=at)
        elif self._planned.ending == "closed":
            at += timedelta(minutes=self._chance.randint(6, 45))
            services.close(actor=self._actor, activation_id=self._id, now=at)
        self._exchange(at + timedelta(seconds=1))
