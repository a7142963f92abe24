# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A scanner that speaks clamd's INSTREAM on a socket, as strict as clamd: what breaks the protocol is not answered."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.factories.files import EICAR


class Scanner:
    """Finds EICAR; ``answer`` makes it say something else, ``heard`` is what it was sent."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self.answer: bytes | None = None
        self.heard: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _peer = self._listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as stream:
                if stream.read(10) != b"zINSTREAM\0":
                    continue
                content = b""
                while length := struct.unpack(">I", stream.read(4))[0]:
                    content += stream.read(length)
                self.heard.append(content)
                found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
                line.sendall(found + b"\0" if self.answer is None else self.answer)


@contextmanager
def a_scanner(path: Path | None = None) -> Iterator[tuple[str, Scanner]]:
    """A scanner on a socket of its own, and its address: TCP, or the unix socket at a path."""
    with socket.socket(socket.AF_UNIX if path else socket.AF_INET) as listening:
        listening.bind(str(path) if path else ("127.0.0.1", 0))
        listening.listen()
        address = f"unix:{path}" if path else f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        yield address, Scanner(listening)
        listening.shutdown(socket.SHUT_RDWR)
