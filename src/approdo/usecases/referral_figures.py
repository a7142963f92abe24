# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What referrals came to in a network, for who coordinates it: counts, and never of whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from approdo.access.rules import Actor, Permission, require
from approdo.access.services import as_system
from approdo.audit import services as audit
from approdo.networks.rules import NetworkView
from approdo.protocols import selectors as protocols
from approdo.referrals import selectors
from approdo.referrals.rules import Answers, Reached, RejectReason, answers, funnel, refusals


@dataclass(frozen=True, slots=True)
class Figures:
    """The way from the emergency departments to the centres, answers by kind of service, and reasons of a no."""

    network: NetworkView
    since: datetime
    sent: int
    funnel: tuple[Reached, ...]
    answers: tuple[Answers, ...]
    refusals: tuple[tuple[RejectReason, int], ...]


def figures(actor: Actor, network_code: str, days: int, now: datetime) -> Figures:
    """Return what the referrals of the last ``days`` came to in one of the actor's networks, and write down who asked.

    Raises ``Forbidden`` for who coordinates no network, ``NotFound`` for a network that is not hers.
    """
    require(actor, Permission.SUPERVISE_NETWORK)
    network = protocols.own_network(actor, network_code)
    since = now - timedelta(days=days)
    with as_system():  # each service sees its own referrals; here they are counted, across all of them
        found = selectors.courses(network.code, since)
    audit.record(actor=actor, verb="figures.read", subject=f"network:{network.code}", now=now)
    return Figures(
        network=network,
        since=since,
        sent=sum(one.sent_at is not None for one in found),
        funnel=funnel(found, now),
        answers=answers(found),
        refusals=refusals(found),
    )
