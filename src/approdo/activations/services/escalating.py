# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Advance calls: alert the next people, say who was missing, set the next instant."""

import hashlib
import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction

from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.escalation import (
    CODE_LIFETIME,
    NOBODY_RETRY,
    Advance,
    Recipient,
    messages_for,
    next_step,
    reach_of,
)
from approdo.activations.rules.states import CallState
from approdo.activations.selectors import rules_of
from approdo.cases import services as cases
from approdo.cases.rules import EventKind
from approdo.cases.services import NewEvent
from approdo.kit import live, rows
from approdo.networks import selectors as networks
from approdo.networks.rules import Channel, ServiceView
from approdo.notifications import selectors as messages
from approdo.notifications import services as notifications
from approdo.notifications.rules import MessageState, MessageView, NewMessage, Template
from approdo.protocols.rules import CallRule

log = logging.getLogger(__name__)


_MOVED = ("id", "state", "step", "started_at", "answer_by", "due_at", "reached", "service_ids")


@dataclass
class Work:
    """What a batch of advances will write, gathered so that it is written in few statements."""

    now: datetime
    alerts: list[rows.Row] = field(default_factory=list)
    messages: list[NewMessage] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    newcomers: list[tuple[Activation, int]] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)

    def advance(self, call: Call, rule: CallRule, coverage: Sequence[ServiceView]) -> None:
        """Take the next step of one call, in memory."""
        own = next((service for service in coverage if service.id == call.service_id), None)
        found = next_step(rule, call.step, reach_of(rule, own, coverage), self.now)
        activation = call.activation
        if call.started_at is None:
            call.started_at = self.now
            call.answer_by = self.now + timedelta(minutes=rule.answer_within_minutes)
        call.state, call.step, call.due_at = CallState.CALLING, found.step, found.due_at
        call.reached = bool(found.recipients)
        self._tell_missing(call, found)
        self.topics.append(f"a:{activation.pk}")
        for recipient in found.recipients:
            self._alert(call, rule, recipient)

    def _tell_missing(self, call: Call, found: Advance) -> None:
        for target in found.missing:
            self.events.append(
                NewEvent(call.activation.case_id, EventKind.NOBODY_ON_CALL, call.service_id, call.pk, target)
            )

    def _alert(self, call: Call, rule: CallRule, recipient: Recipient) -> None:
        code, alert_id = secrets.token_urlsafe(16), uuid4()
        self.alerts.append(
            {
                "id": alert_id,
                "call_id": call.pk,
                "step": call.step,
                "target": recipient.target,
                "service_id": recipient.service_id,
                "operator_id": recipient.operator_id,
                "created_at": self.now,
                "decline_reason": "",
                "code_digest": code_digest(code),
                "code_expires_at": self.now + CODE_LIFETIME,
            }
        )
        for message in messages_for(rule, recipient):
            self.messages.append(
                NewMessage(
                    reference=alert_id,
                    channel=message.channel,
                    address=message.address,
                    operator_id=recipient.operator_id,
                    service_id=recipient.service_id,
                    wave=message.wave,
                    due_at=self.now + timedelta(seconds=message.after_seconds),
                    template=Template.ALERT,
                    code="" if message.channel is Channel.APP else code,
                )
            )
        self.events.append(
            NewEvent(call.activation.case_id, EventKind.ALERTED, recipient.service_id, call.pk, recipient.target)
        )
        self.topics.append(f"s:{recipient.service_id}")
        if recipient.operator_id is not None:
            self.topics.append(f"o:{recipient.operator_id}")
        if recipient.service_id not in call.service_ids:
            call.service_ids = [*call.service_ids, recipient.service_id]
        if recipient.service_id not in call.activation.service_ids:
            call.activation.service_ids = [*call.activation.service_ids, recipient.service_id]
            self.newcomers.append((call.activation, recipient.service_id))

    def write(self) -> None:
        """Write everything gathered, in the caller's transaction; the calls themselves are the caller's to save."""
        rows.insert(Alert, self.alerts)
        for activation, service_id in sorted(self.newcomers, key=lambda pair: (pair[0].pk, pair[1])):
            _admit(activation, service_id, self.now)
        if self.events:
            cases.append(events=self.events, now=self.now)
        if self.messages:
            notifications.enqueue(messages=self.messages, now=self.now)
        live.announce(self.topics)


