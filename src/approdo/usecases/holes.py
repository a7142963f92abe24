# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coordinators are told in the morning that there is something to see: calls that nobody would hear in 14 nights.

The message says nothing of it; *Oggi* does.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from hashlib import sha256
from uuid import uuid4

from approdo.access.rules import Actor
from approdo.activations import selectors as activations
from approdo.activations.selectors import Proof, ahead
from approdo.networks import selectors as networks
from approdo.notifications import services
from approdo.notifications.rules import SOON
from approdo.notifications.services import Concern
from approdo.usecases.coverage import NIGHTS, concerning
from approdo.usecases.notices import tell


def watch(*, now: datetime, limit: int = 0) -> int:
    """Have every network looked at each morning; return how many are new. For the sweep."""
    return services.watch_networks(network_ids=[one.id for one in networks.networks()], now=now)


def look(*, now: datetime, limit: int = 0) -> int:
    """Look at one network whose morning has come, and tell whom it concerns; return how many. For the sweep.

    One at a time: a proof takes some hundredths of a second, and calls are advanced by the same hands.
    """
    return services.look_for_holes(
        now=now, concern=partial(_concern, now=now), tell=lambda people: tell(people, uuid4(), now)
    )


def _concern(network_id: int, now: datetime) -> Concern:
    network = next(one for one in networks.networks() if one.id == network_id)
    proof = activations.proof_of(network.code, network.name, ahead(now, NIGHTS))
    found: dict[int, frozenset[str]] = {}
    for actor in networks.coordinating(network.code):
        if actor.operator_id is not None:
            known = found.get(actor.operator_id, frozenset())
            found[actor.operator_id] = known | frozenset(_holes(actor, proof, now))
    return found


def _holes(actor: Actor, proof: Proof, now: datetime) -> Iterator[str]:
    """Yield a digest for each hole that is hers to see to, and another one once it is near.

    A hole is the same while its service and its end are: its beginning moves, as time goes by or shifts are written.
    One that goes on beyond what was looked at has no end yet.
    """
    silent, unruled = concerning(actor, proof)
    named = [(str(place.hole.miss.service_id or place.hole.miss.call), place.hole.period) for place in silent]
    for whose, period in [*named, *(("", period) for period in unruled)]:
        ends = period.ends_at.isoformat() if period.ends_at < proof.whole.ends_at else "open"
        yield _digest("hole", whose, ends)
        if period.starts_at <= now + SOON:
            yield _digest("near", whose, ends)


def _digest(*words: str) -> str:
    return sha256(" ".join(words).encode()).hexdigest()
