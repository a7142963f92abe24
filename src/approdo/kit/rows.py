# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows in one plain statement, for what lies on the way of an emergency and of every page (ADR 0008).

Through model instances the same statements cost three to ten times the processor time, and open screens wait for it.
Tables and columns are named by the models and by our own code, never by what somebody typed; values are always bound.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.db import IntegrityError, connection
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable, NamedValuesListIterable
from django.db.models.utils import create_namedtuple_class
from psycopg.pq import PipelineStatus
from psycopg.sql import Literal

Row = Mapping[str, Any]
Rows = list[tuple[Any, ...]]
T = TypeVar("T")
U = TypeVar("U")


def broken_constraint(error: IntegrityError) -> str:
    """Return the name of the constraint that a write broke; empty where the database names none."""
    told = getattr(error.__cause__, "diag", None)
    return str(getattr(told, "constraint_name", None) or "")


class Answer(Generic[T]):
    """What a statement that was sent reads; only its ``value`` waits for the database."""

    def __init__(self, cursor: Any, finish: Callable[[Rows], T]) -> None:
        self._cursor, self._finish = cursor, finish

    @cached_property
    def value(self) -> T:
        """Return what was read; raises what the statement raised."""
        with self._cursor as cursor:
            return self._finish(cursor.fetchall())

    def then(self, make: Callable[[T], U]) -> "Answer[U]":
        """Return the same answer as something else: what ``make`` makes of its value."""
        return Answer(self._cursor, lambda rows: make(self._finish(rows)))


def ask(statement: str, values: Sequence[Any] | Mapping[str, Any], finish: Callable[[Rows], T]) -> Answer[T]:
    """Send a statement written out in full, which is planned once for each connection; ``finish`` makes its value.

    Inside ``together`` several of them cost one journey to the database and back instead of one each.
    """
    cursor = cast(Any, connection).prepared_cursor()
    cursor.execute(statement, values)
    return Answer(cursor, finish)


