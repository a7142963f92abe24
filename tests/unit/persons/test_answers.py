# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be written in the record: everything optional, nothing that cannot be."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.access.rules import Slice
from approdo.kit.errors import Invalid
from approdo.persons.rules import PRIVATE, SHAPES, Answers, Field, Form, Kind, check
from approdo.persons.rules.codes import relations, violence_types

TODAY = date(2026, 11, 27)
FIELDS = [(kind, field) for kind, shape in SHAPES.items() for field in shape.fields]
IDS = [f"{kind}-{field.name}" for kind, field in FIELDS]


def fitting(field: Field) -> str | list[str]:
    """Something that this field takes."""
    match field.form:
        case Form.LINE | Form.TEXT:
            return "Parole di prova"
        case Form.DAY | Form.PAST_DAY:
            return "1990-02-28"
        case Form.MOMENT:
            return "2026-11-27T03:20"
        case Form.YES_NO:
            return "yes"
        case Form.CODE:
            assert field.choices is not None
            return next(iter(field.choices()))
        case Form.CODES:
            assert field.choices is not None
            return list(field.choices())[:2]


def problems(kind: Kind, written: dict[str, object], declined: tuple[str, ...] = ()) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        check(kind, written, declined, TODAY)  # type: ignore[arg-type]
    return refusal.value.problems


def test_every_kind_has_its_slice_and_only_notes_are_private() -> None:
    assert set(SHAPES) == set(Kind)
    assert frozenset({Kind.NOTE}) == PRIVATE
    assert {shape.slice for shape in SHAPES.values()} == set(Slice) - {Slice.PLAN}, "plans have a room of their own"


def test_the_lists_of_the_law_are_whole() -> None:
    assert list(violence_types()) == ["physical", "sexual", "psychological", "economic"]
    assert len(relations()) == 15
    assert relations()["unidentified"] == "autore non identificato"


@pytest.mark.parametrize("kind", Kind)
def test_names_of_fields_are_not_said_twice(kind: Kind) -> None:
    names = [field.name for field in SHAPES[kind].fields]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=IDS)
def test_any_one_field_is_enough(kind: Kind, field: Field) -> None:
    answers = check(kind, {field.name: fitting(field)}, (), TODAY)
    assert list(answers.given) == [field.name]
    assert answers.declined == frozenset()


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=IDS)
def test_any_field_may_be_declined_and_that_is_an_answer(kind: Kind, field: Field) -> None:
    answers = check(kind, {field.name: ""}, (field.name,), TODAY)
    assert (dict(answers.given), answers.declined) == ({}, {field.name})


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=IDS)
def test_an_answer_and_a_refusal_to_answer_exclude_each_other(kind: Kind, field: Field) -> None:
    assert set(problems(kind, {field.name: fitting(field)}, (field.name,))) == {field.name}


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=IDS)
def test_what_comes_back_from_a_document_is_what_went_in(kind: Kind, field: Field) -> None:
    answers = check(kind, {field.name: fitting(field)}, (), TODAY)
    assert Answers.read(answers.document()) == answers


@pytest.mark.parametrize("kind", Kind)
def test_nothing_at_all_is_not_an_entry(kind: Kind) -> None:
    assert set(problems(kind, {})) == {""}
    assert set(problems(kind, {field.name: "  " for field in SHAPES[kind].fields})) == {""}


