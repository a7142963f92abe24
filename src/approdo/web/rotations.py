# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rotations of a service: seen before they begin, and ended without taking away what people did."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from approdo.networks import selectors, services
from approdo.usecases import rotations as usecase
from approdo.usecases.coverage import Foretold
from approdo.web.foretelling import carried, unless_told
from approdo.web.guards import Asked
from approdo.web.network_forms import accepted
from approdo.web.rota_forms import EndRotationForm, RotationForm

_SHOWN = 40


@require_http_methods(["GET", "POST"])
def rotations(request: Asked, service_id: int) -> HttpResponse:
    """The rotations of a service, and the form for another: first what it would make, then it begins."""
    actor, now = request.actor, request.now
    service = selectors.service_for_editing(actor, service_id)
    sent = request.method == "POST"
    form = RotationForm(request.POST if sent else None, members=service.on_call_members)
    seen: list[usecase.Preview] = []
    made: list[services.RotationMade] = []

    def act() -> None:
        if request.POST.get("confirm") == "1":
            plan = form.plan()
            made.append(services.start_rotation(actor=actor, service_id=service_id, plan=plan, now=now))
        else:
            seen.append(usecase.preview(actor=actor, service_id=service_id, plan=form.plan(), now=now))

    done = sent and form.is_valid() and accepted(form, act)
    if made:
        words = ngettext(
            "La rotazione è cominciata: %(n)d turno.", "La rotazione è cominciata: %(n)d turni.", made[0].shifts
        )
        messages.success(request, words % {"n": made[0].shifts})
        return redirect("rotation", made[0].id)
    preview = seen[0] if seen else None
    words_of_page = {
        "service": service,
        "rotations": selectors.rotations(actor, service_id, now),
        "form": form,
        "wrong": form if sent and not done else None,
        "preview": preview,
        "shown": preview.duties[:_SHOWN] if preview else (),
        "foretold": Foretold(away=preview.away) if preview and preview.away else None,
        "carried": carried(request, "confirm"),
    }
    return render(request, "web/networks/rotations.html", words_of_page, status=422 if sent and not done else 200)


@require_http_methods(["GET", "POST"])
def rotation(request: Asked, rotation_id: int) -> HttpResponse:
    """One rotation: whose turn it is, the shifts to come, and how it ends."""
    actor, now = request.actor, request.now
    shown = selectors.rotation(actor, rotation_id, now)
    sent = request.method == "POST"
    form = EndRotationForm(request.POST if sent else None)
    found: list[Foretold] = []
    gone: list[int] = []

    def end() -> None:
        ends_at = form.instant(shown.plan.hand_over, now)
        gone.append(services.end_rotation(actor=actor, rotation_id=rotation_id, ends_at=ends_at, now=now))

    def unless_silent() -> None:
        found.append(unless_told(request, [shown.service_id], end))

    done = sent and form.is_valid() and accepted(form, unless_silent)
    if done and not any(found):
        words = ngettext(
            "La rotazione finisce: tolto %(n)d turno.", "La rotazione finisce: tolti %(n)d turni.", gone[-1]
        )
        messages.success(request, words % {"n": gone[-1]})
        return redirect("rotations", shown.service_id)
    words_of_page = {
        "service": selectors.service_for_editing(actor, shown.service_id),
        "rotation": shown,
        "duties": selectors.made_by(actor, rotation_id, now)[:_SHOWN],
        "form": form,
        "wrong": form if sent and not done else None,
        "foretold": found[0] if found else None,
        "carried": carried(request, "confirm"),
    }
    return render(request, "web/networks/rotation.html", words_of_page, status=422 if sent else 200)


urlpatterns: list[URLPattern] = [
    path("rete/servizi/<int:service_id>/rotazioni/", rotations, name="rotations"),
    path("rete/rotazioni/<int:rotation_id>/", rotation, name="rotation"),
]
