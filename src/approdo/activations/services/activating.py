# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Activate a network, and end an activation."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from approdo.access.rules import Actor, Permission, acting, require
from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.permissions import Act
from approdo.activations.rules.planning import Plan, plan, supervising_service
from approdo.activations.rules.states import (
    ACTIVATION_TRANSITIONS,
    CALL_TRANSITIONS,
    ActivationAct,
    ActivationState,
    CallAct,
    CallState,
    Consent,
    StandDownReason,
    may_close,
    may_undo,
)
from approdo.activations.selectors import locked_activation
from approdo.audit import services as audit
from approdo.cases import selectors as case_records
from approdo.cases import services as cases
from approdo.cases.rules import Arrival, EventKind
from approdo.cases.services import NewEvent
from approdo.kit import live, rows
from approdo.kit.errors import Conflict, Invalid, KeyReused, NotFound, Refusal
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceView
from approdo.notifications import services as notifications
from approdo.notifications.rules import Template
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import Context, Need, ProtocolDocument
from approdo.protocols.selectors import InForce


class NoProtocol(Refusal):
    """No protocol is in force for that municipality at that moment."""

    status = 409
    code = "no_protocol"
    sentence = _(
        "Per questo comune non c'è ancora una procedura: nessuno è stato avvisato. Telefona al 112, oppure al 1522."
    )


class NobodyToCall(Refusal):
    """The protocol names no service that exists in that municipality."""

    status = 409
    code = "nobody_to_call"
    sentence = _(
        "Per questo comune non c'è nessun servizio da chiamare: nessuno è stato avvisato."
        " Telefona al 112, oppure al 1522."
    )


@dataclass(frozen=True, slots=True)
class Request:
    """What the person who activates asks for."""

    municipality_code: str
    needs: frozenset[Need]
    consent: Consent
    context: Context
    exercise: bool = False
    case_id: UUID | None = None

    def digest(self) -> str:
        """Return a fingerprint, so that a key used for another request is noticed."""
        fields = [
            self.municipality_code,
            sorted(self.needs),
            self.consent,
            self.context,
            self.exercise,
            str(self.case_id),
        ]
        return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Activated:
    """The activation that a request made, or had already made."""

    id: UUID
    case_id: UUID
    created: bool


def activate(*, actor: Actor, request: Request, idempotency_key: str, now: datetime) -> Activated:
    """Call every service the protocol names for this municipality, hour and need.

    One transaction stores the activation and its calls, due now, and tells the open screens of the called services. The
    sweep alerts the first people within a quarter of a second, as it does with any call that is due (ADR 0008).

    A repeated press (same service, same key, same request) returns the first activation. Raises ``Forbidden``,
    ``Invalid``, ``networks.UnknownMunicipality``, ``NoProtocol``, ``NobodyToCall``, ``NotFound`` for a hidden case,
    ``KeyReused`` when the key was used for something else, or for what the actor may not see.
    """
    require(actor, Permission.ACTIVATE)
    _check(request, idempotency_key)
    earlier = _earlier(actor, request, idempotency_key)
    if earlier:
        return earlier
    in_force = protocols.in_force(request.municipality_code, request.context, now)
    if in_force is None:
        networks.municipality(request.municipality_code)
        raise NoProtocol
    coverage = networks.coverage(request.municipality_code, now)
    planned = plan(in_force.parsed, request.needs, coverage)
    if not planned.calls:
        raise NobodyToCall
    try:
        with transaction.atomic(), rows.together():
            made = _create(actor, request, idempotency_key, now, in_force, planned, coverage)
    except IntegrityError as error:
        if rows.broken_constraint(error) != "activation_pressed_once":
            raise
        earlier = _earlier(actor, request, idempotency_key)
        if earlier is None:  # of a case that is kept from her: not even that is told
            raise KeyReused from None
        return earlier
    return made


def _check(request: Request, idempotency_key: str) -> None:
    problems = {}
    if not request.needs:
        problems["needs"] = _("Scegli almeno una cosa di cui c'è bisogno.")
    if not 8 <= len(idempotency_key) <= 80 or "\x00" in idempotency_key:
        problems["idempotency_key"] = _("Ricarica la pagina e riprova.")
    if problems:
        raise Invalid(problems)


def _earlier(actor: Actor, request: Request, idempotency_key: str) -> Activated | None:
    _operator_id, service_id = acting(actor)
    found = rows.read(
        "SELECT id, case_id, request_digest FROM activations_activation WHERE service_id = %s AND idempotency_key = %s",
        [service_id, idempotency_key],
    )
    if not found:
        return None
    activation_id, case_id, digest = found[0]
    if digest != request.digest():
        raise KeyReused
    return Activated(activation_id, case_id, created=False)


def _create(
    actor: Actor,
    request: Request,
    idempotency_key: str,
    now: datetime,
    in_force: InForce,
    planned: Plan,
    coverage: Sequence[ServiceView],
) -> Activated:
    called = {call.service.id for call in planned.calls}
    supervising = supervising_service(coverage)
    case_id = _case(actor, request, called, supervising, now)
    operator_id, service_id = acting(actor)
    activation_id = uuid4()
    activation = {
        "id": activation_id,
        "case_id": case_id,
        "municipality_id": request.municipality_code,
        "context": request.context,
        "needs": sorted(request.needs),
        "consent": request.consent,
        "exercise": request.exercise,
        "activated_at": now,
        "operator_id": operator_id,
        "service_id": service_id,
        "supervising_service_id": supervising,
        "service_ids": sorted(called | {service_id} | ({supervising} if supervising else set())),
        "protocol_version_id": in_force.version_id,
        "protocol_copy": in_force.document,
        "state": ActivationState.OPEN,
        "end_reason": "",
        "idempotency_key": idempotency_key,
        "request_digest": request.digest(),
    }
    rows.insert(Activation, [activation])
    rows.insert(Call, _calls(activation_id, request, planned, in_force.parsed, now))
    cases.append(events=[NewEvent(case_id, EventKind.ACTIVATED, actor.service_id, activation_id)], now=now)
    audit.record(
        actor=actor,
        verb="activation.create",
        subject=f"activation:{activation_id}",
        case_id=case_id,
        now=now,
        detail={"calls": len(planned.calls), "exercise": request.exercise, "consent": request.consent},
    )
    live.announce(f"s:{one}" for one in sorted(called))
    return Activated(activation_id, case_id, created=True)


