# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What answers come to: examples worked by hand, every unknown included, and all of them against counting it out."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.risk.rules import ORDER, UNKNOWN, Instrument, Outcome, Score, UnknownAnswers, parse, score
from approdo.risk.selectors import shipped

LOW, MEDIUM, HIGH, EXTREME = Outcome.LOW, Outcome.MEDIUM, Outcome.HIGH, Outcome.EXTREME
NEGATIVE, POSITIVE = Outcome.NEGATIVE, Outcome.POSITIVE
COMPUTED = sorted(code for code, document in shipped().items() if document["scorer"] != "judgement_only")


def instrument(code: str, **changes: Any) -> Instrument:
    return parse(shipped()[code] | changes)


def scored(code: str, given_: str) -> Score:
    """Score answers written as signs in the order of the items: + yes, - no, ? unknown; n never, b before, w and s."""
    made = instrument(code)
    words = {"+": "yes", "-": "no", "?": UNKNOWN, "n": "never", "b": "before", "w": "last_week", "s": "some_time"}
    return score(made, {item.code: words[sign] for item, sign in zip(made.items, given_, strict=True)})


# escalation, weapon, could kill, beaten in pregnancy, jealousy
BY_HAND = {
    ("da5", "-----"): (0, 0, LOW, LOW),
    ("da5", "+----"): (1, 1, MEDIUM, MEDIUM),
    ("da5", "+--+-"): (2, 2, MEDIUM, MEDIUM),
    ("da5", "+--++"): (3, 3, HIGH, HIGH),
    ("da5", "-+---"): (1, 1, HIGH, HIGH),
    ("da5", "--+--"): (1, 1, HIGH, HIGH),
    ("da5", "+++++"): (5, 5, HIGH, HIGH),
    ("da5", "?????"): (0, 5, HIGH, LOW),
    ("da5", "+--+?"): (2, 3, HIGH, MEDIUM),
    ("da5", "---?-"): (0, 1, MEDIUM, LOW),
    ("da5", "-?---"): (0, 1, HIGH, LOW),
    ("da5", "+-??+"): (2, 4, HIGH, MEDIUM),
    ("hark", "----"): (0, 0, NEGATIVE, NEGATIVE),
    ("hark", "-+--"): (1, 1, POSITIVE, POSITIVE),
    ("hark", "++++"): (4, 4, POSITIVE, POSITIVE),
    ("hark", "---?"): (0, 1, POSITIVE, NEGATIVE),
    ("hark", "+???"): (1, 4, POSITIVE, POSITIVE),
    ("hark", "????"): (0, 4, POSITIVE, NEGATIVE),
    ("strangulation", "n"): (0, 0, NEGATIVE, NEGATIVE),
    ("strangulation", "b"): (1, 1, HIGH, HIGH),
    ("strangulation", "w"): (2, 2, EXTREME, EXTREME),
    ("strangulation", "s"): (2, 2, EXTREME, EXTREME),
    ("strangulation", "?"): (0, 2, EXTREME, NEGATIVE),
    # threats to the children, leaving, worse
    ("raising", "---"): (0, 0, NEGATIVE, NEGATIVE),
    ("raising", "+--"): (0, 0, HIGH, HIGH),
    ("raising", "-+-"): (0, 0, NEGATIVE, NEGATIVE),
    ("raising", "--+"): (0, 0, NEGATIVE, NEGATIVE),
    ("raising", "-++"): (0, 0, HIGH, HIGH),
    ("raising", "-+?"): (0, 0, HIGH, NEGATIVE),
    ("raising", "--?"): (0, 0, NEGATIVE, NEGATIVE),
    ("raising", "???"): (0, 0, HIGH, NEGATIVE),
    ("ten4facesp", "----------"): (0, 0, NEGATIVE, NEGATIVE),
    ("ten4facesp", "-+--------"): (1, 1, POSITIVE, POSITIVE),
    ("ten4facesp", "---?------"): (0, 1, POSITIVE, NEGATIVE),
    ("ten4facesp", "++++++++++"): (10, 10, POSITIVE, POSITIVE),
    ("ten4facesp", "+?????????"): (1, 10, POSITIVE, POSITIVE),
    ("ten4facesp", "??????????"): (0, 10, POSITIVE, NEGATIVE),
}


@pytest.mark.parametrize(("code", "answers"), BY_HAND)
def test_every_shipped_instrument_gives_what_was_worked_out_by_hand(code: str, answers: str) -> None:
    found = scored(code, answers)
    assert (found.least, found.most, found.outcome, found.certain) == BY_HAND[(code, answers)]


