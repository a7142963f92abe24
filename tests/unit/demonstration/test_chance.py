# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from hypothesis import given
from hypothesis import strategies as st

from approdo.cli.demonstration.chance import apportioned, dealt, dice, some

SHARES = st.dictionaries(st.integers(0, 50), st.floats(0.1, 1000), min_size=1, max_size=12)


@given(SHARES, st.integers(0, 500))
def test_what_is_apportioned_adds_up_and_is_less_than_one_away_from_its_share(shares: dict[int, float], total: int):
    parts = apportioned(shares, total)
    assert sum(parts.values()) == total
    for thing, share in shares.items():
        assert abs(parts[thing] - share * total / sum(shares.values())) < 1 + 1e-6


@given(SHARES, st.integers(0, 200), st.integers())
def test_a_deck_is_dealt_whole_and_in_the_same_order_for_the_same_seed(shares: dict[int, float], total: int, seed: int):
    deck = dealt(dice(seed, "deck"), shares, total)
    assert len(deck) == total
    assert deck == dealt(dice(seed, "deck"), shares, total)


def test_parts_of_the_plan_have_their_own_chance():
    assert dice(1, "people").random() != dice(1, "pathways").random()
    assert dice(1, "people").random() != dice(2, "people").random()


def test_the_numbers_of_a_seed_never_change():
    # a seed written in a bug report must give the same region in a year
    chance = dice(7, "fixed")
    assert [chance.randrange(100) for _ in range(4)] == [83, 62, 38, 19]


def test_some_things_keep_their_order_and_are_different():
    chosen = some(dice(3, "some"), "abcdefgh", 2, 5)
    assert 2 <= len(chosen) <= 5
    assert list(chosen) == sorted(set(chosen))
