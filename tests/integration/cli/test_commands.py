# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands for scripts and administrators, each run as a process on the test database."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.factories.networks import a_member, a_service

from approdo.accounts import selectors as accounts
from approdo.accounts import services as account_services
from approdo.cli import up
from approdo.kit import clock
from approdo.kit.postgres import Urls

pytestmark = pytest.mark.process
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(database_urls: Urls, tmp_path: Path) -> Run:
    """Runs `approdo …` and returns what came out."""
    environment = os.environ | {"DATABASE_URL": database_urls.application, "DATABASE_OWNER_URL": database_urls.owner}
    environment |= {"APPRODO_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "approdo.config.settings"}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[3] / "src")}

    def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "approdo.cli", *arguments]
        full = {name: value for name, value in (environment | variables).items() if value}
        return subprocess.run(command, env=full, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.mark.django_db(transaction=True)
def test_a_token_is_made_shown_once_listed_and_revoked(run: Run) -> None:
    service = a_service()
    operator = a_member(service)
    chosen = ("--service", str(service.pk))

    made = run("token", "create", *chosen, "--operator", operator.email, "--label", "cartella", "--json")
    secret = json.loads(made.stdout)["token"]
    holder = accounts.token_holder(secret, clock.now())
    assert holder is not None
    assert (holder.operator_id, holder.service_id) == (operator.pk, service.pk)

    listed = json.loads(run("token", "list", *chosen, "--json").stdout)
    assert [(row["label"], row["last_used_at"]) for row in listed] == [("cartella", None)]
    assert secret not in json.dumps(listed)
    assert "mai usata" in run("token", "list", *chosen).stdout
    now = clock.now()
    account_services.note_use(token_id=holder.token_id, now=now)
    assert json.loads(run("token", "list", *chosen, "--json").stdout)[0]["last_used_at"] == now.isoformat()
    assert f"usata {now.isoformat()}" in run("token", "list", *chosen).stdout

    assert run("token", "revoke", listed[0]["id"]).returncode == 0
    assert accounts.token_holder(secret, clock.now()) is None
    again = run("token", "revoke", listed[0]["id"])
    assert again.returncode == 1
    assert "Nessuna chiave aperta" in again.stderr


@pytest.mark.django_db(transaction=True)
def test_a_token_for_somebody_else_or_nobody_is_refused_in_words(run: Run) -> None:
    service, other = a_service(), a_service()
    operator = a_member(other)
    stranger = run("token", "create", "--service", "1", "--operator", "chi@nessuno.example", "--label", "x")
    assert (stranger.returncode, stranger.stdout) == (1, "")
    assert "Nessuna operatrice" in stranger.stderr
    elsewhere = run("token", "create", "--service", str(service.pk), "--operator", operator.email, "--label", "x")
    assert elsewhere.returncode == 1
    assert "Non è attiva in questo servizio" in elsewhere.stderr
    long = run("token", "create", "--service", str(other.pk), "--operator", operator.email, "--label", "x" * 81)
    assert (long.returncode, long.stdout) == (1, "")
    assert "al massimo 80 caratteri" in long.stderr
    assert "Traceback" not in stranger.stderr + elsewhere.stderr + long.stderr


def test_a_command_without_a_database_says_what_to_do(run: Run) -> None:
    result = run("token", "list", "--service", "1", DATABASE_URL="", DATABASE_OWNER_URL="")
    assert result.returncode == 1
    assert "approdo up" in result.stderr


def test_migrating_twice_is_harmless_and_waits_for_nobody(run: Run) -> None:
    result = run("migrate")
    assert result.returncode == 0, result.stderr
    assert "aggiornata" in result.stdout


def test_migrating_gives_no_privilege_back_that_a_migration_took(run: Run, database_urls: Urls) -> None:
    query = "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = 'approdo_app'"
    with psycopg.connect(database_urls.owner, autocommit=True) as owner:
        before = owner.execute(query).fetchone()
        assert run("migrate").returncode == 0
        assert owner.execute(query).fetchone() == before


@pytest.mark.django_db(transaction=True)
def test_diagnosis_names_what_is_wrong_and_ends_with_one(run: Run) -> None:
    result = run("diagnose", "--json")
    findings = {finding["name"]: finding for finding in json.loads(result.stdout)}
    assert result.returncode == 1
    assert findings["schema"]["sound"]
    assert "possiede 0 tabelle" in findings["sicurezza"]["seen"]
    assert not findings["sicurezza"]["sound"], "the server of the tests does not wait for its disk"
    assert not findings["scadenze"]["sound"], "no sweep has ever run here"


def test_diagnosis_of_an_unreachable_database_comes_at_once_and_without_a_traceback(run: Run, tmp_path: Path) -> None:
    result = run("diagnose", DATABASE_URL=f"postgresql://approdo_app@/approdo?host={tmp_path}")
    assert result.returncode == 1
    assert "MALE  banca dati" in result.stdout
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--port", "65534"], 2, "65534"),
        (["--host", "192.0.2.1"], 1, "Non posso ascoltare su 192.0.2.1, porta 8000"),
        ([], 1, "Non riesco a scrivere in"),
    ],
)
def test_a_start_that_cannot_be_says_why(run: Run, tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    place = tmp_path / "file"
    if not arguments:
        place.touch()
    result = run("up", *arguments, APPRODO_HOME=str(place), DATABASE_URL="", DATABASE_OWNER_URL="")
    assert (result.returncode, result.stdout) == (code, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("variables", "live", "hosts"),
    [
        ({}, "http://localhost:8001", "localhost,127.0.0.1"),
        ({"APPRODO_PUBLIC_URL": "https://approdo.example"}, None, "approdo.example,localhost,127.0.0.1"),
    ],
)
def test_behind_a_proxy_the_names_follow_from_the_public_address(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], live: str | None, hosts: str
) -> None:
    monkeypatch.setattr(os, "environ", dict(variables))
    up._describe_ourselves(up.Ports(8000), "127.0.0.1", demonstration=False)
    assert (os.environ.get("APPRODO_LIVE_URL"), os.environ["APPRODO_HOSTS"]) == (live, hosts)
