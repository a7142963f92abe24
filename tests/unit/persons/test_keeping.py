# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Until when evidence is kept, and whether she is told in time that it is too short."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.persons.rules import Answers, after_months, kept

COLLECTED, TODAY = date(2026, 3, 1), date(2026, 4, 1)
HALF_A_YEAR, A_YEAR = "2026-09-01", "2027-03-01"


def step(**given: str) -> Answers:
    return Answers(given)


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 1), 12, date(2027, 3, 1)),
    ],
)
def test_months_end_on_the_same_day_or_on_the_last_one(day: date, months: int, after: date) -> None:
    assert after_months(day, months) == after


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(0, 120))
def test_months_are_added_like_a_calendar_counts_them(day: date, months: int) -> None:
    after = after_months(day, months)
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == months
    assert after.day <= day.day


def test_six_months_are_less_than_she_has_and_it_is_said() -> None:
    found = kept([step(kept_until=HALF_A_YEAR)], COLLECTED, [date(2026, 2, 27)], 12, TODAY)
    assert found.too_short
    assert found.complaint_until == date(2027, 2, 27)
    assert not found.over


def test_until_the_last_day_of_the_twelve_months_is_enough() -> None:
    happened = [date(2026, 2, 27)]
    assert not kept([step(kept_until="2027-02-27")], COLLECTED, happened, 12, TODAY).too_short
    assert kept([step(kept_until="2027-02-26")], COLLECTED, happened, 12, TODAY).too_short


def test_the_last_time_counts_and_not_the_first() -> None:
    happened = [date(2025, 5, 1), date(2026, 2, 27), date(2026, 1, 1)]
    assert kept([step(kept_until=A_YEAR)], COLLECTED, happened, 12, TODAY).complaint_until == date(2027, 2, 27)


def test_while_nobody_wrote_when_it_happened_no_day_is_told_but_the_warning_is_there() -> None:
    found = kept([step(kept_until=HALF_A_YEAR)], COLLECTED, [], 12, TODAY)
    assert found.complaint_until is None
    assert found.too_short
    assert not kept([step(kept_until=A_YEAR)], COLLECTED, [], 12, TODAY).too_short


def test_without_a_last_day_nothing_is_too_short_and_nothing_over() -> None:
    found = kept([step(step="collected")], COLLECTED, [], 12, TODAY)
    assert (found.until, found.too_short, found.over) == (None, False, False)


@pytest.mark.parametrize("gone", ["handed_over", "destroyed"])
def test_what_is_not_here_any_more_is_neither_too_short_nor_over(gone: str) -> None:
    steps = [step(step="collected", kept_until=HALF_A_YEAR), step(step=gone, kept_until=HALF_A_YEAR)]
    found = kept(steps, COLLECTED, [], 12, date(2028, 1, 1))
    assert found.gone
    assert not found.too_short
    assert not found.over


def test_what_came_back_is_kept_again() -> None:
    steps = [step(step="handed_over", kept_until=HALF_A_YEAR), step(step="taken_back", kept_until=HALF_A_YEAR)]
    assert kept(steps, COLLECTED, [], 12, date(2026, 9, 2)).over


def test_the_last_day_itself_is_not_over() -> None:
    assert not kept([step(kept_until=HALF_A_YEAR)], COLLECTED, [], 12, date(2026, 9, 1)).over
    assert kept([step(kept_until=HALF_A_YEAR)], COLLECTED, [], 12, date(2026, 9, 2)).over
