# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file with columns, read as its hospital's mapping says."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from approdo.recognition.gateways.sources import open_table
from approdo.recognition.rules.incoming import Item, Unread, incoming
from approdo.recognition.rules.mapping import HospitalMapping


class Mapped:
    """The visits of a table; ``now`` is the instant after which nothing can have happened yet."""

    not_read: Mapping[str, int] = {}

    def __init__(self, path: Path, mapping: HospitalMapping, now: datetime) -> None:
        self._table = open_table(path, frozenset(mapping.columns), frozenset({mapping.note} - {""}))
        self._mapping, self._now = mapping, now
        self.unnamed = self._table.unnamed

    def __iter__(self) -> Iterator[tuple[Item, float]]:
        """Yield each record with how much of the file is done."""
        for record, done in self._table:
            if isinstance(record, Unread):
                yield record, done
            else:
                yield incoming(self._mapping, record.line, record.cells, self._now), done
