# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of a visit, the page that says to ask her, alone, and what it never says elsewhere."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.factories.activations import Town, a_town
from tests.factories.recognition import ASKS, REASON, a_coordinator_of, a_site
from tests.factories.region import prove_two_factors

from approdo.access.rules import Role
from approdo.access.services import entered
from approdo.audit.models import Entry
from approdo.kit import clock
from approdo.networks.models import Membership, Service
from approdo.recognition import services
from approdo.recognition.models import Prompt, Reading, StoredVisit
from approdo.recognition.rules.prompting import Mode

pytestmark = pytest.mark.django_db

FORM = {"visit": "ACCESSO-CANARIO-1", "person": "PERSONA-CANARIA-1", "codes": "873.0, E950.0"}
NOTHING = "Visita annotata. Non c'è altro da fare qui."


@pytest.fixture
def town() -> Town:
    made = a_town()
    a_site(made, now=clock.now())
    return made


def browser(town: Town, service: Service, *, person: int = 0, role: Role | None = None) -> Client:
    operator = town.people[service.pk][person]
    if role is not None:
        Membership.objects.filter(operator=operator, service=service).update(role=role)
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    prove_two_factors(client, operator)
    client.get(reverse("choose_service"))
    return client


@pytest.fixture
def nurse(town: Town) -> Client:
    return browser(town, town.hospital, role=Role.EMERGENCY_OPERATOR)


