# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two networks that activations are measured in, and the people whose screens are open."""

import json
import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from approdo.access.rules import Role
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
from approdo.networks.rules import Channel, ServiceKind
from approdo.protocols import services as protocols

SCREENS = 2_000
EIGHT = (
    ServiceKind.SUPPORT_CENTRE,
    ServiceKind.SHELTER,
    ServiceKind.SOCIAL_SERVICE,
    ServiceKind.SOCIAL_EMERGENCY,
    ServiceKind.CHILD_PROTECTION,
    ServiceKind.FAMILY_CLINIC,
    ServiceKind.POLICE,
    ServiceKind.MENTAL_HEALTH,
)
_CALL = {
    "answer_within_minutes": 15,
    "channels": {"at_once": ["app", "email", "sms"], "if_unread": ["voice"], "after_seconds": 120},
    "escalation": [
        {"to": "first_on_call", "wait_minutes": 10},
        {"to": "second_on_call", "wait_minutes": 10},
        {"to": "coordinator", "wait_minutes": 10},
    ],
    "repeat_minutes": 10,
}


@dataclass(frozen=True)
class Caller:
    """Somebody who activates: her cookie, and where."""

    cookie: str
    municipality: str
    service_id: int


@dataclass(frozen=True)
class Watcher:
    """One open screen: its cookie, and the service it belongs to."""

    cookie: str
    service_id: int


@dataclass(frozen=True)
class Data:
    """Who activates what, and who watches."""

    eight: Caller
    sixty: Caller
    bare: str
    """The cookie of the first caller on the bare page, which knows Django's own way to read a user and no other."""
    called_by_eight: tuple[int, ...]
    called_by_sixty: tuple[int, ...]
    watchers: tuple[Watcher, ...]


def load() -> Data:
    """Make a network that calls eight services, one that calls sixty, and two thousand open sessions."""
    first, second = _free_municipalities()
    eight = _network(
        "banco-otto", first, list(EIGHT), [{"key": f"c{n}", "kind": kind.value} for n, kind in enumerate(EIGHT)]
    )
    sixty = _network(
        "banco-sessanta",
        second,
        [ServiceKind.OUTREACH_DESK] * 60,
        [{"key": "tutti", "kind": ServiceKind.OUTREACH_DESK.value, "choose": "all"}],
    )
    watchers = [_watch(service) for service in (*eight[1], *sixty[1])]
    watchers += _bystanders(SCREENS - len(watchers))
    caller = _caller(eight[0], first)
    return Data(
        eight=caller,
        bare=signed_in_by_django(caller.cookie),
        sixty=_caller(sixty[0], second),
        called_by_eight=tuple(service.pk for service in eight[1]),
        called_by_sixty=tuple(service.pk for service in sixty[1]),
        watchers=tuple(watchers),
    )


