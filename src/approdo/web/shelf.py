# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scaffale: a network's protocols, models, forms and glossary on one page, with versions and who approved them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import Permission, may
from approdo.kit.errors import Conflict, NotFound
from approdo.networks.rules import LANGUAGES
from approdo.protocols import selectors, services
from approdo.protocols.rules import CONTENT_TYPES, DraftAct, Entry, ShelfKind, as_csv, languages_in
from approdo.protocols.rules.shelf import with_entry, without_entry
from approdo.protocols.selectors import EditionPage
from approdo.protocols.services import Overtaken, Which
from approdo.usecases import shelf as usecase
from approdo.web.draft_reading import counter_sent
from approdo.web.files import streamed
from approdo.web.guards import Asked, needs
from approdo.web.network_forms import accepted
from approdo.web.shelf_forms import EntryForm, FileForm, NewItemForm, NoteForm, WhyForm

BASE = "rete/scaffale/<slug:network>/"


@needs(Permission.READ_PROTOCOL)
@require_GET
def shelf(request: Asked, network: str) -> HttpResponse:
    """Show what stands on a network's shelf; protocols from where they are published."""
    items = selectors.shelf(request.actor, network)
    used = [one for one in items if not one.withdrawn_at]
    there = [one for one in used if one.current or not one.under_way]
    glossary = next((one for one in used if one.kind is ShelfKind.GLOSSARY), None)
    words = {
        "network": selectors.own_network(request.actor, network),
        "networks": selectors.my_networks(request.actor),
        "protocols": [one for one in selectors.protocols(request.actor, request.now) if one.network_code == network],
        "groups": [(kind, [one for one in there if one.kind is kind]) for kind in ShelfKind],
        "withdrawn": [one for one in items if one.withdrawn_at],
        "waiting": [one for one in used if one.under_way],
        "approves": may(request.actor, Permission.PUBLISH_PROTOCOL),
        "glossary": glossary,
    }
    return render(request, "web/protocols/shelf.html", words)


@needs(Permission.READ_PROTOCOL)
@require_GET
def item(request: Asked, network: str, item_id: int) -> HttpResponse:
    """Show one item: the edition that holds first, then the older ones."""
    return _item_page(request, network, item_id, WhyForm())


def _item_page(request: Asked, network: str, item_id: int, form: WhyForm) -> HttpResponse:
    shown = selectors.shelf_item(request.actor, network, item_id)
    words: dict[str, Any] = {
        "item": shown,
        "approves": may(request.actor, Permission.PUBLISH_PROTOCOL),
        "form": form,
        "language": LANGUAGES.get(shown.language, ""),
        "entries": (),
    }
    if shown.kind is ShelfKind.GLOSSARY and shown.current:
        words |= _entries(selectors.edition(request.actor, network, item_id, shown.current.id).entries)
    return render(request, "web/protocols/shelf_item.html", words, status=422 if form.errors else 200)


def _entries(entries: tuple[Entry, ...]) -> dict[str, Any]:
    """Return the entries with what they are called in the languages that the glossary speaks."""
    spoken = languages_in(entries)
    return {
        "languages": [LANGUAGES[code] for code in spoken],
        "entries": [(one, [(LANGUAGES[code], one.words.get(code, "")) for code in spoken]) for one in entries],
    }


