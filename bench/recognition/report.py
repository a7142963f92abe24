# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of a run in Markdown, what is aimed at ticked or crossed; every figure of a history says *simulated*."""

import math
import re
import statistics
from collections.abc import Mapping, Sequence

from bench.recognition.corpus import FILES
from bench.recognition.judge import Reading
from bench.recognition.measures import Measured, share

_AT_LEAST, _AT_MOST = "≥", "≤"
_AIMS = (
    (r"^notes: (precision|recall)$", _AT_LEAST, 0.95),
    (r"^points ≥ 4: specificity", _AT_LEAST, 95.0),
    (r"^points ≥ 4: sensitivity", _AT_LEAST, 30.0),
    (r"^prompts per 100 visits of women, with the sleep", _AT_MOST, 3.0),
)


def histories_table(worlds: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Return each figure in the drawn worlds (median, lowest, highest) and in the three fixed ones, beside its aim.

    ``worlds`` holds figures by level; an aim is ticked by the median of the drawn worlds.
    """
    head = "| what (simulated) | drawn worlds | lowest | highest | weak | central | strong | aim |\n" + "|---" * 8 + "|"
    lines = [head]
    for name in worlds["drawn"][0]:
        drawn = [figures[name] for figures in worlds["drawn"]]
        middle = statistics.median(drawn)
        fixed = [shown(statistics.median(one[name] for one in worlds[level])) for level in ("low", "central", "high")]
        mark, aim = _aim(name, middle)
        cells = [f"*simulated* {name}", shown(middle) + mark, shown(min(drawn)), shown(max(drawn)), *fixed, aim]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def groups_table(groups: Mapping[str, Mapping[str, float]]) -> str:
    """Return the figures of every group side by side, so that an unfair one shows."""
    lines = [f"| simulated, central world | {' | '.join(groups)} |", "|---" * (len(groups) + 1) + "|"]
    for name in next(iter(groups.values())):
        cells = (shown(figures[name]) for figures in groups.values())
        lines.append(f"| *simulated* {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def notes_table(figures: Mapping[str, float]) -> str:
    """Return the figures of the notes beside their aims."""
    lines = ["| what (invented notes) | measured | aim |", "|---|---|---|"]
    for name, value in figures.items():
        mark, aim = _aim(name, value)
        lines.append(f"| {name} | {value:.3f}{mark} | {aim} |")
    return "\n".join(lines)


def phenomena_table(readings: Sequence[Reading]) -> str:
    """Return recall among notes that say violence, and false finds among those that do not, by phenomenon and kind."""
    lines = ["| notes with | say violence | found | say none | found nevertheless |", "|---|---|---|---|---|"]
    kinds = {name: [one for one in readings if one.note.number[0] == name[0].upper()] for name in FILES}
    names = sorted({name for one in readings for name in one.note.phenomena})
    kinds |= {name: [one for one in readings if name in one.note.phenomena] for name in names}
    for name, those in kinds.items():
        say, none = ([one for one in those if one.note.violence is violence] for violence in (True, False))
        cells = [name, str(len(say)), _interval(_found(say)), str(len(none)), _interval(_found(none))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def errors(readings: Sequence[Reading]) -> str:
    """Return the numbers of the notes read wrongly, never their words: who writes the lexicon must not learn them."""
    missed = [one.note.number for one in readings if one.note.violence and not one.found]
    wrong = [one.note.number for one in readings if one.found and not one.note.violence]
    return f"missed: {' '.join(missed)}\nfound nevertheless: {' '.join(wrong)}"


def shown(value: float) -> str:
    """Return a figure as a table shows it: three figures, a dash where there is none."""
    return "–" if math.isnan(value) else f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _found(those: Sequence[Reading]) -> Measured:
    return share(sum(one.found for one in those), len(those))


def _interval(measured: Measured) -> str:
    if math.isnan(measured.value):
        return "–"
    return f"{measured.value:.2f} ({measured.low:.2f}–{measured.high:.2f})"


def _aim(name: str, value: float) -> tuple[str, str]:
    for pattern, way, limit in _AIMS:
        if re.search(pattern, name):
            holds = value >= limit if way == _AT_LEAST else value <= limit
            return " ✓" if holds else " ✗", f"{way} {limit:g}"
    return "", ""
