# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often a site prompts, whom, and how often somebody said yes: with what chance alone would do, and never of few.

Rates have Wilson's interval at 95 % (Wilson 1927, 10.1080/01621459.1927.10502953): unlike the textbook one it stays
within 0 and 100 and is honest where few were asked. What is told of few: ADR 0020.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeVar

from approdo.kit.counts import FEWEST, is_told

Key = TypeVar("Key")
_Z = 1.959964
"""The normal quantile that leaves 2.5 % on either side."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of a whole, in tenths of a per cent, with its interval; made only of what may be told."""

    part: int
    whole: int
    tenths: int
    low: int
    high: int


def rate(part: int, whole: int) -> Rate | None:
    """Return a rate with its Wilson interval; None of fewer than five, or where either side is one to four."""
    if whole < FEWEST or not (is_told(part) and is_told(whole - part)):
        return None
    low, high = wilson(part, whole)
    return Rate(part, whole, round(1000 * part / whole), round(1000 * low), round(1000 * high))


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share, between 0 and 1; raises ``ValueError`` for a part of nothing."""
    if not 0 <= part <= whole or whole == 0:
        raise ValueError("a share is part of a whole")
    share, weight = part / whole, _Z * _Z / whole
    middle = (share + weight / 2) / (1 + weight)
    reach = _Z * sqrt(share * (1 - share) / whole + weight / (4 * whole)) / (1 + weight)
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))


def kept_back(cells: Mapping[Key, Sequence[int]]) -> frozenset[Key]:
    """Return the groups of which nothing is told beside a total of all: those with a count of one to four, and others.

    The others are the smallest that make what is hidden, count by count, none or five together: a total less what is
    told says no more than that.
    """
    gone = {key for key, counts in cells.items() if not all(map(is_told, counts))}
    while gone:
        together = [sum(column) for column in zip(*(cells[key] for key in gone), strict=True)]
        short = [place for place, count in enumerate(together) if not is_told(count)]
        left = sorted((key for key in cells if key not in gone), key=lambda key: [cells[key][place] for place in short])
        giving = [key for key in left if any(cells[key][place] for place in short)]
        if not giving:
            break
        gone.add(giving[0])
    return frozenset(gone)


def joined(periods: Sequence[Sequence[int]]) -> tuple[range, ...]:
    """Join neighbouring periods until each count of each of them is none or five and more; none if that cannot be.

    ``periods``: one sequence of counts for each, in order of time. Whatever is told then adds up, and gives nobody
    away.
    """
    found: list[range] = []
    start = 0
    for place in range(len(periods)):
        if all(map(is_told, _together(periods[start : place + 1]))):
            found.append(range(start, place + 1))
            start = place + 1
    while start < len(periods) and found:
        start = found.pop().start
        if all(map(is_told, _together(periods[start:]))):
            return (*found, range(start, len(periods)))
    return tuple(found) if start >= len(periods) else ()


def _together(periods: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*periods, strict=True)]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of the prompts of a period."""

    yes: int = 0
    no: int = 0
    known: int = 0
    unknown: int = 0
    """It was not possible then, or nobody answered."""

    @property
    def not_asked(self) -> int:
        """Return of how many nothing is learnt about the prompt: known already, or unknown still."""
        return self.known + self.unknown

    @property
    def cells(self) -> tuple[int, int, int]:
        """Return the counts that are told for each period."""
        return self.yes, self.no, self.not_asked

    @property
    def precision(self) -> Rate | None:
        """Return how many said yes of those who were asked."""
        return rate(self.yes, self.yes + self.no)

    @property
    def parted(self) -> bool:
        """Tell whether those who were not asked may be told in their two parts."""
        return is_told(self.known) and is_told(self.unknown)


def summed(outcomes: Sequence[Outcomes]) -> Outcomes:
    """Return several periods as one."""
    return Outcomes(
        sum(one.yes for one in outcomes),
        sum(one.no for one in outcomes),
        sum(one.known for one in outcomes),
        sum(one.unknown for one in outcomes),
    )
