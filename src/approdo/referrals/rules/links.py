# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The link by which a service without an account answers: eight days, two codes, and it dies with consent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from approdo.access.rules import Slice

LASTS = timedelta(days=8)
TRIES = 5
"""Wrong codes after which nobody opens the link any more: one in two hundred thousand guesses right."""
PIN_DIGITS = 6

SHOWN_BY_LINK = frozenset(Slice) - {Slice.LOCATION, Slice.CHRONOLOGY}
"""Where she is goes through no link, whatever is granted: it is asked for by telephone. The chronology stays inside."""


class Door(StrEnum):
    """How a link answers whoever brings a code."""

    OPEN = "open"
    WRONG = "wrong"
    SHUT = "shut"


@dataclass(frozen=True, slots=True)
class Link:
    """What is known of a link: until when it is good, how often a wrong code was brought, what consent gave it."""

    expires_at: datetime
    wrong: int
    granted: frozenset[Slice]
    """What the service could read when it was sent; empty when the link never rested on a consent."""

    def alive(self, at: datetime, granted_now: Collection[Slice]) -> bool:
        """Tell whether it opens at all: in time, not guessed at, and nothing was taken back of what it rested on."""
        kept = not self.granted or not self.granted.isdisjoint(granted_now)
        return at < self.expires_at and self.wrong < TRIES and kept

    def answers(self, right: bool, at: datetime, granted_now: Collection[Slice]) -> Door:
        """Return how it answers a code; one that is right opens nothing that is dead."""
        if not self.alive(at, granted_now):
            return Door.SHUT
        return Door.OPEN if right else Door.WRONG


def readable(granted_now: Collection[Slice]) -> frozenset[Slice]:
    """Return what a link shows of the record: what is granted at this moment, and never where she is."""
    return SHOWN_BY_LINK & frozenset(granted_now)
