# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""FHIR R4 Bundles in the shapes of the HL7 examples and of Synthea: invented women, real structure."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from approdo.recognition.gateways import bundle
from approdo.recognition.gateways.bundle import Bundle, Identifiers
from approdo.recognition.rules import AgeBand, Code, Sign, System
from approdo.recognition.rules.importing import Aside, Reason
from approdo.recognition.rules.incoming import Incoming, Item, LeftOut, Sex, Unread
from approdo.recognition.rules.records import UnreadableFile

ICD_9, ICD_10, ICD_10_CM = (f"http://hl7.org/fhir/sid/{name}" for name in ("icd-9-cm", "icd-10", "icd-10-cm"))
SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def coded(*codings: tuple[str, str]) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} for system, code in codings]}


def patient(**changed: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1990-05-02"} | changed


def encounter(**changed: Any) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"system": ACT_CODE, "code": "EMER"},
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2026-03-02T10:30:00+01:00", "end": "2026-03-02T13:00:00+01:00"},
    } | changed


def condition(*codings: tuple[str, str], **changed: Any) -> dict[str, Any]:
    status = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    return {
        "resourceType": "Condition",
        "id": "c1",
        "verificationStatus": coded((status, "confirmed")),
        "code": coded(*codings),
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
    } | changed


def observation(code: tuple[str, str], value: tuple[str, str] | None = None, **changed: Any) -> dict[str, Any]:
    answered = {"valueCodeableConcept": coded(value)} if value else {"valueQuantity": {"value": 37.2}}
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": coded(code),
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        **answered,
    } | changed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bundle.json"


def opened(file: Path, *resources: Any, identifiers: Identifiers | None = None, **bundled: Any) -> Bundle:
    entries = [{"fullUrl": f"https://ospedale.example/{n}", "resource": one} for n, one in enumerate(resources)]
    whole = {"resourceType": "Bundle", "type": "collection", "entry": entries} | bundled
    file.write_text(json.dumps(whole), encoding="utf-8")
    return Bundle(file, identifiers or Identifiers())


def read(file: Path, *resources: Any, identifiers: Identifiers | None = None) -> list[Item]:
    return [item for item, _done in opened(file, *resources, identifiers=identifiers)]


def only(items: list[Item]) -> Incoming:
    (item,) = items
    assert isinstance(item, Incoming)
    assert item.visit is not None
    return item


def codes(items: list[Item]) -> set[Code]:
    visit = only(items).visit
    assert visit is not None
    return set(visit.codes)


def test_an_emergency_encounter_is_a_visit_with_what_was_noted_in_it(file: Path) -> None:
    item = only(read(file, patient(), encounter(), condition((ICD_9, "995.81")), condition((ICD_10, "S00.3"))))
    assert item.visit is not None
    assert (item.person, item.visit.person, item.visit.visit) == ("p1", "p1", "e1")
    assert item.visit.arrived_at.isoformat() == "2026-03-02T10:30:00+01:00"
    assert item.visit.codes == {Code(System.ICD_9_CM, "99581"), Code(System.ICD_10, "S003")}
    assert (item.sex, item.birth, item.line) == (Sex.FEMALE, date(1990, 5, 2), 2)
    assert (item.subgroup.age_band, item.subgroup.birth_year) == (AgeBand.FROM_30, 1990)


def test_synthea_s_references_by_uuid_are_followed_and_its_codes_are_told_as_not_read(file: Path) -> None:
    woman, visit, note = (f"urn:uuid:0a56854c-d96f-e6b8-40fb-d55b3e43800{number}" for number in (1, 2, 3))
    entries = [
        {"fullUrl": woman, "resource": patient(id=woman[9:]), "request": {"method": "POST", "url": "Patient"}},
        {"fullUrl": visit, "resource": encounter(id=visit[9:], subject={"reference": woman})},
        {"fullUrl": note, "resource": condition((SNOMED, "195662009"), encounter={"reference": visit})},
        {"resource": observation((LOINC, "8310-5"), encounter={"reference": visit})},
        {"resource": {"resourceType": "Organization", "id": "x", "name": "Ospedale"}},
    ]
    found = opened(file, type="transaction", entry=entries)
    assert codes([item for item, _done in found]) == set()
    assert found.not_read == {"SNOMED CT": 1, "LOINC": 1}


def test_beside_a_code_that_is_not_read_one_that_is_counts(file: Path) -> None:
    both = condition((SNOMED, "371331003"), (ICD_10_CM, "T74.11XA"))
    assert codes(read(file, patient(), encounter(), both)) == {Code(System.ICD_10, "T7411XA")}


@pytest.mark.parametrize("name", ["Patient/p1", "https://ospedale.example/0", "Patient/p1/_history/3"])
def test_a_patient_is_found_by_every_name_she_has_in_the_bundle(file: Path, name: str) -> None:
    assert only(read(file, patient(), encounter(subject={"reference": name})))


