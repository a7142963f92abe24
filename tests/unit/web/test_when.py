# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from approdo.web.templatetags.when import STATES, ago, clock, deadline, span, state_word

NOW = datetime(2026, 11, 24, 1, 40, tzinfo=UTC)  # 02:40 in Rome


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=1), "1 secondo"),
        (timedelta(seconds=59), "59 secondi"),
        (timedelta(minutes=1), "1 minuto"),
        (timedelta(minutes=12, seconds=59), "12 minuti"),
        (timedelta(hours=1), "1 ora"),
        (timedelta(hours=47), "47 ore"),
        (timedelta(days=3), "3 giorni"),
    ],
)
def test_a_length_of_time_is_said_in_its_largest_unit(length: timedelta, words: str) -> None:
    assert span(length) == words


def test_an_instant_is_said_as_how_long_ago_with_the_instant_itself_at_hand() -> None:
    shown = ago(NOW - timedelta(minutes=12), NOW)
    assert "12 minuti fa" in shown
    assert 'datetime="2026-11-24T02:28:00+01:00"' in shown
    assert 'data-exact="24 novembre 2026, 02:28"' in shown.lower()
    assert 'tabindex="0"' in shown


def test_the_last_seconds_are_now_and_a_clock_slightly_ahead_is_not_in_the_future() -> None:
    assert ">adesso<" in ago(NOW - timedelta(seconds=9), NOW)
    assert ">adesso<" in ago(NOW + timedelta(seconds=2), NOW)


def test_after_a_week_the_day_says_more_than_a_count() -> None:
    assert ">16 novembre 2026<" in ago(NOW - timedelta(days=8), NOW).lower()


def test_a_limit_ahead_is_a_clock_time_never_a_countdown() -> None:
    shown = deadline(NOW + timedelta(hours=1), NOW)
    assert "entro le" in shown
    assert "03:40" in shown
    assert "late" not in shown


def test_a_limit_passed_says_how_late_it_is() -> None:
    shown = deadline(NOW - timedelta(minutes=6), NOW)
    assert "in ritardo di 6 minuti" in shown
    assert 'class="deadline late"' in shown


def test_an_instant_that_is_not_there_shows_nothing() -> None:
    assert ago(None) == deadline(None) == ""


def test_another_day_names_the_day() -> None:
    far = datetime.now(UTC) + timedelta(days=3)
    assert " " in clock(far)
    assert any(char.isalpha() for char in clock(far))
    assert any(char.isalpha() for char in clock(far + timedelta(days=90)))


@pytest.mark.parametrize("name", STATES)
def test_every_state_has_a_word(name: str) -> None:
    with translation.override("it"):
        assert state_word(name) != name
