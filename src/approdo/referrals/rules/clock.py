# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clock of an answer that is owed: a reminder, then the coordinator, then the end for want of an answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from approdo.protocols.rules import ReferralClock
from approdo.referrals.rules.states import Act


@dataclass(frozen=True, slots=True)
class Owed:
    """An answer that is owed: since when, by which clock, and what the clock has done meanwhile."""

    since: datetime
    clock: ReferralClock
    reminded: bool = False
    escalated: bool = False

    @property
    def answer_by(self) -> datetime:
        """The limit that both sides read."""
        return self.since + timedelta(hours=self.clock.answer_within_hours)

    @property
    def next(self) -> tuple[Act, datetime]:
        """What the clock does next if nobody answers, and when. Hours are hours: through nights and holidays too."""
        for done, act, hours in (
            (self.reminded, Act.REMIND, self.clock.remind_after_hours),
            (self.escalated, Act.ESCALATE, self.clock.escalate_after_hours),
        ):
            if not done:
                return act, self.since + timedelta(hours=hours)
        return Act.GIVE_UP, self.since + timedelta(hours=self.clock.close_after_hours)
