# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bring the database to this version: as the owner role, one process at a time, never waiting long for a lock."""

import os

import click
import psycopg

from approdo.cli.environment import set_up_django
from approdo.kit import database_roles

_LOCK = 0x0A_99_20_D0  # one number for every process that migrates this database
_WAIT_SECONDS = 120


def migrate_database() -> None:
    """Grant, migrate, make the cache table, install the key of claims; other processes that migrate wait for this one.

    Raises click.ClickException when the database cannot be reached or another process does not finish in two minutes.
    """
    set_up_django(as_owner=True)
    from django.core.management import call_command

    from approdo.access.services import install_claim_key

    try:
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True, connect_timeout=10) as guard:
            guard.execute(f"SET lock_timeout = '{_WAIT_SECONDS}s'")
            guard.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            database_roles.grant(guard, _application_role())
            call_command("migrate", database="owner", interactive=False, verbosity=0)
            call_command("createcachetable", database="owner", verbosity=0)
            install_claim_key(owner=guard)
    except psycopg.errors.LockNotAvailable as error:
        raise click.ClickException("Un altro processo sta aggiornando la banca dati: riprova fra poco.") from error
    except psycopg.OperationalError as error:
        raise click.ClickException(f"La banca dati non risponde: {error}") from error


def _application_role() -> str:
    """Name of the role in DATABASE_URL; grants go to it."""
    named = psycopg.conninfo.conninfo_to_dict(os.environ.get("DATABASE_URL", "")).get("user")
    return str(named) if named else database_roles.APPLICATION


@click.command("migrate")
def migrate() -> None:
    """Porta la banca dati a questa versione.

    Lavora con il ruolo proprietario (DATABASE_OWNER_URL). Si può ripetere senza danno, anche da più macchine insieme.

    \b
    Esempio:
      approdo migrate
    """
    migrate_database()
    click.echo("Banca dati aggiornata.")
