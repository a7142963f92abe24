# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long a referral may wait for an answer: what a protocol says of it, and what holds when it says nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from approdo.kit.words import mark
from approdo.protocols.rules.problem import Problem

LONGEST_HOURS = 60 * 24


class Urgency(StrEnum):
    """How soon an answer is needed: FHIR ``request-priority``. Its fourth, ``stat``, is an activation here."""

    ASAP = "asap"
    URGENT = "urgent"
    ROUTINE = "routine"


URGENCY_LABELS: dict[Urgency, str] = {
    Urgency.ASAP: mark("appena possibile"),
    Urgency.URGENT: mark("urgente"),
    Urgency.ROUTINE: mark("ordinario"),
}


@dataclass(frozen=True, slots=True)
class ReferralClock:
    """Hours from the sending, whatever the day: the limit, the reminder, the coordinator, the end without an answer."""

    answer_within_hours: int
    remind_after_hours: int
    escalate_after_hours: int
    close_after_hours: int

    @property
    def in_order(self) -> bool:
        """Tell whether the reminder comes before the limit, and the end last."""
        asked = self.remind_after_hours < self.answer_within_hours
        return asked and self.answer_within_hours <= self.escalate_after_hours < self.close_after_hours


USUAL_CLOCKS: dict[Urgency, ReferralClock] = {
    Urgency.ASAP: ReferralClock(4, 2, 6, 48),
    Urgency.URGENT: ReferralClock(24, 12, 36, 120),
    Urgency.ROUTINE: ReferralClock(72, 48, 96, 240),
}
"""Ours, for protocols that say nothing: no norm names these hours."""


def clocks(document: Mapping[str, Any]) -> dict[Urgency, ReferralClock]:
    """Return the clock for each urgency: the protocol's own, or the usual one. For a document without problems."""
    said = {Urgency(one["urgency"]): _clock(one) for one in document.get("referrals", ())}
    return USUAL_CLOCKS | said


def clock_problems(document: Any) -> Iterator[Problem]:
    """Find what the schema cannot say about the clocks of referrals; passes over what the schema refuses anyway."""
    listed = document.get("referrals") if isinstance(document, dict) else None
    seen: set[str] = set()
    for index, one in enumerate(listed if isinstance(listed, list) else ()):
        path = f"referrals[{index}]"
        if not isinstance(one, dict):
            continue
        if (urgency := str(one.get("urgency"))) in seen:
            yield Problem(f"{path}.urgency", mark("Per «%(urgency)s» ci sono già le ore."), {"urgency": urgency[:20]})
        seen.add(urgency)
        hours = [one.get(name) for name in ReferralClock.__dataclass_fields__]
        if all(type(each) is int for each in hours) and not _clock(one).in_order:
            yield Problem(
                path,
                mark(
                    "Le ore non sono in ordine: prima il sollecito, "
                    "poi il limite per rispondere, poi la coordinatrice, "
                    "per ultima la chiusura."
                ),
            )


def _clock(one: Mapping[str, Any]) -> ReferralClock:
    return ReferralClock(**{name: int(one[name]) for name in ReferralClock.__dataclass_fields__})
