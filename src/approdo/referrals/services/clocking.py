# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the clock does to a referral that nobody answers: a reminder, the coordinator, the end with its reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import SYSTEM
from approdo.referrals.models import Referral
from approdo.referrals.rules import Act, Answer, CancelReason, Party, Status, moved
from approdo.referrals.selectors import owed, standing
from approdo.referrals.services._steps import MOVING, note, wind


@dataclass(frozen=True, slots=True)
class Ticked:
    """What the clock did: to which referral of which case, who owed the answer, and who asked."""

    referral_id: UUID
    case_id: UUID
    act: Act
    owing_id: int
    """The service that owed an answer: the target, or the requester while a question of the target's is open."""
    requester_id: int
    target_id: int
    requested_by_id: int


@transaction.atomic
def advance(*, referral_id: UUID, now: datetime) -> Ticked | None:
    """Do what the clock of one referral has to do by now; None when somebody was quicker, or is at it."""
    row = Referral.objects.select_for_update(skip_locked=True).filter(pk=referral_id, due_at__lte=now).first()
    waits = None if row is None else owed(row)
    if row is None or waits is None:
        return None
    stands, (act, _at) = standing(row), waits.next
    row.status = moved(stands, act, {Party.CLOCK})
    if act is Act.REMIND:
        row.reminded_at = now
    elif act is Act.ESCALATE:
        row.escalated_at = now
    else:
        row.ended_at, row.end_reason = now, CancelReason.NO_ANSWER
    wind(row)
    row.save(update_fields=MOVING)
    code = CancelReason.NO_ANSWER.value if row.status == Status.CANCELLED else ""
    note(row, act, actor=SYSTEM, answer=Answer(code), now=now)
    owing = row.requester_id if stands.open_question else row.target_id
    return Ticked(row.pk, row.case_id, act, owing, row.requester_id, row.target_id, row.requested_by_id)
