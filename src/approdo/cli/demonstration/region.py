# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan of the invented region: plain values, no database, no clock; the same seed and day give the same plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from approdo.access.rules import Role
from approdo.activations.rules.states import Consent, StandDownReason
from approdo.cases.rules import Arrival, CaseAct, CaseState
from approdo.networks.rules import Contact, Hours, OrganisationKind, ServiceDetails, ServiceKind
from approdo.protocols.rules import Need

DAYS_BEFORE, DAYS_AFTER = 35, 28
"""How far the rotas reach back and ahead: the past activations need the one, the coverage pages the other."""


@dataclass(frozen=True, slots=True)
class PlannedOperator:
    """An invented person."""

    email: str
    display_name: str
    mobile: str


@dataclass(frozen=True, slots=True)
class PlannedMember:
    """An operator in a service."""

    operator: PlannedOperator
    role: Role


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A turn on call; ``member`` is an index in the service's staff."""

    member: int
    position: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PlannedService:
    """A service with its people, hours, territory, contact points and rota."""

    key: str
    details: ServiceDetails
    always_open: bool
    hours: tuple[Hours, ...]
    line: tuple[Contact, ...]
    territory: tuple[str, ...]
    members: tuple[PlannedMember, ...]
    contacts: tuple[tuple[Contact, ...], ...]
    shifts: tuple[PlannedShift, ...]

    @property
    def kind(self) -> ServiceKind:
        """Return what the service is for."""
        return self.details.kind


@dataclass(frozen=True, slots=True)
class PlannedOrganisation:
    """An organisation with its services."""

    name: str
    kind: OrganisationKind
    services: tuple[PlannedService, ...]


@dataclass(frozen=True, slots=True)
class PlannedNetwork:
    """A network; its first organisation leads it."""

    code: str
    name: str
    protocol: str
    territory: tuple[str, ...]
    organisations: tuple[PlannedOrganisation, ...]

    @property
    def services(self) -> tuple[PlannedService, ...]:
        """Return every service of its organisations."""
        return tuple(service for organisation in self.organisations for service in organisation.services)

    def serving(self, municipality: str, kind: ServiceKind) -> PlannedService | None:
        """Return the service of a kind that serves a municipality, the one of lowest rank."""
        found = [s for s in self.services if s.kind is kind and municipality in s.territory]
        return min(found, key=lambda service: (service.details.rank, service.key), default=None)


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a case along its states, by a member of a service."""

    at: datetime
    act: CaseAct
    service: str
    member: int
    reason: str = ""
    """How it ended, for the step that closes it."""


@dataclass(frozen=True, slots=True)
class PlannedActivation:
    """A past activation; who answers it and when is decided while it is played (replaying.py)."""

    needs: frozenset[Need]
    consent: Consent
    ending: str
    reason: StandDownReason | None = None


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """A pathway, known by an alias only; ``reached`` is the furthest state it came to before it was closed."""

    number: int
    network: str
    municipality: str
    province: str
    arrival: Arrival
    reached: CaseState
    closed: bool
    opened_at: datetime
    service: str
    member: int
    moves: tuple[Move, ...]
    activation: PlannedActivation | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Everything that is invented."""

    seed: int
    today: date
    networks: tuple[PlannedNetwork, ...]
    cases: tuple[PlannedCase, ...] = field(default=())

    @property
    def services(self) -> tuple[PlannedService, ...]:
        """Return every service."""
        return tuple(service for network in self.networks for service in network.services)

    @property
    def operators(self) -> tuple[PlannedOperator, ...]:
        """Return every operator once."""
        return tuple(dict.fromkeys(member.operator for service in self.services for member in service.members))

    def by_key(self) -> Mapping[str, PlannedService]:
        """Return services by their keys in the data file."""
        return {service.key: service for service in self.services}
