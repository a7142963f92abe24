# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A protocol as a table to be read aloud and as a drawing; two protocols side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from approdo.networks import selectors as networks
from approdo.protocols.rules import CallRule, PathwayStep, ProtocolDocument, Section, Target, side_by_side
from approdo.protocols.rules.sheet import DECLINED, DEMANDS, EVERY, LATE, LIMIT, exit_lines, review_lines, step_lines
from approdo.web.templatetags.when import span

_PLOT_WIDTH, _PLOT_LEFT, _PLOT_RIGHT, _ROW_HEIGHT = 340, 10, 18, 52


@dataclass(frozen=True, slots=True)
class Mark:
    """One step on the drawing."""

    x: int
    minute: int
    target: Target


@dataclass(frozen=True, slots=True)
class Lane:
    """One call on the drawing: from its latest start to its last step."""

    call: CallRule
    y: int
    start: int
    starts_at: int
    end: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """The drawing of who is alerted when, in whole units so that no language puts commas into it."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[int, int], ...]


def plot(parsed: ProtocolDocument) -> Plot:
    """Lay the calls out on a line of minutes, one lane each; sequential calls start at their latest minute."""
    starts = {call.key: parsed.start_minutes(call.key) for call in parsed.calls}
    last = max(starts[call.key] + call.timetable()[-1][0] for call in parsed.calls)
    every = 10 if last <= 40 else 15 if last <= 75 else 30
    length = max(every, -(-last // every) * every)

    def across(minute: int) -> int:
        return _PLOT_LEFT + minute * (_PLOT_WIDTH - _PLOT_LEFT - _PLOT_RIGHT) // length

    lanes = []
    for index, call in enumerate(parsed.calls):
        start = starts[call.key]
        marks = tuple(Mark(across(start + minute), start + minute, target) for minute, target in call.timetable())
        lanes.append(Lane(call, index * _ROW_HEIGHT, across(start), start, marks[-1].x, marks))
    height = len(lanes) * _ROW_HEIGHT + 20
    return Plot(_PLOT_WIDTH, height, tuple(lanes), tuple((across(m), m) for m in range(0, length + 1, every)))


def row_of(parsed: ProtocolDocument, call: CallRule) -> dict[str, Any]:
    """Return what the table says of a call: its steps by minute, the call it waits for, when the second wave goes."""
    return {
        "call": call,
        "steps": call.timetable(),
        "before": next((other for other in parsed.calls if other.key == call.after), None),
        "second_wave": span(timedelta(seconds=call.channels.after_seconds)),
    }


def read_aloud(parsed: ProtocolDocument | None) -> dict[str, Any]:
    """Return the words of the partial pages that show a protocol: table, drawing, pathway, reviews, the way out."""
    if parsed is None:
        return {"calls": [], "plot": None, "pathway": [], "reviews": {}, "exits": {}}
    return {
        "calls": [row_of(parsed, call) for call in parsed.calls],
        "plot": plot(parsed),
        "pathway": [_step_row(step) for step in parsed.pathway],
        "reviews": review_lines(parsed.reviews),
        "exits": exit_lines(parsed.exits),
    }


def _step_row(step: PathwayStep) -> dict[str, Any]:
    """Return what the table says of a step of the pathway: when it is due, and what follows if it is not done."""
    said = step_lines(step)
    again, needed = said.get(EVERY, ()), said.get(DEMANDS, ())
    return {
        "step": step,
        "limit": (*said[LIMIT], *again),
        "late": said[LATE],
        "declined": said[DECLINED],
        "needs": needed,
    }


def compared(before: ProtocolDocument, after: ProtocolDocument) -> tuple[Section, ...]:
    """Return two protocols side by side, municipalities by name."""
    return side_by_side(before, after, names_of(before.municipalities | after.municipalities))


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Return the name of each municipality that we know."""
    return {place.code: place.name for place in networks.municipalities_by_code(sorted(codes))}
