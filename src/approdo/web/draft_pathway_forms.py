# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of one step of the pathway, in the editor of protocols: lengths of time are written as people say them."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from approdo.access.rules import DOCUMENT_LABELS
from approdo.networks import selectors as networks
from approdo.networks.rules import Qualification, ServiceKind
from approdo.protocols.rules import (
    ASSESSMENT_LABELS,
    LONGEST_TASK,
    PHASE_LABELS,
    TELL_LABELS,
    WHEN_CLOSED_LABELS,
    WHEN_LABELS,
    When,
    WhenClosed,
)
from approdo.protocols.rules.composing import Document, kept_text, short_name, with_entries
from approdo.web.choices import let_choose
from approdo.web.draft_forms import DraftForm, LaterChoice, LaterText, either, kinds_offered, labelled
from approdo.web.templatetags.when import span

_LENGTH = re.compile(r"([0-9]{1,5})\s*([^\W\d_]*)\.?")
_UNITS = {"": 1, "o": 1, "h": 1, "g": 24, "d": 24, "s": 168, "w": 168}
"""Hours of a unit, by its first letter: ore, hours; giorni, days; settimane, weeks."""
LENGTHS = ("within_hours", "escalate_after_hours", "repeat_hours", "ask_again_after_hours")


def hours_read(text: str) -> int | None:
    """Return the hours that a length of time says ("36 ore", "3 giorni"), None for what says none."""
    found = _LENGTH.fullmatch(text.strip().lower())
    if found is None or found[2][:1] not in _UNITS:
        return None
    return int(found[1]) * _UNITS[found[2][:1]]


def hours_said(hours: Any) -> str:
    """Return some hours as a person would write them: whole days as days, from two on."""
    if not isinstance(hours, int):
        return ""
    if hours % 24 and hours > 48:
        return ngettext("%(n)d ora", "%(n)d ore", hours) % {"n": hours}
    return span(timedelta(hours=hours))


class LengthField(LaterText):
    """A length of time in words; hours once it is read."""

    def clean(self, value: Any) -> Any:
        """Return whole hours, None for nothing; refuse what is no length of time."""
        text = super().clean(value)
        if not text:
            return None
        hours = hours_read(text)
        if hours is None:
            raise forms.ValidationError(_("Scrivi quanto tempo, per esempio: 36 ore, oppure 3 giorni."))
        return hours


def length(label: Any, **more: Any) -> LengthField:
    """Return a field for a length of time in words."""
    return LengthField(label=label, max_length=20, widget=forms.TextInput(attrs={"class": "short"}), **more)


class PathwayStepForm(DraftForm):
    """One step of the pathway."""

    phase = LaterChoice(label=_("In quale fase"), choices=lambda: [("", gettext("scegli…")), *labelled(PHASE_LABELS)])
    what = LaterText(
        label=_("Che cosa si fa"),
        max_length=LONGEST_TASK,
        help_text=_("In poche parole, niente che riguardi una persona."),
    )
    key = forms.CharField(
        label=_("Come lo chiamate"),
        max_length=40,
        required=False,
        help_text=_("Il nome con cui ne parlate tra voi. Se lo lasci vuoto lo facciamo da ciò che si fa."),
    )
    kind = forms.ChoiceField(
        label=_("Chi lo fa"),
        required=False,
        help_text=_("Se nessun servizio di quel tipo la accompagna, lo fa chi conduce."),
    )
    when = either(_("Per chi"), lambda: labelled(WHEN_LABELS))
    within_hours = length(_("Entro quanto tempo"), help_text=_("Per esempio: 36 ore, oppure 3 giorni."))
    when_closed = either(_("Se a quell'ora il servizio è chiuso"), lambda: labelled(WHEN_CLOSED_LABELS))
    escalate_after_hours = length(_("Se non è fatto, dopo quanto si avvisa"), help_text=_("Dall'inizio della fase."))
    tell = LaterChoice(label=_("Chi si avvisa"), choices=lambda: [("", gettext("scegli…")), *labelled(TELL_LABELS)])
    repeat_hours = length(_("Ogni quanto si ripete"), help_text=_("Vuoto: si fa una volta sola."))
    ask_again_after_hours = length(
        _("Se lei dice di no, dopo quanto le si chiede di nuovo"), help_text=_("Vuoto: il suo no chiude il passo.")
    )
    document = forms.ChoiceField(
        label=_("Documento che serve"),
        required=False,
        choices=lambda: [("", gettext("nessuno")), *labelled(DOCUMENT_LABELS)],
    )
    assessment = forms.ChoiceField(
        label=_("Valutazione che serve"),
        required=False,
        choices=lambda: [("", gettext("nessuna")), *labelled(ASSESSMENT_LABELS)],
    )
    qualification = forms.ChoiceField(
        label=_("Formazione di chi lo fa"),
        required=False,
        choices=lambda: [("", gettext("nessuna in particolare")), *networks.choices_of(Qualification)],
    )

    def __init__(
        self, step: Document, taken: Sequence[str], offered: Sequence[tuple[ServiceKind, str]], sent: Any = None
    ) -> None:
        shown: dict[str, Any] = {name: step.get(name, "") for name in self.base_fields}
        shown |= {name: hours_said(step.get(name)) for name in LENGTHS}
        shown |= {
            "when": step.get("when", When.ALWAYS),
            "when_closed": step.get("when_closed", WhenClosed.ALL_THE_SAME),
        }
        super().__init__(sent, initial=shown)
        self.step, self.taken = step, taken
        let_choose(
            self, "kind", kinds_offered({kind for kind, _label in offered}, ("", gettext("chi conduce il percorso")))
        )

    def written(self) -> Document:
        """Return the step with what she wrote; a length that she did not touch stays as it was."""
        data: Mapping[str, Any] = self.cleaned_data
        what = kept_text(self.step.get("what"), data["what"])
        entries = dict(data) | {"what": what, "key": short_name(data["key"] or what or gettext("passo"), self.taken)}
        return with_entries(self.step, entries)
