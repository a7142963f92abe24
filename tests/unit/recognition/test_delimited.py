# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""CSV as hospitals export it: what is broken in one line stays in that line, and none of the others is lost."""

import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.recognition.gateways.delimited import LINE_BYTES, NOTE_LINES, Delimited
from approdo.recognition.rules.importing import Reason
from approdo.recognition.rules.incoming import Unread
from approdo.recognition.rules.records import Record, UnreadableFile

NEEDED = frozenset({"persona", "accesso", "nota"})
HEADER = b"accesso;persona;nota;altro\n"


def records(path: Path, content: bytes) -> list[Record | Unread]:
    path.write_bytes(content)
    return [record for record, _done in Delimited(path, NEEDED, frozenset({"nota"}))]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accessi.csv"


def good(line: int, accesso: str = "A1", persona: str = "P1", nota: str = "caduta") -> Record:
    return Record(line, {"accesso": accesso, "persona": persona, "nota": nota})


def test_only_what_the_mapping_names_is_read(file: Path) -> None:
    assert records(file, HEADER + b"A1;P1;caduta;segreto\n") == [good(2)]
    assert Delimited(file, NEEDED).unnamed == (4,)


@pytest.mark.parametrize("separator", [b";", b",", b"\t", b"|"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_every_separator_mark_and_end_of_line_is_recognised(
    file: Path, separator: bytes, mark: bytes, ends: bytes
) -> None:
    content = mark + (HEADER + b"A1;P1;caduta;\n").replace(b";", separator).replace(b"\n", ends)
    assert records(file, content) == [good(2)]


def test_a_separator_inside_quotes_is_a_part_of_the_note(file: Path) -> None:
    assert records(file, HEADER + b'A1;P1;"caduta; dice ""da sola""";\n') == [good(2, nota='caduta; dice "da sola"')]


def test_quotes_inside_an_unquoted_note_are_a_part_of_it(file: Path) -> None:
    assert records(file, HEADER + b'A1;P1;dice "caduta" da sola;\n') == [good(2, nota='dice "caduta" da sola')]


def test_a_note_over_several_lines_is_one_record(file: Path) -> None:
    found = records(file, HEADER + b'A1;P1;"caduta\n\ndalle ""scale""\n";\nA2;P2;altra;\n')
    assert found == [good(2, nota='caduta\n\ndalle "scale"\n'), good(6, "A2", "P2", "altra")]


BROKEN = [
    b'A5;P5;"mai chiusa;x',
    b'A5;P5;"mai chiusa',
    b'A5;"P5;nota;x',
    b'A5;P5;"chiusa"male;x',
    b'"A5;P5;nota;x',
    b'A5;P5;nota;"',
]


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize(
    "others",
    [
        b"A%d;P%d;nota;x",
        b'A%d;P%d;"nota";x',
        b'"A%d";"P%d";"nota";"x"',
        b'A%d;P%d;"";',
        b'A%d;P%d;"su due\nrighe";x',
        b'A%d;P%d;"con ""virgolette""";',
    ],
)
def test_a_broken_quote_costs_its_own_line_and_no_other(file: Path, broken: bytes, others: bytes) -> None:
    before = [others % (number, number) for number in (1, 2)]
    after = [others % (number, number) for number in range(6, 10)]
    found = records(file, HEADER + b"\n".join([*before, broken, *after]) + b"\n")
    lost = 2 + sum(one.count(b"\n") + 1 for one in before)
    assert [one for one in found if isinstance(one, Unread)] == [Unread(lost, Reason.BROKEN_QUOTE)]
    read = [one.cells["accesso"] for one in found if isinstance(one, Record)]
    assert read == ["A1", "A2", "A6", "A7", "A8", "A9"]


@pytest.mark.parametrize("first", BROKEN)
@pytest.mark.parametrize("second", BROKEN)
@pytest.mark.parametrize("between", [0, 1, 3])
def test_two_broken_quotes_never_hide_what_is_between_them(
    file: Path, first: bytes, second: bytes, between: int
) -> None:
    lines = [first, *[b"A%d;P%d;nota;x" % (n, n) for n in range(between)], second, b"A9;P9;nota;x"]
    found = records(file, HEADER + b"\n".join(lines))
    assert [one.line for one in found if isinstance(one, Unread)] == [2, 3 + between]
    assert [one.line for one in found if isinstance(one, Record)] == [*range(3, 3 + between), 4 + between]


def test_a_quote_still_open_at_the_end_costs_the_last_line(file: Path) -> None:
    found = records(file, HEADER + b'A1;P1;caduta;\nA2;P2;"tronca')
    assert found == [good(2), Unread(3, Reason.BROKEN_QUOTE)]


def test_a_note_longer_than_any_note_is_a_broken_quote(file: Path) -> None:
    inside = b"riga\n" * (NOTE_LINES + 1)
    found = records(file, HEADER + b'A1;P1;"' + inside + b'";\nA2;P2;caduta;\n')
    assert found[0] == Unread(2, Reason.BROKEN_QUOTE)
    assert found[-1] == good(NOTE_LINES + 4, "A2", "P2")


def with_one_broken_quote(file: Path, lines: int) -> None:
    with file.open("wb") as written:
        written.write(HEADER + b"A;P;caduta;\n" * (lines // 2) + b'A;P;"mai chiusa;\n')
        written.write(b"A;P;caduta;\n" * (lines - lines // 2 - 1))


def test_a_million_lines_with_one_broken_quote_lose_one(file: Path) -> None:
    with_one_broken_quote(file, 1_000_000)
    kinds = Counter(type(one) if isinstance(one, Record) else one for one, _done in Delimited(file, NEEDED))
    assert kinds == {Record: 999_999, Unread(500_002, Reason.BROKEN_QUOTE): 1}


def test_a_long_file_takes_no_more_memory_than_a_short_one(file: Path) -> None:
    peaks = []
    for lines in (2_000, 60_000):
        with_one_broken_quote(file, lines)
        tracemalloc.start()
        assert sum(1 for _one in Delimited(file, NEEDED)) == lines
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 100_000


def test_how_much_is_done_is_told_to_the_end(file: Path) -> None:
    with_one_broken_quote(file, 100)
    told = [done for _one, done in Delimited(file, NEEDED)]
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"A5;P5;no\0ta;x", Reason.NUL_BYTES),
        (b"A5;P5;nota", Reason.WRONG_WIDTH),
        (b"A5;P5;nota;x;y", Reason.WRONG_WIDTH),
        (b"A5;P5;" + b"n" * 10_000_000 + b";x", Reason.LINE_TOO_LONG),
        (b"A5;P5;" + b"n" * (LINE_BYTES - 7) + b";x", Reason.LINE_TOO_LONG),
        (b"A5;P5;perch\xe9;x", Reason.BAD_ENCODING),
        (b'="A5";P5;nota;x', Reason.FORMULA),
    ],
)
def test_a_line_that_is_wrong_is_lost_alone_and_says_why(file: Path, line: bytes, reason: Reason) -> None:
    found = records(file, HEADER + "A1;P1;però;x\n".encode() + line + "\nA6;P6;così;x\n".encode())
    assert [one.line for one in found] == [2, 3, 4]
    assert isinstance(found[1], Unread)
    assert found[1].reason is reason
    assert [type(one) for one in found] == [Record, Unread, Record]


def test_a_formula_says_in_which_column_and_a_note_may_begin_with_a_sign(file: Path) -> None:
    found = records(file, HEADER + b"A1;=1+1;nota;x\nA2;P2;= ieri;x\nA3;P3;nota;=1\n")
    assert found[0] == Unread(2, Reason.FORMULA, "persona")
    assert found[1:] == [good(3, "A2", "P2", "= ieri"), good(4, "A3", "P3", "nota")]


def test_what_windows_wrote_is_read_as_that(file: Path) -> None:
    found = records(file, HEADER + "A1;P1;perché – così;x\n".encode("cp1252") + "A2;P2;è;x\n".encode("cp1252"))
    assert found == [good(2, nota="perché – così"), good(3, "A2", "P2", "è")]


def test_one_line_of_another_encoding_is_lost_and_not_misread(file: Path) -> None:
    found = records(file, HEADER + "A1;P1;già;\nA2;P2;più;\n".encode() + "A3;P3;però;\n".encode("cp1252"))
    assert found == [good(2, nota="già"), good(3, "A2", "P2", "più"), Unread(4, Reason.BAD_ENCODING)]


def test_blank_lines_are_nobody(file: Path) -> None:
    assert records(file, HEADER + b"\nA1;P1;caduta;\n  \n\n") == [good(3)]


@pytest.mark.parametrize("missing", [b"persona", b"accesso", b"nota"])
def test_a_header_without_a_column_is_refused_and_says_which(file: Path, missing: bytes) -> None:
    file.write_bytes(HEADER.replace(missing, b"Zelmirella"))
    with pytest.raises(UnreadableFile) as refused:
        Delimited(file, NEEDED)
    assert refused.value.words == {"columns": missing.decode()}


def test_a_first_line_of_data_is_in_no_sentence(file: Path) -> None:
    file.write_bytes(b"A1;Zelmirella Canarinotti;caduta;x\n")
    with pytest.raises(UnreadableFile) as refused:
        Delimited(file, NEEDED)
    assert "Zelmirella" not in f"{refused.value.sentence} {refused.value.words}"


def test_a_column_that_is_there_twice_is_refused(file: Path) -> None:
    file.write_bytes(b"accesso;persona;nota;persona\n")
    with pytest.raises(UnreadableFile, match="unreadable_file") as refused:
        Delimited(file, NEEDED)
    assert refused.value.words == {"column": "persona"}


@pytest.mark.parametrize("content", ["accesso;persona;nota\n".encode("utf-16"), b"\0" * 50, b"x" * 300_000])
def test_what_is_no_text_with_a_header_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(UnreadableFile):
        Delimited(file, NEEDED)


@given(st.lists(st.tuples(*[st.text(st.characters(exclude_characters="\0\n\r", codec="utf-8"))] * 3), max_size=8))
def test_what_a_csv_writer_writes_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str]]) -> None:
    import csv
    import io

    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL).writerows([("accesso", "persona", "nota"), *rows])
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(written.getvalue().encode())
    prose = frozenset({"accesso", "persona", "nota"})
    found = [record for record, _done in Delimited(path, prose, prose)]
    assert [tuple(one.cells[name] for name in ("accesso", "persona", "nota")) for one in found] == rows
