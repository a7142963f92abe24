# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The copy that people see, made by another process: parsers are attacked (security.md, T15 and P36)."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from approdo.documents.gateways import drawing
from approdo.documents.rules import PAGES, PIXELS, FileType, Problem, Refused
from approdo.kit.errors import Refusal
from approdo.kit.words import mark as _

_TURN = threading.Lock()
"""One document at a time in each process, nobody waits for a turn: the other threads answer emergencies."""
_OUTPUT_LIMIT = 40_000_000
_BEGINNINGS = {FileType.PDF: b"%PDF-"}
_PROBLEMS = {
    drawing.TOO_MANY_PIXELS: Problem.TOO_MANY_PIXELS,
    drawing.TOO_MANY_PAGES: Problem.TOO_MANY_PAGES,
    drawing.LOCKED: Problem.LOCKED,
    drawing.ANIMATED: Problem.ANIMATED,
}


class CopyingBusy(Refusal):
    """Too many documents are being worked on."""

    status = 503
    code = "copying_busy"
    sentence = _("In questo momento si stanno caricando molti documenti. Non è stato salvato nulla: riprova fra poco.")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the other process may use: seconds on the clock and of the processor, bytes of memory; pixels and pages."""

    seconds: int = 20
    memory: int = 1_500_000_000
    pixels: int = PIXELS
    pages: int = PAGES


@contextmanager
def turn() -> Iterator[None]:
    """Hold this process's turn to work on a document, scanner included. Raises ``CopyingBusy`` at once."""
    if not _TURN.acquire(blocking=False):
        raise CopyingBusy
    try:
        yield
    finally:
        _TURN.release()


def clean_copy(content: bytes, file_type: FileType, limits: Limits = Limits()) -> bytes:
    """Return a JPEG of an image, or a PDF of the drawn pages of a PDF: nothing but what the eye sees.

    The other process has no environment, and once it reads the file it can open no other and no connection. Whatever
    becomes of it, nothing is written in clear to a disk. Raises ``Refused``.
    """
    status, made = _run(content, file_type, limits)
    if status != 0 or not made.startswith(_BEGINNINGS.get(file_type, b"\xff\xd8\xff")):
        raise Refused(_PROBLEMS.get(status, Problem.UNREADABLE))
    return made


def _run(content: bytes, file_type: FileType, limits: Limits) -> tuple[int, bytes]:
    numbers = (limits.seconds, limits.memory, limits.pixels, limits.pages)
    command = [sys.executable, "-I", str(Path(drawing.__file__)), file_type, *map(str, numbers)]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, env={}, cwd="/", stdin=pipe, stdout=pipe, stderr=nowhere) as child:  # noqa: S603
        assert child.stdin is not None
        assert child.stdout is not None
        alarm = threading.Timer(limits.seconds, child.kill)
        alarm.start()
        try:
            with suppress(BrokenPipeError):
                child.stdin.write(content)
                child.stdin.close()
            made = child.stdout.read(_OUTPUT_LIMIT + 1)
            if len(made) > _OUTPUT_LIMIT:
                child.kill()
            return child.wait(), made
        finally:
            alarm.cancel()
            child.kill()
