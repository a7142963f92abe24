# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must be true before the processes start: schema, pages' files and, in a demonstration, invented data."""

from hashlib import sha256
from pathlib import Path

import click

from approdo.cli.environment import set_up_django
from approdo.cli.migrate import migrate_database
from approdo.cli.progress import step


def collect_files() -> None:
    """Gather, name by content and compress the pages' files, unless that was done for these very files."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            found.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == found.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(found.hexdigest())


def _install_keys() -> None:
    from approdo.access.services import as_system
    from approdo.vault import services as vault
    from approdo.vault.rules import KeysUnavailable

    try:
        with as_system():
            vault.install_keys()
    except KeysUnavailable as error:
        raise click.ClickException(
            "La cartella delle chiavi (APPRODO_KEYS) manca, non è privata o è danneggiata, e ci sono già percorsi"
            " protetti: rimetti quella giusta (docs/how-to/chiavi.md). Niente è stato cambiato."
        ) from error


@click.command("prepare")
@click.option("--demonstration", is_flag=True, help="Carica anche la regione inventata, se non c'è già.")
@click.option("--seed", default=1, show_default=True, help="Seme dei dati inventati.")
def prepare(demonstration: bool, seed: int) -> None:
    """Prepara banca dati e pagine, poi finisce; «up» e «demo» lo fanno da soli.

    \b
    Esempio:
      approdo prepare
    """
    set_up_django(as_owner=True)
    with step("Preparo le pagine"):  # first: the processes that serve may start while the database is still away
        collect_files()
    with step("Aggiorno la banca dati"):
        migrate_database()
    with step("Guardo le chiavi"):
        _install_keys()
    if demonstration:
        from approdo.cli import demonstration as region
        from approdo.kit import clock

        with step("Carico la regione inventata"):
            today = clock.now().astimezone(clock.ROME).date()
            region.load(seed=seed, today=today, progress=lambda sentence: click.echo(f"{sentence} … ", nl=False))
