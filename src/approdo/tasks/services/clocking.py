# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the clock does to a task that nobody has done: a reminder at its limit, then whoever the protocol names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import SYSTEM
from approdo.protocols.rules import Tell, parse_step
from approdo.tasks.models import Task
from approdo.tasks.rules import Act, Limits, Party, Status, moved, next_act
from approdo.tasks.services._rows import note, wind


@dataclass(frozen=True, slots=True)
class Ticked:
    """What the clock did: to which task of which case, who is to do it, and who is told."""

    task_id: UUID
    case_id: UUID
    act: Act
    service_id: int
    operator_id: int | None
    tell: Tell


@transaction.atomic
def advance(*, task_id: UUID, now: datetime) -> Ticked | None:
    """Do what the clock of one task has to do by now; None when somebody was quicker, or is at it."""
    row = Task.objects.select_for_update(skip_locked=True).filter(pk=task_id, act_at__lte=now).first()
    if row is None:
        return None
    dates = Limits(row.due_at, row.escalate_at)
    coming = next_act(dates, reminded=row.reminded_at is not None, escalated=row.escalated_at is not None)
    if coming is None:
        return None
    act, step = coming[0], parse_step(row.step)
    row.status = moved(Status(row.status), act, {Party.CLOCK}, asks_again=False)
    if act is Act.REMIND:
        row.reminded_at = now
    else:
        row.escalated_at = now
    wind(row)
    row.save(update_fields=["status", "reminded_at", "escalated_at", "act_at"])
    note(row, act, actor=SYSTEM, code="", now=now)
    return Ticked(row.pk, row.case_id, act, row.service_id, row.operator_id, step.tell)
