# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rete and the coordinator's pages, as every role meets them."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.factories.networks import (
    COMO,
    VARESE,
    a_contact,
    a_coordinator,
    a_member,
    a_network,
    a_service,
    a_shift,
    acting,
    an_organisation,
    some_hours,
)
from tests.factories.region import prove_two_factors

from approdo.access.rules import ROLE_PERMISSIONS, Actor, Permission, Role
from approdo.accounts.models import Operator
from approdo.kit import clock
from approdo.networks.models import ContactPoint, Membership, Service, Shift
from approdo.networks.rules import ROME, ServiceKind, local_period

pytestmark = pytest.mark.django_db


def browser(actor: Actor) -> Client:
    client = Client()
    operator = Operator.objects.get(pk=actor.operator_id)
    client.force_login(operator)
    prove_two_factors(client, operator)
    assert client.get("/servizio/").status_code == 302
    return client


@pytest.fixture
def service() -> Service:
    return a_service(organisation=an_organisation(network=a_network()), name="Centro Molo")


@pytest.fixture
def coordinator(service: Service) -> Actor:
    return a_coordinator(service)


@pytest.fixture
def client_of_coordinator(coordinator: Actor) -> Client:
    return browser(coordinator)


def pages(service: Service, shift: Shift, operator_id: int) -> list[str]:
    base = f"/rete/servizi/{service.pk}/"
    parts = ["", "dati/", "orari/", "comuni/", "recapiti/", f"recapiti/{operator_id}/", "persone/", "turni/"]
    return [*(base + part for part in parts), f"/rete/turni/{shift.pk}/"]


def posts(service: Service, membership_id: int) -> list[str]:
    base = f"/rete/servizi/{service.pk}/"
    return [base + part for part in ("stato/", f"persone/{membership_id}/", "turni/nuovo/", "turni/copia/")]


def text(client: Client, address: str, **data: str) -> str:
    response = client.get(address, data)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def refused(client: Client, address: str, data: dict, *sentences: str) -> str:
    response = client.post(address, data)
    page = response.content.decode()
    assert response.status_code == 422, page[:2000]
    for sentence in sentences:
        assert sentence in page
    return page


# Rete


@pytest.mark.parametrize("role", list(Role))
def test_the_directory_opens_for_the_roles_that_may_read_it(service: Service, role: Role) -> None:
    client = browser(acting(a_member(service, role), service))
    allowed = Permission.READ_DIRECTORY in ROLE_PERMISSIONS[role]
    response = client.get("/rete/")
    assert response.status_code == (200 if allowed else 403)
    assert ("Centro Molo" in response.content.decode()) is allowed


def test_the_directory_shows_who_is_on_call_and_the_number_but_no_name_of_others(service: Service) -> None:
    now = clock.now()
    theirs = a_service(kind=ServiceKind.SHELTER, name="Casa delle rondini", code="LA-7")
    shift = a_shift(theirs, starts_at=now - timedelta(hours=1), hours=3)
    own = a_shift(service, starts_at=now - timedelta(hours=1), hours=3)
    contact = a_contact(theirs, shift.operator)
    page = text(browser(acting(own.operator, service)), "/rete/", municipality=VARESE)
    assert "LA-7" in page
    assert "Casa delle rondini" not in page
    assert "1ª persona fino a" in page
    assert f"tel:{theirs.phone}" in page
    assert own.operator.display_name in page
    assert f"({shift.operator.display_name})" not in page
    assert contact.address not in page
    for always in ("tel:112", "tel:1522"):
        assert page.count(always) == 2


def test_a_closed_service_says_when_it_opens(service: Service) -> None:
    some_hours(service, days=range(8), opens=0, closes=0)
    other = a_service()
    some_hours(other, days=[(clock.now().astimezone(ROME) + timedelta(days=2)).weekday(), 7])
    page = text(browser(acting(a_member(service), service)), "/rete/")
    assert "aperto adesso" in page
    assert re.search(r"chiuso · apre (alle|\w+ì alle|sabato alle|domenica alle) 09:00", page)


def test_a_municipality_is_searched_without_script(service: Service) -> None:
    client = browser(acting(a_member(service), service))
    page = text(client, "/rete/", q="como")
    found = re.search(rf'href="(\?municipality={COMO})"', page)
    assert found
    assert "Nessun servizio serve ancora questo comune" in text(client, "/rete/" + found[1])
    assert "Nessun comune con questo nome" in text(client, "/rete/", q="zzzz")


