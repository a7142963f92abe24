# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much one operator reads before she is asked why, and how long each further reading waits (security.md, T9, P27).

Nothing is ever closed: beyond the limits a reading costs a reason and a growing wait. What is an emergency does not
count at all, nor a case of which she is the manager (``usecases.reading``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from approdo.audit.rules import Readings
from approdo.consents.rules.codes import Reading

STEP = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=5)
DANGERS_AN_HOUR = 3
"""How often in an hour a woman who is in danger opens a record without any wait."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many different cases an operator reads in an hour and in a day, and how often she uncovers in an hour."""

    cases_an_hour: int
    cases_a_day: int
    uncovered_an_hour: int


def beyond(spent: Readings, reading: Reading, limits: Limits) -> int:
    """Return by how many the next reading of a case exceeds the limits; 0 when it opens at once.

    A case that she has just read, or said why she opens, is no other case; uncovering needs its own reason each time.
    """
    over = [
        0 if spent.in_an_hour else spent.others_in_an_hour + 1 - limits.cases_an_hour,
        0 if spent.in_a_day else spent.others_in_a_day + 1 - limits.cases_a_day,
    ]
    if reading is Reading.UNCOVER and not _has_just_said_why(spent):
        over.append(spent.uncovered_in_an_hour + 1 - limits.uncovered_an_hour)
    return max(0, *over)


def _has_just_said_why(spent: Readings) -> bool:
    said, uncovered = spent.went_on_at, spent.last_uncovered_at
    return said is not None and (uncovered is None or said > uncovered)


def opens_at(over: int, last_at: datetime | None, at: datetime, *, dangers: int = DANGERS_AN_HOUR) -> datetime:
    """Return when a reading beyond the limits may be done: a while after the last one, the longer the more there were.

    Counted from the last reading and not from the question, so that many questions asked at once wait in a row.
    ``dangers`` tells, of somebody who says that the woman is in danger, how often she said it within the hour: the
    first times nothing waits.
    """
    return at if last_at is None or dangers < DANGERS_AN_HOUR else last_at + min(over * STEP, LONGEST_WAIT)
