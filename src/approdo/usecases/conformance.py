# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a network goes, and networks side by side: figures of many organisations, read under somebody's name."""

from dataclasses import dataclass
from datetime import datetime

from approdo.access.rules import Actor
from approdo.access.services import as_system
from approdo.activations import selectors
from approdo.activations.selectors import Compared, Measured
from approdo.audit import services as audit
from approdo.networks import selectors as networks
from approdo.tasks import selectors as tasks
from approdo.tasks.rules import StepFigures, step_figures


@dataclass(frozen=True, slots=True)
class Went:
    """How a network went: its calls and cases, and the steps of its pathway."""

    calls: Measured
    steps: tuple[StepFigures, ...]


def conformance(actor: Actor, network_code: str, days: int, now: datetime) -> Went:
    """Return how the last ``days`` of one of the actor's networks went, and write down who asked.

    Raises ``Forbidden`` for who supervises none, ``NotFound`` for a network that is not hers.
    """
    found = selectors.measured(actor, network_code, days, now)
    audit.record(actor=actor, verb="figures.read", subject=f"network:{found.network.code}", now=now)
    places = [place.code for place in networks.network_municipalities(network_code)]
    with as_system():
        pasts = tasks.past(places, found.since)
    return Went(found, step_figures(pasts, now))


def comparison(actor: Actor, now: datetime) -> tuple[Compared, ...]:
    """Return the networks whose protocols the actor may read side by side, and write down that she compared each.

    Raises ``Forbidden``.
    """
    found = selectors.compared(actor, now)
    for one in found:
        audit.record(actor=actor, verb="figures.compare", subject=f"network:{one.network.code}", now=now)
    return found
