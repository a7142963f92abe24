# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The smallest shapes, dozens of them on a page: an icon, a telephone number, a state.

Tags and not components: each component is a rendering of its own, together a fifth of the time of a board.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from approdo.networks.rules import shown_phone
from approdo.web.templatetags.when import STATES

if TYPE_CHECKING:
    from approdo.web.boards import Step

register = template.Library()
DONE = mark_safe(' class="done"')

static_address = cache(static)


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
def phone(number: str, label: str = "") -> SafeString:
    """Show a telephone number to press, in groups, or under another label."""
    css, words = ("phone worded", label) if label else ("phone", shown_phone(number))
    return format_html('<a class="{}" href="tel:{}">{}{}</a>', css, number, icon("phone", "icon-small"), words)


@register.simple_tag
def progress(steps: "Sequence[Step]") -> SafeString:
    """Show how far an alert got: each step with a tick when it is done, and in words when it is not."""
    pending = format_html('<span class="visually-hidden">: {}</span>', _("non ancora"))
    lines = format_html_join(
        "",
        "<li{}>{}{}{}</li>",
        ((DONE, "✓ ", step.word, "") if step.done else ("", "", step.word, pending) for step in steps),
    )
    return format_html('<ol class="steps-sent" aria-label="{}">{}</ol>', _("A che punto è"), lines)


@register.simple_tag
def state(name: str, label: str = "") -> SafeString:
    """Show a state: a shape and a word, never a colour alone."""
    words = label or _(STATES.get(name, name))
    return format_html('<span class="state {}">{}{}</span>', name, icon(f"state-{name}"), words)
