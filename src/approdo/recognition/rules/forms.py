# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of an Italian verb that a note uses, and the typing errors of a long word that cannot be another word."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

TYPED_FROM = 7
"""Letters from which typing errors are read; a shorter word with an error is often another word."""
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEAR = {
    key: row[max(0, place - 1) : place] + row[place + 1 : place + 2] for row in _KEYS for place, key in enumerate(row)
}


class Form(StrEnum):
    """What a form says about who does and who suffers."""

    DONE_TO_HER = "done_to_her"
    """*aggredita*, *aggredite*: whom it is done to is a woman."""
    DONE_TO_HIM = "done_to_him"
    """*aggredito*: to a man, or to whoever wrote in a hurry; after *ha*, to anybody."""
    DOES = "does"
    """*aggredisce*, *aggredire*: a subject, and somewhere an object."""
    DOES_TO_HER = "does_to_her"
    """*aggredirla*, *aggredendomi*: the object is in the word."""
    DOES_TO_HIM = "does_to_him"
    """*aggredirlo*."""


DONE = frozenset({Form.DONE_TO_HER, Form.DONE_TO_HIM})


def conjugate(verb: str, odd: Mapping[str, str]) -> Iterator[tuple[str, Form]]:
    """Yield the forms of a regular verb in -are, -ere or -ire (like *colpire*).

    ``odd`` has what is not regular: ``participle``, ``present`` (third person), ``plural`` (third person), ``past``,
    ``imperfect``, ``gerund``; an empty one leaves those forms out.
    """
    stem, kind = verb[:-3], verb[-3]
    isc = "isc" if kind == "i" else ""
    participle = odd.get("participle", stem + {"a": "ato", "e": "uto", "i": "ito"}[kind])[:-1]
    if participle:
        yield from ((participle + ending, Form.DONE_TO_HIM) for ending in "oi")
        yield from ((participle + ending, Form.DONE_TO_HER) for ending in "ae")
        yield from ((participle + ending, Form.DOES_TO_HER) for ending in ("ala", "ole", "ile", "ele", "ale"))
    imperfect = odd.get("imperfect", stem + kind + "va")
    present = odd.get("present", stem + isc + ("a" if kind == "a" else "e"))
    plural = odd.get("plural", stem + isc + ("ano" if kind == "a" else "ono"))
    past = odd.get("past", stem + {"a": "ò", "e": "è", "i": "ì"}[kind])
    wish = odd.get("wish", stem.removesuffix("i") + "i" if kind == "a" else stem + isc + "a")
    gerund = odd.get("gerund", stem + ("ando" if kind == "a" else "endo"))
    does = (verb, gerund, present, plural, imperfect, imperfect and imperfect + "no", past, wish, stem + kind + "rebbe")
    if kind == "a" and present:
        yield from ((stem + ending, Form.DOES) for ending in ("au", "ao"))  # of the South, and of Venice
    for form in filter(None, does):
        yield form, Form.DOES
    for ending in ("la", "le", "mi"):
        yield verb[:-1] + ending, Form.DOES_TO_HER
        yield gerund + ending, Form.DOES_TO_HER
    for ending in ("lo", "li", "gli"):
        yield verb[:-1] + ending, Form.DOES_TO_HIM
        yield gerund + ending, Form.DOES_TO_HIM


def announced(verb: str, odd: Mapping[str, str]) -> Iterator[str]:
    """Yield the forms by which somebody says what he, they or we are going to do: *ammazzo*, *ammazzerà*.

    ``odd`` may have the ``first`` person of the present.
    """
    stem, kind = verb[:-3], verb[-3]
    soft = stem.removesuffix("i") if stem.endswith(("ci", "gi")) else stem
    hard = stem + "h" if kind == "a" and stem.endswith(("c", "g")) else soft
    yield odd.get("first", stem + ("isco" if kind == "i" else "o"))
    yield hard.removesuffix("i") + "iamo"
    future = hard + {"a": "er", "e": "er", "i": "ir"}[kind]
    yield from (future + ending for ending in ("o", "a", "emo", "anno"))


def mistyped(word: str) -> Iterator[str]:
    """Yield a long word with one letter missing, doubled, swapped with the next, or typed on the key beside it.

    The first letter is always right, and the first five are never another key. Of a word of five or six letters only
    what can hardly be another: a letter doubled or swapped.
    """
    if len(word) < TYPED_FROM - 2 or not word.isalpha():
        return
    for place in range(1, len(word)):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        if len(word) >= TYPED_FROM:
            yield before + after
        yield before + letter + letter + after
        if after:
            yield before + after[0] + letter + after[1:]
        if place > 4:
            for near in _NEAR.get(letter, ""):
                yield before + near + after