@pytest.mark.parametrize("code", ["999999", "x", "01213\x00", "x" * 5000])
def test_a_municipality_that_does_not_exist_is_no_page(service: Service, code: str) -> None:
    assert browser(acting(a_member(service), service)).get("/rete/", {"municipality": code}).status_code == 404


def test_the_directory_takes_few_queries(
    service: Service, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(15):
        a_shift(a_service(), starts_at=clock.now(), hours=3)
    client = browser(acting(a_member(service), service))
    with django_assert_max_num_queries(12):
        text(client, "/rete/")


def test_only_coordinators_are_shown_the_way_into_their_organisation(service: Service, coordinator: Actor) -> None:
    assert "/rete/organizzazione/" in text(browser(coordinator), "/rete/")
    assert "/rete/organizzazione/" not in text(browser(acting(a_member(service), service)), "/rete/")


# Who may open the coordinator's pages


@pytest.mark.parametrize("role", [r for r in Role if Permission.EDIT_ORGANISATION not in ROLE_PERMISSIONS[r]])
def test_every_other_role_is_refused_every_page(service: Service, role: Role) -> None:
    shift = a_shift(service)
    client = browser(acting(a_member(service, role), service))
    membership = Membership.objects.get(operator=shift.operator)
    for address in ["/rete/organizzazione/", "/rete/servizi/nuovo/", *pages(service, shift, shift.operator_id)]:
        assert client.get(address).status_code == 403, address
    for address in posts(service, membership.pk):
        assert client.post(address).status_code == 403, address


def test_another_organisations_pages_do_not_exist(client_of_coordinator: Client) -> None:
    theirs = a_service()
    shift = a_shift(theirs)
    membership = Membership.objects.get(operator=shift.operator)
    for address in pages(theirs, shift, shift.operator_id):
        assert client_of_coordinator.get(address).status_code == 404, address
    for address in [*posts(theirs, membership.pk), f"/rete/turni/{shift.pk}/"]:
        assert client_of_coordinator.post(address, {"act": "remove", "role": "officer"}).status_code == 404, address
    assert Shift.objects.filter(pk=shift.pk).exists()


def test_a_stranger_is_led_to_the_sign_in(service: Service) -> None:
    shift = a_shift(service)
    for address in ["/rete/", "/rete/organizzazione/", *pages(service, shift, shift.operator_id)]:
        assert Client().get(address).status_code == 302


def test_every_page_of_the_coordinator_opens(service: Service, client_of_coordinator: Client) -> None:
    shift = a_shift(service, starts_at=clock.now() + timedelta(days=1))
    a_contact(service, shift.operator)
    some_hours(service)
    for address in ["/rete/organizzazione/", "/rete/servizi/nuovo/", *pages(service, shift, shift.operator_id)]:
        page = text(client_of_coordinator, address)
        assert page.count("<h1") == 1, address


# Services


def service_form(**changes: object) -> dict[str, object]:
    return {
        "name": "Sportello Faro",
        "kind": "outreach_desk",
        "phone": "0332 123456",
        "seat": "varese",
        "languages": ["it", "ar"],
        "capabilities": ["children"],
        "rank": 50,
    } | changes


def test_a_service_is_added_then_closed_and_reopened(coordinator: Actor, client_of_coordinator: Client) -> None:
    response = client_of_coordinator.post("/rete/servizi/nuovo/", service_form())
    made = Service.objects.get(name="Sportello Faro")
    assert response["Location"] == f"/rete/servizi/{made.pk}/"
    assert (made.organisation_id, made.seat_id, made.phone) == (coordinator.organisation_id, VARESE, "+390332123456")
    page = text(client_of_coordinator, response["Location"])
    assert "senza, nessuno lo può chiamare" in page
    client_of_coordinator.post(f"/rete/servizi/{made.pk}/stato/", {"act": "close"})
    assert not Service.objects.get(pk=made.pk).active
    client_of_coordinator.post(f"/rete/servizi/{made.pk}/stato/", {"act": "reopen"})
    assert Service.objects.get(pk=made.pk).active


def test_the_service_she_works_for_is_not_closed_under_her_feet(
    service: Service, client_of_coordinator: Client
) -> None:
    address = f"/rete/servizi/{service.pk}/"
    page = client_of_coordinator.post(address + "stato/", {"act": "close"}, follow=True).content.decode()
    assert "Stai lavorando per questo servizio" in page
    assert Service.objects.get(pk=service.pk).active


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Nome"),
        ({"phone": "boh"}, "Scrivi un numero di telefono"),
        ({"phone": "1" * 10_000}, "Telefono"),
        ({"seat": "zzzz"}, "Nessun comune con questo nome"),
        ({"seat": "sant"}, "Quale?"),
        ({"languages": []}, "Lingue"),
        ({"kind": "un drago"}, "Che cosa fa"),
        ({"rank": 0}, "Ordine"),
        ({"kind": "network_coordination"}, "solo chi coordina la rete"),
        ({"kind": "shelter"}, "mai con il nome"),
        ({"kind": "shelter", "code": "LA-9"}, "non si scrive da nessuna parte"),
        ({"name": "Fa\x00ro"}, "Nome"),
    ],
)
def test_a_wrong_field_is_explained_and_nothing_is_stored(
    client_of_coordinator: Client, changes: dict, sentence: str
) -> None:
    page = refused(client_of_coordinator, "/rete/servizi/nuovo/", service_form(**changes), sentence)
    assert 'class="error-summary"' in page
    assert Service.objects.count() == 1


