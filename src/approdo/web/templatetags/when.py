# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Instants as people say them: "12 minuti fa", "fino a lunedì alle 09:00", "in ritardo di 6 minuti".

A page says the same few instants dozens of times, and again whenever it is refreshed: each sentence is made once for a
day and a language (ADR 0011).
"""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from approdo.kit.clock import ROME
from approdo.kit.dates import written
from approdo.kit.words import mark

register = template.Library()
_made_once = lru_cache(maxsize=4_096)

STATES = {
    "waiting": mark("da avvisare"),
    "alerted": mark("avvisata"),
    "read": mark("letta"),
    "taken": mark("presa in carico"),
    "declined": mark("non può"),
    "late": mark("in ritardo"),
    "stopped": mark("fermata"),
}
AT, UNTIL, SINCE, BY = range(4)
# an hour of today, of a day of this week, of a date, of a date that begins with a vowel ("otto", "undici")
_PHRASES = {
    AT: (
        mark("alle %(time)s"),
        mark("%(day)s alle %(time)s"),
        mark("il %(day)s alle %(time)s"),
        mark("l'%(day)s alle %(time)s"),
    ),
    UNTIL: (
        mark("fino alle %(time)s"),
        mark("fino a %(day)s alle %(time)s"),
        mark("fino al %(day)s alle %(time)s"),
        mark("fino all'%(day)s alle %(time)s"),
    ),
    SINCE: (
        mark("dalle %(time)s"),
        mark("da %(day)s alle %(time)s"),
        mark("dal %(day)s alle %(time)s"),
        mark("dall'%(day)s alle %(time)s"),
    ),
    BY: (
        mark("entro le %(time)s"),
        mark("entro %(day)s alle %(time)s"),
        mark("entro il %(day)s alle %(time)s"),
        mark("entro l'%(day)s alle %(time)s"),
    ),
}


def span(length: timedelta) -> str:
    """Return a length of time in its largest unit: seconds, minutes, hours or days."""
    seconds = int(length.total_seconds())
    return _span(seconds if seconds < 60 else seconds - seconds % 60, get_language())


@register.filter
def lasting(seconds: int) -> str:
    """Say how long something took: "4 minuti"."""
    return span(timedelta(seconds=seconds))


@_made_once
def _span(seconds: int, _language: str | None) -> str:
    if seconds < 60:
        return ngettext("%(n)d secondo", "%(n)d secondi", seconds) % {"n": seconds}
    minutes = seconds // 60
    if minutes < 60:
        return ngettext("%(n)d minuto", "%(n)d minuti", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d ora", "%(n)d ore", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)d giorno", "%(n)d giorni", days) % {"n": days}


def _moment(instant: datetime, css: str, words: str) -> SafeString:
    return _marked_up(instant, css, words, get_language())


@_made_once
def _marked_up(instant: datetime, css: str, words: str, _language: str | None) -> SafeString:
    local = instant.astimezone(ROME)
    full = exact(instant)
    return format_html(
        '<time class="{}" datetime="{}" data-exact="{}" tabindex="0">{}'
        '<span class="visually-hidden"> ({})</span></time>',
        css,
        local.isoformat(timespec="seconds"),
        full,
        words,
        full,
    )


def _today() -> date:
    return timezone.now().astimezone(ROME).date()


@register.filter
def clock(instant: datetime) -> str:
    """Return the local hour and minute, with the weekday or the date when it is not today."""
    return _clock(instant, _today(), get_language())


@_made_once
def _clock(instant: datetime, today: date, _language: str | None) -> str:
    local = instant.astimezone(ROME)
    off = abs((local.date() - today).days)
    return written(local, "H:i" if off == 0 else _("l H:i") if off < 7 else _("j F, H:i"))


def _phrase(kind: int, instant: datetime) -> str:
    return _said(kind, instant, _today(), get_language())


@_made_once
def _said(kind: int, instant: datetime, today: date, _language: str | None) -> str:
    local = instant.astimezone(ROME)
    off = abs((local.date() - today).days)
    form = 0 if off == 0 else 1 if off < 7 else 3 if local.day in {8, 11} else 2
    return _(_PHRASES[kind][form]) % {"day": written(local, "l" if off < 7 else "j F"), "time": f"{local:%H:%M}"}


@register.filter
def at(instant: datetime) -> str:
    """Say when: "alle 09:00", "lunedì alle 09:00", "il 3 dicembre alle 09:00"."""
    return _phrase(AT, instant)


@register.filter
def until(instant: datetime) -> str:
    """Say until when: "fino alle 09:00", "fino a lunedì alle 09:00", "fino al 3 dicembre alle 09:00"."""
    return _phrase(UNTIL, instant)


@register.filter
def since(instant: datetime) -> str:
    """Say since when: "dalle 09:00", "da lunedì alle 09:00", "dal 3 dicembre alle 09:00"."""
    return _phrase(SINCE, instant)


@register.filter
def exact(instant: datetime) -> str:
    """Return the local instant in full: "24 novembre 2026, 02:28"."""
    return written(instant.astimezone(ROME), "j F Y, H:i")


@register.filter
def whole_day(day: date) -> str:
    """Return a day in full: "24 novembre 2026"."""
    return written(day, "j F Y")


@register.simple_tag
def ago(instant: datetime | None, now: datetime | None = None) -> SafeString | str:
    """Return how long ago the instant was, with the instant itself on focus."""
    if not instant:
        return ""
    past = (now or timezone.now()) - instant
    if past < timedelta(seconds=10):
        words = _("adesso")
    elif past < timedelta(days=7):
        words = _("%(span)s fa") % {"span": span(past)}
    else:
        words = written(instant.astimezone(ROME), "j F Y")
    return _moment(instant, "when", words)


@register.simple_tag
def deadline(instant: datetime | None, now: datetime | None = None) -> SafeString | str:
    """Return a limit as a clock time, or how late it is: never a countdown."""
    if not instant:
        return ""
    over = (now or timezone.now()) - instant
    if over < timedelta(0):
        return _moment(instant, "deadline", _phrase(BY, instant))
    return _moment(instant, "deadline late", _("in ritardo di %(span)s") % {"span": span(over)})


@register.filter
def state_word(name: str) -> str:
    """Return the word that goes with a state's shape."""
    return _(STATES.get(name, name))
