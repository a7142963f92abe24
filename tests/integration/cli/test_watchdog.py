# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The watchdog with real processes, a real web server and a real mail server to hear it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from approdo.kit.postgres import Urls

pytestmark = pytest.mark.fault

_QUICK = ["--silence", "2", "--unreachable", "1", "--poll", "0.3", "--repeat", "2"]
_SECONDS = 20.0  # the thresholds above, two starts of Python, and a machine that has other things to do


def wait(condition: Callable[[], object], seconds: float = _SECONDS) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def posts() -> Iterator[tuple[str, list[dict]]]:
    """A web server that remembers what is posted to it."""
    heard: list[dict] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/alarm", heard
    server.shutdown()
    thread.join()
    server.server_close()


class Sink(MessageHandler):
    """Keeps every message it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[tuple[str, str]] = []

    def handle_message(self, message) -> None:  # type: ignore[no-untyped-def]
        self.messages.append((message["Subject"], message.get_payload(decode=True).decode()))


@pytest.fixture
def mailbox() -> Iterator[tuple[str, Sink]]:
    """A mail server that remembers what it is given."""
    sink = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}", sink
    controller.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts commands of the product and ends them with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(urls: Urls, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"DATABASE_URL": urls.application, "APPRODO_HOME": str(tmp_path), **variables}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "approdo.config.settings",
            "PYTHONPATH": str(Path(__file__).parents[3] / "src"),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "approdo.cli", *arguments], env=environment, stderr=subprocess.DEVNULL
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_a_killed_sweep_is_told_by_both_channels_again_while_it_lasts_and_its_return_too(
    database_urls: Urls,
    start: Callable[..., subprocess.Popen[bytes]],
    posts: tuple[str, list[dict]],
    mailbox: tuple[str, Sink],
) -> None:
    address, heard = posts
    server, sink = mailbox
    sweep = start(database_urls, "sweep")
    start(
        database_urls,
        "watchdog",
        *_QUICK,
        APPRODO_WATCHDOG_URL=address,
        APPRODO_WATCHDOG_EMAIL="turno@host.example",
        APPRODO_WATCHDOG_SMTP_URL=server,
    )
    time.sleep(4)
    assert heard == [], "an alarm while all is well"
    sweep.send_signal(signal.SIGKILL)
    wait(lambda: heard)
    assert heard[0]["state"] == "alarm"
    assert heard[0]["problems"] == ["sweep_silent"]
    wait(lambda: len(heard) >= 2)
    start(database_urls, "sweep")
    wait(lambda: heard[-1]["state"] == "clear")
    wait(lambda: sink.messages and sink.messages[-1][0] == "Approdo: rientrato")
    assert sink.messages[0][0] == "Approdo: serve un controllo"
    assert "sweep_silent" in sink.messages[0][1]


def test_a_database_that_cannot_be_reached_is_told(
    start: Callable[..., subprocess.Popen[bytes]], posts: tuple[str, list[dict]], tmp_path: Path
) -> None:
    address, heard = posts
    nowhere = f"postgresql://approdo_app@/approdo?host={tmp_path}"
    start(Urls(nowhere, nowhere, nowhere), "watchdog", *_QUICK, APPRODO_WATCHDOG_URL=address)
    wait(lambda: heard)
    assert heard[0]["problems"] == ["database_unreachable"]


@pytest.mark.django_db(transaction=True)
def test_a_sweep_whose_connection_is_cut_opens_another(
    database_urls: Urls, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    start(database_urls, "sweep")
    with psycopg.connect(database_urls.owner, autocommit=True) as owner:

        def beat() -> object:
            return owner.execute("SELECT beaten_at FROM audit_heartbeat WHERE name = 'sweep'").fetchone()

        wait(beat)
        with psycopg.connect(database_urls.application, autocommit=True) as same_role:
            cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
            same_role.execute(f"{cut} AND usename = current_user AND pid <> pg_backend_pid()")
        before = beat()
        wait(lambda: beat() != before)
