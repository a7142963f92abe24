# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reading budget: whom it asks why, and how long one more reading waits. Nothing is ever closed."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.audit.rules import Readings
from approdo.consents.rules import DANGERS_AN_HOUR, LONGEST_WAIT, STEP, Limits, Reading, beyond, opens_at

NOW = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""Half an hour before Rome's clocks go back: a second is a second."""
MINUTE = timedelta(minutes=1)
LIMITS = Limits(cases_an_hour=3, cases_a_day=10, uncovered_an_hour=2)
READ, UNCOVER = Reading


def spent(**said: object) -> Readings:
    nothing = {
        "others_in_an_hour": 0,
        "others_in_a_day": 0,
        "uncovered_in_an_hour": 0,
        "in_an_hour": False,
        "in_a_day": False,
        "first_at": None,
        "last_at": None,
        "last_uncovered_at": None,
        "went_on_at": None,
    }
    return Readings(**(nothing | said))


@pytest.mark.parametrize(
    ("hour", "day", "known_in_hour", "known_in_day"), [*product(range(6), range(13), (False, True), (False, True))]
)
def test_the_whole_table_of_reading_a_record(hour: int, day: int, known_in_hour: bool, known_in_day: bool) -> None:
    expected = max(0 if known_in_hour else hour - 2, 0 if known_in_day else day - 9, 0)
    what = spent(others_in_an_hour=hour, others_in_a_day=day, in_an_hour=known_in_hour, in_a_day=known_in_day)
    assert beyond(what, READ, LIMITS) == expected


@pytest.mark.parametrize(
    ("uncovered", "said_why", "expected"),
    [(0, None, 0), (1, None, 0), (2, None, 1), (7, None, 6), (2, -MINUTE, 1), (2, MINUTE, 0), (7, MINUTE, 0)],
)
def test_uncovering_needs_its_own_reason_each_time(uncovered: int, said_why: timedelta | None, expected: int) -> None:
    last = NOW - 5 * MINUTE
    known = spent(
        uncovered_in_an_hour=uncovered,
        in_an_hour=True,
        in_a_day=True,
        last_uncovered_at=last,
        went_on_at=None if said_why is None else last + said_why,
    )
    assert beyond(known, UNCOVER, LIMITS) == expected
    assert beyond(known, READ, LIMITS) == 0


def test_uncovering_in_one_case_too_many_is_reading_one_case_too_many() -> None:
    assert beyond(spent(others_in_an_hour=3), UNCOVER, LIMITS) == 1
    assert beyond(spent(others_in_an_hour=3, went_on_at=NOW, in_an_hour=True, in_a_day=True), UNCOVER, LIMITS) == 0


@pytest.mark.parametrize(("over", "seconds"), [(1, 10), (2, 20), (3, 30), (29, 290), (30, 300), (31, 300), (999, 300)])
def test_each_further_reading_waits_longer_from_the_last_one_and_never_more_than_five_minutes(
    over: int, seconds: int
) -> None:
    last = NOW - MINUTE
    assert opens_at(over, last, NOW) == last + timedelta(seconds=seconds)


@pytest.mark.parametrize("said", range(DANGERS_AN_HOUR + 2))
def test_for_a_woman_in_danger_the_first_times_nothing_waits(said: int) -> None:
    opens = opens_at(30, NOW, NOW, dangers=said)
    assert opens == (NOW if said < DANGERS_AN_HOUR else NOW + LONGEST_WAIT)


@given(over=st.integers(1, 500), before=st.integers(0, 100_000))
def test_whoever_has_paused_long_enough_never_waits(over: int, before: int) -> None:
    """There is no closing: however much was read, five minutes after the last reading one more opens."""
    opens = opens_at(over, NOW - timedelta(seconds=before), NOW)
    assert opens - NOW <= LONGEST_WAIT - timedelta(seconds=before)
    assert (opens <= NOW) is (timedelta(seconds=before) >= min(over * STEP, LONGEST_WAIT))
