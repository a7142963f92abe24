# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An emergency department that reads visits, and visits to it of people who do not exist."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from tests.factories.activations import TONIGHT, Town

from approdo.access.rules import Actor, Role
from approdo.access.services import entered
from approdo.recognition import services
from approdo.recognition.rules import Code, System
from approdo.recognition.rules.prompting import Mode
from approdo.recognition.services import Arrival

FACE = frozenset({Code(System.ICD_9_CM, "8730")})
"""Two points: an injury of the head."""
ASKS = frozenset({*FACE, Code(System.ICD_9_CM, "E9500")})
"""Four points: the same, and poison taken on purpose."""
SAYS = frozenset({Code(System.ICD_9_CM, "99581")})
"""A diagnosis that already says it."""
REASON = "Deciso con la direzione sanitaria, come da verbale"
_numbers = count(1)


def a_coordinator_of(town: Town) -> Actor:
    """Who coordinates the organisation of the town's hospital."""
    return town.actor(town.hospital, position=2, role=Role.ORGANISATION_COORDINATOR)


def a_site(town: Town, mode: Mode = Mode.PROMPTING, *, now: datetime = TONIGHT) -> Actor:
    """Let the town's hospital come to a mode the way it must, a day apart; return its nurse."""
    who = a_coordinator_of(town)
    way = {Mode.OFF: [], Mode.SILENT: [Mode.SILENT], Mode.PROMPTING: [Mode.SILENT, Mode.PROMPTING]}[mode]
    with entered(actor=who):
        for days, one in enumerate(way):
            at = now - timedelta(days=90 - days)
            services.set_mode(actor=who, service_id=town.hospital.pk, mode=one, reason=REASON, now=at)
    return town.nurse


def an_arrival(**changes: Any) -> Arrival:
    """Somebody new who has just come in, with four points; say only what is different."""
    number = next(_numbers)
    made = Arrival(person=f"Persona-{number}", visit=f"Accesso-{number}", arrived_at=TONIGHT, codes=ASKS)
    return replace(made, **changes)


def read(actor: Actor, arrival: Arrival | None = None, *, now: datetime = TONIGHT, **changes: Any) -> UUID | None:
    """Read one visit as the actor; return what there is to show."""
    with entered(actor=actor):
        arrival = replace(arrival, **changes) if arrival else an_arrival(**changes)
        return services.read_visit(actor=actor, arrival=arrival, now=now)


def a_prompt(actor: Actor, **changes: Any) -> UUID:
    """A prompt that shows."""
    made = read(actor, **changes)
    assert made is not None
    return made
