# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A reason to ask her is on one page, for who treats her there, and nowhere else (ADR 0027).

A note, two identifiers and a row of the table that exist nowhere else are looked for on every page of the product as
everybody opens it, in every answer of the interface, in every table, in the register, in what is sent, and in the log.
"""

import logging
import random
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.architecture.test_urls import TABLE, Scene, patterns
from tests.factories.recognition import a_site
from tests.factories.region import prove_two_factors
from tests.integration.api.conftest import a_token

from approdo.access.rules import SYSTEM, Role
from approdo.access.services import entered
from approdo.api import contract
from approdo.kit import clock
from approdo.networks.models import Membership, Service
from approdo.recognition import selectors
from approdo.recognition.rules.labels import BAND_SENTENCES, ROW_LABELS
from approdo.recognition.selectors import explaining, table

pytestmark = pytest.mark.django_db

STEM = "".join(random.choices(string.ascii_lowercase, k=12))
KEY, SOURCE, SENTENCE = f"row{STEM}", f"fonte{STEM}", f"Frase {STEM}"
NOTE = f"Accompagnata dal marito. {STEM.upper()} nel racconto."
FORM = {"visit": f"V-{STEM}", "person": f"P-{STEM}", "codes": "873.0, E950.0", "note": NOTE, "birth_year": "1987"}
NEEDLES = [STEM, "ICD-9-CM 873.0", "ICD-9-CM E950.0", *BAND_SENTENCES.values()]
PEOPLE = (
    ("hospital", 0, Role.EMERGENCY_OPERATOR),
    ("hospital", 1, Role.ORGANISATION_COORDINATOR),
    ("centre", 0, Role.CENTRE_OPERATOR),
    ("centre", 1, Role.NETWORK_COORDINATOR),
    ("coordination", 0, Role.NETWORK_COORDINATOR),
    ("social", 0, Role.SOCIAL_WORKER),
    ("shelter", 0, Role.SHELTER_MANAGER),
)


@dataclass
class Told:
    """A town in which a nurse has just been told to ask somebody; the scene of every page."""

    scene: Scene
    nurse: Client
    prompt_id: UUID

    @property
    def page(self) -> str:
        return reverse("visit_prompt", args=[self.prompt_id])


def browser(service: Service, operator: object, role: Role) -> Client:
    Membership.objects.filter(operator=operator, service=service).update(role=role)
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    prove_two_factors(client, operator)
    client.get(reverse("choose_service"))
    return client


@pytest.fixture
def told(prepared: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Told]:
    caplog.set_level(logging.DEBUG)
    shipped = table()
    rows = tuple(replace(row, key=KEY, source=SOURCE) if row.key == "self_harm" else row for row in shipped.rows)
    monkeypatch.setattr(selectors, "table", lambda: replace(shipped, rows=rows))
    monkeypatch.setattr(explaining, "table", lambda: replace(shipped, rows=rows))
    monkeypatch.setitem(ROW_LABELS, KEY, SENTENCE)
    explaining._sources.cache_clear()
    town = prepared.town
    a_site(town, now=clock.now())
    nurse = browser(town.hospital, town.people[town.hospital.pk][0], Role.EMERGENCY_OPERATOR)
    response = nurse.post(reverse("visit"), FORM)
    assert response.status_code == 302
    prompt_id = UUID(response["Location"].rstrip("/").rpartition("/")[2])
    yield Told(prepared, nurse, prompt_id)
    explaining._sources.cache_clear()


def tells(text: str | bytes) -> list[str]:
    """Which needles are in a text, in whatever case."""
    small = (text.decode(errors="replace") if isinstance(text, bytes) else text).lower()
    return [one for one in NEEDLES if one.lower() in small]


def addresses(scene: Scene, **own: object) -> Iterator[tuple[str, str]]:
    known = scene.arguments | own
    for route, name in patterns():
        wanted = {key: value for key, value in known.items() if f":{key}>" in route or f"<{key}>" in route}
        if (
            name in TABLE
            and not name.startswith(("account_", "mfa_", "usersessions_"))
            and route.count("<") == len(wanted)
        ):
            yield name, reverse(name, kwargs=wanted)


def test_the_page_of_who_treats_her_says_all_of_it_so_the_search_would_find_it(told: Told) -> None:
    page = told.nurse.get(told.page)
    assert page.status_code == 200
    found = tells(page.content)
    assert {STEM, "ICD-9-CM 873.0", "ICD-9-CM E950.0"} <= set(found)
    assert NOTE[:24].lower() not in page.content.decode().lower(), "not even here her note"


@pytest.mark.walk
@pytest.mark.parametrize(("service", "position", "role"), PEOPLE)
def test_no_other_page_says_any_of_it_to_anybody(told: Told, service: str, position: int, role: Role) -> None:
    town = told.scene.town
    where: Service = getattr(town, service)
    operator = town.people[where.pk][position]
    client = told.nurse if role is Role.EMERGENCY_OPERATOR else browser(where, operator, role)
    opened = set()
    for name, address in addresses(told.scene, prompt_id=told.prompt_id, service_id=where.pk):
        response = client.get(address)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        if response.status_code == 200:
            opened.add(name)
        if name == "visit_prompt" and role is Role.EMERGENCY_OPERATOR:
            assert tells(content)
            continue
        assert tells(content) == [], (name, role)
        assert tells(str(response.headers)) == [], (name, role)
    assert {"today", "cases", "directory"} <= opened
    assert role is not Role.EMERGENCY_OPERATOR or {"visit", "visit_prompt"} <= opened
    assert role is not Role.ORGANISATION_COORDINATOR or "recognition" in opened


def test_no_reading_of_the_interface_says_any_of_it(told: Told) -> None:
    town = told.scene.town
    known = {"{activation_id}": str(told.scene.arguments["activation_id"]), "{municipality}": "012133"}
    for service in (town.hospital, town.centre):
        token = a_token(service, town.people[service.pk][0].pk, clock.now())
        for path, methods in contract.document()["paths"].items():
            if "get" not in methods:
                continue
            address = re.sub(r"{\w+}", lambda place: known[place[0]], path)
            response = Client().get(address, headers={"authorization": f"Bearer {token}"})
            assert response.status_code in {200, 404}
            assert tells(response.content) == [], path


def test_no_table_but_those_of_recognition_holds_any_of_it_and_none_her_note(told: Told) -> None:
    told.nurse.get(told.page)
    told.nurse.post(told.page, {"answer": "asked_no"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        names = [name for (name,) in cursor.fetchall() if name not in {"access_claim_key", "networks_municipality"}]
    holding = {}
    for name, actor in product(names, (told.scene.town.nurse, SYSTEM)):
        with entered(actor=actor), connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM \"{name}\" t")
            ((text,),) = cursor.fetchall()
            if found := tells(text):
                holding[name] = found
    assert set(holding) == {"recognition_prompt"}
    assert STEM in holding["recognition_prompt"], "the key of its row, and nothing that she said or is called"
    with entered(actor=told.scene.town.nurse), connection.cursor() as cursor:
        cursor.execute("SELECT evidence::text FROM recognition_prompt")
        ((evidence,),) = cursor.fetchall()
    for word in (*NOTE.split()[4:], FORM["visit"], FORM["person"]):
        assert word.lower() not in evidence.replace(KEY, "").lower()
    assert all(tells(str(one.get_decoded())) == [] for one in Session.objects.all())


def test_neither_the_log_nor_an_address_says_any_of_it(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    told.nurse.get(told.page)
    told.nurse.post(told.page, {"answer": "asked_yes"})
    told.nurse.post(reverse("visit"), FORM | {"codes": STEM})
    assert tells(caplog.text) == []
    for route, name in patterns():
        if name in {"visit", "visit_prompt", "recognition"}:
            assert "violen" not in route
    for page in (told.page, reverse("visit")):
        title = told.nurse.get(page).content.decode().split("<title>")[1].split("</title>")[0]
        assert title.split(" ")[0].strip(" ·–-") == "Visita"
