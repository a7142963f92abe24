# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.factories.protocols import call, document, text

from approdo.protocols import rules
from approdo.protocols.rules import SIZE_LIMIT, Unreadable, examine, read, write

SHIPPED = sorted((Path(rules.__file__).parent.parent / "data").glob("*.yaml"))


def refusal(source):
    with pytest.raises(Unreadable) as caught:
        read(source)
    return caught.value.problem


def test_what_is_written_is_read_back_the_same():
    made = document(call(), call("b", after="centre", after_minutes=5, fallback_phone="112"), municipalities=["012133"])
    assert read(write(made)).document == made


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_protocol_survives_the_round_trip(path):
    made = read(path.read_bytes()).document
    assert read(write(made)).document == made


def test_municipality_codes_without_quotes_stay_codes():
    """YAML 1.1 would read 012133 as an octal number: another municipality, or none."""
    assert read("municipalities: [012133, 108033]").document["municipalities"] == ["012133", "108033"]


def test_a_short_telephone_number_without_quotes_stays_a_number_to_dial():
    assert read("calls: [{fallback_phone: 112}]").document["calls"][0]["fallback_phone"] == "112"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10", 10),
        ("'10'", "10"),
        ("true", True),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("1e3", "1e3"),
        ("0x10", "0x10"),
        ("010", "010"),
        ("~", None),
        ("", None),
        (".inf", ".inf"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_a_value_means_what_it_looks_like(written, meant):
    read_value = read(f"name: {written}").document["name"]
    assert read_value == meant
    assert type(read_value) is type(meant)


def test_every_problem_of_a_text_has_its_line():
    source = text(call(kind="hotel"), call("b", channels={"at_once": ["app"]}))
    lines = source.splitlines()
    first, second = examine(source).problems
    assert lines[first.line - 1].strip() == "kind: hotel"
    assert lines[second.line - 1].strip() == "channels:"
    assert str(first).startswith(f"riga {first.line}: ")


def test_a_problem_about_a_missing_entry_points_at_what_lacks_it():
    source = text(call(), call("b", repeat_minutes=None))
    (problem,) = examine(source).problems
    assert source.splitlines()[problem.line - 1].strip() == "- key: b"


REFUSED = {
    "nothing": "",
    "only a comment": "# ciao",
    "a list": "- 1",
    "a word": "ciao",
    "bad indentation": "a: 1\n  b: 2",
    "an unclosed quote": 'a: "b',
    "a tab": "a:\n\t- b",
    "two documents": "a: 1\n---\nb: 2",
    "an entry twice": "name: a\nname: b",
    "an entry twice, deep": "calls:\n  - key: a\n    key: b",
    "an anchor": "a: &x 1",
    "an alias": "a: &x [1]\nb: *x",
    "a merge": "a: &x {b: 1}\nc:\n  <<: *x",
    "a python object": "a: !!python/object/apply:os.system ['true']",
    "a tag": "a: !!binary aGk=",
    "a list as a name": "? [a]\n: 1",
    "a null sign": '"a": "b\\0"',
    "half a surrogate": '"a": "\\ud800"',
    "several lines in one value": "a: |\n  b\n  c",
    "an enormous name": "x" * 200 + ": 1",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_a_plain_document_is_refused_in_words(case):
    problem = refusal(REFUSED[case])
    assert problem.sentence.endswith(".")
    assert examine(REFUSED[case]).problems == [problem]


def test_a_repeated_entry_is_named_with_its_line():
    problem = refusal("format: 1\nname: a\ncode: b\nname: c\n")
    assert problem.line == 4
    assert "«name»" in problem.sentence


def test_an_alias_bomb_is_refused_before_it_grows():
    bomb = 'a: &a ["x","x"]\n' + "".join(
        f"{c}: &{c} [*{p},*{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "ancoraggi" in refusal(bomb).sentence


@pytest.mark.parametrize("source", ["x" * (SIZE_LIMIT + 1), b"x" * (SIZE_LIMIT + 1), "è" * (SIZE_LIMIT // 2 + 1)])
def test_more_than_256_kilobytes_are_refused_unread(source):
    assert "256 kB" in refusal(source).sentence


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "a:\n "])
def test_depth_is_a_limit_and_not_a_crash(opening):
    assert refusal("a: " + opening * 50_000)


def test_too_many_entries_are_refused():
    assert "troppe voci" in refusal("a: [" + "1," * 30_000 + "]").sentence


def test_bytes_that_are_not_utf_8_are_refused():
    assert "UTF-8" in refusal("name: perché".encode("latin-1")).sentence


def test_a_byte_order_mark_is_no_problem():
    assert read(b"\xef\xbb\xbfname: a").document == {"name": "a"}
    assert read("\ufeffname: a").document == {"name": "a"}


@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"\x00")
@example(b"%YAML 9.9\n---\na: 1")
@example(b"? ? ? a")
def test_whatever_bytes_come_the_answer_is_words(source):
    examination = examine(source)
    assert examination.parsed is not None or examination.problems
    assert all(problem.sentence for problem in examination.problems)


@given(st.text(alphabet="abk01:-[]{},&*!|>'\"#%@? \n\t\\~", max_size=300))
def test_whatever_looks_like_yaml_the_answer_is_words(source):
    examination = examine(source)
    assert examination.parsed is not None or examination.problems


@given(st.data())
def test_a_protocol_with_a_piece_cut_out_or_put_in_never_crashes(data):
    source = SHIPPED[0].read_text()
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(len(source), start + 40)))
    examine(source[:start] + data.draw(st.text(max_size=10)) + source[end:])
