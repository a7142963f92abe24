# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Emergency access to a record: opened in danger, told to others at once, reviewed by another organisation (P16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import SYSTEM, Actor, acting
from approdo.access.services import as_system
from approdo.audit import selectors as log
from approdo.cases import selectors as cases
from approdo.cases.selectors import CasePage
from approdo.consents import selectors as consents
from approdo.consents import services
from approdo.consents.rules import Action, BreakGlassState, Notice, Relation, Standing, allowed
from approdo.consents.selectors import Breaking
from approdo.documents import selectors as documents
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.risk import selectors as risk
from approdo.usecases.notices import tell
from approdo.usecases.standing import standing_of
from approdo.vault import selectors as vault
from approdo.vault import services as keys


def may_break(actor: Actor, case_id: UUID, now: datetime) -> CasePage:
    """Return a case to whoever may break its glass; ``NotFound`` for everybody else."""
    case = cases.case_page(actor, case_id)
    standing = standing_of(actor, case, now)
    if not allowed(Action.BREAK_GLASS, None, role=actor.role, standing=standing, consents={}):
        raise NotFound
    return case


@transaction.atomic
def break_glass(*, actor: Actor, case_id: UUID, reason: str, now: datetime) -> Breaking:
    """Open who she is and how bad it is to an operator, for an hour, and tell who leads and who will review it.

    Pressing again changes nothing. Raises ``Invalid`` without a reason, ``NotFound`` when she may not.
    """
    case = may_break(actor, case_id, now)
    opened = services.break_glass(
        actor=actor, standing=standing_of(actor, case, now), case_id=case_id, reason=reason, now=now
    )
    holders = vault.holders(case_id)
    if holders and actor.organisation_id is not None:
        keys.share_case_key(case_id=case_id, holder_id=min(holders), organisation_ids=[actor.organisation_id], now=now)
    told = {
        Notice.CASE_MANAGER: [case.lead_operator_id] if case.lead_operator_id else [],
        Notice.REVIEWER: consents.referents(case_id, actor.organisation_id),
    }
    for notice in opened.notices_due:
        if tell(told[notice], opened.id, now):
            services.notice_sent(actor=actor, glass_id=opened.id, notice=notice, now=now)
    return opened


@transaction.atomic
def end(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Close the actor's own emergency access before its time; ``NotFound`` when none is open."""
    operator_id, _service_id = acting(actor)
    case = cases.case_page(actor, case_id)
    opened = consents.break_glass_now(operator_id, case_id, now)
    if opened is None:
        raise NotFound
    standing = standing_of(actor, case, now)
    services.end_break_glass(actor=actor, standing=standing, case_id=case_id, glass_id=opened.id, now=now)


@dataclass(frozen=True, slots=True)
class Review:
    """One emergency access that waits for a review: who, why, for how long, and what was read meanwhile."""

    glass: Breaking
    who: str
    service: str
    read: tuple[tuple[datetime, str], ...]
    """When, and the verb of what was done."""
    overdue: bool


def reviews(actor: Actor, now: datetime) -> tuple[Review, ...]:
    """Return what a network coordinator has to review, the oldest first; raises ``Forbidden`` for any other role."""
    found = consents.reviews_for(actor, at=now)
    plates = networks.name_plates(one.service_id for one in found)
    return tuple(
        Review(
            one,
            networks.name_of(one.operator_id),
            plates[one.service_id].label,
            _read_behind(one),
            one.state is BreakGlassState.OVERDUE,
        )
        for one in found
    )


def _read_behind(one: Breaking) -> tuple[tuple[datetime, str], ...]:
    found = log.accesses_by(one.operator_id, one.case_id, one.opened_at, one.until)
    return tuple((access.happened_at, access.verb) for access in found)


@transaction.atomic
def review(*, actor: Actor, glass_id: UUID, outcome: str, now: datetime) -> None:
    """Say whether an emergency access was justified; ``NotFound`` unless it waits for this coordinator."""
    operator_id, _service_id = acting(actor)
    found = next((one for one in consents.reviews_for(actor, at=now) if one.id == glass_id), None)
    if found is None:
        raise NotFound
    standing = Standing(
        relation=Relation.NONE,
        blocked=consents.blocked(operator_id, found.case_id),
        barred=False,
        independent=True,
    )
    services.review(actor=actor, standing=standing, case_id=found.case_id, glass_id=glass_id, outcome=outcome, now=now)
    with as_system():  # the sweep looks at what waits for a review: after it, a key that was lent would stay
        _take_back(found, now)


@dataclass(frozen=True, slots=True)
class Opened:
    """An emergency access to a case that the actor's service leads, for her day."""

    case_id: UUID
    alias: str
    service: str
    opened_at: datetime
    state: BreakGlassState


def on_led_cases(actor: Actor, found: Sequence[Breaking]) -> tuple[Opened, ...]:
    """Return, of some emergency accesses, those to cases that the actor's service leads, overdue ones first."""
    led = cases.led_among(actor, {one.case_id for one in found}) if found else {}
    plates = networks.name_plates(one.service_id for one in found) if led else {}
    opened = [
        Opened(one.case_id, led[one.case_id], plates[one.service_id].label, one.opened_at, one.state)
        for one in found
        if one.case_id in led
    ]
    return tuple(sorted(opened, key=lambda one: one.state is not BreakGlassState.OVERDUE))


def remind(*, now: datetime, limit: int = 0) -> int:
    """Tell of every review that is overdue, and again each day until it is given; return how many. For the sweep.

    Told are who should have reviewed and, one level up, the coordinators of the organisation that leads the case and
    of the one that broke the glass; never who broke it, nor who is kept out of the case.
    """
    return sum(_remind(one, now) for one in consents.reminders_due(now))


@transaction.atomic
def _remind(one: Breaking, now: datetime) -> bool:
    if not services.remind(actor=SYSTEM, glass_id=one.id, now=now):
        return False
    leading = {networks.organisation_of(service) for service in cases.lead_of(one.case_id)}
    above = networks.coordinators_of({one.organisation_id, *leading})
    kept_out = consents.kept_out([one.case_id]).get(one.case_id, frozenset())
    people = {*consents.referents(one.case_id, one.organisation_id), *above} - kept_out - {one.operator_id}
    tell(people, one.id, now)
    return True


def withdraw_lent_keys(*, now: datetime, limit: int = 0) -> int:
    """Take back the keys that were lent for an hour that is over; return how many. For the sweep.

    Kept by whoever leads, was granted something meanwhile, or wrote into the record.
    """
    return sum(_take_back(one, now) for one in consents.reviews_due(now))


def _take_back(one: Breaking, now: datetime) -> bool:
    lent = {one.organisation_id} & vault.holders(one.case_id)
    if not lent or _entitled(one, now):
        return False
    keys.withdraw_case_key(case_id=one.case_id, organisation_ids=lent)
    return True


def _entitled(one: Breaking, now: datetime) -> bool:
    mine = one.organisation_id
    unreviewed = consents.ask_unreviewed(now).value
    if any(
        (other.case_id, other.organisation_id, other.state) == (one.case_id, mine, BreakGlassState.OPEN)
        for other in unreviewed
    ):
        return True  # another emergency access of hers, or of a colleague
    reading = {line.service_id for line in consents.grants_of(one.case_id, at=now) if line.state == "live"}
    reading |= cases.lead_of(one.case_id)
    wrote = log.wrote(mine, one.case_id) or mine in documents.writers(one.case_id) | risk.writers(one.case_id)
    return wrote or mine in {networks.organisation_of(service) for service in reading}
