# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is on call when: overlaps, holes, and the same week again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from approdo.networks.rules.hours import ROME, Period, instant, without

FIRST, SECOND = 1, 2
POSITIONS = (FIRST, SECOND)
LONGEST_SHIFT = timedelta(days=7, hours=1)  # a whole week on call, the week of the October clock change included
WEEKS_AHEAD = 26
NOTE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Duty:
    """One shift of one person, first or second on call; ``id`` is None until it is stored."""

    operator_id: int
    position: int
    starts_at: datetime
    ends_at: datetime
    id: int | None = None

    @property
    def period(self) -> Period:
        """Return when it is."""
        return Period(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch with nobody on call in a position; while ``service_open``, the service's own line answers."""

    position: int
    starts_at: datetime
    ends_at: datetime
    service_open: bool


def overlaps(one: Duty, other: Duty) -> bool:
    """Tell whether two shifts of a service cannot both be: same position, or same person, at the same time."""
    together = one.starts_at < other.ends_at and other.starts_at < one.ends_at
    return together and (one.position == other.position or one.operator_id == other.operator_id)


def first_overlap(duty: Duty, others: Iterable[Duty]) -> Duty | None:
    """Return the earliest other shift that leaves no room for this one, or None."""
    hit = [other for other in others if overlaps(duty, other) and (duty.id is None or duty.id != other.id)]
    return min(hit, key=lambda other: other.starts_at, default=None)


def gaps(duties: Sequence[Duty], opened: Sequence[Period], *, position: int, whole: Period) -> list[Gap]:
    """Return the holes of one position in a period, split where the service opens and closes."""
    covered = [duty.period for duty in duties if duty.position == position]
    result = []
    for hole in without(whole, covered):
        closed = without(hole, opened)
        while_open = without(hole, closed)
        result += [Gap(position, part.starts_at, part.ends_at, False) for part in closed]
        result += [Gap(position, part.starts_at, part.ends_at, True) for part in while_open]
    return sorted(result, key=lambda gap: gap.starts_at)


def later(duty: Duty, *, days: int) -> Duty:
    """Return the same shift so many days later by the wall clock, as a new one.

    The night of a clock change is an hour longer or shorter; its hours on the wall are the same.
    """
    return Duty(duty.operator_id, duty.position, _same_wall(duty.starts_at, days), _same_wall(duty.ends_at, days))


def _same_wall(at: datetime, days: int) -> datetime:
    local = at.astimezone(ROME)
    return instant(local.date() + timedelta(days=days), local.time())


def repeated(duty: Duty, *, times: int, every: int = 7) -> list[Duty]:
    """Return a shift and the same one so many times more, every so many days."""
    return [duty, *(later(duty, days=every * time) for time in range(1, times + 1))]


def week_of(day: date) -> Period:
    """Return the local week, Monday to Monday, that holds a day."""
    monday = day - timedelta(days=day.weekday())
    midnight = datetime.min.time()
    return Period(instant(monday, midnight), instant(monday + timedelta(days=7), midnight))


def weeks(whole: Period) -> list[Period]:
    """Split a stretch every seven days on the wall, so that none of its shifts is longer than a shift may be."""
    wall = whole.starts_at.astimezone(ROME).replace(tzinfo=None)
    parts: list[Period] = []
    starts_at = whole.starts_at
    while True:
        wall += timedelta(days=7)
        ends_at = instant(wall.date(), wall.time())
        if ends_at >= whole.ends_at:
            return [*parts, Period(starts_at, whole.ends_at)]
        parts.append(Period(starts_at, ends_at))
        starts_at = ends_at


def hours_long(period: Period) -> float:
    """Return the true length in hours: 13 for an October night from 20 to 8."""
    return (period.ends_at.astimezone(UTC) - period.starts_at.astimezone(UTC)) / timedelta(hours=1)
