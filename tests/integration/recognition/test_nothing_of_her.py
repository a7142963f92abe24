# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canaries: what a file says in notes, identifiers and columns nobody named is in no table, log, report or refusal."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner
from psycopg.sql import SQL, Identifier
from tests.factories.observers import observer
from tests.factories.visits import COLUMNS, a_csv, a_department, a_mapping, a_row

from approdo.cli import imports as door
from approdo.kit.postgres import Urls

pytestmark = pytest.mark.django_db(transaction=True)

CANARY = "Zelmirella"
COLUMN = f"{CANARY}colonna"
Told = Callable[..., str]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Told:
    """Brings a file in with the command, in every way it has, and returns all that anybody was told."""
    monkeypatch.setattr(door, "set_up_django", lambda: None)
    caplog.set_level(logging.DEBUG)
    service, mapping = str(a_department().service_id), a_mapping(tmp_path)

    def tell(path: Path) -> str:
        heard = []
        for extra in (["--dry-run"], ["--json"], ["--again"], []):
            chosen = ["visits", "--service", service, "--file", str(path), "--mapping", str(mapping), *extra]
            result = CliRunner().invoke(door.import_, chosen)
            assert result.exit_code in (0, 1, 3), result.output
            heard += [result.output, result.stderr, repr(result.exception)]
        for extra in (["--json"], []):
            heard.append(CliRunner().invoke(door.import_, ["rejected", "--service", service, *extra]).output)
        return "\n".join([*heard, caplog.text])

    return tell


def database(urls: Urls) -> str:
    """Every row of every table, as text, with the eyes of a superuser."""
    with observer(urls) as look:
        names = look.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found: list[Any] = []
        for (name,) in names:
            found += look.execute(SQL("SELECT t::text FROM {} t").format(Identifier(name))).fetchall()
    return "\n".join(text for (text,) in found)


def absent(text: str) -> None:
    assert text
    lowered = text.lower()
    assert CANARY.lower() not in lowered
    assert CANARY.encode().hex() not in lowered


def rows() -> list[dict[str, Any]]:
    """A good line full of canaries, and one of every kind that is rejected."""
    mine = {
        "paziente": f"{CANARY}-P",
        "accesso": f"{CANARY}-A",
        "anamnesi": f"{CANARY} dice: spinta contro il muro dal marito",
        COLUMN: CANARY,
    }
    good = a_row(1, **mine)
    return [
        good,
        good | {"accesso": f"{CANARY}-B", "arrivo": CANARY},
        good | {"accesso": f"{CANARY}-C", "diagnosi": CANARY},
        good | {"accesso": f"{CANARY}-D", "diagnosi": f"920|{CANARY[:8]}"},
        good | {"accesso": f"{CANARY}-E", "nascita": f"{CANARY}/1990"},
        good | {"accesso": f"{CANARY}-F", "nascita": "01/01/1950"},
        good | {"accesso": f"{CANARY}-G", "sesso": "M"},
        good | {"accesso": f"{CANARY}-A", "diagnosi": "921"},
        good | {"accesso": f"={CANARY}"},
        good | {"accesso": f'"{CANARY}'},
        good | {"accesso": CANARY * 20},
        good | {"accesso": f"{CANARY}\0"},
        good | {COLUMN: f"{CANARY};{CANARY}"},
    ]


def test_nothing_of_a_csv_file_is_told_or_kept(told: Told, tmp_path: Path, database_urls: Urls) -> None:
    heard = told(a_csv(tmp_path / "a.csv", rows(), [*COLUMNS, COLUMN]))
    absent(heard)
    kept = database(database_urls)
    absent(kept)
    assert "{physical}" in kept
    assert heard.count("riga") > 20


def test_nothing_of_a_sheet_is_told_or_kept(told: Told, tmp_path: Path, database_urls: Urls) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(CANARY)
        for line, row in enumerate([{name: name for name in [*COLUMNS, COLUMN]}, *rows()]):
            for at, name in enumerate([*COLUMNS, COLUMN]):
                sheet.write(line, at, row[name].replace("\0", ""))
    absent(told(path))
    absent(database(database_urls))


def test_nothing_of_a_bundle_is_told_or_kept(told: Told, tmp_path: Path, database_urls: Urls) -> None:
    woman = {"resourceType": "Patient", "id": f"{CANARY}-1", "gender": "female", "birthDate": "1990-05-02"}
    name = {"name": [{"family": CANARY}], "address": [{"text": CANARY}], "identifier": [{"value": CANARY}]}
    visit = {
        "resourceType": "Encounter",
        "id": f"{CANARY}-2",
        "status": "finished",
        "class": {"code": "EMER"},
        "subject": {"reference": f"Patient/{CANARY}-1", "display": CANARY},
        "period": {"start": "2026-03-02T10:30:00+01:00"},
        "reasonCode": [{"text": CANARY, "coding": [{"system": CANARY, "code": CANARY}]}],
    }
    icd = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": CANARY, "display": CANARY}]}
    wrong = [
        visit | {"id": f"{CANARY}-3", "period": {"start": CANARY}},
        visit | {"id": f"{CANARY}-4", CANARY: CANARY},
        visit | {"id": f"{CANARY}-5", "subject": {"reference": f"Patient/{CANARY}"}},
        {"resourceType": "Condition", "code": icd, "subject": {"reference": CANARY}, "note": [{"text": CANARY}]},
        {"resourceType": CANARY},
    ]
    whole = {"resourceType": "Bundle", "type": "collection"}
    entries = [{"fullUrl": f"urn:{CANARY}:{n}", "resource": one} for n, one in enumerate([woman | name, visit, *wrong])]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(whole | {"entry": entries}))
    heard = told(path)
    absent(heard)
    kept = database(database_urls)
    absent(kept)
    assert "30_44" in kept


@pytest.mark.parametrize(
    "content",
    [
        f"{CANARY};{CANARY}\n{CANARY};{CANARY}\n",
        ";".join([*COLUMNS, *COLUMNS]) + f"\n{CANARY}",
        json.dumps({"resourceType": CANARY}),
        json.dumps({"resourceType": CANARY})[:-2],
        "PAR1" + CANARY,
        "PK\x03\x04" + CANARY,
    ],
)
def test_a_file_that_is_refused_whole_is_not_quoted(told: Told, tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    heard = told(path)
    absent(heard)
    assert "Error: " in heard
