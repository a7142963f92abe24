# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs are deferred by name: a name that nobody registered would wait for ever."""

import ast
from pathlib import Path

import pytest
from procrastinate.contrib.django import app

SOURCES = Path(__file__).resolve().parents[2] / "src" / "approdo"


def _deferred() -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for file in sorted(SOURCES.rglob("*.py")):
        if file.parts[-2:] == ("kit", "jobs.py"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"jobs.defer", "defer"}:
                name = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
                found.append((f"{file.relative_to(SOURCES)}:{node.lineno}", name))
    return found


@pytest.mark.parametrize(("place", "name"), _deferred())
def test_every_job_that_is_deferred_is_a_registered_task(place: str, name: str | None) -> None:
    assert name is not None, f"{place}: give the job's name as a plain text, so that it can be checked"
    app.perform_import_paths()
    assert name in app.tasks


def test_the_jobs_are_found_at_all() -> None:
    assert {name for _place, name in _deferred()} >= {"notifications.send_due", "notifications.message_changed"}


def test_sending_goes_before_showing() -> None:
    assert app.tasks["notifications.send_due"].priority > app.tasks["notifications.message_changed"].priority
