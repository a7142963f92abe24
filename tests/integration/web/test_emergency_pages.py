# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Emergency access as three people meet it: the nurse who needs it, who leads, and the coordinator who reviews it."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from tests.factories.region import Region

from approdo.access.services import entered
from approdo.cases.models import Case
from approdo.consents.models import BreakGlass
from approdo.kit import clock
from approdo.networks.models import Organisation
from approdo.usecases import breaking

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def centre(sign_in: SignIn, case: str) -> Client:
    client = sign_in("centre")
    client.post(f"{case}conduce/", {"act": "take"})
    client.post(f"{case}scheda/identity/nuova/", {"given_name": "Canarina"})
    client.post(f"{case}scheda/health/nuova/", {"needs": "Visita canarina"})
    return client


@pytest.fixture
def coordination(region: Region) -> None:
    """The coordination belongs to another organisation of the network."""
    other = Organisation.objects.create(name="Azienda sanitaria", kind="health_company")
    other.networks.set(region.services["ed"].organisation.networks.all())
    service = region.services["coordinator"]
    service.organisation = other
    service.save(update_fields=["organisation"])


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return unescape(response.content.decode())


def test_she_opens_it_reads_and_closes_it(sign_in: SignIn, case: str, centre: Client) -> None:
    nurse = sign_in("ed")
    assert "Apri per un" in text(nurse, f"{case}emergenza/")
    assert "emergenza/" in text(nurse, f"{case}scheda/"), "the record leads there"
    assert "C'è. Non si mostra" not in text(nurse, f"{case}scheda/")
    assert nurse.post(f"{case}emergenza/", {"reason": "danger_to_life"}).status_code == 302
    page = text(nurse, f"{case}scheda/")
    assert "emergenza aperto fino alle" in page
    assert 'id="identity"' in page
    assert 'id="health"' not in page
    assert "Visita canarina" not in page
    assert nurse.post(f"{case}emergenza/chiudi/").status_code == 302
    assert 'id="identity"' not in text(nurse, f"{case}scheda/")
    assert nurse.post(f"{case}emergenza/chiudi/").status_code == 404


@pytest.mark.parametrize("reason", ["", "curiosity"])
def test_without_a_reason_it_says_so_and_stays_closed(sign_in: SignIn, case: str, centre: Client, reason: str) -> None:
    refused = sign_in("ed").post(f"{case}emergenza/", {"reason": reason})
    assert refused.status_code == 422
    assert "Scegli una voce" in refused.content.decode()
    assert not BreakGlass.objects.exists()


def test_who_leads_sees_it_on_her_day_and_finds_what_was_read(sign_in: SignIn, case: str, centre: Client) -> None:
    nurse = sign_in("ed")
    assert "accesso d'emergenza in corso" not in text(centre, "/")
    nurse.post(f"{case}emergenza/", {"reason": "danger_to_life"})
    text(nurse, f"{case}scheda/")
    day = text(centre, "/")
    assert "accesso d'emergenza in corso" in day
    assert f"{case}accessi/" in day
    log = text(centre, f"{case}accessi/")
    assert "ha aperto un accesso d'emergenza" in log
    assert "Accessi d'emergenza" not in text(nurse, "/")


def test_who_leads_and_whoever_is_not_there_find_no_such_page(sign_in: SignIn, case: str, centre: Client) -> None:
    for client in (centre, sign_in("shelter")):
        assert client.get(f"{case}emergenza/").status_code == 404
        assert client.post(f"{case}emergenza/", {"reason": "danger_to_life"}).status_code == 404
    assert not BreakGlass.objects.exists()


def test_a_coordinator_of_another_organisation_reviews_it_without_seeing_the_case(
    region: Region, coordination: None, sign_in: SignIn, case: str, centre: Client
) -> None:
    actor, then = region.actor("ed"), clock.now() - timedelta(hours=2)
    with entered(actor=actor):
        breaking.break_glass(actor=actor, case_id=Case.objects.get().pk, reason="child_in_danger", now=then)
    coordinator = sign_in("coordinator")
    assert "Accessi d'emergenza da verificare" in text(coordinator, "/")
    page = text(coordinator, "/verifiche/")
    assert "Una bambina o un bambino è in pericolo adesso" in page
    assert "Pronto soccorso del Lago" in page
    assert "Airone" not in page
    assert "Canarina" not in page
    glass = BreakGlass.objects.get()
    assert coordinator.post(f"/verifiche/{glass.pk}/", {"outcome": "perhaps"}).status_code == 422
    assert coordinator.post(f"/verifiche/{glass.pk}/", {"outcome": "justified"}).status_code == 302
    assert "Niente da verificare" in text(coordinator, "/verifiche/")
    assert coordinator.post(f"/verifiche/{glass.pk}/", {"outcome": "justified"}).status_code == 404
    assert sign_in("ed").get("/verifiche/").status_code == 403
