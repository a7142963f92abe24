# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where sealed files lie: a private directory outside the database, one file for each random name."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from approdo.kit.errors import Refusal
from approdo.kit.words import mark as _

_log = logging.getLogger(__name__)
_PARTIAL = ".partial"
FREE_BYTES = 1_000_000_000
"""What a disk keeps free of documents."""


class StoreUnavailable(Refusal):
    """The disk of the documents does not take or give a file now."""

    status = 503
    code = "store_unavailable"
    sentence = _("Adesso i documenti non si possono leggere né salvare. Non è andato perso nulla: riprova più tardi.")


class Store:
    """Sealed files by name. Whoever reads the directory reads nothing: the keys are elsewhere (vault)."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = Path(directory or settings.MEDIA_DIRECTORY)

    def put(self, name: UUID, sealed: bytes) -> None:
        """Write a file whole, or not at all, and flush it to the disk. Raises ``StoreUnavailable``."""
        file = self._path(name)
        partial = file.with_suffix(_PARTIAL)
        with _answering():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(self._directory).free < FREE_BYTES + len(sealed):
                raise OSError("no room")  # the database and the register may lie on the same disk: help comes first
            file.parent.mkdir(mode=0o700, exist_ok=True)
            try:
                descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(sealed)
                    stream.flush()
                    os.fsync(stream.fileno())
                partial.replace(file)
            finally:
                partial.unlink(missing_ok=True)
            _flush(file.parent)

    def get(self, name: UUID) -> bytes:
        """Return a file as it was written. Raises ``StoreUnavailable``, also when it is not there."""
        with _answering():
            return self._path(name).read_bytes()

    def destroy(self, name: UUID) -> None:
        """Take a file away; one that is not there is no fault. A disk that refuses is asked again by the sweep."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            _log.error("a file of a document stays for now: %s", type(error).__name__)

    def holds(self, name: UUID) -> bool:
        """Tell whether a file is there."""
        return self._path(name).exists()

    def older_than(self, at: datetime) -> Iterator[UUID | Path]:
        """Return what was written before an instant: the names, and the paths of what was never finished."""
        for path in self._directory.glob("??/*"):
            try:
                written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue  # taken away meanwhile
            if written_at < at and path.suffix == _PARTIAL:
                yield path
            elif written_at < at:
                with suppress(ValueError):  # what is not ours is left alone
                    yield UUID(hex=path.name)

    def _path(self, name: UUID) -> Path:
        return self._directory / name.hex[:2] / name.hex


def _flush(directory: Path) -> None:
    """Let a new name survive a loss of power."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _log.error("the documents cannot be reached: %s", type(error).__name__)
        raise StoreUnavailable from None
