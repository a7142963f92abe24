# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two registers, ASVS and hazards: the pages say what their tables say, and every test they name exists.

To write the pages again: ``APPRODO_WRITE_DOCS=1 pytest tests/architecture/test_registers.py``.
"""

import ast
import os
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
HEAD = """\
<!--
SPDX-FileCopyrightText: 2026 The Approdo founders
SPDX-License-Identifier: CC-BY-4.0
-->
"""

STATUSES = {
    "holds": "it is so, and the named test goes red when it is not",
    "partly": "some of it is so, and the named test proves that part; the rest is said",
    "open": "not so, or so without a test that would notice its end",
    "not applicable": "what it is about does not exist here; why is said",
}
ASVS_INTRODUCTION = """\
# OWASP ASVS 5.0.0, requirement by requirement

Made from `asvs.yaml` by `tests/architecture/test_registers.py`. Levels 1 and 2 are here whole, and of level 3 what we
promise. The words are ours and short: what a requirement asks in full is in the standard (CC BY-SA, OWASP
Foundation). This is our own account of ourselves; nobody else has verified it.
"""

# NHS DCB0129 form: five words for how bad, five for how likely, and a number for both together
SEVERITIES = {
    "minor": "delay or annoyance; nobody is less safe",
    "significant": "one person's help is late or her trust is lost; no lasting harm",
    "considerable": "several people's help is late, or one person is harmed and recovers",
    "major": "one person is seriously harmed, or is found by the man she left",
    "catastrophic": "somebody dies, or several are seriously harmed",
}
LIKELIHOODS = {
    "very low": "not expected in the life of an installation",
    "low": "once in some years",
    "medium": "once in some months",
    "high": "every month",
    "very high": "every week or more",
}
RISKS = {
    "very low": (1, 1, 2, 2, 3),
    "low": (1, 2, 2, 3, 4),
    "medium": (2, 2, 3, 3, 4),
    "high": (2, 3, 3, 4, 5),
    "very high": (3, 4, 4, 5, 5),
}
MEANING = {
    1: "acceptable",
    2: "acceptable when nothing more is practicable",
    3: "undesirable: used only while what is missing is being done, and known to who answers for the installation",
    4: "not acceptable: not used with real people",
    5: "not acceptable: not used at all",
}
OWNERS = {
    "product": "who maintains Approdo",
    "installation": "who runs the machine and answers for it",
    "network": "the network coordination: protocols, drills, rotas",
    "organisation": "the coordinator of each organisation: people, numbers, rooms",
}
HAZARDS_INTRODUCTION = """\
# Hazards

