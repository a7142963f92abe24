# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The watchdog: a process apart, with its own connection and its own channel, that cries when nobody advances rows.

It says that something is wrong, never what the product is for or whom it concerns.
"""

import contextlib
import json
import logging
import os
import signal
import smtplib
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click

from approdo.cli.environment import home, set_up_django
from approdo.cli.sweep import NAME as SWEEP
from approdo.cli.sweep import direct_connection

_log = logging.getLogger(__name__)
_CHANNEL_SECONDS = 8
_STATE_FILE = "watchdog.json"


class Problem(StrEnum):
    """What can be wrong; the manual says for each what to do (docs/how-to/guardia.md)."""

    DATABASE_UNREACHABLE = "database_unreachable"
    SWEEP_SILENT = "sweep_silent"
    CALLS_LATE = "calls_late"
    MESSAGES_LATE = "messages_late"


@dataclass(frozen=True)
class Limits:
    """Seconds. The sum of the first and the poll stays well under the promised sixty."""

    silence: float = 30.0
    unreachable: float = 15.0
    poll: float = 5.0
    repeat: float = 300.0


@dataclass(frozen=True)
class Observation:
    """Ages in seconds on the database clock; None where there is nothing to be late with, or never was a beat."""

    sweep: float | None
    call: float | None
    message: float | None


@dataclass(frozen=True)
class Memory:
    """What the watchdog knows between two looks; instants of the monotonic clock.

    `contact_at`: since when the database can be seen. What stood still while it could not is given one silence's
    time to move again.
    """

    contact_at: float
    reached_at: float
    problems: frozenset[Problem] = frozenset()
    told: frozenset[Problem] = frozenset()
    told_at: float = 0.0


@dataclass(frozen=True)
class Notice:
    """An alarm, or with no problems the all-clear."""

    problems: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """One sentence that tells a stranger nothing."""
        if not self.problems:
            return "Il sistema funziona di nuovo."
        return f"Il sistema richiede un controllo ({', '.join(self.problems)}). Segui le istruzioni della guardia."


def look(memory: Memory, seen: Observation | None, limits: Limits, now: float) -> Memory:
    """Judge one observation (None: the database did not answer); pure."""
    if seen is None:
        silent = now - memory.reached_at > limits.unreachable
        return replace(memory, problems=memory.problems | ({Problem.DATABASE_UNREACHABLE} if silent else set()))
    contact_at = now if Problem.DATABASE_UNREACHABLE in memory.problems else memory.contact_at
    watched = now - contact_at
    found = {
        Problem.SWEEP_SILENT: watched if seen.sweep is None else min(seen.sweep, watched),
        Problem.CALLS_LATE: min(seen.call or 0.0, watched),
        Problem.MESSAGES_LATE: min(seen.message or 0.0, watched),
    }
    problems = frozenset(problem for problem, seconds in found.items() if seconds > limits.silence)
    return replace(memory, contact_at=contact_at, reached_at=now, problems=problems)


def notice_due(memory: Memory, limits: Limits, now: float) -> Notice | None:
    """Tell whether to speak: on a new problem at once, on a lasting one at each repetition, once on recovery; pure."""
    if not memory.problems:
        return Notice(()) if memory.told else None
    if memory.problems - memory.told or now - memory.told_at >= limits.repeat:
        return Notice(tuple(sorted(memory.problems)))
    return None


Channel = Callable[[Notice], None]


def webhook(address: str) -> Channel:
    """A channel that posts the notice as JSON; any 2xx answer is a delivery."""
    if urlsplit(address).scheme not in {"http", "https"}:
        raise click.ClickException("APPRODO_WATCHDOG_URL deve cominciare con http:// o https://")

    def send(notice: Notice) -> None:
        body = {"state": "alarm" if notice.problems else "clear", "problems": notice.problems, "text": notice.text}
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(address, json.dumps(body).encode(), headers)  # noqa: S310 (scheme checked)
        with urllib.request.urlopen(request, timeout=_CHANNEL_SECONDS):  # noqa: S310
            return

    return send


def mail(server: str, sender: str, recipients: Sequence[str]) -> Channel:
    """A channel that writes through a mail server of its own, `smtp://`, `smtp+starttls://` or `smtps://`."""
    parts = urlsplit(server)

    def send(notice: Notice) -> None:
        message = EmailMessage()
        message["From"], message["To"] = sender, ", ".join(recipients)
        message["Subject"] = "Approdo: rientrato" if not notice.problems else "Approdo: serve un controllo"
        message.set_content(notice.text)
        kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
        with kind(parts.hostname or "localhost", parts.port or 25, timeout=_CHANNEL_SECONDS) as connection:
            if parts.scheme == "smtp+starttls":
                connection.starttls()
            if parts.username:
                connection.login(unquote(parts.username), unquote(parts.password or ""))
            connection.send_message(message)

    return send


def channels_from_environment() -> list[Channel]:
    """The channels that the environment names; without one the alarm stays on this machine."""
    found: list[Channel] = []
    if address := os.environ.get("APPRODO_WATCHDOG_URL"):
        found.append(webhook(address))
    if recipients := os.environ.get("APPRODO_WATCHDOG_EMAIL"):
        server = os.environ.get("APPRODO_WATCHDOG_SMTP_URL", "smtp://localhost:25")
        sender = os.environ.get("APPRODO_WATCHDOG_SENDER", "guardia@approdo.example")
        found.append(mail(server, sender, [recipient.strip() for recipient in recipients.split(",")]))
    return found


def tell(notice: Notice, channels: Sequence[Channel]) -> bool:
    """Speak on every channel; True when at least one took it, or when there is none but this machine's own log."""
    click.echo(f"{'ALLARME' if notice.problems else 'RIENTRATO'}: {notice.text}", err=True)
    delivered = not channels
    for channel in channels:
        try:
            channel(notice)
            delivered = True
        except Exception as error:  # a broken channel must not silence the next one
            click.echo(f"un canale della guardia non funziona: {type(error).__name__}", err=True)
    return delivered


