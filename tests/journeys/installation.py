# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole installation, as `approdo up` runs it; with a small staffed network for the tests that look at it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from textwrap import indent

import httpx

from approdo.kit import processes
from approdo.kit.postgres import Server

ROOT = Path(__file__).resolve().parents[2]
PAGES, LIVE, DATABASE = "wsgi:application", "live:application", "cli database"
WORKER, SWEEP, WATCHDOG = "cli worker", "cli sweep", "cli watchdog"
"""The supervised programs, by a piece of their command lines."""
_PORTS = 4
_DJANGO = """
from approdo.cli.environment import set_up_django; set_up_django()
from approdo.access.services import as_system
with as_system():
"""
_SEED = """
import json, sys
from datetime import timedelta
from django.db import transaction
from approdo.access.rules import SYSTEM, Role
from approdo.accounts.services import create_token
from approdo.kit import clock
from approdo.networks.models import Membership, Shift
from tests.factories.activations import a_town
with transaction.atomic():
    now = clock.now()
    town = a_town()
    Shift.objects.update(starts_at=now - timedelta(days=1))
    Shift.objects.update(ends_at=now + timedelta(days=1))
    for service, role in (
        (town.hospital, Role.EMERGENCY_OPERATOR),
        (town.centre, Role.CENTRE_OPERATOR),
        (town.coordination, Role.NETWORK_COORDINATOR),
    ):
        Membership.objects.filter(service=service).update(role=role)
    town.hospital.seat_id = "012133"
    town.hospital.save()
    nurse = town.nurse
    secret = create_token(
        actor=SYSTEM, operator_id=nurse.operator_id, service_id=nurse.service_id, label="prova", now=now
    )
services = ("hospital", "centre", "shelter", "social", "emergency", "coordination")
json.dump({
    "token": secret,
    "municipality": "012133",
    "people": {name: [person.email for person in town.people[getattr(town, name).pk]] for name in services},
    "services": {name: getattr(town, name).pk for name in services},
}, sys.stdout)
"""


@contextmanager
def free_ports() -> Iterator[int]:
    """Yield the first of four neighbouring free ports, below those the kernel gives away by itself.

    A lock file stands for each four, so that two runs never choose the same before either listens.
    """
    for first in range(20_000, 30_000, _PORTS):
        lock = Path(tempfile.gettempdir()) / f"approdo-ports-{os.geteuid()}-{first}"
        try:
            with processes.locked(lock, wait=False):
                if all(_is_free(port) for port in range(first, first + _PORTS)):
                    yield first
                    return
        except processes.AlreadyHeld:
            continue
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait(condition: Callable[[], object], seconds: float = 30) -> None:
    """Look again and again until something holds."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.05)


class Installation:
    """A home, its ports, and at most one `approdo up` on it; a gateway for its messages beside it, when started."""

    def __init__(self, home: Path, port: int, *, one_click: bool = False) -> None:
        self.home, self.port = home, port
        self.log = home / "up.log"
        self.server = Server(home)
        self.process: subprocess.Popen[bytes] | None = None
        self.gateway: subprocess.Popen[bytes] | None = None
        self.token = self.municipality = ""
        self.people: dict[str, list[str]] = {}
        self.services: dict[str, int] = {}
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("APPRODO_", "DATABASE_", "DJANGO_", "PYTEST_"))
        }
        self.environment = kept | {
            "APPRODO_HOME": str(home),
            "APPRODO_GATEWAY_URL": self.gateway_address,
            "APPRODO_GATEWAY_SECRET": "a-secret-between-two-local-processes",
            "APPRODO_SMTP_URL": f"smtp://127.0.0.1:{port + 3}",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        if one_click:
            self.environment["APPRODO_DEMO"] = "1"

    @property
    def site(self) -> str:
        """The address as a browser knows it."""
        return f"http://localhost:{self.port}"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def gateway_address(self) -> str:
        return f"http://127.0.0.1:{self.port + 2}"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "approdo.cli", *arguments]

    def _spawn(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            command = self.command(*arguments)
            return subprocess.Popen(command, env=self.environment | environment, cwd=ROOT, stdout=log, stderr=log)

    def up(self) -> subprocess.Popen[bytes]:
        """Start `approdo up`."""
        self.process = self._spawn("up", "--port", str(self.port))
        return self.process

    def start_gateway(self) -> None:
        """Start what receives the messages, with a home of its own: it is no part of the installation."""
        ports = ("--port", str(self.port + 2), "--smtp-port", str(self.port + 3))
        self.gateway = self._spawn("local-gateway", *ports, APPRODO_HOME=str(self.home / "gateway"))

    def status(self) -> int:
        """What `/readyz` answers, or 0 for silence."""
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def ready(self) -> bool:
        """Tell whether pages, database and sweep all say they are well; fail when `approdo up` has given up."""
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-4000:]
        return self.status() == 200

    def wait_ready(self, seconds: float = 90) -> None:
        wait(self.ready, seconds)

    def seed(self) -> None:
        """Staff a network in it."""
        for name, value in json.loads(self.run(_SEED)).items():
            setattr(self, name, value)

    def run(self, code: str) -> str:
        """What a piece of Python prints inside this installation's environment, with Django ready."""
        command = [sys.executable, "-c", _DJANGO + indent(code, "    ")]
        result = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr[-4000:]
        return result.stdout

    def messages(self) -> list[dict[str, str]]:
        """What the gateway received, newest first."""
        return list(httpx.get(f"{self.gateway_address}/messages", trust_env=False).json()["messages"])

    def children(self, name: str = "") -> list[int]:
        """Numbers of the running supervised processes whose command line holds ``name``, and of what they started."""
        found = []
        for number in processes.with_environment("APPRODO_SUPERVISED", str(self.home)):
            try:
                line = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if name in line and processes.is_alive(number):
                found.append(number)
        return sorted(found)

    def kill(self, *names: str) -> list[int]:
        """Kill programs with what they started, as a power cut would: -9, no farewell. Return whom."""
        killed = [number for name in names for number in self.children(name)]
        processes.end(killed)
        return killed

    def kill_database_server(self) -> None:
        """Kill PostgreSQL itself, whose guard then starts it again."""
        number = self.server.process_id()
        if number is not None:
            os.kill(number, signal.SIGKILL)

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """Kill programs and let nobody start them again until the block ends."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            self.kill(*names)
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End everything; harmless when nothing runs."""
        started = [process for process in (self.process, self.gateway) if process is not None]
        for process in started:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in started:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        processes.end(self.children())


@contextmanager
def installed(*, one_click: bool = False) -> Iterator[Installation]:
    """A home and ports of its own, with nothing running yet; at the end nothing runs and nothing is left."""
    home = Path(tempfile.mkdtemp(prefix="approdo-"))
    home.chmod(0o755)  # PostgreSQL runs as another user when we are root
    with free_ports() as port:
        place = Installation(home, port, one_click=one_click)
        try:
            yield place
        finally:
            place.stop()
            place.server.remove()
            shutil.rmtree(home)


@contextmanager
def running(*, one_click: bool = False) -> Iterator[Installation]:
    """The same with `approdo up`, a gateway and a staffed network; ``one_click`` opens the demo's sign-ins."""
    with installed(one_click=one_click) as place:
        place.start_gateway()
        place.up()
        place.wait_ready()
        place.seed()
        yield place
