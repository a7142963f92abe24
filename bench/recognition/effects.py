# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a simulated world is made of: published effects, each within its interval, and assumptions that say so.

Nothing here knows the points of the product: the points were chosen by somebody else from the same literature, and a
simulation that read them would only find itself again.
"""

import csv
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
_Z95 = 1.959964
_NO_INTERVAL = 1.5
"""Where a source gives no interval: a factor on either side, an assumption."""


class Level(StrEnum):
    """Where in its interval each effect of a world stands."""

    LOW = "low"
    """The end of the interval nearer to no effect."""
    CENTRAL = "central"
    HIGH = "high"
    DRAWN = "drawn"
    """Each effect on its own, log-normal about its published value and never outside its interval."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A published ratio: ``measure`` is ``OR``, ``aOR`` or ``RR``; ``low`` and ``high`` its 95 % interval."""

    measure: str
    value: float
    low: float
    high: float

    def at(self, level: Level, draw: random.Random) -> float:
        """Return the ratio of one world; ``draw`` is used only when the level is drawn."""
        if level is not Level.DRAWN:
            weak, strong = sorted((self.low, self.high), key=lambda bound: abs(math.log(bound)))
            return {Level.LOW: weak, Level.CENTRAL: self.value, Level.HIGH: strong}[level]
        spread = math.log(self.high / self.low) / (2 * _Z95)
        while True:
            ratio = self.value * math.exp(draw.gauss(0.0, spread))
            if self.low <= ratio <= self.high:
                return ratio


@dataclass(frozen=True, slots=True)
class Feature:
    """What may be in a record: its effect and its share (or rate) in women without violence."""

    effect: Effect
    baseline: float

    def among_abused(self, ratio: float) -> float:
        """Return the share in women with violence when the effect is ``ratio``; never above 0.95."""
        if self.effect.measure == "RR":
            return min(self.baseline * ratio, 0.95)
        odds = self.baseline / (1 - self.baseline) * ratio
        return odds / (1 + odds)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of women for whom figures are told apart: how many, how often abused, how well recorded."""

    name: str
    share: float
    prevalence_ratio: float
    abuse_coded_ratio: float
    condition_recorded: float


@dataclass(frozen=True, slots=True)
class World:
    """One simulated world: a ratio for every feature, a value for every assumption."""

    ratios: Mapping[str, float]
    assumed: Mapping[str, float]


def rows(name: str) -> list[dict[str, str]]:
    """Return the lines of a data file beside this one."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def features() -> Mapping[str, Feature]:
    """Return every feature with the effect it was given; KeyError for a feature whose effect was never published."""
    published = {(row["feature"], row["source"]): _effect(row) for row in rows("effects.csv")}
    return {
        row["feature"]: Feature(published[row["effect"], row["source"]], float(row["baseline"]))
        for row in rows("features.csv")
    }


@cache
def groups(kind: str) -> tuple[Group, ...]:
    """Return the groups of ``age_band`` or ``citizenship``; their shares add to one."""
    return tuple(
        Group(
            row["group"],
            *(float(row[key]) for key in ("share", "prevalence_ratio", "abuse_coded_ratio", "condition_recorded")),
        )
        for row in rows("groups.csv")
        if row["kind"] == kind
    )


def world(level: Level, seed: int) -> World:
    """Return one world; the same level and seed give the same one."""
    draw = random.Random(f"world {seed}")
    ratios = {name: feature.effect.at(level, draw) for name, feature in features().items()}
    assumed = {}
    for row in rows("assumptions.csv"):
        low, central, high = (float(row[key]) for key in ("low", "central", "high"))
        drawn = draw.triangular(low, high, central)
        assumed[row["key"]] = {Level.LOW: low, Level.CENTRAL: central, Level.HIGH: high}.get(level, drawn)
    return World(ratios, assumed)


def _effect(row: Mapping[str, str]) -> Effect:
    value = float(row["value"])
    low, _, high = row["ci"].partition("-")
    try:
        return Effect(row["measure"], value, float(low), float(high))
    except ValueError:
        return Effect(row["measure"], value, value / _NO_INTERVAL, value * _NO_INTERVAL)
