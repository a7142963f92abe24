# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board of one activation."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from approdo.access.rules import Actor, Permission, require
from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.escalation import targets_at
from approdo.activations.rules.permissions import Act, allowed, relations
from approdo.activations.rules.states import (
    UNANSWERED,
    UNDO_SECONDS,
    ActivationState,
    AlertState,
    CallState,
    Consent,
    DeclineReason,
    may_close,
    may_undo,
)
from approdo.activations.selectors.copies import rules_of
from approdo.cases import selectors as cases
from approdo.kit.errors import NotFound
from approdo.kit.rows import Statement, together
from approdo.networks import selectors as networks
from approdo.networks.rules import Channel, NamePlate, ServiceKind
from approdo.notifications import selectors as messages
from approdo.notifications.rules import MessageState, MessageView
from approdo.protocols.rules import CallRule, Need, Target


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One message of an alert, as the chronology of attempts tells it."""

    channel: Channel
    state: MessageState
    at: datetime


@dataclass(frozen=True, slots=True)
class BoardAlert:
    """One recipient of one step: never a name, only her place in the chain."""

    label: str
    target: Target
    step: int
    state: AlertState
    at: datetime
    reason: DeclineReason | None
    channels: tuple[ChannelLine, ...]


@dataclass(frozen=True, slots=True)
class BoardCall:
    """One called service on the board."""

    id: UUID
    label: str
    kind: ServiceKind
    phone: str
    state: CallState
    alert: BoardAlert | None
    alerts: tuple[BoardAlert, ...]
    started_at: datetime | None
    answer_by: datetime | None
    late: bool
    reached: bool
    next_targets: tuple[Target, ...]
    next_at: datetime | None
    taken_at: datetime | None
    taken_label: str
    mine: bool
    taken_by_me: bool

    @property
    def unanswered(self) -> bool:
        """Tell whether this call still seeks an answer."""
        return self.state in UNANSWERED


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the page of one activation shows, at one instant of the database clock."""

    id: UUID
    at: datetime
    alias: str
    case_id: UUID
    municipality_code: str
    needs: frozenset[Need]
    consent: Consent
    exercise: bool
    state: ActivationState
    end_reason: str
    activated_at: datetime
    ended_at: datetime | None
    activated_by: str
    activated_phone: str
    """Of the service that activated; empty when it is the reader's own."""
    undo_until: datetime
    calls: tuple[BoardCall, ...]
    may_undo: bool
    may_stand_down: bool
    may_close: bool
    chronology: tuple[cases.EventRow, ...]
    labels: Mapping[int, str]
    unseen: tuple[tuple[UUID, UUID], ...]
    """Alerts (and their calls) addressed to the actor that nobody has opened yet."""

    @property
    def answered(self) -> int:
        """Count the calls that a human has taken."""
        return sum(call.state is CallState.TAKEN for call in self.calls)


_COLUMNS = [field.attname for field in Activation._meta.concrete_fields if field.name != "protocol_copy"]
_ACTIVATION = Statement(
    lambda service, activation: (
        Activation.objects.visible_to_service(service)
        .filter(pk=activation)
        .annotate(alias=F("case__alias"))
        .values_list(*_COLUMNS, "alias", named=True)
    ),
    service=int,
    activation=UUID,
)
_CALLS = Statement(
    lambda activation: Call.objects.filter(activation=activation).order_by("position", "id").values_list(named=True),
    activation=UUID,
)
_ALERTS = Statement(
    lambda activation: (
        Alert.objects.filter(call__activation=activation).order_by("created_at", "step", "id").values_list(named=True)
    ),
    activation=UUID,
)


@dataclass(frozen=True, slots=True)
class _Read:
    """What the database says of one activation."""

    activation: Any
    calls: list[Any]
    alerts: list[Any]
    messages: Mapping[UUID, Sequence[MessageView]]
    plates: Mapping[int, NamePlate]
    chronology: tuple[cases.EventRow, ...]


def _read(service_id: int | None, activation_id: UUID) -> _Read:
    """Read it in two journeys: what has its number, then what that names."""
    if service_id is None:
        raise NotFound
    with together():
        found = _ACTIVATION.ask(service=service_id, activation=activation_id)
        calls = _CALLS.ask(activation=activation_id)
        alerts = _ALERTS.ask(activation=activation_id)
        if not found.value:
            raise NotFound
        activation = found.value[0]
        sent = messages.ask_messages_of([alert.id for alert in alerts.value])
        plates = networks.ask_name_plates(activation.service_ids)
        chronology = cases.ask_chronology_of([activation.id, *(call.id for call in calls.value)])
        return _Read(activation, calls.value, alerts.value, sent.value, plates.value, chronology.value)


