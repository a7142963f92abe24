# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small client over one kept-alive connection: what it costs is the same for product and floor."""

import http.client
import time
from urllib.parse import urlencode

CSRF = "benchmarkbenchmarkbenchmarkbench"


class Browser:
    """Somebody signed in, on one connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Host": f"localhost:{port}", "Cookie": f"approdo={cookie}; csrftoken={CSRF}"}

    def get(self, path: str) -> tuple[int, bytes, float]:
        """Status, body and seconds of a page."""
        started = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        body = response.read()
        return response.status, body, time.perf_counter() - started

    def post(self, path: str, fields: dict[str, str | list[str]]) -> tuple[int, str, float, float]:
        """Status, Location, monotonic instant just before sending, and the instant of the answer."""
        body = urlencode(fields | {"csrfmiddlewaretoken": CSRF}, doseq=True)
        headers = self._headers | {"Content-Type": "application/x-www-form-urlencoded"}
        started = time.monotonic()
        self._connection.request("POST", path, body=body, headers=headers)
        response = self._connection.getresponse()
        response.read()
        return response.status, response.getheader("Location") or "", started, time.monotonic()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
