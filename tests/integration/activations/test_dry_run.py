# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft against the stored activations of a network."""

from datetime import timedelta

import pytest
from tests.factories.activations import CALLS, TONIGHT, Town, an_activation
from tests.factories.networks import a_network
from tests.factories.protocols import call, parsed

from approdo.access.rules import ROLE_PERMISSIONS, Actor, Forbidden, Permission, Role
from approdo.access.services import entered
from approdo.activations.models import Activation
from approdo.activations.selectors import dry_run
from approdo.activations.services import undo
from approdo.kit.errors import NotFound
from approdo.networks.models import Service
from approdo.protocols.rules import Need, ProtocolDocument

pytestmark = pytest.mark.django_db
LATER = TONIGHT + timedelta(days=1)


@pytest.fixture
def coordinator(town: Town) -> Actor:
    return town.actor(town.coordination, role=Role.NETWORK_COORDINATOR)


def unchanged(town: Town) -> ProtocolDocument:
    return parsed(*CALLS, network=town.network.code)


def test_an_unchanged_protocol_calls_whom_it_called(town: Town, coordinator: Actor) -> None:
    an_activation(town)
    an_activation(town, Need.SAFE_PLACE, now=TONIGHT + timedelta(hours=2))
    found = dry_run(coordinator, town.network.code, unchanged(town), LATER).outcome
    assert (found.activations, found.different) == (2, 0)
    assert all(line.calls == line.before for line in found.lines)
    assert {line.key: line.calls for line in found.lines} == {"centre": 2, "shelter": 2, "children": 1}


def test_another_protocol_says_whom_it_would_have_called_instead(town: Town, coordinator: Actor) -> None:
    an_activation(town)
    draft = parsed(call("centre", "social_emergency"), network=town.network.code)
    found = dry_run(coordinator, town.network.code, draft, LATER)
    assert found.outcome.different == 1
    named = {found.services[line.service_id].label: (line.before, line.calls) for line in found.outcome.lines}
    assert named[town.emergency.name] == (0, 1)
    assert named[town.centre.name] == (1, 0)
    assert town.shelter.name not in named  # a shelter is its code
    assert town.shelter.code in named


def test_what_was_undone_or_is_older_than_ninety_days_is_not_played(town: Town, coordinator: Actor) -> None:
    made = an_activation(town)
    with entered(actor=town.nurse):
        undo(actor=town.nurse, activation_id=made.id, now=TONIGHT + timedelta(seconds=5))
    assert dry_run(coordinator, town.network.code, unchanged(town), LATER).outcome.activations == 0
    an_activation(town, now=TONIGHT + timedelta(hours=1))
    assert dry_run(coordinator, town.network.code, unchanged(town), LATER).outcome.activations == 1
    much_later = TONIGHT + timedelta(days=91, hours=1)
    assert dry_run(coordinator, town.network.code, unchanged(town), much_later).outcome.activations == 0


def test_a_draft_for_some_contexts_or_places_is_played_for_those(town: Town, coordinator: Actor) -> None:
    an_activation(town)
    elsewhere = parsed(*CALLS, network=town.network.code, contexts=["police"])
    assert dry_run(coordinator, town.network.code, elsewhere, LATER).outcome.activations == 0
    nowhere = parsed(*CALLS, network=town.network.code, municipalities=["013075"])
    assert dry_run(coordinator, town.network.code, nowhere, LATER).outcome.activations == 0


def test_only_what_she_supervises_is_played(town: Town, coordinator: Actor) -> None:
    an_activation(town)
    stranger = Service.objects.create(
        organisation=town.coordination.organisation, name="Altro", kind="network_coordination", phone="+390011"
    )
    other = Actor(coordinator.operator_id, coordinator.organisation_id, stranger.pk, Role.NETWORK_COORDINATOR)
    assert dry_run(other, town.network.code, unchanged(town), LATER).outcome.activations == 0
    assert Activation.objects.count() == 1


@pytest.mark.parametrize(
    "role", sorted(role for role in Role if Permission.PUBLISH_PROTOCOL not in ROLE_PERMISSIONS[role])
)
def test_only_who_publishes_may_play(town: Town, role: Role) -> None:
    with pytest.raises(Forbidden):
        dry_run(town.actor(town.coordination, role=role), town.network.code, unchanged(town), LATER)


def test_and_only_in_her_own_network(town: Town, coordinator: Actor) -> None:
    with pytest.raises(NotFound):
        dry_run(coordinator, a_network(municipalities=("013075",)).code, unchanged(town), LATER)
