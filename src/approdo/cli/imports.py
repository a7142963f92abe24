# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits to an emergency department from a hospital's files: brought in, and what of them was rejected."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from approdo.cli.environment import set_up_django

if TYPE_CHECKING:
    from approdo.access.rules import Actor
    from approdo.kit.errors import Refusal
    from approdo.recognition.rules.incoming import Unread
    from approdo.recognition.rules.records import Source
    from approdo.recognition.services import Report

SHOWN = 1_000
"""Rejected lines that a report lists; all of them are in ``approdo import rejected``."""
_WORDS = {
    "new": "nuovi",
    "replaced": "cambiati rispetto a prima",
    "unchanged": "già presenti, uguali",
    "rejected": "rifiutati",
}
_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.group("import")
def import_() -> None:
    """Accessi al pronto soccorso da un file dell'ospedale.

    \b
    Esempi:
      approdo import visits --service 12 --file accessi.csv --mapping ospedale.yaml --dry-run
      approdo import visits --service 12 --file accessi.csv --mapping ospedale.yaml
      approdo import rejected --service 12
    """


@import_.command("visits")
@click.option("--file", "path", required=True, type=_FILE, help="CSV, XLSX, Parquet, o un Bundle FHIR R4 in JSON.")
@click.option("--mapping", "mapping_path", type=_FILE, help="Quale colonna è che cosa. Per un Bundle FHIR non serve.")
@click.option("--service", type=int, required=True, help="Numero del servizio: un pronto soccorso.")
@click.option("--patient-identifier", default="", metavar="URI", help="FHIR: per quale identificativo si conosce lei.")
@click.option("--visit-identifier", default="", metavar="URI", help="FHIR: per quale identificativo, l'accesso.")
@click.option("--dry-run", is_flag=True, help="Dice che cosa ne verrebbe, e non scrive niente.")
@click.option("--again", is_flag=True, help="Dall'inizio, anche se lo stesso file è già stato importato.")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def visits(
    path: Path,
    mapping_path: Path | None,
    service: int,
    patient_identifier: str,
    visit_identifier: str,
    dry_run: bool,
    again: bool,
    as_json: bool,
) -> None:
    """Importa gli accessi di un file. Se si ferma a metà, lo stesso comando riprende da dov'era.

    Le righe che non vanno bene restano fuori una per una, e il resoconto dice quali e perché. Ciò che è scritto
    nell'anamnesi si legge e non si conserva; gli identificativi diventano pseudonimi.

    Esce con 0 se tutte le righe sono entrate, con 3 se qualcuna è stata rifiutata, con 1 se il file non si legge.

    \b
    Esempi:
      approdo import visits --service 12 --file accessi.csv --mapping ospedale.yaml --dry-run
      approdo import visits --service 12 --file bundle.json --json
    """
    set_up_django()
    from approdo.kit import clock
    from approdo.kit.errors import Refusal
    from approdo.recognition import services
    from approdo.recognition.selectors import said_in

    actor, now, lines = _department(service), clock.now(), _Lines(quiet=as_json)
    try:
        opened = services.open_file(
            path=path, mapping=mapping_path, patient=patient_identifier, visit=visit_identifier, now=now
        )
        order = services.Order(opened.file_digest, opened.mapping_digest, dry=dry_run, again=again)
        report = services.bring_in(
            actor=actor, source=opened.source, order=order, reading=said_in, now=now, tell=lines.tell
        )
    except Refusal as refusal:
        raise click.ClickException(_refused(refusal)) from refusal
    finally:
        lines.end()
    if as_json:
        click.echo(json.dumps(_plain(report, opened.source, lines, dry=dry_run), ensure_ascii=False))
    else:
        _say(report, opened.source, lines, dry=dry_run)
    if report.counts["rejected"]:
        raise click.exceptions.Exit(3)


@import_.command("rejected")
@click.option("--service", type=int, required=True, help="Numero del servizio.")
@click.option("--import", "import_id", type=click.UUID, help="Quale importazione. Di norma: l'ultima.")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi: un oggetto per riga.")
def rejected(service: int, import_id: UUID | None, as_json: bool) -> None:
    """Elenca le righe rifiutate di un'importazione: dove e perché, mai che cosa dicevano.

    \b
    Esempi:
      approdo import rejected --service 12
      approdo import rejected --service 12 --json > rifiutate.jsonl
    """
    set_up_django()
    from approdo.access.services import entered
    from approdo.recognition import selectors

    actor = _department(service)
    with entered(actor=actor):
        latest = selectors.recent_imports(actor, 1)
        if import_id is None and not latest:
            raise click.ClickException("In questo servizio non è stato importato nessun file.")
        for one in selectors.rejected_lines(actor, import_id or latest[0].id):
            if as_json:
                whole = {"line": one.line, "column": one.column, "reason": one.reason, "sentence": one.sentence}
                click.echo(json.dumps(whole, ensure_ascii=False))
            else:
                click.echo(_line(one.line, one.column, one.sentence))


