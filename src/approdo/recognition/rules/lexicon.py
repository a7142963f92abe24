# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lexicon of Italian notes as frozen values: phrases by their first word, people, groups, typing errors."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from approdo.recognition.rules.forms import DONE, TYPED_FROM, Form, announced, conjugate, mistyped
from approdo.recognition.rules.tokens import fold
from approdo.recognition.rules.triggers import pieces

FORMAT = 1
GAPS = {"..": 2, "...": 4}
"""How many words of any kind may stand there."""
_COMMON = ("determiners", "auxiliaries", "adverbs", "by", "of", "to", "with", "pronoun", "reports")
"""Groups of words that are in half of all notes: an engine that skips notes looks for others."""


class Needs(StrEnum):
    """What else must be said before words are a statement."""

    ALONE = "alone"
    PERSON = "person"
    """By whom."""
    CLOSE = "close"
    """By whom, and it is a partner, a former one or a relative."""
    HERS = "hers"
    """By whom, and a pronoun that says to whom: *le ha piegato il braccio*; *ha piegato il braccio* is of nobody."""
    INJURY = "injury"
    """What came of it: a quarrel alone is none."""


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a phrase: any of these words, after up to ``gap`` others."""

    words: frozenset[str]
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sequence of places; ``key`` names its row, its cue or the role of a person."""

    key: str
    elements: tuple[Element, ...]
    needs: Needs = Needs.ALONE
    form: Form | None = None
    """Of the verb in it; without one it is a noun."""


Index = Mapping[str, Mapping[str, tuple[Phrase, ...]]]
"""Phrases by each word that they may begin with and each that their second place may be; *""* where those are many."""
_MANY = 3_000
"""Pairs of first and second words of a phrase that are not worth their memory."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that ``words.read`` knows about Italian."""

    events: Index
    quiet: Index
    cues: Index
    people: Index
    kinds: Mapping[str, frozenset[str]]
    """The groups that a word is of."""
    abbreviations: frozenset[str]
    typos: Mapping[str, str]
    """A word with a typing error, and the word that it is; two with a space, when that was left out."""
    triggers: tuple[str, ...]
    sources: Mapping[str, str]
    """Where each row comes from, by key."""


def parse(document: Mapping[str, Any]) -> Lexicon:
    """Turn a document without faults (``lexicon_checks.faults``) into frozen values; on others it raises KeyError."""
    compiler = _Compiler(document)
    events = [phrase for row in document["rows"] for phrase in compiler.row(row)]
    people = [phrase for role, one in document["people"].items() for phrase in compiler.role(role, one)]
    cues = [
        phrase for name, lines in document["cues"].items() for line in lines for phrase in compiler.line(name, line)
    ]
    quiet = [phrase for line in document["quiet"] for phrase in compiler.line("", line)]
    known = {
        word for some in (events, people, cues, quiet) for one in some for place in one.elements for word in place.words
    }
    known |= {word for words in compiler.groups.values() for word in words}
    common = frozenset().union(*(compiler.groups[name] for name in _COMMON))
    real = (known - compiler.stemmed) | {fold(word) for word in document["never"].split()}
    typos = _single(events, real) | _typos(compiler.typed, real)
    places = (tuple(place.words for place in phrase.elements) for phrase in events)
    typos |= {wrong: right for wrong, right in document["short"].items()}
    triggers = pieces(places, typos, common, document["everyday"])
    typos |= _glued(document["glued"], compiler.typed, known | set(typos))
    return Lexicon(
        events=_index(events),
        quiet=_index(quiet),
        cues=_index(cues),
        people=_index(people),
        kinds=_kinds(compiler.groups),
        abbreviations=compiler.groups["abbreviations"],
        typos=typos,
        triggers=tuple(sorted(triggers | {*document["spelt_apart"]}, key=lambda one: (len(one), one))),
        sources={row["key"]: row["source"] for row in document["rows"]},
    )


