# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A gateway for text messages, calls and mail that reaches nobody: for the demonstration and the tests.

It speaks the contract of docs/reference/gateway.md and real SMTP, and misbehaves in every way that real ones do.
"""

import asyncio
import email
import email.policy
import json
import os
import signal
import socket
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import click
import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from approdo.cli import local_gateway_page as page
from approdo.cli.environment import home
from approdo.notifications.rules import SIGNATURE_HEADER, TIMESTAMP_HEADER, is_genuine, sign

_KEPT = 500
_BODY_LIMIT = 65_536
CHANNELS = ("sms", "voice", "email")


class Mode(StrEnum):
    """How the gateway behaves on one channel."""

    OK = "ok"
    REFUSE = "refuse"
    HANG = "hang"
    DROP = "drop"
    SLOW = "slow"
    ERROR500 = "error500"


@dataclass
class Arrival:
    """One message that arrived, or one alarm of the watchdog."""

    channel: str
    to: str
    text: str
    subject: str = ""
    id: str = ""
    callback: str = ""
    reference: str = field(default_factory=lambda: uuid4().hex)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    said_back: str = ""
    source: str = ""

    def as_json(self) -> dict[str, str]:
        """Return what a test or a script may read of it."""
        return asdict(self) | {"at": self.at.isoformat()}


class LocalGateway:
    """What both servers share: the messages, the faults, the way back to Approdo."""

    def __init__(self, secret: str, *, slow_seconds: float = 3.0, hang_seconds: float = 60.0) -> None:
        self.secret = secret
        self.slow_seconds = slow_seconds
        self.hang_seconds = hang_seconds
        self.modes = dict.fromkeys(CHANNELS, Mode.OK)
        self.arrivals: deque[Arrival] = deque(maxlen=_KEPT)
        self.asked = dict.fromkeys(CHANNELS, 0)
        self._changed = threading.Condition()
        self.out = httpx.Client(timeout=5.0)

    def set_mode(self, channel: str, mode: Mode) -> None:
        """Switch one channel to a mode; whoever hangs in the old one is let go."""
        with self._changed:
            self.modes[channel] = mode
            self._changed.notify_all()

    def hang(self, channel: str) -> None:
        """Keep silent until the mode changes or patience ends."""
        with self._changed:
            self._changed.wait_for(lambda: self.modes[channel] is not Mode.HANG, timeout=self.hang_seconds)

    def keep(self, arrival: Arrival) -> None:
        """Keep a message that arrived, newest first."""
        self.arrivals.appendleft(arrival)

    def confirm(self, arrival: Arrival) -> None:
        """Send the delivery receipt from a thread of its own, a few times if need be."""
        receipt = {"id": arrival.id, "reference": arrival.reference, "state": "delivered"}
        threading.Thread(target=self._insist, args=[f"{arrival.callback}/receipt", receipt], daemon=True).start()

    def _insist(self, url: str, document: dict[str, str]) -> None:
        for pause in (0.0, 1.0, 3.0):
            time.sleep(pause)
            response = self.post(url, document)
            if response is not None and (response.is_success or response.status_code == 409):
                return

    def reply(self, arrival: Arrival, text: str = "1") -> None:
        """Answer a message as its recipient would: by text, or by a key during the call."""
        document = {"channel": arrival.channel, "from": arrival.to, "text": text}
        if arrival.channel == "voice":
            document["id"] = arrival.id
        response = self.post(f"{arrival.callback}/reply", document)
        if response is None:
            arrival.said_back = "Approdo non risponde."
        elif response.is_success:
            arrival.said_back = str(response.json().get("text", ""))
        else:
            arrival.said_back = f"Rifiutata ({response.status_code})."

    def post(self, url: str, document: dict[str, str]) -> httpx.Response | None:
        """Post a signed document to Approdo; None when nobody answers.

        A nonce makes two equal replies within one second differ: the second would be refused as replayed.
        """
        body = json.dumps(document | {"nonce": uuid4().hex}).encode()
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: sign(self.secret, timestamp, body),
        }
        try:
            return self.out.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError):  # the last: closed meanwhile
            return None


# -- mail -------------------------------------------------------------------------------------------------------------


class Mailbox:
    """The SMTP side: hooks of aiosmtpd, each of which may misbehave."""

    def __init__(self, gateway: LocalGateway) -> None:
        self.gateway = gateway

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Greet, or keep silent."""
        self.gateway.asked["email"] += 1
        if self.gateway.modes["email"] is Mode.HANG:
            await asyncio.to_thread(self.gateway.hang, "email")
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept the sender, or have a bad day."""
        if self.gateway.modes["email"] is Mode.ERROR500:
            return "451 4.3.0 Requested action aborted"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept the recipient, or know nobody of that name."""
        if self.gateway.modes["email"] is Mode.REFUSE:
            return "550 5.1.1 Mailbox unavailable"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the letter, slowly, or take it and lose it."""
        if self.gateway.modes["email"] is Mode.SLOW:
            await asyncio.sleep(self.gateway.slow_seconds)
        if self.gateway.modes["email"] is not Mode.DROP:
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            letter = email.message_from_bytes(content, policy=email.policy.default)
            text = letter.get_body(("plain",))
            for address in envelope.rcpt_tos:
                self.gateway.keep(
                    Arrival(
                        "email",
                        address,
                        text.get_content() if text else "",
                        subject=str(letter["Subject"] or ""),
                        id=str(letter["Message-ID"] or ""),
                        source=content.decode(errors="replace"),
                    )
                )
        return "250 OK"


# -- text messages, calls, and the page -------------------------------------------------------------------------------


class _Door(BaseHTTPRequestHandler):
    """The HTTP side; one thread per connection, so that one that hangs hangs alone."""

    protocol_version = "HTTP/1.1"
    timeout = 75
    gateway: LocalGateway

    def do_GET(self) -> None:
        """Show what arrived."""
        place = urlsplit(self.path).path
        if place == "/":
            self._answer(200, page.whole(self.gateway.arrivals, self.gateway.modes, list(Mode)), "text/html")
        elif place == "/arrivals":
            self._answer(200, page.arrivals(self.gateway.arrivals), "text/html")
        elif place in page.FILES:
            kind, content = page.FILES[place]
            self._answer(200, content, kind)
        elif place == "/messages":
            self._answer_json(200, {"messages": [arrival.as_json() for arrival in list(self.gateway.arrivals)]})
        else:
            self._answer_json(404, {"code": "not_found"})

    def do_POST(self) -> None:
        """Take a message, an order for the demonstration, an alarm."""
        acts = {
            "/messages": self._take_message,
            "/faults": self._set_fault,
            "/reply": self._press_reply,
            "/watchdog": self._take_alarm,
            "/reset": self._forget,
        }
        act = acts.get(urlsplit(self.path).path)
        length = self.headers.get("Content-Length", "")
        if act is None or not length.isdigit() or int(length) > _BODY_LIMIT:
            self.close_connection = True
            self._answer_json(404 if act is None else 413, {"code": "refused"})
            return
        body = self.rfile.read(int(length))
        if self._is_foreign():
            self._answer_json(403, {"code": "foreign"})
            return
        act(body)

    def _is_foreign(self) -> bool:
        """Tell whether a page of another site sends this; programs send no Origin."""
        origin = self.headers.get("Origin")
        return bool(origin) and urlsplit(origin or "").netloc != self.headers.get("Host")

    def _take_message(self, body: bytes) -> None:
        stamp, signature = self.headers.get(TIMESTAMP_HEADER, ""), self.headers.get(SIGNATURE_HEADER, "")
        if not is_genuine(self.gateway.secret, stamp, body, signature, datetime.now(UTC)):
            self._answer_json(401, {"code": "not_genuine"})
            return
        message = json.loads(body)
        channel = message["channel"]
        self.gateway.asked[channel] += 1
        mode = self.gateway.modes[channel]
        if mode is Mode.HANG:
            self.gateway.hang(channel)
            self.close_connection = True
            return
        if mode is Mode.REFUSE:
            self._answer_json(422, {"code": "number_refused"})
            return
        if mode is Mode.ERROR500:
            self._answer_json(500, {"code": "broken"})
            return
        if mode is Mode.SLOW:
            time.sleep(self.gateway.slow_seconds)
        arrival = Arrival(channel, message["to"], message["text"], id=message["id"], callback=message["callback"])
        if mode is not Mode.DROP:
            self.gateway.keep(arrival)
        self._answer_json(202, {"reference": arrival.reference})
        if mode is not Mode.DROP:
            self.gateway.confirm(arrival)

    def _set_fault(self, body: bytes) -> None:
        order = self._fields(body)
        if order.get("channel") not in CHANNELS or order.get("mode") not in list(Mode):
            self._answer_json(422, {"channels": list(CHANNELS), "modes": [mode.value for mode in Mode]})
            return
        self.gateway.set_mode(order["channel"], Mode(order["mode"]))
        self._back_or({"channel": order["channel"], "mode": order["mode"]})

    def _press_reply(self, body: bytes) -> None:
        order = self._fields(body)
        reference = order.get("reference", "")
        arrival = next((one for one in list(self.gateway.arrivals) if one.reference == reference), None)
        if arrival is None or not arrival.callback:
            self._answer_json(404, {"code": "not_found"})
            return
        self.gateway.reply(arrival, order.get("text", "1"))
        self._back_or({"text": arrival.said_back})

    def _take_alarm(self, body: bytes) -> None:
        self.gateway.keep(Arrival("watchdog", "guardia", body.decode(errors="replace")[:1_000]))
        self._answer_json(200, {})

    def _forget(self, body: bytes) -> None:
        self.gateway.arrivals.clear()
        self._back_or({})

    def _fields(self, body: bytes) -> dict[str, str]:
        if self.headers.get_content_type() == "application/x-www-form-urlencoded":
            return {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
        try:
            document = json.loads(body)
        except ValueError:
            return {}
        return {str(name): str(value) for name, value in document.items()} if isinstance(document, dict) else {}

    def _back_or(self, document: dict[str, Any]) -> None:
        """Lead a browser back to the page; answer a program."""
        if self.headers.get_content_type() == "application/json":
            self._answer_json(200, document)
            return
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer_json(self, status: int, document: dict[str, Any]) -> None:
        self._answer(status, json.dumps(document), "application/json")

    def _answer(self, status: int, content: str, kind: str) -> None:
        body = content.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", page.POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: addresses do not belong in a log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gives up, or talks nonsense, is no news."""


