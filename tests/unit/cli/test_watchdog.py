# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the watchdog speaks, on a clock of numbers."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from approdo.cli.watchdog import Eyes, Limits, Memory, Notice, Observation, Problem, look, notice_due, read_state, watch
from approdo.cli.watchdog import tell as tell_channels

LIMITS = Limits()
SOUND = Observation(sweep=0.5, call=None, message=None)


def _memory(at: float = 0.0) -> Memory:
    return Memory(contact_at=at, reached_at=at)


@pytest.mark.parametrize(
    ("seen", "problems"),
    [
        (SOUND, set()),
        (Observation(29.9, 29.9, 29.9), set()),
        (Observation(30.1, None, None), {Problem.SWEEP_SILENT}),
        (Observation(0.1, 30.1, None), {Problem.CALLS_LATE}),
        (Observation(0.1, None, 30.1), {Problem.MESSAGES_LATE}),
        (Observation(500.0, 400.0, 300.0), {Problem.SWEEP_SILENT, Problem.CALLS_LATE, Problem.MESSAGES_LATE}),
    ],
)
def test_each_silence_is_a_problem_of_its_own(seen: Observation, problems: set[Problem]) -> None:
    assert look(_memory(), seen, LIMITS, 1000.0).problems == problems


def test_a_sweep_that_never_beat_is_silent_counting_from_our_own_start() -> None:
    never = Observation(None, None, None)
    assert look(_memory(100.0), never, LIMITS, 129.0).problems == set()
    assert look(_memory(100.0), never, LIMITS, 131.0).problems == {Problem.SWEEP_SILENT}


def test_a_start_after_a_long_stop_raises_no_alarm_while_the_sweep_catches_up() -> None:
    stale = Observation(sweep=86_400.0, call=3_600.0, message=3_600.0)
    assert look(_memory(100.0), stale, LIMITS, 105.0).problems == set()
    assert look(_memory(100.0), stale, LIMITS, 131.0).problems == set(Problem) - {Problem.DATABASE_UNREACHABLE}


def test_a_database_that_restarts_quickly_raises_no_alarm_and_one_that_stays_away_does() -> None:
    memory = look(_memory(0.0), SOUND, LIMITS, 10.0)
    assert look(memory, None, LIMITS, 24.0).problems == set()
    assert look(memory, None, LIMITS, 26.0).problems == {Problem.DATABASE_UNREACHABLE}


def test_a_problem_known_before_the_database_went_away_stays_known() -> None:
    memory = look(_memory(0.0), Observation(40.0, None, None), LIMITS, 50.0)
    assert look(memory, None, LIMITS, 51.0).problems == {Problem.SWEEP_SILENT}


def _hear(script: Callable[[int], Observation | None], seconds: int) -> list[tuple[int, tuple[Problem, ...]]]:
    """Run the two rules each five seconds and return what was said, and when."""
    memory, said = _memory(0.0), []
    for now in range(0, seconds, 5):
        memory = look(memory, script(now), LIMITS, float(now))
        notice = notice_due(memory, LIMITS, float(now))
        if notice is not None:
            said.append((now, notice.problems))
            memory = replace(memory, told=memory.problems, told_at=float(now))
    return said


def test_a_silent_sweep_is_told_within_a_minute_again_every_five_and_its_return_once() -> None:
    silent_from, back_at = 100, 800
    said = _hear(
        lambda now: Observation(float(now - silent_from) if silent_from <= now < back_at else 0.1, None, None), 1000
    )
    alarm = (Problem.SWEEP_SILENT,)
    assert said == [(135, alarm), (435, alarm), (735, alarm), (800, ())]
    assert said[0][0] - silent_from < 60


def test_a_database_that_disappears_is_told_within_a_minute() -> None:
    said = _hear(lambda now: SOUND if now < 100 or now >= 200 else None, 300)
    assert said == [(115, (Problem.DATABASE_UNREACHABLE,)), (200, ())]


def test_a_sweep_that_stands_still_after_the_database_is_back_is_told_within_a_minute_of_that() -> None:
    said = _hear(lambda now: None if 100 <= now < 200 else Observation(max(0.1, now - 100.0), None, None), 300)
    unreachable, silent = (Problem.DATABASE_UNREACHABLE,), (Problem.SWEEP_SILENT,)
    assert said == [(115, unreachable), (200, ()), (235, silent)]


def test_a_second_problem_is_told_at_once_though_the_first_was_told_just_now() -> None:
    said = _hear(lambda now: Observation(100.0 if now >= 50 else 0.0, 60.0 if now >= 60 else None, None), 100)
    assert said == [(50, (Problem.SWEEP_SILENT,)), (60, (Problem.CALLS_LATE, Problem.SWEEP_SILENT))]


def test_a_sound_system_is_never_spoken_of() -> None:
    assert _hear(lambda _now: SOUND, 2000) == []


@pytest.mark.parametrize("problems", [(), (Problem.CALLS_LATE,), tuple(Problem)])
def test_the_text_says_nothing_of_what_the_product_is_for(problems: tuple[Problem, ...]) -> None:
    text = Notice(problems).text.lower()
    for word in ("donna", "violenza", "rete", "centro", "rifugio", "pronto soccorso", "woman", "violence", "shelter"):
        assert word not in text


def test_a_broken_channel_does_not_silence_the_next() -> None:
    heard: list[Notice] = []

    def broken(_notice: Notice) -> None:
        raise OSError("no route")

    assert tell_channels(Notice(tuple(Problem)), [broken, heard.append])
    assert len(heard) == 1
    assert not tell_channels(Notice(tuple(Problem)), [broken])


def test_what_no_channel_took_is_said_again_at_the_next_look(tmp_path: Path) -> None:
    stop, heard, attempts = threading.Event(), [], []

    def fails_twice(notice: Notice) -> None:
        attempts.append(notice)
        if len(attempts) < 3:
            raise OSError("no route")
        heard.append(notice)
        stop.set()

    limits = Limits(silence=1e-9, unreachable=0.01, poll=0.01, repeat=300)
    silent = Observation(100.0, None, None)
    watch(lambda: silent, [fails_twice], limits, tmp_path / "watchdog.json", stop)
    assert len(attempts) == 3
    assert heard == [Notice((Problem.SWEEP_SILENT,))]
    state = read_state(tmp_path)
    assert state is not None
    assert state["problems"] == ["sweep_silent"]


def test_a_database_that_hangs_does_not_blind_the_watchdog() -> None:
    hanging, answers = threading.Event(), iter([SOUND, SOUND])

    def observe() -> Observation:
        hanging.wait(10)
        return next(answers)

    eyes = Eyes(observe, patience=0.05)
    assert eyes.look() is None
    assert eyes.look() is None
    hanging.set()
    assert eyes.look() == SOUND


def test_an_observation_that_fails_is_no_observation() -> None:
    def observe() -> Observation:
        raise OSError("gone")

    assert Eyes(observe, patience=1.0).look() is None
