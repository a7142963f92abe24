# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the network speaks: numbers in groups, nights by their day, hours and languages in words."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from approdo.networks import rules, selectors
from approdo.networks.rules import ROME, Capability, DirectoryEntry, Duty, Gap, Hours, Period, Rotation, RotationUnit
from approdo.web.network_forms import DAYS
from approdo.web.templatetags import when

register = template.Library()


@register.filter
def spoken(stretch: Period | Duty | Gap) -> str:
    """Say a stretch of time: "giovedì 26 novembre, 20:00–8:00"."""
    return selectors.spoken(Period(stretch.starts_at, stretch.ends_at))


@register.filter
def spoken_away(period: Period) -> str:
    """Say an absence: "lunedì 7 dicembre – lunedì 14 dicembre"."""
    return selectors.spoken_away(period)


@register.filter
def spoken_day(day: date) -> str:
    """Say a day: "giovedì 26 novembre"."""
    return selectors.spoken_day(day)


@register.filter
def long(time: timedelta) -> str:
    """Say how long in hours and minutes: "132:30"."""
    minutes = round(time.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


@register.filter
def spoken_instant(at: datetime) -> str:
    """Say an instant by its local day and hour: "lunedì 7 dicembre, 8:00"."""
    local = at.astimezone(ROME)
    return f"{selectors.spoken_day(local)}, {hour(at)}"


@register.filter
def rotation_words(plan: Rotation) -> str:
    """Say how often people change, and when: "Ogni settimana, il lunedì alle 8:00"."""
    at = f"{plan.hand_over:%-H:%M}"
    weekday = str(DAYS[plan.first_day.weekday()][1]).lower()
    words = {"n": plan.every, "at": at, "day": plan.first_day.day, "weekday": weekday}
    if plan.unit is RotationUnit.HOUR:
        said = ngettext("Ogni ora, dalle %(at)s", "Ogni %(n)d ore, dalle %(at)s", plan.every)
    elif plan.unit is RotationUnit.DAY:
        said = ngettext("Ogni giorno, alle %(at)s", "Ogni %(n)d giorni, alle %(at)s", plan.every)
    elif plan.unit is RotationUnit.WEEK:
        said = ngettext(
            "Ogni settimana, %(weekday)s alle %(at)s", "Ogni %(n)d settimane, %(weekday)s alle %(at)s", plan.every
        )
    else:
        said = ngettext("Ogni mese, il %(day)d alle %(at)s", "Ogni %(n)d mesi, il %(day)d alle %(at)s", plan.every)
    last = gettext(" (nei mesi più corti, l'ultimo giorno)")
    return said % words + (last if plan.unit is RotationUnit.MONTH and plan.first_day.day > 28 else "")


@register.filter
def hour(at: datetime) -> str:
    """Say an instant by its local hour: "8:00"."""
    return date_format(at.astimezone(ROME), "G:i")


@register.filter
def end_hour(at: datetime) -> str:
    """Say the instant at which something ends by its local hour: midnight is "24:00"."""
    return "24:00" if hour(at) == "0:00" else hour(at)


@register.filter
def shown_phone(stored: str) -> str:
    """Show a number in groups."""
    return rules.shown_phone(stored)


@register.filter
def entry_words(entry: DirectoryEntry) -> dict[str, object]:
    """Return what the directory says of a service at this moment."""
    return {
        "label": entry.label,
        "organisation": entry.organisation_name,
        "opening": opening_words(entry),
        "on_call": on_call_words(entry),
        "languages": entry.languages,
        "capabilities": entry.capabilities,
        "number": entry.phone,
    }


def opening_words(entry: DirectoryEntry) -> str:
    """Say whether a service is open, and until when or from when."""
    if entry.always_open:
        return gettext("aperto sempre")
    if entry.open_now:
        until = entry.open_until and when.until(entry.open_until)
        return gettext("aperto adesso, %(until)s") % {"until": until} if until else gettext("aperto adesso")
    if entry.opens_at:
        return gettext("chiuso · apre %(opens)s") % {"opens": when.at(entry.opens_at)}
    return gettext("chiuso")


def on_call_words(entry: DirectoryEntry) -> str:
    """Say who is on call and until when: places in the chain, and names within one's own organisation."""
    said = []
    for person, sentence in (
        (entry.first, gettext("1ª persona %(until)s")),
        (entry.second, gettext("2ª persona %(until)s")),
    ):
        if person:
            said.append(sentence % {"until": when.until(person.until)} + (f" ({person.name})" if person.name else ""))
    return " · ".join(said) or gettext("nessuna persona reperibile adesso")


@register.filter
def language_words(codes: Iterable[str]) -> str:
    """Name languages by their codes."""
    return ", ".join(gettext(rules.LANGUAGES.get(code, code)) for code in codes)


@register.filter
def capability_words(codes: Iterable[str]) -> str:
    """Name capabilities by their codes, in the order of their enum."""
    held = set(codes)
    return " · ".join(selectors.label_of(capability) for capability in Capability if capability in held)


@register.filter
def hours_words(line: Hours) -> str:
    """Say one line of opening hours: "lunedì–venerdì, 9:00–13:00"."""
    names = {number: str(name).lower() for number, name in DAYS}
    days = sorted(line.days)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)) and days[-1] < rules.PUBLIC_HOLIDAY:
        words = f"{names[days[0]]}–{names[days[-1]]}"
    else:
        words = ", ".join(names[day] for day in days)
    return f"{words}, {line.opens:%-H:%M}–{line.closes:%-H:%M}"
