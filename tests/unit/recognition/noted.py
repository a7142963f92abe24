# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The invented notes in ``notes/``, each with what a person reads in it."""

from dataclasses import dataclass
from pathlib import Path

NOTES = Path(__file__).parent / "notes"
KNOWN_MISSES = "missed"


@dataclass(frozen=True)
class Noted:
    """A note, and the statements that a person reads in it as pairs of key and by whom."""

    text: str
    said: frozenset[tuple[str, str]]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(key for key, _by in self.said)


def notes(*names: str) -> list[Noted]:
    """Return the notes of some files, or of all but the known misses."""
    paths = [NOTES / f"{name}.txt" for name in names] or sorted(set(NOTES.glob("*.txt")) - {NOTES / "missed.txt"})
    found: list[tuple[str, str]] = []
    for line in (line for path in paths for line in path.read_text(encoding="utf-8").splitlines()):
        if " | " in line:
            said, _bar, text = line.partition(" | ")
            found.append((said.strip(), text))
        elif line and not line.startswith("#"):
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{line}")
    return [Noted(text, _pairs(said)) for said, text in found]


def _pairs(said: str) -> frozenset[tuple[str, str]]:
    pairs = (one.split("/") for one in said.split(",") if one != "-")
    return frozenset((key, by) for key, by in pairs)
