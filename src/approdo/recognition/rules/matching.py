# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the phrases of a lexicon stand in a note."""

from collections.abc import Iterator
from dataclasses import dataclass

from approdo.recognition.rules.lexicon import GAPS, Index, Phrase
from approdo.recognition.rules.tokens import Break, Note

_WIDEST = 2 + max(GAPS.values())
"""How far from its first word the second place of a phrase may be, and one."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase from one word of a note to another, the last not included."""

    start: int
    end: int
    phrase: Phrase

    @property
    def key(self) -> str:
        """What the phrase is of."""
        return self.phrase.key


def hits(index: Index, note: Note, first: int = 0, last: int | None = None) -> Iterator[Hit]:
    """Yield every phrase that stands in a stretch of a note, by where it begins; several may begin at one word."""
    words = note.words
    for place in range(first, len(words) if last is None else last):
        begun = index.get(words[place])
        if begun is None:
            continue
        for phrase in begun.get("", ()):
            if end := _end(phrase, note, place):
                yield Hit(place, end, phrase)
        for after, word in enumerate(words[place + 1 : place + _WIDEST], place + 1):
            if word in begun:
                for phrase in begun[word]:
                    if end := _end(phrase, note, place, after):
                        yield Hit(place, end, phrase)


def longest(index: Index, note: Note, place: int) -> Hit | None:
    """Return the longest phrase that begins at a word."""
    return max(hits(index, note, place, place + 1), key=lambda hit: hit.end, default=None)


def _end(phrase: Phrase, note: Note, place: int, second: int = 0) -> int:
    """Return the first word after a phrase that begins at a word, 0 when it does not stand there.

    Where ``second`` is given, it is there that its second place is found first.
    """
    at = place + 1
    for element in phrase.elements[1:]:
        limit = min(at + element.gap + 1, len(note.words))
        while at < limit and note.breaks[at] < (Break.SENTENCE if element.gap else Break.ITEM):
            if note.words[at] in element.words:
                break
            at += 1
        else:
            return 0
        if second > at:
            return 0
        second = 0
        at += 1
    return at
