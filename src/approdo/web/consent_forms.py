# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of the consents that have a page of their own: each reads its fields and hands plain values to one act."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approdo.access.rules import Slice
from approdo.consents.rules import labels_of

_HIDEABLE = frozenset(Slice) - {Slice.CHRONOLOGY}
"""What the record holds; the acts of the chronology are everybody's who takes part, and hold no words of hers."""


def _to_choose(codes: type[StrEnum], among: Iterable[StrEnum] | None = None) -> list[tuple[str, str]]:
    known = {str(one) for one in (codes if among is None else among)}
    found = [(code, gettext(word)) for code, word in labels_of(codes) if code in known]
    return [("", gettext("scegli")), *found]


class _Form(forms.Form):
    """A form whose fields are named in the addresses of the summary above it."""

    def __init__(self, *arguments: Any, **words: Any) -> None:
        super().__init__(*arguments, auto_id="%s", use_required_attribute=False, **words)


class HideEntryForm(_Form):
    """From which service an entry is hidden."""

    service_id = forms.TypedChoiceField(label=_("A quale servizio"), coerce=int)

    def __init__(self, *arguments: Any, services: Iterable[tuple[int, str]], **words: Any) -> None:
        super().__init__(*arguments, **words)
        self.fields["service_id"].choices = [("", gettext("scegli")), *services]  # type: ignore[attr-defined]


class HideForm(HideEntryForm):
    """From which service a part of the record is hidden."""

    slice_ = forms.ChoiceField(label=_("Che cosa"), choices=lambda: _to_choose(Slice, _HIDEABLE))
