# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The truth of the clock: what is due moves on, whether or not any job remembers it."""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from approdo.kit import jobs
from approdo.notifications import selectors
from approdo.notifications.models import DONE_AT, REMEMBERED, InboundRequest, Message
from approdo.notifications.rules import (
    FRESHNESS,
    Failure,
    Happening,
    MessageState,
    Verdict,
    after_lost_lease,
)
from approdo.notifications.services.enqueueing import tell
from approdo.notifications.services.sending import IN_WAVES, move, verdict

_NEGLECTED = timedelta(seconds=1)
_VERDICTS = {Verdict.RELEASE: Happening.RELEASE, Verdict.CANCEL: Happening.CANCEL}


def sweep(*, now: datetime, limit: int = 200) -> int:
    """Release or cancel held messages that are due, take expired leases back, wake the sending when it sleeps.

    Moves at most ``limit`` rows of each kind, passing over those that somebody else holds; returns how many moved.
    At most as many addresses of messages long done with are forgotten: not counted, for nothing urgent waits behind.
    """
    with transaction.atomic():
        moved = [*_let_fall_through(now, limit), *_take_back_leases(now, limit)]
        tell(moved)
        InboundRequest.objects.filter(received_at__lt=now - 4 * FRESHNESS).delete()
        _forget_addresses(now - timedelta(days=settings.MESSAGE_ADDRESS_DAYS), limit)
    if moved or selectors.someone_waits(now - _NEGLECTED):
        jobs.defer("notifications.send_due", once="notifications.send_due")
    return len(moved)


def _let_fall_through(now: datetime, limit: int) -> list[UUID]:
    held = Message.objects.filter(state=MessageState.HELD, due_at__lte=now)
    due = list(held.order_by("due_at").select_for_update(skip_locked=True)[:limit])
    if not due:
        return []
    alerts: dict[UUID, list[Message]] = defaultdict(list)
    for message in Message.objects.filter(reference__in={message.reference for message in due}, template__in=IN_WAVES):
        alerts[message.reference].append(message)
    for message in due:
        message.due_at = now
        move(message, _VERDICTS[verdict(message, alerts[message.reference], due=True)], now)
    return [message.reference for message in due]


def _take_back_leases(now: datetime, limit: int) -> list[UUID]:
    lost = Message.objects.filter(state=MessageState.SENDING, lease_until__lte=now)
    expired = list(lost.order_by("lease_until").select_for_update(skip_locked=True)[:limit])
    for message in expired:
        message.failure = Failure.INTERRUPTED
        again = after_lost_lease(message.attempts, now)
        if message.closed_at is not None:
            move(message, Happening.CANCEL, now)
        elif again is not None:
            message.due_at = again
            move(message, Happening.RETRY, now)
        else:
            move(message, Happening.FAIL, now)
    return [message.reference for message in expired]


def _forget_addresses(before: datetime, limit: int) -> None:
    """Clear who was written to, and where, from messages done with by then; the rest of the row stays for counting."""
    done = Message.objects.filter(REMEMBERED).annotate(done_at=DONE_AT).filter(done_at__lte=before)
    ids = list(done.order_by("done_at").select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
    if ids:
        Message.objects.filter(pk__in=ids).update(address="", recipient_operator_id=None)
