# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the people of a service, and its own line, are reached."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks.models import ContactPoint, Membership, Service
from approdo.networks.rules import CONTACT_POINTS, Contact, normalised_contact
from approdo.networks.selectors.contacts import services_worked_for
from approdo.networks.services._editing import locked_service


@transaction.atomic
def set_contact_points(
    *, actor: Actor, service_id: int, operator_id: int | None, contacts: Sequence[Contact], now: datetime
) -> None:
    """Replace the ordered ways to reach a colleague for a service, or (operator None) the service's own line.

    Raises ``Invalid`` with one sentence per wrong line, under the line's number from 0.
    """
    service = locked_service(actor, service_id)
    if (
        operator_id is not None
        and not Membership.objects.filter(service=service, operator=operator_id, active=True).exists()
    ):
        raise NotFound
    _replace(actor, service, operator_id, contacts, now)


@transaction.atomic
def set_own_contact_points(*, actor: Actor, service_id: int, contacts: Sequence[Contact], now: datetime) -> None:
    """Replace the ordered ways to reach the actor herself for a service she works for.

    Raises ``NotFound`` for any other service, and ``Invalid`` like ``set_contact_points``.
    """
    service = services_worked_for(actor).select_for_update(of=("self",)).filter(pk=service_id).first()
    if service is None:
        raise NotFound
    _replace(actor, service, actor.operator_id, contacts, now)


def _replace(
    actor: Actor, service: Service, operator_id: int | None, contacts: Sequence[Contact], now: datetime
) -> None:
    kept = _checked(contacts)
    ContactPoint.objects.filter(service=service, operator=operator_id).delete()
    ContactPoint.objects.bulk_create(
        ContactPoint(
            service=service,
            operator_id=operator_id,
            position=position,
            channel=contact.channel,
            address=contact.address,
            hours=contact.hours,
        )
        for position, contact in enumerate(kept, 1)
    )
    detail = {"operator": operator_id} if operator_id is not None else {}
    audit.record(actor=actor, verb="service.contacts", subject=f"service:{service.pk}", now=now, detail=detail)


def _checked(contacts: Sequence[Contact]) -> list[Contact]:
    if len(contacts) > CONTACT_POINTS:
        raise Invalid({"": _("Sono troppi recapiti: al massimo 8.")})
    kept: list[Contact] = []
    problems: dict[str, str] = {}
    for number, contact in enumerate(contacts):
        clean = normalised_contact(contact)
        if isinstance(clean, str):
            problems[str(number)] = clean
        elif any((clean.channel, clean.address) == (one.channel, one.address) for one in kept):
            problems[str(number)] = _("Questo recapito c'è già.")
        else:
            kept.append(clean)
    if problems:
        raise Invalid(problems)
    return kept
