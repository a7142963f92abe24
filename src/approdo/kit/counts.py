# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How few is too few to be told: one rule for every figure (ADR 0020)."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

FEWEST = 5
"""From so many on a count is told, a rate, a median: in fewer somebody could be recognised."""


def is_told(count: int) -> bool:
    """Tell whether a count may be said: none at all, or enough of them."""
    return count == 0 or count >= FEWEST


def percentile(values: Sequence[int], percent: int) -> int | None:
    """Return the value at the nearest rank of an ordered sequence; None for fewer than five."""
    if len(values) < FEWEST:
        return None
    return values[-(-len(values) * percent // 100) - 1]


def share(part: int, whole: int) -> int | None:
    """Return how many per cent a part is, halves rounded up; None of fewer than five."""
    return None if whole < FEWEST else (200 * part + whole) // (2 * whole)


def hidden(sizes: Mapping[Key, int]) -> frozenset[Key]:
    """Return the groups of which nothing is told: those of one to four, and who would give them away.

    What is hidden is never fewer than five together, if there are so many: a total less what is told says no more.
    """
    left = sorted((size, place) for place, size in enumerate(sizes.values()) if size)
    names, found, together = [*sizes], set(), 0
    for size, place in left:
        if size >= FEWEST and not 0 < together < FEWEST:
            break
        found.add(names[place])
        together += size
    return frozenset(found)


def blocks(sizes: Sequence[int]) -> tuple[range, ...]:
    """Join neighbours so that each block holds nobody, or five and more; short of that, all of it is one block.

    Of steps that lead one into the next: what reached a block may be told, and what left from within it may not.
    """
    found: list[range] = []
    start = together = 0
    for place, size in enumerate(sizes):
        together += size
        if not 0 < together < FEWEST:
            found.append(range(start, place + 1))
            start, together = place + 1, 0
    if start < len(sizes):
        while found and together < FEWEST:
            last = found.pop()
            start, together = last.start, together + sum(sizes[place] for place in last)
        found.append(range(start, len(sizes)))
    return tuple(found)
