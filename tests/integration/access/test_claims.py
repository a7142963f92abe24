# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who asks the database: said as each transaction starts, signed, forgotten as it ends (security.md, P4, P5)."""

from collections.abc import Callable
from itertools import pairwise

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from tests.factories.activations import Town, a_town, an_activation

from approdo.access.rules import SYSTEM, Actor, Role, claim_key, claim_of
from approdo.access.services import as_system, entered
from approdo.kit import claims
from approdo.kit.postgres import Urls
from approdo.protocols.rules import Need

pytestmark = pytest.mark.django_db

TABLES = [
    "cases_case",
    "cases_participation",
    "cases_event",
    "activations_activation",
    "activations_call",
    "activations_alert",
]
KEY = claim_key("only-for-tests")


@pytest.fixture
def town() -> Town:
    made = a_town()
    an_activation(made, Need.SAFE_PLACE)
    return made


def count(table: str) -> int:
    """Raw SQL, as a bug or an injection would write it: no model, no manager, no filter."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def process() -> int:
    """The number of the database process that this test's connection talks to."""
    return int(connection.connection.info.backend_pid)


@pytest.mark.parametrize("table", TABLES)
def test_without_a_claim_nothing_is_there(town: Town, table: str) -> None:
    assert count(table) > 0, "the system sees it"
    with claims.held(lambda _process: ""):
        assert count(table) == 0


@pytest.mark.parametrize("table", TABLES)
def test_a_service_that_takes_part_sees_it_and_another_does_not(town: Town, table: str) -> None:
    with entered(actor=town.nurse):
        assert count(table) > 0
    with entered(actor=Actor(town.nurse.operator_id, town.nurse.organisation_id, 2**40, Role.EMERGENCY_OPERATOR)):
        assert count(table) == 0


@pytest.mark.parametrize("table", TABLES)
def test_who_acts_for_no_service_sees_nothing(town: Town, table: str) -> None:
    with entered(actor=Actor(town.nurse.operator_id, None, None, Role.SYSTEM_ADMINISTRATOR)):
        assert count(table) == 0


def test_who_oversees_an_activation_sees_its_case_without_taking_part(town: Town) -> None:
    with entered(actor=town.actor(town.coordination, role=Role.NETWORK_COORDINATOR)):
        assert count("activations_activation") == count("cases_case") == 1
        assert count("cases_participation") == 3


FORGERIES: dict[str, Callable[[str, int], str]] = {
    "services only": lambda said, _process: said.rpartition("|")[0],
    "no proof": lambda said, _process: said.rpartition("|")[0] + "|",
    "a made-up proof": lambda said, _process: said.rpartition("|")[0] + "|" + "0" * 64,
    "everything, with the proof of one service": lambda said, _process: "{0}" + said[said.index("|") :],
    "another service added": lambda said, _process: said.replace("{", "{1,2,3,", 1),
    "another organisation": lambda said, _process: said.replace("|", "|9", 1),
    "another operator": lambda said, _process: "|9".join(said.split("|", 2)[:2]) + "|9" + said.split("|", 2)[2],
    "a proof for another connection": lambda said, process: claim_of(SYSTEM, process + 1, KEY),
    "another installation's key": lambda said, process: claim_of(SYSTEM, process, claim_key("another")),
    "a longer proof": lambda said, _process: said + "00",
    "a proof cut short": lambda said, _process: said[:-2],
    "capital letters": lambda said, _process: said.upper(),
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("table", TABLES)
def test_a_forged_claim_opens_nothing(town: Town, forgery: str, table: str) -> None:
    genuine = claim_of(town.nurse, process(), KEY)
    assert genuine.startswith(f"{{{town.nurse.service_id}}}|")
    with claims.held(lambda _process: genuine):
        assert count(table) > 0
    with claims.held(lambda number: FORGERIES[forgery](genuine, number)):
        assert count(table) == 0


def test_a_claim_that_is_no_list_of_services_is_not_even_read_and_shows_nothing(town: Town) -> None:
    with transaction.atomic(), claims.held(lambda _process: "1 OR true|1|1|" + "0" * 64):
        assert count("cases_case") == 0
    assert count("cases_case") > 0, "and the next statement asks as before"


def test_nothing_is_written_into_another_services_case(town: Town) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_case")
        case_id = cursor.fetchone()[0]
    stranger = Actor(town.nurse.operator_id, town.nurse.organisation_id, 2**40, Role.EMERGENCY_OPERATOR)
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        entered(actor=stranger),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO cases_event (case_id, happened_at, kind, detail) VALUES (%s, now(), 'seen', '')", [case_id]
        )
    with entered(actor=stranger), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET alias = 'x'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM cases_participation")
        assert cursor.rowcount == 0


@pytest.mark.parametrize("statement", ["SELECT * FROM access_claim_key", "DELETE FROM access_claim_key"])
def test_the_application_cannot_touch_the_key(statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_owner_of_the_tables_sees_nothing_either(database_urls: Urls) -> None:
    with psycopg.connect(database_urls.owner) as owner:
        for table in TABLES:
            assert owner.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_claims_nest_and_each_ends_where_it_began(town: Town) -> None:
    seen = [count("cases_case")]
    with entered(actor=Actor(None, None, None, None)):
        seen.append(count("cases_case"))
        with as_system():
            seen.append(count("cases_case"))
        seen.append(count("cases_case"))
    seen.append(count("cases_case"))
    assert seen == [1, 0, 1, 0, 1]
    assert all(one != other for one, other in pairwise(seen))


@pytest.mark.django_db(transaction=True)
def test_a_claim_is_gone_with_its_transaction_though_the_connection_is_used_again() -> None:
    an_activation(a_town(), Need.SAFE_PLACE)
    with as_system():
        first = process()
        assert count("cases_case") == 1
    assert process() == first, "the same connection"
    assert count("cases_case") == 0, "outside a transaction nobody asks"
    with claims.held(lambda _process: ""), transaction.atomic():
        assert count("cases_case") == 0
