# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages beside the bare page: seconds with one user and with twenty, and what they weigh."""

import gzip
import time
from concurrent.futures import ThreadPoolExecutor

from bench.browsing import Browser
from bench.ground import percentile

Page = tuple[int, str, str]
"""Port, session cookie and path."""
TURNS = 3


def beside(floor: Page, page: Page, *, users: int, for_seconds: float) -> tuple[tuple[float, float], ...]:
    """Median and 95th percentile of the bare page and of a page, in turns: what slows the machine meets both."""
    took: tuple[list[float], list[float]] = ([], [])
    for _turn in range(TURNS):
        for which, asked in zip(took, (floor, page), strict=True):
            which.extend(_asked(*asked, users=users, for_seconds=for_seconds / TURNS))
    return tuple((percentile(which, 0.5), percentile(which, 0.95)) for which in took)


def _asked(port: int, cookie: str, path: str, *, users: int, for_seconds: float) -> list[float]:
    """Seconds of each answer, asked without pause by so many users."""
    until = time.monotonic() + for_seconds

    def one(_number: int) -> list[float]:
        browser, took = Browser(port, cookie), []
        while time.monotonic() < until or not took:
            status, _body, spent = browser.get(path)
            if status != 200:
                raise RuntimeError(f"{path} was answered {status}")
            took.append(spent)
        browser.close()
        return took

    with ThreadPoolExecutor(users) as pool:
        return [spent for took in pool.map(one, range(users)) for spent in took]


def weight(port: int, cookie: str, path: str) -> int:
    """Bytes of the document, compressed as a proxy would (gzip 6)."""
    browser = Browser(port, cookie)
    _status, body, _spent = browser.get(path)
    browser.close()
    return len(gzip.compress(body, 6))
