# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""I miei recapiti: an operator writes how she is reached, and tries it."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.factories.region import VARESE, Region

from approdo.access.rules import Role
from approdo.kit import clock
from approdo.networks.models import ContactPoint, Membership
from approdo.networks.rules import Channel
from approdo.notifications.models import Message
from approdo.notifications.rules import Failure, MessageState, Template

SignIn = Callable[[str], Client]


@pytest.fixture
def page_of(region: Region) -> Callable[[str], str]:
    """Return a function that gives the address of her page for a service."""
    return lambda service: f"/io/recapiti/{region.services[service].pk}/"


def _lines(*lines: dict[str, object]) -> dict[str, object]:
    data: dict[str, object] = {"recapiti-TOTAL_FORMS": len(lines), "recapiti-INITIAL_FORMS": 0}
    for number, line in enumerate(lines):
        data |= {f"recapiti-{number}-{name}": value for name, value in line.items()}
    return data


SMS = {"channel": "sms", "address": "+39 00 1234 5678", "hours": "always", "ORDER": 2}
MAIL = {"channel": "email", "address": "io@lago.example", "hours": "open", "ORDER": 1}


def _text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()[:2000]
    return unescape(response.content.decode())


def _tests(*, channel: Channel = Channel.SMS) -> list[Message]:
    return list(Message.objects.filter(template=Template.TRIAL, channel=channel).order_by("written_at"))


def test_her_own_access_leads_to_the_contacts_of_the_service_she_acts_for(
    sign_in: SignIn, region: Region, page_of: Callable[[str], str]
) -> None:
    client = sign_in("centre")
    assert 'href="/io/recapiti/"' in _text(client, "/accesso/secondo/")
    assert client.get("/io/recapiti/")["Location"] == page_of("centre")
    page = _text(client, page_of("centre"))
    assert "Centro Rosa dei Venti" in page
    assert 'value="+390020000001"' in page
    assert page.count("<h1") == 1


def test_she_writes_them_in_her_order_and_is_asked_to_try_them(
    sign_in: SignIn, region: Region, page_of: Callable[[str], str]
) -> None:
    client = sign_in("centre")
    page = client.post(page_of("centre"), _lines(SMS, {}, MAIL), follow=True).content.decode()
    assert "Recapiti salvati. Ora prova se gli avvisi ti arrivano." in page
    mine = ContactPoint.objects.filter(operator=region.operators["centre"]).order_by("position")
    stored = [("email", "io@lago.example", "open"), ("sms", "+390012345678", "always")]
    assert list(mine.values_list("channel", "address", "hours")) == stored
    closed = page[page.index("<h3>Quando il servizio è chiuso") :]
    assert "+39 001 2345 678" in closed
    assert "io@lago.example" not in closed
    assert ContactPoint.objects.exclude(operator=region.operators["centre"]).count() == 3


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (_lines(SMS | {"address": "boh"}), "Riga 1: Scrivi un numero di telefono"),
        (_lines(SMS, SMS), "Riga 2: Questo recapito c'è già."),
        (_lines(SMS | {"channel": "piccione"}), "Riga 1"),
        ({}, "ManagementForm"),
        ({"recapiti-TOTAL_FORMS": "9999", "recapiti-INITIAL_FORMS": 0}, "error-summary"),
    ],
)
def test_what_cannot_be_stored_is_explained_and_nothing_changes(
    sign_in: SignIn, page_of: Callable[[str], str], data: dict, sentence: str
) -> None:
    before = list(ContactPoint.objects.order_by("pk").values())
    response = sign_in("centre").post(page_of("centre"), data)
    assert response.status_code == 422
    assert sentence in unescape(response.content.decode())
    assert list(ContactPoint.objects.order_by("pk").values()) == before


def test_each_of_her_services_has_its_own_and_those_of_others_do_not_exist(
    sign_in: SignIn, region: Region, page_of: Callable[[str], str]
) -> None:
    client = sign_in("centre")
    assert page_of("shelter") not in _text(client, page_of("centre"))
    absent = client.get("/io/recapiti/999999/")
    for address in (page_of("shelter"), page_of("shelter") + "esito/"):
        hidden = client.get(address)
        assert (hidden.status_code, hidden.content) == (404, absent.content)
    for address in (page_of("shelter"), page_of("shelter") + "prova/"):
        assert client.post(address, _lines(SMS)).status_code == 404
    assert not _tests()
    Membership.objects.create(
        operator=region.operators["centre"], service=region.services["shelter"], role=Role.SHELTER_MANAGER
    )
    page = _text(client, page_of("centre"))
    assert page_of("shelter") in page
    assert "R-07" in page
    assert "Casa delle querce" not in page
    assert client.post(page_of("shelter"), _lines(SMS)).status_code == 302
    assert ContactPoint.objects.filter(operator=region.operators["centre"]).count() == 2


