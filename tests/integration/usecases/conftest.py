# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A town, and who acts in it."""

import pytest
from tests.factories.activations import Town, a_town

from approdo.access.rules import Actor, Role
from approdo.networks.models import Membership


@pytest.fixture
def town() -> Town:
    return a_town()


@pytest.fixture
def centre(town: Town) -> Actor:
    """The operator of the centre."""
    return town.actor(town.centre, role=Role.CENTRE_OPERATOR)


@pytest.fixture
def anna(centre: Actor) -> Actor:
    """The operator of the centre, where she has a colleague."""
    return centre


@pytest.fixture
def bruna(town: Town) -> Actor:
    """A colleague of Anna's."""
    return town.actor(town.centre, 2, role=Role.CENTRE_OPERATOR)


@pytest.fixture
def coordinator(town: Town) -> Actor:
    Membership.objects.filter(service=town.coordination).update(role=Role.NETWORK_COORDINATOR)
    return town.actor(town.coordination, role=Role.NETWORK_COORDINATOR)
