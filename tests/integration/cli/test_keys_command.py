# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shares and recovery as the custodians meet them: typed, never in the line that starts the command."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from approdo.kit.postgres import Urls
from approdo.vault.gateways import FileKeyring, HardwareToken

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A keyring with the keys of one organisation, in the home of the commands."""
    keyring = FileKeyring(tmp_path / "keys", copies=tmp_path / "keys-copy")
    keyring.install()
    keyring.token_key(3)
    return tmp_path / "keys"


@pytest.fixture
def in_a_token(token: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An installation that began with a hardware token, for the commands as well."""
    HardwareToken(tmp_path / "keys").install()
    monkeypatch.setenv("APPRODO_KEY_PROVIDER", "approdo.vault.gateways.HardwareToken")
    for name in ("TOKEN_MODULE", "TOKEN_LABEL", "TOKEN_PIN_FILE"):
        monkeypatch.setenv(f"APPRODO_{name}", str(getattr(settings, name)))


@pytest.fixture
def run(database_urls: Urls, tmp_path: Path) -> Run:
    """Runs `approdo keys …`, types what it is given, and returns what came out."""
    environment = os.environ | {"DATABASE_URL": database_urls.application, "APPRODO_HOME": str(tmp_path)}
    environment |= {"DJANGO_SETTINGS_MODULE": "approdo.config.settings"}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[3] / "src")}
    for name in ("APPRODO_KEYS", "APPRODO_KEYS_COPY"):
        environment.pop(name, None)

    def run(*arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "approdo.cli", "keys", *arguments]
        return subprocess.run(
            command, env=environment, input=typed, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def sheets(printed: str) -> list[str]:
    """The words of each sheet, as a custodian copies them."""
    return [" ".join(re.findall(r"\d+\. ([a-z]+)", sheet)) for sheet in printed.split("Approdo, quota")[1:]]


def test_three_sheets_are_printed_and_two_of_them_bring_the_keys_back(run: Run, keys: Path, tmp_path: Path) -> None:
    assert "Nessuna quota di recupero" in run("status").stdout
    printed = run("shares")
    assert printed.returncode == 0, printed.stderr
    assert re.findall(r"quota (\d) di 3, serie ([0-9A-F]{8})", printed.stdout)[2][0] == "3"
    papers = sheets(printed.stdout)
    assert [len(paper.split()) for paper in papers] == [33, 33, 33]
    assert "è di adesso" in run("status").stdout

    again = run("shares")
    assert again.returncode == 1
    assert "Le quote ci sono già" in again.stderr

    copy, before = str(tmp_path / "keys-copy" / "keyring.sealed"), (keys / "keyring.json").read_text()
    tried = run("recover", "--try", copy, typed=f"{papers[0]}\n{papers[2]}\n")
    assert "aprono la copia: chiavi di 1 organizzazioni" in tried.stdout
    refused = run("recover", copy, typed=f"{papers[0]}\n{papers[2]}\n")
    assert refused.returncode == 1
    assert "chiavi che funzionano" in refused.stderr

    (keys / "keyring.json").unlink()
    done = run("recover", copy, typed=f"{papers[2].upper()}\n{papers[1]}\n")
    assert done.returncode == 0, done.stderr
    assert "Recuperate le chiavi di 1 organizzazioni" in done.stdout
    assert (keys / "keyring.json").read_text() == before
    for word in papers[1].split()[4:8]:
        assert word not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("{0}", "{0}", "due volte la stessa"),
        ("{0} limoncello", "{1}", "È la numero 34."),
        ("{1}", "academic", "non tornano"),
        ("", "", "Aborted"),
    ],
)
def test_what_is_typed_wrong_is_refused_in_words(
    run: Run, keys: Path, tmp_path: Path, first: str, second: str, said: str
) -> None:
    papers = sheets(run("shares").stdout)
    (keys / "keyring.json").unlink()
    typed = f"{first.format(*papers)}\n{second.format(*papers)}\n"
    refused = run("recover", str(tmp_path / "keys-copy" / "keyring.sealed"), typed=typed)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (keys / "keyring.json").exists()


def test_a_copy_that_was_lost_is_made_again(run: Run, keys: Path, tmp_path: Path) -> None:
    assert "prima «approdo keys shares»" in run("copy").stderr
    run("shares")
    (tmp_path / "keys-copy" / "keyring.sealed").unlink()
    assert "MANCA" in run("status").stdout
    assert run("copy").returncode == 0
    assert "è di adesso" in run("status").stdout


def test_with_a_hardware_token_keys_are_renewed_and_copies_are_its_own_affair(in_a_token: None, run: Run) -> None:
    assert "le copie sono affar suo" in run("status").stdout
    assert "organizzazione 3: 0 chiavi rinnovate" in run("rotate", "--organisation", "3").stdout
    assert run("replay").returncode == 0
    for command in (("shares",), ("copy",)):
        refused = run(*command)
        assert refused.returncode == 1
        assert "si recuperano con i suoi mezzi" in refused.stderr


def test_a_token_that_is_away_is_said(in_a_token: None, run: Run, token: Path) -> None:
    (token / "objects").rename(token / "away")
    away = run("rotate", "--organisation", "3")
    assert away.returncode == 1
    assert "o il modulo che le tiene" in away.stderr
    assert "Traceback" not in away.stderr
