# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calls that nobody would hear: who is told of them, and which change of a rota or a protocol would make one."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor, Permission, Role, may
from approdo.activations import selectors as activations
from approdo.activations.rules.proof import Place, fresh, prove
from approdo.activations.selectors import LONGEST, Proof, ahead
from approdo.networks import selectors as networks
from approdo.networks.rules import NetworkView, Period
from approdo.networks.selectors import AwayDuty
from approdo.protocols.rules import ProtocolDocument

NIGHTS = 14
"""How far ahead a coordinator is told."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A network with calls that nobody would hear in the coming nights: how many stretches, and the first of them."""

    network: NetworkView
    stretches: int
    first: Period


def uncovered(actor: Actor, at: datetime) -> tuple[Uncovered, ...]:
    """Return where her networks would be silent in the coming fourteen nights, for a coordinator; nothing for others.

    Who coordinates a network reads of all of it; who coordinates an organisation, of what her services could fill.
    """
    if not may(actor, Permission.EDIT_ORGANISATION):
        return ()
    found = []
    for network in networks.networks_of(actor.organisation_id):
        proof = activations.proof_of(network.code, network.name, ahead(at, NIGHTS))
        silent, unruled = concerning(actor, proof)
        concern = {place.hole.period for place in silent} | set(unruled)
        if concern:
            found.append(Uncovered(network, len(concern), min(concern)))
    return tuple(found)


def concerning(actor: Actor, proof: Proof) -> tuple[tuple[Place, ...], Collection[Period]]:
    """Return what of a proof is a coordinator's to see to: calls nobody would hear, stretches without a protocol.

    Who coordinates a network sees to all of it; who coordinates an organisation, to what her services could fill.
    """
    if actor.role is Role.NETWORK_COORDINATOR:
        return proof.silent, proof.unruled
    mine = networks.editable_service_ids(actor)
    return tuple(place for place in proof.silent if not mine.isdisjoint(place.hole.miss.fillers)), ()


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a change of a rota would bring that was not so before: she who makes it is asked whether even so."""

    opens: tuple[Place, ...] = ()
    """Calls that nobody would hear any more."""
    away: tuple[AwayDuty, ...] = ()
    """Shifts in the hands of somebody who is away then."""

    def __bool__(self) -> bool:
        return bool(self.opens or self.away)


def foretold(service_id: int, act: Callable[[], object], at: datetime, *, removes: bool = True) -> Foretold:
    """Return what would be if something were done to a service's rota, hours, numbers or people; nothing of it is left.

    Looks ninety days ahead, in every network whose territory the service serves; for an act that ``removes`` nobody
    from any shift, only at who is away. Raises what the act raises.
    """
    return foretold_of([service_id], act, at, removes=removes)


def foretold_of(
    service_ids: Collection[int], act: Callable[[], object], at: datetime, *, removes: bool = True
) -> Foretold:
    """Return the same for an act that touches several services."""
    # what is served is asked before: after the act it may be nothing
    served = {one.code: one for service_id in service_ids for one in networks.networks_served_by(service_id)}
    before = _silent_in(served.values(), at) if removes else ()
    away = _away(service_ids, at)
    with transaction.atomic():
        act()
        after = _silent_in(served.values(), at) if removes else ()
        away_after = _away(service_ids, at)
        transaction.set_rollback(True)
    return Foretold(fresh(after, before), tuple(one for known, one in away_after.items() if known not in away))


def _away(service_ids: Collection[int], at: datetime) -> dict[tuple[int, int], AwayDuty]:
    found = (one for service_id in service_ids for one in networks.away_on_duty(service_id, at))
    return {(one.shift_id, one.operator_id): one for one in found}


def _silent_in(served: Collection[NetworkView], at: datetime) -> tuple[Place, ...]:
    whole = ahead(at, LONGEST)
    return tuple(place for one in served for place in activations.proof_of(one.code, one.name, whole).silent)


def unless_foretold(
    service_ids: Collection[int], act: Callable[[], object], at: datetime, *, sure: bool, removes: bool = True
) -> Foretold:
    """Do something, unless it would bring what she has not been told and is not ``sure`` of; return what that is."""
    found = Foretold() if sure else foretold_of(service_ids, act, at, removes=removes)
    if not found:
        act()
    return found


def silenced_under(
    network: NetworkView, document: ProtocolDocument, begins: datetime, now: datetime
) -> tuple[Place, ...]:
    """Return the calls that nobody would hear under a protocol to come and somebody hears today.

    Looks fourteen nights ahead from its beginning.
    """
    whole = ahead(max(begins, now), NIGHTS)
    today = activations.proof_of(network.code, network.name, whole)
    territory = networks.foreseen(network.code, whole)
    serving = {
        code: territory.serving.get(code, ())
        for code in today.municipalities
        if code in document.municipalities or not document.municipalities
    }
    return fresh(prove(document, territory.courses, serving, whole), today.silent)
