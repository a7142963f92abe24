# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A hospital's file: what its mapping may say, and what each row becomes."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import yaml

from approdo.recognition.rules import (
    MAPPING_SCHEMA,
    AgeBand,
    Citizenship,
    Sign,
    Subgroup,
    mapping_faults,
    missing_columns,
    parse_mapping,
    read_code,
    read_row,
)
from approdo.recognition.selectors.tables import DATA

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
EXAMPLE: dict[str, Any] = yaml.safe_load((DATA / "mapping.example.yaml").read_text())
ROW: dict[str, object] = {
    "id_paziente": "x1", "id_accesso": "a1", "presidio": "Nord", "arrivo": "27/11/2026 03:10", "sesso": "F",
    "nascita": "01/02/1990", "diagnosi_1": "802.0", "diagnosi_2": None, "cause": "", "trauma": "", "esito": "1",
    "cittadinanza": "100", "anamnesi": "",
}  # fmt: skip


def changed(**columns: Any) -> dict[str, Any]:
    """The example with other columns; ``None`` takes one out."""
    document = deepcopy(EXAMPLE)
    document["columns"] = {k: v for k, v in (document["columns"] | columns).items() if v is not None}
    return document


def read(mapping: dict[str, Any] | None = None, **cells: object) -> Any:
    return read_row(parse_mapping(mapping or EXAMPLE), ROW | cells, NOW)


def test_the_published_schema_is_the_one_that_is_used_and_the_example_fits_it() -> None:
    assert json.loads((DATA / "mapping.schema.json").read_text()) == MAPPING_SCHEMA
    assert mapping_faults(EXAMPLE) == []


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no person": (changed(person=None), "columns", "Manca «person»."),
    "a predictor that is never used": (changed(income="reddito"), "columns", "«income» non esiste in una mappatura."),
    "a sign nobody knows": (changed(signs={"angry": []}), "columns.signs", "Qui non va bene"),
    "a system nobody knows": (
        changed(codes=[{"column": "d", "system": "ICD-11"}]), "columns.codes[0].system", "Qui non va bene: «ICD-11»."
    ),
    "a column of codes twice": (
        changed(codes=[{"column": "d"}, {"column": "d"}]), "columns.codes", "Una colonna di codici c'è due volte."
    ),
    "a site twice": (changed() | {"site": "Nord"}, "site", "Il presidio è una colonna, o uno solo"),
    "no site": (changed(site=None), "site", "Il presidio è una colonna, o uno solo"),
    "an age from two places": (changed(age="eta"), "columns.age", "L'età viene dalla nascita o da una colonna"),
    "a day without its month": (
        changed(arrived_at={"column": "a", "form": "DD/YYYY hh:mm"}), "columns.arrived_at.form", "Una data si scrive"
    ),
    "hours without minutes": (
        changed(arrived_at={"column": "a", "form": "YYYY-MM-DD hh"}), "columns.arrived_at.form", "Una data si scrive"
    ),
    "letters that are no token": (
        changed(arrived_at={"column": "a", "form": "YYYY-MM-DD %H"}), "columns.arrived_at.form", "Una data si scrive"
    ),
    "a birth with an hour": (
        changed(born={"column": "b", "form": "YYYY-MM-DD hh:mm"}), "columns.born.form", "Una data si scrive"
    ),
    "another zone": (
        changed(arrived_at={"column": "a", "form": "YYYY-MM-DD", "zone": "Mars"}),
        "columns.arrived_at.zone", "Qui non va bene",
    ),
    "another format": (changed() | {"format": 2}, "format", "Qui non va bene: «2»."),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_mapping_is_said_in_words_with_its_place(case: str) -> None:
    document, path, sentence = WRONG[case]
    found = [(fault.column, fault.sentence) for fault in mapping_faults(document)]
    assert [one for one in found if one[0] == path and one[1].startswith(sentence)], found


@pytest.mark.parametrize("document", [None, [], "x", 7, {}, {"format": 1}])
def test_whatever_a_mapping_is_it_is_answered_in_words(document: Any) -> None:
    assert mapping_faults(document)


def test_a_column_that_the_file_does_not_have_is_named() -> None:
    header = [name for name in ROW if name not in {"trauma", "sesso"}]
    found = missing_columns(parse_mapping(EXAMPLE), [*header, "reddito"])
    assert {fault.sentence for fault in found} == {
        "Nel file non c'è la colonna «trauma».", "Nel file non c'è la colonna «sesso».",
    }  # fmt: skip


def test_a_row_becomes_a_visit_and_what_is_kept_beside_it_is_only_bands() -> None:
    found = read(cause="E960.0; V61.11", trauma=4.0, anamnesi=" spinta ")
    assert found.faults == ()
    assert found.subgroup == Subgroup(AgeBand.FROM_30, Citizenship.ITALIAN, 1990)
    visit = found.visit
    assert (visit.person, visit.visit, visit.site, visit.note) == ("x1", "a1", "Nord", "spinta")
    assert visit.arrived_at == datetime(2026, 11, 27, 2, 10, tzinfo=UTC)
    assert visit.signs == {Sign.VIOLENCE_BY_OTHERS}
    assert {code.value for code in visit.codes} == {"8020", "E9600", "V6111"}


