# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Until when evidence is kept here, and whether that is before her time to make a complaint is over."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from approdo.persons.rules.answers import Answers
from approdo.persons.rules.hospital import GONE


def after_months(day: date, months: int) -> date:
    """Return the same day some months later, or the last of that month when it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a piece of evidence stands: the last day on which it is kept here, if anybody wrote one, and the doubts."""

    until: date | None
    complaint_until: date | None
    """Until when she may make a complaint; None while nobody wrote when it happened."""
    gone: bool
    """Handed over or destroyed."""
    too_short: bool
    """Kept for less than she has to make up her mind."""
    over: bool
    """The last day has passed, and it is still written as here."""


def kept(steps: Sequence[Answers], collected: date, happened: Iterable[date], months: int, today: date) -> Kept:
    """Return where a piece of evidence stands, from its steps, the oldest first.

    ``happened``: days of the violence that were written down; the last one counts. Without any, the collection is the
    latest it can have been, and only the warning goes by it: no day is told to her that nobody knows.
    """
    last, days = steps[-1].given, sorted(happened)
    until = date.fromisoformat(str(last["kept_until"])) if "kept_until" in last else None
    gone = last.get("step") in GONE
    complaint = after_months(days[-1], months) if days else None
    latest = complaint or after_months(collected, months)
    return Kept(
        until=until,
        complaint_until=complaint,
        gone=gone,
        too_short=until is not None and not gone and until < latest,
        over=until is not None and not gone and until < today,
    )
