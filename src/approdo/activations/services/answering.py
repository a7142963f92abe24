# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answer a call: see it, take it, decline it, pass the hand; from a page, a link, a text message or a key."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from approdo.access.rules import Actor, Role, acting
from approdo.access.services import as_system
from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.permissions import Act
from approdo.activations.rules.states import CALL_TRANSITIONS, ActivationState, CallAct, CallState, DeclineReason
from approdo.activations.selectors import Board, Invitation, alert_answered_by, board, invitation, locked_call
from approdo.activations.services.escalating import advance_calls, code_digest, rule_of
from approdo.audit import services as audit
from approdo.cases import services as cases
from approdo.cases.rules import EventKind
from approdo.cases.services import NewEvent
from approdo.kit import live, rows
from approdo.kit.errors import Conflict, NotFound
from approdo.kit.words import mark as _
from approdo.notifications import services as notifications


def take(*, actor: Actor, call_id: UUID, now: datetime) -> None:
    """Take a call in charge: the search for that service's answer ends here, with a name and an instant.

    Pressing again is harmless. Raises ``NotFound`` when hidden, ``Forbidden`` for a service that was not called,
    ``Conflict`` when somebody else has it or the activation is over.
    """
    with transaction.atomic():
        _take(actor, locked_call(actor, call_id, Act.TAKE), now)


@audit.goes_on
def take_by_code(*, code: str, now: datetime) -> None:
    """Take a call through the one-time link of an alert, without signing in; ``NotFound`` for any other code."""
    with as_system():  # the code is what opens the door
        actor, call = _by_alert(Q(code_digest=code_digest(code), code_expires_at__gt=now))
        _take(actor, call, now)


def take_by_reference(*, reference: UUID, now: datetime) -> None:
    """Take a call by a text-message reply or a voice key, already matched to an alert by the gateway's door."""
    with as_system():  # the code is what opens the door
        actor, call = _by_alert(Q(pk=reference, code_expires_at__gt=now))
        _take(actor, call, now)


def _by_alert(condition: Q) -> tuple[Actor, Call]:
    alert = _alert(condition)
    actor = _called(alert)
    return actor, locked_call(actor, alert.call_id, Act.TAKE)


def _alert(condition: Q) -> Alert:
    alert = alert_answered_by(condition)
    if alert is None:
        raise NotFound(_("Questo collegamento non è più valido. Apri l'app, oppure telefona."))
    return alert


def _called(alert: Alert) -> Actor:
    return Actor(alert.operator_id, alert.service.organisation_id, alert.service_id, Role.ON_CALL_OPERATOR)


def _take(actor: Actor, call: Call, now: datetime) -> None:
    if call.state == CallState.TAKEN and call.taken_service_id == actor.service_id:
        return
    if call.state == CallState.TAKEN:
        raise Conflict(_("Un altro servizio ha già preso in carico questa chiamata. Grazie."), code="already_taken")
    _move(call, CallAct.TAKE)
    call.due_at, call.taken_at = None, now
    call.taken_by_id, call.taken_service_id = actor.operator_id, actor.service_id
    call.save(update_fields=["state", "due_at", "taken_at", "taken_by", "taken_service"])
    alerts = list(Alert.objects.filter(call=call).values_list("pk", "service_id", "operator_id"))
    notifications.mark_read(references=[pk for pk, service, _who in alerts if service == actor.service_id], now=now)
    notifications.cancel(references=[pk for pk, _service, _who in alerts], now=now)
    _start_followers(call, now)
    _tell(actor, call, EventKind.TAKEN, now)


def _start_followers(call: Call, now: datetime) -> None:
    """Bring forward the calls that wait for this one; the sweep advances them within its next round."""
    waiting = [
        follower
        for follower in Call.objects.filter(activation_id=call.activation_id, state=CallState.WAITING)
        .exclude(pk=call.pk)
        .select_related("activation")
        if rule_of(follower).after == call.key
    ]
    Call.objects.filter(pk__in=[follower.pk for follower in waiting], state=CallState.WAITING).update(due_at=now)


def decline(*, actor: Actor, call_id: UUID, reason: DeclineReason, now: datetime) -> None:
    """Say that one cannot, and why: when everybody alerted at a step of the chain has said so, the next begins at once.

    Raises like ``take``; ``Conflict`` when the actor was not the one alerted, or the call is no longer open.
    """
    with transaction.atomic():
        _decline(actor, locked_call(actor, call_id, Act.DECLINE), reason, now)


@audit.goes_on
def decline_by_code(*, code: str, reason: DeclineReason, now: datetime) -> None:
    """Decline through the one-time link of an alert, without signing in."""
    with as_system():  # the code is what opens the door
        actor, call = _by_alert(Q(code_digest=code_digest(code), code_expires_at__gt=now))
        _decline(actor, call, reason, now)


