# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keep a handful of programs running: start, prefix their output, start again what dies, stop everything in order."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from approdo.kit import processes

_FIRST_PAUSE = 0.5  # seconds before the first restart; doubles up to the longest
_LONGEST_PAUSE = 10.0
_STEADY_SECONDS = 30.0  # a program that ran this long starts again without delay
_LINE_LIMIT = 64_000


@dataclass(frozen=True)
class Program:
    """One program to keep running. `last` ones are stopped after all the others."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    last: bool = False


class _Child:
    """The running (or dead, and to be started again) process of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_at = 0.0  # when dead: not before this instant of the monotonic clock
        self.pause = _FIRST_PAUSE
        self.partial = b""

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 (the programs are our own)
            list(self.program.command),
            env={**os.environ, **self.program.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C reaches the supervisor alone, and a killed child takes its own children along
            preexec_fn=processes.die_with_parent(),  # noqa: PLW1509 (this process has one thread)
        )
        self.started_at = time.monotonic()

    @property
    def output(self) -> IO[bytes]:
        """What the running program writes, both streams."""
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program itself."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def end_group(self) -> None:
        """Kill what is left of the program's process group."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


class Supervisor:
    """Runs programs until told to stop. Single-threaded; call from the main thread."""

    def __init__(self, programs: Sequence[Program], say: Callable[[str], None], output: IO[str] = sys.stdout) -> None:
        self._children = [_Child(program) for program in programs]
        self._say = say
        self._output = output
        self._width = max(len(program.name) for program in programs)
        self._readers = selectors.DefaultSelector()
        self._asked = False
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._readers.register(self._wake_read, selectors.EVENT_READ, None)

    def run(self, ready: Callable[[], bool], on_ready: Callable[[], None], stop_seconds: float = 6.0) -> None:
        """Start everything, call `on_ready` once when `ready()` first says yes, and return after an orderly stop.

        SIGINT and SIGTERM ask for the stop; programs that do not end within `stop_seconds` are killed.
        """
        processes.adopt_orphans()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)
        waiting_for_ready = True
        while not self._asked:
            self._start_due()
            self._read(0.25)
            self._notice_dead()
            if waiting_for_ready and not self._asked and ready():
                waiting_for_ready = False
                on_ready()
        self._stop(stop_seconds)

    def _ask(self, _number: int, _frame: object) -> None:
        self._asked = True
        os.write(self._wake_write, b"x")

    def _start_due(self) -> None:
        for child in self._children:
            if child.process is None and time.monotonic() >= child.start_at:
                child.start()
                os.set_blocking(child.output.fileno(), False)
                self._readers.register(child.output, selectors.EVENT_READ, child)

    def _read(self, seconds: float) -> None:
        for key, _events in self._readers.select(seconds):
            if key.data is None:
                os.read(self._wake_read, 100)
            else:
                self._read_child(key.data)

    def _read_child(self, child: _Child) -> None:
        try:
            data = os.read(child.output.fileno(), _LINE_LIMIT)
        except BlockingIOError:
            return
        if not data:
            self._readers.unregister(child.output)
            child.output.close()
        lines = (child.partial + data).split(b"\n")
        child.partial = b"" if not data else lines.pop()
        for line in lines:
            if line:
                self._print(child.program.name, line.decode(errors="replace"))

    def _print(self, name: str, line: str) -> None:
        try:
            print(f"{name:<{self._width}} | {line}", file=self._output, flush=True)
        except (BrokenPipeError, OSError):
            self._output = open(os.devnull, "w")  # noqa: SIM115 whoever read us went away; the work goes on

    def _notice_dead(self) -> None:
        self._reap_adopted()
        for child in self._children:
            if child.process is None or child.process.poll() is None:
                continue
            code = child.process.returncode
            self._bury(child)
            ran = time.monotonic() - child.started_at
            pause = 0.0 if ran > _STEADY_SECONDS else child.pause
            child.pause = _FIRST_PAUSE if ran > _STEADY_SECONDS else min(child.pause * 2, _LONGEST_PAUSE)
            child.start_at = time.monotonic() + pause
            self._say(f"{child.program.name} si è fermato ({_reason(code)}): riparte fra {pause:.1f} s")

    def _reap_adopted(self) -> None:
        """Collect grandchildren that became ours; our own children are left for `Popen.poll`."""
        own = {child.process.pid for child in self._children if child.process is not None}
        try:
            while (result := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
                if result.si_pid in own:
                    return
                os.waitpid(result.si_pid, os.WNOHANG)
        except ChildProcessError:
            return

    def _bury(self, child: _Child) -> None:
        """Read the last lines, end what the dead program left running, and forget it."""
        child.end_group()
        if not child.output.closed:
            self._read_child(child)
        if not child.output.closed:
            self._readers.unregister(child.output)
            child.output.close()
        child.process = None
        child.partial = b""

    def _stop(self, seconds: float) -> None:
        for last in (False, True):
            children = [child for child in self._children if child.program.last is last]
            for child in children:
                child.signal(signal.SIGTERM)
            limit = time.monotonic() + seconds
            while any(child.process and child.process.poll() is None for child in children):
                if time.monotonic() > limit:
                    break
                self._read(0.05)
            for child in children:
                if child.process is not None:
                    child.end_group()
                    child.process.wait()
                    self._bury(child)


def _reason(code: int) -> str:
    return f"segnale {-code}" if code < 0 else f"codice {code}"
