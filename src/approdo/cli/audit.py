# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register of what was done: is it as it was written, and what others keep to prove it."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from approdo.cli.environment import set_up_django

if TYPE_CHECKING:  # needs Django, which needs the environment
    from approdo.audit.rules import Checkpoint, Damage, Link

_SAID = {
    "edited": "riscritte: il contenuto non è quello che fu annotato",
    "deleted": "cancellate",
    "missing_links": "tolte, con il loro anello",
    "cut_tail": "tagliate in fondo: chi conserva l'impronta le aveva già viste",
    "rewritten": "riscritte tutte: la catena è intera, ma non è quella di cui altri conservano l'impronta",
}


@click.group("audit")
def audit() -> None:
    """Registro di ciò che è stato fatto: è integro? E che cosa conservano le altre organizzazioni per provarlo.

    \b
    Esempi:
      approdo audit verify
      approdo audit checkpoint >> impronte-di-rete.jsonl
      approdo audit verify --checkpoints impronte-di-rete.jsonl
      approdo audit unspool
    """


@audit.command("verify")
@click.option(
    "--checkpoints",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Impronte conservate altrove (una per riga). Si può ripetere.",
)
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def verify(files: tuple[Path, ...], as_json: bool) -> None:
    """Ricalcola tutta la catena e nomina ciò che è stato toccato. Esce con 1 se trova un danno.

    Senza impronte conservate altrove non si vede una coda tagliata, né un registro riscritto da capo.

    \b
    Esempio:
      approdo audit verify --checkpoints impronte-di-rete.jsonl
    """
    set_up_django()
    from approdo.audit import selectors
    from approdo.audit.rules import examine, in_ranges

    kept = [one for file in files for one in _checkpoints(file)]
    length, unlinked = selectors.length(), selectors.unlinked()
    with selectors.chain() as links:
        counted = _Counted(links, length, show=not as_json and sys.stderr.isatty())
        damages = list(in_ranges(examine(counted, [*kept, *selectors.checkpoints()])))
    if as_json:
        _tell_programs(counted.number, damages, unlinked, len(kept))
    else:
        _tell_people(counted.number, damages, unlinked, len(kept))
    if damages or unlinked:
        sys.exit(1)


@audit.command("checkpoint")
def checkpoint() -> None:
    """Firma a che punto è il registro e scrive l'impronta: una riga, da far conservare ad altre organizzazioni.

    \b
    Esempio:
      approdo audit checkpoint >> impronte-di-rete.jsonl
    """
    set_up_django()
    from approdo.audit import services
    from approdo.kit import clock

    try:
        made = services.checkpoint(now=clock.now())
    except OSError as error:
        raise click.ClickException(
            "La chiave che firma le impronte non si raggiunge: guarda APPRODO_KEYS (docs/how-to/registro.md)."
        ) from error
    if made is None:
        raise click.ClickException("Il registro è ancora vuoto: non c'è niente da firmare.")
    click.echo(made.written())


@audit.command("export")
def export() -> None:
    """Scrive tutte le impronte firmate finora, una per riga, dalla più vecchia.

    \b
    Esempio:
      approdo audit export > impronte-di-rete.jsonl
    """
    set_up_django()
    from approdo.audit import selectors

    for one in selectors.checkpoints():
        click.echo(one.written())


@audit.command("unspool")
def unspool() -> None:
    """Porta nel registro ciò che aspettava fuori, quando la banca dati non accettava annotazioni. Si può ripetere.

    Lo fa da sé «approdo sweep» ogni dieci secondi: serve a chi non vuole aspettare.

    \b
    Esempio:
      approdo audit unspool
    """
    set_up_django()
    from approdo.audit import services
    from approdo.audit.gateways import Spool
    from approdo.kit import clock

    brought = services.unspool(now=clock.now())
    if not brought and Spool().waits():
        raise click.ClickException("Il registro non accetta ancora annotazioni: niente è andato perso, riprova.")
    click.echo(f"Annotazioni portate nel registro: {brought}.")


def _checkpoints(file: Path) -> "list[Checkpoint]":
    from approdo.audit.rules import checkpoints_in

    try:
        return checkpoints_in(file.read_text())
    except (ValueError, UnicodeDecodeError) as error:
        raise click.ClickException(
            f"{file.name}: c'è una riga che non è un'impronta firmata di Approdo. Non è stato controllato niente."
        ) from error


class _Counted:
    """Links as they pass, counted; with progress for whoever waits."""

    def __init__(self, links: "Iterable[Link]", length: int, *, show: bool) -> None:
        self._links, self._length, self._show, self.number = links, length, show, 0

    def __iter__(self) -> "Iterator[Link]":
        for link in self._links:
            self.number += 1
            if self._show and self.number % 5_000 == 0:
                click.echo(f"\r{self.number * 100 // max(self._length, 1)} % …", nl=False, err=True)
            yield link
        if self._show:
            click.echo("\r", nl=False, err=True)


def _tell_programs(number: int, damages: "list[Damage]", unlinked: list[int], kept: int) -> None:
    said = {
        "entries": number,
        "checkpoints": kept,
        "damages": [{"harm": one.harm.value, "first": one.first, "last": one.last} for one in damages],
        "unlinked": unlinked,
    }
    click.echo(json.dumps(said))


def _tell_people(number: int, damages: "list[Damage]", unlinked: list[int], kept: int) -> None:
    for one in damages:
        rows = f"riga {one.first}" if one.first == one.last else f"righe da {one.first} a {one.last}"
        click.echo(f"DANNO  {rows}: {_SAID[one.harm.value]}")
    for pk in unlinked:
        click.echo(f"DANNO  annotazione {pk}: aggiunta senza anello, non da Approdo")
    if not damages and not unlinked:
        click.echo(f"Integro: {number} annotazioni, dalla prima all'ultima.")
    if not kept:
        click.echo(
            "Nessuna impronta di altri: una coda tagliata o un registro riscritto da capo qui non si vedrebbero"
            " (docs/how-to/registro.md)."
        )
