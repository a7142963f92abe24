# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Valid rows of networks, organisations, services, members and shifts: invented people, numbers that ring nowhere."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import count

from approdo.access.rules import Actor, Role
from approdo.accounts.models import Operator
from approdo.networks.models import (
    ContactPoint,
    Membership,
    Municipality,
    Network,
    NetworkTerritory,
    OpeningHours,
    Organisation,
    Service,
    ServiceTerritory,
    Shift,
)
from approdo.networks.rules import Channel, ContactHours, OrganisationKind, ServiceKind

VARESE = "012133"
COMO = "013075"
SONDRIO = "014061"
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""Tuesday 24 November 2026, noon in Rome: an ordinary working day."""
NIGHT = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)
_numbers = count(1)


def a_number() -> str:
    """Return a telephone number that rings nowhere: no Italian number begins with 00."""
    return f"+3900{next(_numbers):08d}"


def a_network(*, code: str = "", municipalities: Sequence[str] | None = None) -> Network:
    """Make a network; without municipalities it takes Varese, if no other network has."""
    code = code or f"rete-{next(_numbers)}"
    network = Network.objects.create(code=code, name=f"Rete {code}")
    if municipalities is None:
        municipalities = () if NetworkTerritory.objects.filter(municipality=VARESE).exists() else (VARESE,)
    for municipality in municipalities:
        NetworkTerritory.objects.create(network=network, municipality_id=municipality)
    return network


def an_organisation(
    *, network: Network | None = None, kind: OrganisationKind = OrganisationKind.ASSOCIATION, name: str = ""
) -> Organisation:
    """Make an organisation, in a network if one is given."""
    organisation = Organisation.objects.create(name=name or f"Associazione Molo {next(_numbers)}", kind=kind)
    if network is not None:
        organisation.networks.add(network)
    return organisation


def a_service(
    *,
    organisation: Organisation | None = None,
    kind: ServiceKind = ServiceKind.SUPPORT_CENTRE,
    territory: Sequence[str] = (VARESE,),
    always_open: bool = False,
    **fields: object,
) -> Service:
    """Make an active service; a shelter gets a code and no place, every other one a seat in Varese."""
    number = next(_numbers)
    shelter = kind is ServiceKind.SHELTER
    values: dict[str, object] = {
        "name": f"Servizio {number}",
        "code": f"CR-{number}" if shelter else "",
        "seat_id": None if shelter else VARESE,
        "languages": ["it"],
        "phone": a_number(),
    }
    service = Service.objects.create(
        organisation=organisation or an_organisation(), kind=kind, always_open=always_open, **(values | fields)
    )
    for municipality in territory:
        ServiceTerritory.objects.create(service=service, municipality_id=municipality)
    return service


def some_hours(service: Service, *, days: Sequence[int] = (0, 1, 2, 3, 4), opens: int = 9, closes: int = 17) -> None:
    """Let a service open at whole hours of some days (7 is a public holiday)."""
    OpeningHours.objects.create(service=service, days=list(days), opens=time(opens), closes=time(closes))


def an_operator(*, name: str = "") -> Operator:
    """Make an operator with an invented name and an address that reaches nobody."""
    number = next(_numbers)
    return Operator.objects.create_user(f"collega{number}@rete.example", display_name=name or f"Operatrice {number}")


def a_member(service: Service, role: Role = Role.CENTRE_OPERATOR, *, operator: Operator | None = None) -> Operator:
    """Make an operator (or take one) and let her work for a service."""
    operator = operator or an_operator()
    Membership.objects.create(operator=operator, service=service, role=role)
    return operator


def acting(operator: Operator, service: Service) -> Actor:
    """Return who an operator is when she acts for a service."""
    membership = Membership.objects.get(operator=operator, service=service)
    return Actor(operator.pk, service.organisation_id, service.pk, Role(membership.role))


def a_coordinator(service: Service, role: Role = Role.ORGANISATION_COORDINATOR) -> Actor:
    """Make a coordinator of the service's organisation and return who she is."""
    return acting(a_member(service, role), service)


def a_contact(
    service: Service,
    operator: Operator | None = None,
    *,
    channel: Channel = Channel.SMS,
    hours: ContactHours = ContactHours.ALWAYS,
) -> ContactPoint:
    """Add a way to reach a person, or the service's own line, after those that are there."""
    place = ContactPoint.objects.filter(service=service, operator=operator).count() + 1
    address = {Channel.APP: "", Channel.EMAIL: f"avvisi{next(_numbers)}@rete.example"}.get(channel) or (
        "" if channel is Channel.APP else a_number()
    )
    return ContactPoint.objects.create(
        service=service, operator=operator, position=place, channel=channel, address=address, hours=hours
    )


def a_shift(
    service: Service,
    operator: Operator | None = None,
    *,
    position: int = 1,
    starts_at: datetime = NOON - timedelta(hours=4),
    hours: int = 12,
) -> Shift:
    """Put somebody on call for a service, a new member if none is given."""
    return Shift.objects.create(
        service=service,
        operator=operator or a_member(service, Role.ON_CALL_OPERATOR),
        position=position,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
    )


def municipality_count() -> int:
    """Return how many municipalities the migrations have loaded."""
    return Municipality.objects.count()
