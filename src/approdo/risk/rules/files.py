# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An instrument from a file, whatever bytes come: ours in YAML or JSON, a FHIR Questionnaire, a sealed one.

Nothing is unpacked, no alias is followed: what a file can cost is its size, which is checked first.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator

from approdo.kit.words import mark
from approdo.protocols.rules import Unreadable, read_plain
from approdo.risk.rules.checks import Fault, faults, of_shape
from approdo.risk.rules.questionnaire import from_questionnaire
from approdo.risk.rules.schema import BESIDE_SCHEMA
from approdo.risk.rules.sealing import SEALED_LIMIT, NotOpened, agrees, is_sealed, unseal

FILE_LIMIT = SEALED_LIMIT
"""Bytes of any file of an instrument."""
_BESIDE = Draft202012Validator(BESIDE_SCHEMA)
_NOT_ONE = mark("Il file non contiene uno strumento: comincia con «format: 1».")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file comes to: a document that may be used today, or faults with their places; what was left out."""

    document: dict[str, Any] | None
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Fault, ...] = ()
    licensee: str = ""
    """Who holds the licence of a sealed file."""


def opened(content: bytes, today: date, *, licence_key: str = "", beside: str = "") -> Opened:
    """Open a file of an instrument; never raises, whatever it holds. ``beside``: what goes with a Questionnaire."""
    if len(content) > FILE_LIMIT:
        return _refused(mark("Il file è troppo grande per essere uno strumento."))
    if is_sealed(content):
        return _sealed(content, licence_key, today)
    if licence_key.strip():
        return _refused(mark("Questo file non è sigillato: la chiave di una licenza qui non serve."))
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{") and b'"resourceType"' in content:
        return _questionnaire(content, beside, today)
    if beside.strip():
        return _refused(mark("Quello che è scritto accanto serve solo con un Questionnaire FHIR: toglilo."))
    return _plain(content, today)


def _refused(message: str, path: str = "") -> Opened:
    return Opened(None, (Fault(path, message),))


def _plain(content: bytes, today: date) -> Opened:
    try:
        found = read_plain(content, _NOT_ONE)
    except Unreadable as error:
        return Opened(None, (_of_reading(error),))
    wrong = _located(faults(found.document, today), found.lines)
    return Opened(None, wrong) if wrong else Opened(found.document)


def _sealed(content: bytes, licence_key: str, today: date) -> Opened:
    if not licence_key.strip():
        return _refused(mark("Questo file è sigillato: serve la chiave della licenza."), "licence_key")
    try:
        header, text = unseal(content, licence_key, today)
    except NotOpened as error:
        return _refused(error.message)
    found = _plain(text, today)
    if found.document is not None and not agrees(header, found.document):
        return _refused(mark("Quello che il file dice in chiaro non è quello che contiene: chiedine uno nuovo."))
    return replace(found, licensee=header.licensee)


def _questionnaire(content: bytes, beside: str, today: date) -> Opened:
    try:
        resource = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return _refused(mark("Il file non è JSON valido, oppure dice due volte la stessa cosa."))
    if not beside.strip():
        return _refused(
            mark("Un Questionnaire non dice come si contano le risposte: scrivi accanto scopo, conteggio e fasce."),
            "beside",
        )
    try:
        said = read_plain(beside, mark("Accanto al Questionnaire ci vogliono voci con un valore, una per riga."))
    except Unreadable as error:
        return Opened(None, (replace(_of_reading(error), path="beside"),))
    wrong = _located((of_shape(error) for error in _BESIDE.iter_errors(said.document)), said.lines)
    if wrong:
        return Opened(None, tuple(replace(one, path=f"beside.{one.path}".rstrip(".")) for one in wrong))
    taken = from_questionnaire(resource, said.document)
    wrong = taken.faults or tuple(faults(taken.document, today))
    return Opened(None, wrong, taken.remarks) if wrong else Opened(taken.document, (), taken.remarks)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError
    return made


def _no_number(_name: str) -> Any:
    raise ValueError


def _of_reading(error: Unreadable) -> Fault:
    problem = error.problem
    return Fault(problem.path, problem.message, problem.values, problem.line)


def _located(found: Iterable[Fault], lines: Mapping[str, int]) -> tuple[Fault, ...]:
    """Give each fault the line of its place, or of the nearest thing around it."""

    def line_of(path: str) -> int | None:
        while path and path not in lines:
            path = re.sub(r"(\.?[^.\[\]]+|\[\d+\])$", "", path)
        return lines.get(path)

    return tuple(replace(one, line=line_of(one.path)) for one in found)
