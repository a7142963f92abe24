# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from approdo.access.rules import Actor, Role
from approdo.accounts.models import Operator
from approdo.networks.models import ContactPoint, Membership, Network, NetworkTerritory, Organisation, Service, Shift
from approdo.networks.rules import OrganisationKind, ServiceKind

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
VARESE, LUINO, BERGAMO = "012133", "012092", "016024"


@dataclass
class World:
    """Two networks: *lake* (Varese and Luino) with centre, coordination and people; *river* (Bergamo) with neither."""

    lake: Network
    river: Network
    centre: Service
    coordination: Service
    coordinator: Actor
    operator: Actor
    stranger: Actor


def member(service: Service, role: Role, number: int) -> Actor:
    """An operator of a service, as the actor she is there."""
    person = Operator.objects.create_user(f"person{number}@approdo.example", display_name=f"Persona {number}")
    Membership.objects.create(operator=person, service=service, role=role)
    return Actor(person.pk, service.organisation_id, service.pk, role)


def network(code: str, *places: str) -> tuple[Network, Organisation]:
    """A network that holds these municipalities, with one organisation."""
    made = Network.objects.create(code=code, name=f"Rete {code}")
    for place in places:
        NetworkTerritory.objects.create(network=made, municipality_id=place)
    organisation = Organisation.objects.create(name=f"Ente {code}", kind=OrganisationKind.HEALTH_COMPANY)
    organisation.networks.add(made)
    return made, organisation


def service(organisation: Organisation, kind: ServiceKind, *places: str) -> Service:
    """A service for these municipalities, with a line of its own."""
    made = Service.objects.create(
        organisation=organisation, name=f"Servizio {kind}", kind=kind, phone="+390000000001", always_open=True
    )
    made.territory.set(places)
    ContactPoint.objects.create(service=made, position=1, channel="sms", address="+390000000002")
    return made


@pytest.fixture
def world(db):
    lake, lake_organisation = network("lake", VARESE, LUINO)
    river, river_organisation = network("river", BERGAMO)
    centre = service(lake_organisation, ServiceKind.SUPPORT_CENTRE, VARESE, LUINO)
    coordination = service(lake_organisation, ServiceKind.NETWORK_COORDINATION, VARESE, LUINO)
    operator = member(centre, Role.CENTRE_OPERATOR, 1)
    coordinator = member(coordination, Role.NETWORK_COORDINATOR, 2)
    elsewhere = service(river_organisation, ServiceKind.NETWORK_COORDINATION, BERGAMO)
    Shift.objects.create(
        service=centre,
        operator_id=operator.operator_id,
        position=1,
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=60),
    )
    stranger = member(elsewhere, Role.NETWORK_COORDINATOR, 3)
    return World(lake, river, centre, coordination, coordinator, operator, stranger)