class _Compiler:
    """Reads the small language of phrases that the head of the file explains."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.irregular = document["irregular"]
        self.verbs = {name: listed.split() for name, listed in document["verbs"].items()}
        self.endings = document["endings"].split()
        self.stemmed: set[str] = set()
        """Words of dialects that no verb and no list has: an Italian word with an error may look like one."""
        words = {name: one["words"] for name, one in document["people"].items()} | dict(document["groups"])
        self.groups = {name: frozenset(self.words(listed)) for name, listed in words.items()}
        self.typed = {word for name in document["people"] for word in self.groups[name]}
        """The words of which errors are read: people, nouns, and the forms of a verb that tell most."""

    def words(self, listed: str) -> Iterator[str]:
        """Yield the words of a group; a stem stands for itself with each ending of dialects."""
        for word in listed.split():
            if word.endswith("~"):
                words = [word[:-1] + ending for ending in ("", *self.endings)]
                self.stemmed.update(words)
                yield from words
            else:
                yield fold(word)
        self.stemmed -= set(listed.split())

    def row(self, row: Mapping[str, Any]) -> Iterator[Phrase]:
        for needs, verbs in row.get("verbs", {}).items():
            for verb in verbs.split():
                yield from self.line(row["key"], f"{{{verb}}}", Needs(needs))
                self.typed |= {word for word, form in conjugate(verb, self.irregular.get(verb, {})) if form in DONE}
        for needs, nouns in row.get("nouns", {}).items():
            yield from (Phrase(row["key"], (Element(frozenset({noun})),), Needs(needs)) for noun in nouns.split())
            self.typed |= set(nouns.split())
        for needs, lines in row.get("phrases", {}).items():
            for line in lines:
                yield from self.line(row["key"], line, Needs(needs))

    def role(self, role: str, one: Mapping[str, Any]) -> Iterator[Phrase]:
        yield Phrase(role, (Element(self.groups[role]),))
        for line in one.get("phrases", ()):
            yield from self.line(role, line)

    def line(self, key: str, line: str, needs: Needs = Needs.ALONE) -> Iterator[Phrase]:
        places: list[list[tuple[Element, Form | None] | None]] = []
        gap = 0
        for piece in line.split():
            if piece in GAPS:
                gap = GAPS[piece]
                continue
            places.append([*self.place(piece.removesuffix("?"), gap), *([None] if piece.endswith("?") else [])])
            gap = 0
        for chosen in product(*places):
            kept = [one for one in chosen if one is not None]
            forms = [form for _element, form in kept if form is not None]
            yield Phrase(key, tuple(element for element, _form in kept), needs, forms[0] if forms else None)

    def place(self, piece: str, gap: int) -> Iterator[tuple[Element, Form | None]]:
        if piece.endswith("!}"):
            named = self.named(piece.strip("{}!"))
            said = (word for verb in named for word in announced(verb, self.irregular.get(verb, {})))
            yield Element(frozenset(map(fold, said)), gap), None
            return
        if piece.startswith("{"):
            forms = defaultdict(set)
            for word, form in self.forms(piece.strip("{}+-")):
                forms[form].add(fold(word))
                self.stemmed.discard(fold(word))
            for form, words in forms.items():
                if not (piece.endswith("+}") and form not in DONE) and not (
                    piece.endswith("-}") and form is Form.DONE_TO_HER
                ):
                    yield Element(frozenset(words), gap), form
            return
        words = set()
        for word in piece.split("|"):
            words |= self.groups[word[1:]] if word.startswith("@") else {fold(word)}
            self.stemmed.discard(word)
        yield Element(frozenset(words), gap), None

    def forms(self, verbs: str) -> Iterator[tuple[str, Form]]:
        """Yield the forms of verbs and of the classes of verbs among them: *colpire|@throwing*."""
        for verb in self.named(verbs):
            yield from conjugate(verb, self.irregular.get(verb, {}))

    def named(self, verbs: str) -> Iterator[str]:
        for name in verbs.split("|"):
            yield from self.verbs[name[1:]] if name.startswith("@") else (name,)


def _index(phrases: Iterable[Phrase]) -> Index:
    found: dict[str, dict[str, list[Phrase]]] = defaultdict(lambda: defaultdict(list))
    for phrase in phrases:
        first, second = phrase.elements[0].words, phrase.elements[1].words if len(phrase.elements) > 1 else {""}
        for word, after in product(first, second if len(first) * len(second) <= _MANY else {""}):
            found[word][after].append(phrase)
    return {word: {after: tuple(some) for after, some in begun.items()} for word, begun in found.items()}


def _kinds(groups: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, words in groups.items():
        for word in words:
            found[word].add(name)
    return {word: frozenset(names) for word, names in found.items()}


def _typos(words: set[str], known: set[str]) -> dict[str, str]:
    """Return what is mended into what; women's forms first, and never a word that is one already."""
    found: dict[str, str] = {}
    for word in sorted(words, key=lambda one: (not one.endswith("a"), one)):
        for wrong in mistyped(word):
            if wrong not in known:
                found.setdefault(wrong, word)
    return found


def _single(events: Iterable[Phrase], known: set[str]) -> dict[str, str]:
    """Return long words without a double letter of theirs, the commonest error of all: *minaciava*."""
    words = {word for one in events for place in one.elements for word in place.words if len(word) >= TYPED_FROM}
    pairs = (
        (word[:at] + word[at + 1 :], word)
        for word in sorted(words)
        for at in range(1, len(word))
        if word[at] == word[at - 1]
    )
    return {wrong: word for wrong, word in pairs if wrong not in known}


def _glued(ends: Mapping[str, str], words: set[str], known: set[str]) -> dict[str, str]:
    """Return words that a hurried hand writes as one, and the two that they are: *dalmarito*, *hapicchiata*."""
    long = sorted(word for word in words if len(word) > 4)
    pairs = {head + word: f"{head} {word}" for head, word in product(ends["before"].split(), long)}
    pairs |= {word + tail: f"{word} {tail}" for tail, word in product(ends["after"].split(), long)}
    return {glued: apart for glued, apart in pairs.items() if glued not in known}


__all__ = ["FORMAT", "GAPS", "Element", "Index", "Lexicon", "Needs", "Phrase", "parse"]
