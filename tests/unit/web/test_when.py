# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from approdo.web.templatetags import when
from approdo.web.templatetags.when import STATES, ago, clock, deadline, span, state_word

NOW = datetime(2026, 11, 24, 1, 40, tzinfo=UTC)  # 02:40 in Rome, on a Tuesday


@pytest.fixture(autouse=True)
def at_twenty_to_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which day is today decides the words."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


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
    assert 'data-exact="24 novembre 2026, 02:28"' in shown
    assert 'tabindex="0"' in shown


def test_the_last_seconds_are_now_and_a_clock_slightly_ahead_is_not_in_the_future() -> None:
    assert ">adesso<" in ago(NOW - timedelta(seconds=9), NOW)
    assert ">adesso<" in ago(NOW + timedelta(seconds=2), NOW)


def test_after_a_week_the_day_says_more_than_a_count() -> None:
    assert ">16 novembre 2026<" in ago(NOW - timedelta(days=8), NOW)


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


TODAY, WEDNESDAY, DECEMBER, EIGHTH, ELEVENTH = (
    NOW.replace(hour=8, minute=0) + timedelta(days=days) for days in (0, 1, 9, 14, 17)
)


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (clock, ["09:00", "mercoledì 09:00", "3 dicembre, 09:00", "8 dicembre, 09:00", "11 dicembre, 09:00"]),
        (
            when.at,
            [
                "alle 09:00",
                "mercoledì alle 09:00",
                "il 3 dicembre alle 09:00",
                "l'8 dicembre alle 09:00",
                "l'11 dicembre alle 09:00",
            ],
        ),
        (
            when.until,
            [
                "fino alle 09:00",
                "fino a mercoledì alle 09:00",
                "fino al 3 dicembre alle 09:00",
                "fino all'8 dicembre alle 09:00",
                "fino all'11 dicembre alle 09:00",
            ],
        ),
        (
            when.since,
            [
                "dalle 09:00",
                "da mercoledì alle 09:00",
                "dal 3 dicembre alle 09:00",
                "dall'8 dicembre alle 09:00",
                "dall'11 dicembre alle 09:00",
            ],
        ),
    ],
)
def test_an_instant_is_said_as_one_would_say_it_today(say: Callable[[datetime], str], words: list[str]) -> None:
    assert [say(instant) for instant in (TODAY, WEDNESDAY, DECEMBER, EIGHTH, ELEVENTH)] == words


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (TODAY, "entro le 09:00"),
        (WEDNESDAY, "entro mercoledì alle 09:00"),
        (DECEMBER, "entro il 3 dicembre alle 09:00"),
        (EIGHTH, "entro l&#x27;8 dicembre alle 09:00"),
    ],
)
def test_a_limit_names_its_day_when_it_is_not_today(limit: datetime, words: str) -> None:
    assert f">{words}<" in deadline(limit, NOW)


def test_italian_writes_days_and_months_small_and_english_does_not() -> None:
    assert when.exact(NOW) == "24 novembre 2026, 02:40"
    with translation.override("en"):
        assert when.exact(NOW) == "24 November 2026, 02:40"
        assert clock(WEDNESDAY).startswith("Wednesday")


@pytest.mark.parametrize("name", STATES)
def test_every_state_has_a_word(name: str) -> None:
    with translation.override("it"):
        assert state_word(name) != name


def test_the_same_instant_is_said_anew_tomorrow_and_in_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    before = NOW - timedelta(minutes=12)
    said = [clock(before), when.since(before), ago(before, NOW), deadline(before, NOW)]
    with translation.override("en"):
        assert not set(said[1:]) & {when.since(before), ago(before, NOW), deadline(before, NOW)}
    assert [clock(before), when.since(before), ago(before, NOW), deadline(before, NOW)] == said
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=1))
    assert clock(before) != said[0]
    assert when.since(before) != said[1]
    assert "12" not in ago(before, NOW + timedelta(hours=3)).partition(">")[2].partition("<")[0]
