# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Overrides: from one instant to another somebody else is on call; one act, whole or nothing, and taken back so."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from approdo.access.rules import Actor
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks.models import OverriddenShift, Override, Service, Shift
from approdo.networks.rules import Cut, Duty, Period, cut, given_back, merged, problems_of_override
from approdo.networks.selectors import spoken
from approdo.networks.selectors.editing import own_service
from approdo.networks.services._editing import locked_service
from approdo.networks.services._shifts import (
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
class OverrideMade:
    """An override that was put, who stands in, and whose shifts it takes."""

    id: UUID
    people: tuple[int, ...]


@transaction.atomic
def put_override(*, actor: Actor, service_id: int, duty: Duty, now: datetime) -> OverrideMade:
    """Let somebody else be on call for a stretch, whatever shifts of the position it cuts or spans.

    Raises ``Invalid`` with a sentence that says what is in the way, and when.
    """
    service = locked_service(actor, service_id)
    if problems := problems_of_override(duty.period, duty.position, now):
        raise Invalid(problems)
    check_people(service, [duty])
    _check_alone(service, duty)
    around = stored(service, [duty])
    check_room([duty], [one for one in around if one.position != duty.position])
    change = cut(around, duty.operator_id, duty.position, duty.period)
    hers = [one for one in change.replaced if one.operator_id == duty.operator_id]
    if merged(part.period for part in given_back(hers, duty.period)) == [duty.period]:
        raise Invalid({"operator_id": _("In tutto questo tempo è già di turno lei: scegli un'altra persona.")})
    override = Override.objects.create(
        service=service,
        position=duty.position,
        operator_id=duty.operator_id,
        starts_at=duty.starts_at,
        ends_at=duty.ends_at,
        made_at=now,
    )
    _keep(override, change)
    _put(service, override, change, now)
    record(actor, "override.put", service, now, {"override": str(override.pk), "operator": duty.operator_id})
    return OverrideMade(override.pk, _people(duty.operator_id, change.replaced))


@transaction.atomic
def remove_override(*, actor: Actor, override_id: UUID, now: datetime) -> OverrideMade:
    """Take an override back: what is still to come of it goes to those who had it, as if it had never been.

    Raises ``Invalid`` when its shifts have changed since: then the rota says what is, and is changed shift by shift.
    """
    service, override = _locked(actor, override_id)
    if override.removed_at is not None:
        return OverrideMade(override.pk, ())  # pressed twice
    if override.ends_at <= now:
        raise Invalid({"": _("Questa sostituzione è già finita: il passato non si riscrive.")})
    rows = list(override.shifts.order_by("starts_at"))
    whole = Period(override.starts_at, override.ends_at)
    if merged(duty_of(row).period for row in rows) != [whole]:
        raise Invalid({"": _("Da allora questi turni sono cambiati: correggili uno per uno nella tabella.")})
    kept = list(override.replaced.order_by("starts_at"))
    replaced = [Duty(one.operator_id, override.position, one.starts_at, one.ends_at, one.pk) for one in kept]
    ahead = Period(max(now, whole.starts_at), whole.ends_at)
    backs = given_back(replaced, ahead)
    if not {back.operator_id for back in backs} <= working(service):
        raise Invalid({"": _("Chi aveva questi turni non lavora più qui: affidali uno per uno dalla tabella.")})
    touched([row.pk for row in rows], now)
    for row in rows:
        _shorten(row, ahead.starts_at)
    check_room([replace(back, id=None) for back in backs], stored(service, backs))
    for back in backs:
        _give_back(service, next(one for one in kept if one.pk == back.id), back, now)
    override.removed_at = now
    override.save(update_fields=["removed_at"])
    record(actor, "override.remove", service, now, {"override": str(override.pk)})
    return OverrideMade(override.pk, _people(override.operator_id, backs))


def _people(stands_in: int, replaced: Iterable[Duty]) -> tuple[int, ...]:
    return tuple(sorted({stands_in} | {one.operator_id for one in replaced}))


def _check_alone(service: Service, duty: Duty) -> None:
    others = service.overrides.filter(
        position=duty.position, removed_at=None, starts_at__lt=duty.ends_at, ends_at__gt=duty.starts_at
    )
    if other := others.order_by("starts_at").first():
        words = {"other": spoken(Period(other.starts_at, other.ends_at))}
        sentence = gettext("In queste ore c'è già una sostituzione: %(other)s. Prima toglila.")
        raise Invalid({"": sentence % words})


def _keep(override: Override, change: Cut) -> None:
    """Write down the shifts as they were, and which rotation had made them."""
    rows = Shift.objects.filter(pk__in=[one.id for one in change.replaced]).order_by("starts_at")
    OverriddenShift.objects.bulk_create(
        OverriddenShift(
            override=override,
            operator_id=row.operator_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            rotation_id=row.rotation_id,
            note=row.note,
        )
        for row in rows
    )


def _put(service: Service, override: Override, change: Cut, now: datetime) -> None:
    touched([one.id for one in change.replaced if one.id], now)
    rows = {row.pk: row for row in Shift.objects.filter(pk__in=[one.id for one in change.replaced])}
    new = []
    for part in change.left:
        row = rows.pop(part.id or 0, None)
        if row is None:  # the shift goes on after the stretch too
            new.append(row_of(service, replace(part, id=None)))
            continue
        row.starts_at, row.ends_at = part.starts_at, part.ends_at
        row.save(update_fields=["starts_at", "ends_at"])
    Shift.objects.filter(pk__in=list(rows)).delete()
    new += [row_of(service, part, override=override) for part in change.stands_in]
    Shift.objects.bulk_create(new)


def _shorten(row: Shift, at: datetime) -> None:
    """Leave of a shift what is before a moment, or nothing."""
    if row.starts_at >= at:
        row.delete()
    elif row.ends_at > at:
        row.ends_at = at
        row.save(update_fields=["ends_at"])


def _give_back(service: Service, was: OverriddenShift, back: Duty, now: datetime) -> None:
    """Give a stretch back as one shift with what the override had left of it, where that is still as it was."""
    before = after = None
    same = service.shifts.filter(position=back.position, operator=back.operator_id, override=None)
    if was.starts_at < back.starts_at:
        before = same.filter(starts_at=was.starts_at, ends_at=back.starts_at).first()
    if was.ends_at > back.ends_at:
        after = same.filter(starts_at=back.ends_at, ends_at=was.ends_at).first()
    touched([row.pk for row in (before, after) if row], now)
    if after:
        back = replace(back, ends_at=after.ends_at)
        after.delete()
    row = before or row_of(service, back)
    row.ends_at = back.ends_at
    row.note = row.note or was.note
    if (row.starts_at, row.ends_at) == (was.starts_at, was.ends_at):
        row.rotation = was.rotation
    row.save()


def _locked(actor: Actor, override_id: UUID) -> tuple[Service, Override]:
    """Return an override and its service, locked as for any edit of the rota."""
    service_id = Override.objects.filter(pk=override_id).values_list("service_id", flat=True).first()
    if service_id is None:
        own_service(actor, 0)  # refused to whoever may edit nothing, whether or not there is such an override
        raise NotFound
    service = locked_service(actor, service_id)
    return service, Override.objects.get(pk=override_id)
