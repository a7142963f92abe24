# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Schemathesis: what a machine makes up from the contract finds no fault of ours and no answer it does not name."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from tests.factories.activations import TONIGHT, VARESE

from approdo.api import contract
from approdo.api.authentication import reads

from .conftest import ROOT, House

pytestmark = pytest.mark.walk
load_all_checks()
EXAMPLES = 25


class Pass(Enum):
    """What is made up: requests that fit, requests that fit the schema only, requests that do not fit."""

    FITTING = "fitting"
    WILD = "wild"
    WRONG = "wrong"


@pytest.fixture
def _one_connection(activation: str) -> Iterator[None]:
    """Let requests share the test's transaction, as Django's own test client does (and undoes: so after its use)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def interface(_one_connection: None, house: House, activation: str) -> Any:
    """The door as a WSGI application, with an activation in it and tokens that may act on it."""
    schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application())
    activating, called = house.hospital.token, house.centre.token
    known = {"activation_id": activation, "call_id": str(house.call_of(activation)), "municipality": VARESE}
    known["prompt_id"] = str(house.prompt)

    @schema.auth()
    class Bearer:
        def get(self, _case: object, _context: object) -> str:
            return "of the service that may"

        def set(self, case: schemathesis.Case, _data: str, _context: object) -> None:
            case.headers["Authorization"] = f"Bearer {called if '/calls/' in case.path else activating}"

    @schema.hook("map_path_parameters")
    def sometimes_real(_context: object, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
        """Let half of the made-up identifiers be real ones, so that the requests get somewhere."""
        return path_parameters and {
            name: known[name] if sum(str(value).encode("utf-8", "replace")) % 2 else value
            for name, value in path_parameters.items()
        }

    return schema


def make_fitting(schema: Any) -> None:
    """Put in what no schema can say: a municipality that exists, no cursor of a stranger, an instant of this year."""

    @schema.hook("map_body")
    def real_place(_context: object, body: Any) -> Any:
        if isinstance(body, dict) and "municipality" in body:
            return {name: value for name, value in body.items() if name != "case"} | {"municipality": VARESE}
        if isinstance(body, dict) and "arrived_at" in body:  # a code of its system and a birth before the visit
            kept = {name: value for name, value in body.items() if name not in {"codes", "birth_year"}}
            return kept | {"arrived_at": TONIGHT.isoformat()}
        return body

    @schema.hook("map_query")
    def near_instant(_context: object, query: dict[str, Any] | None) -> dict[str, Any] | None:
        kept = {name: value for name, value in (query or {}).items() if name != "cursor"}
        return kept | {"at": TONIGHT.isoformat()} if "at" in kept else kept


def operations() -> Iterator[tuple[str, str, Pass]]:
    """Every operation in every pass; the document itself takes nothing that could be wrong."""
    for path, methods in contract.document()["paths"].items():
        for method, operation in methods.items():
            for one in Pass:
                if one is not Pass.WRONG or "security" in operation:
                    yield path, method, one


@pytest.mark.parametrize(("path", "method", "made_up"), list(operations()))
def test_nothing_made_up_from_the_contract_breaks_it(path: str, method: str, made_up: Pass, interface: Any) -> None:
    if made_up is Pass.FITTING:
        make_fitting(interface)
    mode = GenerationMode.NEGATIVE if made_up is Pass.WRONG else GenerationMode.POSITIVE
    excluded = CHECKS.get_by_names(["positive_data_acceptance"]) if made_up is Pass.WILD else []
    statuses = set()

    @given(case=interface[path][method.upper()].as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def walk(case: schemathesis.Case) -> None:
        reads._windows.clear()
        response = case.call_and_validate(base_url="http://localhost", excluded_checks=excluded)
        statuses.add(response.status_code)

    walk()
    if made_up is Pass.FITTING:
        assert min(statuses) < 300, f"nothing got through: {sorted(statuses)}"
