# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The private directory outside the database that every provider has: the ledger of the erased is there."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from approdo.vault.rules import KeysUnavailable

_log = logging.getLogger(__name__)


class Ledger:
    """The file ``erased`` of a directory: a case on each line, only ever added to (security.md, P11)."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "erased"
        self._read_as: tuple[int, ...] = ()
        self._known: frozenset[UUID] = frozenset()

    def add(self, case_id: UUID) -> None:
        """Write a case and flush it to the disk; the caller holds the lock of the directory."""
        with os.fdopen(os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as ledger:
            ledger.write(f"{case_id}\n")
            ledger.flush()
            os.fsync(ledger.fileno())

    def read(self) -> frozenset[UUID]:
        """Return the cases, read again only when the file changed."""
        read_as = stamp(self.file)
        if read_as != self._read_as:
            self._known = frozenset(map(UUID, self.file.read_text().split() if self.file.exists() else []))
            self._read_as = read_as
        return self._known


def check_privacy(directory: Path) -> None:
    """Refuse a directory that others read, or that lies where the database and its backups are: ``PermissionError``."""
    if directory.stat().st_mode & 0o077:
        _log.error("the directory of the keys can be read by others: chmod 700")
        raise PermissionError
    if any((parent / "PG_VERSION").exists() for parent in (directory, *directory.resolve().parents)):
        _log.error("the directory of the keys lies inside a database: move it")
        raise PermissionError


def stamp(file: Path) -> tuple[int, ...]:
    """Return what changes whenever the file does; a file that is not there has a stamp too."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return (0,)
    return status.st_ino, status.st_mtime_ns, status.st_size


def replace(file: Path, content: str) -> None:
    """Write a private file in one step: whoever reads finds the old one or the new one, whole and on the disk."""
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)


@contextmanager
def answering() -> Iterator[None]:
    """Turn whatever keeps us from the keys into one answer: ``KeysUnavailable``."""
    try:
        yield
    except (OSError, ValueError, LookupError, TypeError) as error:
        _log.error("the keys cannot be reached: %s", type(error).__name__)
        raise KeysUnavailable from None
