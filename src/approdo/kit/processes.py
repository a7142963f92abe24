# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the operating system knows about processes: locks between them, death of a parent, leftovers."""

import ctypes
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PROC = Path("/proc")
_library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class AlreadyHeld(RuntimeError):
    """Another process holds the lock."""


@contextmanager
def locked(path: Path, *, wait: bool = True, shared: bool = False) -> Iterator[int]:
    """Hold an advisory lock on a file; the kernel drops it when the process dies, however it dies.

    Yields the file descriptor. Raises AlreadyHeld when `wait` is False and somebody else holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyHeld(str(path)) from error
        yield descriptor
    finally:
        os.close(descriptor)


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn` by which the child receives a signal when its parent dies (Linux; elsewhere does nothing)."""
    parent = os.getpid()

    def arrange() -> None:
        if _library is not None:
            _library.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:  # the parent died between fork and prctl
                os._exit(1)

    return arrange


def adopt_orphans() -> None:
    """Make grandchildren ours when their parent dies, so that they can be waited for (Linux)."""
    if _library is not None:
        _library.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def is_alive(process_id: int) -> bool:
    """True when a process of this number exists and is not a zombie."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return (_PROC / str(process_id) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return not _PROC.is_dir()


def working_in(directory: Path, program: str) -> list[int]:
    """Numbers of the processes of this program whose working directory is `directory` (Linux; elsewhere empty)."""
    wanted = str(directory.resolve())
    found = []
    for entry in _process_directories():
        try:
            if os.readlink(entry / "cwd") == wanted and (entry / "comm").read_text().strip() == program:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def with_environment(name: str, value: str) -> list[int]:
    """Numbers of the other processes started with this environment variable at this value (Linux)."""
    wanted = f"{name}={value}".encode()
    found = []
    for entry in _process_directories():
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0") and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def end(process_ids: list[int], *, seconds: float = 5.0) -> None:
    """Kill these processes at once and wait until they are gone."""
    for process_id in process_ids:
        try:
            os.kill(process_id, signal.SIGKILL)
        except ProcessLookupError:
            continue
    limit = time.monotonic() + seconds
    while any(is_alive(process_id) for process_id in process_ids) and time.monotonic() < limit:
        time.sleep(0.02)


def _process_directories() -> Iterator[Path]:
    if _PROC.is_dir():
        yield from (entry for entry in _PROC.iterdir() if entry.name.isdigit())
