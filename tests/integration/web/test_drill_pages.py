# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prova di reperibilità on the screens: what a coordinator sees and presses, what stands behind the link."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from tests.factories.activations import Town, a_town
from tests.factories.networks import a_coordinator
from tests.factories.region import prove_two_factors

from approdo.access.rules import Actor, Role
from approdo.access.services import as_system
from approdo.accounts.models import Operator
from approdo.kit import clock
from approdo.networks.models import ContactPoint, Shift
from approdo.networks.rules import Channel
from approdo.notifications.models import Drill, DrillPlan, DrillRing, Message
from approdo.notifications.rules import DrillState, RingState
from approdo.usecases import drills

pytestmark = pytest.mark.django_db
SECRETS = ("Servizio", "Rete", "rete-", "Ente", "Operatrice", "antiviolenza")


@pytest.fixture
def town() -> Town:
    town = a_town()
    now = clock.now()
    Shift.objects.update(starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=100))
    drills.plan_due(now=now)
    return town


def browser(actor: Actor) -> Client:
    client = Client()
    operator = Operator.objects.get(pk=actor.operator_id)
    client.force_login(operator)
    prove_two_factors(client, operator)
    client.get("/servizio/")
    return client


@pytest.fixture
def centre(town: Town) -> Client:
    return browser(a_coordinator(town.centre))


@pytest.fixture
def coordination(town: Town) -> Client:
    return browser(a_coordinator(town.coordination, Role.NETWORK_COORDINATOR))


def said(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def address(town: Town, rest: str = "") -> str:
    return f"/rete/servizi/{town.centre.pk}/prova/{rest}"


def turn(now: datetime | None = None) -> None:
    with as_system():
        drills.advance_due(now=now or clock.now())


def silent(town: Town) -> Drill:
    """A drill of the centre that ended an hour ago, and nobody answered; it had arrived."""
    then = clock.now() - timedelta(hours=1)
    drill = Drill.objects.create(
        service=town.centre, both=False, state=DrillState.SILENT, begun_at=then, ended_at=then + timedelta(minutes=20)
    )
    DrillRing.objects.create(
        drill=drill,
        position=1,
        operator=town.people[town.centre.pk][0],
        state=RingState.SILENT,
        code_digest="d",
        rung_at=then,
        delivered_at=then,
    )
    return drill


def test_before_the_first_drill_the_page_says_when_it_is_and_offers_one_now(town: Town, centre: Client) -> None:
    page = said(centre.get(address(town)).content)
    assert "Non è ancora stata fatta nessuna prova. La prima è" in page
    assert "Prova adesso" in page
    assert "Il telefono di chi è di turno non è ancora stato provato" in said(
        centre.get(f"/rete/servizi/{town.centre.pk}/turni/").content
    )


def test_pressed_sent_answered_and_the_page_says_each(town: Town, centre: Client) -> None:
    assert "Prova in partenza" in said(centre.post(address(town, "adesso/"), follow=True).content)
    assert "Prova adesso" not in said(centre.get(address(town)).content)
    assert "già in corso" in said(centre.post(address(town, "adesso/"), follow=True).content)
    turn()
    first = town.people[town.centre.pk][0].display_name
    assert f"{first}: inviata, non si sa se è arrivata" in said(centre.get(address(town, "esito/")).content)
    code = Message.objects.get(channel=Channel.SMS).code
    Client().post(f"/p/{code}/ricevuta")
    page = said(centre.get(address(town)).content)
    assert f"{first}: ha risposto" in page
    assert "a mano" in page
    assert "La prossima prova è" in page


def test_the_page_behind_the_link_says_that_it_is_a_test_and_nothing_else(town: Town, centre: Client) -> None:
    centre.post(address(town, "adesso/"))
    turn()
    code = Message.objects.get(channel=Channel.SMS).code
    stranger = Client()
    for _again in range(2):
        page = stranger.get(f"/p/{code}")
        assert "Questa è una prova" in said(page.content)
        assert "Nessuno ti sta chiamando" in said(page.content)
        assert not any(secret in said(page.content) for secret in SECRETS)
    assert DrillRing.objects.get().state == RingState.SENT, "looking does nothing"
    assert "Prova riuscita" in said(stranger.post(f"/p/{code}/ricevuta", follow=True).content)
    assert DrillRing.objects.get().state == RingState.ANSWERED
    assert "Prova riuscita" in said(stranger.post(f"/p/{code}/ricevuta", follow=True).content)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RingState.SENT, "Ho ricevuto la prova"),
        (RingState.DELIVERED, "Ho ricevuto la prova"),
        (RingState.SILENT, "Ho ricevuto la prova"),
        (RingState.ANSWERED, "Prova riuscita"),
        (RingState.LATE, "Ricevuta, ma tardi"),
        (RingState.STOPPED, "La prova è finita"),
    ],
)
def test_behind_the_link_every_state_has_its_words(town: Town, centre: Client, state: RingState, words: str) -> None:
    centre.post(address(town, "adesso/"))
    turn()
    code = Message.objects.get(channel=Channel.SMS).code
    answered = clock.now() if state in {RingState.ANSWERED, RingState.LATE} else None
    DrillRing.objects.update(state=state, answered_at=answered)
    assert words in said(Client().get(f"/p/{code}").content)