def read(statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Rows:
    """Return the rows of a statement written out in full, which is planned once for each connection."""
    return ask(statement, values, list).value


_STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda number: 2**61 + number,
    str: lambda number: f"stand-in {number}",
    UUID: lambda number: UUID(int=2**127 + number),
    datetime: lambda number: datetime(1, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
}


class Statement:
    """A query set whose SQL is written once per process: writing it costs several times what running it does.

    ``build`` is called once, with a stand-in for each value named in ``types`` (int, str, UUID, datetime), and says
    through the models what is read; ``read`` puts the real values where the stand-ins stood. A value may therefore
    change nothing about the statement but itself: no None, and nothing that ``build`` decides by.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **types: type) -> None:
        self._build, self._types = build, types

    def read(self, **values: Any) -> list[Any]:
        """Return the rows for these values: tuples of a ``values_list``, or instances of the model without one.

        An instance costs thirty times what a tuple with names does (``values_list(named=True)``).
        """
        return self.ask(**values).value

    def ask(self, **values: Any) -> Answer[list[Any]]:
        """Send the statement with these values; inside ``together`` others follow before its answer is waited for."""
        sql, parameters, finish = self._written
        return ask(sql, [_filled(parameter, values) for parameter in parameters], finish)

    @cached_property
    def _written(self) -> tuple[str, list[Any], Callable[[Rows], list[Any]]]:
        stand_ins = {name: _STAND_INS[type_](number) for number, (name, type_) in enumerate(self._types.items())}
        found = self._build(**stand_ins)
        compiler = found.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        names = {value: name for name, value in stand_ins.items()}
        slots = [_slot(parameter, names) for parameter in parameters]
        if missing := self._types.keys() - set(_named(slots)):
            raise AssertionError(f"the statement does not use {missing}")
        sql, slots = _with_constants(sql, slots)
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
        make = _maker(found, compiler)

        def finish(rows: Rows) -> list[Any]:
            return [make(row) for row in (compiler.apply_converters(rows, converters) if converters else rows)]

        return sql, slots, finish


_PLACE = re.compile("%%|%s")


def _with_constants(sql: str, slots: Sequence[Any]) -> tuple[str, list[Any]]:
    """Write what is the same each time into the statement: the one plan that is kept then finds a partial index."""
    connection.ensure_connection()
    left, waiting = [], iter(slots)

    def filled(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return "%%"
        slot = next(waiting)
        if any(_named([slot])):
            left.append(slot)
            return "%s"
        return Literal(slot).as_string(connection.connection).replace("%", "%%")

    return _PLACE.sub(filled, sql), left


def _maker(found: QuerySet[Any, Any], compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """Return what makes of a row what the query set would: a tuple, with names if it asks for them, or an instance."""
    if issubclass(found._iterable_class, NamedValuesListIterable):
        query = found.query
        names = (*query.extra_select, *query.values_select, *query.annotation_select)
        return cast(Any, create_namedtuple_class(*names))._make
    if not issubclass(found._iterable_class, ModelIterable):
        return tuple
    return _instances(found, compiler)


def _instances(found: QuerySet[Any, Any], compiler: Any) -> Callable[[Sequence[Any]], Model]:
    """Return what makes an instance of a row: the model's own columns first, then what was annotated."""
    if found.query.select_related:
        raise AssertionError("related rows are annotated, or read apart")
    places = compiler.klass_info["select_fields"]
    columns = [compiler.select[place][0].target.attname for place in places]
    annotated = list(compiler.annotation_col_map.items())

    def make(row: Sequence[Any]) -> Model:
        made: Model = found.model.from_db(connection.alias, columns, row[: len(columns)])
        for name, place in annotated:
            setattr(made, name, row[place])
        return made

    return make


class _Slot:
    """Where the value of a name goes, as the type that the database adapter gave its stand-in."""

    def __init__(self, name: str, type_: type) -> None:
        self.name, self.type = name, type_


def _slot(parameter: Any, names: Mapping[Any, str]) -> Any:
    if isinstance(parameter, list):
        return [_slot(one, names) for one in parameter]
    if isinstance(parameter, (int, str, UUID, datetime)) and parameter in names:
        return _Slot(names[parameter], type(parameter))
    return parameter


def _named(slots: Iterable[Any]) -> Iterator[str]:
    for slot in slots:
        if isinstance(slot, list):
            yield from _named(slot)
        elif isinstance(slot, _Slot):
            yield slot.name


def _filled(slot: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(slot, list):
        return [_filled(one, values) for one in slot]
    if not isinstance(slot, _Slot):
        return slot
    value = values[slot.name]
    return slot.type(value) if isinstance(value, int) else value


@contextmanager
def together() -> Iterator[None]:
    """Send the statements of a block without waiting for each answer; what one of them raises is raised at the end.

    Counts are not known inside; what is read inside waits for its answer, and for those before it, so what can be
    asked (``ask``) is asked first and its values taken afterwards. A block within a block is part of it: only the
    end of the outermost waits.
    """
    connection.ensure_connection()
    if connection.connection.info.pipeline_status is not PipelineStatus.OFF:
        yield
        return
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


def insert_if_free(model: type[Model], row: Row) -> bool:
    """Insert a row unless it breaks a unique rule and tell whether it went in, inside ``together`` as well."""
    table, columns = model._meta.db_table, ",".join(f'"{column}"' for column in row)
    return bool(
        read(
            f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {_given(table)}'  # noqa: S608
            " ON CONFLICT DO NOTHING RETURNING true",
            [_json([row])],
        )
    )


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
    with cast(Any, connection).prepared_cursor() as cursor:
        cursor.execute(statement, [_json(rows)])
        return cast(int, cursor.rowcount)


def _json(rows: list[Row]) -> str:
    return json.dumps(rows, default=_written)


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
