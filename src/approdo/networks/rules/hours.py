# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening hours on the clock of Rome: nights, public holidays and both clock changes."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays as _holidays

ROME = ZoneInfo("Europe/Rome")
PUBLIC_HOLIDAY = 7
DAY_KEYS = range(8)
"""0 is Monday, 6 is Sunday, 7 a public holiday, which takes the place of its weekday."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of time, aware, end excluded."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """One line of opening hours; when ``closes`` is not after ``opens``, it closes on the next day."""

    days: frozenset[int]
    opens: time
    closes: time


@lru_cache(maxsize=1)
def _calendar() -> _holidays.HolidayBase:
    # "it" would silently answer in English: the library wants the full locale (conventions.md, section 6)
    return _holidays.country_holidays("IT", language="it_IT")


def is_holiday(day: date) -> bool:
    """Tell whether a day is a national public holiday; Sundays and patron saints are not."""
    return day in _calendar()


def holiday_name(day: date) -> str:
    """Return the Italian name of a public holiday, or an empty string."""
    return str(_calendar().get(day) or "")


@dataclass(frozen=True, slots=True, order=True)
class LocalHoliday:
    """A day of each year that a place keeps as a holiday."""

    month: int
    day: int
    name: str


def holidays_with(local: Iterable[LocalHoliday]) -> Callable[[date], bool]:
    """Return what tells whether a day is a holiday: a national one, or one of these."""
    days = {(one.month, one.day) for one in local}
    return (lambda day: is_holiday(day) or (day.month, day.day) in days) if days else is_holiday


def local_name(day: date, local: Iterable[LocalHoliday]) -> str:
    """Return the name of a holiday, national or local, or an empty string."""
    return holiday_name(day) or next((one.name for one in local if (one.month, one.day) == (day.month, day.day)), "")


def exists_in_a_year(month: int, day: int) -> bool:
    """Tell whether a day comes in any year; the 29th of February does."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]


def patron_of(province_acronym: str, year: int) -> LocalHoliday | None:
    """Return the patron saint's day of the capital of a province, or None where nobody has told the library."""
    if province_acronym not in _holidays.country_holidays("IT").subdivisions:
        return None
    known = _holidays.country_holidays("IT", subdiv=province_acronym, language="it_IT", years=year)
    national = _holidays.country_holidays("IT", language="it_IT", years=year)
    own = sorted(day for day in known if day not in national)
    return LocalHoliday(own[0].month, own[0].day, str(known.get(own[0]))) if len(own) == 1 else None


def day_key(day: date, holidays: Callable[[date], bool] = is_holiday) -> int:
    """Return the kind of day that opening hours know: 0-6 from Monday, 7 for a public holiday."""
    return PUBLIC_HOLIDAY if holidays(day) else day.weekday()


