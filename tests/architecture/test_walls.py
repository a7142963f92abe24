# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold of the whole house: every app behind its contracts, every room small enough to be held."""

import ast
import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "approdo"
APPS = sorted(path.parent.name for path in SOURCE.glob("*/apps.py") if (path.parent / "models.py").exists())
FILES = sorted(
    path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts and "__pycache__" not in path.parts
)


def contracts() -> configparser.ConfigParser:
    """The contract file, read as it stands."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return parser


@pytest.mark.parametrize("app", APPS)
def test_every_app_with_tables_keeps_them_to_itself(app: str) -> None:
    contract = contracts()[f"importlinter:contract:own-models-{app}"]
    assert contract["protected_modules"].split() == [f"approdo.{app}.models"]
    assert contract["allowed_importers"].split() == [f"approdo.{app}"]


@pytest.mark.parametrize("app", APPS)
def test_every_app_with_tables_has_its_rooms_in_order(app: str) -> None:
    assert f"approdo.{app}" in contracts()["importlinter:contract:inside-an-app"]["containers"].split()


@pytest.mark.parametrize("app", APPS)
def test_every_app_with_tables_has_half_a_page_about_itself(app: str) -> None:
    text = (SOURCE / app / "README.md").read_text()
    assert 5 < len(text.splitlines()) < 60


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_room_is_too_long_to_be_held_in_one_head(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 400, "split the module"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, f"split {node.name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_is_called_after_what_it_is_not(path: Path) -> None:
    assert not re.search(r"util|helper|manager|misc|common", path.stem)


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if {"rules", "services", "selectors"} & {*path.parts, path.stem}],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_every_public_rule_selector_and_service_says_what_it_is_for(path: Path) -> None:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_services_are_keyword_only_and_take_the_instant() -> None:
    without = []
    for path in FILES:
        if path.stem.startswith("_") or (path.stem != "services" and path.parent.name != "services"):
            continue
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if ast.get_docstring(node) and node.args.args and any(a.arg == "actor" for a in node.args.args):
                without.append(f"{path.relative_to(SOURCE)}:{node.name}")
    assert without == [], "the actor is given by name"


def test_the_domain_never_reads_a_clock_of_its_own() -> None:
    clocks = re.compile(r"datetime\.now\(|timezone\.now\(|time\.time\(|date\.today\(")
    doors = {"cli", "config", "kit", "web", "api", "jobs"}  # and gateways, which speak to the outside
    guilty = [
        str(path.relative_to(SOURCE))
        for path in FILES
        if path.relative_to(SOURCE).parts[0] not in doors
        and path.stem != "gateways"
        and clocks.search(path.read_text())
    ]
    assert guilty == []
