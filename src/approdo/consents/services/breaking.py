# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Going past the lack of a grant, in danger: for an hour, told to others at once, reviewed by somebody else (P16)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from approdo.access.rules import Actor
from approdo.audit import services as audit
from approdo.consents.models import BreakGlass
from approdo.consents.rules import (
    BREAK_GLASS_TRANSITIONS,
    LONGEST_OPEN,
    Action,
    BreakGlassAct,
    BreakGlassReason,
    BreakGlassState,
    Notice,
    Outcome,
    Relation,
    Standing,
    code_of,
    reminder_due,
)
from approdo.consents.selectors.breaking import Breaking, break_glass_now, breaking
from approdo.consents.services._permission import require
from approdo.kit import rows
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks


@transaction.atomic
def break_glass(
    *, actor: Actor, standing: Standing, case_id: UUID, reason: str, minutes: int = 60, now: datetime
) -> Breaking:
    """Open part of a case to an operator without a grant, and return who is to be told of it at once.

    While one is open another press returns the same and does not prolong it.
    """
    operator_id, service_id = require(Action.BREAK_GLASS, actor=actor, standing=standing, case_id=case_id, now=now)
    why = code_of(BreakGlassReason, reason, "reason")
    if not 1 <= minutes <= LONGEST_OPEN // timedelta(minutes=1):
        raise Invalid({"minutes": _("L'accesso d'emergenza dura da 1 a 60 minuti.")})
    columns: dict[str, Any] = {
        "id": uuid4(),
        "case_id": case_id,
        "operator_id": operator_id,
        "service_id": service_id,
        "organisation_id": actor.organisation_id,
        "reason": why,
        "opened_at": now,
        "until": now + timedelta(minutes=minutes),
        "outcome": "",
    }
    if not rows.insert(BreakGlass, [columns], unless_there=True):
        open_now = break_glass_now(operator_id, case_id, now)
        if open_now is None:
            raise Conflict
        return open_now
    row = BreakGlass(**columns)
    _record(actor, "glass.break", row, now, reason=why, minutes=minutes)
    return breaking(row, now)


@transaction.atomic
def end_break_glass(*, actor: Actor, standing: Standing, case_id: UUID, glass_id: UUID, now: datetime) -> Breaking:
    """Close what was opened before its time: who opened it, who leads the case, or the reviewer."""
    row = _find(case_id, glass_id)
    if row is None:
        raise NotFound
    if standing.relation is Relation.LEAD:
        action = Action.REVOKE
    else:
        action = Action.BREAK_GLASS if actor.operator_id == row.operator_id else Action.REVIEW
    standing = replace(standing, independent=standing.independent and _may_review(actor, row))
    require(action, actor=actor, standing=standing, case_id=case_id, now=now)
    if breaking(row, now).state is BreakGlassState.OPEN:
        row.until = max(now, row.opened_at)
        row.save(update_fields=["until"])
        _record(actor, "glass.end", row, now)
    return breaking(row, now)


@transaction.atomic
def review(
    *, actor: Actor, standing: Standing, case_id: UUID, glass_id: UUID, outcome: str, now: datetime
) -> BreakGlassState:
    """Say whether a break-glass was justified, once, when it has ended.

    Only a network coordinator of another organisation may; that she is one is found out here again.
    """
    row = _find(case_id, glass_id)
    independent = row is not None and standing.independent and _may_review(actor, row)
    operator_id, _service_id = require(
        Action.REVIEW, actor=actor, standing=replace(standing, independent=independent), case_id=case_id, now=now
    )
    if row is None:
        raise NotFound
    found = code_of(Outcome, outcome, "outcome")
    target = BREAK_GLASS_TRANSITIONS.get((breaking(row, now).state, BreakGlassAct.REVIEW))
    if target is None:
        raise Conflict(_("La verifica si fa una volta sola, quando l'accesso d'emergenza è finito."))
    row.reviewed_at, row.reviewed_by_id, row.outcome = now, operator_id, found
    row.save(update_fields=["reviewed_at", "reviewed_by", "outcome"])
    _record(actor, "glass.review", row, now, outcome=found)
    return target


@transaction.atomic
def notice_sent(*, actor: Actor, glass_id: UUID, notice: Notice, now: datetime) -> None:
    """Note that somebody was told of a break-glass; the first time counts."""
    column = {Notice.CASE_MANAGER: "manager_told_at", Notice.REVIEWER: "reviewer_told_at"}[notice]
    row = BreakGlass.objects.filter(pk=glass_id, **{column: None}).first()
    if row is not None and BreakGlass.objects.filter(pk=glass_id, **{column: None}).update(**{column: now}):
        _record(actor, "glass.tell", row, now, notice=notice)


@transaction.atomic
def remind(*, actor: Actor, glass_id: UUID, now: datetime) -> bool:
    """Note that somebody is reminded of an overdue review; False when that was done meanwhile, or it was reviewed."""
    row = BreakGlass.objects.select_for_update().filter(pk=glass_id, reviewed_at=None).first()
    if row is None or not reminder_due(opened_at=row.opened_at, reminded_at=row.reminded_at, at=now):
        return False
    row.reminded_at = now
    row.save(update_fields=["reminded_at"])
    _record(actor, "glass.remind", row, now)
    return True


def _may_review(actor: Actor, row: BreakGlass) -> bool:
    around = networks.other_organisations_around(actor.organisation_id)
    return actor.operator_id != row.operator_id and row.organisation_id in around


def _find(case_id: UUID, glass_id: UUID) -> BreakGlass | None:
    return BreakGlass.objects.select_for_update().filter(pk=glass_id, case_id=case_id).first()


def _record(actor: Actor, verb: str, row: BreakGlass, now: datetime, **detail: str | int) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=f"case:{row.case_id}",
        case_id=row.case_id,
        now=now,
        detail={"glass": str(row.pk), "operator": row.operator_id, **detail},
    )
