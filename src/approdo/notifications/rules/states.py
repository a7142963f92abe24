# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""In which states a message can be, what moves it, and when it is tried again or gives way to the next wave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from approdo.kit.words import mark as _
from approdo.networks.rules import Channel
from approdo.notifications.rules.texts import Template

LEASE = timedelta(seconds=30)
"""How long a claimed message belongs to its worker; later it is sent again: twice is better than never."""
BACKOFF = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=45))
"""How long to wait after the first, second and third failed try; the fourth failure is final."""
LEASES_AT_MOST = 10
"""A message whose workers died this often is given up, so that one poisoned message cannot kill workers for ever."""
ANSWER_WINDOW = timedelta(hours=12)
"""How long after it was written a message can be answered by a reply; as long as its link lives."""


class MessageState(StrEnum):
    """Where a message is."""

    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Happening(StrEnum):
    """What can happen to a message."""

    RELEASE = "release"
    CLAIM = "claim"
    ACCEPT = "accept"
    DELIVER = "deliver"
    RETRY = "retry"
    FAIL = "fail"
    CANCEL = "cancel"


TRANSITIONS: dict[tuple[MessageState, Happening], MessageState] = {
    (MessageState.HELD, Happening.RELEASE): MessageState.QUEUED,
    (MessageState.HELD, Happening.CANCEL): MessageState.CANCELLED,
    (MessageState.QUEUED, Happening.CLAIM): MessageState.SENDING,
    (MessageState.QUEUED, Happening.CANCEL): MessageState.CANCELLED,
    # an attempt that was given up succeeded after all
    (MessageState.QUEUED, Happening.ACCEPT): MessageState.SENT,
    (MessageState.QUEUED, Happening.DELIVER): MessageState.DELIVERED,
    (MessageState.SENDING, Happening.ACCEPT): MessageState.SENT,
    # the receipt overtook the acceptance
    (MessageState.SENDING, Happening.DELIVER): MessageState.DELIVERED,
    (MessageState.SENDING, Happening.RETRY): MessageState.QUEUED,
    (MessageState.SENDING, Happening.FAIL): MessageState.FAILED,
    # the attempt failed, and meanwhile somebody had answered
    (MessageState.SENDING, Happening.CANCEL): MessageState.CANCELLED,
    (MessageState.SENT, Happening.DELIVER): MessageState.DELIVERED,
    (MessageState.SENT, Happening.FAIL): MessageState.FAILED,
    # what really happened wins over what we gave up or meant to stop
    (MessageState.FAILED, Happening.DELIVER): MessageState.DELIVERED,
    (MessageState.CANCELLED, Happening.DELIVER): MessageState.DELIVERED,
}


def sources(happening: Happening) -> frozenset[MessageState]:
    """Return the states in which this can happen."""
    return frozenset(state for state, what in TRANSITIONS if what is happening)


class Failure(StrEnum):
    """Why a try did not succeed."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    GATEWAY_ERROR = "gateway_error"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    INTERRUPTED = "interrupted"
    NOT_CONFIGURED = "not_configured"


STATE_WORDS: dict[MessageState, str] = {
    MessageState.HELD: _("pronta, parte se nessuno legge"),
    MessageState.QUEUED: _("in partenza"),
    MessageState.SENDING: _("in partenza"),
    MessageState.SENT: _("inviata"),
    MessageState.DELIVERED: _("consegnata"),
    MessageState.FAILED: _("non consegnata"),
    MessageState.CANCELLED: _("non serve più"),
}

FAILURE_WORDS: dict[Failure, str] = {
    Failure.UNREACHABLE: _("il servizio di invio non risponde"),
    Failure.TIMEOUT: _("il servizio di invio non risponde in tempo"),
    Failure.GATEWAY_ERROR: _("il servizio di invio ha un guasto"),
    Failure.REFUSED: _("recapito rifiutato"),
    Failure.UNDELIVERED: _("recapito non raggiungibile"),
    Failure.INTERRUPTED: _("invio interrotto"),
    Failure.NOT_CONFIGURED: _("canale non attivo"),
}


@dataclass(frozen=True, slots=True)
class NewMessage:
    """One message to write: ``reference`` is the alert it serves, ``code`` the one-time code of its link."""

    reference: UUID
    channel: Channel
    address: str
    operator_id: int | None
    service_id: int | None
    wave: int
    due_at: datetime
    template: Template = Template.ALERT
    language: str = "it"
    code: str = ""


@dataclass(frozen=True, slots=True)
class MessageView:
    """What a board may show of a message: never the address."""

    channel: Channel
    state: MessageState
    sent_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    failure: str
    wave: int
    attempts: int


def first_state(channel: Channel, wave: int) -> MessageState:
    """Return the state in which a message is born: an app message is on the screens as soon as it is written."""
    if channel is Channel.APP:
        return MessageState.SENT
    return MessageState.HELD if wave > 0 else MessageState.QUEUED


def after_failure(attempts: int, now: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` tries, or None when it is enough."""
    return now + BACKOFF[attempts - 1] if attempts <= len(BACKOFF) else None


def after_lost_lease(attempts: int, now: datetime) -> datetime | None:
    """Return when to send a message again whose worker never said how it went: at once, within reason."""
    return now if attempts < LEASES_AT_MOST else None


class Verdict(StrEnum):
    """What becomes of a held message."""

    RELEASE = "release"
    CANCEL = "cancel"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Sibling:
    """A message of the same alert, as far as later waves care."""

    channel: Channel
    wave: int
    state: MessageState
    read: bool


def fall_through(siblings: Sequence[Sibling], *, wave: int, due: bool) -> Verdict:
    """Decide about a held message of ``wave``, given every message of its alert.

    Only a human's eye stops it. A receipt says that a telephone got a text message, not that anybody is awake: so
    *delivered* alone never keeps the telephone from ringing.
    """
    if any(sibling.read for sibling in siblings):
        return Verdict.CANCEL
    if due:
        return Verdict.RELEASE
    earlier = [one for one in siblings if one.wave < wave and one.channel is not Channel.APP]
    if earlier and all(one.state is MessageState.FAILED for one in earlier):
        return Verdict.RELEASE
    return Verdict.WAIT
