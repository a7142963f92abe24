# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What referrals came to: how many were answered and met, how fast, why not; and the way from hospital to centre.

Counted from what people did with a referral anyway: nobody types a figure.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from uuid import UUID

from approdo.kit.counts import FEWEST
from approdo.networks.rules import ServiceKind
from approdo.referrals.rules.states import CancelReason, RejectReason, Status


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one referral, without her alias: the case only tells which belong to one woman."""

    case: UUID
    requester: ServiceKind
    target: ServiceKind
    status: Status
    offered_at: datetime
    sent_at: datetime | None
    taken_at: datetime | None
    met_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    case_closed_at: datetime | None

    @property
    def answered_at(self) -> datetime | None:
        """When the target said yes or no; None when it never did."""
        return self.taken_at or (self.ended_at if self.status is Status.REJECTED else None)


class Stage(StrEnum):
    """How far the way from emergency department to centre was gone. Her yes and the sending are one act here."""

    OFFERED = "offered"
    SENT = "sent"
    TAKEN = "taken"
    MET = "met"
    THERE_30 = "there_30"
    THERE_90 = "there_90"


@dataclass(frozen=True, slots=True)
class Reached:
    """How many women reached a stage, of how many who could have by now."""

    stage: Stage
    count: int
    of: int


def funnel(courses: Iterable[Course], at: datetime) -> tuple[Reached, ...]:
    """Return how many women went how far from an emergency department to a centre.

    A woman counts once, however often she was sent. For the 30th and the 90th day only those count whose day has come;
    she is still there when her pathway was not closed by then.
    """
    women: dict[UUID, list[Course]] = {}
    for one in courses:
        if (one.requester, one.target) == (ServiceKind.EMERGENCY_DEPARTMENT, ServiceKind.SUPPORT_CENTRE):
            women.setdefault(one.case, []).append(one)
    offered = len(women)
    found = [Reached(Stage.OFFERED, offered, offered)]
    for stage, step in ((Stage.SENT, "sent_at"), (Stage.TAKEN, "taken_at"), (Stage.MET, "met_at")):
        found.append(Reached(stage, sum(any(getattr(one, step) for one in hers) for hers in women.values()), offered))
    met = [min((one for one in hers if one.met_at), key=_met, default=None) for hers in women.values()]
    for stage, days in ((Stage.THERE_30, 30), (Stage.THERE_90, 90)):
        days_after = [(_met(one) + timedelta(days=days), one.case_closed_at) for one in met if one is not None]
        due = [(day, closed) for day, closed in days_after if day <= at]
        found.append(Reached(stage, sum(closed is None or closed > day for day, closed in due), len(due)))
    return tuple(found)


def _met(one: Course) -> datetime:
    assert one.met_at is not None
    return one.met_at


@dataclass(frozen=True, slots=True)
class Answers:
    """What referrals to one kind of service came to; shares are of those sent."""

    target: ServiceKind
    sent: int
    met: int
    refused: int
    unanswered: int
    median_hours: float | None
    """From the sending to the first yes or no; None under five answers."""

    @property
    def median_days(self) -> float | None:
        """Return the same in days, to a tenth."""
        return None if self.median_hours is None else round(self.median_hours / 24, 1)


def answers(courses: Iterable[Course]) -> tuple[Answers, ...]:
    """Return what the referrals that were sent came to, by kind of the receiving service, the most asked first."""
    kinds: dict[ServiceKind, list[Course]] = {}
    for one in courses:
        if one.sent_at is not None:
            kinds.setdefault(one.target, []).append(one)
    found = [_answers(kind, sent) for kind, sent in kinds.items()]
    return tuple(sorted(found, key=lambda one: (-one.sent, one.target)))


def _answers(kind: ServiceKind, sent: list[Course]) -> Answers:
    waits = [(one.answered_at - one.sent_at) / timedelta(hours=1) for one in sent if one.answered_at and one.sent_at]
    return Answers(
        target=kind,
        sent=len(sent),
        met=sum(one.met_at is not None for one in sent),
        refused=sum(one.status is Status.REJECTED for one in sent),
        unanswered=sum(one.end_reason == CancelReason.NO_ANSWER for one in sent),
        median_hours=median(waits) if len(waits) >= FEWEST else None,
    )


def refusals(courses: Iterable[Course]) -> tuple[tuple[RejectReason, int], ...]:
    """Return how often each reason was given for a no, the most frequent first."""
    counted = Counter(RejectReason(one.end_reason) for one in courses if one.status is Status.REJECTED)
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
