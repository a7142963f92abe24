# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of one kind of entry, made from its shape; every field optional, and each may be declined."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from approdo.kit.clock import ROME
from approdo.kit.words import mark as later
from approdo.persons.rules import NO, SHAPES, YES, Answers, Field, Form, Kind
from approdo.persons.selectors import Text
from approdo.web.templatetags.when import exact, whole_day

DECLINED, SEEN = "declined", "seen"


@dataclass(frozen=True, slots=True)
class Question:
    """One field as a question that is answered with one press, or left."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    chosen: str
    hint: str = ""


def question(field: Field, chosen: str) -> Question:
    """Return a field of codes, or of yes and no, as a question; what is not in its list is chosen nowhere."""
    yes_no = {YES: later("sì"), NO: later("no")}
    codes = yes_no if field.form is Form.YES_NO else field.choices() if field.choices else {}
    return Question(field.name, _(field.label), tuple((code, _(label)) for code, label in codes.items()), chosen)


def entry_form(kind: Kind, sent: QueryDict | None = None, answers: Answers | None = None) -> forms.Form:
    """Return the form of a kind: empty, as it was sent, or with what an entry says.

    It only shows: what may be written is decided by the rules of the record, not by the form.
    """
    shape = SHAPES[kind]
    initial: dict[str, Any] = {}
    if answers is not None:
        carried = {field.name for field in shape.fields if field.carried}
        initial = {name: said for name, said in answers.given.items() if name in carried}
        initial[DECLINED] = sorted(answers.declined)
    if sent is not None:
        initial = {**written(kind, sent), DECLINED: sent.getlist(DECLINED)}
    form = forms.Form(initial=initial, auto_id="%s", use_required_attribute=False)
    for field in shape.fields:
        form.fields[field.name] = _field(field)
    if shape.lasting:  # what happened to a thing is not hers to prefer
        return form
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
        case Form.DAY | Form.PAST_DAY | Form.MOMENT:
            typed = "datetime-local" if field.form is Form.MOMENT else "date"
            return forms.CharField(widget=forms.DateInput(attrs={"type": typed}), **words)
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


def lines(kind: Kind, text: Text, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return (label, answer) of what one version says, in the order of the form, in words; some fields left out."""
    return lines_of(kind, text.answers, without)


def lines_of(kind: Kind, answers: Answers, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return the same of what was answered."""
    shown = []
    for field in SHAPES[kind].fields:
        if field.name in without:
            continue
        answer = answers.given.get(field.name)
        if field.name in answers.declined:
            shown.append((_(field.label), _("preferisce non rispondere")))
        elif answer is not None:
            shown.append((_(field.label), _in_words(field, answer)))
    return shown


def _in_words(field: Field, answer: str | tuple[str, ...]) -> str:
    if field.form is Form.YES_NO:
        return _("sì") if answer == YES else _("no")
    if field.form is Form.MOMENT and isinstance(answer, str):
        return exact(datetime.fromisoformat(answer).replace(tzinfo=ROME))
    if field.form in {Form.DAY, Form.PAST_DAY} and isinstance(answer, str):
        return whole_day(date.fromisoformat(answer))
    known = field.choices() if field.choices else {}
    if isinstance(answer, tuple):
        return ", ".join(_(known.get(one, one)) for one in answer)
    return _(known[answer]) if answer in known else answer
