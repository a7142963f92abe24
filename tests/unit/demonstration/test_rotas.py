# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.cli.demonstration.region import PlannedShift
from approdo.cli.demonstration.rotas import _PATTERNS, shifts_of
from approdo.networks.rules import FIRST, LONGEST_SHIFT, ROME, SECOND, Duty, first_overlap, instant, is_holiday

TODAY = date(2026, 11, 24)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def on_call(shifts: tuple[PlannedShift, ...], at: datetime, position: int = FIRST) -> list[int]:
    return [s.member for s in shifts if s.position == position and s.starts_at <= at < s.ends_at]


def duties(shifts: tuple[PlannedShift, ...]) -> list[Duty]:
    return [Duty(shift.member, shift.position, shift.starts_at, shift.ends_at) for shift in shifts]


@pytest.mark.parametrize("pattern", sorted(_PATTERNS))
@pytest.mark.parametrize("staff", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("today", [TODAY, date(2026, 10, 25), date(2027, 3, 28)])
def test_no_rota_overlaps_itself_not_even_across_a_clock_change(pattern: str, staff: int, today: date):
    made = duties(shifts_of(pattern, staff, today))
    for number, duty in enumerate(made):
        assert first_overlap(duty, made[:number]) is None
        assert timedelta(0) < duty.ends_at - duty.starts_at <= LONGEST_SHIFT


@given(DAYS, st.integers(2, 5), st.sampled_from(["day_and_night", "full_days", "weeks", "always_the_same"]))
def test_who_is_always_on_call_is_on_call_always(today: date, staff: int, pattern: str):
    made = shifts_of(pattern, staff, today)
    start = instant(today - timedelta(days=27), time(0))
    for hour in range(0, 27 * 24 + 24, 7):
        at = start + timedelta(hours=hour)
        first, second = on_call(made, at), on_call(made, at, SECOND)
        assert len(first) == len(second) == 1
        assert first != second


def test_the_people_of_the_tour_are_the_same_every_week():
    made = shifts_of("always_the_same", 5, TODAY)
    assert {(shift.member, shift.position) for shift in made} == {(0, FIRST), (1, SECOND)}


def test_office_hours_leave_nights_weekends_and_holidays_to_others():
    made = shifts_of("weekdays", 2, date(2026, 12, 8))
    assert not [shift for shift in made if shift.position == SECOND]
    for shift in made:
        local = shift.starts_at.astimezone(ROME)
        assert local.weekday() < 5
        assert not is_holiday(local.date())
    assert not on_call(made, datetime(2026, 12, 8, 11, tzinfo=UTC))
    assert on_call(made, datetime(2026, 12, 9, 11, tzinfo=UTC))


def test_people_take_turns():
    turns = defaultdict(int)
    for shift in shifts_of("day_and_night", 3, TODAY):
        turns[shift.member] += 1
    assert max(turns.values()) - min(turns.values()) <= 3


def test_a_deliberate_hole_is_a_hole():
    full, holed = shifts_of("full_days", 3, TODAY), shifts_of("full_days", 3, TODAY, ((2, FIRST),))
    (gone,) = set(full) - set(holed)
    assert gone.position == FIRST
    assert gone.starts_at.astimezone(ROME).date() == TODAY + timedelta(days=2)


def test_the_october_night_is_thirteen_hours_long():
    made = shifts_of("day_and_night", 3, date(2026, 10, 24))
    night = next(s for s in made if s.starts_at == instant(date(2026, 10, 24), time(20)) and s.position == FIRST)
    assert night.ends_at - night.starts_at == timedelta(hours=13)
