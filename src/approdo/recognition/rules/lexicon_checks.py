# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with a lexicon, in words with their place: a word that would never be found, or too often."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from approdo.kit.words import mark as _
from approdo.recognition.rules.context import NAMES
from approdo.recognition.rules.lexicon import FORMAT, GAPS, Needs
from approdo.recognition.rules.statements import BY_LABELS, HISTORY, KEY_LABELS, SUSPECTED, WEAPON
from approdo.recognition.rules.tokens import fold

SECTIONS = (
    "irregular",
    "endings",
    "verbs",
    "people",
    "groups",
    "cues",
    "quiet",
    "rows",
    "short",
    "glued",
    "spelt_apart",
    "everyday",
    "never",
)
GROUPS = (
    "abbreviations",
    "acquaintance",
    "adverbs",
    "affirmed",
    "after_it",
    "age",
    "ailments",
    "also",
    "also_not",
    "answers",
    "articles",
    "author",
    "auxiliaries",
    "body",
    "brought",
    "by",
    "carers",
    "causes",
    "children",
    "deals",
    "denied_after",
    "denies",
    "determiners",
    "downward",
    "facts",
    "fillers",
    "found_true",
    "given",
    "hands",
    "hard_thing",
    "having",
    "heard",
    "her",
    "him",
    "names",
    "not_done",
    "of",
    "organs",
    "others_too",
    "parents",
    "places",
    "patient",
    "patient_as_wife",
    "pronoun",
    "recorded",
    "reports",
    "said_or_there",
    "suffered",
    "elder",
    "his",
    "little",
    "takes",
    "tells",
    "tends",
    "times",
    "trades",
    "things",
    "to",
    "toward",
    "treaters",
    "turns",
    "with",
)
"""The groups of words that the rules ask for by name."""
_DERIVED = frozenset({SUSPECTED, HISTORY, WEAPON})
_SHORTEST = 3
"""Letters of the longest word of a phrase, at least: a column engine must have something to look for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend, at a path such as ``rows[2].phrases``; ``message`` is an Italian template."""

    path: str
    message: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The message filled in, in Italian."""
        return self.message % self.values


def faults(document: Any) -> list[Fault]:
    """Return everything wrong with a lexicon's document; empty when ``lexicon.parse`` may read it."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return [Fault("format", _("Non è un lessico che questa versione sa leggere."))]
    missing = [name for name in SECTIONS if name not in document]
    if missing:
        return [Fault(name, _("Manca «%(name)s»."), {"name": name}) for name in missing]
    found = list(_plain(document))
    return found or [*_named(document), *_rows(document), *_lines(document)]


def _plain(document: Mapping[str, Any], path: str = "") -> Iterator[Fault]:
    """Yield what is no text, such as a bare *no* that YAML takes for false, and what never matches."""
    for name, value in document.items():
        at = f"{path}.{name}".lstrip(".")
        if isinstance(value, dict):
            yield from _plain(value, at)
        elif isinstance(value, list):
            yield from _plain({f"[{place}]": one for place, one in enumerate(value)}, at)
        elif (not isinstance(value, str) and at != "format") or not isinstance(name, str):
            yield Fault(at, _("Qui va un testo: metti le virgolette."))
        elif isinstance(value, str) and name not in {"source", "everyday"} and _unfolded(value):
            yield Fault(at, _("«%(word)s» non si trova mai: minuscole e senza accenti."), {"word": _unfolded(value)})


def _unfolded(text: str) -> str:
    return next((word for word in text.split() if word.isalpha() and word != fold(word)), "")


def _named(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield roles, cues and groups that the rules do not know, or that they miss."""
    known = {"he", *BY_LABELS}
    for section, names in (("people", known), ("cues", set(NAMES))):
        for name in document[section]:
            if name not in names:
                yield Fault(f"{section}.{name}", _("«%(name)s» non esiste."), {"name": name})
    yield from (Fault("cues", _("Manca «%(name)s»."), {"name": name}) for name in NAMES if name not in document["cues"])
    groups = {*document["groups"], *document["people"]}
    yield from (Fault("groups", _("Manca «%(name)s»."), {"name": name}) for name in GROUPS if name not in groups)


def _rows(document: Mapping[str, Any]) -> Iterator[Fault]:
    keys = Counter(row.get("key", "") for row in document["rows"])
    for place, row in enumerate(document["rows"]):
        key, path = row.get("key", ""), f"rows[{place}]"
        if key not in KEY_LABELS or key in _DERIVED or keys[key] > 1:
            yield Fault(f"{path}.key", _("«%(name)s» non esiste, o c'è due volte."), {"name": key})
        if not row.get("source"):
            yield Fault(f"{path}.source", _("Manca «%(name)s»."), {"name": "source"})
        for kind in ("verbs", "nouns", "phrases"):
            for needs in row.get(kind, {}):
                if needs not in set(Needs):
                    yield Fault(f"{path}.{kind}", _("«%(name)s» non esiste."), {"name": needs})
        for verbs in row.get("verbs", {}).values():
            for verb in verbs.split():
                if not _regular(verb):
                    yield Fault(f"{path}.verbs", _("«%(name)s» non è un verbo all'infinito."), {"name": verb})


def _regular(verb: str) -> bool:
    return verb[-3:] in {"are", "ere", "ire"}


def _lines(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield phrases with a group that is not there, without anything certain, or too short to be looked for."""
    groups = {*document["groups"], *document["people"], *document["verbs"]}
    rows = ((f"rows[{place}]", line) for place, row in enumerate(document["rows"]) for line in _phrases(row))
    cues = ((f"cues.{name}", line) for name, lines in document["cues"].items() for line in lines)
    people = ((f"people.{name}", line) for name, one in document["people"].items() for line in one.get("phrases", ()))
    for path, line in (*rows, *cues, *people, *(("quiet", line) for line in document["quiet"])):
        pieces = [piece for piece in line.split() if piece not in GAPS]
        certain = [piece for piece in pieces if not piece.endswith("?")]
        for word in (word for piece in pieces for word in piece.strip("{}+-!?").split("|") if word.startswith("@")):
            if word[1:] not in groups:
                yield Fault(path, _("«%(name)s» non esiste."), {"name": word})
        for verb in (verb for piece in pieces if piece[0] == "{" for verb in piece.strip("{}+-!?").split("|")):
            if verb[0] != "@" and not _regular(verb):
                yield Fault(path, _("«%(name)s» non è un verbo all'infinito."), {"name": verb})
        if not certain or line.startswith(".."):
            yield Fault(path, _("«%(line)s» non ha niente di certo, o comincia da «...»."), {"line": line})
        elif path.startswith("rows") and max(map(_length, certain)) < _SHORTEST:
            yield Fault(path, _("«%(line)s» è troppo corta: si troverebbe ovunque."), {"line": line})


def _phrases(row: Mapping[str, Any]) -> Iterator[str]:
    for lines in row.get("phrases", {}).values():
        yield from lines


def _length(piece: str) -> int:
    return min(len(word.strip("{}+-!")) for word in piece.split("|"))
