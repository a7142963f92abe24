# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How people are reached: a service's line and its people, for the coordinator; oneself, with a real test."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import acting
from approdo.kit.errors import Invalid, NotFound
from approdo.networks import selectors, services
from approdo.networks.rules import Contact, in_use
from approdo.networks.selectors import OwnContacts
from approdo.notifications import selectors as sent
from approdo.notifications import services as notifications
from approdo.notifications.rules import MessageState
from approdo.usecases import overview
from approdo.usecases.coverage import Foretold
from approdo.web.foretelling import asking, unless_told
from approdo.web.guards import Asked
from approdo.web.network_forms import contact_lines, problems_of, whole_page

_SHAPES = {
    MessageState.HELD: "waiting",
    MessageState.QUEUED: "waiting",
    MessageState.SENDING: "waiting",
    MessageState.SENT: "alerted",
    MessageState.DELIVERED: "taken",
    MessageState.FAILED: "late",
    MessageState.CANCELLED: "stopped",
}
Store = Callable[[list[Contact]], Foretold]
"""Stores what was written, or returns what that would bring and she has not been told."""


@require_http_methods(["GET", "POST"])
def service_contacts(request: Asked, service_id: int, operator_id: int | None = None) -> HttpResponse:
    """Order the ways to reach the service's own line, or one of its people."""
    shown = selectors.service_for_editing(request.actor, service_id)
    contacts, whose = shown.contacts, None
    if operator_id is not None:
        whose = next((member for member in shown.on_call_members if member.operator_id == operator_id), None)
        if whose is None:
            raise NotFound
        contacts = whose.contacts

    def store(written: list[Contact]) -> Foretold:
        def act() -> None:
            services.set_contact_points(
                actor=request.actor, service_id=service_id, operator_id=operator_id, contacts=written, now=request.now
            )

        return unless_told(request, [service_id], act)

    words = _edited(request, contacts, store)
    if words is None:
        messages.success(request, _("Recapiti salvati."))
        return redirect("service" if operator_id is None else "members", service_id)
    return _page(request, "contacts", {"service": shown, "whose": whose, **words})


def _page(request: Asked, name: str, words: dict[str, Any]) -> HttpResponse:
    return render(request, f"web/networks/{name}.html", words, status=422 if request.method == "POST" else 200)


def _edited(request: Asked, contacts: Sequence[Contact], store: Store) -> dict[str, Any] | None:
    """Store what was sent and return None; or return what the form shows, refusals beside the lines they concern."""
    problems: dict[str, str] = {}
    found = Foretold()

    def told(written: list[Contact]) -> None:
        nonlocal found
        found = store(written)

    lines = contact_lines(contacts=contacts)
    if request.method == "POST":
        lines = contact_lines(request.POST)
        valid = lines.is_valid()
        problems = _stored(lines, told) if valid else problems_of(lines)
        if valid and not problems and not found:
            return None
    return {
        **asking(request, found),
        "lines": lines,
        "problems": problems,
        "when_open": in_use(contacts, service_open=True),
        "when_closed": in_use(contacts, service_open=False),
    }


def _stored(lines: forms.BaseFormSet, store: Callable[[list[Contact]], None]) -> dict[str, str]:
    """Store the written lines in their order; return the refusals under the lines they belong to."""
    written = [form for form in lines.forms if form.contact()]
    written.sort(key=lambda form: form.cleaned_data.get("ORDER") or 99)
    try:
        store([form.contact() for form in written])
    except Invalid as refusal:
        for number, sentence in refusal.problems.items():
            if number:
                written[int(number)].add_error("address", _(sentence))
        whole = refusal.problems.get("")
        return {"": _(whole)} if whole else problems_of(lines)
    return {}


@require_GET
def own_contacts_here(request: Asked) -> HttpResponse:
    """Lead to her contact points for the service she acts for."""
    _operator_id, service_id = acting(request.actor)
    return redirect("own_contacts", service_id)


@require_http_methods(["GET", "POST"])
def own_contacts(request: Asked, service_id: int) -> HttpResponse:
    """Order the ways to reach herself for one of her services, and try them."""
    own = selectors.own_contacts(request.actor, service_id)

    def store(written: list[Contact]) -> Foretold:
        def act() -> None:
            services.set_own_contact_points(
                actor=request.actor, service_id=service_id, contacts=written, now=request.now
            )

        return unless_told(request, [service_id], act)

    words = _edited(request, own.contacts, store)
    if words is None:
        messages.success(request, _("Recapiti salvati. Ora prova se gli avvisi ti arrivano."))
        return redirect("own_contacts", service_id)
    memberships = selectors.memberships_of(request.actor.operator_id)
    return _page(request, "own_contacts", {"memberships": memberships, **_tried(request, own, request.now), **words})


def _tried(request: Asked, own: OwnContacts, now: datetime) -> dict[str, Any]:
    trial = sent.trial(request.actor, own.service_id, now)
    return {"own": own, "trial": trial, "tried": [(line, _SHAPES[line.state]) for line in trial.lines], "now": now}


@require_GET
def trial(request: Asked, service_id: int) -> HttpResponse:
    """Show again how far the test has got, and who calls her: this page keeps only one part of itself alive."""
    now = request.now
    calling = overview.calling(request.actor, now)  # first: it notes that the test is on this screen
    own = selectors.own_contacts(request.actor, service_id)
    return render(request, "web/networks/_trial.html", {"calling": calling, **_tried(request, own, now)})


@require_POST
def try_contacts(request: Asked, service_id: int) -> HttpResponse:
    """Send a real message that says only that it is a test."""
    try:
        notifications.try_contacts(actor=request.actor, service_id=service_id, now=request.now)
    except Invalid as refusal:
        messages.warning(request, whole_page(refusal)[""])
    except notifications.TriedTooOften as refusal:
        messages.warning(request, _(refusal.sentence))
    else:
        messages.success(request, _("Prova inviata. Qui vedi dove arriva."))
    return redirect("own_contacts", service_id)


urlpatterns: list[URLPattern] = [
    path("io/recapiti/", own_contacts_here, name="own_contacts_here"),
    path("io/recapiti/<int:service_id>/", own_contacts, name="own_contacts"),
    path("io/recapiti/<int:service_id>/prova/", try_contacts, name="try_contacts"),
    path("io/recapiti/<int:service_id>/esito/", trial, name="trial"),
    path("rete/servizi/<int:service_id>/recapiti/", service_contacts, name="service_contacts"),
    path("rete/servizi/<int:service_id>/recapiti/<int:operator_id>/", service_contacts, name="member_contacts"),
]