def signed_in_by_django(cookie: str) -> str:
    """Return the cookie of the same session for the bare page, which knows Django's own sign-in only."""
    session = SessionStore()
    session.update(
        dict(SessionStore(cookie).items()) | {BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend"}
    )
    session.save(must_create=True)
    return str(session.session_key)


def _free_municipalities() -> list[Municipality]:
    """Two municipalities for us alone: taken out of whatever network they are in."""
    chosen = list(Municipality.objects.order_by("population_2011")[:2])
    NetworkTerritory.objects.filter(municipality__in=chosen).delete()
    ServiceTerritory.objects.filter(municipality__in=chosen).delete()
    return chosen


def _network(
    code: str, place: Municipality, kinds: list[ServiceKind], calls: list[dict]
) -> tuple[Service, list[Service]]:
    """A network of one municipality; return the service that activates and those that are called."""
    network = Network.objects.create(code=code, name=f"Rete di prova {code}")
    NetworkTerritory.objects.create(network=network, municipality=place)
    hospital = _service(network, place, ServiceKind.EMERGENCY_DEPARTMENT)
    coordination = _service(network, place, ServiceKind.NETWORK_COORDINATION)
    called = [_service(network, place, kind) for kind in kinds]
    document = {
        "format": 1,
        "code": "urgenza",
        "name": "Attivazione urgente",
        "network": code,
        "municipalities": "all",
        "contexts": "all",
        "calls": [_CALL | call for call in calls],
    }
    publisher = Membership.objects.filter(service=coordination).earliest("pk")
    Membership.objects.filter(pk=publisher.pk).update(role=Role.NETWORK_COORDINATOR)
    Network.objects.filter(pk=network.pk).update(lead_organisation=coordination.organisation)
    actor = networks.actor_for(publisher.operator_id, publisher.pk)
    protocols.publish(actor=actor, network_code=code, text=json.dumps(document), now=clock.now())
    return hospital, called


def _service(network: Network, place: Municipality, kind: ServiceKind) -> Service:
    """A service with a first and a second person on call, each reached by four channels."""
    number = Service.objects.count() + 1
    organisation = Organisation.objects.create(name=f"Ente {number}", kind="association")
    organisation.networks.add(network)
    service = Service.objects.create(
        organisation=organisation,
        name=f"Servizio {number}",
        kind=kind,
        code=f"B-{number}" if kind is ServiceKind.SHELTER else "",
        phone=f"+39000{number:07d}",
        always_open=True,
    )
    ServiceTerritory.objects.create(service=service, municipality=place)
    now = clock.now()
    for position in (1, 2):
        person = _operator()
        Membership.objects.create(operator=person, service=service, role=Role.ON_CALL_OPERATOR)
        stretch = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=12)}
        Shift.objects.create(service=service, operator=person, position=position, **stretch)
        addresses = ((Channel.EMAIL, person.email), (Channel.SMS, f"+39001{person.pk:07d}"))
        for order, (channel, address) in enumerate((*addresses, (Channel.VOICE, f"+39002{person.pk:07d}")), start=1):
            ContactPoint.objects.create(
                service=service, operator=person, position=order, channel=channel, address=address
            )
    return service


def _operator() -> Operator:
    number = Operator.objects.count() + 1
    return Operator.objects.create_user(f"banco{number}@rete.example", display_name=f"Operatrice {number}")


def _caller(hospital: Service, place: Municipality) -> Caller:
    membership = Membership.objects.filter(service=hospital).earliest("pk")
    return Caller(session_of(membership, hospital, place.pk), place.pk, hospital.pk)


def _watch(service: Service) -> Watcher:
    membership = Membership.objects.filter(service=service).earliest("pk")
    return Watcher(session_of(membership, service, None), service.pk)


def _bystanders(number: int) -> list[Watcher]:
    """People of other services with a screen open; they must not notice."""
    organisation = Organisation.objects.create(name="Enti intorno", kind="association")
    services = Service.objects.bulk_create(
        Service(organisation=organisation, name=f"Intorno {n}", kind=ServiceKind.OUTREACH_DESK, phone="+39003")
        for n in range(200)
    )
    people = Operator.objects.bulk_create(
        Operator(email=f"intorno{n}@rete.example", display_name=f"Vicina {n}", password="!") for n in range(number)
    )
    memberships = Membership.objects.bulk_create(
        Membership(operator=person, service=services[n % 200], role=Role.ON_CALL_OPERATOR)
        for n, person in enumerate(people)
    )
    store = SessionStore()
    expires = timezone.now() + timedelta(hours=11)
    sessions = [
        Session(
            session_key=f"bench{n:08d}",
            session_data=store.encode(_session(membership, services[n % 200], None)),
            expire_date=expires,
        )
        for n, membership in enumerate(memberships)
    ]
    Session.objects.bulk_create(sessions)
    return [
        Watcher(session.session_key, membership.service_id)
        for session, membership in zip(sessions, memberships, strict=True)
    ]


def _session(membership: Membership, service: Service, seat: str | None) -> dict:
    """What a signed-in session holds after two factors (a demonstration sign-in) and a chosen service."""
    now = time.time()
    return {
        SESSION_KEY: str(membership.operator_id),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: membership.operator.get_session_auth_hash(),
        "began": now,
        "seen": now,
        "demo": True,
        "membership": membership.pk,
        "standing": {
            "service": service.name,
            "service_id": service.pk,
            "kind": service.kind,
            "seat": seat,
            "several": False,
            "until": None,
        },
    }


def session_of(membership: Membership, service: Service, seat: str | None) -> str:
    """Sign somebody in and return her cookie."""
    session = SessionStore()
    session.update(_session(membership, service, seat))
    session.save(must_create=True)
    return str(session.session_key)
