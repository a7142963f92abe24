# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts by relations, walked whole."""

from itertools import product

import pytest

from approdo.activations.rules.permissions import ALLOWED, Act, Relation, allowed, relations

A, C, S, X = Relation.ACTIVATING, Relation.CALLED, Relation.SUPERVISING, Relation.STRANGER

TABLE = {
    #              activating, called, supervising, stranger
    Act.READ: (True, True, True, False),
    Act.UNDO: (True, False, False, False),
    Act.STAND_DOWN: (True, False, True, False),
    Act.CLOSE: (True, False, True, False),
    Act.TAKE: (False, True, True, False),
    Act.DECLINE: (False, True, True, False),
    Act.RELEASE: (False, True, True, False),
}


@pytest.mark.parametrize(("act", "relation"), [*product(Act, Relation)])
def test_each_relation_permits_exactly_what_the_table_says(act: Act, relation: Relation) -> None:
    assert allowed(act, frozenset({relation})) is TABLE[act][[A, C, S, X].index(relation)]


def test_every_act_has_a_row_and_strangers_have_none() -> None:
    assert set(ALLOWED) == set(Act)
    assert not any(X in held for held in ALLOWED.values())


@pytest.mark.parametrize(
    ("service_id", "expected"),
    [(1, {A}), (2, {C}), (3, {S}), (4, {X}), (None, {X})],
)
def test_a_service_is_what_it_is_to_the_activation(service_id: int | None, expected: set[Relation]) -> None:
    assert relations(service_id, activating=1, called=[2], supervising=3) == expected


def test_a_service_can_be_several_things_at_once() -> None:
    assert relations(1, activating=1, called=[1], supervising=1) == {A, C, S}


def test_nobody_is_the_supervisor_of_a_network_without_coordination() -> None:
    assert relations(None, activating=1, called=[], supervising=None) == {X}
