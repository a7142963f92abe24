# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rotations held against another implementation of calendar and time zone: dateutil's."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from dateutil import rrule, tz
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from approdo.networks.rules import (
    FIRST,
    LONGEST_SHIFT,
    LONGEST_TURN,
    MOST_PEOPLE,
    ROME,
    SECOND,
    Duty,
    Period,
    Rotation,
    RotationUnit,
    around,
    duties_of_turns,
    hand_over_at,
    instant,
    made_up_to,
    merged,
    problems_of_rotation,
    turns,
)

HOUR, DAY, WEEK, MONTH = RotationUnit.HOUR, RotationUnit.DAY, RotationUnit.WEEK, RotationUnit.MONTH
THEIR_ROME = tz.gettz("Europe/Rome")
NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
OCTOBER, MARCH = date(2026, 10, 25), date(2027, 3, 28)
CLOCK_CHANGES = (OCTOBER, MARCH, date(2027, 10, 31), date(2028, 3, 26), date(2020, 3, 29), date(2036, 10, 26))
"""Until 2037: beyond it dateutil reads no rule of the time zone, and has summer no more."""
ANNA, BRUNA, CARLA = 1, 2, 3


def rotation(
    unit: RotationUnit = WEEK,
    every: int = 1,
    first_day: date = date(2026, 12, 7),
    hand_over: time = time(8),
    people: tuple[int, ...] = (ANNA, BRUNA, CARLA),
) -> Rotation:
    return Rotation(FIRST, unit, every, first_day, hand_over, people)


def oracle_instant(wall: datetime) -> datetime:
    """By dateutil: the first occurrence, or of an hour that never is the first minute that is again."""
    while not tz.datetime_exists(wall, THEIR_ROME):
        wall += timedelta(minutes=1)
        wall = wall.replace(second=0)
    return tz.enfold(wall.replace(tzinfo=THEIR_ROME), fold=0).astimezone(UTC)


def oracle_walls(plan: Rotation) -> Iterator[datetime]:
    """By dateutil: the hand-overs on the wall; of a day that a month has not, the last one that it has."""
    first = datetime.combine(plan.first_day, plan.hand_over)
    if plan.unit is MONTH and first.day > 28:
        whole = {"bymonthday": tuple(range(28, first.day + 1)), "bysetpos": -1}
        yield from rrule.rrule(rrule.MONTHLY, interval=plan.every, dtstart=first, **whole)
    frequency = {HOUR: rrule.HOURLY, DAY: rrule.DAILY, WEEK: rrule.WEEKLY, MONTH: rrule.MONTHLY}[plan.unit]
    yield from rrule.rrule(frequency, interval=plan.every, dtstart=first)


days_near_a_change = st.builds(
    lambda change, days: change + timedelta(days=days), st.sampled_from(CLOCK_CHANGES), st.integers(-40, 3)
)
hours = st.one_of(
    st.times().map(lambda at: at.replace(second=0, microsecond=0)), st.sampled_from([time(2, 30), time(2), time(3)])
)
plans = st.builds(
    lambda unit, every, first_day, hand_over, people: rotation(
        unit, 1 + every % LONGEST_TURN[unit], first_day, hand_over, people
    ),
    st.sampled_from(RotationUnit),
    st.one_of(st.just(0), st.integers(0, 167)),
    st.one_of(days_near_a_change, st.dates(date(2020, 1, 1), date(2030, 1, 1))),
    hours,
    st.permutations([ANNA, BRUNA, CARLA, 4]).flatmap(lambda all_: st.integers(1, 4).map(lambda n: tuple(all_[:n]))),
)


