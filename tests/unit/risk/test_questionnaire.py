# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A FHIR Questionnaire becomes an instrument, or says item by item why not; an instrument becomes one and back."""

import json
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.instruments import LICENSED

from approdo.protocols.rules import write
from approdo.risk.rules import beside, opened, parse, to_questionnaire
from approdo.risk.rules.questionnaire import ORDINAL
from approdo.risk.selectors import shipped

TODAY = date(2026, 11, 28)
EVERY = shipped() | LICENSED
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"


def option(code: str, points: float | None = None, url: str = ORDINAL, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"valueCoding": {"code": code, "display": f"risposta {code}"}} | more
    return made | ({} if points is None else {"extension": [{"url": url, "valueDecimal": points}]})


def question(link: str, *options: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {"linkId": link, "type": "choice", "text": f"Domanda {link}", "answerOption": list(options)}
    return {name: value for name, value in (made | more).items() if value is not None}


YES, NO = option("yes", 1), option("no", 0)
Q: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "status": "active",
    "name": "prova",
    "version": "1.2",
    "language": "it-IT",
    "title": "Un questionario",
    "publisher": "Chi l'ha scritto",
    "url": "https://example.org/Questionnaire/prova",
    "copyright": "Parole inventate\nper la prova",
    "effectivePeriod": {"end": "2027-06-30"},
    "item": [question("/1.1", YES, NO), question("/1.2", YES, NO)],
}
BESIDE: dict[str, Any] = {
    "purpose": "danger",
    "validated": False,
    "scorer": "count",
    "bands": [{"from": 0, "to": 1, "outcome": "low"}, {"from": 2, "to": 2, "outcome": "high"}],
}


def taken(resource: Any = Q, said: dict[str, Any] | str = BESIDE, **changes: Any) -> Any:
    resource = resource | changes if isinstance(resource, dict) else resource
    text = said if isinstance(said, str) else write(said)
    return opened(json.dumps(resource).encode(), TODAY, beside=text)


def told(found: Any) -> list[tuple[str, str]]:
    return [(one.path, one.sentence) for one in (*found.faults, *found.remarks)]


def test_what_a_questionnaire_says_is_taken_and_what_it_cannot_say_comes_from_beside_it() -> None:
    found = taken()
    assert told(found) == []
    made = parse(found.document)
    assert (made.code, made.version, made.language, made.title) == ("prova", "1.2", "it", "Un questionario")
    assert made.licence == "Parole inventate per la prova"
    assert made.source == "Chi l'ha scritto, https://example.org/Questionnaire/prova"
    assert made.expires == date(2027, 6, 30)
    assert [item.code for item in made.items] == ["item_1_1", "item_1_2"]
    assert [(one.code, one.points, one.text) for one in made.items[0].answers] == [
        ("yes", 1, "risposta yes"), ("no", 0, "risposta no"),
    ]  # fmt: skip
    assert made.range == (0, 2)


def test_what_is_written_beside_it_holds_over_what_it_says_of_itself() -> None:
    more = {"code": "nostro", "title": "Il nostro", "licence": "di altri", "windows": {"item_1_1": "past_year"}}
    made = parse(taken(said=BESIDE | more).document)
    assert (made.code, made.title, made.licence) == ("nostro", "Il nostro", "di altri")
    assert [str(item.window) for item in made.items] == ["past_year", "ever"]


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("url", [ORDINAL, WEIGHT])
def test_what_an_answer_adds_is_read_wherever_it_is_written(url: str, inside: bool) -> None:
    weight = [{"url": url, "valueDecimal": 2}]
    coding = {"code": "much", "display": "molto"} | ({"extension": weight} if inside else {})
    item = question("a", {"valueCoding": coding} | ({} if inside else {"extension": weight}), option("no", 0))
    made = taken(item=[item], said=BESIDE | {"bands": [{"from": 0, "to": 2, "outcome": "low"}]})
    assert parse(made.document).items[0].range == (0, 2)


