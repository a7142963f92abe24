# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shifts that colleagues give each other: one asks, another accepts, and only then the rota changes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from approdo.access.rules import Actor, acting
from approdo.kit import live
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks.models import Absence, Service, Shift, Swap, SwapAsked
from approdo.networks.rules import (
    SWAP_ENDED,
    Duty,
    SwapAct,
    SwapState,
    next_swap_state,
    party_of,
    swap_allowed,
    swap_state,
)
from approdo.networks.selectors import spoken
from approdo.networks.selectors.contacts import services_worked_for
from approdo.networks.selectors.coverage import shown_name
from approdo.networks.services._shifts import (
    check_ahead,
    check_people,
    check_room,
    duty_of,
    record,
    stored,
    touched,
    working,
)


@dataclass(frozen=True, slots=True)
class AskedOf:
    """A request that was made, and of whom."""

    id: UUID
    operators: tuple[int, ...]


@transaction.atomic
def ask_swap(
    *, actor: Actor, shift_id: int, operator_id: int | None = None, in_return_id: int | None = None, now: datetime
) -> AskedOf:
    """Ask a colleague to take a shift of the actor's; with none named, every colleague who is free then.

    With ``in_return_id``, a colleague's shift, she is asked to exchange the two. Raises ``NotFound`` for a shift that
    is not the actor's, and ``Invalid`` with a sentence that says what is in the way, and when.
    """
    own_id, _acting_for = acting(actor)
    service, shift = _own_shift(actor, shift_id)
    check_ahead(shift, now)
    if shift.swaps.filter(state=SwapState.OPEN).exists():
        raise Invalid({"": _("Per questo turno c'è già una richiesta aperta: ritirala prima di farne un'altra.")})
    in_return = _in_return(service, in_return_id, now)
    named = in_return.operator_id if in_return else operator_id
    colleagues = working(service) - {own_id}
    if named is not None and named not in colleagues:
        raise Invalid({"": _("Scegli una persona che lavora per questo servizio.")})
    if in_return is not None:
        hers = replace(duty_of(in_return), operator_id=own_id)
        _check_elsewhere(hers, service)
        if _is_away(hers):
            raise Invalid({"": _("In quelle ore hai scritto che sei assente.")})
    if named is None:
        asked = [one for one in sorted(colleagues) if _is_free(service, shift, one)]
    else:
        check_change(service, changed(shift, named, in_return))
        asked = [named]
    if not asked:
        raise Invalid({"": _("Nessuna collega è libera in quelle ore: senti chi coordina.")})
    swap = Swap.objects.create(shift=shift, in_return=in_return, asker_id=own_id, state=SwapState.OPEN, asked_at=now)
    SwapAsked.objects.bulk_create(SwapAsked(swap=swap, operator_id=one) for one in asked)
    _record(actor, "swap.ask", swap, service, now)
    return AskedOf(swap.pk, tuple(asked))


@transaction.atomic
def accept_swap(*, actor: Actor, swap_id: UUID, now: datetime) -> int:
    """Take the shift, or exchange the two: the rota changes now. Return who had asked.

    Of two who accept at once exactly one does; the other is told so by ``Conflict``, in words she need not act on.
    """
    own_id, _acting_for = acting(actor)
    service, swap = _locked(actor, swap_id)
    state = _after(swap, SwapAct.ACCEPT, own_id, now)
    if state is None:
        return swap.asker_id
    shift, in_return = swap.shift, swap.in_return
    duties = changed(shift, own_id, in_return)
    check_people(service, duties)
    check_change(service, duties)
    _check_elsewhere(duties[0], service)
    if in_return is not None and _elsewhere(duties[1], service):
        raise Conflict(_("Chi te l'ha chiesto ha ora un altro turno in quelle ore: lo scambio non si può fare."))
    for one, duty in zip([shift, in_return] if in_return else [shift], duties, strict=True):
        one.operator_id = duty.operator_id
    # one statement: the constraint that keeps a person in one position looks only when it is over
    Shift.objects.bulk_update([shift, in_return] if in_return else [shift], ["operator"])
    swap.state, swap.ended_at, swap.accepted_by_id = state, now, own_id
    swap.save(update_fields=["state", "ended_at", "accepted_by"])
    touched([duty.id for duty in duties if duty.id], now)
    _record(actor, "swap.accept", swap, service, now)
    return swap.asker_id


@transaction.atomic
def refuse_swap(*, actor: Actor, swap_id: UUID, now: datetime) -> int | None:
    """Say that the actor cannot. Return who had asked when nobody is left who could, else None."""
    own_id, _acting_for = acting(actor)
    service, swap = _locked(actor, swap_id)
    state = _after(swap, SwapAct.REFUSE, own_id, now)
    if state is None or not swap.asked.filter(operator=own_id, refused_at=None).update(refused_at=now):
        return None
    _record(actor, "swap.refuse", swap, service, now)
    if swap.asked.filter(refused_at=None, operator__in=working(service)).exists():
        return None
    swap.state, swap.ended_at = state, now
    swap.save(update_fields=["state", "ended_at"])
    return swap.asker_id


@transaction.atomic
def withdraw_swap(*, actor: Actor, swap_id: UUID, now: datetime) -> None:
    """Take a request back, as long as nobody has accepted it."""
    own_id, _acting_for = acting(actor)
    service, swap = _locked(actor, swap_id)
    state = _after(swap, SwapAct.WITHDRAW, own_id, now)
    if state is not None:
        swap.state, swap.ended_at = state, now
        swap.save(update_fields=["state", "ended_at"])
        _record(actor, "swap.withdraw", swap, service, now)


