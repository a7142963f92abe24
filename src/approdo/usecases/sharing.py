# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Her consents on one case: read aloud, given, taken back; and who is kept out of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor, Forbidden, Slice
from approdo.cases import selectors as cases
from approdo.cases import services as case_services
from approdo.cases.rules import EventKind
from approdo.cases.selectors import CasePage
from approdo.cases.services import NewEvent
from approdo.consents import selectors as consents
from approdo.consents import services
from approdo.consents.rules import Action, Basis, BreakGlassState, GrantState, Norms, Relation, Terms, Told, allowed
from approdo.consents.selectors import BlockLine, GrantLine, MaskLine, NotSharedLine
from approdo.documents import selectors as documents
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.networks.selectors import Recipient
from approdo.persons import selectors as persons
from approdo.persons.rules import Kind
from approdo.risk import selectors as risk
from approdo.usecases.standing import standing_of
from approdo.vault import selectors as vault
from approdo.vault import services as keys

RENEWED_WITHIN = timedelta(days=10)
"""How long before its end a consent is offered for renewal (screens.md, Un caso)."""


@dataclass(frozen=True, slots=True)
class Consents:
    """The page of consents of one case, for whoever leads it."""

    case: CasePage
    lines: tuple[GrantLine, ...]
    labels: Mapping[int, str]
    recipients: tuple[Recipient, ...]
    """Services of her networks with which something may be shared."""
    blocks: tuple[tuple[BlockLine, str], ...]
    colleagues: tuple[tuple[int, str], ...]
    """People of the services around her, who may be kept out."""
    masks: tuple[tuple[MaskLine, Kind | None], ...]
    """What of her record does not exist for whom; of a single entry, its kind."""
    not_shared: tuple[NotSharedLine, ...]
    renewable: frozenset[UUID]
    """Consents near their end, or ended by time, that were not renewed yet."""
    may_share_by_law: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ByLaw:
    """What the page of sharing by law lets choose: with which services, and who of her own decided."""

    case: CasePage
    recipients: tuple[Recipient, ...]
    deciders: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Hiding:
    """From whom something of a case may be hidden: a part of the record, or one entry."""

    case: CasePage
    services: tuple[tuple[int, str], ...]
    kind: Kind | None = None


def consents_of(actor: Actor, case_id: UUID, now: datetime) -> Consents:
    """Return the consents of a case, newest first; ``NotFound`` for whoever does not lead it."""
    case = _led(actor, case_id, now)
    lines = consents.grants_of(case_id, at=now)
    masks, not_shared = consents.masks_of(case_id), consents.not_shared_of(case_id)
    kinds = persons.kinds_of([one.entry_id for one in masks if one.entry_id])
    around = [one.service_id for one in case.participants]
    named = {*around, *(one.service_id for one in lines), *(one.service_id for one in masks)}
    named |= {one.service_id for one in not_shared}
    labels = {service_id: plate.label for service_id, plate in networks.name_plates(named).items()}
    people = networks.people_of(around)
    names = dict(people)
    kept_out = tuple(
        (one, names.get(one.operator_id) or networks.name_of(one.operator_id)) for one in consents.blocks_of(case_id)
    )
    blocked = {one.operator_id for one, _name in kept_out}
    colleagues = tuple(one for one in people if one[0] not in {*blocked, actor.operator_id})
    recipients = networks.recipients(actor.organisation_id or 0)
    hidden = tuple((one, kinds.get(one.entry_id) if one.entry_id else None) for one in masks)
    return Consents(
        case=case,
        lines=lines,
        labels=labels,
        recipients=recipients,
        blocks=kept_out,
        colleagues=colleagues,
        masks=hidden,
        not_shared=not_shared,
        renewable=frozenset(one.id for one in lines if _to_renew(one, now)),
        may_share_by_law=_may_share_by_law(actor, case, now),
        at=now,
    )


