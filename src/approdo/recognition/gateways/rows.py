# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of a hospital's file as visits in columns: each distinct cell is read once by the rules, the rest is a join.

What the engine lets in by itself is what ``read_row`` would let in, to the bit; a row of which it is not sure is read
by ``read_row``, which takes it after all or says what is wrong with it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import duckdb

from approdo.kit.words import mark as _
from approdo.recognition.gateways.cells import FAULT, NOBODY, Cells
from approdo.recognition.gateways.columns import insert
from approdo.recognition.rules.importing import SENTENCES, Reason
from approdo.recognition.rules.mapping import Fault, HospitalMapping, missing_columns
from approdo.recognition.rules.points import CHILD, INFANT, WORDS, Table
from approdo.recognition.rules.reading import (
    BLANK,
    CHILD_BELOW,
    INFANT_BELOW,
    LONGEST_NAME,
    OLDEST,
    Wrong,
    read_age,
    read_local,
    read_row,
    text,
    to_instant,
)
from approdo.recognition.rules.visit import Visit

Report = Callable[[int, Fault], None]
"""What is told of a row: its line and what is wrong."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONED = "TIMESTAMP WITH TIME ZONE"
_LOCAL = frozenset({"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"})
_CHUNK = 10_000  # rows that are in Python at once
_MICROSECOND = timedelta(microseconds=1)
_WRONG = -1
_PLAUSIBLE = "{} BETWEEN TIMESTAMP '1900-01-01' AND TIMESTAMP '2100-01-01'"
_DAY = "year(local) * 10000 + month(local) * 100 + day(local)"


class Unusable(ValueError):
    """A file that its mapping does not fit at all; ``faults`` say where. Nothing of it was read."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the file does not fit its mapping")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Words:
    """Who reads notes: ``read`` returns the keys of what one says; only notes with one of ``triggers`` are read."""

    read: Callable[[str], tuple[str, ...]]
    triggers: tuple[str, ...]


