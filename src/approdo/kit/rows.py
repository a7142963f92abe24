# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows in one plain statement, for what lies on the way of an emergency and of every page (ADR 0008).

Through model instances the same statements cost three to ten times the processor time, and open screens wait for it.
Tables and columns are named by the models and by our own code, never by what somebody typed; values are always bound.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from django.db import connection
from django.db.models import Model

Row = Mapping[str, Any]


def read(statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a statement written out in full."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cast(list[tuple[Any, ...]], cursor.fetchall())


@contextmanager
def together() -> Iterator[None]:
    """Send the statements of a block without waiting for each answer; what one of them raises is raised at the end.

    Nothing may be read inside: counts are not known yet.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def insert(model: type[Model], rows: Iterable[Row], *, unless_there: bool = False) -> int:
    """Insert rows that all name the same columns and return how many went in; none is no statement at all.

    Every column without a default in the database must be named. With ``unless_there`` a row that breaks a unique
    rule is left out instead of refused.
    """
    given = list(rows)
    if not given:
        return 0
    table, columns = model._meta.db_table, ",".join(f'"{column}"' for column in given[0])
    conflict = " ON CONFLICT DO NOTHING" if unless_there else ""
    return _run(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {_given(table)}{conflict}', given)  # noqa: S608


def update(model: type[Model], rows: Iterable[Row]) -> int:
    """Update rows found by ``id``, which all name the same columns; return how many there were."""
    given = list(rows)
    if not given:
        return 0
    table = model._meta.db_table
    changes = ",".join(f'"{column}"=new."{column}"' for column in given[0] if column != "id")
    return _run(f'UPDATE "{table}" SET {changes} FROM {_given(table)} AS new WHERE "{table}".id=new.id', given)  # noqa: S608


def _given(table: str) -> str:
    """One value for all rows: the statement stays short and the same, however many rows there are."""
    return f'json_populate_recordset(NULL::"{table}", %s)'


def _run(statement: str, rows: list[Row]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows, default=_written)])
        return cast(int, cursor.rowcount)


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
