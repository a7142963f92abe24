# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""People who take turns: when each hand-over is, who has which turn, and the shifts that a stretch of turns makes."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from approdo.kit.words import mark as _
from approdo.networks.rules.hours import ROME, Period, instant, without
from approdo.networks.rules.rota import POSITIONS, WEEKS_AHEAD, Duty, weeks

MOST_PEOPLE = 12
_PIECE = timedelta(days=7)
_FURTHEST_START = timedelta(weeks=WEEKS_AHEAD)


class RotationUnit(StrEnum):
    """In what a turn is counted."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


LONGEST_TURN: Mapping[RotationUnit, int] = {
    RotationUnit.HOUR: 168,
    RotationUnit.DAY: 60,
    RotationUnit.WEEK: 8,
    RotationUnit.MONTH: 2,
}
"""Two months at most, so that what is made six months ahead holds a few turns."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Who take turns in a position, for how long, and from which hand-over on Rome's wall clock.

    The first hand-over says the weekday of those that are counted in weeks, and the day of those counted in months.
    """

    position: int
    unit: RotationUnit
    every: int
    first_day: date
    hand_over: time
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's turn, between two hand-overs."""

    operator_id: int
    period: Period


def hand_over_at(rotation: Rotation, number: int) -> datetime:
    """Return the instant of a hand-over, the first being number 0.

    What is counted is the wall clock: an hour that occurs twice is its first occurrence, one that never occurs is the
    clock change itself. A month without the day has it on its last one.
    """
    return _instant(_wall(rotation, number))


def turns(rotation: Rotation, whole: Period) -> Iterator[Turn]:
    """Yield the turns that begin in a stretch, in order.

    A turn of an hour that the March night leaps over is nobody's, and the next one follows at once.
    """
    number = _number_before(rotation, whole.starts_at)
    while (starts_at := hand_over_at(rotation, number)) < whole.ends_at:
        period = Period(starts_at, hand_over_at(rotation, number + 1))
        if starts_at >= whole.starts_at and period.starts_at < period.ends_at:
            yield Turn(rotation.people[number % len(rotation.people)], period)
        number += 1


def duties_of_turns(rotation: Rotation, whole: Period) -> list[Duty]:
    """Return the shifts of the turns that begin in a stretch: a turn longer than a week is a shift for each week."""
    return [
        Duty(turn.operator_id, rotation.position, part.starts_at, part.ends_at)
        for turn in turns(rotation, whole)
        for part in weeks(turn.period)
    ]


def around(duties: Iterable[Duty], taken: Sequence[Duty], people: frozenset[int] | set[int]) -> list[Duty]:
    """Return what of some shifts finds room: those already there win, and whoever does not work there gets none."""
    by_position: dict[int, list[Period]] = {}
    by_person: dict[int, list[Period]] = {}
    for one in taken:
        by_position.setdefault(one.position, []).append(one.period)
        by_person.setdefault(one.operator_id, []).append(one.period)
    return [
        Duty(duty.operator_id, duty.position, free.starts_at, free.ends_at)
        for duty in duties
        if duty.operator_id in people
        for free in without(
            duty.period,
            _touching(duty.period, [*by_position.get(duty.position, ()), *by_person.get(duty.operator_id, ())]),
        )
    ]


def made_up_to(now: datetime) -> datetime:
    """Return up to when turns are made into shifts: the local midnight six months on, so that it moves once a day."""
    day = now.astimezone(ROME).date() + timedelta(weeks=WEEKS_AHEAD)
    return instant(day, time.min)


def problems_of_rotation(rotation: Rotation, now: datetime) -> dict[str, str]:
    """Return what makes no sense about a rotation, a sentence per field."""
    problems = {}
    if rotation.position not in POSITIONS:
        problems["position"] = _("Scegli prima o seconda persona.")
    if not 1 <= rotation.every <= LONGEST_TURN[rotation.unit]:
        problems["every"] = _("Un turno dura almeno un'ora e al massimo due mesi: cambia il numero.")
    if not rotation.people:
        problems["people"] = _("Scegli almeno una persona.")
    elif len(rotation.people) > MOST_PEOPLE or len(set(rotation.people)) < len(rotation.people):
        problems["people"] = _("Ogni persona sta in una rotazione una volta sola: togli quella ripetuta.")
    first = hand_over_at(rotation, 0)
    if first <= now:
        problems["first_day"] = _("Il primo cambio è già passato: scegli un giorno e un'ora che devono ancora venire.")
    elif first > now + _FURTHEST_START:
        problems["first_day"] = _("I turni si scrivono fino a sei mesi avanti: scegli un primo cambio più vicino.")
    return problems


def _wall(rotation: Rotation, number: int) -> datetime:
    count = number * rotation.every
    first = datetime.combine(rotation.first_day, rotation.hand_over)
    if rotation.unit is RotationUnit.MONTH:
        return datetime.combine(_months_later(rotation.first_day, count), rotation.hand_over)
    step = {RotationUnit.HOUR: timedelta(hours=1), RotationUnit.DAY: timedelta(days=1), RotationUnit.WEEK: _PIECE}
    return first + count * step[rotation.unit]


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _instant(wall: datetime) -> datetime:
    return instant(wall.date(), wall.time())


def _number_before(rotation: Rotation, at: datetime) -> int:
    """Return a hand-over that is not after an instant, and near it; 0 where none is."""
    first = datetime.combine(rotation.first_day, rotation.hand_over)
    longest = {
        RotationUnit.HOUR: timedelta(hours=1),
        RotationUnit.DAY: timedelta(days=1),
        RotationUnit.WEEK: _PIECE,
        RotationUnit.MONTH: timedelta(days=31),
    }[rotation.unit] * rotation.every
    passed = at.astimezone(ROME).replace(tzinfo=None) - first
    return max(0, int(passed / longest) - 1)


def _touching(period: Period, others: Iterable[Period]) -> list[Period]:
    return [one for one in others if one.starts_at < period.ends_at and period.starts_at < one.ends_at]