@transaction.atomic
def grant(
    *,
    actor: Actor,
    case_id: UUID,
    service_id: int,
    slices: Collection[str],
    purpose: str,
    days: int | None,
    told: Told,
    now: datetime,
) -> UUID:
    """Record her yes to one service: from now on it takes part in the case, and holds the key of what it may read.

    ``days`` from now; the usual time when None. Raises ``Invalid`` with a sentence for each field.
    """
    case = _led(actor, case_id, now)
    until = None if days is None else now + timedelta(days=days)
    made = services.grant(
        actor=actor,
        standing=standing_of(actor, case, now),
        case_id=case_id,
        service_id=service_id,
        terms=Terms(slices, purpose, until=until),
        told=told,
        now=now,
    )
    _begin(actor, case_id, service_id, EventKind.SHARED, now)
    return made


def to_renew(actor: Actor, case_id: UUID, grant_id: UUID, now: datetime) -> tuple[CasePage, GrantLine, str]:
    """Return the case, a consent on it and the label of its service; ``NotFound`` for whoever does not lead it."""
    case = _led(actor, case_id, now)
    line = next((one for one in consents.grants_of(case_id, at=now) if one.id == grant_id), None)
    if line is None:
        raise NotFound
    return case, line, networks.name_plates([line.service_id])[line.service_id].label


@transaction.atomic
def renew(*, actor: Actor, case_id: UUID, grant_id: UUID, days: int, told: Told, now: datetime) -> UUID:
    """Record that she agreed again to the same, for so many days from now; she was told again, and how."""
    case, line, _label = to_renew(actor, case_id, grant_id, now)
    made = services.renew(
        actor=actor,
        standing=standing_of(actor, case, now),
        case_id=case_id,
        grant_id=grant_id,
        told=told,
        until=now + timedelta(days=days),
        now=now,
    )
    _begin(actor, case_id, line.service_id, EventKind.SHARED, now)
    return made


def by_law(actor: Actor, case_id: UUID, now: datetime) -> ByLaw:
    """Return what sharing by law lets choose; ``NotFound`` for whoever does not lead, ``Forbidden`` for who may not."""
    case = _led(actor, case_id, now)
    if not _may_share_by_law(actor, case, now):
        raise Forbidden
    return ByLaw(case, networks.recipients(actor.organisation_id or 0), networks.people_of([actor.service_id or 0]))


@transaction.atomic
def share_by_law(
    *,
    actor: Actor,
    case_id: UUID,
    service_id: int,
    slices: Collection[str],
    purpose: str,
    days: int,
    norms: Norms,
    now: datetime,
) -> UUID:
    """Record what a norm shares with one service without her consent: it takes part from now on, as after a yes."""
    case = _led(actor, case_id, now)
    made = services.share_by_law(
        actor=actor,
        standing=standing_of(actor, case, now),
        case_id=case_id,
        service_id=service_id,
        terms=Terms(slices, purpose, until=now + timedelta(days=days)),
        norms=norms,
        now=now,
    )
    _begin(actor, case_id, service_id, EventKind.SHARED_BY_LAW, now)
    return made


def sharing_with(actor: Actor, case_id: UUID, now: datetime) -> tuple[CasePage, tuple[Recipient, ...]]:
    """Return the case and the services with which it may be shared; ``NotFound`` for whoever does not lead it."""
    return _led(actor, case_id, now), networks.recipients(actor.organisation_id or 0)


@transaction.atomic
def not_shared(
    *, actor: Actor, case_id: UUID, service_id: int, slices: Collection[str], reason: str, now: datetime
) -> None:
    """Record why parts of the record are not shared with a service; it takes nothing away, and nobody is told."""
    case = _led(actor, case_id, now)
    services.not_shared(
        actor=actor,
        standing=standing_of(actor, case, now),
        case_id=case_id,
        service_id=service_id,
        slices=slices,
        reason=reason,
        now=now,
    )


