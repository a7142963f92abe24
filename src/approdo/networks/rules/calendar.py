# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The calendar of one person's shifts, as other programs read it (RFC 5545): when, and nothing else.

It leaves the house: it may lie on a shared telephone or with a company that keeps calendars. So it names no service,
no place and nobody.
"""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from approdo.networks.rules.hours import Period
from approdo.networks.rules.rota import Duty

FEED_BEFORE, FEED_AFTER = timedelta(days=30), timedelta(days=180)
_ASK_AGAIN = timedelta(hours=1)


def new_feed_secret() -> str:
    """Return what makes the address of a calendar hers alone: 256 bits of chance."""
    return secrets.token_urlsafe(32)


def feed_window(now: datetime) -> Period:
    """Return the stretch of time whose shifts a calendar shows."""
    return Period(now - FEED_BEFORE, now + FEED_AFTER)


def shift_calendar(duties: Iterable[Duty], *, origin: str, now: datetime) -> bytes:
    """Return the calendar of some shifts, at their true instants.

    ``origin`` is the address of the installation: of two in one calendar, neither takes the other's shifts for its own.
    """
    from icalendar import Calendar, Event  # here: a twelfth of a second that no other process needs to spend

    calendar = Calendar()
    calendar.add("prodid", "-//Approdo//Turni//IT")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Turni")
    calendar.add("refresh-interval", _ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    family = uuid5(NAMESPACE_URL, origin)
    for duty in duties:
        event = Event()
        event.add("uid", str(uuid5(family, f"shift:{duty.id}")))
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", duty.starts_at.astimezone(UTC))
        event.add("dtend", duty.ends_at.astimezone(UTC))
        event.add("summary", "Turno")
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    return calendar.to_ical()
