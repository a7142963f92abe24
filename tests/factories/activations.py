# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small network on real ground, with somebody on call everywhere, for tests that activate it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from django.contrib.auth.hashers import make_password
from tests.factories.protocols import call, document

from approdo.access.rules import Actor, Role
from approdo.accounts.models import Operator
from approdo.activations.rules.states import Consent
from approdo.activations.services import activate, advance_due
from approdo.activations.services.activating import Request
from approdo.networks.models import (
    ContactPoint,
    Membership,
    Network,
    NetworkTerritory,
    Organisation,
    Service,
    ServiceTerritory,
    Shift,
)
from approdo.networks.rules import Channel, OrganisationKind, ServiceKind
from approdo.protocols.models import Protocol, ProtocolVersion
from approdo.protocols.rules import Context, Need, digest, write

VARESE = "012133"
COMO = "013075"
TONIGHT = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)
_NO_PASSWORD = make_password(None)
_numbers = count(1)

_CHANNELS = {"at_once": ["app", "email", "sms"], "if_unread": ["voice"], "after_seconds": 60}
CALLS = (
    call("centre", "support_centre", channels=_CHANNELS),
    call("shelter", "shelter", needs=["safe_place"], answer_within_minutes=30, backup_kind="social_emergency",
         escalation=[
             {"to": "first_on_call", "wait_minutes": 15},
             {"to": "second_on_call", "wait_minutes": 15},
             {"to": "backup_service", "wait_minutes": 10},
             {"to": "coordinator"},
         ]),
    call("children", "social_service", needs=["children"], answer_within_minutes=60, after="centre", after_minutes=30),
)  # fmt: skip


@dataclass
class Town:
    """A network of one municipality: who is who in it."""

    network: Network
    hospital: Service
    centre: Service
    shelter: Service
    social: Service
    emergency: Service
    coordination: Service
    people: dict[int, list[Operator]] = field(default_factory=dict)

    def actor(self, service: Service, position: int = 1, role: Role = Role.ON_CALL_OPERATOR) -> Actor:
        """The first or second person of a service, acting for it."""
        return Actor(self.people[service.pk][position - 1].pk, service.organisation_id, service.pk, role)

    @property
    def nurse(self) -> Actor:
        """The operator of the emergency department."""
        return self.actor(self.hospital, role=Role.EMERGENCY_OPERATOR)


def an_operator(**fields: object) -> Operator:
    """Somebody who can sign in."""
    number = next(_numbers)
    made = {"display_name": f"Operatrice {number}"} | fields
    return Operator.objects.create_user(f"operatrice{number}@rete.example", **made)


def a_staffed_service(
    network: Network, kind: ServiceKind, *, on_call: bool = True, **fields: object
) -> tuple[Service, list[Operator]]:
    """A service of the network with two people, who are on call for two months around tonight unless told otherwise."""
    return staffed_services(network, [kind], on_call=on_call, **fields)[0]


def staffed_services(
    network: Network, kinds: Sequence[ServiceKind], *, on_call: bool = True, **fields: object
) -> list[tuple[Service, list[Operator]]]:
    """Several such services, one of each kind: a statement for each table, because most tests begin with them."""
    organisations = Organisation.objects.bulk_create(
        Organisation(name=f"Ente {next(_numbers)}", kind=next(iter(OrganisationKind))) for _kind in kinds
    )
    Organisation.networks.through.objects.bulk_create(
        Organisation.networks.through(organisation=organisation, network=network) for organisation in organisations
    )
    services = Service.objects.bulk_create(
        _service(organisation, kind, **fields) for organisation, kind in zip(organisations, kinds, strict=True)
    )
    places = NetworkTerritory.objects.filter(network=network).values_list("municipality_id", flat=True)
    ServiceTerritory.objects.bulk_create(
        ServiceTerritory(service=service, municipality_id=place) for service in services for place in places
    )
    people = _operators(2 * len(services))
    staffed = [(service, people[2 * index : 2 * index + 2]) for index, service in enumerate(services)]
    _staff(staffed, on_call=on_call)
    return staffed


