# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""For how long the departments of an organisation keep evidence: each hospital has a rule of its own."""

from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor, Permission, require
from approdo.audit import services as audit
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks.models import Organisation
from approdo.networks.rules import LONGEST_KEEPING


@transaction.atomic
def set_evidence_days(*, actor: Actor, days: int | None, now: datetime) -> None:
    """Say for how many days the actor's organisation keeps evidence; None, that nobody has said.

    What is kept already keeps the day that was written with it. Raises ``Forbidden`` for who does not coordinate it,
    ``Invalid`` for a number of days that cannot be.
    """
    require(actor, Permission.EDIT_ORGANISATION)
    if days is not None and not 1 <= days <= LONGEST_KEEPING.days:
        raise Invalid({"days": _("Scrivi i giorni, da uno a vent'anni; in bianco se non c'è una regola.")})
    if not Organisation.objects.filter(pk__in=[actor.organisation_id]).update(evidence_days=days):
        raise NotFound
    audit.record(
        actor=actor,
        verb="organisation.evidence_days",
        subject=f"organisation:{actor.organisation_id}",
        now=now,
        detail={"days": days or 0},
    )
