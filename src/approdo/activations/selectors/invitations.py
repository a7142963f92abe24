# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an answer link shows, and how late the clock is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from approdo.access.services import as_system
from approdo.accounts.rules import digest
from approdo.activations.models import Alert, Call
from approdo.activations.rules.states import CallState
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks


@dataclass(frozen=True, slots=True)
class Invitation:
    """All an answer link shows without signing in: whether an answer is still needed, and the telephone to call."""

    state: CallState
    taken_by_me: bool
    declined: bool
    exercise: bool
    phone: str


def invitation_by_code(code: str, now: datetime) -> Invitation:
    """Return what an answer link may show, and note nothing, for programs open links too; ``NotFound`` if not valid."""
    with as_system():  # the code is what opens the door
        alert = alert_answered_by(Q(code_digest=digest(code), code_expires_at__gt=now))
        if alert is None:
            raise NotFound
        return invitation(alert)


def alert_answered_by(condition: Q) -> Alert | None:
    """Return the alert that a link or a reply answers; None also when whom it called works there no more."""
    alert = Alert.objects.filter(condition).select_related("call__activation", "service").first()
    if alert is None or alert.operator_id is None or alert.operator_id in networks.members_of(alert.service_id):
        return alert
    return None


def invitation(alert: Alert) -> Invitation:
    """Return what the holder of an alert's link may know."""
    return Invitation(
        state=CallState(alert.call.state),
        taken_by_me=alert.call.taken_service_id == alert.service_id,
        declined=alert.declined_at is not None,
        exercise=alert.call.activation.exercise,
        phone=_phone(alert.call.activation.service_id),
    )


def _phone(service_id: int) -> str:
    plate = networks.name_plates([service_id]).get(service_id)
    return plate.phone if plate else ""


def oldest_unadvanced(now: datetime) -> timedelta | None:
    """Return by how much the most overdue call is late to be advanced; None when all is well (watchdog)."""
    due = Call.objects.filter(due_at__lt=now).order_by("due_at").values_list("due_at", flat=True).first()
    return now - due if due else None
