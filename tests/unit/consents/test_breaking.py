# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Break-glass in time."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.consents.rules import (
    BREAK_GLASS_TRANSITIONS,
    LONGEST_OPEN,
    REVIEW_WITHIN,
    BreakGlassAct,
    BreakGlassState,
    break_glass_state,
    reminder_due,
    review_due,
)

OPENED = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""Half an hour before Rome's clocks go back: an hour is an hour."""
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (0 * SECOND, BreakGlassState.OPEN),
        (HOUR - SECOND, BreakGlassState.OPEN),
        (HOUR, BreakGlassState.ENDED),
        (72 * HOUR - SECOND, BreakGlassState.ENDED),
        (72 * HOUR, BreakGlassState.OVERDUE),
        (9000 * HOUR, BreakGlassState.OVERDUE),
    ],
)
def test_it_is_open_for_its_hour_and_overdue_after_three_days(after, expected):
    at = OPENED + after
    assert break_glass_state(opened_at=OPENED, until=OPENED + HOUR, reviewed_at=None, at=at) is expected
    reviewed = break_glass_state(opened_at=OPENED, until=OPENED + HOUR, reviewed_at=OPENED + HOUR, at=at)
    assert reviewed is BreakGlassState.REVIEWED


def test_the_promises_are_an_hour_and_three_days():
    assert (timedelta(minutes=60), timedelta(hours=72)) == (LONGEST_OPEN, REVIEW_WITHIN)
    assert review_due(OPENED) == OPENED + 72 * HOUR


OPEN, ENDED, OVERDUE, REVIEWED = BreakGlassState
WHAT_AN_ACT_DOES = {
    (OPEN, BreakGlassAct.END): ENDED,
    (OPEN, BreakGlassAct.REVIEW): None,
    (ENDED, BreakGlassAct.END): ENDED,
    (ENDED, BreakGlassAct.REVIEW): REVIEWED,
    (OVERDUE, BreakGlassAct.END): OVERDUE,
    (OVERDUE, BreakGlassAct.REVIEW): REVIEWED,
    (REVIEWED, BreakGlassAct.END): REVIEWED,
    (REVIEWED, BreakGlassAct.REVIEW): None,
}


@pytest.mark.parametrize(("source", "act"), [*product(BreakGlassState, BreakGlassAct)])
def test_every_act_in_every_state_does_this(source, act):
    assert BREAK_GLASS_TRANSITIONS.get((source, act)) is WHAT_AN_ACT_DOES[source, act]


@given(minutes=st.integers(0, 60), first=st.integers(0, 10_000), second=st.integers(0, 10_000))
def test_time_only_carries_it_forward(minutes, first, second):
    order = [OPEN, ENDED, OVERDUE]
    until = OPENED + timedelta(minutes=minutes)
    places = [
        order.index(
            break_glass_state(opened_at=OPENED, until=until, reviewed_at=None, at=OPENED + timedelta(minutes=at))
        )
        for at in sorted((first, second))
    ]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("reminded", "hours", "due"),
    [(None, 71, False), (None, 72, True), (None, 500, True), (72, 95, False), (72, 96, True), (96, 119, False)],
)
def test_somebody_is_reminded_when_it_is_overdue_and_every_day_after(reminded, hours, due):
    reminded_at = None if reminded is None else OPENED + timedelta(hours=reminded)
    at = OPENED + timedelta(hours=hours)
    assert reminder_due(opened_at=OPENED, reminded_at=reminded_at, at=at) is due
