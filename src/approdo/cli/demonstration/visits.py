# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits to two emergency departments of the tour, and what was answered when one was a reason to ask: all invented.

How often women come, why, and what they answer is ours: nobody publishes it (docs/reference/demonstration.md).
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from approdo.cli.demonstration.chance import dealt, dice
from approdo.cli.demonstration.pathways import HOUR_WEIGHTS, TOUR_DEPARTMENT
from approdo.networks.rules import instant
from approdo.recognition.rules import Citizenship, Code, Sign, System
from approdo.recognition.rules.prompting import Answer, Mode
from approdo.recognition.services import Arrival

SILENT_DEPARTMENT = "laghi-ps-2"


@dataclass(frozen=True, slots=True)
class Period:
    """What a department did with recognition from one day to another, both counted back from today, and for whom."""

    department: str
    mode: Mode
    begins: int
    ends: int
    women: int


PERIODS = (
    Period(TOUR_DEPARTMENT, Mode.SILENT, 330, 240, 60),
    Period(TOUR_DEPARTMENT, Mode.PROMPTING, 240, 0, 640),
    Period(SILENT_DEPARTMENT, Mode.SILENT, 110, 0, 210),
)
"""Three months of silence at least before any question. Visits are few, because each one is read as in the product."""
STORIES = {"ordinary": 76.0, "returning": 16.0, "hurt_again": 2.5, "hurt_in_many_places": 2.5, "said": 3.0}
ANSWERS: tuple[Answer | None, ...] = (
    *(Answer.ASKED_YES,) * 3, *(Answer.ASKED_NO,) * 3, Answer.NOT_NOW, Answer.KNOWN, None,
)  # fmt: skip
"""What comes of nine questions: half of those who are asked say yes, as published (ADR 0027)."""
CITIZENSHIPS = {Citizenship.ITALIAN: 78.0, Citizenship.FOREIGN: 17.0, Citizenship.UNKNOWN: 5.0}
BIRTHS = {1942: 10.0, 1958: 24.0, 1972: 24.0, 1986: 26.0, 1999: 16.0}
"""Years around which women were born; each is shifted by up to six years."""

_ORDINARY = ("78900", "78659", "4660", "5990", "84500", "8820", "7840", "7242", "5589", "30000")
_HEAD, _ELSEWHERE = ("920", "8730", "8024"), ("9221", "92320", "9233")
_SPOKEN = "Riferisce di essere stata spinta dal compagno."


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit of nobody, and who writes it down."""

    department: str
    member: int
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class _Said:
    """What one visit says; ``days`` after the first one of the same woman."""

    days: int
    codes: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()
    note: str = ""


def planned_visits(*, seed: int, today: date, staff: Mapping[str, int]) -> tuple[PlannedVisit, ...]:
    """Return the visits, none of them today; ``staff`` is how many people each department has."""
    found = [visit for period in PERIODS for visit in _of(period, seed, today, staff[period.department])]
    return (*found, _last_night(today))


def answers(*, seed: int) -> Iterator[Answer | None]:
    """Return what comes of one question after the other; None where nobody answers."""
    chance = dice(seed, "answers")
    while True:
        yield from chance.sample(ANSWERS, len(ANSWERS))


def _of(period: Period, seed: int, today: date, staff: int) -> Iterator[PlannedVisit]:
    """Return the visits of the women who came for the first time in a period."""
    chance = dice(seed, f"visits {period.department} {period.mode}")
    decks = [dealt(chance, shares, period.women) for shares in (STORIES, CITIZENSHIPS, BIRTHS)]
    for place, (story, citizenship, birth) in enumerate(zip(*decks, strict=True)):
        told = _STORIES[story](chance)
        first = today - timedelta(days=chance.randint(max(period.ends, told[-1].days) + 1, period.begins))
        person, birth_year = f"{period.department} {period.mode} {place}", birth + chance.randint(-6, 6)
        for number, one in enumerate(told):
            hour = chance.choices(range(24), HOUR_WEIGHTS)[0]
            at = instant(first + timedelta(days=one.days), time(hour, chance.randrange(60)))
            arrival = _arrival(person, number, at, one, birth_year, citizenship)
            yield PlannedVisit(period.department, chance.randrange(staff), arrival)


def _last_night(today: date) -> PlannedVisit:
    """Return the visit whose question still waits for who works in the department of the tour this morning."""
    at = instant(today - timedelta(days=1), time(23, 40))
    (said,) = _hurt_in_many_places(dice(0, "last night"))
    return PlannedVisit(TOUR_DEPARTMENT, 0, _arrival("last night", 0, at, said, 1991, Citizenship.UNKNOWN))


def _arrival(person: str, number: int, at: datetime, said: _Said, birth_year: int, citizenship: Citizenship) -> Arrival:
    return Arrival(
        person=person,
        visit=f"{person} {number}",
        arrived_at=at,
        codes=frozenset(Code(System.ICD_9_CM, value) for value in said.codes),
        signs=frozenset(said.signs),
        note=said.note,
        birth_year=birth_year,
        citizenship=citizenship,
    )


def _ordinary(chance: random.Random) -> list[_Said]:
    return [_Said(0, (chance.choice(_ORDINARY),))]


def _returning(chance: random.Random) -> list[_Said]:
    return [*_ordinary(chance), _Said(chance.randint(10, 60), (chance.choice(_ORDINARY),))]


def _hurt_again(chance: random.Random) -> list[_Said]:
    """Three injuries in some months, the last one of the head: none of them says anything by itself."""
    second = chance.randint(9, 30)
    return [
        _Said(0, (chance.choice(_ELSEWHERE),)),
        _Said(second, (chance.choice(_ELSEWHERE),)),
        _Said(second + chance.randint(9, 30), (chance.choice(_HEAD),)),
    ]


def _hurt_in_many_places(chance: random.Random) -> list[_Said]:
    return [_Said(0, (chance.choice(_HEAD), *_ELSEWHERE[:2]), (Sign.PREGNANT,))]


def _said(chance: random.Random) -> list[_Said]:
    told = (_Said(0, ("99581",)), _Said(0, ("920",), (Sign.VIOLENCE_BY_OTHERS,)), _Said(0, ("920",), (), _SPOKEN))
    return [chance.choice(told)]


_STORIES = {
    "ordinary": _ordinary,
    "returning": _returning,
    "hurt_again": _hurt_again,
    "hurt_in_many_places": _hurt_in_many_places,
    "said": _said,
}
