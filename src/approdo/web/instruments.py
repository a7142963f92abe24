# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Strumenti: what each assessment asks, what its answers come to, where it comes from; those that a network loads."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from approdo.access.rules import Permission, may
from approdo.kit.errors import Conflict, NotFound
from approdo.protocols import selectors as protocols
from approdo.risk import selectors
from approdo.risk.rules import FILE_LIMIT, LONGEST_REASON, LoadAct, LoadState, needs_reason, to_questionnaire
from approdo.risk.services import NotLoadable
from approdo.usecases import instruments as usecase
from approdo.web.guards import Asked, needs
from approdo.web.network_forms import accepted

BASE = "rete/strumenti/"


class LoadForm(forms.Form):
    """A file of an instrument, and what goes with it."""

    file = forms.FileField(
        label=later("Il file"),
        help_text=later("Uno strumento in YAML, un Questionnaire FHIR R4 in JSON, o un file sigillato; fino a 350 kB."),
        widget=forms.FileInput(attrs={"class": "form-control"}),
        error_messages={"required": later("Scegli un file."), "empty": later("Il file è vuoto.")},
    )
    licence_key = forms.CharField(
        label=later("Chiave della licenza"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=later("Solo per un file sigillato: la dà chi ha i diritti. Serve ad aprirlo, e non si conserva."),
    )
    beside = forms.CharField(
        label=later("Accanto a un Questionnaire"),
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "off", "class": "mono"}),
        help_text=later("Solo per un Questionnaire: a che cosa serve, come si conta, che cosa vogliono dire i punti."),
    )


