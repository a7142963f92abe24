# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shifts: added, repeated, copied, swapped, handed over, ended early. What has been is never rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from approdo.access.rules import SYSTEM, Actor, Permission, require
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks.models import Service, Shift
from approdo.networks.rules import (
    LONGEST_SHIFT,
    NOTE_LENGTH,
    POSITIONS,
    WEEKS_AHEAD,
    Duty,
    first_overlap,
    later,
    week_of,
)
from approdo.networks.services._editing import locked_service
from approdo.networks.services._shifts import (
    check_ahead,
    check_not_over,
    check_people,
    check_room,
    duty_of,
    record,
    row_of,
    stored,
    touched,
    working,
)


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """How many shifts a copied week made, and how many found their place taken or their person gone."""

    created: int
    skipped: int


@transaction.atomic
def add_shifts(*, actor: Actor, service_id: int, duties: Sequence[Duty], now: datetime) -> tuple[int, ...]:
    """Add shifts to a service, all or none, and return their identifiers.

    Raises ``Invalid`` with a sentence that names the shift in the way, when one overlaps.
    """
    service = locked_service(actor, service_id)
    check_people(service, duties)
    for duty in duties:
        _check_times(actor, duty, now)
    check_room(duties, stored(service, duties))
    shifts = Shift.objects.bulk_create([row_of(service, duty) for duty in duties])
    record(actor, "shift.add", service, now, {"shifts": len(shifts)})
    return tuple(shift.pk for shift in shifts)


@transaction.atomic
def copy_week(*, actor: Actor, service_id: int, day: date, weeks: int, now: datetime) -> CopyOutcome:
    """Copy the shifts that begin in the local week holding ``day`` into each of the following weeks.

    Hours stay the same on the wall, also across a clock change. Shifts already there win.
    """
    service = locked_service(actor, service_id)
    if not 1 <= weeks <= WEEKS_AHEAD:
        raise Invalid({"weeks": _("Scegli da 1 a 26 settimane.")})
    week = week_of(day)
    pattern = [
        duty_of(shift)
        for shift in service.shifts.filter(starts_at__gte=week.starts_at, starts_at__lt=week.ends_at).order_by("pk")
    ]
    if not pattern:
        raise Invalid({"weeks": _("In questa settimana non c'è nessun turno da copiare.")})
    copies = [later(duty, days=7 * number) for number in range(1, weeks + 1) for duty in pattern]
    people = working(service)
    taken = stored(service, copies)
    created: list[Duty] = []
    for duty in copies:
        if duty.ends_at > now and duty.operator_id in people and not first_overlap(duty, taken):
            created.append(duty)
            taken.append(duty)
    Shift.objects.bulk_create([row_of(service, duty) for duty in created])
    record(actor, "shift.copy_week", service, now, {"shifts": len(created)})
    return CopyOutcome(len(created), len(copies) - len(created))


@transaction.atomic
def swap_shifts(*, actor: Actor, shift_id: int, other_id: int, now: datetime) -> None:
    """Exchange the people of two shifts of one service, in one act; both must still be ahead."""
    service = _service_of(actor, shift_id)
    shifts = {shift.pk: shift for shift in service.shifts.filter(pk__in=[shift_id, other_id])}
    if len(shifts) != 2:
        raise NotFound
    one, other = shifts[shift_id], shifts[other_id]
    for shift in (one, other):
        check_ahead(shift, now)
    one.operator_id, other.operator_id = other.operator_id, one.operator_id
    changed = [duty_of(one), duty_of(other)]
    check_people(service, changed)
    check_room(changed, [duty for duty in stored(service, changed) if duty.id not in shifts])
    # one statement: the constraint that keeps a person in one position looks only when it is over
    Shift.objects.bulk_update([one, other], ["operator"])
    touched([shift_id, other_id], now)
    record(actor, "shift.swap", service, now, {"shift": shift_id, "other": other_id})


@transaction.atomic
def hand_over_shift(*, actor: Actor, shift_id: int, operator_id: int, now: datetime) -> None:
    """Give a shift to another colleague; of one that has begun, only the rest, from now on."""
    service = _service_of(actor, shift_id)
    shift = service.shifts.get(pk=shift_id)
    check_not_over(shift, now)
    duty = replace(duty_of(shift), operator_id=operator_id, starts_at=max(now, shift.starts_at))
    check_people(service, [duty])
    check_room([duty], stored(service, [duty]))
    if shift.starts_at < now:
        shift.ends_at = now
        shift.save(update_fields=["ends_at"])
        row_of(service, duty).save()
    else:
        shift.operator_id = operator_id
        shift.save(update_fields=["operator"])
    touched([shift_id], now)
    record(actor, "shift.hand_over", service, now, {"shift": shift_id, "operator": operator_id})


@transaction.atomic
def end_shift_early(*, actor: Actor, shift_id: int, ends_at: datetime, now: datetime) -> None:
    """Bring the end of a shift forward, to a moment that is not past."""
    service = _service_of(actor, shift_id)
    shift = service.shifts.get(pk=shift_id)
    check_not_over(shift, now)
    if not max(now, shift.starts_at) <= ends_at < shift.ends_at or ends_at <= shift.starts_at:
        raise Invalid({"ends_at": _("La nuova fine deve venire dopo adesso, dopo l'inizio e prima della fine di ora.")})
    shift.ends_at = ends_at
    shift.save(update_fields=["ends_at"])
    touched([shift_id], now)
    record(actor, "shift.end_early", service, now, {"shift": shift_id})


@transaction.atomic
def remove_shift(*, actor: Actor, shift_id: int, now: datetime) -> None:
    """Remove a shift that has not begun; one under way can only be ended early, one that is over stays."""
    service = _service_of(actor, shift_id)
    shift = service.shifts.get(pk=shift_id)
    check_ahead(shift, now)
    shift.delete()
    record(actor, "shift.remove", service, now, {"shift": shift_id})


@transaction.atomic
def note_shift(*, actor: Actor, shift_id: int, note: str, now: datetime) -> None:
    """Write beside a shift what is owed for it, also when it is over; an empty note takes it away."""
    service = _service_of(actor, shift_id)
    text = note.strip()
    if len(text) > NOTE_LENGTH:
        raise Invalid({"note": _("Al massimo 200 caratteri.")})
    service.shifts.filter(pk=shift_id).update(note=text)
    record(actor, "shift.note", service, now, {"shift": shift_id})


def _service_of(actor: Actor, shift_id: int) -> Service:
    if actor != SYSTEM:
        require(actor, Permission.EDIT_ORGANISATION)
    service_id = Shift.objects.filter(pk=shift_id).values_list("service_id", flat=True).first()
    if service_id is None:
        raise NotFound
    service = locked_service(actor, service_id)
    if not service.shifts.filter(pk=shift_id).exists():
        raise NotFound
    return service


def _check_times(actor: Actor, duty: Duty, now: datetime) -> None:
    if duty.position not in POSITIONS:
        raise Invalid({"position": _("Scegli prima o seconda persona.")})
    if duty.starts_at >= duty.ends_at:
        raise Invalid({"ends_at": _("La fine viene prima dell'inizio: controlla giorno e ora.")})
    if duty.ends_at - duty.starts_at > LONGEST_SHIFT:
        raise Invalid({"ends_at": _("Un turno dura al massimo sette giorni: dividilo in più turni.")})
    if duty.ends_at <= now and actor != SYSTEM:
        raise Invalid({"starts_at": _("Questo turno è già finito: il passato non si riscrive.")})
