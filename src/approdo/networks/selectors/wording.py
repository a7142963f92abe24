# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import date, time, timedelta

from django.utils.formats import date_format

from approdo.kit.dates import written
from approdo.networks.rules import ROME, Period


def spoken(period: Period) -> str:
    """Say a period as people do: "giovedì 26 novembre, 20:00–8:00", with the second day when it is not the next."""
    starts, ends = period.starts_at.astimezone(ROME), period.ends_at.astimezone(ROME)
    text = f"{spoken_day(starts)}, {date_format(starts, 'G:i')}"
    if (ends.date() - starts.date()).days <= 1:
        return f"{text}–{date_format(ends, 'G:i')}"
    return f"{text} – {spoken_day(ends)}, {date_format(ends, 'G:i')}"


def spoken_away(period: Period) -> str:
    """Say an absence: whole days by their names, anything else by its hours."""
    starts, ends = period.starts_at.astimezone(ROME), period.ends_at.astimezone(ROME)
    if starts.time() != time.min or ends.time() != time.min:
        return f"{spoken_day(starts)}, {date_format(starts, 'G:i')} – {spoken_day(ends)}, {date_format(ends, 'G:i')}"
    first, last = starts.date(), ends.date() - timedelta(days=1)
    return spoken_day(first) if first == last else f"{spoken_day(first)} – {spoken_day(last)}"


def spoken_day(at: date) -> str:
    """Say a local day: "giovedì 26 novembre"."""
    return written(at, "l j F")
