# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a row as one hospital writes it to a visit.

Each cell is read by one function of its value alone, so that a batch may ask it once per distinct value; a row is
taken whole, or is of nobody to score, or is answered with what is wrong in it, in words that hold nothing of what it
said.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from approdo.kit.words import mark as _
from approdo.recognition.rules.codes import NotACode, read_code
from approdo.recognition.rules.mapping import CodeColumn, Fault, HospitalMapping, Moment
from approdo.recognition.rules.subgroup import Citizenship, Subgroup, band_of, years_at
from approdo.recognition.rules.visit import Code, System, Visit

LONGEST_NAME = 100  # characters of a pseudonym
OLDEST = 130  # years
INFANT_BELOW, CHILD_BELOW = 4, 14  # years
BLANK = " \t\r\n"
MISSING = _("Manca.")
FUTURE = _("È nel futuro.")
AFTER_VISIT = _("La nascita è dopo la visita.")

_T = TypeVar("_T")


class Wrong(ValueError):
    """A cell that cannot be read; ``message`` is an Italian sentence that does not hold what it says."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row is: a visit; or of nobody to score, without faults; or what is wrong with it."""

    visit: Visit | None
    subgroup: Subgroup
    faults: tuple[Fault, ...] = ()


_NOBODY = Subgroup()


def text(value: object) -> str:
    """Return a cell as it would be written, without blanks around it; nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip(BLANK)


def read_name(value: object) -> str:
    """Return a pseudonym; raises ``Wrong``. A number with a fraction or a date is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise Wrong(_("Non è un identificativo: serve un testo o un numero intero."))
    if not (name := text(value)):
        raise Wrong(MISSING)
    if len(name) > LONGEST_NAME:
        raise Wrong(_("È troppo lungo per essere un identificativo."))
    return name


def read_codes(column: CodeColumn, usual: System | None, value: object) -> tuple[Code, ...]:
    """Return the codes of a cell; raises ``Wrong``. A number is none: zeros before and behind are lost in it."""
    if not isinstance(value, str | None):
        raise Wrong(_("Un codice scritto come numero ha perso i suoi zeri: serve come testo."))
    parts = text(value).split(column.separator) if column.separator else [text(value)]
    try:
        return tuple(read_code(part, column.system, usual) for part in parts if part.strip(BLANK))
    except NotACode as error:
        raise Wrong(error.message) from error


def read_age(value: object) -> int | None:
    """Return whole years, or None for nothing; raises ``Wrong``."""
    if not (years := text(value)):
        return None
    if not re.fullmatch("[0-9]{1,3}", years) or int(years) > OLDEST:
        raise Wrong(_("Non è un'età in anni compiuti."))
    return int(years)


def read_local(moment: Moment, value: object) -> datetime | None:
    """Return an instant as it is written: aware if it says its zone, else local; None for nothing. Raises ``Wrong``."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if not (written := text(value)):
        return None
    found = re.fullmatch(moment.pattern, written) if isinstance(value, str) else None
    if found is None:
        raise Wrong(_("Non è scritto come dice la mappatura."))
    part = {"hh": "00", "mm": "00", "ss": "00"} | found.groupdict()
    try:
        return datetime.fromisoformat("{YYYY}-{MM}-{DD}T{hh}:{mm}:{ss}".format(**part))
    except ValueError:
        raise Wrong(_("Questa data non esiste.")) from None


def to_instant(local: datetime, zone: str) -> datetime:
    """Return the instant of a local time; in the hour that comes twice the later; raises ``Wrong`` in the gap."""
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    instant = local.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) != local.replace(fold=0):
        raise Wrong(_("Quest'ora non esiste: quella notte l'orologio è andato avanti."))
    return instant


class _Cells:
    """The cells of one row; what is wrong in them gathers."""

    def __init__(self, row: Mapping[str, object]) -> None:
        self.row = row
        self.faults: list[Fault] = []

    def read(self, column: str, reader: Callable[[object], _T]) -> _T | None:
        """Return what a cell says, or None where it is wrong."""
        if column not in self.row:
            self.faults.append(Fault(column, _("Nel file non c'è questa colonna.")))
            return None
        try:
            return reader(self.row[column])
        except Wrong as wrong:
            self.faults.append(Fault(column, wrong.message))
            return None


def read_row(mapping: HospitalMapping, row: Mapping[str, object], now: datetime) -> Reading:
    """Read one row; ``now``: after it nothing can have happened yet. A man's row is of nobody to score, an infant's is.

    A row with anything wrong in it gives no visit at all, so that a code that is not understood is never left out.
    """
    cells = _Cells(row)
    arrived = cells.read(mapping.arrived_at.column, lambda cell: _arrival(mapping.arrived_at, cell, now))
    years, birth_year = _years(mapping, cells, arrived[1] if arrived else None)
    infant = years is not None and years < INFANT_BELOW
    women = mapping.women
    if women and not infant and not cells.faults and text(row.get(women.column)) not in women.values:
        return Reading(None, _NOBODY)
    person, visit = cells.read(mapping.person, read_name), cells.read(mapping.visit, read_name)
    site = mapping.site if mapping.one_site else cells.read(mapping.site, read_name)
    codes = [cells.read(one.column, partial(read_codes, one, mapping.usual)) or () for one in mapping.codes]
    signs = {sign for sign, choice in mapping.signs if cells.read(choice.column, text) in choice.values}
    note = (cells.read(mapping.note, text) if mapping.note else "") or ""
    if women and women.column not in row:
        cells.read(women.column, text)
    subgroup = Subgroup(band_of(years), _citizenship(mapping, cells), birth_year)
    if cells.faults or arrived is None or person is None or visit is None or site is None:
        return Reading(None, subgroup, tuple(cells.faults))
    child = years is not None and INFANT_BELOW <= years < CHILD_BELOW
    said = frozenset(code for some in codes for code in some)
    return Reading(Visit(person, visit, site, arrived[0], said, frozenset(signs), note, infant, child), subgroup)


def _arrival(moment: Moment, cell: object, now: datetime) -> tuple[datetime, date]:
    """Return the instant and the local day of an arrival."""
    if (local := read_local(moment, cell)) is None:
        raise Wrong(MISSING)
    instant = to_instant(local, moment.zone)
    if instant > now:
        raise Wrong(FUTURE)
    return instant, instant.astimezone(ZoneInfo(moment.zone)).date()


def _years(mapping: HospitalMapping, cells: _Cells, day: date | None) -> tuple[int | None, int | None]:
    """Return her age at the visit, from her birth or as it is written, and her year of birth; None where unknown."""

    def from_birth(cell: object) -> tuple[int | None, int | None]:
        assert mapping.born
        if (born := read_local(mapping.born, cell)) is None or day is None:
            return None, None
        years = years_at(born.date(), day)
        assert years is not None
        if years < 0:
            raise Wrong(AFTER_VISIT)
        if years > OLDEST:
            raise Wrong(_("Non è un'età in anni compiuti."))
        return years, born.year

    if mapping.born:
        return cells.read(mapping.born.column, from_birth) or (None, None)
    return cells.read(mapping.age, read_age) if mapping.age else None, None


def _citizenship(mapping: HospitalMapping, cells: _Cells) -> Citizenship:
    if mapping.italian is None or not (written := cells.read(mapping.italian.column, text)):
        return Citizenship.UNKNOWN
    return Citizenship.ITALIAN if written in mapping.italian.values else Citizenship.FOREIGN
