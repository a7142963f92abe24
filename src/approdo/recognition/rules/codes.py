# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codes as hospitals write them, with and without dots, ICD-9-CM beside ICD-10: read where certain, else refused.

The same letters mean different things in the two systems (V61.11 is a woman hurt by her partner in one and somebody in
a lorry in the other), so a code that both could have is read as what its hospital usually writes, or not at all.
"""

import re
from collections.abc import Iterator

from approdo.kit.words import mark as _
from approdo.recognition.rules.visit import Code, System

_SHAPES = {
    System.ICD_9_CM: re.compile(r"(?:[0-9]{3}|V(?:0[1-9]|[1-8][0-9]|9[01]))\.?[0-9]{0,2}|E[089][0-9]{2}\.?[0-9]?"),
    # there is nothing between E90 and F00, which is where the external causes of ICD-9-CM stand
    System.ICD_10: re.compile(r"(?!E9[1-9])[A-Z][0-9][0-9A-B]\.?[0-9A-Z]{0,4}"),
}
LONGEST = 12  # characters, before dots and spaces are taken out


class NotACode(ValueError):
    """A text that is no code of the system it should be of; ``message`` is an Italian sentence without the text."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read_code(text: str, told: System | None = None, usual: System | None = None) -> Code:
    """Read one code: in the system that is told, else in the only one it can be of, else in the usual one.

    Raises ``NotACode`` for what is neither, and for what could be both where nothing is usual.
    """
    if len(text) > LONGEST:
        raise NotACode(_("È troppo lungo per essere un codice."))
    written = "".join(text.upper().split())
    possible = [system for system, shape in _SHAPES.items() if shape.fullmatch(written)]
    if told is not None and told not in possible:
        raise NotACode(_("Non è un codice del sistema indicato."))
    if not possible:
        raise NotACode(_("Non è un codice ICD-9-CM né ICD-10."))
    if told is None and len(possible) > 1 and usual is None:
        raise NotACode(_("Può essere ICD-9-CM o ICD-10: indica quale si usa."))
    system = told or (possible[0] if len(possible) == 1 else usual)
    assert system is not None
    return Code(system, written.replace(".", ""))


def written(code: Code) -> str:
    """Return a code with its system and its dot, ``ICD-9-CM 995.81``."""
    head = 4 if code.system is System.ICD_9_CM and code.value.startswith("E") else 3
    dot = "." if len(code.value) > head else ""
    return f"{code.system} {code.value[:head]}{dot}{code.value[head:]}"


def expand(listed: str) -> Iterator[tuple[str, bool]]:
    """Yield the beginnings that a list names, without dots, each with whether a range named it.

    ``"E961-E966,E968"`` names seven, ``"X85-Y09"`` crosses a letter, ``"T76.x"`` is all that begins with T76. Raises
    ValueError for a range that goes backwards or between things that do not follow each other.
    """
    for part in listed.replace(".", "").split(","):
        first, dash, last = part.strip().partition("-")
        if not dash:
            yield first.rstrip("x"), False
            continue
        low, high = _ordinal(first), _ordinal(last)
        if len(first) != len(last) or low[0] != high[0] or not low[1] < high[1]:
            raise ValueError(f"{part} is no range")
        for number in range(low[1], high[1] + 1):
            yield _beginning(low[0], number, len(first)), True


def _ordinal(text: str) -> tuple[str, int]:
    """Return what stands still in a range and the number that runs: ("O9A", 3); ("", 2385) for X85, as letters run."""
    if text[1:].isdigit():
        letter = ord(text[0]) - ord("A") if text[0].isalpha() else -1
        return ("", letter * 10 ** (len(text) - 1) + int(text[1:])) if letter >= 0 else ("#", int(text))
    return text[:-1], int(text[-1])


def _beginning(still: str, number: int, length: int) -> str:
    if still == "#":
        return f"{number:0{length}d}"
    if still:
        return f"{still}{number}"
    letter, digits = divmod(number, 10 ** (length - 1))
    return f"{chr(ord('A') + letter)}{digits:0{length - 1}d}"
