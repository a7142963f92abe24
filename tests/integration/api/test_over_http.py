# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Over a real socket, as the server of production passes requests on: what Django's test client cannot send."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from tests.factories.activations import a_town

from approdo.access.services import as_system
from approdo.activations.models import Activation
from approdo.kit.postgres import Urls

from .conftest import BODY, KEY, ROOT, a_token

pytestmark = pytest.mark.process
WAIT = 20.0


@dataclass
class Served:
    """A running server, and a program with the token of the hospital."""

    port: int
    program: httpx.Client

    def raw(self, *lines: str, body: bytes = b"") -> tuple[int, str]:
        """Send a request byte by byte; return its status and everything that came back."""
        with socket.create_connection(("127.0.0.1", self.port), WAIT) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        return int(answer.split(b" ", 2)[1]), answer.decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def served(database_urls: Urls, transactional_db: None, tmp_path: Path) -> Iterator[Served]:
    """The pages' server on the test database, with one worker."""
    town = a_town()
    token = a_token(town.hospital, town.people[town.hospital.pk][0].pk, now=datetime.now(UTC))
    port = _free_port()
    environment = os.environ | {"DATABASE_URL": database_urls.application, "APPRODO_TEST": "1"}
    environment["DJANGO_SETTINGS_MODULE"] = "approdo.config.settings"
    command = [sys.executable, "-m", "granian", "approdo.config.wsgi:application", "--interface", "wsgi"]
    command += ["--port", str(port), "--log-level", "warning", "--blocking-threads", "2"]
    log = (tmp_path / "server.log").open("w")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://localhost:{port}{ROOT}", headers=headers, timeout=WAIT) as program:
        try:
            until = time.monotonic() + WAIT
            while True:
                try:
                    program.get("/openapi.json")
                    break
                except httpx.ConnectError:
                    assert time.monotonic() < until, "the server did not start"
                    time.sleep(0.1)
            yield Served(port, program)
        finally:
            server.terminate()
            server.wait(WAIT)
            log.close()
            print((tmp_path / "server.log").read_text())


def test_what_only_a_socket_can_say(served: Served) -> None:
    """One server for all of these: starting it is the slow part."""
    program, host = served.program, f"Host: localhost:{served.port}"
    token = f"Authorization: {program.headers['Authorization']}"
    key = f"Idempotency-Key: {KEY}"

    made = program.post("/activations", json=BODY, headers={"Idempotency-Key": KEY})
    assert (made.status_code, made.headers["content-type"]) == (201, "application/json; charset=utf-8")
    again = program.post("/activations", json=BODY, headers={"Idempotency-Key": KEY})
    assert (again.status_code, again.content) == (200, made.content)
    assert program.get(made.headers["location"].removeprefix(ROOT)).json()["state"] == "open"

    pieces = program.post(
        "/activations", content=iter([json.dumps(BODY).encode()]),
        headers={"Idempotency-Key": "key-in-pieces", "Content-Type": "application/json"},
    )  # fmt: skip
    assert (pieces.status_code, pieces.json()["code"]) == (411, "length_required")

    head = program.head("/activations")
    assert (head.status_code, head.content) == (200, b"")

    for size in (70_000, 10_000_000):
        large = program.post("/activations", json=BODY | {"case": "x" * size}, headers={"Idempotency-Key": KEY})
        assert (large.status_code, large.json()["code"]) == (413, "too_large")

    empty = program.post(f"/activations/{made.json()['id']}/stand-down", json={"reason": "mistake"})
    assert (empty.status_code, empty.content) == (204, b"")
    assert "content-type" not in empty.headers

    status, answer = served.raw(f"BREW {ROOT}/activations HTTP/1.1", host, token, "Connection: close")
    assert (status, "application/problem+json" in answer) == (405, True)

    status, answer = served.raw(
        f"POST {ROOT}/activations HTTP/1.1", host, token, key, "Content-Type: application/json", "Content-Length: -1",
        "Connection: close",
    )  # fmt: skip
    assert status == 400

    status, answer = served.raw(
        f"GET {ROOT}/activations HTTP/1.1", host, "Authorization: Bearer \x80\xff", "Connection: close"
    )
    assert status in {400, 401}

    with as_system():
        assert Activation.objects.count() == 1
