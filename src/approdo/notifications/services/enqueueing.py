# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write messages, in the transaction of the act they announce; tell others that messages moved."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from approdo.kit import jobs, rows
from approdo.networks.rules import Channel
from approdo.notifications.models import Message
from approdo.notifications.rules import MessageState, NewMessage, first_state

_PER_JOB = 200


def enqueue(*, messages: Sequence[NewMessage], now: datetime) -> None:
    """Write messages and hurry the sending: one INSERT and one job, whatever their number.

    Runs in the caller's transaction. The job carries no queueing lock: two emergencies would wait for one another.
    """
    written = [_row(message, now) for message in messages]
    rows.insert(Message, written)
    if any(row["state"] is MessageState.QUEUED for row in written):
        jobs.defer("notifications.send_due")


def _row(message: NewMessage, now: datetime) -> rows.Row:
    state = first_state(message.channel, message.wave)
    return {
        "id": uuid4(),
        "reference": message.reference,
        "recipient_operator_id": message.operator_id,
        "service_id": message.service_id,
        "channel": message.channel,
        "address": message.address,
        "wave": message.wave,
        "template": message.template,
        "language": message.language,
        "code": "" if message.channel is Channel.APP else message.code,
        "state": state,
        "attempts": 0,
        "written_at": now,
        "due_at": message.due_at,
        "sent_at": now if state is MessageState.SENT else None,
        "failure": "",
    }


def tell(references: Iterable[UUID]) -> None:
    """Let whoever shows these alerts know that their messages moved; in the transaction that moved them."""
    distinct = [str(reference) for reference in dict.fromkeys(references)]
    for start in range(0, len(distinct), _PER_JOB):
        jobs.defer("notifications.message_changed", references=" ".join(distinct[start : start + _PER_JOB]))
