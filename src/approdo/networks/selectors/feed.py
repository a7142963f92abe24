# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an operator's own calendar reads of her shifts, without signing in."""

from datetime import datetime

from approdo.access.rules import Actor
from approdo.accounts.rules import digest
from approdo.networks.models import CalendarFeed, Shift
from approdo.networks.rules import Duty, feed_window

_NOBODY = 0


def feed_made_at(actor: Actor) -> datetime | None:
    """Return when the actor made the address of her calendar, or None when she has none."""
    return CalendarFeed.objects.filter(operator=actor.operator_id).values_list("made_at", flat=True).first()


def duties_by_feed(secret: str, now: datetime) -> tuple[Duty, ...] | None:
    """Return the shifts of whose calendar this is, in all the services she works for, or None for any other string.

    A wrong secret, one taken away and that of an operator shut out take the same two questions as a right one.
    """
    feeds = CalendarFeed.objects.filter(digest=digest(secret), operator__is_active=True)
    holder = feeds.values_list("operator_id", flat=True).first()
    whole, whose = feed_window(now), holder or _NOBODY
    rows = Shift.objects.filter(
        operator=whose,
        ends_at__gt=whole.starts_at,
        starts_at__lt=whole.ends_at,
        service__active=True,
        service__memberships__operator=whose,
        service__memberships__active=True,
    ).order_by("starts_at", "pk")
    duties = tuple(Duty(*row) for row in rows.values_list("operator_id", "position", "starts_at", "ends_at", "pk"))
    return None if holder is None else duties