Made from `hazards.yaml` by `tests/architecture/test_registers.py`, in the form of DCB0129. How bad and how
likely are our own estimates before any installation has been in use: a clinical safety officer has not signed them.
*Before* is without the controls, *after* with them. A control without a test is a thing that people do.
"""


@cache
def read(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((REFERENCE / f"{name}.yaml").read_text())


@cache
def functions(path: str) -> frozenset[str]:
    """The names of the functions of a file, or none when the file is not there."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    found = ast.walk(ast.parse(file.read_text()))
    return frozenset(one.name for one in found if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def exists(test: str) -> bool:
    path, _colons, name = test.partition("::")
    return path.startswith("tests/") and name.startswith("test_") and name in functions(path)


def risk(estimate: dict[str, str]) -> int:
    return RISKS[estimate["likelihood"]][list(SEVERITIES).index(estimate["severity"])]


def table(*rows: tuple[object, ...]) -> list[str]:
    ruled = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    return [("| " + " | ".join(str(cell) for cell in row) + " |").replace("| --- ", "|---") for row in ruled] + [""]


def asvs_page() -> str:
    rows = read("asvs")
    counted = Counter(row["status"] for row in rows)
    lines = [ASVS_INTRODUCTION]
    lines += table(
        ("status", "meaning", "how many"), *((name, meaning, counted[name]) for name, meaning in STATUSES.items())
    )
    for chapter, of_chapter in groupby(rows, key=lambda row: row["chapter"]):
        lines += [f"## {chapter}", ""]
        lines += table(
            ("number", "level", "what it asks", "status", "test, and what is to be said"),
            *(
                (
                    row["number"],
                    row["level"],
                    row["asks"],
                    row["status"],
                    "; ".join([*(f"`{test}`" for test in row.get("tests", [])), *filter(None, [row.get("note")])]),
                )
                for row in of_chapter
            ),
        )
    return HEAD + "\n".join(lines).rstrip() + "\n"


def hazards_page() -> str:
    rows = read("hazards")
    lines = [HAZARDS_INTRODUCTION, "## The words", ""]
    lines += table(("how bad", "meaning"), *SEVERITIES.items())
    lines += table(("how likely", "meaning"), *LIKELIHOODS.items())
    lines += table(("risk", *SEVERITIES), *((likelihood, *RISKS[likelihood]) for likelihood in reversed(LIKELIHOODS)))
    lines += table(("risk", "meaning"), *MEANING.items())
    lines += table(("owner", "who"), *OWNERS.items())
    lines += ["## All of them", ""]
    lines += table(
        ("number", "hazard", "before", "after", "owner"),
        *((row["number"], row["hazard"], risk(row["before"]), risk(row["after"]), row["owner"]) for row in rows),
    )
    for row in rows:
        lines += [f"## {row['number']} {row['hazard']}", ""]
        lines += [f"- Cause: {row['cause']}", f"- Harm: {row['harm']}"]
        for when in ("before", "after"):
            estimate = row[when]
            lines += [f"- {when.title()}: {estimate['severity']} × {estimate['likelihood']} = {risk(estimate)}"]
        for control in row["controls"]:
            lines += [f"- Control: {control['does']}" + (f" (`{control['test']}`)" if "test" in control else "")]
        lines += [f"- Missing: {row['missing']}"] if "missing" in row else []
        lines += [f"- Owner: {row['owner']}", ""]
    return HEAD + "\n".join(lines).rstrip() + "\n"


PAGES = {"asvs": asvs_page, "hazards": hazards_page}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_its_table_says(name: str) -> None:
    page = REFERENCE / f"{name}.md"
    if os.environ.get("APPRODO_WRITE_DOCS"):
        page.write_text(PAGES[name]())
    assert page.read_text() == PAGES[name]()


@pytest.mark.parametrize("name", PAGES)
def test_numbers_are_unique(name: str) -> None:
    assert [number for number, times in Counter(row["number"] for row in read(name)).items() if times > 1] == []


def test_every_requirement_has_a_known_status_and_a_reason_where_one_is_owed() -> None:
    for row in read("asvs"):
        assert set(row) <= {"chapter", "number", "level", "asks", "status", "tests", "note"}, row
        assert row["status"] in STATUSES, row
        assert row["level"] in {1, 2, 3}, row
        assert row["number"].startswith(row["chapter"].split()[0] + "."), row
        assert row["status"] == "holds" or row.get("note"), f"{row['number']} does not say what is missing, or why"


def test_what_holds_names_a_test() -> None:
    assert [
        row["number"] for row in read("asvs") if row["status"] in {"holds", "partly"} and not row.get("tests")
    ] == []


def test_every_named_test_exists() -> None:
    named = [test for row in read("asvs") for test in row.get("tests", [])]
    named += [control["test"] for row in read("hazards") for control in row["controls"] if "test" in control]
    assert [test for test in named if not exists(test)] == []


def test_a_test_that_is_not_there_is_missed() -> None:
    assert exists("tests/architecture/test_registers.py::test_a_test_that_is_not_there_is_missed")
    assert not exists("tests/architecture/test_registers.py::test_that_nobody_wrote")
    assert not exists("tests/architecture/test_that_is_no_file.py::test_it")
    assert not exists("tests/architecture/test_registers.py::exists")


def test_every_hazard_is_whole_and_has_a_control_that_is_tested() -> None:
    for row in read("hazards"):
        assert {"number", "hazard", "cause", "harm", "before", "after", "controls", "owner"} <= set(row), row
        assert row["owner"] in OWNERS, row
        assert any("test" in control for control in row["controls"]), row["number"]
        assert risk(row["after"]) <= risk(row["before"]), row["number"]
        assert risk(row["after"]) < 3 or row.get("missing"), f"{row['number']} does not say what is missing"
