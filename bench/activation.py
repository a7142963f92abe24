# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the press to the screens: one activation at a time, and five hundred at once."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from bench.browsing import Browser
from bench.ground import ROOT, Ground

if TYPE_CHECKING:
    from bench.data import Caller, Watcher

PATH = "/attiva/"
NEEDS = ["safe_place", "talk_now", "call_back", "children"]


class Screens:
    """The process that holds the open screens, and what it hears."""

    def __init__(self, ground: Ground, watchers: Sequence[Watcher]) -> None:
        command = [sys.executable, "-m", "bench.screens", str(ground.live_port), str(len(watchers))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, bufsize=1
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.heard: queue.SimpleQueue[tuple[float, int]] = queue.SimpleQueue()
        self._opened: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        for watcher in watchers:
            self._process.stdin.write(f"{watcher.cookie} {watcher.service_id}\n")
        self._process.stdin.flush()
        self.open, self.refused = self._opened.get(timeout=90)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            first, second, *third = line.split()
            if first == "open":
                self._opened.put((int(second), int(third[0])))
            else:
                self.heard.put((float(first), int(second)))

    def close(self) -> int:
        """Close all screens; return how many were still open."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        still, _refused = self._opened.get(timeout=10)
        self._process.wait(10)
        return still


def press(browser: Browser, caller: Caller) -> tuple[float, float]:
    """Activate once; return the instants of the press and of the answer."""
    fields = {"municipality": caller.municipality, "need": NEEDS, "consent": "given", "key": uuid.uuid4().hex}
    status, location, started, answered = browser.post(PATH, fields)
    if status != 302 or "attivazioni" not in location:
        raise RuntimeError(f"the activation was answered {status} {location}")
    return started, answered


def until_all_have_it(screens: Screens, browser: Browser, caller: Caller, called: Sequence[int]) -> float:
    """Seconds from the press until the last called service's screen has it."""
    while not screens.heard.empty():
        screens.heard.get()
    started, _answered = press(browser, caller)
    waiting, last = set(called), started
    while waiting:
        instant, service = screens.heard.get(timeout=10)
        if instant >= started and service in waiting:
            waiting.discard(service)
            last = max(last, instant)
    return last - started


def burst(
    screens: Screens, port: int, caller: Caller, called: Sequence[int], activations: int, connections: int
) -> tuple[float, float, int]:
    """Many at once; return posts per second, seconds the last screen was behind the last answer, and what was missed.

    A screen that hears of two changes in one breath is told once: what is counted is that every called service's
    screen heard something after the last commit, by its own clock.
    """
    while not screens.heard.empty():
        screens.heard.get()
    browsers = [Browser(port, caller.cookie) for _each in range(connections)]
    share = activations // connections + 1
    answers: list[float] = []

    def many(browser: Browser) -> None:
        for _each in range(share):
            if len(answers) < activations:
                answers.append(press(browser, caller)[1])

    started = time.monotonic()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(many, browsers))
    last_answer = max(answers)
    latest: dict[int, float] = {}
    limit = time.monotonic() + 3
    while time.monotonic() < limit:
        try:
            instant, service = screens.heard.get(timeout=0.5)
        except queue.Empty:
            continue
        latest[service] = instant
    behind = max(latest.get(service, float("inf")) for service in called) - last_answer
    missed = sum(1 for service in called if service not in latest)
    for browser in browsers:
        browser.close()
    return len(answers) / (last_answer - started), max(0.0, behind), missed
