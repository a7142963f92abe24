# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is waiting for me, and the list of activations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from approdo.access.rules import Actor, Permission, acting, require
from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.states import (
    UNANSWERED,
    ActivationState,
    CallState,
)
from approdo.kit.rows import Answer, Statement
from approdo.protocols.rules import Need

STILL_BUSY = timedelta(hours=2)
"""For so long after a call was taken, who took it is taken to be with her."""
PAGE = 25
WAITING = 100


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
    unanswered: int = 1
    """How many calls of the activation one line stands for."""


_WAITING = Statement(
    lambda service: (
        Call.objects.filter(
            activation__service_ids__contains=[service],
            activation__state=ActivationState.OPEN,
            state__in=UNANSWERED,
            due_at__isnull=False,
        )
        .order_by("activation__activated_at", "position")
        .values_list(
            "pk",
            "activation_id",
            "activation__case__alias",
            "activation__needs",
            "activation__activated_at",
            "answer_by",
            "activation__exercise",
            "service_ids",
            "state",
        )[:WAITING]
    ),
    service=int,
)


def waiting_for(actor: Actor, at: datetime) -> list[WaitingCall]:
    """Return the unanswered calls of the actor's service and of its activations, the oldest first.

    ``mine`` tells the calls she may answer from those she only waits for.
    """
    return ask_waiting_for(actor, at).value


def ask_waiting_for(actor: Actor, at: datetime) -> Answer[list[WaitingCall]]:
    """Ask for ``waiting_for`` without waiting for it."""
    require(actor, Permission.READ_ACTIVATION)
    _operator_id, service_id = acting(actor)
    return _WAITING.ask(service=service_id).then(lambda rows: [_waiting(row, service_id, at) for row in rows])


def _waiting(row: tuple[Any, ...], service_id: int, at: datetime) -> WaitingCall:
    pk, activation_id, alias, needs, activated_at, answer_by, exercise, service_ids, state = row
    return WaitingCall(
        call_id=pk,
        activation_id=activation_id,
        alias=alias,
        needs=frozenset(map(Need, needs)),
        activated_at=activated_at,
        answer_by=answer_by,
        late=answer_by is not None and at > answer_by,
        exercise=exercise,
        mine=service_id in service_ids and state == CallState.CALLING,
    )


@dataclass(frozen=True, slots=True)
class OpenActivation:
    """An activation that is going on."""

    id: UUID
    activated_at: datetime


_OPEN_ON = Statement(
    lambda service, case: (
        Activation.objects.visible_to_service(service)
        .filter(case=case, state=ActivationState.OPEN)
        .order_by("-activated_at", "-id")
        .values_list("pk", "activated_at")[:1]
    ),
    service=int,
    case=UUID,
)


def open_on(actor: Actor, case_id: UUID) -> OpenActivation | None:
    """Return the newest activation of a case that is open now and that the actor's service is in."""
    _operator_id, service_id = acting(actor)
    return next((OpenActivation(*row) for row in _OPEN_ON.read(service=service_id, case=case_id)), None)


_TAKERS = Statement(
    lambda case: Call.objects.filter(activation__case=case, taken_by__isnull=False).values_list(
        "taken_service_id", "taken_by_id"
    ),
    case=UUID,
)


def ask_takers(case_id: UUID) -> Answer[list[tuple[int, int]]]:
    """Ask for (service, operator) of the calls that people took for a woman, as far as the reader sees them."""
    return _TAKERS.ask(case=case_id)


def case_of(activation_id: UUID) -> UUID | None:
    """Return the case of an activation, or nothing. System-internal."""
    case_id: UUID | None = Activation.objects.filter(pk=activation_id).values_list("case_id", flat=True).first()
    return case_id


@dataclass(frozen=True, slots=True)
class AnsweredActivation:
    """An open activation in which every called service has answered."""

    id: UUID
    alias: str
    activated_at: datetime
    exercise: bool


_ANSWERED = Statement(
    lambda service: (
        Activation.objects.visible_to_service(service)
        .filter(
            Exists(Call.objects.filter(activation=OuterRef("pk"))),
            ~Exists(Call.objects.filter(activation=OuterRef("pk"), state__in=UNANSWERED)),
            state=ActivationState.OPEN,
        )
        .order_by("-activated_at", "-id")
        .values_list("pk", "case__alias", "activated_at", "exercise")[:PAGE]
    ),
    service=int,
)


def ask_answered_by_all(actor: Actor) -> Answer[list[AnsweredActivation]]:
    """Ask for the open activations in which everybody has answered: they have no next step but to be closed."""
    require(actor, Permission.READ_ACTIVATION)
    _operator_id, service_id = acting(actor)
    return _ANSWERED.ask(service=service_id).then(lambda rows: [AnsweredActivation(*row) for row in rows])


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
    rows = _rows(found, limit + 1)
    return rows[:limit], len(rows) > limit


def _rows(found: QuerySet[Activation], limit: int) -> list[ActivationRow]:
    """Read a page of activations; calls are counted for its rows only, which a join would count for all."""
    calls = Call.objects.filter(activation=OuterRef("pk")).order_by().values("activation")
    rows = (
        found.annotate(
            total=Coalesce(Subquery(calls.annotate(number=Count("*")).values("number")), 0),
            taken=Coalesce(
                Subquery(calls.filter(state=CallState.TAKEN).annotate(number=Count("*")).values("number")), 0
            ),
        )
        .order_by("-activated_at", "-id")
        .values_list("pk", "case__alias", "case_id", "activated_at", "state", "exercise", "total", "taken")[:limit]
    )
    return [ActivationRow(*row[:4], ActivationState(row[4]), *row[5:]) for row in rows]


def visible_among(actor: Actor, activation_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some activations that the actor's service may see; hidden and absent are left out alike."""
    require(actor, Permission.READ_ACTIVATION)
    return set(Activation.objects.visible_to(actor).filter(pk__in=activation_ids).values_list("pk", flat=True))


def is_busy(service_id: int, operator_ids: Collection[int], at: datetime) -> bool:
    """Tell whether a real call rings for a service or one of these people, or was taken a moment ago; system-internal.

    Exercises count: whoever is in one is not to be tried with something else meanwhile.
    """
    theirs = Q(service_ids__contains=[service_id]) | Q(service=service_id)
    theirs |= Q(pk__in=Alert.objects.filter(operator__in=operator_ids, declined_at=None).values("call"))
    running = Q(state__in=UNANSWERED) | Q(state=CallState.TAKEN, taken_at__gt=at - STILL_BUSY)
    return Call.objects.filter(theirs & running, activation__state=ActivationState.OPEN).exists()
