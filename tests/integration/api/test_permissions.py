# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every operation of the interface by every kind of caller: the whole table, and no operation without a row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse

from approdo.access.rules import Role
from approdo.api import contract
from approdo.networks.models import Service

from .conftest import BODY, KEY, VARESE, VISIT, House, Problem, Program


@dataclass(frozen=True)
class Operation:
    """How to call one operation, which service is the right one, and what its neighbours are answered."""

    id: str
    send: Callable[[Program, House, str], HttpResponse]
    right: Callable[[House], Service]
    done: int
    stranger: int
    activating: int
    called: int


def hospital(house: House) -> Service:
    return house.town.hospital


def centre(house: House) -> Service:
    return house.town.centre


OPERATIONS = [
    Operation("activate", lambda who, _house, _id: who.activate("another-key"), hospital, 201, 201, 201, 201),
    Operation("list_activations", lambda who, _house, _id: who.get("/activations"), hospital, 200, 200, 200, 200),
    Operation("read_activation", lambda who, _house, one: who.get(f"/activations/{one}"), hospital, 200, 404, 200, 200),
    Operation(
        "stand_down",
        lambda who, _house, one: who.post(f"/activations/{one}/stand-down", {"reason": "mistake"}),
        hospital, 204, 404, 204, 403,
    ),
    Operation(
        "acknowledge_call",
        lambda who, house, one: who.post(f"/calls/{house.call_of(one)}/acknowledge"),
        centre, 204, 404, 403, 204,
    ),
    Operation(
        "decline_call",
        lambda who, house, one: who.post(f"/calls/{house.call_of(one)}/decline", {"reason": "cannot_now"}),
        centre, 204, 404, 403, 204,
    ),
    Operation(
        "read_directory", lambda who, _house, _id: who.get(f"/municipalities/{VARESE}/services"),
        hospital, 200, 200, 200, 200,
    ),
    Operation(
        "read_on_call", lambda who, _house, _id: who.get(f"/municipalities/{VARESE}/on-call"),
        hospital, 200, 200, 200, 200,
    ),
    Operation(
        "read_visit", lambda who, _house, _id: who.post("/recognition/visits", VISIT),
        hospital, 200, 404, 200, 404,
    ),
    Operation(
        "answer_prompt",
        lambda who, house, _id: who.post(f"/recognition/prompts/{house.prompt}/answer", {"answer": "known"}),
        hospital, 204, 404, 204, 404,
    ),
    Operation("read_contract", lambda who, _house, _id: who.get("/openapi.json"), hospital, 200, 200, 200, 200),
]  # fmt: skip

CALLERS: dict[str, tuple[Callable[[House, Operation], Program], Callable[[Operation], int]]] = {
    "no token": (lambda _house, _op: Program(), lambda _op: 401),
    "empty token": (lambda _house, _op: Program(""), lambda _op: 401),
    "wrong token": (lambda _house, _op: Program("approdo_" + "x" * 43), lambda _op: 401),
    "endless token": (lambda _house, _op: Program("x" * 5000), lambda _op: 401),
    "token with other letters": (lambda _house, _op: Program("chiave_àèì"), lambda _op: 401),
    "revoked": (lambda house, op: house.revoked(op.right(house)), lambda _op: 401),
    "expired": (lambda house, op: house.expired(op.right(house)), lambda _op: 401),
    "left the service": (lambda house, op: house.departed(op.right(house)), lambda _op: 401),
    "wrong role": (lambda house, op: house.as_role(op.right(house), Role.REGIONAL_ANALYST), lambda _op: 403),
    "stranger service": (lambda house, _op: house.stranger, lambda op: op.stranger),
    "activating service": (lambda house, _op: house.hospital, lambda op: op.activating),
    "called service": (lambda house, _op: house.centre, lambda op: op.called),
    "right service": (lambda house, op: house.program(op.right(house)), lambda op: op.done),
}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
def test_each_operation_answers_each_caller_as_the_table_says(
    operation: Operation, caller: str, house: House, activation: str, problem: Problem
) -> None:
    make, expected = CALLERS[caller]
    status = operation.done if operation.id == "read_contract" else expected(operation)
    response = operation.send(make(house, operation), house, activation)
    assert response.status_code == status, response.content
    if status >= 400:
        problem(response)
    if status == 401:
        assert response["WWW-Authenticate"].startswith('Bearer realm="approdo"')
    assert not response.cookies


def test_the_table_has_a_row_for_every_operation() -> None:
    described = {
        operation["operationId"] for path in contract.document()["paths"].values() for operation in path.values()
    }
    assert described == {operation.id for operation in OPERATIONS}


def test_only_the_contract_needs_no_token() -> None:
    open_to_all = {
        operation["operationId"]
        for path in contract.document()["paths"].values()
        for operation in path.values()
        if "security" not in operation
    }
    assert open_to_all == {"read_contract"}


def test_a_stranger_sees_an_empty_list(house: House, activation: str) -> None:
    assert house.stranger.get("/activations").json() == {"items": [], "next": None}
    assert [one["id"] for one in house.hospital.get("/activations").json()["items"]] == [activation]


@pytest.mark.parametrize("language", ["it", "en"])
def test_hidden_and_absent_are_alike_to_the_byte(language: str, house: House, activation: str) -> None:
    stranger = house.stranger
    stranger.language = language
    absent = "01890000-0000-7000-8000-000000000000"
    call = house.call_of(activation)
    pairs: list[tuple[Any, ...]] = [
        ("GET", f"/activations/{activation}", f"/activations/{absent}", None),
        ("POST", f"/activations/{activation}/stand-down", f"/activations/{absent}/stand-down", {"reason": "mistake"}),
        ("POST", f"/calls/{call}/acknowledge", f"/calls/{absent}/acknowledge", {}),
        ("POST", f"/calls/{call}/decline", f"/calls/{absent}/decline", {"reason": "too_far"}),
    ]
    for method, hidden_path, absent_path, body in pairs:
        hidden, none = (
            stranger.get(path) if method == "GET" else stranger.post(path, body) for path in (hidden_path, absent_path)
        )
        assert hidden.status_code == none.status_code == 404
        assert hidden.content == none.content
        assert dict(hidden.headers) == dict(none.headers)


def test_a_hidden_case_and_an_absent_one_are_alike_to_the_byte(house: House, activation: str) -> None:
    case = house.hospital.get(f"/activations/{activation}").json()["case"]
    hidden = house.stranger.activate("key-hidden", case=case)
    absent = house.stranger.activate("key-absent", case="01890000-0000-7000-8000-000000000000")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


def test_a_session_cookie_opens_nothing(house: House, activation: str) -> None:
    program = Program()
    program.client.force_login(house.town.people[house.town.hospital.pk][0])
    assert program.get(f"/activations/{activation}").status_code == 401
    assert program.activate().status_code == 401


def test_a_token_speaks_for_its_own_service_only(house: House) -> None:
    """An operator of two services: the token of the second acts for the second."""
    from approdo.networks.models import Membership

    from .conftest import a_token

    operator = house.town.people[house.town.hospital.pk][0]
    Membership.objects.create(operator=operator, service=house.town.social, role=Role.SOCIAL_WORKER)
    made = Program(a_token(house.town.social, operator.pk)).activate("as-the-other").json()
    board = house.hospital.post("/activations", BODY, **{"idempotency-key": KEY})
    assert made["id"] != board.json()["id"]
    seen = Program(a_token(house.town.social, operator.pk)).get(f"/activations/{made['id']}").json()
    assert seen["activated_by"] == house.town.social.name
