# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from approdo.networks.rules import Channel
from approdo.notifications.rules import (
    BACKOFF,
    FAILURE_WORDS,
    LEASE,
    LEASES_AT_MOST,
    STATE_WORDS,
    TRANSITIONS,
    Failure,
    Happening,
    MessageState,
    Sibling,
    Verdict,
    after_failure,
    after_lost_lease,
    fall_through,
    first_state,
    sources,
)

NOW = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)

# Every state (rows) against everything that can happen (columns); a dash is "nothing moves".
TABLE = """
           release  claim    accept  deliver    retry   fail    cancel
held       queued   -        -       -          -       -       cancelled
queued     -        sending  sent    delivered  -       -       cancelled
sending    -        -        sent    delivered  queued  failed  cancelled
sent       -        -        -       delivered  -       failed  -
delivered  -        -        -       -          -       -       -
failed     -        -        -       delivered  -       -       -
cancelled  -        -        -       delivered  -       -       -
"""


def _table() -> dict[tuple[str, str], str]:
    header, *rows = [line.split() for line in TABLE.strip().splitlines()]
    return {(state, what): target for state, *targets in rows for what, target in zip(header, targets, strict=True)}


@pytest.mark.parametrize(("state", "happening"), list(product(MessageState, Happening)))
def test_a_message_moves_only_as_the_table_says(state: MessageState, happening: Happening) -> None:
    assert TRANSITIONS.get((state, happening), "-") == _table()[(state, happening)]


def test_the_table_knows_every_state_and_happening() -> None:
    assert set(_table()) == {(state.value, what.value) for state, what in product(MessageState, Happening)}


@pytest.mark.parametrize("happening", Happening)
def test_the_sources_of_a_happening_are_its_column(happening: Happening) -> None:
    assert sources(happening) == {state for state, what in TRANSITIONS if what is happening}


def test_nothing_undoes_a_delivery() -> None:
    assert not [what for state, what in TRANSITIONS if state is MessageState.DELIVERED]


def test_every_state_and_failure_has_a_word_to_show() -> None:
    assert set(STATE_WORDS) == set(MessageState)
    assert set(FAILURE_WORDS) == set(Failure)


@pytest.mark.parametrize(
    ("channel", "wave", "state"),
    [
        *[(Channel.APP, wave, MessageState.SENT) for wave in (0, 1, 2)],
        *[(channel, 0, MessageState.QUEUED) for channel in Channel if channel is not Channel.APP],
        *[(channel, 1, MessageState.HELD) for channel in Channel if channel is not Channel.APP],
    ],
)
def test_the_first_wave_leaves_and_later_ones_wait(channel: Channel, wave: int, state: MessageState) -> None:
    assert first_state(channel, wave) is state


def test_three_retries_ever_further_apart_and_then_enough() -> None:
    waits = [after_failure(attempts, NOW) for attempts in range(1, 6)]
    assert waits == [NOW + timedelta(seconds=5), NOW + timedelta(seconds=15), NOW + timedelta(seconds=45), None, None]
    assert sorted(BACKOFF) == list(BACKOFF)


def test_a_lost_lease_is_sent_again_at_once_but_not_for_ever() -> None:
    assert after_lost_lease(1, NOW) == NOW
    assert after_lost_lease(LEASES_AT_MOST - 1, NOW) == NOW
    assert after_lost_lease(LEASES_AT_MOST, NOW) is None


def test_a_lease_outlives_a_gateway_that_hangs() -> None:
    assert timedelta(seconds=20) < LEASE <= timedelta(seconds=30)


def _sibling(channel: Channel, state: MessageState, wave: int = 0, *, read: bool = False) -> Sibling:
    return Sibling(channel, wave, state, read)


APP = _sibling(Channel.APP, MessageState.SENT)


@pytest.mark.parametrize("state", MessageState)
@pytest.mark.parametrize("due", [True, False])
def test_what_has_been_read_is_not_said_louder(state: MessageState, due: bool) -> None:
    siblings = [APP, _sibling(Channel.SMS, state, read=True), _sibling(Channel.VOICE, MessageState.HELD, 1)]
    assert fall_through(siblings, wave=1, due=due) is Verdict.CANCEL


@pytest.mark.parametrize("state", MessageState)
def test_whatever_became_of_the_text_message_the_telephone_rings_when_nobody_has_read(state: MessageState) -> None:
    siblings = [APP, _sibling(Channel.SMS, state), _sibling(Channel.VOICE, MessageState.HELD, 1)]
    assert fall_through(siblings, wave=1, due=True) is Verdict.RELEASE


@pytest.mark.parametrize(("first", "second"), list(product(MessageState, MessageState)))
def test_before_its_instant_a_wave_leaves_only_if_everything_earlier_failed(
    first: MessageState, second: MessageState
) -> None:
    siblings = [APP, _sibling(Channel.SMS, first), _sibling(Channel.EMAIL, second)]
    siblings.append(_sibling(Channel.VOICE, MessageState.HELD, 1))
    everything_failed = first is second is MessageState.FAILED
    verdict = Verdict.RELEASE if everything_failed else Verdict.WAIT
    assert fall_through(siblings, wave=1, due=False) is verdict


def test_a_third_wave_waits_for_the_second() -> None:
    siblings = [
        _sibling(Channel.EMAIL, MessageState.FAILED),
        _sibling(Channel.SMS, MessageState.SENT, 1),
        _sibling(Channel.VOICE, MessageState.HELD, 2),
    ]
    assert fall_through(siblings, wave=2, due=False) is Verdict.WAIT


def test_an_alert_that_is_only_on_screens_falls_through_at_its_instant_not_before() -> None:
    siblings = [APP, _sibling(Channel.VOICE, MessageState.HELD, 1)]
    assert fall_through(siblings, wave=1, due=False) is Verdict.WAIT
    assert fall_through(siblings, wave=1, due=True) is Verdict.RELEASE
