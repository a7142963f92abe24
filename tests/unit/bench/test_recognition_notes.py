# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The notes that judge the words and those to practise on: enough, balanced, labelled, written once, none copied."""

import ast
import csv
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from bench.recognition import corpus, figures, report
from bench.recognition.corpus import Note, notes, practice
from bench.recognition.judge import read_all

ROOT = Path(__file__).parents[3]
TEXTS = {".py", ".csv", ".tsv", ".txt", ".yaml", ".yml", ".json"}


def words_of(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def strings_in(path: Path) -> list[str]:
    """Every text of a test or of a file beside it: constants, cells, values, lines."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        constants = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
        return [value for value in constants if isinstance(value, str)]
    lines = text.splitlines()
    return lines + [cell for row in csv.reader(lines) for cell in row] + re.findall(r'"([^"]*)"', text)


def test_there_are_enough_notes_and_nearly_half_say_violence():
    saying = sum(one.violence for one in notes())
    assert len(notes()) >= 700
    assert 0.42 <= saying / len(notes()) <= 0.48


def test_every_note_is_labelled_with_known_words():
    for one in (*notes(), *practice()):
        assert one.phenomena
        assert set(one.phenomena) <= corpus.PHENOMENA, one.number
        assert (one.by in corpus.ROLES) is one.violence, one.number
        assert one.violence or one.by == "none", one.number
        assert one.note == one.note.strip()
        assert one.note


def test_every_phenomenon_is_there_and_the_hard_ones_on_both_sides():
    counted = Counter((name, one.violence) for one in notes() for name in one.phenomena)
    assert {name for name, _ in counted} == corpus.PHENOMENA
    for name in ("negation", "companion", "experiencer", "abbreviation", "typing_error", "interpreter", "dialect"):
        assert min(counted[name, True], counted[name, False]) >= 3, name
    assert counted["false_friend", False] >= 30


def test_numbers_are_unique_and_each_begins_with_the_letter_of_its_file():
    every = [one.number for one in (*notes(), *practice())]
    assert len(set(every)) == len(every)
    assert {number[0] for number in every} == {name[0].upper() for name in corpus.FILES}


def test_no_note_repeats_another_nearly_word_by_word():
    words = [(one.number, words_of(one.note)) for one in notes()]
    near = [(a, b) for (a, one), (b, other) in combinations(words, 2) if alike(one, other) >= 0.75]
    assert near == []


def test_no_note_that_judges_resembles_one_that_was_practised_on():
    seen = [words_of(one.note) for one in practice()]
    shared = [one.number for one in notes() if any(alike(words_of(one.note), other) >= 0.65 for other in seen)]
    assert shared == []


def test_the_lengths_differ_as_they_do_at_night():
    lengths = sorted(len(one.note.split()) for one in notes())
    assert lengths[len(lengths) // 10] <= 8
    assert lengths[-len(lengths) // 10] >= 25


def test_no_note_stands_in_the_tests_of_the_words():
    files = [path for path in (ROOT / "tests/unit/recognition").glob("**/*") if path.suffix in TEXTS]
    elsewhere = [text for path in files for text in strings_in(path)]
    known = {words_of(text) for text in elsewhere if len(text.split()) >= 4}
    mine = [(one.number, words_of(one.note)) for one in (*notes(), *practice())]
    shared = [number for number, words in mine if any(alike(words, text) >= 0.8 for text in known)]
    assert shared == []


def test_the_lexicon_is_not_told_the_notes():
    room = ROOT / "src/approdo/recognition"
    text = " ".join(path.read_text(encoding="utf-8") for path in room.glob("**/*") if path.suffix in {".yaml", ".py"})
    every = (*notes(), *practice())
    assert [one.number for one in every if len(one.note.split()) >= 5 and one.note in text] == []


def test_a_label_that_is_neither_yes_nor_no_is_refused():
    with pytest.raises(ValueError, match="T999"):
        corpus._note({"number": "T999", "violence": "maybe", "by": "none", "phenomena": "plain", "note": "x"})


INVENTED = (
    Note("T001", True, "partner", ("plain",), "a"),
    Note("T002", True, "stranger", ("plain", "capitals"), "b"),
    Note("D003", False, "none", ("negation",), "c"),
    Note("D004", False, "none", ("negation",), "d"),
)


def test_precision_recall_and_author_are_counted_by_hand():
    found = {"a": ["partner", "unknown"], "c": ["partner"]}
    counted = figures.of_notes(read_all(INVENTED, lambda text: found.get(text, [])))
    assert counted["notes: precision"] == 0.5
    assert counted["notes: recall"] == 0.5
    assert counted["notes: author as labelled, where found"] == 1.0
    assert counted["notes: recall, lower end"] == pytest.approx(0.0945, abs=1e-3)


def test_errors_are_told_by_number_and_never_by_words():
    readings = read_all(INVENTED, lambda text: ["unknown"] if text in "bd" else [])
    assert report.errors(readings) == "missed: T001\nfound nevertheless: D004"


def test_the_table_by_phenomenon_counts_each_side_apart():
    table = report.phenomena_table(read_all(INVENTED, lambda text: ["unknown"] if text in "bd" else []))
    assert "| negation | 0 | – | 2 | 0.50 (0.09–0.91) |" in table
    assert "| capitals | 1 | 1.00 (0.21–1.00) | 0 | – |" in table
    assert "| triage | 2 | 0.50 (0.09–0.91) | 0 | – |" in table


def test_an_aim_that_is_missed_is_crossed():
    table = report.notes_table({"notes: precision": 0.96, "notes: recall": 0.949})
    assert "| notes: precision | 0.960 ✓ | ≥ 0.95 |" in table
    assert "| notes: recall | 0.949 ✗ | ≥ 0.95 |" in table
