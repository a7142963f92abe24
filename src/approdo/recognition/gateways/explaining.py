# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines behind what the column engine scored: for each row that holds, the latest visit that holds it."""

import duckdb

from approdo.recognition.gateways.columns import DAY, insert, joined
from approdo.recognition.rules.evidence import Detector
from approdo.recognition.rules.points import WORDS, Table

_EVENTS = """
    CREATE OR REPLACE TEMP TABLE event AS
    WITH held_row AS (
        SELECT line, person, instant, visit, facts, defined.*
        FROM scored JOIN defined ON (held >> row_place) & 1 = 1 WHERE held <> 0
    )
    SELECT person, instant, visit, line, row_place, days, detector, key, key AS row_key,
           bit_count(facts & any_of)::VARCHAR AS what
    FROM held_row WHERE least > 1
    UNION ALL
    SELECT any_value(person), any_value(instant), any_value(visit), held_row.line, row_place, any_value(days),
           any_value(detector), any_value(key), any_value(key), arg_min(item.what, item.place)
    FROM held_row JOIN item ON item.line = held_row.line AND item.facts & any_of <> 0
    WHERE least = 1 AND NOT words GROUP BY held_row.line, row_place
    UNION ALL
    SELECT person, instant, visit, held_row.line, row_place, days, detector,
           held_row.key || ':' || said.key, held_row.key, said.key
    FROM held_row JOIN said USING (line) WHERE words
"""
_ROWS = """
    SELECT s.line, s.weight_place, e.row_key, e.key, any_value(e.detector) AS detector,
           max({'instant': e.instant, 'visit': e.visit, 'what': e.what}) AS latest
    FROM told s JOIN event e ON e.person = s.person AND (s.hit >> e.row_place) & 1 = 1
     AND e.instant >= s.instant - e.days AND (e.instant < s.instant OR (e.instant = s.instant AND e.visit <= s.visit))
    GROUP BY s.line, s.weight_place, e.row_key, e.key
"""


def explain(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make ``explained`` (line, evidence) from what ``score`` and ``weigh`` made, ``said`` (line, key) and ``item``.

    ``item`` (line, place, what, facts) has the codes and signs of visits, ``place`` being the order in which one is
    chosen to stand for a row.
    """
    _define(connection, table)
    connection.execute(_EVENTS)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE told AS SELECT scored.*, weight.place AS weight_place FROM {joined(table)} "
        "WHERE weight.place IN (SELECT place FROM weight_each)"
    )
    row = _line("latest.instant", "latest.visit", "rows.key", "latest.what", "detector", "points")
    counted = " UNION ALL ".join(_count(place, one.key) for place, one in enumerate(table.counts))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE explained AS
        SELECT line, list(told ORDER BY told) AS evidence FROM (
            SELECT line, {row} AS told
            FROM ({_ROWS}) AS rows JOIN weight_each w ON w.place = weight_place AND w.key = row_key
            UNION ALL {counted}
        ) GROUP BY line
        """
    )


def _define(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE defined (row_place INTEGER, key VARCHAR, any_of BIGINT, least INTEGER, "
        "days BIGINT, detector VARCHAR, words BOOLEAN)"
    )
    rows = [
        (place, row.key, row.any, row.least, row.days * DAY, str(row.detector), row.any == table.bit(WORDS))
        for place, row in enumerate(table.rows)
    ]
    insert(connection, "defined", rows)


def _count(place: int, key: str) -> str:
    told = _line("instant", "visit", f"'{key}'", f"number_{place}::VARCHAR", f"'{Detector.ACCUMULATING}'", "points")
    return f"SELECT line, {told} FROM told JOIN weight_each w ON w.place = weight_place AND w.key = '{key}'"


def _line(at: str, visit: str, key: str, what: str, detector: str, points: str) -> str:
    """Return one line as SQL, its fields in the order in which lines are sorted."""
    return (
        f"{{'at': make_timestamp({at}), 'visit': {visit}, 'key': {key}, 'what': {what}, "
        f"'detector': {detector}, 'points': {points}}}"
    )
