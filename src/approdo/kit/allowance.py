# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast one caller may read: a token of the API, an address that asks for calendars.

Only reads count. To activate, to answer and to stand down are never refused for having come too often: a program that
repeats itself is harmless (idempotency key), one woman who is not helped is not. The count is kept per process and not
in the database, so that a storm of reads adds no write to a database under strain.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

READS_PER_MINUTE = 600
_MINUTE = timedelta(minutes=1)
_REMEMBERED = 10_000


@dataclass
class Allowance:
    """A count per key and minute."""

    per_minute: int = READS_PER_MINUTE
    _windows: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, key: str, now: datetime) -> int:
        """Count one read; return 0 when it is allowed, else the whole seconds to wait."""
        with self._lock:
            began, count = self._windows.get(key, (now, 0))
            if now - began >= _MINUTE or now < began:
                began, count = now, 0
            if count >= self.per_minute:
                return max(1, -int(-(began + _MINUTE - now).total_seconds() // 1))
            if len(self._windows) >= _REMEMBERED:
                self._windows = {key: one for key, one in self._windows.items() if now - one[0] < _MINUTE}
            self._windows[key] = began, count + 1
            return 0
