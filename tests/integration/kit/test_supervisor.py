# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The supervisor, with real processes that are really killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from approdo.kit import processes

pytestmark = pytest.mark.fault

_SUPERVISE = """
import sys
from approdo.kit.supervisor import Program, Supervisor
programs = [Program(name, [sys.executable, "-c", code], last=name == "base") for name, code in {programs!r}.items()]
Supervisor(programs, lambda line: print("say:", line, flush=True)).run(
    lambda: True, lambda: print("say: ready", flush=True), stop_seconds=1.0)
print("say: over", flush=True)
"""
_SLEEPER = (
    "import os, time; open({file!r}, 'a').write(f'{{os.getpid()}}\\n'); "
    "print('hello from', {file!r}, flush=True); time.sleep(600)"
)
_STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + _SLEEPER


class Supervised:
    """A supervisor in a process of its own, with what it prints."""

    def __init__(self, directory: Path, programs: dict[str, str]) -> None:
        self.directory = directory
        filled = {name: code.format(file=str(directory / name)) for name, code in programs.items()}
        self.log = directory / "log"
        with self.log.open("w") as log:
            environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3] / "src")}
            self.process = subprocess.Popen(
                [sys.executable, "-c", _SUPERVISE.format(programs=filled)],
                env=environment,
                stdout=log,
                stderr=log,
            )

    def started(self, name: str) -> list[int]:
        """Numbers of the processes that ran this program so far."""
        file = self.directory / name
        return [int(line) for line in file.read_text().split()] if file.exists() else []


def wait(condition: Callable[[], object], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.02)


def test_a_killed_program_is_started_again_and_said_so(tmp_path: Path) -> None:
    running = Supervised(tmp_path, {"one": _SLEEPER, "two": _SLEEPER})
    wait(lambda: running.started("one") and running.started("two"))
    os.kill(running.started("one")[0], signal.SIGKILL)
    wait(lambda: len(running.started("one")) == 2)
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(5) == 0
    assert len(running.started("two")) == 1
    assert "one si è fermato (segnale 9): riparte fra 0.5 s" in running.log.read_text()


def test_each_line_carries_the_name_of_its_program(tmp_path: Path) -> None:
    running = Supervised(tmp_path, {"one": _SLEEPER, "longer": _SLEEPER})
    wait(lambda: running.log.read_text().count("hello") == 2)
    running.process.terminate()
    running.process.wait(5)
    assert "one    | hello from" in running.log.read_text()


def test_an_orderly_stop_ends_every_program_even_one_that_does_not_listen(tmp_path: Path) -> None:
    running = Supervised(tmp_path, {"one": _SLEEPER, "deaf": _STUBBORN, "base": _SLEEPER})
    wait(lambda: all(running.started(name) for name in ("one", "deaf", "base")))
    began = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(5) == 0
    assert time.monotonic() - began < 3
    assert not any(processes.is_alive(running.started(name)[0]) for name in ("one", "deaf", "base"))
    assert "say: over" in running.log.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of other systems does not tell children")
def test_when_the_supervisor_is_killed_its_programs_end(tmp_path: Path) -> None:
    running = Supervised(tmp_path, {"one": _SLEEPER, "two": _SLEEPER})
    wait(lambda: running.started("one") and running.started("two"))
    running.process.kill()
    running.process.wait()
    wait(lambda: not any(processes.is_alive(running.started(name)[0]) for name in ("one", "two")))


def test_what_a_killed_program_left_running_is_ended_before_it_starts_again(tmp_path: Path) -> None:
    worker = str(tmp_path / "worker")
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {_SLEEPER.format(file=worker)!r}])\n"
    running = Supervised(tmp_path, {"parent": parent.replace("{", "{{").replace("}", "}}") + _SLEEPER})
    wait(lambda: (tmp_path / "worker").exists() and running.started("parent"))
    worker_id = running.started("worker")[0]
    os.kill(running.started("parent")[0], signal.SIGKILL)
    wait(lambda: len(running.started("parent")) == 2)
    assert not processes.is_alive(worker_id)
    running.process.terminate()
    running.process.wait(5)
