# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Creation is idempotent: one key makes one activation, whatever happens on the way."""

import pytest
from tests.factories.activations import COMO, TONIGHT

from approdo.access.services import as_system
from approdo.activations.models import Activation
from approdo.audit.models import Entry
from approdo.cases.models import Case
from approdo.consents.models import Block

from .conftest import House, Problem, Program, a_token


def test_the_first_request_creates_and_says_where(house: House) -> None:
    response = house.hospital.activate()
    assert response.status_code == 201
    body = response.json()
    assert response["Location"] == body["url"] == f"/api/v1/activations/{body['id']}"
    assert Activation.objects.get().pk.hex == body["id"].replace("-", "")
    assert Case.objects.get().pk.hex == body["case"].replace("-", "")


def test_a_repetition_is_answered_200_with_the_same_body_and_makes_nothing(house: House) -> None:
    hospital = house.hospital
    first = hospital.activate()
    entries = Entry.objects.count()
    second = hospital.activate()
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.content == second.content
    assert first["Location"] == second["Location"]
    assert (Activation.objects.count(), Case.objects.count()) == (1, 1)
    assert Entry.objects.count() == entries


def test_a_repetition_after_the_end_is_still_the_same(house: House) -> None:
    hospital = house.hospital
    first = hospital.activate()
    assert hospital.post(f"/activations/{first.json()['id']}/stand-down", {"reason": "mistake"}).status_code == 204
    again = hospital.activate()
    assert (again.status_code, again.content) == (200, first.content)


def test_the_order_of_needs_is_no_other_request(house: House) -> None:
    assert house.hospital.activate(needs=["safe_place", "talk_now"]).status_code == 201
    assert house.hospital.activate(needs=["talk_now", "safe_place", "talk_now"]).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"needs": ["children"]},
        {"consent": "not_now"},
        {"context": "police"},
        {"exercise": True},
        {"municipality": COMO},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_key_with_another_body_is_a_conflict(change: dict, house: House, problem: Problem) -> None:
    hospital = house.hospital
    assert hospital.activate().status_code == 201
    response = hospital.activate(**change)
    assert (response.status_code, problem(response)["code"]) == (409, "key_reused")
    assert Activation.objects.count() == 1


def test_the_same_key_of_two_services_makes_two_activations(house: House) -> None:
    made = [program.activate().json()["id"] for program in (house.hospital, house.centre)]
    assert len(set(made)) == 2


def test_the_key_of_an_activation_that_is_kept_from_her_is_refused_like_one_with_another_body(
    house: House, problem: Problem
) -> None:
    assert house.hospital.activate().status_code == 201
    town = house.town
    colleague = Program(a_token(town.hospital, town.people[town.hospital.pk][1].pk))
    other = colleague.activate(needs=["children"])
    with as_system():
        Block.objects.create(
            case_id=Case.objects.get().pk,
            operator=town.people[town.hospital.pk][1],
            reason="knows_him",
            blocked_at=TONIGHT,
            blocked_by=town.people[town.centre.pk][0],
        )
    for change in ({}, {"needs": ["children"]}):
        response = colleague.activate(**change)
        assert (response.status_code, problem(response)["code"]) == (409, "key_reused")
        assert response.content == other.content, "nothing tells the two apart"
    assert (Activation.objects.count(), Case.objects.count()) == (1, 1)


def test_an_activation_that_was_refused_leaves_its_key_free(house: House, problem: Problem) -> None:
    house.town.network.networkterritory_set.all().delete()
    response = house.hospital.activate()
    assert (response.status_code, problem(response)["code"]) == (409, "no_protocol")
    assert "112" in problem(response)["detail"]
    assert not Case.objects.exists()


def test_taking_a_call_twice_is_harmless_and_standing_down_twice_is_told(
    house: House, activation: str, problem: Problem
) -> None:
    call = house.call_of(activation)
    assert [house.centre.post(f"/calls/{call}/acknowledge").status_code for _ in range(2)] == [204, 204]
    stop = f"/activations/{activation}/stand-down"
    assert house.hospital.post(stop, {"reason": "help_arrived"}).status_code == 204
    response = house.hospital.post(stop, {"reason": "help_arrived"})
    assert (response.status_code, problem(response)["code"]) == (409, "already_ended")
