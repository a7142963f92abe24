# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published contract is the one the code keeps."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from tests.factories.activations import an_activation

from approdo.api import contract
from approdo.kit.errors import Refusal
from approdo.kit.presses import KeptAlready

from .conftest import ROOT, VARESE, House, Program

PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "reference" / "openapi.json"
WRITE = "WRITE_OPENAPI"


def test_the_published_document_is_the_one_the_code_makes() -> None:
    made = json.dumps(contract.document(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get(WRITE):
        PUBLISHED.write_text(made, encoding="utf-8")
    assert PUBLISHED.read_text(encoding="utf-8") == made, f"write it again: {WRITE}=1 pytest {Path(__file__).name}"


def test_the_document_is_served_to_everybody_as_it_is() -> None:
    response = Program().get("/openapi.json")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert response.json() == contract.document()
    assert response.json()["openapi"].startswith("3.1")


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(_references(one) for one in value.values()))
    return set().union(*(_references(one) for one in value)) if isinstance(value, list) else set()


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = contract.document()
    for reference in _references(document):
        target = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_every_schema_of_the_document_is_a_schema() -> None:
    for schema in contract.document()["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_address_of_the_door_is_in_the_document() -> None:
    door = next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/")
    routes = {str(one.pattern) for one in door.url_patterns if str(one.pattern)}
    described = {
        path.removeprefix(f"{ROOT}/").replace("{", "<").replace("}", ">") for path in contract.document()["paths"]
    }
    assert routes == described


def _codes() -> set[str]:
    return {code for _name, _words, codes, _headers in contract.ERRORS.values() for code in codes}


def _all_refusals(kind: type[Refusal]) -> set[type[Refusal]]:
    return {kind}.union(*(_all_refusals(one) for one in kind.__subclasses__()))


def test_every_refusal_the_door_can_meet_has_a_code_in_the_contract() -> None:
    """A refusal of a room the door never enters (editing, protocols, signing in) needs none, nor a page's press."""
    rooms = ["approdo.recognition.services.visits"]  # of a file, only who brings it in hears
    rooms += [f"approdo.{room}." for room in ("kit", "access", "activations", "api", "cases")]
    met = {one.code for one in _all_refusals(Refusal) if f"{one.__module__}.".startswith(tuple(rooms))}
    met -= {Refusal.code, KeptAlready.code}
    assert met <= _codes()


# one of each is the note, once a minute, that the token is in use; a savepoint makes two
@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("list", 7),
        ("board", 14),
        ("directory", 10),
        ("on call", 10),
        ("activate", 22),
        ("acknowledge", 30),
    ],
)
def test_an_operation_asks_the_database_no_more_than_this(name: str, queries: int, house: House) -> None:
    made = an_activation(house.town)
    call = house.call_of(made.id)
    hospital, centre = house.hospital, house.centre
    acts = {
        "list": lambda: hospital.get("/activations"),
        "board": lambda: hospital.get(f"/activations/{made.id}"),
        "directory": lambda: hospital.get(f"/municipalities/{VARESE}/services"),
        "on call": lambda: hospital.get(f"/municipalities/{VARESE}/on-call"),
        "activate": hospital.activate,
        "acknowledge": lambda: centre.post(f"/calls/{call}/acknowledge"),
    }
    with CaptureQueriesContext(connection) as asked:
        response = acts[name]()
    assert response.status_code < 300, response.content
    assert len(asked) <= queries, "\n".join(one["sql"] for one in asked)


def test_every_code_of_the_contract_is_explained_in_the_reference() -> None:
    reference = (PUBLISHED.parent / "api.md").read_text(encoding="utf-8")
    for status, (_name, _words, codes, _headers) in contract.ERRORS.items():
        for code in codes:
            assert f"| {status} | `{code}` |" in reference


def test_every_address_of_the_contract_is_in_the_reference() -> None:
    reference = (PUBLISHED.parent / "api.md").read_text(encoding="utf-8").replace("{id}", "{}").replace("{code}", "{}")
    for path, methods in contract.document()["paths"].items():
        bare = re.sub(r"\{[^}]*\}", "{}", path.removeprefix(ROOT))
        assert all(f"`{method.upper()} {bare}" in reference for method in methods)
