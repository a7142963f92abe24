# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which column of a hospital's file is what, told once in a file of that hospital (``data/mapping.schema.json``)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from approdo.kit.words import mark as _
from approdo.recognition.rules.visit import Sign, System

FORMAT = 1
TOKENS = {
    "YYYY": ("19[0-9]{2}|20[0-9]{2}", "%Y"),
    "MM": ("0[1-9]|1[0-2]", "%m"),
    "DD": ("0[1-9]|[12][0-9]|3[01]", "%d"),
    "hh": ("[01][0-9]|2[0-3]", "%H"),
    "mm": ("[0-5][0-9]", "%M"),
    "ss": ("[0-5][0-9]", "%S"),
}
_TOKEN = re.compile("|".join(TOKENS))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a column of a row; ``message`` is an Italian template."""

    column: str
    message: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The message filled in, in Italian."""
        return self.message % self.values


@dataclass(frozen=True, slots=True)
class Moment:
    """A column with an instant or a day, written in ``form`` (``DD/MM/YYYY hh:mm``), in local time of ``zone``."""

    column: str
    form: str
    zone: str = "Europe/Rome"

    @property
    def pattern(self) -> str:
        """A regular expression for what is written, with the tokens as names of its groups."""
        return _TOKEN.sub(lambda found: f"(?P<{found[0]}>{TOKENS[found[0]][0]})", re.escape(self.form))

    @property
    def strptime(self) -> str:
        """The same form for ``strptime``."""
        return _TOKEN.sub(lambda found: TOKENS[found[0]][1], self.form)


@dataclass(frozen=True, slots=True)
class CodeColumn:
    """A column with codes, of one system or told by their shape; several of them around ``separator``."""

    column: str
    system: System | None = None
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A column of which some values mean something."""

    column: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class HospitalMapping:
    """Which column is what. ``site`` is a column, or one name for all where ``one_site``."""

    title: str
    person: str
    visit: str
    site: str
    one_site: bool
    arrived_at: Moment
    codes: tuple[CodeColumn, ...]
    usual: System | None
    signs: tuple[tuple[Sign, Choice], ...]
    women: Choice | None
    """None: only women are in the file."""
    born: Moment | None
    age: str
    italian: Choice | None
    note: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        found = [self.person, self.visit, *([] if self.one_site else [self.site]), self.arrived_at.column]
        found += [one.column for one in self.codes] + [choice.column for _sign, choice in self.signs]
        found += [one.column for one in (self.women, self.born, self.italian) if one]
        return tuple(dict.fromkeys([*found, *(name for name in (self.age, self.note) if name)]))


def parse(document: Mapping[str, Any]) -> HospitalMapping:
    """Turn a document without faults into frozen values; on one with faults it raises KeyError or ValueError."""
    read = document["columns"]
    usual = document.get("usual_system")
    signs = [(Sign(name), _choice(one)) for name, listed in read.get("signs", {}).items() for one in listed]
    return HospitalMapping(
        title=document["title"],
        person=read["person"],
        visit=read["visit"],
        site=read.get("site", document.get("site", "")),
        one_site="site" not in read,
        arrived_at=Moment(**read["arrived_at"]),
        codes=tuple(
            CodeColumn(one["column"], System(one["system"]) if "system" in one else None, one.get("separator", ""))
            for one in read["codes"]
        ),
        usual=System(usual) if usual else None,
        signs=tuple(signs),
        women=_choice(read["women"]) if "women" in read else None,
        born=Moment(**read["born"]) if "born" in read else None,
        age=read.get("age", ""),
        italian=_choice(read["italian"]) if "italian" in read else None,
        note=read.get("note", ""),
    )


def _choice(one: Mapping[str, Any]) -> Choice:
    return Choice(one["column"], frozenset(one["values"]))


def missing_columns(mapping: HospitalMapping, header: Sequence[str]) -> tuple[Fault, ...]:
    """Return a fault for each column that a file does not have."""
    message = _("Nel file non c'è la colonna «%(name)s».")
    return tuple(Fault(name, message, {"name": name}) for name in mapping.columns if name not in header)
