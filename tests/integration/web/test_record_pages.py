# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record as people of two services see it: what is covered, what is written down, what is refused."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from approdo.audit.models import Entry as AuditEntry
from approdo.cases.models import Case
from approdo.persons.rules import SHAPES, Kind
from approdo.vault import gateways

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def centre(sign_in: SignIn, case: str) -> Client:
    """The centre's operator, who leads."""
    client = sign_in("centre")
    assert client.post(f"{case}conduce/", {"act": "take"}).status_code == 302
    return client


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def write(client: Client, case: str, kind: str, **written: object) -> int:
    return client.post(f"{case}scheda/{kind}/nuova/", written).status_code


def entry(client: Client, case: str, action: str) -> str:
    found = re.search(rf"/casi/[0-9a-f-]+/scheda/[0-9a-f-]{{36}}/{action}", text(client, f"{case}scheda/"))
    assert found
    return found[0]


def verbs() -> list[str]:
    return list(AuditEntry.objects.filter(verb__startswith="record.").order_by("id").values_list("verb", flat=True))


def test_who_leads_is_said_and_may_be_taken(sign_in: SignIn, case: str) -> None:
    client = sign_in("centre")
    assert "Conduco io questo percorso" in text(client, case)
    client.post(f"{case}conduce/", {"act": "take"})
    page = text(client, case)
    assert "la referente sei tu" in page
    assert "Conduco io questo percorso" not in page
    assert "Nessun prossimo contatto" in page


def test_the_next_contact_is_fixed_in_the_hours_of_italy(centre: Client, case: str) -> None:
    centre.post(f"{case}prossimo-contatto/", {"at": "2099-07-01T09:30"})
    kept = Case.objects.get().next_contact_at
    assert kept is not None
    assert kept.isoformat() == "2099-07-01T07:30:00+00:00"
    assert centre.post(f"{case}prossimo-contatto/", {"at": "domani"}).status_code == 422


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.EXIT])
def test_every_kind_has_a_form_in_which_nothing_is_required(centre: Client, case: str, kind: Kind) -> None:
    page = text(centre, f"{case}scheda/{kind}/nuova/")
    for field in SHAPES[kind].fields:
        assert f'name="{field.name}"' in page
    assert "required" not in page
    assert "(se vuoi)" not in page


def test_what_is_written_is_shown_to_the_service_that_leads(centre: Client, case: str) -> None:
    assert (
        write(centre, case, "episode", account="Racconto di prova", types=["physical"], children_present="yes") == 302
    )
    page = text(centre, f"{case}scheda/")
    for word in ("Racconto di prova", "fisica", "C&#x27;erano minori"):
        assert word in page


def test_what_she_prefers_not_to_say_is_shown_as_that(centre: Client, case: str) -> None:
    write(centre, case, "health", needs="Visita", declined=["pregnant"])
    assert "preferisce non rispondere" in text(centre, f"{case}scheda/")


@pytest.mark.parametrize(("kind", "field"), [("identity", "given_name"), ("place", "address")])
def test_identity_and_places_are_covered_until_somebody_says_why(
    centre: Client, case: str, kind: str, field: str
) -> None:
    write(centre, case, kind, **{field: "Canarina Coperta"})
    page = text(centre, f"{case}scheda/")
    assert "Canarina" not in page
    assert "Non si mostra finché non serve" in page
    address = entry(centre, case, "mostra/")
    assert centre.post(address, {}).status_code == 422
    assert centre.post(address, {"why": "curiosity"}).status_code == 422
    shown = centre.post(address, {"why": "meeting"}).content.decode()
    assert "Canarina Coperta" in shown
    assert f'<noscript><meta http-equiv="refresh" content="60;url={case}scheda/">' in shown
    assert f'href="{case}scheda/" data-hides="60"' in shown
    assert verbs()[-1] == "record.reveal"
    detail = AuditEntry.objects.get(verb="record.reveal").detail
    assert (detail["slice"], detail["why"]) == ({"identity": "identity", "place": "location"}[kind], "meeting")
    assert "Canarina" not in str(detail)


def test_every_reading_of_the_record_is_written_down(centre: Client, case: str) -> None:
    write(centre, case, "health", needs="Visita")
    before = len(verbs())
    for _each in range(3):
        text(centre, f"{case}scheda/")
    assert verbs()[before:] == ["record.read"] * 3
    assert AuditEntry.objects.filter(verb="record.read").latest("id").detail == {
        "slices": "health",
        "free": "activation",
    }