@needs(Permission.READ_PROTOCOL)
@require_GET
def edition_file(request: Asked, network: str, item_id: int, edition_id: int) -> HttpResponseBase:
    """Hand out an edition under a name that says nothing: a file, or a glossary as a table."""
    found = selectors.edition_file(request.actor, network, item_id, edition_id)
    if found.file_type is None:
        table = as_csv(found.entries).encode()
        return streamed(table, "text/csv; charset=utf-8", 'attachment; filename="documento.csv"')
    name = f'attachment; filename="documento.{found.file_type}"'
    return streamed(found.content, CONTENT_TYPES[found.file_type], name)


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def new_item(request: Asked, network: str) -> HttpResponse:
    """Bring a model or a form that is not on the shelf yet."""
    own = selectors.own_network(request.actor, network)
    form = NewItemForm(request.POST, request.FILES) if request.method == "POST" else NewItemForm()

    def act() -> None:
        data = form.cleaned_data
        brought = usecase.looked_through(request.actor, network, form.content(), data["note"], request.now)
        named = {name: data[name] for name in ("kind", "title", "language")}
        usecase.shelve(actor=request.actor, network_code=network, brought=brought, now=request.now, **named)

    if form.is_bound and form.is_valid() and accepted(form, act):
        return _brought(request, network)
    words = {"network": own, "item": None, "form": form}
    return render(request, "web/protocols/shelf_file.html", words, status=422 if form.is_bound else 200)


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def new_edition(request: Asked, network: str, item_id: int) -> HttpResponse:
    """Bring another file of an item."""
    own, shown = selectors.own_network(request.actor, network), selectors.shelf_item(request.actor, network, item_id)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()

    def act() -> None:
        note = form.cleaned_data["note"]
        brought = usecase.looked_through(request.actor, network, form.content(), note, request.now)
        usecase.bring(actor=request.actor, network_code=network, item_id=item_id, brought=brought, now=request.now)

    try:
        if form.is_bound and form.is_valid() and accepted(form, act):
            return _brought(request, network)
    except Conflict as refusal:
        messages.warning(request, _(refusal.sentence))
        return redirect("shelf_item", network, item_id)
    words = {"network": own, "item": shown, "form": form}
    return render(request, "web/protocols/shelf_file.html", words, status=422 if form.is_bound else 200)


def _brought(request: Asked, network: str) -> HttpResponse:
    messages.success(request, _("Proposto. Va sullo scaffale quando un'altra persona lo approva."))
    return redirect("shelf", network)


@needs(Permission.PUBLISH_PROTOCOL)
@require_POST
def open_glossary(request: Asked, network: str) -> HttpResponse:
    """Begin another edition of the glossary, or go on with the one that is being written."""
    try:
        which = services.open_glossary(actor=request.actor, network_code=network, now=request.now)
    except Conflict as refusal:
        messages.warning(request, _(refusal.sentence))
        return redirect("shelf", network)
    return redirect("shelf_edition", network, which.item_id, which.edition_id)


@needs(Permission.PUBLISH_PROTOCOL)
@require_POST
def withdraw_item(request: Asked, network: str, item_id: int) -> HttpResponse:
    """Take an item out of use, with a reason that everybody reads."""
    form = WhyForm(request.POST)
    asked: dict[str, Any] = {"actor": request.actor, "network_code": network, "item_id": item_id, "now": request.now}
    try:
        if form.is_valid() and accepted(
            form, lambda: services.withdraw_item(**asked, reason=form.cleaned_data["reason"])
        ):
            messages.success(request, _("Ritirato. Le versioni restano da leggere, sotto «Ritirati»."))
            return redirect("shelf", network)
    except Conflict as refusal:
        messages.warning(request, _(refusal.sentence))
        return redirect("shelf_item", network, item_id)
    return _item_page(request, network, item_id, form)


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def edition(request: Asked, network: str, item_id: int, edition_id: int) -> HttpResponse:
    """Show an edition that is on its way; propose it, take it back, approve it, send it back, give it up."""
    shown = selectors.edition(request.actor, network, item_id, edition_id)
    act = request.POST.get("act", "")
    note = NoteForm(request.POST if act == "propose" else None, initial={"note": shown.view.note})
    why = WhyForm(request.POST if act == "send_back" else None)
    if request.method == "POST":
        try:
            if _acted(request, shown, note, why):
                gone = act in {"approve", "withdraw"}
                return redirect("shelf", network) if gone else redirect("shelf_edition", network, item_id, edition_id)
        except Conflict as refusal:
            messages.warning(request, _(refusal.sentence))
            return redirect("shelf_edition", network, item_id, edition_id)
    words = {"page": shown, "item": shown.item, "view": shown.view, "note": note, "why": why, **_may(shown)}
    words |= _entries(shown.entries)
    return render(request, "web/protocols/shelf_edition.html", words, status=422 if request.method == "POST" else 200)


def _may(shown: EditionPage) -> dict[str, bool]:
    return {f"may_{act}": act in shown.view.acts for act in DraftAct}


