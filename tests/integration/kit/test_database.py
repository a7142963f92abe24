# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import psycopg
import pytest
from django.db import ProgrammingError, connection

from approdo.kit import clock
from approdo.kit.postgres import Urls


def _one(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_the_application_works_with_a_role_that_owns_nothing() -> None:
    assert _one("SELECT current_user") == "approdo_app"
    assert _one("SELECT count(*) FROM pg_class WHERE relowner = 'approdo_app'::regrole") == 0
    assert _one("SELECT count(*) FROM pg_class WHERE relowner = 'approdo_owner'::regrole") > 20


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "TRUNCATE audit_heartbeat",
        "DROP TABLE audit_heartbeat",
        "ALTER TABLE audit_heartbeat DISABLE TRIGGER ALL",
        "SET ROLE approdo_owner",
        "CREATE ROLE another",
    ],
)
def test_the_application_role_cannot_change_the_house(statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner|must be able"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_clock_is_the_databases_and_aware() -> None:
    assert clock.now().utcoffset() is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_transactional_test_commits_is_gone_before_the_next(turn: str, database_urls: Urls) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_heartbeat VALUES ('same-name', now())")
    with psycopg.connect(database_urls.owner) as other:
        assert other.execute("SELECT count(*) FROM audit_heartbeat").fetchone() == (1,)
