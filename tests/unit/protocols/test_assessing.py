# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clock of assessments that a protocol may write: read, refused in words, compared in words."""

from typing import Any

import pytest
from tests.factories.protocols import call, document

from approdo.protocols.rules import USUAL_REVIEW, ReviewClock, RiskLevel, parse, problems
from approdo.protocols.rules.composing import sound_reviews, with_reviews
from approdo.protocols.rules.sheet import review_lines, side_by_side

OWN = {
    "extreme_hours": 24,
    "high_hours": 72,
    "medium_hours": 336,
    "low_hours": 720,
    "not_assessable_hours": 72,
    "escalate_after_hours": 12,
    "activate_from": "medium",
}


def written(**changed: Any) -> dict[str, Any]:
    return document(call("centre")) | {"reviews": OWN | changed}


def test_what_a_protocol_says_holds_and_what_it_does_not_say_is_usual() -> None:
    assert parse(written()).reviews == ReviewClock(24, 72, 336, 720, 72, 12, RiskLevel.MEDIUM)
    assert parse(document(call("centre"))).reviews == USUAL_REVIEW
    assert problems(written()) == problems(document(call("centre")))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"high_hours": 12}, "le ore non sono in ordine"),
        ({"low_hours": 1}, "le ore non sono in ordine"),
        ({"extreme_hours": 0}, "il minimo è 1"),
        ({"activate_from": "enorme"}, "enorme"),
    ],
)
def test_what_does_not_fit_is_said_at_its_place(changed: dict[str, Any], sentence: str) -> None:
    found = [one for one in problems(written(**changed)) if one.path.startswith("reviews")]
    assert [sentence in one.sentence for one in found] == [True]


def test_a_worse_level_that_holds_as_long_as_a_better_one_is_in_order() -> None:
    even = dict.fromkeys(("extreme_hours", "high_hours", "medium_hours", "low_hours"), 24)
    assert not [one for one in problems(written(**even)) if one.path.startswith("reviews")]


def test_a_draft_with_wrong_hours_is_read_with_the_usual_ones() -> None:
    assert sound_reviews(written(high_hours=12)) == USUAL_REVIEW
    assert sound_reviews(written()).high_hours == 72
    assert "reviews" not in with_reviews(written(), None)
    assert with_reviews(document(call("centre")), OWN)["reviews"] == OWN


def test_two_protocols_are_compared_in_words() -> None:
    before, after = parse(document(call("centre"))), parse(written())
    section = next(
        one for one in side_by_side(before, after, {}) if one.title.message == "Quando si rivaluta il rischio"
    )
    changed = {line.label for line in section.lines if not line.same}
    assert {"alto", "estremo", "Se non è fatto", "Si propone di attivare la rete"} <= changed
    assert review_lines(USUAL_REVIEW)["alto"][0].values == {"n": 7}
