# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys that open the record: how many there are, new ones, erasures after a restore, recovery."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from approdo.cli.environment import set_up_django

_COPY_SAID = {
    "kept_elsewhere": "Le chiavi le tiene un altro servizio: le copie sono affar suo.",
    "no_shares": "Nessuna quota di recupero: perduta questa macchina, perdute le chiavi. Fai «approdo keys shares».",
    "missing": "Copia sigillata: MANCA, o non è di adesso. Guarda APPRODO_KEYS_COPY, poi fai «approdo keys copy».",
    "of_now": "Copia sigillata: è di adesso. Tienila con le copie della banca dati.",
}


@click.group("keys")
def keys() -> None:
    """Chiavi che aprono i percorsi: quante sono, come si rinnovano e si recuperano, che cosa resta cancellato.

    \b
    Esempi:
      approdo keys status
      approdo keys rotate
      approdo keys replay
      approdo keys shares
      approdo keys recover /copie/keyring.sealed
    """


@keys.command("status")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def status(as_json: bool) -> None:
    """Dice se le chiavi si raggiungono e aprono, quanti percorsi proteggono e con quante generazioni di chiavi.

    \b
    Esempio:
      approdo keys status --json
    """
    set_up_django()
    from approdo.access.services import as_system
    from approdo.vault import selectors as vault
    from approdo.vault import services

    with _reached(), as_system():
        services.check_keys()
        counted = vault.counts()
        copy = services.sealed_copy()
    if as_json:
        click.echo(json.dumps([vars(one) for one in counted]))
        return
    for one in counted:
        click.echo(
            f"organizzazione {one.organisation_id}: {one.cases} percorsi, {one.generations} generazioni di chiavi"
        )
    if not counted:
        click.echo("Nessun percorso protetto finora.")
    click.echo(_COPY_SAID[copy])


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


@keys.command("shares")
@click.option("--again", is_flag=True, help="Anche se ci sono già: quelle di prima apriranno solo le copie vecchie.")
def shares(again: bool) -> None:
    """Fa tre quote di recupero, per tre persone diverse: due bastano a ricostruire le chiavi, una non dice niente.

    Si vedono una volta sola: ognuna ricopia la sua su carta, senza mostrarla alle altre. Valgono quando si sono viste
    tutte: se ci si interrompe prima, valgono ancora quelle di prima.

    \b
    Esempio:
      approdo keys shares
    """
    set_up_django()
    from approdo.kit import clock
    from approdo.usecases import recovery

    with _reached():
        recovery.make_shares(now=clock.now(), again=again, shown=_show)
    click.echo("Fatto: da adesso valgono queste. Provale subito: approdo keys recover --try COPIA")


def _show(made_for: str, made: tuple[str, ...]) -> None:
    for number, words in enumerate(made, start=1):
        click.echo(f"Approdo, quota {number} di {len(made)}, serie {made_for}\n")
        for first, word in enumerate(words.split(), start=1):
            click.echo(f"{first:>4}. {word:<10}", nl=first % 4 == 0)
        click.echo("\n")
        _hide("Ricopiata e ricontrollata? Premi un tasto: sparisce.")


@keys.command("copy")
def copy() -> None:
    """Rifà la copia sigillata: serve solo se è stata persa, perché a ogni cambio di chiavi si rifà da sé.

    \b
    Esempio:
      approdo keys copy
    """
    set_up_django()
    from approdo.vault import services

    with _reached():
        services.copy_again()
    click.echo(_COPY_SAID["of_now"])


@keys.command("recover")
@click.argument("copies", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--try", "only_try", is_flag=True, help="Prova soltanto: dice se le quote aprono la copia.")
def recover(copies: tuple[Path, ...], only_try: bool) -> None:
    """Ricostruisce le chiavi dalla copia sigillata con due quote, che si scrivono qui, mai nella riga di comando.

    Non tocca chiavi che funzionano. Delle altre copie, se ne dai più d'una, vale l'elenco di ciò che fu cancellato:
    dai sempre anche la più recente.

    \b
    Esempio:
      approdo keys recover /copie/keyring.sealed
    """
    set_up_django()
    from approdo.vault import services

    with _reached():
        typed = [_share(which) for which in ("prima", "seconda")]
        written = [file.read_text(errors="replace") for file in copies]
        held = services.recover(shares=typed, copies=written, only_try=only_try)
    if only_try:
        click.echo(f"Le due quote aprono la copia: chiavi di {held} organizzazioni. Niente è stato scritto.")
        return
    click.echo(f"Recuperate le chiavi di {held} organizzazioni. Adesso: approdo keys replay")


def _share(which: str) -> str:
    """Ask for a share until it is one, and take it off the screen: the other custodian stands beside."""
    from approdo.vault.rules import RecoveryRefused, check_share

    while True:
        typed = click.prompt(f"La {which} quota, tutte le parole in fila", prompt_suffix=":\n", err=True)
        if sys.stdin.isatty():
            click.clear()
        try:
            return check_share(typed)
        except RecoveryRefused as error:
            if not sys.stdin.isatty():
                raise
            click.echo(_refusal(error), err=True)


def _hide(question: str) -> None:
    if sys.stdin.isatty() and sys.stdout.isatty():
        click.pause(question)
        click.clear()


def _refusal(error: Exception) -> str:
    sentence, word = getattr(error, "sentence", ""), getattr(error, "word", None)
    return f"{sentence} È la numero {word}." if word else str(sentence)


def _tell(done: int) -> None:
    if sys.stdout.isatty():
        click.echo(f"\r{done} …", nl=False)


@contextmanager
def _reached() -> Iterator[None]:
    from approdo.kit.errors import Conflict
    from approdo.vault.rules import KeysUnavailable, RecoveryRefused, Unreadable

    try:
        yield
    except (RecoveryRefused, Conflict) as error:
        raise click.ClickException(_refusal(error)) from None
    except Unreadable as error:
        raise click.ClickException(
            "Queste chiavi sono più vecchie della banca dati: ne serve una copia più recente (docs/how-to/chiavi.md)."
        ) from error
    except KeysUnavailable as error:
        raise click.ClickException(
            "Le chiavi non si raggiungono: guarda APPRODO_KEYS e APPRODO_KEYS_COPY, o il modulo che le tiene"
            " (docs/how-to/chiavi.md). Niente è andato perso."
        ) from error
