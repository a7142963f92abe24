# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measures of a test against the truth, with 95 % intervals; shares between 0 and 1, NaN where there is nothing."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy

_Z95 = 1.959964


class Measured(NamedTuple):
    """A value between the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def share(hits: int, of: int) -> Measured:
    """Return a share with Wilson's interval."""
    if not of:
        return Measured(math.nan, math.nan, math.nan)
    value, square = hits / of, _Z95**2
    middle = (value + square / (2 * of)) / (1 + square / of)
    half = _Z95 * math.sqrt(value * (1 - value) / of + square / (4 * of**2)) / (1 + square / of)
    return Measured(value, max(middle - half, 0.0), min(middle + half, 1.0))


def area(cases: Sequence[float], others: Sequence[float]) -> Measured:
    """Return the area under the curve, ties counted half, with the interval of DeLong and others (1988)."""
    if len(cases) < 2 or len(others) < 2:
        return Measured(math.nan, math.nan, math.nan)
    positive, negative = numpy.sort(numpy.asarray(cases, float)), numpy.sort(numpy.asarray(others, float))
    above = _above(positive, negative)
    below = 1 - _above(negative, positive)
    value = float(above.mean())
    half = _Z95 * math.sqrt(float(above.var(ddof=1)) / len(above) + float(below.var(ddof=1)) / len(below))
    return Measured(value, max(value - half, 0.0), min(value + half, 1.0))


def predictive(sensitivity: float, specificity: float, prevalence: float) -> float:
    """Return how many of a hundred flagged are true (as a share) where ``prevalence`` of all are."""
    true, false = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    return true / (true + false) if true + false else math.nan


def _above(scores: "numpy.ndarray", others: "numpy.ndarray") -> "numpy.ndarray":
    """Return for each score the share of the others that it exceeds, equal ones counted half."""
    less, at_most = numpy.searchsorted(others, scores, "left"), numpy.searchsorted(others, scores, "right")
    return (less + at_most) / (2 * len(others))
