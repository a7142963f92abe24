# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the register keeps outside the database: the spool of an emergency, and the key that signs checkpoints."""

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from approdo.kit.processes import locked

_log = logging.getLogger(__name__)
_SPOOL = "audit.jsonl"
_TAKEN = "audit.taken.jsonl"


class Spool:
    """Entries that the database would not take, one line of JSON each, flushed to the disk before the act goes on."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = Path(directory or settings.SPOOL_DIRECTORY)

    def append(self, entry: Mapping[str, Any]) -> None:
        """Write one entry. Raises ``OSError``."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = json.dumps({"spooled": uuid4().hex, **entry}, default=str)
        with locked(self._directory / "lock"):
            descriptor = os.open(self._directory / _SPOOL, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "a") as stream:
                stream.write(f"\n{line}\n")  # a line of its own, also after one that a failing disk cut off
                stream.flush()
                os.fsync(stream.fileno())

    def waits(self) -> bool:
        """Tell whether entries wait for the database."""
        return any((self._directory / name).exists() for name in (_SPOOL, _TAKEN))

    @contextmanager
    def taken(self) -> Iterator[list[dict[str, Any]]]:
        """Take what waits; it is gone when the block ends well, and waits again when it does not.

        One at a time takes; meanwhile others append. A process that dies in between leaves what it took: the next one
        takes that first, so an entry may come twice, with the same ``spooled``. What a failing disk cut is left out.
        """
        held = self._directory / _TAKEN
        with locked(self._directory / "taking"):
            with locked(self._directory / "lock"):
                if not held.exists() and (self._directory / _SPOOL).exists():
                    (self._directory / _SPOOL).replace(held)
            yield list(_entries(held.read_text().splitlines() if held.exists() else []))
            held.unlink(missing_ok=True)


def _entries(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in filter(None, lines):
        try:
            yield json.loads(line)
        except ValueError:
            _log.critical("an audit entry is lost: the disk cut its line in the spool")


def signing_key() -> Ed25519PrivateKey:
    """Return the key of this installation's checkpoints, made at the first call. Raises ``OSError``."""
    file = Path(settings.KEYS_DIRECTORY) / "checkpoints.pem"
    if not file.exists():
        _make_key(file)
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise OSError(f"{file.name} is no Ed25519 key")
    return key


def _make_key(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    partial = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(made)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(partial, file)  # never over a key that another process has just made
    except FileExistsError:
        pass
    finally:
        partial.unlink()
