# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An override held against a table of quarters of an hour: who is on call in each, before, during and after it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.networks.rules import (
    FIRST,
    LONGEST_OVERRIDE,
    LONGEST_SHIFT,
    SECOND,
    Duty,
    Period,
    cut,
    given_back,
    problems_of_override,
)

QUARTER = timedelta(minutes=15)
START = datetime(2026, 10, 24, 18, tzinfo=UTC)
"""The evening before the October night: twelve hours on, the clock has changed."""
NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
ANNA, BRUNA, CARLA = 1, 2, 3


def at(quarter: int) -> datetime:
    return START + quarter * QUARTER


def a_rota(lengths: list[tuple[int, int, int]], position: int) -> list[Duty]:
    """Shifts one after the other: (quarters of nobody before it, quarters long, who)."""
    duties, quarter = [], 0
    for hole, long, who in lengths:
        quarter += hole
        duties.append(Duty(who, position, at(quarter), at(quarter + long), id=len(duties) + 1 + 100 * position))
        quarter += long
    return duties


rotas = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 12), st.integers(1, 3)), max_size=8)
stretches = st.tuples(st.integers(-4, 60), st.integers(1, 50)).map(lambda one: Period(at(one[0]), at(one[0] + one[1])))


def table(duties: list[Duty]) -> dict[int, int]:
    """Who is on call in each quarter of an hour, found by asking each shift about each."""
    found: dict[int, int] = {}
    for quarter in range(-8, 130):
        for duty in duties:
            if duty.starts_at <= at(quarter) < duty.ends_at:
                assert quarter not in found, "two people in one quarter of an hour"
                found[quarter] = duty.operator_id
    return found


@given(rotas, rotas, stretches)
def test_in_the_stretch_is_who_stands_in_and_everywhere_else_who_was(first, second, whole):
    before, others = a_rota(first, FIRST), a_rota(second, SECOND)
    change = cut(before + others, 9, FIRST, whole)
    hit = {duty.id for duty in change.replaced}
    after = [duty for duty in before if duty.id not in hit] + [*change.left, *change.stands_in]
    expected = table(before)
    for quarter in range(-8, 130):
        if whole.starts_at <= at(quarter) < whole.ends_at:
            expected[quarter] = 9
    assert table(after) == expected
    assert all(duty.position == FIRST for duty in (*change.replaced, *change.stands_in))


@given(rotas, stretches, st.integers(0, 60))
def test_given_back_every_quarter_ahead_is_of_who_had_it_and_the_past_stays(first, whole, passed):
    before = a_rota(first, FIRST)
    change = cut(before, 9, FIRST, whole)
    hit = {duty.id for duty in change.replaced}
    now = min(whole.starts_at + passed * QUARTER, whole.ends_at)
    ahead = Period(now, whole.ends_at)
    past = [Duty(9, FIRST, whole.starts_at, now)] if now > whole.starts_at else []
    after = [duty for duty in before if duty.id not in hit] + [*change.left, *past, *given_back(change.replaced, ahead)]
    expected = table(before)
    for quarter in range(-8, 130):
        if whole.starts_at <= at(quarter) < now:
            expected[quarter] = 9
    assert table(after) == expected


@pytest.mark.parametrize("starts_at", [datetime(2026, 10, 20, 6, tzinfo=UTC), datetime(2027, 3, 22, 7, tzinfo=UTC)])
def test_a_long_stretch_is_a_shift_a_week_at_the_same_hour_on_the_wall(starts_at):
    parts = cut([], CARLA, FIRST, Period(starts_at, starts_at + timedelta(days=20))).stands_in
    assert [part.operator_id for part in parts] == [CARLA] * 3
    assert [one.ends_at for one in parts[:-1]] == [one.starts_at for one in parts[1:]]
    assert all(part.ends_at - part.starts_at <= LONGEST_SHIFT for part in parts)
    assert parts[0].ends_at - parts[0].starts_at in {
        timedelta(days=7, hours=1),
        timedelta(days=7, hours=-1),
    }


@pytest.mark.parametrize(
    ("starts", "ends", "field", "word"),
    [
        (timedelta(0), timedelta(hours=1), "", ""),
        (timedelta(hours=2), timedelta(hours=2), "last", "prima dell'inizio"),
        (timedelta(hours=2), timedelta(hours=1), "last", "prima dell'inizio"),
        (timedelta(minutes=-1), timedelta(hours=1), "first", "già passato"),
        (timedelta(hours=-9), timedelta(hours=-8), "first", "già passato"),
        (timedelta(0), LONGEST_OVERRIDE, "", ""),
        (timedelta(0), LONGEST_OVERRIDE + QUARTER, "last", "due mesi"),
        (timedelta(days=181), timedelta(days=182), "last", "sei mesi"),
    ],
)
def test_a_stretch_that_makes_no_sense_is_refused_in_words(starts, ends, field, word):
    problems = problems_of_override(Period(NOW + starts, NOW + ends), FIRST, NOW)
    assert set(problems) == ({field} if field else set())
    assert word in problems.get(field, "")


def test_a_third_position_is_not_one():
    assert set(problems_of_override(Period(NOW, NOW + QUARTER), 3, NOW)) == {"position"}
