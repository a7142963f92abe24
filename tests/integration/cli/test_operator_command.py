# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shutting an operator out, and letting her in again."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from django.test import Client
from tests.factories.activations import an_operator

from approdo.audit.models import Entry
from approdo.cli import operator as door

Run = Callable[..., Result]


@pytest.fixture
def run(db: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `approdo operator …` in this process."""
    monkeypatch.setattr(door, "set_up_django", lambda: None)
    return lambda *arguments: CliRunner().invoke(door.operator, arguments)


def test_she_is_out_at_her_next_step_and_in_again_when_let_in(run: Run) -> None:
    anna = an_operator()
    browser = Client()
    browser.force_login(anna)

    def is_in() -> bool:
        return browser.get("/").wsgi_request.user.is_authenticated

    assert is_in()
    assert run("disable", anna.email).exit_code == 0
    assert not is_in()
    assert run("enable", anna.email).exit_code == 0
    browser.force_login(anna)
    assert is_in()
    written = Entry.objects.filter(subject=f"operator:{anna.pk}", verb__startswith="operator.").order_by("id")
    assert list(written.values_list("verb", flat=True)) == ["operator.disable", "operator.enable"]


@pytest.mark.parametrize(("command", "said"), [("disable", "Era già fuori"), ("enable", "Era già ammessa")])
def test_what_is_so_already_is_said(run: Run, command: str, said: str) -> None:
    anna = an_operator(is_active=command == "enable")
    refused = run(command, anna.email)
    assert (refused.exit_code, said in refused.stderr) == (1, True)
    assert not Entry.objects.exists()


def test_an_address_of_nobody_is_said(run: Run) -> None:
    assert "Nessuna operatrice" in run("disable", "nessuna@lago.example").stderr
