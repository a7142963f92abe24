# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction

from approdo.access.rules import Actor, Forbidden, Permission, acting, require
from approdo.audit import services as audit
from approdo.cases.models import Case, Event, Participation, Reception
from approdo.cases.rules import (
    TRANSITIONS,
    Arrival,
    CaseAct,
    CaseState,
    ClosingReason,
    EventKind,
    propose_alias,
)
from approdo.cases.selectors import CaseBrief, brief_of
from approdo.kit import rows
from approdo.kit.errors import Conflict, Invalid, KeyReused, NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.vault import selectors as vault
from approdo.vault import services as keys

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An act to be told by a chronology."""

    case_id: UUID
    kind: EventKind
    service_id: int | None = None
    subject: UUID | None = None
    detail: str = ""


@transaction.atomic(savepoint=False)
def open_case(
    *,
    actor: Actor,
    municipality_code: str,
    arrival: Arrival,
    now: datetime,
    exercise: bool = False,
    service_ids: Iterable[int] = (),
    supervising_id: int | None = None,
    choose: Callable[[Sequence[str]], str] = secrets.choice,
) -> tuple[UUID, str]:
    """Open a case with an alias only, in which the actor's service and others take part; return (identifier, alias).

    ``supervising_id`` is a service that oversees from outside; ``choose`` brings the chance for the alias, and the
    demonstration one that can be repeated.
    """
    require(actor, Permission.ACTIVATE)
    case_id = uuid4()
    own = [] if actor.service_id is None else [actor.service_id]
    taking_part = sorted({*own, *service_ids})
    alias = _insert_with_free_alias(
        choose,
        id=case_id,
        state=CaseState.CONTACT,
        municipality_id=municipality_code,
        arrival=arrival,
        opened_at=now,
        exercise=exercise,
        service_ids=taking_part,
        supervising_ids=[] if supervising_id is None else [supervising_id],
    )
    with rows.together():
        join(case_id=case_id, service_ids=taking_part, now=now)
        append(events=[NewEvent(case_id, EventKind.CASE_OPENED, actor.service_id)], now=now)
        audit.record(actor=actor, verb="case.open", subject=f"case:{case_id}", case_id=case_id, now=now)
    return case_id, alias


def _insert_with_free_alias(choose: Callable[[Sequence[str]], str], **columns: Any) -> str:
    for _attempt in range(_ATTEMPTS):
        alias = propose_alias(choose)
        if rows.insert_if_free(Case, {"alias": alias, **columns}):
            return alias
    raise Conflict(_("Non siamo riusciti ad aprire il percorso. Nulla è andato perso: riprova."))


def join(*, case_id: UUID, service_ids: Iterable[int], now: datetime) -> None:
    """Let services take part in a case from now on; those that already do are left as they are."""
    rows.insert(
        Participation,
        [{"case_id": case_id, "service_id": service_id, "since": now} for service_id in sorted(set(service_ids))],
        unless_there=True,
    )


def let_supervise(*, case_id: UUID, service_id: int) -> None:
    """Let a service that does not take part see the case's alias and the acts of the activation it oversees."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_case SET supervising_ids = supervising_ids || %s::bigint"
            " WHERE id = %s AND NOT (%s = ANY(supervising_ids))",
            [service_id, case_id, service_id],
        )


def append(*, events: Iterable[NewEvent], now: datetime) -> None:
    """Append acts to chronologies, in the caller's transaction."""
    rows.insert(
        Event,
        [
            {
                "case_id": event.case_id,
                "happened_at": now,
                "kind": event.kind,
                "service_id": event.service_id,
                "subject": event.subject,
                "detail": event.detail,
            }
            for event in events
        ],
    )


def _locked(actor: Actor, case_id: UUID) -> Case:
    """Return the case, held until the transaction ends; ``NotFound`` for absent and hidden alike."""
    require(actor, Permission.READ_CASE)
    case = Case.objects.select_for_update(of=("self",)).visible_to(actor).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    return case


def hold(*, case_id: UUID, wait: bool = True) -> CaseBrief | None:
    """Hold a case until the caller's transaction ends, and return what the protocol needs to know of it.

    None for absent and hidden alike, and, without waiting, for one that somebody else holds. System-internal.
    """
    held = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=not wait)
    row = held.filter(pk=case_id).first()
    return None if row is None else brief_of(row)


