# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case reaches a phase and leaves it: the steps of the protocol become tasks, and what was not done ends."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.kit.errors import Conflict
from approdo.kit.words import mark as _
from approdo.protocols.rules import Phase, parse_step
from approdo.tasks.models import Stretch, Task
from approdo.tasks.rules import Act, Around, EndReason, Party, Status, holder, moved
from approdo.tasks.services._rows import limits_of, new_row, note, wind


@transaction.atomic
def begin(
    *,
    actor: Actor,
    case_id: UUID,
    exercise: bool,
    phase: Phase,
    written: Iterable[Mapping[str, Any]],
    version_id: int | None,
    around: Around,
    now: datetime,
) -> int:
    """Let a case reach a phase: each of its steps becomes a task, as the protocol writes them; return how many.

    A step that is still to do from an earlier time is left as it is. The caller holds the case and knows it. Raises
    ``Conflict`` when the case is in the phase already.
    """
    if Stretch.objects.filter(case_id=case_id, phase=phase, ended_at=None).exists():
        raise Conflict(_("Questa fase è già cominciata."), code="begun")
    stretch = Stretch.objects.create(case_id=case_id, phase=phase.value, begun_at=now, protocol_version_id=version_id)
    waiting = set(Task.objects.filter(case_id=case_id, ended_at=None).values_list("key", flat=True))
    rows = []
    for one in written:
        step = parse_step(one)
        if step.phase is phase and step.key not in waiting:
            to = holder(step, around)
            rows.append(new_row(stretch, step, dict(one), to, step.within_hours, exercise, now))
    Task.objects.bulk_create(rows)
    audit.record(
        actor=actor,
        verb="phase.begin",
        subject=f"case:{case_id}",
        case_id=case_id,
        now=now,
        detail={"phase": phase.value, "tasks": len(rows)},
    )
    return len(rows)


@transaction.atomic
def leave(
    *, actor: Actor, case_id: UUID, phases: Collection[Phase], now: datetime, ends: EndReason | None = None
) -> None:
    """Let a case leave some phases; what is still to do stays to do, unless it all ends, and why (``ends``)."""
    left = Stretch.objects.filter(case_id=case_id, phase__in=list(phases), ended_at=None)
    for stretch in left.select_for_update():
        stretch.ended_at = now
        stretch.save(update_fields=["ended_at"])
        detail = {"phase": stretch.phase}
        audit.record(actor=actor, verb="phase.end", subject=f"case:{case_id}", case_id=case_id, now=now, detail=detail)
    if ends is not None:
        for row in Task.objects.select_for_update().filter(case_id=case_id, ended_at=None):
            row.status = moved(Status(row.status), Act.END, {Party.PATHWAY}, asks_again=False)
            row.ended_at, row.end_reason, row.act_at = now, ends.value, None
            row.save(update_fields=["status", "ended_at", "end_reason", "act_at"])
            note(row, Act.END, actor=actor, code=row.end_reason, now=now)


@transaction.atomic
def follow_lead(*, case_id: UUID, service_id: int, now: datetime) -> int:
    """Hand what whoever leads is to do to the service that leads now; return how many tasks went.

    Nobody there has taken them yet, and a limit that moved to the opening of the service before moves to hers.
    """
    going = Task.objects.select_for_update().filter(case_id=case_id, ended_at=None, for_lead=True)
    rows = list(going.exclude(service_id=service_id))
    for row in rows:
        step = parse_step(row.step)
        row.service_id, row.operator_id, row.status = service_id, None, Status.REQUESTED.value
        if row.reminded_at is None:
            dates = limits_of(step, service_id, row.reached_at, step.within_hours)
            row.due_at, row.escalate_at = max(dates.due_at, row.due_at), max(dates.escalate_at, row.escalate_at)
        wind(row)
        row.save(update_fields=["service", "operator", "status", "due_at", "escalate_at", "act_at"])
    return len(rows)
