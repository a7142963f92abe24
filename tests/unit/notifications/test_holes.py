# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nine in the morning, every morning, on the clock of Rome; and what is news."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.networks.rules import ROME
from approdo.notifications.rules import is_news, is_too_late, next_look


@given(st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_the_next_look_is_the_first_nine_to_come(now: datetime) -> None:
    at = next_look(now)
    assert now < at <= now + timedelta(hours=25)
    wall = at.astimezone(ROME)
    assert (wall.hour, wall.minute, wall.second, wall.microsecond) == (9, 0, 0, 0)
    assert wall.date() - now.astimezone(ROME).date() <= timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-28T08:59:59+01:00", "2026-11-28T09:00+01:00"),
        ("2026-11-28T09:00:00+01:00", "2026-11-29T09:00+01:00"),
        ("2026-03-28T10:00:00+01:00", "2026-03-29T09:00+02:00"),
        ("2026-10-24T10:00:00+02:00", "2026-10-25T09:00+01:00"),
    ],
)
def test_also_on_the_mornings_after_both_clock_changes(now: str, expected: str) -> None:
    assert next_look(datetime.fromisoformat(now)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(("hours", "late"), [(0, False), (2.99, False), (3, True), (18, True)])
def test_a_look_that_was_missed_waits_for_the_morning(hours: float, late: bool) -> None:
    due = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
    assert is_too_late(due, due + timedelta(hours=hours)) is late


@pytest.mark.parametrize(
    ("holes", "told", "news"),
    [("", "", False), ("a", "", True), ("a", "a", False), ("a b", "a", True), ("a", "a b", False), ("", "a", False)],
)
def test_only_what_she_does_not_know_is_news(holes: str, told: str, news: bool) -> None:
    assert is_news(holes.split(), told.split()) is news