def test_a_service_is_edited(service: Service, client_of_coordinator: Client) -> None:
    address = f"/rete/servizi/{service.pk}/dati/"
    assert "Centro Molo" in text(client_of_coordinator, address)
    assert client_of_coordinator.post(address, service_form(name="Centro Faro")).status_code == 302
    assert Service.objects.get(pk=service.pk).name == "Centro Faro"


# Hours, places, contact points


def formset(prefix: str, *lines: dict[str, object]) -> dict[str, object]:
    data: dict[str, object] = {f"{prefix}-TOTAL_FORMS": len(lines), f"{prefix}-INITIAL_FORMS": 0}
    for number, line in enumerate(lines):
        data |= {f"{prefix}-{number}-{name}": value for name, value in line.items()}
    return data


def test_hours_are_written_line_by_line_and_empty_lines_are_dropped(
    service: Service, client_of_coordinator: Client
) -> None:
    address = f"/rete/servizi/{service.pk}/orari/"
    line = {"days": ["0", "1", "2"], "opens": "09:00", "closes": "13:00"}
    night = {"days": ["7"], "opens": "20:00", "closes": "08:00"}
    assert client_of_coordinator.post(address, formset("orari", line, {}, night)).status_code == 302
    page = text(client_of_coordinator, f"/rete/servizi/{service.pk}/")
    assert "lunedì–mercoledì, 9:00–13:00" in page
    assert "festivi, 20:00–8:00" in page


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([{"days": ["0"], "opens": "09:00"}], "Completa l&#x27;orario"),
        ([{"opens": "09:00", "closes": "10:00"}], "Completa l&#x27;orario"),
        ([{"days": ["0"], "opens": "25:00", "closes": "10:00"}], "Riga 1"),
        ([{"days": ["9"], "opens": "09:00", "closes": "10:00"}], "Riga 1"),
        (
            [
                {"days": ["1"], "opens": "09:00", "closes": "13:00"},
                {"days": ["1"], "opens": "12:00", "closes": "18:00"},
            ],
            "si sovrappongono (martedì)",
        ),
    ],
)
def test_wrong_hours_are_explained(
    service: Service, client_of_coordinator: Client, lines: list[dict], sentence: str
) -> None:
    refused(client_of_coordinator, f"/rete/servizi/{service.pk}/orari/", formset("orari", *lines), sentence)
    assert not service.opening_hours.exists()


@pytest.mark.parametrize(
    "data", [{}, {"orari-TOTAL_FORMS": "x"}, {"orari-TOTAL_FORMS": "9999", "orari-INITIAL_FORMS": 0}]
)
def test_a_mangled_form_of_hours_is_no_fault(service: Service, client_of_coordinator: Client, data: dict) -> None:
    assert client_of_coordinator.post(f"/rete/servizi/{service.pk}/orari/", data).status_code in {302, 422}


def test_places_are_chosen_from_the_network_or_searched(service: Service, client_of_coordinator: Client) -> None:
    address = f"/rete/servizi/{service.pk}/comuni/"
    assert f'value="{COMO}"' in text(client_of_coordinator, address, q="como")
    client_of_coordinator.post(address, {"municipality": [COMO]})
    assert set(service.territory.values_list("pk", flat=True)) == {COMO}
    client_of_coordinator.post(address, {"municipality": [COMO], "whole_network": "1"})
    assert set(service.territory.values_list("pk", flat=True)) == {COMO, VARESE}
    refused(client_of_coordinator, address, {"municipality": ["999999"]}, "non esiste")