def instant(day: date, at: time) -> datetime:
    """Return the UTC instant of a wall-clock time in Rome.

    A time that occurs twice (October) is its first occurrence; one that never occurs (March) is the clock change
    itself. So two shifts that meet on the wall clock meet in truth, on every night of the year.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    utc = wall.replace(tzinfo=ROME).astimezone(UTC)
    if utc.astimezone(ROME).replace(tzinfo=None) != wall:
        # Rome leaps from 2:00 to 3:00, at 1:00 UTC sharp
        return utc.replace(minute=0, second=0, microsecond=0)
    return utc


def local_period(day: date, starts: time, ends: time) -> Period:
    """Return the period between two wall-clock times; when the end is not after the start, it is on the next day."""
    last = day + timedelta(days=1) if ends <= starts else day
    return Period(instant(day, starts), instant(last, ends))


def merged(periods: Iterable[Period]) -> list[Period]:
    """Return the same time as sorted periods that neither meet nor overlap; empty ones are left out."""
    result: list[Period] = []
    for period in sorted(period for period in periods if period.starts_at < period.ends_at):
        if result and period.starts_at <= result[-1].ends_at:
            if period.ends_at > result[-1].ends_at:
                result[-1] = Period(result[-1].starts_at, period.ends_at)
        else:
            result.append(period)
    return result


def without(whole: Period, covered: Iterable[Period]) -> list[Period]:
    """Return what of a period the covered ones leave open, in order."""
    result = []
    at = whole.starts_at
    for period in merged(covered):
        if period.ends_at <= at:
            continue
        if period.starts_at >= whole.ends_at:
            break
        if period.starts_at > at:
            result.append(Period(at, period.starts_at))
        at = period.ends_at
    if at < whole.ends_at:
        result.append(Period(at, whole.ends_at))
    return result


def _days(start: datetime, end: datetime) -> Iterable[date]:
    """Yield every local day that may have a line of hours touching the period: the night before included."""
    day = start.astimezone(ROME).date() - timedelta(days=1)
    last = end.astimezone(ROME).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def opening_periods(
    hours: Sequence[Hours],
    *,
    always_open: bool,
    start: datetime,
    end: datetime,
    holidays: Callable[[date], bool] = is_holiday,
) -> list[Period]:
    """Return when a service is open between two instants."""
    if always_open:
        return [Period(start, end)]
    opened = [
        local_period(day, line.opens, line.closes)
        for day in _days(start, end)
        for line in hours
        if day_key(day, holidays) in line.days
    ]
    clipped = (Period(max(start, period.starts_at), min(end, period.ends_at)) for period in opened)
    return merged(clipped)


def is_open(
    hours: Sequence[Hours], *, always_open: bool, at: datetime, holidays: Callable[[date], bool] = is_holiday
) -> bool:
    """Tell whether a service is open at an instant."""
    if always_open:
        return True
    today = at.astimezone(ROME).date()
    for day in (today, today - timedelta(days=1)):
        key = day_key(day, holidays)
        for line in hours:
            if key in line.days:
                period = local_period(day, line.opens, line.closes)
                if period.starts_at <= at < period.ends_at:
                    return True
    return False


def next_opening(
    hours: Sequence[Hours],
    *,
    always_open: bool,
    at: datetime,
    days: int = 14,
    holidays: Callable[[date], bool] = is_holiday,
) -> datetime | None:
    """Return when a closed service opens within so many days; None when it is open now or does not open."""
    end = at + timedelta(days=days)
    opened = opening_periods(hours, always_open=always_open, start=at, end=end, holidays=holidays)
    if not opened or opened[0].starts_at <= at:
        return None
    return opened[0].starts_at


def open_until(
    hours: Sequence[Hours],
    *,
    always_open: bool,
    at: datetime,
    days: int = 14,
    holidays: Callable[[date], bool] = is_holiday,
) -> datetime | None:
    """Return when an open service closes; None when it is closed now or does not close within so many days."""
    end = at + timedelta(days=days)
    opened = opening_periods(hours, always_open=always_open, start=at, end=end, holidays=holidays)
    if always_open or not opened or opened[0].starts_at > at or opened[0].ends_at >= end:
        return None
    return opened[0].ends_at


def overlapping_hours(hours: Sequence[Hours]) -> tuple[int, Hours, Hours] | None:
    """Return (day key, line, line) of the first two lines that are open together, or None.

    A line that runs past midnight is compared with the lines of its own day and of the next weekday.
    """
    for day in DAY_KEYS:
        spans = sorted(
            (_minutes(line.opens), _minutes(line.opens) + _length(line), number)
            for number, line in enumerate(hours)
            if day in line.days
        )
        for one, other in pairwise(spans):
            if other[0] < one[1]:
                return day, hours[one[2]], hours[other[2]]
        late = max(spans, key=lambda span: span[1], default=None)
        if late and day < PUBLIC_HOLIDAY and late[1] > _DAY:
            following = (day + 1) % 7
            for line in hours:
                if following in line.days and _minutes(line.opens) < late[1] - _DAY:
                    return following, hours[late[2]], line
    return None


_DAY = 24 * 60


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _length(line: Hours) -> int:
    length = _minutes(line.closes) - _minutes(line.opens)
    return length if length > 0 else length + _DAY
