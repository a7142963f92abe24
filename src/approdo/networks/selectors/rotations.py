# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who takes turns with whom: the rotations of a service and, of shifts to come, where a position would be empty."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet

from approdo.access.rules import Actor
from approdo.kit.errors import NotFound
from approdo.networks.models import Membership, Rotation, RotationPerson, Shift
from approdo.networks.rules import Duty, Period, RotationUnit, Turn, hand_over_at, turns
from approdo.networks.rules import Rotation as Plan
from approdo.networks.selectors.editing import NamedDuty, editable_services, own_service


@dataclass(frozen=True, slots=True)
class RotationView:
    """A rotation as its coordinator reads it: the people in turn, who of them works here no more, what comes next."""

    id: int
    service_id: int
    plan: Plan
    people: tuple[str, ...]
    gone: tuple[str, ...]
    current: str
    next_hand_over: datetime | None
    ends_at: datetime | None


def plan_of(rotation: Rotation) -> Plan:
    """Return a stored rotation as the plain value that rules speak of."""
    people = sorted(rotation.turns.all(), key=lambda one: one.place)
    return Plan(
        position=rotation.position,
        unit=RotationUnit(rotation.unit),
        every=rotation.every,
        first_day=rotation.first_day,
        hand_over=rotation.hand_over,
        people=tuple(one.operator_id for one in people),
    )


def rotations(actor: Actor, service_id: int, at: datetime) -> tuple[RotationView, ...]:
    """Return the rotations of a service that have not ended, by position, for who may edit it."""
    service = own_service(actor, service_id)
    found = _whole(Rotation.objects.filter(service=service))
    working = _working(service.pk)
    views = (_view(one, working, at) for one in found.order_by("position", "ends_at", "pk"))
    return tuple(view for view in views if view.ends_at is None or view.ends_at > at)


def rotation(actor: Actor, rotation_id: int, at: datetime) -> RotationView:
    """Return a rotation of a service the actor may edit; ``NotFound`` for any other."""
    services = editable_services(actor)
    found = _whole(Rotation.objects.filter(pk=rotation_id, service__in=services)).first()
    if found is None:
        raise NotFound
    return _view(found, _working(found.service_id), at)


def _whole(found: QuerySet[Rotation]) -> QuerySet[Rotation]:
    return found.prefetch_related(Prefetch("turns", RotationPerson.objects.select_related("operator")))


def _working(service_id: int) -> set[int]:
    held = Membership.objects.filter(service=service_id, active=True, operator__is_active=True)
    return set(held.values_list("operator_id", flat=True))


def _view(found: Rotation, working: set[int], at: datetime) -> RotationView:
    plan = plan_of(found)
    names = {one.operator_id: one.operator.display_name for one in found.turns.all()}
    turn = _turn_at(plan, at)
    following = turn.period.ends_at if turn else hand_over_at(plan, 0)
    over = found.ends_at is not None and found.ends_at <= following
    return RotationView(
        id=found.pk,
        service_id=found.service_id,
        plan=plan,
        people=tuple(names[pk] for pk in plan.people),
        gone=tuple(names[pk] for pk in plan.people if pk not in working),
        current=names[turn.operator_id] if turn else "",
        next_hand_over=None if over else following,
        ends_at=found.ends_at,
    )


def _turn_at(plan: Plan, at: datetime) -> Turn | None:
    """Return whose turn it is, or None before the first hand-over."""
    recent = turns(plan, Period(at - timedelta(days=70), at + timedelta(microseconds=1)))
    return max((turn for turn in recent), key=lambda turn: turn.period.starts_at, default=None)


def made_by(actor: Actor, rotation_id: int, at: datetime, days: int = 35) -> tuple[NamedDuty, ...]:
    """Return the shifts a rotation has made and nobody has touched, that are not over, of the coming days."""
    services = editable_services(actor)
    rows = (
        Shift.objects.filter(rotation=rotation_id, service__in=services, ends_at__gt=at)
        .filter(starts_at__lt=at + timedelta(days=days))
        .order_by("starts_at")
        .values_list("operator_id", "position", "starts_at", "ends_at", "pk", "operator__display_name")
    )
    return tuple(NamedDuty(Duty(*row[:5]), row[5]) for row in rows)