def board(actor: Actor, activation_id: UUID, at: datetime) -> Board:
    """Return the board of an activation; ``NotFound`` for absent and hidden alike."""
    require(actor, Permission.READ_ACTIVATION)
    read = _read(actor.service_id, activation_id)
    activation, plates = read.activation, read.plates
    by_call: dict[UUID, list[BoardAlert]] = defaultdict(list)
    mine = [
        alert
        for alert in read.alerts
        if alert.service_id == actor.service_id and alert.operator_id in {None, actor.operator_id}
    ]
    for alert in read.alerts:
        by_call[alert.call_id].append(_board_alert(alert, read.messages.get(alert.id, ()), plates))
    rules = rules_of(activation_id)
    held = relations(
        actor.service_id,
        activating=activation.service_id,
        called=(),
        supervising=activation.supervising_service_id,
    )
    is_open = activation.state == ActivationState.OPEN
    mine_calls = {alert.call_id for alert in mine}
    rows = tuple(
        _board_call(call, rules[call.key], by_call[call.id], plates, actor, mine_calls, at) for call in read.calls
    )
    return Board(
        id=activation.id,
        at=at,
        alias=activation.alias,
        case_id=activation.case_id,
        municipality_code=activation.municipality_id,
        needs=frozenset(Need(need) for need in activation.needs),
        consent=Consent(activation.consent),
        exercise=activation.exercise,
        state=ActivationState(activation.state),
        end_reason=activation.end_reason,
        activated_at=activation.activated_at,
        ended_at=activation.ended_at,
        activated_by=_label(plates, activation.service_id),
        activated_phone="" if actor.service_id == activation.service_id else _phone(plates, activation.service_id),
        undo_until=activation.activated_at + timedelta(seconds=UNDO_SECONDS),
        calls=rows,
        may_undo=is_open and allowed(Act.UNDO, held) and may_undo(activation.activated_at, at),
        may_stand_down=is_open and allowed(Act.STAND_DOWN, held),
        may_close=is_open and allowed(Act.CLOSE, held) and may_close(row.state for row in rows),
        chronology=read.chronology,
        labels={service_id: plate.label for service_id, plate in plates.items()},
        unseen=tuple((alert.id, alert.call_id) for alert in mine if alert.seen_at is None),
    )


def _label(plates: Mapping[int, NamePlate], service_id: int | None) -> str:
    found = plates.get(service_id) if service_id is not None else None
    return found.label if found else ""


def _phone(plates: Mapping[int, NamePlate], service_id: int | None) -> str:
    found = plates.get(service_id) if service_id is not None else None
    return found.phone if found else ""


def _board_call(
    call: Any,
    rule: CallRule,
    alerts: list[BoardAlert],
    plates: Mapping[int, NamePlate],
    actor: Actor,
    mine: set[UUID],
    at: datetime,
) -> BoardCall:
    unanswered = CallState(call.state) in UNANSWERED
    current = [alert for alert in alerts if alert.step == call.step] or alerts
    return BoardCall(
        id=call.id,
        label=_label(plates, call.service_id),
        kind=rule.kind,
        phone=_phone(plates, call.service_id) or rule.fallback_phone or "",
        state=CallState(call.state),
        alert=max(current, key=lambda alert: _PROGRESS[alert.state]) if current else None,
        alerts=tuple(alerts),
        started_at=call.started_at,
        answer_by=call.answer_by,
        late=unanswered and call.answer_by is not None and at > call.answer_by,
        reached=call.reached,
        next_targets=targets_at(rule, call.step + 1)[0] if unanswered else (),
        next_at=call.due_at,
        taken_at=call.taken_at,
        taken_label=_label(plates, call.taken_service_id),
        mine=call.id in mine or (unanswered and actor.service_id in call.service_ids),
        taken_by_me=call.taken_service_id is not None and call.taken_service_id == actor.service_id,
    )


_PROGRESS = {
    AlertState.FAILED: 0,
    AlertState.DECLINED: 1,
    AlertState.QUEUED: 2,
    AlertState.SENT: 3,
    AlertState.DELIVERED: 4,
    AlertState.SEEN: 5,
    AlertState.TAKEN: 6,
}


def _board_alert(alert: Any, sent: Sequence[MessageView], plates: Mapping[int, NamePlate]) -> BoardAlert:
    lines = tuple(
        ChannelLine(
            message.channel,
            message.state,
            message.delivered_at or message.failed_at or message.sent_at or alert.created_at,
        )
        for message in sent
    )
    state, at = _alert_state(alert, sent)
    return BoardAlert(
        label=_label(plates, alert.service_id),
        target=Target(alert.target),
        step=alert.step,
        state=state,
        at=at,
        reason=DeclineReason(alert.decline_reason) if alert.decline_reason else None,
        channels=lines,
    )


def _alert_state(alert: Any, sent: Sequence[MessageView]) -> tuple[AlertState, datetime]:
    if alert.declined_at:
        return AlertState.DECLINED, alert.declined_at
    if alert.seen_at:
        return AlertState.SEEN, alert.seen_at
    delivered = [message.delivered_at for message in sent if message.delivered_at]
    if delivered:
        return AlertState.DELIVERED, min(delivered)
    outside = [message for message in sent if message.channel is not Channel.APP]
    left = [message.sent_at for message in outside if message.sent_at]
    if left:
        return AlertState.SENT, min(left)
    if outside and all(message.state is MessageState.FAILED for message in outside):
        return AlertState.FAILED, max(message.failed_at or alert.created_at for message in outside)
    return AlertState.QUEUED, alert.created_at
