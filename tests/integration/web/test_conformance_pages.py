# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Andamento and Confronto as pages: what is told, of whom, and what is kept back."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client
from tests.factories.activations import CALLS, Town, a_town, an_activation
from tests.factories.networks import COMO, a_coordinator, a_network
from tests.factories.protocols import call, published, text
from tests.factories.region import prove_two_factors

from approdo.access.rules import Actor, Role
from approdo.access.services import entered
from approdo.accounts.models import Operator
from approdo.activations.models import Activation, Call
from approdo.activations.rules.states import StandDownReason
from approdo.activations.services import stand_down, take
from approdo.audit.models import Entry
from approdo.cases.models import Case, Event
from approdo.cases.rules import CaseAct, CaseState, Stage
from approdo.cases.services import move, open_case
from approdo.kit import clock
from approdo.kit.counts import FEWEST
from approdo.networks.models import Organisation, Shift
from approdo.protocols.rules import Need
from approdo.web.conformance import stage_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    town = a_town()
    Shift.objects.update(starts_at=clock.now() - timedelta(days=200), ends_at=clock.now() + timedelta(days=100))
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


def said(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def address(town: Town) -> str:
    return f"/rete/andamento/{town.network.code}/"


def past(town: Town, minutes: float | None, *, days: float = 1, **fields: object) -> object:
    """An activation of some days ago for a talk, taken by the centre after some minutes, if ever."""
    at = clock.now() - timedelta(days=days)
    made = an_activation(town, Need.TALK_NOW, now=at, **fields)
    if minutes is not None:
        answered(town, made, at + timedelta(minutes=minutes))
    return made


def answered(town: Town, made: object, at: datetime) -> None:
    actor = town.actor(town.centre)
    with entered(actor=actor):
        take(actor=actor, call_id=Call.objects.get(activation_id=made.id, key="centre").pk, now=at)


def test_a_network_that_was_never_activated_is_told_what_to_do(town: Town, coordinator: Client) -> None:
    page = said(coordinator.get(address(town)).content)
    assert "Negli ultimi 90 giorni la rete non è stata attivata. Guarda un periodo più lungo" in page
    assert "non si è aperto nessun percorso" in page
    year = said(coordinator.get(address(town) + "?days=365").content)
    assert "Prova la rete con un&#x27;esercitazione" in year or "Prova la rete con un'esercitazione" in year


def test_of_fewer_than_five_nothing_is_told(town: Town, coordinator: Client) -> None:
    for minutes in (1, 2, 3, 4):
        past(town, minutes)
    page = coordinator.get(address(town)).content
    assert "Sono meno di 5" in said(page)
    assert "Attivazioni dal" in said(page)
    assert "%" not in said(page)
    assert b"<rect" not in page
    assert "«centre»" not in said(page)
    assert "Percorsi aperti: meno di 5." in said(page)


def test_from_five_on_the_figures_stand_in_a_table_and_a_drawing(town: Town, coordinator: Client) -> None:
    for minutes in (1, 2, 3, 4, 50):
        past(town, minutes)
    past(town, None)
    answer = coordinator.get(address(town))
    assert answer.status_code == 200
    page = said(answer.content)
    assert re.search(r"Attivazioni dal [^:]+, \d\d:\d\d: 6", page)
    assert "Risposte in tempo: 67%" in page
    assert "«centre» Centro antiviolenza 6 6 4 (67%) 1 1 aperta metà entro 3 minuti 9 su 10 entro 50 minuti" in page
    assert "«shelter» Casa rifugio 0" in page
    assert b"<rect" in answer.content
    assert "«shelter» Non fatte o fermate: i bisogni non la chiedevano: 6" in page


def test_a_rule_made_for_few_is_kept_back_and_with_it_who_would_give_it_away(town: Town, coordinator: Client) -> None:
    for _each in range(5):
        past(town, 3)
    an_activation(town, Need.SAFE_PLACE, Need.TALK_NOW, now=clock.now() - timedelta(days=2))
    page = said(coordinator.get(address(town)).content)
    assert "«shelter» Casa rifugio meno di 5" in page
    assert "«centre» Centro antiviolenza non si mostra" in page


def test_no_case_no_service_and_no_person_is_named(town: Town, coordinator: Client) -> None:
    for minutes in (1, 2, 3, 4, 5, 6):
        past(town, minutes)
    for where in (address(town), "/rete/confronto/"):
        page = coordinator.get(where).content.decode()
        page = page[page.index("<main") :]
        for alias in Case.objects.values_list("alias", flat=True):
            assert alias not in page
        for people in town.people.values():
            assert not [one for one in people if one.display_name in page]
        for service in (town.centre, town.shelter, town.hospital, town.social):
            assert service.name not in page
        for made in Activation.objects.all():
            assert str(made.pk) not in page


def test_reasons_are_told_from_five_on(town: Town, coordinator: Client) -> None:
    for reason in [StandDownReason.WOMAN_LEFT] * 5 + [StandDownReason.DUPLICATE]:
        made = past(town, None)
        with entered(actor=town.nurse):
            stand_down(actor=town.nurse, activation_id=made.id, reason=reason, now=clock.now())
    page = said(coordinator.get(address(town)).content)
    assert "La donna è andata via: 5" in page
    assert "altri motivi: meno di 5 ciascuno" in page
    assert "C'è già un'altra attivazione" not in page.replace("&#x27;", "'")


@pytest.mark.parametrize(("asked", "shown"), [("30", 30), ("365", 365), ("", 90), ("7", 90), ("x", 90), ("-1", 90)])
def test_the_period_is_one_of_three_whatever_is_asked(town: Town, coordinator: Client, asked: str, shown: int) -> None:
    page = coordinator.get(f"{address(town)}?days={asked}").content.decode()
    assert f'href="?days={shown}" aria-current="page"' in page


def test_a_longer_period_counts_what_is_older(town: Town, coordinator: Client) -> None:
    for days in (1, 2, 3, 4, 5, 60):
        past(town, 3, days=days)
    assert ": 5 ." in said(coordinator.get(f"{address(town)}?days=30").content)
    assert ": 6 ." in said(coordinator.get(f"{address(town)}?days=90").content)


def test_versions_stand_apart_and_a_new_one_with_few_hides_the_old(town: Town, coordinator: Client) -> None:
    for _each in range(6):
        past(town, 3)
    assert "versione 1 6 100%" in said(coordinator.get(address(town)).content)
    actor = a_coordinator(town.coordination, Role.NETWORK_COORDINATOR)
    changed = text(*CALLS, call("police", "police"), network=town.network.code, name="Nuovo")
    with entered(actor=actor):
        published(actor=actor, network_code=town.network.code, text=changed, now=clock.now())
    an_activation(town, Need.TALK_NOW, now=clock.now())
    page = said(coordinator.get(address(town)).content)
    assert "versione 2 meno di 5 – –" in page
    assert "versione 1 non si mostra – –" in page


def test_exercises_are_told_apart(town: Town, coordinator: Client) -> None:
    past(town, 3, exercise=True)
    page = said(coordinator.get(address(town)).content)
    assert "la rete non è stata attivata" in page
    assert "Esercitazioni 1" in page
    assert "«centre» Centro antiviolenza 1 1 1 0 0 meno di 5" in page


def test_the_pathway_says_how_many_reached_each_state(town: Town, coordinator: Client) -> None:
    actor = town.actor(town.centre)
    with entered(actor=actor):
        for number in range(12):
            case_id, _alias = open_case(
                actor=actor, municipality_code="012133", arrival="other", now=clock.now() - timedelta(days=3)
            )
            if number < 6:
                move(actor=actor, case_id=case_id, act=CaseAct.RECEIVE, now=clock.now())
    page = said(coordinator.get(address(town)).content)
    assert "12 percorsi aperti nel periodo" in page
    assert "contatto 12 (100%) 6 0 accoglienza 6 (50%) 6 0 presa in carico 0 (0%) 0 0" in page
    assert not Event.objects.filter(kind="case_moved").exclude(detail="reception").exists()


def stages(*places: tuple[int, int]) -> tuple[Stage, ...]:
    """States by how many are there and how many were closed from there, nobody having gone back."""
    rest = [sum(sum(one) for one in places[index:]) for index in range(len(places))]
    return tuple(Stage(state, reached, *place) for state, reached, place in zip(CaseState, rest, places, strict=False))


def test_where_few_left_no_figure_gives_them_away() -> None:
    found = stage_rows(stages((10, 0), (2, 0), (9, 0), (0, 0), (0, 0)))
    assert [(one.reached, one.here) for one in found] == [
        ("21", "10"),
        ("11", "meno di 5"),
        ("non si mostra", "non si mostra"),
        ("0", "0"),
        ("0", "0"),
    ]


def test_a_state_where_enough_left_but_few_were_closed_keeps_both_back() -> None:
    found = stage_rows(stages((10, 2), (5, 5), (0, 0), (0, 0), (0, 0)))
    assert [(one.reached, one.here, one.closed) for one in found][:2] == [
        ("22", "non si mostra", "meno di 5"),
        ("10", "5", "5"),
    ]
    assert FEWEST == 5


def test_few_who_went_back_are_not_told_either() -> None:
    there = [replace(one, reached=one.reached + (one.state is CaseState.MONITORING)) for one in FAR]
    assert stage_rows(tuple(there))[4].reached == "meno di 5"
    more = [replace(one, reached=one.reached + 2) if one.state is CaseState.PLAN else one for one in FAR]
    assert stage_rows(tuple(more))[3].reached == "non si mostra"
    assert [one.reached for one in stage_rows(FAR)] == ["20", "10", "10", "10", "0"]


FAR = stages((10, 0), (0, 0), (0, 0), (10, 0), (0, 0))


def test_who_read_the_figures_of_a_network_is_in_the_register(town: Town, coordinator: Client) -> None:
    coordinator.get(address(town))
    coordinator.get("/rete/confronto/")
    found = Entry.objects.filter(verb__startswith="figures.").values_list("verb", "subject", "case_id")
    assert {*found} == {
        ("figures.read", f"network:{town.network.code}", None),
        ("figures.compare", f"network:{town.network.code}", None),
    }


def test_another_network_is_not_there(town: Town, coordinator: Client) -> None:
    other = a_network(municipalities=(COMO,))
    hidden, absent = (coordinator.get(f"/rete/andamento/{code}/") for code in (other.code, "nessuna"))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.content == absent.content


def test_the_protocols_lead_to_both_pages_for_whom_they_are(town: Town, coordinator: Client) -> None:
    assert address(town) in coordinator.get("/rete/").content.decode()
    page = coordinator.get("/rete/protocolli/").content.decode()
    assert address(town) in page
    assert "/rete/confronto/" in page
    manager = browser(a_coordinator(town.hospital, Role.PROJECT_MANAGER))
    page = manager.get("/rete/protocolli/").content.decode()
    assert address(town) not in page
    assert "/rete/confronto/" in page
    centre = browser(a_coordinator(town.centre)).get("/rete/protocolli/").content.decode()
    assert address(town) not in centre
    assert "/rete/confronto/" not in centre


def test_one_network_alone_is_said_to_be_alone(town: Town, coordinator: Client) -> None:
    page = coordinator.get("/rete/confronto/").content
    assert "Leggi i protocolli di una rete sola" in said(page)
    assert address(town).encode() in page


def test_two_networks_stand_side_by_side(town: Town) -> None:
    other = a_town(COMO)
    Organisation.networks.through.objects.create(
        organisation_id=town.hospital.organisation_id, network_id=other.network.pk
    )
    for minutes in (1, 2, 3, 4, 50):
        past(town, minutes)
    past(other, 3, municipality_code=COMO)
    answer = browser(a_coordinator(town.hospital, Role.PROJECT_MANAGER)).get("/rete/confronto/")
    page = said(answer.content)
    assert f"{town.network.name} 5 80% metà entro 3 minuti 9 su 10 entro 50 minuti" in page
    assert f"{other.network.name} meno di 5 – –" in page
    assert "Centro antiviolenza: entro 15 minuti" in page
    assert "prima persona reperibile → seconda persona reperibile → coordinatrice di rete" in page
    assert "sola" not in page
    assert b"<rect" in answer.content
    assert b"/rete/andamento/" not in answer.content  # she compares, and supervises nothing
