# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the phrases of a lexicon stand in a note."""

from collections.abc import Iterator
from dataclasses import dataclass

from approdo.recognition.rules.lexicon import Index, Phrase
from approdo.recognition.rules.tokens import Break, Note


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
        word = words[place]
        if word not in index.first:
            continue
        after = words[place + 1] if place + 1 < len(words) else ""
        begun = index.get((word, ""), ())
        if after and (followed := index.get((word, after))):
            begun += followed
        for phrase in begun:
            end = _end(phrase, note, place) if len(phrase.elements) > 1 else place + 1
            if end:
                yield Hit(place, end, phrase)


def longest(index: Index, note: Note, place: int) -> Hit | None:
    """Return the longest phrase that begins at a word."""
    return max(hits(index, note, place, place + 1), key=lambda hit: hit.end, default=None)


def _end(phrase: Phrase, note: Note, place: int) -> int:
    """Return the first word after a phrase that begins at a word, 0 when it does not stand there."""
    at = place + 1
    for element in phrase.elements[1:]:
        limit = min(at + element.gap + 1, len(note.words))
        while at < limit and note.breaks[at] < (Break.SENTENCE if element.gap else Break.ITEM):
            if note.words[at] in element.words:
                break
            at += 1
        else:
            return 0
        at += 1
    return at
