# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.places import places

from approdo.cli.demonstration.geography import Place, Reach, distance_km, partition, zones

VARESE, GALLARATE, LUINO, MILAN, SONDRIO = "012133", "012070", "012092", "015146", "014061"


def test_distances_are_those_of_the_map():
    known = places()
    assert 48 < distance_km(known[VARESE], known[MILAN]) < 53
    assert distance_km(known[VARESE], known[VARESE]) == 0


def test_a_municipality_goes_to_the_nearest_network_that_reaches_it():
    reaches = {
        "north": Reach(VARESE, frozenset({"VA"}), 60),
        "south": Reach(GALLARATE, frozenset({"VA"}), 60),
    }
    given_to = partition(places(), reaches)
    assert VARESE in given_to["north"]
    assert LUINO in given_to["north"]
    assert GALLARATE in given_to["south"]
    assert not set(given_to["north"]) & set(given_to["south"])


def test_a_province_in_which_a_network_does_not_work_and_places_beyond_its_reach_stay_uncovered():
    given_to = partition(places(), {"lake": Reach(VARESE, frozenset({"VA"}), 10)})
    assert MILAN not in given_to["lake"]
    assert LUINO not in given_to["lake"]


@given(st.lists(st.tuples(st.floats(45, 46), st.floats(8, 11)), min_size=3, max_size=20, unique=True))
def test_zones_divide_a_territory_without_rest(points: list[tuple[float, float]]):
    made = {f"{n:06d}": Place(f"{n:06d}", "", "XX", 1, *point) for n, point in enumerate(points)}
    seats = list(made)[:2]
    divided = zones(made, made, seats)
    assert sorted(code for codes in divided.values() for code in codes) == sorted(made)
    for seat in seats:
        assert seat in divided[seat]
