# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Send what is due: claim rows, hand them over in threads, record how it went.

A claim is a lease. Whoever dies with it loses it, and the message is sent again; whoever comes back late finds that the
number of attempts has moved on, and his failure no longer counts (his success does: it happened).
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from approdo.networks.rules import Channel
from approdo.notifications.gateways import NotSent, Outgoing, send
from approdo.notifications.models import Message
from approdo.notifications.rules import (
    LEASE,
    TRANSITIONS,
    Failure,
    Happening,
    MessageState,
    Sibling,
    Template,
    Verdict,
    after_failure,
    fall_through,
)
from approdo.notifications.services.enqueueing import tell

log = logging.getLogger(__name__)

LANES: dict[Channel, int] = {Channel.EMAIL: 8, Channel.SMS: 8, Channel.VOICE: 8}
"""Messages in flight per channel. Each has its own, so that a gateway that hangs holds up nobody else's."""
IN_WAVES = frozenset({Template.ALERT, Template.DRILL})
"""Templates of which a later wave may be held."""
PATIENCE = timedelta(seconds=15)
"""After this a try counts as failed, whatever its thread still hopes for; well within the lease."""
_DRILL_LANES = 2
"""Of each channel's lanes, how many drills may take: the others stay free for whoever needs help."""
_GLANCE = 0.2  # seconds between two looks for new messages while some are in flight


@dataclass(frozen=True, slots=True)
class Result:
    """How one try went."""

    outgoing: Outgoing
    provider_reference: str | None = None
    failure: Failure | None = None
    final: bool = False


# -- claim ------------------------------------------------------------------------------------------------------------


def claim(*, now: datetime, room: Mapping[Channel, int], limit: int | None = None) -> list[Outgoing]:
    """Claim at most ``room`` due messages per channel, oldest first, passing over those that another worker holds.

    Drills leave only when nothing else does, and by few lanes: a test never delays a call.
    """
    claimed: list[Message] = []
    with transaction.atomic():
        for channel, lanes in room.items():
            free = lanes if limit is None else min(lanes, limit - len(claimed))
            if free > 0:
                due = Message.objects.filter(state=MessageState.QUEUED, channel=channel, due_at__lte=now)
                due = due.exclude(template=Template.DRILL)
                claimed += due.order_by("due_at", "id").select_for_update(skip_locked=True)[:free]
        if not claimed:
            claimed = _drills_due(now, room, limit)
        if claimed:
            Message.objects.filter(pk__in=[message.pk for message in claimed]).update(
                state=TRANSITIONS[(MessageState.QUEUED, Happening.CLAIM)],
                attempts=F("attempts") + 1,
                lease_until=now + LEASE,
            )
    return [
        Outgoing(
            id=message.pk,
            reference=message.reference,
            attempts=message.attempts + 1,
            channel=Channel(message.channel),
            template=Template(message.template),
            language=message.language,
            address=message.address,
            code=message.code,
        )
        for message in claimed
    ]


def _drills_due(now: datetime, room: Mapping[Channel, int], limit: int | None) -> list[Message]:
    """Return drills that may leave, locked: nothing else is waiting, and most lanes are free."""
    free = {channel: lanes - (LANES[channel] - _DRILL_LANES) for channel, lanes in room.items()}
    if limit is not None and limit <= 0:
        return []
    due = Message.objects.filter(state=MessageState.QUEUED, template=Template.DRILL, due_at__lte=now)
    chosen: list[Message] = []
    for message in due.order_by("due_at", "id").select_for_update(skip_locked=True)[: limit or sum(LANES.values())]:
        channel = Channel(message.channel)
        if free.get(channel, 0) > 0:
            free[channel] -= 1
            chosen.append(message)
    return chosen


# -- fly --------------------------------------------------------------------------------------------------------------


