# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When an assessment is done again: by its level, and at once when something happens.

Source: recognition-and-risk.md, section 6. The hours follow VioGén's maxima and are not verified there: a network may
write its own.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from approdo.risk.rules.instrument import Outcome

USUAL_CLOCK: Mapping[Outcome | None, timedelta] = {
    Outcome.EXTREME: timedelta(hours=72),
    Outcome.HIGH: timedelta(days=7),
    Outcome.MEDIUM: timedelta(days=30),
    Outcome.LOW: timedelta(days=60),
    None: timedelta(days=7),
}
"""How long a level holds; None: it could not be assessed."""


class Trigger(StrEnum):
    """What asks for a new assessment at once, whatever the last one said."""

    NEW_INCIDENT = "new_incident"
    SEPARATION = "separation"
    STRANGULATION = "strangulation"
    DEATH_OR_SUICIDE_THREAT = "death_or_suicide_threat"
    WEAPON = "weapon"
    BREACH_OF_ORDER = "breach_of_order"
    END_OF_MEASURE = "end_of_measure"
    PREGNANCY_OR_BIRTH = "pregnancy_or_birth"
    CUSTODY_HEARING = "custody_hearing"
    STALKING = "stalking"
    BACK_TOGETHER = "back_together"
    COMPLAINT_WITHDRAWN = "complaint_withdrawn"
    NEW_EMERGENCY_VISIT = "new_emergency_visit"
    HER_FEAR_RISES = "her_fear_rises"


def due_at(
    assessed_at: datetime,
    level: Outcome | None,
    happened: Mapping[Trigger, datetime],
    clock: Mapping[Outcome | None, timedelta] = USUAL_CLOCK,
) -> datetime:
    """Return when it is to be done again: when the level runs out, or when something happened since, if earlier.

    Raises ``KeyError`` for a level that the clock does not know: a network's own clock names them all.
    """
    since = [at for at in happened.values() if at > assessed_at]
    return min([assessed_at + clock[level], *since])
