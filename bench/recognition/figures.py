# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comes of the answers: every figure by name, for all women and for each group; NaN where there is nothing."""

import math
import statistics
from collections.abc import Callable, Sequence
from datetime import timedelta

from bench.recognition.generate import START
from bench.recognition.judge import ASKS, Answer, Judged, Reading, awake
from bench.recognition.measures import area, predictive, share

SLEEP = timedelta(days=365)
RECORD = timedelta(days=730)
"""Prompts are counted once this much record lies behind a visit: a first year of use is not how it goes on."""
PREVALENCES = (0.005, 0.01, 0.02, 0.08)
USUAL = 0.01


def of_histories(women: Sequence[Judged]) -> dict[str, float]:
    """Return the figures of one world or of one group in it."""
    abused = [one for one in women if one.truth.abused]
    others = [one for one in women if not one.truth.abused]
    figures = {
        **_accuracy("points ≥ 4", _asks, abused, others),
        **_accuracy("points or codes", _loud, abused, others),
        **_curve(abused, others),
    }
    return figures | _lead(abused) | _prompts(abused, others)


def groups_of(women: Sequence[Judged]) -> dict[str, list[Judged]]:
    """Return the women of every age band and citizenship, in order."""
    found: dict[str, list[Judged]] = {}
    for one in women:
        for name in (one.age_band, one.citizenship):
            found.setdefault(name, []).append(one)
    return dict(sorted(found.items()))


def of_notes(readings: Sequence[Reading]) -> dict[str, float]:
    """Return precision and recall, with the ends of Wilson's intervals, and how often the author was named rightly."""
    right = [one for one in readings if one.found and one.note.violence]
    precision = share(len(right), sum(one.found for one in readings))
    recall = share(len(right), sum(one.note.violence for one in readings))
    named = share(sum(one.note.by in one.by for one in right), len(right))
    figures = {}
    for name, measured in (("precision", precision), ("recall", recall), ("author as labelled, where found", named)):
        figures[f"notes: {name}"] = measured.value
        figures[f"notes: {name}, lower end"] = measured.low
        figures[f"notes: {name}, upper end"] = measured.high
    return figures


def _asks(answer: Answer) -> bool:
    return answer.points >= ASKS


def _loud(answer: Answer) -> bool:
    return answer.loud


def _accuracy(
    name: str, holds: Callable[[Answer], bool], abused: Sequence[Judged], others: Sequence[Judged]
) -> dict[str, float]:
    moments = [(one.truth.index_at, one.first(holds)) for one in abused]
    by_index = share(sum(at is not None for _, at in moments), len(abused)).value
    before = share(sum(at is not None and at < index for index, at in moments), len(abused)).value
    quiet = share(sum(one.first(holds) is None for one in others), len(others)).value
    return {
        f"{name}: sensitivity by the index visit, %": 100 * by_index,
        f"{name}: sensitivity before the index visit, %": 100 * before,
        f"{name}: specificity, %": 100 * quiet,
        **{f"{name}: precision at {100 * p:g} %, %": 100 * predictive(by_index, quiet, p) for p in PREVALENCES},
    }


def _curve(abused: Sequence[Judged], others: Sequence[Judged]) -> dict[str, float]:
    measured = area([_most(one) for one in abused], [_most(one) for one in others])
    return {
        "area under the curve of points": measured.value,
        "area under the curve of points, lower end": measured.low,
        "area under the curve of points, upper end": measured.high,
    }


def _most(woman: Judged) -> int:
    return max(one.points for one in woman.answers)


def _lead(abused: Sequence[Judged]) -> dict[str, float]:
    found = [(one.truth.index_at, one.first(_asks)) for one in abused]
    months = [(index - at).days / 30.44 for index, at in found if at is not None and at < index]
    return {
        "median lead of those flagged before the index visit, months": statistics.median(months) if months else math.nan
    }


def _prompts(abused: Sequence[Judged], others: Sequence[Judged]) -> dict[str, float]:
    figures = {}
    for name, sleep in (("with the sleep of 12 months", SLEEP), ("without any sleep", timedelta(0))):
        among, without = _counted(abused, sleep), _counted(others, sleep)
        mixed = [USUAL * a + (1 - USUAL) * b for a, b in zip(among, without, strict=True)]
        figures[f"prompts per 100 visits of women, {name}"] = 100 * mixed[0] / mixed[1] if mixed[1] else math.nan
        figures[f"prompts per 100 visits of women without violence, {name}"] = (
            100 * without[0] / without[1] if without[1] else math.nan
        )
    return figures


def _counted(women: Sequence[Judged], sleep: timedelta) -> tuple[float, float]:
    """Return prompts and visits of a mean woman, counted once there is record enough behind a visit."""
    prompts = sum(at.at >= START + RECORD for one in women for at in awake(one.answers, sleep))
    visits = sum(at.at >= START + RECORD for one in women for at in one.answers)
    return prompts / max(len(women), 1), visits / max(len(women), 1)
