# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long each person was on call in a month, in true time: the October night is an hour longer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from approdo.networks.rules.hours import ROME, Period, instant, local_period
from approdo.networks.rules.rota import FIRST, Duty

_NIGHT = time(22), time(6)
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Tally:
    """Time on call as first and as second person; of it, what was night, and what was a Sunday or a holiday."""

    first: timedelta = timedelta(0)
    second: timedelta = timedelta(0)
    night: timedelta = timedelta(0)
    festive: timedelta = timedelta(0)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.first + other.first,
            self.second + other.second,
            self.night + other.night,
            self.festive + other.festive,
        )


def month_of(day: date) -> Period:
    """Return the local month that holds a day."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Period(instant(first, time.min), instant(following, time.min))


def tally(duty: Duty, whole: Period, holidays: Callable[[date], bool]) -> Tally:
    """Return what one shift counts in a stretch. An hour of a Sunday night is both night and Sunday."""
    part = _shared(duty.period, whole)
    if part is None:
        return Tally()
    days = list(_days(part))
    long = part.ends_at - part.starts_at
    festive = (local_period(day, time.min, time.min) for day in days if day.weekday() == _SUNDAY or holidays(day))
    return Tally(
        first=long if duty.position == FIRST else timedelta(0),
        second=timedelta(0) if duty.position == FIRST else long,
        night=_within(part, (local_period(day, *_NIGHT) for day in days)),
        festive=_within(part, festive),
    )


def _days(period: Period) -> Iterable[date]:
    """Yield every local day of a stretch, and the one before: its night may reach in."""
    day = period.starts_at.astimezone(ROME).date() - timedelta(days=1)
    while day <= period.ends_at.astimezone(ROME).date():
        yield day
        day += timedelta(days=1)


def _within(part: Period, others: Iterable[Period]) -> timedelta:
    shared = (_shared(part, other) for other in others)
    return sum((one.ends_at - one.starts_at for one in shared if one), timedelta(0))


def _shared(one: Period, other: Period) -> Period | None:
    starts_at: datetime = max(one.starts_at, other.starts_at)
    ends_at: datetime = min(one.ends_at, other.ends_at)
    return Period(starts_at, ends_at) if starts_at < ends_at else None