FAULTS: dict[str, tuple[dict[str, object], str, str]] = {
    "in the future": ({"arrivo": "29/11/2026 03:10"}, "arrivo", "È nel futuro."),
    "before birth": ({"nascita": "28/11/2026"}, "nascita", "La nascita è dopo la visita."),
    "too old": ({"nascita": "01/02/1900", "arrivo": "01/01/2031 10:00"}, "arrivo", "È nel futuro."),
    "a day that does not exist": ({"arrivo": "30/02/2026 03:10"}, "arrivo", "Questa data non esiste."),
    "an hour that does not exist": ({"arrivo": "29/03/2026 02:30"}, "arrivo", "Quest'ora non esiste"),
    "a date written otherwise": ({"arrivo": "2026-11-27 03:10"}, "arrivo", "Non è scritto come dice la mappatura."),
    "no date": ({"arrivo": " "}, "arrivo", "Manca."),
    "no person": ({"id_paziente": None}, "id_paziente", "Manca."),
    "no visit": ({"id_accesso": ""}, "id_accesso", "Manca."),
    "no site": ({"presidio": ""}, "presidio", "Manca."),
    "a person with a fraction": ({"id_paziente": 1.5}, "id_paziente", "Non è un identificativo"),
    "a person as long as a letter": ({"id_paziente": "x" * 101}, "id_paziente", "È troppo lungo"),
    "a code of no system": ({"diagnosi_1": "banana"}, "diagnosi_1", "Non è un codice ICD-9-CM né ICD-10."),
    "a code that lost its zeros": ({"diagnosi_1": 995.8}, "diagnosi_1", "Un codice scritto come numero"),
    "one bad code among good ones": ({"cause": "E960.0;E96.7"}, "cause", "Non è un codice ICD-9-CM né ICD-10."),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_wrong_with_a_row_is_said_in_words_without_what_it_said(case: str) -> None:
    cells, column, sentence = FAULTS[case]
    found = read(**cells)
    assert found.visit is None, "no row is taken in part"
    assert [(fault.column, fault.sentence.startswith(sentence)) for fault in found.faults] == [(column, True)]
    assert not any(
        str(cell).strip() and str(cell) in fault.sentence for cell in cells.values() for fault in found.faults
    )


def test_everything_that_is_wrong_with_a_row_is_said_at_once() -> None:
    found = read(arrivo="x", id_paziente="", diagnosi_2="?")
    assert [fault.column for fault in found.faults] == ["arrivo", "id_paziente", "diagnosi_2"]


@pytest.mark.parametrize("sex", ["M", "1", "", None, "f"])
def test_who_is_not_a_woman_is_not_scored_and_not_at_fault(sex: object) -> None:
    found = read(sesso=sex, diagnosi_1="banana")
    assert (found.visit, found.faults) == (None, ())


def test_an_infant_is_scored_whoever_it_is() -> None:
    found = read(sesso="M", nascita="28/11/2022")
    assert found.visit.infant
    assert not found.visit.child
    assert read(sesso="M", nascita="27/11/2022").visit is None, "four years old today"


@pytest.mark.parametrize(
    ("born", "infant", "child", "band"),
    [
        ("27/11/2026", True, False, "under_18"),
        ("28/11/2022", True, False, "under_18"),
        ("27/11/2022", False, True, "under_18"),
        ("28/11/2012", False, True, "under_18"),
        ("27/11/2012", False, False, "under_18"),
        ("27/11/2008", False, False, "18_29"),
        ("29/02/1960", False, False, "65_or_more"),
        ("", False, False, ""),
    ],
)
def test_age_is_counted_in_whole_years_at_the_visit(born: str, infant: bool, child: bool, band: str) -> None:
    found = read(nascita=born)
    assert (found.visit.infant, found.visit.child, found.subgroup.age_band) == (infant, child, band)


@pytest.mark.parametrize(("age", "band"), [("3", "under_18"), (44, "30_44"), (45.0, "45_64"), ("", "")])
def test_an_age_may_be_written_in_years(age: object, band: str) -> None:
    assert read(changed(born=None, age="eta"), eta=age).subgroup.age_band == band


@pytest.mark.parametrize("age", ["3 mesi", -1, "131", 2.5])
def test_an_age_that_is_none_is_refused(age: object) -> None:
    assert [fault.column for fault in read(changed(born=None, age="eta"), eta=age).faults] == ["eta"]


@pytest.mark.parametrize(("written", "citizenship"), [
    ("100", "italian"), ("ITA", "italian"), ("235", "foreign"), ("", ""), (None, ""), (100, "italian"),
])  # fmt: skip
def test_of_citizenship_nothing_is_kept_but_italian_or_other(written: object, citizenship: str) -> None:
    assert read(cittadinanza=written).subgroup.citizenship == citizenship


@pytest.mark.parametrize(("written", "instant"), [
    (datetime(2026, 7, 1, 12), datetime(2026, 7, 1, 10, tzinfo=UTC)),
    (datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=5))), datetime(2026, 7, 1, 7, tzinfo=UTC)),
    (date(2026, 7, 1), datetime(2026, 6, 30, 22, tzinfo=UTC)),
    ("25/10/2026 02:30", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
])  # fmt: skip
def test_an_instant_is_local_time_and_the_hour_that_comes_twice_the_later(written: object, instant: datetime) -> None:
    assert read(arrivo=written).visit.arrived_at == instant


def test_a_system_may_be_told_for_a_column() -> None:
    mapping = changed(codes=[{"column": "diagnosi_1", "system": "ICD-10"}])
    assert read(mapping, diagnosi_1="V61.11").visit.codes == {read_code("V61.11", told=read_code("T74").system)}
    assert read(mapping, diagnosi_1="802.0").faults[0].sentence == "Non è un codice del sistema indicato."
