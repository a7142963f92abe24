# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An operator's own shifts ahead, and what colleagues ask of each other about them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from approdo.access.rules import Actor, acting
from approdo.kit.errors import NotFound
from approdo.kit.rows import Answer, ask
from approdo.networks.models import Membership, Shift, Swap, SwapAsked
from approdo.networks.rules import Duty, SwapParty, SwapState, party_of, swap_state
from approdo.networks.selectors.contacts import services_worked_for
from approdo.networks.selectors.coverage import shown_name
from approdo.networks.selectors.editing import NamedDuty

AHEAD = timedelta(days=180)
"""How far ahead she reads her own shifts: as far as her calendar does."""
EXCHANGED_WITHIN = timedelta(days=60)
"""How far ahead colleagues' shifts are offered for an exchange."""


# on the way of every page that says what the day holds: mostly there is none, and one plain statement says so
_WAITING = """
SELECT w.id FROM networks_swapasked a
  JOIN networks_swap w ON w.id = a.swap_id AND w.state = 'open'
  JOIN networks_shift s ON s.id = w.shift_id AND s.starts_at > %(at)s
 WHERE a.operator_id = %(operator)s AND a.refused_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class SwapView:
    """A request about a shift, as one of those whom it concerns sees it."""

    id: UUID
    service_id: int
    service: str
    state: SwapState
    party: SwapParty
    shift: NamedDuty
    """What would change hands, with the name of who has it."""
    in_return: NamedDuty | None
    asker: str
    asked: tuple[str, ...]
    refused: tuple[str, ...]
    accepted_by: str
    hers: bool
    """Whether she who looks is the one who accepted."""
    answered: bool
    """Whether she who looks has said that she cannot."""


@dataclass(frozen=True, slots=True)
class OwnDuty:
    """A shift of hers, for which service, and the open request about it."""

    duty: Duty
    service_id: int
    service: str
    begun: bool
    swap: SwapView | None


@dataclass(frozen=True, slots=True)
class OwnShift:
    """A shift of hers with whom she may ask, and for which of their shifts."""

    own: OwnDuty
    colleagues: tuple[tuple[int, str], ...]
    theirs: tuple[NamedDuty, ...]


def own_duties(actor: Actor, at: datetime) -> tuple[OwnDuty, ...]:
    """Return the actor's shifts that are not over, in all the services she works for, in order."""
    shifts = _own_shifts(actor).filter(ends_at__gt=at, starts_at__lt=at + AHEAD)
    return tuple(_own(actor, shift, at) for shift in shifts.order_by("starts_at", "pk"))


def own_shift(actor: Actor, shift_id: int, at: datetime) -> OwnShift:
    """Return a shift of the actor's, her colleagues in that service, and their shifts; ``NotFound`` for any other."""
    shift = _own_shifts(actor).filter(pk=shift_id).first()
    if shift is None:
        raise NotFound
    held = Membership.objects.filter(service=shift.service_id, active=True, operator__is_active=True)
    rows = held.exclude(operator=actor.operator_id).order_by("operator__display_name", "operator_id")
    people = tuple(rows.values_list("operator_id", "operator__display_name"))
    theirs = (
        Shift.objects.filter(service=shift.service_id, operator__in=[pk for pk, _name in people], starts_at__gt=at)
        .filter(starts_at__lt=at + EXCHANGED_WITHIN)
        .select_related("operator")
        .order_by("starts_at", "position")
    )
    return OwnShift(_own(actor, shift, at), people, tuple(map(_named, theirs)))


def swap(actor: Actor, swap_id: UUID, at: datetime) -> SwapView:
    """Return a request to who asked or was asked, and still works there; ``NotFound`` for everybody else."""
    found = _concerning(actor).filter(pk=swap_id).first()
    if found is None:
        raise NotFound
    return _view(actor, found, at)