@given(plans, st.integers(0, 60))
@example(rotation(DAY, 1, OCTOBER - timedelta(days=1), time(2, 30)), 2)
@example(rotation(DAY, 1, MARCH - timedelta(days=1), time(2, 30)), 2)
@example(rotation(HOUR, 1, OCTOBER, time(0)), 5)
@example(rotation(HOUR, 1, MARCH, time(0)), 5)
@example(rotation(MONTH, 1, date(2027, 1, 31)), 14)
@settings(max_examples=300, deadline=None)
def test_every_hand_over_is_at_the_instant_that_dateutil_says(plan, number):
    ours = [hand_over_at(plan, n) for n in range(number, number + 3)]
    assume(ours[-1].year < 2037)
    assert ours == [oracle_instant(wall) for wall in islice(oracle_walls(plan), number, number + 3)]


@given(plans, st.integers(-20, 120), st.integers(1, 30))
@settings(max_examples=120, deadline=None)
def test_turns_leave_no_gap_and_no_overlap_and_people_follow_each_other(plan, after, days):
    begins = hand_over_at(plan, 0) + timedelta(days=after)
    whole = Period(begins, begins + timedelta(days=days))
    found = list(turns(plan, whole))
    for one, other in pairwise(found):
        assert one.period.ends_at == other.period.starts_at
    assert all(whole.starts_at <= turn.period.starts_at < whole.ends_at for turn in found)
    expected = [
        (plan.people[number % len(plan.people)], starts, ends)
        for number, (starts, ends) in enumerate(pairwise(map(oracle_instant, walls_until(plan, whole.ends_at))))
        if whole.starts_at <= starts < whole.ends_at and starts < ends
    ]
    assert [(turn.operator_id, turn.period.starts_at, turn.period.ends_at) for turn in found] == expected


def walls_until(plan: Rotation, at: datetime) -> Iterator[datetime]:
    for wall in oracle_walls(plan):
        yield wall
        if oracle_instant(wall) >= at:
            return


@given(plans, st.lists(st.integers(0, 80), max_size=6))
@settings(max_examples=100, deadline=None)
def test_made_in_any_steps_the_shifts_are_the_same_and_none_is_longer_than_a_shift_may_be(plan, steps):
    first = hand_over_at(plan, 0)
    end = first + timedelta(days=90)
    whole = duties_of_turns(plan, Period(first, end))
    assert all(timedelta(0) < duty.ends_at - duty.starts_at <= LONGEST_SHIFT for duty in whole)
    assert merged(duty.period for duty in whole) == [Period(first, whole[-1].ends_at)]
    assert whole[-1].ends_at >= end
    cuts = sorted({first, end, *(first + timedelta(days=step) for step in steps)})
    assert [duty for part in pairwise(cuts) for duty in duties_of_turns(plan, Period(*part))] == whole


def night_of(change: date, hand_over: time) -> list[str]:
    plan = rotation(DAY, 1, change - timedelta(days=1), hand_over)
    around_it = Period(instant(change - timedelta(days=1), time.min), instant(change + timedelta(days=1), time.min))
    return [f"{turn.period.starts_at:%d %H:%M} {turn.period.ends_at:%d %H:%M}" for turn in turns(plan, around_it)]


def test_on_the_october_night_half_past_two_is_its_first_occurrence():
    assert night_of(OCTOBER, time(2, 30)) == ["24 00:30 25 00:30", "25 00:30 26 01:30"]


def test_on_the_march_night_a_half_past_two_that_never_comes_is_the_clock_change_itself():
    assert night_of(MARCH, time(2, 30)) == ["27 01:30 28 01:00", "28 01:00 29 00:30"]


def test_the_hour_that_march_leaps_over_is_nobodys_turn_and_the_twin_hour_of_october_is_one_turn():
    march = list(
        islice(turns(rotation(HOUR, 1, MARCH, time(1)), Period(instant(MARCH, time(1)), NOW + timedelta(days=999))), 2)
    )
    assert [turn.operator_id for turn in march] == [ANNA, CARLA]
    october = next(turns(rotation(HOUR, 1, OCTOBER, time(2)), Period(instant(OCTOBER, time(2)), NOW)))
    assert october.period.ends_at - october.period.starts_at == timedelta(hours=2)


