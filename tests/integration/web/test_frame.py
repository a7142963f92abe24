# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers, errors, demonstration: what holds on every page."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings
from tests.factories.region import Region

from approdo.access.rules import Role
from approdo.accounts.models import Operator
from approdo.accounts.rules import TOUR
from approdo.networks.models import Membership
from approdo.web import errors

SignIn = Callable[[str], Client]


@pytest.mark.parametrize("address", ["/", "/accesso/", "/niente/", "/accessibilita/", "/healthz", "/r/codice"])
def test_every_answer_carries_the_policy_and_is_kept_by_nobody(db: None, address: str) -> None:
    response = Client().get(address)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"


def test_hidden_and_absent_are_the_same_bytes(sign_in: SignIn) -> None:
    client = sign_in("ed")
    absent = client.get("/niente/di/niente/")
    hidden = client.get(f"/attivazioni/{uuid4()}/")
    case = client.get(f"/casi/{uuid4()}/")
    assert absent.status_code == hidden.status_code == case.status_code == 404
    assert absent.content == hidden.content == case.content


@pytest.mark.parametrize("status", [400, 403, 404, 413, 500])
def test_an_error_page_says_what_to_do_and_whom_to_call(db: None, status: int) -> None:
    page = errors.page(None, status).content.decode()  # type: ignore[arg-type]
    assert "tel:112" in page
    assert "tel:1522" in page
    assert "<form" not in page
    assert "Torna a Oggi" in page


def test_a_body_of_ten_megabytes_is_refused_politely(sign_in: SignIn) -> None:
    client = sign_in("ed")
    response = client.post("/attiva/", {"key": "x" * 10_000_000})
    assert response.status_code == 413
    assert "troppo grande" in response.content.decode()


def test_a_form_without_its_token_is_refused_in_words(region: Region) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accesso/", {"login": "ed@lago.example", "password": "una frase lunga"})
    assert response.status_code == 403
    assert "troppo a lungo" in response.content.decode()


@pytest.mark.parametrize("address", ["/prova/", "/stile/"])
def test_the_demonstration_pages_exist_in_the_demonstration_only(db: None, address: str) -> None:
    assert Client().get(address).status_code == 404
    assert Client().post(address, {"operator": "ed@lago.example"}).status_code in {404, 405}


def test_in_the_demonstration_one_click_signs_in_without_a_second_factor(region: Region, settings: Settings) -> None:
    settings.DEMO = True
    client = Client()
    page = client.get("/prova/").content.decode()
    assert "Rete di Varese" in page
    assert "ed@lago.example" in page
    assert "Casa delle querce" not in page, "a shelter is shown by its code, here too"
    response = client.post("/prova/", {"operator": "ed@lago.example"}, follow=True)
    assert response.status_code == 200
    assert "Pronto soccorso del Lago" in response.content.decode()
    settings.DEMO = False
    assert client.get("/")["Location"] == "/accesso/secondo/"


def test_the_people_of_the_tour_come_first_and_are_marked_wherever_else_they_stand(
    region: Region, settings: Settings
) -> None:
    settings.DEMO = True
    assert "visita guidata" not in Client().get("/prova/").content.decode()
    for name, email in (("centre", TOUR[1]), ("ed", TOUR[0])):
        Operator.objects.filter(pk=region.operators[name].pk).update(email=email)
    Membership.objects.create(
        operator=region.operators["ed"], service=region.services["shelter"], role=Role.EMERGENCY_OPERATOR
    )
    page = Client().get("/prova/").content.decode()
    assert re.findall(r'name="operator" value="([^"]+)"', page)[:2] == [TOUR[0], TOUR[1]]
    marked = [row for row in page.split("<li>")[1:] if ">visita guidata<" in row]
    assert [row for row in page.split("<li>")[1:] if TOUR[0] in row or TOUR[1] in row][2:] == marked
    assert len(marked) == 3, "under their own heading they need no mark, in every place where they work they do"
    assert Client().post("/prova/", {"operator": TOUR[0]})["Location"] == "/servizio/"


@pytest.mark.parametrize("address", ["nessuna@lago.example", "ed@lago.example\x00"])
def test_nobody_can_sign_in_as_somebody_who_does_not_exist(region: Region, settings: Settings, address: str) -> None:
    settings.DEMO = True
    assert Client().post("/prova/", {"operator": address}).status_code == 404


@pytest.mark.parametrize("address", ["/accesso/nessuno/", "/accesso/nessuno/posta/", "/accesso/nessuno/verifica/"])
def test_nobody_signs_herself_up(db: None, address: str) -> None:
    assert Client().get(address).status_code == 404


def test_the_living_page_of_components_shows_them_all(db: None, settings: Settings) -> None:
    settings.DEMO = True
    page = Client().get("/stile/")
    assert page.status_code == 200
    for shape in ("waiting", "alerted", "read", "taken", "declined", "late", "stopped"):
        assert f"#state-{shape}" in page.content.decode()


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_page_says_its_language(db: None, language: str) -> None:
    with translation.override("it"):  # the client would leave its language behind
        page = Client(headers={"Accept-Language": language}).get("/accesso/").content.decode()
    assert f'<html lang="{language}"' in page
