# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sheets and Parquet files: the same visits as from text, and what a sheet does to codes is not believed."""

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
from tests.factories.visits import COLUMNS, Door, a_csv, a_department, a_row

from approdo.access.services import entered
from approdo.recognition import services
from approdo.recognition.gateways import workbook
from approdo.recognition.models import StoredVisit
from approdo.recognition.rules.records import BROKEN_FILE, EMPTY, OLD_WORKBOOK, TOO_LARGE, UTF_16, WRONG_HEADER

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path, a_department())


def a_sheet(path: Path, rows: Sequence[Sequence[Any]], columns: Sequence[str] = COLUMNS) -> Path:
    """Write a sheet: text as text, numbers as numbers, what begins with a sign of equality as a formula."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        when = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for at, name in enumerate(columns):
            sheet.write_string(0, at, name)
        for line, row in enumerate(rows, 1):
            for at, value in enumerate(row):
                if isinstance(value, datetime | date):
                    sheet.write_datetime(line, at, value, when)
                elif value is not None:
                    sheet.write(line, at, value)
    return path


def cells(number: int = 1, **changed: Any) -> list[Any]:
    return [a_row(number, **changed)[name] for name in COLUMNS]


def kept(door: Door) -> list[tuple[Any, ...]]:
    with entered(actor=door.actor):
        return list(StoredVisit.objects.order_by("visit").values_list("visit", "person", "arrived_at", "codes", "said"))


def refused(door: Door, path: Path) -> str:
    with pytest.raises(services.UnreadableFile) as refusal:
        door.bring_in(path)
    return refusal.value.sentence


def test_a_sheet_and_a_parquet_file_say_what_the_text_says(door: Door, tmp_path: Path) -> None:
    rows = [a_row(number, anamnesi="dice spinta" if number % 2 else "") for number in range(1, 30)]
    door.bring_in(a_csv(tmp_path / "a.csv", rows))
    from_text = kept(door)
    sheet = door.bring_in(a_sheet(tmp_path / "a.xlsx", [[row[name] for name in COLUMNS] for row in rows]))
    assert (sheet.counts, kept(door)) == ({"unchanged": 29}, from_text)
    duckdb.read_csv(str(tmp_path / "a.csv"), all_varchar=True).write_parquet(str(tmp_path / "a.parquet"))
    parquet = door.bring_in(tmp_path / "a.parquet")
    assert (parquet.counts, kept(door)) == ({"unchanged": 29}, from_text)


def test_dates_and_whole_numbers_of_a_sheet_are_read_as_what_they_are(door: Door, tmp_path: Path) -> None:
    door.bring_in(a_csv(tmp_path / "a.csv", [a_row(1, accesso="17", paziente="4")]))
    typed = cells(1, accesso=17, paziente=4.0, arrivo=datetime(2026, 3, 2, 10, 30), nascita=date(1990, 5, 2))
    report = door.bring_in(a_sheet(tmp_path / "a.xlsx", [typed]))
    assert report.counts == {"unchanged": 1}


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"diagnosi": 995.8}, "diagnosi", "cell"),
        ({"diagnosi": 920}, "diagnosi", "cell"),
        ({"diagnosi": '="920"'}, "diagnosi", "formula"),
        ({"paziente": "=1+1"}, "paziente", "formula"),
        ({"paziente": 1.5}, "paziente", "cell"),
        ({"arrivo": 46083.4}, "arrivo", "cell"),
        ({"anamnesi": '=HYPERLINK("http://x.example")'}, "anamnesi", "formula"),
    ],
)
def test_what_a_sheet_did_to_a_cell_is_not_guessed_back(
    door: Door, tmp_path: Path, changed: dict[str, Any], column: str, reason: str
) -> None:
    report = door.bring_in(a_sheet(tmp_path / "a.xlsx", [cells(1), cells(2, **changed), cells(3)]))
    assert report.counts == {"new": 2, "rejected": 1}
    assert door.reasons() == [(3, column, reason)]


def test_a_row_that_goes_beyond_the_header_is_rejected_and_an_empty_one_is_nobody(door: Door, tmp_path: Path) -> None:
    rows = [cells(1), [None] * len(COLUMNS), [*cells(2), "oltre"], [*cells(3), None]]
    report = door.bring_in(a_sheet(tmp_path / "a.xlsx", rows))
    assert report.counts == {"new": 2, "rejected": 1}
    assert door.reasons() == [(4, "", "wrong_width")]


def test_a_sheet_without_a_column_is_refused(door: Door, tmp_path: Path) -> None:
    assert refused(door, a_sheet(tmp_path / "a.xlsx", [cells(1)], ["altro", *COLUMNS[1:]])) == WRONG_HEADER


def bomb(path: Path, *, declared: int | None = None) -> Path:
    """A workbook whose texts would be 70 MB once unpacked; the archive may lie about it."""
    a_sheet(path, [cells(1)])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    texts = (
        b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>" + b"<si><t>a</t></si>" * 4_200_000
    )
    parts["xl/sharedStrings.xml"] = texts + b"</sst>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    if declared is not None:
        whole = path.read_bytes()
        size = len(parts["xl/sharedStrings.xml"]).to_bytes(4, "little")
        assert whole.count(size) >= 2
        path.write_bytes(whole.replace(size, declared.to_bytes(4, "little")))
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(door: Door, tmp_path: Path) -> None:
    assert refused(door, bomb(tmp_path / "a.xlsx")) == TOO_LARGE


def test_a_zip_bomb_that_lies_about_its_size_is_broken(door: Door, tmp_path: Path) -> None:
    assert refused(door, bomb(tmp_path / "a.xlsx", declared=5_000)) == BROKEN_FILE


def test_a_sheet_that_shrinks_more_than_any_honest_one_is_refused(door: Door, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)
    assert refused(door, path) == TOO_LARGE


@pytest.mark.parametrize("limit", ["UNPACKED_BYTES", "HELD_BYTES", "PARTS"])
def test_each_limit_of_a_workbook_holds(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    path = a_sheet(tmp_path / "a.xlsx", [cells(1)])
    monkeypatch.setattr(workbook, limit, 3)
    assert refused(door, path) == TOO_LARGE


def test_texts_that_lie_among_the_sheets_are_weighed_like_texts(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader goes by what a part says it is, and holds all texts in memory."""
    path = a_sheet(tmp_path / "a.xlsx", [cells(1)])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    texts = parts.pop("xl/sharedStrings.xml").replace(b"</sst>", b"")
    texts += b"".join(b"<si><t>%d</t></si>" % number for number in range(9_000)) + b"</sst>"
    parts["xl/worksheets/sharedStrings.xml"] = texts
    moved = (b"/xl/sharedStrings.xml", b"/xl/worksheets/sharedStrings.xml")
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(*moved)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert door.bring_in(path).counts == {"new": 1}, "there the reader finds them"
    monkeypatch.setattr(workbook, "HELD_BYTES", 100_000)
    assert refused(door, path) == TOO_LARGE


