# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may edit what: the coordinator her own organisation's services, the system all of them."""

from approdo.access.rules import SYSTEM, Actor, Permission, require
from approdo.kit.errors import NotFound
from approdo.networks.models import Service


def locked_service(actor: Actor, service_id: int) -> Service:
    """Return a service for writing, locked until the transaction ends, so that two editors take turns.

    Raises ``Forbidden`` unless the actor coordinates an organisation, and ``NotFound`` for another organisation's
    service, as for one that does not exist.
    """
    services = Service.objects.select_for_update(of=("self",)).filter(pk=service_id)
    if actor != SYSTEM:
        require(actor, Permission.EDIT_ORGANISATION)
        services = services.filter(organisation=actor.organisation_id)
    service = services.first()
    if service is None:
        raise NotFound
    return service
