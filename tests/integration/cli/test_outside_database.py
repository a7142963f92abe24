# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shape of an organisation: a PostgreSQL server that is not ours, every process by itself, a proxy in front."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle

import httpx
import psycopg
import pytest
from tests.journeys.installation import ROOT, Installation, installed, wait

pytestmark = pytest.mark.process
SITE = "https://approdo.example"
CLIENT = "192.0.2.7"


class Proxy(httpx.HTTPTransport):
    """What `deploy/nginx.conf` does: live events to one process, pages to two in turn, and says who asks."""

    def __init__(self, live: int, *pages: int) -> None:
        super().__init__()
        self._live, self._pages = live, cycle(pages)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        port = self._live if request.url.path.startswith("/live/") else next(self._pages)
        url = request.url.copy_with(scheme="http", host="127.0.0.1", port=port)
        headers = dict(request.headers) | {"X-Forwarded-Proto": "https", "X-Forwarded-For": CLIENT}
        return super().handle_request(httpx.Request(request.method, url, headers=headers, stream=request.stream))


@contextmanager
def a_server(place: Installation, port: int) -> Iterator[str]:
    """PostgreSQL as somebody else keeps it: TCP, a superuser's password, a locale of its own; yields the address."""
    server, user = place.server, place.server._user
    data = server.place / "outside"
    server.place.mkdir(mode=0o711, parents=True, exist_ok=True)
    password = server.place / "password"
    password.write_text("a superuser's password")
    user.own(password)
    initdb = [server._program("initdb"), "-D", data, "-U", "postgres", f"--pwfile={password}", "--locale=C.UTF-8"]
    user.make_directory(data)
    assert user.run([*initdb, "--auth=scram-sha-256"], capture_output=True).returncode == 0
    control = [server._program("pg_ctl"), "-D", data, "-s", "-w"]
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories="
    started = [*control, "-o", options, "-l", data / "start.log", "start"]
    assert user.run(started, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    try:
        yield f"127.0.0.1:{port}"
    finally:
        user.run([*control, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def place() -> Iterator[Installation]:
    """Roles and schema made as `docs/how-to/installare.md` says, then every process on its own."""
    with installed(one_click=True) as place, a_server(place, place.port + 3) as address, ExitStack() as ending:
        binaries = str(place.server._program("psql").parent)
        secret = {"PGPASSWORD": "a superuser's password", "OWNER_PASSWORD": "o:w/n", "APPLICATION_PASSWORD": "a@pp"}
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(place.port + 3), "PATH": f"{binaries}:{os.environ['PATH']}"}
        subprocess.run([ROOT / "deploy" / "roles.sh"], env=where | secret, check=True, capture_output=True)
        place.environment |= {
            "DATABASE_URL": f"postgresql://approdo_app:a%40pp@{address}/approdo",
            "APPRODO_PUBLIC_URL": SITE,
            "APPRODO_HOSTS": "approdo.example,127.0.0.1",
        }
        owner = {"DATABASE_OWNER_URL": f"postgresql://approdo_owner:o%3Aw%2Fn@{address}/approdo"}
        for _again in range(2):
            assert place._spawn("prepare", **owner).wait(120) == 0, place.log.read_text()
        for command in (
            ["serve", "--port", str(place.port), "--workers", "1"],
            ["serve", "--port", str(place.port + 2), "--workers", "1"],
            ["live", "--port", str(place.port + 1)],
            ["worker"],
            ["sweep"],
            ["watchdog"],
        ):
            process = place._spawn(*command)
            ending.callback(process.wait, 30)
            ending.callback(process.terminate)
        wait(lambda: place.status() == 200, 90)  # asked past the proxy, as whoever watches the machine does
        place.seed()
        yield place


@contextmanager
def signed_in(place: Installation, service: str) -> Iterator[httpx.Client]:
    """The browser of somebody of a service, through the proxy."""
    transport = Proxy(place.port + 1, place.port, place.port + 2)
    with httpx.Client(base_url=SITE, transport=transport, headers={"Origin": SITE}, timeout=30) as browser:
        page = browser.get("/prova/").text
        chosen = {"operator": place.people[service][0], "csrfmiddlewaretoken": _hidden(page, "csrfmiddlewaretoken")}
        entered = browser.post("/prova/", data=chosen, follow_redirects=True)
        assert (entered.status_code, entered.url.path) == (200, "/")
        yield browser


def test_she_activates_and_who_is_called_sees_it_at_once(place: Installation) -> None:
    with signed_in(place, "hospital") as nurse, signed_in(place, "centre") as centre:
        with centre.stream("GET", "/live/stream?topics=") as stream:
            lines = stream.iter_lines()
            assert (stream.status_code, next(lines)) == (200, "event: resync")
            form = nurse.get("/attiva/").text
            names = ("csrfmiddlewaretoken", "key", "municipality")
            chosen = {name: _hidden(form, name) for name in names} | {"need": "safe_place", "consent": "given"}
            began = time.monotonic()
            answer = nurse.post("/attiva/", data=chosen)
            assert (answer.status_code, answer.headers["location"].split("/")[1]) == (302, "attivazioni")
            assert any(line.startswith("event: change") for line in lines)
            assert time.monotonic() - began < 5
        assert nurse.get(answer.headers["location"]).status_code == 200


def test_behind_https_one_proxy_is_believed(place: Installation) -> None:
    assert place.run("from django.conf import settings; print(settings.ALLAUTH_TRUSTED_PROXY_COUNT)") == "1\n"


def test_pages_find_their_files(place: Installation) -> None:
    with httpx.Client(base_url=SITE, transport=Proxy(place.port + 1, place.port, place.port + 2)) as browser:
        sheet = re.search(r'href="(/static/web/app\.\w+\.css)"', browser.get("/accesso/").text)
        assert sheet is not None
        assert [browser.get(sheet[1]).status_code for _each in range(2)] == [200, 200]


def test_the_applications_role_owns_nothing_and_every_look_is_sound(place: Installation) -> None:
    with psycopg.connect(place.environment["DATABASE_URL"]) as connection:
        owned = connection.execute(
            "SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid = %s::regrole::oid", ["approdo_app"]
        ).fetchone()
        assert owned == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine ()")
    looked = subprocess.run(
        place.command("diagnose", "--json"), env=place.environment, capture_output=True, text=True, check=False
    )
    sound = {finding["name"]: finding["sound"] for finding in json.loads(looked.stdout)}
    assert [name for name, is_sound in sound.items() if not is_sound] == ["canali"], looked.stdout


def _hidden(page: str, name: str) -> str:
    """What a form's field holds."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert tag is not None
    value = re.search(r'value="([^"]*)"', tag[0])
    return value[1] if value else ""
