# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one file has said so far, in bounded memory: tokens only, in a nameless file that goes with the process."""

import sqlite3
from typing import Self

from approdo.recognition.rules.incoming import Sex


class Seen:
    """Notices a visit that comes twice and an identifier that two people have, however long the file is."""

    def __enter__(self) -> Self:
        self._held = sqlite3.connect("", isolation_level=None)
        self._held.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;"
            "CREATE TABLE person (token BLOB PRIMARY KEY, sex TEXT, birth_year INT) WITHOUT ROWID;"
            "CREATE TABLE visit (token BLOB PRIMARY KEY, content BLOB) WITHOUT ROWID;"
            "BEGIN"  # never committed: one at each statement would cost more than the statement
        )
        return self

    def __exit__(self, *_error: object) -> None:
        self._held.close()

    def is_one_person(self, token: str, sex: Sex, birth_year: int | None) -> bool:
        """Tell whether nothing before contradicts this sex and year of birth, and remember them."""
        raw = bytes.fromhex(token)
        before = self._held.execute("SELECT sex, birth_year FROM person WHERE token = ?", [raw]).fetchone()
        if before is None:
            self._held.execute("INSERT INTO person VALUES (?, ?, ?)", [raw, sex, birth_year])
            return True
        if (sex and before[0] and sex != before[0]) or (birth_year and before[1] and birth_year != before[1]):
            return False
        now = (sex or before[0], birth_year or before[1])
        if now != before:
            self._held.execute("UPDATE person SET sex = ?, birth_year = ? WHERE token = ?", [*now, raw])
        return True

    def content_of(self, token: str, content: bytes) -> bytes | None:
        """Return a digest of what this visit said when it came before; else remember this one, and return None."""
        raw = bytes.fromhex(token)
        before = self._held.execute("SELECT content FROM visit WHERE token = ?", [raw]).fetchone()
        if before is None:
            self._held.execute("INSERT INTO visit VALUES (?, ?)", [raw, content])
            return None
        found: bytes = before[0]
        return found
