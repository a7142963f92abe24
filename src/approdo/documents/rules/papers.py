# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which files of no case are taken for a network's shelf, told by what is in them: nothing that acts when it is opened.

Others will open these files with their own programs. So what is an archive is looked through part by part: no macro, no
embedded object, nothing fetched from elsewhere, no field that starts a program.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from enum import StrEnum
from xml.parsers import expat

from approdo.documents.rules.files import type_of
from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _
from approdo.protocols.rules import Format

PARTS = 2_000
"""Of one archive: a long manual with many pictures has a few hundred."""
UNPACKED = 60_000_000
"""Bytes of all parts together."""


class PaperProblem(StrEnum):
    """Why a file is not taken for the shelf."""

    MISSING = "missing"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"
    LOCKED = "locked"
    UNREADABLE = "unreadable"
    ACTIVE = "active"


PAPER_SENTENCES: dict[PaperProblem, str] = {
    PaperProblem.MISSING: _("Scegli un file."),
    PaperProblem.TOO_LARGE: _("Il file è troppo grande, oppure aperto occupa troppo. Non è stato salvato nulla."),
    PaperProblem.UNKNOWN: _("Si possono caricare PDF, ODT, DOCX, ODS, XLSX e testo semplice. Questo file è altro."),
    PaperProblem.LOCKED: _("Il file è protetto da una parola d'ordine: salvalo senza protezione e riprova."),
    PaperProblem.UNREADABLE: _("Il file non si legge: forse è danneggiato o incompleto. Non è stato salvato nulla."),
    PaperProblem.ACTIVE: _(
        "Dentro questo file c'è qualcosa che si avvia o si collega da sé (macro, oggetti incorporati, collegamenti ad "
        "altri file). Salvane una copia senza, e carica quella."
    ),
}


class PaperRefused(Invalid):
    """A file that is not taken for the shelf, with its sentence; nothing of it is kept."""

    def __init__(self, problem: PaperProblem) -> None:
        self.problem = problem
        super().__init__({"file": PAPER_SENTENCES[problem]}, code=f"paper_{problem}")


def paper_type_of(content: bytes, limit: int) -> Format:
    """Return what a file is by its own bytes; raises ``PaperRefused``, and ``Refused`` for a PDF that is two files."""
    if not content:
        raise PaperRefused(PaperProblem.MISSING)
    if len(content) > limit:
        raise PaperRefused(PaperProblem.TOO_LARGE)
    if content.startswith(b"%PDF-"):
        type_of(content, limit)
        return Format.PDF
    if content.startswith(b"PK\x03\x04"):
        return _looked_through(content)
    if _is_text(content):
        return Format.TXT
    locked = content.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content
    raise PaperRefused(PaperProblem.LOCKED if locked else PaperProblem.UNKNOWN)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(sign) == "Cc" and sign not in "\n\r\t" for sign in text)


def _looked_through(content: bytes) -> Format:
    try:
        parts = _parts(content)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError, RuntimeError):
        raise PaperRefused(PaperProblem.UNREADABLE) from None
    found = _open_document(parts) or _office_document(parts)
    if found is None:
        raise PaperRefused(PaperProblem.UNKNOWN)
    if any(_ACTING_PARTS.search(name) for name in parts):
        raise PaperRefused(PaperProblem.ACTIVE)
    looks = _look_at_open if found in {Format.ODT, Format.ODS} else _look_at_office
    for name, part in parts.items():
        if name.lower().endswith((".xml", ".rels", ".rdf")):
            looks(name, part)
    return found


def _parts(content: bytes) -> dict[str, bytes]:
    """Return what an archive holds, by name; never more than is allowed, whatever it says of itself."""
    made: dict[str, bytes] = {}
    left = UNPACKED
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        listed = archive.infolist()
        if len(listed) > PARTS:
            raise PaperRefused(PaperProblem.TOO_LARGE)
        for one in listed:
            if one.flag_bits & 1:
                raise PaperRefused(PaperProblem.LOCKED)
            if one.filename in made or "\\" in one.filename or ".." in one.filename.split("/"):
                raise PaperRefused(PaperProblem.UNREADABLE)
            with archive.open(one) as part:
                made[one.filename] = part.read(left + 1)
            left -= len(made[one.filename])
            if left < 0:
                raise PaperRefused(PaperProblem.TOO_LARGE)
    return made


