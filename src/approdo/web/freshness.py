# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is about to do something grave proves once more that it is she: by a second factor, never by a password (P26)."""

from collections.abc import Mapping
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as passkeys
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from approdo.access import services as access
from approdo.web.guards import KEY_DEMO, Freshness, Proof
from approdo.web.second_factor import SecondFactorAgain

CODE, PASSKEY, PRESS = "confirm-code", "confirm-credential", "confirm-press"
"""What the page that asks adds to what was being sent."""


def is_demo(request: HttpRequest) -> bool:
    """Tell whether she is in by the one click of the demonstration, which has no second factor."""
    return bool(settings.DEMO and request.session.get(KEY_DEMO))


def is_fresh(request: HttpRequest, within: Freshness) -> bool:
    """Tell whether she proved a second factor a moment ago; signing in with one counts."""
    kinds = {"mfa", KEY_DEMO} if is_demo(request) else {"mfa"}
    proved = [one.get("at", 0) for one in get_authentication_records(request, request.user) if one["method"] in kinds]
    return bool(proved) and timezone.now().timestamp() - max(proved) < settings.FRESH_SECONDS[within]


def ask(request: HttpRequest, view: Any, named: Mapping[str, Any]) -> HttpResponse | None:
    """Return the page that asks her to confirm, or None when the act may go on; ``named`` is what the address names.

    The page carries along what was being sent, in hidden fields: nothing she typed is lost, and none of it is kept in
    a session or an address. It comes before the act reads anything, the same for what is hidden and what is absent.
    """
    proof: Proof | None = getattr(view, "fresh", None)
    if proof is None or request.method in {"GET", "HEAD", "OPTIONS"} or is_fresh(request, proof.within):
        return None
    if proof.unless is not None:
        with access.entered(actor=request.actor):  # type: ignore[attr-defined]
            if proof.unless(request, **named):
                return None
    ways = _ways(request)
    if any(form.is_bound for form in ways.values()) and not ratelimit.consume(
        request, action="reauthenticate", user=request.user
    ):
        return _question(
            request, _ways(request, afresh=True), problem=_("Troppi tentativi: aspetta un minuto e riprova.")
        )
    if not _proved(request, ways):
        return _question(request, ways)
    if proof.back:
        messages.success(request, _("Confermato. Ora premi di nuovo."))
        return redirect(proof.back, named["case_id"])
    return None


def _ways(request: HttpRequest, *, afresh: bool = False) -> dict[str, forms.Form]:
    """Return how she can prove that it is she, each form with what was sent for it, unless it is shown ``afresh``."""
    if is_demo(request):
        return {}
    made: dict[str, forms.Form] = {}
    if is_mfa_enabled(request.user, [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]):
        made[CODE] = SecondFactorAgain(None if afresh else _sent(request, CODE), prefix="confirm", user=request.user)
    if is_mfa_enabled(request.user, [Authenticator.Type.WEBAUTHN]):
        sent = None if afresh else _sent(request, PASSKEY)
        made[PASSKEY] = ReauthenticateWebAuthnForm(sent, prefix="confirm", user=request.user)
    return made


def _sent(request: HttpRequest, name: str) -> Any:
    return request.POST if name in request.POST else None


def _proved(request: HttpRequest, ways: Mapping[str, forms.Form]) -> bool:
    """Tell whether what was sent proves it, and keep that in the session."""
    if is_demo(request) and PRESS in request.POST:
        record_authentication(request, request.user, KEY_DEMO)
        return True
    for form in ways.values():
        if form.is_bound and form.is_valid():
            form.save()  # type: ignore[attr-defined]
            return True
    return False


def _question(request: HttpRequest, ways: Mapping[str, forms.Form], problem: str = "") -> HttpResponse:
    own = {CODE, PASSKEY, PRESS, "csrfmiddlewaretoken"}
    carried = [(name, one) for name, sent in request.POST.lists() if name not in own for one in sent]
    words: dict[str, Any] = {"carried": carried, "press": is_demo(request), "problem": problem}
    words |= {"code": ways.get(CODE), "passkey": ways.get(PASSKEY)}
    if PASSKEY in ways:
        words["js_data"] = {"request_options": passkeys.begin_authentication(request.user)}
    return render(request, "web/confirm.html", words, status=403)
