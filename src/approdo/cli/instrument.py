# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Assessment instruments from a terminal: check a file, seal it for licensees, write it as FHIR, load it."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from zoneinfo import ZoneInfo

import click

from approdo.cli.environment import set_up_django

if TYPE_CHECKING:
    from approdo.risk.rules import Fault, Opened

_ROME = ZoneInfo("Europe/Rome")
_KEY = click.option(
    "--licence-key-file", "key_file", type=click.File("rb"), help="File con la chiave della licenza, su una riga."
)
_BESIDE = click.option(
    "--beside", "beside_file", type=click.File("rb"), help="File YAML che dice quello che un Questionnaire non dice."
)


@click.group("instrument")
def instrument() -> None:
    """Strumenti di valutazione: controlla un file, sigillalo per chi ha la licenza, caricalo in una rete.

    \b
    Esempi:
      approdo instrument check strumento.yaml
      approdo instrument export da5 > da5.json
    """


@instrument.command("check")
@click.argument("file", type=click.File("rb"))
@_KEY
@_BESIDE
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def check(file: BinaryIO, key_file: BinaryIO | None, beside_file: BinaryIO | None, as_json: bool) -> None:
    """Controlla un file, senza banca dati: ogni problema con il suo posto. Esce con 1 se non si può usare.

    \b
    Esempi:
      approdo instrument check strumento.yaml
      approdo instrument check strumento.approdo-instrument --licence-key-file chiave.txt
      approdo instrument check questionario.json --beside accanto.yaml
    """
    from approdo.risk.rules import parse

    content = _content(file)
    found = _opened(content, key_file, beside_file)
    if as_json:
        answer = {"valid": found.document is not None, "licensee": found.licensee}
        click.echo(json.dumps(answer | {"faults": _plain(found.faults), "remarks": _plain(found.remarks)}))
    else:
        _say_header(content, proved=bool(found.licensee))
        _say(found.faults, "✗")
        _say(found.remarks, "·")
        if found.document is not None:
            made = parse(found.document)
            click.echo(f"Va bene: «{made.title}», versione {made.version}, {len(made.items)} voci.")
    if found.document is None:
        raise click.exceptions.Exit(1)


@instrument.command("seal")
@click.option("--input", "file", type=click.File("rb"), required=True, help="Lo strumento, in YAML.")
@click.option("--licence-key-file", "key_file", type=click.File("rb"), required=True, help="File con la chiave.")
@click.option("--licensee", required=True, help="A chi è data la licenza: si legge senza chiave.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Un file che non c'è ancora."
)
def seal(file: BinaryIO, key_file: BinaryIO, licensee: str, output: Path) -> None:
    """Sigilla uno strumento per chi ne ha la licenza: senza la chiave se ne leggono solo titolo, titolare e scadenza.

    \b
    Esempio:
      approdo instrument seal --input sara.yaml --licence-key-file chiave.txt \\
          --licensee "Rete dei laghi" --output sara.approdo-instrument
    """
    from approdo.risk.rules import NotOpened
    from approdo.risk.rules import seal as sealed

    found = _opened(_content(file), None, None)
    if found.document is None:
        _say(found.faults, "✗")
        raise click.exceptions.Exit(1)
    try:
        content = sealed(found.document, licensee=licensee, licence_key=_text(key_file))
        with output.open("xb") as made:
            made.write(content)
    except NotOpened as refusal:
        raise click.ClickException(refusal.message) from None
    except OSError as error:
        raise click.ClickException(f"Non si può scrivere {output}: {error.strerror}.") from None
    click.echo(f"Sigillato: {output}. La chiave va consegnata per un'altra strada.")


@instrument.command("export")
@click.argument("file_or_code")
@click.option("--beside", "also", is_flag=True, help="Scrive invece quello che un Questionnaire non dice.")
def export(file_or_code: str, also: bool) -> None:
    """Scrive come Questionnaire FHIR R4 uno strumento: un file in YAML, oppure il nome di uno che c'è nel programma.

    \b
    Esempi:
      approdo instrument export da5 > da5.json
      approdo instrument export da5 --beside > da5-accanto.yaml
    """
    from approdo.protocols.rules import write
    from approdo.risk.rules import beside, to_questionnaire

    document = _shipped(file_or_code)
    if document is None:
        try:
            with Path(file_or_code).open("rb") as file:
                found = _opened(_content(file), None, None)
        except OSError:
            raise click.ClickException("Non c'è nessun file e nessuno strumento con questo nome.") from None
        _say(found.faults, "✗")
        document = found.document
    if document is None:
        raise click.exceptions.Exit(1)
    click.echo(
        write(beside(document)) if also else json.dumps(to_questionnaire(document), indent=2, ensure_ascii=False)
    )


