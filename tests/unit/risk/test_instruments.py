# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The instruments that come with the program, and what is said of one that is wrong."""

import json
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from approdo.risk.rules import SCHEMA, Outcome, faults, parse
from approdo.risk.selectors import DATA, shipped

TODAY = date(2026, 11, 28)


def changed(code: str = "da5", **entries: Any) -> dict[str, Any]:
    """One shipped document with other entries; ``None`` takes one out."""
    made = deepcopy(shipped()[code]) | entries
    return {name: value for name, value in made.items() if value is not None}


def bands(*listed: tuple[int, int, str]) -> list[dict[str, Any]]:
    return [{"from": least, "to": most, "outcome": outcome} for least, most, outcome in listed]


@pytest.mark.parametrize("code", sorted(shipped()))
def test_every_shipped_instrument_may_be_used(code: str) -> None:
    assert faults(shipped()[code], TODAY) == []
    made = parse(shipped()[code])
    assert made.code == code
    assert made.source
    assert made.licence
    assert not made.validated, "no Italian wording of them was found validated (recognition-and-risk.md, 1b)"


def test_the_published_schema_is_the_one_that_is_used() -> None:
    assert json.loads((DATA / "instrument.schema.json").read_text()) == SCHEMA


def test_the_threshold_of_the_brief_assessment_is_three() -> None:
    high = [band for band in parse(shipped()["da5"]).bands if band.outcome is Outcome.HIGH]
    assert [(band.least, band.most) for band in high] == [(3, 5)]


YES_NO = [{"code": "yes", "points": 1, "text": "sì"}, {"code": "no", "points": 0, "text": "no"}]
ITEM = {"code": "weapon", "text": "x", "answers": "yes_no"}
WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "a band that leaves a hole": (
        changed(bands=bands((0, 0, "low"), (2, 5, "high"))), "bands", "Tra 0 e 2 le fasce lasciano un buco"
    ),
    "bands that meet twice": (
        changed(bands=bands((0, 2, "low"), (2, 5, "high"))), "bands", "Tra 2 e 2 le fasce lasciano un buco"
    ),
    "bands that do not reach the end": (
        changed(bands=bands((0, 2, "low"), (3, 4, "high"))), "bands", "Le fasce devono andare da 0 a 5."
    ),
    "bands that begin too late": (changed(bands=bands((1, 5, "high"))), "bands", "Le fasce devono andare da 0 a 5."),
    "no bands": (changed(bands=None), "bands", "Le fasce devono andare da 0 a 5."),
    "more points, less danger": (
        changed(bands=bands((0, 2, "high"), (3, 5, "low"))), "bands", "Più punti non possono voler dire meno pericolo."
    ),
    "a band the wrong way round": (
        changed(bands=bands((0, 5, "low"), (6, 5, "high"))), "bands", "Una fascia finisce prima di cominciare."
    ),
    "a level where one only finds": (
        changed("hark", bands=bands((0, 0, "negative"), (1, 4, "high"))), "bands", "Chi cerca dice sì o no"
    ),
    "bands of a judgement": (
        changed("structured_judgement", bands=bands((0, 15, "low"))), "bands", "Il livello lo mette una persona"
    ),
    "two items of one name": (
        changed(items=[ITEM, ITEM], sentinels=None), "items[0].code", "Due voci si chiamano «weapon»."
    ),
    "answers that are nowhere": (
        changed(items=[ITEM | {"answers": "colours"}]),
        "items[0].answers", "Non c'è nessun gruppo di risposte «colours».",
    ),
    "an answer that means unknown": (
        changed(answer_sets={"yes_no": [*YES_NO, {"code": "unknown", "points": 0, "text": "boh"}]}),
        "answer_sets.yes_no", "La risposta «unknown» c'è due volte",
    ),
    "an answer twice": (
        changed(answer_sets={"yes_no": [*YES_NO, YES_NO[0]]}), "answer_sets.yes_no", "La risposta «yes» c'è due volte"
    ),
    "a sentinel of an item that is not there": (
        changed(sentinels=[{"item": "colour", "answer": "yes", "outcome": "high"}]),
        "sentinels[0]", "La voce «colour» non ha la risposta «yes».",
    ),
    "a sentinel of an answer that is not there": (
        changed(sentinels=[{"item": "weapon", "answer": "perhaps", "outcome": "high"}]),
        "sentinels[0]", "La voce «weapon» non ha la risposta «perhaps».",
    ),
    "sentinels of a plain count": (changed(scorer="count"), "sentinels", "Le voci sentinella vanno con"),
    "no sentinels where they rule": (changed(sentinels=None), "sentinels", "Le voci sentinella vanno con"),
    "a licence that has run out": (changed(expires="2026-11-27"), "expires", "La licenza è scaduta il 2026-11-27"),
    "a day that is none": (changed(expires="2026-02-30"), "expires", "Questa data non esiste."),
    "no source": (changed(source=None), "", "Manca «source»."),
    "an entry nobody knows": (changed(author="x"), "", "«author» non esiste in uno strumento."),
    "another format": (changed(format=2), "format", "Qui non va bene: «2»."),
    "a scorer nobody knows": (changed(scorer="average"), "scorer", "Qui non va bene: «average»."),
    "no items": (changed(items=[]), "items", "Qui non va bene: «[]»."),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_words_with_its_place(case: str) -> None:
    document, path, sentence = WRONG[case]
    found = [(fault.path, fault.sentence) for fault in faults(document, TODAY)]
    assert [one for one in found if one[0] == path and one[1].startswith(sentence)], found


@pytest.mark.parametrize("document", [None, [], "x", 7, {}, {"format": 1}])
def test_whatever_a_document_is_it_is_answered_in_words(document: Any) -> None:
    assert faults(document, TODAY)


def test_a_licence_holds_to_the_end_of_its_last_day() -> None:
    assert faults(changed(expires="2026-11-28"), TODAY) == []
