# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast one token may read, and that no emergency is ever refused for it."""

from datetime import timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.activations import TONIGHT

from approdo.api import authentication
from approdo.kit.allowance import Allowance

from .conftest import House, Problem


def test_so_many_reads_in_a_minute_and_then_a_pause() -> None:
    allowance = Allowance(3)
    assert [allowance.take("key", TONIGHT + timedelta(seconds=10 * n)) for n in range(3)] == [0, 0, 0]
    assert allowance.take("key", TONIGHT + timedelta(seconds=30)) == 30
    assert allowance.take("key", TONIGHT + timedelta(seconds=59.5)) == 1
    assert allowance.take("key", TONIGHT + timedelta(seconds=60)) == 0


def test_one_key_does_not_spend_anothers() -> None:
    allowance = Allowance(1)
    assert [allowance.take(key, TONIGHT) for key in ("one", "two")] == [0, 0]
    assert allowance.take("one", TONIGHT) == 60


def test_a_clock_that_goes_back_locks_nobody_out() -> None:
    allowance = Allowance(1)
    assert allowance.take("key", TONIGHT) == 0
    assert allowance.take("key", TONIGHT - timedelta(hours=1)) == 0


@given(st.lists(st.integers(0, 300), min_size=1, max_size=60), st.integers(1, 5))
def test_waiting_as_long_as_told_is_always_enough(seconds: list[int], limit: int) -> None:
    allowance = Allowance(limit)
    for second in sorted(seconds):
        instant = TONIGHT + timedelta(seconds=second)
        wait = allowance.take("key", instant)
        assert 0 <= wait <= 60
        if wait:
            assert allowance.take("key", instant + timedelta(seconds=wait)) == 0
            return


def test_the_memory_of_keys_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("approdo.kit.allowance._REMEMBERED", 100)
    allowance = Allowance(1)
    for number in range(1000):
        allowance.take(str(number), TONIGHT + timedelta(seconds=number))
    assert len(allowance._windows) <= 100


def test_threads_together_get_no_more_than_one() -> None:
    allowance, passed = Allowance(50), []
    threads = [
        Thread(target=lambda: passed.extend(1 for _ in range(40) if not allowance.take("key", TONIGHT)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 50


def test_reads_stop_and_emergencies_go_on(house: House, problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "reads", Allowance(2))
    hospital, centre = house.hospital, house.centre
    made = hospital.activate().json()
    path = f"/activations/{made['id']}"
    assert [hospital.get(path).status_code for _ in range(3)] == [200, 200, 429]
    response = hospital.get("/activations")
    assert problem(response)["code"] == "rate_limited"
    assert 1 <= int(response["Retry-After"]) <= 60
    assert centre.get(path).status_code == 200, "another token has its own allowance"
    assert [hospital.activate(f"key-number-{n}").status_code for n in range(5)] == [201] * 5
    assert hospital.post(f"{path}/stand-down", {"reason": "mistake"}).status_code == 204
