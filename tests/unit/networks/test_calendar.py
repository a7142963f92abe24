# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The calendar of one person's shifts, read back as a calendar program reads it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from approdo.networks.rules import FIRST, Duty, feed_window, local_period, new_feed_secret, shift_calendar

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
HERE = "https://turni.example"


def night(day: date, number: int = 1) -> Duty:
    period = local_period(day, time(20), time(8))
    return Duty(7, FIRST, period.starts_at, period.ends_at, number)


def read(*duties: Duty, origin: str = HERE) -> list:
    return Calendar.from_ical(shift_calendar(duties, origin=origin, now=NOW)).walk("VEVENT")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 24), 13), (date(2027, 3, 27), 11), (date(2026, 11, 26), 12)]
)
def test_a_night_is_as_long_as_it_truly_is_also_when_the_clocks_change(day: date, hours: int) -> None:
    [event] = read(night(day))
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=hours)
    assert event["DTSTART"].to_ical().endswith(b"Z"), "an instant, so that no calendar guesses a time zone"
    assert event["DTSTART"].dt == night(day).starts_at


def test_it_says_when_and_nothing_else() -> None:
    [event] = read(night(date(2026, 11, 26)))
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS"}
    assert (event["SUMMARY"], event["CLASS"]) == ("Turno", "PRIVATE")


def test_the_same_shift_keeps_its_name_when_its_hours_change_and_no_other_has_it() -> None:
    before, after = read(night(date(2026, 11, 26)))[0]["UID"], read(night(date(2026, 11, 27)))[0]["UID"]
    assert before == after
    assert read(night(date(2026, 11, 26), 2))[0]["UID"] != before
    assert read(night(date(2026, 11, 26)), origin="https://altrove.example")[0]["UID"] != before
    assert "turni.example" not in before


def test_it_is_written_as_the_standard_asks() -> None:
    written = shift_calendar([night(date(2026, 11, day), day) for day in range(1, 29)], origin=HERE, now=NOW)
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert max(map(len, written.split(b"\r\n"))) <= 75
    assert written.startswith(b"BEGIN:VCALENDAR\r\n")
    assert {b"VERSION:2.0", b"PRODID:-//Approdo//Turni//IT"} <= set(written.split(b"\r\n"))
    assert written.endswith(b"END:VCALENDAR\r\n")


def test_without_shifts_it_is_an_empty_calendar_and_no_error() -> None:
    assert read() == []


def test_it_looks_thirty_days_back_and_a_hundred_and_eighty_ahead() -> None:
    window = feed_window(NOW)
    assert (NOW - window.starts_at, window.ends_at - NOW) == (timedelta(days=30), timedelta(days=180))


def test_an_address_cannot_be_guessed() -> None:
    secrets = {new_feed_secret() for _time in range(50)}
    assert len(secrets) == 50
    assert min(map(len, secrets)) >= 43, "256 bits"
