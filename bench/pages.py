# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages beside the bare page: seconds with one user and with twenty, and what they weigh."""

import gzip
import time
from concurrent.futures import ThreadPoolExecutor

from bench.browsing import Browser
from bench.ground import percentile


def seconds(port: int, cookie: str, path: str, *, users: int, for_seconds: float) -> tuple[float, float]:
    """Median and 95th percentile of a page, asked without pause by so many users."""
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
        everything = [spent for took in pool.map(one, range(users)) for spent in took]
    return percentile(everything, 0.5), percentile(everything, 0.95)


def weight(port: int, cookie: str, path: str) -> int:
    """Bytes of the document, compressed as a proxy would (gzip 6)."""
    browser = Browser(port, cookie)
    _status, body, _spent = browser.get(path)
    browser.close()
    return len(gzip.compress(body, 6))
