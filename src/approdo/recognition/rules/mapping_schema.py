# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON Schema of a hospital's mapping, ``data/mapping.schema.json`` as a value, and what a schema cannot say."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from approdo.kit.words import mark as _
from approdo.protocols.rules import Unreadable, read_plain
from approdo.recognition.rules.mapping import FORMAT, TOKENS, Fault, HospitalMapping, parse
from approdo.recognition.rules.visit import Sign, System

ZONES = ("Europe/Rome", "UTC")
_COLUMN = {"type": "string", "minLength": 1, "maxLength": 200}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_VALUES = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": 500}
_CHOICE = _object(["column", "values"], column=_COLUMN, values=_VALUES)
_MOMENT = _object(["column", "form"], column=_COLUMN, form={"type": "string", "maxLength": 40}, zone={"enum": [*ZONES]})
_SYSTEM = {"enum": [str(system) for system in System]}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:approdo:schema:visit-mapping:1",
    "title": "Approdo mapping of a hospital's visits",
    **_object(
        ["format", "title", "columns"],
        format={"const": FORMAT},
        title={"type": "string", "minLength": 1, "maxLength": 120},
        site={"type": "string", "minLength": 1, "maxLength": 100},
        usual_system=_SYSTEM,
        columns=_object(
            ["person", "visit", "arrived_at", "codes"],
            person=_COLUMN,
            visit=_COLUMN,
            site=_COLUMN,
            arrived_at=_MOMENT,
            codes={
                "type": "array",
                "minItems": 1,
                "maxItems": 40,
                "items": _object(
                    ["column"], column=_COLUMN, system=_SYSTEM, separator={"type": "string", "pattern": r"^[;|,/]$"}
                ),
            },
            signs={
                "type": "object",
                "propertyNames": {"enum": [str(sign) for sign in Sign]},
                "additionalProperties": {"type": "array", "items": _CHOICE, "minItems": 1, "maxItems": 10},
            },
            women=_CHOICE,
            born=_MOMENT,
            age=_COLUMN,
            italian=_CHOICE,
            note=_COLUMN,
        ),
    ),
}
_VALIDATOR = Draft202012Validator(SCHEMA)


def faults(document: Any) -> list[Fault]:
    """Return everything wrong with a mapping, each at its path; empty when it may be used."""
    shape = [_of_shape(error) for error in _VALIDATOR.iter_errors(document)]
    return sorted(shape, key=lambda fault: fault.column) if shape else [*_meaning(document)]


def written(content: bytes) -> tuple[HospitalMapping | None, list[Fault]]:
    """Return the mapping that a file holds, or what is wrong with it, whatever bytes come; no alias is followed."""
    try:
        document = read_plain(content, _("Il file non contiene una mappatura: comincia con «format: 1».")).document
    except Unreadable as error:
        problem = error.problem
        return None, [Fault(f"riga {problem.line}" if problem.line else problem.path, problem.message, problem.values)]
    wrong = faults(document)
    return (None, wrong) if wrong else (parse(document), [])


def _of_shape(error: Any) -> Fault:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return Fault(path, _("Manca «%(name)s»."), {"name": missing})
    if error.validator == "additionalProperties":
        unknown = next(name for name in error.instance if name not in error.schema["properties"])
        return Fault(path, _("«%(name)s» non esiste in una mappatura."), {"name": str(unknown)[:40]})
    return Fault(path, _("Qui non va bene: «%(value)s»."), {"value": str(error.instance)[:40]})


def _meaning(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what a schema cannot say: where the site is, which forms of a time say a day, who says her age."""
    columns = document["columns"]
    if ("site" in columns) is ("site" in document):
        yield Fault("site", _("Il presidio è una colonna, o uno solo per tutto il file: scrivi l'uno o l'altro."))
    if "born" in columns and "age" in columns:
        yield Fault("columns.age", _("L'età viene dalla nascita o da una colonna: scrivi l'una o l'altra."))
    for name, tokens in (("arrived_at", TOKENS), ("born", ("YYYY", "MM", "DD"))):
        if name in columns and not _says(columns[name]["form"], tokens):
            message = _("Una data si scrive con YYYY, MM e DD, l'ora con hh, mm e ss, ognuno una volta.")
            yield Fault(f"columns.{name}.form", message)
    names = [one["column"] for one in columns["codes"]]
    if len(set(names)) < len(names):
        yield Fault("columns.codes", _("Una colonna di codici c'è due volte."))


def _says(form: str, tokens: Any) -> bool:
    """Whether a form has year, month and day, each token once, hours only with minutes, and no other letters."""
    times = {token: form.count(token) for token in TOKENS}
    rest = form
    for token in TOKENS:
        rest = rest.replace(token, "", 1)
    day = all(times[token] == 1 for token in ("YYYY", "MM", "DD"))
    whole = times["hh"] == times["mm"] and times["ss"] <= times["mm"]
    allowed = all(times[token] == 0 or token in tokens for token in TOKENS)
    return day and whole and allowed and not any(letter.isalnum() or letter in "%{}\\" for letter in rest)
