# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A visit through the interface: the answer in line, the same for the same visit, and nothing that names her."""

from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.http import HttpResponse
from tests.factories.activations import TONIGHT
from tests.factories.recognition import REASON, a_coordinator_of, a_site

from approdo.access.rules import Role
from approdo.access.services import entered
from approdo.api import contract
from approdo.recognition import selectors, services
from approdo.recognition.models import Prompt, Reading, StoredVisit
from approdo.recognition.rules.prompting import Mode

from .conftest import VISIT, House, Problem, Program

NAMES = {"visit": "ACCESSO-CANARIO", "person": "PERSONA-CANARIA", "note": "Canarina, spinta dal compagno."}


@pytest.fixture
def hospital(house: House) -> Program:
    a_site(house.town)
    return house.hospital


def send(program: Program, **changes: Any) -> HttpResponse:
    return program.post("/recognition/visits", VISIT | changes)


def kept(house: House) -> tuple[int, int]:
    with entered(actor=house.town.nurse):
        return StoredVisit.objects.count(), Prompt.objects.count()


def test_a_visit_is_answered_in_line_with_why_in_the_language_of_the_caller(hospital: Program, house: House) -> None:
    response = send(hospital)
    assert response.status_code == 200, response.content
    made = response.json()
    jsonschema.validate(made, contract.document()["components"]["schemas"]["VisitRead"] | _components())
    prompt = made["prompt"]
    assert (prompt["band"], prompt["points"]) == ("ask", 4)
    assert prompt["page"] == f"/accoglienza/visita/{prompt['id']}/"
    assert prompt["sentence"].startswith("Chiedile, da sola")
    assert [(line["code"], line["points"]) for line in prompt["evidence"]] == [
        ("ICD-9-CM 873.0", 2),
        ("ICD-9-CM E950.0", 2),
    ]
    assert all(line["source"] and line["at"].endswith("Z") for line in prompt["evidence"])
    assert made["absence"].startswith("Se non compare nulla non vuol dire nulla")
    english = send(house.program(house.town.hospital, "en")).json()
    assert english["prompt"]["sentence"].startswith("Ask her")
    assert english["prompt"]["id"] == prompt["id"]
    assert all(line["sentence"] != other["sentence"] for line, other in zip(
        english["prompt"]["evidence"], prompt["evidence"], strict=True
    ))  # fmt: skip


def _components() -> dict[str, Any]:
    return {"components": contract.document()["components"]}


def test_the_same_visit_again_is_the_same_answer_to_the_byte(hospital: Program, house: House) -> None:
    first, second = send(hospital), send(hospital)
    assert first.content == second.content
    assert kept(house) == (1, 1)


def test_silent_and_off_answer_like_nothing_to_say_to_the_byte(hospital: Program, house: House) -> None:
    nothing = send(hospital, codes=[])
    assert nothing.json()["prompt"] is None
    coordinator = a_coordinator_of(house.town)
    for mode, visits in ((Mode.SILENT, 2), (Mode.OFF, 2)):
        with entered(actor=coordinator):
            services.set_mode(
                actor=coordinator, service_id=house.town.hospital.pk, mode=mode, reason=REASON, now=TONIGHT
            )
        answer = send(hospital, visit="accesso-2")
        assert (answer.status_code, answer.content) == (nothing.status_code, nothing.content)
        assert dict(answer.headers) == dict(nothing.headers)
        assert kept(house)[0] == visits
    with entered(actor=house.town.nurse):
        silent = Prompt.objects.get().pk
    assert hospital.post(f"/recognition/prompts/{silent}/answer", {"answer": "known"}).status_code == 404


