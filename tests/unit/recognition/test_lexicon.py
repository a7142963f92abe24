# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lexicon is read whole before it is used, and what is wrong with it is said with its place."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from approdo.recognition.rules.forms import Form, announced, conjugate, mistyped
from approdo.recognition.rules.lexicon import parse
from approdo.recognition.rules.lexicon_checks import GROUPS, SECTIONS, faults
from approdo.recognition.rules.matching import hits
from approdo.recognition.rules.statements import BY_LABELS, HISTORY, KEY_LABELS, SUSPECTED, WEAPON
from approdo.recognition.rules.tokens import tokenise
from approdo.recognition.rules.words import read
from approdo.recognition.selectors import lexicon
from approdo.recognition.selectors.words import LEXICON

DOCUMENT = yaml.safe_load(LEXICON.read_text(encoding="utf-8"))


def changed(**sections: Any) -> dict[str, Any]:
    return {**deepcopy(DOCUMENT), **sections}


def with_row(**row: Any) -> dict[str, Any]:
    return changed(rows=[*DOCUMENT["rows"][1:], {**DOCUMENT["rows"][0], **row}])


def paths(document: Any) -> list[str]:
    return [fault.path for fault in faults(document)]


def test_the_lexicon_that_is_shipped_has_no_fault() -> None:
    assert faults(DOCUMENT) == []


def test_it_is_read_once() -> None:
    assert lexicon() is lexicon()


def test_every_row_has_a_label_and_a_source_and_every_label_a_row() -> None:
    assert {row["key"] for row in DOCUMENT["rows"]} == set(KEY_LABELS) - {SUSPECTED, HISTORY, WEAPON}
    assert set(lexicon().sources) == {row["key"] for row in DOCUMENT["rows"]}
    assert all(len(source) > 10 for source in lexicon().sources.values())
    assert {"he", "unknown", *DOCUMENT["people"]} == {"he", *BY_LABELS}


@pytest.mark.parametrize("document", [None, [], {}, {"format": 2}, "format: 1"])
def test_another_format_is_not_read(document: Any) -> None:
    assert paths(document) == ["format"]


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_that_is_missing_is_named(name: str) -> None:
    assert paths({key: value for key, value in DOCUMENT.items() if key != name}) == [name]


