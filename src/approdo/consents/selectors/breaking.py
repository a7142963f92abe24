# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Break-glass: which is open, who is still to be told, which is still to be reviewed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from approdo.access.rules import Actor, Forbidden, Role
from approdo.consents.models import BreakGlass
from approdo.consents.rules import (
    REVIEW_WITHIN,
    BreakGlassReason,
    BreakGlassState,
    Notice,
    break_glass_state,
    reminder_due,
    review_due,
)
from approdo.consents.selectors.walls import blocked_cases
from approdo.kit.rows import Answer, Statement
from approdo.networks import selectors as networks

_NOW = Statement(
    lambda operator, case, at: BreakGlass.objects.filter(
        operator=operator, case_id=case, opened_at__lte=at, until__gt=at
    ),
    operator=int,
    case=UUID,
    at=datetime,
)


_UNREVIEWED = Statement(
    lambda at: BreakGlass.objects.filter(reviewed_at=None, opened_at__lte=at).order_by("-opened_at", "pk"), at=datetime
)


@dataclass(frozen=True, slots=True)
class Breaking:
    """One break-glass as it stands at an instant."""

    id: UUID
    case_id: UUID
    operator_id: int
    service_id: int
    organisation_id: int
    reason: BreakGlassReason
    opened_at: datetime
    until: datetime
    review_due_at: datetime
    notices_due: tuple[Notice, ...]
    state: BreakGlassState


def break_glass_now(operator_id: int, case_id: UUID, at: datetime) -> Breaking | None:
    """Return the break-glass of an operator that is live on a case, or None.

    It holds for the service she acted for: compare ``service_id``. Whether she is blocked is ``rules.allowed``.
    """
    return ask_break_glass_now(operator_id, case_id, at).value


def ask_break_glass_now(operator_id: int, case_id: UUID, at: datetime) -> Answer[Breaking | None]:
    """Ask for the same."""
    found = _NOW.ask(operator=operator_id, case=case_id, at=at)
    return found.then(lambda rows: breaking(rows[0], at) if rows else None)


def ask_unreviewed(at: datetime) -> Answer[tuple[Breaking, ...]]:
    """Ask for every break-glass without a review, open ones too, the newest first, as far as the reader sees it."""
    return _UNREVIEWED.ask(at=at).then(lambda rows: tuple(breaking(row, at) for row in rows))


def reviews_due(at: datetime) -> tuple[Breaking, ...]:
    """Return what has ended and waits for its review, the oldest first; ``overdue`` ones escalate. System-internal."""
    rows = BreakGlass.objects.filter(reviewed_at=None, until__lte=at).order_by("opened_at", "pk")
    return tuple(breaking(row, at) for row in rows)


def reviews_for(actor: Actor, *, at: datetime) -> tuple[Breaking, ...]:
    """Return what a network coordinator may review: of other organisations of her networks, not what is kept from her.

    Raises ``Forbidden`` for any other role.
    """
    if actor.role is not Role.NETWORK_COORDINATOR or actor.operator_id is None:
        raise Forbidden
    around, kept_from_her = networks.other_organisations_around(actor.organisation_id), blocked_cases(actor.operator_id)
    return tuple(
        one
        for one in reviews_due(at)
        if one.organisation_id in around and one.operator_id != actor.operator_id and one.case_id not in kept_from_her
    )


def notices_due(at: datetime) -> tuple[Breaking, ...]:
    """Return the break-glasses somebody must still be told of; who sends says so with ``services.notice_sent``."""
    untold = Q(manager_told_at=None) | Q(reviewer_told_at=None)
    rows = BreakGlass.objects.filter(untold, reviewed_at=None, opened_at__lte=at).order_by("opened_at", "pk")
    return tuple(breaking(row, at) for row in rows)


def reminders_due(at: datetime) -> tuple[Breaking, ...]:
    """Return what is overdue and of which nobody was reminded for a day; who reminds says so with ``services.remind``.

    System-internal.
    """
    rows = BreakGlass.objects.filter(reviewed_at=None, until__lte=at, opened_at__lte=at - REVIEW_WITHIN)
    return tuple(
        breaking(row, at)
        for row in rows.order_by("opened_at", "pk")
        if reminder_due(opened_at=row.opened_at, reminded_at=row.reminded_at, at=at)
    )


def breaking(row: BreakGlass, at: datetime) -> Breaking:
    """Return a row as it stands at an instant."""
    told = {Notice.CASE_MANAGER: row.manager_told_at, Notice.REVIEWER: row.reviewer_told_at}
    return Breaking(
        id=row.pk,
        case_id=row.case_id,
        operator_id=row.operator_id,
        service_id=row.service_id,
        organisation_id=row.organisation_id,
        reason=BreakGlassReason(row.reason),
        opened_at=row.opened_at,
        until=row.until,
        review_due_at=review_due(row.opened_at),
        notices_due=tuple(notice for notice, at_ in told.items() if at_ is None),
        state=break_glass_state(opened_at=row.opened_at, until=row.until, reviewed_at=row.reviewed_at, at=at),
    )
