# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.protocols import call, document

from approdo.protocols.rules import empty_document, for_network, in_order, problems, readable, shape_problems
from approdo.protocols.rules.composing import (
    kept_order,
    kept_text,
    moved_call,
    moved_step,
    short_name,
    with_call,
    with_entries,
    without_call,
)
from approdo.protocols.rules.schema import KEY_PATTERN


def keys(made):
    return [one["key"] for one in made["calls"]]


def test_an_empty_document_has_the_shape_of_one_and_is_not_publishable():
    made = empty_document("lake")
    assert shape_problems(made) == []
    assert {problem.path for problem in problems(made)} == {"calls", "code", "name"}


@pytest.mark.parametrize(
    "made",
    [
        document(call(answer_within_minutes=9999)),
        document(call(kind=None, channels=None, escalation=[{}])),
        document(call(after="nowhere")),
        document(code="Non Va Bene", name=""),
        document(municipalities=[], contexts=[]),
        document(referrals=[{"urgency": "asap"}]),
    ],
)
def test_what_may_still_be_mended_has_the_shape_of_a_protocol(made):
    assert problems(made)
    assert shape_problems(made) == []


@pytest.mark.parametrize(
    "made",
    [
        document(call(kind="hotel")),
        document(call(answer_within_minutes="quindici")),
        document(call(more=1)),
        document(format=2),
        document(calls={}),
        document(calls=[1]),
        document(name=None) | {"name": 3},
        document(municipalities="some"),
        [],
    ],
)
def test_what_no_page_could_show_has_not(made):
    assert shape_problems(made)


def test_readdressing_keeps_all_but_the_network():
    made = document(call(), contexts=None)
    assert for_network(made, "river") == made | {"network": "river"}
    assert for_network({"calls": [call()]}, "river")["name"] == ""


def test_entries_are_put_in_the_order_in_which_people_read_them():
    made = document(call())
    scrambled = {name: made[name] for name in sorted(made)}
    scrambled["calls"] = [{name: one[name] for name in sorted(one)} for one in made["calls"]]
    ordered = in_order(scrambled)
    assert ordered == made
    assert list(ordered)[:3] == ["format", "code", "name"]
    assert list(ordered["calls"][0])[:2] == ["key", "kind"]


@pytest.mark.parametrize(
    ("words", "taken", "name"),
    [
        ("Posto sicuro", (), "posto-sicuro"),
        ("È già notte?", (), "e-gia-notte"),
        ("112", (), "c-112"),
        ("centro_2", (), "centro_2"),
        ("centro", ("centro",), "centro-2"),
        ("centro", ("centro", "centro-2"), "centro-3"),
        ("!", (), "c"),
    ],
)
def test_a_short_name_is_made_from_words(words, taken, name):
    assert short_name(words, taken) == name


@given(st.text(max_size=200), st.sets(st.text(max_size=5)))
def test_a_short_name_is_always_one_and_never_taken(words, taken):
    made = short_name(words, taken)
    assert re.fullmatch(KEY_PATTERN, made)
    assert made not in taken


def test_boxes_keep_the_order_that_was_written():
    assert kept_order(["sms", "app"], ["app", "email", "sms"]) == ["sms", "app", "email"]


def test_blanks_around_a_text_are_not_a_change():
    assert kept_text(" a ", "a") == " a "
    assert kept_text("a", " b ") == "b"
    assert kept_text(None, "") == ""


def test_what_means_the_same_as_nothing_is_written_only_where_it_was():
    assert with_entries({}, {"choose": "one", "out_of_hours": "on_call"}) == {}
    assert with_entries({"choose": "all"}, {"choose": "one"}) == {"choose": "one"}
    assert with_entries({"a": 1, "b": 2, "c": 3}, {"a": None, "b": "", "c": []}) == {}
    assert with_entries({}, {"wait_minutes": 0}) == {"wait_minutes": 0}


def test_a_call_that_changes_its_name_is_still_waited_for():
    made = with_call(document(call("a"), call("b", after="a", after_minutes=5)), 0, call("c"))
    assert keys(made) == ["c", "b"]
    assert made["calls"][1]["after"] == "c"


def test_a_call_that_is_taken_away_is_waited_for_no_more():
    made = without_call(document(call("a"), call("b", after="a", after_minutes=5)), 0)
    assert problems(made) == []
    assert "after_minutes" not in made["calls"][0]


def test_taking_away_a_call_without_a_name_leaves_the_others_alone():
    made = document(call(key=None), call("b"))
    assert without_call(made, 0)["calls"] == [call("b")]


@given(st.lists(st.integers(), min_size=1, max_size=6), st.integers(-3, 9), st.sampled_from([-1, 1]))
def test_moving_loses_nothing_and_at_the_edge_nothing_moves(steps, place, by):
    moved = moved_step(place, by)(list(steps))
    assert sorted(moved) == sorted(steps)
    if 0 <= place < len(steps) and 0 <= place + by < len(steps):
        assert moved_step(place + by, -by)(moved) == steps
    else:
        assert moved == steps


def test_a_call_moves_up_and_down():
    assert keys(moved_call(document(call("a"), call("b"), call("c")), 2, -1)) == ["a", "c", "b"]


def test_what_is_sound_can_be_read_while_the_rest_is_wrong():
    made = document(call("a"), call("b", kind=None), name="", referrals=[{"urgency": "asap"}])
    read = readable(made)
    assert [one.key for one in read.calls] == ["a"]
    assert readable(document(call(kind=None))) is None
    assert readable(empty_document("lake")) is None
