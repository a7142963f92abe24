# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shift that changes hands: the whole table, state × act × who."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from approdo.networks.rules import (
    SWAP_ACTORS,
    SWAP_ENDED,
    SWAP_TRANSITIONS,
    SwapAct,
    SwapParty,
    SwapState,
    next_swap_state,
    party_of,
    swap_allowed,
    swap_state,
)

NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
ANNA, BRUNA, CARLA = 1, 2, 3
POSSIBLE = {
    (SwapState.OPEN, SwapAct.ACCEPT, SwapParty.ASKED): SwapState.ACCEPTED,
    (SwapState.OPEN, SwapAct.REFUSE, SwapParty.ASKED): SwapState.REFUSED,
    (SwapState.OPEN, SwapAct.WITHDRAW, SwapParty.ASKER): SwapState.WITHDRAWN,
    (SwapState.OPEN, SwapAct.LAPSE, SwapParty.ROTA): SwapState.LAPSED,
}
"""Written by hand, and all there is."""


@pytest.mark.parametrize(("state", "act", "party"), [*product(SwapState, SwapAct, SwapParty)])
def test_nothing_else_can_be_done_by_anybody(state: SwapState, act: SwapAct, party: SwapParty) -> None:
    becomes = next_swap_state(state, act) if swap_allowed(act, party) else None
    assert becomes == POSSIBLE.get((state, act, party))


def test_what_has_ended_stays_ended_and_says_how() -> None:
    ended = set(SwapState) - {SwapState.OPEN}
    assert {state for state, _act in SWAP_TRANSITIONS} == {SwapState.OPEN}
    assert set(SWAP_TRANSITIONS.values()) == ended == set(SWAP_ENDED)
    assert set(SWAP_ACTORS) == set(SwapAct)


@pytest.mark.parametrize(
    ("operator", "party"),
    [(ANNA, SwapParty.ASKER), (BRUNA, SwapParty.ASKED), (CARLA, SwapParty.STRANGER), (None, SwapParty.STRANGER)],
)
def test_who_is_what_to_a_request(operator: int | None, party: SwapParty) -> None:
    assert party_of(operator, asker=ANNA, asked=frozenset({BRUNA})) is party


def test_who_asks_is_never_one_of_those_asked() -> None:
    assert party_of(ANNA, asker=ANNA, asked=frozenset({ANNA, BRUNA})) is SwapParty.ASKER


@pytest.mark.parametrize(("state", "minutes"), [*product(SwapState, (-1, 0, 1))])
def test_a_request_dies_with_the_minute_in_which_its_shift_begins(state: SwapState, minutes: int) -> None:
    seen = swap_state(state, starts_at=NOW + timedelta(minutes=minutes), now=NOW)
    died = state is SwapState.OPEN and minutes <= 0
    assert seen is (SwapState.LAPSED if died else state)
