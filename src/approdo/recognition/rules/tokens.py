# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A note as words with their places and the breaks between them, whatever the hurry it was written in."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""What stands inside a word and is not seen."""
LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
TELL_TALES = ("-\n", "-\r\n", *INVISIBLE, *LIGATURES)
"""What may hide a word from whoever looks for a piece of it in the note as it is."""

_WORD = re.compile(rf"[^\W_](?:[^\W_]|[\u0300-\u036f{INVISIBLE}]|-\r?\n(?=[a-zà-ù])|(?<=[^\W\d_])-(?=\d))*")
_LEADING = re.compile(r"\s\?\s*$")
_FOLDED = str.maketrans({**dict.fromkeys(INVISIBLE, ""), **LIGATURES, "\r": "", "\n": "", "-": ""})
_VOWELS = frozenset("aeiou")


class Break(IntEnum):
    """How much is between two words."""

    NONE = 0
    LINE = 1
    """A new line, which in a note may stand anywhere."""
    ITEM = 2
    """A comma, a colon, a dash, a parenthesis."""
    SENTENCE = 3


@dataclass(frozen=True, slots=True)
class Note:
    """The words of a note, folded and corrected; ``breaks[n]`` is before word n, the last one after them all."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    breaks: tuple[Break, ...]
    asked: frozenset[int]
    """The words that a question mark follows, or goes before: *? percosse*."""

    def sentence(self, place: int) -> tuple[int, int]:
        """Return the first word of the sentence that a word stands in, and the first after it."""
        return self._around(place, Break.SENTENCE)

    def item(self, place: int) -> tuple[int, int]:
        """Return the same for what stands between commas and the like."""
        return self._around(place, Break.ITEM)

    def _around(self, place: int, least: Break) -> tuple[int, int]:
        first, last = place, place + 1
        while first and self.breaks[first] < least and place - first < REACH:
            first -= 1
        while last < len(self.words) and self.breaks[last] < least and last - place < REACH:
            last += 1
        return first, last

    def crossed(self, first: int, last: int) -> Break:
        """Return the strongest break between two words."""
        return max(self.breaks[first + 1 : last + 1], default=Break.NONE)


REACH = 40
"""How many words away anything may matter: whoever writes without full stops is read in linear time all the same."""


def tokenise(text: str, correct: Callable[[str], str], abbreviations: frozenset[str]) -> Note:
    """Cut a note into words; ``correct`` mends a folded word, maybe into two with a space between.

    A full stop after an abbreviation is none.
    """
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    breaks: list[Break] = []
    asked: set[int] = set()
    end = 0
    for match in _WORD.finditer(text):
        start = match.start()
        between = text[end : min(start, end + 40)]
        gap = _gap(between)
        if "?" in between:
            asked.add(len(words) if _LEADING.search(between) or not words else len(words) - 1)
        elif gap is Break.SENTENCE and words and _dotted(between, words[-1], text[start], abbreviations):
            gap = Break.NONE
        end = match.end()
        for word in correct(fold(match.group())).split(" "):
            words.append(word)
            starts.append(start)
            ends.append(end)
            breaks.append(gap)
            gap = Break.NONE
    if "?" in text[end : end + 40] and words:
        asked.add(len(words) - 1)
    return Note(tuple(words), tuple(starts), tuple(ends), (*breaks, Break.SENTENCE), frozenset(asked))


def fold(raw: str) -> str:
    """Return a word in small letters, without accents, without what is not seen."""
    if raw.isascii() and raw.isalnum():
        return raw.lower()
    return plain(raw.translate(_FOLDED))


def plain(text: str) -> str:
    """Return a text in small letters without accents, as ``strip_accents`` of a column engine has it."""
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(maxsize=10_000)
def _gap(between: str) -> Break:
    if any(sign in between for sign in ".;!?\u2026\u2022*|") or between.count("\n") > 1:
        return Break.SENTENCE
    if any(sign in between for sign in ",:()[]{}=<>\u2192\u2013\u2014") or _dashed(between):
        return Break.ITEM
    return Break.LINE if "\n" in between or "\r" in between else Break.NONE


def _dashed(between: str) -> bool:
    return "-" in between and between.strip("-") != ""


def _dotted(between: str, word: str, following: str, abbreviations: frozenset[str]) -> bool:
    """Say whether a full stop only shortens the word before it, or parts figures."""
    if between.rstrip(" (").strip() != "." or "\n\n" in between:
        return False
    if word in abbreviations or len(word) == 1 or (word.isdigit() and following.isdigit()):
        return True
    return len(word) < 6 and word[-1] not in _VOWELS and word.isalpha() and following.islower()
