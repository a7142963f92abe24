# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plan the whole region from its data file, a seed and a day."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from approdo.cli.demonstration.chance import dice
from approdo.cli.demonstration.geography import Place, Reach, partition, zones
from approdo.cli.demonstration.pathways import planned_cases
from approdo.cli.demonstration.region import (
    PlannedMember,
    PlannedNetwork,
    PlannedOrganisation,
    PlannedService,
    Region,
)
from approdo.cli.demonstration.staffing import Registry, coordinated, planned_service
from approdo.networks.rules import OrganisationKind

DATA = Path(__file__).parent / "data"


def plan_region(*, seed: int, today: date, places: Iterable[Place]) -> Region:
    """Return the plan: nine networks on the given municipalities, their people, rotas, pathways and activations."""
    by_code = {place.code: place for place in places}
    written = _read("region.yaml")["networks"]
    reaches = {
        network["code"]: Reach(network["seat"], frozenset(network["provinces"]), float(network["radius_km"]))
        for network in written
    }
    territories = partition(by_code, reaches)
    registry = Registry(_read("names.yaml"), dice(seed, "people"))
    networks = tuple(_network(network, territories[network["code"]], by_code, registry, today) for network in written)
    region = Region(seed, today, networks)
    return replace(region, cases=planned_cases(region, by_code))


def names() -> dict[str, Any]:
    """Return the invented names of the data file, as they are written."""
    return _read("names.yaml")


def _read(name: str) -> dict[str, Any]:
    with (DATA / name).open(encoding="utf-8") as file:
        content: dict[str, Any] = yaml.safe_load(file)
    return content


def _network(
    written: Mapping[str, Any],
    territory: tuple[str, ...],
    places: Mapping[str, Place],
    registry: Registry,
    today: date,
) -> PlannedNetwork:
    served = _territories(written, territory, places)
    planned: dict[str, PlannedService] = {}
    organisations = []
    for number, organisation in enumerate(written["organisations"]):
        for place, service in enumerate(organisation["services"]):
            shared = _staff(planned, service.get("with"))
            made = planned_service(service, served[service["key"]], shared, registry, today)
            # the lead organisation's coordinator is the network's
            planned[service["key"]] = coordinated(made) if number and not place else made
        own = tuple(planned[service["key"]] for service in organisation["services"])
        organisations.append(PlannedOrganisation(organisation["name"], OrganisationKind(organisation["kind"]), own))
    return PlannedNetwork(written["code"], written["name"], written["protocol"], territory, tuple(organisations))


def _staff(planned: Mapping[str, PlannedService], key: str | None) -> tuple[PlannedMember, ...]:
    return planned[key].members if key else ()


def _territories(
    written: Mapping[str, Any], territory: tuple[str, ...], places: Mapping[str, Place]
) -> dict[str, tuple[str, ...]]:
    """Return whom each service serves: the whole network, or its zone among those of its kind."""
    services = [service for organisation in written["organisations"] for service in organisation["services"]]
    result = {}
    for service in services:
        result[service["key"]] = territory
        if service.get("zone"):
            seats = [one["seat"] for one in services if one["kind"] == service["kind"] and one.get("zone")]
            result[service["key"]] = zones(places, territory, seats)[service["seat"]]
    return result
