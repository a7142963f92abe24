# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A FHIR Bundle brought in: the same walls as for any file."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.factories.networks import NOON
from tests.factories.visits import Door, a_csv, a_department, a_row

from approdo.access.services import entered
from approdo.recognition import selectors

pytestmark = pytest.mark.django_db


def a_bundle(path: Path, *resources: dict[str, Any]) -> Path:
    whole = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    path.write_text(json.dumps(whole))
    return path


def a_patient(name: str, **changed: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": name, "gender": "female", "birthDate": "1990-05-02"} | changed


def a_visit(name: str, of: str, start: str = "2026-03-02T10:30:00+01:00") -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": name,
        "status": "finished",
        "class": {"code": "EMER"},
        "subject": {"reference": f"Patient/{of}"},
        "period": {"start": start},
        "reasonCode": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": "873.0"}]}],
    }


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path, a_department())


def test_good_visits_go_in_and_what_cannot_be_right_does_not(door: Door, tmp_path: Path) -> None:
    path = a_bundle(
        tmp_path / "a.json",
        a_patient("P1"),
        a_visit("A1", "P1"),
        a_visit("A2", "P1", "2026-11-25T10:00:00+01:00"),
        a_visit("A3", "P1", "1989-03-02T10:00:00+01:00"),
        a_visit("A4", "P1", "2010-03-02T10:00:00+01:00"),
        a_patient("P2", gender="male"),
        a_visit("A5", "P2"),
    )
    assert door.bring_in(path, dry=True).counts == door.bring_in(path).counts
    report = door.bring_in(path, again=True)
    assert report.counts == {"unchanged": 1, "rejected": 2, "too_old": 1, "a_man": 1}
    assert door.reasons() == [(3, "", "in_the_future"), (4, "", "before_birth")]


def test_she_is_the_same_woman_as_in_the_hospital_s_table(door: Door, tmp_path: Path) -> None:
    door.bring_in(a_csv(tmp_path / "a.csv", [a_row(1, diagnosi="873.0", cittadinanza="")]))
    report = door.bring_in(a_bundle(tmp_path / "a.json", a_patient("P1"), a_visit("A1", "P1"), a_visit("A2", "P1")))
    assert report.counts == {"unchanged": 1, "new": 1}
    with entered(actor=door.actor):
        token = selectors.pseudonym(door.actor.organisation_id or 0, "P1")
        assert len(selectors.history(door.actor, token, NOON).visits) == 2


def test_a_bundle_that_says_another_year_of_birth_is_of_two_people(door: Door, tmp_path: Path) -> None:
    door.bring_in(a_csv(tmp_path / "a.csv", [a_row(1)]))
    other = a_bundle(tmp_path / "a.json", a_patient("P1", birthDate="1960"), a_visit("A2", "P1"))
    assert door.bring_in(other).counts == {"rejected": 1}
    assert door.reasons() == [(2, "", "two_people")]