def test_a_diagnosis_named_by_its_encounter_and_its_reason_in_codes_count(file: Path) -> None:
    named = encounter(diagnosis=[{"condition": {"reference": "Condition/c1"}}], reasonCode=[coded((ICD_9, "E960.0"))])
    without = condition((ICD_9, "995.81"))
    del without["encounter"]
    found = codes(read(file, patient(), named, without))
    assert found == {Code(System.ICD_9_CM, "99581"), Code(System.ICD_9_CM, "E9600")}


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_what_was_refuted_or_written_by_mistake_is_not_so(file: Path, status: str) -> None:
    wrong = condition((ICD_9, "995.81"), verificationStatus=coded(("x", status)))
    assert codes(read(file, patient(), encounter(), wrong)) == set()


def test_an_observation_that_was_cancelled_says_nothing(file: Path) -> None:
    wrong = observation((LOINC, "82810-3"), (LOINC, "LA15173-0"), status="cancelled")
    visit = only(read(file, patient(), encounter(), wrong)).visit
    assert visit is not None
    assert visit.signs == frozenset()


@pytest.mark.parametrize(
    ("value", "signs"),
    [
        ((LOINC, "LA15173-0"), {Sign.PREGNANT}),
        ((SNOMED, "77386006"), {Sign.PREGNANT}),
        ((LOINC, "LA26683-5"), set()),
        (None, set()),
    ],
)
def test_pregnancy_is_read_where_it_was_asked(file: Path, value: tuple[str, str] | None, signs: set[Sign]) -> None:
    visit = only(read(file, patient(), encounter(), observation((LOINC, "82810-3"), value))).visit
    assert visit is not None
    assert visit.signs == signs


@pytest.mark.parametrize(
    "changed",
    [
        {"class": {"system": ACT_CODE, "code": "AMB"}},
        {"class": {"system": ACT_CODE, "code": "IMP"}},
        {"status": "cancelled"},
        {"status": "entered-in-error"},
        {"status": "planned"},
    ],
)
def test_what_is_no_visit_to_an_emergency_department_is_left_out(file: Path, changed: dict[str, Any]) -> None:
    assert read(file, patient(), encounter(**changed)) == [LeftOut(2, Aside.NOT_EMERGENCY)]


def test_who_was_admitted_through_the_emergency_department_came_to_it(file: Path) -> None:
    history = [{"class": {"system": ACT_CODE, "code": "EMER"}, "period": {"start": "2026-03-02"}}]
    admitted = encounter(classHistory=history, **{"class": {"system": ACT_CODE, "code": "IMP"}})
    assert only(read(file, patient(), admitted))


@pytest.mark.parametrize(
    ("changed", "reason", "column"),
    [
        ({"subject": {"reference": "Patient/other"}}, Reason.NO_SUCH_RESOURCE, "Encounter.subject"),
        ({"subject": {"reference": "Encounter/e1"}}, Reason.NO_SUCH_RESOURCE, "Encounter.subject"),
        ({"subject": {"display": "una donna"}}, Reason.NO_SUCH_RESOURCE, "Encounter.subject"),
        ({"period": None}, Reason.MISSING, "Encounter.period.start"),
        ({"period": {"end": "2026-03-02T10:30:00Z"}}, Reason.MISSING, "Encounter.period.start"),
        ({"period": {"start": "2026-03-02"}}, Reason.BAD_DATE, "Encounter.period.start"),
        ({"period": {"start": "ieri"}}, Reason.NOT_FHIR, "Encounter"),
        ({"class": "EMER"}, Reason.NOT_FHIR, "Encounter"),
        ({"status": None}, Reason.NOT_FHIR, "Encounter"),
        ({"unknown": "field"}, Reason.NOT_FHIR, "Encounter"),
    ],
)
def test_an_encounter_that_is_wrong_is_one_entry_lost(
    file: Path, changed: dict[str, Any], reason: Reason, column: str
) -> None:
    wrong = {name: value for name, value in (encounter(id="e2") | changed).items() if value is not None}
    found = read(file, patient(), wrong, encounter())
    assert [one for one in found if not isinstance(one, Incoming)] == [Unread(2, reason, column)]
    assert [one.line for one in found if isinstance(one, Incoming)] == [3]


def test_a_code_that_is_none_is_one_entry_lost_and_the_visit_is_not(file: Path) -> None:
    found = read(file, patient(), encounter(), condition((ICD_9, "Zelmirella")))
    assert found[0] == Unread(3, Reason.UNKNOWN_CODE, "Condition")
    assert codes(found[1:]) == set()


def test_a_code_that_hangs_on_no_encounter_is_told(file: Path) -> None:
    lost = condition((ICD_9, "995.81"), encounter={"reference": "Encounter/elsewhere"})
    assert read(file, patient(), encounter(), lost)[0] == Unread(3, Reason.NO_SUCH_RESOURCE, "Condition.encounter")


