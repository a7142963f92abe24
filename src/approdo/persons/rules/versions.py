# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Versions of an entry: nothing that somebody wrote is lost when two write at once (security.md, R14)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """One version: its number, and the numbers of those that its author had before her eyes."""

    number: int
    based_on: tuple[int, ...]


def standing(versions: Iterable[Written]) -> tuple[int, ...]:
    """Return the versions that nobody has written over, in order: one, or more while two texts wait for a person."""
    given = list(versions)
    written_over = {number for version in given for number in version.based_on}
    return tuple(sorted(version.number for version in given if version.number not in written_over))


def next_version(versions: Sequence[Written], seen: Iterable[int]) -> Written:
    """Return the version of somebody who had ``seen`` before her eyes; numbers that never were are left out."""
    known = {version.number for version in versions}
    return Written(max(known, default=0) + 1, tuple(sorted(known & set(seen))))