@pytest.mark.parametrize("path", ["/p/indovinato", "/p/indovinato/ricevuta"])
def test_a_guessed_link_opens_nothing(town: Town, path: str) -> None:
    answers = [Client().get(path).status_code, Client().post(path).status_code]
    assert set(answers) <= {404, 405}
    assert 404 in answers


def test_a_link_that_takes_calls_opens_no_test_and_the_reverse(town: Town, centre: Client) -> None:
    centre.post(address(town, "adesso/"))
    turn()
    code = Message.objects.get(channel=Channel.SMS).code
    assert Client().get(f"/r/{code}").status_code == 404
    assert Client().post(f"/r/{code}/prendo").status_code == 404


def test_who_was_silent_stands_on_her_day_on_the_shifts_and_on_the_page_until_it_is_mended(
    town: Town, centre: Client
) -> None:
    drill = silent(town)
    assert "Telefoni che non hanno risposto alla prova" in said(centre.get("/").content)
    assert "Che cosa fare" in said(centre.get(f"/rete/servizi/{town.centre.pk}/turni/").content)
    page = said(centre.get(address(town)).content)
    assert "nessuna risposta · il messaggio era arrivato" in page
    assert "Senti la persona" in page
    assert "La prossima prova dirà se è vero" in said(
        centre.post(address(town, f"{drill.pk}/risolta/"), follow=True).content
    )
    assert "Telefoni che non hanno risposto" not in said(centre.get("/").content)
    assert "Tutte le prove" in said(centre.get(f"/rete/servizi/{town.centre.pk}/turni/").content)


def test_who_does_not_coordinate_the_organisation_reads_nothing_of_it_on_her_day(town: Town) -> None:
    silent(town)
    for actor in (town.actor(town.centre), a_coordinator(town.hospital)):
        assert "Telefoni che non hanno risposto" not in said(browser(actor).get("/").content)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DrillState.NOBODY, "Guarda i turni"),
        (DrillState.NO_CHANNEL, "Guarda i recapiti"),
        (DrillState.PARTLY, "Senti la persona"),
        (DrillState.OVERTAKEN, "non fatta: c'era una chiamata vera"),
    ],
)
def test_every_outcome_says_what_to_do_next(town: Town, centre: Client, state: DrillState, words: str) -> None:
    silent(town)
    Drill.objects.update(state=state)
    page = said(centre.get(address(town)).content).replace("&#x27;", "'")
    assert words in page
    assert ("È risolto" in page) == (state is not DrillState.OVERTAKEN)


def test_she_chooses_the_moment_and_nonsense_is_refused_beside_its_field(town: Town, centre: Client) -> None:
    chosen = {"week": "3", "weekday": "3", "at": "16:30", "both": "on"}
    assert "Salvato." in said(centre.post(address(town, "quando/"), chosen, follow=True).content)
    plan = DrillPlan.objects.get(pk=town.centre.pk)
    assert (plan.week, plan.weekday, plan.at.isoformat(), plan.both) == (3, 3, "16:30:00", True)
    for wrong in ({"week": "5"}, {"weekday": "7"}, {"at": "25:00"}, {"at": ""}, {"week": "uno"}):
        answer = centre.post(address(town, "quando/"), chosen | wrong)
        assert answer.status_code == 422
        assert "C'è qualcosa da correggere" in answer.content.decode()
    plan.refresh_from_db()
    assert plan.week == 3, "nothing half-saved"


def test_a_service_without_a_telephone_says_what_to_write_first(town: Town, centre: Client) -> None:
    ContactPoint.objects.filter(service=town.centre).delete()
    DrillPlan.objects.all().delete()
    drills.plan_due(now=clock.now())
    page = said(centre.get(address(town)).content)
    assert "Non c'è ancora un telefono da far suonare" in page.replace("&#x27;", "'")
    assert "Prova adesso" not in page
    refused = said(centre.post(address(town, "adesso/"), follow=True).content)
    assert "scrivi prima i recapiti" in refused
    assert centre.post(address(town, "quando/"), {"week": 1, "weekday": 1, "at": "11:00"}).status_code == 422


def test_the_network_page_says_whom_to_ring_and_leads_only_to_what_is_hers(town: Town, coordination: Client) -> None:
    silent(town)
    page = coordination.get(f"/rete/prove/{town.network.code}/")
    words = said(page.content)
    assert "Un servizio non ha risposto bene" in words
    assert re.search(rf"{town.centre.name} nessuna risposta .*? Telefona: ", words)
    assert f"/rete/servizi/{town.centre.pk}/prova/" not in page.content.decode()
    assert f"/rete/servizi/{town.coordination.pk}/prova/" in page.content.decode()
    assert town.people[town.centre.pk][0].display_name not in words
    assert town.shelter.name not in words


def test_the_coverage_page_names_who_was_silent(town: Town, coordination: Client, centre: Client) -> None:
    silent(town)
    path = f"/rete/copertura/{town.network.code}/"
    for reader in (coordination, centre):
        assert f"non ha risposto nessuno a {town.centre.name}" in said(reader.get(path).content)
    other = browser(a_coordinator(town.hospital))
    assert "non ha risposto nessuno" not in said(other.get(path).content)
