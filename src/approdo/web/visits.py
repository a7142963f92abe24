# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visita: what triage writes of a visit, and the page that says to ask her, alone. Titles and addresses say nothing."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from approdo.access.rules import Permission
from approdo.kit.errors import Conflict, Invalid
from approdo.recognition import selectors, services
from approdo.recognition.rules import Citizenship, Code, NotACode, Sign, System, read_code
from approdo.recognition.rules.labels import ABSENCE, BAND_SENTENCES, CITIZENSHIP_LABELS, SIGN_LABELS
from approdo.recognition.rules.prompting import ANSWER_LABELS, Answer, Mode
from approdo.recognition.services import Arrival, TwoPeople
from approdo.web.guards import Asked, needs
from approdo.web.network_forms import accepted

_MOST_CODES = 20


def choices(labels: Mapping[Any, str]) -> list[tuple[str, str]]:
    """Return codes with their words, in the order of their table."""
    return [(str(code), _(label)) for code, label in labels.items()]


class VisitForm(forms.Form):
    """One visit, as triage knows it."""

    visit = forms.CharField(label=gettext_lazy("Numero della visita"), max_length=100)
    person = forms.CharField(
        label=gettext_lazy("Identificativo della persona"),
        max_length=100,
        help_text=gettext_lazy(
            "Quello dell'ospedale. Qui diventa subito uno pseudonimo: non si rivede più, nemmeno da te."
        ),
    )
    birth_year = forms.IntegerField(
        label=gettext_lazy("Anno di nascita"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
    )
    codes = forms.CharField(
        label=gettext_lazy("Codici di diagnosi o di causa"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("Con o senza punto, separati da virgole: 873.0, E888."),
    )
    signs = forms.MultipleChoiceField(
        label=gettext_lazy("Che cosa si nota"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: choices(SIGN_LABELS),
    )
    note = forms.CharField(
        label=gettext_lazy("Nota di triage"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Si legge adesso e non si conserva."),
    )
    citizenship = forms.ChoiceField(
        label=gettext_lazy("Cittadinanza"),
        required=False,
        choices=lambda: choices(CITIZENSHIP_LABELS),
        initial=Citizenship.UNKNOWN.value,
        help_text=gettext_lazy(
            "Serve solo a controllare che si chieda a tutte allo stesso modo: nel calcolo non entra."
        ),
    )

    def clean_codes(self) -> frozenset[Code]:
        """Read the codes; the sentence of the first that is none says which place it has, never what was written."""
        written = [one for one in re.split(r"[,;\s]+", self.cleaned_data["codes"]) if one]
        if len(written) > _MOST_CODES:
            raise forms.ValidationError(_("Sono troppi: al massimo venti."))
        found = set()
        for place, one in enumerate(written, start=1):
            try:
                found.add(read_code(one, usual=System.ICD_9_CM))
            except NotACode as error:
                raise forms.ValidationError(
                    _("Il codice numero %(place)s: %(why)s") % {"place": place, "why": _(error.message)}
                ) from error
        return frozenset(found)

    def arrival(self, now: datetime) -> Arrival:
        """Return the visit, which is of this moment."""
        said = self.cleaned_data
        return Arrival(
            person=said["person"],
            visit=said["visit"],
            arrived_at=now,
            codes=said["codes"],
            signs=frozenset(map(Sign, said["signs"])),
            note=said["note"],
            birth_year=said["birth_year"],
            citizenship=Citizenship(said["citizenship"]),
        )


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
def visit(request: Asked) -> HttpResponse:
    """Write a visit down; go on to the question, if there is one to ask."""
    service_id = selectors.department(request.actor)
    form = VisitForm(request.POST or None)
    made: list[UUID | None] = []
    if request.method == "POST" and form.is_valid() and accepted(form, lambda: made.append(_read(request, form))):
        if made[0] is not None:
            return redirect("visit_prompt", made[0])
        messages.success(request, _("Visita annotata. Non c'è altro da fare qui."))
        return redirect("visit")
    words = {
        "form": form,
        "off": selectors.mode_of(service_id) is Mode.OFF,
        "waiting": selectors.waiting(request.actor, request.now),
        "absence": _(ABSENCE),
        "now": request.now,
    }
    return render(request, "web/visits/visit.html", words, status=422 if form.is_bound else 200)


def _read(request: Asked, form: VisitForm) -> UUID | None:
    try:
        return services.read_visit(actor=request.actor, arrival=form.arrival(request.now), now=request.now)
    except TwoPeople as refusal:
        raise Invalid({"person": refusal.sentence}) from refusal


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
def visit_prompt(request: Asked, prompt_id: UUID) -> HttpResponse:
    """Say that she should be asked, alone, and why; take the answer in one press."""
    if request.method == "POST":
        selectors.prompt(request.actor, prompt_id, request.now)  # absent and hidden alike, before anything is said
        return _answered(request, prompt_id)
    shown = services.open_prompt(actor=request.actor, prompt_id=prompt_id, now=request.now)
    words = {
        "shown": shown,
        "sentence": _(BAND_SENTENCES[shown.band]),
        "lines": [(line, _(line.sentence)) for line in selectors.explained(shown.evidence)],
        "answers": choices(ANSWER_LABELS),
        "given": _(ANSWER_LABELS[shown.answer]) if shown.answer else "",
        "absence": _(ABSENCE),
        "now": request.now,
    }
    return render(request, "web/visits/prompt.html", words)


def _answered(request: Asked, prompt_id: UUID) -> HttpResponse:
    given = request.POST.get("answer", "")
    if given not in set(Answer):
        raise Invalid({"answer": _("Scegli una risposta.")})
    try:
        services.answer(actor=request.actor, prompt_id=prompt_id, answer=Answer(given), now=request.now)
    except Conflict as conflict:
        messages.warning(request, _(conflict.sentence))
        return redirect("visit_prompt", prompt_id)
    if given == Answer.ASKED_YES:
        return redirect("receive")
    messages.success(request, _("Segnato."))
    return redirect("visit")


urlpatterns = [
    path("accoglienza/visita/", visit, name="visit"),
    path("accoglienza/visita/<uuid:prompt_id>/", visit_prompt, name="visit_prompt"),
]
