# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Years of visits of a region, scored at a terminal and without a database."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from approdo.cli.progress import say

if TYPE_CHECKING:  # loaded only when it is used, so that help is quick
    from approdo.recognition.gateways.batch import Batch, Done
    from approdo.recognition.rules import Fault, HospitalMapping

_FILE = click.Path(dir_okay=False, path_type=Path)
_READ = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_BANDS = {
    "immediate": "già detto: il percorso comincia",
    "ask": "da chiedere in privato",
    "quiet": "segno silenzioso",
    "none": "niente (e non vuol dire niente)",
}


@click.group("recognise")
def recognise() -> None:
    """Riconoscere presto: ciò che gli accessi al pronto soccorso dicono, mostrano e sommano.

    \b
    Esempio:
      approdo recognise score --input accessi.parquet --mapping ospedale.yaml --output segni.parquet
    """


@recognise.command("score")
@click.option("--input", "source", type=_READ, required=True, help="Gli accessi: Parquet, o CSV in UTF-8.")
@click.option("--mapping", type=_READ, required=True, help="Quale colonna è che cosa (YAML).")
@click.option("--output", type=_FILE, required=True, help="Il file Parquet da scrivere.")
@click.option("--rejected", type=_FILE, help="Un CSV con riga, colonna e motivo di ciò che non si è potuto leggere.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Solo gli accessi da questo giorno in poi.")
@click.option("--explain", is_flag=True, help="Accanto a ogni accesso, riga per riga, da dove vengono i punti.")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def score(
    source: Path,
    mapping: Path,
    output: Path,
    rejected: Path | None,
    since: datetime | None,
    explain: bool,
    as_json: bool,
) -> None:
    """Dà punti ad anni di accessi, con le stesse regole di un accesso alla volta.

    Interrotto, riprende da dov'era: ciò che è a metà sta accanto al file da scrivere. Le righe che non si possono
    leggere non fermano le altre; il loro elenco non contiene nulla di ciò che dicevano. Con --since dà punti solo agli
    accessi da quel giorno in poi, e legge di quelli di prima ciò che conta ancora: è il giro di ogni notte.

    \b
    Esempi:
      approdo recognise score --input accessi.parquet --mapping ospedale.yaml --output segni.parquet
      approdo recognise score --input accessi.csv --mapping ospedale.yaml --output segni.parquet \\
        --explain --rejected scarti.csv --json
      approdo recognise score --input accessi.parquet --mapping ospedale.yaml --output notte.parquet --since 2026-11-27
    """
    from approdo.recognition.gateways.batch import Batch
    from approdo.recognition.gateways.rows import Words
    from approdo.recognition.selectors import lexicon, said_in, table

    read = _mapping(mapping)
    words = Words(said_in, lexicon().triggers)
    midnight = since.replace(tzinfo=ZoneInfo(read.arrived_at.zone)) if since else None
    batch = Batch(source, output, rejected, read, table(), datetime.now(UTC), explain, words, midnight)
    done = _run(batch, quiet=as_json)
    if as_json:
        click.echo(json.dumps({"scored": done.scored, "bands": done.bands, "rejected": done.rejected}))
        return
    for band, sentence in _BANDS.items():
        click.echo(f"{done.bands.get(band, 0):>12}  {sentence}")
    if done.rejected:
        where = f"l'elenco è in {rejected}" if rejected else "con --rejected FILE se ne ha l'elenco"
        say(f"Righe che non si sono potute leggere: {done.rejected}; {where}.")
    say(f"Scritto {output}: {done.scored} accessi.")


def _mapping(path: Path) -> "HospitalMapping":
    from approdo.recognition.rules import written_mapping

    found, faults = written_mapping(path.read_bytes())
    if found is None:
        raise click.ClickException(f"La mappatura {path} non va bene:\n{_listed(faults)}")
    return found


def _run(batch: "Batch", *, quiet: bool) -> "Done":
    import duckdb

    from approdo.recognition.gateways.batch import run
    from approdo.recognition.gateways.rows import Unusable

    with _private_files(), click.progressbar(length=1, label="· Accessi", hidden=quiet) as bar:

        def progress(done: int, steps: int) -> None:
            bar.length = steps
            bar.update(done - bar.pos)

        try:
            return run(batch, progress)
        except Unusable as error:
            raise click.ClickException(f"{batch.source} non va con la mappatura:\n{_listed(error.faults)}") from None
        except duckdb.Error as error:
            kind = type(error).__name__  # its text may hold a cell of somebody's row
            raise click.ClickException(f"{batch.source} non si può leggere, o manca spazio ({kind}).") from None
        except OSError as error:
            raise click.ClickException(f"Non si può leggere o scrivere: {error.strerror}.") from None


@contextmanager
def _private_files() -> Iterator[None]:
    """Let every file be made for who runs this and for nobody else: it says of whom there is a reason to ask."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _listed(faults: Iterable["Fault"]) -> str:
    return "\n".join(f"  {fault.column or '·'}: {fault.sentence}" for fault in faults)
