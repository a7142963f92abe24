# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""L'accesso d'emergenza: opened with a reason, for an hour; and its review, by another organisation."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import Permission
from approdo.consents.rules import BreakGlassReason, Outcome
from approdo.kit.errors import Invalid
from approdo.usecases import breaking as usecase
from approdo.usecases.accesses import VERB_LABELS
from approdo.web.guards import Asked, needs


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
def break_glass(request: Asked, case_id: UUID) -> HttpResponse:
    """Say what an emergency access is; open it with a reason."""
    case, problems = usecase.may_break(request.actor, case_id, request.now), {}
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            usecase.break_glass(actor=request.actor, case_id=case_id, reason=reason, now=request.now)
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.warning(request, _("Accesso d'emergenza aperto. Chi conduce il percorso lo sa già."))
            return redirect("record", case_id)
    words = {"case": case, "reasons": list(BreakGlassReason), "problems": problems}
    return render(request, "web/cases/emergency.html", words, status=422 if problems else 200)


@needs(Permission.READ_CASE)
@require_POST
def end(request: Asked, case_id: UUID) -> HttpResponse:
    """Close one's own emergency access before its time."""
    usecase.end(actor=request.actor, case_id=case_id, now=request.now)
    messages.success(request, _("Accesso d'emergenza chiuso."))
    return redirect("record", case_id)


@needs(Permission.SUPERVISE_NETWORK)
@require_GET
def reviews(request: Asked) -> HttpResponse:
    """List what waits for a review: who, why, for how long, what was read."""
    waiting = [
        (
            one,
            [
                (at, _(VERB_LABELS[verb]))
                for at, verb in one.read
                if verb in VERB_LABELS and not verb.startswith("glass.")
            ],
        )
        for one in usecase.reviews(request.actor, request.now)
    ]
    words = {"waiting": waiting, "outcomes": list(Outcome), "now": request.now}
    return render(request, "web/cases/reviews.html", words)


@needs(Permission.SUPERVISE_NETWORK)
@require_POST
def review(request: Asked, glass_id: UUID) -> HttpResponse:
    """Say whether one was justified."""
    outcome = request.POST.get("outcome", "")
    usecase.review(actor=request.actor, glass_id=glass_id, outcome=outcome, now=request.now)
    messages.success(request, _("Verifica segnata. Resta nell'elenco degli accessi del percorso."))
    return redirect("reviews")


urlpatterns = [
    path("casi/<uuid:case_id>/emergenza/", break_glass, name="break_glass"),
    path("casi/<uuid:case_id>/emergenza/chiudi/", end, name="end_break_glass"),
    path("verifiche/", reviews, name="reviews"),
    path("verifiche/<uuid:glass_id>/", review, name="review"),
]
