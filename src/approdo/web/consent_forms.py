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
from approdo.consents.rules import HowGiven, LegalReason, Norm, NotSharedReason, Proof, SharingPurpose, labels_of
from approdo.networks.rules import LANGUAGES
from approdo.web.choices import let_choose

_ACTS = frozenset({Slice.CHRONOLOGY})
"""Not in the record, so never hidden: the acts are everybody's who takes part, and hold no words of hers."""
LONGEST = 731  # days; the rule refuses more than two years in its own words


def _words(codes: type[StrEnum]) -> list[tuple[str, str]]:
    return [(code, gettext(word)) for code, word in labels_of(codes)]


def _to_choose(codes: type[StrEnum]) -> list[tuple[str, str]]:
    return [("", gettext("scegli")), *_words(codes)]


class _Form(forms.Form):
    """A form whose fields are named in the addresses of the summary above it."""

    def __init__(self, *arguments: Any, **words: Any) -> None:
        super().__init__(*arguments, **(words | {"auto_id": "%s", "use_required_attribute": False}))


class RenewForm(_Form):
    """For how long she agrees again, and how she said so."""

    days = forms.IntegerField(label=_("Per quanti giorni ancora"), min_value=1, max_value=LONGEST)
    how = forms.ChoiceField(label=_("Come ha detto di sì"), choices=lambda: _to_choose(HowGiven))
    proof = forms.ChoiceField(label=_("Che cosa ne resta"), choices=lambda: _to_choose(Proof))
    language = forms.ChoiceField(
        label=_("In quale lingua"), choices=lambda: [(code, gettext(word)) for code, word in LANGUAGES.items()]
    )


class _ServiceForm(_Form):
    """A form that begins with one of several services."""

    service_id = forms.TypedChoiceField(label=_("A quale servizio"), coerce=int)

    def __init__(self, *arguments: Any, services: Iterable[tuple[int, str]], **words: Any) -> None:
        super().__init__(*arguments, **words)
        let_choose(self, "service_id", [("", gettext("scegli")), *services])


class ByLawForm(_ServiceForm):
    """What a norm shares without her consent: which norm, why, who decided, what, with whom, until when."""

    norm = forms.ChoiceField(label=_("Quale norma"), choices=lambda: _to_choose(Norm))
    reason = forms.ChoiceField(label=_("Perché vale in questo caso"), choices=lambda: _to_choose(LegalReason))
    decided_by = forms.TypedChoiceField(label=_("Chi ha deciso"), coerce=int)
    slices = forms.MultipleChoiceField(
        label=_("Che cosa può leggere"), choices=lambda: _words(Slice), widget=forms.CheckboxSelectMultiple
    )
    purpose = forms.ChoiceField(label=_("Per che cosa"), choices=lambda: _to_choose(SharingPurpose))
    days = forms.IntegerField(label=_("Per quanti giorni"), min_value=1, max_value=LONGEST)

    def __init__(self, *arguments: Any, deciders: Iterable[tuple[int, str]], **words: Any) -> None:
        super().__init__(*arguments, **words)
        let_choose(self, "decided_by", [*deciders])
        self.order_fields(["norm", "reason", "decided_by", "service_id"])


class NotSharedForm(_ServiceForm):
    """What is not shared with which service, and why."""

    service_id = forms.TypedChoiceField(label=_("Con quale servizio"), coerce=int)
    slices = forms.MultipleChoiceField(
        label=_("Che cosa non si condivide"), choices=lambda: _words(Slice), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.ChoiceField(label=_("Perché"), choices=lambda: _to_choose(NotSharedReason))


class HideEntryForm(_ServiceForm):
    """From which service an entry is hidden."""


class HideForm(HideEntryForm):
    """From which service a part of the record is hidden."""

    slice_ = forms.ChoiceField(
        label=_("Che cosa"), choices=lambda: [one for one in _to_choose(Slice) if one[0] not in _ACTS]
    )
