# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who sets which level, and when it is assessed again: the whole tables."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.risk.rules import ORDER, USUAL_CLOCK, Outcome, Trigger, decision_faults, due_at

LEVELS = [Outcome.LOW, Outcome.MEDIUM, Outcome.HIGH, Outcome.EXTREME]
ANNA, BRUNA = 1, 2
WHY = "Lui è in carcere fino a marzo."
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(("outcome", "chosen"), [*product([None, *LEVELS], LEVELS)])
@pytest.mark.parametrize("reason", ["", "   corto  ", WHY])
@pytest.mark.parametrize("second", [None, ANNA, BRUNA])
def test_up_alone_down_with_a_reason_and_from_high_with_another(
    outcome: Outcome | None, chosen: Outcome, reason: str, second: int | None
) -> None:
    found = set(decision_faults(outcome, chosen, reason=reason, decided_by=ANNA, second_reader=second))
    lowers = outcome is None or ORDER[chosen] < ORDER[outcome]
    from_high = outcome in {Outcome.HIGH, Outcome.EXTREME}
    expected = set()
    if lowers and reason != WHY:
        expected.add("reason")
    if lowers and from_high and second != BRUNA:
        expected.add("second_reader")
    assert found == expected


def test_a_reason_without_end_is_none() -> None:
    faults = decision_faults(Outcome.MEDIUM, Outcome.LOW, reason="x" * 1001, decided_by=ANNA, second_reader=None)
    assert set(faults) == {"reason"}


@pytest.mark.parametrize(
    ("level", "lasts"),
    [
        (Outcome.EXTREME, timedelta(hours=72)),
        (Outcome.HIGH, timedelta(days=7)),
        (Outcome.MEDIUM, timedelta(days=30)),
        (Outcome.LOW, timedelta(days=60)),
        (None, timedelta(days=7)),
    ],
)
def test_a_level_holds_so_long(level: Outcome | None, lasts: timedelta) -> None:
    assert due_at(NOW, level, {}) == NOW + lasts


@given(
    level=st.sampled_from([None, *LEVELS]),
    happened=st.dictionaries(st.sampled_from(Trigger), st.integers(-100, 2000), max_size=5),
)
def test_what_happened_since_is_answered_at_once_and_what_was_before_is_not(
    level: Outcome | None, happened: dict[Trigger, int]
) -> None:
    found = due_at(NOW, level, {event: NOW + timedelta(hours=hours) for event, hours in happened.items()})
    later = [hours for hours in happened.values() if hours > 0]
    expected = NOW + min([USUAL_CLOCK[level], *(timedelta(hours=hours) for hours in later)])
    assert found == expected


def test_every_event_of_the_reference_is_there() -> None:
    assert len(Trigger) == 14


def test_a_network_writes_its_own_clock() -> None:
    own = dict.fromkeys(USUAL_CLOCK, timedelta(days=1))
    assert due_at(NOW, Outcome.LOW, {}, own) == NOW + timedelta(days=1)