def _decline(actor: Actor, call: Call, reason: DeclineReason, now: datetime) -> None:
    mine = Alert.objects.filter(call=call, declined_at=None).filter(_addressed_to(actor))
    references = list(mine.values_list("pk", flat=True))
    if not references:
        raise Conflict(_("Per questa chiamata non c'è un avviso aperto per te."), code="not_alerted")
    _move(call, CallAct.DECLINE)
    mine.update(declined_at=now, decline_reason=reason)
    notifications.mark_read(references=references, now=now)
    notifications.cancel(references=references, now=now)
    _tell(actor, call, EventKind.DECLINED, now, detail=reason)
    if call.step >= len(rule_of(call).escalation):
        return  # everybody has been tried: they are called again together at the repeat, not at each refusal (ADR 0007)
    if not Alert.objects.filter(call=call, step=call.step, declined_at=None).exists():
        advance_calls([call], now)


def release(*, actor: Actor, call_id: UUID, now: datetime) -> None:
    """Pass the hand: the service that took a call gives it back, and the search goes on at once with the next step."""
    with transaction.atomic():
        call = locked_call(actor, call_id, Act.RELEASE)
        if call.state != CallState.TAKEN or call.taken_service_id != actor.service_id:
            raise Conflict(_("Puoi passare la mano solo su una chiamata presa in carico dal tuo servizio."))
        if not Activation.objects.filter(pk=call.activation_id, state=ActivationState.OPEN).exists():
            # read now, not with the call: nobody could stop a search that began after the end
            raise Conflict(_("Questa attivazione è già finita."), code="already_ended")
        _move(call, CallAct.RELEASE)
        call.taken_at = call.taken_by_id = call.taken_service_id = None
        call.due_at = now
        call.save(update_fields=["state", "due_at", "taken_at", "taken_by", "taken_service"])
        _tell(actor, call, EventKind.RELEASED, now)
        advance_calls([call], now)


def look(*, actor: Actor, activation_id: UUID, now: datetime) -> Board:
    """Return the board, and note that what was addressed to the actor has been seen."""
    shown = board(actor, activation_id, now)
    if not shown.unseen:
        return shown
    with transaction.atomic():
        _note_seen(shown.unseen, actor, shown.case_id, now)
        live.announce([f"a:{activation_id}"])
    return board(actor, activation_id, now)


def look_by_code(*, code: str, now: datetime) -> Invitation:
    """Return what an answer link may show, and note that it was opened; ``NotFound`` for any other code."""
    with as_system():  # the code is what opens the door
        alert = _alert(Q(code_digest=code_digest(code), code_expires_at__gt=now))
        if alert.seen_at is None:
            _note_seen([(alert.pk, alert.call_id)], _called(alert), alert.call.activation.case_id, now)
            live.announce([f"a:{alert.call.activation_id}"])
        return invitation(alert)


_WAITING = rows.Statement(
    lambda operator, service: Alert.objects.filter(
        Q(operator_id=operator) | Q(operator_id=None), service_id=service, call__state=CallState.CALLING
    ).values_list("pk"),
    operator=int,
    service=int,
)


def receive(*, actor: Actor, now: datetime) -> None:
    """Note that the alerts waiting for the actor have reached an open screen of hers."""
    operator_id, service_id = acting(actor)
    references = [row[0] for row in _WAITING.read(operator=operator_id, service=service_id)]
    changed = notifications.mark_shown(references=references, now=now) if references else []
    if changed:
        boards = Alert.objects.filter(pk__in=changed).values_list("call__activation_id", flat=True)
        live.announce(f"a:{activation_id}" for activation_id in boards)


def _note_seen(alerts: Iterable[tuple[UUID, UUID]], actor: Actor, case_id: UUID, now: datetime) -> None:
    references = [pk for pk, _call_id in alerts]
    if not Alert.objects.filter(pk__in=references, seen_at=None).update(seen_at=now):
        return
    notifications.mark_read(references=references, now=now)
    cases.append(
        events=[
            NewEvent(case_id, EventKind.SEEN, actor.service_id, call_id)
            for call_id in dict.fromkeys(call_id for _pk, call_id in alerts)
        ],
        now=now,
    )


def _addressed_to(actor: Actor) -> Q:
    return Q(service_id=actor.service_id) & (Q(operator_id=actor.operator_id) | Q(operator_id=None))


def _move(call: Call, act: CallAct) -> None:
    state = CALL_TRANSITIONS.get((CallState(call.state), act))
    if state is None:
        raise Conflict(_("Questa chiamata non aspetta più una risposta."), code="not_open")
    call.state = state


def _tell(actor: Actor, call: Call, kind: EventKind, now: datetime, detail: str = "") -> None:
    cases.append(events=[NewEvent(call.activation.case_id, kind, actor.service_id, call.pk, detail)], now=now)
    audit.record(
        actor=actor,
        verb=f"call.{kind}",
        subject=f"call:{call.pk}",
        case_id=call.activation.case_id,
        now=now,
        detail={"reason": detail} if detail else None,
    )
    live.announce([f"a:{call.activation_id}", *(f"s:{service_id}" for service_id in call.service_ids)])
