# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with an instrument, in words with their place: never guessed, never half taken."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from jsonschema import Draft202012Validator

from approdo.kit.words import mark
from approdo.protocols.rules.problem import join
from approdo.risk.rules.instrument import ORDER, SAYS, Instrument, Scorer, parse
from approdo.risk.rules.schema import SCHEMA
from approdo.risk.rules.scoring import UNKNOWN

_VALIDATOR = Draft202012Validator(SCHEMA)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend, at a path such as ``items[2].answers``; ``message`` is an Italian template."""

    path: str
    message: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    line: int | None = None
    """Of the text it was read from, if there was one."""

    @property
    def sentence(self) -> str:
        """The message filled in, in Italian."""
        return self.message % self.values


def faults(document: Any, today: date) -> list[Fault]:
    """Return everything wrong with an instrument's document on a day; empty when it may be used."""
    shape = [of_shape(error) for error in _VALIDATOR.iter_errors(document)]
    if shape:
        return sorted(shape, key=lambda fault: fault.path)
    found = [*_unprintable(document), *_names(document)]
    if found:
        return found
    try:
        instrument = parse(document)
    except ValueError:
        return [Fault("expires", mark("Questa data non esiste."))]
    return [*_sentinels(instrument), *_bands(instrument), *_rights(instrument, today)]


def of_shape(error: Any) -> Fault:
    """Return what a JSON Schema found wrong, in words."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return Fault(path, mark("Manca «%(name)s»."), {"name": missing})
    if error.validator == "additionalProperties":
        unknown = next(name for name in error.instance if name not in error.schema["properties"])
        return Fault(path, mark("«%(name)s» non esiste in uno strumento."), {"name": str(unknown)[:40]})
    return Fault(path, mark("Qui non va bene: «%(value)s»."), {"value": str(error.instance)[:40]})


def _unprintable(written: Any, path: str = "") -> Iterator[Fault]:
    """Yield every text with a sign that no page and no table can hold; the schema has said how deep it goes."""
    if isinstance(written, str) and any(ord(sign) < 32 or 0xD7FF < ord(sign) < 0xE000 for sign in written):
        yield Fault(path, mark("C'è un testo su più righe o un carattere che non si può stampare."))
    for name, value in written.items() if isinstance(written, dict) else ():
        yield from _unprintable(value, join(path, name))
    for place, value in enumerate(written) if isinstance(written, list) else ():
        yield from _unprintable(value, join(path, place))


def _names(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield codes that stand twice, or that nothing has."""
    codes = Counter(item["code"] for item in document["items"])
    for place, item in enumerate(document["items"]):
        if codes[item["code"]] > 1:
            yield Fault(f"items[{place}].code", mark("Due voci si chiamano «%(code)s»."), {"code": item["code"]})
        if item["answers"] not in document["answer_sets"]:
            message = mark("Non c'è nessun gruppo di risposte «%(code)s».")
            yield Fault(f"items[{place}].answers", message, {"code": item["answers"]})
    for name, listed in document["answer_sets"].items():
        given = Counter(answer["code"] for answer in listed)
        for code, times in given.items():
            if times > 1 or code == UNKNOWN:
                message = mark("La risposta «%(code)s» c'è due volte, o è quella che vuol dire «non si sa».")
                yield Fault(f"answer_sets.{name}", message, {"code": code})


def _sentinels(instrument: Instrument) -> Iterator[Fault]:
    items = {item.code: {answer.code for answer in item.answers} for item in instrument.items}
    if bool(instrument.sentinels) is not (instrument.scorer is Scorer.SENTINEL_OR_COUNT):
        yield Fault("sentinels", mark("Le voci sentinella vanno con «sentinel_or_count», e solo con quello."))
    for place, sentinel in enumerate(instrument.sentinels):
        for item, answer in sentinel.answers:
            if answer not in items.get(item, set()):
                message = mark("La voce «%(item)s» non ha la risposta «%(answer)s».")
                yield Fault(f"sentinels[{place}]", message, {"item": item, "answer": answer})
        if len({item for item, _answer in sentinel.answers}) < len(sentinel.answers):
            yield Fault(f"sentinels[{place}]", mark("La stessa voce è qui due volte: una risposta esclude l'altra."))


def _bands(instrument: Instrument) -> Iterator[Fault]:
    """Yield where bands leave a hole, meet twice, go backwards, or do not reach what the items can add."""
    bands, (least, most) = sorted(instrument.bands, key=lambda band: band.least), instrument.range
    if instrument.scorer is Scorer.JUDGEMENT_ONLY:
        if bands:
            yield Fault("bands", mark("Il livello lo mette una persona: qui non ci sono fasce."))
        return
    outcomes = {band.outcome for band in bands} | {sentinel.outcome for sentinel in instrument.sentinels}
    if not outcomes <= SAYS[instrument.purpose]:
        yield Fault("bands", mark("Chi cerca dice sì o no, chi misura il pericolo dice un livello: non insieme."))
    if not bands or bands[0].least > least or bands[-1].most < most:
        yield Fault("bands", mark("Le fasce devono andare da %(least)s a %(most)s."), {"least": least, "most": most})
    for lower, upper in pairwise(bands):
        if upper.least != lower.most + 1:
            message = mark("Tra %(most)s e %(least)s le fasce lasciano un buco, o si sovrappongono.")
            yield Fault("bands", message, {"most": lower.most, "least": upper.least})
        if ORDER[upper.outcome] < ORDER[lower.outcome]:
            yield Fault("bands", mark("Più punti non possono voler dire meno pericolo."))
    if any(band.most < band.least for band in bands):
        yield Fault("bands", mark("Una fascia finisce prima di cominciare."))


def _rights(instrument: Instrument, today: date) -> Iterator[Fault]:
    if instrument.expires is not None and instrument.runs_out_before(today):
        day = instrument.expires.isoformat()
        yield Fault(
            "expires", mark("La licenza è scaduta il %(day)s: chiedine una nuova prima di usarlo."), {"day": day}
        )