def _department(service_id: int) -> "Actor":
    """Return the host acting for an emergency department; it sees what that department's organisation sees."""
    from approdo.access.rules import Actor, Purpose
    from approdo.networks import selectors as networks
    from approdo.networks.rules import ServiceKind

    if networks.kind_of(service_id) is not ServiceKind.EMERGENCY_DEPARTMENT:
        raise click.ClickException("Nessun pronto soccorso ha questo numero: i numeri sono nella pagina del servizio.")
    return Actor(None, networks.organisation_of(service_id), service_id, None, Purpose.OPERATION)


def _refused(refusal: "Refusal") -> str:
    """Return the sentence of a refusal, with what is wrong in a mapping line by line."""
    words = getattr(refusal, "words", {})
    sentence = refusal.sentence % words if words else refusal.sentence
    return "\n".join([sentence, *(f"  {one.column}: {one.sentence}" for one in getattr(refusal, "faults", ()))])


class _Lines:
    """What the terminal hears while a file is read; rejected lines are kept for the report, up to a number."""

    def __init__(self, *, quiet: bool) -> None:
        self.shown: list[Unread] = []
        self.more = 0
        self._bar = click.progressbar(length=1_000, label="Importo", file=sys.stderr, hidden=quiet)
        self._bar.__enter__()
        self._done = 0

    def tell(self, done: float, rejected: Sequence["Unread"]) -> None:
        """Move the bar, and remember what was rejected."""
        lines = [one for whole in rejected for one in (whole, *whole.more)]
        room = SHOWN - len(self.shown)
        self.shown += lines[:room]
        self.more += len(lines[room:])
        now = int(done * 1_000)
        self._bar.update(now - self._done)
        self._done = now

    def end(self) -> None:
        """Leave the terminal as it was."""
        self._bar.__exit__(None, None, None)


def _plain(report: "Report", source: "Source", lines: _Lines, *, dry: bool) -> dict[str, object]:
    """Return the report for programs: places, counts and codes, nothing of what a line said."""
    from approdo.recognition.rules.importing import COUNTS

    return {
        "import": str(report.import_id) if report.import_id else None,
        "dry_run": dry,
        "done_before": report.done_before,
        "resumed_from": report.resumed_from,
        "records": report.records,
        "counts": {name: report.counts[name] for name in COUNTS},
        "reasons": {reason.value: number for reason, number in sorted(report.reasons.items())},
        "columns_not_read": list(source.unnamed),
        "codes_not_read": dict(source.not_read),
        "rejected": [
            {"line": one.line, "column": one.column, "reason": one.reason.value, "sentence": one.sentence}
            for one in lines.shown
        ],
        "rejected_not_listed": lines.more,
    }


def _say(report: "Report", source: "Source", lines: _Lines, *, dry: bool) -> None:
    from approdo.recognition.rules.importing import ASIDES

    if report.done_before:
        click.echo("Questo file è già stato importato: non è cambiato niente. Per rileggerlo: --again.")
    elif report.resumed_from:
        click.echo(f"Ripreso dopo {report.resumed_from} righe già fatte.")
    for one in lines.shown:
        click.echo(_line(one.line, one.column, one.sentence))
    if lines.more:
        click.echo(f"… e altre {lines.more}: vedi «approdo import rejected».")
    if source.unnamed:
        click.echo(f"Colonne che la mappatura non nomina, non lette: {', '.join(map(str, source.unnamed))}.")
    for name, number in source.not_read.items():
        click.echo(f"Codici {name or 'di altre classificazioni'}, non letti: {number}.")
    click.echo(f"{report.records} righe{' (prova: non è stato scritto niente)' if dry else ''}:")
    for name, words in (_WORDS | {aside.value: words for aside, words in ASIDES.items()}).items():
        if report.counts[name]:
            click.echo(f"  {report.counts[name]:>9} {words}")


def _line(line: int, column: str, sentence: str) -> str:
    return f"riga {line}{f', {column}' if column else ''}: {sentence}"
