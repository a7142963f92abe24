# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines of a log that anybody who keeps the machine may read."""

import logging
import re
import traceback
from types import TracebackType
from typing import Any

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """Writes no words of an exception, because databases quote rows in theirs, and no secret part of an address."""

    def __init__(self, *, secret: str, **options: Any) -> None:
        super().__init__(**options)
        self._secret = re.compile(secret)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line with what matches ``secret`` left out."""
        return self._secret.sub("…", super().format(record))

    def formatException(self, raised: Raised) -> str:
        """Return where it was raised and what kind it is, causes first, but not what it says."""
        told: list[str] = []
        seen: list[BaseException] = []
        error: BaseException | None = raised[1]
        while error is not None and all(error is not one for one in seen):
            seen.append(error)
            told = [*traceback.format_tb(error.__traceback__), f"{type(error).__qualname__}\n", *told]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(told).rstrip()
