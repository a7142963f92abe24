# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clock of assessments as tasks: when somebody is to be assessed again, and that she was."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor, acting
from approdo.protocols.rules import Assessment, parse_step
from approdo.tasks.models import Stretch, Task
from approdo.tasks.rules import Act, Holder, Party, Status, moved
from approdo.tasks.services._rows import new_row, note, wind
from approdo.tasks.services.acting import again


@transaction.atomic
def set_review(
    *, actor: Actor, case_id: UUID, exercise: bool, step: Mapping[str, Any], to: Holder, due_at: datetime, now: datetime
) -> None:
    """Let an assessment be due at an instant: the task that waits moves there, or there is a new one.

    It belongs to the phase that began last; the caller has seen to it that there is one. Whoever was reminded before is
    reminded of the new limit.
    """
    row = Task.objects.select_for_update().filter(case_id=case_id, key=step["key"], ended_at=None).first()
    waits = row is not None
    written = parse_step(step)
    if row is None:
        stretch = Stretch.objects.filter(case_id=case_id, ended_at=None).order_by("-begun_at", "-pk")[0]
        row = new_row(stretch, written, dict(step), to, 0, exercise, now)
    row.due_at = due_at
    row.escalate_at = due_at + timedelta(hours=written.escalate_after_hours - written.within_hours)
    row.reminded_at = row.escalated_at = None
    wind(row)
    if waits:
        row.save(update_fields=["due_at", "escalate_at", "reminded_at", "escalated_at", "act_at"])
    else:
        row.save(force_insert=True)


@transaction.atomic
def assessed(
    *,
    actor: Actor,
    case_id: UUID,
    assessment: Assessment,
    key: str,
    instrument: str,
    trained: Collection[str],
    now: datetime,
) -> tuple[UUID, ...]:
    """Complete what an assessment was asked for in a case: the steps of the actor's service, and the review ``key``.

    A step for the trained is done by one of the ``trained``. Return the tasks that it completed.
    """
    operator_id, service_id = acting(actor)
    done = []
    for row in Task.objects.select_for_update(of=("self",)).filter(case_id=case_id, ended_at=None):
        step = parse_step(row.step)
        asked = step.assessment is assessment and row.service_id == service_id and not row.key.startswith(":")
        fit = step.qualification is None or step.qualification in trained
        if not (asked and fit) and row.key != key:
            continue
        row.status = moved(Status(row.status), Act.ASSESS, {Party.PATHWAY}, asks_again=False)
        row.ended_at, row.operator_id, row.instrument = now, operator_id, instrument
        wind(row)
        row.save(update_fields=["status", "ended_at", "operator", "instrument", "act_at"])
        note(row, Act.ASSESS, actor=actor, code=instrument, now=now)
        done.append(row.pk)
        if asked and step.repeat_hours and row.stretch.ended_at is None:
            again(row, step, now)
    return tuple(done)