def _case(actor: Actor, request: Request, called: set[int], supervising: int | None, now: datetime) -> UUID:
    """Return the case that an activation is about, joined by whom it calls: a new one, or the one that was named."""
    if request.case_id is None:
        case_id, _alias = cases.open_case(
            actor=actor,
            municipality_code=request.municipality_code,
            arrival=Arrival.HEALTH if request.context is Context.EMERGENCY_DEPARTMENT else Arrival.OTHER,
            now=now,
            exercise=request.exercise,
            service_ids=called,
            supervising_id=supervising,
        )
        return case_id
    if not case_records.joinable(actor, request.case_id, exercise=request.exercise):
        raise NotFound
    cases.join(case_id=request.case_id, service_ids=called, now=now)
    if supervising is not None:
        cases.let_supervise(case_id=request.case_id, service_id=supervising)
    return request.case_id


def _calls(
    activation_id: UUID, request: Request, planned: Plan, document: ProtocolDocument, now: datetime
) -> Iterator[rows.Row]:
    """Yield one call for each service, due now, or later when its rule comes after another's."""
    present = {made.rule.key for made in planned.calls}
    for position, made in enumerate(planned.calls):
        waits = made.rule.after in present
        yield {
            "id": uuid4(),
            "activation_id": activation_id,
            "key": made.rule.key,
            "position": position,
            "service_id": made.service.id,
            "service_ids": [made.service.id],
            "state": CallState.WAITING if waits else CallState.CALLING,
            "step": 0,
            "due_at": now + timedelta(minutes=document.start_minutes(made.rule.key, request.needs)) if waits else now,
            "reached": False,
        }


def undo(*, actor: Actor, activation_id: UUID, now: datetime) -> None:
    """Take an activation back within twenty seconds, without a reason; raises ``Conflict`` afterwards."""
    with transaction.atomic():
        activation = locked_activation(actor, activation_id, Act.UNDO)
        if activation.state == ActivationState.UNDONE:
            return
        if not may_undo(activation.activated_at, now):
            raise Conflict(_("Sono passati più di 20 secondi: puoi fermare l'attivazione indicando il motivo."))
        _end(actor, activation, ActivationAct.UNDO, "", now)


def stand_down(*, actor: Actor, activation_id: UUID, reason: StandDownReason, now: datetime) -> None:
    """Stop the search for help, with a reason; everybody who was alerted is told that nothing more is needed."""
    with transaction.atomic():
        activation = locked_activation(actor, activation_id, Act.STAND_DOWN)
        _end(actor, activation, ActivationAct.STAND_DOWN, reason, now)


def close(*, actor: Actor, activation_id: UUID, now: datetime) -> None:
    """Close an activation in which every call was taken by somebody; raises ``Conflict`` while one is unanswered."""
    with transaction.atomic():
        activation = locked_activation(actor, activation_id, Act.CLOSE)
        if not may_close(CallState(call.state) for call in activation.calls.all()):
            raise Conflict(
                _("C'è ancora un servizio che non ha risposto: l'attivazione si chiude quando rispondono tutti."),
                code="unanswered",
            )
        _end(actor, activation, ActivationAct.CLOSE, "", now)


_EVENTS = {
    ActivationAct.UNDO: EventKind.UNDONE,
    ActivationAct.STAND_DOWN: EventKind.STOOD_DOWN,
    ActivationAct.CLOSE: EventKind.ACTIVATION_CLOSED,
}


def _end(actor: Actor, activation: Activation, act: ActivationAct, reason: str, now: datetime) -> None:
    state = ACTIVATION_TRANSITIONS.get((ActivationState(activation.state), act))
    if state is None:
        raise Conflict(_("Questa attivazione è già finita."), code="already_ended")
    activation.state, activation.end_reason = state, reason
    activation.ended_at, activation.ended_by_id = now, actor.operator_id
    activation.save(update_fields=["state", "end_reason", "ended_at", "ended_by"])
    if act is not ActivationAct.CLOSE:
        _stop_calls(activation.calls.all())
        alerts = list(Alert.objects.filter(call__activation=activation).values_list("pk", flat=True))
        notifications.cancel(references=alerts, now=now)
        notifications.follow_up(references=alerts, template=Template.CLOSED, now=now)
    cases.append(events=[NewEvent(activation.case_id, _EVENTS[act], actor.service_id, activation.pk, reason)], now=now)
    audit.record(
        actor=actor,
        verb=f"activation.{act}",
        subject=f"activation:{activation.pk}",
        case_id=activation.case_id,
        now=now,
        detail={"reason": reason} if reason else None,
    )
    live.announce([f"a:{activation.pk}", *(f"s:{service_id}" for service_id in activation.service_ids)])


def _stop_calls(calls: Iterable[Call]) -> None:
    for call in calls:
        if (CallState(call.state), CallAct.STAND_DOWN) in CALL_TRANSITIONS:
            call.state = CALL_TRANSITIONS[(CallState(call.state), CallAct.STAND_DOWN)]
            call.due_at = None
            call.save(update_fields=["state", "due_at"])
