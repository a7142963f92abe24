# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys that open the record: how many there are, new ones, and erasures after a restore."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from approdo.cli.environment import set_up_django


@click.group("keys")
def keys() -> None:
    """Chiavi che aprono i percorsi: quante sono, come si rinnovano, che cosa resta cancellato.

    \b
    Esempi:
      approdo keys status
      approdo keys rotate
      approdo keys replay
    """


@keys.command("status")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def status(as_json: bool) -> None:
    """Dice se le chiavi si raggiungono, quanti percorsi proteggono e con quante generazioni di chiavi.

    \b
    Esempio:
      approdo keys status --json
    """
    set_up_django()
    from approdo.access.services import as_system
    from approdo.vault import selectors as vault

    with _reached(), as_system():
        counted = vault.counts()
    if as_json:
        click.echo(json.dumps([vars(one) for one in counted]))
        return
    for one in counted:
        click.echo(
            f"organizzazione {one.organisation_id}: {one.cases} percorsi, {one.generations} generazioni di chiavi"
        )
    if not counted:
        click.echo("Nessun percorso protetto finora.")


@keys.command("rotate")
@click.option("--organisation", "organisation_id", type=int, help="Solo questa; altrimenti tutte.")
def rotate(organisation_id: int | None) -> None:
    """Rinnova le chiavi: chi sta lavorando non se ne accorge. Si può interrompere e ripetere.

    \b
    Esempio:
      approdo keys rotate --organisation 3
    """
    set_up_django()
    from approdo.access.services import as_system
    from approdo.vault import selectors as vault
    from approdo.vault import services

    with _reached():
        with as_system():
            organisations = [one.organisation_id for one in vault.counts()]
        for one in organisations if organisation_id is None else [organisation_id]:
            done = services.rotate(organisation_id=one, progress=_tell)
            click.echo(f"\rorganizzazione {one}: {done} chiavi rinnovate")


@keys.command("replay")
def replay() -> None:
    """Dopo un ripristino: cancella di nuovo i percorsi che erano stati cancellati. Si può ripetere senza danno.

    \b
    Esempio:
      approdo keys replay
    """
    set_up_django()
    from approdo.access.services import as_system
    from approdo.vault import services

    with _reached(), as_system():
        gone = services.replay_erasures()
    click.echo(f"Chiavi di percorsi cancellati ritrovate nella banca dati e distrutte: {gone}.")


def _tell(done: int) -> None:
    if sys.stdout.isatty():
        click.echo(f"\r{done} …", nl=False)


@contextmanager
def _reached() -> Iterator[None]:
    from approdo.vault.rules import KeysUnavailable

    try:
        yield
    except KeysUnavailable as error:
        raise click.ClickException(
            "Le chiavi non si raggiungono: guarda APPRODO_KEYS (docs/how-to/chiavi.md). Niente è andato perso."
        ) from error
