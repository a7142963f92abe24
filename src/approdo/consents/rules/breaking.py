# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Break-glass in time: opened for an hour at most, reviewed by somebody independent within 72 (security.md, P16)."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

LONGEST_OPEN = timedelta(minutes=60)
REVIEW_WITHIN = timedelta(hours=72)
"""Counted from the opening."""

REMIND_EVERY = timedelta(hours=24)
"""Once the review is overdue, until it is given."""


class BreakGlassState(StrEnum):
    """How a break-glass stands at an instant."""

    OPEN = "open"
    ENDED = "ended"
    OVERDUE = "overdue"
    REVIEWED = "reviewed"


class BreakGlassAct(StrEnum):
    """What is done to a break-glass; the hour and the three days pass by themselves."""

    END = "end"
    REVIEW = "review"


class Notice(StrEnum):
    """Who is told of a break-glass at once."""

    CASE_MANAGER = "case_manager"
    REVIEWER = "reviewer"


BREAK_GLASS_TRANSITIONS: dict[tuple[BreakGlassState, BreakGlassAct], BreakGlassState] = {
    (BreakGlassState.OPEN, BreakGlassAct.END): BreakGlassState.ENDED,
    (BreakGlassState.ENDED, BreakGlassAct.END): BreakGlassState.ENDED,
    (BreakGlassState.ENDED, BreakGlassAct.REVIEW): BreakGlassState.REVIEWED,
    (BreakGlassState.OVERDUE, BreakGlassAct.END): BreakGlassState.OVERDUE,
    (BreakGlassState.OVERDUE, BreakGlassAct.REVIEW): BreakGlassState.REVIEWED,
    (BreakGlassState.REVIEWED, BreakGlassAct.END): BreakGlassState.REVIEWED,
}
"""Ending what has ended is answered calmly; a review is given once, and not while it is still open."""


def break_glass_state(
    *, opened_at: datetime, until: datetime, reviewed_at: datetime | None, at: datetime
) -> BreakGlassState:
    """Return how a break-glass stands; open without its last instant, overdue from the 72nd hour on."""
    if reviewed_at is not None:
        return BreakGlassState.REVIEWED
    at = at.astimezone(UTC)  # as in grant_state
    if at < until:
        return BreakGlassState.OPEN
    return BreakGlassState.ENDED if at < review_due(opened_at) else BreakGlassState.OVERDUE


def reminder_due(*, opened_at: datetime, reminded_at: datetime | None, at: datetime) -> bool:
    """Tell whether somebody is to be reminded of a break-glass that nobody has reviewed."""
    since = review_due(opened_at) if reminded_at is None else reminded_at + REMIND_EVERY
    return at.astimezone(UTC) >= since


def review_due(opened_at: datetime) -> datetime:
    """Return by when it must be reviewed."""
    return opened_at.astimezone(UTC) + REVIEW_WITHIN
