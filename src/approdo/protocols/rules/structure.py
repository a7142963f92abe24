# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON Schema's verdict in words: the path, what is wrong, and the words that are allowed."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from approdo.kit.words import mark
from approdo.protocols.rules.problem import Problem, join
from approdo.protocols.rules.schema import KEY_PATTERN, MUNICIPALITY_PATTERN, SCHEMA

_VALIDATOR = Draft202012Validator(SCHEMA)

_TYPES = {
    "object": mark("Qui ci vuole un gruppo di voci «nome: valore»."),
    "array": mark("Qui ci vuole un elenco, una voce per riga che comincia con «- »."),
    "string": mark("Qui ci vuole un testo."),
    "integer": mark("Qui ci vuole un numero intero."),
}
_PATTERNS = {
    KEY_PATTERN: mark("«%(value)s» non va bene: usa lettere minuscole, cifre e trattini, e comincia con una lettera."),
    MUNICIPALITY_PATTERN: mark("«%(value)s» non è un codice ISTAT: servono sei cifre."),
}
_LIMITS = {
    "minimum": mark("%(value)s è troppo poco: il minimo è %(limit)s."),
    "maximum": mark("%(value)s è troppo: il massimo è %(limit)s."),
    "minLength": mark("Il testo è vuoto."),
    "maxLength": mark("Il testo è troppo lungo: al massimo %(limit)s caratteri."),
    "minItems": mark("L'elenco è vuoto."),
    "maxItems": mark("L'elenco è troppo lungo: al massimo %(limit)s voci."),
    "uniqueItems": mark("Nell'elenco c'è una voce ripetuta."),
    "const": mark("«%(value)s» non va bene: qui si scrive %(limit)s."),
}


def structural_problems(document: Any) -> list[Problem]:
    """Return what the published schema refuses in the document, in the order of the document."""
    return explained(_VALIDATOR.iter_errors(document))


def explained(refusals: Iterable[ValidationError]) -> list[Problem]:
    """Return what a schema's refusals mean, in the order of the document."""
    found = [problem for error in refusals for problem in _explain(error)]
    return sorted(set_of(found), key=lambda problem: problem.path)


def set_of(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems without repetitions of one path and sentence."""
    return list({(problem.path, problem.sentence): problem for problem in problems}.values())


def _explain(error: ValidationError) -> Iterator[Problem]:
    path = ""
    for step in error.absolute_path:
        path = join(path, step)
    kind = str(error.validator)
    if kind == "required":
        yield from _missing(path, error)
    elif kind == "additionalProperties":
        yield from _unknown_names(path, error)
    elif kind == "dependentRequired":
        yield from _incomplete(path, error)
    elif kind == "anyOf":
        yield from _all_or_list(path, error)
    elif kind == "enum":
        yield _unknown_word(path, error)
    elif kind == "type":
        yield Problem(path, _TYPES[str(error.validator_value)])
    elif kind == "pattern":
        message = _PATTERNS.get(str(error.validator_value), mark("«%(value)s» non è un numero di telefono."))
        yield Problem(path, message, {"value": _short(error.instance)})
    else:
        yield Problem(path, _LIMITS[kind], {"value": _short(error.instance), "limit": str(error.validator_value)})


def _missing(path: str, error: Any) -> Iterator[Problem]:
    for name in error.validator_value:
        if name not in error.instance:
            yield Problem(path, mark("Manca la voce «%(name)s»."), {"name": name})


def _unknown_names(path: str, error: Any) -> Iterator[Problem]:
    known = list(error.schema["properties"])
    for name in error.instance:
        if name not in known:
            yield Problem(
                join(path, str(name)),
                mark("La voce «%(value)s» non esiste. Voci ammesse: %(allowed)s."),
                {"value": _short(name), "allowed": ", ".join(known)},
            )


def _incomplete(path: str, error: Any) -> Iterator[Problem]:
    for name, others in error.validator_value.items():
        for other in others:
            if name in error.instance and other not in error.instance:
                message = mark("«%(name)s» vuole anche «%(other)s»: nessuna attesa può essere senza limite.")
                yield Problem(join(path, name), message, {"name": name, "other": other})


def _all_or_list(path: str, error: Any) -> Iterator[Problem]:
    if isinstance(error.instance, list):
        for branch in error.context or ():
            if branch.validator != "const":
                yield from _explain(branch)
    else:
        yield Problem(
            path, mark("«%(value)s» non va bene: scrivi «all» oppure un elenco."), {"value": _short(error.instance)}
        )


def _unknown_word(path: str, error: Any) -> Problem:
    allowed = [str(word) for word in error.validator_value]
    value = _short(error.instance)
    near = get_close_matches(value, allowed, n=1)
    if near:
        message = mark("«%(value)s» non è una parola conosciuta: forse «%(near)s»? Parole ammesse: %(allowed)s.")
        return Problem(path, message, {"value": value, "near": near[0], "allowed": ", ".join(allowed)})
    message = mark("«%(value)s» non è una parola conosciuta. Parole ammesse: %(allowed)s.")
    return Problem(path, message, {"value": value, "allowed": ", ".join(allowed)})


def _short(value: Any) -> str:
    """Show a wrong value, never a whole pasted page of it."""
    if isinstance(value, dict | list):
        return "…"
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"