def test_a_yes_or_no_counts_one_and_weighs_what_is_written() -> None:
    item = question("a", type="boolean", answerOption=None)
    weighed = BESIDE | {"scorer": "weighted", "bands": [{"from": 0, "to": 3, "outcome": "low"}]}
    assert parse(taken(item=[item, item | {"linkId": "b"}]).document).range == (0, 2)
    assert [path for path, _said in told(taken(item=[item], said=weighed))] == ["item[0]"]
    by_hand = weighed | {"points": {"a": {"yes": 3, "no": 0}}}
    assert parse(taken(item=[item], said=by_hand).document).range == (0, 3)
    by_extension = item | {"extension": [{"url": WEIGHT, "valueDecimal": 3}]}
    assert parse(taken(item=[by_extension], said=weighed).document).range == (0, 3)


def test_what_a_person_judges_needs_no_points() -> None:
    judged = {"purpose": "danger", "validated": False, "scorer": "judgement_only"}
    assert parse(taken(item=[question("a", option("n"), option("s"))], said=judged).document).judged


def test_a_group_is_opened_and_what_is_no_question_is_told() -> None:
    group = {"linkId": "g", "type": "group", "text": "Su di lui", "item": Q["item"]}
    found = taken(item=[{"linkId": "d", "type": "display", "text": "Leggi piano"}, group])
    assert len(found.document["items"]) == 2
    assert told(found) == [
        ("item[0]", "Questo testo non è una domanda, e resta fuori: «Leggi piano»."),
        ("item[1]", "Il titolo di un gruppo resta fuori: «Su di lui»."),
    ]


def test_what_is_left_out_is_told_and_unknown_is_there_already() -> None:
    options = [YES | {"initialSelected": True}, NO, option("unknown")]
    item = question("a", *options, extension=[{"url": "https://example.org/colour", "valueString": "blu"}])
    found = taken(item=[item, question("b", YES, NO)])
    assert [answer["code"] for answer in found.document["answer_sets"]["answers_1"]] == ["yes", "no"]
    assert {said.partition(":")[0].partition(" già")[0] for _path, said in told(found)} == {
        "Un'estensione resta fuori", "C'era una risposta", "«risposta unknown» c'è",
    }  # fmt: skip


