# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comes back: receipts, replies, eyes on a screen, an answer that makes the rest unnecessary."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from approdo.networks.rules import Channel, normalised_phone
from approdo.notifications import selectors
from approdo.notifications.models import Message
from approdo.notifications.rules import (
    Failure,
    Happening,
    MessageState,
    NewMessage,
    ReceiptState,
    Replayed,
    Template,
    sources,
)
from approdo.notifications.services.enqueueing import enqueue, tell
from approdo.notifications.services.sending import locked_siblings, move, release_next


@transaction.atomic
def record_receipt(
    *, provider_reference: str, state: ReceiptState, now: datetime, message_id: UUID | None = None
) -> UUID | None:
    """Record what became of an accepted message and return its alert; None when the message is not known.

    ``message_id`` (ours, echoed by the gateway) finds a message whose acceptance was never recorded. A receipt that
    says nothing new changes nothing.
    """
    known = Message.objects.filter(Q(provider_reference=provider_reference) | Q(pk=message_id))
    found = known.values_list("reference", "pk").first()
    if found is None:
        return None
    reference, pk = found
    siblings = locked_siblings(reference)
    message = next(sibling for sibling in siblings if sibling.pk == pk)
    if state is ReceiptState.DELIVERED:
        moved = move(message, Happening.DELIVER, now)
    else:
        if MessageState(message.state) in sources(Happening.FAIL):
            message.failure = Failure.UNDELIVERED
        moved = move(message, Happening.FAIL, now)
        release_next(siblings, now)
    if moved:
        tell([reference])
    return reference


def match_reply(*, sender: str, now: datetime, message_id: UUID | None = None) -> UUID | None:
    """Return the alert a reply answers: of the message it names, else the newest text message to that number."""
    if message_id is not None:
        return selectors.reference_of(message_id, now)
    return selectors.open_reference(normalised_phone(sender) or sender, now)


def admit(*, signature: str, now: datetime) -> None:
    """Remember a signed request, in the transaction of what it does. Raises ``Replayed`` when it came before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_inboundrequest (signature, received_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [signature, now],
        )
        if cursor.rowcount == 0:
            raise Replayed


@transaction.atomic
def mark_shown(*, references: Collection[UUID], now: datetime) -> list[UUID]:
    """Note that these alerts are on an open screen of whom they are for; return those that were not before."""
    shown = Message.objects.filter(reference__in=references, channel=Channel.APP, state=MessageState.SENT)
    locked = list(shown.select_for_update().order_by("reference", "id").values_list("pk", "reference"))
    if locked:
        Message.objects.filter(pk__in=[pk for pk, _reference in locked]).update(
            state=MessageState.DELIVERED, delivered_at=now
        )
    return list(dict.fromkeys(reference for _pk, reference in locked))


@transaction.atomic
def mark_read(*, references: Collection[UUID], now: datetime) -> None:
    """Note that somebody has read these alerts: what was held back for her is not needed any more.

    The caller shows the change itself, so that no job is deferred.
    """
    mine = _locked(references)
    mark_shown(references=references, now=now)
    mine.filter(read_at=None).update(read_at=now)
    mine.filter(state=MessageState.HELD).update(state=MessageState.CANCELLED, code="")


@transaction.atomic
def cancel(*, references: Collection[UUID], now: datetime) -> None:
    """Stop what has not left for these alerts, and expect no reply to what has: they were answered or stood down.

    The caller shows the change itself, so that no job is deferred.
    """
    mine = _locked(references)
    stoppable = sources(Happening.CANCEL) - {MessageState.SENDING}
    mine.filter(state__in=stoppable).update(state=MessageState.CANCELLED, code="")
    mine.filter(closed_at=None).update(closed_at=now)


def _locked(references: Collection[UUID]) -> QuerySet[Message]:
    """Lock all messages of these alerts, in the order in which everybody does, and return them."""
    chosen = Message.objects.filter(reference__in=references)
    list(chosen.select_for_update().order_by("reference", "id").values_list("pk", flat=True))
    return chosen


@transaction.atomic
def follow_up(*, references: Collection[UUID], template: Template, now: datetime) -> None:
    """Write once more to everybody whom a message of these alerts has reached outside the app, once per address.

    A telephone rings again only where nothing quieter can tell.
    """
    left = Message.objects.filter(
        reference__in=references,
        template=Template.ALERT,
        state__in=[MessageState.SENDING, MessageState.SENT, MessageState.DELIVERED],
    ).exclude(Q(channel=Channel.APP) | Q(address=""))  # without an address: forgotten since
    rows = list(left.order_by("-written_at", "id"))
    by_address = {(message.channel, message.address): message for message in rows}
    quiet = {message.reference for message in rows if message.channel != Channel.VOICE}
    enqueue(
        messages=[
            NewMessage(
                reference=message.reference,
                channel=Channel(message.channel),
                address=message.address,
                operator_id=message.recipient_operator_id,
                service_id=message.service_id,
                wave=0,
                due_at=now,
                template=template,
                language=message.language,
            )
            for message in by_address.values()
            if message.channel != Channel.VOICE or message.reference not in quiet
        ],
        now=now,
    )
