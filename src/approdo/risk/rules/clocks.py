# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When an assessment is done again: by its level, and at once when something happens.

Source: recognition-and-risk.md, section 6. How long a level holds, the protocol says (``protocols.rules.ReviewClock``).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from approdo.kit.words import mark as _
from approdo.protocols.rules import ReviewClock
from approdo.risk.rules.deciding import StandingLevel
from approdo.risk.rules.instrument import RISK_LEVEL, Outcome, at_least


class Trigger(StrEnum):
    """What asks for a new assessment at once, whatever the last one said."""

    NEW_INCIDENT = "new_incident"
    STRANGULATION = "strangulation"
    DEATH_OR_SUICIDE_THREAT = "death_or_suicide_threat"
    WEAPON = "weapon"
    HER_FEAR_RISES = "her_fear_rises"
    SEPARATION = "separation"
    STALKING = "stalking"
    NEW_EMERGENCY_VISIT = "new_emergency_visit"
    BREACH_OF_ORDER = "breach_of_order"
    END_OF_MEASURE = "end_of_measure"
    PREGNANCY_OR_BIRTH = "pregnancy_or_birth"
    CUSTODY_HEARING = "custody_hearing"
    BACK_TOGETHER = "back_together"
    COMPLAINT_WITHDRAWN = "complaint_withdrawn"


TRIGGER_LABELS: dict[Trigger, str] = {
    Trigger.NEW_INCIDENT: _("un nuovo episodio"),
    Trigger.STRANGULATION: _("mani al collo, o strangolamento"),
    Trigger.DEATH_OR_SUICIDE_THREAT: _("minacce di morte, sue o di suicidio"),
    Trigger.WEAPON: _("un'arma"),
    Trigger.HER_FEAR_RISES: _("la sua paura cresce"),
    Trigger.SEPARATION: _("si separa, o lo annuncia"),
    Trigger.STALKING: _("la segue, la controlla, la cerca"),
    Trigger.NEW_EMERGENCY_VISIT: _("un nuovo accesso in pronto soccorso"),
    Trigger.BREACH_OF_ORDER: _("ha violato un ordine o un divieto"),
    Trigger.END_OF_MEASURE: _("esce dal carcere, o finisce una misura"),
    Trigger.PREGNANCY_OR_BIRTH: _("una gravidanza, o una nascita"),
    Trigger.CUSTODY_HEARING: _("un'udienza sui figli"),
    Trigger.BACK_TOGETHER: _("tornano a vivere insieme"),
    Trigger.COMPLAINT_WITHDRAWN: _("la querela è ritirata"),
}


def due_at(standing: StandingLevel | None, happened: Iterable[datetime], clock: ReviewClock) -> datetime | None:
    """Return when it is to be done again: when the level runs out, or when something happened since, if earlier.

    Where somebody tried since and could not tell, it is tried again as soon as where nobody ever could. Never assessed,
    it is due at the first thing that happened; None when nothing did: until then the protocol's step asks for it.
    """
    if standing is None:
        return min(happened, default=None)
    since = [at for at in happened if at > standing.assessed_at]
    pace = None if standing.level is None else RISK_LEVEL[standing.level]
    tried = [] if standing.tried_at is None else [standing.tried_at + timedelta(hours=clock.hours(None))]
    return min([standing.assessed_at + timedelta(hours=clock.hours(pace)), *tried, *since])


def proposes_activation(level: Outcome | None, clock: ReviewClock) -> bool:
    """Tell whether a level is at or above the one from which a protocol proposes to activate the network."""
    return at_least(level, clock.activate_from)
