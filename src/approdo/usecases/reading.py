# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever reads unusually much is asked why, waits, and is reported; nobody in an emergency is (security.md, T9, P27).

What was read is counted in the register itself. An activation, an answer and an emergency access are not readings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from approdo.access.rules import Actor, Role, acting
from approdo.activations import selectors as activations
from approdo.audit import selectors as log
from approdo.audit import services as audit
from approdo.audit.rules import FREE, Readings
from approdo.cases import selectors as cases
from approdo.cases.selectors import CasePage
from approdo.consents.rules import DANGERS_AN_HOUR, Limits, Reading, ReadingReason, Standing, beyond, code_of, opens_at
from approdo.kit.errors import Refusal
from approdo.kit.rows import Answer
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.usecases.notices import tell

REPORT_EVERY = timedelta(hours=1)
A_DAY = timedelta(days=1)
"""How long a case counts although she leads it, after she took the lead: who takes one after the other is noticed."""
STAYS_FOR = timedelta(days=3)
"""How long a report stands on the day of a coordinator."""


class Slowed(Refusal):
    """Beyond the limits: it opens to whoever says why, not before an instant."""

    status = 429
    code = "reading_slowed"
    sentence = _("Stai aprendo molti percorsi: di' perché, e aspetta qualche secondo.")

    def __init__(self, case_id: UUID, reading: Reading, opens_at: datetime) -> None:
        super().__init__()
        self.case_id, self.reading, self.opens_at = case_id, reading, opens_at


def counted(actor: Actor, case: CasePage, standing: Standing, reading: Reading, now: datetime) -> dict[str, str]:
    """Return what the entry of a reading says about the budget: nothing, or why it does not count.

    Raises ``Slowed`` beyond the limits.
    """
    return ask_counted(actor, case.id, now)(case, standing, reading)


def ask_counted(actor: Actor, case_id: UUID, now: datetime) -> Callable[[CasePage, Standing, Reading], dict[str, str]]:
    """Ask for the same, before the case is known; the answer is waited for when what is returned is called."""
    operator_id, _service_id = acting(actor)
    took_lead = log.ask_took_lead(operator_id, case_id, now - A_DAY)

    def answered(case: CasePage, standing: Standing, reading: Reading) -> dict[str, str]:
        if free := _free(actor, case, standing, took_lead, now):
            return {FREE: free}
        spent = log.readings(operator_id, case_id, now)
        if over := beyond(spent, reading, _limits()):
            raise Slowed(case_id, reading, opens_at(over, spent.last_at, now))
        return {}

    return answered


def _free(actor: Actor, case: CasePage, standing: Standing, took_lead: Answer[bool], now: datetime) -> str:
    """Say why a reading never counts nor waits; the dearest question comes last."""
    if case.lead_operator_id == actor.operator_id and not took_lead.value:
        return "lead"
    if standing.glass_broken:
        return "glass"
    if activations.open_on(actor, case.id) is not None:
        return "activation"
    around = {case.lead_service_id, *(one.service_id for one in case.participants)}
    return "on_call" if actor.service_id in around and networks.on_duty(actor, now) else ""


def _limits() -> Limits:
    return Limits(**settings.READINGS)


@transaction.atomic
def go_on(*, actor: Actor, case_id: UUID, reading: Reading, reason: str, now: datetime) -> None:
    """Note why an operator beyond the limits opens one more; report her, once in an hour at most.

    Raises ``Invalid`` without a reason, ``Slowed`` before its instant, ``NotFound`` when the case is not there for her.
    """
    operator_id, _service_id = acting(actor)
    cases.case_page(actor, case_id)
    why = code_of(ReadingReason, reason, "many")
    audit.one_reading_at_a_time(operator_id=operator_id)
    spent = log.readings(operator_id, case_id, now)
    over = beyond(spent, reading, _limits())
    if not over:
        return
    dangers = log.dangers_said(operator_id, now) if why == ReadingReason.DANGER else DANGERS_AN_HOUR
    opens = opens_at(over, spent.last_at, now, dangers=dangers)
    if now < opens:
        raise Slowed(case_id, reading, opens)
    audit.record(
        actor=actor,
        verb="record.go_on",
        subject=f"case:{case_id}",
        case_id=case_id,
        now=now,
        detail={"many": why, "beyond": over},
    )
    if not log.reported(operator_id, now - REPORT_EVERY):
        _report(actor, operator_id, spent, now)


def _report(actor: Actor, operator_id: int, spent: Readings, now: datetime) -> None:
    """Tell the coordinators of her organisation and of others around it, never herself: who and how many, no case."""
    audit.record(
        actor=actor,
        verb="reading.report",
        subject=f"operator:{operator_id}",
        now=now,
        detail={
            "cases": spent.others_in_a_day + 1,
            "uncovered": spent.uncovered_in_an_hour,
            "since": (spent.first_at or now).isoformat(),
        },
    )
    organisation = actor.organisation_id
    people = {*networks.coordinators_of([organisation]), *networks.coordinators_beside(organisation)} - {operator_id}
    tell(people, uuid4(), now)


@dataclass(frozen=True, slots=True)
class Unusual:
    """Somebody who reads unusually much: who, of which service, how many different cases and data, since when."""

    who: str
    service: str
    cases: int
    uncovered: int
    since: datetime
    at: datetime


def unusual(actor: Actor, now: datetime) -> tuple[Unusual, ...]:
    """Return whom a coordinator should ask about: of her organisation, or of those around it that she coordinates.

    Never about herself; nothing for any other role.
    """
    if actor.role not in {Role.ORGANISATION_COORDINATOR, Role.NETWORK_COORDINATOR}:
        return ()
    organisations = {actor.organisation_id or 0}
    if actor.role is Role.NETWORK_COORDINATOR:
        organisations |= networks.other_organisations_around(actor.organisation_id)
    found = log.reports_since(now - STAYS_FOR, organisations)
    others = [one for one in found if one.operator_id != actor.operator_id]
    plates = networks.name_plates({one.service_id for one in others}) if others else {}
    return tuple(
        Unusual(
            networks.name_of(one.operator_id),
            plates[one.service_id].label,
            one.cases,
            one.uncovered,
            one.since,
            one.at,
        )
        for one in others
    )
