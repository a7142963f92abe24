# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`approdo up` as a person runs it: every process real, every death a `kill -9`."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import psycopg
import pytest
from tests.journeys.installation import (
    DATABASE,
    LIVE,
    PAGES,
    SWEEP,
    WATCHDOG,
    WORKER,
    Installation,
    installed,
    wait,
)

from approdo.kit import processes

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with installed() as place:
        yield place


def test_a_first_start_becomes_ready_and_says_where(installation: Installation) -> None:
    installation.up()
    wait(installation.ready, 120)
    wait(lambda: f"http://localhost:{installation.port}" in installation.log.read_text())


def test_a_second_start_of_the_same_home_is_refused(installation: Installation) -> None:
    command = installation.command("up", "--port", "30000")
    second = subprocess.run(
        command, env=installation.environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert second.returncode == 1
    assert "già in funzione" in second.stderr
    assert installation.ready()


@pytest.mark.parametrize("name", [PAGES, LIVE, WORKER, SWEEP, WATCHDOG, DATABASE])
def test_a_killed_process_is_back_at_once(installation: Installation, name: str) -> None:
    wait(lambda: installation.children(name))
    before = installation.children(name)
    os.kill(before[0], signal.SIGKILL)
    wait(lambda: (now := installation.children(name)) and not set(now) & set(before), 15)
    wait(installation.ready, 15)


def test_a_killed_database_is_back_at_once_and_the_pages_with_it(installation: Installation) -> None:
    number = installation.server.process_id()
    assert number is not None
    os.kill(number, signal.SIGKILL)
    wait(lambda: installation.server.process_id() not in (None, number), 15)
    wait(installation.ready, 15)


def test_a_silent_sweep_is_seen_from_outside(installation: Installation) -> None:
    urls = installation.server.urls()
    (sweep,) = installation.children(SWEEP)
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
        arguments, env=installation.environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert result.stdout.startswith(("[", "{")), result.stderr


def test_all_killed_at_once_the_next_start_puts_everything_right(installation: Installation) -> None:
    assert installation.process is not None
    server = installation.server
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
    wait(lambda: installation.server.process_id() is None, 15)
    installation.up()
    wait(installation.ready, 60)


def test_ctrl_c_stops_everything_within_ten_seconds(installation: Installation) -> None:
    assert installation.process is not None
    began = time.monotonic()
    installation.process.send_signal(signal.SIGINT)
    assert installation.process.wait(15) == 0
    assert time.monotonic() - began < 10
    assert installation.children() == []
    assert installation.server.process_id() is None
    assert "Tutto fermo" in installation.log.read_text()


def test_the_log_holds_no_password(installation: Installation) -> None:
    passwords = re.findall(r'": "([^"]+)"', (installation.server.place / "passwords.json").read_text())
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
            command, env=installation.environment, capture_output=True, text=True, timeout=30, check=False
        )
    assert result.returncode == 1
    assert f"La porta {installation.port} è occupata" in result.stderr
