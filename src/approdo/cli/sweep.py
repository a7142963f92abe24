# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sweep: every quarter of a second, advance every row whose time has come. It outlives its database."""

import logging
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

import click

from approdo.cli.environment import set_up_django

NAME = "sweep"
_EVERY_SECONDS = 0.25
_STAND_IN_SECONDS = 2.0
_DOCUMENTS_SECONDS = 30.0
_AFTER_FAILURE_SECONDS = 0.5
_BEAT_SECONDS = 1.0
_COMPLAIN_SECONDS = 30.0
_LIMIT = 200
_log = logging.getLogger(__name__)


class Act(Protocol):
    """Advances at most `limit` rows due at `now`; returns how many it advanced."""

    def __call__(self, *, now: datetime, limit: int) -> int: ...


def run(
    acts: Sequence[Act],
    stop: threading.Event,
    *,
    clock: Callable[[], datetime],
    beat: Callable[[], None],
    every: float = _EVERY_SECONDS,
) -> None:
    """Sweep until told to stop.

    An act that fails is tried again at the next turn and does not keep the others from theirs; the heartbeat is
    written only after a turn in which nothing failed, so that the watchdog hears of a sweep that only seems to work.
    """
    beaten_at = float("-inf")
    complaints = _Complaints()
    while not stop.is_set():
        failures = {_failure(partial(_batches, act, stop, clock)) for act in acts} - {None}
        if not failures and time.monotonic() - beaten_at >= _BEAT_SECONDS:
            failures = {_failure(beat)} - {None}
            beaten_at = time.monotonic()
        if failures:
            complaints.say(failures)
            _drop_connection()
        stop.wait(max(every, _AFTER_FAILURE_SECONDS) if failures else every)


def seldom(act: Act, seconds: float) -> Act:
    """Return the act done at most so often: what nobody waits for does not ask the database at every turn."""
    due = 0.0

    def sometimes(*, now: datetime, limit: int) -> int:
        nonlocal due
        if time.monotonic() < due:
            return 0
        due = time.monotonic() + seconds
        return act(now=now, limit=limit)

    return sometimes


def _batches(act: Act, stop: threading.Event, clock: Callable[[], datetime]) -> None:
    """Repeat an act while full batches are due."""
    while not stop.is_set() and act(now=clock(), limit=_LIMIT) >= _LIMIT:
        continue


def _failure(act: Callable[[], None]) -> str | None:
    """Do it; return what went wrong and where, but not the error's own text, which could quote a row."""
    try:
        act()
    except Exception as error:  # nothing may end the sweep
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {place.filename}:{place.lineno}"
    return None


class _Complaints:
    """Says a lasting failure when it begins and then twice a minute, not at every turn."""

    def __init__(self) -> None:
        self._said: set[str | None] = set()
        self._said_at = float("-inf")

    def say(self, failures: set[str | None]) -> None:
        if failures <= self._said and time.monotonic() - self._said_at < _COMPLAIN_SECONDS:
            return
        self._said, self._said_at = failures, time.monotonic()
        _log.error("failed, and will be tried again: %s", "; ".join(sorted(map(str, failures))))


def _drop_connection() -> None:
    """Forget a connection that may be broken; the next turn opens another."""
    from django.db import connection

    connection.close()


def direct_connection() -> None:
    """Use one connection of our own instead of the pool, which waits longer and longer after an outage."""
    from django.db import connections

    connections["default"].settings_dict["OPTIONS"].pop("pool", None)


def stand_in() -> None:
    """Advance calls every two seconds beside the sweep, so that one dead process never keeps help from being called.

    For a thread of the worker. It writes no heartbeat: of a silent sweep the watchdog must hear all the same.
    """
    from approdo.activations import services as activations
    from approdo.kit import clock

    run([activations.advance_due], threading.Event(), clock=clock.now, beat=lambda: None, every=_STAND_IN_SECONDS)


def watch_documents() -> None:
    """Ask a scanner that was silent again, clear away what was taken out and what no document names; for a thread.

    Never in the sweep: a scanner that hangs must not keep help from being called.
    """
    from approdo.documents import services as documents
    from approdo.kit import clock

    hourly = [seldom(act, 3600) for act in (documents.destroy_removed, documents.destroy_orphans)]
    run(
        [documents.scan_waiting, *hourly],
        threading.Event(),
        clock=clock.now,
        beat=lambda: None,
        every=_DOCUMENTS_SECONDS,
    )


def _forget_visits(*, now: datetime, limit: int) -> int:
    """Delete what has expired: more at a turn than others advance, for it is done once an hour."""
    from approdo.recognition import services as recognition

    return recognition.delete_expired(now=now)


@click.command("sweep")
def sweep() -> None:
    """Fa avanzare tutto ciò che è scaduto: solleciti, passaggi alla persona dopo, messaggi.

    Se ne può tenere più di una, anche su macchine diverse.

    \b
    Esempio:
      approdo sweep
    """
    set_up_django()
    direct_connection()
    from approdo.access.services import as_system
    from approdo.activations import services as activations
    from approdo.audit import services as audit
    from approdo.kit import clock
    from approdo.networks import services as networks
    from approdo.notifications import services as notifications
    from approdo.usecases import attempts, breaking, drills, holes, pathway, referring

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    acts: list[Act] = [
        activations.advance_due,
        notifications.sweep,
        seldom(audit.unspool, 10),
        seldom(audit.checkpoint_due, 60),
        seldom(as_system()(breaking.withdraw_lent_keys), 30),
        seldom(as_system()(breaking.remind), 60),
        seldom(as_system()(attempts.tell_of), 5),
        seldom(as_system()(referring.advance_due), 20),
        seldom(as_system()(pathway.begin_recognition), 15),
        seldom(as_system()(pathway.advance_due), 20),
        seldom(drills.plan_due, 60),
        seldom(drills.advance_due, 1),
        seldom(holes.watch, 60),
        seldom(holes.look, 5),
        seldom(as_system()(networks.extend_rotations), 20),
        seldom(as_system()(_forget_visits), 3600),
    ]
    run(acts, stop, clock=clock.now, beat=lambda: audit.beat(name=NAME))
