# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must be true before the processes start: schema, pages' files and, in a demonstration, invented data."""

import click

from approdo.cli.migrate import migrate_database
from approdo.cli.progress import step


@click.command("prepare")
@click.option("--demonstration", is_flag=True, help="Carica anche la regione inventata, se non c'è già.")
@click.option("--seed", default=1, show_default=True, help="Seme dei dati inventati.")
def prepare(demonstration: bool, seed: int) -> None:
    """Prepara banca dati e pagine, poi finisce; «up» e «demo» lo fanno da soli.

    \b
    Esempio:
      approdo prepare
    """
    with step("Aggiorno la banca dati"):
        migrate_database()
    from django.core.management import call_command

    with step("Preparo le pagine"):
        call_command("collectstatic", interactive=False, verbosity=0)
    if demonstration:
        from approdo.cli import demonstration as region
        from approdo.kit import clock

        with step("Carico la regione inventata"):
            region.load(seed=seed, today=clock.now().astimezone(clock.ROME).date())
