# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write the plan through the services of the apps, as if people had typed it in over the past year."""

from datetime import datetime, time, timedelta
from uuid import UUID

from approdo.access.rules import SYSTEM
from approdo.accounts import selectors as accounts
from approdo.cases import services as cases
from approdo.cli.demonstration.chance import dice
from approdo.cli.demonstration.geography import Place
from approdo.cli.demonstration.loaded import Loaded
from approdo.cli.demonstration.pathways import DAYS_OF_ACTIVATIONS
from approdo.cli.demonstration.region import PlannedNetwork, PlannedOrganisation, PlannedService, Region
from approdo.cli.demonstration.replaying import replay
from approdo.networks import selectors as network_selectors
from approdo.networks import services as networks
from approdo.networks.rules import Duty, ServiceKind, instant
from approdo.protocols import selectors as protocol_selectors
from approdo.protocols import services as protocols


def places() -> list[Place]:
    """Return the real municipalities."""
    return [Place(*row) for row in network_selectors.municipality_coordinates()]


def load_networks(region: Region) -> Loaded:
    """Write networks, organisations, services, people and rotas."""
    loaded = Loaded(region, region.by_key())
    at = _start(region)
    for network in region.networks:
        networks.create_network(
            actor=SYSTEM, code=network.code, name=network.name, municipality_codes=network.territory, now=at
        )
        for number, organisation in enumerate(network.organisations):
            organisation_id = _organisation(loaded, network, organisation, at)
            if number == 0:
                networks.set_lead_organisation(
                    actor=SYSTEM, network_code=network.code, organisation_id=organisation_id, now=at
                )
    return loaded


def _start(region: Region) -> datetime:
    """Return when all this was installed: before the oldest pathway."""
    first = min((case.opened_at for case in region.cases), default=instant(region.today, time(9)))
    return first - timedelta(days=30)


def _organisation(loaded: Loaded, network: PlannedNetwork, organisation: PlannedOrganisation, at: datetime) -> int:
    organisation_id = networks.create_organisation(
        actor=SYSTEM, name=organisation.name, kind=organisation.kind, network_codes=[network.code], now=at
    )
    for service in organisation.services:
        loaded.organisations[service.key] = organisation_id
        _service(loaded, service, organisation_id, at)
    return organisation_id


def _service(loaded: Loaded, service: PlannedService, organisation_id: int, at: datetime) -> None:
    service_id = networks.create_service(actor=SYSTEM, organisation_id=organisation_id, details=service.details, now=at)
    loaded.services[service.key] = service_id
    networks.set_opening_hours(
        actor=SYSTEM, service_id=service_id, always_open=service.always_open, hours=service.hours, now=at
    )
    networks.set_territory(actor=SYSTEM, service_id=service_id, municipality_codes=service.territory, now=at)
    networks.set_contact_points(actor=SYSTEM, service_id=service_id, operator_id=None, contacts=service.line, now=at)
    _people(loaded, service, service_id, at)
    if service.shifts:
        duties = [
            Duty(_operator(loaded, service, shift.member), shift.position, shift.starts_at, shift.ends_at)
            for shift in service.shifts
        ]
        networks.add_shifts(actor=SYSTEM, service_id=service_id, duties=duties, now=at)


def _people(loaded: Loaded, service: PlannedService, service_id: int, at: datetime) -> None:
    for member, contacts in zip(service.members, service.contacts, strict=True):
        email = member.operator.email
        networks.add_member(
            actor=SYSTEM,
            service_id=service_id,
            email=email,
            display_name=member.operator.display_name,
            role=member.role,
            now=at,
        )
        if email not in loaded.operators:
            operator = accounts.operator_by_email(email)
            assert operator is not None
            loaded.operators[email] = operator.pk
        networks.set_contact_points(
            actor=SYSTEM, service_id=service_id, operator_id=loaded.operators[email], contacts=contacts, now=at
        )


def _operator(loaded: Loaded, service: PlannedService, member: int) -> int:
    return loaded.operators[service.members[member].operator.email]


def publish_protocols(loaded: Loaded) -> None:
    """Let each network's coordinator publish one of the protocols that come with the product, for her network."""
    shipped = protocol_selectors.shipped()
    for network in loaded.region.networks:
        coordination = next(s for s in network.services if s.kind is ServiceKind.NETWORK_COORDINATION)
        protocols.publish(
            actor=loaded.actor(coordination.key, 0),
            network_code=network.code,
            text=protocols.addressed(shipped[network.protocol], network.code),
            now=instant(loaded.region.today - timedelta(days=DAYS_OF_ACTIVATIONS + 1), time(10)),
        )


def load_pathways(loaded: Loaded) -> dict[int, UUID]:
    """Write the pathways, each with the steps it has taken since; play the activations with which some began.

    Return the cases by the number of their pathway.
    """
    case_ids: dict[int, UUID] = {}
    aliases = dice(loaded.region.seed, "aliases")
    for case in loaded.region.cases:
        opener = loaded.actor(case.service, case.member)
        case_id, _alias = cases.open_case(
            actor=opener,
            municipality_code=case.municipality,
            arrival=case.arrival,
            now=case.opened_at,
            choose=aliases.choice,
        )
        case_ids[case.number] = case_id
        if case.activation:
            replay(loaded, case, case_id, opener)
        for number, move in enumerate(case.moves):
            actor = loaded.actor(move.service, move.member)
            if number == 0:
                cases.join(case_id=case_id, service_ids=[loaded.services[move.service]], now=move.at)
            cases.move(actor=actor, case_id=case_id, act=move.act, now=move.at, reason=move.reason)
    return case_ids
