# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything on one machine: `approdo up`, the same with invented data `approdo demo`, the database alone."""

import errno
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit

import click

from approdo.accounts.rules import TOUR
from approdo.cli.environment import Home, home
from approdo.cli.progress import say, step
from approdo.kit import processes
from approdo.kit.postgres import PostgresFailed, Server, guard
from approdo.kit.service_user import NoServiceUser
from approdo.kit.supervisor import Program, Supervisor

_MARK = "APPRODO_SUPERVISED"  # environment of every child: by it a new start finds what a killed one left running


@dataclass(frozen=True)
class Ports:
    """Where the pages, the live events and (demonstration only) the local gateway and its mail server listen."""

    pages: int

    @property
    def live(self) -> int:
        return self.pages + 1

    @property
    def gateway(self) -> int:
        return self.pages + 2

    @property
    def mail(self) -> int:
        return self.pages + 3


_PORT = click.option(
    "--port",
    type=click.IntRange(1, 65_532),
    default=8000,
    show_default=True,
    help="Porta delle pagine; le altre la seguono.",
)
_HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Indirizzo su cui ascoltare.")


@click.command("up")
@_PORT
@_HOST
def up(port: int, host: str) -> None:
    """Avvia tutto su questa macchina e lo tiene in piedi; Ctrl-C ferma tutto.

    Senza DATABASE_URL usa una banca dati propria, in APPRODO_HOME. Se un processo cade, lo riavvia.

    \b
    Esempio:
      approdo up --port 8000
    """
    _run(home(), Ports(port), host, demonstration=False)


@click.command("demo")
@_PORT
@_HOST
@click.option("--fresh", is_flag=True, help="Ricomincia da capo: cancella i dati della prova.")
@click.option("--seed", default=1, show_default=True, help="Seme dei dati inventati: lo stesso seme, gli stessi dati.")
def demo(port: int, host: str, fresh: bool, seed: int) -> None:
    """Avvia tutto con una regione inventata e accessi con un tocco. Mai con dati veri.

    Tiene lo stato in APPRODO_HOME/demo, separato da quello di «approdo up». Al secondo avvio i dati restano.

    \b
    Esempi:
      approdo demo
      approdo demo --fresh --seed 7
    """
    if os.environ.get("DATABASE_URL"):
        raise click.ClickException("La prova usa solo una banca dati propria: togli DATABASE_URL e riprova.")
    place = Home(home().path / "demo")
    os.environ["APPRODO_DEMO"] = "1"
    _run(place, Ports(port), host, demonstration=True, fresh=fresh, seed=seed)


@click.command("database")
def database() -> None:
    """Tiene in piedi soltanto la banca dati propria; Ctrl-C la ferma.

    \b
    Esempio:
      approdo database
    """
    try:
        guard(home().server)
    except processes.AlreadyHeld as error:
        raise click.ClickException("Un altro processo tiene già in piedi questa banca dati.") from error
    except PostgresFailed as error:
        raise click.ClickException(str(error)) from error


def _run(place: Home, ports: Ports, host: str, *, demonstration: bool, fresh: bool = False, seed: int = 1) -> None:
    try:
        place.path.mkdir(mode=0o755, parents=True, exist_ok=True)
        with processes.locked(place.path / "up.lock", wait=False):
            _end_leftovers(place)
            _check_ports(ports, host, demonstration=demonstration)
            _start(place, ports, host, demonstration=demonstration, fresh=fresh, seed=seed)
    except processes.AlreadyHeld as error:
        raise click.ClickException(f"Approdo è già in funzione qui ({place.path}).") from error
    except (PostgresFailed, NoServiceUser) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:  # a place that is not ours to write in, or a full disk
        raise click.ClickException(f"Non riesco a scrivere in {place.path}: {error}") from error


