# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who coordinates something in a network, each as the actor she is there; system-internal."""

from approdo.access.rules import ROLE_PERMISSIONS, Actor, Permission, Role
from approdo.kit.rows import read

_COORDINATING = """
SELECT DISTINCT ON (m.operator_id, s.organisation_id, m.role) m.operator_id, s.organisation_id, s.id, m.role
  FROM networks_membership m
  JOIN networks_service s ON s.id = m.service_id AND s.active
  JOIN accounts_operator o ON o.id = m.operator_id AND o.is_active
  JOIN networks_organisation_networks part ON part.organisation_id = s.organisation_id
  JOIN networks_network n ON n.id = part.network_id
 WHERE n.code = %s AND m.role = ANY(%s) AND m.active ORDER BY m.operator_id, s.organisation_id, m.role, s.id
"""
_COORDINATING_ROLES = [role.value for role, held in ROLE_PERMISSIONS.items() if Permission.EDIT_ORGANISATION in held]


def coordinating(network_code: str) -> tuple[Actor, ...]:
    """Return who coordinates an organisation of a network, or the network itself for one: once for each and role."""
    rows = read(_COORDINATING, [network_code, _COORDINATING_ROLES])
    return tuple(Actor(operator, organisation, service, Role(role)) for operator, organisation, service, role in rows)
