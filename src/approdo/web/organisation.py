# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The coordinator's pages: her organisation, its services, their hours, places and people."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import Permission, Role, require
from approdo.kit.errors import Invalid, NotFound
from approdo.networks import selectors, services
from approdo.networks.rules import Qualification, ServiceKind
from approdo.usecases.coverage import Foretold
from approdo.web.foretelling import asking, unless_told
from approdo.web.guards import Asked, Freshness, fresh, needs
from approdo.web.network_forms import (
    AlwaysOpenForm,
    EvidenceForm,
    MemberForm,
    RoleForm,
    ServiceForm,
    accepted,
    hours_lines,
    problems_of,
    whole_page,
)


def _page(request: Asked, name: str, words: dict[str, Any], *, wrong: bool = False) -> HttpResponse:
    return render(request, f"web/networks/{name}.html", words, status=422 if wrong else 200)


def _done(request: Asked, sentence: str, name: str, *arguments: int) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(name, *arguments)


@require_GET
def organisation(request: Asked) -> HttpResponse:
    """Her organisation: its services, and where nobody is on call."""
    shown = selectors.organisation_for_editing(request.actor, request.now)
    recognises = any(one.kind is ServiceKind.EMERGENCY_DEPARTMENT for one in shown.services)
    return _page(request, "organisation", {"organisation": shown, "recognises": recognises})


@require_http_methods(["GET", "POST"])
def evidence_days(request: Asked) -> HttpResponse:
    """For how many days her organisation keeps evidence."""
    shown = selectors.organisation_for_editing(request.actor, request.now)
    form = EvidenceForm(request.POST if request.method == "POST" else None, initial={"days": shown.evidence_days})

    def act() -> None:
        services.set_evidence_days(actor=request.actor, days=form.cleaned_data["days"], now=request.now)

    if form.is_bound and form.is_valid() and accepted(form, act):
        return _done(request, _("Salvato. Vale per ciò che si raccoglie da adesso."), "organisation")
    return _page(request, "evidence_days", {"form": form}, wrong=form.is_bound)


@require_http_methods(["GET", "POST"])
def new_service(request: Asked) -> HttpResponse:
    """Add a service to her organisation."""
    require(request.actor, Permission.EDIT_ORGANISATION)
    form = ServiceForm(request.POST or None)
    made: list[int] = []
    if request.method == "POST" and form.is_valid() and accepted(form, lambda: made.append(_create(request, form))):
        return _done(request, _("Servizio aggiunto. Ora scegli i comuni, gli orari e le persone."), "service", made[0])
    return _page(request, "service_form", {"form": form, "service": None}, wrong=form.is_bound)


def _create(request: Asked, form: ServiceForm) -> int:
    actor = request.actor
    if actor.organisation_id is None:
        raise NotFound
    return services.create_service(
        actor=actor, organisation_id=actor.organisation_id, details=form.details(), now=request.now
    )


@require_GET
def service(request: Asked, service_id: int) -> HttpResponse:
    """One service at a glance, with what is missing."""
    return _service_page(request, service_id, Foretold())


def _service_page(request: Asked, service_id: int, found: Foretold) -> HttpResponse:
    shown = selectors.service_for_editing(request.actor, service_id)
    gaps = selectors.gaps_ahead(request.actor, service_id, request.now)
    words = {
        "service": shown,
        "seat": selectors.municipality(shown.details.seat_code) if shown.details.seat_code else None,
        "gaps": [gap for gap in gaps if gap.position == 1 and not gap.service_open],
        "line": any(gap.position == 1 and gap.service_open for gap in gaps),
        **asking(request, found),
    }
    return _page(request, "service", words, wrong=bool(found))


@require_http_methods(["GET", "POST"])
def edit_service(request: Asked, service_id: int) -> HttpResponse:
    """Rewrite what is said of a service."""
    shown = selectors.service_for_editing(request.actor, service_id)
    form = ServiceForm(request.POST) if request.method == "POST" else ServiceForm.showing(shown)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            services.edit_service(actor=request.actor, service_id=service_id, details=form.details(), now=request.now)

        if accepted(form, act):
            return _done(request, _("Salvato."), "service", service_id)
    return _page(request, "service_form", {"form": form, "service": shown}, wrong=form.is_bound)


@require_POST
def switch_service(request: Asked, service_id: int) -> HttpResponse:
    """Close a service down, or open it again."""
    reopen = request.POST.get("act") == "reopen"
    switch = services.reactivate_service if reopen else services.deactivate_service

    def act() -> None:
        switch(actor=request.actor, service_id=service_id, now=request.now)

    try:
        found = unless_told(request, [service_id], act, removes=not reopen)
    except Invalid as refusal:
        messages.warning(request, whole_page(refusal)[""])
        return redirect("service", service_id)
    if found:
        return _service_page(request, service_id, found)
    sentence = _("Il servizio è di nuovo aperto.") if reopen else _("Servizio chiuso: non verrà più chiamato.")
    return _done(request, sentence, "service", service_id)


