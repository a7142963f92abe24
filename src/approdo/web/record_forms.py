# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of one kind of entry, made from its shape; every field optional, and each may be declined."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from approdo.persons.rules import NO, SHAPES, YES, Answers, Field, Form, Kind
from approdo.persons.selectors import Text

DECLINED, SEEN = "declined", "seen"


def entry_form(kind: Kind, sent: QueryDict | None = None, answers: Answers | None = None) -> forms.Form:
    """Return the form of a kind: empty, as it was sent, or with what an entry says.

    It only shows: what may be written is decided by the rules of the record, not by the form.
    """
    shape = SHAPES[kind]
    initial: dict[str, Any] = {}
    if answers is not None:
        initial = {**answers.given, DECLINED: sorted(answers.declined)}
    if sent is not None:
        initial = {**written(kind, sent), DECLINED: sent.getlist(DECLINED)}
    form = forms.Form(initial=initial, auto_id="%s", use_required_attribute=False)
    for field in shape.fields:
        form.fields[field.name] = _field(field)
    form.fields[DECLINED] = forms.MultipleChoiceField(
        label=_("A che cosa preferisce non rispondere"),
        choices=[(field.name, _(field.label)) for field in shape.fields],
        widget=forms.CheckboxSelectMultiple,
    )
    return form


def _field(field: Field) -> forms.Field:
    words: dict[str, Any] = {"label": _(field.label)}
    choices = [(code, _(label)) for code, label in (field.choices() if field.choices else {}).items()]
    match field.form:
        case Form.TEXT:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 6}), **words)
        case Form.DAY | Form.PAST_DAY:
            return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **words)
        case Form.CODE:
            return forms.CharField(widget=forms.Select(choices=[("", _("non si sa")), *choices]), **words)
        case Form.CODES:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **words)
        case Form.YES_NO:
            known = [("", _("non si sa")), (YES, _("sì")), (NO, _("no"))]
            return forms.CharField(widget=forms.Select(choices=known), **words)
    return forms.CharField(**words)


def written(kind: Kind, sent: QueryDict) -> Mapping[str, str | Iterable[str]]:
    """Return what was written, by field, as it came: the rules of the record decide what may be."""
    return {
        field.name: sent.getlist(field.name) if field.form is Form.CODES else sent.get(field.name, "")
        for field in SHAPES[kind].fields
    }


def seen(sent: QueryDict) -> tuple[int, ...]:
    """Return the numbers of the versions that the form showed; what is no number was never shown."""
    return tuple(int(one) for one in sent.getlist(SEEN) if one.isascii() and one.isdigit() and len(one) < 9)


def lines(kind: Kind, text: Text) -> list[tuple[str, str]]:
    """Return (label, answer) of what one version says, in the order of the form, in words."""
    shown = []
    for field in SHAPES[kind].fields:
        answer = text.answers.given.get(field.name)
        if field.name in text.answers.declined:
            shown.append((_(field.label), _("preferisce non rispondere")))
        elif answer is not None:
            shown.append((_(field.label), _in_words(field, answer)))
    return shown


def _in_words(field: Field, answer: str | tuple[str, ...]) -> str:
    if field.form is Form.YES_NO:
        return _("sì") if answer == YES else _("no")
    known = field.choices() if field.choices else {}
    if isinstance(answer, tuple):
        return ", ".join(_(known.get(one, one)) for one in answer)
    return _(known[answer]) if answer in known else answer
