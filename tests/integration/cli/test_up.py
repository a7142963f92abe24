# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`approdo up` as a person runs it: every process real, every death a `kill -9`."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from approdo.kit import processes
from approdo.kit.postgres import Server

pytestmark = pytest.mark.fault

_PORTS = 4


def _free_ports() -> int:
    """First of four neighbouring ports that nobody uses."""
    for first in range(20_000 + os.getpid() % 5_000, 30_000, _PORTS):
        try:
            for port in range(first, first + _PORTS):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


def wait(condition: Callable[[], object], seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.05)


class Installation:
    """A home, its ports, and at most one `approdo up` on it."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, _free_ports()
        self.log = home / "log.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("APPRODO_", "DATABASE_"))}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        return kept | {"APPRODO_HOME": str(self.home), "PYTHONPATH": str(Path(__file__).parents[3] / "src")}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "approdo.cli", *arguments]

    def up(self) -> subprocess.Popen[bytes]:
        with self.log.open("a") as log:
            command = self.command("up", "--port", str(self.port))
            self.process = subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log)
        return self.process

    def status(self) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        return self.status() == 200

    def child(self, name: str) -> int | None:
        """Number of the running child whose command line holds `name`."""
        for number in processes.with_environment("APPRODO_SUPERVISED", str(self.home)):
            try:
                line = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if name in line and processes.is_alive(number):
                return number
        return None

    def children(self) -> list[int]:
        found = processes.with_environment("APPRODO_SUPERVISED", str(self.home))
        return [number for number in found if processes.is_alive(number)]


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    home = Path("/tmp") / f"approdo-up-{os.getpid()}"
    home.mkdir(mode=0o755)
    place = Installation(home)
    yield place
    if place.process is not None and place.process.poll() is None:
        place.process.kill()
        place.process.wait()
    processes.end(place.children())
    Server(home).remove()
    shutil.rmtree(home)


def test_a_first_start_becomes_ready_and_says_where(installation: Installation) -> None:
    installation.up()
    wait(installation.ready, 120)
    wait(lambda: f"http://localhost:{installation.port}" in installation.log.read_text())


def test_a_second_start_of_the_same_home_is_refused(installation: Installation) -> None:
    command = installation.command("up", "--port", str(_free_ports()))
    second = subprocess.run(
        command, env=installation.environment(), capture_output=True, text=True, timeout=30, check=False
    )
    assert second.returncode == 1
    assert "già in funzione" in second.stderr
    assert installation.ready()


@pytest.mark.parametrize(
    "name", ["wsgi:application", "live:application", "cli worker", "cli sweep", "cli watchdog", "cli database"]
)
def test_a_killed_process_is_back_at_once(installation: Installation, name: str) -> None:
    wait(lambda: installation.child(name))
    killed = installation.child(name)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    wait(lambda: installation.child(name) not in (None, killed), 15)
    wait(installation.ready, 15)


def test_a_killed_database_is_back_at_once_and_the_pages_with_it(installation: Installation) -> None:
    number = Server(installation.home).process_id()
    assert number is not None
    os.kill(number, signal.SIGKILL)
    wait(lambda: Server(installation.home).process_id() not in (None, number), 15)
    wait(installation.ready, 15)


def test_a_silent_sweep_is_seen_from_outside(installation: Installation) -> None:
    urls = Server(installation.home).urls()
    sweep = installation.child("cli sweep")
    assert sweep is not None
    os.kill(sweep, signal.SIGSTOP)
    with psycopg.connect(urls.application) as connection:
        connection.execute("UPDATE audit_heartbeat SET beaten_at = now() - interval '31 seconds' WHERE name = 'sweep'")
    assert installation.status() == 503
    os.kill(sweep, signal.SIGCONT)
    wait(installation.ready, 10)


@pytest.mark.parametrize("command", ["diagnose", "watchdog --once"])
def test_commands_find_the_database_of_a_running_home(installation: Installation, command: str) -> None:
    arguments = [*installation.command(*command.split()), "--json"]
    result = subprocess.run(
        arguments, env=installation.environment(), capture_output=True, text=True, timeout=30, check=False
    )
    assert result.stdout.startswith(("[", "{")), result.stderr


def test_all_killed_at_once_the_next_start_puts_everything_right(installation: Installation) -> None:
    assert installation.process is not None
    server = Server(installation.home)
    postmaster = server.process_id()
    assert postmaster is not None
    installation.process.kill()
    processes.end([postmaster, *installation.children()])
    installation.process.wait()
    installation.up()
    wait(installation.ready, 60)


def test_when_the_supervisor_alone_is_killed_everything_else_ends(installation: Installation) -> None:
    assert installation.process is not None
    installation.process.kill()
    installation.process.wait()
    wait(lambda: not installation.children(), 15)
    wait(lambda: Server(installation.home).process_id() is None, 15)
    installation.up()
    wait(installation.ready, 60)


def test_ctrl_c_stops_everything_within_ten_seconds(installation: Installation) -> None:
    assert installation.process is not None
    began = time.monotonic()
    installation.process.send_signal(signal.SIGINT)
    assert installation.process.wait(15) == 0
    assert time.monotonic() - began < 10
    assert installation.children() == []
    assert Server(installation.home).process_id() is None
    assert "Tutto fermo" in installation.log.read_text()


def test_the_log_holds_no_password(installation: Installation) -> None:
    passwords = re.findall(r'": "([^"]+)"', (Server(installation.home).place / "passwords.json").read_text())
    assert len(passwords) == 3
    text = installation.log.read_text()
    assert not any(password in text for password in passwords)


def test_a_port_in_use_is_told_before_anything_starts(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        command = installation.command("up", "--port", str(installation.port))
        result = subprocess.run(
            command, env=installation.environment(), capture_output=True, text=True, timeout=30, check=False
        )
    assert result.returncode == 1
    assert f"La porta {installation.port} è occupata" in result.stderr
