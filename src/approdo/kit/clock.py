# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one clock: the database's, so that skewed machines agree on every deadline."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import connection

ROME = ZoneInfo("Europe/Rome")


def now() -> datetime:
    """Return the instant on the database clock, aware, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        instant: datetime = cursor.fetchone()[0]
    return instant.astimezone(UTC)
