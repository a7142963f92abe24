# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One real PostgreSQL for every test process of this checkout, met with the privileges of production.

The first process starts the server and migrates a template database; each process works on its own copy of it, as
the application role, which owns nothing. The last process stops the server.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest
from django.db import connections, transaction
from django.test import TransactionTestCase
from psycopg import conninfo, sql
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker
from tests.factories.tokens import LABEL, a_pin_file, a_token, module

from approdo.access.services import system_process
from approdo.kit import processes
from approdo.kit.postgres import Server, Urls
from approdo.vault.gateways import provider

ROOT = Path(__file__).resolve().parent.parent
_FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
_TEMPLATES_KEPT = 4


def _home() -> Path:
    """A directory of stable name, so that a second run finds server and template ready."""
    name = f"approdo-tests-{os.geteuid()}-{sha256(os.fsencode(ROOT)).hexdigest()[:8]}"
    home = Path(tempfile.gettempdir()) / name
    home.mkdir(mode=0o755, exist_ok=True)
    assert home.stat().st_uid == os.geteuid(), f"{home} belongs to somebody else"
    return home


def _migrations_digest() -> str:
    """Changes with anything that decides what the migrated database holds."""
    digest = sha256()
    for package in ("django", "django-allauth", "procrastinate"):
        digest.update(f"{package}=={version(package)};".encode())
    apps = ROOT / "src" / "approdo"
    for file in sorted([*apps.glob("*/migrations/*.py"), *apps.glob("*/data/*"), apps / "config" / "settings.py"]):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


class Databases:
    """Makes, renews and drops this process's copy of the migrated template."""

    def __init__(self, urls: Urls, lock: Path, worker: str) -> None:
        self._administrator = urls.administrator
        self._server_urls = urls
        self._lock = lock
        self.template = f"template_{_migrations_digest()}"
        self.name = f"test_{worker}_{os.getpid()}"
        self.urls = self._at(self.name)

    def _at(self, name: str) -> Urls:
        urls = self._server_urls
        return replace(
            urls,
            application=urls.application.replace("/approdo?", f"/{name}?"),
            owner=urls.owner.replace("/approdo?", f"/{name}?"),
        )

    def _run(self, *statements: sql.Composed) -> None:
        with psycopg.connect(self._administrator, autocommit=True) as administrator:
            for statement in statements:
                administrator.execute(statement)

    def _names(self) -> list[str]:
        with psycopg.connect(self._administrator) as administrator:
            return [name for (name,) in administrator.execute("SELECT datname FROM pg_database ORDER BY oid")]

    def create(self) -> None:
        """Migrate the template if nobody has, and copy it; drop what killed test processes left behind."""
        with processes.locked(self._lock):
            for name in self._names():
                owner = name.rpartition("_")[2]
                if name.startswith("test_") and not (owner.isdigit() and processes.is_alive(int(owner))):
                    self._run(_drop(name))
            if self.template not in self._names():
                self._build_template()
            self._run(self._copy())

    def renew(self) -> None:
        """Throw the copy away with everything committed in it, and take another."""
        self._run(_drop(self.name), self._copy())

    def drop(self) -> None:
        """Throw the copy away."""
        self._run(_drop(self.name))

    def _copy(self) -> sql.Composed:
        return sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER approdo_owner STRATEGY file_copy").format(
            sql.Identifier(self.name), sql.Identifier(self.template)
        )

    def _build_template(self) -> None:
        """Migrate with the very command that production uses."""
        building = f"building_{self.template}"
        create = sql.SQL("CREATE DATABASE {} OWNER approdo_owner TEMPLATE template0")
        self._run(_drop(building), create.format(sql.Identifier(building)))
        urls = self._at(building)
        environment = os.environ | {"DATABASE_URL": urls.application, "DATABASE_OWNER_URL": urls.owner}
        environment |= {"DJANGO_SETTINGS_MODULE": "approdo.config.settings", "APPRODO_TEST": "1"}
        environment |= {"APPRODO_HOME": str(self._lock.parent), "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-m", "approdo.cli", "migrate"]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            pytest.exit(f"'approdo migrate' failed:\n{result.stdout}{result.stderr}", returncode=3)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        self._run(rename.format(sql.Identifier(building), sql.Identifier(self.template)))
        # an older session may still renew from its template: keep a few
        for name in [name for name in self._names() if name.startswith("template_")][:-_TEMPLATES_KEPT]:
            self._run(_drop(name))


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))


@pytest.fixture(scope="session")
def test_databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """The server of this checkout and this process's database on it."""
    home = _home()
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with Server(home, _FAST).shared() as urls:
        databases = Databases(urls, home / "template.lock", worker)
        databases.create()
        yield databases
        databases.drop()


@pytest.fixture(scope="session")
def database_urls(django_db_setup: None, test_databases: Databases) -> Urls:
    """Addresses of this process's test database, for tests that start real processes on it."""
    return test_databases.urls


@pytest.fixture(scope="session")
def django_db_setup(test_databases: Databases) -> Iterator[None]:
    """Point Django at this process's database, as the role that owns nothing."""
    parts = conninfo.conninfo_to_dict(test_databases.urls.application)
    connections["default"].settings_dict.update(
        NAME=parts["dbname"], USER=parts["user"], PASSWORD=parts["password"], HOST=parts["host"], PORT=""
    )

    def renew(_case: TransactionTestCase) -> None:
        assert not connections["default"].in_atomic_block, "a module with committing tests cannot share a transaction"
        connections.close_all()
        test_databases.renew()

    # what a test asks for by itself, it asks as the system; what a door answers, the door asks as who stands there
    system_process()
    provider().install()
    # Django would TRUNCATE, which the application role may not, and which would take the migrations' rows along.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", renew)
        yield
    connections.close_all()


@pytest.fixture(scope="module")
def module_transaction(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What a module's tests share is written once and taken back after the module; each test is a savepoint in it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def token(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A blank token of this test alone, which the settings name; its directory, to be taken away and put back."""
    from approdo.vault.gateways.cryptoki import token_of_process

    monkeypatch.setenv("SOFTHSM2_CONF", str(a_token(tmp_path / "token")))
    settings.TOKEN_MODULE, settings.TOKEN_LABEL = str(module()), LABEL
    settings.TOKEN_PIN_FILE = a_pin_file(tmp_path)
    yield tmp_path / "token"
    token_of_process(settings.TOKEN_MODULE, LABEL, settings.TOKEN_PIN_FILE).close()
    token_of_process.cache_clear()
