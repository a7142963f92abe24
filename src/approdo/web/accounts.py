# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in, choosing the service to act for, ending sessions, and the one-click sign-ins of the demonstration."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.logout import logout
from allauth.usersessions.adapter import get_adapter as sessions_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.accounts import selectors as accounts
from approdo.accounts.rules import TOUR
from approdo.audit import services as audit
from approdo.kit import clock
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.web import standing
from approdo.web.guards import KEY_DEMO, goes_on, public, without_service
from approdo.web.middleware import KEY_MEMBERSHIP


class Adapter(DefaultAccountAdapter):
    """Operators are made by their organisation: nobody signs herself up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every self-registration."""
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Ask who has a second factor for that: a password alone neither shows nor changes another way in (P24)."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in found if one["id"] != "reauthenticate"] or found


@public
def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer for the pages of the sign-in library that do not exist here (sign-up, e-mail management)."""
    raise Http404


@require_http_methods(["GET", "POST"])
@goes_on
@without_service
def choose_service(request: HttpRequest) -> HttpResponse:
    """Choose the service to act for; with only one there is nothing to choose."""
    memberships = networks.memberships_of(request.user.pk)
    chosen = request.POST.get("membership", "")
    if request.method == "GET" and len(memberships) == 1 and KEY_MEMBERSHIP not in request.session:
        chosen = str(memberships[0].id)
    if not chosen:
        until = networks.on_duty_until(request.user.pk, clock.now())
        choices = [(each, until.get(each.service_id)) for each in memberships]
        choices.sort(key=lambda choice: choice[1] is None)  # where she is on call comes first
        return render(request, "web/choose_service.html", {"choices": choices})
    membership = next((each for each in memberships if str(each.id) == chosen), None)
    if membership is None:
        raise NotFound
    actor = networks.actor_for(request.user.pk, membership.id)
    if actor is None:
        raise NotFound
    now = clock.now()
    audit.note(actor=actor, verb="session.choose", subject=f"service:{actor.service_id}", now=now)
    request.session[KEY_MEMBERSHIP] = membership.id
    standing.choose(request, actor, membership, len(memberships) > 1, now)
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    address = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe else reverse("today")


@require_GET
@without_service
def own_account(request: HttpRequest) -> HttpResponse:
    """Show how she signs in, where she is signed in, and for which services she may act."""
    return redirect("mfa_index")


@require_POST
@without_service
def end_all_sessions(request: HttpRequest) -> HttpResponse:
    """End every session of hers, this one included."""
    sessions_adapter().end_sessions(UserSession.objects.filter(user_id=request.user.pk))
    logout(request)
    return redirect("account_login")


@require_GET
@public
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(request, "web/accessibility.html")


@require_http_methods(["GET", "POST"])
@public
def demo_sign_ins(request: HttpRequest) -> HttpResponse:
    """List the fictional operators, those of the tour first, and sign in as one; in the demonstration only."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        operator = accounts.operator_by_email(request.POST.get("operator", ""))
        if operator is None or not operator.is_active:
            raise NotFound
        login(request, operator)
        request.session[KEY_DEMO] = True
        return redirect("choose_service")
    groups = networks.sign_ins_by_network(clock.now())
    people = {person.email: person for group in reversed(groups) for person in reversed(group.people)}
    words = {"networks": groups, "tour": [people[email] for email in TOUR if email in people], "marked": TOUR}
    return render(request, "web/demo_sign_ins.html", words)


@require_GET
@public
def style(request: HttpRequest) -> HttpResponse:
    """Show every component once, so that a change is seen where it is made."""
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    return render(request, "web/style.html", {"now": clock.now()})