def test_nothing_that_names_her_comes_back_not_even_in_a_refusal(hospital: Program) -> None:
    answers = [
        send(hospital, **NAMES),
        send(hospital, **NAMES, codes=[{"system": "ICD-9-CM", "value": "CANARINO"}]),
        send(hospital, **NAMES, arrived_at=(TONIGHT + timedelta(days=3)).isoformat()),
        send(hospital, **NAMES, signs=["canarino"]),
        send(hospital, **NAMES, birth_year=1990),
        send(hospital, **NAMES | {"visit": "CANARIO-2"}, birth_year=1950),
    ]
    assert [one.status_code for one in answers] == [200, 422, 422, 422, 200, 409]
    for one in answers:
        assert "CANARI" not in one.content.decode().upper()
        assert "compagno" not in one.content.decode()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"visit": ""}, "/visit"),
        ({"person": "   "}, "/person"),
        ({"person": "p" * 101}, "/person"),
        ({"arrived_at": "ieri"}, "/arrived_at"),
        ({"arrived_at": (TONIGHT + timedelta(hours=1)).isoformat()}, "/arrived_at"),
        ({"arrived_at": "2001-01-01T00:00:00Z"}, "/arrived_at"),
        ({"codes": [{"system": "ICD-11", "value": "8730"}]}, "/codes/0/system"),
        ({"codes": [{"system": "ICD-10", "value": "S00"}, {"system": "ICD-10", "value": "873.0"}]}, "/codes/1/value"),
        ({"codes": [{"system": "ICD-10", "value": "S00"}] * 101}, "/codes"),
        ({"signs": ["bruised"]}, "/signs/0"),
        ({"note": "n" * 20_001}, "/note"),
        ({"birth_year": 3000}, "/birth_year"),
        ({"birth_year": 2100}, "/birth_year"),
        ({"citizenship": "martian"}, "/citizenship"),
        ({"name": "…"}, "/name"),
    ],
)
def test_a_visit_that_does_not_fit_is_refused_field_by_field_and_not_kept(
    hospital: Program, house: House, problem: Problem, changes: dict[str, Any], pointer: str
) -> None:
    response = send(hospital, **changes)
    assert response.status_code == 422, response.content
    assert pointer in [fault["pointer"] for fault in problem(response)["errors"]]
    assert kept(house) == (0, 0)


def test_an_instant_that_no_database_knows_is_refused(hospital: Program, problem: Problem) -> None:
    for written in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        response = send(hospital, arrived_at=written)
        assert response.status_code == 422
        problem(response)


def test_an_answer_is_one_request_and_its_correction_another(hospital: Program, house: House, problem: Problem) -> None:
    address = f"/recognition/prompts/{send(hospital).json()['prompt']['id']}/answer"
    for given in ("not_now", "asked_no", "asked_no", "asked_yes"):
        assert hospital.post(address, {"answer": given}).status_code == 204
    with entered(actor=house.town.nurse):
        assert Reading.objects.get().answer == "asked_yes"
        Reading.objects.update(answered_at=TONIGHT - timedelta(hours=13))
    settled = hospital.post(address, {"answer": "known"})
    assert (settled.status_code, problem(settled)["code"]) == (409, "already_answered")
    assert hospital.post(address, {"answer": "maybe"}).status_code == 422


def test_who_is_born_in_another_year_is_another_woman(hospital: Program, problem: Problem) -> None:
    send(hospital, birth_year=1990)
    refused = send(hospital, visit="un'altra", birth_year=1950)
    assert (refused.status_code, problem(refused)["code"]) == (409, "two_people")


def test_a_coordinator_s_token_reads_no_visits(house: House, hospital: Program) -> None:
    coordinator = house.as_role(house.town.hospital, Role.ORGANISATION_COORDINATOR)
    prompt = send(hospital).json()["prompt"]["id"]
    assert send(coordinator).status_code == 404
    hidden, absent = (
        coordinator.post(f"/recognition/prompts/{one}/answer", {"answer": "known"})
        for one in (prompt, "01890000-0000-7000-8000-000000000000")
    )
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)


def test_who_answers_for_the_token_reads_no_list_of_the_women_it_brings(hospital: Program, house: House) -> None:
    made = send(hospital).json()["prompt"]["id"]
    with entered(actor=house.town.nurse):
        assert Prompt.objects.get(pk=made).made_by_id is None
        assert selectors.waiting(house.town.nurse, TONIGHT) == ()