def test_every_computed_instrument_was_worked_out_by_hand() -> None:
    assert {code for code, _answers in BY_HAND} == set(COMPUTED)


def test_the_example_of_the_reference_two_yes_and_three_unknown() -> None:
    found = scored("da5", "+??+?")
    assert (found.least, found.most, found.outcome) == (2, 5, HIGH)
    assert found.unknown == ("weapon", "could_kill", "jealousy")
    assert found.may_raise == ("weapon", "could_kill")
    assert found.raised_by == ()


@pytest.mark.parametrize("code", COMPUTED)
def test_unknown_is_the_worst_and_the_best_of_all_that_it_may_turn_out_to_be(code: str) -> None:
    """Every answer, unknown included, for up to 3^5 assessments; of a longer one its first five items."""
    made = instrument(code)
    items = made.items[:5]
    rest = {item.code: item.answers[-1].code for item in made.items[5:]}
    for given_ in product(*[[*(one.code for one in item.answers), UNKNOWN] for item in items]):
        answers = dict(zip([item.code for item in items], given_, strict=True)) | rest
        found = score(made, answers)
        open_ = [item for item in items if answers[item.code] == UNKNOWN]
        closed = [
            score(made, answers | dict(zip([item.code for item in open_], chosen, strict=True)))
            for chosen in product(*[[one.code for one in item.answers] for item in open_])
        ]
        assert found.least == min(one.least for one in closed)
        assert found.most == max(one.most for one in closed)
        assert found.outcome == max((one.outcome for one in closed), key=lambda one: ORDER[one])
        assert found.certain == min((one.outcome for one in closed), key=lambda one: ORDER[one])


@pytest.mark.parametrize("code", COMPUTED)
@given(data=st.data())
def test_one_more_yes_never_makes_it_better(code: str, data: st.DataObject) -> None:
    made = instrument(code)
    known = {item.code: [answer.code for answer in item.answers] for item in made.items}
    answers = {item: data.draw(st.sampled_from([*given_, UNKNOWN])) for item, given_ in known.items()}
    changed = data.draw(st.sampled_from(made.items))
    worst = max(changed.answers, key=lambda answer: answer.points).code
    before, after = score(made, answers), score(made, answers | {changed.code: worst})
    assert ORDER[after.certain] >= ORDER[before.certain]
    assert after.least >= before.least


@pytest.mark.parametrize("code", COMPUTED)
def test_what_was_not_asked_is_unknown(code: str) -> None:
    made = instrument(code)
    assert score(made, {}) == score(made, {item.code: UNKNOWN for item in made.items})


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        ({"colour": "yes"}, ("colour",)),
        ({"colour": UNKNOWN}, ("colour",)),
        ({"weapon": "maybe"}, ("weapon",)),
        ({"weapon": "yes", "jealousy": "", "colour": "no"}, ("colour", "jealousy")),
    ],
)
def test_an_answer_that_the_instrument_does_not_have_is_refused_and_named(
    answers: dict[str, str], named: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownAnswers) as refused:
        score(instrument("da5"), answers)
    assert refused.value.items == named
    assert "yes" not in str(refused.value), "no answer of hers stands in an exception"


def test_a_judgement_has_no_score_and_says_what_nobody_looked_at() -> None:
    made = instrument("structured_judgement")
    found = score(made, {item.code: "present" for item in made.items[:12]})
    assert (found.least, found.most, found.outcome, found.certain) == (None, None, None, None)
    assert found.unknown == ("hers_support", "hers_health", "hers_isolation")
    assert len(made.items) == 15


INVENTED = {
    "format": 1, "code": "invented", "version": "1", "language": "it", "title": "Inventato", "purpose": "danger",
    "licence": "per la prova", "source": "nessuna", "validated": False,
    "answer_sets": {"weighed": [{"code": c, "points": p, "text": c} for c, p in (("yes", 4), ("once", 1), ("no", -1))]},
    "items": [{"code": one, "text": one, "answers": "weighed"} for one in "abcd"],
    "scorer": "weighted",
    "bands": [{"from": -4, "to": 3, "outcome": "low"}, {"from": 4, "to": 16, "outcome": "extreme"}],
}  # fmt: skip


def test_weights_and_points_below_nothing_add_up() -> None:
    made = parse(INVENTED)
    assert made.range == (-4, 16)
    found = score(made, {"a": "yes", "b": "no", "c": "once", "d": UNKNOWN})
    assert (found.least, found.most) == (3, 8)
    assert (found.outcome, found.certain) == (EXTREME, LOW)
