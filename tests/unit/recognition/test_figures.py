# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rates with what chance alone would do, and nothing that tells of few."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from approdo.kit.counts import FEWEST, is_told
from approdo.recognition.rules.figures import Outcomes, joined, kept_back, rate, summed, wilson

PAIRS = some.tuples(some.integers(0, 12), some.integers(0, 12))


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [  # worked by hand from Wilson's formula with z = 1.96 and rounded to a thousandth
        (0, 10, 0.0, 0.278),
        (10, 10, 0.722, 1.0),
        (5, 10, 0.237, 0.763),
        (81, 263, 0.255, 0.366),
        (15, 148, 0.062, 0.160),
    ],
)
def test_intervals_are_those_of_the_books(part: int, whole: int, low: float, high: float) -> None:
    found = wilson(part, whole)
    assert found == pytest.approx((low, high), abs=0.0006)


@given(some.integers(1, 400).flatmap(lambda whole: some.tuples(some.integers(0, whole), some.just(whole))))
def test_an_interval_holds_its_share_and_stays_within_what_a_share_can_be(counted: tuple[int, int]) -> None:
    part, whole = counted
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole <= high <= 1
    wider = wilson(10 * part, 10 * whole)
    assert wider[1] - wider[0] < high - low, "ten times as many say more"


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (0, 0), (-1, 5), (6, 5)])
def test_a_part_of_nothing_is_a_mistake(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="part of a whole"):
        wilson(part, whole)


@given(some.integers(0, 20), some.integers(0, 20))
def test_a_rate_is_told_only_where_neither_side_is_one_to_four(part: int, rest: int) -> None:
    told = rate(part, part + rest)
    assert (told is not None) == (is_told(part) and is_told(rest) and part + rest >= FEWEST)
    if told is not None:
        assert told.low <= told.tenths <= told.high


@given(some.dictionaries(some.integers(0, 6), PAIRS, max_size=6))
def test_what_is_told_beside_a_total_gives_nobody_away(cells: dict[int, tuple[int, int]]) -> None:
    gone = kept_back(cells)
    assert all(is_told(count) for key, counts in cells.items() if key not in gone for count in counts)
    for place in range(2):
        total = sum(counts[place] for counts in cells.values())
        shown = sum(counts[place] for key, counts in cells.items() if key not in gone)
        assert is_told(total - shown) or not is_told(total) or shown == 0


def test_nothing_is_kept_back_where_nothing_needs_to_be_and_no_more_than_must() -> None:
    assert kept_back({"a": (5, 9), "b": (0, 7)}) == frozenset()
    assert kept_back({"a": (5, 9), "b": (3, 7), "c": (6, 90), "d": (50, 50)}) == {"a", "b"}
    assert kept_back({"a": (5, 9), "b": (3, 7), "c": (2, 8)}) == {"b", "c"}, "five together are enough"


@given(some.lists(PAIRS, max_size=14))
def test_joined_periods_tell_of_none_or_five_and_together_are_all_of_them(periods: list[tuple[int, int]]) -> None:
    found = joined(periods)
    sums = [[sum(periods[place][column] for place in block) for column in range(2)] for block in found]
    assert all(is_told(count) for counts in sums for count in counts)
    assert [place for block in found for place in block] in ([*range(len(periods))], [])
    whole = [sum(one[column] for one in periods) for column in range(2)]
    assert bool(found) == bool(periods and all(map(is_told, whole)))


def test_periods_are_joined_no_more_than_they_must_be() -> None:
    assert joined([(5, 5), (0, 9), (5, 0)]) == (range(0, 1), range(1, 2), range(2, 3))
    assert joined([(3, 5), (2, 0), (6, 6), (1, 0)]) == (range(0, 2), range(2, 4))
    assert joined([(3, 0), (1, 0)]) == ()


def test_precision_is_of_those_who_were_asked() -> None:
    outcomes = Outcomes(yes=12, no=28, known=9, unknown=50)
    found = outcomes.precision
    assert found is not None
    assert (found.part, found.whole, found.tenths) == (12, 40, 300)
    assert outcomes.cells == (12, 28, 59)
    assert outcomes.parted
    assert not Outcomes(known=3, unknown=9).parted
    assert Outcomes(known=9).precision is None
    assert summed([outcomes, Outcomes(1, 2, 3, 4)]) == Outcomes(13, 30, 12, 54)
    assert summed([]) == Outcomes()


def test_counts_that_any_two_blocks_share_never_part_a_small_one() -> None:
    """By brute force over short rows: what is told, added and taken away in any way, never comes to one to four."""
    periods = [(2, 0), (3, 0), (5, 0), (1, 0), (4, 0), (7, 0)]
    sums = [sum(periods[place][0] for place in block) for block in joined(periods)]
    total = sum(one[0] for one in periods)
    for size in range(len(sums) + 1):
        for chosen in combinations(sums, size):
            assert is_told(total - sum(chosen))
