# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The smallest shapes, dozens of them on a page: an icon, a telephone number, a state.

Tags and not components: each component is a rendering of its own, together a fifth of the time of a board.
"""

import secrets
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from django import template
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from approdo.kit.words import mark
from approdo.networks.rules import shown_phone
from approdo.web.templatetags.when import STATES

register = template.Library()
DONE = mark_safe(' class="done"')
NO_WORDS: Mapping[str, object] = MappingProxyType({})
STEPS = (mark("inviata"), mark("consegnata"), mark("letta"), mark("presa"))

static_address = cache(static)


@register.simple_tag
def press_key() -> SafeString:
    """Give a form a key of its own, by which a second press of the same page is known (``kit.presses``)."""
    return format_html('<input type="hidden" name="key" value="{}">', secrets.token_urlsafe(18))


@register.simple_tag
def url(name: str, *arguments: object, **named: object) -> str:
    """Return the address of a page: Django's own tag, which looks through all addresses anew each time (ADR 0011)."""
    return _address(get_script_prefix(), name, *arguments, **named)


@lru_cache(maxsize=4_096)
def _address(_prefix: str, name: str, *arguments: object, **named: object) -> str:
    return reverse(name, args=arguments, kwargs=named)


@register.simple_tag
@cache
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon; the word beside it says what it means."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static_address("web/icons.svg"),
        name,
    )


@register.simple_tag
@lru_cache(maxsize=4_096)
def phone(number: str, label: str = "") -> SafeString:
    """Show a telephone number to press, in groups, or under another label."""
    css, words = ("phone worded", label) if label else ("phone", shown_phone(number))
    return format_html('<a class="{}" href="tel:{}">{}{}</a>', css, number, icon("phone", "icon-small"), words)


@register.simple_tag
def progress(done: int) -> SafeString:
    """Show how far an alert got: each step with a tick when it is done, and in words when it is not."""
    return _progress(done, get_language())


@cache
def _progress(done: int, _language: str | None) -> SafeString:
    pending = format_html('<span class="visually-hidden">: {}</span>', _("non ancora"))
    lines = format_html_join(
        "",
        "<li{}>{}{}{}</li>",
        (
            (DONE, "✓ ", _(word), "") if number < done else ("", "", _(word), pending)
            for number, word in enumerate(STEPS)
        ),
    )
    return format_html('<ol class="steps-sent" aria-label="{}">{}</ol>', _("A che punto è"), lines)


@register.simple_tag
def once(name: str, words: Mapping[str, object] = NO_WORDS, **more: object) -> SafeString:
    """Render a template that says only these words, once for all who read them: the same words, the same text.

    Words and no objects: what is kept, in this process and for a while, is found by these very words only.
    """
    return _rendered(name, get_language(), (*words, *more), *words.values(), *more.values())


@lru_cache(maxsize=4_096, typed=True)
def _rendered(name: str, _language: str | None, names: tuple[str, ...], *values: object) -> SafeString:
    return SafeString(get_template(name).render(dict(zip(names, values, strict=True))))


@register.simple_tag
def state(name: str, label: str = "") -> SafeString:
    """Show a state: a shape and a word, never a colour alone."""
    words = label or _(STATES.get(name, name))
    return format_html('<span class="state {}">{}{}</span>', name, icon(f"state-{name}"), words)
