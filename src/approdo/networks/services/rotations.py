# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rotations: begun, made into shifts six months ahead, extended as time goes, ended. Each turn is made once."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from approdo.access.rules import SYSTEM, Actor
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks.models import Rotation, RotationPerson, Service, Shift
from approdo.networks.rules import Period, around, duties_of_turns, made_up_to, problems_of_rotation
from approdo.networks.rules import Rotation as Plan
from approdo.networks.selectors.editing import own_service
from approdo.networks.selectors.rotations import plan_of
from approdo.networks.services._editing import locked_service
from approdo.networks.services._shifts import record, row_of, stored, working

_AT_ONCE = 5
"""How many rotations one turn of the sweep extends: calls that are due do not wait for the shifts of six months on."""


@dataclass(frozen=True, slots=True)
class RotationMade:
    """A rotation that was begun, and how many shifts it has made."""

    id: int
    shifts: int


@transaction.atomic
def start_rotation(*, actor: Actor, service_id: int, plan: Plan, now: datetime) -> RotationMade:
    """Begin a rotation and make its shifts of the next six months; those already there stay.

    Raises ``Invalid`` field by field, and when the position has a rotation that nobody has ended.
    """
    service = locked_service(actor, service_id)
    if problems := problems_of_rotation(plan, now):
        raise Invalid(problems)
    if not set(plan.people) <= working(service):
        raise Invalid({"people": _("Scegli persone che lavorano per questo servizio.")})
    if service.rotations.filter(position=plan.position, ends_at=None).exists():
        raise Invalid({"position": _("Per questa posizione c'è già una rotazione: prima falla finire.")})
    rotation = Rotation.objects.create(
        service=service,
        position=plan.position,
        unit=plan.unit.value,
        every=plan.every,
        first_day=plan.first_day,
        hand_over=plan.hand_over,
        made_until=now,
    )
    people = enumerate(plan.people)
    RotationPerson.objects.bulk_create(RotationPerson(rotation=rotation, operator_id=pk, place=n) for n, pk in people)
    shifts = _extend(service, rotation, now)
    record(actor, "rotation.start", service, now, {"rotation": rotation.pk, "shifts": shifts})
    return RotationMade(rotation.pk, shifts)


@transaction.atomic
def end_rotation(*, actor: Actor, rotation_id: int, ends_at: datetime, now: datetime) -> int:
    """End a rotation: of the shifts it made, those that begin from then on and nobody has touched go.

    A turn under way at that moment ends as it would have. Return how many shifts went.
    """
    service, rotation = _locked(actor, rotation_id)
    if ends_at < now:
        raise Invalid({"day": _("Questo momento è già passato: scegli un giorno da oggi in avanti.")})
    if rotation.ends_at is not None and rotation.ends_at <= ends_at:
        raise Invalid({"day": _("Questa rotazione finisce già prima.")})
    rotation.ends_at = ends_at
    rotation.save(update_fields=["ends_at"])
    gone, _by_model = Shift.objects.filter(
        rotation=rotation, note="", starts_at__gte=ends_at, starts_at__gt=now
    ).delete()
    record(actor, "rotation.end", service, now, {"rotation": rotation.pk})
    return gone


def extend_rotations(*, now: datetime, limit: int) -> int:
    """Make the shifts of turns that have come within six months, a few rotations at a time; for the sweep.

    Of two sweeps one extends a rotation: the other finds its service locked, or nothing left to make.
    """
    due = Rotation.objects.filter(Q(ends_at=None) | Q(ends_at__gt=F("made_until")), made_until__lt=made_up_to(now))
    keys = due.order_by("made_until", "pk").values_list("pk", "service_id")[: min(limit, _AT_ONCE)]
    return sum(_extended(pk, service_id, now) for pk, service_id in keys)


@transaction.atomic
def _extended(rotation_id: int, service_id: int, now: datetime) -> bool:
    service = Service.objects.select_for_update(skip_locked=True).filter(pk=service_id).first()
    rotation = Rotation.objects.filter(pk=rotation_id, made_until__lt=made_up_to(now)).first()
    if service is None or rotation is None:
        return False
    if shifts := _extend(service, rotation, now):
        record(SYSTEM, "rotation.extend", service, now, {"rotation": rotation.pk, "shifts": shifts})
    return True


def _extend(service: Service, rotation: Rotation, now: datetime) -> int:
    """Make the shifts of the turns that begin between what is made already and six months from now."""
    until = made_up_to(now) if rotation.ends_at is None else min(rotation.ends_at, made_up_to(now))
    duties = duties_of_turns(plan_of(rotation), Period(rotation.made_until, until))
    fitting = around((one for one in duties if one.ends_at > now), stored(service, duties), working(service))
    Shift.objects.bulk_create([row_of(service, duty, rotation=rotation) for duty in fitting])
    rotation.made_until = max(until, rotation.made_until)
    rotation.save(update_fields=["made_until"])
    return len(fitting)


def _locked(actor: Actor, rotation_id: int) -> tuple[Service, Rotation]:
    """Return a rotation and its service, locked as for any edit of the rota."""
    service_id = Rotation.objects.filter(pk=rotation_id).values_list("service_id", flat=True).first()
    if service_id is None:
        own_service(actor, 0)  # refused to whoever may edit nothing, whether or not there is such a rotation
        raise NotFound
    service = locked_service(actor, service_id)
    return service, Rotation.objects.get(pk=rotation_id)
