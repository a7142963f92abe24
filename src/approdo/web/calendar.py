# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The calendar of one's own shifts: its secret address, and what a calendar program reads there."""

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from approdo.kit import clock
from approdo.kit.allowance import Allowance
from approdo.kit.errors import NotFound
from approdo.networks import selectors, services
from approdo.networks.rules import shift_calendar
from approdo.web.guards import Asked, Freshness, fresh, public

askings = Allowance(120)
"""By the address that asks, whoever it asks for: a hospital's calendars all come from one."""


@require_GET
def own_calendar(request: Asked) -> HttpResponse:
    """Say whether she has a calendar address, and what it gives away."""
    return _page(request)


@require_POST
@fresh(Freshness.GRANT)
def make_calendar(request: Asked) -> HttpResponse:
    """Make her calendar's address, or make it again, and show it this once."""
    secret = services.make_feed(actor=request.actor, now=request.now)
    return _page(request, f"{settings.PUBLIC_URL}{reverse('calendar', args=[secret])}")


def _page(request: Asked, address: str = "") -> HttpResponse:
    words = {"address": address, "made_at": selectors.feed_made_at(request.actor)}
    return render(request, "web/networks/calendar.html", words)


@require_POST
def revoke_calendar(request: Asked) -> HttpResponse:
    """End her calendar's address: never slowed down by asking who she is."""
    if services.revoke_feed(actor=request.actor, now=request.now):
        messages.success(request, _("L'indirizzo non funziona più."))
    return redirect("own_calendar")


@public
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program with somebody's shifts: when, and nothing else."""
    now = clock.now()
    if wait := askings.take(get_ip(request), now):
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    duties = selectors.duties_by_feed(token, now)
    if duties is None:
        raise NotFound
    content = shift_calendar(duties, origin=settings.PUBLIC_URL, now=now)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


urlpatterns: list[URLPattern] = [
    path("io/calendario/", own_calendar, name="own_calendar"),
    path("io/calendario/nuovo/", make_calendar, name="make_calendar"),
    path("io/calendario/togli/", revoke_calendar, name="revoke_calendar"),
    path("turni/<str:token>.ics", calendar, name="calendar"),
]
