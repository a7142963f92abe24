# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sostituzioni: somebody else is on call for a stretch, whatever shifts it cuts; and the stretch given back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from approdo.kit.errors import Invalid
from approdo.networks import selectors
from approdo.usecases import overrides as usecase
from approdo.usecases.coverage import Foretold
from approdo.web.foretelling import carried, unless_told
from approdo.web.guards import Asked
from approdo.web.network_forms import accepted, whole_page
from approdo.web.rota_forms import OverrideForm


@require_http_methods(["GET", "POST"])
def overrides(request: Asked, service_id: int) -> HttpResponse:
    """The overrides of a service that are not over, and the form for another."""
    service = selectors.service_for_editing(request.actor, service_id)
    form = OverrideForm(request.POST if request.method == "POST" else None, members=service.on_call_members)
    found: list[Foretold] = []

    def put() -> None:
        usecase.put(actor=request.actor, service_id=service_id, duty=form.duty(request.now), now=request.now)

    if request.method == "GET":
        return _page(request, service_id, form)
    if form.is_valid() and accepted(form, lambda: found.append(unless_told(request, [service_id], put))):
        if not found[0]:
            messages.success(request, _("Fatto: chi sostituisce e chi è sostituita ricevono un avviso."))
            return redirect("overrides", service_id)
        return _page(request, service_id, form, found=found[0])
    return _page(request, service_id, form, wrong=True)


@require_POST
def remove_override(request: Asked, override_id: UUID) -> HttpResponse:
    """Give a stretch back to those who had it."""
    shown = selectors.override(request.actor, override_id, request.now)
    service = selectors.service_for_editing(request.actor, shown.service_id)
    form = OverrideForm(members=service.on_call_members)

    def remove() -> None:
        usecase.remove(actor=request.actor, override_id=override_id, now=request.now)

    try:
        found = unless_told(request, [shown.service_id], remove)
    except Invalid as refusal:
        return _page(request, shown.service_id, form, problems=whole_page(refusal))
    if found:
        return _page(request, shown.service_id, form, found=found)
    messages.success(request, _("Tolta: quelle ore tornano a chi le aveva."))
    return redirect("overrides", shown.service_id)


def _page(
    request: Asked,
    service_id: int,
    form: OverrideForm,
    *,
    wrong: bool = False,
    found: Foretold | None = None,
    problems: dict[str, str] | None = None,
) -> HttpResponse:
    words = {
        "service": selectors.service_for_editing(request.actor, service_id),
        "overrides": selectors.overrides(request.actor, service_id, request.now),
        "form": form,
        "wrong": form if wrong else None,
        "problems": problems,
        "foretold": found,
        "carried": carried(request),
    }
    return render(request, "web/networks/overrides.html", words, status=422 if wrong or found or problems else 200)


urlpatterns: list[URLPattern] = [
    path("rete/servizi/<int:service_id>/sostituzioni/", overrides, name="overrides"),
    path("rete/sostituzioni/<uuid:override_id>/togli/", remove_override, name="remove_override"),
]
