# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where cases are on the way, and where they left it."""

from hypothesis import given
from hypothesis import strategies as st

from approdo.cases.rules import TRANSITIONS, CaseState, Path, stages

S = CaseState


def told(*paths: Path) -> dict[CaseState, tuple[int, int, int]]:
    counted = {path: paths.count(path) for path in paths}
    return {one.state: (one.reached, one.here, one.closed) for one in stages(counted)}


def test_a_case_that_nobody_moved_is_at_the_contact() -> None:
    assert told(()) == {S.CONTACT: (1, 1, 0), S.RECEPTION: (0, 0, 0), S.INTAKE: (0, 0, 0)} | {
        S.PLAN: (0, 0, 0),
        S.MONITORING: (0, 0, 0),
    }


def test_a_closed_case_left_from_the_state_before() -> None:
    found = told((S.RECEPTION, S.CLOSED), (S.CLOSED,), (S.RECEPTION, S.INTAKE))
    assert found[S.CONTACT] == (3, 0, 1)
    assert found[S.RECEPTION] == (2, 0, 1)
    assert found[S.INTAKE] == (1, 1, 0)


def test_opened_again_it_stands_where_it_is_and_counts_once_in_what_it_reached() -> None:
    found = told((S.RECEPTION, S.INTAKE, S.CLOSED, S.RECEPTION))
    assert found[S.RECEPTION] == (1, 1, 0)
    assert found[S.INTAKE] == (1, 0, 0)


@st.composite
def walks(draw: st.DrawFn) -> Path:
    state, path = S.CONTACT, []
    for _step in range(draw(st.integers(0, 9))):
        state = draw(st.sampled_from([to for (start, _act), to in TRANSITIONS.items() if start is state]))
        path.append(state)
    return tuple(path)


@given(st.lists(walks(), max_size=30))
def test_every_case_is_in_one_place_and_reached_it_if_it_went_on(paths: list[Path]) -> None:
    found = stages({path: paths.count(path) for path in paths})
    assert sum(one.left for one in found) == len(paths) == found[0].reached
    assert all(one.reached >= one.left for one in found)
    for one in found:
        assert one.reached == sum(one.state in (S.CONTACT, *path) for path in paths)
