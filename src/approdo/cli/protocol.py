# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Protocols from a terminal: check a file, publish it, read what is in force."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO
from zoneinfo import ZoneInfo

import click

from approdo.cli.environment import set_up_django

if TYPE_CHECKING:
    from approdo.access.rules import Actor
    from approdo.protocols.rules import Problem

_ROME = ZoneInfo("Europe/Rome")


@click.group("protocol")
def protocol() -> None:
    """Protocolli: controlla un file, pubblicalo, leggi che cosa è in vigore.

    \b
    Esempi:
      approdo protocol validate protocollo.yaml
      approdo protocol publish laghi protocollo.yaml --as coordinatrice@asst.example
      approdo protocol show laghi
    """


@protocol.command("validate")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def validate(file: BinaryIO, as_json: bool) -> None:
    """Controlla un file, senza banca dati: ogni problema con la sua riga. Esce con 1 se non si può pubblicare.

    \b
    Esempi:
      approdo protocol validate protocollo.yaml
      cat protocollo.yaml | approdo protocol validate - --json
    """
    from approdo.protocols.rules import examine

    examination = examine(_text(file))
    if as_json:
        click.echo(json.dumps({"valid": examination.parsed is not None, "problems": _plain(examination.problems)}))
    else:
        _say(examination.problems)
        if examination.parsed is not None:
            click.echo(f"Va bene: «{examination.parsed.name}», {len(examination.parsed.calls)} chiamate.")
    if examination.parsed is None:
        raise click.exceptions.Exit(1)


@protocol.command("publish")
@click.argument("network")
@click.argument("file", type=click.File("rb"))
@click.option("--as", "email", required=True, metavar="E-MAIL", help="Indirizzo della coordinatrice che lo propone.")
@click.option(
    "--approved-by",
    metavar="E-MAIL",
    help="Indirizzo di un'altra coordinatrice, che lo approva. Non serve solo per il primo protocollo di una rete.",
)
@click.option(
    "--from", "starts", metavar="QUANDO", help="Quando comincia, per esempio 2027-01-01T08:00. Di norma: ora."
)
@click.option("--despite-holes", is_flag=True, help="Pubblica anche se ci sarebbero chiamate che nessuno sente.")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def publish(
    network: str,
    file: BinaryIO,
    email: str,
    approved_by: str | None,
    starts: str | None,
    despite_holes: bool,
    as_json: bool,
) -> None:
    """Pubblica un file come nuova versione per una rete: chi lo propone e chi lo approva sono due persone.

    Le attivazioni in corso non cambiano. È per la prima installazione: poi si scrive e si approva dalle pagine.

    Se con questa versione ci sarebbero chiamate che oggi qualcuno sente e poi nessuno, le elenca e non pubblica.

    \b
    Esempi:
      approdo protocol publish laghi primo.yaml --as coordinatrice@asst.example
      approdo protocol publish laghi secondo.yaml --as coordinatrice@asst.example \\
          --approved-by seconda@comune.example --from 2027-01-01T08:00
    """
    effective_from = _moment(starts)
    set_up_django()
    from approdo.kit import clock
    from approdo.kit.errors import Refusal
    from approdo.protocols import services

    actor, now, text = publisher(email, network), clock.now(), _text(file)
    approver = publisher(approved_by, network) if approved_by else None
    if not despite_holes:
        _refuse_holes(actor, network, text, effective_from or now, now, as_json=as_json)
    try:
        made = services.publish(
            actor=actor,
            network_code=network,
            text=text,
            now=now,
            effective_from=effective_from,
            approver=approver,
        )
    except services.NotPublishable as refusal:
        if as_json:
            click.echo(json.dumps({"published": False, "problems": _plain(refusal.examination.problems)}))
        else:
            _say(refusal.examination.problems)
        raise click.ClickException(str(refusal.sentence)) from refusal
    except Refusal as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal
    if as_json:
        answer = {"published": True, "code": made.code, "number": made.number, "problems": _plain(made.warnings)}
        click.echo(json.dumps(answer | {"effective_from": made.effective_from.astimezone(_ROME).isoformat()}))
        return
    _say(made.warnings)
    click.echo(f"Pubblicata la versione {made.number} di «{made.code}», in vigore dal {_clock(made.effective_from)}.")


