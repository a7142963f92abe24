# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Protocolli: what my networks do, who is called for what, what changed; a text or another network's as a draft."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from approdo.access.rules import Permission, may
from approdo.kit.errors import Conflict, NotFound
from approdo.networks import selectors as networks
from approdo.protocols import selectors, services
from approdo.protocols.rules import SIZE_LIMIT, Problem
from approdo.usecases import drafting
from approdo.web.draft_forms import LoadForm
from approdo.web.draft_reading import counter_sent
from approdo.web.guards import Asked, needs
from approdo.web.network_forms import accepted
from approdo.web.protocol_drawing import compared, read_aloud
from approdo.web.shelf_forms import WhyForm


@require_GET
def protocol_list(request: Asked) -> HttpResponse:
    """List the protocols of her networks: what holds now and what is coming."""
    words = {
        "protocols": selectors.protocols(request.actor, request.now),
        "networks": selectors.my_networks(request.actor),
        "coordinates": may(request.actor, Permission.EDIT_ORGANISATION),
        "may_publish": may(request.actor, Permission.PUBLISH_PROTOCOL),
        "supervises": may(request.actor, Permission.SUPERVISE_NETWORK),
        "compares": may(request.actor, Permission.COMPARE_NETWORKS),
    }
    return render(request, "web/protocols/list.html", words)


@require_GET
def protocol_page(request: Asked, network: str, code: str, number: int | None = None) -> HttpResponse:
    """Show one version as a page that can be read aloud: the one in force, unless a number is given."""
    shown = selectors.protocol(request.actor, network, code, request.now)
    if number is None:
        current = shown.in_force or shown.versions[-1]
        number = current.number
    version = selectors.version(request.actor, network, code, number)
    places = networks.municipalities_by_code(sorted(version.parsed.municipalities))
    older = selectors.version(request.actor, network, code, number - 1) if number > 1 else None
    words = {
        "protocol": shown,
        "version": version,
        **read_aloud(version.parsed),
        "places": places,
        "older": older.view if older else None,
        "sections": compared(older.parsed, version.parsed) if older else (),
        "may_publish": may(request.actor, Permission.PUBLISH_PROTOCOL),
    }
    return render(request, "web/protocols/version.html", words)


@require_GET
def protocol_source(request: Asked, network: str, code: str, number: int) -> HttpResponse:
    """Give the YAML of one version as it was published, comments included."""
    version = selectors.version(request.actor, network, code, number)
    response = HttpResponse(version.source, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}-{number}.yaml"'
    return response


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def import_protocol(request: Asked, network: str) -> HttpResponse:
    """Paste or upload a text: it becomes a draft, to be proposed and approved like any other (ADR 0024)."""
    own = selectors.own_network(request.actor, network)
    form = LoadForm(request.POST, request.FILES) if request.method == "POST" else LoadForm()
    found: list[Problem] = []
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        text = file.read(SIZE_LIMIT + 1) if file else form.cleaned_data["text"].replace("\r\n", "\n")
        try:
            made = services.open_draft(actor=request.actor, network_code=network, now=request.now, text=text)
        except services.Unshowable as refusal:
            found = refusal.found
        else:
            messages.success(request, _("Il testo è diventato una bozza: controllala, e proponila a chi la approva."))
            return redirect("draft", network, made)
    words = {"network": own, "form": form, "found": found}
    return render(request, "web/protocols/import.html", words, status=422 if form.is_bound else 200)


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def adopt_protocol(request: Asked, network: str) -> HttpResponse:
    """List what other networks of the installation do; one press makes a draft of it in one's own."""
    own = selectors.own_network(request.actor, network)
    if request.method == "POST":
        chosen = request.POST.get("version", "")
        if not re.fullmatch(r"[0-9]{1,18}", chosen):
            raise NotFound
        asked: dict[str, Any] = {"network_code": network, "version_id": int(chosen)}
        made = services.adopt(actor=request.actor, now=request.now, **asked)
        messages.success(request, _("È una bozza della tua rete. Guarda che cosa qui non va bene, e correggila."))
        return redirect("draft", network, made)
    words = {"network": own, "versions": selectors.adoptable(request.actor, network, request.now)}
    return render(request, "web/protocols/adopt.html", words)


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def withdraw_version(request: Asked, network: str, code: str, number: int) -> HttpResponse:
    """Ask to withdraw a version, with a reason; withdraw what another asked; give up asking."""
    view = selectors.version(request.actor, network, code, number).view
    act = request.POST.get("act", "")
    form = WhyForm(request.POST if act == "ask" else None)
    asked: dict[str, Any] = {"actor": request.actor, "network_code": network, "code": code, "number": number}
    try:
        if act == "ask" and form.is_valid():
            reason = {"why": form.cleaned_data["reason"], "now": request.now}
            if accepted(form, lambda: drafting.ask_withdrawal(**asked, **reason)):
                messages.success(request, _("Chiesto. La versione vale ancora, finché un'altra persona non la ritira."))
                return redirect("protocol_version", network, code, number)
        elif act in {"withdraw", "leave"}:
            done = drafting.withdraw_version if act == "withdraw" else services.leave_version
            done(**asked, counter=counter_sent(request), now=request.now)
            said = _("Versione ritirata.") if act == "withdraw" else _("Lasciato perdere: la versione resta com'è.")
            messages.success(request, said)
            return redirect("protocol_version", network, code, number)
    except Conflict as refusal:
        messages.warning(request, _(refusal.sentence))
        return redirect("withdraw_version", network, code, number)
    mine = view.withdrawal is not None and view.withdrawal.asked_by_id == request.actor.operator_id
    words = {"view": view, "form": form, "mine": mine}
    return render(request, "web/protocols/withdraw.html", words, status=422 if request.method == "POST" else 200)


VERSION = "rete/protocolli/<slug:network>/p/<slug:code>/<int:number>/"
urlpatterns = [
    path("rete/protocolli/", protocol_list, name="protocols"),
    path("rete/protocolli/<slug:network>/carica/", import_protocol, name="import_protocol"),
    path("rete/protocolli/<slug:network>/adotta/", adopt_protocol, name="adopt_protocol"),
    path("rete/protocolli/<slug:network>/p/<slug:code>/", protocol_page, name="protocol"),
    path(VERSION, protocol_page, name="protocol_version"),
    path(f"{VERSION}ritira/", withdraw_version, name="withdraw_version"),
    path(f"{VERSION}testo/", protocol_source, name="protocol_source"),
]
