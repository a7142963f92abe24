# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two who load or approve an instrument at the same instant, in threads that really commit: one goes first."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from tests.factories.activations import TONIGHT, a_town
from tests.factories.instruments import LICENSED, as_file, in_use, loaded
from tests.factories.protocols import another

from approdo.access.rules import Actor, Role
from approdo.access.services import entered
from approdo.kit.errors import Refusal
from approdo.networks.models import Network
from approdo.risk.models import LoadedInstrument
from approdo.risk.rules import LoadState
from approdo.risk.services import NotLoadable
from approdo.usecases import instruments as usecase

DASH = LICENSED["dash"]
NOW = TONIGHT + timedelta(hours=8)


@pytest.fixture
def pair(transactional_db: None) -> tuple[Actor, Actor, str]:
    """Two coordinators of a network, and its code."""
    town = a_town()
    first = replace(town.actor(town.coordination), role=Role.NETWORK_COORDINATOR)
    return first, another(first), Network.objects.get(pk=town.network.pk).code


def together(*presses: tuple[Actor, Callable[[Actor], object]]) -> list[Refusal | None]:
    """What each of some presses at the same instant is told; None: done."""
    gate = Barrier(len(presses))

    def pressed(who: Actor, press: Callable[[Actor], object]) -> Refusal | None:
        try:
            with entered(actor=who):
                gate.wait(10)
                press(who)
        except Refusal as told:
            return told
        else:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(presses)) as threads:
        return list(threads.map(lambda one: pressed(*one), presses))


def states() -> Sequence[str]:
    return sorted(LoadedInstrument.objects.values_list("state", flat=True))


@pytest.mark.parametrize("_again", range(3))
def test_the_same_version_is_loaded_once_and_who_is_second_is_told(pair: tuple[Actor, Actor, str], _again: int) -> None:
    first, second, network = pair
    content = as_file(DASH)
    told = together(
        *((who, lambda who: loaded(who, network, DASH, NOW, content=content)) for who in (first, second) * 3)
    )
    refused = [one for one in told if one is not None]
    assert len(refused) == 5
    for one in refused:
        assert isinstance(one, NotLoadable)
        assert "c'è già" in one.faults[0].message
    assert states() == [LoadState.LOADED]


@pytest.mark.parametrize("_again", range(3))
def test_of_two_versions_that_are_approved_at_once_one_takes_the_place_of_the_other(
    pair: tuple[Actor, Actor, str], _again: int
) -> None:
    first, second, network = pair
    made = []
    for who, version in ((first, "2"), (second, "3")):
        with entered(actor=who):
            made.append(loaded(who, network, DASH | {"version": version}, NOW))
            usecase.propose(actor=who, loaded_id=made[-1], now=NOW)
    told = together(
        (second, lambda who: usecase.approve(actor=who, loaded_id=made[0], now=NOW)),
        (first, lambda who: usecase.approve(actor=who, loaded_id=made[1], now=NOW)),
    )
    assert told == [None, None]
    assert states() == [LoadState.IN_FORCE, LoadState.WITHDRAWN]


def test_the_same_one_is_approved_once_and_who_is_second_is_told(pair: tuple[Actor, Actor, str]) -> None:
    first, second, network = pair
    with entered(actor=first):
        in_use(first, network, DASH, NOW)
        one = loaded(first, network, DASH | {"version": "2"}, NOW)
        usecase.propose(actor=first, loaded_id=one, now=NOW)
    told = together(*[(second, lambda who: usecase.approve(actor=who, loaded_id=one, now=NOW))] * 2)
    assert sorted(refusal.code if refusal else "" for refusal in told) == ["", "conflict"]
    assert states() == [LoadState.IN_FORCE, LoadState.WITHDRAWN]
