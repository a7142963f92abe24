# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What millions of visits come to, in DuckDB: the rules of one visit asked once for each distinct thing that they see.

Nothing of the table is written here a second time. ``Table.held`` says which rows each *distinct* combination of facts
holds, ``Table.weigh`` what each distinct combination of hits and numbers comes to; the engine only looks back. Its one
pass partitions by a hash of the person and orders by the instant; women of whom that may say too little (two visits
at one instant, two persons under one hash) are then read again by their own name and the names of their visits.
"""

from collections.abc import Callable, Iterable, Sequence

import duckdb

from approdo.recognition.rules.points import Count, Table

DAY = 86_400_000_000  # microseconds
_TIES = 2**32
"""Visits of one person at one instant that are told apart: the exact pass counts parts of a microsecond."""

_DOUBLES = """
    SELECT line FROM (
        SELECT line, row_number() OVER (PARTITION BY person, instant, visit ORDER BY line) AS nth
        FROM visit WHERE hash(person) IN (FROM again)
    ) WHERE nth > 1
"""


def score(connection: duckdb.DuckDBPyConnection, table: Table, *, explain: bool) -> list[int]:
    """Make ``scored`` from ``visit`` (person, visit, site, instant in microseconds since 1970 in UTC, facts, line).

    ``scored`` has of each visit its rows that hold (``hit``), a number for each count (``number_0`` …), whether she is
    a child (``young``), and with ``explain`` what its lines are told from. Returns the lines of rows that are of a
    visit of an earlier row; they are taken out of ``visit``.
    """
    _hold(connection, table)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE scored AS {_looked_back(table, _QUICK, explain)}")
    odd = "SELECT DISTINCT person_hash FROM scored WHERE odd"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE again AS {odd}")
    if connection.execute("SELECT count(*) FROM again").fetchone() == (0,):
        return []
    doubles = [line for (line,) in connection.execute(_DOUBLES).fetchall()]
    connection.execute("DELETE FROM visit WHERE line IN (SELECT unnest($1))", [doubles])
    connection.execute("DELETE FROM scored WHERE person_hash IN (FROM again)")
    connection.execute(f"INSERT INTO scored {_looked_back(table, _EXACT, explain)}")
    return doubles


def weigh(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make ``weight``, what each combination in ``scored`` comes to, and ``weight_each``, what each row adds to it."""
    numbers = "".join(f", least(number_{place}, {_most(one)})" for place, one in enumerate(table.counts))
    seen = connection.execute(f"SELECT DISTINCT hit, young{numbers} FROM scored").fetchall()
    made, each = [], []
    for place, (hit, young, *counted) in enumerate(seen):
        weight = table.weigh(hit, table.heard(young, counted))
        made.append((place, hit, young, *counted, weight.total, str(weight.band)))
        each += [(place, key, points) for key, points in weight.points.items()]
    columns = "".join(f", step_{place} BIGINT" for place in range(len(table.counts)))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE weight (place INTEGER, hit BIGINT, young BIGINT{columns}, points INTEGER, "
        "band VARCHAR)"
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE weight_each (place INTEGER, key VARCHAR, points INTEGER)")
    insert(connection, "weight", made)
    insert(connection, "weight_each", each)


def joined(table: Table) -> str:
    """Return ``scored`` with what it comes to, as SQL."""
    steps = "".join(
        f" AND step_{place} = least(number_{place}, {_most(one)})" for place, one in enumerate(table.counts)
    )
    return f"scored JOIN weight ON weight.hit = scored.hit AND weight.young = scored.young{steps}"


def insert(connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Sequence[object]]) -> None:
    """Append rows to a table, a column at a time."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        asked = ", ".join(f"unnest(${place})" for place in range(1, len(columns) + 1))
        connection.execute(f"INSERT INTO {name} SELECT {asked}", columns)


def _most(count: Count) -> int:
    return count.steps[-1][0]


def _hold(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make ``holding``: which rows, and which counted facts, each distinct combination of facts has by itself."""
    young = table.bit("age:infant") | table.bit("age:child")
    seen = connection.execute("SELECT DISTINCT facts FROM visit").fetchall()
    made = [
        (facts, table.held(facts), table.read_of(facts), facts & young, *(facts & one.any for one in table.counts))
        for (facts,) in seen
    ]
    counted = "".join(f", counted_{place} BIGINT" for place in range(len(table.counts)))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE holding (facts BIGINT, held BIGINT, read BIGINT, young BIGINT{counted})"
    )
    insert(connection, "holding", made)


