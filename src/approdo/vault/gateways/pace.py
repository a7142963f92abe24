# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many case keys one process opens in a minute, whoever keeps the keys (security.md, P9)."""

import logging
import time
from collections import Counter, deque

from approdo.vault.rules import KeysUnavailable

_log = logging.getLogger(__name__)
_MINUTE = 60.0


class Pace:
    """The unwraps of the last minute of this process, within ``budget``."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._unwrapped: deque[tuple[float, int]] = deque()
        self._spent: Counter[int] = Counter()

    def spend(self, organisation_id: int) -> None:
        """Count an unwrap; raises ``KeysUnavailable`` when this process opened more cases than people can read.

        One organisation alone has half: who reads in bulk there keeps no other from reading, least in an emergency.
        """
        now = time.monotonic()
        while self._unwrapped and now - self._unwrapped[0][0] > _MINUTE:
            self._spent[self._unwrapped.popleft()[1]] -= 1
        if len(self._unwrapped) >= self._budget or self._spent[organisation_id] >= (self._budget + 1) // 2:
            _log.error("more case keys asked for within a minute than people read: refused")
            raise KeysUnavailable
        self._unwrapped.append((now, organisation_id))
        self._spent[organisation_id] += 1