ENTITIES = (
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
    b"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
    b"<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>"
    b"<!ENTITY g '&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;'><!ENTITY h '&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;'>]>"
)


def test_entities_that_grow_are_never_let_grow(door: Door, tmp_path: Path) -> None:
    path = a_sheet(tmp_path / "a.xlsx", [cells(1)])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/sharedStrings.xml"]
    head, _end, rest = sheet.partition(b"?>")
    parts["xl/sharedStrings.xml"] = head + b"?>" + ENTITIES + rest.replace(b"<t>A1</t>", b"<t>&h;</t>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert refused(door, path) == BROKEN_FILE


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 nothing of the kind", BROKEN_FILE),
        (b"PAR1 nothing of the kind PAR1", BROKEN_FILE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", OLD_WORKBOOK),
        ("accesso;paziente\n".encode("utf-16"), UTF_16),
        (b"\xef\xbb\xbf", EMPTY),
        (b"", EMPTY),
    ],
)
def test_what_a_file_is_shows_in_how_it_begins(door: Door, tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "accessi.csv"
    path.write_bytes(content)
    assert refused(door, path) == sentence


def test_a_name_that_lies_changes_nothing(door: Door, tmp_path: Path) -> None:
    sheet = a_sheet(tmp_path / "a.xlsx", [cells(1)])
    assert door.bring_in(sheet.rename(tmp_path / "a.csv")).counts == {"new": 1}


def test_typed_columns_of_parquet_are_read_as_what_they_are(door: Door, tmp_path: Path) -> None:
    door.bring_in(a_csv(tmp_path / "a.csv", [a_row(1, accesso="17")]))
    duckdb.sql(
        "SELECT 17 AS accesso, 'P1' AS paziente, TIMESTAMP '2026-03-02 10:30:00' AS arrivo,"
        " DATE '1990-05-02' AS nascita, 'F' AS sesso, '873.0|E888' AS diagnosi, NULL AS trauma, 'ITA' AS cittadinanza,"
        " NULL::VARCHAR AS anamnesi"
        " UNION ALL SELECT 18, 'P2', TIMESTAMP '2026-03-02 10:30:00', NULL, 'F', '995.81', '4', NULL, NULL"
    ).write_parquet(str(tmp_path / "a.parquet"))
    assert door.bring_in(tmp_path / "a.parquet").counts == {"unchanged": 1, "new": 1}


def test_nothing_is_unpacked_or_read_twice_as_another_instant(door: Door, tmp_path: Path) -> None:
    aware = tmp_path / "a.parquet"
    door.bring_in(a_csv(tmp_path / "a.csv", [a_row(1)]))
    duckdb.sql(
        "SELECT 'A1' AS accesso, 'P1' AS paziente, TIMESTAMPTZ '2026-03-02 09:30:00+00' AS arrivo,"
        " DATE '1990-05-02' AS nascita, 'F' AS sesso, '873.0|E888' AS diagnosi, '' AS trauma, 'ITA' AS cittadinanza,"
        " '' AS anamnesi"
    ).write_parquet(str(aware))
    assert door.bring_in(aware).counts == {"unchanged": 1}
