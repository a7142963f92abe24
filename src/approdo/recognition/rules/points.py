# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table that both engines read: what is looked for, how far back, what it adds (recognition-and-risk.md, 3a, 3c).

Everything that may be found at one visit is a *fact*, one bit of a number: a set of codes, a tier of violence codes, a
sign, an age. A row asks for facts by masks, so the scorer of one visit and the one of ten million ask the same thing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from approdo.recognition.rules.codes import expand
from approdo.recognition.rules.evidence import Band, Detector
from approdo.recognition.rules.visit import Code, Sign, System, Visit

WORDS, INFANT, CHILD = "words", "age:infant", "age:child"
_EXCLUDED = "EXCLUDE"
_SHORTEST = 3  # no beginning of a code has fewer characters


@dataclass(frozen=True, slots=True)
class Row:
    """What one visit may hold, looked for ``days`` back; 0 is this visit alone. ``immediate`` rows have no points."""

    key: str
    detector: Detector
    any: int
    """At least ``least`` of these facts,"""
    least: int
    together: int
    """and one of these, unless there are none here,"""
    unless: int
    """and none of these."""
    days: int
    points: int
    cap: str
    """The group that it shares a cap with; empty for none."""
    source: str
    uncertain: bool

    @property
    def immediate(self) -> bool:
        """Whether somebody already said it, so that points do not matter."""
        return self.detector is Detector.SAID

    def holds(self, facts: int) -> bool:
        """Whether a visit with these facts has it."""
        enough = (facts & self.any).bit_count() >= self.least
        return enough and not facts & self.unless and (not self.together or bool(facts & self.together))


@dataclass(frozen=True, slots=True)
class Count:
    """How many visits, or episodes of visits with any of these facts, within ``days``, this visit included."""

    key: str
    of: str
    """``visits`` or ``episodes``."""
    any: int
    days: int
    steps: tuple[tuple[int, int], ...]
    """From how many on it adds how much; fewest first."""
    source: str

    def points(self, number: int) -> int:
        """Return what a number adds: the highest step that it reaches."""
        return next((points for least, points in reversed(self.steps) if number >= least), 0)


@dataclass(frozen=True, slots=True)
class Weight:
    """What rows and counts come to together."""

    points: Mapping[str, int]
    """What each adds, by its key, after caps."""
    total: int
    band: Band


@dataclass(frozen=True, slots=True)
class Table:
    """All rows and counts, in the order in which a cap takes points away, the last first."""

    version: str
    facts: Mapping[str, int]
    """The bit of each by its name."""
    sets: Mapping[tuple[System, str], int]
    """Beginnings of codes and the sets that they are in."""
    tiers: Mapping[tuple[System, str], int]
    """Beginnings of violence codes; the longest says which tier a code is, none for the perpetrator's."""
    rows: tuple[Row, ...]
    counts: tuple[Count, ...]
    caps: Mapping[str, int]
    quiet: int
    ask: int
    episode_gap_days: int

    @property
    def farthest_days(self) -> int:
        """Return how many days before a visit anything may still matter to it."""
        windows = [row.days for row in self.rows] + [count.days for count in self.counts]
        return max(windows) + self.episode_gap_days

    def bit(self, name: str) -> int:
        """Return the bit of one fact; 0 for what no row asks for."""
        return self.facts.get(name, 0)

    def facts_of(self, code: Code) -> int:
        """Return the facts that one code is."""
        beginnings = [(code.system, code.value[:end]) for end in range(_SHORTEST, len(code.value) + 1)]
        tier = next((self.tiers[one] for one in reversed(beginnings) if one in self.tiers), 0)
        return reduce(or_, (self.sets.get(one, 0) for one in beginnings), tier)

    def facts_at(self, visit: Visit, words: bool) -> int:
        """Return the facts of one visit; ``words``: whether its note says something."""
        found = reduce(or_, (self.facts_of(code) for code in visit.codes), 0)
        found = reduce(or_, (self.bit(f"sign:{sign}") for sign in visit.signs), found)
        ages = (self.bit(INFANT) if visit.infant else 0) | (self.bit(CHILD) if visit.child else 0)
        return found | ages | (self.bit(WORDS) if words else 0)

    def held(self, facts: int) -> int:
        """Return the rows that a visit with these facts holds by itself; the place of a row is its bit."""
        return sum(1 << place for place, row in enumerate(self.rows) if row.holds(facts))

    def read_of(self, facts: int) -> int:
        """Return the rows that are read for who has these facts: of a child only what is immediate."""
        young = self._young(facts)
        return sum(1 << place for place, row in enumerate(self.rows) if row.immediate or not young)

    def heard(self, facts: int, numbers: Sequence[int]) -> tuple[int, ...]:
        """Return the numbers of the counts as they are read for who has these facts: of a child none."""
        return (0,) * len(numbers) if self._young(facts) else tuple(numbers)

    def _young(self, facts: int) -> bool:
        return bool(facts & (self.bit(INFANT) | self.bit(CHILD)))

    def weigh(self, hit: int, numbers: Sequence[int]) -> "Weight":
        """Return what rows that hold somewhere in their windows come to, and the numbers of the counts in order."""
        points, left = {}, dict(self.caps)
        hits = [row for place, row in enumerate(self.rows) if hit >> place & 1]
        for row in hits:
            points[row.key] = min(row.points, left[row.cap]) if row.cap else row.points
            if row.cap:
                left[row.cap] -= points[row.key]
        for count, number in zip(self.counts, numbers, strict=True):
            if added := count.points(number):
                points[count.key] = added
        total = sum(points.values())
        by_points = Band.ASK if total >= self.ask else Band.QUIET if total >= self.quiet else Band.NONE
        return Weight(points, total, Band.IMMEDIATE if any(row.immediate for row in hits) else by_points)


