# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of the shelf: a file with what changed in it, and one word of the glossary."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approdo.networks.rules import LANGUAGES
from approdo.protocols.rules import (
    FILE_BYTES,
    KIND_LABELS,
    LONGEST_MEANING,
    LONGEST_NOTE,
    LONGEST_REASON,
    LONGEST_TERM,
    LONGEST_TITLE,
    Entry,
    ShelfKind,
)
from approdo.protocols.rules.shelf import entry

OTHER_LANGUAGES = tuple(code for code in LANGUAGES if code != "it")


class FileForm(forms.Form):
    """A file, and what changed in it."""

    file = forms.FileField(
        label=_("Il file"),
        help_text=_(
            "PDF, ODT, DOCX, ODS, XLSX o testo semplice, fino a 5 MB; senza macro. Di un PDF si conserva l'immagine "
            "delle pagine, che chi usa un lettore di schermo non può ascoltare: se puoi, carica l'ODT o il testo."
        ),
        widget=forms.FileInput(attrs={"class": "form-control"}),
        error_messages={"required": _("Scegli un file."), "empty": _("Il file è vuoto.")},
    )
    note = forms.CharField(
        label=_("Che cosa è cambiato"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Lo leggono tutte. Per la prima volta: a che cosa serve."),
    )

    def content(self) -> bytes:
        """Return what was sent, and no more than is needed to know that it is too much; its name is not looked at."""
        sent: bytes = self.cleaned_data["file"].read(FILE_BYTES + 1)
        return sent


class NewItemForm(FileForm):
    """A model or a form that is not on the shelf yet."""

    field_order = ("kind", "title", "language", "file", "note")
    kind = forms.TypedChoiceField(
        label=_("Che cosa è"),
        coerce=ShelfKind,
        choices=lambda: [(kind.value, gettext(KIND_LABELS[kind])) for kind in (ShelfKind.MODEL, ShelfKind.FORM)],
    )
    title = forms.CharField(
        label=_("Titolo"), max_length=LONGEST_TITLE, help_text=_("Resta lo stesso per tutte le versioni.")
    )
    language = forms.ChoiceField(
        label=_("Lingua"), choices=lambda: [(code, gettext(name)) for code, name in LANGUAGES.items()], initial="it"
    )


class NoteForm(forms.Form):
    """What changed in a glossary that is proposed."""

    note = forms.CharField(
        label=_("Che cosa è cambiato"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )


class WhyForm(forms.Form):
    """Why an edition is sent back, or an item withdrawn."""

    reason = forms.CharField(
        label=_("Perché"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Niente che riguardi una persona."),
    )


class EntryForm(forms.Form):
    """One word of the glossary, with how it is said in other languages."""

    term = forms.CharField(label=_("Termine"), max_length=LONGEST_TERM)
    meaning = forms.CharField(
        label=_("Che cosa vuol dire"), max_length=LONGEST_MEANING, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, one: Entry | None, sent: Any = None) -> None:
        words = {f"word_{code}": text for code, text in one.words.items()} if one else {}
        super().__init__(sent, initial={"term": one.term, "meaning": one.meaning, **words} if one else {})
        for code in OTHER_LANGUAGES:
            self.fields[f"word_{code}"] = forms.CharField(
                label=gettext(LANGUAGES[code]).capitalize(), max_length=LONGEST_TERM, required=False
            )

    @property
    def said(self) -> tuple[forms.BoundField, ...]:
        """Return the fields of what is said of it in Italian, and in English."""
        return self["term"], self["meaning"], self["word_en"]

    @property
    def in_others(self) -> tuple[forms.BoundField, ...]:
        """Return the fields of the other languages."""
        return tuple(self[f"word_{code}"] for code in OTHER_LANGUAGES if code != "en")

    @property
    def unfolded(self) -> bool:
        """Tell whether the other languages are open: something is there, or wrong."""
        return any(field.value() or field.errors for field in self.in_others)

    def written(self) -> Entry:
        """Return the entry; raises ``Invalid``."""
        data = self.cleaned_data
        return entry(data["term"], data["meaning"], {code: data[f"word_{code}"] for code in OTHER_LANGUAGES})
