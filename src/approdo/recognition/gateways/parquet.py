# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Parquet file, read by DuckDB a little at a time, in its own order."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from approdo.recognition.rules.records import BROKEN_FILE, Numeral, Record, Unread, UnreadableFile, places

_AT_ONCE = 2_000
_CAREFUL = {"memory_limit": "512MB", "threads": "1", "autoinstall_known_extensions": "false"}


class Parquet:
    """A Parquet file; only the columns that the mapping names are read from the disk."""

    def __init__(self, path: Path, needed: frozenset[str]) -> None:
        self._path = path
        with self._opened() as relation:
            names = list(relation.columns)
            self._places = places(names, needed)
            self._columns = [names[at] for at in self._places.values()]
            counted = relation.count("*").fetchone()
        self._total = counted[0] if counted else 0
        self.unnamed = tuple(at + 1 for at in range(len(names)) if at not in self._places.values())

    def __iter__(self) -> Iterator[tuple[Record | Unread, float]]:
        """Yield each row; rows are counted from 1, as no header is among them."""
        numbers = count(1)
        with self._opened() as relation:
            read = relation.select(*map(duckdb.ColumnExpression, self._columns))
            while rows := read.fetchmany(_AT_ONCE):
                for row, number in zip(rows, numbers, strict=False):
                    cells = dict(zip(self._places, map(_text, row), strict=True))
                    yield Record(number, cells), number / self._total

    @contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyRelation]:
        try:
            with duckdb.connect(config=_CAREFUL) as connection:
                yield connection.read_parquet(str(self._path))
        except duckdb.Error as error:
            raise UnreadableFile(BROKEN_FILE) from error


def _text(value: Any) -> str:
    """Return a cell as text; of a number that it was one is remembered."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return " ".join(_text(one) for one in value)
    return Numeral(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
