# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The notes written for the purpose and what each says: held apart, or practised on by the lexicon's authors."""

import csv
from dataclasses import dataclass
from functools import cache

from bench.recognition.effects import HERE

FILES = ("triage", "anamnesis", "examination", "discharge")
PHENOMENA = frozenset(
    (
        "abbreviation", "accident", "aggressor", "animal", "capitals", "companion", "dialect", "economic", "elder",
        "experiencer", "false_friend", "history", "hypothetical", "interpreter", "negation", "plain", "pregnancy",
        "psychological", "quarrel", "reported_by_third", "robbery", "screening", "self_harm", "sexual", "stalking",
        "strangulation", "suspicion", "threats", "typing_error", "weapon", "workplace",
    )
)  # fmt: skip
ROLES = frozenset(("partner", "former_partner", "relative", "acquaintance", "stranger", "unknown"))


@dataclass(frozen=True, slots=True)
class Note:
    """One invented note: ``violence`` when it says that the patient suffers or suffered it, ``by`` whom."""

    number: str
    violence: bool
    by: str
    phenomena: tuple[str, ...]
    note: str


def notes() -> tuple[Note, ...]:
    """Return the notes that no author of the lexicon has read, in the order of the files.

    Raises ValueError for a label that is neither yes nor no.
    """
    return _of("notes")


def practice() -> tuple[Note, ...]:
    """Return the notes that authors of the lexicon have read; what is measured on them flatters."""
    return _of("practice")


@cache
def _of(folder: str) -> tuple[Note, ...]:
    found = []
    for name in FILES:
        with (HERE / folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found += [_note(row) for row in csv.DictReader(file)]
    return tuple(found)


def _note(row: dict[str, str]) -> Note:
    if row["violence"] not in {"yes", "no"}:
        raise ValueError(f"{row['number']}: {row['violence']!r} is neither yes nor no")
    return Note(row["number"], row["violence"] == "yes", row["by"], tuple(row["phenomena"].split()), row["note"])
