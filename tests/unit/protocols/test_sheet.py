# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two protocols side by side: every difference that means something is said, in words, and nothing else is."""

from copy import deepcopy

import pytest
from tests.factories.protocols import call, document, parsed

from approdo.protocols import selectors
from approdo.protocols.rules import FATE_LABELS, Fate, parse, read, side_by_side

PLACES = {"012133": "Varese"}


def changed(before, after):
    """What changes, as (title, label) in Italian."""
    return [
        (section.title.message % section.title.values, line.label)
        for section in side_by_side(before, after, PLACES)
        for line in section.lines
        if not line.same
    ]


BASE = call(
    "b",
    "shelter",
    needs=["safe_place"],
    after="centre",
    after_minutes=5,
    backup_kind="social_emergency",
    escalation=[
        {"to": "first_on_call", "wait_minutes": 10},
        {"to": "backup_service", "wait_minutes": 10},
        {"to": "coordinator"},
    ],
)
CHANGES = {
    "kind": "support_centre",
    "capability": "night_admission",
    "service_code": "R-07",
    "choose": "all",
    "needs": ["children"],
    "after": "c",
    "after_minutes": 6,
    "answer_within_minutes": 16,
    "channels": {"at_once": ["app", "voice"]},
    "escalation": [
        {"to": "second_on_call", "wait_minutes": 10},
        {"to": "backup_service", "wait_minutes": 10},
        {"to": "coordinator"},
    ],
    "repeat_minutes": 11,
    "backup_kind": "police",
    "out_of_hours": "backup",
    "fallback_phone": "112",
}


@pytest.mark.parametrize("entry", sorted(CHANGES))
def test_a_change_of_any_entry_of_a_call_is_said_of_that_call(entry):
    before = parsed(call(), deepcopy(BASE), call("c"))
    found = changed(before, parsed(call(), BASE | {entry: CHANGES[entry]}, call("c")))
    assert found
    assert {title for title, _label in found} == {"Chiamata «b»"}


def test_every_entry_of_a_call_is_among_them():
    from approdo.protocols.rules import SCHEMA

    assert set(CHANGES) | {"key"} == set(SCHEMA["properties"]["calls"]["items"]["properties"])


@pytest.mark.parametrize("to", ["wait", "seconds", "unread", "last wait"])
def test_a_change_inside_an_entry_is_said_too(to):
    after = deepcopy(call())
    if to == "wait":
        after["escalation"][0]["wait_minutes"] = 9
    elif to == "last wait":
        after["escalation"][-1]["wait_minutes"] = 9
    elif to == "seconds":
        after["channels"]["after_seconds"] = 60
    else:
        after["channels"]["if_unread"] = ["email"]
    assert len(changed(parsed(call()), parsed(after))) == 1


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"name": "Altro"}, "Nome"),
        ({"municipalities": ["012133"]}, "Comuni"),
        ({"contexts": ["police"]}, "Chi attiva"),
    ],
)
def test_a_change_of_the_heading_is_said(change, label):
    assert changed(parsed(call()), parsed(call(), **change)) == [("Il protocollo", label)]


def test_hours_of_referrals_are_said_by_urgency():
    hours = {"answer_within_hours": 5, "remind_after_hours": 2, "escalate_after_hours": 6, "close_after_hours": 48}
    after = parsed(call(), referrals=[{"urgency": "asap", **hours}])
    assert changed(parsed(call()), after) == [("Ore degli invii", "appena possibile")]


def test_calls_that_only_change_places_are_said_by_their_order():
    assert changed(parsed(call("a"), call("b")), parsed(call("b"), call("a"))) == [("Il protocollo", "In quale ordine")]


def test_what_is_written_otherwise_and_means_the_same_is_no_change():
    plain = document(call(), contexts=None)
    wordy = document(
        call(choose="one", out_of_hours="on_call", channels=call()["channels"] | {"at_once": ["sms", "app"]})
    )
    assert changed(parse(plain), parse(wordy)) == []


def test_a_call_is_new_or_taken_away():
    sections = side_by_side(parsed(call("a"), call("b")), parsed(call("b"), call("c")), {})
    fates = {section.title.values.get("call"): section.fate for section in sections}
    assert (fates["a"], fates["b"], fates["c"]) == (Fate.REMOVED, Fate.SAME, Fate.ADDED)
    assert set(FATE_LABELS) == set(Fate)


@pytest.mark.parametrize("model", sorted(selectors.shipped()))
def test_a_shipped_protocol_is_said_whole_and_is_like_itself(model):
    made = parse(read(selectors.shipped()[model]).document)
    sections = side_by_side(made, made, {})
    assert all(section.same for section in sections)
    assert len(sections) == len(made.calls) + len(made.pathway) + 4
