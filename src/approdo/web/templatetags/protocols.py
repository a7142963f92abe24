# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the rules of protocols say, in her language."""

from enum import StrEnum

from django import template
from django.utils.translation import gettext

from approdo.protocols.rules import FATE_LABELS, STATE_LABELS, DraftState, Fate, Phrase, Problem
from approdo.web.templatetags.words import word

register = template.Library()


@register.filter
def said(problem: Problem) -> str:
    """Return a problem's sentence; labels inside it are translated too."""
    values = {name: gettext(v) if isinstance(v, str) and v else v for name, v in problem.values.items()}
    return gettext(problem.message) % values


@register.filter
def phrased(phrase: Phrase) -> str:
    """Return a phrase of a comparison; codes inside it by their words, names as they are."""
    values = {name: word(v) if isinstance(v, StrEnum) else v for name, v in phrase.values.items()}
    return gettext(phrase.message) % values


@register.filter
def fate_word(fate: Fate) -> str:
    """Return what became of a part, in a word."""
    return gettext(FATE_LABELS[fate])


@register.filter
def draft_state_word(state: DraftState) -> str:
    """Return the state of a draft in words."""
    return gettext(STATE_LABELS[state])


@register.filter
def translated(label: str) -> str:
    """Return a label of the rules in her language."""
    return gettext(label)