@pytest.mark.parametrize("kind", Kind)
def test_a_field_that_the_kind_does_not_have_is_refused(kind: Kind) -> None:
    assert "" in problems(kind, {"role": "admin"})
    assert "" in problems(kind, {}, ("role",))


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Form.LINE, "x" * 201),
        (Form.LINE, "due\nrighe"),
        (Form.LINE, "nullo\x00"),
        (Form.LINE, ["una", "due"]),
        (Form.TEXT, "x" * 8001),
        (Form.TEXT, "campanello\x07"),
        (Form.TEXT, "surrogato\ud800"),
        (Form.DAY, "31/12/2026"),
        (Form.DAY, "2026-02-30"),
        (Form.DAY, "1899-12-31"),
        (Form.PAST_DAY, "2026-11-28"),
        (Form.PAST_DAY, "ieri"),
        (Form.CODE, "invented"),
        (Form.CODE, ["a", "b"]),
        (Form.CODES, ["invented"]),
        (Form.CODES, "invented"),
        (Form.YES_NO, "perhaps"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_for_its_field(form: Form, written: object) -> None:
    for kind, field in FIELDS:
        if field.form is form:
            found = problems(kind, {field.name: written})
            assert set(found) == {field.name}
            assert found[field.name].endswith((".", "»."))


def test_today_is_not_the_future_and_tomorrow_is() -> None:
    assert check(Kind.IDENTITY, {"birth_date": "2026-11-27"}, (), TODAY).given["birth_date"] == "2026-11-27"
    assert "birth_date" in problems(Kind.IDENTITY, {"birth_date": "2026-11-28"})


def test_a_legal_measure_may_end_in_the_future() -> None:
    assert check(Kind.MEASURE, {"until": "2027-05-27"}, (), TODAY).given == {"until": "2027-05-27"}


def test_accents_are_written_one_way_and_choices_once() -> None:
    answers = check(Kind.IDENTITY, {"given_name": " Nicolo\u0300 "}, (), TODAY)
    assert answers.given["given_name"] == "Nicolò"
    assert check(Kind.EPISODE, {"types": ["sexual", "physical", "sexual", ""]}, (), TODAY).given["types"] == (
        "sexual",
        "physical",
    )


@given(st.dictionaries(st.sampled_from([field.name for field in SHAPES[Kind.EPISODE].fields]), st.text(max_size=300)))
def test_whatever_is_typed_is_either_kept_or_refused_by_its_name(written: dict[str, str]) -> None:
    kept = {name for name, text in written.items() if not _problems_of({name: text})}
    if kept == set(written) and any(text.strip() for text in written.values()):
        answers = check(Kind.EPISODE, written, (), TODAY)
        assert Answers.read(answers.document()) == answers
    else:
        assert set(problems(Kind.EPISODE, dict(written))) <= {*written, ""} - kept


def _problems_of(written: dict[str, str]) -> set[str]:
    try:
        check(Kind.EPISODE, written, (), TODAY)
    except Invalid as refusal:
        return set(refusal.problems) - {""}
    return set()


@pytest.mark.parametrize(("first", "second"), list(product(["a", "à"], ["b", "ß"])))
def test_a_document_does_not_depend_on_the_order_of_the_form(first: str, second: str) -> None:
    one = Answers({"given_name": first, "family_name": second})
    other = Answers({"family_name": second, "given_name": first})
    assert one.document() == other.document()


@pytest.mark.parametrize("typed", ["2026-11-27", "03:20", "2026-11-27 03:20", "2026-11-27T25:00", "2026-11-27T03:20:11",
                                   "2026-11-27T03:20Z", "ieri"])  # fmt: skip
def test_a_moment_is_a_day_and_an_hour(typed: str) -> None:
    assert "giorno e ora" in problems(Kind.EVIDENCE, {"at": typed})["at"]


def test_a_moment_has_come_and_is_of_our_times() -> None:
    assert "deve ancora venire" in problems(Kind.EVIDENCE, {"at": "2026-11-28T00:00"})["at"]
    assert "troppo lontano" in problems(Kind.EVIDENCE, {"at": "1899-12-31T23:59"})["at"]


def test_only_a_step_of_custody_begins_anew_when_it_is_written_again() -> None:
    anew = {(kind, field.name) for kind, field in FIELDS if not field.carried}
    assert anew == {(Kind.EVIDENCE, name) for name in ("step", "at", "by", "to")}
    assert [kind for kind, shape in SHAPES.items() if shape.lasting] == [Kind.EVIDENCE]


def test_each_act_on_her_body_has_an_answer_and_a_moment_of_its_own() -> None:
    for act in ("examined", "photographed", "sampled"):
        answer, moment = SHAPES[Kind.INJURY].field(act), SHAPES[Kind.INJURY].field(f"{act}_at")
        assert answer is not None
        assert moment is not None
        assert answer.choices is not None
        assert set(answer.choices()) == {"agreed", "refused", "later"}
        assert moment.form is Form.MOMENT
