# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a role may do, and what it may make of others; the whole table is docs/reference/roles.md."""

import pytest

from approdo.access.rules import (
    ROLE_PERMISSIONS,
    SYSTEM,
    Actor,
    Forbidden,
    Permission,
    Role,
    may,
    may_all_of,
    require,
)
from approdo.networks.rules import grantable_roles

COORDINATOR = Actor(1, 1, 1, Role.ORGANISATION_COORDINATOR)
FIELD = [
    Role.EMERGENCY_OPERATOR,
    Role.ON_CALL_OPERATOR,
    Role.CENTRE_OPERATOR,
    Role.SHELTER_MANAGER,
    Role.SOCIAL_WORKER,
    Role.OFFICER,
]
NOT_HERS = {Permission.PUBLISH_PROTOCOL, Permission.SUPERVISE_NETWORK, Permission.COMPARE_NETWORKS}
HERS_TO_GIVE = {
    *FIELD,
    Role.ORGANISATION_COORDINATOR,
    Role.TRAINER,
    Role.LEARNER,
}


@pytest.mark.parametrize("permission", [*Permission])
def test_the_coordinator_of_one_organisation_may_do_this_and_no_more(permission: Permission) -> None:
    assert may(COORDINATOR, permission) is (permission not in NOT_HERS)
    if permission in NOT_HERS:
        with pytest.raises(Forbidden):
            require(COORDINATOR, permission)


@pytest.mark.parametrize("role", FIELD)
def test_she_works_like_an_operator_and_edits_besides(role: Role) -> None:
    hers = ROLE_PERMISSIONS[Role.ORGANISATION_COORDINATOR]
    assert hers - ROLE_PERMISSIONS[role] == {Permission.EDIT_ORGANISATION}
    assert ROLE_PERMISSIONS[role] < hers < ROLE_PERMISSIONS[Role.NETWORK_COORDINATOR]


def test_she_gives_no_more_than_she_has() -> None:
    assert set(grantable_roles(COORDINATOR)) == HERS_TO_GIVE
    supervising = {Role.NETWORK_COORDINATOR, Role.PROJECT_MANAGER}  # who compares networks is named by who does
    assert set(grantable_roles(Actor(1, 1, 1, Role.NETWORK_COORDINATOR))) == HERS_TO_GIVE | supervising


@pytest.mark.parametrize("role", [*Role])
def test_nobody_gives_more_than_she_has_nor_appoints_the_host_or_the_region(role: Role) -> None:
    actor = Actor(1, 1, 1, role)
    for given in grantable_roles(actor):
        assert ROLE_PERMISSIONS[given] <= ROLE_PERMISSIONS[role]
        assert may_all_of(actor, given)
    for giver in (actor, SYSTEM):
        assert not set(grantable_roles(giver)) & {Role.SYSTEM_ADMINISTRATOR, Role.REGIONAL_ANALYST}


def test_the_system_appoints_the_first_coordinators() -> None:
    assert {Role.ORGANISATION_COORDINATOR, Role.NETWORK_COORDINATOR} <= set(grantable_roles(SYSTEM))
