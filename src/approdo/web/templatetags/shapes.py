# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The smallest shapes, dozens of them on a page: an icon, a telephone number, a state.

Tags and not components: each component is a rendering of its own, together a fifth of the time of a board.
"""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from approdo.networks.rules import shown_phone
from approdo.web.templatetags.when import STATES

register = template.Library()

static_address = cache(static)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon; the word beside it says what it means."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static_address("web/icons.svg"),
        name,
    )


@register.simple_tag
def phone(number: str, label: str = "") -> SafeString:
    """Show a telephone number to press, in groups, or under another label."""
    words = label or shown_phone(number)
    return format_html('<a class="phone" href="tel:{}">{}{}</a>', number, icon("phone", "icon-small"), words)


@register.simple_tag
def state(name: str, label: str = "") -> SafeString:
    """Show a state: a shape and a word, never a colour alone."""
    words = label or _(STATES.get(name, name))
    return format_html('<span class="state {}">{}{}</span>', name, icon(f"state-{name}"), words)
