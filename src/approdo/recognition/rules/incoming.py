# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One visit as a file tells it, with the identifiers it came with: it stays in memory until its tokens are made."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from approdo.recognition.rules.importing import Aside, Reason
from approdo.recognition.rules.subgroup import Citizenship, Subgroup, age_band
from approdo.recognition.rules.visit import Visit

_ROME = ZoneInfo("Europe/Rome")


class Sex(StrEnum):
    """As a hospital records it."""

    UNKNOWN = ""
    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A visit that was read; ``visit.person`` and ``visit.visit`` are still the hospital's own identifiers."""

    line: int
    visit: Visit
    sex: Sex = Sex.UNKNOWN
    birth: date | int | None = None
    """A day, or a year when no more is known."""
    citizenship: Citizenship = Citizenship.UNKNOWN

    @property
    def birth_year(self) -> int | None:
        """The year of birth, as far as it is known."""
        return self.birth.year if isinstance(self.birth, date) else self.birth

    @property
    def subgroup(self) -> Subgroup:
        """The groups the visit is counted to."""
        return Subgroup(age_band(self.birth, _day(self.visit.arrived_at)), self.citizenship, self.birth_year)


def judge(one: Incoming, now: datetime, oldest: datetime) -> Reason | Aside | None:
    """Say why a visit cannot be right, or why it is not one to keep; None for one that is kept.

    ``oldest`` is the instant before which visits are kept no more.
    """
    arrived_at = one.visit.arrived_at
    if arrived_at > now:
        return Reason.IN_THE_FUTURE
    born = one.birth
    day = _day(arrived_at)
    if born is not None and (day < born if isinstance(born, date) else day.year < born):
        return Reason.BEFORE_BIRTH
    if arrived_at <= oldest:
        return Aside.TOO_OLD
    if one.sex is Sex.MALE and not (one.visit.infant or one.visit.child):
        return Aside.A_MAN
    return None


def _day(instant: datetime) -> date:
    return instant.astimezone(_ROME).date()
