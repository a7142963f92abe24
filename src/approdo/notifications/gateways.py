# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Outside systems that carry messages: a mail server over SMTP, a gateway for text messages and calls over HTTP."""

import functools
import json
import smtplib
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from uuid import UUID

import httpx
from django.conf import settings

from approdo.networks.rules import Channel
from approdo.notifications.rules import SIGNATURE_HEADER, TIMESTAMP_HEADER, Failure, Template, outbound, render, sign

_REFUSALS = {400, 404, 410, 422}
"""Answers by which a gateway says that it understood and will never send this; every other error may pass."""
_ANSWER_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One claimed message, ready to leave; ``attempts`` tells this claim from an earlier one.

    Address and code stay out of its representation, so that no log can hold them.
    """

    id: UUID
    reference: UUID
    attempts: int
    channel: Channel
    template: Template
    language: str
    address: str = field(repr=False)
    code: str = field(repr=False)


_PATHS = {Template.LETTER: "i/", Template.DRILL: "p/"}
"""Where the link of a message leads, when not to the answer of an alert."""


class NotSent(Exception):
    """A try that did not succeed; ``final`` when another could not either. Never holds what the other side said."""

    def __init__(self, failure: Failure, *, final: bool = False) -> None:
        self.failure = failure
        self.final = final
        super().__init__(failure.value)


def send(outgoing: Outgoing) -> str | None:
    """Hand a message over; return the gateway's reference, if it gives one.

    Blocks at most some ten seconds at each silence of the other side. Touches no database: it runs in threads of
    its own. Raises ``NotSent``.
    """
    path = _PATHS.get(outgoing.template, "r/") + outgoing.code if outgoing.code else ""
    link = f"{settings.PUBLIC_URL}/{path}"
    subject, body = render(outgoing.template, outgoing.channel, outgoing.language, link, outgoing.code)
    try:
        if outgoing.channel is Channel.EMAIL:
            _send_email(outgoing, subject, body)
            return None
        return _send_by_gateway(outgoing, body)
    except NotSent:
        raise
    except (TimeoutError, httpx.TimeoutException) as error:
        raise NotSent(Failure.TIMEOUT) from error
    except (OSError, httpx.TransportError) as error:
        # smtplib reports a silence as a disconnection
        silence = isinstance(error.__context__, TimeoutError)
        raise NotSent(Failure.TIMEOUT if silence else Failure.UNREACHABLE) from error
    except Exception as error:
        raise NotSent(Failure.GATEWAY_ERROR) from error


# -- mail -------------------------------------------------------------------------------------------------------------


def _send_email(outgoing: Outgoing, subject: str, body: str) -> None:
    client = _mail_client()
    try:
        if settings.EMAIL_USE_TLS:
            client.starttls(context=ssl.create_default_context())
        if settings.EMAIL_HOST_USER:
            client.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        client.send_message(_email(outgoing, subject, body), settings.DEFAULT_FROM_EMAIL, [outgoing.address])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        raise NotSent(Failure.REFUSED, final=all(code >= 500 for code in codes)) from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(Failure.GATEWAY_ERROR) from error
    finally:
        _part(client)


def _mail_client() -> smtplib.SMTP:
    """Connect, under a neutral name: the machine's own would stand in the headers of every message."""
    connect: type[smtplib.SMTP] = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
    host, port, timeout = settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT
    return connect(host, port, local_hostname="localhost", timeout=timeout)


def _part(client: smtplib.SMTP) -> None:
    """Say goodbye, briefly: what was accepted is accepted, whatever happens to the farewell."""
    with suppress(OSError):
        if client.sock is not None:
            client.sock.settimeout(1.0)
            client.quit()
    client.close()


def _email(outgoing: Outgoing, subject: str, body: str) -> EmailMessage:
    """Write the letter: neutral sender, neutral subject, an identifier that says nothing of the machine."""
    sender = settings.DEFAULT_FROM_EMAIL
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = sender
    message["To"] = outgoing.address
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{outgoing.id}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


# -- text messages and calls ------------------------------------------------------------------------------------------


_making = threading.Lock()


def client() -> httpx.Client:
    """One client for the process: it keeps connections open and may be shared by threads."""
    with _making:
        return _made_client()


@functools.cache
def _made_client() -> httpx.Client:
    return httpx.Client(timeout=httpx.Timeout(settings.GATEWAY_TIMEOUT_SECONDS, connect=5.0, pool=5.0))


def _send_by_gateway(outgoing: Outgoing, text: str) -> str | None:
    if not settings.GATEWAY_URL:
        raise NotSent(Failure.NOT_CONFIGURED, final=True)
    request = outbound(
        message_id=outgoing.id,
        channel=outgoing.channel,
        to=outgoing.address,
        text=text,
        language=outgoing.language,
        callback=f"{settings.PUBLIC_URL}/gateway",
    )
    body = json.dumps(request, ensure_ascii=False).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(outgoing.id),
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: sign(settings.GATEWAY_SECRET, timestamp, body),
    }
    with client().stream("POST", f"{settings.GATEWAY_URL}/messages", content=body, headers=headers) as response:
        if response.status_code in _REFUSALS:
            raise NotSent(Failure.REFUSED, final=True)
        if not response.is_success:
            raise NotSent(Failure.GATEWAY_ERROR)
        return _reference_in(_read(response))


def _read(response: httpx.Response) -> bytes:
    """Read the answer, but neither for ever nor without end."""
    patience = time.monotonic() + settings.GATEWAY_TIMEOUT_SECONDS
    content = b""
    for piece in response.iter_bytes():
        content += piece
        if len(content) > _ANSWER_LIMIT or time.monotonic() > patience:
            raise NotSent(Failure.GATEWAY_ERROR)
    return content


def _reference_in(content: bytes) -> str | None:
    """Find the gateway's reference; an answer without one still means that the message was accepted."""
    try:
        reference = json.loads(content).get("reference")
    except (ValueError, AttributeError, RecursionError):
        return None
    return reference if isinstance(reference, str) and 0 < len(reference) <= 200 else None
