# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codes as hospitals write them: read where certain, refused in words where not."""

import pytest

from approdo.recognition.rules import Code, NotACode, System, read_code, written
from approdo.recognition.rules.codes import expand

NINE, TEN = System.ICD_9_CM, System.ICD_10


@pytest.mark.parametrize("text", ["995.81", "99581", " 995.81 ", "995 .81"])
def test_a_code_is_the_same_with_and_without_its_dot_and_blanks(text: str) -> None:
    assert read_code(text) == Code(NINE, "99581")


@pytest.mark.parametrize(
    ("text", "system"),
    [
        *[(text, NINE) for text in ("802", "802.0", "E967.3", "e9673", "E960.0", "E849.0")],
        *[(text, TEN) for text in ("S02.2", "s022", "T74.1", "Y07.01", "O9A.311", "E80.4", "E90", "V99", "V61.1XXA")],
    ],
)
def test_the_shape_tells_the_system_where_it_is_certain(text: str, system: System) -> None:
    other = TEN if system is NINE else NINE
    assert read_code(text, usual=other).system is system


@pytest.mark.parametrize("text", ["V61.11", "V6111", "V22", "V91", "E804", "E8801", "V71.5"])
def test_what_could_be_both_is_what_the_hospital_usually_writes(text: str) -> None:
    assert read_code(text, usual=NINE).system is NINE
    assert read_code(text, usual=TEN).system is TEN
    assert read_code(text, told=TEN, usual=NINE).system is TEN
    with pytest.raises(NotACode) as refused:
        read_code(text)
    assert refused.value.message == "Può essere ICD-9-CM o ICD-10: indica quale si usa."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "banana",
        "99",
        "9.95",
        "995.811",
        "99.581",
        "E96.7",
        "V6.11",
        "T7",
        "T74-1",
        "９９５",
        "995,81",
        "1234567",
        "*",
    ],
)
def test_what_is_neither_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotACode) as refused:
        read_code(text, usual=NINE)
    assert refused.value.message == "Non è un codice ICD-9-CM né ICD-10."


def test_a_code_of_another_system_than_its_column_is_refused() -> None:
    with pytest.raises(NotACode, match="sistema indicato"):
        read_code("S02.2", told=NINE)
    with pytest.raises(NotACode, match="troppo lungo"):
        read_code("S02.2" + " " * 20)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (Code(NINE, "99581"), "ICD-9-CM 995.81"),
        (Code(NINE, "E9673"), "ICD-9-CM E967.3"),
        (Code(NINE, "V6111"), "ICD-9-CM V61.11"),
        (Code(NINE, "920"), "ICD-9-CM 920"),
        (Code(TEN, "E804"), "ICD-10 E80.4"),
        (Code(TEN, "Y06"), "ICD-10 Y06"),
    ],
)
def test_a_code_is_written_with_its_system_and_its_dot(code: Code, text: str) -> None:
    assert written(code) == text


def test_a_list_names_single_codes_ranges_and_beginnings() -> None:
    assert [one for one, _ranged in expand("E961-E963,E968")] == ["E961", "E962", "E963", "E968"]
    assert [one for one, _ranged in expand("995.50-995.53")] == ["99550", "99551", "99552", "99553"]
    assert [one for one, _ranged in expand("X98-Y02")] == ["X98", "X99", "Y00", "Y01", "Y02"]
    assert [one for one, _ranged in expand("O9A.3-O9A.5")] == ["O9A3", "O9A4", "O9A5"]
    assert [*expand("T76.x, E960.0")] == [("T76", False), ("E9600", False)]
    assert len([*expand("X85-Y09")]) == 25


@pytest.mark.parametrize("listed", ["E966-E961", "995.5-995.59", "O9A.3-O9B.5", "E961-V96"])
def test_a_range_that_is_none_is_refused(listed: str) -> None:
    with pytest.raises(ValueError, match="no range"):
        [*expand(listed)]
