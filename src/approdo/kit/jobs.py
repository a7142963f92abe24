# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hurry work along: defer a job by name, inside the caller's transaction.

Truth lives in rows and the sweep advances them; a job that is lost costs time, never help (ADR 0001).
"""

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def defer(name: str, *, once: str | None = None, **identifiers: str | int) -> None:
    """Queue the job called ``name``, with identifiers only.

    ``once`` is a queueing lock: while such a job waits, another is not queued.
    """
    if once is None:
        app.configure_task(name).defer(**identifiers)
        return
    try:
        with transaction.atomic():  # a savepoint: the refused insert must not spoil the caller's transaction
            app.configure_task(name, queueing_lock=once).defer(**identifiers)
    except AlreadyEnqueued:
        return
