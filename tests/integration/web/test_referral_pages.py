# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A woman is sent on by the emergency department, seen from both sides of the network and by nobody else."""

import html
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.factories.region import Region

from approdo.referrals.models import Referral

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def words(response: HttpResponse) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def nurse(sign_in: SignIn) -> Client:
    return sign_in("ed")


@pytest.fixture
def shelter(sign_in: SignIn) -> Client:
    return sign_in("shelter")


def sends(client: Client, case: str, region: Region, **changes: object) -> HttpResponse:
    sent = {"target": region.services["shelter"].pk, "reason": "housing", "urgency": "urgent", "she_said": "yes"}
    return client.post(f"{case}invii/", sent | changes)


def presses(client: Client, address: str, act: str, **fields: str) -> HttpResponse:
    named = {f"{act}-{name}": value for name, value in fields.items()}
    return client.post(f"{address}atto/", {"act": act, **named}, follow=True)


def test_she_is_sent_and_the_other_service_finds_it_on_its_day_and_answers(
    nurse: Client, shelter: Client, case: str, region: Region
) -> None:
    made = sends(nurse, case, region)
    assert made.status_code == 302
    address = made["Location"]
    assert "in attesa di risposta" in words(nurse.get(address))
    day = words(shelter.get("/"))
    assert "Da rispondere" in day
    assert "in attesa di risposta" in day
    shown = words(shelter.get(address))
    assert "Prendo in carico" in shown
    assert "niente, finché lei non acconsente" in shown
    taken = presses(shelter, address, "accept", code="appointment")
    assert "appuntamento fissato" in words(taken)
    assert "Da rispondere" not in words(shelter.get("/"))
    assert "appuntamento fissato" in words(nurse.get("/invii/"))
    assert "ha accettato l'invio" in words(nurse.get(case))


def test_a_no_comes_back_with_its_reason_on_the_day_of_whoever_sent_her(
    nurse: Client, shelter: Client, case: str, region: Region
) -> None:
    address = sends(nurse, case, region)["Location"]
    assert presses(shelter, address, "reject").status_code == 422  # nobody says no without saying why
    assert "in attesa di risposta" in words(nurse.get(address))
    presses(shelter, address, "reject", code="other_territory")
    day = words(nurse.get("/"))
    assert "Invii tornati" in day
    assert "non possono" in day
    assert "è di un altro territorio" in words(nurse.get(address))
    sends(nurse, case, region, target=region.services["centre"].pk)
    assert "Invii tornati" not in words(nurse.get("/"))  # she was sent somewhere else: it waits for nothing any more


def test_one_question_and_its_answer(nurse: Client, shelter: Client, case: str, region: Region) -> None:
    address = sends(nurse, case, region)["Location"]
    presses(shelter, address, "ask", code="interpreter")
    assert "Serve un'interprete?" in words(nurse.get(address))
    assert "Da rispondere" in words(nurse.get("/"))
    assert "Chiedi una cosa" not in words(shelter.get(address))
    presses(nurse, address, "answer", code="no")
    assert "Rispondi alla domanda" not in words(nurse.get(address))
    assert "Prendo in carico" in words(shelter.get(address))


def test_an_act_that_came_too_late_is_answered_calmly(
    nurse: Client, shelter: Client, case: str, region: Region
) -> None:
    address = sends(nurse, case, region)["Location"]
    presses(nurse, address, "cancel", code="another_way")
    late = presses(shelter, address, "accept", code="taken")
    assert late.status_code == 200
    assert "questo passo non è possibile" in words(late)
    assert "ritirato" in words(late)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"target": ""}, "A quale servizio"),
        ({"target": "999999"}, "A quale servizio"),
        ({"reason": "everything"}, "Che cosa chiedi"),
        ({"urgency": "stat"}, "Quando serve una risposta"),
        ({"she_said": ""}, "Che cosa dice lei"),
        ({"words": "x" * 1001}, "meno di mille"),
        ({"words": "Canarina"}, "Senza un suo consenso"),
    ],
)
def test_what_does_not_hold_is_said_beside_its_field_and_nothing_is_kept(
    nurse: Client, case: str, region: Region, changes: dict, said: str
) -> None:
    response = sends(nurse, case, region, **changes)
    assert response.status_code == 422
    assert said in words(response)
    assert not Referral.objects.exists()


def test_twice_to_the_same_service_is_answered_in_words(nurse: Client, case: str, region: Region) -> None:
    sends(nurse, case, region)
    again = sends(nurse, case, region)
    assert again.status_code == 422
    assert "c'è già un vostro invio aperto" in words(again)


def test_hidden_and_absent_answer_alike(sign_in: SignIn, nurse: Client, case: str, region: Region) -> None:
    address = sends(nurse, case, region)["Location"]
    centre = sign_in("centre")
    absent = f"/invii/{uuid4()}/"
    for hidden_one, absent_one in (
        (centre.get(address), centre.get(absent)),
        (presses(centre, address, "accept"), presses(centre, absent, "accept")),
    ):
        assert hidden_one.status_code == absent_one.status_code == 404
        assert words(hidden_one) == words(absent_one)


def test_a_page_with_nothing_says_what_to_do(nurse: Client, shelter: Client, case: str) -> None:
    assert "Per affidare una donna a un altro servizio" in words(shelter.get("/invii/"))
    assert "Se le serve un altro servizio, proponiglielo qui sotto" in words(nurse.get(f"{case}invii/"))


def test_what_is_no_act_is_refused(nurse: Client, case: str, region: Region) -> None:
    address = sends(nurse, case, region)["Location"]
    for act in ("", "whatever", "remind", "give_up"):
        assert presses(nurse, address, act).status_code in {200, 422}
        assert Referral.objects.get().status == "requested"
