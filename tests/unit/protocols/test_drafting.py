# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of a draft, walked whole: every state × every act × everybody."""

from itertools import product

import pytest

from approdo.kit.errors import Conflict
from approdo.protocols.rules import DRAFT_OVER, DraftAct, DraftState, Part, draft_acts, draft_moved, part_of

S, A, P = DraftState, DraftAct, Part
ALLOWED = {
    (S.EDITING, A.SAVE, P.HAND): S.EDITING,
    (S.EDITING, A.SAVE, P.OTHER): S.EDITING,
    (S.EDITING, A.PROPOSE, P.HAND): S.PROPOSED,
    (S.EDITING, A.WITHDRAW, P.HAND): S.WITHDRAWN,
    (S.EDITING, A.WITHDRAW, P.OTHER): S.WITHDRAWN,
    (S.PROPOSED, A.TAKE_BACK, P.HAND): S.EDITING,
    (S.PROPOSED, A.WITHDRAW, P.HAND): S.WITHDRAWN,
    (S.PROPOSED, A.SEND_BACK, P.OTHER): S.EDITING,
    (S.PROPOSED, A.APPROVE, P.OTHER): S.PUBLISHED,
}


@pytest.mark.parametrize(("state", "act", "part"), [*product(S, A, P)])
def test_a_draft_moves_as_the_table_says_and_not_otherwise(state, act, part):
    expected = ALLOWED.get((state, act, part))
    assert (act in draft_acts(state, part)) is (expected is not None)
    if expected is None:
        with pytest.raises(Conflict) as refusal:
            draft_moved(state, act, part)
        assert refusal.value.sentence.endswith(".")
    else:
        assert draft_moved(state, act, part) is expected


@pytest.mark.parametrize("state", sorted(DRAFT_OVER))
def test_what_is_over_stays_over(state):
    assert not draft_acts(state, P.HAND) | draft_acts(state, P.OTHER)


def test_nobody_approves_alone_whatever_the_way():
    """From any state, by acts of a hand only, no draft is ever published."""
    reached, waiting = set(), [S.EDITING]
    while waiting:
        state = waiting.pop()
        reached.add(state)
        waiting += [s for act in draft_acts(state, P.HAND) if (s := draft_moved(state, act, P.HAND)) not in reached]
    assert S.PUBLISHED not in reached


@pytest.mark.parametrize(
    ("who", "part"),
    [(1, P.HAND), (2, P.HAND), (3, P.OTHER)],
)
def test_who_changed_it_last_or_proposed_it_has_a_hand_in_it(who, part):
    assert part_of(who, changed_by=1, proposed_by=2) is part


def test_before_it_is_proposed_only_the_last_who_changed_it_has_a_hand_in_it():
    assert part_of(1, changed_by=1, proposed_by=None) is P.HAND
    assert part_of(2, changed_by=1, proposed_by=None) is P.OTHER
