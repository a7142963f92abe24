# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A virus scanner that speaks clamd's INSTREAM, over a unix socket or TCP, when APPRODO_SCANNER names one."""

import logging
import socket
import time
from urllib.parse import urlsplit

from django.conf import settings

from approdo.documents.rules import Verdict

_log = logging.getLogger(__name__)
_CHUNK = 65_536
_ANSWER_LIMIT = 4_096
_SECONDS = 10.0
"""For the whole conversation: the page that waits holds a transaction open."""


def scan(content: bytes) -> Verdict:
    """Ask the scanner about a file; what it answers is never logged, for it could quote the file."""
    if not settings.SCANNER:
        return Verdict.UNASKED
    try:
        answer = _conversation(content, time.monotonic() + _SECONDS)
    except (OSError, ValueError) as error:
        _log.error("the virus scanner is silent: %s", type(error).__name__)
        return Verdict.DOWN
    if answer == b"stream: OK":
        return Verdict.CLEAN
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return Verdict.FOUND
    _log.error("the virus scanner answered neither yes nor no")
    return Verdict.DOWN


def _conversation(content: bytes, until: float) -> bytes:
    """Send the file in chunks, each after its length in four bytes, an empty one last; return the one answer."""
    with _connected(until) as line:
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            chunk = content[start : start + _CHUNK]
            line.settimeout(_left(until))
            line.sendall(len(chunk).to_bytes(4, "big") + chunk)
        line.sendall(bytes(4))
        answer = b""
        while b"\0" not in answer and len(answer) < _ANSWER_LIMIT:
            line.settimeout(_left(until))
            received = line.recv(_ANSWER_LIMIT)
            if not received:
                raise ConnectionError
            answer += received
    return answer.partition(b"\0")[0]


def _connected(until: float) -> socket.socket:
    """Return a connection to unix:/path or tcp://host:port; raises ``ValueError`` for any other address."""
    address = urlsplit(settings.SCANNER)
    if address.scheme == "tcp" and address.hostname and address.port:
        return socket.create_connection((address.hostname, address.port), timeout=_left(until))
    if address.scheme != "unix" or not address.path:
        raise ValueError
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(_left(until))
        line.connect(address.path)
    except OSError:
        line.close()
        raise
    return line


def _left(until: float) -> float:
    if (left := until - time.monotonic()) <= 0:
        raise TimeoutError
    return left
