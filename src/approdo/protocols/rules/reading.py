# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From YAML text to a plain document and back, whatever bytes come.

Only the harmless part of YAML is read: no anchors, no tags, no dates, no yes/no that turn into booleans, and no
octal numbers, because in YAML 1.1 the ISTAT code 012133 would silently become 5211.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from approdo.kit.words import mark
from approdo.protocols.rules.problem import Problem, join

SIZE_LIMIT = 256 * 1024
"""Bytes of a document's text."""

DEPTH_LIMIT = 12
NODE_LIMIT = 20_000
NAME_LIMIT = 60

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,8})\Z")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Unreadable(ValueError):
    """The text is not a document at all; ``problem`` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Reading:
    """What the text says, and the line on which each path stands."""

    document: dict[str, Any]
    lines: Mapping[str, int]


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being read."""

    path: str
    holds: dict[str, Any] | list[Any]
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Builds a document from YAML events without recursion, so that depth is a limit and not a crash."""

    frames: list[_Frame] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    documents: list[Any] = field(default_factory=list)
    nodes: int = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.events.NodeEvent):
            self._check(event, line)
        if isinstance(event, yaml.events.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.events.MappingStartEvent):
            self._open({}, line)
        elif isinstance(event, yaml.events.SequenceStartEvent):
            self._open([], line)
        elif isinstance(event, yaml.events.CollectionEndEvent):
            self.frames.pop()

    def _check(self, event: Any, line: int) -> None:
        self.nodes += 1
        if isinstance(event, yaml.events.AliasEvent) or event.anchor is not None:
            raise _unreadable(
                mark("Gli ancoraggi e i rimandi (& e *) non sono ammessi: scrivi le cose per esteso."), line
            )
        if getattr(event, "tag", None) not in (None, "!"):
            raise _unreadable(mark("I tipi espliciti (!…) non sono ammessi."), line)
        if self.nodes > NODE_LIMIT:
            raise _unreadable(mark("Il documento contiene troppe voci."), line)
        if not self.frames and self.documents:
            raise _unreadable(mark("C'è più di un documento nello stesso testo: togli la riga «---»."), line)

    def _scalar(self, event: Any, line: int) -> None:
        text = event.value
        if any(ord(sign) < 32 or 0xD800 <= ord(sign) <= 0xDFFF or sign == "\x7f" for sign in text):
            raise _unreadable(mark("C'è un testo su più righe o un carattere che non si può stampare."), line)
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.holds, dict) and frame.key is None:
            # Paths are built from names: a huge one would be copied into every path below it.
            if len(text) > NAME_LIMIT:
                raise _unreadable(mark("Il nome di una voce è troppo lungo."), line)
            path = join(frame.path, text)
            if text in frame.holds:
                raise _unreadable(mark("La voce «%(key)s» è scritta due volte."), line, path, key=text[:40])
            frame.key = text
            self.lines[path] = line
            return
        self._put(_value(text) if event.implicit[0] else text, line)

    def _open(self, holds: dict[str, Any] | list[Any], line: int) -> None:
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.holds, dict) and frame.key is None:
            raise _unreadable(mark("Il nome di una voce deve essere una parola."), line)
        if len(self.frames) >= DEPTH_LIMIT:
            raise _unreadable(mark("Ci sono troppi livelli, uno dentro l'altro."), line)
        self.frames.append(_Frame(self._put(holds, line), holds))

    def _put(self, value: Any, line: int) -> str:
        if not self.frames:
            self.documents.append(value)
            self.lines[""] = line
            return ""
        frame = self.frames[-1]
        if isinstance(frame.holds, list):
            path = join(frame.path, len(frame.holds))
            frame.holds.append(value)
            self.lines[path] = line
            return path
        key = frame.key or ""
        frame.holds[key], frame.key = value, None
        return join(frame.path, key)


def read(text: str | bytes) -> Reading:
    """Read a protocol's YAML text; raises ``Unreadable``, and nothing else, for whatever is not one."""
    found = read_plain(text, mark("Il testo non contiene un protocollo: comincia con «format: 1»."))
    return Reading(_with_codes_as_text(found.document), found.lines)


def read_plain(text: str | bytes, nothing: str) -> Reading:
    """Read any YAML text that holds names with values; ``Unreadable`` says ``nothing`` when it holds something else."""
    if len(text) > SIZE_LIMIT:
        raise _unreadable(mark("Il testo supera i 256 kB."), None)
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        if len(decoded.encode("utf-8")) > SIZE_LIMIT:
            raise _unreadable(mark("Il testo supera i 256 kB."), None)
    except UnicodeError:
        raise _unreadable(mark("Il testo non è in UTF-8: salvalo di nuovo in questo formato."), None) from None
    builder = _Builder()
    try:
        for event in yaml.parse(decoded, Loader=_Loader):
            builder.take(event)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        raise _unreadable(
            mark("Qui il testo non è YAML valido: controlla rientri, due punti e virgolette."),
            place.line + 1 if place else None,
        ) from None
    if not builder.documents or not isinstance(builder.documents[0], dict):
        raise _unreadable(nothing, None)
    return Reading(builder.documents[0], builder.lines)


def write(document: Mapping[str, Any]) -> str:
    """Write a document as YAML text that ``read`` turns back into the same document."""
    return yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=110)


def _unreadable(message: str, line: int | None, path: str = "", **values: str) -> Unreadable:
    return Unreadable(Problem(path, message, values, line=line))


def _value(text: str) -> Any:
    """Read a scalar without quotes: a whole number, true, false, null, or else text."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    return int(text) if _WHOLE.match(text) else text


def _with_codes_as_text(document: dict[str, Any]) -> dict[str, Any]:
    """Keep ISTAT codes and telephone numbers as text, although 108033 and 112 look like numbers."""
    codes = document.get("municipalities")
    if isinstance(codes, list):
        document["municipalities"] = [_as_text(code) for code in codes]
    calls = document.get("calls")
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict) and "fallback_phone" in call:
            call["fallback_phone"] = _as_text(call["fallback_phone"])
    return document


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
