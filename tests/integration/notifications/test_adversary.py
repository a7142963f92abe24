# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An adversarial worker: it dies before or after sending, comes back from the dead, reports late; nothing is lost."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.integration.notifications.conftest import NOW, new

from approdo.kit import jobs
from approdo.networks.rules import Channel
from approdo.notifications import services
from approdo.notifications.gateways import Outgoing
from approdo.notifications.models import Message
from approdo.notifications.rules import BACKOFF, TRANSITIONS, Failure, MessageState, ReceiptState
from approdo.notifications.services import Result

MOVES = {(before, after) for (before, _what), after in TRANSITIONS.items()}
OVER = {MessageState.SENT, MessageState.DELIVERED, MessageState.FAILED, MessageState.CANCELLED}
OUTSIDE = [Channel.EMAIL, Channel.SMS, Channel.VOICE]
ROOM = dict.fromkeys(OUTSIDE, 3)


class AdversarialWorkers(RuleBasedStateMachine):
    """Real rows, inside a transaction that is thrown away; the test is the workers, the gateway and the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.now = NOW
        self.alerts: list[UUID] = []
        self.in_hand: list[Outgoing] = []
        self.dead: list[Outgoing] = []
        self.accepted: set[UUID] = set()
        self.refused: set[UUID] = set()
        self.closed: set[UUID] = set()
        self.read: set[UUID] = set()
        self.before: dict[UUID, Message] = {}

    # -- what people do --

    @rule(first=st.sets(st.sampled_from(OUTSIDE), min_size=1), later=st.sets(st.sampled_from(OUTSIDE)))
    def alert(self, first: set[Channel], later: set[Channel]) -> None:
        reference = uuid4()
        elapsed = (self.now - NOW).total_seconds()
        waves = [(Channel.APP, 0), *((channel, 0) for channel in sorted(first))]
        waves += [(channel, 1) for channel in sorted(later - first)]
        messages = [new(reference, channel, wave, after=elapsed + 60 * wave) for channel, wave in waves]
        services.enqueue(messages=messages, now=self.now)
        self.alerts.append(reference)

    @precondition(lambda self: self.alerts)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        reference = data.draw(st.sampled_from(self.alerts))
        services.cancel(references=[reference], now=self.now)
        self.closed.add(reference)

    @precondition(lambda self: self.alerts)
    @rule(data=st.data())
    def read_it(self, data: st.DataObject) -> None:
        reference = data.draw(st.sampled_from(self.alerts))
        services.mark_read(references=[reference], now=self.now)
        self.read.add(reference)

    @precondition(lambda self: self.alerts)
    @rule(data=st.data())
    def show_it(self, data: st.DataObject) -> None:
        services.mark_shown(references=[data.draw(st.sampled_from(self.alerts))], now=self.now)

    # -- what clocks and sweeps do --

    @rule(seconds=st.sampled_from([1, 5, 16, 31, 61]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def sweep(self) -> None:
        services.sweep(now=self.now)

    # -- what workers do --

    @rule()
    def claim(self) -> None:
        claimed = services.claim(now=self.now, room=ROOM)
        assert not {one.reference for one in claimed} & self.closed, "an answered alert was claimed"
        assert all(one.code for one in claimed), "a message cannot be sent without its code"
        self.in_hand += claimed

    def _one_in_hand(self, data: st.DataObject) -> Outgoing:
        return self.in_hand.pop(data.draw(st.integers(0, len(self.in_hand) - 1)))

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data())
    def succeed(self, data: st.DataObject) -> None:
        one = self._one_in_hand(data)
        self.accepted.add(one.id)
        services.record(results=[Result(one, provider_reference=f"{one.id}:{one.attempts}")], now=self.now)

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data(), final=st.booleans())
    def fail(self, data: st.DataObject, final: bool) -> None:
        one = self._one_in_hand(data)
        if final:
            self.refused.add(one.id)
        services.record(results=[Result(one, failure=Failure.TIMEOUT, final=final)], now=self.now)

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data(), having_sent=st.booleans())
    def die(self, data: st.DataObject, having_sent: bool) -> None:
        one = self._one_in_hand(data)
        self.dead.append(one)
        if having_sent:
            self.accepted.add(one.id)

    @precondition(lambda self: self.dead)
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        one = self.dead.pop(data.draw(st.integers(0, len(self.dead) - 1)))
        failure = None if one.id in self.accepted else Failure.TIMEOUT
        before = Message.objects.get(pk=one.id)
        services.record(results=[Result(one, failure=failure)], now=self.now)
        if failure and before.attempts != one.attempts:
            assert Message.objects.get(pk=one.id).state == before.state, "a late failure undid a newer claim"

    # -- what the gateway does --

    @precondition(lambda self: self.accepted)
    @rule(data=st.data(), state=st.sampled_from(ReceiptState))
    def receipt(self, data: st.DataObject, state: ReceiptState) -> None:
        accepted = data.draw(st.sampled_from(sorted(self.accepted)))
        if state is ReceiptState.FAILED:
            self.refused.add(accepted)
        services.record_receipt(provider_reference="-", state=state, now=self.now, message_id=accepted)

    # -- what always holds --

    @invariant()
    def every_message_moves_only_as_the_table_says(self) -> None:
        rows = {message.pk: message for message in Message.objects.all()}
        for pk, message in rows.items():
            before = self.before.get(pk)
            if before is not None and before.state != message.state:
                assert (before.state, message.state) in MOVES
                if before.state == MessageState.HELD and message.state == MessageState.QUEUED:
                    self._was_released_for_a_reason(before, rows)
        self.before = rows

    def _was_released_for_a_reason(self, held: Message, rows: dict[UUID, Message]) -> None:
        assert held.reference not in self.read | self.closed
        earlier = [one for one in rows.values() if one.reference == held.reference and one.wave < held.wave]
        outside = [one for one in earlier if one.channel != Channel.APP]
        assert held.due_at <= self.now or all(one.state == MessageState.FAILED for one in outside)

    @invariant()
    def a_code_is_kept_exactly_while_it_is_needed(self) -> None:
        for message in self.before.values():
            if message.channel != Channel.APP:
                assert bool(message.code) == (message.state not in OVER)

    # -- how it ends --

    def teardown(self) -> None:
        try:
            self._let_the_world_be_kind()
            for message in Message.objects.exclude(channel=Channel.APP):
                self._was_not_lost(message)
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def _let_the_world_be_kind(self) -> None:
        for _ in range(8):
            self.now += timedelta(seconds=61)
            services.sweep(now=self.now)
            claimed = services.claim(now=self.now, room=dict.fromkeys(OUTSIDE, 1_000))
            self.accepted |= {one.id for one in claimed}
            services.record(results=[Result(one) for one in claimed], now=self.now)

    def _was_not_lost(self, message: Message) -> None:
        assert message.state in OVER, f"{message.state} for ever"
        if message.state in {MessageState.SENT, MessageState.DELIVERED}:
            assert message.pk in self.accepted
        if message.state == MessageState.FAILED:
            assert message.pk in self.refused or message.attempts > len(BACKOFF)
        if message.state == MessageState.CANCELLED:
            assert message.reference in self.closed or (message.wave > 0 and message.reference in self.read)


@pytest.mark.walk
@pytest.mark.django_db
def test_whatever_workers_do_no_message_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "defer", lambda *_args, **_fields: None)
    settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(AdversarialWorkers, settings=settings)
