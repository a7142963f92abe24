# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of no case, for a network's shelf: looked through and scanned like those of the record, and not kept here."""

from approdo.documents.gateways import clean_copy, scan, turn
from approdo.documents.rules import FileType, PaperProblem, PaperRefused, Problem, Refused, Verdict, paper_type_of
from approdo.kit.errors import Refusal
from approdo.kit.words import mark as _
from approdo.protocols.rules import FILE_BYTES, Format


class ScannerSilent(Refusal):
    """A scanner is configured and does not answer: on the shelf nothing waits in quarantine."""

    status = 503
    code = "scanner_silent"
    sentence = _("Il controllo antivirus ora non risponde. Non è stato salvato nulla: riprova fra poco.")


def looked_through(content: bytes) -> Format:
    """Return what a file is, once nothing in it acts and the scanner found nothing.

    Raises ``PaperRefused``, ``Refused``, ``ScannerSilent``, ``CopyingBusy``.
    """
    found = paper_type_of(content, FILE_BYTES)
    with turn():
        verdict = scan(content)
    if verdict is Verdict.FOUND:
        raise Refused(Problem.INFECTED)
    if verdict is Verdict.DOWN:
        raise ScannerSilent
    return found


def handed_on(content: bytes, found: Format) -> bytes:
    """Return what others may open: a PDF is drawn anew, as in the record; anything else stays as it was looked through.

    Raises ``Refused``, ``PaperRefused``, ``CopyingBusy``.
    """
    if found is not Format.PDF:
        return content
    with turn():
        made = clean_copy(content, FileType.PDF)
    if len(made) > 4 * FILE_BYTES:
        raise PaperRefused(PaperProblem.TOO_LARGE)
    return made
