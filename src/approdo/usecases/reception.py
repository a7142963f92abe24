# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A woman comes to an emergency department: from the door to a case that is owned, and what is next for her."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from approdo.access.rules import Actor, Permission, require
from approdo.cases import selectors as cases
from approdo.cases import services as case_services
from approdo.cases.rules import Arrival, CaseState, EventKind
from approdo.cases.selectors import Arrived, CasePage
from approdo.kit.clock import ROME
from approdo.kit.errors import Conflict, Invalid, KeyReused, NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind
from approdo.persons import selectors as persons
from approdo.persons import services
from approdo.persons.rules import Kind
from approdo.usecases import pathway
from approdo.usecases.danger import SoFar, so_far
from approdo.vault.rules import KeysUnavailable

LONGEST_AGO = timedelta(hours=12)
"""How far back an arrival may be set: a shift."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is known at the door, all of it optional; instants in minutes before now."""

    circumstances: Mapping[str, str | Iterable[str]]
    """Of an entry ``Kind.RECEPTION``."""
    languages: Mapping[str, str | Iterable[str]]
    """Of an entry ``Kind.LANGUAGE``: whether she needs an interpreter, and for what."""
    minutes_ago: int = 0


@dataclass(frozen=True, slots=True)
class Received:
    """The case that a reception opened, or had already opened; ``unwritten``: what was said could not be sealed."""

    case_id: UUID
    unwritten: bool = False


def require_department(actor: Actor) -> str | None:
    """Return the municipality of the actor's emergency department; ``NotFound`` for whoever works elsewhere."""
    require(actor, Permission.ACTIVATE)
    held = networks.membership(actor)
    if held is None or held.kind is not ServiceKind.EMERGENCY_DEPARTMENT:
        raise NotFound
    return held.seat_code


def receive(
    *,
    actor: Actor,
    said: Said,
    idempotency_key: str,
    now: datetime,
    choose: Callable[[Sequence[str]], str] = secrets.choice,
) -> Received:
    """Open a case by alias that the actor leads for her department, and seal what is known at the door.

    A repeated press (same operator, same key) returns the first case; ``choose`` brings the chance for the alias. While
    the keys are away the case is opened all the same, and what was said is not written: a person waits at the door.

    Raises ``NotFound`` for who is not of an emergency department, ``Conflict`` for one whose municipality nobody has
    written, ``KeyReused`` for a key that is another's, ``Invalid``.
    """
    seat = require_department(actor)
    if not 8 <= len(idempotency_key) <= 80 or "\x00" in idempotency_key:
        raise Invalid({"": _("Ricarica la pagina e riprova.")})
    ago = timedelta(minutes=said.minutes_ago)
    if not timedelta(0) <= ago <= LONGEST_AGO:
        raise Invalid({"minutes_ago": _("Scrivi i minuti da quando è arrivata, fino a dodici ore.")})
    earlier = cases.opened_by_key(actor, idempotency_key)
    if earlier is not None:
        return Received(earlier)
    if seat is None:
        raise Conflict(
            _("Manca il comune del vostro servizio: lo scrive chi coordina l'organizzazione."), code="no_seat"
        )
    try:
        with transaction.atomic():
            return _receive(actor, seat, said, idempotency_key, now, choose)
    except KeyReused:
        earlier = cases.opened_by_key(actor, idempotency_key)
        if earlier is None:  # a colleague's, or of a case that is kept from her: neither is told
            raise
        return Received(earlier)


def _receive(
    actor: Actor, seat: str, said: Said, idempotency_key: str, now: datetime, choose: Callable[[Sequence[str]], str]
) -> Received:
    case_id, _alias = case_services.open_case(
        actor=actor, municipality_code=seat, arrival=Arrival.HEALTH, now=now, choose=choose
    )
    arrived_at = now - timedelta(minutes=said.minutes_ago)
    case_services.note_arrival(
        actor=actor,
        case_id=case_id,
        arrived_at=arrived_at,
        see_by=arrived_at + timedelta(minutes=settings.SEEN_WITHIN_MINUTES),
        idempotency_key=idempotency_key,
        now=now,
    )
    pathway.take_lead(actor=actor, case_id=case_id, now=now)
    try:
        with transaction.atomic():
            for kind, written in ((Kind.RECEPTION, said.circumstances), (Kind.LANGUAGE, said.languages)):
                if any(written.values()):
                    services.add(actor=actor, case_id=case_id, kind=kind, written=written, declined=(), now=now)
    except KeysUnavailable:
        return Received(case_id, unwritten=True)
    return Received(case_id)


@dataclass(frozen=True, slots=True)
class Strip:
    """What matters until she leaves the department."""

    arrived: Arrived
    so_far: SoFar
    activated: bool
    left: bool


def strip(actor: Actor, case: CasePage, now: datetime) -> Strip | None:
    """Return what is next for a woman whom the actor's own department received; None for any other case, or closed."""
    arrived = cases.arrival_of(case.id)
    if arrived is None or arrived.service_id != actor.service_id or case.state is CaseState.CLOSED:
        return None
    told = {event.kind for event in case.chronology}
    return Strip(
        arrived=arrived,
        so_far=so_far(actor, case.id, now),
        activated=EventKind.ACTIVATED in told,
        left=EventKind.LEFT in told,
    )


@dataclass(frozen=True, slots=True)
class Ending:
    """A case whose evidence is not kept much longer, and the last day."""

    case_id: UUID
    alias: str
    kept_until: date


def ask_evidence_ending(actor: Actor, now: datetime) -> Callable[[], tuple[Ending, ...]]:
    """Ask for which cases the actor's service keeps evidence that must soon be thought of; what is returned waits for
    the answer: the soonest first, each case once."""
    day = now.astimezone(ROME).date() + timedelta(days=settings.EVIDENCE_NOTICE_DAYS)
    asked = persons.ask_kept_until(actor, day)

    def answered() -> tuple[Ending, ...]:
        soonest: dict[UUID, date] = {}
        for case_id, until in asked.value:
            soonest.setdefault(case_id, until)
        aliases = cases.aliases(actor, soonest) if soonest else {}
        return tuple(Ending(pk, aliases[pk], until) for pk, until in soonest.items() if pk in aliases)

    return answered


def note_seen(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Note that somebody sees her now; ``NotFound`` unless the actor's department received her."""
    require_department(actor)
    case_services.note_seen(actor=actor, case_id=case_id, now=now)