class Eyes:
    """Looks at the database in a thread of its own, so that one that hangs cannot blind the watchdog."""

    def __init__(self, observe: Callable[[], Observation], patience: float) -> None:
        self._observe = observe
        self._patience = patience
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="eyes")
        self._pending: Future[Observation] | None = None

    def look(self) -> Observation | None:
        """Return what was seen, or None when the database did not answer in time."""
        if self._pending is None:
            self._pending = self._thread.submit(self._observe)
        try:
            seen = self._pending.result(timeout=self._patience)
        except TooLate:
            return None
        except Exception as error:
            _log.warning("the database does not answer: %s", type(error).__name__)
            seen = None
        self._pending = None
        return seen


def observe() -> Observation:
    """Ask each app how old its oldest undone work is."""
    from django.db import connection

    from approdo.access.services import as_system
    from approdo.activations import selectors as activations
    from approdo.audit import selectors as audit
    from approdo.kit import clock
    from approdo.notifications import selectors as notifications

    try:
        now = clock.now()
        with as_system():
            call = activations.oldest_unadvanced(now)
        beaten_at = audit.heartbeats().get(SWEEP)

        def seconds(age: timedelta | None) -> float | None:
            return None if age is None else max(0.0, age.total_seconds())

        return Observation(
            sweep=seconds(now - beaten_at if beaten_at else None),
            call=seconds(call),
            message=seconds(notifications.oldest_overdue(now)),
        )
    except Exception:
        connection.close()
        raise


def watch(
    see: Callable[[], Observation | None],
    channels: Sequence[Channel],
    limits: Limits,
    state_file: Path,
    stop: threading.Event,
) -> None:
    """Look, judge, speak, until told to stop."""
    started = time.monotonic()
    memory = Memory(contact_at=started, reached_at=started)
    while not stop.is_set():
        seen = see()
        memory = look(memory, seen, limits, time.monotonic())
        notice = notice_due(memory, limits, time.monotonic())
        # what no channel took is said again at the next look
        if notice is not None and tell(notice, channels):
            memory = replace(memory, told=memory.problems, told_at=time.monotonic())
        _write_state(state_file, memory, seen)
        stop.wait(limits.poll)


def _write_state(file: Path, memory: Memory, seen: Observation | None) -> None:
    state = {
        "looked_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "problems": sorted(memory.problems),
        "sweep_seconds": seen.sweep if seen else None,
    }
    with contextlib.suppress(OSError):  # a full disk must not stop the watchdog
        partial = file.with_suffix(".new")
        partial.write_text(json.dumps(state) + "\n")
        partial.rename(file)


def read_state(directory: Path) -> dict[str, object] | None:
    """What the watchdog of this home last wrote, or None when it never ran."""
    try:
        state: dict[str, object] = json.loads((directory / _STATE_FILE).read_text())
    except (OSError, ValueError):
        return None
    return state


@click.command("watchdog")
@click.option("--silence", default=Limits.silence, show_default=True, help="Secondi di silenzio prima dell'allarme.")
@click.option("--unreachable", default=Limits.unreachable, show_default=True, help="Lo stesso, per la banca dati.")
@click.option("--poll", default=Limits.poll, show_default=True, help="Secondi tra due controlli.")
@click.option("--repeat", default=Limits.repeat, show_default=True, help="Secondi tra due avvisi dello stesso guasto.")
@click.option("--once", is_flag=True, help="Controlla una volta ed esce: 0 se tutto va, 1 se no.")
@click.option("--json", "as_json", is_flag=True, help="Con --once: risposta per programmi.")
def watchdog(silence: float, unreachable: float, poll: float, repeat: float, once: bool, as_json: bool) -> None:
    """Sorveglia il resto e dà l'allarme per una via sua, entro 60 secondi.

    Le vie sono nell'ambiente: APPRODO_WATCHDOG_URL (POST) e APPRODO_WATCHDOG_EMAIL con APPRODO_WATCHDOG_SMTP_URL.
    Meglio se gira anche su un'altra macchina.

    \b
    Esempi:
      approdo watchdog
      approdo watchdog --once --json
    """
    channels = channels_from_environment()
    set_up_django()
    direct_connection()
    limits = Limits(silence, unreachable, poll, repeat)
    eyes = Eyes(observe, patience=min(poll, 5.0) + 1.0)
    if once:
        _once(eyes, limits, as_json=as_json)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    watch(eyes.look, channels, limits, home().path / _STATE_FILE, stop)
    os._exit(0)  # a thread that hangs on the database must not keep us


def _once(eyes: Eyes, limits: Limits, *, as_json: bool) -> None:
    seen = eyes.look()
    never = float("-inf")
    problems = sorted(look(Memory(contact_at=never, reached_at=never), seen, limits, time.monotonic()).problems)
    if as_json:
        click.echo(json.dumps({"problems": problems}))
    else:
        click.echo(Notice(tuple(problems)).text if problems else "Tutto funziona.")
    sys.stdout.flush()
    os._exit(1 if problems else 0)
