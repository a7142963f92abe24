# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which services have a telephone that can be tried, and how one of them is at an instant; system-internal."""

from datetime import datetime

from approdo.kit.rows import read
from approdo.networks.models import ServiceTerritory
from approdo.networks.rules import ServiceView
from approdo.networks.selectors.coverage import observed

# a person counts while she works there: her numbers outlive her membership
_TAKING_CALLS = """
SELECT DISTINCT s.id FROM networks_service s JOIN networks_contactpoint c ON c.service_id = s.id
  LEFT JOIN networks_membership m ON m.service_id = s.id AND m.operator_id = c.operator_id AND m.active
 WHERE s.active AND c.channel IN ('sms', 'voice') AND (c.operator_id IS NULL OR m.id IS NOT NULL)
"""
_IN_NETWORK = """
SELECT s.id FROM networks_service s
  JOIN networks_organisation_networks m ON m.organisation_id = s.organisation_id
  JOIN networks_network n ON n.id = m.network_id
 WHERE n.code = %s AND s.active ORDER BY s.kind, s.rank, s.id
"""


def taking_calls() -> frozenset[int]:
    """Return every active service one of whose people, or whose own line, has a telephone that can ring."""
    return frozenset(pk for (pk,) in read(_TAKING_CALLS, []))


def service_at(service_id: int, at: datetime) -> ServiceView | None:
    """Return an active service as it is at an instant, with who is on call; None for any other."""
    found = observed("SELECT %(service)s::bigint", at, service=str(service_id))
    return found[0].view if found else None


def a_place_served(service_id: int) -> str | None:
    """Return one municipality that a service serves, always the same; None when it serves none."""
    places = ServiceTerritory.objects.filter(service=service_id).order_by("municipality")
    return places.values_list("municipality_id", flat=True).first()


def service_ids_in(network_code: str) -> tuple[int, ...]:
    """Return the active services of the organisations of a network, by kind and rank."""
    return tuple(pk for (pk,) in read(_IN_NETWORK, [network_code]))