def words(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def send(client: Client, **changes: object) -> HttpResponse:
    return client.post(reverse("visit"), FORM | changes)


def prompt(client: Client, **changes: object) -> str:
    response = send(client, **changes)
    assert response.status_code == 302, words(response)
    assert response["Location"] != reverse("visit")
    return response["Location"]


def test_a_nurse_writes_a_visit_down_and_is_told_to_ask_her_alone_line_by_line(nurse: Client) -> None:
    page = nurse.get(prompt(nurse))
    text = words(page)
    for said in (
        "Chiedile, da sola e a porta chiusa, se qualcuno le fa del male o le fa paura.",
        "Lesione a testa, viso o collo, senza una causa verificata : ICD-9-CM 873.0".replace(" :", ":"),
        "Autolesione o avvelenamento volontario",
        "2 punti",
        "Wu 2010: OR 24",
        "In tutto 4 punti",
        "Se non compare nulla non vuol dire nulla",
        "non va nella lettera di dimissione".replace("non va", "Non va"),
    ):
        assert said in text, said
    assert "CANARI" not in page.content.decode()
    assert "<title>Visita" in page.content.decode()


def test_there_are_four_answers_of_one_press_each_and_none_is_louder(nurse: Client) -> None:
    page = nurse.get(prompt(nurse)).content.decode()
    buttons = re.findall(r'<button class="([^"]*)" type="submit" name="answer" value="(\w+)"', page)
    assert {value for _class, value in buttons} == {"asked_yes", "asked_no", "not_now", "known"}
    assert {look for look, _value in buttons} == {"btn btn-secondary btn-wide"}
    assert "no-print" in page


@pytest.mark.parametrize("answer", ["asked_no", "not_now", "known"])
def test_an_answer_is_one_press_and_she_is_back_at_the_visits(nurse: Client, answer: str) -> None:
    address = prompt(nurse)
    response = nurse.post(address, {"answer": answer}, follow=True)
    assert response.redirect_chain == [(reverse("visit"), 302)]
    assert "Segnato." in words(response)
    assert ("Ancora da segnare" in words(response)) == (answer == "not_now")
    assert Reading.objects.get().answer == answer
    assert "Segnato:" in words(nurse.get(address))


def test_a_yes_goes_on_to_where_she_is_received(nurse: Client) -> None:
    address = prompt(nurse)
    assert nurse.post(address, {"answer": "asked_yes"})["Location"] == reverse("receive")


def test_what_is_no_answer_is_refused_and_a_settled_one_stands(
    nurse: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = prompt(nurse)
    assert nurse.post(address, {"answer": "certo"}).status_code == 422
    nurse.post(address, {"answer": "asked_no"})
    with entered(actor=town.nurse):
        Reading.objects.update(answered_at=clock.now() - timedelta(hours=13))
    response = nurse.post(address, {"answer": "known"}, follow=True)
    assert "La risposta è già scritta" in words(response)
    assert 'name="answer"' not in response.content.decode()
    assert Reading.objects.get().answer == "asked_no"


def test_what_somebody_wrote_is_said_so(nurse: Client) -> None:
    note = "Riferisce di essere stata spinta dal compagno. Canarino settecentododici."
    page = nurse.get(prompt(nurse, codes="", note=note))
    assert "Qualcuno l'ha già scritto" in words(page)
    assert "settecentododici" not in page.content.decode()
    assert "spinta" not in page.content.decode()


def change_mode(town: Town, mode: Mode) -> None:
    who = a_coordinator_of(town)
    with entered(actor=who):
        services.set_mode(actor=who, service_id=town.hospital.pk, mode=mode, reason=REASON, now=clock.now())


def test_silence_answers_exactly_like_nothing_to_say(nurse: Client, town: Town) -> None:
    def told(**changes: object) -> tuple[int, str, str]:
        response = send(nurse, **changes)
        page = nurse.get(response["Location"]).content.decode()
        return response.status_code, response["Location"], re.sub(r'(csrf\w*"|nonce)[^>]*', "", page)

    nothing = told(codes="", visit="niente da dire")
    change_mode(town, Mode.SILENT)
    assert told() == nothing
    assert NOTHING in nothing[2].replace("&#x27;", "'")
    with entered(actor=town.nurse):
        assert Prompt.objects.count() == 1, "it is computed and kept"
        (silent,) = Prompt.objects.values_list("pk", flat=True)
    hidden, absent = (nurse.get(reverse("visit_prompt", args=[one])) for one in (silent, uuid4()))
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert hidden.status_code == 404


def test_where_it_is_off_nothing_is_kept_and_the_page_says_who_may_begin(nurse: Client, town: Town) -> None:
    change_mode(town, Mode.OFF)
    assert "Può cominciare chi coordina" in words(nurse.get(reverse("visit")))
    send(nurse)
    with entered(actor=town.nurse):
        assert StoredVisit.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"visit": ""}, "Numero della visita"),
        ({"person": " "}, "Identificativo della persona"),
        ({"codes": "873.0, pugno"}, "Il codice numero 2"),
        ({"codes": "E888 " * 21}, "Sono troppi"),
        ({"birth_year": "1066"}, "Anno di nascita"),
        ({"signs": "bruises"}, "Che cosa si nota"),
        ({"citizenship": "marziana"}, "Cittadinanza"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field_and_nothing_is_kept(
    nurse: Client, town: Town, changes: dict, said: str
) -> None:
    response = send(nurse, **changes)
    assert response.status_code == 422
    assert said in words(response)
    assert "pugno" not in re.sub(r'value="[^"]*"', "", response.content.decode())
    with entered(actor=town.nurse):
        assert StoredVisit.objects.count() == 0


def test_one_identifier_of_two_women_is_said_beside_it(nurse: Client) -> None:
    send(nurse, birth_year="1990")
    response = send(nurse, visit="altra", birth_year="1950")
    assert response.status_code == 422
    assert "forse è di due persone" in words(response)


def test_from_oggi_who_treats_is_one_press_away_and_nobody_else(nurse: Client, town: Town) -> None:
    link = f'href="{reverse("visit")}"'
    assert link in nurse.get("/").content.decode()
    assert link not in browser(town, town.centre).get("/").content.decode()
    coordinator = browser(town, town.hospital, person=1, role=Role.ORGANISATION_COORDINATOR)
    assert link not in coordinator.get("/").content.decode()


def test_a_prompt_opens_for_the_department_and_for_nobody_else(nurse: Client, town: Town) -> None:
    address, absent = prompt(nurse), reverse("visit_prompt", args=[uuid4()])
    assert browser(town, town.hospital, person=1).get(address).status_code == 200
    others = [browser(town, town.centre), browser(town, town.coordination, role=Role.NETWORK_COORDINATOR)]
    others.append(browser(town, town.hospital, person=1, role=Role.ORGANISATION_COORDINATOR))
    for client in others:
        for method in ("get", "post"):
            hidden, none = (getattr(client, method)(one, {"answer": "known"}) for one in (address, absent))
            assert hidden.status_code == none.status_code == 404
            assert hidden.content == none.content
        assert client.get(reverse("visit")).status_code == 404


def test_a_form_asks_nothing_that_scores_of_who_she_is(nurse: Client) -> None:
    page = words(nurse.get(reverse("visit")))
    assert "nel calcolo non entra" in page
    assert "Si legge adesso e non si conserva." in page
    assert len(ASKS) == 2


def test_each_look_at_a_prompt_is_written_down_with_whose_it_was(nurse: Client, town: Town) -> None:
    address = prompt(nurse)
    nurse.get(address)
    colleague = browser(town, town.hospital, person=1, role=Role.EMERGENCY_OPERATOR)
    assert colleague.get(address).status_code == 200
    looks = Entry.objects.filter(verb="prompt.read", subject=f"prompt:{address.strip('/').split('/')[-1]}")
    people = town.people[town.hospital.pk]
    assert list(looks.order_by("id").values_list("operator_id", flat=True)) == [people[0].pk, people[1].pk]
    assert all(one.detail == {} for one in looks)
