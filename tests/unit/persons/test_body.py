# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where on the body: the drawing and the list say the same, and neither says what the other cannot."""

from itertools import pairwise, product

import pytest

from approdo.persons.rules import DRAWN, REGIONS, SIDES, VIEWS, Place, shown_at


def test_every_region_of_the_list_is_somewhere_on_the_drawing_and_no_place_is_drawn_twice() -> None:
    assert {place.region for place in DRAWN} == set(REGIONS)
    assert len(DRAWN) == len(set(DRAWN))


def test_what_has_a_left_has_a_right_and_is_walked_over_together() -> None:
    for one, after in pairwise(DRAWN):
        if one.side == "right":
            assert after == Place(one.view, "left", one.region)
    sides = [(place.view, place.region, place.side) for place in DRAWN]
    assert all((view, region, "right") in sides for view, region, side in sides if side == "left")


def test_a_face_is_only_in_front_and_a_back_only_behind() -> None:
    regions = {view: {place.region for place in DRAWN if place.view == view} for view in VIEWS}
    assert {"eye", "mouth", "breast", "chest", "abdomen"} & regions["back"] == set()
    assert {"upper_back", "lower_back", "buttock"} & regions["front"] == set()


@pytest.mark.parametrize("place", DRAWN, ids=lambda place: place.code)
def test_a_pressed_button_is_the_place_it_stands_on(place: Place) -> None:
    assert Place.read(place.code) == place
    assert shown_at(place) == (place,)


@pytest.mark.parametrize("code", ["", "front.left", "front.left.tail", "up.left.eye", "front.behind.eye", "a.b.c.d"])
def test_a_place_that_no_list_has_is_none(code: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Place.read(code)


def test_on_both_sides_is_drawn_on_both() -> None:
    assert shown_at(Place("front", "both", "eye")) == (Place("front", "right", "eye"), Place("front", "left", "eye"))


@pytest.mark.parametrize("place", [Place("", "left", "eye"), Place("front", "", "eye"), Place("back", "middle", "eye")])
def test_what_nobody_said_is_drawn_nowhere(place: Place) -> None:
    assert shown_at(place) == ()


def test_whatever_the_list_says_the_drawing_shows_within_its_view_and_region() -> None:
    for view, side, region in product(VIEWS, SIDES, REGIONS):
        for drawn in shown_at(Place(view, side, region)):
            assert (drawn.view, drawn.region) == (view, region)
            assert drawn.side in ({"left", "right"} if side == "both" else {side})
