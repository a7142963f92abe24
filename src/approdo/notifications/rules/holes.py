# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When coordinators are told of calls that nobody would hear, and when there is news to tell."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from approdo.networks.rules import ROME, instant

NINE = time(9)
"""By Rome's clock: early enough to find somebody, and nobody is woken by it."""
LOOKED_TOO_LATE = timedelta(hours=3)
"""A look so late (the machine was off) waits for the next morning."""
SOON = timedelta(hours=72)
"""A hole this near is told once more, also to who was told of it when it was far."""


def next_look(after: datetime) -> datetime:
    """Return the first nine in the morning later than this."""
    today = after.astimezone(ROME).date()
    return next(at for day in range(2) if (at := instant(today + timedelta(days=day), NINE)) > after)


def is_too_late(due: datetime, now: datetime) -> bool:
    """Tell whether a look that was due then is left for the next morning."""
    return now - due >= LOOKED_TOO_LATE


def is_news(holes: Collection[str], told: Collection[str]) -> bool:
    """Tell whether one of these holes is new, or has come near, to who was told of those."""
    return not set(holes) <= set(told)
