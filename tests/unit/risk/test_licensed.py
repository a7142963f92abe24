# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Licensed instruments, with invented wording, come to what was worked out by hand; combinations raise together."""

from datetime import date
from typing import Any

import pytest
from tests.factories.instruments import LICENSED, as_file

from approdo.risk.rules import Outcome, Score, faults, opened, parse, score

TODAY = date(2026, 11, 28)
LOW, MEDIUM, HIGH, EXTREME = Outcome.LOW, Outcome.MEDIUM, Outcome.HIGH, Outcome.EXTREME


def scored(code: str, yes: tuple[str, ...], unknown: tuple[str, ...] = ()) -> Score:
    """Score an assessment in which these are yes, these unknown, and everything else no."""
    made = parse(LICENSED[code])
    codes = [item.code for item in made.items if item.code not in unknown]
    return score(made, {code: "yes" if code in yes else "no" for code in codes})


def items(*numbers: int) -> tuple[str, ...]:
    return tuple(f"item_{number}" for number in numbers)


ALL = items(*range(1, 21))
BY_HAND: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[int, int, Outcome, Outcome]]] = {
    "nothing": ((), (), (0, 0, LOW, LOW)),
    "never lived together, nothing else": (("never_together",), (), (-3, -3, LOW, LOW)),
    "everything": (ALL, (), (39, 39, EXTREME, EXTREME)),
    "items 2 and 3 weigh five each": (items(2, 3), (), (10, 10, MEDIUM, MEDIUM)),
    "never together takes three off them": ((*items(2, 3), "never_together"), (), (7, 7, LOW, LOW)),
    "2, 3 and 4": (items(2, 3, 4), (), (14, 14, HIGH, HIGH)),
    "2, 3, 4 and 5: one below the last band": (items(2, 3, 4, 5), (), (17, 17, HIGH, HIGH)),
    "2, 3, 4, 5 and 1": (items(1, 2, 3, 4, 5), (), (18, 18, EXTREME, EXTREME)),
    "5, 6, 7 weigh three, 8 and 9 two": (items(5, 6, 7, 8, 9), (), (13, 13, MEDIUM, MEDIUM)),
    "the plain ones weigh one": (items(*range(10, 18)), (), (8, 8, MEDIUM, MEDIUM)),
    "one that weighs five is not known": (items(3), items(2), (5, 10, MEDIUM, LOW)),
    "whether they lived together is not known": (items(2, 3), ("never_together",), (7, 10, MEDIUM, LOW)),
    "nobody was asked": ((), (*ALL, "never_together"), (-3, 39, EXTREME, LOW)),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_the_danger_assessment_comes_to_what_was_worked_out_by_hand(case: str) -> None:
    yes, unknown, wanted = BY_HAND[case]
    found = scored("danger_assessment", yes, unknown)
    assert (found.least, found.most, found.outcome, found.certain) == wanted


THREE = ("separation", "coercion", "violence")
COUNTED = items(2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17)
DASH: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[int, int, Outcome, Outcome]]] = {
    "nothing": ((), (), (0, 0, LOW, LOW)),
    "nine": (COUNTED[:9], (), (9, 9, LOW, LOW)),
    "ten": (COUNTED[:10], (), (10, 10, MEDIUM, MEDIUM)),
    "thirteen": (COUNTED[:13], (), (13, 13, MEDIUM, MEDIUM)),
    "fourteen": (COUNTED[:14], (), (14, 14, HIGH, HIGH)),
    "strangulation alone": (("strangulation",), (), (1, 1, HIGH, HIGH)),
    "two of the three that count together": (THREE[:2], (), (2, 2, LOW, LOW)),
    "all three together": (THREE, (), (3, 3, HIGH, HIGH)),
    "the third is not known": (THREE[:2], THREE[2:], (2, 3, HIGH, LOW)),
    "one is not known, another is no": (THREE[:1], THREE[2:], (1, 2, LOW, LOW)),
    "nobody was asked": ((), tuple(one["code"] for one in LICENSED["dash"]["items"]), (0, 24, HIGH, LOW)),
}


@pytest.mark.parametrize("case", DASH)
def test_dash_comes_to_what_was_worked_out_by_hand(case: str) -> None:
    yes, unknown, wanted = DASH[case]
    found = scored("dash", yes, unknown)
    assert (found.least, found.most, found.outcome, found.certain) == wanted


def test_of_a_combination_all_that_raised_it_is_named_and_only_what_is_still_open() -> None:
    assert scored("dash", THREE).raised_by == THREE
    found = scored("dash", THREE[:1], THREE[1:])
    assert (found.raised_by, found.may_raise) == ((), THREE[1:])
    assert scored("dash", THREE[:1], THREE[2:]).may_raise == ()


@pytest.mark.parametrize("code", ["sara_s", "sara_v3", "isa"])
def test_what_is_a_persons_judgement_comes_to_no_level_whatever_was_answered(code: str) -> None:
    made = parse(LICENSED[code])
    found = score(made, {item.code: "yes" for item in made.items})
    assert made.judged
    assert (found.least, found.most, found.outcome, found.certain, found.may_raise) == (None, None, None, None, ())
    assert len({item.code.rsplit("_", 1)[0] for item in made.items}) == {"sara_s": 15, "sara_v3": 24, "isa": 15}[code]


@pytest.mark.parametrize("code", sorted(LICENSED))
def test_each_is_read_from_its_file_as_it_was_written(code: str) -> None:
    assert opened(as_file(LICENSED[code]), TODAY).document == LICENSED[code]


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "a band that leaves a hole": (
        "danger_assessment",
        {"bands": [{"from": -3, "to": 7, "outcome": "low"}, {"from": 9, "to": 39, "outcome": "extreme"}]},
        "Tra 7 e 9 le fasce lasciano un buco",
    ),
    "bands that forget who never lived together": (
        "danger_assessment",
        {"bands": [{"from": 0, "to": 39, "outcome": "low"}]},
        "Le fasce devono andare da -3 a 39.",
    ),
    "an answer to an item that is not there": (
        "dash",
        {"sentinels": [{"item": "violence", "answer": "yes", "and": [{"item": "colour", "answer": "yes"}],
                        "outcome": "high"}]},
        "La voce «colour» non ha la risposta «yes».",
    ),
    "an item that excludes itself": (
        "dash",
        {"sentinels": [{"item": "violence", "answer": "yes", "and": [{"item": "violence", "answer": "no"}],
                        "outcome": "high"}]},
        "La stessa voce è qui due volte",
    ),
    "a level of what a person judges": ("sara_s", {"bands": [{"from": 0, "to": 0, "outcome": "low"}]}, "Il livello lo"),
    "a licence that has run out": ("isa", {"expires": "2026-11-27"}, "La licenza è scaduta il 2026-11-27"),
    "a sign that nobody can print": ("isa", {"title": "Uno\x00due"}, "C'è un testo su più righe"),
    "half a sign": ("isa", {"licence": "a\ud800"}, "C'è un testo su più righe"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_one_is_said(case: str) -> None:
    code, changes, sentence = WRONG[case]
    found = [fault.sentence for fault in faults(LICENSED[code] | changes, TODAY)]
    assert any(one.startswith(sentence) for one in found), found
