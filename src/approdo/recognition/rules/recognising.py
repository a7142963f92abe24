# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a visit comes to with the visits before it: one line for each row of the table that holds.

A row that held more than once within its window is told by its latest visit; the same lines come out of
``gateways/columns.py`` for millions of visits (ADR 0026).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from approdo.recognition.rules.codes import written
from approdo.recognition.rules.evidence import Band, Detector, Evidence, Verdict
from approdo.recognition.rules.points import WORDS, Count, Row, Table
from approdo.recognition.rules.visit import Visit

_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Read:
    """A visit with its instant in UTC, where differences are of elapsed time, and its facts."""

    at: datetime
    visit: Visit
    facts: int
    said: tuple[str, ...]


def recognise(table: Table, visits: Sequence[Visit], said: Mapping[str, tuple[str, ...]] = _NOTHING) -> Verdict:
    """Return the verdict of the last of one woman's visits, by instant and then by name, given the ones before it.

    ``said``: keys of the statements in a note, by visit. Windows are exact elapsed time, their far end included.
    Raises ValueError where there is no visit at all.
    """
    if not visits:
        raise ValueError("no visit to read")
    history = sorted((_read(table, one, said.get(one.visit, ())) for one in visits), key=_place)
    now = history[-1]
    rows = [row for row in table.rows if row.immediate or not (now.visit.infant or now.visit.child)]
    found: list[Evidence] = []
    left = dict(table.caps)
    for row in rows:
        held = [one for one in _within(history, row.days) if row.holds(one.facts)]
        if not held:
            continue
        if row.any == table.bit(WORDS):
            found += _words(held)
            continue
        points = min(row.points, left[row.cap]) if row.cap else row.points
        if row.cap:
            left[row.cap] -= points
        latest = held[-1]
        found.append(Evidence(latest.at, latest.visit.visit, row.key, _what(table, row, latest), row.detector, points))
    if not (now.visit.infant or now.visit.child):
        found += _counted(table, history)
    total = sum(line.points for line in found)
    immediate = any(line.detector is Detector.SAID for line in found)
    return Verdict(now.visit.visit, total, Band.IMMEDIATE if immediate else table.band(total), tuple(sorted(found)))


def _place(one: _Read) -> tuple[datetime, str]:
    return one.at, one.visit.visit


def _read(table: Table, visit: Visit, said: tuple[str, ...]) -> _Read:
    return _Read(visit.arrived_at.astimezone(UTC), visit, table.facts_at(visit, bool(said)), said)


def _within(history: Sequence[_Read], days: int) -> Sequence[_Read]:
    """Return the visits of a window, the last one included; no days are the last visit alone."""
    if not days:
        return history[-1:]
    start = history[-1].at - timedelta(days=days)
    return [one for one in history if one.at >= start]


def _words(held: Sequence[_Read]) -> list[Evidence]:
    """Return a line for each thing that notes say, with the latest visit that says it."""
    latest = {key: one for one in held for key in one.said}
    return [Evidence(one.at, one.visit.visit, f"words:{key}", key, Detector.SAID, 0) for key, one in latest.items()]


def _what(table: Table, row: Row, one: _Read) -> str:
    """Return the first code that makes a row hold, else the first sign; where several are needed, how many."""
    if row.least > 1:
        return str((one.facts & row.any).bit_count())
    codes = sorted(code for code in one.visit.codes if table.facts_of(code) & row.any)
    signs = sorted(sign for sign in one.visit.signs if table.bit(f"sign:{sign}") & row.any)
    return written(codes[0]) if codes else str(signs[0])


def _counted(table: Table, history: Sequence[_Read]) -> list[Evidence]:
    now, found = history[-1], []
    for count in table.counts:
        number = _number(table, count, _within(history, count.days))
        if points := count.points(number):
            found.append(Evidence(now.at, now.visit.visit, count.key, str(number), Detector.ACCUMULATING, points))
    return found


def _number(table: Table, count: Count, window: Sequence[_Read]) -> int:
    if count.of == "visits":
        return len(window)
    apart, before, episodes = timedelta(days=table.episode_gap_days), None, 0
    for one in window:
        if one.facts & count.any:
            episodes += before is None or one.at - before > apart
            before = one.at
    return episodes
