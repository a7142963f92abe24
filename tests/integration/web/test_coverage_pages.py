# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copertura, the row on Oggi, and the question before a change that would leave a call unheard."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.activations import CALLS, Town, a_town, an_activation
from tests.factories.networks import a_coordinator, a_network, a_service
from tests.factories.protocols import call, text
from tests.factories.region import prove_two_factors

from approdo.access.rules import Actor, Role
from approdo.accounts.models import Operator
from approdo.kit import clock
from approdo.networks.models import ContactPoint, Service, Shift
from approdo.protocols.models import ProtocolVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    """A town of today, in which every call is heard for the coming hundred days, and nobody hears its coordination."""
    town = a_town()
    now = clock.now()
    Shift.objects.update(starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=100))
    ContactPoint.objects.filter(service=town.coordination).delete()
    return town


def browser(actor: Actor) -> Client:
    client = Client()
    operator = Operator.objects.get(pk=actor.operator_id)
    client.force_login(operator)
    prove_two_factors(client, operator)
    client.get("/servizio/")
    return client


@pytest.fixture
def coordinator(town: Town) -> Client:
    return browser(a_coordinator(town.coordination, Role.NETWORK_COORDINATOR))


@pytest.fixture
def centre(town: Town) -> Client:
    return browser(a_coordinator(town.centre))


