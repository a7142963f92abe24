# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever keeps the keys has stopped: nothing of her opens, and help is called, climbs and answers as ever (P9)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, Town, a_town, an_activation

from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.states import ActivationState, CallState, DeclineReason, StandDownReason
from approdo.activations.services import advance_due, decline, stand_down, take, take_by_code
from approdo.cases.selectors import case_page
from approdo.notifications.models import Message
from approdo.protocols.rules import Need
from approdo.vault import gateways, services
from approdo.vault.rules import KeysUnavailable

pytestmark = pytest.mark.django_db


def _gone(keys: Path) -> None:
    keys.rename(keys.with_name("away"))


def _damaged(keys: Path) -> None:
    (keys / "keyring.json").write_text("{")


def _open_to_others(keys: Path) -> None:
    keys.chmod(0o755)


@pytest.fixture(params=[_gone, _damaged, _open_to_others], ids=lambda way: way.__name__.strip("_"))
def known_case(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path, town: Town) -> Iterator[UUID]:
    """A case with something written in it, when the keys stop."""
    settings.KEYS_DIRECTORY = tmp_path / "keys"
    gateways.provider.cache_clear()
    gateways.provider().install()
    case_id = an_activation(town, Need.TALK_NOW, now=TONIGHT - timedelta(days=1)).case_id
    services.key_to_write(organisation_id=town.centre.organisation_id, case_id=case_id, now=TONIGHT)
    stop: Callable[[Path], None] = request.param
    stop(tmp_path / "keys")
    with pytest.raises(KeysUnavailable):
        services.case_key(organisation_id=town.centre.organisation_id, case_id=case_id)
    yield case_id
    gateways.provider.cache_clear()


@pytest.fixture
def town() -> Town:
    return a_town()


def call(activation_id: UUID, key: str) -> Call:
    return Call.objects.get(activation_id=activation_id, key=key)


def test_help_is_called_climbs_its_chain_and_answers(town: Town, known_case: UUID) -> None:
    made = an_activation(town)
    assert made.created
    for minute in (15, 30, 40):
        advance_due(now=TONIGHT + timedelta(minutes=minute))
    assert set(Alert.objects.filter(call=call(made.id, "shelter")).values_list("step", flat=True)) == {1, 2, 3, 4}

    later = TONIGHT + timedelta(minutes=41)
    take(actor=town.actor(town.centre), call_id=call(made.id, "centre").pk, now=later)
    assert call(made.id, "centre").state == CallState.TAKEN
    alert = Alert.objects.filter(call=call(made.id, "shelter"), step=1).get()
    code = Message.objects.filter(reference=alert.pk).exclude(code="").values_list("code", flat=True)[0]
    take_by_code(code=code, now=later)
    assert call(made.id, "shelter").state == CallState.TAKEN
    assert case_page(town.nurse, made.case_id).id == made.case_id


def test_help_is_declined_and_stood_down(town: Town, known_case: UUID) -> None:
    made = an_activation(town, Need.SAFE_PLACE)
    refuser = town.actor(town.shelter)
    decline(actor=refuser, call_id=call(made.id, "shelter").pk, reason=DeclineReason.NO_PLACE, now=TONIGHT)
    assert call(made.id, "shelter").state == CallState.CALLING, "it goes on to the next"
    stand_down(actor=town.nurse, activation_id=made.id, reason=next(iter(StandDownReason)), now=TONIGHT)
    assert Activation.objects.get(pk=made.id).state != ActivationState.OPEN


def test_a_second_call_for_a_case_that_has_keys_is_a_call_like_any_other(town: Town, known_case: UUID) -> None:
    made = an_activation(town, Need.TALK_NOW, case_id=known_case)
    assert made.case_id == known_case
    assert Alert.objects.filter(call=call(made.id, "centre")).exists()
