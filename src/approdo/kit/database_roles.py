# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two database roles: one owns and migrates, the other works and owns nothing.

Everything here can be repeated without harm.
"""

from typing import Any

import psycopg
from psycopg import sql

OWNER = "approdo_owner"
APPLICATION = "approdo_app"

_ROLE_OPTIONS = {
    OWNER: "LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    APPLICATION: "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
}


def create_roles(administrator: psycopg.Connection[Any], passwords: dict[str, str]) -> None:
    """Make the two roles as a superuser, or bring their options and passwords back to what they should be."""
    for name, options in _ROLE_OPTIONS.items():
        known = administrator.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
        administrator.execute(
            sql.SQL("{} ROLE {} {} PASSWORD {}").format(
                sql.SQL("ALTER" if known else "CREATE"),
                sql.Identifier(name),
                sql.SQL(options),
                sql.Literal(passwords[name]),
            )
        )


def create_database(administrator: psycopg.Connection[Any], name: str) -> None:
    """Make the database of the owner role if it is not there (autocommit connection)."""
    if administrator.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    statement = "CREATE DATABASE {} OWNER {} TEMPLATE template0"
    administrator.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(OWNER)))


def grant(owner: psycopg.Connection[Any], application: str = APPLICATION) -> None:
    """As the owner, let the application role use every table and sequence, present and future, of `public`.

    A table that the application may only append to takes privileges back in its own migration, so what exists is
    granted only on the first call: later calls must not undo that.
    """
    database = owner.info.dbname
    role = sql.Identifier(application)
    done = owner.execute(
        "SELECT 1 FROM pg_default_acl WHERE defaclobjtype = 'r' AND defaclrole = current_user::regrole"
        " AND EXISTS (SELECT 1 FROM aclexplode(defaclacl) WHERE grantee = %s::regrole)",
        [application],
    ).fetchone()
    if done:
        return
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    ):
        owner.execute(sql.SQL(statement).format(database=sql.Identifier(database), role=role))