def _service(organisation: Organisation, kind: ServiceKind, **fields: object) -> Service:
    number = next(_numbers)
    made: dict = {"name": f"Servizio {number}", "phone": f"+3900{number:08d}", "always_open": True}
    if kind is ServiceKind.SHELTER:
        made["code"] = f"R{number}"
    return Service(organisation=organisation, kind=kind, **(made | fields))


def _operators(how_many: int) -> list[Operator]:
    made = []
    for _each in range(how_many):
        number = next(_numbers)
        email = f"operatrice{number}@rete.example"
        made.append(Operator(email=email, display_name=f"Operatrice {number}", password=_NO_PASSWORD))
    return Operator.objects.bulk_create(made)


def _staff(staffed: list[tuple[Service, list[Operator]]], *, on_call: bool) -> None:
    """Let everybody work for her service, be reached in three ways, and be on call in her position."""
    posts = [
        (service, person, position) for service, staff in staffed for position, person in enumerate(staff, start=1)
    ]
    Membership.objects.bulk_create(
        Membership(operator=person, service=service, role=Role.ON_CALL_OPERATOR) for service, person, _position in posts
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(
            service=service,
            operator=person,
            position=place,
            channel=channel,
            address=person.email if channel is Channel.EMAIL else f"+39001{person.pk:07d}",
        )
        for service, person, _position in posts
        for place, channel in enumerate((Channel.EMAIL, Channel.SMS, Channel.VOICE), start=1)
    )
    stretch = {"starts_at": TONIGHT - timedelta(days=30), "ends_at": TONIGHT + timedelta(days=30)}
    Shift.objects.bulk_create(
        Shift(service=service, operator=person, position=position, **stretch)
        for service, person, position in posts
        if on_call
    )


def a_town(municipality: str = VARESE, calls: tuple = CALLS, *, fully_staffed: bool = True) -> Town:
    """A network in which every service the protocol names exists and has people on call."""
    number = next(_numbers)
    network = Network.objects.create(code=f"rete-{number}", name=f"Rete {number}")
    NetworkTerritory.objects.create(network=network, municipality_id=municipality)
    kinds = {
        "hospital": ServiceKind.EMERGENCY_DEPARTMENT,
        "centre": ServiceKind.SUPPORT_CENTRE,
        "shelter": ServiceKind.SHELTER,
        "social": ServiceKind.SOCIAL_SERVICE,
        "emergency": ServiceKind.SOCIAL_EMERGENCY,
        "coordination": ServiceKind.NETWORK_COORDINATION,
    }
    staffed = staffed_services(network, [*kinds.values()], on_call=fully_staffed)
    a_protocol(network, calls)
    named = dict(zip(kinds, (service for service, _staff in staffed), strict=True))
    return Town(network, **named, people={service.pk: staff for service, staff in staffed})


def a_protocol(network: Network, calls: tuple) -> ProtocolVersion:
    """The protocol of a network, in force since a year ago."""
    content = document(*calls, network=network.code)
    since = TONIGHT - timedelta(days=365)
    return ProtocolVersion.objects.create(
        protocol=Protocol.objects.create(network=network, code="urgent"),
        number=1,
        name=content["name"],
        source=write(content),
        document=content,
        digest=digest(content),
        municipality_codes=[],
        contexts=[],
        effective_from=since,
        published_at=since,
        published_by=an_operator(),
    )


def an_activation(
    town: Town, *needs: Need, now: datetime = TONIGHT, key: str = "", swept: bool = True, **fields: object
):
    """The nurse activates the network, every need unless some are given; the sweep comes round unless told not to."""
    request = {
        "municipality_code": VARESE,
        "needs": frozenset(needs or Need),
        "consent": Consent.GIVEN,
        "context": Context.EMERGENCY_DEPARTMENT,
    } | fields
    made = activate(
        actor=town.nurse, request=Request(**request), idempotency_key=key or f"key-{next(_numbers):08d}", now=now
    )
    if swept:
        advance_due(now=now)
    return made
