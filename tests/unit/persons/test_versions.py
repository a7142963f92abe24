# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two who write at once: the second is told, and both texts are kept."""

from hypothesis import given
from hypothesis import strategies as st

from approdo.persons.rules import Written, next_version, standing


def written(*seen: tuple[int, ...]) -> list[Written]:
    """Versions in turn, each by somebody who had these before her eyes."""
    versions: list[Written] = []
    for one in seen:
        versions.append(next_version(versions, one))
    return versions


def test_the_first_stands_alone() -> None:
    assert standing(written(())) == (1,)


def test_a_version_over_the_last_takes_its_place() -> None:
    assert standing(written((), (1,), (2,))) == (3,)


def test_two_over_the_same_stand_side_by_side() -> None:
    assert standing(written((), (1,), (1,))) == (2, 3)


def test_who_has_both_before_her_eyes_puts_them_together() -> None:
    assert standing(written((), (1,), (1,), (2, 3))) == (4,)


def test_who_saw_only_one_of_two_leaves_the_other_standing() -> None:
    assert standing(written((), (1,), (1,), (3,))) == (2, 4)


def test_a_third_over_the_old_one_makes_three() -> None:
    assert standing(written((), (1,), (1,), (1,))) == (2, 3, 4)


def test_numbers_that_never_were_are_left_out() -> None:
    assert next_version(written(()), (7, 1, 1, -3)) == Written(2, (1,))


@given(st.lists(st.lists(st.integers(0, 8), max_size=4).map(tuple), min_size=1, max_size=9))
def test_the_last_always_stands_and_whatever_does_not_was_seen_by_a_later_one(seen: list[tuple[int, ...]]) -> None:
    versions = written(*seen)
    stand = standing(versions)
    assert versions[-1].number in stand
    for version in versions:
        later = [one for one in versions if version.number in one.based_on]
        assert (version.number not in stand) == bool(later)
        assert all(one.number > version.number for one in later)
