# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text with separators, as hospitals export it: read line by line, so that what is broken in one stays in that one."""

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from approdo.recognition.rules.importing import Reason
from approdo.recognition.rules.incoming import Unread
from approdo.recognition.rules.records import EMPTY, UTF_16, WRONG_HEADER, Record, UnreadableFile, places

LINE_BYTES = 131_072
"""More than any note; the csv module takes no longer cells either."""
NOTE_LINES = 100
"""So many lines may a note inside quotes go over; beyond, the quote that opened it is broken."""
_MARK = b"\xef\xbb\xbf"  # by which spreadsheets recognise UTF-8
_SEPARATORS = ";\t,|"
_Line = tuple[int, str | Reason, int]
"""Number, text or why there is none, and the byte of the file at which it ends."""


class Delimited:
    """A CSV file: its encoding and separator are found, never guessed by its name."""

    def __init__(self, path: Path, needed: frozenset[str], prose: frozenset[str] = frozenset()) -> None:
        self._path, self._prose, self._size = path, prose, max(path.stat().st_size, 1)
        self._encoding = _encoding(path)
        first = next(self._lines(), None)
        if first is None:
            raise UnreadableFile(EMPTY)
        if isinstance(first[1], Reason):
            raise UnreadableFile(WRONG_HEADER, columns=", ".join(sorted(needed)))
        header, self._separator = _header(first[1], needed)
        self._width, self._places = len(header), places(header, needed)
        self.unnamed = tuple(at + 1 for at in range(self._width) if at not in self._places.values())

    def __iter__(self) -> Iterator[tuple[Record | Unread, float]]:
        """Yield each record after the header."""
        lines = self._lines()
        next(lines)
        waiting: deque[_Line] = deque()
        while line := waiting.popleft() if waiting else next(lines, None):
            number, text, end = line
            if isinstance(text, Reason):
                yield Unread(number, text), end / self._size
            elif text.strip():
                yield self._record(number, text, waiting, lines), end / self._size

    def _record(self, number: int, text: str, waiting: deque[_Line], lines: Iterator[_Line]) -> Record | Unread:
        cells = self._cells([text])
        if cells is None and '"' in text:
            cells = self._over_lines(text, waiting, lines)
        if cells is None:
            return Unread(number, Reason.BROKEN_QUOTE)
        if len(cells) != self._width:
            return Unread(number, Reason.WRONG_WIDTH)
        read = {name: cells[at] for name, at in self._places.items()}
        formula = next((name for name, cell in read.items() if cell.startswith("=") and name not in self._prose), None)
        return Record(number, read) if formula is None else Unread(number, Reason.FORMULA, formula)

    def _over_lines(self, text: str, waiting: deque[_Line], lines: Iterator[_Line]) -> list[str] | None:
        """Return the cells of a record that goes on in the lines after it, which are taken; else None, and none is."""
        joined = [text]
        for at in range(NOTE_LINES):
            if at == len(waiting):
                following = next(lines, None)
                if following is None:
                    return None
                waiting.append(following)
            more = waiting[at][1]
            if isinstance(more, Reason):
                return None
            joined.append(more)
            if '"' not in more:
                continue
            cells = self._cells(joined)
            if cells is not None and len(cells) == self._width and not any(map(self._swallows, cells)):
                for _taken in range(at + 1):
                    waiting.popleft()
                return cells
            if not self._is_open(joined):  # no line after it would help: a whole file of such lines is still read once
                return None
        return None

    def _swallows(self, cell: str) -> bool:
        """Tell whether a line inside a cell looks like a record of its own: then a quote before it was broken."""
        return any(line.count(self._separator) >= self._width - 1 for line in cell.split("\n")[1:])

    def _cells(self, joined: list[str]) -> list[str] | None:
        if len(joined) == 1 and '"' not in joined[0]:
            return joined[0].split(self._separator)
        reader = csv.reader([f"{line}\n" for line in joined], delimiter=self._separator, strict=True)
        try:
            cells = next(reader)
        except (csv.Error, StopIteration):
            return None
        return cells if reader.line_num == len(joined) else None

    def _is_open(self, joined: list[str]) -> bool:
        """Tell whether a quote is still open after these lines, and nothing before it was wrong."""
        reader = csv.reader([f"{line}\n" for line in joined], delimiter=self._separator, strict=True)
        try:
            next(reader)
        except csv.Error as error:
            return "unexpected end" in str(error)
        return False

    def _lines(self) -> Iterator[_Line]:
        with self._path.open("rb") as file:
            yield from _decoded(file, self._encoding)


def _decoded(file: BinaryIO, encoding: str) -> Iterator[_Line]:
    end = 0
    if file.read(3) == _MARK:
        end = 3
    else:
        file.seek(0)
    for number, (raw, length) in enumerate(_raw_lines(file), 1):
        end += length
        if raw is None:
            yield number, Reason.LINE_TOO_LONG, end
        elif b"\0" in raw:
            yield number, Reason.NUL_BYTES, end
        else:
            try:
                yield number, raw.decode(encoding), end
            except UnicodeDecodeError:
                yield number, Reason.BAD_ENCODING, end


def _raw_lines(file: BinaryIO) -> Iterator[tuple[bytes | None, int]]:
    """Yield each line without its end, or None for one that is too long, and how many bytes it took."""
    while line := file.readline(LINE_BYTES + 2):
        length, text = len(line), line.rstrip(b"\r\n")
        while not line.endswith(b"\n") and (line := file.readline(LINE_BYTES)):
            length += len(line)
        yield (text if len(text) <= LINE_BYTES else None), length


def _encoding(path: Path) -> str:
    """Return UTF-8 when more of the lines that could tell are, else what Windows writes in Italy."""
    others = utf_8 = 0
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            raise UnreadableFile(UTF_16)
        file.seek(0)
        for line, _length in _raw_lines(file):
            if line is None or line.isascii():
                continue
            try:
                line.decode("utf-8")
                utf_8 += 1
            except UnicodeDecodeError:
                others += 1
    return "utf-8" if utf_8 >= others else "cp1252"


def _header(text: str, needed: frozenset[str]) -> tuple[list[str], str]:
    """Return the names of the columns and the separator under which the most of the needed ones are there."""
    best: tuple[int, list[str], str] = (-1, [], ";")
    for separator in _SEPARATORS:
        try:
            header = next(csv.reader([text], delimiter=separator, strict=True), [])
        except csv.Error:
            continue
        found = len(needed & {name.strip() for name in header})
        if found > best[0]:
            best = found, header, separator
    return best[1], best[2]
