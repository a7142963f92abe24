# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Let the network of the tour have loaded an instrument from a file, whose wording is invented."""

from datetime import datetime, time, timedelta

from approdo.access.services import entered
from approdo.cli.demonstration.chance import dice
from approdo.cli.demonstration.loaded import Loaded
from approdo.cli.demonstration.pathways import TOUR_COORDINATION, TOUR_NETWORK
from approdo.cli.demonstration.planning import DATA
from approdo.cli.demonstration.replaying import exchange
from approdo.networks.rules import instant
from approdo.usecases import instruments

FILE = DATA / "scala_delle_lanterne.yaml"
_DAYS_AGO = 20


def load_instrument(loaded: Loaded) -> str:
    """Let one coordinator load the file and propose it, the other approve it; return the name of the file."""
    first, second = (loaded.actor(TOUR_COORDINATION, member) for member in (0, 1))
    at = instant(loaded.region.today - timedelta(days=_DAYS_AGO), time(11))
    with entered(actor=first):
        made = instruments.load(
            actor=first, network_code=TOUR_NETWORK, content=FILE.read_bytes(), licence_key="", beside="", now=at
        )
        instruments.propose(actor=first, loaded_id=made, now=at)
    _tell(loaded, at)
    with entered(actor=second):
        instruments.approve(actor=second, loaded_id=made, now=at + timedelta(days=1))
    _tell(loaded, at + timedelta(days=1))
    return FILE.name


def _tell(loaded: Loaded, at: datetime) -> None:
    """Let the notices of an act have arrived, on paper."""
    exchange(at + timedelta(seconds=1), lambda address, _at: dice(loaded.region.seed, f"instrument {address}"))
