# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs of the messages: each makes one call. They hurry what the sweep would do anyway (ADR 0004)."""

import threading
from uuid import UUID

from procrastinate.contrib.django import app

from approdo.kit import clock
from approdo.notifications import services as notifications
from approdo.usecases import delivery

_busy = threading.Lock()
_wanted = threading.Event()


@app.task(name="notifications.send_due", priority=10)
def send_due() -> None:
    """Send what is due; one run per process, which keeps looking for more while a slow gateway is thinking.

    A job that finds a run under way only asks it to look again, so that it never waits behind a gateway that hangs.
    """
    _wanted.set()
    while _wanted.is_set() and _busy.acquire(blocking=False):
        try:
            _wanted.clear()
            notifications.send_due(now=clock.now())
        finally:
            _busy.release()


@app.task(name="notifications.message_changed")
def message_changed(references: str) -> None:
    """Show the new state of these alerts' messages (identifiers separated by spaces)."""
    delivery.messages_changed(references=[UUID(reference) for reference in references.split()], now=clock.now())
