# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the gateway brings back, across messages and activations: receipts, a reply `1`, a voice key."""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from approdo.access.services import as_system
from approdo.activations import services as activations
from approdo.audit import services as audit
from approdo.kit.errors import NotFound, Refusal
from approdo.notifications import services as notifications
from approdo.notifications.rules import Meant, Receipt, Reply, ReplyOutcome, meant

log = logging.getLogger(__name__)


@as_system()
def receive_receipt(*, receipt: Receipt, signature: str, now: datetime) -> None:
    """Record a delivery receipt. Raises ``Replayed``; ``NotFound`` for a message that we do not know."""
    notifications.admit(signature=signature, now=now)
    reference = notifications.record_receipt(
        provider_reference=receipt.reference, state=receipt.state, now=now, message_id=receipt.message_id
    )
    if reference is None:
        raise NotFound


@audit.goes_on
@as_system()
def receive_reply(*, reply: Reply, signature: str, now: datetime) -> ReplyOutcome:
    """Take the call that a reply or a key press answers, and say what became of it. Raises ``Replayed``.

    The word of a test never takes a call; a 1 that no call waits for answers a test, and is told that it was one.
    """
    notifications.admit(signature=signature, now=now)
    wanted = meant(reply.text)
    if wanted is None:
        return ReplyOutcome.NOT_UNDERSTOOD
    reference = None
    if wanted is Meant.TAKE:
        reference = notifications.match_reply(sender=reply.sender, now=now, message_id=reply.message_id)
    if reference is None:
        tested = notifications.answer_drill(sender=reply.sender, now=now, message_id=reply.message_id)
        return ReplyOutcome.TESTED if tested else ReplyOutcome.NOTHING_OPEN
    try:
        activations.take_by_reference(reference=reference, now=now)
    except NotFound:
        return ReplyOutcome.NOTHING_OPEN
    except Refusal:
        return ReplyOutcome.ALREADY
    return ReplyOutcome.CONFIRMED


def messages_changed(*, references: Iterable[UUID], now: datetime) -> None:
    """Let activations see that the messages of these alerts moved, each in a transaction of its own; and trials."""
    references = tuple(references)
    for reference in references:
        try:
            activations.delivery_changed(reference=reference, now=now)
        except Exception:  # the others are not to wait for this one
            log.exception("the board of alert %s was not refreshed", reference)
    notifications.announce_trials(references=references)