def test_contact_points_are_ordered_by_number_and_shown_as_they_will_be_tried(
    service: Service, client_of_coordinator: Client
) -> None:
    operator = a_member(service)
    address = f"/rete/servizi/{service.pk}/recapiti/{operator.pk}/"
    data = formset(
        "recapiti",
        {"channel": "voice", "address": "0332 123456", "hours": "closed", "ORDER": "2"},
        {"channel": "app", "hours": "always", "ORDER": "1"},
        {"channel": ""},
    )
    assert client_of_coordinator.post(address, data).status_code == 302
    stored = ContactPoint.objects.order_by("position").values_list("channel", "address")
    assert list(stored) == [("app", ""), ("voice", "+390332123456")]
    page = text(client_of_coordinator, address)
    assert page.count("+39 0332 123456") == 1


def test_the_line_of_the_service_has_contact_points_too(service: Service, client_of_coordinator: Client) -> None:
    address = f"/rete/servizi/{service.pk}/recapiti/"
    data = formset("recapiti", {"channel": "email", "address": "linea@rete.example", "hours": "always"})
    assert client_of_coordinator.post(address, data).status_code == 302
    assert ContactPoint.objects.get().operator_id is None


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([{"channel": "sms", "address": "boh"}], "Riga 1: Scrivi un numero di telefono"),
        ([{"channel": "app"}, {"channel": "app"}], "Riga 2: Questo recapito"),
        ([{"channel": "piccione", "address": "1"}], "Riga 1"),
    ],
)
def test_a_wrong_contact_point_is_named_by_its_line(
    service: Service, client_of_coordinator: Client, lines: list[dict], sentence: str
) -> None:
    refused(client_of_coordinator, f"/rete/servizi/{service.pk}/recapiti/", formset("recapiti", *lines), sentence)
    assert not ContactPoint.objects.exists()


def test_contact_points_of_a_stranger_do_not_exist(service: Service, client_of_coordinator: Client) -> None:
    assert client_of_coordinator.get(f"/rete/servizi/{service.pk}/recapiti/0/").status_code == 404


# People


def test_a_colleague_joins_changes_role_and_leaves(service: Service, client_of_coordinator: Client) -> None:
    address = f"/rete/servizi/{service.pk}/persone/"
    data = {"email": "nuova@rete.example", "display_name": "Nuova Collega", "role": "on_call_operator"}
    assert client_of_coordinator.post(address, data).status_code == 302
    page = text(client_of_coordinator, address)
    assert "Nuova Collega" in page
    assert "Nessun recapito: gli avvisi non possono raggiungerla." in page
    held = Membership.objects.get(operator__email="nuova@rete.example")
    client_of_coordinator.post(f"{address}{held.pk}/", {"act": "role", "role": "centre_operator"})
    held.refresh_from_db()
    assert held.role == Role.CENTRE_OPERATOR
    client_of_coordinator.post(f"{address}{held.pk}/", {"act": "end"})
    held.refresh_from_db()
    assert not held.active


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"email": "boh", "role": "officer"}, "Posta elettronica"),
        ({"email": "a@b.example", "role": "officer"}, "Scrivi nome e cognome"),
        ({"email": "a@b.example", "display_name": "A", "role": "system_administrator"}, "Ruolo"),
    ],
)
def test_a_wrong_colleague_is_explained(
    service: Service, client_of_coordinator: Client, data: dict, sentence: str
) -> None:
    refused(client_of_coordinator, f"/rete/servizi/{service.pk}/persone/", data, sentence)
    assert Membership.objects.count() == 1


@pytest.mark.parametrize("data", [{"act": "end"}, {"act": "role", "role": "officer"}, {"act": "role", "role": "drago"}])
def test_the_last_coordinator_is_told_why_she_stays(
    service: Service, coordinator: Actor, client_of_coordinator: Client, data: dict
) -> None:
    own = Membership.objects.get(operator=coordinator.operator_id)
    address = f"/rete/servizi/{service.pk}/persone/{own.pk}/"
    page = client_of_coordinator.post(address, data, follow=True).content.decode()
    assert "unica coordinatrice" in page or "Scegli un ruolo" in page
    own.refresh_from_db()
    assert (own.active, own.role) == (True, Role.ORGANISATION_COORDINATOR)


