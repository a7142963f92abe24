# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When somebody is away: from when to when, and never why."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from approdo.kit.words import mark as _
from approdo.networks.rules.hours import Period, instant

LONGEST_ABSENCE = timedelta(days=400)


def away_period(first: date, starts: time | None, last: date, ends: time | None) -> Period:
    """Return the instants of an absence written on Rome's clock; without an hour, a day is whole."""
    begins = instant(first, starts or time.min)
    return Period(begins, instant(last, ends) if ends is not None else instant(last + timedelta(days=1), time.min))


def problems_of_absence(period: Period, now: datetime) -> dict[str, str]:
    """Return what makes no sense about an absence, a sentence per field."""
    if period.ends_at <= period.starts_at:
        return {"last": _("La fine viene prima dell'inizio: controlla giorno e ora.")}
    if period.ends_at <= now:
        return {"last": _("Questo tempo è già passato.")}
    if period.ends_at - period.starts_at > LONGEST_ABSENCE:
        return {"last": _("È più di un anno: controlla i giorni.")}
    return {}


def touching(period: Period, others: Iterable[Period]) -> Period | None:
    """Return the earliest of some stretches that shares a moment with this one, or None."""
    hit = [one for one in others if one.starts_at < period.ends_at and period.starts_at < one.ends_at]
    return min(hit, default=None)
