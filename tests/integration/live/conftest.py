# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real live process, real sockets, and sessions as the pages make them."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker
from tests.conftest import Databases
from tests.factories.activations import Town, a_town

from approdo.accounts.models import Operator
from approdo.kit.postgres import Urls
from approdo.networks.models import Membership, Service
from approdo.web.middleware import KEY_BEGAN, KEY_MEMBERSHIP, KEY_SEEN

ROOT = Path(__file__).resolve().parents[3]
ORIGIN = "http://localhost:8000"
Event = tuple[str, str]


@dataclass
class Stream:
    """One open stream, read as a browser would."""

    response: http.client.HTTPResponse
    connection: http.client.HTTPConnection

    @property
    def status(self) -> int:
        """Whether it was opened."""
        return self.response.status

    def next(self, *, beats: bool = False) -> Event:
        """The next event; beats are passed over unless asked for; ("", "") when the stream has ended."""
        name, data = "", ""
        while line := self.response.readline().decode():
            if line.startswith("event: "):
                name = line.removeprefix("event: ").strip()
            elif line.startswith("data:"):
                data = line.removeprefix("data:").strip()
            elif name and (beats or name != "beat"):
                return name, data
        return "", ""

    def close(self) -> None:
        """Go away as a closed tab does."""
        self.response.close()
        self.connection.close()


@dataclass
class LiveProcess:
    """The live process under test."""

    process: subprocess.Popen[bytes]
    port: int
    streams: list[Stream] = field(default_factory=list)

    def get(self, path: str, cookie: str = "", *, origin: str = ORIGIN, timeout: float = 10) -> Stream:
        """Ask for an address; whatever is opened is closed after the test."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Origin": origin} if origin else {}
        if cookie:
            headers["Cookie"] = f"unrelated={{}}; {settings.SESSION_COOKIE_NAME}={cookie}"
        connection.request("GET", path, headers=headers)
        stream = Stream(connection.getresponse(), connection)
        self.streams.append(stream)
        return stream

    def watch(self, cookie: str, *topics: str) -> Stream:
        """Open a stream and pass over the resync it begins with."""
        stream = self.get("/stream?topics=" + "%20".join(topics), cookie)
        assert stream.status == 200, stream.response.read()
        assert stream.next() == ("resync", "")
        return stream

    def close_streams(self) -> None:
        """Close every stream that was opened."""
        while self.streams:
            self.streams.pop().close()


@contextmanager
def serving(urls: Urls) -> Iterator[LiveProcess]:
    """Granian serving the live application on this module's database."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port = found.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": urls.application,
        "DJANGO_SETTINGS_MODULE": "approdo.config.settings",
        "APPRODO_TEST": "1",
        "APPRODO_PUBLIC_URL": ORIGIN,
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }
    command = [sys.executable, "-m", "granian", "tests.integration.live.quick:application", "--interface", "asgi"]
    command += ["--port", str(port), "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "3"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        served = LiveProcess(process, port)
        _wait_until_listening(served)
        yield served
        served.close_streams()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@pytest.fixture(scope="module")
def committed(database_urls: Urls, test_databases: Databases, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Another process reads what these tests write: it is committed, and thrown away after the module."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        test_databases.renew()


@pytest.fixture(scope="module")
def served(database_urls: Urls, committed: None) -> Iterator[LiveProcess]:
    """One live process for the whole module: each test brings its own people or its own sessions."""
    with serving(database_urls) as process:
        yield process


@pytest.fixture
def live(served: LiveProcess) -> Iterator[LiveProcess]:
    """The live process, listening, and without streams again after the test."""
    _wait_until_listening(served)
    yield served
    served.close_streams()


def _wait_until_listening(served: LiveProcess) -> None:
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        try:
            answer = served.get("/healthz").response.read()
        except OSError:
            answer = b""
        if b'"listening": true' in answer:
            return
        time.sleep(0.05)
    raise AssertionError("the live process does not listen")


@pytest.fixture(scope="module")
def town(committed: None) -> Town:
    """A network of six services with two people each."""
    return a_town()


@pytest.fixture
def sign_in() -> Callable[[Operator, Service], str]:
    """Return a function that gives the session cookie of somebody who acts for a service."""

    def signed_in(operator: Operator, service: Service, **changes: object) -> str:
        now = time.time()
        session = SessionStore()
        session.update(
            {
                SESSION_KEY: str(operator.pk),
                BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                HASH_SESSION_KEY: operator.get_session_auth_hash(),
                KEY_BEGAN: now,
                KEY_SEEN: now,
                KEY_MEMBERSHIP: Membership.objects.get(operator=operator, service=service).pk,
            }
            | changes
        )
        session.save(must_create=True)
        assert session.session_key is not None
        return session.session_key

    return signed_in
