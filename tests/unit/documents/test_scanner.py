# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The conversation with a virus scanner: what it finds, and everything that counts as silence."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from tests.factories.files import CANARY, EICAR
from tests.factories.scanners import Scanner, a_scanner

from approdo.documents.gateways import scan, scanner
from approdo.documents.rules import Verdict


@pytest.fixture(params=["tcp", "unix"])
def running(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[Scanner]:
    with a_scanner(tmp_path / "socket" if request.param == "unix" else None) as (address, one):
        settings.SCANNER = address
        yield one


@pytest.mark.parametrize("size", [1, 65_536, 65_537, 3_000_000])
def test_a_file_is_sent_whole_and_found_clean(running: Scanner, size: int) -> None:
    content = b"x" * size
    assert scan(content) is Verdict.CLEAN
    assert running.heard == [content]


def test_what_it_finds_is_found_also_across_two_chunks(running: Scanner) -> None:
    assert scan(b"x" * 65_500 + EICAR) is Verdict.FOUND


@pytest.mark.parametrize(
    "answer",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"",
        b"\0",
        b"stream: OK FOUNDLING\0",
        b"not a stream: OK\0",
        b"x" * 10_000,
    ],
)
def test_any_other_answer_counts_as_silence(running: Scanner, answer: bytes) -> None:
    running.answer = answer
    assert scan(b"anything") is Verdict.DOWN


def test_what_it_says_is_not_logged(running: Scanner, caplog: pytest.LogCaptureFixture) -> None:
    running.answer = CANARY + b"\0"
    with caplog.at_level(logging.DEBUG):
        scan(b"anything")
    assert caplog.records
    assert CANARY.decode() not in caplog.text


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "unix:/nowhere/at/all", "http://127.0.0.1:1", "nonsense", "unix:"]
)
def test_one_that_is_not_there_or_badly_named_counts_as_silent(settings: Settings, address: str) -> None:
    settings.SCANNER = address
    assert scan(b"anything") is Verdict.DOWN


def test_one_that_hangs_is_left_after_its_time(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        settings.SCANNER = f"tcp://127.0.0.1:{hanging.getsockname()[1]}"
        assert scan(b"anything") is Verdict.DOWN


def test_where_none_is_configured_none_is_asked(settings: Settings) -> None:
    settings.SCANNER = ""
    assert scan(EICAR) is Verdict.UNASKED
