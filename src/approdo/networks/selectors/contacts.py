# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stored ways to reach people, and those an operator may write herself: her own, where she works."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from approdo.access.rules import Actor, acting
from approdo.kit.errors import NotFound
from approdo.networks.models import ContactPoint, Service
from approdo.networks.rules import Channel, Contact, ContactHours
from approdo.networks.selectors.coverage import shown_name


@dataclass(frozen=True, slots=True)
class OwnContacts:
    """How an operator is reached for one of her services, in the order in which it is tried."""

    service_id: int
    label: str
    contacts: tuple[Contact, ...]


def services_worked_for(actor: Actor) -> QuerySet[Service]:
    """Return the active services an operator works for, whichever of them she acts for now."""
    operator_id, _service_id = acting(actor)
    return Service.objects.filter(active=True, memberships__operator=operator_id, memberships__active=True)


def own_contacts(actor: Actor, service_id: int) -> OwnContacts:
    """Return the actor's own contact points for a service she works for; ``NotFound`` for any other service."""
    service = services_worked_for(actor).filter(pk=service_id).first()
    if service is None:
        raise NotFound
    stored = stored_contacts(service=service, operator=actor.operator_id)
    label = shown_name(service.kind, service.name, service.code)
    return OwnContacts(service.pk, label, tuple(stored[actor.operator_id]))


def stored_contacts(**which: Service | int | None) -> dict[int | None, list[Contact]]:
    """Return contact points by operator (None is the service's own line), in the order in which they are tried."""
    found: dict[int | None, list[Contact]] = defaultdict(list)
    rows = ContactPoint.objects.filter(**which).order_by("position")
    for operator_id, channel, address, hours in rows.values_list("operator_id", "channel", "address", "hours"):
        found[operator_id].append(Contact(Channel(channel), address, ContactHours(hours)))
    return found
