# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A CSV file as it comes, line by line: one broken quote costs its own line, not the half million behind it."""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from approdo.kit.words import mark as _

_DELIMITERS = ";,\t|"
_LONGEST_CELL = 50  # lines that a cell between quotes may go on for
_NO_TEXT = re.compile("[\0\udc80-\udcff]")  # what does not decode comes as half of a pair
_BROKEN = _("Le virgolette di questa riga non si chiudono.")
_NOT_TEXT = _("Questa riga non è scritta in UTF-8.")
_COLUMNS = _("Questa riga non ha tante colonne quante l'intestazione.")


def records(path: Path) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the number of its first line and the cells of each record, or an Italian sentence on what is wrong.

    The first is the header, whose delimiter is the one that parts it into most columns. A cell may hold line ends where
    its quotes close within fifty lines; where they do not, the line is broken and reading goes on with the next.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
        lines = enumerate(file, 1)
        header = next(lines, (1, ""))[1]
        delimiter = max(_DELIMITERS, key=header.count)
        names = _parsed([header], delimiter) or []
        yield 1, names
        waiting: list[tuple[int, str]] = []
        while first := waiting.pop(0) if waiting else next(lines, None):
            cells, taken = _record(first, waiting, lines, delimiter)
            del waiting[:taken]
            if cells is None:
                yield first[0], _BROKEN
            elif not cells:
                continue
            elif _NO_TEXT.search("".join(cells)):
                yield first[0], _NOT_TEXT
            elif len(cells) != len(names):
                yield first[0], _COLUMNS
            else:
                yield first[0], cells


def _record(
    first: tuple[int, str], waiting: list[tuple[int, str]], lines: Iterator[tuple[int, str]], delimiter: str
) -> tuple[list[str] | None, int]:
    """Return the cells that begin in a line, None for none, and how many waiting lines they took."""
    parts, quotes = [first[1]], first[1].count('"')
    while quotes % 2 and len(parts) <= _LONGEST_CELL:
        if len(waiting) < len(parts):
            if (more := next(lines, None)) is None:
                return None, 0
            waiting.append(more)
        parts.append(waiting[len(parts) - 1][1])
        quotes += parts[-1].count('"')
    cells = None if quotes % 2 else _parsed(parts, delimiter)
    return cells, 0 if cells is None else len(parts) - 1


def _parsed(parts: Sequence[str], delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader(parts, delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
