# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""No table, view or function slips past row-level security (security.md, P4), and each wall taken away is missed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from tests.factories.observers import observer

from approdo.kit.postgres import Urls

pytestmark = pytest.mark.django_db

WALLED = {
    "activations_activation",
    "activations_alert",
    "activations_call",
    "cases_case",
    "cases_event",
    "cases_participation",
    "cases_reception",
    "consents_block",
    "consents_breakglass",
    "consents_grant",
    "consents_masking",
    "consents_notshared",
    "documents_document",
    "persons_entry",
    "persons_keeping",
    "persons_nametoken",
    "persons_version",
    "recognition_rejectedline",
    "recognition_prompt",
    "recognition_reading",
    "recognition_storedvisit",
    "recognition_visitimport",
    "referrals_referral",
    "referrals_replylink",
    "referrals_step",
    "risk_assessment",
    "risk_happening",
    "risk_judgement",
    "tasks_stretch",
    "tasks_task",
    "vault_wrappedkey",
}
"""Every table that says anything about a case, or about a visit to an emergency department."""

OPEN = {
    "access_claim_key": "the key of claims; the application may not even read it",
    "account_emailaddress": "operators",
    "account_emailconfirmation": "operators",
    "accounts_operator": "operators",
    "accounts_servicetoken": "operators",
    "audit_entry": "identifiers only, appended and never changed; read through nothing yet",
    "audit_checkpoint": "hashes, signed, for others to keep",
    "audit_heartbeat": "processes",
    "audit_link": "hashes",
    "auth_group": "operators; unused",
    "auth_group_permissions": "operators; unused",
    "auth_permission": "operators; unused",
    "accounts_operator_groups": "operators; unused",
    "accounts_operator_user_permissions": "operators; unused",
    "django_content_type": "names of tables",
    "django_migrations": "names of migrations",
    "django_session": "operators",
    "documents_file": "random names of sealed files; which document a file is of, only walled rows say",
    "kit_cache": "counters of attempts to sign in",
    "mfa_authenticator": "operators",
    "protocols_edition": "blank models and forms, and words: the page on which one brings them says so",
    "protocols_shelfitem": "titles of models, forms and glossaries",
    "protocols_withdrawal": "of published procedures",
    "notifications_message": "addresses of operators and when they were called; never a word about a case",
    "risk_loadedinstrument": "questions that a network may use, and whose hands were in it; nothing of a case",
    "risk_instrumentversion": "questions and what answers mean; who answered, only walled rows say",
    "recognition_sitemode": "from when on a department does what, decided by whom; nothing of a woman",
    "usersessions_usersession": "operators",
}
OPEN_FAMILIES = {
    "networks_": "organisations, services, territory and shifts: the directory",
    "notifications_": "how operators are reached",
    "protocols_": "operating procedures",
    "procrastinate_": "jobs, which carry identifiers only",
}
OWNER_LET_THROUGH = {"consents_block": "the function that hides a case reads it as the owner, or would ask itself"}
DEFINERS = {"access_genuine", "audit_chain", "cases_kept_out"}
"""Functions that run with the owner's rights."""


def faults(connection: psycopg.Connection[Any]) -> set[str]:
    """Everything in the catalogue through which a row could be seen that should not."""
    return {text for look in (_tables, _views, _functions, _roles) for text in look(connection)}