def _start(place: Home, ports: Ports, host: str, *, demonstration: bool, fresh: bool, seed: int) -> None:
    own_server: Server | None = place.server if place.embedded else None
    os.environ["APPRODO_HOME"] = str(place.path)
    try:
        if own_server is not None:
            if fresh:
                with step("Cancello i dati della prova"):
                    own_server.remove()
            with step("Avvio la banca dati"):
                own_server.start()
        place.complete_environment()
        _describe_ourselves(ports, host, demonstration=demonstration)
        command = [sys.executable, "-m", "approdo.cli", "prepare"]
        command += ["--demonstration", "--seed", str(seed)] if demonstration else []
        prepared = subprocess.run(command, check=False, preexec_fn=processes.die_with_parent())  # noqa: S603
        if prepared.returncode != 0:
            raise click.ClickException("La preparazione non è riuscita: la ragione è scritta qui sopra.")
        os.environ[_MARK] = str(place.path)
        programs = _programs(ports, host, embedded=own_server is not None, demonstration=demonstration)
        supervisor = Supervisor(programs, say)
        say("Avvio i processi")
        supervisor.run(lambda: _is_ready(ports, host), lambda: _welcome(demonstration=demonstration))
    except KeyboardInterrupt:
        click.echo()
    finally:
        if own_server is not None:
            own_server.stop()
    say("Tutto fermo. I dati restano.")


def _describe_ourselves(ports: Ports, host: str, *, demonstration: bool) -> None:
    """Settings that follow from the public address, or from where we listen, unless the environment says otherwise."""
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1"} else host  # noqa: S104 (a comparison)
    public = urlsplit(os.environ.setdefault("APPRODO_PUBLIC_URL", f"http://{shown}:{ports.pages}"))
    if public.scheme != "https":  # else a proxy stands in front, and leads to the live events as well
        os.environ.setdefault("APPRODO_LIVE_URL", f"http://{public.hostname}:{ports.live}")
    names = dict.fromkeys([str(public.hostname), shown, "localhost", "127.0.0.1"])
    os.environ.setdefault("APPRODO_HOSTS", ",".join(names))
    if demonstration:
        gateway = f"http://127.0.0.1:{ports.gateway}"
        os.environ.setdefault("APPRODO_GATEWAY_URL", gateway)
        os.environ.setdefault("APPRODO_SMTP_URL", f"smtp://127.0.0.1:{ports.mail}")
        os.environ.setdefault("APPRODO_WATCHDOG_URL", f"{gateway}/watchdog")


def _programs(ports: Ports, host: str, *, embedded: bool, demonstration: bool) -> list[Program]:
    def approdo(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "approdo.cli", *arguments]

    programs = [
        Program("pagine", approdo("serve", "--host", host, "--port", str(ports.pages))),
        Program("diretta", approdo("live", "--host", host, "--port", str(ports.live))),
        Program("lavori", approdo("worker")),
        Program("scadenze", approdo("sweep")),
        Program("guardia", approdo("watchdog")),
    ]
    if demonstration:
        gateway = approdo("local-gateway", "--port", str(ports.gateway), "--smtp-port", str(ports.mail))
        programs.append(Program("gateway", gateway))
    if embedded:
        programs.insert(0, Program("dati", approdo("database"), last=True))
    return programs


def _is_ready(ports: Ports, host: str) -> bool:
    near = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 (a comparison)
    try:
        with urllib.request.urlopen(f"http://{near}:{ports.pages}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _welcome(*, demonstration: bool) -> None:
    address = os.environ["APPRODO_PUBLIC_URL"]
    click.echo()
    click.secho(f"  Approdo è pronto: {address}", fg="green", bold=True)
    if demonstration:
        click.echo(f"  Dati inventati. Per entrare basta un tocco, senza password: {address}/prova/")
        click.echo(f"  Comincia come {TOUR[0]} e, in un altro browser, {TOUR[1]}; le altre persone sono nella pagina.")
        click.echo(f"  Messaggi inviati nella prova: {os.environ['APPRODO_GATEWAY_URL']}")
    click.echo("  Ctrl-C ferma tutto.")
    click.echo()


def _end_leftovers(place: Home) -> None:
    """End what a killed `approdo up` of this home left running; the database is joined instead."""
    left = processes.with_environment(_MARK, str(place.path))
    if left:
        say("Un avvio precedente è stato interrotto: fermo ciò che ne resta")
        processes.end(left)


def _check_ports(ports: Ports, host: str, *, demonstration: bool) -> None:
    needed = [ports.pages, ports.live, *([ports.gateway, ports.mail] if demonstration else [])]
    for port in needed:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    sentence = f"La porta {port} è occupata da un altro programma: scegline un'altra con --port."
                else:
                    sentence = f"Non posso ascoltare su {host}, porta {port}: {error.strerror}."
                raise click.ClickException(sentence) from error
