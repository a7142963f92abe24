# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which files are taken, told by what is in them, not by name or by what the browser says (security.md, P36)."""

import io
import zipfile
from enum import StrEnum

from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _

PIXELS = 50_000_000
"""Of one image: what the cameras of telephones make, with room to spare."""
PAGES = 60
"""Of one PDF."""


class FileType(StrEnum):
    """What a file is."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"


class Problem(StrEnum):
    """Why a file is not taken."""

    MISSING = "missing"
    TWO = "two"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"
    HEIC = "heic"
    DISGUISED = "disguised"
    UNREADABLE = "unreadable"
    ANIMATED = "animated"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    LOCKED = "locked"
    INFECTED = "infected"


SENTENCES: dict[Problem, str] = {
    Problem.MISSING: _("Scegli un file o scatta una fotografia."),
    Problem.TWO: _("Un documento alla volta: scegli un solo file, oppure una sola fotografia."),
    Problem.TOO_LARGE: _("Il file è troppo grande. Non è stato salvato nulla: dividilo, o fotografa le pagine."),
    Problem.UNKNOWN: _("Si possono caricare PDF e immagini JPEG, PNG o WebP. Questo file è di un altro tipo."),
    Problem.HEIC: _("Le fotografie HEIC non si aprono ovunque: dal telefono condividila come JPEG, poi caricala."),
    Problem.DISGUISED: _("Dentro questo file ce n'è un altro di tipo diverso. Salvalo di nuovo come PDF o come JPEG."),
    Problem.UNREADABLE: _("Il file non si legge: forse è danneggiato o incompleto. Non è stato salvato nulla."),
    Problem.ANIMATED: _("È un'immagine animata: carica una fotografia ferma."),
    Problem.TOO_MANY_PIXELS: _("L'immagine è troppo grande: il massimo è 50 milioni di punti."),
    Problem.TOO_MANY_PAGES: _("Il PDF ha troppe pagine: il massimo è 60. Dividilo e carica le parti."),
    Problem.LOCKED: _("Il PDF è protetto da una parola d'ordine: salvalo senza protezione e riprova."),
    Problem.INFECTED: _("Il controllo antivirus ha trovato qualcosa di pericoloso. Il file non è stato salvato."),
}


class Refused(Invalid):
    """A file that is not taken, with its sentence; nothing of it is kept."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__({"file": SENTENCES[problem]}, code=f"file_{problem}")


def type_of(content: bytes, limit: int) -> FileType:
    """Return what a file is by its own first bytes; raises ``Refused`` for what is not taken.

    ``limit`` in bytes. A file that is also an archive, or an image that is also a PDF, is two files under one skin:
    other programs would open the other one.
    """
    if not content:
        raise Refused(Problem.MISSING)
    if len(content) > limit:
        raise Refused(Problem.TOO_LARGE)
    found = _by_signature(content)
    if found is None:
        heic = content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis"}
        raise Refused(Problem.HEIC if heic else Problem.UNKNOWN)
    # readers of archives look at the end of a file, readers of PDF in its first kilobyte
    if zipfile.is_zipfile(io.BytesIO(content)) or (found is not FileType.PDF and b"%PDF-" in content[:1024]):
        raise Refused(Problem.DISGUISED)
    return found


def _by_signature(content: bytes) -> FileType | None:
    if content.startswith(b"%PDF-"):
        return FileType.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return FileType.WEBP
    return None
