# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The invented region of ``approdo demo``: planned purely (planning.py), written through the services (loading.py)."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from approdo.cli.demonstration.cast import (
    CAST,
    CENTRE_MANAGER,
    COORDINATOR,
    ED_OPERATOR,
    FIRST_ON_CALL,
    MUNICIPALITY,
    NIGHT_OPERATOR,
    OFFICER,
    SECOND_ON_CALL,
    SHELTER_MANAGER,
    SOCIAL_WORKER,
)
from approdo.cli.demonstration.instruments import load_instrument
from approdo.cli.demonstration.loading import load_networks, load_pathways, places, publish_protocols
from approdo.cli.demonstration.planning import names, plan_region
from approdo.cli.demonstration.recognising import read_visits
from approdo.cli.demonstration.records import receive_somebody, write_records
from approdo.cli.demonstration.region import Region
from approdo.networks import selectors as networks

__all__ = [
    "CAST",
    "CENTRE_MANAGER",
    "COORDINATOR",
    "ED_OPERATOR",
    "FIRST_ON_CALL",
    "MUNICIPALITY",
    "NIGHT_OPERATOR",
    "OFFICER",
    "SECOND_ON_CALL",
    "SHELTER_MANAGER",
    "SOCIAL_WORKER",
    "load",
    "plan_region",
    "write",
]


def _quietly(_sentence: str) -> None:
    return


def load(*, seed: int, today: date, progress: Callable[[str], None] = _quietly) -> bool:
    """Load the invented region, whole or not at all; return False, and do nothing, when there is a network already.

    The same seed and day give the same region (identifiers and answer codes apart). Everything is written through the
    services, at instants before ``today``; jobs deferred on the way are dropped, because what they would hurry is over.
    """
    if networks.networks():
        return False
    write(plan_region(seed=seed, today=today, places=places()), progress)
    return True


def write(region: Region, progress: Callable[[str], None] = _quietly) -> None:
    """Write a planned region, in one transaction."""
    activations = sum(case.activation is not None for case in region.cases)
    with transaction.atomic(), app.replace_connector(InMemoryConnector()):
        progress(f"{len(region.networks)} reti, {len(region.services)} servizi, {len(region.operators)} operatrici")
        loaded = load_networks(region)
        progress(f"{len(region.networks)} protocolli")
        publish_protocols(loaded)
        progress(f"{len(region.cases)} percorsi, {activations} attivazioni")
        case_ids = load_pathways(loaded)
        progress(f"{write_records(loaded, case_ids, names())} schede")
        receive_somebody(loaded)
        progress(load_instrument(loaded))
        progress(f"{read_visits(loaded)} accessi in pronto soccorso")
