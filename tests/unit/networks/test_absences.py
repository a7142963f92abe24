# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When somebody is away, on the wall and in truth."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from approdo.networks.rules import LONGEST_ABSENCE, Period, away_period, hours_long, problems_of_absence, touching

NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)


def days(first: int, last: int) -> Period:
    return away_period(date(2026, 12, first), None, date(2026, 12, last), None)


def test_without_hours_days_are_whole_the_last_one_included() -> None:
    assert days(7, 7) == Period(datetime(2026, 12, 6, 23, tzinfo=UTC), datetime(2026, 12, 7, 23, tzinfo=UTC))
    assert hours_long(days(7, 9)) == 72


def test_with_hours_it_begins_and_ends_then() -> None:
    period = away_period(date(2026, 12, 7), time(14), date(2026, 12, 8), time(9, 30))
    assert period == Period(datetime(2026, 12, 7, 13, tzinfo=UTC), datetime(2026, 12, 8, 8, 30, tzinfo=UTC))


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23)])
def test_a_whole_day_is_as_long_as_it_truly_is_when_the_clocks_change(day: date, hours: int) -> None:
    assert hours_long(away_period(day, None, day, None)) == hours


@pytest.mark.parametrize(
    ("period", "word"),
    [
        (Period(NOW + timedelta(days=1), NOW + timedelta(days=1)), "prima dell'inizio"),
        (Period(NOW + timedelta(days=2), NOW + timedelta(days=1)), "prima dell'inizio"),
        (Period(NOW - timedelta(days=2), NOW), "già passato"),
        (Period(NOW, NOW + LONGEST_ABSENCE + timedelta(minutes=1)), "più di un anno"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_end(period: Period, word: str) -> None:
    assert word in problems_of_absence(period, NOW)["last"]


@pytest.mark.parametrize("period", [Period(NOW - timedelta(days=1), NOW + timedelta(days=1)), days(7, 9)])
def test_one_that_has_begun_or_is_to_come_makes_sense(period: Period) -> None:
    assert problems_of_absence(period, NOW) == {}


def test_stretches_that_only_meet_do_not_touch() -> None:
    assert touching(days(7, 8), [days(9, 10), days(5, 6)]) is None
    assert touching(days(7, 8), [days(8, 10), days(5, 7)]) == days(5, 7), "the earliest"
