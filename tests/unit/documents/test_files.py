# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which files are taken, by what is in them; and how a document lives."""

import pytest
from tests.factories.files import (
    FORMULA,
    SVG,
    a_pdf,
    a_photograph,
    an_archive,
)

from approdo.documents.rules import (
    KIND_LABELS,
    SLICES,
    STATE_LABELS,
    TRANSITIONS,
    Act,
    FileType,
    Kind,
    Problem,
    Refused,
    State,
    moved,
    type_of,
)
from approdo.documents.rules.files import SENTENCES
from approdo.kit.errors import Conflict

LIMIT = 1_000_000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (a_photograph(), FileType.JPEG),
        (a_photograph(file_type="PNG"), FileType.PNG),
        (a_photograph(file_type="WEBP"), FileType.WEBP),
        (a_pdf(), FileType.PDF),
    ],
)
def test_a_file_is_what_it_begins_with(content: bytes, expected: FileType) -> None:
    assert type_of(content, LIMIT) is expected


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem.MISSING),
        (SVG, Problem.UNKNOWN),
        (FORMULA, Problem.UNKNOWN),
        (b"<html><script>alert(1)</script>", Problem.UNKNOWN),
        (b"MZ\x90\x00", Problem.UNKNOWN),
        (an_archive(), Problem.UNKNOWN),
        (a_photograph(file_type="GIF"), Problem.UNKNOWN),
        (a_photograph(file_type="TIFF"), Problem.UNKNOWN),
        (b"RIFF\x00\x00\x00\x00AVI ", Problem.UNKNOWN),
        (b"  %PDF-1.7", Problem.UNKNOWN),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", Problem.HEIC),
        (a_photograph() + an_archive(), Problem.DISGUISED),
        (a_pdf() + an_archive(), Problem.DISGUISED),
        (a_photograph(comment=b"%PDF-1.7"), Problem.DISGUISED),
        (a_photograph() + bytes(LIMIT), Problem.TOO_LARGE),
    ],
)
def test_what_is_not_taken_is_refused_in_words(content: bytes, problem: Problem) -> None:
    with pytest.raises(Refused) as refused:
        type_of(content, LIMIT)
    assert refused.value.problem is problem
    assert refused.value.problems == {"file": SENTENCES[problem]}


def test_every_problem_kind_and_state_has_its_words_and_every_kind_its_slice() -> None:
    assert set(SENTENCES) == set(Problem)
    assert set(KIND_LABELS) == set(SLICES) == set(Kind)
    assert set(STATE_LABELS) == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_a_document_moves_as_the_table_says_and_in_no_other_way(state: State, act: Act) -> None:
    if (state, act) in TRANSITIONS:
        assert moved(state, act) is TRANSITIONS[state, act]
    else:
        with pytest.raises(Conflict):
            moved(state, act)


def test_nothing_comes_back_from_having_been_destroyed_and_nothing_is_destroyed_before_it_was_taken_out() -> None:
    assert State.DESTROYED not in {state for state, _act in TRANSITIONS}
    ways = {state for (state, _act), after in TRANSITIONS.items() if after is State.DESTROYED}
    assert ways == {State.REMOVED, State.REFUSED}, "what was refused has no files any more"
