# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is waiting for me, and the list of activations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from approdo.access.rules import Actor, Permission, require
from approdo.activations.models import Activation, Call
from approdo.activations.rules.states import (
    UNANSWERED,
    ActivationState,
    CallState,
)
from approdo.protocols.rules import Need

PAGE = 25


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call that waits for the actor's service, or an activation of hers that is late."""

    call_id: UUID
    activation_id: UUID
    alias: str
    needs: frozenset[Need]
    activated_at: datetime
    answer_by: datetime | None
    late: bool
    exercise: bool
    mine: bool


def waiting_for(actor: Actor, at: datetime) -> list[WaitingCall]:
    """Return the unanswered calls of the actor's service and of its activations, the oldest first.

    ``mine`` tells the calls she may answer from those she only waits for.
    """
    if actor.service_id is None:
        return []
    require(actor, Permission.READ_ACTIVATION)
    calls = (
        Call.objects.filter(
            activation__service_ids__contains=[actor.service_id],
            activation__state=ActivationState.OPEN,
            state__in=UNANSWERED,
            due_at__isnull=False,
        )
        .select_related("activation__case")
        .order_by("activation__activated_at", "position")[:100]
    )
    return [
        WaitingCall(
            call_id=call.pk,
            activation_id=call.activation_id,
            alias=call.activation.case.alias,
            needs=frozenset(Need(need) for need in call.activation.needs),
            activated_at=call.activation.activated_at,
            answer_by=call.answer_by,
            late=call.answer_by is not None and at > call.answer_by,
            exercise=call.activation.exercise,
            mine=actor.service_id in call.service_ids and call.state == CallState.CALLING,
        )
        for call in calls
    ]


@dataclass(frozen=True, slots=True)
class ActivationRow:
    """One line of the list of activations."""

    id: UUID
    alias: str
    case_id: UUID
    activated_at: datetime
    state: ActivationState
    exercise: bool
    calls: int
    taken: int


def activations_of(
    actor: Actor, *, before: tuple[datetime, UUID] | None = None, limit: int = PAGE
) -> tuple[list[ActivationRow], bool]:
    """Return activations the actor's service may see, newest first, and whether there are more.

    ``before`` is the cursor: instant and identifier of the last row already shown.
    """
    require(actor, Permission.READ_ACTIVATION)
    found = Activation.objects.visible_to(actor)
    if before is not None:
        found = found.filter(Q(activated_at__lt=before[0]) | Q(activated_at=before[0], pk__lt=before[1]))
    rows = list(
        found.select_related("case")
        .annotate(total=Count("calls"), taken=Count("calls", filter=Q(calls__state=CallState.TAKEN)))
        .order_by("-activated_at", "-id")[: limit + 1]
    )
    return [
        ActivationRow(
            id=row.pk,
            alias=row.case.alias,
            case_id=row.case_id,
            activated_at=row.activated_at,
            state=ActivationState(row.state),
            exercise=row.exercise,
            calls=row.total,
            taken=row.taken,
        )
        for row in rows[:limit]
    ], len(rows) > limit


def visible_among(actor: Actor, activation_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some activations that the actor's service may see; hidden and absent are left out alike."""
    require(actor, Permission.READ_ACTIVATION)
    return set(Activation.objects.visible_to(actor).filter(pk__in=activation_ids).values_list("pk", flat=True))
