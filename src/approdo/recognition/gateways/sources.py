# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which kind of file this is, by how it begins and never by its name."""

import hashlib
from pathlib import Path

from approdo.recognition.gateways.delimited import Delimited
from approdo.recognition.gateways.parquet import Parquet
from approdo.recognition.gateways.workbook import Workbook
from approdo.recognition.rules.records import EMPTY, OLD_WORKBOOK, Table, UnreadableFile


def is_bundle(path: Path) -> bool:
    """Tell whether a file begins as JSON does; raises ``UnreadableFile`` for an empty one."""
    return _beginning(path).removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))


def open_table(path: Path, needed: frozenset[str], prose: frozenset[str] = frozenset()) -> Table:
    """Open a file with columns, of which the needed ones are read; of prose, a sign of equality begins no formula.

    Raises ``UnreadableFile``.
    """
    beginning = _beginning(path)
    if beginning.startswith(b"PK\x03\x04"):
        return Workbook(path, needed)
    if beginning.startswith(b"PAR1"):
        return Parquet(path, needed)
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(OLD_WORKBOOK)
    return Delimited(path, needed, prose)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        found = file.read(512)
    if not found.strip():
        raise UnreadableFile(EMPTY)
    return found
