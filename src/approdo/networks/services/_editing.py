# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every edit of a service begins with."""

from approdo.access.rules import Actor
from approdo.kit.errors import NotFound
from approdo.networks.models import Service
from approdo.networks.selectors.editing import editable_services


def locked_service(actor: Actor, service_id: int) -> Service:
    """Return a service for writing, locked until the transaction ends, so that two editors take turns.

    Raises ``Forbidden`` unless the actor coordinates an organisation, and ``NotFound`` for a service that is not hers
    to edit, as for one that does not exist.
    """
    service = editable_services(actor).select_for_update(of=("self",)).filter(pk=service_id).first()
    if service is None:
        raise NotFound
    return service
