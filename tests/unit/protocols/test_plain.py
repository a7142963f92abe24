# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Problems as the pages say them: no word of the text's grammar reaches who fills a form in."""

import re
from pathlib import Path

import pytest
from tests.factories.protocols import call, document
from tests.unit.protocols.test_problems import REFUSED

from approdo.networks.rules import Capability, Channel, ServiceKind
from approdo.protocols.rules import FIELD_WORDS, PLAIN, Context, Need, Place, Target, place_of, plain, problems, reach
from approdo.protocols.rules.composing import shape_problems
from approdo.protocols.rules.problem import Problem

PROTOCOLS = Path(__file__).resolve().parents[3] / "src" / "approdo" / "protocols"
GRAMMAR = {word for word in FIELD_WORDS if "_" in word} | {
    str(word) for words in (Target, Need, Context, Channel, Capability, ServiceKind) for word in words if "_" in word
}


def literal(path):
    """The text of a file with the pieces of its long strings put together."""
    return re.sub(r'"\s*\n\s*"', "", path.read_text())


def test_every_sentence_that_is_said_otherwise_is_one_that_the_rules_say():
    sources = [literal(path) for path in PROTOCOLS.rglob("*.py") if path.name != "plain.py"]
    assert [message for message in PLAIN if not any(message in source for source in sources)] == []


DRAFTS = {case: made for case, (made, _path, _words) in REFUSED.items() if not shape_problems(made)} | {
    "nothing said of a call": document({"key": "a"}),
    "a step without anybody": document(call(escalation=[{}, {"to": "coordinator"}])),
    "half the hours": document(referrals=[{"urgency": "asap", "answer_within_hours": 3}]),
}


@pytest.mark.parametrize("case", DRAFTS)
def test_no_word_of_the_grammar_is_said_on_a_page(case):
    found = [plain(problem) for problem in problems(DRAFTS[case])]
    assert found
    for problem in found:
        assert not GRAMMAR & set(re.findall(r"[a-z_]+", problem.sentence)), problem.sentence


def test_what_a_service_should_be_able_to_do_is_said_in_words():
    from tests.factories.protocols import parsed

    (problem, *_more) = reach(parsed(call(capability="night_admission", service_code="R-07")), [])
    assert "Accoglie anche di notte, R-07" in plain(problem).sentence


@pytest.mark.parametrize(
    ("problem", "place"),
    [
        (Problem("calls[2].escalation[0].to", ""), Place(2, 0, "to")),
        (Problem("calls[2].escalation[0]", ""), Place(2, 0, "")),
        (Problem("calls[2].escalation", ""), Place(2, None, "escalation")),
        (Problem("calls[11].channels.after_seconds", ""), Place(11, None, "after_seconds")),
        (Problem("calls[2].channels.at_once[1]", ""), Place(2, None, "at_once")),
        (Problem("calls[2]", "Manca la voce «%(name)s».", {"name": "kind"}), Place(2, None, "kind")),
        (Problem("calls", ""), Place(entry="calls")),
        (Problem("municipalities[3]", ""), Place(entry="municipalities")),
        (Problem("referrals[1].urgency", ""), Place(entry="referrals")),
        (Problem("", ""), Place()),
    ],
)
def test_a_problem_is_shown_where_it_is_mended(problem, place):
    assert place_of(problem) == place
