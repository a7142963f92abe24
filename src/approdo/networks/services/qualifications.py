# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a colleague was trained for, as her coordinator vouches for it."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.kit.errors import Invalid
from approdo.kit.words import mark as _
from approdo.networks.rules import Qualification
from approdo.networks.services._editing import locked_service


@transaction.atomic
def set_qualifications(
    *, actor: Actor, service_id: int, membership_id: int, qualifications: Collection[str], now: datetime
) -> None:
    """Write down which trainings a colleague has, in the place of those before.

    Raises ``NotFound`` for a service that the actor does not edit, ``Invalid`` for an unknown training or person.
    """
    service = locked_service(actor, service_id)
    membership = service.memberships.filter(pk=membership_id, active=True).first()
    if membership is None:
        raise Invalid({"": _("Questa persona non lavora più per il servizio.")})
    if not set(qualifications) <= set(Qualification):
        raise Invalid({"": _("Scegli le voci dall'elenco.")})
    membership.qualifications = sorted(set(qualifications))
    membership.save(update_fields=["qualifications"])
    audit.record(
        actor=actor,
        verb="membership.qualifications",
        subject=f"service:{service.pk}",
        now=now,
        detail={"operator": membership.operator_id, **dict.fromkeys(membership.qualifications, True)},
    )
