# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories.protocols import call, published, text

from approdo.access.rules import ROLE_PERMISSIONS, Forbidden, Permission, Role
from approdo.kit.errors import NotFound
from approdo.protocols import selectors
from approdo.protocols.models import ProtocolVersion
from approdo.protocols.rules import Context
from approdo.protocols.selectors import in_force

from .conftest import BERGAMO, LUINO, NOW, VARESE

ED = Context.EMERGENCY_DEPARTMENT
HOUR = timedelta(hours=1)


def publish(world, *calls, starting=NOW, **changes):
    return published(
        actor=world.coordinator, network_code="lake", text=text(*calls, **changes), now=NOW, effective_from=starting
    )


@pytest.fixture
def two_versions(world):
    publish(world, name="Prima")
    publish(world, name="Seconda", starting=NOW + 2 * HOUR)


@pytest.mark.parametrize(
    ("after", "name"),
    [(-HOUR, None), (0 * HOUR, "Prima"), (HOUR, "Prima"), (2 * HOUR, "Seconda"), (900 * HOUR, "Seconda")],
)
def test_the_version_that_began_last_is_in_force(two_versions, after, name):
    found = in_force(VARESE, ED, NOW + after)
    assert (found and found.parsed.name) == name


def test_what_was_in_force_is_still_said_after_a_new_version(two_versions):
    assert in_force(VARESE, ED, NOW + HOUR).number == 1
    assert in_force(VARESE, ED, NOW + 3 * HOUR).number == 2


@pytest.mark.parametrize("place", [BERGAMO, "012001", "999999", "", "Varese", "01213３", "x" * 5000, "\x00" * 6])
def test_a_place_without_a_protocol_has_none(two_versions, place):
    assert in_force(place, ED, NOW + HOUR) is None


def test_a_protocol_for_some_municipalities_beats_the_one_for_all(world):
    publish(world, name="Tutta la rete")
    publish(world, name="Valle", code="valley", municipalities=[LUINO])
    assert in_force(LUINO, ED, NOW).parsed.name == "Valle"
    assert in_force(VARESE, ED, NOW).parsed.name == "Tutta la rete"


def test_a_place_that_a_new_version_drops_falls_back_to_the_network_and_not_to_the_old_version(world):
    publish(world, name="Tutta la rete")
    publish(world, name="Due comuni", code="valley", municipalities=[LUINO, VARESE])
    publish(world, name="Un comune", code="valley", municipalities=[LUINO], starting=NOW + HOUR)
    assert in_force(VARESE, ED, NOW).parsed.name == "Due comuni"
    assert in_force(VARESE, ED, NOW + HOUR).parsed.name == "Tutta la rete"


def test_a_context_that_is_not_named_has_no_protocol(world):
    publish(world, contexts=["police"])
    assert in_force(VARESE, Context.POLICE, NOW) is not None
    assert in_force(VARESE, ED, NOW) is None


def test_an_unknown_context_is_an_error_of_the_caller(world):
    with pytest.raises(ValueError, match="school"):
        in_force(VARESE, "school", NOW)


def test_it_costs_one_query_once_the_process_knows_the_version(two_versions, django_assert_num_queries):
    in_force(VARESE, ED, NOW)
    with django_assert_num_queries(1):
        found = in_force(VARESE, ED, NOW)
    assert found.document["name"] == "Prima"


def test_the_document_is_what_was_published(world):
    publish(world, call(), call("b", after="centre", after_minutes=5), municipalities=[LUINO, VARESE])
    found = in_force(VARESE, ED, NOW)
    assert found.document == ProtocolVersion.objects.get(pk=found.version_id).document
    assert found.parsed.municipalities == {LUINO, VARESE}
    assert [rule.key for rule in found.parsed.calls] == ["centre", "b"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE protocols_protocolversion SET document = '{}'",
        "DELETE FROM protocols_protocolversion",
        "TRUNCATE protocols_protocolversion CASCADE",
        "UPDATE protocols_protocol SET code = 'x'",
        "DELETE FROM protocols_protocol",
        "ALTER TABLE protocols_protocolversion DISABLE TRIGGER ALL",
    ],
)
def test_the_application_cannot_change_a_published_version(two_versions, statement):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)
    assert in_force(VARESE, ED, NOW).parsed.name == "Prima"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["protocols_protocolversion", "protocols_protocol"])
def test_not_even_the_owner_changes_a_published_version(two_versions, database_urls, statement, table):
    with psycopg.connect(database_urls.owner) as owner, pytest.raises(psycopg.Error, match="append-only"):
        owner.execute(statement.format(table))


def test_the_list_says_what_holds_and_what_is_coming(two_versions, world):
    (listed,) = selectors.protocols(world.operator, NOW + HOUR)
    assert (listed.network_name, listed.code) == ("Rete lake", "urgent")
    assert listed.in_force.name == "Prima"
    assert [view.name for view in listed.coming] == ["Seconda"]
    assert [view.number for view in listed.versions] == [2, 1]


def test_the_list_holds_only_the_networks_of_her_organisation(two_versions, world):
    assert selectors.protocols(world.stranger, NOW) == ()


@pytest.mark.parametrize("role", Role)
def test_who_may_read_protocols_is_a_matter_of_role(two_versions, world, role):
    from dataclasses import replace

    actor = replace(world.operator, role=role)
    if Permission.READ_PROTOCOL in ROLE_PERMISSIONS[role]:
        assert selectors.version(actor, "lake", "urgent", 1).parsed.name == "Prima"
    else:
        with pytest.raises(Forbidden):
            selectors.version(actor, "lake", "urgent", 1)


@pytest.mark.parametrize(
    ("network", "code", "number"), [("lake", "urgent", 3), ("lake", "other", 1), ("x", "urgent", 1)]
)
def test_a_version_that_does_not_exist_is_not_found(two_versions, world, network, code, number):
    with pytest.raises(NotFound):
        selectors.version(world.operator, network, code, number)


def test_another_networks_version_answers_like_an_absent_one(two_versions, world):
    with pytest.raises(NotFound):
        selectors.version(world.stranger, "lake", "urgent", 1)


def test_an_enormous_number_is_not_found_and_no_crash(two_versions, world):
    with pytest.raises(NotFound):
        selectors.version(world.operator, "lake", "urgent", 10**30)


def test_the_difference_of_two_versions_names_what_changed(two_versions, world):
    (change,) = selectors.difference(world.operator, "lake", "urgent", 1, 2)
    assert (change.path, change.before, change.after) == ("name", "Prima", "Seconda")
