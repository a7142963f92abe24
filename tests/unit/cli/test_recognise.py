# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scoring a file at a terminal: what is said when it works, and in words when it does not."""

import json
import os
import re
from pathlib import Path

import duckdb
import pytest
import yaml
from click.testing import CliRunner, Result
from tests.factories.histories import COLUMNS, DOCUMENT, write_parquet

from approdo.cli.recognise import recognise
from approdo.recognition.selectors import said_in

ROW = dict.fromkeys(COLUMNS) | {
    "person": "p-canary", "visit": "v", "site": "Nord", "arrived": "2026-01-01 10:00:00", "sex": "F", "first": "995.81"
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(DOCUMENT))
    write_parquet([ROW, ROW | {"visit": "w", "first": "canary"}], tmp_path / "v.parquet")
    return tmp_path


def score(
    place: Path, *more: str, source: str = "v.parquet", mapping: str = "m.yaml", output: str = "f.parquet"
) -> Result:
    arguments = ["--input", str(place / source), "--mapping", str(place / mapping), "--output", str(place / output)]
    return CliRunner().invoke(recognise, ["score", *arguments, *more])


def test_it_says_how_many_and_what_could_not_be_read(place: Path) -> None:
    found = score(place, "--rejected", str(place / "r.csv"))
    assert found.exit_code == 0, found.output
    assert re.search(r"1  già detto: il percorso comincia", found.output)
    assert f"Righe che non si sono potute leggere: 1; l'elenco è in {place / 'r.csv'}." in found.output
    assert (place / "r.csv").read_text().splitlines()[1].startswith("2,first,")
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT visit, points, band FROM '{place}/f.parquet'").fetchall() == [
            ("v", 0, "immediate")
        ]


def test_programs_get_json_and_nothing_else(place: Path) -> None:
    found = score(place, "--explain", "--json")
    assert json.loads(found.stdout) == {"scored": 1, "bands": {"immediate": 1}, "rejected": 1}
    with duckdb.connect() as connection:
        ((evidence,),) = connection.execute(f"SELECT evidence FROM '{place}/f.parquet'").fetchall()
    assert [(line["key"], line["what"]) for line in evidence] == [("definite", "ICD-9-CM 995.81")]


def test_notes_are_read_like_one_at_a_time_and_none_of_their_words_is_written(place: Path) -> None:
    told = ROW | {"first": "462", "note": "Spinta contro il muro dal marito, canarina"}
    write_parquet([told, told | {"visit": "w", "person": "q", "note": "Accompagnata dal marito"}], place / "v.parquet")
    found = score(place, "--explain", "--json")
    assert json.loads(found.stdout)["bands"] == {"immediate": 1, "none": 1}
    with duckdb.connect() as connection:
        ((evidence,),) = connection.execute(
            f"SELECT evidence FROM '{place}/f.parquet' WHERE band = 'immediate'"
        ).fetchall()
    assert [line["what"] for line in evidence] == list(said_in(told["note"])) == ["physical"]
    assert b"canarina" not in (place / "f.parquet").read_bytes()


def test_a_night_is_scored_with_what_came_before_it(place: Path) -> None:
    before = ROW | {"visit": "u", "arrived": "2025-12-31 23:59:59"}
    night = ROW | {"visit": "w", "arrived": "2026-01-01 00:00:00", "first": "462"}
    write_parquet([before, night, before | {"visit": "x", "person": "q"}], place / "v.parquet")
    assert json.loads(score(place, "--since", "2026-01-01", "--json").stdout)["bands"] == {"immediate": 1}
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT visit FROM '{place}/f.parquet'").fetchall() == [("w",)]
    assert score(place, "--since", "ieri").exit_code == 2


def test_a_mapping_that_is_wrong_is_answered_with_each_place(place: Path) -> None:
    (place / "m.yaml").write_text(yaml.safe_dump(DOCUMENT | {"format": 2, "site": "x"}))
    found = score(place)
    assert found.exit_code == 1
    assert "format: Qui non va bene: «2»." in found.output


@pytest.mark.parametrize("text", ["a: [", "\0", "- x"])
def test_a_mapping_that_is_none_is_refused(place: Path, text: str) -> None:
    (place / "m.yaml").write_text(text)
    found = score(place)
    assert found.exit_code == 1
    assert "Error" in found.output
    assert not (place / "f.parquet").exists()


def test_a_column_that_is_not_there_is_named(place: Path) -> None:
    document = DOCUMENT | {"columns": DOCUMENT["columns"] | {"note": "anamnesi"}}
    (place / "m.yaml").write_text(yaml.safe_dump(document))
    assert "anamnesi: Nel file non c'è la colonna «anamnesi»." in score(place).output


def test_a_file_that_is_none_and_a_place_that_is_not_there_are_said_without_what_is_in_them(place: Path) -> None:
    (place / "v.parquet").write_text("p-canary")
    found = score(place)
    assert (found.exit_code, "non si può leggere" in found.output) == (1, True)
    assert "canary" not in found.output
    assert "Non si può leggere o scrivere" in score(place, output="m.yaml/f.parquet").output


def test_what_it_writes_is_for_the_eyes_of_who_ran_it(place: Path) -> None:
    """Beside visits by the hospital's own numbers stands of whom there is a reason to ask."""
    before = os.umask(0o022)
    try:
        assert score(place, "--rejected", str(place / "r.csv")).exit_code == 0
        assert os.umask(0o022) == 0o022, "and nothing else of the process is changed"
    finally:
        os.umask(before)
    assert [(place / name).stat().st_mode & 0o077 for name in ("f.parquet", "r.csv")] == [0, 0]
