# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Casi: the cases of her service, and one case with its chronology."""

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from approdo.access.rules import Permission
from approdo.cases import selectors as cases
from approdo.cases.rules import EventKind
from approdo.cases.selectors import CasePage
from approdo.kit.errors import Invalid
from approdo.usecases import finding, overview
from approdo.web.guards import Asked, Freshness, fresh, needs
from approdo.web.reading import slowed

LONGEST_NAME = 80


@needs(Permission.READ_CASE)
@require_GET
def case_list(request: Asked) -> HttpResponse:
    """List the open cases of her service, newest first."""
    rows, more = cases.cases_of(request.actor, before=_before(request.GET.get("before", "")))
    return render(request, "web/cases/list.html", {"cases": rows, "more": more, "now": request.now})


def _before(text: str) -> datetime | None:
    if not text:
        return None
    try:
        written = datetime.fromisoformat(text)
        instant = written.astimezone(UTC) if written.tzinfo else None
    except (ValueError, OverflowError):
        instant = None
    if instant is None:
        raise Invalid({"before": _("Questo indirizzo non è completo: riparti dall'elenco dei casi.")})
    return instant


@needs(Permission.READ_CASE)
@require_GET
def case_page(request: Asked, case_id: UUID) -> HttpResponse:
    """Show one case: what matters now, then its chronology."""
    shown = overview.case(request.actor, case_id, request.now)
    page, own = shown.page, request.actor.service_id
    words = {
        "case": page,
        "activated": [event for event in page.chronology if event.kind is EventKind.ACTIVATED and event.subject],
        "labels": shown.labels,
        "attempts": shown.attempts,
        "around": shown.around,
        "strip": shown.strip,
        "now": shown.at,
        "leads": page.lead_service_id == own,
        "manages": page.lead_operator_id == request.actor.operator_id,
        "offered": page.offered_service_id == own,
        "others": [one for one in page.participants if one.service_id != own],
    }
    return render(request, "web/cases/case.html", words)


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT)
@require_http_methods(["GET", "POST"])
@slowed
def search(request: Asked) -> HttpResponse:
    """Find a woman who comes back by the beginning of her name, which stands in no address."""
    typed = request.POST.get("name", "")[:LONGEST_NAME]
    problem = ""
    found: tuple[CasePage, ...] = ()
    more = False
    if request.method == "POST":
        try:
            found, more = finding.by_name(actor=request.actor, typed=typed, now=request.now)
        except Invalid as refusal:
            problem = refusal.problems["name"]
    words = {"found": found, "more": more, "problem": problem, "typed": typed, "now": request.now}
    return render(request, "web/cases/found.html", words, status=422 if problem else 200)


urlpatterns = [
    path("casi/", case_list, name="cases"),
    path("casi/cerca/", search, name="search_cases"),
    path("casi/<uuid:case_id>/", case_page, name="case"),
]