class Running:
    """Both servers, started; ``port`` 0 chooses free ones."""

    def __init__(self, gateway: LocalGateway, host: str, port: int, smtp_port: int) -> None:
        self.gateway = gateway
        self._http = _Server((host, port), type("_BoundDoor", (_Door,), {"gateway": gateway}))
        self.smtp_port = smtp_port or _free_port(host)
        self._smtp = Controller(Mailbox(gateway), hostname=host, port=self.smtp_port, ident="ready")
        self._smtp.start()
        threading.Thread(target=self._http.serve_forever, args=[0.05], daemon=True).start()
        self.url = f"http://{host}:{self._http.server_address[1]}"

    def stop(self) -> None:
        """Stop both, letting go whoever hangs."""
        for channel in CHANNELS:
            self.gateway.set_mode(channel, Mode.OK)
        self._http.shutdown()
        self._http.server_close()
        self._smtp.stop(no_assert=True)
        self.gateway.out.close()


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@click.command("local-gateway")
@click.option("--host", default="127.0.0.1", show_default=True, help="Indirizzo su cui ascoltare.")
@click.option("--port", default=8025, show_default=True, help="Porta della pagina e dei messaggi.")
@click.option("--smtp-port", default=2525, show_default=True, help="Porta della posta.")
def local_gateway(host: str, port: int, smtp_port: int) -> None:
    """Riceve messaggi, chiamate e posta della prova, senza mandarli a nessuno.

    La pagina mostra che cosa è arrivato e lascia rispondere 1. I guasti si scelgono lì, oppure con POST /faults.

    \b
    Esempio:
      approdo local-gateway --port 8025 --smtp-port 2525
    """
    home().complete_environment()
    running = Running(LocalGateway(os.environ["APPRODO_GATEWAY_SECRET"]), host, port, smtp_port)
    click.echo(f"Messaggi della prova: {running.url} (posta: {host}:{running.smtp_port})")
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: over.set())
    over.wait()
    running.stop()
