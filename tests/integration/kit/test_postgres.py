# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The supervisor of the embedded server, on real servers that are really killed."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from approdo.kit import processes
from approdo.kit.postgres import LOG_FILES, PostgresFailed, Server
from approdo.kit.service_user import ServiceUser

pytestmark = pytest.mark.fault


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    # pytest's own directory is closed to other accounts; this one can be entered as an installation's can
    path = Path("/tmp") / f"approdo-server-{os.getpid()}-{time.monotonic_ns()}"
    path.mkdir(mode=0o755)
    yield path
    Server(path).remove()
    subprocess.run(["rm", "-rf", path], check=True)


_HOME = "home = Path(sys.argv[1])"


def _wait(condition: Callable[[], bool], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.05)


def _in_another_process(code: str, home: Path) -> subprocess.Popen[str]:
    program = f"import sys; from pathlib import Path; from approdo.kit.postgres import Server, guard\n{_HOME}\n{code}"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3] / "src")}
    return subprocess.Popen(
        [sys.executable, "-c", program, str(home)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_first_start_makes_two_roles_of_which_one_owns_nothing(home: Path) -> None:
    urls = Server(home).start()
    with psycopg.connect(urls.owner) as owner:
        owner.execute("CREATE TABLE thing (id serial PRIMARY KEY, word text)")
    with psycopg.connect(urls.application) as application:
        application.execute("INSERT INTO thing (word) VALUES ('one')")
        assert application.execute("SELECT word FROM thing").fetchone() == ("one",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("TRUNCATE thing")


def test_the_files_that_commits_fill_are_there_from_the_first_start_and_used_again(home: Path) -> None:
    server = Server(home)
    for _start in range(2):
        urls = server.start()
        with psycopg.connect(urls.administrator, autocommit=True) as administrator:
            before = administrator.execute("SELECT count(*) FROM pg_ls_waldir()").fetchone()
            for _fill in range(LOG_FILES // 2):
                administrator.execute("SELECT pg_logical_emit_message(false, 'test', 'x')")
                administrator.execute("SELECT pg_switch_wal()")
            assert administrator.execute("SELECT count(*) FROM pg_ls_waldir()").fetchone() == before
        server.stop()


def test_nobody_enters_without_a_password_and_nothing_listens_on_the_network(home: Path) -> None:
    server = Server(home)
    urls = server.start()
    with psycopg.connect(urls.administrator) as administrator:
        assert administrator.execute("SHOW listen_addresses").fetchone() == ("",)
        assert administrator.execute("SHOW fsync").fetchone() == ("on",)
        assert administrator.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert administrator.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall() == [
            ("scram-sha-256",)
        ]
    host = urls.application.split("host=")[1]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://postgres@/postgres?host={host}")


def test_every_secret_and_every_row_is_closed_to_other_accounts(home: Path) -> None:
    server = Server(home)
    server.start()
    assert stat.S_IMODE((server.place / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((server.place / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((server.place / "socket").stat().st_mode) == 0o700
    assert not (server.place / "initial-password").exists()


def test_a_second_start_joins_the_running_server_and_keeps_the_passwords(home: Path) -> None:
    first = Server(home)
    urls = first.start()
    number = first.process_id()
    assert Server(home).start() == urls
    assert Server(home).process_id() == number


def test_two_first_starts_at_once_make_one_server(home: Path) -> None:
    both = [_in_another_process("print(Server(home).start().application)", home) for _ in range(2)]
    answers = [process.communicate(timeout=60)[0].strip() for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert answers[0] == answers[1]
    with psycopg.connect(answers[0]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("approdo_app",)


def test_what_was_committed_survives_a_killed_postmaster(home: Path) -> None:
    server = Server(home)
    urls = server.start()
    with psycopg.connect(urls.owner) as owner:
        owner.execute("CREATE TABLE kept AS SELECT generate_series(1, 10000) AS n")
    number = server.process_id()
    assert number is not None
    os.kill(number, signal.SIGKILL)
    _wait(lambda: server.process_id() is None)
    with psycopg.connect(server.start().owner) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (10000,)


def test_a_backend_that_outlives_its_postmaster_does_not_block_the_next_start(home: Path) -> None:
    server = Server(home)
    urls = server.start()
    with psycopg.connect(urls.owner) as owner:
        backend = owner.info.backend_pid
        os.kill(backend, signal.SIGSTOP)  # a backend that cannot notice the death, as one deep in a computation
        number = server.process_id()
        assert number is not None
        os.kill(number, signal.SIGKILL)
        _wait(lambda: server.process_id() is None)
        assert processes.is_alive(backend)
        server.start()
        assert not processes.is_alive(backend)


def test_a_stale_pid_file_with_a_living_strangers_number_is_no_server(home: Path) -> None:
    server = Server(home)
    server.start()
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n5432\n\n\n\n")
    assert server.process_id() is None
    server.start()
    assert server.process_id() not in (None, os.getpid())


def test_a_start_killed_in_the_middle_of_initdb_leaves_nothing_half_made(home: Path) -> None:
    starting = _in_another_process("Server(home).start()", home)
    _wait(lambda: any((home / "database").glob("data.new-*/base")))
    starting.kill()
    starting.communicate()
    assert not (home / "database" / "data").exists()
    with psycopg.connect(Server(home).start().application) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_only_one_guard_watches_a_server_and_it_starts_again_what_was_killed(home: Path) -> None:
    server = Server(home)
    guarding = _in_another_process("guard(Server(home), poll_seconds=0.1)", home)
    _wait(lambda: server.process_id() is not None, 20)
    _wait((server.place / "passwords.json").exists)
    server.start()  # joins once it is complete
    second = _in_another_process("guard(Server(home))", home)
    assert "AlreadyHeld" in second.communicate(timeout=20)[0]
    number = server.process_id()
    assert number is not None
    os.kill(number, signal.SIGKILL)
    _wait(lambda: server.process_id() not in (None, number), 20)
    guarding.send_signal(signal.SIGTERM)
    guarding.communicate(timeout=20)
    assert server.process_id() is None


def test_the_last_of_those_who_share_a_server_stops_it(home: Path) -> None:
    with Server(home).shared():
        with Server(home).shared():
            pass
        assert Server(home).process_id() is not None
    assert Server(home).process_id() is None


def test_data_of_another_major_version_are_refused_with_a_reason(home: Path) -> None:
    server = Server(home)
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresFailed, match="belongs to PostgreSQL 12"):
        server.start()


def test_a_long_home_still_gets_a_socket(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    server = Server(deep)
    with psycopg.connect(server.start().application) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has homes that a service account cannot enter")
def test_root_with_a_closed_home_puts_the_data_where_the_service_account_can_go(home: Path) -> None:
    home.chmod(0o700)
    server = Server(home)
    with psycopg.connect(server.start().application) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert home not in server.place.parents
    assert Server(home).process_id() == server.process_id()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
def test_root_with_an_environment_that_the_service_account_cannot_reach_copies_the_binaries(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reachable = ServiceUser.can_run
    copies = home / "database"
    monkeypatch.setattr(
        ServiceUser, "can_run", lambda user, program: copies in program.parents and reachable(user, program)
    )
    server = Server(home)
    with psycopg.connect(server.start().application) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    number = server.process_id()
    assert copies in Path(f"/proc/{number}/exe").readlink().parents
