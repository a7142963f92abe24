# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.networks.rules import (
    FIRST,
    ROME,
    SECOND,
    Duty,
    Period,
    first_overlap,
    gaps,
    hours_long,
    later,
    local_period,
    overlaps,
    repeated,
    week_of,
)

START = datetime(2026, 11, 24, 19, tzinfo=UTC)
ANNA, BRUNA = 1, 2


def duty(operator: int = ANNA, position: int = FIRST, after: int = 0, hours: int = 12) -> Duty:
    starts_at = START + timedelta(hours=after)
    return Duty(operator, position, starts_at, starts_at + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (duty(BRUNA, FIRST), True),
        (duty(BRUNA, FIRST, after=11), True),
        (duty(BRUNA, FIRST, after=12), False),
        (duty(BRUNA, FIRST, after=-12), False),
        (duty(BRUNA, SECOND), False),
        (duty(ANNA, SECOND), True),
        (duty(ANNA, SECOND, after=12), False),
    ],
)
def test_two_shifts_exclude_each_other_by_position_or_by_person(other, expected):
    assert overlaps(duty(), other) is expected
    assert overlaps(other, duty()) is expected


def test_the_earliest_shift_in_the_way_is_named():
    early, late = duty(BRUNA, after=-2), duty(BRUNA, after=6)
    assert first_overlap(duty(), [late, early]) == early
    assert first_overlap(duty(), []) is None


def test_a_stored_shift_is_not_in_its_own_way():
    stored = Duty(ANNA, FIRST, START, START + timedelta(hours=12), id=7)
    assert first_overlap(stored, [stored]) is None


def test_holes_are_split_where_the_service_opens():
    whole = Period(START, START + timedelta(hours=24))
    opened = [Period(START + timedelta(hours=14), START + timedelta(hours=20))]
    found = gaps([duty()], opened, position=FIRST, whole=whole)
    offsets = [(gap.starts_at - START, gap.ends_at - START, gap.service_open) for gap in found]
    hour = timedelta(hours=1)
    assert offsets == [(12 * hour, 14 * hour, False), (14 * hour, 20 * hour, True), (20 * hour, 24 * hour, False)]


def test_a_second_person_does_not_fill_the_place_of_the_first():
    whole = Period(START, START + timedelta(hours=12))
    (gap,) = gaps([duty(position=SECOND)], [], position=FIRST, whole=whole)
    assert (gap.starts_at, gap.ends_at) == (whole.starts_at, whole.ends_at)


@pytest.mark.parametrize(("night", "hours"), [(date(2026, 10, 17), 13), (date(2026, 3, 21), 11)])
def test_a_copied_night_keeps_its_hours_on_the_wall_across_the_clock_change(night, hours):
    period = local_period(night, time(20), time(8))
    copied = later(Duty(ANNA, FIRST, period.starts_at, period.ends_at), days=7)
    assert copied.starts_at.astimezone(ROME).time() == time(20)
    assert copied.ends_at.astimezone(ROME).time() == time(8)
    assert hours_long(copied.period) == hours


def test_a_shift_repeats_every_night():
    assert [one.starts_at for one in repeated(duty(), times=3, every=1)][-1] == START + timedelta(days=3)


def test_a_shift_repeats_in_each_of_the_following_weeks():
    assert [one.starts_at for one in repeated(duty(), times=2)] == [START + timedelta(days=7 * n) for n in range(3)]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 22), 169), (date(2026, 3, 25), 167), (date(2026, 11, 24), 168)]
)
def test_a_week_runs_from_monday_to_monday_on_the_wall(day, hours):
    week = week_of(day)
    assert week.starts_at.astimezone(ROME).weekday() == 0
    assert week.starts_at.astimezone(ROME).time() == week.ends_at.astimezone(ROME).time() == time(0)
    assert hours_long(week) == hours


offsets = st.integers(0, 72)
rotas = st.lists(
    st.builds(duty, st.integers(1, 3), st.sampled_from([FIRST, SECOND]), offsets, st.integers(1, 24)), max_size=8
)
opened_lists = st.lists(
    st.tuples(offsets, st.integers(1, 10)).map(
        lambda pair: Period(START + timedelta(hours=pair[0]), START + timedelta(hours=sum(pair)))
    ),
    max_size=3,
)


@given(rotas, opened_lists, offsets)
def test_at_every_hour_somebody_is_first_or_there_is_exactly_one_hole(rota, opened, hour):
    whole = Period(START, START + timedelta(hours=73))
    at = START + timedelta(hours=hour)
    covered = any(one.position == FIRST and one.starts_at <= at < one.ends_at for one in rota)
    holes = [gap for gap in gaps(rota, opened, position=FIRST, whole=whole) if gap.starts_at <= at < gap.ends_at]
    assert len(holes) == (0 if covered else 1)
    if holes:
        assert holes[0].service_open is any(period.starts_at <= at < period.ends_at for period in opened)