def parse(document: Mapping[str, Any], violence: Iterable[Mapping[str, str]]) -> Table:
    """Build the table from ``points.yaml`` and the lines of ``violence_codes.csv``.

    Raises KeyError or ValueError for a table that names what is not there: it comes with the program.
    """
    tiers = _tiers(violence) | {
        (System(system), beginning): tier
        for tier, by_system in document["tiers"].items()
        for system, listed in by_system.items()
        for beginning, _ranged in expand(listed)
    }
    names = [*document["sets"], *sorted({f"tier:{tier}" for tier in tiers.values()} - {f"tier:{_EXCLUDED}"})]
    facts = (*names, *(f"sign:{sign}" for sign in Sign), INFANT, CHILD, WORDS)
    bits = {name: 1 << place for place, name in enumerate(facts)}
    sets: dict[tuple[System, str], int] = {}
    for name, by_system in document["sets"].items():
        for system, listed in by_system.items():
            for beginning, _ranged in expand(listed):
                place = (System(system), beginning)
                sets[place] = sets.get(place, 0) | bits[name]
    return Table(
        version=document["version"],
        facts=bits,
        sets=sets,
        tiers={place: bits.get(f"tier:{tier}", 0) for place, tier in tiers.items()},
        rows=tuple(_row(one, bits) for one in document["rows"]),
        counts=tuple(_count(one, bits) for one in document["counts"]),
        caps=document["caps"],
        quiet=document["bands"]["quiet"],
        ask=document["bands"]["ask"],
        episode_gap_days=document["episode_gap_days"],
    )


def _tiers(violence: Iterable[Mapping[str, str]]) -> dict[tuple[System, str], str]:
    """Return tiers by beginnings; what stands by itself is said before what a range passes over (Y05 in X85-Y09)."""
    systems = {"ICD-9-CM": System.ICD_9_CM, "ICD-10": System.ICD_10, "ICD-10-CM": System.ICD_10}
    alone: dict[tuple[System, str], str] = {}
    ranged: dict[tuple[System, str], str] = {}
    for line in violence:
        if line["system"] in systems:  # a field of a discharge form is a sign, which a mapping knows
            for beginning, by_range in expand(line["code"]):
                (ranged if by_range else alone)[systems[line["system"]], beginning] = line["tier"]
    return ranged | alone


def _mask(names: Iterable[str], bits: Mapping[str, int]) -> int:
    return reduce(or_, (bits[name] for name in names), 0)


def _row(one: Mapping[str, Any], bits: Mapping[str, int]) -> Row:
    return Row(
        key=one["key"],
        detector=Detector(one["detector"]),
        any=_mask(one["any"], bits),
        least=one.get("least", 1),
        together=_mask(one.get("with", ()), bits),
        unless=_mask(one.get("unless", ()), bits),
        days=one["days"],
        points=one.get("points", 0),
        cap=one.get("cap", ""),
        source=one["source"],
        uncertain=one.get("uncertain", False),
    )


def _count(one: Mapping[str, Any], bits: Mapping[str, int]) -> Count:
    any_of = _mask(one.get("any", ()), bits)
    return Count(one["key"], one["of"], any_of, one["days"], tuple(sorted(one["steps"].items())), one["source"])
