# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The secret address of an operator's calendar: made, made again, taken away."""

from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor, acting
from approdo.accounts.rules import digest
from approdo.audit import services as audit
from approdo.networks.models import CalendarFeed
from approdo.networks.rules import new_feed_secret


@transaction.atomic
def make_feed(*, actor: Actor, now: datetime) -> str:
    """Make the address at which the actor's calendar reads her shifts; return its secret, shown once, never stored.

    The one she had before, if any, ends at once.
    """
    operator_id, _service_id = acting(actor)
    secret = new_feed_secret()
    CalendarFeed.objects.update_or_create(operator_id=operator_id, defaults={"digest": digest(secret), "made_at": now})
    audit.record(actor=actor, verb="calendar.make", subject=f"operator:{operator_id}", now=now)
    return secret


@transaction.atomic
def revoke_feed(*, actor: Actor, now: datetime) -> bool:
    """End the address of the actor's calendar at once; tell whether there was one."""
    operator_id, _service_id = acting(actor)
    ended, _each = CalendarFeed.objects.filter(operator=operator_id).delete()
    if ended:
        audit.record(actor=actor, verb="calendar.revoke", subject=f"operator:{operator_id}", now=now)
    return bool(ended)
