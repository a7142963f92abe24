# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min, QuerySet

from approdo.networks.rules import Channel
from approdo.notifications.models import Message
from approdo.notifications.rules import ANSWER_WINDOW, MessageState, MessageView, Template

__all__ = [
    "MessageView",
    "language_of",
    "messages_of",
    "oldest_due",
    "oldest_overdue",
    "open_reference",
    "reference_of",
    "someone_waits",
]


def messages_of(references: Collection[UUID]) -> dict[UUID, tuple[MessageView, ...]]:
    """Return the messages of each alert, by wave and channel; follow-ups are not among them.

    For the board, whose selector has already decided what the actor may see.
    """
    found: dict[UUID, list[MessageView]] = defaultdict(list)
    rows = Message.objects.filter(reference__in=references, template=Template.ALERT).order_by("wave", "channel", "id")
    for row in rows.only(
        "reference", "channel", "state", "sent_at", "delivered_at", "failed_at", "failure", "wave", "attempts"
    ):
        found[row.reference].append(
            MessageView(
                channel=Channel(row.channel),
                state=MessageState(row.state),
                sent_at=row.sent_at,
                delivered_at=row.delivered_at,
                failed_at=row.failed_at,
                failure=row.failure,
                wave=row.wave,
                attempts=row.attempts,
            )
        )
    return {reference: tuple(views) for reference, views in found.items()}


def oldest_due() -> datetime | None:
    """Return the earliest instant at which some message wants to be moved, past or future; None when none waits."""
    waiting = Message.objects.filter(state__in=[MessageState.QUEUED, MessageState.HELD]).aggregate(at=Min("due_at"))
    leased = Message.objects.filter(state=MessageState.SENDING).aggregate(at=Min("lease_until"))
    return min((found["at"] for found in (waiting, leased) if found["at"] is not None), default=None)


def oldest_overdue(now: datetime) -> timedelta | None:
    """Return for how long the most neglected message has been waiting beyond its instant; None when none has."""
    due = oldest_due()
    return now - due if due is not None and due <= now else None


def open_reference(sender: str, now: datetime) -> UUID | None:
    """Return the alert that a text message from this number answers: the newest one still open.

    What was ever handed to the gateway counts, also if we gave it up: the reply proves that it arrived.
    """
    return (
        _answerable(now)
        .filter(channel=Channel.SMS, address=sender, attempts__gt=0)
        .order_by("-written_at", "id")
        .values_list("reference", flat=True)
        .first()
    )


def reference_of(message_id: UUID, now: datetime) -> UUID | None:
    """Return the alert of a message that is still open, for a key pressed during the call that carried it."""
    return _answerable(now).filter(pk=message_id).values_list("reference", flat=True).first()


def language_of(reference: UUID) -> str | None:
    """Return the language in which an alert was sent."""
    return Message.objects.filter(reference=reference).values_list("language", flat=True).first()


def someone_waits(now: datetime) -> bool:
    """Tell whether a message is due and nobody has claimed it."""
    return Message.objects.filter(state=MessageState.QUEUED, due_at__lte=now).exists()


def _answerable(now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(template=Template.ALERT, closed_at=None, written_at__gt=now - ANSWER_WINDOW)