def test_another_service_sees_its_own_notes_and_nothing_else(sign_in: SignIn, centre: Client, case: str) -> None:
    for kind, field in (("health", "needs"), ("contact", "address"), ("note", "text"), ("identity", "given_name")):
        write(centre, case, kind, **{field: "Canarina del centro"})
    nurse = sign_in("ed")
    assert write(nurse, case, "note", text="Canarina del pronto soccorso") == 302
    page = text(nurse, f"{case}scheda/")
    assert "Canarina del pronto soccorso" in page
    assert "Canarina del centro" not in page
    assert "Canarina del pronto soccorso" not in text(centre, f"{case}scheda/")
    assert write(nurse, case, "health", needs="No") == 404
    assert nurse.get(f"{case}scheda/health/nuova/").status_code == 404
    stolen = entry(centre, case, "mostra/")
    assert nurse.post(stolen, {"why": "meeting"}).status_code == 404
    assert nurse.get(stolen.removesuffix("mostra/")).status_code == 404


def test_a_wrong_answer_is_told_and_nothing_that_was_written_is_lost(centre: Client, case: str) -> None:
    response = centre.post(
        f"{case}scheda/identity/nuova/", {"given_name": "Prova", "birth_date": "2099-01-01", "declined": ["tax_code"]}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "Questo giorno deve ancora venire." in page
    assert 'value="Prova"' in page
    assert 'value="2099-01-01"' in page
    assert re.search(r'value="tax_code"[^>]*checked', page)
    assert "identity" not in text(centre, f"{case}scheda/") or "Non si mostra" not in text(centre, f"{case}scheda/")


def test_two_who_write_at_once_find_both_texts_and_put_them_together(centre: Client, case: str) -> None:
    write(centre, case, "contact", hours="mattina")
    address = entry(centre, case, "")
    assert 'name="seen" value="1"' in text(centre, address)
    assert centre.post(address, {"hours": "pomeriggio", "seen": "1"})["Location"] == f"{case}scheda/"
    second = centre.post(address, {"hours": "sera", "seen": "1"}, follow=True).content.decode()
    for word in ("mettili insieme", "pomeriggio", "sera", 'name="seen" value="2"', 'name="seen" value="3"'):
        assert word in second
    assert "Due persone hanno scritto" in text(centre, f"{case}scheda/")
    centre.post(address, {"hours": "pomeriggio o sera", "seen": ["2", "3"]})
    page = text(centre, f"{case}scheda/")
    assert "Due persone hanno scritto" not in page
    assert "pomeriggio o sera" in page


def test_a_number_that_is_none_is_not_an_error(centre: Client, case: str) -> None:
    write(centre, case, "contact", hours="mattina")
    address = entry(centre, case, "")
    assert centre.post(address, {"hours": "sera", "seen": ["x", "²", "9" * 30, "-1"]}).status_code == 302


def test_an_entry_is_taken_out_by_who_wrote_it(centre: Client, case: str) -> None:
    write(centre, case, "contact", hours="mattina")
    found = re.search(rf"{case}scheda/[0-9a-f-]+/togli/", text(centre, f"{case}scheda/"))
    assert found
    centre.post(found[0])
    assert "mattina" not in text(centre, f"{case}scheda/")
    assert centre.post(found[0]).status_code == 404


def test_without_the_keys_the_page_says_so_and_the_case_still_opens(
    centre: Client, case: str, settings: Settings, tmp_path: Path
) -> None:
    write(centre, case, "health", needs="Visita")
    settings.KEYS_DIRECTORY = tmp_path / "away"
    gateways.provider.cache_clear()
    try:
        response = centre.get(f"{case}scheda/")
        assert response.status_code == 503
        assert "Non è andato perso nulla" in response.content.decode()
        assert "Visita" not in response.content.decode()
        assert centre.get(case).status_code == 200
    finally:
        gateways.provider.cache_clear()


def test_titles_and_addresses_tell_nothing(centre: Client, case: str) -> None:
    write(centre, case, "identity", given_name="Canarina")
    shown = centre.post(entry(centre, case, "mostra/"), {"why": "safety"}).content.decode()
    title = re.search(r"<title>(.*?)</title>", shown)
    assert title
    assert title[1] == "Scheda · Approdo"