def _acted(request: Asked, shown: EditionPage, note: NoteForm, why: WhyForm) -> bool:
    """Do what a button says, and tell whether it was done; raises ``Conflict``, ``NotFound`` for no button of ours."""
    view = shown.view
    which = Which(shown.item.network_code, shown.item.id, view.id, counter_sent(request))
    asked: dict[str, Any] = {"actor": request.actor, "which": which, "now": request.now}
    match request.POST.get("act"):
        case "propose":
            done = note.is_valid() and accepted(note, lambda: usecase.propose(**asked, note=note.cleaned_data["note"]))
            said = _("Proposto. Va sullo scaffale quando un'altra persona lo approva.")
        case "send_back":
            done = why.is_valid() and accepted(
                why, lambda: usecase.send_back(**asked, reason=why.cleaned_data["reason"])
            )
            said = _("Rimandato indietro. Chi l'ha proposto legge il perché.")
        case "take_back":
            services.take_back_edition(**asked)
            done, said = True, _("Ripreso: ora puoi cambiarlo, e proporlo di nuovo.")
        case "withdraw":
            services.give_up_edition(**asked)
            done, said = True, _("Lasciato perdere. Quello che è sullo scaffale non cambia.")
        case "approve":
            number = usecase.approve(**asked)
            done, said = True, _("Approvato: sullo scaffale c'è la versione %(number)s.") % {"number": number}
        case _:
            raise NotFound
    if done:
        messages.success(request, said)
    return done


@needs(Permission.PUBLISH_PROTOCOL)
@require_http_methods(["GET", "POST"])
def glossary_entry(request: Asked, network: str, item_id: int, edition_id: int, place: int) -> HttpResponse:
    """Write one word of a glossary, or a new one after the last; take it out."""
    shown = selectors.edition(request.actor, network, item_id, edition_id)
    entries = shown.entries
    if shown.view.file_type is not None or not 1 <= place <= len(entries) + 1:
        raise NotFound
    if DraftAct.SAVE not in shown.view.acts:
        messages.warning(request, _("Così com'è non si scrive: prima va ripreso da chi l'ha proposto."))
        return redirect("shelf_edition", network, item_id, edition_id)
    at = place - 1 if place <= len(entries) else None
    form = EntryForm(None if at is None else entries[at], request.POST if request.method == "POST" else None)
    which = Which(network, item_id, edition_id, counter_sent(request))
    overtaken = False
    try:
        if request.method == "POST" and request.POST.get("act") == "remove" and at is not None:
            _save(request, which, lambda before: without_entry(before, at))
            return redirect("shelf_edition", network, item_id, edition_id)
        if form.is_bound and form.is_valid() and accepted(form, lambda: _save_entry(request, which, at, form)):
            messages.success(request, _("Salvato nel glossario."))
            return redirect("shelf_edition", network, item_id, edition_id)
    except Overtaken:
        overtaken = True
    words = {"page": shown, "view": shown.view, "form": form, "new": at is None, "overtaken": overtaken}
    status = 409 if overtaken else 422 if request.method == "POST" else 200
    return render(request, "web/protocols/shelf_entry.html", words, status=status)


def _save_entry(request: Asked, which: Which, at: int | None, form: EntryForm) -> None:
    one = form.written()
    _save(request, which, lambda before: with_entry(before, at, one))


def _save(request: Asked, which: Which, change: Any) -> None:
    services.save_glossary(actor=request.actor, which=which, change=change, now=request.now)


urlpatterns = [
    path(BASE, shelf, name="shelf"),
    path(f"{BASE}carica/", new_item, name="new_shelf_item"),
    path(f"{BASE}glossario/", open_glossary, name="open_glossary"),
    path(f"{BASE}<int:item_id>/", item, name="shelf_item"),
    path(f"{BASE}<int:item_id>/carica/", new_edition, name="new_edition"),
    path(f"{BASE}<int:item_id>/ritira/", withdraw_item, name="withdraw_shelf_item"),
    path(f"{BASE}<int:item_id>/v/<int:edition_id>/", edition, name="shelf_edition"),
    path(f"{BASE}<int:item_id>/v/<int:edition_id>/file/", edition_file, name="shelf_edition_file"),
    path(f"{BASE}<int:item_id>/v/<int:edition_id>/voci/<int:place>/", glossary_entry, name="glossary_entry"),
]
