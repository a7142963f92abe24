# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody who is kept out of a case asked for it: who leads and an independent referent learn of it (P14)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from approdo.access.rules import SYSTEM, Actor, Role
from approdo.access.services import as_system
from approdo.activations import selectors as activations
from approdo.audit import selectors as log
from approdo.audit.selectors import Attempt
from approdo.cases import selectors as cases
from approdo.consents import selectors as consents
from approdo.consents import services
from approdo.kit.rows import Answer
from approdo.networks import selectors as networks
from approdo.referrals import selectors as referrals
from approdo.usecases.notices import tell

ONE_MESSAGE_IN = timedelta(hours=1)
STAYS_FOR = timedelta(days=3)
"""How long an attempt stands on a day and on the page of the case; in the access log it stays."""


def note(*, actor: Actor, named: Mapping[str, Any], now: datetime) -> None:
    """Write down that the actor asked for a case that is not there for her, whatever the cause.

    ``named`` is what the address named: a case, or an activation or a referral, to which an old link leads.
    """
    case_id = named.get("case_id")
    case_id = case_id or _case_of(named.get("activation_id"), activations.case_of)
    case_id = case_id or _case_of(named.get("referral_id"), referrals.case_of)
    if case_id is not None:
        services.note_attempt(actor=actor, case_id=case_id, now=now)


def _case_of(named: UUID | None, case_of: Callable[[UUID], UUID | None]) -> UUID | None:
    """Return the case of what was named; of what was never there its own number, so that both cost the same."""
    if named is None:
        return None
    with as_system():
        return case_of(named) or named


def tell_of(*, now: datetime, limit: int = 0) -> int:
    """Tell of attempts that nobody was told of, one message for an hour of them; return how many. For the sweep.

    At the door nothing of this is done: there an attempt costs what asking for an absent case costs.
    """
    found = log.attempts_untold(now - STAYS_FOR, ONE_MESSAGE_IN)
    for one in found:
        _tell(one, now)
    return len(found)


@transaction.atomic
def _tell(one: Attempt, now: datetime) -> None:
    """Who tried is never told, nor whoever else is kept out, whatever they are to the case."""
    kept_out = consents.kept_out([one.case_id]).get(one.case_id, frozenset())
    manager = cases.manager_of(one.case_id)
    people = {*consents.referents(one.case_id, one.organisation_id), *manager} - kept_out - {one.operator_id}
    tell(people, uuid4(), now)
    services.attempt_told(actor=SYSTEM, case_id=one.case_id, operator_id=one.operator_id, people=len(people), now=now)


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt as it is shown: when, who, of which service; and the case, to who leads it only."""

    at: datetime
    who: str
    service: str
    case_id: UUID | None
    alias: str


def ask_lately(now: datetime) -> Answer[tuple[Attempt, ...]]:
    """Ask for the attempts of the last days; ``shown_to`` says what of them somebody sees."""
    return log.ask_attempts_since(now - STAYS_FOR)


def shown_to(actor: Actor, found: Sequence[Attempt], case_id: UUID | None = None) -> tuple[Tried, ...]:
    """Return of some attempts those at the cases that the actor's service leads (at one of them, if named), and,
    without a word about the case, those that a network coordinator is the independent referent for."""
    if not found:
        return ()
    led = cases.led_among(actor, {one.case_id for one in found})
    if case_id is not None:
        return _tried([one for one in found if one.case_id == case_id and case_id in led], led)
    around: frozenset[int] = frozenset()
    if actor.role is Role.NETWORK_COORDINATOR:
        around = networks.other_organisations_around(actor.organisation_id)
    kept_from_her = consents.blocked_cases(actor.operator_id or 0)
    return _tried(
        [
            one
            for one in found
            if one.case_id in led or (one.organisation_id in around and one.case_id not in kept_from_her)
        ],
        led,
    )


def _tried(found: Sequence[Attempt], led: dict[UUID, str]) -> tuple[Tried, ...]:
    plates = networks.name_plates({one.service_id for one in found})
    return tuple(
        Tried(
            one.at,
            networks.name_of(one.operator_id),
            plates[one.service_id].label,
            one.case_id if one.case_id in led else None,
            led.get(one.case_id, ""),
        )
        for one in found
    )
