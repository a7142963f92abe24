# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contract with the gateway for text messages and calls (docs/reference/gateway.md)."""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from approdo.kit.errors import Conflict, Invalid, Refusal
from approdo.kit.words import mark as _
from approdo.networks.rules import Channel

TIMESTAMP_HEADER = "Approdo-Timestamp"
SIGNATURE_HEADER = "Approdo-Signature"
FRESHNESS = timedelta(minutes=5)
BODY_LIMIT = 8_192
"""Bytes of an inbound body; a real one has some two hundred."""

_Choice = TypeVar("_Choice", bound=StrEnum)
_NUMBER = re.compile(r"\+\d{6,17}|\d{3,12}")


class Replayed(Conflict):
    """The same signed request a second time: the first one was heard."""

    code = "replayed"
    sentence = _("Questa richiesta è già stata ricevuta.")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body sent at ``timestamp`` (Unix seconds, as text)."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_genuine(secret: str, timestamp: str, body: bytes, signature: str, now: datetime) -> bool:
    """Tell whether the other side knew the secret, not longer ago than ``FRESHNESS``; never without a secret."""
    if not secret or not re.fullmatch(r"\d{1,12}", timestamp, re.ASCII):
        return False
    fresh = abs(now.timestamp() - int(timestamp)) <= FRESHNESS.total_seconds()
    return hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode()) and fresh


class ReceiptState(StrEnum):
    """What a gateway can say about a message it had accepted."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery receipt; ``message_id`` is ours, and finds a message whose acceptance we did not live to record."""

    reference: str
    state: ReceiptState
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote back or pressed; only a key press knows which message it answers."""

    channel: Channel
    sender: str
    text: str
    message_id: UUID | None = None


class ReplyOutcome(StrEnum):
    """What became of a reply."""

    CONFIRMED = "confirmed"
    ALREADY = "already_answered"
    NOTHING_OPEN = "nothing_open"
    NOT_UNDERSTOOD = "not_understood"
    TESTED = "tested"


class Meant(StrEnum):
    """What somebody meant by a reply: to take what she is called for, or to say that a test reached her."""

    TAKE = "take"
    TEST = "test"


def meant(text: str) -> Meant | None:
    """Return what a reply means, whatever a telephone put around it: a 1 takes, the word of a test never does."""
    found = re.fullmatch(r"[\s\"'«.]*(?:(1)|prova|test)[\s\"'».!]*", text, re.IGNORECASE)
    if found is None:
        return None
    return Meant.TAKE if found[1] else Meant.TEST


def outbound(*, message_id: UUID, channel: Channel, to: str, text: str, language: str, callback: str) -> dict[str, str]:
    """Return the body of the request that asks the gateway to send."""
    return {
        "id": str(message_id),
        "channel": channel.value,
        "to": to,
        "text": text,
        "language": language,
        "callback": callback,
    }


def read_receipt(body: bytes) -> Receipt:
    """Read a receipt. Raises ``Invalid`` with one sentence per field."""
    fields = _Fields(body)
    receipt = Receipt(
        fields.text("reference", longest=200),
        fields.choice("state", ReceiptState, ReceiptState.FAILED),
        fields.identifier("id"),
    )
    fields.check()
    return receipt


def read_reply(body: bytes) -> Reply:
    """Read a reply or key press. Raises ``Invalid`` with one sentence per field."""
    fields = _Fields(body)
    reply = Reply(
        fields.choice("channel", Channel, Channel.SMS),
        fields.text("from", longest=40),
        fields.text("text", longest=1_000),
        fields.identifier("id"),
    )
    if reply.channel not in {Channel.SMS, Channel.VOICE}:
        fields.problems["channel"] = _("Il canale può essere «sms» o «voice».")
    if not _NUMBER.fullmatch(reply.sender):
        fields.problems.setdefault("from", _("Il numero va scritto con il prefisso, per esempio +39…"))
    if reply.channel is Channel.VOICE and reply.message_id is None:
        fields.problems.setdefault("id", _("Un tasto premuto deve dire a quale messaggio risponde."))
    fields.check()
    return reply


class _Fields:
    """Reads known fields of a JSON object one by one and gathers what is wrong with them."""

    def __init__(self, body: bytes) -> None:
        self.problems: dict[str, str] = {}
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise Refusal(_("Il corpo deve essere un oggetto JSON."), code="malformed")
        self._document: dict[str, Any] = document

    def text(self, name: str, *, longest: int) -> str:
        value = self._document.get(name)
        if isinstance(value, str) and 0 < len(value) <= longest and "\x00" not in value and _is_encodable(value):
            return value
        self.problems[name] = _("Questo campo manca o non è valido.")
        return ""

    def choice(self, name: str, kind: type[_Choice], otherwise: _Choice) -> _Choice:
        try:
            return kind(str(self._document.get(name)))
        except ValueError:
            self.problems[name] = _("Questo campo manca o non è valido.")
            return otherwise

    def identifier(self, name: str) -> UUID | None:
        value = self._document.get(name)
        if value is None:
            return None
        try:
            return UUID(value)
        except (ValueError, AttributeError, TypeError):
            self.problems[name] = _("Questo campo manca o non è valido.")
            return None

    def check(self) -> None:
        if self.problems:
            raise Invalid(self.problems)


def _is_encodable(text: str) -> bool:
    """Tell whether the database can hold the text; JSON may smuggle half a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
