# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rules of protocols say, in her language."""

from django import template
from django.utils.translation import gettext

from approdo.protocols.rules import Problem

register = template.Library()


@register.filter
def said(problem: Problem) -> str:
    """Return a problem's sentence; labels inside it are translated too."""
    values = {name: gettext(v) if isinstance(v, str) and v else v for name, v in problem.values.items()}
    return gettext(problem.message) % values