@pytest.mark.parametrize("name", [name for name in GROUPS if name in DOCUMENT["groups"]])
def test_a_group_that_the_rules_need_is_missed(name: str) -> None:
    groups = {key: value for key, value in DOCUMENT["groups"].items() if key != name}
    assert "groups" in paths(changed(groups=groups))


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (with_row(key="invented"), f"rows[{len(DOCUMENT['rows']) - 1}].key"),
        (with_row(key="physical"), f"rows[{len(DOCUMENT['rows']) - 1}].key"),
        (with_row(key="history"), f"rows[{len(DOCUMENT['rows']) - 1}].key"),
        (with_row(source=""), f"rows[{len(DOCUMENT['rows']) - 1}].source"),
        (with_row(nouns={"perhaps": "livido"}), f"rows[{len(DOCUMENT['rows']) - 1}].nouns"),
        (with_row(verbs={"alone": "picchia"}), f"rows[{len(DOCUMENT['rows']) - 1}].verbs"),
        (with_row(phrases={"alone": ["@nobody addosso"]}), f"rows[{len(DOCUMENT['rows']) - 1}]"),
        (with_row(phrases={"alone": ["mani? addosso?"]}), f"rows[{len(DOCUMENT['rows']) - 1}]"),
        (with_row(phrases={"alone": ["... addosso"]}), f"rows[{len(DOCUMENT['rows']) - 1}]"),
        (with_row(phrases={"alone": ["da 5"]}), f"rows[{len(DOCUMENT['rows']) - 1}]"),
        (with_row(phrases={"hers": ["{@nobody} addosso"]}), f"rows[{len(DOCUMENT['rows']) - 1}]"),
        (with_row(phrases={"alone": ["{togliere|estrarre} coltello"]}), f"rows[{len(DOCUMENT['rows']) - 1}]"),
        (with_row(phrases={"alone": [".. addosso"]}), f"rows[{len(DOCUMENT['rows']) - 1}]"),
        (changed(short={**DOCUMENT["short"], "nn": False}), "short.nn"),
        (changed(quiet=["Pugno chiuso"]), "quiet.[0]"),
        (changed(quiet=["così chiuso"]), "quiet.[0]"),
        (changed(people={**DOCUMENT["people"], "martian": {"words": "marziano"}}), "people.martian"),
        (changed(cues={**DOCUMENT["cues"], "sadness": ["triste"]}), "cues.sadness"),
        (changed(cues={key: value for key, value in DOCUMENT["cues"].items() if key != "deny"}), "cues"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said_with_its_place(document: Any, path: str) -> None:
    found = faults(document)
    assert path in [fault.path for fault in found]
    assert all("%(" not in fault.sentence for fault in found)


def test_a_word_that_is_added_is_read() -> None:
    document = deepcopy(DOCUMENT)
    assert read(parse(document), "pz smanazzata dal marito") == ()
    row = next(row for row in document["rows"] if row["key"] == "physical")
    row["verbs"]["alone"] += " smanazzare"
    [statement] = read(parse(document), "pz smanazzata dal marito")
    assert (statement.key, statement.by) == ("physical", "partner")


def test_a_class_of_verbs_is_read_in_every_phrase_that_names_it() -> None:
    document = deepcopy(DOCUMENT)
    assert read(parse(document), "il marito le ha sbertolato il polso") == ()
    document["verbs"]["hurting"] += " sbertolare"
    assert [one.by for one in read(parse(document), "il marito le ha sbertolato il polso")] == ["partner"]
    assert read(parse(document), "il marito ha sbertolato il polso") == ()


def test_two_points_are_two_words_at_most() -> None:
    document = deepcopy(DOCUMENT)
    row = next(row for row in document["rows"] if row["key"] == "physical")
    row["phrases"]["alone"].append("gnaffete .. coppale")
    assert read(parse(document), "gnaffete e poi coppale")
    assert read(parse(document), "gnaffete e poi ancora coppale") == ()


def test_a_word_that_lost_a_double_letter_is_read() -> None:
    assert read(lexicon(), "l'ex la minaciava")
    assert lexicon().typos["minaciava"] == "minacciava"
    assert "serata" not in lexicon().typos


@pytest.mark.parametrize(
    ("verb", "odd", "word", "form"),
    [
        ("picchiare", {}, "picchiata", Form.DONE_TO_HER),
        ("picchiare", {}, "picchi", Form.DOES),
        ("aggredire", {}, "aggredisce", Form.DOES),
        ("aggredire", {}, "aggrediscono", Form.DOES),
        ("spingere", {"participle": "spinto"}, "spinte", Form.DONE_TO_HER),
        ("spingere", {"participle": "spinto"}, "spinto", Form.DONE_TO_HIM),
        ("spingere", {}, "spingeva", Form.DOES),
        ("colpire", {}, "colpirla", Form.DOES_TO_HER),
        ("colpire", {}, "colpendomi", Form.DOES_TO_HER),
        ("colpire", {}, "colpirlo", Form.DOES_TO_HIM),
    ],
)
def test_a_verb_has_the_forms_of_a_note(verb: str, odd: dict[str, str], word: str, form: Form) -> None:
    assert (word, form) in set(conjugate(verb, odd))


def test_a_form_that_is_another_word_can_be_left_out() -> None:
    assert "violenta" not in {word for word, _form in conjugate("violentare", {"present": ""})}


def test_errors_are_one_letter_missing_doubled_swapped_or_beside() -> None:
    found = set(mistyped("percosse"))
    assert {"percose", "percossse", "percsose", "percossr"} <= found
    assert not {"oercosse", "ercosse", "percosze", "pwrcosse"} & found
    assert {"puggno", "pguno", "pungo"} <= set(mistyped("pugno"))
    assert not {"pugo", "pugni"} & set(mistyped("pugno"))
    assert set(mistyped("mano")) == set()
    assert all(abs(len(one) - 8) <= 1 for one in found)


@pytest.mark.parametrize(
    ("verb", "odd", "forms"),
    [
        ("ammazzare", {}, ["ammazzo", "ammazziamo", "ammazzero", "ammazzera", "ammazzeremo", "ammazzeranno"]),
        ("bruciare", {}, ["brucio", "bruciamo", "brucero", "brucera", "bruceremo", "bruceranno"]),
        ("soffocare", {}, ["soffoco", "soffochiamo", "soffochero", "soffochera", "soffocheremo", "soffocheranno"]),
        ("finire", {}, ["finisco", "finiamo", "finiro", "finira", "finiremo", "finiranno"]),
        ("togliere", {"first": "tolgo"}, ["tolgo", "togliamo", "togliero", "togliera", "toglieremo", "toglieranno"]),
    ],
)
def test_what_one_says_that_one_will_do(verb: str, odd: dict[str, str], forms: list[str]) -> None:
    assert list(announced(verb, odd)) == forms


def test_a_stem_has_every_ending_and_hides_no_error_of_an_italian_word() -> None:
    document = deepcopy(DOCUMENT)
    document["groups"]["thrashing"] += " sbertl~ aggredi~"
    changed_lexicon = parse(document)
    for ending in ("ata", "ava", "au", "uto"):
        assert read(changed_lexicon, f"m'ha sbertl{ending}")
        assert read(lexicon(), f"m'ha sbertl{ending}") == ()
    assert changed_lexicon.typos["aggredia"] == lexicon().typos["aggredia"]


def test_a_phrase_whose_second_place_comes_twice_is_found_once() -> None:
    found = list(hits(lexicon().events, tokenise("ti ammazzo ammazzo", str, frozenset())))
    assert len({(one.start, one.end, id(one.phrase)) for one in found}) == len(found)
