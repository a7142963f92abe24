# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two thousand open screens in a process of their own: raw sockets, one line out for each change they hear of.

Started by the benchmark: port on the command line, ``cookie service`` lines in, ``instant service`` lines out
(seconds of the monotonic clock, which all processes of a machine share).
"""

import asyncio
import sys
import time


class Screen(asyncio.Protocol):
    """One open stream."""

    open_screens = 0
    refused = 0

    def __init__(self, cookie: str, service: str) -> None:
        self._request = (
            f"GET /stream HTTP/1.1\r\nHost: localhost\r\nCookie: approdo={cookie}\r\nAccept: text/event-stream\r\n\r\n"
        )
        self._word = f"data: s:{service}\n".encode()
        self._service = service
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        transport.write(self._request.encode())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Note when a change of our service is heard."""
        now = time.monotonic()
        if self._word in data:
            print(f"{now:.6f} {self._service}", flush=True)
        if not self._open and b"event: resync" in data:
            self._open = True
            Screen.open_screens += 1
        elif not self._open and b"HTTP/1.1 200" not in data:
            Screen.refused += 1

    def connection_lost(self, _error: Exception | None) -> None:
        """A stream that ends is one that the measurement may not count on."""
        if self._open:
            Screen.open_screens -= 1


async def main(port: int, screens: list[tuple[str, str]]) -> None:
    """Open all of them, a few at a time, and stay until our input is closed."""
    loop = asyncio.get_running_loop()
    for start in range(0, len(screens), 50):
        chunk = screens[start : start + 50]
        await asyncio.gather(
            *(loop.create_connection(lambda s=screen: Screen(*s), "127.0.0.1", port) for screen in chunk)
        )
        patience = time.monotonic() + 5
        while Screen.open_screens + Screen.refused < start + len(chunk) and time.monotonic() < patience:
            await asyncio.sleep(0.005)
    print(f"open {Screen.open_screens} {Screen.refused}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(f"open {Screen.open_screens} {Screen.refused}", flush=True)


if __name__ == "__main__":
    count = int(sys.argv[2])
    given = [sys.stdin.readline().split() for _each in range(count)]
    asyncio.run(main(int(sys.argv[1]), [(cookie, service) for cookie, service in given]))
