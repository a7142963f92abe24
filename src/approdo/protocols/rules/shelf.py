# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands on a network's shelf beside its protocols: models, forms and the glossary; never anything of a case."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _
from approdo.networks.rules import LANGUAGES

LONGEST_TITLE = 120
LONGEST_NOTE = 500
LONGEST_TERM = 120
LONGEST_MEANING = 600
MOST_ENTRIES = 1_000
FILE_BYTES = 5_000_000
"""Of a file that is brought to the shelf: a procedure, never a scanned folder."""


class ShelfKind(StrEnum):
    """What stands on the shelf."""

    MODEL = "model"
    FORM = "form"
    GLOSSARY = "glossary"


KIND_LABELS: dict[ShelfKind, str] = {
    ShelfKind.MODEL: _("Modello"),
    ShelfKind.FORM: _("Modulo"),
    ShelfKind.GLOSSARY: _("Glossario"),
}


class Format(StrEnum):
    """What a file of the shelf is; its value is also the ending of the name under which it is handed out."""

    PDF = "pdf"
    ODT = "odt"
    DOCX = "docx"
    ODS = "ods"
    XLSX = "xlsx"
    TXT = "txt"


CONTENT_TYPES: dict[Format, str] = {
    Format.PDF: "application/pdf",
    Format.ODT: "application/vnd.oasis.opendocument.text",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.TXT: "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the glossary: what it means, and how it is said in other languages, by their code."""

    term: str
    meaning: str
    words: Mapping[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return the entry as it is stored."""
        return {"term": self.term, "meaning": self.meaning, "words": dict(self.words)}


def entries_of(data: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """Return stored entries as values."""
    return tuple(Entry(one["term"], one["meaning"], one["words"]) for one in data)


def line_of(text: str, name: str, most: int, *, missing: str) -> str:
    """Return a text of one line without needless blanks; raises ``Invalid`` for none, and for one that is too long."""
    made = " ".join(text.split())
    if not made:
        raise Invalid({name: missing})
    if len(made) > most or not made.isprintable():
        raise Invalid({name: _("È troppo lungo, oppure contiene caratteri che non si leggono.")})
    return made


def entry(term: str, meaning: str, words: Mapping[str, str]) -> Entry:
    """Return an entry that may stand in a glossary; raises ``Invalid`` with a sentence for each field."""
    known = {code: text for code, text in words.items() if text.strip()}
    if not known.keys() <= LANGUAGES.keys() - {"it"}:
        raise Invalid({"": _("Questa lingua non è fra quelle che conosciamo.")})
    return Entry(
        line_of(term, "term", LONGEST_TERM, missing=_("Scrivi il termine.")),
        line_of(meaning, "meaning", LONGEST_MEANING, missing=_("Scrivi che cosa vuol dire, con parole semplici.")),
        {code: line_of(known[code], f"word_{code}", LONGEST_TERM, missing="") for code in LANGUAGES if code in known},
    )


def with_entry(entries: Sequence[Entry], place: int | None, one: Entry) -> tuple[Entry, ...]:
    """Return a glossary with an entry at a place (None: a new one), in the order of its terms; a term stands once."""
    others = [other for at, other in enumerate(entries) if at != place]
    if any(other.term.casefold() == one.term.casefold() for other in others):
        raise Invalid({"term": _("Questo termine c'è già: cambia la voce che c'è.")})
    if len(others) >= MOST_ENTRIES:
        raise Invalid({"": _("Il glossario è pieno: al massimo mille voci.")})
    return _sorted([*others, one])


def without_entry(entries: Sequence[Entry], place: int) -> tuple[Entry, ...]:
    """Return a glossary without the entry at a place."""
    return tuple(other for at, other in enumerate(entries) if at != place)


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda one: one.term.casefold()))


def languages_in(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return the codes of the languages that a glossary speaks besides Italian."""
    spoken = {code for one in entries for code in one.words}
    return tuple(code for code in LANGUAGES if code in spoken)


def as_csv(entries: Sequence[Entry]) -> str:
    """Return a glossary as a table that spreadsheets open, in which no cell is a formula."""
    languages = languages_in(entries)
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(["termine", "significato", *languages])
    for one in entries:
        table.writerow(
            [_harmless(text) for text in (one.term, one.meaning, *(one.words.get(c, "") for c in languages))]
        )
    return "\ufeff" + written.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def shipped_entries(text: str) -> tuple[Entry, ...]:
    """Return the entries of the glossary that comes with the product: a table of term, meaning and languages."""
    rows = csv.DictReader(io.StringIO(text), delimiter=";")
    return _sorted(
        entry(row["termine"], row["significato"], {code: row[code] for code in row if code in LANGUAGES})
        for row in rows
    )