def test_a_patient_that_is_wrong_loses_her_visits_too_and_both_are_told(file: Path) -> None:
    found = read(file, patient(birthDate="ieri"), encounter())
    assert found == [
        Unread(1, Reason.NOT_FHIR, "Patient"),
        Unread(2, Reason.NO_SUCH_RESOURCE, "Encounter.subject"),
    ]


@pytest.mark.parametrize(
    ("changed", "sex", "kept", "infant", "child"),
    [
        ({"gender": "male"}, Sex.MALE, False, False, False),
        ({"gender": "male", "birthDate": "2024-01-01"}, Sex.MALE, True, True, False),
        ({"gender": "female", "birthDate": "2015"}, Sex.FEMALE, True, False, True),
        ({"gender": "other"}, Sex.UNKNOWN, True, False, False),
        ({"gender": "unknown", "birthDate": "1990-05"}, Sex.UNKNOWN, True, False, False),
    ],
)
def test_who_she_is_decides_what_is_kept(
    file: Path, changed: dict[str, str], sex: Sex, kept: bool, infant: bool, child: bool
) -> None:
    (item,) = read(file, patient(**changed), encounter())
    assert isinstance(item, Incoming)
    assert (item.sex, item.visit is not None) == (sex, kept)
    if item.visit is not None:
        assert (item.visit.infant, item.visit.child) == (infant, child)


def test_patients_and_encounters_are_known_by_the_identifier_that_is_asked_for(file: Path) -> None:
    ids = [{"system": "urn:oid:1.2.3", "value": "N17"}, {"system": "urn:oid:9", "value": "altro"}]
    visit = [{"system": "urn:oid:4.5.6", "value": "V42"}]
    item = only(
        read(
            file,
            patient(identifier=ids),
            encounter(identifier=visit),
            identifiers=Identifiers("urn:oid:1.2.3", "urn:oid:4.5.6"),
        )
    )
    assert item.visit is not None
    assert (item.person, item.visit.visit) == ("N17", "V42")


def test_without_that_identifier_or_with_two_of_it_nobody_is_guessed(file: Path) -> None:
    two = [{"system": "urn:oid:1.2.3", "value": "N17"}, {"system": "urn:oid:1.2.3", "value": "N18"}]
    for identifiers in ([], two):
        found = read(file, patient(identifier=identifiers), encounter(), identifiers=Identifiers("urn:oid:1.2.3"))
        assert found == [Unread(2, Reason.MISSING, "Patient.identifier")]


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"{}", b'{"resourceType": "Patient"}', b'{"resourceType": "Bundle"}', b"[" * 100_000, b'"\xff"'],
)
def test_what_is_no_bundle_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(UnreadableFile):
        Bundle(file, Identifiers())


def test_a_bundle_too_large_to_be_held_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "BUNDLE_BYTES", 100)
    with pytest.raises(UnreadableFile):
        opened(file, patient(), encounter())


@pytest.mark.parametrize("entry", [None, 7, "x", {}, {"resource": None}, {"resource": []}, {"resource": {}}])
def test_an_entry_that_is_none_is_nobody(file: Path, entry: Any) -> None:
    whole = {"resourceType": "Bundle", "type": "collection", "entry": [entry]}
    file.write_text(json.dumps(whole), encoding="utf-8")
    assert list(Bundle(file, Identifiers())) == []


def test_it_says_the_same_each_time_it_is_read(file: Path) -> None:
    found = opened(file, patient(), encounter(), condition((ICD_9, "995.81"), (SNOMED, "1")))
    assert list(found) == list(found)
    assert found.not_read == {"SNOMED CT": 1}


HIS = {"subject": {"reference": "Patient/p2"}}
ELSEWHERE = {"subject": {"reference": "https://altrove.example/Patient/p1"}}


@pytest.mark.parametrize("whose", [HIS, ELSEWHERE])
def test_what_is_written_of_another_is_not_hers_though_it_hangs_on_her_visit(file: Path, whose: dict[str, Any]) -> None:
    his = condition((ICD_9, "995.81"), **whose)
    lost, kept = read(file, patient(), patient(id="p2", gender="male"), encounter(), his)
    assert isinstance(lost, Unread)
    assert (lost.line, lost.reason, lost.column) == (4, Reason.NO_SUCH_RESOURCE, "Condition.subject")
    assert only([kept]).visit.codes == frozenset()


def test_what_names_her_by_another_of_her_names_is_hers(file: Path) -> None:
    hers = condition((ICD_9, "995.81"), subject={"reference": "https://ospedale.example/0"})
    assert only(read(file, patient(), encounter(), hers)).visit.codes == {Code(System.ICD_9_CM, "99581")}


def test_two_people_under_one_name_are_not_guessed_apart(file: Path) -> None:
    (lost,) = read(file, patient(), patient(gender="male", birthDate="1970-01-01"), encounter())
    assert isinstance(lost, Unread)
    assert (lost.line, lost.reason) == (3, Reason.TWO_PEOPLE)
    assert only(read(file, patient(), patient(), encounter())).person == "p1", "who is there twice is one"