class Rows:
    """A file beside its mapping. ``relation`` is SQL of its rows, ``line`` SQL of where in the file one stands.

    With ``since`` only the rows are read that what came from then on may depend on. Raises ``Unusable`` where a column
    is missing or of a kind that says nothing.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        relation: str,
        line: str,
        mapping: HospitalMapping,
        table: Table,
        since: datetime | None = None,
    ) -> None:
        self._connection, self._mapping, self._table = connection, mapping, table
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        self._kinds: dict[str, str] = {name: kind for name, kind, *_rest in described}
        if found := [*missing_columns(mapping, list(self._kinds))] or [*self._unusable()]:
            raise Unusable(found)
        self._source = f"(SELECT *, {line} AS _line FROM {relation})"
        if since:
            self._keep_recent(since)
        self.visits: int = (connection.execute(f"SELECT count(*) FROM {self._source}").fetchone() or (0,))[0]
        self._cells = Cells(mapping, table)
        for place, column in enumerate(self._cells.columns):
            self._look_up(f"cell_{place}", column, "mask BIGINT", partial(self._mask, column))
        if mapping.born or mapping.age:
            self._look_up("age", mapping.born.column if mapping.born else mapping.age, "age INTEGER", self._age)
        self._look_up_days()

    def load(self, part: int, parts: int, now: datetime, report: Report, words: Words | None = None) -> None:
        """Make ``visit`` and ``said`` of one part of the persons, reporting what is wrong in their rows.

        ``visit``: person, visit, site, instant, facts, line, year of birth, clean; ``said``: line, key. Rows of nobody
        to score are left out.
        """
        run = self._connection.execute
        run(f"CREATE OR REPLACE TEMP TABLE visit AS {self._read(now, part, parts)}")
        run("CREATE OR REPLACE TEMP TABLE said (line BIGINT, key VARCHAR)")
        run("CREATE OR REPLACE TEMP TABLE late_item (line BIGINT, place VARCHAR, what VARCHAR, facts BIGINT)")
        if run("SELECT count(*) FROM visit WHERE NOT clean").fetchone() != (0,):
            self._read_again(now, report)
        if self._mapping.born:
            self._part_two_women(report)
        if words is not None and self._mapping.note:
            self._read_notes(words, part, parts)

    def name_items(self) -> None:
        """Make ``item`` (line, place, what, facts): codes and signs of the visits in ``visit`` that have any facts."""
        run, columns = self._connection.execute, self._cells.columns
        named = "".join(f", {_quoted(column)} AS c{place}" for place, column in enumerate(columns))
        some = "(SELECT line FROM visit WHERE facts <> 0)"
        run(
            f"CREATE OR REPLACE TEMP TABLE cell AS SELECT _line AS line{named} FROM {self._source} "
            f"WHERE _line IN {some}"
        )
        for place, column in enumerate(columns):
            self._look_up(
                f"item_{place}", column, "place VARCHAR, what VARCHAR, facts BIGINT", partial(self._item, column)
            )
        of_cells = "".join(
            f" UNION ALL SELECT line, place, what, facts FROM cell JOIN item_{place} ON raw = c{place}"
            for place in range(len(columns))
        )
        run(f"CREATE OR REPLACE TEMP TABLE item AS SELECT * FROM late_item{of_cells}")

    def _keep_recent(self, since: datetime) -> None:
        """Make ``recent``, and read from it: whoever came since, as far back as the table looks or a little more."""
        columns = ", ".join(_quoted(name) for name in self._mapping.columns)
        person = f"coalesce({self._name(self._mapping.person)}, '')"
        longest = self._table.farthest_days + 1
        first, history = (self._since(since - timedelta(days=days)) for days in (1, longest))
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE recent AS SELECT {columns}, _line FROM {self._source} "
            f"WHERE {history} AND {person} IN (SELECT {person} FROM {self._source} WHERE {first})"
        )
        self._source = "recent"

    def _since(self, instant: datetime) -> str:
        """Return SQL of whether a row is of an instant or after it; of what is not written as it should, it is."""
        zoned = self._kinds[self._mapping.arrived_at.column] == _ZONED
        local = instant.astimezone(ZoneInfo(self._mapping.arrived_at.zone)).replace(tzinfo=None)
        written = instant.astimezone(UTC) if zoned else local
        column = _quoted(self._mapping.arrived_at.column) if zoned else self._local()
        return f"coalesce({column} >= {quoted_text(written.isoformat())}::{_ZONED if zoned else 'TIMESTAMP'}, true)"

    # what is looked up, once per distinct cell ------------------------------------------------------------------------

    def _look_up(
        self, name: str, column: str, kept: str, read: Callable[[object], Iterable[tuple[object, ...]]]
    ) -> None:
        """Make a table with what ``read`` says of each distinct cell of a column, none or several lines of each."""
        run, quoted = self._connection.execute, _quoted(column)
        made = [
            (cell, *one)
            for (cell,) in run(f"SELECT DISTINCT {quoted} FROM {self._source} WHERE {quoted} IS NOT NULL").fetchall()
            for one in read(cell)
        ]
        run(f"CREATE OR REPLACE TEMP TABLE {name} (raw {self._kinds[column]}, {kept})")
        insert(self._connection, name, made)

    def _mask(self, column: str, cell: object) -> Iterable[tuple[int]]:
        return [(self._cells.mask(column, cell),)]

    def _item(self, column: str, cell: object) -> Iterable[tuple[str, str, int]]:
        try:
            return self._cells.named(column, cell)
        except Wrong:
            return []

    def _age(self, cell: object) -> Iterable[tuple[int | None]]:
        """Return the day of a birth as YYYYMMDD, or whole years; None for nothing, less than nothing where wrong."""
        try:
            if not self._mapping.born:
                return [(read_age(cell),)]
            born = read_local(self._mapping.born, cell)
        except Wrong:
            return [(_WRONG,)]
        return [(born.year * 10000 + born.month * 100 + born.day if born else None,)]

    def _look_up_days(self) -> None:
        """Make ``day``: how far UTC is from each local day that somebody arrived in, in microseconds.

        A day on which the clock changes is NULL there, and each of its hours that exists is in ``hour``.
        """
        run = self._connection.execute
        days = f"SELECT DISTINCT date_trunc('day', {self._local()}) AS day FROM {self._source}"
        of_days, of_hours = [], []
        for (day,) in run(f"SELECT day FROM ({days}) WHERE {_PLAUSIBLE.format('day')}").fetchall():
            shift = self._shift(day)
            steady = shift is not None and shift == self._shift(day + timedelta(days=1))
            of_days.append((day, shift if steady else None))
            if not steady:
                hours = [day + timedelta(hours=hour) for hour in range(24)]
                of_hours += [(hour, shift) for hour in hours if (shift := self._shift(hour)) is not None]
        for name, made in (("day", of_days), ("hour", of_hours)):
            run(f"CREATE OR REPLACE TEMP TABLE {name} (raw TIMESTAMP, shift BIGINT)")
            insert(self._connection, name, made)

    def _shift(self, local: datetime) -> int | None:
        """Return how many microseconds UTC is from a local time, None where the clock leaves it out."""
        try:
            return (to_instant(local, self._mapping.arrived_at.zone) - local.replace(tzinfo=UTC)) // _MICROSECOND
        except Wrong:
            return None

    # rows in columns --------------------------------------------------------------------------------------------------

    def _unusable(self) -> Iterator[Fault]:
        mapping = self._mapping
        for name in (mapping.person, mapping.visit, *([] if mapping.one_site else [mapping.site])):
            if self._kinds[name] not in _WHOLE | {"VARCHAR"}:
                yield Fault(name, _("Non è un identificativo: serve un testo o un numero intero."))
        if self._kinds[mapping.arrived_at.column] not in _LOCAL | {_ZONED, "VARCHAR"}:
            yield Fault(mapping.arrived_at.column, _("Non è una colonna di date e ore."))
        if mapping.born and self._kinds[mapping.born.column] not in _LOCAL | {"VARCHAR"}:
            yield Fault(mapping.born.column, _("Non è una colonna di date."))
        if mapping.note and self._kinds[mapping.note] != "VARCHAR":
            yield Fault(mapping.note, _("Non è una colonna di testo."))

    def _name(self, column: str) -> str:
        return _blank_trimmed(f"{_quoted(column)}::VARCHAR")

    def _local(self) -> str:
        """Return SQL of the local time of arrival, NULL where it is not written as the mapping says."""
        moment = self._mapping.arrived_at
        column, kind = _quoted(moment.column), self._kinds[moment.column]
        if kind == _ZONED:
            return f"timezone('{moment.zone}', {column})"
        if kind in _LOCAL:
            return f"{column}::TIMESTAMP"
        trimmed = _blank_trimmed(column)
        parsed = f"try_strptime({trimmed}, {quoted_text(moment.strptime)})"
        return f"CASE WHEN regexp_full_match({trimmed}, {quoted_text(moment.pattern)}) THEN {parsed} END"

    def _read(self, now: datetime, part: int, parts: int) -> str:
        """Return SQL of the rows of a part that are of somebody to score, ``clean`` where nothing is wrong in them."""
        mapping, columns = self._mapping, self._cells.columns
        zoned = self._kinds[mapping.arrived_at.column] == _ZONED
        instant = f"epoch_us({_quoted(mapping.arrived_at.column)})" if zoned else "NULL::BIGINT"
        site = quoted_text(mapping.site) if mapping.one_site else self._name(mapping.site)
        aged = mapping.born.column if mapping.born else mapping.age
        raw = "".join(f", {_quoted(column)} AS c{place}" for place, column in enumerate(columns))
        masks = " | ".join(
            f"coalesce(cell_{place}.mask, {self._cells.mask(column, None)})" for place, column in enumerate(columns)
        )
        joins = "".join(f" LEFT JOIN cell_{place} ON cell_{place}.raw = c{place}" for place in range(len(columns)))
        joins += " LEFT JOIN age ON age.raw = aged" if aged else ""
        age = "age.age" if aged else "NULL::INTEGER"
        years, born = (f"(({_DAY}) - {age}) // 10000", "age // 10000") if mapping.born else (age, "NULL::INTEGER")
        names = " AND ".join(
            f"{name} <> '' AND length({name}) <= {LONGEST_NAME}" for name in ("person", "visit", "site")
        )
        born_before = f"{_DAY} >= age" if mapping.born else "true"
        old = f"coalesce(age >= 0 AND years BETWEEN 0 AND {OLDEST} AND {born_before}, age IS NULL)"
        ages = (
            f"CASE WHEN years < {INFANT_BELOW} THEN {self._table.bit(INFANT)} "
            f"WHEN years < {CHILD_BELOW} THEN {self._table.bit(CHILD)} ELSE 0 END"
        )
        instant_now = to_microseconds(now)
        return f"""
            SELECT person, visit, site, instant, mask & {NOBODY - 1} | {ages} AS facts, line, {born} AS born, clean
            FROM (
                SELECT *, coalesce({names} AND instant <= {instant_now} AND {_PLAUSIBLE.format("local")}
                    AND mask & {FAULT} = 0 AND {old}, false) AS clean
                FROM (
                    SELECT person, visit, site, local, line, {masks} AS mask, {age} AS age, {years} AS years,
                        coalesce(zoned, epoch_us(local) + coalesce(day.shift, hour.shift)) AS instant
                    FROM (
                        SELECT {self._name(mapping.person)} AS person, {self._name(mapping.visit)} AS visit,
                            {site} AS site, {self._local()} AS local, {instant} AS zoned, _line AS line{raw}
                            {f", {_quoted(aged)} AS aged" if aged else ""}
                        FROM {self._source}
                    ){joins} LEFT JOIN day ON day.raw = date_trunc('day', local)
                    LEFT JOIN hour ON hour.raw = date_trunc('hour', local)
                    WHERE hash(person) % {parts} = {part} OR (person IS NULL AND {part} = 0)
                )
            ) WHERE NOT clean OR mask & {NOBODY} = 0 OR years < {INFANT_BELOW}
        """

    # rows one by one --------------------------------------------------------------------------------------------------

    def _read_again(self, now: datetime, report: Report) -> None:
        """Read by the rules the rows that are not clean: take them after all, or report what is wrong."""
        run, mapping = self._connection.execute, self._mapping
        arrived = mapping.arrived_at.column
        zoned = self._kinds[arrived] == _ZONED
        columns = ", ".join(
            f"epoch_us({_quoted(name)})" if zoned and name == arrived else _quoted(name) for name in mapping.columns
        )
        taken: list[tuple[int, Visit, int | None]] = []
        asked = run(
            f"SELECT _line, {columns} FROM {self._source} WHERE _line IN (SELECT line FROM visit WHERE NOT clean)"
        )
        while rows := asked.fetchmany(_CHUNK):
            for line, *cells in rows:
                row = dict(zip(mapping.columns, cells, strict=True))
                if zoned and row[arrived] is not None:
                    row[arrived] = _EPOCH + row[arrived] * _MICROSECOND
                reading = read_row(mapping, row, now)
                if reading.visit:
                    taken.append((line, reading.visit, reading.subgroup.birth_year))
                for fault in reading.faults:
                    report(line, fault)
        run("DELETE FROM visit WHERE NOT clean")
        made = [
            (one.person, one.visit, one.site, to_microseconds(one.arrived_at), facts, line, born, True)
            for line, one, born in taken
            for facts in [self._table.facts_at(one, words=False)]
        ]
        insert(self._connection, "visit", made)
        items = [(line, *item) for line, one, _born in taken for item in self._cells.name(one.codes, one.signs)]
        insert(self._connection, "late_item", items)

    def _part_two_women(self, report: Report) -> None:
        """Report whoever is born in another year than the first row under the same identifier, and take her out."""
        run, born = self._connection.execute, self._mapping.born
        assert born
        others = run(
            """
            SELECT line FROM (
                SELECT line, born, first_value(born) OVER (PARTITION BY person ORDER BY line) AS first FROM visit
                WHERE born IS NOT NULL AND person IN (
                    SELECT person FROM visit GROUP BY person HAVING min(born) <> max(born)
                )
            ) WHERE born <> first
            """
        ).fetchall()
        for (line,) in others:
            report(line, Fault(born.column, SENTENCES[Reason.TWO_PEOPLE]))
        run("DELETE FROM visit WHERE line IN (SELECT unnest($1))", [[line for (line,) in others]])

    def _read_notes(self, words: Words, part: int, parts: int) -> None:
        """Make ``said`` of the notes that hold a trigger, and mark their visits; the notes stay where they are."""
        run, note = self._connection.execute, _quoted(self._mapping.note)
        triggers = "|".join(re.escape(one) for one in words.triggers)
        person = self._name(self._mapping.person)
        asked = run(
            f"SELECT _line, {note} FROM {self._source} WHERE hash({person}) % {parts} = {part} "
            f"AND regexp_matches(strip_accents({note}), $1)",
            [f"(?i){triggers}"],
        )
        said = []
        while rows := asked.fetchmany(_CHUNK):
            said += [(line, key) for line, cell in rows for key in dict.fromkeys(words.read(text(cell)))]
        insert(self._connection, "said", said)
        words_bit = self._table.bit(WORDS)
        run(f"UPDATE visit SET facts = facts | {words_bit} WHERE line IN (SELECT line FROM said)")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def to_microseconds(instant: datetime) -> int:
    """Return an instant as microseconds since 1970 in UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def quoted_text(value: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def _blank_trimmed(column: str) -> str:
    """Return SQL of a text without blanks around it; the long way only for those that have some."""
    ends = "".join(f" AND NOT ends_with({column}, {_character(blank)})" for blank in BLANK)
    blanks = " || ".join(_character(blank) for blank in BLANK)
    return f"CASE WHEN {column} >= '!'{ends} THEN {column} ELSE trim({column}, {blanks}) END"


def _character(one: str) -> str:
    return f"chr({ord(one)})"