@require_http_methods(["GET", "POST"])
def service_hours(request: Asked, service_id: int) -> HttpResponse:
    """Rewrite when a service is open."""
    shown = selectors.service_for_editing(request.actor, service_id)
    if request.method == "GET":
        form = AlwaysOpenForm(initial={"always_open": shown.always_open})
        lines = hours_lines(hours=shown.hours)
        words = {"service": shown, "form": form, "lines": lines, "problems": {}, **asking(request, Foretold())}
        return _page(request, "hours", words)
    form, lines = AlwaysOpenForm(request.POST), hours_lines(request.POST)
    problems: dict[str, str] = {}
    found = Foretold()
    if form.is_valid() and lines.is_valid():
        hours = [line for one in lines.forms if (line := one.line())]

        def act() -> None:
            always_open = form.cleaned_data["always_open"]
            services.set_opening_hours(
                actor=request.actor, service_id=service_id, always_open=always_open, hours=hours, now=request.now
            )

        try:
            found = unless_told(request, [service_id], act)
        except Invalid as refusal:
            problems = whole_page(refusal)
        if not problems and not found:
            return _done(request, _("Orari salvati."), "service", service_id)
    words = {"service": shown, "form": form, "lines": lines, "problems": problems or problems_of(lines)}
    return _page(request, "hours", words | asking(request, found), wrong=True)


@require_http_methods(["GET", "POST"])
def service_territory(request: Asked, service_id: int) -> HttpResponse:
    """Choose the municipalities a service serves."""
    shown = selectors.service_for_editing(request.actor, service_id)
    text = request.GET.get("q", "").strip()[:80]
    problems: dict[str, str] = {}
    found = Foretold()
    if request.method == "POST":
        codes = request.POST.getlist("municipality")
        if "whole_network" in request.POST:
            codes += [place.code for place in selectors.own_network_municipalities(request.actor)]

        def act() -> None:
            services.set_territory(
                actor=request.actor, service_id=service_id, municipality_codes=codes, now=request.now
            )

        try:
            found = unless_told(request, [service_id], act)
        except Invalid as refusal:
            problems = whole_page(refusal)
        if not problems and not found:
            return _done(request, _("Comuni salvati."), "service", service_id)
    served = {place.code for place in shown.territory}
    near = [place for place in selectors.own_network_municipalities(request.actor) if place.code not in served]
    known = served | {place.code for place in near}
    others = [place for place in selectors.municipalities(text) if place.code not in known] if text else []
    words = {"service": shown, "near": near, "found": others, "text": text, "problems": problems}
    return _page(request, "territory", words | asking(request, found), wrong=bool(problems or found))


@needs(Permission.EDIT_ORGANISATION)
@fresh(Freshness.GRANT)
@require_http_methods(["GET", "POST"])
def members(request: Asked, service_id: int) -> HttpResponse:
    """The people of a service; add one."""
    shown = selectors.service_for_editing(request.actor, service_id)
    form = MemberForm(request.actor, request.POST or None, initial={"role": Role.ON_CALL_OPERATOR.value})
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            services.add_member(
                actor=request.actor,
                service_id=service_id,
                email=form.cleaned_data["email"],
                display_name=form.cleaned_data["display_name"],
                role=form.cleaned_data["role"],
                now=request.now,
            )

        if accepted(form, act):
            return _done(request, _("Persona aggiunta. Ora scrivi come raggiungerla."), "members", service_id)
    words = {"service": shown, "form": form, "roles": form.roles, "trainings": selectors.choices_of(Qualification)}
    return _page(request, "members", words, wrong=form.is_bound)


@needs(Permission.EDIT_ORGANISATION)
@fresh(Freshness.GRANT)
@require_POST
def member(request: Asked, service_id: int, membership_id: int) -> HttpResponse:
    """Change the role of a colleague or what she was trained for, or end her work for a service."""
    selectors.service_for_editing(request.actor, service_id)
    actor, now = request.actor, request.now
    try:
        if request.POST.get("act") == "end":
            services.end_membership(actor=actor, service_id=service_id, membership_id=membership_id, now=now)
            sentence = _("Non lavora più per questo servizio.")
        elif request.POST.get("act") == "trained":
            chosen = request.POST.getlist("qualifications")
            which = {"service_id": service_id, "membership_id": membership_id}
            services.set_qualifications(actor=actor, **which, qualifications=chosen, now=now)
            sentence = _("Formazione segnata.")
        else:
            form = RoleForm(actor, request.POST)
            if not form.is_valid():
                raise Invalid({"": _("Scegli un ruolo dall'elenco.")})
            role = form.cleaned_data["role"]
            services.set_role(actor=actor, service_id=service_id, membership_id=membership_id, role=role, now=now)
            sentence = _("Ruolo cambiato.")
    except Invalid as refusal:
        messages.warning(request, whole_page(refusal)[""])
        return redirect("members", service_id)
    return _done(request, sentence, "members", service_id)


urlpatterns: list[URLPattern] = [
    path("rete/organizzazione/", organisation, name="organisation"),
    path("rete/organizzazione/reperti/", evidence_days, name="evidence_days"),
    path("rete/servizi/nuovo/", new_service, name="new_service"),
    path("rete/servizi/<int:service_id>/", service, name="service"),
    path("rete/servizi/<int:service_id>/dati/", edit_service, name="edit_service"),
    path("rete/servizi/<int:service_id>/stato/", switch_service, name="switch_service"),
    path("rete/servizi/<int:service_id>/orari/", service_hours, name="service_hours"),
    path("rete/servizi/<int:service_id>/comuni/", service_territory, name="service_territory"),
    path("rete/servizi/<int:service_id>/persone/", members, name="members"),
    path("rete/servizi/<int:service_id>/persone/<int:membership_id>/", member, name="member"),
]
