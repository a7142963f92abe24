# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people do to a task: who may, when, is one table (``rules.TRANSITIONS``)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from approdo.access.rules import Actor, Permission, acting, require
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.protocols.rules import PathwayStep, parse_step
from approdo.tasks.models import Task
from approdo.tasks.rules import Act, EndReason, Holder, SkipReason, Status, moved
from approdo.tasks.selectors import Line, held_by, line_of
from approdo.tasks.services._rows import limits_of, new_row, note, wind

MOVING = (
    *("operator", "status", "due_at", "escalate_at", "reminded_at", "escalated_at", "act_at"),
    *("ended_at", "end_reason"),
)
"""What people change of a task; the rest was said once (tasks 0002)."""


@transaction.atomic
def act(
    *,
    actor: Actor,
    task_id: UUID,
    act: Act,
    code: str = "",
    now: datetime,
    led: Collection[UUID] = (),
) -> Line:
    """Do one act on a task and return how it stands; ``code``: why it is skipped.

    What a step demands beyond that (a document, a training) was asked by the caller. Raises ``NotFound`` for absent
    and hidden alike, ``Conflict`` when the act does not fit or is not hers, ``Invalid`` for a code that does not fit.
    """
    require(actor, Permission.READ_CASE)
    operator_id, _service_id = acting(actor)
    found = Task.objects.select_for_update(of=("self",)).visible_to(actor, led).annotate(alias=F("case__alias"))
    row = found.filter(pk=task_id).first()
    if row is None:
        raise NotFound
    step = parse_step(row.step)
    asks_again = step.ask_again_after_hours is not None
    row.status = moved(Status(row.status), act, held_by(actor, row, led), asks_again=asks_again)
    code = _code(act, step, code)
    if act in {Act.TAKE, Act.HAND_BACK}:
        row.operator_id = operator_id if act is Act.TAKE else None
    elif act is Act.ASK_AGAIN:
        dates = limits_of(step, row.service_id, now, step.ask_again_after_hours or 0)
        row.due_at, row.escalate_at, row.reminded_at, row.escalated_at = dates.due_at, dates.escalate_at, None, None
    else:
        row.ended_at = now
        row.operator_id = operator_id
        row.end_reason = code
    wind(row)
    row.save(update_fields=MOVING)
    note(row, act, actor=actor, code=code, now=now)
    if act is Act.COMPLETE and step.repeat_hours and row.stretch.ended_at is None:
        again(row, step, now)
    return line_of(row, row.alias)


def again(row: Task, step: PathwayStep, now: datetime) -> None:
    """Let the step be done again while the phase lasts, by the same service."""
    to = Holder(row.service_id, row.for_lead)
    following = new_row(row.stretch, step, row.step, to, step.repeat_hours or 0, row.exercise, now)
    following.save(force_insert=True)


def _code(act: Act, step: PathwayStep, written: str) -> str:
    """Return the code that goes with an act; empty for an act without one."""
    if act is Act.COMPLETE and step.assessment:
        raise Invalid({"": _("Si segna da sé quando salvi la valutazione.")})
    if act is Act.SKIP:
        if written not in set(SkipReason):
            raise Invalid({"code": _("Scegli perché.")})
        return written
    return EndReason.SHE_DECLINED.value if act is Act.DECLINE else ""
