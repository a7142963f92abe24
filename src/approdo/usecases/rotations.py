# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rotation before it is one: who would have which shifts, and where nobody would be."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from approdo.access.rules import Actor
from approdo.networks import selectors, services
from approdo.networks.rules import Gap, Rotation, hand_over_at
from approdo.networks.selectors import AwayDuty, NamedDuty
from approdo.usecases.coverage import foretold

SHOWN = timedelta(weeks=5)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rotation would make: its first shifts, the holes of its position, who is away in a turn of hers."""

    shifts: int
    duties: tuple[NamedDuty, ...]
    gaps: tuple[Gap, ...]
    away: tuple[AwayDuty, ...]


def preview(*, actor: Actor, service_id: int, plan: Rotation, now: datetime) -> Preview:
    """Return what would be if a rotation began; nothing of it is left. Raises what beginning it raises."""
    found = foretold(
        service_id,
        lambda: services.start_rotation(actor=actor, service_id=service_id, plan=plan, now=now),
        now,
        removes=False,
    )
    with transaction.atomic():
        made = services.start_rotation(actor=actor, service_id=service_id, plan=plan, now=now)
        days = (hand_over_at(plan, 0) + SHOWN - now).days
        duties = selectors.made_by(actor, made.id, now, days)
        gaps = selectors.gaps_ahead(actor, service_id, now, days)
        transaction.set_rollback(True)
    return Preview(made.shifts, duties, tuple(gap for gap in gaps if gap.position == plan.position), found.away)