def swaps_asked_of(actor: Actor, at: datetime) -> tuple[SwapView, ...]:
    """Return the open requests that wait for the actor's answer, whichever service she acts for now."""
    return swaps_among(actor, ask_swaps_asked_of(actor, at).value, at)


def ask_swaps_asked_of(actor: Actor, at: datetime) -> Answer[tuple[UUID, ...]]:
    """Ask which they are, to be read by ``swaps_among``: mostly there are none, and then nothing more is asked."""
    operator_id, _service_id = acting(actor)
    return ask(_WAITING, {"operator": operator_id, "at": at}, lambda rows: tuple(pk for (pk,) in rows))


def swaps_among(actor: Actor, ids: Collection[UUID], at: datetime) -> tuple[SwapView, ...]:
    """Return those of some requests that are open and concern the actor."""
    if not ids:
        return ()
    mine = _concerning(actor).filter(pk__in=ids).order_by("shift__starts_at", "asked_at")
    views = (_view(actor, found, at) for found in mine)
    return tuple(view for view in views if view.state is SwapState.OPEN)


def _own_shifts(actor: Actor) -> QuerySet[Shift]:
    operator_id, _service_id = acting(actor)
    shifts = Shift.objects.filter(operator=operator_id, service__in=services_worked_for(actor))
    asked = Swap.objects.filter(state=SwapState.OPEN)
    return shifts.select_related("service", "operator").prefetch_related(Prefetch("swaps", _whole(asked)))


def _concerning(actor: Actor) -> QuerySet[Swap]:
    operator_id, _service_id = acting(actor)
    asked = SwapAsked.objects.filter(operator=operator_id).values("swap")
    found = Swap.objects.filter(Q(asker=operator_id) | Q(pk__in=asked))
    return _whole(found.filter(shift__service__in=services_worked_for(actor)))


def _whole(found: QuerySet[Swap]) -> QuerySet[Swap]:
    people = SwapAsked.objects.select_related("operator").order_by("operator__display_name", "operator_id")
    joined = ("shift__service", "shift__operator", "in_return__operator", "asker", "accepted_by")
    return found.select_related(*joined).prefetch_related(Prefetch("asked", people))


def _own(actor: Actor, shift: Shift, at: datetime) -> OwnDuty:
    views = [_view(actor, found, at) for found in shift.swaps.all()]  # the open ones: what ``_own_shifts`` prefetched
    return OwnDuty(
        duty=_duty(shift),
        service_id=shift.service_id,
        service=shown_name(shift.service.kind, shift.service.name, shift.service.code),
        begun=shift.starts_at <= at,
        swap=next((view for view in views if view.state is SwapState.OPEN), None),
    )


def _view(actor: Actor, found: Swap, at: datetime) -> SwapView:
    asked: Iterable[SwapAsked] = found.asked.all()
    begins = min(shift.starts_at for shift in (found.shift, found.in_return) if shift is not None)
    service = found.shift.service
    return SwapView(
        id=found.pk,
        service_id=service.pk,
        service=shown_name(service.kind, service.name, service.code),
        state=swap_state(SwapState(found.state), starts_at=begins, now=at),
        party=party_of(actor.operator_id, asker=found.asker_id, asked=frozenset(one.operator_id for one in asked)),
        shift=_named(found.shift),
        in_return=_named(found.in_return) if found.in_return else None,
        asker=found.asker.display_name,
        asked=tuple(one.operator.display_name for one in asked if one.refused_at is None),
        refused=tuple(one.operator.display_name for one in asked if one.refused_at is not None),
        accepted_by=found.accepted_by.display_name if found.accepted_by else "",
        hers=found.accepted_by_id == actor.operator_id,
        answered=any(one.operator_id == actor.operator_id and one.refused_at is not None for one in asked),
    )


def _named(shift: Shift) -> NamedDuty:
    return NamedDuty(_duty(shift), shift.operator.display_name)


def _duty(shift: Shift) -> Duty:
    return Duty(shift.operator_id, shift.position, shift.starts_at, shift.ends_at, shift.pk)