def changed(shift: Shift, operator_id: int, in_return: Shift | None) -> list[Duty]:
    """Return the shift in another's hands and, for an exchange, the other one in the hands of who had the first."""
    duties = [replace(duty_of(shift), operator_id=operator_id)]
    return duties + ([replace(duty_of(in_return), operator_id=shift.operator_id)] if in_return else [])


def check_change(service: Service, duties: list[Duty]) -> None:
    """Refuse hands in which the shifts of one service would overlap, in a sentence that says where."""
    moved = {duty.id for duty in duties}
    check_room(duties, [duty for duty in stored(service, duties) if duty.id not in moved])


def _own_shift(actor: Actor, shift_id: int) -> tuple[Service, Shift]:
    """Return a shift of the actor's and its service, locked as for an edit of the rota: they take turns."""
    mine = Shift.objects.filter(pk=shift_id, operator=actor.operator_id)
    service = _locked_service(actor, mine.values_list("service_id", flat=True).first())
    shift = mine.first()  # again, now that nobody else can change it
    if shift is None:
        raise NotFound
    return service, shift


def _locked(actor: Actor, swap_id: UUID) -> tuple[Service, Swap]:
    """Return a request and its service, both locked, to somebody who works there."""
    wanted = Swap.objects.filter(pk=swap_id)
    service = _locked_service(actor, wanted.values_list("shift__service_id", flat=True).first())
    swap = wanted.select_for_update(of=("self",)).select_related("shift", "in_return").first()
    if swap is None:
        raise NotFound
    return service, swap


def _locked_service(actor: Actor, service_id: int | None) -> Service:
    if service_id is not None:
        service = services_worked_for(actor).select_for_update(of=("self",)).filter(pk=service_id).first()
        if service is not None:
            return service
    raise NotFound


def _after(swap: Swap, act: SwapAct, operator_id: int, now: datetime) -> SwapState | None:
    """Return what becomes of a request by an act, or None where it is so already by the same hand.

    Raises ``NotFound`` to whom the act is not for, and ``Conflict`` where the request has ended another way.
    """
    asked = frozenset(swap.asked.values_list("operator_id", flat=True))
    if not swap_allowed(act, party_of(operator_id, asker=swap.asker_id, asked=asked)):
        raise NotFound
    begins = min(shift.starts_at for shift in (swap.shift, swap.in_return) if shift is not None)
    state = swap_state(SwapState(swap.state), starts_at=begins, now=now)
    following = next_swap_state(state, act)
    if following is not None:
        return following
    if state is next_swap_state(SwapState.OPEN, act) and swap.accepted_by_id in {None, operator_id}:
        return None  # pressed twice
    if act is SwapAct.WITHDRAW and state is SwapState.ACCEPTED:
        raise Conflict(_("Una collega ha già accettato: il turno ora è suo."))
    raise Conflict(SWAP_ENDED[state])


def _in_return(service: Service, shift_id: int | None, now: datetime) -> Shift | None:
    if shift_id is None:
        return None
    shift = service.shifts.filter(pk=shift_id).first()
    if shift is None:
        raise Invalid({"": _("Scegli un turno di una collega di questo servizio.")})
    check_ahead(shift, now)
    return shift


def _is_free(service: Service, shift: Shift, operator_id: int) -> bool:
    duties = changed(shift, operator_id, None)
    try:
        check_change(service, duties)
    except Invalid:
        return False
    return not _is_away(duties[0])


def _is_away(duty: Duty) -> bool:
    """Tell whether she who would have a shift has written that she is away in some of it."""
    away = Absence.objects.filter(operator=duty.operator_id, starts_at__lt=duty.ends_at, ends_at__gt=duty.starts_at)
    return away.exists()


def _elsewhere(duty: Duty, service: Service) -> Shift | None:
    """Return a shift of the same person at the same time for another service, or None."""
    shifts = Shift.objects.filter(
        operator=duty.operator_id, service__active=True, starts_at__lt=duty.ends_at, ends_at__gt=duty.starts_at
    )
    return shifts.exclude(service=service).select_related("service").order_by("starts_at").first()


def _check_elsewhere(duty: Duty, service: Service) -> None:
    """Refuse a shift to who is on call for another service then: asked only of her who sees her own shifts."""
    other = _elsewhere(duty, service)
    if other is not None:
        named = shown_name(other.service.kind, other.service.name, other.service.code)
        words = {"service": named, "other": spoken(duty_of(other).period)}
        raise Invalid({"": gettext("In quelle ore sei già reperibile per %(service)s: %(other)s.") % words})


def _record(actor: Actor, verb: str, swap: Swap, service: Service, now: datetime) -> None:
    detail: dict[str, str | int | bool] = {"swap": str(swap.pk), "shift": swap.shift_id}
    detail |= {"in_return": swap.in_return_id} if swap.in_return_id else {}
    record(actor, verb, service, now, detail)
    live.announce(_screens(swap.asker_id, swap.asked.values_list("operator_id", flat=True)))


def _screens(asker_id: int, asked: Iterable[int]) -> list[str]:
    return sorted({f"o:{operator_id}" for operator_id in (asker_id, *asked)})
