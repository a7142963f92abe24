# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of a network's glossary: written one by one, handed out as a table."""

import csv
import io
import re
from pathlib import Path

import pytest

from approdo.kit.errors import Invalid
from approdo.networks.rules import LANGUAGES
from approdo.protocols.rules import CONTENT_TYPES, KIND_LABELS, Entry, Format, ShelfKind, as_csv, entries_of
from approdo.protocols.rules.shelf import LONGEST_TERM, MOST_ENTRIES, entry, with_entry, without_entry
from approdo.protocols.selectors import shipped_glossary

DOCS = Path(__file__).resolve().parents[3] / "docs" / "glossary.md"
TWO = (Entry("avviso", "Dice che c'è qualcosa."), Entry("rete", "Chi lavora insieme.", {"en": "network"}))


def test_the_shipped_glossary_has_the_terms_of_the_documentation_and_a_meaning_for_each() -> None:
    rows = re.findall(r"(?m)^\| (?!Italian|---)(.+?) \| (.+?) \|", DOCS.read_text(encoding="utf-8"))
    assert {(one.term, one.words["en"]) for one in shipped_glossary()} == set(rows)
    assert all(one.meaning for one in shipped_glossary())


def test_every_kind_has_a_word_and_every_format_a_type() -> None:
    assert set(KIND_LABELS) == set(ShelfKind)
    assert set(CONTENT_TYPES) == set(Format)


def test_an_entry_is_stored_and_read_again_as_it_was() -> None:
    assert entries_of(one.as_data() for one in TWO) == TWO


@pytest.mark.parametrize(
    ("term", "meaning", "words", "field"),
    [
        ("", "x", {}, "term"),
        ("  \n ", "x", {}, "term"),
        ("x" * (LONGEST_TERM + 1), "x", {}, "term"),
        ("a\u202eb", "x", {}, "term"),
        ("x", "", {}, "meaning"),
        ("x", "y" * 601, {}, "meaning"),
        ("x", "y", {"en": "z" * 121}, "word_en"),
        ("x", "y", {"it": "z"}, ""),
        ("x", "y", {"klingon": "z"}, ""),
    ],
)
def test_a_bad_entry_is_refused_beside_its_field(term: str, meaning: str, words: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        entry(term, meaning, words)
    assert list(caught.value.problems) == [field]


def test_entries_stand_in_order_and_a_term_stands_once() -> None:
    made = with_entry(TWO, None, Entry("Ente", "Chi ha servizi."))
    assert [one.term for one in made] == ["avviso", "Ente", "rete"]
    assert with_entry(TWO, 0, Entry("avviso", "Altro."))[0].meaning == "Altro."
    with pytest.raises(Invalid):
        with_entry(TWO, None, Entry("RETE", "Di nuovo."))
    with pytest.raises(Invalid):
        with_entry(TWO, 0, Entry("rete", "Di nuovo."))
    assert without_entry(TWO, 0) == TWO[1:]


def test_a_glossary_has_a_thousand_entries_at_most() -> None:
    full = tuple(Entry(f"termine {number}", "x") for number in range(MOST_ENTRIES))
    with pytest.raises(Invalid):
        with_entry(full, None, Entry("uno di più", "x"))
    assert len(with_entry(full, 3, Entry("al suo posto", "x"))) == MOST_ENTRIES


def test_the_table_has_a_column_for_each_language_that_is_spoken() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(TWO).removeprefix("\ufeff")), delimiter=";"))
    assert rows == [
        ["termine", "significato", "en"],
        ["avviso", "Dice che c'è qualcosa.", ""],
        ["rete", "Chi lavora insieme.", "network"],
    ]
    everywhere = (Entry("rete", "x", {code: "parola" for code in LANGUAGES if code != "it"}),)
    assert len(as_csv(everywhere).splitlines()[0].split(";")) == len(LANGUAGES) + 1


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x.example")'])
def test_no_cell_of_the_table_is_a_formula(bad: str) -> None:
    table = as_csv((Entry(bad, bad, {"en": bad}),)).removeprefix("\ufeff")
    assert all(cell.startswith("'") for cell in list(csv.reader(io.StringIO(table), delimiter=";"))[1])