EXPRESSION = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
CANNOT: dict[str, tuple[dict[str, Any], str]] = {
    "open text": (question("a", type="text", answerOption=None), "Una domanda di tipo «text»"),
    "a number": (question("a", type="integer", answerOption=None), "Una domanda di tipo «integer»"),
    "open choice": (question("a", YES, NO, type="open-choice"), "Una domanda di tipo «open-choice»"),
    "enableWhen": (
        question("a", YES, NO, enableWhen=[{"question": "b", "operator": "=", "answerBoolean": True}]),
        "La domanda compare solo dopo certe risposte",
    ),
    "answers elsewhere": (
        question("a", answerOption=None, answerValueSet="http://example.org/vs"), "Le risposte stanno in un altro"
    ),
    "no answers": (question("a", answerOption=None), "La domanda non ha risposte"),
    "several answers": (question("a", YES, NO, repeats=True), "Si possono dare più risposte insieme"),
    "a question in a question": (question("a", YES, NO, item=[question("b", YES, NO)]), "Una domanda ne contiene"),
    "a group in a group": (
        {"linkId": "g", "type": "group", "item": [{"linkId": "h", "type": "group", "item": [question("a", YES, NO)]}]},
        "Un gruppo sta dentro un altro gruppo",
    ),
    "a computed one": (
        question("a", YES, NO, extension=[{"url": EXPRESSION, "valueExpression": {"language": "text/fhirpath"}}]),
        "Qui il modulo calcola, nasconde o controlla",
    ),
    "a hidden one": (
        question("a", YES, NO, extension=[
            {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden", "valueBoolean": True}]),
        "Qui il modulo calcola, nasconde o controlla",
    ),
    "one to be looked at only": (question("a", YES, NO, readOnly=True), "A questa domanda non si può rispondere"),
    "an extension that changes the meaning": (
        question("a", YES, NO, modifierExtension=[{"url": "https://example.org/not", "valueBoolean": True}]),
        "Qui c'è un'estensione che cambia il significato",
    ),
    "no points": (question("a", option("yes"), NO), "Manca quanto vale la risposta «risposta yes»"),
    "half a point": (question("a", option("yes", 0.5), NO), "Una risposta vale un numero intero"),
    "no words": (question("a", YES, NO, text=" "), "La domanda non ha parole"),
}  # fmt: skip


@pytest.mark.parametrize("case", CANNOT)
def test_what_an_instrument_cannot_say_is_refused_at_its_place_and_nothing_is_guessed(case: str) -> None:
    item, sentence = CANNOT[case]
    found = taken(item=[question("first", YES, NO), item])
    assert found.document is None
    assert [(path[:7], said) for path, said in told(found) if said.startswith(sentence)], told(found)
    assert all(path.startswith("item[1]") for path, _said in told(found))


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any] | str, str, str]] = {
    "not a questionnaire": ({"resourceType": "Patient"}, BESIDE, "resourceType", "Qui ci vuole un Questionnaire"),
    "no R4": ({"colour": "blue"}, BESIDE, "colour", "Qui non è un Questionnaire FHIR R4 valido."),
    "an item without a link": (
        {"item": [{"type": "choice", "text": "x"}]}, BESIDE, "item[0].linkId", "Qui non è un Questionnaire"
    ),
    "nothing beside it": ({}, "", "beside", "Un Questionnaire non dice come si contano le risposte"),
    "something that is no list of entries": ({}, "- a", "beside", "Accanto al Questionnaire ci vogliono voci"),
    "an entry nobody knows": ({}, BESIDE | {"colour": "blue"}, "beside", "«colour» non esiste"),
    "no scorer": ({}, {"purpose": "danger", "validated": False}, "beside", "Manca «scorer»."),
    "a window of nothing": (
        {}, BESIDE | {"windows": {"item_9": "ever"}}, "windows.item_9", "Accanto al questionario si parla di «item_9»"
    ),
    "bands that leave a hole": (
        {}, BESIDE | {"bands": [{"from": 0, "to": 0, "outcome": "low"}]}, "bands", "Le fasce devono andare da 0 a 2."
    ),
    "two questions that become one": (
        {"item": [question("1.1", YES, NO), question("1/1", YES, NO)]}, BESIDE, "items[0].code", "Due voci si chiamano"
    ),
    "no title": ({"title": None}, BESIDE, "", "Manca «title»."),
    "a name that is no code": ({"name": "Prova Maiuscola"}, BESIDE, "", "Manca «code»."),
    "it has run out": ({"effectivePeriod": {"end": "2026-01-01"}}, BESIDE, "expires", "La licenza è scaduta"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_as_a_whole_is_said_with_its_place(case: str) -> None:
    changes, said, path, sentence = WRONG[case]
    resource = {name: value for name, value in (Q | changes).items() if value is not None}
    found = taken(resource, said)
    assert found.document is None
    assert any(one[0] == path and one[1].startswith(sentence) for one in told(found)), told(found)


def test_what_is_written_beside_says_its_line() -> None:
    found = taken(said="purpose: danger\nvalidated: false\nscorer: average\n")
    assert [(one.path, one.line) for one in found.faults] == [("beside.scorer", 3)]


@pytest.mark.parametrize(
    "content",
    [
        b'{"resourceType": "Questionnaire", "status": "active", "status": "draft"}',
        b'{"resourceType": "Questionnaire", "x": NaN}',
        b'{"resourceType": "Questionnaire", "item": ' + b"[" * 100_000,
        b'{"resourceType": "Questionnaire", "x": ' + b"9" * 10_000 + b"}",
        b'{"resourceType": "\xff"',
    ],
)
def test_whatever_the_json_is_it_is_answered_in_words(content: bytes) -> None:
    (fault,) = opened(content, TODAY, beside=write(BESIDE)).faults
    assert fault.sentence == "Il file non è JSON valido, oppure dice due volte la stessa cosa."


@pytest.mark.parametrize("code", sorted(EVERY))
def test_every_instrument_becomes_a_questionnaire_and_comes_back_as_it_was(code: str) -> None:
    document = EVERY[code]
    resource = to_questionnaire(document)
    Questionnaire.model_validate(deepcopy(resource))
    found = opened(json.dumps(resource).encode(), TODAY, beside=write(beside(document)))
    assert told(found) == []
    assert parse(found.document or {}) == parse(document)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(st.lists(st.tuples(TEXT, st.lists(st.integers(-100, 100), min_size=2, max_size=5)), min_size=1, max_size=6))
def test_any_instrument_comes_back_as_it_was(items: list[tuple[str, list[int]]]) -> None:
    sets = {
        f"set_{n}": [{"code": f"a_{m}", "points": points, "text": f"{text} {m}"} for m, points in enumerate(worth)]
        for n, (text, worth) in enumerate(items)
    }
    listed = [{"code": f"q_{n}", "text": text, "answers": f"set_{n}"} for n, (text, _worth) in enumerate(items)]
    least, most = sum(min(worth) for _text, worth in items), sum(max(worth) for _text, worth in items)
    document = shipped()["da5"] | {
        "code": "any", "scorer": "weighted", "answer_sets": sets, "items": listed,
        "bands": [{"from": least, "to": most, "outcome": "low"}],
    }  # fmt: skip
    del document["sentinels"]
    found = opened(json.dumps(to_questionnaire(document)).encode(), TODAY, beside=write(beside(document)))
    assert told(found) == []
    assert parse(found.document or {}) == parse(document)


@given(st.binary(max_size=200), st.text(max_size=60))
def test_no_file_makes_it_stumble(content: bytes, said: str) -> None:
    for before in (b"", b'{"resourceType":', b"format: 1\n", b"APPRODO-INSTRUMENT 1\n"):
        found = opened(before + content, TODAY, licence_key="", beside=said)
        assert found.document is None
        assert found.faults[0].sentence


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (97 + n, 97 + n, b",".join([b"*%c" % (96 + n)] * 9)) for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (BOMB, "Gli ancoraggi e i rimandi"),
        (b"PK\x03\x04" + bytes(2_000), "Qui il testo non è YAML valido"),
        (b"\x1f\x8b\x08" + bytes(2_000), "Il testo non è in UTF-8"),
        (b"x" * 300_000, "Il testo supera i 256 kB."),
        (b"[" * 90_000, "Ci sono troppi livelli"),
        (b"", "Il file non contiene uno strumento"),
        (b"- 1", "Il file non contiene uno strumento"),
    ],
)
def test_bombs_and_what_is_no_text_are_refused_in_words(content: bytes, sentence: str) -> None:
    found = opened(content, TODAY)
    assert found.document is None
    assert found.faults[0].sentence.startswith(sentence)


def test_what_is_wrong_in_a_text_says_its_line() -> None:
    lines = write(shipped()["da5"]).splitlines()
    place = next(n for n, line in enumerate(lines, 1) if line.startswith("scorer:"))
    text = "\n".join(lines).replace("scorer: sentinel_or_count", "scorer: average")
    assert [(one.path, one.line) for one in opened(text.encode(), TODAY).faults] == [("scorer", place)]


def test_something_beside_a_file_that_needs_nothing_is_not_swallowed() -> None:
    (fault,) = opened(write(shipped()["da5"]).encode(), TODAY, beside="a: b").faults
    assert fault.sentence.startswith("Quello che è scritto accanto serve solo con un Questionnaire")


def test_a_questionnaire_that_is_far_too_long_is_refused_before_it_is_read() -> None:
    (fault,) = taken(item=[question(str(n), YES, NO) for n in range(3_000)]).faults
    assert fault.sentence == "Il file è troppo grande per essere uno strumento."
