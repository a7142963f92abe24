# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.networks.rules import (
    PUBLIC_HOLIDAY,
    ROME,
    Hours,
    Period,
    day_key,
    holiday_name,
    hours_long,
    instant,
    is_holiday,
    is_open,
    local_period,
    merged,
    next_opening,
    open_until,
    opening_periods,
    overlapping_hours,
    without,
)

WEEKDAYS = frozenset(range(5))
OFFICE = [Hours(WEEKDAYS, time(9), time(13)), Hours(WEEKDAYS, time(14), time(18))]
NIGHTS = [Hours(frozenset({4, 5}), time(20), time(8))]


def rome(day: int, hour: int, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ROME)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (rome(24, 8, 59), False),
        (rome(24, 9), True),
        (rome(24, 12, 59), True),
        (rome(24, 13), False),
        (rome(24, 14), True),
        (rome(24, 18), False),
        (rome(28, 10), False),
        (rome(8, 10, month=12), False),
    ],
)
def test_an_office_is_open_from_its_first_minute_to_before_its_last_and_not_on_holidays(at, expected):
    assert is_open(OFFICE, always_open=False, at=at) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (rome(27, 19, 59), False),
        (rome(27, 20), True),
        (rome(28, 3), True),
        (rome(28, 8), False),
        (rome(28, 21), True),
        (rome(29, 7, 59), True),
        (rome(29, 21), False),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(at, expected):
    assert is_open(NIGHTS, always_open=False, at=at) is expected


def test_a_service_that_never_closes_is_open_on_christmas_night():
    assert is_open([], always_open=True, at=rome(25, 3, month=12))


def test_a_service_without_hours_is_closed():
    assert not is_open([], always_open=False, at=rome(24, 10))
    assert next_opening([], always_open=False, at=rome(24, 10)) is None


def test_hours_that_close_when_they_open_last_a_whole_day():
    whole = [Hours(frozenset({5}), time(0), time(0))]
    assert is_open(whole, always_open=False, at=rome(28, 0))
    assert is_open(whole, always_open=False, at=rome(28, 23, 59))
    assert not is_open(whole, always_open=False, at=rome(29, 0))


def test_holiday_hours_take_the_place_of_the_weekday():
    hours = [*OFFICE, Hours(frozenset({PUBLIC_HOLIDAY}), time(10), time(12))]
    assert not is_open(hours, always_open=False, at=rome(8, 9, 30, month=12))
    assert is_open(hours, always_open=False, at=rome(8, 10, month=12))


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1), date(2026, 1, 6), date(2026, 4, 6), date(2026, 4, 25), date(2026, 5, 1), date(2026, 6, 2),
        date(2026, 8, 15), date(2026, 10, 4), date(2026, 11, 1), date(2026, 12, 8), date(2026, 12, 25),
        date(2026, 12, 26),
    ],
)  # fmt: skip
def test_national_holidays_are_known_with_their_italian_names(day):
    assert is_holiday(day)
    assert day_key(day) == PUBLIC_HOLIDAY
    assert holiday_name(day)


def test_the_calendar_speaks_italian_and_not_english():
    assert holiday_name(date(2026, 12, 25)) == "Natale"
    assert holiday_name(date(2026, 11, 24)) == ""


def test_an_ordinary_sunday_is_no_holiday():
    assert day_key(date(2026, 11, 29)) == 6


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 24), 13), (date(2026, 3, 28), 11), (date(2026, 11, 24), 12)]
)
def test_the_night_of_a_clock_change_has_its_true_length(day, hours):
    assert hours_long(local_period(day, time(20), time(8))) == hours


