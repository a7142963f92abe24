# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.factories.consents import a_case
from tests.factories.networks import a_member, a_network, a_service, acting, an_organisation

from approdo.access.rules import Actor, Role
from approdo.networks.models import Network, Service
from approdo.networks.rules import ServiceKind

NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)


@dataclass
class Around:
    """A woman's case, the centre that leads it with two operators, the services of its network, and a far network."""

    case: UUID
    network: Network
    centre: Service
    hospital: Service
    police: Service
    programme: Service
    coordination: Service
    far: Service
    manager: Actor
    colleague: Actor
    head: Actor
    nurse: Actor
    officer: Actor
    reviewer: Actor
    stranger: Actor


@pytest.fixture
def around(db) -> Around:
    network, other = a_network(), a_network()
    own = an_organisation(network=network)

    def placed(kind: ServiceKind, where: Network = network) -> Service:
        return a_service(organisation=an_organisation(network=where), kind=kind)

    centre = a_service(organisation=own, kind=ServiceKind.SUPPORT_CENTRE)
    hospital, police = placed(ServiceKind.EMERGENCY_DEPARTMENT), placed(ServiceKind.POLICE)
    programme, coordination = placed(ServiceKind.PERPETRATOR_PROGRAMME), placed(ServiceKind.NETWORK_COORDINATION)
    far = placed(ServiceKind.NETWORK_COORDINATION, other)

    def person(service: Service, role: Role) -> Actor:
        return acting(a_member(service, role), service)

    person(programme, Role.CENTRE_OPERATOR)
    return Around(
        case=a_case(),
        network=network,
        centre=centre,
        hospital=hospital,
        police=police,
        programme=programme,
        coordination=coordination,
        far=far,
        manager=person(centre, Role.CENTRE_OPERATOR),
        colleague=person(centre, Role.CENTRE_OPERATOR),
        head=person(centre, Role.ORGANISATION_COORDINATOR),
        nurse=person(hospital, Role.EMERGENCY_OPERATOR),
        officer=person(police, Role.OFFICER),
        reviewer=person(coordination, Role.NETWORK_COORDINATOR),
        stranger=person(far, Role.NETWORK_COORDINATOR),
    )