def said(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def address(town: Town) -> str:
    return f"/rete/copertura/{town.network.code}/"


def test_a_network_in_which_every_call_is_heard_says_so(town: Town, coordinator: Client) -> None:
    answer = coordinator.get(address(town))
    assert answer.status_code == 200
    assert "Ogni chiamata raggiunge qualcuno, a ogni ora, nel comune della rete." in said(answer.content)
    assert "Non risponde nessuno" not in said(answer.content)


def test_a_silent_night_says_when_who_could_fill_it_and_leads_to_her_rota(town: Town, centre: Client) -> None:
    ends = clock.now() + timedelta(days=3)
    Shift.objects.filter(service=town.centre).update(ends_at=ends)
    page = centre.get(address(town)).content
    assert "Ci sono chiamate che nessuno sentirebbe." in said(page)
    assert "1. «centre» · nessuno, a nessun passo" in said(page)
    assert "in tutti i comuni" in said(page)
    assert f"/rete/servizi/{town.centre.pk}/turni/?week=".encode() in page
    assert f"/rete/servizi/{town.coordination.pk}/".encode() not in page  # another's: her telephone
    assert town.coordination.phone in said(page).replace(" ", "")
    assert b"<rect" in page


def test_steps_without_anybody_stand_apart_from_silence(town: Town, coordinator: Client) -> None:
    page = said(coordinator.get(address(town)).content)
    assert "Passi senza nessuno" in page
    assert "coordinatrice di rete" in page


@pytest.mark.parametrize(("asked", "shown"), [("7", 7), ("90", 90), ("", 14), ("8", 14), ("x", 14), ("-1", 14)])
def test_the_days_are_one_of_four_whatever_is_asked(town: Town, coordinator: Client, asked: str, shown: int) -> None:
    page = coordinator.get(f"{address(town)}?days={asked}").content.decode()
    assert f'href="?days={shown}" aria-current="page"' in page


def test_another_network_is_not_there(town: Town, coordinator: Client) -> None:
    other = a_network(municipalities=("013075",))
    assert coordinator.get(f"/rete/copertura/{other.code}/").status_code == 404
    assert coordinator.get("/rete/copertura/nessuna/").status_code == 404


def test_whom_it_concerns_reads_it_on_her_day(town: Town, centre: Client, coordinator: Client) -> None:
    for client in (centre, coordinator):
        assert "Chiamate che nessuno sentirebbe" not in said(client.get("/").content)
    Shift.objects.filter(service=town.centre).update(ends_at=clock.now() + timedelta(days=3))
    for client in (centre, coordinator):
        page = client.get("/").content
        assert "Chiamate che nessuno sentirebbe" in said(page)
        assert address(town).encode() in page
    nurse = browser(a_coordinator(town.hospital, Role.EMERGENCY_OPERATOR))
    assert "Chiamate che nessuno sentirebbe" not in said(nurse.get("/").content)


@pytest.fixture
def last_shift(town: Town) -> Shift:
    """The only shift of the centre, tomorrow on."""
    now = clock.now()
    Shift.objects.filter(service=town.centre, position=2).delete()
    shift = Shift.objects.get(service=town.centre)
    Shift.objects.filter(pk=shift.pk).update(starts_at=now + timedelta(hours=5))
    return shift


def test_before_the_last_shift_goes_she_is_asked_and_nothing_has_changed(centre: Client, last_shift: Shift) -> None:
    answer = centre.post(f"/rete/turni/{last_shift.pk}/", {"act": "remove"})
    assert answer.status_code == 422
    assert "Non è ancora cambiato niente" in said(answer.content)
    assert "«centre»" in said(answer.content)
    assert Shift.objects.filter(pk=last_shift.pk).exists()
    assert b'name="even_so" value="1"' in answer.content
    assert b'name="act" value="remove"' in answer.content


def test_who_was_asked_may_do_it_all_the_same(centre: Client, last_shift: Shift) -> None:
    answer = centre.post(f"/rete/turni/{last_shift.pk}/", {"act": "remove", "even_so": "1"})
    assert answer.status_code == 302
    assert not Shift.objects.filter(pk=last_shift.pk).exists()


def test_ending_it_early_asks_as_well(centre: Client, last_shift: Shift) -> None:
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    form = {"act": "end_early", "day": day, "ends_at": "12:00"}
    answer = centre.post(f"/rete/turni/{last_shift.pk}/", form)
    assert answer.status_code == 422
    assert "Non è ancora cambiato niente" in said(answer.content)


def test_a_change_after_which_everybody_is_heard_asks_nothing(town: Town, centre: Client) -> None:
    now = clock.now()
    second = Shift.objects.get(service=town.centre, position=2)
    Shift.objects.filter(pk=second.pk).update(starts_at=now + timedelta(hours=5))
    assert centre.post(f"/rete/turni/{second.pk}/", {"act": "remove"}).status_code == 302


def a_draft_of(town: Town, coordinator: Client, source: str) -> str:
    """The address of the draft that a text became."""
    return coordinator.post(f"/rete/protocolli/{town.network.code}/carica/", {"text": source}).headers["Location"]


def test_a_protocol_that_would_leave_a_call_unheard_is_approved_at_the_second_press_only(
    town: Town, coordinator: Client
) -> None:
    quiet = text(
        *CALLS, call("night", "support_centre", escalation=[{"to": "service_line"}]), network=town.network.code
    )
    ContactPoint.objects.filter(service=town.centre, operator=None).delete()
    draft = a_draft_of(town, coordinator, quiet)
    assert "«night»" in said(coordinator.get(f"{draft}proponi/").content)
    coordinator.post(f"{draft}proponi/", {"act": "propose", "counter": "1"})
    second = browser(a_coordinator(town.coordination, Role.NETWORK_COORDINATOR))
    first = second.post(f"{draft}approva/", {"act": "approve", "counter": "2"})
    assert first.status_code == 422
    assert "«night»" in said(first.content)
    assert "Approva comunque" in said(first.content)
    assert ProtocolVersion.objects.count() == 1
    assert second.post(f"{draft}approva/", {"act": "approve", "counter": "2", "even_so": "2"}).status_code == 302
    assert ProtocolVersion.objects.count() == 2


def test_a_protocol_that_everybody_hears_asks_nothing(town: Town, coordinator: Client) -> None:
    fine = a_draft_of(town, coordinator, text(*CALLS, network=town.network.code, name="Un altro nome"))
    assert "Non è ancora cambiato niente" not in said(coordinator.get(f"{fine}proponi/").content)


def test_a_draft_is_played_on_the_past_and_nothing_is_published(town: Town, coordinator: Client) -> None:
    draft = a_draft_of(town, coordinator, text(call("vicino", "social_emergency"), network=town.network.code))
    play = {"act": "play", "counter": "1"}
    assert "non c'è niente su cui provare" in said(coordinator.post(f"{draft}proponi/", play).content)
    an_activation(town, now=clock.now() - timedelta(hours=2))
    answer = coordinator.post(f"{draft}proponi/", play)
    assert answer.status_code == 200
    page = said(answer.content)
    assert "Una attivazione dal" in page
    assert "In una si sarebbero chiamati altri servizi." in page
    assert f"«vicino» {town.emergency.name} 0 1 subito 0" in page
    assert f"«centre» {town.centre.name} 1 0 – 0" in page
    assert ProtocolVersion.objects.count() == 1
    same = a_draft_of(town, coordinator, ProtocolVersion.objects.get().source)
    tried = coordinator.post(f"{same}proponi/", play)  # cannot be published again, and may be tried
    assert "In tutte si sarebbero chiamati gli stessi servizi." in said(tried.content)


# -- the same question before any other change of a service -----------------------------------------------------------


def no_people(town: Town) -> None:
    """Leave the centre to its line, which is in use while the service is open; it is open always."""
    Shift.objects.filter(service=town.centre).delete()
    ContactPoint.objects.filter(service=town.centre).delete()
    ContactPoint.objects.create(service=town.centre, position=1, channel="sms", address="+390012345678", hours="open")


CALLS_BY_LINE = (call("centre", "support_centre", escalation=[{"to": "service_line"}]),)


@pytest.fixture
def by_line(db: None) -> Town:
    """A town that calls one centre, by its line."""
    town = a_town(calls=CALLS_BY_LINE)
    no_people(town)
    ContactPoint.objects.filter(service=town.coordination).delete()
    return town


def lines(*contacts: tuple[str, str, str]) -> dict[str, str]:
    """What the form of contact points sends."""
    sent = {"recapiti-TOTAL_FORMS": str(len(contacts)), "recapiti-INITIAL_FORMS": "0"}
    for number, (channel, address, hours) in enumerate(contacts):
        sent |= {f"recapiti-{number}-channel": channel, f"recapiti-{number}-address": address}
        sent |= {f"recapiti-{number}-hours": hours}
    return sent


CHANGES = {
    "orari": {
        "orari-TOTAL_FORMS": "1",
        "orari-INITIAL_FORMS": "0",
        "orari-0-days": ["0", "1"],
        "orari-0-opens": "09:00",
        "orari-0-closes": "17:00",
    },
    "recapiti": lines(("email", "linea@rete.example", "always")),
    "stato": {"act": "close"},
    "comuni": {},
}


@pytest.mark.parametrize("change", CHANGES)
def test_hours_numbers_closing_and_places_ask_before_they_leave_a_call_unheard(by_line: Town, change: str) -> None:
    client = colleague(by_line)
    path = f"/rete/servizi/{by_line.centre.pk}/{change}/"
    before = state_of(by_line)
    asked = client.post(path, CHANGES[change])
    assert asked.status_code == 422, said(asked.content)
    assert "così ci sarebbero chiamate che nessuno sente" in said(asked.content)
    assert "«centre»" in said(asked.content)
    assert state_of(by_line) == before, "nothing of the trial is left"
    for name, value in CHANGES[change].items():
        for one in [value] if isinstance(value, str) else value:
            assert f'name="{name}" value="{one}"' in asked.content.decode(), "what was sent comes back whole"
    assert client.post(path, CHANGES[change] | {"even_so": "1"}).status_code == 302
    assert state_of(by_line) != before


def colleague(town: Town) -> Client:
    """She coordinates the centre's organisation and acts for another service of it: her own she may not close."""
    return browser(a_coordinator(a_service(organisation=town.centre.organisation, territory=())))


def state_of(town: Town) -> tuple[object, ...]:
    """Everything that those changes touch."""
    service = Service.objects.get(pk=town.centre.pk)
    return (
        service.active,
        service.always_open,
        list(service.opening_hours.values_list("opens", "days")),
        list(service.contact_points.values_list("channel", "address")),
        list(service.territory.values_list("pk", flat=True)),
    )


def test_what_leaves_somebody_to_hear_is_done_without_a_question(by_line: Town) -> None:
    client = colleague(by_line)
    base = f"/rete/servizi/{by_line.centre.pk}"
    kept = lines(("voice", "+390012345679", "always"))
    assert client.post(f"{base}/recapiti/", kept).status_code == 302
    assert client.post(f"{base}/orari/", CHANGES["orari"]).status_code == 302
    client.post(f"{base}/stato/", {"act": "close", "even_so": "1"})
    assert not Service.objects.get(pk=by_line.centre.pk).active
    client.post(f"{base}/stato/", {"act": "reopen"})
    assert Service.objects.get(pk=by_line.centre.pk).active


def test_her_own_last_number_asks_too(db: None) -> None:
    town = a_town(calls=(call("centre", "support_centre", escalation=[{"to": "first_on_call"}]),))
    person = town.people[town.centre.pk][0]
    now = clock.now()
    Shift.objects.filter(service=town.centre).exclude(operator=person).delete()
    Shift.objects.filter(operator=person).update(starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=3))
    client = browser(town.actor(town.centre))
    path = f"/io/recapiti/{town.centre.pk}/"
    asked = client.post(path, lines(("email", "mia@rete.example", "always")))
    assert asked.status_code == 422
    assert "così ci sarebbero chiamate che nessuno sente" in said(asked.content)
    assert ContactPoint.objects.filter(operator=person, channel="sms").exists()
    assert client.post(path, lines(("sms", "+390012345699", "always"))).status_code == 302
