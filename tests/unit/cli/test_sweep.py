# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The loop of the sweep: what fails, what goes on, and when the heart beats."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import OperationalError

from approdo.cli import sweep

NOW = datetime(2026, 11, 24, 3, 40, tzinfo=UTC)


class Recorder:
    """An act that answers from a script (numbers are rows advanced, exceptions are raised) and then stops the loop."""

    def __init__(self, script: list[int | Exception], stop: threading.Event) -> None:
        self.script, self.stop, self.calls = script, stop, 0

    def __call__(self, *, now: datetime, limit: int) -> int:
        assert now == NOW
        self.calls += 1
        answer = self.script.pop(0) if self.script else 0
        if not self.script:
            self.stop.set()
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _no_waiting_and_no_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sweep, "_EVERY_SECONDS", 0)
    monkeypatch.setattr(sweep, "_AFTER_FAILURE_SECONDS", 0)
    monkeypatch.setattr(sweep, "_BEAT_SECONDS", 0)
    monkeypatch.setattr(sweep, "_drop_connection", lambda: None)
    return


def _run(*scripts: list[int | Exception]) -> tuple[list[int], int]:
    stop, beats = threading.Event(), []
    acts = [Recorder(script, stop) for script in scripts]
    sweep.run(acts, stop, clock=lambda: NOW, beat=lambda: beats.append(1))
    return [act.calls for act in acts], len(beats)


def test_a_full_batch_is_followed_by_another_at_once() -> None:
    calls, beats = _run([200, 200, 3])
    assert calls == [3]
    assert beats == 1


@pytest.mark.parametrize("failure", [OperationalError("gone"), ValueError("poisoned row")])
def test_an_act_that_fails_is_tried_again_and_the_heart_rests_meanwhile(failure: Exception) -> None:
    calls, beats = _run([failure, failure, 0])
    assert calls == [3]
    assert beats == 1


def test_one_act_that_fails_does_not_keep_the_other_from_its_turn() -> None:
    always: list[int | Exception] = [ValueError("always")] * 3
    calls, beats = _run(always, [5] * 9)
    assert calls == [3, 2]  # the first one's third failure ends this test before the other's third turn
    assert beats == 0


def test_a_heart_that_cannot_beat_does_not_end_the_sweep() -> None:
    stop = threading.Event()
    act = Recorder([0, 0, 0], stop)

    def beat() -> None:
        raise OperationalError("gone")

    sweep.run([act], stop, clock=lambda: NOW, beat=beat)
    assert act.calls == 3