def test_a_month_without_the_day_hands_over_on_its_last_one_and_the_next_month_on_the_day_again():
    plan = rotation(MONTH, 1, date(2027, 1, 31))
    days = [hand_over_at(plan, number).astimezone(ROME).date() for number in range(4)]
    assert days == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert hand_over_at(plan, 13).astimezone(ROME).date() == date(2028, 2, 29)


def test_a_turn_of_a_month_is_a_shift_a_week():
    plan = rotation(MONTH, 1, date(2027, 3, 1))
    made = duties_of_turns(plan, Period(hand_over_at(plan, 0), hand_over_at(plan, 1)))
    assert [duty.operator_id for duty in made] == [ANNA] * 5
    assert [duty.starts_at.astimezone(ROME).day for duty in made] == [1, 8, 15, 22, 29]
    assert {duty.starts_at.astimezone(ROME).hour for duty in made} == {8}


def at(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], [(at(7), at(14))]),
        ([Duty(BRUNA, FIRST, at(9), at(10))], [(at(7), at(9)), (at(10), at(14))]),
        ([Duty(BRUNA, SECOND, at(9), at(10))], [(at(7), at(14))]),
        ([Duty(ANNA, SECOND, at(9), at(10))], [(at(7), at(9)), (at(10), at(14))]),
        ([Duty(BRUNA, FIRST, at(1), at(28))], []),
        ([Duty(BRUNA, FIRST, at(1), at(7)), Duty(BRUNA, FIRST, at(14), at(28))], [(at(7), at(14))]),
    ],
)
def test_shifts_already_there_win_and_the_rest_of_a_turn_goes_around_them(taken, expected):
    turn = Duty(ANNA, FIRST, at(7), at(14))
    assert [(one.starts_at, one.ends_at) for one in around([turn], taken, {ANNA, BRUNA})] == expected


def test_whoever_works_there_no_more_gets_no_shift():
    assert around([Duty(ANNA, FIRST, at(7), at(14))], [], {BRUNA}) == []


def test_shifts_are_made_until_a_midnight_so_that_a_rotation_grows_once_a_day():
    assert made_up_to(NOW) == made_up_to(NOW + timedelta(hours=10)) == datetime(2027, 5, 24, 22, tzinfo=UTC)
    assert made_up_to(NOW + timedelta(hours=13)) == datetime(2027, 5, 25, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"position": 3}, "position", "prima o seconda"),
        ({"every": 0}, "every", "cambia il numero"),
        ({"unit": HOUR, "every": 169}, "every", "cambia il numero"),
        ({"unit": DAY, "every": 61}, "every", "cambia il numero"),
        ({"unit": WEEK, "every": 9}, "every", "cambia il numero"),
        ({"unit": MONTH, "every": 3}, "every", "cambia il numero"),
        ({"people": ()}, "people", "almeno una persona"),
        ({"people": (ANNA, BRUNA, ANNA)}, "people", "una volta sola"),
        ({"people": tuple(range(MOST_PEOPLE + 1))}, "people", "una volta sola"),
        ({"first_day": date(2026, 11, 24)}, "first_day", "già passato"),
        ({"first_day": date(2027, 5, 26)}, "first_day", "sei mesi"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(changes, field, word):
    values = {"position": FIRST, "unit": WEEK, "every": 1, "first_day": date(2026, 12, 7), "hand_over": time(8)}
    plan = Rotation(**values | {"people": (ANNA, BRUNA)} | changes)
    problems = problems_of_rotation(plan, NOW)
    assert set(problems) == {field}
    assert word in problems[field]


@pytest.mark.parametrize("unit", RotationUnit)
def test_the_longest_turn_of_each_unit_is_taken(unit):
    assert problems_of_rotation(rotation(unit, LONGEST_TURN[unit]), NOW) == {}
