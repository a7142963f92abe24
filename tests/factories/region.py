# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small network around Varese, and browsers in which two factors were proved."""

import time
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.test import Client

from approdo.access.rules import Actor, Role
from approdo.accounts.models import Operator
from approdo.kit import clock
from approdo.networks import selectors as networks
from approdo.networks.models import (
    ContactPoint,
    Membership,
    Municipality,
    Network,
    NetworkTerritory,
    Organisation,
    Service,
    ServiceTerritory,
    Shift,
)
from approdo.networks.rules import ServiceKind
from approdo.protocols import services as protocols

VARESE = "012133"
PROTOCOL = """
format: 1
code: urgenza
name: Attivazione urgente
network: varese
municipalities: all
contexts: all
calls:
  - key: centro
    kind: support_centre
    answer_within_minutes: 15
    channels: {at_once: [app, sms]}
    escalation: [{to: first_on_call, wait_minutes: 10}, {to: coordinator}]
    repeat_minutes: 10
  - key: rifugio
    kind: shelter
    needs: [safe_place]
    answer_within_minutes: 30
    channels: {at_once: [app, sms]}
    escalation: [{to: first_on_call, wait_minutes: 15}, {to: coordinator}]
    repeat_minutes: 15
"""


@dataclass
class Region:
    """The people and services of the small network, by name."""

    operators: dict[str, Operator]
    services: dict[str, Service]
    memberships: dict[str, Membership]

    def actor(self, name: str) -> Actor:
        """Who somebody is in her service."""
        found = networks.actor_for(self.operators[name].pk, self.memberships[name].pk)
        assert found is not None
        return found


_PEOPLE = [
    ("ed", "Pronto soccorso del Lago", ServiceKind.EMERGENCY_DEPARTMENT, Role.EMERGENCY_OPERATOR, ""),
    ("centre", "Centro Rosa dei Venti", ServiceKind.SUPPORT_CENTRE, Role.CENTRE_OPERATOR, ""),
    ("shelter", "Casa delle querce", ServiceKind.SHELTER, Role.SHELTER_MANAGER, "R-07"),
    ("coordinator", "Coordinamento", ServiceKind.NETWORK_COORDINATION, Role.NETWORK_COORDINATOR, ""),
]


def small_region() -> Region:
    """Four services, one person on call in each, one protocol."""
    now = clock.now()
    network = Network.objects.create(code="varese", name="Rete di Varese")
    varese = Municipality.objects.get(pk=VARESE)
    NetworkTerritory.objects.create(network=network, municipality=varese)
    organisation = Organisation.objects.create(name="Associazione del Lago", kind="association")
    organisation.networks.add(network)
    network.lead_organisation = organisation
    network.save()
    region = Region({}, {}, {})
    for number, (name, title, kind, role, code) in enumerate(_PEOPLE):
        operator = Operator.objects.create_user(
            f"{name}@lago.example", "una frase lunga", display_name=f"Persona {number}"
        )
        service = Service.objects.create(
            organisation=organisation,
            name=title,
            kind=kind,
            code=code,
            phone=f"+39001000000{number}",
            always_open=True,
            seat=None if kind is ServiceKind.SHELTER else varese,
        )
        ServiceTerritory.objects.create(service=service, municipality=varese)
        Shift.objects.create(
            service=service,
            operator=operator,
            position=1,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=7),
        )
        ContactPoint.objects.create(
            service=service, operator=operator, position=1, channel="sms", address=f"+39002000000{number}"
        )
        region.operators[name], region.services[name] = operator, service
        region.memberships[name] = Membership.objects.create(operator=operator, service=service, role=role)
    protocols.publish(actor=region.actor("coordinator"), network_code="varese", text=PROTOCOL, now=now)
    return region


def prove_two_factors(client: Client, operator: Operator) -> None:
    """Let a session be one that the sign-in library has seen a second factor in, just now."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password"},
        {"method": "mfa", "type": "totp", "at": time.time()},
    ]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(operator.pk)
    session.save()
