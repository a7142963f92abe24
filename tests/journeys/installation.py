# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole installation, as `approdo up` runs it, with a small staffed network; for tests that kill or watch it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
_SEED = """
import json, sys
from approdo.cli.environment import set_up_django
set_up_django()
from django.db import transaction
from approdo.access.rules import SYSTEM
from approdo.accounts.services import create_token
from approdo.kit import clock
from approdo.networks.models import Shift
from tests.factories.activations import a_town
with transaction.atomic():
    now = clock.now()
    town = a_town()
    Shift.objects.update(starts_at=now - __import__("datetime").timedelta(days=1))
    Shift.objects.update(ends_at=now + __import__("datetime").timedelta(days=1))
    town.hospital.seat_id = "012133"
    town.hospital.save()
    nurse = town.nurse
    secret = create_token(
        actor=SYSTEM, operator_id=nurse.operator_id, service_id=nurse.service_id, label="prova", now=now
    )
people = {
    name: [person.email for person in town.people[getattr(town, name).pk]]
    for name in ("hospital", "centre", "shelter", "social", "emergency", "coordination")
}
json.dump({"token": secret, "municipality": "012133", "people": people}, sys.stdout)
"""


def free_ports(count: int) -> int:
    """The first of ``count`` neighbouring free ports."""
    for first in range(20_000 + os.getpid() % 20_000, 60_000, 7):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


@dataclass
class Installation:
    """One running product: its address, its token, and the processes that one may kill."""

    home: Path
    port: int
    environment: dict[str, str]
    up: subprocess.Popen[bytes]
    gateway: subprocess.Popen[bytes]
    token: str = ""
    municipality: str = ""
    people: dict[str, list[str]] = field(default_factory=dict)

    @property
    def site(self) -> str:
        """The address as a browser knows it."""
        return f"http://localhost:{self.port}"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, code: str) -> str:
        """What a piece of Python prints inside this installation's environment."""
        result = subprocess.run(
            [sys.executable, "-c", code], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr[-4000:]
        return result.stdout

    def wait_ready(self, seconds: float = 90) -> None:
        """Wait until pages, database and sweep all say they are well."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.up.poll() is None, (self.home / "up.log").read_text()[-4000:]
            try:
                if httpx.get(f"{self.address}/readyz", timeout=2, trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.3)
        raise AssertionError((self.home / "up.log").read_text()[-4000:])

    def children(self) -> dict[str, int]:
        """The supervised processes by the command they run, and the database's first process."""
        found = {}
        for directory in Path("/proc").glob("[0-9]*"):
            try:
                command = (directory / "cmdline").read_bytes().decode(errors="replace").split("\0")
                environment = (directory / "environ").read_bytes()
            except OSError:
                continue
            if f"APPRODO_HOME={self.home}".encode() not in environment:
                continue
            for name in ("serve", "live", "worker", "sweep", "watchdog"):
                if "approdo.cli" in command and name in command:
                    found[name] = int(directory.name)
        data = next(self.home.rglob("postmaster.pid"), None)
        if data is not None:
            found["postgres"] = int(data.read_text().splitlines()[0])
        return found

    def kill(self, *names: str) -> None:
        """Kill processes as a power cut would: -9, no farewell."""
        children = self.children()
        for name in names:
            if name in children:
                try:
                    os.kill(children[name], signal.SIGKILL)
                except ProcessLookupError:
                    continue

    def stop(self) -> None:
        """End everything."""
        for process in (self.up, self.gateway):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in (self.up, self.gateway):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def start(home: Path, *, one_click: bool = False) -> Installation:
    """Start `approdo up` and a local gateway, and staff a network in it; ``one_click`` opens the demo's sign-ins."""
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    port = free_ports(4)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("APPRODO_", "DATABASE_", "DJANGO_", "PYTEST_"))
    }
    environment |= {
        "APPRODO_HOME": str(home),
        "APPRODO_GATEWAY_URL": f"http://127.0.0.1:{port + 2}",
        "APPRODO_GATEWAY_SECRET": "a-secret-between-two-local-processes",
        "APPRODO_SMTP_URL": f"smtp://127.0.0.1:{port + 3}",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    if one_click:
        environment["APPRODO_DEMO"] = "1"
    command = [sys.executable, "-m", "approdo.cli"]
    mail_and_sms = [*command, "local-gateway", "--port", str(port + 2), "--smtp-port", str(port + 3)]
    with (home / "up.log").open("wb") as log:
        apart = environment | {"APPRODO_HOME": str(home / "gateway")}
        gateway = subprocess.Popen(mail_and_sms, env=apart, cwd=ROOT, stdout=log, stderr=log)
        up = subprocess.Popen([*command, "up", "--port", str(port)], env=environment, cwd=ROOT, stdout=log, stderr=log)
    installation = Installation(home, port, environment, up, gateway)
    try:
        installation.wait_ready()
        seeded = json.loads(installation.run(_SEED))
    except BaseException:
        installation.stop()
        raise
    installation.token, installation.municipality = seeded["token"], seeded["municipality"]
    installation.people = seeded["people"]
    return installation
