# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file of visits as its reader hands it on, record by record; and why a file is refused whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from approdo.kit.errors import Refusal
from approdo.kit.words import mark as _
from approdo.recognition.rules.incoming import Item, Unread


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record that the mapping reads, by the names of their columns, as their file holds them."""

    line: int
    cells: Mapping[str, object]


class Table(Protocol):
    """A file with columns; it is read from its beginning each time, the same records in the same order."""

    unnamed: tuple[int, ...]
    """Places, from 1, of the columns that the mapping does not name: they are not read."""

    def __iter__(self) -> Iterator[tuple[Record | Unread, float]]:
        """Yield each record with how much of the file is done, from 0 to 1."""


class Source(Protocol):
    """A file as visits; it is read from its beginning each time, the same in the same order."""

    unnamed: tuple[int, ...]
    not_read: Mapping[str, int]
    """How many codes are of classifications that are not read, by the name of the classification."""

    def __iter__(self) -> Iterator[tuple[Item, float]]:
        """Yield each record with how much of the file is done, from 0 to 1."""


class UnreadableFile(Refusal):
    """A file that is refused whole; the sentence says why and what to do, and never what was in the file."""

    status = 422
    code = "unreadable_file"

    def __init__(self, sentence: str, **words: object) -> None:
        super().__init__(sentence)
        self.words = words


EMPTY = _("Il file è vuoto: la prima riga deve avere i nomi delle colonne.")
WRONG_HEADER = _("Nella prima riga mancano le colonne che la mappatura legge: %(columns)s.")
COLUMN_TWICE = _("La colonna «%(column)s» c'è due volte.")
NO_BUNDLE = _("Il file è JSON, ma non è un Bundle FHIR con le sue voci.")
UTF_16 = _("Il file è in UTF-16: salvalo come «CSV UTF-8».")
OLD_WORKBOOK = _("Il file è un foglio di calcolo vecchio (XLS): salvalo come XLSX o CSV.")
BROKEN_FILE = _("Il file è guasto, o non è del tipo che dice di essere.")
TOO_LARGE = _("Il file è troppo grande, o lo sarebbe una volta aperto: esportalo come CSV.")


def places(header: list[str], needed: frozenset[str]) -> dict[str, int]:
    """Return where each needed column is; raises ``UnreadableFile`` when one is missing or there twice."""
    named = [name.strip() for name in header]
    missing = sorted(needed - set(named))
    if missing:
        raise UnreadableFile(WRONG_HEADER, columns=", ".join(missing))
    twice = sorted(name for name in needed if named.count(name) > 1)
    if twice:
        raise UnreadableFile(COLUMN_TWICE, column=twice[0])
    return {name: named.index(name) for name in needed}
