# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The coverage proof of a network: at every instant, in every municipality, does somebody hear each call?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from approdo.access.rules import Actor, Permission, require
from approdo.activations.rules.proof import Hole, Place, prove, quarters
from approdo.networks import selectors as networks
from approdo.networks.rules import ROME, NamePlate, Period, instant, without
from approdo.protocols import selectors as protocols

LONGEST = 90
"""Days that a proof looks ahead at the most."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was looked at, and every hole that was found.

    ``silent`` are calls that nobody would hear; ``passed_by`` are steps at which nobody is, before or after somebody
    who is; ``unruled`` are municipalities for which no protocol holds at some instant, with that stretch.
    """

    network_code: str
    network_name: str
    whole: Period
    municipalities: Mapping[str, str]
    steps: int
    """Municipalities × quarters of an hour × steps that were looked at."""
    silent: tuple[Place, ...]
    passed_by: tuple[Place, ...]
    unruled: Mapping[Period, tuple[str, ...]]
    services: Mapping[int, NamePlate]

    @property
    def complete(self) -> bool:
        """Tell whether every call is heard by somebody, everywhere and always."""
        return not self.silent and not self.unruled


def ahead(at: datetime, days: int) -> Period:
    """Return from now to the local midnight that ends the last of so many days."""
    last = at.astimezone(ROME).date() + timedelta(days=min(max(days, 1), LONGEST))
    return Period(at, instant(last, time.min))


def proof(actor: Actor, network_code: str, days: int, at: datetime) -> Proof:
    """Return the proof for one of the actor's networks, for so many days (90 at the most).

    For coordinators: when nobody is there is not for everybody to read. Raises ``Forbidden``, ``NotFound``.
    """
    require(actor, Permission.EDIT_ORGANISATION)
    network = protocols.own_network(actor, network_code)
    return proof_of(network.code, network.name, ahead(at, days))


def proof_of(network_code: str, network_name: str, whole: Period) -> Proof:
    """Return the proof for a network and a stretch of time; system-internal."""
    places = networks.network_municipalities(network_code)
    territory = networks.foreseen(network_code, whole)
    found: dict[Hole, list[str]] = defaultdict(list)
    ruled: dict[str, list[Period]] = {place.code: [] for place in places}
    steps = 0
    for reign in protocols.reigns(network_code, [place.code for place in places], whole):
        serving = {code: territory.serving.get(code, ()) for code in reign.municipality_codes}
        for one in prove(reign.parsed, territory.courses, serving, reign.period):
            found[one.hole].extend(one.municipalities)
        for code in serving:
            ruled[code].append(reign.period)
        each = sum(len(call.escalation) for call in reign.parsed.calls)
        steps += len(serving) * quarters(reign.period) * each
    holes = [Place(hole, tuple(codes)) for hole, codes in found.items()]
    named = {one for place in holes for one in (*place.hole.miss.fillers, place.hole.miss.service_id) if one}
    return Proof(
        network_code,
        network_name,
        whole,
        {place.code: place.name for place in places},
        steps,
        silent=tuple(place for place in holes if place.hole.miss.target is None),
        passed_by=tuple(place for place in holes if place.hole.miss.target is not None),
        unruled=_unruled(ruled, whole),
        services=networks.name_plates(named),
    )


def _unruled(ruled: Mapping[str, Sequence[Period]], whole: Period) -> dict[Period, tuple[str, ...]]:
    """Return, by stretch, the municipalities for which no protocol holds."""
    found: dict[Period, list[str]] = defaultdict(list)
    for code, periods in ruled.items():
        for period in without(whole, periods):
            found[period].append(code)
    return {period: tuple(codes) for period, codes in sorted(found.items())}
