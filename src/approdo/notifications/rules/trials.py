# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trying how one is reached: how often it may be done, and how long an open screen says so."""

from collections.abc import Collection
from datetime import datetime, timedelta

TRIALS_AT_MOST = 3
TRIAL_WINDOW = timedelta(minutes=10)
ON_SCREEN = timedelta(minutes=1)
"""For so long after it was pressed, a trial stands on every open screen of whom it is for."""


def next_trial_at(pressed: Collection[datetime], now: datetime) -> datetime | None:
    """Return when somebody who pressed at these instants may try again, or None when she may now."""
    recent = sorted(at for at in pressed if at > now - TRIAL_WINDOW)
    return recent[-TRIALS_AT_MOST] + TRIAL_WINDOW if len(recent) >= TRIALS_AT_MOST else None
