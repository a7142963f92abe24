# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`approdo import`: what a person at the terminal reads, and a program."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.factories.networks import a_service
from tests.factories.visits import a_csv, a_department, a_mapping, a_row

from approdo.cli import imports as door
from approdo.cli.main import main

pytestmark = pytest.mark.django_db
Run = Callable[..., Result]


@pytest.fixture
def service() -> str:
    return str(a_department().service_id)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, service: str) -> Run:
    """Return a function that runs `approdo import …` in this process."""
    monkeypatch.setattr(door, "set_up_django", lambda: None)

    def ran(command: str, *arguments: object) -> Result:
        return CliRunner().invoke(main, ["import", command, "--service", service, *map(str, arguments)])

    return ran


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    return a_mapping(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return a_csv(tmp_path / "accessi.csv", [a_row(1), a_row(2, diagnosi="?"), a_row(3, sesso="M")])


def test_good_lines_go_in_and_the_others_are_told_with_their_place(run: Run, file: Path, mapping: Path) -> None:
    result = run("visits", "--file", file, "--mapping", mapping)
    assert result.exit_code == 3
    assert "riga 3, diagnosi: Non è un codice" in result.stdout
    assert "3 righe:" in result.stdout
    for line in ("1 nuovi", "1 rifiutati", "1 accessi di uomini"):
        assert line in result.stdout


def test_a_file_without_faults_leaves_with_nothing(run: Run, tmp_path: Path, mapping: Path) -> None:
    result = run("visits", "--file", a_csv(tmp_path / "a.csv", [a_row(1)]), "--mapping", mapping)
    assert result.exit_code == 0


def test_a_trial_says_so_and_leaves_nothing_to_list(run: Run, file: Path, mapping: Path) -> None:
    result = run("visits", "--file", file, "--mapping", mapping, "--dry-run")
    assert "prova: non è stato scritto niente" in result.stdout
    assert "nessun file" in run("rejected").output


def test_a_program_reads_the_same(run: Run, file: Path, mapping: Path) -> None:
    result = run("visits", "--file", file, "--mapping", mapping, "--json")
    report = json.loads(result.stdout)
    assert result.stderr == ""
    assert (report["records"], report["reasons"], report["done_before"]) == (3, {"cell": 1}, False)
    (line,) = report["rejected"]
    assert (line["line"], line["column"], line["reason"]) == (3, "diagnosi", "cell")
    again = json.loads(run("visits", "--file", file, "--mapping", mapping, "--json").stdout)
    assert (again["done_before"], again["import"], again["counts"]) == (True, report["import"], report["counts"])


def test_rejected_lines_are_listed_afterwards(run: Run, file: Path, mapping: Path) -> None:
    made = json.loads(run("visits", "--file", file, "--mapping", mapping, "--json").stdout)["import"]
    for chosen in ([], ["--import", made]):
        assert "riga 3, diagnosi: Non è un codice" in run("rejected", *chosen).stdout
        assert json.loads(run("rejected", *chosen, "--json").stdout)["line"] == 3


def test_a_long_list_of_rejected_lines_is_cut_and_says_so(
    run: Run, tmp_path: Path, mapping: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "SHOWN", 2)
    file = a_csv(tmp_path / "a.csv", [a_row(number, diagnosi="?") for number in range(1, 6)])
    assert "altre 3" in run("visits", "--file", file, "--mapping", mapping, "--dry-run").stdout
    report = json.loads(run("visits", "--file", file, "--mapping", mapping, "--json").stdout)
    assert (len(report["rejected"]), report["rejected_not_listed"]) == (2, 3)
    assert run("rejected").stdout.count("riga") == 5


def test_a_column_that_is_missing_is_named(run: Run, file: Path, tmp_path: Path) -> None:
    mapping = a_mapping(tmp_path)
    mapping.write_text(mapping.read_text().replace("column: sesso", "column: genere"))
    result = run("visits", "--file", file, "--mapping", mapping)
    assert result.exit_code == 1
    assert "genere" in result.output


def test_a_mapping_that_is_wrong_says_where(run: Run, file: Path, mapping: Path) -> None:
    mapping.write_text(mapping.read_text().replace("format: 1", "format: 2"))
    result = run("visits", "--file", file, "--mapping", mapping)
    assert result.exit_code == 1
    assert "format" in result.output


def test_a_table_without_a_mapping_is_refused(run: Run, file: Path) -> None:
    result = run("visits", "--file", file)
    assert result.exit_code == 1
    assert "mappatura" in result.output


def test_only_an_emergency_department_has_visits(run: Run, file: Path, mapping: Path) -> None:
    other = a_service().pk
    for number in (other, 10**9):
        result = CliRunner().invoke(
            main, ["import", "visits", "--service", str(number), "--file", str(file), "--mapping", str(mapping)]
        )
        assert result.exit_code == 1
        assert "pronto soccorso" in result.output


def test_an_import_of_somebody_else_lists_nothing(run: Run, file: Path, mapping: Path) -> None:
    made = json.loads(run("visits", "--file", file, "--mapping", mapping, "--json").stdout)["import"]
    other = CliRunner().invoke(main, ["import", "rejected", "--service", str(a_department().service_id)])
    assert "nessun file" in other.output
    of_other = ["import", "rejected", "--service", str(a_department().service_id), "--import", made]
    assert CliRunner().invoke(main, of_other).stdout == ""


@pytest.mark.parametrize("command", [[], ["visits"], ["rejected"]])
def test_help_has_an_example(command: list[str]) -> None:
    result = CliRunner().invoke(main, ["import", *command, "--help"])
    assert result.exit_code == 0
    assert "approdo import " in result.stdout
