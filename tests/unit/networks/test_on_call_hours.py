# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hours on call in true time, held against counting minute by minute; and patron saints as holidays."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approdo.networks.rules import (
    FIRST,
    ROME,
    SECOND,
    Duty,
    Hours,
    LocalHoliday,
    Tally,
    exists_in_a_year,
    holidays_with,
    is_holiday,
    is_open,
    local_name,
    month_of,
    opening_periods,
    patron_of,
    tally,
)

QUARTER = timedelta(minutes=15)
VITTORE = LocalHoliday(5, 8, "San Vittore")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ROME).astimezone(UTC)


def hours(one: timedelta) -> float:
    return one / timedelta(hours=1)


def counted(duty: Duty, starts_at: datetime, ends_at: datetime, holidays) -> tuple[float, float, float]:
    """Quarter of an hour by quarter of an hour: (all, night, festive)."""
    whole = night = festive = 0
    moment = max(duty.starts_at, starts_at)
    while moment < min(duty.ends_at, ends_at):
        local = moment.astimezone(ROME)
        whole += 1
        night += local.hour >= 22 or local.hour < 6
        festive += local.weekday() == 6 or holidays(local.date())
        moment += QUARTER
    return whole / 4, night / 4, festive / 4


@given(
    st.sampled_from([date(2026, 10, 1), date(2027, 3, 1), date(2026, 12, 1), date(2027, 5, 1)]),
    st.integers(-200, 3000),
    st.integers(1, 672),
    st.sampled_from([(), (VITTORE,)]),
)
@settings(max_examples=150, deadline=None)
def test_every_shift_counts_what_its_quarters_of_an_hour_count(day, after, long, local):
    month, holidays = month_of(day), holidays_with(local)
    starts_at = month.starts_at + after * QUARTER
    duty = Duty(1, FIRST, starts_at, starts_at + long * QUARTER)
    found = tally(duty, month, holidays)
    expected = counted(duty, month.starts_at, month.ends_at, holidays)
    assert (hours(found.first), hours(found.night), hours(found.festive)) == expected


@pytest.mark.parametrize(
    ("starts", "ends", "whole", "night", "festive"),
    [
        (at(2026, 10, 24, 20), at(2026, 10, 25, 8), 13, 9, 9),
        (at(2027, 3, 27, 20), at(2027, 3, 28, 8), 11, 7, 7),
        (at(2026, 11, 24, 20), at(2026, 11, 25, 8), 12, 8, 0),
        (at(2026, 12, 7, 20), at(2026, 12, 8, 8), 12, 8, 8),
        (at(2026, 11, 24, 6), at(2026, 11, 24, 22), 16, 0, 0),
    ],
)
def test_the_nights_of_the_year_are_as_long_as_they_are(starts, ends, whole, night, festive):
    found = tally(Duty(1, SECOND, starts, ends), month_of(starts.astimezone(ROME).date()), is_holiday)
    assert tuple(map(hours, (found.first, found.second, found.night, found.festive))) == (0, whole, night, festive)


def test_a_shift_over_the_end_of_a_month_counts_in_each_what_is_in_it():
    duty = Duty(1, FIRST, at(2026, 11, 30, 20), at(2026, 12, 1, 8))
    parts = [tally(duty, month_of(date(2026, month, 9)), is_holiday) for month in (10, 11, 12)]
    assert [hours(part.first) for part in parts] == [0, 4, 8]
    assert sum(parts, Tally()).night == timedelta(hours=8)


def test_a_patron_saint_is_a_holiday_where_it_is_written_and_an_ordinary_day_elsewhere():
    there = holidays_with([VITTORE])
    assert there(date(2027, 5, 8))
    assert there(date(2028, 5, 8))
    assert not is_holiday(date(2027, 5, 8))
    assert there(date(2027, 12, 25))
    assert not there(date(2027, 5, 9))
    assert (local_name(date(2027, 5, 8), [VITTORE]), local_name(date(2027, 5, 8), [])) == ("San Vittore", "")
    assert local_name(date(2027, 12, 25), [VITTORE]) == "Natale"


def test_opening_hours_honour_it_as_a_national_one():
    lines = [Hours(frozenset(range(6)), time(9), time(17)), Hours(frozenset([7]), time(10), time(12))]
    there, noon_and_more = holidays_with([VITTORE]), at(2027, 5, 8, 15)
    assert is_open(lines, always_open=False, at=noon_and_more)
    assert not is_open(lines, always_open=False, at=noon_and_more, holidays=there)
    whole = {"start": at(2027, 5, 8), "end": at(2027, 5, 9)}
    [period] = opening_periods(lines, always_open=False, holidays=there, **whole)
    assert (period.starts_at, period.ends_at) == (at(2027, 5, 8, 10), at(2027, 5, 8, 12))


@pytest.mark.parametrize(
    ("province", "month", "day"), [("VA", 5, 8), ("MI", 12, 7), ("BS", 2, 15), ("CR", 11, 13), ("SO", 6, 19)]
)
def test_the_patron_of_a_capital_is_known_to_the_library(province, month, day):
    for year in (2026, 2027, 2028):
        found = patron_of(province, year)
        assert found is not None
        assert (found.month, found.day) == (month, day)
        assert found.name


def test_of_a_province_that_is_none_nothing_is_proposed():
    assert patron_of("XX", 2027) is None


@pytest.mark.parametrize(
    ("month", "day", "exists"),
    [(2, 29, True), (2, 30, False), (4, 31, False), (13, 1, False), (1, 0, False), (12, 31, True)],
)
def test_a_day_of_the_year_exists_or_not(month, day, exists):
    assert exists_in_a_year(month, day) is exists