@pytest.mark.parametrize("role", list(Role))
def test_whatever_her_role_she_may(sign_in: SignIn, region: Region, role: Role, page_of: Callable[[str], str]) -> None:
    Membership.objects.filter(pk=region.memberships["centre"].pk).update(role=role)
    client = sign_in("centre")
    assert client.get(page_of("centre")).status_code == 200
    assert client.post(page_of("centre"), _lines(SMS)).status_code == 302
    assert client.post(page_of("centre") + "prova/").status_code == 302
    assert _tests()[0].address == "+390012345678"


def test_the_button_sends_a_real_test_and_the_page_shows_how_far_it_got(
    sign_in: SignIn, page_of: Callable[[str], str]
) -> None:
    client = sign_in("centre")
    assert "L'ultima prova" not in _text(client, page_of("centre"))
    page = unescape(client.post(page_of("centre") + "prova/", follow=True).content.decode())
    assert "Prova inviata" in page
    assert re.search(r"SMS</span> <span class=\"quiet\">\+39 \d.*?in partenza</span>", page, re.DOTALL)
    page = _text(client, page_of("centre") + "esito/")
    assert re.search(r"sullo schermo</span>.*?consegnato</span>", page, re.DOTALL), "this page is a screen of hers"
    (sms,) = _tests()
    now = clock.now()
    Message.objects.filter(pk=sms.pk).update(state=MessageState.SENT, sent_at=now)
    assert "inviato</span>" in _text(client, page_of("centre") + "esito/")
    Message.objects.filter(pk=sms.pk).update(state=MessageState.DELIVERED, delivered_at=now)
    assert _text(client, page_of("centre") + "esito/").count("consegnato</span>") == 2
    Message.objects.filter(pk=sms.pk).update(
        state=MessageState.FAILED, delivered_at=None, failed_at=now, failure=Failure.REFUSED
    )
    page = _text(client, page_of("centre") + "esito/")
    assert "#state-late" in page
    assert "recapito rifiutato" in page


def test_after_three_tests_the_page_says_when_the_next_may_be(sign_in: SignIn, page_of: Callable[[str], str]) -> None:
    client = sign_in("centre")
    for _number in range(3):
        assert "Prova l'avviso</button>" in _text(client, page_of("centre"))
        client.post(page_of("centre") + "prova/")
    page = _text(client, page_of("centre"))
    assert "Prova l'avviso</button>" not in page
    assert re.search(r"Puoi riprovare (\w+ )?alle \d\d:\d\d\.", page)
    page = unescape(client.post(page_of("centre") + "prova/", follow=True).content.decode())
    assert "aspetta un po', poi riprova" in page
    assert len(_tests()) == 3
    Message.objects.update(written_at=clock.now() - timedelta(minutes=10))
    assert "Prova l'avviso</button>" in _text(client, page_of("centre"))


def test_without_a_stored_contact_there_is_nothing_to_try(sign_in: SignIn, page_of: Callable[[str], str]) -> None:
    client = sign_in("centre")
    ContactPoint.objects.all().delete()
    page = _text(client, page_of("centre"))
    assert "gli avvisi non possono raggiungerti" in page
    assert "Prova l'avviso</button>" not in page
    page = unescape(client.post(page_of("centre") + "prova/", follow=True).content.decode())
    assert "prima scrivi e salva almeno un recapito" in page
    assert not Message.objects.exists()


def test_her_other_screens_say_that_it_is_a_test_unless_somebody_really_calls(
    sign_in: SignIn, page_of: Callable[[str], str]
) -> None:
    client = sign_in("centre")
    assert client.get("/oggi/avviso/").content.strip() == b""
    client.post(page_of("centre") + "prova/")
    for address in ("/oggi/avviso/", "/oggi/", "/"):
        assert "È una prova: gli avvisi arrivano su questo schermo." in _text(client, address)
        assert "È una prova" not in _text(sign_in("shelter"), address)
    assert "È una prova: gli avvisi" not in _text(client, page_of("centre") + "esito/"), "it would cover the answer"
    form = {"need": ["talk_now"], "consent": "given", "municipality": VARESE, "key": "una-chiave"}
    sign_in("ed").post("/attiva/", form)
    for address in ("/oggi/avviso/", "/oggi/", page_of("centre") + "esito/"):
        bar = _text(client, address)
        assert "Ti stanno chiamando" in bar
        assert "È una prova: gli avvisi" not in bar, "nothing lies over a real call"


def test_a_page_costs_at_most_twelve_queries(
    sign_in: SignIn, page_of: Callable[[str], str], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in("centre")
    client.post(page_of("centre") + "prova/")
    for address in (page_of("centre"), page_of("centre") + "esito/", "/oggi/avviso/"):
        client.get(address)
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200
