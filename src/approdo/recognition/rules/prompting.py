# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether somebody is told to ask her, now; and what an answer does to the next time.

A prompt is a question, never a label (recognition-and-risk.md, sections 3c and 5; ADR 0027).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from approdo.access.rules import Role
from approdo.kit.words import mark as _
from approdo.networks.rules import ServiceKind
from approdo.recognition.rules.evidence import Band, Detector, Evidence, Verdict
from approdo.recognition.rules.visit import Sign

TREATING = frozenset({Role.EMERGENCY_OPERATOR, Role.ON_CALL_OPERATOR})
"""Who treats her, and so may be told to ask; whoever coordinates reads counts and nothing else."""


ASKS = frozenset({Band.ASK, Band.IMMEDIATE})
"""Bands that are a reason to ask; three points are a quiet marker and never a prompt."""


def may_treat(role: Role | None, kind: str | None) -> bool:
    """Tell whether a role in a service of a kind treats women who come to an emergency department."""
    return role in TREATING and kind == ServiceKind.EMERGENCY_DEPARTMENT


class Mode(StrEnum):
    """What a site does with recognition, until somebody changes it with a reason."""

    OFF = "off"
    """Nothing is read and nothing kept."""
    SILENT = "silent"
    """It computes, shows nobody, and tells the governance what it would have done."""
    PROMPTING = "prompting"


MODE_LABELS: dict[Mode, str] = {
    Mode.OFF: _("Spento"),
    Mode.SILENT: _("In silenzio"),
    Mode.PROMPTING: _("Attivo"),
}
MODE_STEPS: dict[Mode, frozenset[Mode]] = {
    Mode.OFF: frozenset({Mode.SILENT}),
    Mode.SILENT: frozenset({Mode.OFF, Mode.PROMPTING}),
    Mode.PROMPTING: frozenset({Mode.OFF, Mode.SILENT}),
}
"""No site prompts before it has been silent: what it would have done is looked at first (section 3e)."""
ADVISED_SILENCE = timedelta(days=90)
"""How long a site had better stay silent before it prompts: three months at least (section 3e)."""
SHORTEST_REASON, LONGEST_REASON = 10, 500


class Answer(StrEnum):
    """What came of a prompt, in one press."""

    ASKED_NO = "asked_no"
    ASKED_YES = "asked_yes"
    NOT_NOW = "not_now"
    KNOWN = "known"


ANSWER_LABELS: dict[Answer, str] = {
    Answer.ASKED_YES: _("Gliel'ho chiesto: sì"),
    Answer.ASKED_NO: _("Gliel'ho chiesto: no"),
    Answer.NOT_NOW: _("Adesso non si può"),
    Answer.KNOWN: _("Si sapeva già"),
}
SLEEPS = frozenset({Answer.ASKED_NO, Answer.ASKED_YES, Answer.KNOWN})
"""Answers after which nothing asks again for a while; «not now» comes back at her next visit."""
USUAL_SLEEP = timedelta(days=365)
CORRECTABLE = timedelta(hours=12)
"""So long a press may be corrected: about a shift."""


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier prompt about the same woman at the same site."""

    silent: bool
    made_at: datetime
    answer: Answer | None
    answered_at: datetime | None
    evidence: tuple[Evidence, ...]


class Step(StrEnum):
    """What is done with a verdict."""

    NOTHING = "nothing"
    KEPT = "kept"
    """Stored for the silent report, and shown to nobody."""
    SHOWN = "shown"


def step(mode: Mode, verdict: Verdict, past: Sequence[Past], now: datetime, *, sleep: timedelta = USUAL_SLEEP) -> Step:
    """Return what is done with a verdict at a site, given the earlier prompts about the same woman."""
    if mode is Mode.OFF or verdict.band not in ASKS or _asleep(mode, verdict, past, now, sleep):
        return Step.NOTHING
    return Step.SHOWN if mode is Mode.PROMPTING else Step.KEPT


def _asleep(mode: Mode, verdict: Verdict, past: Sequence[Past], now: datetime, sleep: timedelta) -> bool:
    """Tell whether an answer of before still holds and nothing new has come since.

    What a silent site kept was never asked: it puts nothing to sleep for her. While the site is silent, though, it
    counts as answered when it was made, so that the report says how many prompts there would have been, not how many
    visits of women whom somebody would have asked already.
    """
    holding = [one for one in past if (since := _since(one, mode)) is not None and now - since < sleep]
    told = [line for one in holding for line in one.evidence]
    return bool(holding) and not any(_is_new(line, told) for line in waking(verdict.evidence))


def _since(one: Past, mode: Mode) -> datetime | None:
    if one.silent:
        return one.made_at if mode is Mode.SILENT else None
    return one.answered_at if one.answer in SLEEPS else None


def waking(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the lines that speak for asking: what was said, and what adds points."""
    return tuple(line for line in evidence if line.detector is Detector.SAID or line.points > 0)


def _is_new(line: Evidence, told: Sequence[Evidence]) -> bool:
    """Tell whether a line says something that was not told before.

    A fact is new when it is of another visit. A number grows with every visit: it is new when it adds more points than
    before. That a centre knows her stays so, and is new once.
    """
    alike = [one for one in told if one.key == line.key]
    if line.detector is Detector.ACCUMULATING and line.what.isdecimal():
        return line.points > max((one.points for one in alike), default=0)
    if line.what == Sign.KNOWN_TO_NETWORK:
        return not alike
    return all((one.visit, one.what) != (line.visit, line.what) for one in alike)


def may_change(answer: Answer | None, answered_at: datetime | None, now: datetime) -> bool:
    """Tell whether a prompt still takes an answer, or another one: «not now» always, the others for half a day."""
    if answer is None or answered_at is None or answer is Answer.NOT_NOW:
        return True
    return now - answered_at <= CORRECTABLE


def mode_faults(current: Mode, chosen: Mode, reason: str) -> Mapping[str, str]:
    """Return what keeps a site from changing its mode, a sentence per field; empty when it may."""
    found = {}
    if chosen not in MODE_STEPS[current]:
        found["mode"] = (
            _("È già così.")
            if chosen is current
            else _("Prima il servizio sta in silenzio: si guarda che cosa avrebbe fatto, e poi si attiva.")
        )
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        found["reason"] = _("Scrivi perché, in dieci caratteri almeno.")
    return found