class _Flight:
    """The messages in the air: one thread each, no database in it, forgotten when its patience is over."""

    def __init__(self, gateway: Callable[[Outgoing], str | None]) -> None:
        self._gateway = gateway
        self._landed: SimpleQueue[Result] = SimpleQueue()
        self._until: dict[Outgoing, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    def room(self) -> dict[Channel, int]:
        busy = Counter(outgoing.channel for outgoing in self._until)
        return {channel: lanes - busy[channel] for channel, lanes in LANES.items()}

    def start(self, outgoing: Outgoing) -> None:
        self._until[outgoing] = time.monotonic() + PATIENCE.total_seconds()
        threading.Thread(target=self._try, args=[outgoing], daemon=True).start()

    def _try(self, outgoing: Outgoing) -> None:
        try:
            self._landed.put(Result(outgoing, provider_reference=self._gateway(outgoing)))
        except NotSent as error:
            self._landed.put(Result(outgoing, failure=error.failure, final=error.final))
        except Exception as error:  # its text could hold an address
            log.error("a gateway broke: %s", type(error).__name__)
            self._landed.put(Result(outgoing, failure=Failure.GATEWAY_ERROR))

    def landed(self) -> list[Result]:
        """Wait a moment for the first result; return it with all others there are."""
        results: list[Result] = []
        try:
            results.append(self._landed.get(timeout=_GLANCE))
            while True:
                results.append(self._landed.get_nowait())
        except Empty:
            pass
        now = time.monotonic()
        overdue = [outgoing for outgoing, until in self._until.items() if until <= now]
        landed = {result.outgoing for result in results}
        results += [Result(outgoing, failure=Failure.TIMEOUT) for outgoing in overdue if outgoing not in landed]
        for result in results:
            self._until.pop(result.outgoing, None)
        return results


def send_due(
    *, now: datetime, limit: int | None = None, gateway: Callable[[Outgoing], str | None] | None = None
) -> int:
    """Send every message due at ``now`` or while this runs, at most ``limit``; return how many tries were made.

    Only this thread touches the database, and no transaction is open while messages fly.
    """
    flight = _Flight(gateway or send)
    began = time.monotonic()
    tries = 0
    while True:
        instant = now + timedelta(seconds=time.monotonic() - began)
        claimed = claim(now=instant, room=flight.room(), limit=None if limit is None else limit - tries)
        for outgoing in claimed:
            flight.start(outgoing)
        tries += len(claimed)
        if not flight:
            return tries
        results = flight.landed()
        record(results=results, now=now + timedelta(seconds=time.monotonic() - began))


# -- record -----------------------------------------------------------------------------------------------------------


def record(*, results: Iterable[Result], now: datetime) -> None:
    """Write how tries went. One row that cannot be written does not keep the others from being."""
    ordered = sorted(results, key=lambda result: (result.outgoing.reference, result.outgoing.id))
    if not ordered:
        return
    moved: list[UUID] = []
    with transaction.atomic():
        for result in ordered:
            try:
                with transaction.atomic():
                    happened = _accepted(result, now) if result.failure is None else _failed(result, now)
            except Exception as error:  # its text could quote the row; the lease will bring the message back
                log.error("a try of message %s was not recorded: %s", result.outgoing.id, type(error).__name__)
            else:
                if happened:
                    moved.append(result.outgoing.reference)
        tell(moved)


def _accepted(result: Result, now: datetime) -> bool:
    message = Message.objects.select_for_update().get(pk=result.outgoing.id)
    if result.provider_reference and message.provider_reference is None:
        _keep_reference(message, result.provider_reference)
    return move(message, Happening.ACCEPT, now)


def _keep_reference(message: Message, reference: str) -> None:
    try:
        with transaction.atomic():
            Message.objects.filter(pk=message.pk).update(provider_reference=reference)
    except IntegrityError:
        log.warning("the gateway gave message %s a reference that another one has", message.pk)


def _failed(result: Result, now: datetime) -> bool:
    siblings = locked_siblings(result.outgoing.reference)
    message = next(sibling for sibling in siblings if sibling.pk == result.outgoing.id)
    if message.state != MessageState.SENDING or message.attempts != result.outgoing.attempts:
        return False
    assert result.failure is not None
    message.failure = result.failure
    again = None if result.final else after_failure(message.attempts, now)
    if message.closed_at is not None:
        return move(message, Happening.CANCEL, now)
    if again is not None:
        message.due_at = again
        return move(message, Happening.RETRY, now)
    move(message, Happening.FAIL, now)
    release_next(siblings, now)
    return True


def locked_siblings(reference: UUID) -> list[Message]:
    """Lock and return all messages of an alert; everybody locks in this order, so that nobody waits in a circle."""
    return list(Message.objects.select_for_update().filter(reference=reference).order_by("id"))


def release_next(siblings: Iterable[Message], now: datetime) -> None:
    """Release the held messages of an alert whose earlier waves have all failed, without waiting for their instant."""
    alert = [message for message in siblings if message.template in IN_WAVES]
    for message in alert:
        if message.state == MessageState.HELD and verdict(message, alert, due=False) is Verdict.RELEASE:
            message.due_at = now
            move(message, Happening.RELEASE, now)


def verdict(message: Message, alert: Iterable[Message], *, due: bool) -> Verdict:
    """Ask the rule about a held message, given all messages of its alert."""
    siblings = [
        Sibling(Channel(one.channel), one.wave, MessageState(one.state), one.read_at is not None) for one in alert
    ]
    return fall_through(siblings, wave=message.wave, due=due)


def move(message: Message, happening: Happening, now: datetime) -> bool:
    """Move a locked message and save it; False, and nothing done, when the table does not provide for it."""
    target = TRANSITIONS.get((MessageState(message.state), happening))
    if target is None:
        return False
    message.state = target
    message.lease_until = None
    if target in {MessageState.SENT, MessageState.DELIVERED}:
        message.sent_at = message.sent_at or now
        message.failed_at, message.failure = None, ""
    if target is MessageState.DELIVERED:
        message.delivered_at = now
    if target is MessageState.FAILED:
        message.failed_at = now
    if target not in {MessageState.QUEUED, MessageState.HELD}:
        message.code = ""
    message.save(
        update_fields=[
            "state", "lease_until", "due_at", "sent_at", "delivered_at", "failed_at", "failure", "code"
        ]
    )  # fmt: skip
    return True
