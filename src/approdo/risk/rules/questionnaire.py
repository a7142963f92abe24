# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An instrument from a FHIR R4 Questionnaire, and back.

Source: HL7 FHIR R4, Questionnaire; extensions ``ordinalValue`` and ``itemWeight``. A Questionnaire says what is asked;
how it is scored and what the score means it cannot say: that is written beside it (``BESIDE_SCHEMA``). What cannot be
said in an instrument is a fault with its place, what is left out is told; nothing is guessed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from approdo.kit.words import mark
from approdo.protocols.rules.problem import join
from approdo.risk.rules.checks import Fault
from approdo.risk.rules.instrument import Scorer
from approdo.risk.rules.scoring import UNKNOWN

_FHIR = "http://hl7.org/fhir/StructureDefinition/"
ORDINAL = f"{_FHIR}ordinalValue"
WEIGHTS = (f"{_FHIR}itemWeight", ORDINAL)
"""Extensions that say what an answer adds, the newer one first."""
_ACTS = re.compile(r"(?i)expression|variable|/cqf-|-hidden$|-constraint$|-unit|-minOccurs$|-maxOccurs$")
"""Extensions by which a form computes, hides or checks: an instrument cannot do what they ask."""
_NOT_IN_A_CODE = re.compile(r"[^a-z0-9]+")
_BOOLEAN = (("yes", "sì"), ("no", "no"))
_REFUSED = {
    "enableWhen": mark("La domanda compare solo dopo certe risposte (enableWhen): uno strumento le chiede tutte."),
    "answerValueSet": mark("Le risposte stanno in un altro elenco (answerValueSet): scrivile qui, in answerOption."),
    "modifierExtension": mark("Qui c'è un'estensione che cambia il significato della voce: non si può ignorare."),
    "readOnly": mark("A questa domanda non si può rispondere (readOnly)."),
    "item": mark("Una domanda ne contiene altre: uno strumento ha una sola lista di domande."),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a Questionnaire: a document to be checked like any other, or faults; what was left out."""

    document: dict[str, Any]
    faults: tuple[Fault, ...]
    remarks: tuple[Fault, ...]


@dataclass(slots=True)
class _Reader:
    """Reads items one after the other and collects what is to be said of them."""

    scorer: str
    windows: Mapping[str, str]
    points: Mapping[str, Mapping[str, int]]
    items: list[dict[str, Any]] = field(default_factory=list)
    sets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)

    def take(self, items: Sequence[Mapping[str, Any]], path: str, *, grouped: bool = False) -> None:
        """Read a list of items, and of their groups."""
        for place, item in enumerate(items):
            at = join(path, place)
            kind = item["type"]
            self.extensions(item, at)
            if kind == "display":
                self._remark(at, mark("Questo testo non è una domanda, e resta fuori: «%(text)s»."), _text(item))
            elif kind == "group" and not grouped:
                if _text(item):
                    self._remark(at, mark("Il titolo di un gruppo resta fuori: «%(text)s»."), _text(item))
                self._refuse(item, at, "enableWhen", "modifierExtension")
                self.take(item.get("item", ()), join(at, "item"), grouped=True)
            elif kind == "group":
                self._fault(at, mark("Un gruppo sta dentro un altro gruppo: uno strumento ha una sola lista."))
            elif kind not in {"choice", "boolean"}:
                message = mark("Una domanda di tipo «%(text)s» non ha risposte tra cui scegliere: qui non si può fare.")
                self._fault(at, message, kind)
            else:
                self._question(item, at)

    def _question(self, item: Mapping[str, Any], at: str) -> None:
        before = len(self.faults)
        self._refuse(item, at, *_REFUSED)
        if item.get("repeats"):
            self._fault(at, mark("Si possono dare più risposte insieme: qui ce n'è una sola per domanda."))
        if not _text(item):
            self._fault(at, mark("La domanda non ha parole."))
        if item.get("initial") or any(one.get("initialSelected") for one in item.get("answerOption", ())):
            self._remark(at, mark("C'era una risposta già scelta: qui si comincia sempre da «non si sa»."))
        code = _code(item["linkId"], "item")
        answers = self._answers(item, code, at) if item["type"] == "choice" else self._yes_or_no(item, code, at)
        if len(self.faults) > before:
            return
        made = {"code": code, "text": _text(item), "answers": self._set(answers)}
        self.items.append(made | ({"window": self.windows[code]} if code in self.windows else {}))

    def _yes_or_no(self, item: Mapping[str, Any], code: str, at: str) -> list[dict[str, Any]]:
        weight = _weight(item)
        usual = {"yes": 1 if weight is None else weight, "no": 0}
        if self.scorer == Scorer.WEIGHTED and weight is None and not {"yes", "no"} <= set(self.points.get(code, ())):
            message = mark("Manca quanto vale la risposta «%(text)s»: scrivilo in «points», alla voce «%(code)s».")
            self._fault(at, message, "sì", code=code)
        return [self._answer(code, answer, text, usual[answer]) for answer, text in _BOOLEAN]

    def _answers(self, item: Mapping[str, Any], code: str, at: str) -> list[dict[str, Any]]:
        found = []
        for place, option in enumerate(item.get("answerOption", ())):
            here = join(join(at, "answerOption"), place)
            self.extensions(option, here)
            if "modifierExtension" in option:
                self._fault(here, _REFUSED["modifierExtension"])
            answer, text = _said(option)
            weight = _weight(option, option.get("valueCoding", {}))
            if answer == UNKNOWN and not weight:
                self._remark(here, mark("«%(text)s» c'è già per ogni domanda."), text)
                continue
            if weight is None and answer not in self.points.get(code, {}) and self.scorer != Scorer.JUDGEMENT_ONLY:
                message = mark("Manca quanto vale la risposta «%(text)s»: scrivilo in «points», alla voce «%(code)s».")
                self._fault(here, message, text, code=code)
            found.append(self._answer(code, answer, text, weight or 0))
        if not found and "answerValueSet" not in item:
            self._fault(at, mark("La domanda non ha risposte tra cui scegliere."))
        return found

    def _answer(self, code: str, answer: str, text: str, points: int) -> dict[str, Any]:
        return {"code": answer, "points": self.points.get(code, {}).get(answer, points), "text": text}

    def _set(self, answers: list[dict[str, Any]]) -> str:
        """Return the name of a set of answers; the same answers are one set."""
        for name, listed in self.sets.items():
            if listed == answers:
                return name
        name = f"answers_{len(self.sets) + 1}"
        self.sets[name] = answers
        return name

    def _refuse(self, item: Mapping[str, Any], at: str, *names: str) -> None:
        for name in names:
            if item.get(name):
                self._fault(at, _REFUSED[name])

    def extensions(self, element: Mapping[str, Any], at: str) -> None:
        """Say of every extension of an element whether it is taken, left out, or cannot be."""
        for name in (name for name in element if name.startswith("_")):
            self._remark(join(at, name), mark("Un'estensione resta fuori: %(text)s."), name)
        coding = element.get("valueCoding", {})
        for one in (*element.get("extension", ()), *coding.get("extension", ())):
            if one["url"] in WEIGHTS:
                if _whole(one.get("valueDecimal")) is None:
                    self._fault(at, mark("Una risposta vale un numero intero tra -100 e 100: qui non è così."))
            elif _ACTS.search(one["url"]):
                message = mark("Qui il modulo calcola, nasconde o controlla (%(text)s): uno strumento non lo fa.")
                self._fault(at, message, one["url"])
            else:
                self._remark(at, mark("Un'estensione resta fuori: %(text)s."), one["url"])

    def _fault(self, at: str, message: str, text: str = "", **values: str) -> None:
        self.faults.append(Fault(at, message, {"text": text[:80], **values} if text or values else {}))

    def _remark(self, at: str, message: str, text: str = "") -> None:
        self.remarks.append(Fault(at, message, {"text": text[:80]} if text else {}))


def from_questionnaire(resource: Mapping[str, Any], beside: Mapping[str, Any]) -> Taken:
    """Return the instrument that a Questionnaire and what is written beside it (without faults) come to.

    The document is still to be checked by ``faults``. A resource that is no R4 Questionnaire comes to faults only.
    """
    shape = tuple(_of_shape(resource))
    if shape:
        return Taken({}, shape, ())
    reader = _Reader(beside["scorer"], beside.get("windows", {}), beside.get("points", {}))
    for name in ("modifierExtension", "implicitRules"):
        if resource.get(name):
            reader.faults.append(Fault(name, _REFUSED["modifierExtension"]))
    reader.extensions(resource, "")
    reader.take(resource.get("item", ()), "item")
    codes = {item["code"] for item in reader.items}
    for name in ("windows", "points"):
        for code in beside.get(name, {}):
            if code not in codes and not reader.faults:
                message = mark("Accanto al questionario si parla di «%(text)s», che non c'è.")
                reader.faults.append(Fault(f"{name}.{code}", message, {"text": code}))
    said = _heading(resource) | {name: value for name, value in beside.items() if name not in {"windows", "points"}}
    document = {"format": 1, **said, "answer_sets": reader.sets, "items": reader.items}
    return Taken(document, tuple(reader.faults), tuple(reader.remarks))


def _of_shape(resource: Any) -> Iterator[Fault]:
    """Yield where a resource is no R4 Questionnaire, as the published model says."""
    from fhir.resources.R4B.questionnaire import Questionnaire
    from pydantic import ValidationError

    if not isinstance(resource, dict) or resource.get("resourceType") != "Questionnaire":
        yield Fault("resourceType", mark("Qui ci vuole un Questionnaire FHIR R4."))
        return
    try:
        Questionnaire.model_validate(resource)
    except (ValidationError, ValueError, TypeError, RecursionError) as error:
        places = [one["loc"] for one in error.errors()[:20]] if isinstance(error, ValidationError) else [()]
        for place in places:
            path = ""
            for step in place:
                path = join(path, step)
            yield Fault(path[:200], mark("Qui non è un Questionnaire FHIR R4 valido."))


def _heading(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a Questionnaire says of itself in the words of an instrument; what it does not say is left out."""
    name = resource.get("name", "")
    said = {
        "code": name if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) else None,
        "version": resource.get("version"),
        "language": resource.get("language", "").partition("-")[0].lower(),
        "title": _line(resource.get("title", "")),
        "licence": _line(resource.get("copyright", "")),
        "source": ", ".join(filter(None, (_line(resource.get("publisher", "")), resource.get("url")))),
        "expires": str(resource.get("effectivePeriod", {}).get("end", ""))[:10],
    }
    return {name: value for name, value in said.items() if value}


