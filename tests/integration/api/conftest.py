# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Programs that call the interface, each with the token of a service, on one night that never passes."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.factories.activations import COMO, TONIGHT, VARESE, Town, a_town, an_operator
from tests.factories.recognition import a_prompt, a_site

from approdo.access.rules import SYSTEM, Role
from approdo.accounts import selectors as account_selectors
from approdo.accounts import services as accounts
from approdo.activations.models import Call
from approdo.activations.services import advance_due
from approdo.api.authentication import reads
from approdo.kit import clock
from approdo.networks.models import Membership, Service
from approdo.networks.rules import ServiceKind
from approdo.recognition.rules.prompting import Mode
from approdo.recognition.selectors import mode_of

ROOT = "/api/v1"
BODY = {
    "municipality": VARESE,
    "needs": ["safe_place", "talk_now"],
    "consent": "given",
    "context": "emergency_department",
}
KEY = "key-of-the-night"
VISIT = {
    "visit": "accesso-1",
    "person": "persona-1",
    "arrived_at": TONIGHT.isoformat(),
    "codes": [{"system": "ICD-9-CM", "value": "873.0"}, {"system": "ICD-9-CM", "value": "E950.0"}],
}


@pytest.fixture(autouse=True)
def _night(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the door's clock stand in the night of the factories, at its true speed; forget earlier reads."""
    real = clock.now
    began: list[datetime] = []

    def now() -> datetime:
        instant = real()
        began.append(instant)
        return TONIGHT + (instant - began[0])

    monkeypatch.setattr(clock, "now", now)
    reads._windows.clear()


@dataclass
class Program:
    """Another program, with the token of one service (or none)."""

    token: str | None = None
    language: str | None = None
    client: Client = field(default_factory=lambda: Client(raise_request_exception=True))

    def send(
        self, method: str, path: str, content: bytes = b"", kind: str = "application/json", **headers: str
    ) -> HttpResponse:
        """Send bytes as they are."""
        if self.token is not None:
            headers = {"authorization": f"Bearer {self.token}"} | headers
        if self.language is not None:
            headers["accept-language"] = self.language
        return self.client.generic(method, ROOT + path, content, content_type=kind, headers=headers)

    def get(self, path: str, **headers: str) -> HttpResponse:
        """Read."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send a JSON body, or none."""
        return self.send("POST", path, b"" if body is None else json.dumps(body).encode(), **headers)

    def activate(self, key: str = KEY, **changes: Any) -> HttpResponse:
        """Activate Varese's network; say only what is different."""
        return self.post("/activations", BODY | changes, **{"idempotency-key": key})


def a_token(service: Service, operator_id: int, now: datetime = TONIGHT, days: int = 30) -> str:
    """A token that lets a program speak for an operator in a service."""
    return accounts.create_token(
        actor=SYSTEM, operator_id=operator_id, service_id=service.pk, label="prova", now=now, days=days
    )


@dataclass
class House:
    """A town, a town it has nothing to do with, and programs with every kind of token."""

    town: Town
    elsewhere: Town

    @property
    def prompt(self) -> UUID:
        """A prompt that the hospital's nurse may answer."""
        return a_prompt(a_site(self.town)) if mode_of(self.town.hospital.pk) is Mode.OFF else a_prompt(self.town.nurse)

    def program(self, service: Service, language: str | None = None) -> Program:
        """The program of a service."""
        return Program(a_token(service, self.town.people[service.pk][0].pk), language)

    @property
    def hospital(self) -> Program:
        return self.program(self.town.hospital)

    @property
    def centre(self) -> Program:
        return self.program(self.town.centre)

    @property
    def stranger(self) -> Program:
        """A centre in another town."""
        service = self.elsewhere.centre
        return Program(a_token(service, self.elsewhere.people[service.pk][0].pk))

    def as_role(self, service: Service, role: Role) -> Program:
        """Somebody with another role in a service."""
        operator = an_operator()
        Membership.objects.create(operator=operator, service=service, role=role)
        return Program(a_token(service, operator.pk))

    def revoked(self, service: Service) -> Program:
        """The token was good, and was taken back."""
        program = self.program(service)
        newest = account_selectors.tokens_of(service.pk)
        for one in newest:
            if one.revoked_at is None:
                accounts.revoke_token(actor=SYSTEM, token_id=one.pk, now=TONIGHT)
        return program

    def expired(self, service: Service) -> Program:
        """The token was good until yesterday."""
        operator = self.town.people[service.pk][0]
        return Program(a_token(service, operator.pk, TONIGHT - timedelta(days=31)))

    def departed(self, service: Service) -> Program:
        """The operator of the token has left the service, and works for another."""
        operator = an_operator()
        held = Membership.objects.create(operator=operator, service=service, role=Role.CENTRE_OPERATOR)
        Membership.objects.create(operator=operator, service=self.elsewhere.centre, role=Role.CENTRE_OPERATOR)
        held.active = False
        held.save()
        return Program(a_token(service, operator.pk))

    def call_of(self, activation: str | UUID, kind: ServiceKind = ServiceKind.SUPPORT_CENTRE) -> UUID:
        """The call of an activation to a kind of service."""
        return Call.objects.get(activation_id=activation, service__kind=kind).pk


@pytest.fixture(scope="module")
def built(module_transaction: None) -> House:
    return House(a_town(), a_town(COMO))


@pytest.fixture
def house(db: None, built: House) -> House:
    """The house as it was built: what a test does in it is taken back."""
    return deepcopy(built)


@pytest.fixture
def activation(house: House) -> str:
    """An activation the hospital made."""
    made = house.hospital.activate()
    assert made.status_code == 201, made.content
    advance_due(now=clock.now())
    return made.json()["id"]


Problem = Callable[[HttpResponse], dict[str, Any]]


@pytest.fixture
def problem() -> Problem:
    """Read a problem document, after checking everything that every one of them promises."""
    import jsonschema

    from approdo.api import contract

    document = contract.document()

    def read(response: HttpResponse) -> dict[str, Any]:
        assert response["Content-Type"] == "application/problem+json"
        assert response["Cache-Control"] == "no-store"
        body = json.loads(response.content)
        assert body["status"] == response.status_code
        described = document["components"]["responses"][contract.ERRORS[response.status_code][0]]
        schema = described["content"]["application/problem+json"]["schema"]
        jsonschema.validate(body, schema | {"components": document["components"]})
        return body

    return read
