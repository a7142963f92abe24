# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the month's drill of a service is: a weekday of the month at an hour of Rome, and never on a holiday."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from approdo.networks.rules import ROME, instant, is_holiday

WEEKS = range(1, 5)
"""The fifth Tuesday is not in every month."""
WEEKDAYS = range(7)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """Which weekday of the month (the first Monday is week 1, weekday 0), and at what time on Rome's clock."""

    week: int = 1
    weekday: int = 1
    at: time = time(11)


USUAL = Moment()
"""The first Tuesday of the month at eleven."""


def day_of(moment: Moment, year: int, month: int, holidays: Callable[[date], bool] = is_holiday) -> date:
    """Return the day of a month: the chosen one, or, when it is a holiday, the next working day."""
    first = date(year, month, 1)
    chosen = first + timedelta(days=(moment.weekday - first.weekday()) % 7 + 7 * (moment.week - 1))
    return next_working_day(chosen, holidays) if holidays(chosen) else chosen


def next_working_day(day: date, holidays: Callable[[date], bool] = is_holiday) -> date:
    """Return the first day after this one that is neither a holiday nor of a weekend."""
    day += timedelta(days=1)
    while holidays(day) or day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


def next_moment(moment: Moment, after: datetime, holidays: Callable[[date], bool] = is_holiday) -> datetime:
    """Return the instant of the first drill later than this one."""
    return next(
        at
        for year, month in _months_from(after.astimezone(ROME).date())
        if (at := instant(day_of(moment, year, month, holidays), moment.at)) > after
    )


def made_up_for(moment: Moment, now: datetime, holidays: Callable[[date], bool] = is_holiday) -> datetime:
    """Return when a drill is held whose hour went by while nothing ran: the next working day, at the same hour.

    Never at once: whoever starts the machine again at three in the morning is not to wake everybody.
    """
    return instant(next_working_day(now.astimezone(ROME).date(), holidays), moment.at)


def _months_from(day: date) -> Iterable[tuple[int, int]]:
    """Yield this month and the following ones, the one before first: its drill may have moved into this."""
    number = day.year * 12 + day.month - 2
    while True:
        yield number // 12, number % 12 + 1
        number += 1
