# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min, QuerySet

from approdo.access.rules import Actor
from approdo.kit.rows import Answer, Rows, ask
from approdo.networks.rules import Channel
from approdo.notifications.models import Message
from approdo.notifications.rules import (
    ANSWER_WINDOW,
    TRIAL_WINDOW,
    Failure,
    MessageState,
    MessageView,
    Template,
    next_trial_at,
)


@dataclass(frozen=True, slots=True)
class TrialLine:
    """What became of the test of one contact point; its address is the actor's own."""

    channel: Channel
    address: str
    state: MessageState
    at: datetime
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Trial:
    """The last time the actor tried how she is reached for a service, and when she may again (None: now)."""

    pressed_at: datetime | None
    lines: tuple[TrialLine, ...]
    again_at: datetime | None


_MESSAGES = """
SELECT reference, channel, state, sent_at, delivered_at, failed_at, failure, wave, attempts
  FROM notifications_message WHERE reference = ANY(%s) AND template = %s ORDER BY wave, channel, id
"""


def messages_of(references: Collection[UUID]) -> dict[UUID, tuple[MessageView, ...]]:
    """Return the messages of each alert, by wave and channel; follow-ups are not among them.

    For the board, whose selector has already decided what the actor may see.
    """
    return ask_messages_of(references).value


def ask_messages_of(references: Collection[UUID]) -> Answer[dict[UUID, tuple[MessageView, ...]]]:
    """Ask for ``messages_of`` without waiting for it."""
    return ask(_MESSAGES, [list(references), Template.ALERT], _by_reference)


def _by_reference(rows: Rows) -> dict[UUID, tuple[MessageView, ...]]:
    found: dict[UUID, list[MessageView]] = defaultdict(list)
    for reference, channel, state, *rest in rows:
        found[reference].append(MessageView(Channel(channel), MessageState(state), *rest))
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


def trials_pressed(operator_id: int | None, now: datetime) -> list[datetime]:
    """Return when an operator tried how she is reached, as far back as it counts."""
    recent = Message.objects.filter(
        recipient_operator_id=operator_id,
        template=Template.TRIAL,
        channel=Channel.APP,
        written_at__gt=now - TRIAL_WINDOW,
    )
    return list(recent.values_list("written_at", flat=True))


def trial(actor: Actor, service_id: int, now: datetime) -> Trial:
    """Return how the actor's own last trial for a service went: what she tried of others she does not see."""
    mine = Message.objects.filter(
        recipient_operator_id=actor.operator_id, template=Template.TRIAL, service_id=service_id
    )
    last = mine.order_by("-written_at").values_list("reference", flat=True)[:1]
    rows = list(mine.filter(reference__in=last).order_by("channel", "address"))
    return Trial(
        pressed_at=rows[0].written_at if rows else None,
        lines=tuple(
            TrialLine(
                channel=Channel(row.channel),
                address="" if row.channel == Channel.APP else row.address,
                state=MessageState(row.state),
                at=row.delivered_at or row.failed_at or row.sent_at or row.written_at,
                failure=Failure(row.failure) if row.failure else None,
            )
            for row in rows
        ),
        again_at=next_trial_at(trials_pressed(actor.operator_id, now), now),
    )


def _answerable(now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(template=Template.ALERT, closed_at=None, written_at__gt=now - ANSWER_WINDOW)