def test_the_page_offers_only_roles_she_may_give_and_people_she_may_change(
    service: Service, coordinator: Actor, client_of_coordinator: Client
) -> None:
    address = f"/rete/servizi/{service.pk}/persone/"
    above = Membership.objects.get(operator=a_member(service, Role.NETWORK_COORDINATOR))
    page = text(client_of_coordinator, address)
    assert 'value="organisation_coordinator"' in page
    assert 'value="network_coordinator"' not in page
    assert f"{address}{above.pk}/" not in page
    data = {"email": "a@b.example", "display_name": "A", "role": "network_coordinator"}
    refused(client_of_coordinator, address, data, "Ruolo")
    answer = client_of_coordinator.post(f"{address}{above.pk}/", {"act": "end"}, follow=True).content.decode()
    assert "solo chi coordina la rete" in answer
    above.refresh_from_db()
    assert above.active
    theirs = text(browser(acting(above.operator, service)), address)
    assert 'value="network_coordinator"' in theirs
    own = Membership.objects.get(operator=coordinator.operator_id)
    assert f"{address}{own.pk}/" in theirs


# Shifts


@pytest.fixture
def tomorrow() -> datetime:
    return clock.now().astimezone(ROME) + timedelta(days=1)


@pytest.fixture
def shift_form(service: Service, tomorrow: datetime) -> Callable[..., dict]:
    operator = a_member(service)

    def form(**changes: object) -> dict:
        return {
            "operator_id": operator.pk,
            "position": 1,
            "day": tomorrow.date().isoformat(),
            "starts": "20:00",
            "ends": "08:00",
            "every": "0",
            "times": 0,
        } | changes

    return form


def test_a_night_is_added_and_the_week_shows_it_with_its_holes(
    service: Service, client_of_coordinator: Client, shift_form: Callable[..., dict], tomorrow: datetime
) -> None:
    address = f"/rete/servizi/{service.pk}/turni/"
    response = client_of_coordinator.post(address + "nuovo/", shift_form())
    assert response.status_code == 302
    page = text(client_of_coordinator, response["Location"])
    assert "20:00–8:00" in page
    assert "0:00–20:00: nessuno" in re.sub(r"\s+", " ", page)
    assert "0:00–24:00: nessuno" in re.sub(r"\s+", " ", page)
    stored = Shift.objects.get()
    expected = local_period(tomorrow.date(), time(20), time(8))
    assert (stored.starts_at, stored.ends_at) == (expected.starts_at, expected.ends_at)


@pytest.mark.parametrize(("every", "times", "days"), [("1", 6, 6), ("7", 3, 21), ("0", 5, 0)])
def test_a_shift_is_repeated(
    service: Service, client_of_coordinator: Client, shift_form: Callable[..., dict], every: str, times: int, days: int
) -> None:
    address = f"/rete/servizi/{service.pk}/turni/nuovo/"
    assert client_of_coordinator.post(address, shift_form(every=every, times=times)).status_code == 302
    starts = [row.astimezone(ROME).date() for row in Shift.objects.values_list("starts_at", flat=True)]
    assert (max(starts) - min(starts)).days == days


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"operator_id": 0}, "Chi"),
        ({"position": 3}, "Posizione"),
        ({"day": "boh"}, "Giorno"),
        ({"day": "2020-01-01"}, "già finito"),
        ({"day": "0001-01-01"}, "controlla l&#x27;anno"),
        ({"day": "9999-12-31"}, "controlla l&#x27;anno"),
        ({"starts": "99"}, "Dalle"),
        ({"times": 999}, "Quante altre volte"),
        ({"every": "2"}, "Ripeti"),
    ],
)
def test_a_wrong_shift_is_explained(
    service: Service, client_of_coordinator: Client, shift_form: Callable[..., dict], changes: dict, sentence: str
) -> None:
    refused(client_of_coordinator, f"/rete/servizi/{service.pk}/turni/nuovo/", shift_form(**changes), sentence)
    assert not Shift.objects.exists()


def test_an_overlap_names_the_hours_of_the_other_shift(
    service: Service, client_of_coordinator: Client, shift_form: Callable[..., dict]
) -> None:
    address = f"/rete/servizi/{service.pk}/turni/nuovo/"
    client_of_coordinator.post(address, shift_form())
    refused(client_of_coordinator, address, shift_form(starts="22:00"), "20:00–8:00", "si sovrappone")
    assert Shift.objects.count() == 1