@transaction.atomic
def take_lead(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Lead a case: the actor becomes its case manager, when nobody leads it or its lead was offered to her service.

    The shared key is handed on with the lead, and the service that led keeps it no longer than its own grants say.
    Within the leading service another person may take it over. Pressing again is harmless. Raises ``NotFound``,
    ``Conflict`` when another service leads and has not offered, ``KeysUnavailable``.
    """
    operator_id, service_id = acting(actor)
    case = _locked(actor, case_id)
    if (case.lead_service_id, case.lead_operator_id) == (service_id, operator_id):
        return
    if case.lead_service_id not in {None, service_id} and case.offered_service_id != service_id:
        raise Conflict(_("Un altro servizio conduce già questo percorso: chiedi che ti passi la mano."), code="led")
    if case.lead_service_id not in {None, service_id}:
        _hand_on_key(case, actor, now)
    case.lead_service_id, case.lead_operator_id, case.offered_service_id = service_id, operator_id, None
    case.save(update_fields=["lead_service", "lead_operator_id", "offered_service"])
    append(events=[NewEvent(case.pk, EventKind.LEAD_TAKEN, service_id)], now=now)
    audit.record(actor=actor, verb="case.lead", subject=f"case:{case.pk}", case_id=case.pk, now=now)


def _hand_on_key(case: Case, actor: Actor, now: datetime) -> None:
    holder = networks.organisation_of(case.lead_service_id) if case.lead_service_id else None
    if holder is not None and actor.organisation_id is not None and vault.is_shared(case.pk):
        keys.share_case_key(case_id=case.pk, holder_id=holder, organisation_ids=[actor.organisation_id], now=now)


@transaction.atomic
def offer_lead(*, actor: Actor, case_id: UUID, service_id: int, now: datetime) -> None:
    """Offer the lead to a service that takes part in the case; until it accepts, who leads goes on leading.

    Raises ``NotFound``, ``Forbidden`` for who does not lead, ``Invalid`` for a service that takes no part.
    """
    case = _locked(actor, case_id)
    if case.lead_service_id is None or case.lead_service_id != actor.service_id:
        raise Forbidden
    if service_id not in case.service_ids or service_id == case.lead_service_id:
        raise Invalid({"service": _("Scegli un altro servizio che accompagna la donna.")})
    case.offered_service_id = service_id
    case.save(update_fields=["offered_service"])
    append(events=[NewEvent(case.pk, EventKind.LEAD_OFFERED, service_id)], now=now)
    audit.record(
        actor=actor,
        verb="case.offer_lead",
        subject=f"case:{case.pk}",
        case_id=case.pk,
        now=now,
        detail={"service": service_id},
    )


@transaction.atomic
def refuse_lead(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Say that the service cannot lead: who offered is told by the chronology, and goes on leading."""
    case = _locked(actor, case_id)
    if actor.service_id is None or case.offered_service_id != actor.service_id:
        raise Conflict(_("A questo servizio non è stato proposto di condurre il percorso."), code="not_offered")
    case.offered_service_id = None
    case.save(update_fields=["offered_service"])
    append(events=[NewEvent(case.pk, EventKind.LEAD_REFUSED, actor.service_id)], now=now)
    audit.record(actor=actor, verb="case.refuse_lead", subject=f"case:{case.pk}", case_id=case.pk, now=now)


@transaction.atomic
def plan_contact(*, actor: Actor, case_id: UUID, at: datetime, now: datetime) -> None:
    """Fix when the leading service is next in touch with her; ``Invalid`` for an instant that has passed."""
    case = _locked(actor, case_id)
    if case.lead_service_id is None or case.lead_service_id != actor.service_id:
        raise Forbidden
    if at <= now:
        raise Invalid({"at": _("Questo momento è già passato.")})
    case.next_contact_at = at
    case.save(update_fields=["next_contact_at"])
    append(events=[NewEvent(case.pk, EventKind.CONTACT_PLANNED, actor.service_id)], now=now)
    audit.record(actor=actor, verb="case.plan_contact", subject=f"case:{case.pk}", case_id=case.pk, now=now)


@transaction.atomic
def move(*, actor: Actor, case_id: UUID, act: CaseAct, now: datetime, reason: str = "") -> CaseState:
    """Move a case along its states; whoever closes it says how it ended (a ``ClosingReason``).

    Raises ``NotFound`` when hidden, ``Conflict`` when the act does not fit, ``Invalid`` without a reason.
    """
    case = _locked(actor, case_id)
    target = TRANSITIONS.get((CaseState(case.state), act))
    if target is None:
        raise Conflict(_("Da qui questo passo non è possibile."))
    closes = target is CaseState.CLOSED
    if closes and reason not in set(ClosingReason):
        raise Invalid({"reason": _("Scegli come si conclude.")})
    case.state, case.closed_at, case.closing_reason = target, now if closes else None, reason if closes else ""
    case.save(update_fields=["state", "closed_at", "closing_reason"])
    append(events=[NewEvent(case.pk, EventKind.CASE_MOVED, actor.service_id, detail=target)], now=now)
    audit.record(
        actor=actor, verb="case.move", subject=f"case:{case.pk}", case_id=case.pk, now=now, detail={"state": target}
    )
    return target


def note_arrival(
    *, actor: Actor, case_id: UUID, arrived_at: datetime, see_by: datetime, idempotency_key: str, now: datetime
) -> None:
    """Note when a woman arrived at the actor's department and by when she is to be seen, in the caller's transaction.

    Raises ``KeyReused`` when the key has already received one.
    """
    operator_id, service_id = acting(actor)
    try:
        with transaction.atomic():
            Reception.objects.create(
                case_id=case_id,
                service_id=service_id,
                operator_id=operator_id,
                received_at=now,
                arrived_at=arrived_at,
                see_by=see_by,
                idempotency_key=idempotency_key,
            )
    except IntegrityError as error:
        if rows.broken_constraint(error) != "received_once_for_a_key":
            raise
        raise KeyReused(
            _("Questa pagina era già stata usata. Quello che hai scritto è qui: controlla, e premi di nuovo.")
        ) from None


@transaction.atomic
def note_seen(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Note that somebody sees her now; the first time counts. ``NotFound`` unless the actor's service received her."""
    _operator_id, service_id = acting(actor)
    held = Reception.objects.select_for_update(of=("self",)).filter(pk=case_id, service_id=service_id).first()
    if held is None:
        raise NotFound
    if held.seen_at is None:
        held.seen_at = now
        held.save(update_fields=["seen_at"])
        audit.record(actor=actor, verb="case.seen", subject=f"case:{case_id}", case_id=case_id, now=now)
