# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What recognition says, line by line: date, code or words, points, source. Never a label, only a reason to ask."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Detector(StrEnum):
    """Which of the detectors found a line."""

    SAID = "said"
    """A code, a field or words already say it: points do not count."""
    SHOWN = "shown"
    """What this visit shows."""
    ACCUMULATING = "accumulating"
    """What the visits before it add up to."""


class Band(StrEnum):
    """What comes of it, the strongest last (recognition-and-risk.md, section 3c)."""

    NONE = "none"
    QUIET = "quiet"
    """Three points: a marker, no prompt."""
    ASK = "ask"
    """Four or more: ask her, alone."""
    IMMEDIATE = "immediate"
    """Somebody already wrote it: the pathway begins."""


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One line of an explanation, in an order that two engines share: instant, visit, key, what.

    ``key`` names the row of the table or of the lexicon that it comes from, where its sentence and its source are;
    ``what`` is the code (``ICD-9-CM 995.81``), the sign, the number of visits, or the key of the words: never the
    words of a note.
    """

    at: datetime
    visit: str
    key: str
    what: str
    detector: Detector
    points: int
    """What it adds after caps; 0 for what is a rule and for what a cap took away."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one visit comes to, with the visits before it."""

    visit: str
    points: int
    band: Band
    evidence: tuple[Evidence, ...]
    """In order; empty for a visit that says nothing."""
