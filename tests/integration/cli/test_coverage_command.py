# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from tests.factories.activations import Town, a_town

from approdo.cli import coverage as door
from approdo.kit import clock
from approdo.networks.models import ContactPoint, Shift

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(door, "set_up_django", lambda: None)
    town = a_town()
    now = clock.now()
    Shift.objects.update(starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=100))
    return town


def run(*arguments: str) -> Result:
    return CliRunner().invoke(door.coverage, list(arguments))


def test_a_complete_network_is_said_to_be_so(town: Town) -> None:
    result = run(town.network.code, "--days", "7")
    assert result.exit_code == 0
    assert "Ogni chiamata raggiunge qualcuno, in ogni comune e a ogni ora." in result.output


def test_a_silent_call_is_named_and_the_command_leaves_with_one(town: Town) -> None:
    asleep = [town.centre.pk, town.coordination.pk]
    Shift.objects.filter(service__in=asleep).delete()
    ContactPoint.objects.filter(service__in=asleep).delete()
    result = run(town.network.code)
    assert result.exit_code == 1
    assert "centre: nessuno, a nessun passo" in result.output
    assert f"Può coprire: {town.centre.name}, {town.coordination.name}" in result.output
    assert "In tutti i comuni" in result.output
    answer = json.loads(run(town.network.code, "--json").stdout)
    assert answer["complete"] is False
    assert answer["holes"][0]["can_fill"] == asleep
    assert answer["holes"][0]["municipalities"] == ["012133"]


def test_empty_steps_are_counted_or_listed(town: Town) -> None:
    Shift.objects.filter(service=town.centre, position=2).delete()
    assert "1 passi vuoti" in run(town.network.code).output
    assert "centre: seconda persona reperibile" in run(town.network.code, "--steps").output


def test_a_network_that_is_not_there_is_refused_with_the_names_of_those_that_are(town: Town) -> None:
    result = run("nessuna")
    assert result.exit_code == 1
    assert town.network.code in result.output


@pytest.mark.parametrize("days", ["0", "91", "x"])
def test_days_are_between_one_and_ninety(town: Town, days: str) -> None:
    assert run(town.network.code, "--days", days).exit_code == 2
