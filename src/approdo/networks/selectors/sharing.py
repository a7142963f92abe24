# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""With whom something may be shared, and who is of another organisation."""

from approdo.kit.rows import read
from approdo.networks.rules import ServiceKind

_RECIPIENT = """
SELECT s.kind FROM networks_service s
 WHERE s.id = %(service)s AND s.active
   AND EXISTS (SELECT FROM networks_membership m JOIN accounts_operator p ON p.id = m.operator_id AND p.is_active
                WHERE m.service_id = s.id AND m.active)
   AND (s.organisation_id = %(organisation)s OR EXISTS (
        SELECT FROM networks_organisation_networks theirs
          JOIN networks_organisation_networks ours ON ours.network_id = theirs.network_id
         WHERE theirs.organisation_id = s.organisation_id AND ours.organisation_id = %(organisation)s))
"""
_NEIGHBOURS = """
SELECT DISTINCT theirs.organisation_id
  FROM networks_organisation_networks ours
  JOIN networks_organisation_networks theirs ON theirs.network_id = ours.network_id
 WHERE ours.organisation_id = %s AND theirs.organisation_id <> %s
"""


def recipient_kind(organisation_id: int | None, service_id: int) -> ServiceKind | None:
    """Return the kind of a service with which an organisation may share, or None, whatever the cause.

    None for a service that does not exist, has closed down, has nobody who works for it here, or whose organisation
    is in no network of hers: the four are answered alike.
    """
    found = read(_RECIPIENT, {"service": service_id, "organisation": organisation_id})
    return ServiceKind(found[0][0]) if found else None


def other_organisations_around(organisation_id: int | None) -> frozenset[int]:
    """Return the other organisations of the networks in which an organisation takes part."""
    return frozenset(pk for (pk,) in read(_NEIGHBOURS, [organisation_id, organisation_id]))
