# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.factories import protocols as texts
from tests.factories.instruments import KEY, LICENSED, LICENSEE, as_file, sealed
from tests.factories.region import Region, small_region

from approdo.cli import instrument as door
from approdo.risk.models import LoadedInstrument
from approdo.risk.rules import SCHEMA, to_questionnaire
from approdo.risk.selectors import shipped

DASH = LICENSED["dash"]
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `approdo instrument …` in this process."""
    monkeypatch.setattr(door, "set_up_django", lambda: None)

    def ran(*arguments: object, typed: bytes | None = None) -> Result:
        return CliRunner().invoke(door.instrument, [str(one) for one in arguments], input=typed)

    return ran


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """The instrument, its key, and where the sealed file goes."""
    made = {name: tmp_path / name for name in ("dash.yaml", "chiave.txt", "dash.approdo-instrument")}
    made["dash.yaml"].write_bytes(as_file(DASH))
    made["chiave.txt"].write_text(f"{KEY}\n")
    return made


def seal(run: Run, files: dict[str, Path], **more: object) -> Result:
    words: dict[str, Any] = {
        "--input": files["dash.yaml"],
        "--licence-key-file": files["chiave.txt"],
        "--licensee": LICENSEE,
        "--output": files["dash.approdo-instrument"],
    } | {f"--{name}": value for name, value in more.items()}
    return run("seal", *(one for pair in words.items() for one in pair))


def test_a_file_is_sealed_and_opens_with_its_key(run: Run, files: dict[str, Path]) -> None:
    result = seal(run, files)
    assert result.exit_code == 0, result.output
    assert KEY not in result.output
    checked = run("check", files["dash.approdo-instrument"], "--licence-key-file", files["chiave.txt"])
    assert checked.exit_code == 0, checked.output
    assert f"licenza di {LICENSEE}, fino al 2027-12-31." in checked.output
    assert "Va bene: «DASH RIC (parole inventate)», versione prova-1, 24 voci." in checked.output


def test_without_the_key_one_reads_what_it_says_of_itself_and_that_nothing_proves_it(
    run: Run, files: dict[str, Path]
) -> None:
    seal(run, files)
    checked = run("check", files["dash.approdo-instrument"])
    assert checked.exit_code == 1
    assert "così dice il file: lo prova solo la chiave" in checked.output
    assert "serve la chiave" in checked.stderr
    assert "Parole inventate per la voce" not in checked.output


def test_what_cannot_be_sealed_leaves_no_file_and_none_is_written_over(run: Run, files: dict[str, Path]) -> None:
    assert seal(run, files, licensee=" ").exit_code == 1
    files["dash.yaml"].write_bytes(as_file(DASH | {"scorer": "average"}))
    assert "riga" in seal(run, files).stderr
    assert not files["dash.approdo-instrument"].exists()
    files["dash.yaml"].write_bytes(as_file(DASH))
    files["dash.approdo-instrument"].write_text("già qui")
    assert seal(run, files).exit_code == 1
    assert files["dash.approdo-instrument"].read_text() == "già qui"


@pytest.mark.parametrize("typed", [b"", b"\xff\xfe", b"[" * 90_000, b"x" * 900_000, b"a: &x [*x]", sealed(DASH)[:90]])
def test_whatever_the_file_holds_the_answer_is_words(run: Run, typed: bytes) -> None:
    result = run("check", "-", "--json", typed=typed)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["faults"][0]["sentence"]


def test_what_the_program_brings_is_written_as_a_questionnaire_and_read_again(run: Run, tmp_path: Path) -> None:
    resource, also = tmp_path / "da5.json", tmp_path / "da5.yaml"
    resource.write_text(run("export", "da5").output)
    also.write_text(run("export", "da5", "--beside").output)
    assert json.loads(resource.read_text()) == to_questionnaire(shipped()["da5"])
    checked = run("check", resource, "--beside", also)
    assert checked.exit_code == 0, checked.output


def test_what_is_not_there_is_not_written(run: Run, files: dict[str, Path]) -> None:
    assert run("export", files["dash.yaml"]).exit_code == 0
    for name in ("nessuno", "../rules", "__init__"):
        assert "Non c'è nessun file e nessuno strumento" in run("export", name).output


def test_the_schema_is_the_one_that_is_used(run: Run) -> None:
    assert json.loads(run("schema").output) == SCHEMA


@pytest.fixture
def region(db: None) -> Region:
    return small_region()


@pytest.fixture
def by_two(region: Region) -> tuple[str, ...]:
    texts.another(region.actor("coordinator"))
    second = f"accanto{region.services['coordinator'].pk}@approdo.example"
    return ("--as", "coordinator@lago.example", "--approved-by", second)


def test_one_loads_and_another_approves_from_the_terminal(
    run: Run, files: dict[str, Path], by_two: tuple[str, ...]
) -> None:
    seal(run, files)
    key = ("--licence-key-file", files["chiave.txt"])
    result = run("load", "varese", files["dash.approdo-instrument"], *by_two, *key)
    assert result.exit_code == 0, result.output
    row = LoadedInstrument.objects.get()
    assert (row.state, row.document, row.licensee) == ("in_force", DASH, LICENSEE)


def test_nobody_approves_her_own_from_the_terminal_and_nothing_is_half_kept(
    run: Run, files: dict[str, Path], by_two: tuple[str, ...]
) -> None:
    result = run("load", "varese", files["dash.yaml"], *by_two[:2], "--approved-by", by_two[1])
    assert "serve un'altra persona" in result.output
    assert not LoadedInstrument.objects.exists()
    assert run("load", "varese", files["dash.yaml"], *by_two[:2]).exit_code == 0
    assert LoadedInstrument.objects.get().state == "proposed"


def test_what_is_wrong_is_said_and_not_kept(run: Run, by_two: tuple[str, ...]) -> None:
    result = run("load", "varese", "-", *by_two, typed=as_file(DASH | {"code": "da5"}))
    assert result.exit_code == 1
    assert "viene con il programma" in result.stderr
    assert not LoadedInstrument.objects.exists()
