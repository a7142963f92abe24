# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every act leaves behind: an entry of the register, the screens that hear of it, and when the clock acts next."""

from datetime import datetime

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.kit import live
from approdo.networks import selectors as networks
from approdo.protocols.rules import PathwayStep
from approdo.tasks.models import Stretch, Task
from approdo.tasks.rules import OPEN, Act, Holder, Limits, Status, limits, next_act


def limits_of(step: PathwayStep, service_id: int, since: datetime, hours: int) -> Limits:
    """Return the limits of a step for the service that does it, by its own opening hours."""
    return limits(step, since, hours, lambda at: networks.opens_from(service_id, at))


def new_row(
    stretch: Stretch,
    step: PathwayStep,
    written: dict[str, object],
    to: Holder,
    hours: int,
    exercise: bool,
    now: datetime,
) -> Task:
    """Return a task to be stored, due so many hours from now."""
    dates = limits_of(step, to.service_id, now, hours)
    row = Task(
        stretch=stretch,
        case_id=stretch.case_id,
        exercise=exercise,
        step=written,
        key=step.key,
        service_id=to.service_id,
        for_lead=to.for_lead,
        reached_at=now,
        due_at=dates.due_at,
        escalate_at=dates.escalate_at,
    )
    wind(row)
    return row


def wind(row: Task) -> None:
    """Set when the clock acts next; nothing once it is over or everybody was told."""
    coming = next_act(
        Limits(row.due_at, row.escalate_at),
        reminded=row.reminded_at is not None,
        escalated=row.escalated_at is not None,
    )
    row.act_at = coming[1] if coming and Status(row.status) in OPEN else None


def note(row: Task, act: Act, *, actor: Actor, code: str, now: datetime) -> None:
    """Write down an act; in the transaction of the act."""
    audit.record(
        actor=actor,
        verb=f"task.{act}",
        subject=f"task:{row.pk}",
        case_id=row.case_id,
        now=now,
        detail={"code": code} if code else None,
    )
    live.announce([f"s:{row.service_id}"])