def _said(option: Mapping[str, Any]) -> tuple[str, str]:
    """Return code and words of an answer, whichever way it is given."""
    coding = option.get("valueCoding")
    if coding:
        return _code(coding.get("code", coding.get("display", "")), "a"), _line(
            coding.get("display", coding.get("code", ""))
        )
    text = _line(str(next((value for name, value in option.items() if name.startswith("value")), "")))
    return _code(text, "a"), text


def _code(text: str, before: str) -> str:
    """Return an identifier as an instrument writes it (``/1.2``: ``item_1_2``); two that meet are a fault later."""
    made = _NOT_IN_A_CODE.sub("_", text.lower()).strip("_")
    return (made if made[:1].isalpha() else f"{before}_{made}")[:40].rstrip("_")


def _weight(*elements: Mapping[str, Any]) -> int | None:
    found = {
        one["url"]: _whole(one.get("valueDecimal"))
        for element in elements
        for one in element.get("extension", ())
        if one["url"] in WEIGHTS
    }
    return next((found[url] for url in WEIGHTS if found.get(url) is not None), None)


def _whole(value: Any) -> int | None:
    whole = isinstance(value, int | float) and -100 <= value <= 100 and value == int(value)
    return int(value) if whole else None


def _text(item: Mapping[str, Any]) -> str:
    return _line(item.get("text", ""))


