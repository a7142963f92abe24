# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long a level of risk holds before it is assessed again: what a protocol says, and the usual."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from approdo.kit.words import mark
from approdo.protocols.rules.problem import Problem

LONGEST_REVIEW_HOURS = 24 * 366


class RiskLevel(StrEnum):
    """How much danger she is in, the worst last."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    EXTREME = "extreme"


LEVEL_LABELS: dict[RiskLevel, str] = {
    RiskLevel.LOW: mark("basso"),
    RiskLevel.MEDIUM: mark("medio"),
    RiskLevel.HIGH: mark("alto"),
    RiskLevel.EXTREME: mark("estremo"),
}


@dataclass(frozen=True, slots=True)
class ReviewClock:
    """Hours for which each level holds, hours from then until somebody above is told, and from which level on the
    network is proposed to be activated. Hours are hours, whatever the day."""

    extreme_hours: int
    high_hours: int
    medium_hours: int
    low_hours: int
    not_assessable_hours: int
    escalate_after_hours: int
    activate_from: RiskLevel

    def hours(self, level: RiskLevel | None) -> int:
        """Return for how many hours a level holds; None: it could not be assessed."""
        named = {
            RiskLevel.EXTREME: self.extreme_hours,
            RiskLevel.HIGH: self.high_hours,
            RiskLevel.MEDIUM: self.medium_hours,
            RiskLevel.LOW: self.low_hours,
        }
        return self.not_assessable_hours if level is None else named[level]


USUAL_REVIEW = ReviewClock(72, 7 * 24, 30 * 24, 60 * 24, 7 * 24, 24, RiskLevel.HIGH)
"""For protocols that say nothing. The hours follow VioGén's maxima, which recognition-and-risk.md (section 6) could not
verify: a network writes its own. When somebody above is told, and from which level, is ours."""


def review_clock(document: Mapping[str, Any]) -> ReviewClock:
    """Return the clock of assessments: the protocol's own, or the usual one. For a document without problems."""
    said = document.get("reviews")
    if said is None:
        return USUAL_REVIEW
    read = {name: int(value) for name, value in said.items() if name != "activate_from"}
    return ReviewClock(**read, activate_from=RiskLevel(said["activate_from"]))


def review_problems(document: Any) -> Iterator[Problem]:
    """Find what the schema cannot say about the clock of assessments; passes over what the schema refuses anyway."""
    said = document.get("reviews") if isinstance(document, dict) else None
    if not isinstance(said, dict):
        return
    hours = [said.get(f"{level}_hours") for level in ("extreme", "high", "medium", "low")]
    whole = [one for one in hours if type(one) is int]
    if len(whole) == len(hours) and whole != sorted(whole):
        yield Problem("reviews", mark("Un rischio più alto si rivaluta prima, non dopo: le ore non sono in ordine."))
