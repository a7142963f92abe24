# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a task is due, when somebody is told, who does it; both nights of the clock change included."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.pathway_steps import a_step

from approdo.networks.rules import ROME, ServiceKind
from approdo.protocols.rules import parse_step
from approdo.tasks.rules import Act, Around, Holder, Limits, holder, limits, next_act

CENTRE, SHELTER, SOCIAL = ServiceKind.SUPPORT_CENTRE, ServiceKind.SHELTER, ServiceKind.SOCIAL_SERVICE
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


def never(_at: datetime) -> datetime:
    """Opening hours that must not be asked for."""
    raise AssertionError("nobody asked when the service opens")


@pytest.mark.parametrize(
    ("night", "wall"),
    [(datetime(2026, 10, 24, 12, tzinfo=ROME), 11), (datetime(2027, 3, 27, 12, tzinfo=ROME), 13)],
)
def test_hours_are_hours_through_the_night_of_the_clock_change(night: datetime, wall: int) -> None:
    found = limits(parse_step(a_step(within_hours=24)), night.astimezone(UTC), 24, never)
    assert found.due_at - night.astimezone(UTC) == timedelta(hours=24)
    assert found.due_at.astimezone(ROME).hour == wall


@given(since=INSTANTS, within=st.integers(1, 8760), more=st.integers(0, 8760), opens=st.integers(0, 200))
def test_a_limit_at_a_closed_door_moves_to_its_opening_and_what_follows_moves_with_it(
    since: datetime, within: int, more: int, opens: int
) -> None:
    plain = parse_step(a_step(within_hours=within, escalate_after_hours=within + more))
    moves = parse_step(a_step(within_hours=within, escalate_after_hours=within + more, when_closed="next_opening"))
    stays = limits(plain, since, within, never)
    moved = limits(moves, since, within, lambda at: at + timedelta(hours=opens))
    assert stays.due_at == since + timedelta(hours=within)
    assert moved.due_at == stays.due_at + timedelta(hours=opens)
    for found in (stays, moved):
        assert found.escalate_at - found.due_at == timedelta(hours=more)


@given(due=INSTANTS, more=st.integers(0, 8760))
def test_the_clock_speaks_twice_in_order_and_then_never(due: datetime, more: int) -> None:
    dates = Limits(due, due + timedelta(hours=more))
    first = next_act(dates, reminded=False, escalated=False)
    second = next_act(dates, reminded=True, escalated=False)
    assert (first, second) == ((Act.REMIND, dates.due_at), (Act.ESCALATE, dates.escalate_at))
    assert next_act(dates, reminded=True, escalated=True) is None
    assert all(earlier[1] <= later[1] for earlier, later in pairwise([first, second]))


WHO = {
    "the service of the kind that takes part": (CENTRE, {1: SOCIAL, 2: CENTRE}, 1, Holder(2, False)),
    "of two of the kind the one that leads": (CENTRE, {1: CENTRE, 2: CENTRE}, 2, Holder(2, False)),
    "of two of the kind, neither leading, the first": (
        CENTRE,
        {1: CENTRE, 2: CENTRE},
        3,
        Holder(1, False),
    ),
    "whoever leads, where nobody is of the kind": (SHELTER, {1: SOCIAL, 2: CENTRE}, 2, Holder(2, True)),
    "whoever leads, where the protocol says so": (None, {1: SOCIAL, 2: CENTRE}, 1, Holder(1, True)),
    "whoever began the phase, where nobody leads": (None, {1: SOCIAL, 2: CENTRE}, None, Holder(9, True)),
    "the kind, where nobody leads": (SOCIAL, {1: SOCIAL, 2: CENTRE}, None, Holder(1, False)),
}


@pytest.mark.parametrize("case", WHO)
def test_a_step_is_done_by(case: str) -> None:
    kind, kinds, lead, expected = WHO[case]
    step = parse_step(a_step(kind=None if kind is None else kind.value))
    assert holder(step, Around(kinds, lead, 9)) == expected
