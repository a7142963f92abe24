# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Parquet file, read by DuckDB a little at a time, in its own order."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import duckdb

from approdo.recognition.rules.incoming import Unread
from approdo.recognition.rules.records import BROKEN_FILE, Record, UnreadableFile, places

_AT_ONCE = 2_000
_CAREFUL: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "512MB",
    "threads": 1,
    "autoinstall_known_extensions": False,
}


class Parquet:
    """A Parquet file; only the columns that the mapping names are read from the disk."""

    def __init__(self, path: Path, needed: frozenset[str]) -> None:
        self._path = path
        with self._opened() as (connection, relation):
            names = list(relation.columns)
            self._places = places(names, needed)
            self._columns = [names[at] for at in self._places.values()]
            counted = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
        self._total = counted[0] if counted else 0
        self.unnamed = tuple(at + 1 for at in range(len(names)) if at not in self._places.values())

    def __iter__(self) -> Iterator[tuple[Record | Unread, float]]:
        """Yield each row; rows are counted from 1, as no header is among them."""
        numbers = count(1)
        with self._opened() as (connection, relation):
            read = relation.select(*[duckdb.ColumnExpression(name) for name in self._columns])
            connection.execute(read.sql_query())  # so asked, it comes a little at a time
            while rows := connection.fetchmany(_AT_ONCE):
                for row, number in zip(rows, numbers, strict=False):
                    cells = dict(zip(self._places, row, strict=True))
                    yield Record(number, cells), number / self._total

    @contextmanager
    def _opened(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyRelation]]:
        try:
            with duckdb.connect(config=_CAREFUL) as connection:
                yield connection, connection.read_parquet(str(self._path))
        except duckdb.Error as error:
            raise UnreadableFile(BROKEN_FILE) from error
