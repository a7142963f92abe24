# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Instants as people say them: "12 minuti fa", "entro le 03:40", "in ritardo di 6 minuti"."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approdo.kit.words import mark

register = template.Library()

STATES = {
    "waiting": mark("da avvisare"),
    "alerted": mark("avvisata"),
    "read": mark("letta"),
    "taken": mark("presa in carico"),
    "declined": mark("non può"),
    "late": mark("in ritardo"),
    "stopped": mark("fermata"),
}


def span(length: timedelta) -> str:
    """Return a length of time in its largest unit: seconds, minutes, hours or days."""
    seconds = int(length.total_seconds())
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
    local = timezone.localtime(instant)
    exact = date_format(local, "j F Y, H:i")
    return format_html(
        '<time class="{}" datetime="{}" data-exact="{}" tabindex="0">{}'
        '<span class="visually-hidden"> ({})</span></time>',
        css,
        local.isoformat(timespec="seconds"),
        exact,
        words,
        exact,
    )


@register.filter
def clock(instant: datetime) -> str:
    """Return the local hour and minute, with the weekday when it is not today."""
    local = timezone.localtime(instant)
    today = timezone.localtime().date()
    if local.date() == today:
        return date_format(local, "H:i")
    if abs((local.date() - today).days) < 7:
        return date_format(local, _("l H:i"))
    return date_format(local, _("j F, H:i"))


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
        words = date_format(timezone.localtime(instant), "j F Y")
    return _moment(instant, "when", words)


@register.simple_tag
def deadline(instant: datetime | None, now: datetime | None = None) -> SafeString | str:
    """Return a limit as a clock time, or how late it is: never a countdown."""
    if not instant:
        return ""
    over = (now or timezone.now()) - instant
    if over < timedelta(0):
        return _moment(instant, "deadline", _("entro le %(clock)s") % {"clock": clock(instant)})
    return _moment(instant, "deadline late", _("in ritardo di %(span)s") % {"span": span(over)})


@register.filter
def state_word(name: str) -> str:
    """Return the word that goes with a state's shape."""
    return _(STATES.get(name, name))
