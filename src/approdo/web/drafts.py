# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bozze: protocols written by filling pages in, read aloud while one writes, saved also with errors."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import Permission
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind
from approdo.protocols import selectors, services
from approdo.protocols.rules import (
    ALL,
    MOST_CALLS,
    MOST_PATHWAY_STEPS,
    SIZE_LIMIT,
    Context,
    DraftState,
    Problem,
    errors,
    problems,
    readable,
    write,
)
from approdo.protocols.rules.composing import (
    Document,
    added_step,
    moved_call,
    moved_step,
    pathway_of,
    removed_step,
    sound_reviews,
    stepped,
    with_call,
    without_call,
)
from approdo.protocols.rules.sheet import review_lines
from approdo.protocols.selectors import DraftPage
from approdo.protocols.services import Overtaken, Unshowable
from approdo.web.draft_forms import (
    SOME,
    CallForm,
    HeadingForm,
    LoadForm,
    hours_forms,
    hours_written,
    step_forms,
)
from approdo.web.draft_reading import (
    about,
    address_of,
    counter_sent,
    listed,
    listed_step,
    of_call,
    piece_meant,
    shown_problems,
    standing_now,
    version_named,
)
from approdo.web.guards import Asked, needs
from approdo.web.network_forms import problems_of
from approdo.web.protocol_drawing import names_of, read_aloud
from approdo.web.templatetags.words import word

_NEW_CALL: Document = {
    "channels": {"at_once": ["app", "sms"]},
    "escalation": [{"to": "first_on_call", "wait_minutes": 15}, {"to": "coordinator"}],
}
"""What a new call begins with: something that somebody hears."""


def save(request: Asked, draft: DraftPage, change: Callable[[Document], Document]) -> None:
    """Save a change of a draft; raises ``Overtaken`` when somebody else was quicker."""
    services.save_draft(
        actor=request.actor,
        network_code=draft.line.network_code,
        draft_id=draft.line.id,
        counter=counter_sent(request),
        change=change,
        now=request.now,
    )


def to_write(request: Asked, network: str, draft_id: int) -> tuple[DraftPage, HttpResponse | None]:
    """Return a draft, and where to go instead when nobody may write in it now."""
    draft = selectors.draft(request.actor, network, draft_id)
    if draft.line.state is DraftState.EDITING:
        return draft, None
    messages.warning(request, _("Così com'è la bozza non si scrive: prima va ripresa da chi l'ha proposta."))
    return draft, redirect("draft", network, draft_id)


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def draft_list(request: Asked, network: str) -> HttpResponse:
    """List what is being written in a network; begin another draft."""
    own = selectors.own_network(request.actor, network)
    if request.method == "POST":
        start = request.POST.get("start", "")
        begun: dict[str, Any] = {"version": version_named(start)} if start.startswith("v-") else {"model": start}
        made = services.open_draft(actor=request.actor, network_code=network, now=request.now, **begun)
        return redirect("draft" if start else "draft_heading", network, made)
    there = [one for one in selectors.protocols(request.actor, request.now) if one.network_code == network]
    words = {
        "network": own,
        "drafts": selectors.drafts(request.actor, network),
        "versions": [one.in_force or one.versions[0] for one in there],
        "models": [(model, re.search(r"(?m)^name: (.+)$", text)) for model, text in selectors.shipped().items()],
        "now": request.now,
    }
    return render(request, "web/protocols/drafts.html", words)


