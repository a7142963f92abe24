# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.protocols import call, document

from approdo.protocols.rules import Change, Context, Scope, choose, compare, digest

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ED, POLICE = Context.EMERGENCY_DEPARTMENT, Context.POLICE


def scope(version_id=1, places=(), contexts=(), begins=NOON):
    return Scope(version_id, 1, "", frozenset(places), frozenset(contexts), begins)


EVERYWHERE = scope(1)
VALLEY = scope(2, places=["012133"])
HOSPITAL = scope(3, contexts=[ED])
VALLEY_HOSPITAL = scope(4, places=["012133"], contexts=[ED])
ALL_FOUR = [EVERYWHERE, VALLEY, HOSPITAL, VALLEY_HOSPITAL]


@pytest.mark.parametrize(
    ("latest", "place", "context", "chosen"),
    [
        ([], "012133", ED, None),
        ([EVERYWHERE], "012133", ED, EVERYWHERE),
        ([VALLEY], "012026", ED, None),
        ([HOSPITAL], "012133", POLICE, None),
        ([EVERYWHERE, VALLEY], "012133", ED, VALLEY),
        ([EVERYWHERE, VALLEY], "012026", ED, EVERYWHERE),
        ([EVERYWHERE, HOSPITAL], "012026", ED, HOSPITAL),
        ([EVERYWHERE, HOSPITAL], "012026", POLICE, EVERYWHERE),
        ([VALLEY, HOSPITAL], "012133", ED, VALLEY),
        (ALL_FOUR, "012133", ED, VALLEY_HOSPITAL),
        (ALL_FOUR, "012133", POLICE, VALLEY),
        (ALL_FOUR, "012026", ED, HOSPITAL),
        (ALL_FOUR, "012026", POLICE, EVERYWHERE),
    ],
)
def test_a_list_of_places_beats_all_and_then_named_contexts_beat_all(latest, place, context, chosen):
    assert choose(latest, place, context) == chosen
    assert choose(reversed(latest), place, context) == chosen


def test_between_equals_the_later_one_holds():
    later = scope(0, begins=NOON + timedelta(days=1))
    assert choose([EVERYWHERE, later], "012133", ED) == later


@pytest.mark.parametrize(
    ("one", "other", "compete"),
    [
        (EVERYWHERE, scope(9), True),
        (EVERYWHERE, VALLEY, False),
        (EVERYWHERE, HOSPITAL, False),
        (VALLEY, scope(9, places=["012026"]), False),
        (VALLEY, scope(9, places=["012026", "012133"]), True),
        (HOSPITAL, scope(9, contexts=[POLICE]), False),
        (HOSPITAL, scope(9, contexts=[POLICE, ED]), True),
    ],
)
def test_two_protocols_compete_when_neither_beats_the_other_somewhere(one, other, compete):
    assert one.competes_with(other) is compete
    assert other.competes_with(one) is compete


scopes = st.builds(
    scope,
    version_id=st.integers(1, 50),
    places=st.sets(st.sampled_from(["012133", "012026", "016024"])),
    contexts=st.sets(st.sampled_from(Context)),
)


@given(st.lists(scopes, max_size=6), st.sampled_from(["012133", "012026"]), st.sampled_from(Context))
def test_what_is_chosen_always_holds_there_and_nothing_that_holds_is_missed(latest, place, context):
    chosen = choose(latest, place, context)
    holding = [one for one in latest if one.holds(place, context)]
    assert (chosen is None) == (holding == [])
    assert chosen is None or chosen in holding


def test_nothing_changed_between_equal_documents():
    assert compare(document(), document()) == []


def test_a_changed_minute_is_one_change_although_calls_moved():
    before = document(call("a"), call("b"))
    after = document(call("b"), call("a", repeat_minutes=20))
    assert compare(before, after) == [Change("calls.a.repeat_minutes", 10, 20)]


def test_an_added_and_a_dropped_call_are_said_whole():
    before, after = document(call("a"), call("b")), document(call("a"), call("c"))
    assert compare(before, after) == [Change("calls.c", None, call("c")), Change("calls.b", call("b"), None)]


def test_the_digest_depends_on_the_meaning_and_not_on_the_order_of_entries():
    made = document()
    assert digest(made) == digest(dict(reversed(made.items())))
    assert digest(made) != digest(document(name="Altro"))
