# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people do to a referral: who may, when, is one table (``rules.TRANSITIONS``)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor, Permission, Slice, require
from approdo.kit.errors import NotFound
from approdo.referrals.models import Referral
from approdo.referrals.rules import OVER, Act, Answer, Status, moved, read_code
from approdo.referrals.selectors import Line, held_by, line_of, reads, standing
from approdo.referrals.services._steps import MOVING, note, owe, wind


@transaction.atomic
def act(
    *,
    actor: Actor,
    referral_id: UUID,
    act: Act,
    answer: Answer,
    now: datetime,
    led: Collection[UUID] = (),
    slices: Collection[Slice] = (),
) -> Line:
    """Do one act on a referral and return how it stands; ``slices``: what the target may read, when it is sent.

    Raises ``NotFound`` for absent and hidden alike, ``Conflict`` when the act does not fit or is not hers, ``Invalid``
    for a code or words that do not go with it.
    """
    require(actor, Permission.READ_CASE)
    row = Referral.objects.select_for_update(of=("self",)).visible_to(actor, led).filter(pk=referral_id).first()
    held = frozenset() if row is None else held_by(actor, row, led)
    if row is None or not reads(row, held):
        raise NotFound
    row.status = moved(standing(row), act, held)
    answer = Answer(read_code(act, answer.code), answer.words)
    _move(row, act, answer.code, now)
    if act is Act.SEND:
        row.slices = sorted(slices)
    wind(row)
    row.save(update_fields=MOVING)
    note(row, act, actor=actor, answer=answer, now=now)
    return line_of(row)


def _move(row: Referral, act: Act, code: str, now: datetime) -> None:
    if act is Act.SEND:
        row.sent_at, row.service_ids = now, sorted({*row.service_ids, row.target_id})
        owe(row, now)
    elif act is Act.ASK:
        row.asked_at = now
        owe(row, now)
    elif act is Act.ANSWER:
        row.answered_at = now
        owe(row, now)
    elif act in {Act.ACCEPT, Act.MEET}:
        row.progress = code
        row.taken_at = row.taken_at or now
        row.met_at = row.met_at or now if act is Act.MEET else row.met_at
    elif Status(row.status) in OVER:
        row.ended_at, row.end_reason = now, code
