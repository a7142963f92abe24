# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a field lets choose, when only the page knows it."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms


def let_choose(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Give a field of a form its choices: (value, label), or (heading, pairs)."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)