_ACTING_PARTS = re.compile(
    r"(?i)vbaProject|vbaData|\.bin$|\.exe$|\.dll$|(^|/)(embeddings|activeX|externalLinks|customUI|ctrlProps|webextensions"
    r"|queryTables|macrosheets|Basic|Scripts|Dialogs)/|(^|/)connections\.xml$|(^|/)Object [0-9]+(/|$)|attachedToolbars"
)
"""Parts that hold programs, other files, or say from where to fetch: LibreOffice and Office name them like this."""
_OPEN = {
    b"application/vnd.oasis.opendocument.text": Format.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": Format.ODS,
}
_OFFICE = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": Format.DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": Format.XLSX,
}


def _open_document(parts: Mapping[str, bytes]) -> Format | None:
    if "META-INF/manifest.xml" not in parts or "content.xml" not in parts:
        return None
    if b"encryption-data" in parts["META-INF/manifest.xml"]:
        raise PaperRefused(PaperProblem.LOCKED)
    return _OPEN.get(parts.get("mimetype", b""))


def _office_document(parts: Mapping[str, bytes]) -> Format | None:
    declared: set[str] = set()

    def note(name: str, attributes: Mapping[str, str]) -> None:
        declared.add(attributes.get("ContentType", "") if name in {"Override", "Default"} else "")

    if "[Content_Types].xml" not in parts:
        return None
    _read(parts["[Content_Types].xml"], note)
    if any("macroEnabled" in one or "vba" in one.lower() for one in declared):
        raise PaperRefused(PaperProblem.ACTIVE)
    return next((found for kind, found in _OFFICE.items() if kind in declared), None)


_OPENED_BY_HAND = re.compile(r"(?i)^(https?://|mailto:|tel:|#)")
"""A link that a person presses, and that names no file of her computer."""
_STARTS_A_PROGRAM = re.compile(r"(?i)(?<![/\w.-])(DDE|DDEAUTO|INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK|DATABASE)\s")
_FETCHES = re.compile(r"(?i)\b(WEBSERVICE|RTD|CALL|REGISTER\.ID|EXEC|DDE)\s*\(|\|'")


def _look_at_office(name: str, part: bytes) -> None:
    """Refuse relations to what is elsewhere, other than links that are pressed, and fields that start or fetch."""
    fields: list[str] = []

    def look(element: str, attributes: Mapping[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode", "").lower() == "external":
            pressed = attributes.get("Type", "").endswith("/hyperlink")
            if not pressed or not _OPENED_BY_HAND.match(attributes.get("Target", "")):
                raise PaperRefused(PaperProblem.ACTIVE)
        if element == "fldSimple":
            fields.append(attributes.get("instr", ""))

    def hear(element: str, text: str) -> None:
        if element in {"instrText", "f"}:
            fields.append(text)

    _read(part, look, hear)
    said = "".join(fields)
    searched = _STARTS_A_PROGRAM if name.startswith("word/") else _FETCHES
    if searched.search(said):
        raise PaperRefused(PaperProblem.ACTIVE)


def _look_at_open(_name: str, part: bytes) -> None:
    """Refuse scripts, events, links that fetch, and formulas that do."""

    def look(element: str, attributes: Mapping[str, str]) -> None:
        if element in {"event-listener", "event-listeners", "script"} or element.startswith("dde-"):
            raise PaperRefused(PaperProblem.ACTIVE)
        target = attributes.get("href", "")
        pressed = element == "a"
        outside = re.match(r"(?i)^([a-z][a-z0-9+.-]*:|/|\.\./)", target) is not None
        if outside and not (pressed and _OPENED_BY_HAND.match(target)):
            raise PaperRefused(PaperProblem.ACTIVE)
        if _FETCHES.search(attributes.get("formula", "")):
            raise PaperRefused(PaperProblem.ACTIVE)

    _read(part, look)


def _read(
    part: bytes,
    look: Callable[[str, Mapping[str, str]], None],
    hear: Callable[[str, str], None] | None = None,
) -> None:
    """Read one part, by the plain names of its elements and attributes, whatever their prefix.

    A part that declares entities is not read on: no program that writes such documents does.
    """
    reader = expat.ParserCreate(namespace_separator=" ")
    path: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        path.append(name.rpartition(" ")[2])
        look(path[-1], {key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def end(_name: str) -> None:
        path.pop()

    def text(words: str) -> None:
        if hear is not None and path:
            hear(path[-1], words)

    def declared(*_what: object) -> None:
        raise PaperRefused(PaperProblem.UNREADABLE)

    reader.StartElementHandler, reader.EndElementHandler = start, end
    reader.CharacterDataHandler, reader.StartDoctypeDeclHandler = text, declared
    try:
        reader.Parse(part, True)
    except (expat.ExpatError, ValueError):
        raise PaperRefused(PaperProblem.UNREADABLE) from None
