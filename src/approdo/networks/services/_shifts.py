# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every change of shifts asks first, whoever makes it: a coordinator, or two colleagues between them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.kit import live
from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _
from approdo.networks.models import Membership, Override, Rotation, Service, Shift, Swap
from approdo.networks.rules import Duty, Period, SwapAct, SwapState, first_overlap, next_swap_state
from approdo.networks.selectors import spoken


def check_people(service: Service, duties: Sequence[Duty]) -> None:
    """Refuse whoever does not work for the service now."""
    if not {duty.operator_id for duty in duties} <= working(service):
        raise Invalid({"operator_id": _("Scegli una persona che lavora per questo servizio.")})


def working(service: Service) -> set[int]:
    """Return who works for a service now."""
    held = Membership.objects.filter(service=service, active=True, operator__is_active=True)
    return set(held.values_list("operator_id", flat=True))


def check_room(duties: Sequence[Duty], taken: list[Duty]) -> None:
    """Raise a sentence that names the first shift in the way, of those stored or of the new ones before it."""
    seen = list(taken)
    for duty in duties:
        if other := first_overlap(duty, seen):
            raise Invalid({"": _overlap_sentence(duty, other)})
        seen.append(duty)


def _overlap_sentence(duty: Duty, other: Duty) -> str:
    words = {"shift": spoken(duty.period), "other": spoken(other.period)}
    if duty.position == other.position:
        first = gettext("Il turno di %(shift)s si sovrappone a quello di %(other)s, nella stessa posizione.")
        return first % words
    return gettext("Nel turno di %(other)s questa persona è già reperibile: serve un'altra persona.") % words


def check_ahead(shift: Shift, now: datetime) -> None:
    """Refuse a shift that has begun."""
    check_not_over(shift, now)
    if shift.starts_at <= now:
        raise Invalid({"": _("Il turno è già cominciato: puoi farlo finire prima, o affidare il resto a un'altra.")})


def check_not_over(shift: Shift, now: datetime) -> None:
    """Refuse a shift that is over: what has been is not rewritten."""
    if shift.ends_at <= now:
        raise Invalid({"": _("Questo turno è già finito: il passato non si riscrive.")})


def stored(service: Service, duties: Sequence[Duty]) -> list[Duty]:
    """Return the shifts of a service that touch the stretch of some duties."""
    if not duties:
        return []
    whole = Period(min(duty.starts_at for duty in duties), max(duty.ends_at for duty in duties))
    rows = service.shifts.filter(starts_at__lt=whole.ends_at, ends_at__gt=whole.starts_at).order_by("starts_at")
    return [duty_of(shift) for shift in rows]


def duty_of(shift: Shift) -> Duty:
    """Return a stored shift as the plain value that rules speak of."""
    return Duty(shift.operator_id, shift.position, shift.starts_at, shift.ends_at, shift.pk)


def row_of(
    service: Service, duty: Duty, *, rotation: Rotation | None = None, override: Override | None = None
) -> Shift:
    """Return a shift to be stored, and what made it."""
    return Shift(
        service=service,
        operator_id=duty.operator_id,
        position=duty.position,
        starts_at=duty.starts_at,
        ends_at=duty.ends_at,
        rotation=rotation,
        override=override,
    )


def touched(shift_ids: Collection[int], now: datetime) -> None:
    """Let some shifts be of the people who changed them: no rotation and no override takes them away any more.

    The open requests about them die, because they are no longer what was asked.
    """
    Shift.objects.filter(pk__in=shift_ids).update(rotation=None, override=None)
    lapsed = next_swap_state(SwapState.OPEN, SwapAct.LAPSE)
    touched = Q(shift__in=shift_ids) | Q(in_return__in=shift_ids)
    Swap.objects.filter(touched, state=SwapState.OPEN).update(state=lapsed, ended_at=now)


def record(actor: Actor, verb: str, service: Service, now: datetime, detail: dict[str, str | int | bool]) -> None:
    """Write down what was done to a rota, and let the screens of the service know."""
    audit.record(actor=actor, verb=verb, subject=f"service:{service.pk}", now=now, detail=detail)
    live.announce([f"s:{service.pk}"])
