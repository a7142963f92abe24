# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which pieces of words an engine of columns may look for, so that it skips the notes that say nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from approdo.recognition.rules.tokens import TELL_TALES

_LEAST = 5
"""Letters of a piece, unless the word has fewer or everyday words have the piece too."""
_LONG = 7
"""Letters from which even an everyday word is not in most notes."""
_SHORT = 5
"""Letters under which a piece is in many words; one fewer, and it is in almost all notes."""


def pieces(
    phrases: Iterable[tuple[frozenset[str], ...]], typos: Mapping[str, str], common: frozenset[str], everyday: str
) -> frozenset[str]:
    """Return beginnings of words, at least one of which is in every note where one of the phrases stands.

    Of each phrase one place is enough: the one that costs least after those of shorter phrases. ``common`` are words
    of half of all notes, ``everyday`` is a text of others; ``TELL_TALES`` are in, because they may hide a piece.
    """
    wrongs: dict[str, list[str]] = defaultdict(list)
    for wrong, word in typos.items():
        wrongs[word].append(wrong)
    heads: dict[str, frozenset[str]] = {}

    def heads_of(word: str) -> frozenset[str]:
        if word not in heads:
            heads[word] = frozenset(_head(one, everyday) for one in (word, *wrongs[word]))
        return heads[word]

    def cost(piece: str) -> int:
        if len(piece) < _SHORT - 2 or (piece in common and len(piece) < _LONG):
            return 1000
        if len(piece) < _SHORT - 1 and piece in everyday:
            return 300
        if len(piece) < _SHORT - 1 or piece in everyday:
            return 60
        return 6 if len(piece) < _SHORT else 1

    chosen: set[str] = set()
    for places in sorted(phrases, key=len):
        ways = [frozenset().union(*map(heads_of, words)) for words in places]
        chosen |= min(ways, key=lambda way: sum(map(cost, way - chosen)))
    kept = {one for one in chosen if not any(one[:end] in chosen for end in range(1, len(one)))}
    return frozenset(kept | {*TELL_TALES})


def _head(word: str, everyday: str) -> str:
    return next((word[:end] for end in range(_LEAST, len(word)) if word[:end] not in everyday), word)