@protocol.command("show")
@click.argument("network")
@click.option("--code", help="Il nome breve di un protocollo: ne mostra il testo.")
@click.option("--number", type=int, help="Quale versione. Di norma: quella in vigore.")
@click.option("--json", "as_json", is_flag=True, help="Risposta per programmi.")
def show(network: str, code: str | None, number: int | None, as_json: bool) -> None:
    """Elenca i protocolli di una rete, oppure mostra il testo di uno.

    \b
    Esempi:
      approdo protocol show laghi
      approdo protocol show laghi --code urgenza > protocollo.yaml
    """
    set_up_django()
    from approdo.kit import clock
    from approdo.protocols import selectors

    now = clock.now()
    found = selectors.protocols_of_network(network, now)
    if code is not None:
        wanted = next((one for one in found if one.code == code), None)
        current = wanted.in_force.number if wanted and wanted.in_force else None
        source = selectors.source(network, code, number or current or 0)
        if source is None:
            raise click.ClickException("Nessuna versione pubblicata con questo nome e numero.")
        click.echo(source, nl=not source.endswith("\n"))
        return
    rows = [
        {
            "code": one.code,
            "number": view.number,
            "name": view.name,
            "effective_from": view.effective_from.isoformat(),
            "in_force": view == one.in_force,
        }
        for one in found
        for view in one.versions
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        mark = "→" if row["in_force"] else " "
        begins = _clock(datetime.fromisoformat(str(row["effective_from"])))
        click.echo(f"{mark} {row['code']}  versione {row['number']}  dal {begins}  {row['name']}")
    if not rows:
        click.echo("Nessun protocollo pubblicato per questa rete.")


@protocol.command("schema")
def schema() -> None:
    """Mostra il JSON Schema di un protocollo, per il tuo editor.

    \b
    Esempio:
      approdo protocol schema > protocol.schema.json
    """
    from approdo.protocols.rules import SCHEMA

    click.echo(json.dumps(SCHEMA, indent=2, ensure_ascii=False))


def _text(file: BinaryIO) -> bytes:
    from approdo.protocols.rules import SIZE_LIMIT

    return file.read(SIZE_LIMIT + 1)


def publisher(email: str, network_code: str) -> "Actor":
    """Return the operator as the coordinator she is in that network."""
    from approdo.access.rules import Permission, may
    from approdo.accounts import selectors as accounts
    from approdo.networks import selectors as networks
    from approdo.protocols import selectors

    operator = accounts.operator_by_email(email)
    if operator is None:
        raise click.ClickException("Nessuna operatrice entra con questo indirizzo.")
    for membership in networks.memberships_of(operator.pk):
        actor = networks.actor_for(operator.pk, membership.id)
        if actor is None or not may(actor, Permission.PUBLISH_PROTOCOL):
            continue
        if any(network.code == network_code for network in selectors.my_networks(actor)):
            return actor
    raise click.ClickException("Non è coordinatrice di questa rete: solo lei può pubblicarne i protocolli.")


def _refuse_holes(
    actor: "Actor", network_code: str, text: bytes, begins: datetime, now: datetime, *, as_json: bool
) -> None:
    """Say which calls nobody would hear any more under a text, and end; what cannot be published is said elsewhere."""
    from approdo.cli.coverage import when
    from approdo.protocols import selectors
    from approdo.protocols.rules import examine
    from approdo.usecases import coverage

    parsed = examine(text).parsed
    if parsed is None or parsed.network != network_code:
        return
    opens = coverage.silenced_under(selectors.own_network(actor, network_code), parsed, begins, now)
    if not opens:
        return
    if as_json:
        holes = [
            {
                "call": place.hole.miss.call,
                "from": place.hole.period.starts_at.isoformat(),
                "until": place.hole.period.ends_at.isoformat(),
                "municipalities": list(place.municipalities),
            }
            for place in opens
        ]
        click.echo(json.dumps({"published": False, "opens": holes}))
    for place in opens:
        click.echo(f"✗ {when(place.hole.period)}  {place.hole.miss.call}: {len(place.municipalities)} comuni", err=True)
    raise click.ClickException(
        "Non è stato pubblicato niente: così ci sarebbero chiamate che nessuno sente. Trova prima chi copre, oppure"
        " ripeti con --despite-holes."
    )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException("Scrivi il momento così: 2027-01-01T08:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=_ROME)


def _clock(moment: datetime) -> str:
    return moment.astimezone(_ROME).strftime("%d/%m/%Y %H:%M")


def _say(problems: "list[Problem]") -> None:
    from approdo.protocols.rules import Severity

    for problem in problems:
        word = "errore" if problem.severity is Severity.ERROR else "attenzione"
        click.echo(f"{word}, {problem}", err=True)


def _plain(problems: "list[Problem]") -> list[dict[str, Any]]:
    return [
        {
            "path": problem.path,
            "line": problem.line,
            "severity": str(problem.severity),
            "sentence": problem.sentence,
            "places": list(problem.places),
        }
        for problem in problems
    ]