def _line(text: str) -> str:
    return " ".join(text.split())


def to_questionnaire(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an instrument without faults as a FHIR R4 Questionnaire; ``beside`` says the rest."""
    made = {
        "resourceType": "Questionnaire",
        "language": document["language"],
        "url": f"urn:approdo:instrument:{document['code']}",
        "version": document["version"],
        "name": document["code"],
        "title": document["title"],
        "status": "active",
        "subjectType": ["Patient"],
        "copyright": document["licence"],
        "item": [
            {
                "linkId": item["code"],
                "text": item["text"],
                "type": "choice",
                "answerOption": [
                    {
                        "extension": [{"url": ORDINAL, "valueDecimal": answer["points"]}],
                        "valueCoding": {"code": answer["code"], "display": answer["text"]},
                    }
                    for answer in document["answer_sets"][item["answers"]]
                ],
            }
            for item in document["items"]
        ],
    }
    return made | ({"effectivePeriod": {"end": document["expires"]}} if "expires" in document else {})


def beside(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a Questionnaire cannot say of an instrument, to be written beside it."""
    names = ("purpose", "validated", "source", "scorer", "sentinels", "bands")
    said = {name: document[name] for name in names if name in document}
    windows = {item["code"]: item["window"] for item in document["items"] if "window" in item}
    return said | ({"windows": windows} if windows else {})