def _admit(activation: Activation, service_id: int, now: datetime) -> None:
    """Let a service that was just alerted see the activation and its case; added in SQL, so that two sweeps agree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE activations_activation SET service_ids = service_ids || %s::bigint"
            " WHERE id = %s AND NOT (%s = ANY(service_ids))",
            [service_id, activation.pk, service_id],
        )
    cases.join(case_id=activation.case_id, service_ids=[service_id], now=now)


def code_digest(code: str) -> str:
    """Return the only form in which an answer code is kept."""
    return hashlib.sha256(code.encode()).hexdigest()


def rule_of(call: Call) -> CallRule:
    """Return the rule of the activation's own protocol copy under which a call runs."""
    return rules_of(call.activation_id)[call.key]


def advance_calls(calls: Sequence[Call], now: datetime) -> None:
    """Advance locked calls and write what follows, in the caller's transaction."""
    coverage: dict[str, Sequence[ServiceView]] = {}
    work = Work(now)
    for call in calls:
        municipality = call.activation.municipality_id
        if municipality not in coverage:
            coverage[municipality] = networks.coverage(municipality, now)
        work.advance(call, rule_of(call), coverage[municipality])
    rows.update(Call, [{column: getattr(call, column) for column in _MOVED} for call in calls])
    work.write()


def _due(now: datetime, limit: int, **only: UUID) -> list[Call]:
    found = Call.objects.select_for_update(skip_locked=True).filter(due_at__lte=now, **only)
    calls = list(found.order_by("due_at")[:limit])
    # apart and without its protocol copy, which each process reads once and not once for each call
    activations = Activation.objects.defer("protocol_copy").in_bulk({call.activation_id for call in calls})
    for call in calls:
        call.activation = activations[call.activation_id]
    return calls


def advance_due(*, now: datetime, limit: int = 200) -> int:
    """Advance every call whose instant has come, oldest first, at most ``limit``; return how many.

    Rows that another sweep holds are left to it. When one row is poisoned the others still advance, and the bad one
    is tried again a minute later: it is logged by its identifier only.
    """
    try:
        with transaction.atomic():
            calls = _due(now, limit)
            if calls:
                advance_calls(calls, now)
            return len(calls)
    except Exception:
        log.exception("a batch of calls did not advance; one by one now")
    return sum(_advance_one(call_id, now) for call_id in _due_ids(now, limit))


def _due_ids(now: datetime, limit: int) -> Iterable[UUID]:
    with transaction.atomic():
        return list(Call.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:limit])


def _advance_one(call_id: UUID, now: datetime) -> int:
    try:
        with transaction.atomic():
            calls = _due(now, 1, pk=call_id)
            advance_calls(calls, now)
            return len(calls)
    except Exception:
        log.exception("call %s did not advance", call_id)
        with transaction.atomic():
            Call.objects.filter(pk=call_id, due_at__lte=now).update(due_at=now + NOBODY_RETRY)
        return 0


@transaction.atomic
def delivery_changed(*, reference: UUID, now: datetime) -> None:
    """Show the new state of an alert's messages, and go on at once when none of the step's can reach anybody.

    ``reference`` is the alert; an unknown one is ignored, because receipts may outlive what they are about.
    """
    alert = Alert.objects.filter(pk=reference).select_related("call__activation").first()
    if alert is None:
        return
    call = alert.call
    live.announce([f"a:{call.activation_id}"])
    if call.state != CallState.CALLING or alert.step != call.step:
        return
    if call.step >= len(rule_of(call).escalation):
        return  # everybody has been tried: the repeat keeps its minutes, however dead the channels are
    references = list(Alert.objects.filter(call=call, step=call.step).values_list("pk", flat=True))
    by_alert = messages.messages_of(references)
    if all(_lost(by_alert.get(one, ())) for one in references):
        changed = Call.objects.filter(pk=call.pk, state=CallState.CALLING, step=alert.step, due_at__gt=now).update(
            due_at=now
        )
        if changed:
            case_id = Call.objects.values_list("activation__case_id", flat=True).get(pk=call.pk)
            cases.append(events=[NewEvent(case_id, EventKind.UNREACHED, alert.service_id, call.pk)], now=now)


def _lost(sent: Sequence[MessageView]) -> bool:
    """Tell whether nothing of an alert can arrive: every outside channel failed and no screen showed it."""
    outside = [message for message in sent if message.channel is not Channel.APP]
    shown = any(message.state is MessageState.DELIVERED for message in sent)
    return (
        not shown
        and bool(outside)
        and all(message.state in {MessageState.FAILED, MessageState.CANCELLED} for message in outside)
    )
