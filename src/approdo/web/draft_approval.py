# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proposing a draft and approving another's (ADR 0021); any two protocols of a network side by side."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import Actor, Permission, may
from approdo.kit.errors import Conflict, NotFound
from approdo.protocols import selectors, services
from approdo.protocols.rules import DraftAct, ProtocolDocument, Section, errors, readable, warnings
from approdo.protocols.selectors import DraftPage
from approdo.protocols.services import NotPublishable
from approdo.usecases import drafting
from approdo.web import dry_run
from approdo.web.draft_forms import BeginsForm, ReasonForm
from approdo.web.draft_reading import counter_sent, shown_problems, version_named
from approdo.web.drafts import BASE
from approdo.web.guards import Asked, needs
from approdo.web.network_forms import accepted
from approdo.web.protocol_drawing import compared, read_aloud


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def propose_draft(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Show what a draft would mean here, and propose it to the others."""
    draft = selectors.draft(request.actor, network, draft_id)
    if DraftAct.PROPOSE not in draft.acts:
        return _go_back(request, draft, _("La propone chi l'ha cambiata per ultima, finché non è proposta."))
    form = BeginsForm(request.POST if request.method == "POST" else None)
    begins = form.cleaned_data["effective_from"] if form.is_bound and form.is_valid() else None
    if form.is_bound and not form.errors and request.POST.get("act") == "propose":
        words = _named(request, network, draft_id)
        try:
            drafting.propose(actor=request.actor, effective_from=begins, **words)
        except Conflict as refusal:
            return _go_back(request, draft, _(refusal.sentence))
        except NotPublishable:
            pass  # said below, each point in its place
        else:
            messages.success(request, _("Proposta. Chi può approvarla la trova in Oggi, e riceve un avviso."))
            return redirect("draft", network, draft_id)
    more: dict[str, Any] = {"form": form, **_weighed(request, draft, begins)}
    if request.POST.get("act") == "play":
        more |= _played(request, draft)
    refused = bool(form.errors) or (request.POST.get("act") == "propose")
    return render(request, "web/protocols/propose.html", more, status=422 if refused else 200)


def _named(request: Asked, network: str, draft_id: int) -> dict[str, Any]:
    """Return which draft, as she read it, an act is about."""
    counter = counter_sent(request)
    return {"network_code": network, "draft_id": draft_id, "counter": counter, "now": request.now}


def _go_back(request: Asked, draft: DraftPage, sentence: str) -> HttpResponse:
    messages.warning(request, sentence)
    return redirect("draft", draft.line.network_code, draft.line.id)


def _weighed(request: Asked, draft: DraftPage, begins: datetime | None) -> dict[str, Any]:
    """Return what publishing a draft would mean: its points to mend, what to know, calls that nobody would hear."""
    weighing = drafting.weigh(request.actor, draft.line.network_code, draft.document, begins, request.now)
    found = weighing.examination.problems
    return {
        "draft": draft,
        "publishable": weighing.publishable,
        "wrong": shown_problems(draft, errors(found)),
        "mind": shown_problems(draft, warnings(found)),
        "opens": weighing.opens,
    }


def _played(request: Asked, draft: DraftPage) -> dict[str, Any]:
    found = drafting.played(request.actor, draft.line.network_code, draft.document, request.now)
    return {"dry": dry_run.page(found)} if found else {}


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def approve_draft(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Show what another proposed beside what is in force; approve it, which publishes it, or send it back."""
    draft = selectors.draft(request.actor, network, draft_id)
    if DraftAct.APPROVE not in draft.acts:
        return _go_back(request, draft, _not_to_approve(draft))
    form = ReasonForm(request.POST if request.POST.get("act") == "send_back" else None)
    words = _named(request, network, draft_id)
    try:
        if form.is_bound and form.is_valid():
            done = accepted(
                form, lambda: drafting.send_back(actor=request.actor, reason=form.cleaned_data["reason"], **words)
            )
            if done:
                messages.success(request, _("Rimandata indietro. Chi l'ha proposta legge il perché."))
                return redirect("draft", network, draft_id)
        more = _weighed(request, draft, draft.effective_from)
        sure = not more["opens"] or request.POST.get("even_so") == str(draft.counter)
        if request.POST.get("act") == "approve" and more["publishable"] and sure:
            made = drafting.approve(actor=request.actor, **words)
            messages.success(request, _("Approvata: pubblicata la versione %(number)s.") % {"number": made.number})
            return redirect("protocol_version", network, made.code, made.number)
    except Conflict as refusal:
        return _go_back(request, draft, _(refusal.sentence))
    more |= {"form": form, **_beside(request, draft), **_played(request, draft)}
    return render(request, "web/protocols/approve.html", more, status=422 if request.method == "POST" else 200)


def _not_to_approve(draft: DraftPage) -> str:
    if draft.proposed:
        return _("Chi ha proposto o scritto per ultima una bozza non può approvarla: serve un'altra persona.")
    return _("Questa bozza non è proposta: non c'è niente da approvare.")


def _beside(request: Asked, draft: DraftPage) -> dict[str, Any]:
    """Return a draft beside the version in force of its protocol, in words; alone when it is the first."""
    parsed = readable(draft.document)
    try:
        shown = selectors.protocol(request.actor, draft.line.network_code, draft.document["code"], request.now)
    except NotFound:
        return {"sections": (), "before": None, **read_aloud(parsed)}
    held = shown.in_force or shown.versions[0]
    before = selectors.version(request.actor, held.network_code, held.code, held.number)
    sections = compared(before.parsed, parsed) if parsed else ()
    return {"sections": sections, "before": before.view, **read_aloud(parsed)}


@needs(Permission.PUBLISH_PROTOCOL)
@require_POST
def draft_act(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Take back what one proposed, or give a draft up."""
    acts = {"take_back": services.take_back, "withdraw": services.withdraw}
    act = request.POST.get("act", "")
    if act not in acts:
        raise NotFound
    draft = selectors.draft(request.actor, network, draft_id)
    words = _named(request, network, draft_id)
    try:
        acts[act](actor=request.actor, **words)
    except Conflict as refusal:
        return _go_back(request, draft, _(refusal.sentence))
    if act == "take_back":
        messages.success(request, _("Ripresa: ora puoi cambiarla, e proporla di nuovo."))
        return redirect("draft", network, draft_id)
    messages.success(request, _("Bozza ritirata. Quello che è in vigore non cambia."))
    return redirect("drafts", network)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared: its name in an address, its title, what it says."""

    name: str
    title: str


def _sides(actor: Actor, network_code: str, now: datetime) -> list[Side]:
    """Return everything of a network that may be compared: its versions, and its drafts for who writes them."""
    sides = [
        Side(f"v-{view.code}-{view.number}", _("%(name)s, versione %(n)s") % {"name": view.name, "n": view.number})
        for protocol in selectors.protocols(actor, now)
        if protocol.network_code == network_code
        for view in protocol.versions
    ]
    if may(actor, Permission.PUBLISH_PROTOCOL):
        sides += [
            Side(f"b-{draft.id}", _("%(name)s, bozza") % {"name": draft.name or _("Senza nome")})
            for draft in selectors.drafts(actor, network_code)
        ]
    return sides


def _usual(sides: list[Side]) -> tuple[str, str]:
    """Return what one usually compares: the newest version and a draft of now, or else the two newest versions."""
    versions, drafts = ([side.name for side in sides if side.name[0] == kind] for kind in "vb")
    newest_first = [*drafts[:1], *versions[:2], *drafts[1:], ""]
    return newest_first[1] or newest_first[0], newest_first[0]


def _said_by(actor: Actor, network_code: str, name: str) -> ProtocolDocument | None:
    """Return what one side says, as far as it can be read. Raises ``NotFound``, ``Forbidden``."""
    if found := re.fullmatch(r"b-([0-9]{1,18})", name):
        return readable(selectors.draft(actor, network_code, int(found[1])).document)
    return selectors.version(actor, network_code, *version_named(name)).parsed


@needs(Permission.READ_PROTOCOL)
@require_GET
def compare_protocols(request: Asked, network: str) -> HttpResponse:
    """Show two versions, or a version and a draft, side by side in words."""
    own = selectors.own_network(request.actor, network)
    sides = _sides(request.actor, network, request.now)
    first, second = _usual(sides)
    a, b = request.GET.get("a", first), request.GET.get("b", second)
    sections: tuple[Section, ...] = ()
    missing = False
    if sides:
        left, right = (_said_by(request.actor, network, name) for name in (a, b))
        missing = left is None or right is None
        sections = compared(left, right) if left and right else ()
    titles = {side.name: side.title for side in sides}
    words = {
        "network": own,
        "sides": sides,
        "a": a,
        "b": b,
        "left": titles.get(a, ""),
        "right": titles.get(b, ""),
        "sections": sections,
        "missing": missing,
        "different": any(not section.same for section in sections),
        "whole": "tutto" in request.GET,
    }
    return render(request, "web/protocols/compare.html", words)


urlpatterns = [
    path(f"{BASE}<int:draft_id>/proponi/", propose_draft, name="propose_draft"),
    path(f"{BASE}<int:draft_id>/approva/", approve_draft, name="approve_draft"),
    path(f"{BASE}<int:draft_id>/atto/", draft_act, name="draft_act"),
    path("rete/protocolli/<slug:network>/confronta/", compare_protocols, name="compare_protocols"),
]