def test_a_week_is_copied_and_says_what_was_left_out(
    service: Service, client_of_coordinator: Client, shift_form: Callable[..., dict], tomorrow: datetime
) -> None:
    client_of_coordinator.post(f"/rete/servizi/{service.pk}/turni/nuovo/", shift_form())
    address = f"/rete/servizi/{service.pk}/turni/copia/"
    data = {"week": tomorrow.date().isoformat(), "weeks": "2"}
    assert "Copiati 2 turni." in client_of_coordinator.post(address, data, follow=True).content.decode()
    assert "2 sono rimasti fuori" in client_of_coordinator.post(address, data, follow=True).content.decode()
    refused(client_of_coordinator, address, data | {"weeks": "99"}, "In quante settimane")


@pytest.mark.parametrize("week", ["", "boh", "2026-13-45", "9999-12-31", "0001-01-01", "x" * 5000])
def test_a_week_that_does_not_exist_is_this_week(service: Service, client_of_coordinator: Client, week: str) -> None:
    assert "Turni" in text(client_of_coordinator, f"/rete/servizi/{service.pk}/turni/", week=week)


def duties(service: Service, tomorrow: datetime) -> tuple[Shift, Shift]:
    one = local_period(tomorrow.date(), time(20), time(8))
    other = local_period(tomorrow.date() + timedelta(days=1), time(20), time(8))
    return a_shift(service, starts_at=one.starts_at), a_shift(service, starts_at=other.starts_at)


def test_a_shift_is_handed_over_swapped_shortened_and_removed(
    service: Service, client_of_coordinator: Client, tomorrow: datetime
) -> None:
    one, other = duties(service, tomorrow)
    address = f"/rete/turni/{one.pk}/"
    first, second = one.operator_id, other.operator_id
    assert client_of_coordinator.post(address, {"act": "swap", "other_id": other.pk}).status_code == 302
    one.refresh_from_db()
    assert one.operator_id == second
    assert client_of_coordinator.post(address, {"act": "hand_over", "operator_id": first}).status_code == 302
    one.refresh_from_db()
    assert one.operator_id == first
    ends = {"act": "end_early", "day": tomorrow.date().isoformat(), "ends_at": "23:00"}
    assert client_of_coordinator.post(address, ends).status_code == 302
    one.refresh_from_db()
    assert one.ends_at.astimezone(ROME).hour == 23
    assert client_of_coordinator.post(address, {"act": "remove"}).status_code == 302
    assert not Shift.objects.filter(pk=one.pk).exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"act": "boh"},
        {"act": "swap", "other_id": "0"},
        {"act": "hand_over", "operator_id": "x"},
        {"act": "end_early", "day": "2020-01-01", "ends_at": "10:00"},
        {"act": "end_early"},
    ],
)
def test_a_wrong_change_of_a_shift_changes_nothing(
    service: Service, client_of_coordinator: Client, tomorrow: datetime, data: dict
) -> None:
    one, _other = duties(service, tomorrow)
    refused(client_of_coordinator, f"/rete/turni/{one.pk}/", data)
    stored = Shift.objects.get(pk=one.pk)
    assert (stored.operator_id, stored.ends_at) == (one.operator_id, one.ends_at)


def test_a_shift_under_way_is_not_removed(service: Service, client_of_coordinator: Client) -> None:
    shift = a_shift(service, starts_at=clock.now() - timedelta(hours=1))
    page = text(client_of_coordinator, f"/rete/turni/{shift.pk}/")
    assert "Togli questo turno" not in page
    refused(client_of_coordinator, f"/rete/turni/{shift.pk}/", {"act": "remove"}, "già cominciato")


def test_a_shift_that_is_over_stays_as_it_was(service: Service, client_of_coordinator: Client) -> None:
    shift = a_shift(service, starts_at=clock.now() - timedelta(days=3))
    assert "resta com&#x27;è stato" in text(client_of_coordinator, f"/rete/turni/{shift.pk}/").replace("'", "&#x27;")


def test_the_organisation_page_names_the_first_hole(service: Service, client_of_coordinator: Client) -> None:
    assert "Scoperto:" in text(client_of_coordinator, "/rete/organizzazione/")
    Service.objects.update(always_open=True)
    assert "Coperto per i prossimi 14 giorni." in text(client_of_coordinator, "/rete/organizzazione/")
