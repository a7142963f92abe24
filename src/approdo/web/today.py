# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Oggi: what is waiting for her, in the order it matters; and the bar that says somebody is calling."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from approdo.recognition.rules.prompting import may_treat
from approdo.usecases import overview
from approdo.web.guards import Asked
from approdo.web.standing import standing_of


@require_GET
def today(request: Asked) -> HttpResponse:
    """Show what is waiting for her."""
    treats = may_treat(request.actor.role, standing_of(request).get("kind"))
    return render(request, "web/today.html", {"day": overview.day(request.actor, request.now), "treats": treats})


@require_GET
def today_fragment(request: Asked) -> HttpResponse:
    """Show the living part of the page again."""
    return render(request, "web/_today.html", {"day": overview.day(request.actor, request.now)})


@require_GET
def calling(request: Asked) -> HttpResponse:
    """Show the bar at the top of every page: somebody is calling you."""
    return render(request, "web/_calling.html", {"calling": overview.calling(request.actor, request.now)})


urlpatterns = [
    path("", today, name="today"),
    path("oggi/", today_fragment, name="today_fragment"),
    path("oggi/avviso/", calling, name="calling"),
]