@instrument.command("load")
@click.argument("network")
@click.argument("file", type=click.File("rb"))
@click.option("--as", "email", required=True, metavar="E-MAIL", help="Indirizzo della coordinatrice che lo carica.")
@click.option("--approved-by", metavar="E-MAIL", help="Indirizzo di un'altra coordinatrice, che lo approva.")
@_KEY
@_BESIDE
def load(
    network: str,
    file: BinaryIO,
    email: str,
    approved_by: str | None,
    key_file: BinaryIO | None,
    beside_file: BinaryIO | None,
) -> None:
    """Carica uno strumento in una rete e lo propone: si usa quando un'altra coordinatrice lo approva.

    \b
    Esempi:
      approdo instrument load laghi strumento.yaml --as prima@asst.example
      approdo instrument load laghi sara.approdo-instrument --licence-key-file chiave.txt \\
          --as prima@asst.example --approved-by seconda@comune.example
    """
    content, key, beside = _content(file), _text(key_file), _text(beside_file)
    set_up_django()
    from django.db import transaction

    from approdo.cli.protocol import publisher
    from approdo.kit import clock
    from approdo.kit.errors import Refusal
    from approdo.risk.services import NotLoadable
    from approdo.usecases import instruments as usecase

    actor, now = publisher(email, network), clock.now()
    approver = publisher(approved_by, network) if approved_by else None
    try:
        with transaction.atomic():
            made = usecase.load(
                actor=actor, network_code=network, content=content, licence_key=key, beside=beside, now=now
            )
            usecase.propose(actor=actor, loaded_id=made, now=now)
            if approver:
                usecase.approve(actor=approver, loaded_id=made, now=now)
    except NotLoadable as refusal:
        _say(refusal.faults, "✗")
        raise click.ClickException(str(refusal.sentence)) from refusal
    except Refusal as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal
    click.echo("Caricato e approvato: la rete lo usa." if approver else "Caricato e proposto: va approvato.")


@instrument.command("schema")
def schema() -> None:
    """Mostra il JSON Schema di uno strumento, per il tuo editor.

    \b
    Esempio:
      approdo instrument schema > instrument.schema.json
    """
    from approdo.risk.rules import SCHEMA

    click.echo(json.dumps(SCHEMA, indent=2, ensure_ascii=False))


def _shipped(code: str) -> dict[str, Any] | None:
    """Return the document of an instrument of the program, without a database."""
    from approdo.risk.rules import opened

    path = Path(__file__).parents[1] / "risk" / "data" / f"{code}.yaml"
    if not code.isidentifier() or not path.is_file():
        return None
    return opened(path.read_bytes(), datetime.now(_ROME).date()).document


def _opened(content: bytes, key_file: BinaryIO | None, beside_file: BinaryIO | None) -> "Opened":
    from approdo.risk.rules import opened

    today = datetime.now(_ROME).date()
    return opened(content, today, licence_key=_text(key_file), beside=_text(beside_file))


def _content(file: BinaryIO) -> bytes:
    from approdo.risk.rules import FILE_LIMIT

    return file.read(FILE_LIMIT + 1)


def _text(file: BinaryIO | None) -> str:
    return _content(file).decode("utf-8", "replace") if file else ""


def _say_header(content: bytes, *, proved: bool) -> None:
    """Say what a sealed file says of itself; only the key proves it."""
    from approdo.risk.rules import NotOpened, header, is_sealed

    if not is_sealed(content):
        return
    try:
        said = header(content)
    except NotOpened:
        return
    words = f"«{said.title}», versione {said.version}, licenza di {said.licensee}, fino al {said.expires}"
    click.echo(f"{words}{'' if proved else ' (così dice il file: lo prova solo la chiave)'}.")


def _say(found: "Iterable[Fault]", sign: str) -> None:
    for one in found:
        place = f"riga {one.line}: " if one.line else f"{one.path}: " if one.path else ""
        click.echo(f"{sign} {place}{one.sentence}", err=True)


def _plain(found: "Iterable[Fault]") -> list[dict[str, Any]]:
    return [{"path": one.path, "line": one.line, "sentence": one.sentence} for one in found]
