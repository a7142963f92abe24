# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One visit as a file tells it, with the identifiers it came with: it stays in memory until its tokens are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from approdo.recognition.rules.importing import SENTENCES, Aside, Reason
from approdo.recognition.rules.mapping import HospitalMapping
from approdo.recognition.rules.reading import Wrong, read_name, read_row, text
from approdo.recognition.rules.subgroup import Subgroup
from approdo.recognition.rules.visit import Visit

_ROME = ZoneInfo("Europe/Rome")


class Sex(StrEnum):
    """As a hospital records it."""

    UNKNOWN = ""
    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record that was read; ``person`` and what ``visit`` calls its visit are still the hospital's own."""

    line: int
    person: str
    visit: Visit | None
    """None for a man: of him only this is known, to notice him under the identifier of a woman."""
    sex: Sex = Sex.UNKNOWN
    subgroup: Subgroup = field(default_factory=Subgroup)
    birth: date | int | None = None
    """Where whoever read the record has not held it against the visit: a day, or a year when no more is known."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that could not be read, and why; never what was in it."""

    line: int
    """As a text editor or a spreadsheet counts it; where it begins, if it goes over several."""
    reason: Reason
    column: str = ""
    """As the mapping names it."""
    message: str = ""
    """What is wrong in a cell, in Italian."""
    more: tuple["Unread", ...] = ()
    """What else is wrong in the same record."""

    @property
    def sentence(self) -> str:
        """Why, in Italian."""
        return self.message or SENTENCES[self.reason]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record with which nothing is wrong, and which is not one to keep."""

    line: int
    why: Aside


Item = Incoming | Unread | LeftOut


def incoming(mapping: HospitalMapping, line: int, cells: Mapping[str, object], now: datetime) -> Item:
    """Return what a record of a table says under its hospital's mapping; ``now`` as in ``read_row``."""
    reading = read_row(mapping, cells, now)
    if reading.faults:
        first, *more = (Unread(line, Reason.CELL, one.column, one.sentence) for one in reading.faults)
        return Unread(line, Reason.CELL, first.column, first.message, tuple(more))
    sex = _sex(mapping, cells)
    if reading.visit is not None:
        return Incoming(line, reading.visit.person, reading.visit, sex, reading.subgroup)
    if mapping.women and sex is Sex.UNKNOWN:
        return Unread(line, Reason.MISSING, mapping.women.column)  # nobody said that it was a man
    try:
        return Incoming(line, read_name(cells[mapping.person]), None, sex)
    except Wrong:
        return LeftOut(line, Aside.A_MAN)


def _sex(mapping: HospitalMapping, cells: Mapping[str, object]) -> Sex:
    said = text(cells.get(mapping.women.column)) if mapping.women else ""
    if not mapping.women or not said:
        return Sex.UNKNOWN
    return Sex.FEMALE if said in mapping.women.values else Sex.MALE


def judge(one: Incoming, now: datetime, oldest: datetime) -> Reason | Aside | None:
    """Say why a visit cannot be right, or why it is not one to keep; None for one that is kept.

    ``oldest`` is the instant until which visits are kept no more.
    """
    if one.visit is None:
        return Aside.A_MAN
    arrived_at = one.visit.arrived_at
    if arrived_at > now:
        return Reason.IN_THE_FUTURE
    day, born = arrived_at.astimezone(_ROME).date(), one.birth
    if born is not None and (day < born if isinstance(born, date) else day.year < born):
        return Reason.BEFORE_BIRTH
    return Aside.TOO_OLD if arrived_at <= oldest else None
