# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rotas by pattern. Hours are Rome's, on the wall; where nobody is on call, nobody is invented."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta

from approdo.cli.demonstration.region import DAYS_AFTER, DAYS_BEFORE, PlannedShift
from approdo.networks.rules import FIRST, SECOND, is_holiday, local_period

_MORNING, _EVENING = time(8), time(20)
_HAND_OVER = time(9)
_OFFICE = (time(8, 30), time(18))


def shifts_of(
    pattern: str, staff: int, today: date, missing: tuple[tuple[int, int], ...] = ()
) -> tuple[PlannedShift, ...]:
    """Return a service's shifts around a day, without those that are deliberately ``missing``.

    ``missing`` names days counted from today, with a position.
    """
    holes = {(today + timedelta(days=days), position) for days, position in missing}
    whole = range(-DAYS_BEFORE, DAYS_AFTER + 1)
    return tuple(
        shift
        for days in whole
        for day in [today + timedelta(days=days)]
        for shift in _PATTERNS[pattern](day, staff)
        if (day, shift.position) not in holes
    )


def _pair(day: date, starts: time, ends: time, turn: int, staff: int) -> Iterator[PlannedShift]:
    """First and, when there is somebody else, second person of a turn; people take turns one after the other."""
    period = local_period(day, starts, ends)
    first, second = turn % staff, (turn + 2) % staff if staff > 2 else (turn + 1) % staff
    yield PlannedShift(first, FIRST, period.starts_at, period.ends_at)
    if second != first:
        yield PlannedShift(second, SECOND, period.starts_at, period.ends_at)


def _none(_day: date, _staff: int) -> Iterator[PlannedShift]:
    yield from ()


def _day_and_night(day: date, staff: int) -> Iterator[PlannedShift]:
    turn = 2 * day.toordinal()
    yield from _pair(day, _MORNING, _EVENING, turn, staff)
    yield from _pair(day, _EVENING, _MORNING, turn + 1, staff)


def _full_days(day: date, staff: int) -> Iterator[PlannedShift]:
    yield from _pair(day, _HAND_OVER, _HAND_OVER, day.toordinal(), staff)


def _full_days_one(day: date, staff: int) -> Iterator[PlannedShift]:
    yield from (shift for shift in _full_days(day, staff) if shift.position == FIRST)


def _week(day: date, staff: int, turn: int) -> Iterator[PlannedShift]:
    if day.weekday() != 0:
        return
    last = day + timedelta(days=6)
    for monday, sunday in zip(_pair(day, _HAND_OVER, _HAND_OVER, turn, staff),
                              _pair(last, _HAND_OVER, _HAND_OVER, turn, staff), strict=True):  # fmt: skip
        yield PlannedShift(monday.member, monday.position, monday.starts_at, sunday.ends_at)


def _weeks(day: date, staff: int) -> Iterator[PlannedShift]:
    yield from _week(day, staff, day.toordinal() // 7)


def _always_the_same(day: date, staff: int) -> Iterator[PlannedShift]:
    """The tour must work at any hour of any day: its people are on call week after week."""
    yield from _week(day, min(staff, 2), 0)


def _weekdays(day: date, staff: int) -> Iterator[PlannedShift]:
    yield from (shift for shift in _weekdays_two(day, staff) if shift.position == FIRST)


def _weekdays_two(day: date, staff: int) -> Iterator[PlannedShift]:
    if day.weekday() < 5 and not is_holiday(day):
        yield from _pair(day, *_OFFICE, day.toordinal(), staff)


_PATTERNS: dict[str, Callable[[date, int], Iterator[PlannedShift]]] = {
    "none": _none,
    "day_and_night": _day_and_night,  # twelve hours, from 8 and from 20
    "full_days": _full_days,  # 24 hours, from 9
    "full_days_one": _full_days_one,  # the same, with no second person
    "weeks": _weeks,  # from Monday at 9 to Monday at 9
    "always_the_same": _always_the_same,
    "weekdays": _weekdays,  # office hours, no second person, nobody at night: the truth of small services
    "weekdays_two": _weekdays_two,
}