def _tables(connection: psycopg.Connection[Any]) -> Iterator[str]:
    found = connection.execute(
        "SELECT relname, relrowsecurity, relforcerowsecurity,"
        " (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid AND polpermissive AND polroles = '{0}')"
        " FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    ).fetchall()
    for name, enabled, forced, policies in found:
        if name in WALLED:
            if not enabled:
                yield f"{name}: row-level security is off"
            if not forced and name not in OWNER_LET_THROUGH:
                yield f"{name}: its owner is let through"
            if policies != 1:
                yield f"{name}: {policies} policies instead of one"
        elif name not in OPEN and not name.startswith(tuple(OPEN_FAMILIES)):
            yield f"{name}: say whether it holds case data"
    yield from (f"{name}: is not there" for name in WALLED - {row[0] for row in found})


def _views(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for name, kind, options in connection.execute(
        "SELECT relname, relkind, coalesce(reloptions, '{}') FROM pg_class"
        " WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
    ):
        if kind == b"m" or kind == "m":
            yield f"{name}: a materialised view keeps rows that anybody reads"
        elif "security_invoker=true" not in options:
            yield f"{name}: a view with its owner's eyes"


def _functions(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for name, config in connection.execute(
        "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    ):
        if name not in DEFINERS:
            yield f"{name}: runs with its owner's rights"
        if not any(one.startswith("search_path=") for one in config or ()):
            yield f"{name}: finds its tables where the caller says"


def _roles(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for name, superuser, bypasses in connection.execute(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname IN ('approdo_app', 'approdo_owner')"
    ):
        if superuser or bypasses:
            yield f"{name}: stands above row-level security"
    for (name,) in connection.execute(
        "SELECT relname FROM pg_class WHERE relowner = 'approdo_app'::regrole"
        " UNION SELECT relname FROM pg_class WHERE relname = 'access_claim_key'"
        " AND has_table_privilege('approdo_app', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
    ):
        yield f"{name}: is in the application's hands"
    if connection.execute("SELECT pg_has_role('approdo_app', 'approdo_owner', 'MEMBER')").fetchone() != (False,):
        yield "approdo_app: can become the owner"


@contextmanager
def changed(urls: Urls, *statements: str) -> Iterator[psycopg.Connection[Any]]:
    """The database after a superuser has changed it, and never longer than here."""
    with observer(urls) as one:
        for statement in statements:
            one.execute(statement)
        yield one
        one.rollback()


def test_every_table_with_case_data_is_behind_the_wall_and_nothing_leads_around_it(database_urls: Urls) -> None:
    with changed(database_urls) as connection:
        assert faults(connection) == set()


@pytest.mark.parametrize("table", sorted(WALLED))
@pytest.mark.parametrize(
    ("taken_away", "missed"),
    [
        ("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", "its owner is let through"),
        ("ALTER TABLE {} DISABLE ROW LEVEL SECURITY", "row-level security is off"),
        ("DROP POLICY seen_by ON {}", "0 policies instead of one"),
        ("CREATE POLICY another ON {} USING (true)", "2 policies instead of one"),
    ],
)
def test_a_wall_taken_away_is_missed(database_urls: Urls, table: str, taken_away: str, missed: str) -> None:
    if table in OWNER_LET_THROUGH and "NO FORCE" in taken_away:
        pytest.skip(OWNER_LET_THROUGH[table])
    with changed(database_urls, taken_away.format(table)) as connection:
        assert faults(connection) == {f"{table}: {missed}"}


@pytest.mark.parametrize(
    ("way_around", "missed"),
    [
        ("CREATE TABLE diary (case_id uuid)", "diary: say whether it holds case data"),
        ("CREATE VIEW all_cases AS SELECT * FROM cases_case", "all_cases: a view with its owner's eyes"),
        (
            "CREATE MATERIALIZED VIEW kept AS SELECT * FROM cases_case",
            "kept: a materialised view keeps rows that anybody reads",
        ),
        (
            "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public"
            " AS 'SELECT count(*) FROM cases_case'",
            "peek: runs with its owner's rights",
        ),
        ("ALTER FUNCTION access_genuine() RESET search_path", "access_genuine: finds its tables where the caller says"),
        ("ALTER ROLE approdo_app BYPASSRLS", "approdo_app: stands above row-level security"),
        ("ALTER TABLE cases_case OWNER TO approdo_app", "cases_case: is in the application's hands"),
        ("GRANT SELECT ON access_claim_key TO approdo_app", "access_claim_key: is in the application's hands"),
        ("GRANT approdo_owner TO approdo_app", "approdo_app: can become the owner"),
    ],
)
def test_a_way_around_the_wall_is_found(database_urls: Urls, way_around: str, missed: str) -> None:
    with changed(database_urls, way_around) as connection:
        assert missed in faults(connection)
