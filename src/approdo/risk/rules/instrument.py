# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An assessment instrument as frozen values: items, answers, how they are scored, what the score means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from approdo.kit.words import mark as _
from approdo.protocols.rules import RiskLevel

FORMAT = 1


class Purpose(StrEnum):
    """What an instrument is for."""

    DANGER = "danger"
    CASE_FINDING = "case_finding"
    CHILD = "child"
    SIGN = "sign"
    """Something that says how bad it is where it is there, and nothing at all where it is not."""


PURPOSE_LABELS: dict[Purpose, str] = {
    Purpose.DANGER: _("quanto è in pericolo"),
    Purpose.CASE_FINDING: _("chiedere in privato"),
    Purpose.CHILD: _("segni nei bambini"),
    Purpose.SIGN: _("un segno che da solo alza il rischio"),
}


class Window(StrEnum):
    """To what time a question looks back."""

    EVER = "ever"
    PAST_YEAR = "past_year"
    PAST_SIX_MONTHS = "past_six_months"
    CURRENT = "current"


WINDOW_LABELS: dict[Window, str] = {
    Window.EVER: _("in qualsiasi momento"),
    Window.PAST_YEAR: _("nell'ultimo anno"),
    Window.PAST_SIX_MONTHS: _("negli ultimi sei mesi"),
    Window.CURRENT: _("adesso"),
}


class Scorer(StrEnum):
    """How answers become a score; a judgement has none."""

    COUNT = "count"
    WEIGHTED = "weighted"
    SENTINEL_OR_COUNT = "sentinel_or_count"
    JUDGEMENT_ONLY = "judgement_only"


class Outcome(StrEnum):
    """What a score means, the worst last."""

    NEGATIVE = "negative"
    LOW = "low"
    MEDIUM = "medium"
    POSITIVE = "positive"
    HIGH = "high"
    EXTREME = "extreme"


OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.NEGATIVE: _("niente da segnalare"),
    Outcome.LOW: _("basso"),
    Outcome.MEDIUM: _("medio"),
    Outcome.POSITIVE: _("da approfondire"),
    Outcome.HIGH: _("alto"),
    Outcome.EXTREME: _("estremo"),
}
FINDINGS = frozenset({Outcome.NEGATIVE, Outcome.POSITIVE})
"""What an instrument says that looks for something, rather than how much danger there is."""
LEVELS = frozenset(Outcome) - FINDINGS
SAYS: dict[Purpose, frozenset[Outcome]] = {
    Purpose.DANGER: LEVELS,
    Purpose.CASE_FINDING: FINDINGS,
    Purpose.CHILD: FINDINGS,
    Purpose.SIGN: LEVELS | {Outcome.NEGATIVE},
}
"""What the scores of an instrument may mean."""
ORDER: dict[Outcome, int] = {outcome: place for place, outcome in enumerate(Outcome)}
"""How bad an outcome is. Case finding says negative or positive, danger low to extreme; a sign negative or a level."""


RISK_LEVEL: dict[Outcome, RiskLevel] = {
    Outcome.NEGATIVE: RiskLevel.LOW,
    Outcome.LOW: RiskLevel.LOW,
    Outcome.MEDIUM: RiskLevel.MEDIUM,
    Outcome.POSITIVE: RiskLevel.HIGH,
    Outcome.HIGH: RiskLevel.HIGH,
    Outcome.EXTREME: RiskLevel.EXTREME,
}
"""How an outcome is treated: a sign in a child like a high risk, none like a low one."""
_RANK = {level: place for place, level in enumerate(RiskLevel)}


def at_least(outcome: Outcome | None, level: RiskLevel) -> bool:
    """Tell whether an outcome is treated like this level or a worse one; None is not."""
    return outcome is not None and _RANK[RISK_LEVEL[outcome]] >= _RANK[level]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that may be given, what it adds, and how it reads."""

    code: str
    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question or sign."""

    code: str
    text: str
    answers: tuple[Answer, ...]
    window: Window

    @property
    def range(self) -> tuple[int, int]:
        """The least and the most that it can add, which is what it adds while it is not known."""
        points = [answer.points for answer in self.answers]
        return min(points), max(points)


@dataclass(frozen=True, slots=True)
class Sentinel:
    """Answers after which, once all of them were given, the outcome is at least so bad, whatever the score."""

    answers: tuple[tuple[str, str], ...]
    """(item, answer) of each; mostly one."""
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Band:
    """The scores from one to another, both included, that mean an outcome."""

    least: int
    most: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of an instrument; ``licence``: what its text may be used for."""

    code: str
    version: str
    language: str
    title: str
    purpose: Purpose
    licence: str
    source: str
    validated: bool
    """Whether this wording was validated in this language."""
    items: tuple[Item, ...]
    scorer: Scorer
    sentinels: tuple[Sentinel, ...]
    bands: tuple[Band, ...]
    expires: date | None

    @property
    def range(self) -> tuple[int, int]:
        """The least and the most that all items together can add."""
        return sum(item.range[0] for item in self.items), sum(item.range[1] for item in self.items)

    @property
    def judged(self) -> bool:
        """Tell whether nothing is added up: a person sets the level."""
        return self.scorer is Scorer.JUDGEMENT_ONLY

    @property
    def levels(self) -> tuple[Outcome, ...]:
        """The levels that a person may set beside it, the worst last: those of its own kind."""
        purpose = self.purpose if self.bands else Purpose.DANGER  # who judges says how bad it is, of a child as well
        return tuple(outcome for outcome in Outcome if outcome in SAYS[purpose])

    @property
    def named_sentinels(self) -> tuple[tuple[str, Outcome], ...]:
        """Each sentinel as its questions and what the answers to them come to at least."""
        texts = {item.code: item.text for item in self.items}
        return tuple((" + ".join(texts[item] for item, _ in one.answers), one.outcome) for one in self.sentinels)

    def runs_out_before(self, day: date) -> bool:
        """Tell whether its licence has run out before a day; it holds to the end of its last one."""
        return self.expires is not None and self.expires < day


def parse(document: Mapping[str, Any]) -> Instrument:
    """Turn a document without faults into frozen values; on one with faults it raises KeyError or ValueError."""
    sets = {
        name: tuple(Answer(one["code"], int(one["points"]), one["text"]) for one in listed)
        for name, listed in document["answer_sets"].items()
    }
    return Instrument(
        code=document["code"],
        version=document["version"],
        language=document["language"],
        title=document["title"],
        purpose=Purpose(document["purpose"]),
        licence=document["licence"],
        source=document["source"],
        validated=bool(document["validated"]),
        items=tuple(
            Item(one["code"], one["text"], sets[one["answers"]], Window(one.get("window", Window.EVER)))
            for one in document["items"]
        ),
        scorer=Scorer(document["scorer"]),
        sentinels=tuple(
            Sentinel(
                tuple((part["item"], part["answer"]) for part in (one, *one.get("and", ()))), Outcome(one["outcome"])
            )
            for one in document.get("sentinels", ())
        ),
        bands=tuple(
            Band(int(one["from"]), int(one["to"]), Outcome(one["outcome"])) for one in document.get("bands", ())
        ),
        expires=date.fromisoformat(document["expires"]) if "expires" in document else None,
    )
