# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first sheet of an XLSX workbook, read row by row, within what a workbook may weigh once it is unpacked."""

import warnings
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from approdo.recognition.rules.importing import Reason
from approdo.recognition.rules.incoming import Unread
from approdo.recognition.rules.records import (
    BROKEN_FILE,
    EMPTY,
    TOO_LARGE,
    Record,
    UnreadableFile,
    places,
)

UNPACKED_BYTES = 500_000_000
"""All parts together; the sheet itself is streamed."""
HELD_BYTES = 64_000_000
"""The parts that are held whole in memory: texts, styles."""
TIMES_SMALLER = 200
"""No honest sheet shrinks more than this."""
MANIFEST_BYTES = 1_000_000
PARTS = 1_000
ROWS = 1_048_576
COLUMNS = 1_000
_MANIFEST = "[Content_Types].xml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_BROKEN = (LookupError, ValueError, TypeError, AttributeError, SyntaxError, EOFError, zipfile.BadZipFile, zlib.error)
"""What the library raises over a workbook that is none; of XML, a SyntaxError."""


class Workbook:
    """An XLSX file; formulas are never computed and never believed."""

    def __init__(self, path: Path, needed: frozenset[str]) -> None:
        _check_weight(path)
        self._path = path
        header = next(self._rows(), None)
        if header is None:
            raise UnreadableFile(EMPTY)
        names = ["" if value is None else str(value) for value, _kind in header]
        while names and not names[-1]:
            names.pop()
        self._width, self._places = len(names), places(names, needed)
        self.unnamed = tuple(at + 1 for at in range(self._width) if at not in self._places.values())

    def __iter__(self) -> Iterator[tuple[Record | Unread, float]]:
        """Yield each row that holds anything, after the header."""
        total = max(self._total, 1)
        for number, row in islice(enumerate(self._rows(), 1), 1, None):
            if any(value is not None for value, _kind in row):
                yield self._record(number, row), min(number / total, 1.0)

    def _record(self, number: int, row: list[tuple[Any, str]]) -> Record | Unread:
        if any(value is not None for value, _kind in row[self._width :]):
            return Unread(number, Reason.WRONG_WIDTH)
        cells: dict[str, object] = {}
        for name, at in self._places.items():
            value, kind = row[at] if at < len(row) else (None, "n")
            if kind == "f":
                return Unread(number, Reason.FORMULA, name)
            cells[name] = value
        return Record(number, cells)

    def _rows(self) -> Iterator[list[tuple[Any, str]]]:
        from openpyxl import load_workbook

        with self._path.open("rb") as file:  # opened here, so that its name decides nothing
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of looks and of validations, which are not read
                    opened = load_workbook(file, read_only=True, keep_links=False)
                sheet: Any = opened.worksheets[0]
                self._total = sheet.max_row or 0
                sheet.reset_dimensions()
                for row in sheet.iter_rows(max_row=ROWS, max_col=COLUMNS):
                    yield [(cell.value, cell.data_type) for cell in row]
            except _BROKEN as error:
                raise UnreadableFile(BROKEN_FILE) from error


def _check_weight(path: Path) -> None:
    """Refuse what would not fit once it is unpacked; what the archive says of itself is what is unpacked at most."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            streamed = _sheets(archive) if _MANIFEST in archive.namelist() else set()
    except (*_BROKEN, OSError) as error:
        raise UnreadableFile(BROKEN_FILE) from error
    unpacked = sum(part.file_size for part in parts)
    held = sum(part.file_size for part in parts if part.filename not in streamed)
    packed = max(sum(part.compress_size for part in parts), 1)
    bomb = unpacked > 1_000_000 and unpacked > TIMES_SMALLER * packed
    if len(parts) > PARTS or unpacked > UNPACKED_BYTES or held > HELD_BYTES or bomb:
        raise UnreadableFile(TOO_LARGE)


def _sheets(archive: zipfile.ZipFile) -> set[str]:
    """Return the parts that are sheets and nothing else: by what the reader goes by, not by where they lie."""
    from openpyxl.xml.functions import fromstring

    if archive.getinfo(_MANIFEST).file_size > MANIFEST_BYTES:
        raise ValueError
    kinds: dict[str, set[str]] = defaultdict(set)
    for one in fromstring(archive.read(_MANIFEST)):
        kinds[one.get("PartName", "").removeprefix("/")].add(one.get("ContentType", ""))
    return {name for name, kind in kinds.items() if kind == {_SHEET}}