class WhyForm(forms.Form):
    """Why an instrument is withdrawn."""

    reason = forms.CharField(
        label=later("Perché"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=later("Niente che riguardi una persona."),
    )

    def __init__(self, state: LoadState, sent: Any = None) -> None:
        super().__init__(sent)
        self.fields["reason"].required = needs_reason(state)


@needs(Permission.READ_PROTOCOL)
@require_GET
def instruments(request: Asked) -> HttpResponse:
    """List the instruments that one may use; to who may approve them, also those on their way and withdrawn."""
    loads = may(request.actor, Permission.PUBLISH_PROTOCOL)
    found = selectors.loaded(request.actor)
    words = {
        "instruments": selectors.instruments(request.actor),
        "today": request.now.date(),
        "loads": protocols.my_networks(request.actor) if loads else (),
        "waiting": [one for one in found if one.state in {LoadState.LOADED, LoadState.PROPOSED}],
        "withdrawn": [one for one in found if one.state is LoadState.WITHDRAWN],
        "loaded": {one.instrument.code: one for one in reversed(found) if one.state is LoadState.IN_FORCE},
    }
    return render(request, "web/instruments/list.html", words)


@needs(Permission.READ_PROTOCOL)
@require_GET
def instrument(request: Asked, instrument: str) -> HttpResponse:
    """Show one instrument whole, to be read before it is used."""
    shown = selectors.instrument(request.actor, instrument)
    view = _loaded_as(request, shown.code, shown.version)
    words = {"shown": shown, "view": view, "expired": shown.runs_out_before(request.now.date())}
    return render(request, "web/instruments/instrument.html", words)


def _loaded_as(request: Asked, code: str, version: str) -> selectors.LoadedView | None:
    for one in selectors.loaded(request.actor):
        if one.state is LoadState.IN_FORCE and (one.instrument.code, one.instrument.version) == (code, version):
            return one
    return None


@needs(Permission.READ_PROTOCOL)
@require_GET
def questionnaire(request: Asked, instrument: str) -> HttpResponse:
    """Hand out an instrument as a FHIR Questionnaire; never one whose text was given to this network only."""
    document = selectors.document_of(request.actor, instrument)
    view = _loaded_as(request, document["code"], document["version"])
    if view and view.licensee:
        raise NotFound
    written = json.dumps(to_questionnaire(document), ensure_ascii=False, indent=2)
    response = HttpResponse(written, content_type="application/fhir+json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{document["code"]}.questionnaire.json"'
    return response


@needs(Permission.PUBLISH_PROTOCOL)
@sensitive_post_parameters("licence_key")
@require_http_methods(["GET", "POST"])
def load(request: Asked, network: str) -> HttpResponse:
    """Bring a file; whatever is wrong with it is said with its place, and nothing of it is kept."""
    own = protocols.own_network(request.actor, network)
    form = LoadForm(request.POST, request.FILES) if request.method == "POST" else LoadForm()
    words: dict[str, Any] = {"network": own, "form": form, "found": (), "remarks": ()}
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            made = usecase.load(
                actor=request.actor,
                network_code=network,
                content=data["file"].read(FILE_LIMIT + 1),
                licence_key=data["licence_key"],
                beside=data["beside"],
                now=request.now,
            )
        except NotLoadable as refusal:
            words |= {"found": refusal.faults, "remarks": refusal.remarks}
        else:
            messages.success(request, _("Caricato. Leggilo tutto, poi proponilo: non lo usa ancora nessuno."))
            return redirect("loaded_instrument", made)
    return render(request, "web/instruments/load.html", words, status=422 if form.is_bound else 200)


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def loaded(request: Asked, loaded_id: int) -> HttpResponse:
    """Show what was loaded, whole; propose it, approve it, withdraw it."""
    view = selectors.loaded_one(request.actor, loaded_id)
    act = request.POST.get("act", "")
    why = WhyForm(view.state, request.POST if act == LoadAct.WITHDRAW else None)
    expired = view.instrument.runs_out_before(request.now.date())
    words: dict[str, Any] = {"view": view, "shown": view.instrument, "why": why, "expired": expired}
    if request.method == "POST":
        try:
            if said := _acted(request, loaded_id, act, why):
                messages.success(request, said)
                return redirect("instruments")
        except Conflict as refusal:
            messages.warning(request, _(refusal.sentence))
            return redirect("loaded_instrument", loaded_id)
        except NotLoadable as refusal:
            words["found"] = refusal.faults
    words |= {f"may_{one}": one in view.acts for one in LoadAct}
    if view.state is LoadState.PROPOSED and LoadAct.APPROVE not in view.acts:
        words["others"] = selectors.approvers(view.network_code, request.actor.operator_id)
    return render(request, "web/instruments/loaded.html", words, status=422 if request.method == "POST" else 200)


def _acted(request: Asked, loaded_id: int, act: str, why: WhyForm) -> str:
    """Do what a button says, return what to say. Raises ``Conflict``, ``NotLoadable``; ``NotFound`` for no button."""
    asked: dict[str, Any] = {"actor": request.actor, "loaded_id": loaded_id, "now": request.now}
    match act:
        case LoadAct.PROPOSE:
            usecase.propose(**asked)
            return _("Proposto. Si usa quando un'altra persona lo approva.")
        case LoadAct.APPROVE:
            usecase.approve(**asked)
            return _("Approvato: da adesso la rete lo usa.")
        case LoadAct.WITHDRAW:
            reason = why.cleaned_data["reason"] if why.is_valid() else ""
            done = why.is_valid() and accepted(why, lambda: usecase.withdraw(**asked, reason=reason))
            return _("Ritirato. Quello che è già stato valutato resta da leggere.") if done else ""
    raise NotFound


urlpatterns = [
    path(BASE, instruments, name="instruments"),
    path(f"{BASE}carica/<slug:network>/", load, name="load_instrument"),
    path(f"{BASE}caricati/<int:loaded_id>/", loaded, name="loaded_instrument"),
    path(f"{BASE}<slug:instrument>/", instrument, name="instrument"),
    path(f"{BASE}<slug:instrument>/fhir/", questionnaire, name="instrument_questionnaire"),
]