def test_a_time_that_occurs_twice_is_its_first_occurrence():
    assert instant(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("minute", [0, 1, 30, 59])
def test_a_time_that_never_occurs_is_the_clock_change_itself(minute):
    assert instant(date(2026, 3, 29), time(2, minute)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_centre_that_opens_at_night_counts_both_passages_of_the_repeated_hour():
    hours = [Hours(frozenset({5}), time(20), time(8))]
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert all(is_open(hours, always_open=False, at=first + timedelta(hours=passed)) for passed in (0, 1))


def test_the_next_opening_skips_the_weekend_and_the_holiday():
    assert next_opening(OFFICE, always_open=False, at=rome(4, 19, month=12)) == rome(7, 9, month=12)
    assert next_opening(OFFICE, always_open=False, at=rome(7, 19, month=12)) == rome(9, 9, month=12)


def test_an_open_service_opens_not_next_but_says_until_when():
    assert next_opening(OFFICE, always_open=False, at=rome(24, 10)) is None
    assert open_until(OFFICE, always_open=False, at=rome(24, 10)) == rome(24, 13)
    assert open_until(OFFICE, always_open=False, at=rome(24, 13)) is None
    assert open_until([], always_open=True, at=rome(24, 13)) is None


def test_opening_periods_are_clipped_to_what_was_asked():
    found = opening_periods(OFFICE, always_open=False, start=rome(24, 10), end=rome(24, 15))
    assert found == [Period(rome(24, 10), rome(24, 13)), Period(rome(24, 14), rome(24, 15))]


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        ([Hours(frozenset({0}), time(9), time(12)), Hours(frozenset({0}), time(11), time(17))], 0),
        ([Hours(frozenset({5}), time(20), time(8)), Hours(frozenset({6}), time(7), time(9))], 6),
        ([Hours(frozenset({6}), time(20), time(8)), Hours(frozenset({0}), time(7), time(9))], 0),
        ([Hours(frozenset({7}), time(9), time(9)), Hours(frozenset({7}), time(10), time(11))], 7),
    ],
)
def test_hours_that_overlap_are_found_also_across_midnight(lines, day):
    assert overlapping_hours(lines)[0] == day


def test_hours_that_only_meet_do_not_overlap():
    assert overlapping_hours(OFFICE) is None
    assert overlapping_hours([Hours(WEEKDAYS, time(8), time(20)), Hours(WEEKDAYS, time(20), time(8))]) is None


days = st.dates(date(2025, 1, 1), date(2028, 12, 31))
times = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@given(days, times, times)
def test_the_wall_clock_never_runs_backwards(day, one, other):
    first, last = sorted([one, other])
    assert instant(day, first) <= instant(day, last) <= instant(day + timedelta(days=1), time(0))


@given(days, times, times)
def test_shifts_that_meet_on_the_wall_meet_in_truth(day, change, end):
    before, after = local_period(day, time(0), change), local_period(day, change, end)
    if change != time(0):
        assert before.ends_at == after.starts_at


@given(days, times)
def test_a_period_lasts_at_most_a_day_and_the_october_hour(day, start):
    whole = local_period(day, start, start)
    assert 23 <= hours_long(whole) <= 25


minutes = st.integers(0, 600).map(lambda number: datetime(2026, 11, 24, tzinfo=UTC) + timedelta(minutes=number))
periods = st.lists(st.tuples(minutes, minutes).map(lambda pair: Period(min(pair), max(pair))), max_size=6)


@given(periods, minutes)
def test_every_instant_is_either_covered_or_left_over(covered, at):
    whole = Period(datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 24, 10, 1, tzinfo=UTC))
    inside = any(period.starts_at <= at < period.ends_at for period in covered)
    left = [period for period in without(whole, covered) if period.starts_at <= at < period.ends_at]
    assert bool(left) is not inside
    assert len(left) <= 1


@given(periods)
def test_merged_periods_neither_meet_nor_overlap(some):
    result = merged(some)
    assert all(one.ends_at < other.starts_at for one, other in pairwise(result))


hours_lines = st.lists(st.builds(Hours, st.frozensets(st.integers(0, 7), min_size=1), times, times), max_size=4)


@given(hours_lines, days, times)
def test_open_now_and_opening_periods_agree(hours, day, moment):
    at = instant(day, moment)
    periods_ahead = opening_periods(hours, always_open=False, start=at, end=at + timedelta(days=1))
    assert is_open(hours, always_open=False, at=at) is any(period.starts_at == at for period in periods_ahead)
