# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Chance that can be repeated: the same seed and part always give the same numbers."""

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def dice(seed: int, part: str) -> random.Random:
    """Return the chance of one part of the plan, so that a change in one leaves the others as they were."""
    return random.Random(f"{seed}/{part}")  # noqa: S311 (invented data, not secrets)


def apportioned(shares: Mapping[Thing, float], total: int) -> dict[Thing, int]:
    """Divide ``total`` in whole numbers as near to the shares as can be (largest remainders), in their order."""
    whole = sum(shares.values())
    exact = {thing: share * total / whole for thing, share in shares.items()}
    result = {thing: int(part) for thing, part in exact.items()}
    by_remainder = sorted(exact, key=lambda thing: result[thing] - exact[thing])
    for thing in by_remainder[: total - sum(result.values())]:
        result[thing] += 1
    return result


def dealt(chance: random.Random, shares: Mapping[Thing, float], total: int) -> list[Thing]:
    """Return ``total`` things in the given shares, shuffled."""
    deck = [thing for thing, count in apportioned(shares, total).items() for _ in range(count)]
    chance.shuffle(deck)
    return deck


def some(chance: random.Random, things: Sequence[Thing], least: int, most: int) -> tuple[Thing, ...]:
    """Return between ``least`` and ``most`` different things, in the order in which they are listed."""
    chosen = set(chance.sample(range(len(things)), chance.randint(least, most)))
    return tuple(thing for number, thing in enumerate(things) if number in chosen)
