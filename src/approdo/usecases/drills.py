# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drills across the house: whom an alert would reach now, what keeps a drill waiting, who may read how it went."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from approdo.access.rules import Actor, Permission, Role, may, require
from approdo.activations import selectors as activations
from approdo.activations.rules.escalation import Recipient, messages_for
from approdo.networks import selectors as networks
from approdo.networks.rules import Channel, NetworkView, ServiceView
from approdo.networks.selectors import ServiceEditing
from approdo.notifications import selectors, services
from approdo.notifications.rules import RINGING_CHANNELS, DrillState, Moment, Telephone, next_press_at
from approdo.notifications.selectors import DrillView
from approdo.notifications.services import Situation
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import CallRule, ChannelPlan, Context, Target

HISTORY = timedelta(days=366)
_SILENT = frozenset({DrillState.SILENT, DrillState.NOBODY, DrillState.NO_CHANNEL})
_QUIETLY_FIRST = ChannelPlan((Channel.EMAIL, Channel.SMS), (Channel.VOICE,), 60)
"""By what a service is tried that no protocol calls, a coordination for one."""


# -- the sweep --------------------------------------------------------------------------------------------------------


def plan_due(*, now: datetime, limit: int = 0) -> int:
    """Give a monthly drill to every service that takes calls and has none; return how many got one. For the sweep."""
    return services.plan_drills(service_ids=networks.taking_calls(), now=now)


def advance_due(*, now: datetime, limit: int = 10) -> int:
    """Begin the drills of this moment and advance those under way, a few at a time; return how many. For the sweep.

    Few, because the calls of an emergency are advanced by the same hands.
    """
    begun = services.begin_drills(now=now, limit=limit)
    return begun + services.advance_drills(now=now, situation=partial(_situation, now=now), limit=min(limit, 10))


def _situation(service_id: int, now: datetime) -> Situation:
    busy = activations.is_busy(service_id, networks.on_call_for(service_id, now), now)
    return Situation(busy, partial(_telephones, service_id, now))


def _telephones(service_id: int, now: datetime) -> tuple[Telephone, ...]:
    """Return whom an alert of this service would reach now: who is on call, else its line if that is in use."""
    view = networks.service_at(service_id, now)
    if view is None:
        return ()
    rule = _rule_for(view, now)
    people = [person for person in (view.first, view.second) if person]
    if not people and view.contacts:
        return (Telephone(0, None, _ringing(rule, Recipient(view.id, None, view.contacts, Target.SERVICE_LINE))),)
    return tuple(
        Telephone(
            person.position,
            person.operator_id,
            _ringing(rule, Recipient(view.id, person.operator_id, person.contacts, Target.FIRST_ON_CALL)),
        )
        for person in people
    )


def _ringing(rule: CallRule, recipient: Recipient) -> tuple[tuple[Channel, str, int], ...]:
    planned = messages_for(rule, recipient)
    return tuple((one.channel, one.address, one.after_seconds) for one in planned if one.channel in RINGING_CHANNELS)


def _rule_for(view: ServiceView, now: datetime) -> CallRule:
    """Return the rule by which the protocol in force calls a service like this, at the first place that it serves."""
    place = networks.a_place_served(view.id)
    for context in Context if place else ():
        held = protocols.in_force(place or "", context, now)
        for rule in held.parsed.calls if held else ():
            if rule.fits(view):
                return rule
    return CallRule("", view.kind, 0, _QUIETLY_FIRST, (), 0)


# -- the coordinator of its organisation ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServiceDrills:
    """How a service is tried each month, and how it went; ``names`` are of its people."""

    service: ServiceEditing
    moment: Moment | None
    both: bool
    next_at: datetime | None
    drills: tuple[DrillView, ...]
    names: dict[int, str]
    again_at: datetime | None

    @property
    def last(self) -> DrillView | None:
        """Return the newest drill, under way or ended."""
        return self.drills[0] if self.drills else None

    @property
    def running(self) -> bool:
        """Tell whether one is under way."""
        return self.last is not None and self.last.running


def of_service(actor: Actor, service_id: int, now: datetime) -> ServiceDrills:
    """Return the drills of a service in the last year, for who coordinates its organisation.

    Raises ``Forbidden``; ``NotFound`` for any other service.
    """
    service = networks.service_for_editing(actor, service_id)
    moment, both, next_at = selectors.chosen_moment(service_id) or (None, False, None)
    drills = selectors.drills_of(service_id, now - HISTORY)
    names = {member.operator_id: member.display_name for member in service.members}
    again_at = next_press_at(selectors.drills_pressed(service_id, now), now)
    return ServiceDrills(service, moment, both, next_at if service.active else None, drills, names, again_at)


