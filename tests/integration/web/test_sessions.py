# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from tests.factories.region import Region, prove_two_factors

from approdo.networks.models import Membership, Service, ServiceTerritory, Shift
from approdo.web.middleware import KEY_BEGAN, KEY_MEMBERSHIP, KEY_SEEN

SignIn = Callable[[str], Client]


def _age(client: Client, key: str, length: timedelta) -> None:
    session = client.session
    session[key] = (timezone.now() - length).timestamp()
    session.save()


def _is_out(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith("/accesso/")


@pytest.mark.parametrize("address", ["/", "/casi/", "/attiva/", "/servizio/", "/oggi/"])
def test_nobody_who_has_not_signed_in_sees_a_page(db: None, address: str) -> None:
    response = Client().get(address)
    assert _is_out(response)


def test_a_signed_in_operator_sees_her_service_and_until_when_she_is_on_call(sign_in: SignIn) -> None:
    page = sign_in("ed").get("/").content.decode()
    assert "Pronto soccorso del Lago" in page
    assert "reperibile fino a" in page


def test_a_shift_that_ends_another_day_names_the_day(sign_in: SignIn) -> None:
    ends = timezone.localtime() + timedelta(days=2)
    Shift.objects.update(ends_at=ends)
    weekday = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")[ends.weekday()]
    page = sign_in("ed").get("/").content.decode()
    assert page.count(f"eperibile fino a {weekday} alle {ends:%H:%M}") == 2, "in the head, and in Oggi"


def test_a_session_left_alone_for_fifteen_minutes_is_over(sign_in: SignIn) -> None:
    client = sign_in("ed")
    _age(client, KEY_SEEN, timedelta(minutes=14, seconds=50))
    assert client.get("/").status_code == 200
    _age(client, KEY_SEEN, timedelta(minutes=15, seconds=1))
    response = client.get("/")
    assert _is_out(response)
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert _is_out(client.get("/"))


def test_a_session_is_over_after_twelve_hours_however_busy(sign_in: SignIn) -> None:
    client = sign_in("ed")
    _age(client, KEY_BEGAN, timedelta(hours=12, seconds=1))
    assert _is_out(client.get("/"))


def test_being_there_is_noted_at_most_once_a_minute(sign_in: SignIn) -> None:
    client = sign_in("ed")
    _age(client, KEY_SEEN, timedelta(seconds=30))
    before = client.session[KEY_SEEN]
    client.get("/")
    assert client.session[KEY_SEEN] == before
    _age(client, KEY_SEEN, timedelta(seconds=90))
    client.get("/")
    assert timezone.now().timestamp() - client.session[KEY_SEEN] < 10


@pytest.mark.parametrize("sign", ["X-Approdo-Background", "X-Approdo-Untouched"])
def test_a_page_that_refreshes_by_itself_does_not_keep_a_session_alive(sign_in: SignIn, sign: str) -> None:
    client = sign_in("ed")
    _age(client, KEY_SEEN, timedelta(minutes=14))
    before = client.session[KEY_SEEN]
    assert client.get("/oggi/", headers={sign: "1"}).status_code == 200
    assert client.session[KEY_SEEN] == before
    _age(client, KEY_SEEN, timedelta(minutes=16))
    assert client.get("/oggi/", headers={sign: "1", "X-Approdo-Refresh": "1"}).status_code in {302, 401}


def test_a_fragment_asked_by_the_page_takes_the_whole_page_to_the_sign_in(db: None) -> None:
    response = Client().get("/attiva/anteprima/", headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Redirect"].startswith("/accesso/")


def test_an_operator_shut_out_is_out_at_her_next_request(region: Region, sign_in: SignIn) -> None:
    client = sign_in("centre")
    assert client.get("/").status_code == 200
    region.operators["centre"].is_active = False
    region.operators["centre"].save()
    assert _is_out(client.get("/"))


def test_a_membership_that_ends_takes_its_pages_away_at_once(region: Region, sign_in: SignIn) -> None:
    client = sign_in("centre")
    Membership.objects.filter(pk=region.memberships["centre"].pk).update(active=False)
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"] == "/servizio/"
    page = client.get("/servizio/")
    assert "Nessun servizio ti ha ancora aggiunta" in page.content.decode()


def test_a_password_alone_leads_to_adding_a_second_factor(region: Region) -> None:
    client = Client()
    client.post("/accesso/", {"login": "ed@lago.example", "password": "una frase lunga"})
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"] == "/accesso/secondo/"
    page = client.get("/accesso/secondo/")
    assert page.status_code == 200
    assert "Aggiungi una passkey" in page.content.decode()


def test_in_the_demonstration_only_the_one_click_goes_without_a_second_factor(
    region: Region, settings: Settings
) -> None:
    settings.DEMO = True
    client = Client()
    client.post("/accesso/", {"login": "ed@lago.example", "password": "una frase lunga"})
    assert _is_out(client.get("/servizio/"))
    client.post("/prova/", {"operator": "ed@lago.example"})
    assert not _is_out(client.get("/servizio/"))


def test_a_second_factor_proved_elsewhere_does_not_count_for_this_session(region: Region) -> None:
    client, operator = Client(), region.operators["ed"]
    client.force_login(operator)
    prove_two_factors(client, region.operators["centre"])
    assert client.get("/")["Location"] == "/accesso/secondo/"


def test_with_several_services_she_chooses_and_sees_only_that_one(region: Region, sign_in: SignIn) -> None:
    other = Service.objects.create(
        organisation=region.services["ed"].organisation, name="Sportello", kind="outreach_desk", phone="+390010000009"
    )
    ServiceTerritory.objects.create(service=other, municipality_id="012133")
    second = Membership.objects.create(operator=region.operators["ed"], service=other, role="centre_operator")
    client = Client()
    client.force_login(region.operators["ed"])
    prove_two_factors(client, region.operators["ed"])
    now = timezone.now()
    Shift.objects.filter(operator=region.operators["ed"]).delete()
    Shift.objects.create(
        service=other, operator=region.operators["ed"], position=1, starts_at=now, ends_at=now + timedelta(hours=8)
    )
    assert client.get("/")["Location"] == "/servizio/"
    page = client.get("/servizio/").content.decode()
    assert page.count("reperibile fino") == 1
    assert page.index("Sportello") < page.index("reperibile fino") < page.index("Pronto soccorso del Lago")
    assert "Pronto soccorso del Lago" in page
    client.post("/servizio/", {"membership": second.pk})
    assert "Sportello" in client.get("/").content.decode()
    assert client.session[KEY_MEMBERSHIP] == second.pk


@pytest.mark.parametrize("membership", ["0", "999999", "abc"])
def test_nobody_acts_for_a_service_that_is_not_hers(region: Region, sign_in: SignIn, membership: str) -> None:
    client = sign_in("ed")
    assert client.post("/servizio/", {"membership": membership}).status_code == 404
    foreign = region.memberships["shelter"].pk
    assert client.post("/servizio/", {"membership": foreign}).status_code == 404


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_choosing_a_service_never_leads_out_of_the_product(region: Region, sign_in: SignIn, target: str) -> None:
    client = sign_in("ed")
    response = client.post("/servizio/", {"membership": region.memberships["ed"].pk, "next": target})
    assert response["Location"] == "/"


def test_signing_out_tells_the_browser_to_forget(sign_in: SignIn) -> None:
    client = sign_in("ed")
    response = client.post("/accesso/esci/")
    assert response.status_code == 302
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert _is_out(client.get("/"))


def test_all_her_sessions_can_be_ended_at_once(region: Region, sign_in: SignIn) -> None:
    one, other = (Client(), Client())
    for client in (one, other):
        client.post("/accesso/", {"login": "ed@lago.example", "password": "una frase lunga"})
        prove_two_factors(client, region.operators["ed"])
        assert not _is_out(client.get("/servizio/"))
    assert one.get("/accesso/sessioni/").content.decode().count("row-title") == 2
    assert one.post("/accesso/sessioni/tutte/").status_code == 302
    assert _is_out(one.get("/servizio/"))
    assert _is_out(other.get("/servizio/"))


def test_a_new_password_is_offered_to_operators_only_and_nobody_is_told_who_is_one(
    region: Region, mailoutbox: list[EmailMessage]
) -> None:
    answers = []
    for address in ("ed@lago.example", "chiunque@altrove.example"):
        response = Client().post("/accesso/password/nuova/", {"email": address})
        answers.append((response.status_code, response["Location"], response.content))
    assert answers[0] == answers[1]
    assert [letter.to for letter in mailoutbox] == [["ed@lago.example"]]


@pytest.mark.parametrize(("proxies", "address"), [(0, "REMOTE_ADDR"), (1, "HTTP_X_FORWARDED_FOR")])
def test_wrong_passwords_on_one_account_do_not_lock_it_for_its_owner(
    region: Region, settings: Settings, proxies: int, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/ip", "login": "60/m/ip"}
    attacker = Client(**{address: "198.51.100.7"})
    for _ in range(5):
        attacker.post("/accesso/", {"login": "ed@lago.example", "password": "sbagliata"})
    owner = Client(**{address: "203.0.113.9"})
    response = owner.post("/accesso/", {"login": "ed@lago.example", "password": "una frase lunga"})
    assert response.status_code == 302


def test_the_frame_of_a_page_costs_few_queries(
    sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in("ed")
    client.get("/")
    with django_assert_max_num_queries(6):  # session, operator, membership, the page's own, a savepoint
        client.get("/attiva/comune/")
