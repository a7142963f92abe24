# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a visit comes to with the visits before it: one line for each row of the table that holds.

A row that held more than once within its window is told by its latest visit; the same lines come out of
``gateways/columns.py`` for millions of visits (ADR 0026).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from approdo.recognition.rules.codes import written
from approdo.recognition.rules.evidence import Detector, Evidence, Verdict
from approdo.recognition.rules.points import WORDS, Count, Row, Table, Weight
from approdo.recognition.rules.visit import Visit

_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Read:
    """A visit with its instant in UTC, where differences are of elapsed time, its facts and the rows they hold."""

    at: datetime
    visit: Visit
    facts: int
    held: int
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
    days = {row.days for row in table.rows} | {count.days for count in table.counts}
    windows = {one: _within(history, one) for one in days}
    read = table.read_of(now.facts)
    told: dict[int, list[_Read]] = {}
    for place, row in enumerate(table.rows):
        if held := [one for one in windows[row.days] if one.held & read & 1 << place]:
            told[place] = held
    numbers = [_number(table, count, windows[count.days]) for count in table.counts]
    weight = table.weigh(sum(1 << place for place in told), table.heard(now.facts, numbers))
    found = [line for place, held in told.items() for line in _lines(table, table.rows[place], held, weight)]
    for count, number in zip(table.counts, numbers, strict=True):
        if points := weight.points.get(count.key):
            found.append(Evidence(now.at, now.visit.visit, count.key, str(number), Detector.ACCUMULATING, points))
    return Verdict(now.visit.visit, weight.total, weight.band, tuple(sorted(found)))


def _place(one: _Read) -> tuple[datetime, str]:
    return one.at, one.visit.visit


def _read(table: Table, visit: Visit, said: tuple[str, ...]) -> _Read:
    facts = table.facts_at(visit, bool(said))
    return _Read(visit.arrived_at.astimezone(UTC), visit, facts, table.held(facts), said)


def _within(history: Sequence[_Read], days: int) -> Sequence[_Read]:
    """Return the visits of a window, the last one included; no days are the last visit alone."""
    if not days:
        return history[-1:]
    start = history[-1].at - timedelta(days=days)
    return [one for one in history if one.at >= start]


def _lines(table: Table, row: Row, held: Sequence[_Read], weight: Weight) -> Iterator[Evidence]:
    """Yield the line of a row, at the latest visit that holds it; of words one for each thing that notes say."""
    points = weight.points[row.key]
    if row.any == table.bit(WORDS):
        latest = {key: one for one in held for key in one.said}
        for key, one in latest.items():
            yield Evidence(one.at, one.visit.visit, f"{row.key}:{key}", key, row.detector, points)
    else:
        one = held[-1]
        yield Evidence(one.at, one.visit.visit, row.key, _what(table, row, one), row.detector, points)


def _what(table: Table, row: Row, one: _Read) -> str:
    """Return the first code that makes a row hold, else the first sign; where several are needed, how many."""
    if row.least > 1:
        return str((one.facts & row.any).bit_count())
    codes = sorted(code for code in one.visit.codes if table.facts_of(code) & row.any)
    signs = sorted(sign for sign in one.visit.signs if table.bit(f"sign:{sign}") & row.any)
    return written(codes[0]) if codes else str(signs[0])


def _number(table: Table, count: Count, window: Sequence[_Read]) -> int:
    """Return how many visits a window holds, or how many episodes: an episode ends with days without another."""
    if count.of == "visits":
        return len(window)
    apart, before, episodes = timedelta(days=table.episode_gap_days), None, 0
    for one in window:
        if one.facts & count.any:
            episodes += before is None or one.at - before > apart
            before = one.at
    return episodes