def last_of(actor: Actor, service_id: int) -> tuple[datetime | None, DrillView | None]:
    """Return when the next drill of a service is and how the last one ended, for who coordinates its organisation."""
    if service_id not in networks.editable_service_ids(actor):
        return None, None
    return selectors.next_drills([service_id]).get(service_id, (None, None))


def press(*, actor: Actor, service_id: int, now: datetime) -> None:
    """Begin a drill at once. Raises like ``of_service``; ``Conflict`` while one runs, ``DrilledTooOften``."""
    networks.service_for_editing(actor, service_id)
    services.press_drill(actor=actor, service_id=service_id, now=now)


def choose(*, actor: Actor, service_id: int, moment: Moment, both: bool, now: datetime) -> None:
    """Choose the month's moment of a service. Raises like ``of_service``; ``Invalid``."""
    networks.service_for_editing(actor, service_id)
    services.choose_moment(actor=actor, service_id=service_id, moment=moment, both=both, now=now)


def mend(*, actor: Actor, service_id: int, drill_id: UUID, now: datetime) -> None:
    """Note that what a drill found is mended. Raises like ``of_service``; ``NotFound`` for another's drill."""
    networks.service_for_editing(actor, service_id)
    services.mend_drill(actor=actor, service_id=service_id, drill_id=drill_id, now=now)


@dataclass(frozen=True, slots=True)
class Failing:
    """A service of hers whose last drill found something that nobody has said is mended."""

    service: str
    drill: DrillView


def failing(actor: Actor) -> tuple[Failing, ...]:
    """Return the services of a coordinator's organisation whose last drill failed; nothing for others."""
    if not may(actor, Permission.EDIT_ORGANISATION):
        return ()
    found = selectors.worth_mending(networks.editable_service_ids(actor))
    plates = networks.name_plates([drill.service_id for drill in found])
    return tuple(Failing(plates[drill.service_id].label, drill) for drill in found)


# -- the coordinator of the network -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """A service of a network: how its last drill went, when the next is, and whom to ring about it."""

    service_id: int
    label: str
    phone: str
    mine: bool
    planned: bool
    next_at: datetime | None
    last: DrillView | None


@dataclass(frozen=True, slots=True)
class NetworkDrills:
    """The services of a network, those to see to first."""

    network: NetworkView
    services: tuple[Tried, ...]

    @property
    def failed(self) -> int:
        """Count those whose last drill failed."""
        return sum(one.last is not None and one.last.failed for one in self.services)


def of_network(actor: Actor, network_code: str) -> NetworkDrills:
    """Return how every service of a network was tried last, for who coordinates it; nobody's name is in it.

    Raises ``Forbidden``; ``NotFound`` for a network that is not hers.
    """
    require(actor, Permission.SUPERVISE_NETWORK)
    network = protocols.own_network(actor, network_code)
    ids = networks.service_ids_in(network.code)
    plates, planned = networks.name_plates(ids), selectors.next_drills(ids)
    mine = networks.editable_service_ids(actor)
    found = []
    for service_id in ids:
        next_at, last = planned.get(service_id, (None, None))
        plate = plates[service_id]
        found.append(
            Tried(service_id, plate.label, plate.phone, service_id in mine, service_id in planned, next_at, last)
        )
    return NetworkDrills(network, tuple(sorted(found, key=_pressing)))


def _pressing(one: Tried) -> tuple[int, str]:
    """Order: failed, never tried, tried well, without a telephone to try."""
    if one.last is not None:
        return (0 if one.last.failed else 2, one.label)
    return (1 if one.planned else 3, one.label)


def unheard_in(network_code: str, among: Collection[int] | None = None) -> frozenset[int]:
    """Return the services of a network that nobody answered for at their last drill; system-internal."""
    ids = [pk for pk in networks.service_ids_in(network_code) if among is None or pk in among]
    return frozenset(
        service_id
        for service_id, (_next_at, last) in selectors.next_drills(ids).items()
        if last is not None and last.state in _SILENT
    )


def unheard_for(actor: Actor, network_code: str) -> frozenset[int]:
    """Return the same for a coordinator: of her organisation's services, or of all for who coordinates the network."""
    whole = actor.role is Role.NETWORK_COORDINATOR
    return unheard_in(network_code, None if whole else networks.editable_service_ids(actor))
