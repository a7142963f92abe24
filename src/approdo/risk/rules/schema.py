# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON Schema of an instrument, made from the enums; ``data/instrument.schema.json`` is this value as a file."""

from collections.abc import Iterable
from typing import Any

from approdo.risk.rules.instrument import FORMAT, Outcome, Purpose, Scorer, Window

CODE_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"
_CODE = {"type": "string", "pattern": CODE_PATTERN}


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most}


def _word(words: Iterable[str]) -> dict[str, Any]:
    return {"enum": [str(word) for word in words]}


def _listed(item: dict[str, Any], most: int, least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_POINTS = {"type": "integer", "minimum": -100, "maximum": 100}
_ANSWERED = {"item": _CODE, "answer": _CODE}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:approdo:schema:instrument:1",
    "title": "Approdo assessment instrument",
    **_object(
        [
            *("format", "code", "version", "language", "title", "purpose", "licence", "source", "validated"),
            *("answer_sets", "items", "scorer"),
        ],
        format={"const": FORMAT},
        code=_CODE,
        version=_text(40),
        language={"type": "string", "pattern": "^[a-z]{2,3}$"},
        title=_text(120),
        purpose=_word(Purpose),
        licence=_text(300),
        source=_text(500),
        validated={"type": "boolean"},
        expires={"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        answer_sets={
            "type": "object",
            "minProperties": 1,
            "maxProperties": 20,
            "propertyNames": {"pattern": CODE_PATTERN},
            "additionalProperties": _listed(
                _object(["code", "points", "text"], code=_CODE, points=_POINTS, text=_text(60)), 20, 2
            ),
        },
        items=_listed(
            _object(["code", "text", "answers"], code=_CODE, text=_text(500), answers=_CODE, window=_word(Window)), 100
        ),
        scorer=_word(Scorer),
        sentinels=_listed(
            _object(
                ["item", "answer", "outcome"],
                **_ANSWERED,
                **{"and": _listed(_object(["item", "answer"], **_ANSWERED), 10), "outcome": _word(Outcome)},
            ),
            100,
        ),
        bands=_listed(
            _object(
                ["from", "to", "outcome"],
                **{"from": {"type": "integer"}, "to": {"type": "integer"}, "outcome": _word(Outcome)},
            ),
            20,
        ),
    ),
}

_OWN: dict[str, Any] = SCHEMA["properties"]
_SAME = ("code", "version", "language", "title", "purpose", "licence", "source", "validated", "expires", "scorer")
BESIDE_SCHEMA: dict[str, Any] = _object(
    ["purpose", "validated", "scorer"],
    **{name: _OWN[name] for name in (*_SAME, "sentinels", "bands")},
    windows={"type": "object", "propertyNames": _CODE, "additionalProperties": _word(Window)},
    points={
        "type": "object",
        "propertyNames": _CODE,
        "additionalProperties": {"type": "object", "propertyNames": _CODE, "additionalProperties": _POINTS},
    },
)
"""What a FHIR Questionnaire cannot say of an instrument, written beside it."""