@needs(Permission.PUBLISH_PROTOCOL)
@require_GET
def draft_page(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Show a draft: what it says, what is still wrong, what to do next."""
    return _overview(request, selectors.draft(request.actor, network, draft_id))


def _overview(request: Asked, draft: DraftPage, **more: Any) -> HttpResponse:
    document, status = draft.document, more.pop("status", 200)
    found = errors(problems(document))
    places, contexts = document["municipalities"], document.get("contexts", ALL)
    named = {} if places == ALL else names_of(places)
    words = {
        "draft": draft,
        "document": document,
        "wrong": shown_problems(draft, found),
        "left_out": shown_problems(draft, list(draft.left_out)),
        "calls_listed": [listed(document, place, found) for place in range(len(document["calls"]))],
        "places": [] if places == ALL else [named.get(code, code) for code in places],
        "everywhere": places == ALL,
        "contexts": None if contexts == ALL else frozenset(Context(one) for one in contexts),
        "reviews": review_lines(sound_reviews(document)),
        "own_reviews": "reviews" in document,
        "own_exits": "exits" in document,
        "own_hours": [form.title for form in hours_forms(document) if form.initial["own"]],
        "room": len(document["calls"]) < MOST_CALLS,
        "steps_listed": [listed_step(document, place, found) for place in range(len(pathway_of(document)))],
        "room_for_step": len(pathway_of(document)) < MOST_PATHWAY_STEPS,
        **read_aloud(readable(document)),
        **more,
    }
    return render(request, "web/protocols/draft.html", words, status=status)


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def draft_heading(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Write what a draft is called, and where and for whom it holds."""
    draft, instead = to_write(request, network, draft_id)
    if instead:
        return instead
    territory = networks.network_municipalities(network)
    form = HeadingForm(draft.document, territory, request.POST if request.method == "POST" else None)
    overtaken = False
    if form.is_bound and form.is_valid():
        try:
            save(request, draft, lambda _old: form.written())
        except Overtaken:
            overtaken = True
        else:
            return saved(request, draft)
    chosen = form["where"].value() == SOME
    words = {"form": form, "unfolded": chosen or bool(form.errors), **about(draft, "heading")}
    words["standing_now"] = standing_now(draft.document, "heading") if overtaken else ()
    return page_of_piece(request, "draft_heading", draft, words, form.is_bound, overtaken)


def saved(request: Asked, draft: DraftPage) -> HttpResponse:
    """Say so, and go back to the draft."""
    messages.success(request, _("Salvato nella bozza."))
    return redirect("draft", draft.line.network_code, draft.line.id)


def page_of_piece(
    request: Asked, name: str, draft: DraftPage, words: dict[str, Any], sent: bool, overtaken: bool
) -> HttpResponse:
    """Show the page of one piece of a draft."""
    status = 409 if overtaken else 422 if sent else 200
    words |= {"draft": draft, "overtaken": overtaken, "now": request.now}
    return render(request, f"web/protocols/{name}.html", words, status=status)


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def draft_call(request: Asked, network: str, draft_id: int, place: int) -> HttpResponse:
    """Write one call, or a new one at the end; every button keeps all that was written."""
    draft, instead = to_write(request, network, draft_id)
    if instead:
        return instead
    calls = draft.document["calls"]
    number, overtaken = piece_meant(request, draft, calls, place, MOST_CALLS)
    call = calls[number] if number < len(calls) else _NEW_CALL
    sent = request.POST if request.method == "POST" else None
    others = [(one["key"], _title(one)) for n, one in enumerate(calls) if n != number and one.get("key")]
    form, steps = CallForm(call, others, networks.services_in(network), sent), step_forms(call, sent)
    if sent is not None and form.is_valid() and steps.is_valid() and not overtaken:
        act = request.POST.get("act", "")
        made = _acted(form.written([step.step() for step in steps.forms]), act)
        try:
            save(request, draft, lambda document: with_call(document, number, made))
        except Overtaken:
            overtaken = True
        else:
            return redirect(address_of("draft_call", draft, number + 1) + "#catena") if act else saved(request, draft)
    words: dict[str, Any] = {"form": form, "steps": steps, "place": number + 1, "new": number >= len(calls)}
    words |= {"name": call.get("key", ""), "step_problems": problems_of(steps) if sent is not None else {}}
    words["narrowed"] = bool({"capability", "service_code", "choose"} & set(call))
    words |= of_call(draft, number)
    return page_of_piece(request, "draft_call", draft, words, sent is not None, overtaken)


def _title(call: Document) -> str:
    kind = call.get("kind")
    return f"{word(ServiceKind(kind))} · {call['key']}" if kind else str(call["key"])


def _acted(call: Document, act: str) -> Document:
    """Return a call after a button of its chain: ``add``, ``remove-2``, ``up-2``, ``down-2``, counted from 0."""
    name, _dash, number = act.partition("-")
    place = int(number) if re.fullmatch(r"[0-9]{1,3}", number) else -1
    if name == "add":
        return stepped(call, added_step)
    if name == "remove" and place >= 0:
        return stepped(call, removed_step(place))
    if name in {"up", "down"}:
        return stepped(call, moved_step(place, -1 if name == "up" else 1))
    return call


@needs(Permission.PUBLISH_PROTOCOL)
@require_POST
def draft_calls(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Move a call up or down, or take it away."""
    draft, instead = to_write(request, network, draft_id)
    return instead or rearranged(request, draft, draft.document["calls"], without_call, moved_call, "#chiamate")


def rearranged(
    request: Asked,
    draft: DraftPage,
    pieces: Sequence[Document],
    without: Callable[[Document, int], Document],
    moved: Callable[[Document, int, int], Document],
    back: str,
) -> HttpResponse:
    """Move one of some pieces up or down, or take it away, and go back; ``NotFound`` for one that is not there."""
    name, _dash, number = request.POST.get("act", "").partition("-")
    place = int(number) - 1 if re.fullmatch(r"[0-9]{1,3}", number) else -1
    if not 0 <= place < len(pieces) or name not in {"up", "down", "remove"}:
        raise NotFound

    def change(document: Document) -> Document:
        return without(document, place) if name == "remove" else moved(document, place, -1 if name == "up" else 1)

    try:
        save(request, draft, change)
    except Overtaken as refusal:
        messages.warning(request, _(refusal.sentence))
    return redirect(address_of("draft", draft) + back)


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def draft_hours(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Write the hours of referrals."""
    draft, instead = to_write(request, network, draft_id)
    if instead:
        return instead
    sent = request.POST if request.method == "POST" else None
    hours, overtaken = hours_forms(draft.document, sent), False
    if sent is not None and all([form.is_valid() for form in hours]):
        try:
            save(request, draft, lambda document: hours_written(document, hours))
        except Overtaken:
            overtaken = True
        else:
            return saved(request, draft)
    words = {"hours": hours, **about(draft, "hours")}
    words["standing_now"] = standing_now(draft.document, "hours") if overtaken else ()
    return page_of_piece(request, "draft_hours", draft, words, sent is not None, overtaken)


@needs(Permission.PUBLISH_PROTOCOL)
@require_GET
def draft_text(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Give a draft as the YAML text that the editor and the command read."""
    draft = selectors.draft(request.actor, network, draft_id)
    response = HttpResponse(write(draft.document), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="bozza-{draft_id}.yaml"'
    return response


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def draft_load(request: Asked, network: str, draft_id: int) -> HttpResponse:
    """Put a YAML text in the place of what a draft says."""
    draft, instead = to_write(request, network, draft_id)
    if instead:
        return instead
    form = LoadForm(request.POST, request.FILES) if request.method == "POST" else LoadForm()
    found: list[Problem] = []
    overtaken = False
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        text = file.read(SIZE_LIMIT + 1) if file else form.cleaned_data["text"].replace("\r\n", "\n")
        asked: dict[str, Any] = {"actor": request.actor, "network_code": network, "draft_id": draft_id}
        try:
            services.load_draft(**asked, counter=counter_sent(request), text=text, now=request.now)
        except Unshowable as refusal:
            found = refusal.found
        except Overtaken:
            overtaken = True
        else:
            return saved(request, draft)
    return page_of_piece(request, "draft_load", draft, {"form": form, "found": found}, form.is_bound, overtaken)


BASE = "rete/protocolli/<slug:network>/bozze/"
urlpatterns = [
    path(BASE, draft_list, name="drafts"),
    path(f"{BASE}<int:draft_id>/", draft_page, name="draft"),
    path(f"{BASE}<int:draft_id>/nome/", draft_heading, name="draft_heading"),
    path(f"{BASE}<int:draft_id>/chiamate/", draft_calls, name="draft_calls"),
    path(f"{BASE}<int:draft_id>/chiamate/<int:place>/", draft_call, name="draft_call"),
    path(f"{BASE}<int:draft_id>/invii/", draft_hours, name="draft_hours"),
    path(f"{BASE}<int:draft_id>/testo/", draft_text, name="draft_text"),
    path(f"{BASE}<int:draft_id>/testo/carica/", draft_load, name="draft_load"),
]
