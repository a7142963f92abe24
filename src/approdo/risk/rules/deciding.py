# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who sets another level than an instrument comes to: up alone, down with a reason, from high with another reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from approdo.kit.words import mark as _
from approdo.protocols.rules import RiskLevel
from approdo.risk.rules.instrument import ORDER, Outcome, Purpose, at_least

SHORTEST_REASON, LONGEST_REASON = 10, 1000
_ANOTHER_READS = RiskLevel.HIGH


@dataclass(frozen=True, slots=True)
class Judged:
    """A level that a person set beside an instrument's; one that needs a reader holds once a colleague has read it."""

    level: Outcome | None
    """None: it cannot be assessed now."""
    made_at: datetime
    needs_reader: bool
    read_at: datetime | None

    @property
    def holds_from(self) -> datetime | None:
        """Return since when it holds; None while nobody has read it."""
        return self.read_at if self.needs_reader else self.made_at


def level_in_force(outcome: Outcome | None, judged: Iterable[Judged]) -> Outcome | None:
    """Return the level that holds: what a person set last and holds, or else what the instrument came to."""
    holding = [(one.holds_from, one.level) for one in judged if one.holds_from is not None]
    return max(holding, key=lambda one: one[0])[1] if holding else outcome


def carried(before: Outcome | None, level: Outcome | None, judged: Iterable[Judged]) -> Outcome | None:
    """Return the level that holds once the same instrument was filled in again; ``before``: what held until then.

    From high another sheet lowers it no more than a person alone does: only once a colleague has read why.
    """
    return before if needs_reader(before, level) and not any(one.read_at for one in judged) else level


def overtaken(one: Judged, beside: Iterable[Judged]) -> bool:
    """Tell whether another judgement beside the same assessment began to hold since this one was made.

    Read now, it would undo what its author did not know of: a level that somebody has raised meanwhile.
    """
    return any(other.holds_from is not None and other.holds_from > one.made_at for other in beside if other is not one)


def lowers(standing: Outcome | None, chosen: Outcome | None) -> bool:
    """Tell whether a level would be lower than the one that holds: one that cannot be told is lower than any."""
    return standing is not None and (chosen is None or ORDER[chosen] < ORDER[standing])


def needs_reader(standing: Outcome | None, chosen: Outcome | None) -> bool:
    """Tell whether a colleague has to read before it holds: from high one goes down in two."""
    return lowers(standing, chosen) and at_least(standing, _ANOTHER_READS)


def decision_faults(standing: Outcome | None, chosen: Outcome | None, *, reason: str) -> dict[str, str]:
    """Return what is missing before a level is set, a sentence per field; empty when it may be.

    Raising what stands needs no reason. Where nothing stands (None) the judgement is hers, with a reason.
    """
    if standing is not None and not lowers(standing, chosen):
        return {}
    return reason_faults(reason)


def reason_faults(reason: str) -> dict[str, str]:
    """Return what is wrong with a reason that whoever comes after is to understand."""
    if SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        return {}
    return {"reason": _("Scrivi perché, in dieci caratteri almeno: chi legge dopo deve capirlo.")}


@dataclass(frozen=True, slots=True)
class Assessed:
    """One assessment as the standing level reads it: with which instrument, for what, when, and the level in force.

    ``tells``: something was answered, or a person set a level. One that tells nothing is an attempt: with a person's
    reason (``tried``) it could not be assessed; without, it is an untouched sheet, and nothing at all.
    """

    instrument: str
    purpose: Purpose
    at: datetime
    level: Outcome | None
    tells: bool = True
    tried: bool = True

    @property
    def absent(self) -> bool:
        """Tell whether it looked for a sign that is not there, which says nothing of how bad it is otherwise."""
        return self.purpose is Purpose.SIGN and self.level is Outcome.NEGATIVE


@dataclass(frozen=True, slots=True)
class StandingLevel:
    """The level that holds for somebody, and when an instrument last came to it; None: it could not be assessed."""

    level: Outcome | None
    assessed_at: datetime
    tried_at: datetime | None = None
    """When somebody tried again since and could not tell."""


_DANGER = frozenset({Purpose.DANGER, Purpose.CHILD, Purpose.SIGN})


def standing(found: Iterable[Assessed]) -> StandingLevel | None:
    """Return the worst of what the last assessment with each instrument says; None when nothing was ever assessed.

    Tools stand side by side: nothing is added up and no tool lowers another (recognition-and-risk.md, sections 1a, 6).
    What only looks for a reason to ask is left out, and so is a sheet on which nobody answered or wrote anything, or
    one that looked for a sign and found none. It was last assessed when an instrument whose word it is was last
    answered: a milder one beside it, or an attempt that tells nothing, puts no clock off.
    """
    counted = sorted(
        (one for one in found if one.purpose in _DANGER and (one.tells or one.tried)), key=lambda one: one.at
    )
    last = [one for one in {one.instrument: one for one in counted}.values() if not one.absent]
    if not last:
        return None
    unknown = [one.at for one in last if one.level is None]
    levels = [one.level for one in last if one.level is not None]
    if not levels:
        return StandingLevel(None, max(unknown))
    worst = max(levels, key=lambda level: ORDER[level])
    whose = {one.instrument for one in last if one.level is worst}
    holding = [one for one in counted if one.instrument in whose and one.level is worst]
    told = max(one.at for one in [one for one in holding if one.tells] or holding)
    return StandingLevel(worst, told, max((at for at in unknown if at > told), default=None))


def closing_is_read(levels: Iterable[Outcome | None]) -> bool:
    """Tell whether a case with these standing levels is closed only with a reason that a colleague has read."""
    return any(at_least(level, _ANOTHER_READS) for level in levels)