@transaction.atomic
def revoke(*, actor: Actor, case_id: UUID, grant_id: UUID, now: datetime) -> None:
    """Take one consent back, at once; the key goes too when the service's organisation may read nothing else."""
    case = _led(actor, case_id, now)
    services.revoke(actor=actor, standing=standing_of(actor, case, now), case_id=case_id, grant_id=grant_id, now=now)
    _after_revoking(actor, case_id, now)


@transaction.atomic
def revoke_all(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Take every consent back, at once; what a norm shares stays."""
    case = _led(actor, case_id, now)
    services.revoke_all(actor=actor, standing=standing_of(actor, case, now), case_id=case_id, now=now)
    _after_revoking(actor, case_id, now)


@transaction.atomic
def keep_out(*, actor: Actor, case_id: UUID, operator_id: int, reason: str, now: datetime) -> None:
    """Keep an operator out of a case: from then on nothing anywhere tells her or him that it exists (P14)."""
    case = _led(actor, case_id, now)
    services.block(
        actor=actor,
        standing=standing_of(actor, case, now),
        case_id=case_id,
        operator_id=operator_id,
        reason=reason,
        case_managers=[case.lead_operator_id] if case.lead_operator_id else [],
        now=now,
    )


@transaction.atomic
def let_back(*, actor: Actor, case_id: UUID, operator_id: int, now: datetime) -> None:
    """Let an operator back into a case."""
    case = _led(actor, case_id, now)
    services.unblock(
        actor=actor, standing=standing_of(actor, case, now), case_id=case_id, operator_id=operator_id, now=now
    )


def hiding(actor: Actor, case_id: UUID, now: datetime) -> Hiding:
    """Return from whom a part of the record may be hidden; ``NotFound`` for whoever does not lead."""
    case = _led(actor, case_id, now)
    return Hiding(case, _services_around(case))


def hiding_of(actor: Actor, case_id: UUID, entry_id: UUID, now: datetime) -> Hiding:
    """Return from whom one entry of a case may be hidden: not from who leads, nor from the service that wrote it."""
    case = _led(actor, case_id, now)
    if persons.case_of(entry_id) != case_id:
        raise NotFound
    kind = persons.kinds_of([entry_id])[entry_id]
    return Hiding(case, _services_around(case, writer=persons.writer(entry_id)), kind)


@transaction.atomic
def hide(*, actor: Actor, case_id: UUID, service_id: int, slice_: str, now: datetime) -> None:
    """Let a part of the record not exist for a service around her; the chronology tells nobody (security.md, P19)."""
    _mask(actor, hiding(actor, case_id, now), service_id, now, slice_=slice_)


@transaction.atomic
def hide_entry(*, actor: Actor, case_id: UUID, entry_id: UUID, service_id: int, now: datetime) -> None:
    """Let one entry not exist for a service around her; the chronology tells nobody."""
    _mask(actor, hiding_of(actor, case_id, entry_id, now), service_id, now, entry_id=entry_id)


@transaction.atomic
def show_again(
    *, actor: Actor, case_id: UUID, service_id: int, slice_: str | None, entry_id: UUID | None, now: datetime
) -> None:
    """Take off what hides something from a service: it reads again what is granted to it, and no more."""
    case = _led(actor, case_id, now)
    services.unmask(
        actor=actor,
        standing=standing_of(actor, case, now),
        case_id=case_id,
        service_id=service_id,
        slice_=slice_,
        entry_id=entry_id,
        now=now,
    )
    if consents.live_slices(service_id=service_id, case_id=case_id, at=now):
        _share_key(actor, case_id, service_id, now)


def _led(actor: Actor, case_id: UUID, now: datetime) -> CasePage:
    case = cases.case_page(actor, case_id)
    if standing_of(actor, case, now).relation is not Relation.LEAD:
        raise NotFound
    return case


def _services_around(case: CasePage, *, writer: int | None = None) -> tuple[tuple[int, str], ...]:
    """Return (service, label) of who takes part, without the service that leads and the one that wrote."""
    plates = networks.name_plates([one.service_id for one in case.participants])
    found = [(pk, plate.label) for pk, plate in plates.items() if pk not in {case.lead_service_id, writer}]
    return tuple(sorted(found, key=lambda one: one[1]))


def _mask(actor: Actor, asked: Hiding, service_id: int, now: datetime, **what: Any) -> None:
    if service_id not in dict(asked.services):
        raise Invalid({"service_id": _("Scegli dall'elenco un servizio che la accompagna.")})
    case = asked.case
    services.mask(
        actor=actor,
        standing=standing_of(actor, case, now),
        case_id=case.id,
        service_id=service_id,
        now=now,
        **what,
    )
    _withdraw_keys(actor, case.id, now)


def _to_renew(line: GrantLine, now: datetime) -> bool:
    if line.basis is not Basis.CONSENT or line.renewed:
        return False
    near = line.state is GrantState.LIVE and line.until <= now + RENEWED_WITHIN
    return near or line.state is GrantState.EXPIRED


def _may_share_by_law(actor: Actor, case: CasePage, now: datetime) -> bool:
    """Tell whether the table lets the actor share any part of the record by law."""
    standing = standing_of(actor, case, now)
    states = consents.consent_states(service_id=actor.service_id or 0, case_id=case.id, at=now)
    act = Action.SHARE_BY_LAW
    return any(allowed(act, one, role=actor.role, standing=standing, consents=states) for one in Slice)


def _begin(actor: Actor, case_id: UUID, service_id: int, told: EventKind, now: datetime) -> None:
    """Let a service that reads from now on take part, hold the key, and be told of by the chronology."""
    case_services.join(case_id=case_id, service_ids=[service_id], now=now)
    _share_key(actor, case_id, service_id, now)
    case_services.append(events=[NewEvent(case_id, told, service_id)], now=now)


def _share_key(actor: Actor, case_id: UUID, service_id: int, now: datetime) -> None:
    """Give the shared key to the organisation of a service; nobody has one before the first word is written."""
    receiving = networks.organisation_of(service_id)
    if receiving is not None and actor.organisation_id is not None:
        keys.key_to_write(organisation_id=actor.organisation_id, case_id=case_id, now=now)
        keys.share_case_key(case_id=case_id, holder_id=actor.organisation_id, organisation_ids=[receiving], now=now)


def _withdraw_keys(actor: Actor, case_id: UUID, now: datetime) -> None:
    """Take the key from every organisation that neither leads nor may read anything nor wrote anything shared.

    One whose emergency access is open reads until it ends: its key is taken back then (``breaking``).
    """
    granted = {line.service_id for line in consents.grants_of(case_id, at=now) if line.state == "live"}
    live = {one for one in granted if consents.live_slices(service_id=one, case_id=case_id, at=now)}
    reading = {networks.organisation_of(one) for one in live} | {actor.organisation_id}
    reading |= persons.writers(case_id) | documents.writers(case_id) | risk.writers(case_id)
    glasses = consents.ask_unreviewed(now).value
    reading |= {one.organisation_id for one in glasses if one.case_id == case_id and one.state is BreakGlassState.OPEN}
    lost = vault.holders(case_id) - {one for one in reading if one is not None}
    keys.withdraw_case_key(case_id=case_id, organisation_ids=lost)


def _after_revoking(actor: Actor, case_id: UUID, now: datetime) -> None:
    """Take back the keys that nobody reads with any more, and let the chronology tell who reads no longer."""
    _withdraw_keys(actor, case_id, now)
    revoked = {line.service_id for line in consents.grants_of(case_id, at=now) if line.revoked_at == now}
    case_services.append(
        events=[NewEvent(case_id, EventKind.REVOKED, service_id) for service_id in sorted(revoked)], now=now
    )