class _Pass:
    """How a pass tells persons and orders visits."""

    def __init__(self, source: str, person: str, order: str, reach: Callable[[int], str]) -> None:
        self.source, self.person, self.order, self.reach = source, person, order, reach


_SOURCE = "SELECT *, hash(person) AS person_hash FROM visit JOIN holding USING (facts)"
_QUICK = _Pass(
    _SOURCE,
    "person_hash",
    "instant",
    str,
)
_EXACT = _Pass(
    "SELECT *, row_number() OVER (PARTITION BY person, instant ORDER BY visit) - 1 AS tie "
    f"FROM ({_SOURCE}) WHERE person_hash IN (FROM again)",
    "person",
    f"(instant::HUGEINT * {_TIES} + tie)",
    lambda microseconds: f"({microseconds}::HUGEINT * {_TIES} + tie)",
)


def _looked_back(table: Table, how: _Pass, explain: bool) -> str:
    """Return the SQL of one pass: where episodes begin, among the visits that they are of, then what windows hold."""
    episodes = [place for place, one in enumerate(table.counts) if one.of == "episodes"]
    begun = "".join(f", {_begun(place, table.episode_gap_days * DAY, how)}" for place in episodes)
    joins = "".join(f" LEFT JOIN begun_{place} USING (line)" for place in episodes)
    numbers = "".join(f", {_number(place, one)} AS number_{place}" for place, one in enumerate(table.counts))
    more = ", line, person, facts, held" if explain else ""
    windows = "".join(f", {name} AS ({frame})" for name, frame in _windows(table, how))
    return f"""
        WITH told AS NOT MATERIALIZED ({how.source}){begun}
        SELECT visit, site, instant, young, person_hash{more}, {_hit(table)} AS hit{numbers},
            coalesce(lead(instant) OVER person_order = instant, false)
            OR coalesce(lag(person) OVER person_order <> person, false) AS odd
        FROM told{joins}
        WINDOW person_order AS (PARTITION BY {how.person} ORDER BY {how.order}){windows}
    """


def _begun(place: int, gap: int, how: _Pass) -> str:
    """Return the SQL of a table of the visits of a count: 1 where an episode begins, 0 where one goes on."""
    before = f"lag(instant) OVER (PARTITION BY {how.person} ORDER BY {how.order})"
    begins = f"coalesce((instant - {before} > {gap})::INTEGER, 1)"
    return f"begun_{place} AS (SELECT line, {begins} AS begins_{place} FROM told WHERE counted_{place} <> 0)"


def _windows(table: Table, how: _Pass) -> Iterable[tuple[str, str]]:
    every = {row.days for row in table.rows} | {count.days for count in table.counts}
    for days in sorted(every - {0}):
        reach = how.reach(days * DAY)
        yield (
            f"days_{days}",
            f"PARTITION BY {how.person} ORDER BY {how.order} RANGE BETWEEN {reach} PRECEDING AND CURRENT ROW",
        )


def _hit(table: Table) -> str:
    """Return the SQL of the rows that hold somewhere in their windows, and are read for who she is."""
    masks: dict[int, int] = {}
    for place, row in enumerate(table.rows):
        masks[row.days] = masks.get(row.days, 0) | 1 << place
    looked = [f"bit_or(held & {mask}) OVER days_{days}" if days else f"(held & {mask})" for days, mask in masks.items()]
    return f"read & ({' | '.join(looked)})"


def _number(place: int, count: Count) -> str:
    """Return the SQL of a count: visits; or episodes that begin in the window, and one that began before it."""
    over = f"OVER days_{count.days}"
    if count.of == "visits":
        return f"count(*) {over}"
    first = f"first_value(begins_{place} IGNORE NULLS) {over}"
    return f"coalesce(sum(begins_{place}) {over}, 0)::BIGINT + coalesce(1 - {first}, 0)"
