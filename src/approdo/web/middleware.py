# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What surrounds every page: headers, the life of a session, who is acting, refusals turned into pages."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from approdo.access import services as access
from approdo.access.rules import Forbidden, may
from approdo.accounts.sign_in import end_over
from approdo.audit import services as audit
from approdo.kit.errors import NotFound, Refusal
from approdo.networks import selectors as networks
from approdo.usecases import attempts
from approdo.web import errors, freshness, standing
from approdo.web.guards import is_background, is_untouched

Answer = Callable[[HttpRequest], HttpResponse]

TOUCH_SECONDS = 60
KEY_BEGAN, KEY_SEEN, KEY_MEMBERSHIP = "began", "seen", "membership"


def content_policy(live_url: str) -> str:
    """Return the content security policy: our own files, the live stream, and nothing else.

    No script, ours included, turns words into markup or code: Trusted Types without any policy (security.md, P28).
    """
    live = urlsplit(live_url)
    stream = f" {live.scheme}://{live.netloc}" if live.netloc else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'{stream}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


class Headers:
    """Security headers on every page that Django makes; TRACE, and a body that is too large, are refused unread.

    The doors for programs have a limit of their own, much lower, and refuse in the words of their own contracts; the
    page on which a document is brought has one that is higher.
    """

    OWN_LIMIT = ("/api/", "/gateway/")
    OF_DOCUMENTS = re.compile(r"/casi/[0-9a-f-]{36}/documenti/|/rete/scaffale/[-a-zA-Z0-9_]+/([0-9]+/)?carica/")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.headers = {
            "Content-Security-Policy": content_policy(settings.LIVE_URL),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            # Not "no-referrer": browsers then send "Origin: null" with every form, which looks forged (CSRF).
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": (
                "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=(), "
                "publickey-credentials-get=(self), publickey-credentials-create=(self)"
            ),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Cache-Control": "no-store",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then add what is missing."""
        response = self._refusal(request) or self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        limit = self._limit(request)
        if limit is None:
            return None
        if request.method == "TRACE":
            return HttpResponse(status=405)
        return too_large(request, limit) if self._length(request) > limit else None

    def _limit(self, request: HttpRequest) -> int | None:
        """Return how many bytes a body may have here; None where the door itself says so."""
        if request.path.startswith(self.OWN_LIMIT):
            return None
        if self.OF_DOCUMENTS.fullmatch(request.path):
            return int(settings.FILE_UPLOAD_MAX_MEMORY_SIZE)
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    @staticmethod
    def _length(request: HttpRequest) -> int:
        try:
            return int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return 0


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    """Refuse a body over the limit (in bytes), with a page: it is a person's browser that sent it."""
    megabytes = settings.DOCUMENT_BYTES // 1_000_000 if limit == settings.FILE_UPLOAD_MAX_MEMORY_SIZE else None
    return errors.page(request, 413, megabytes=megabytes)


class Sessions:
    """Who is there: idle 15 minutes, at most 12 hours, two factors, one service chosen; nobody else gets past."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Find the actor, then answer; tell the browser to forget everything when she has left."""
        request.actor = None  # type: ignore[attr-defined]
        was_in = request.user.is_authenticated
        if was_in and self._is_over(request):
            end_over(request)
            logout(request)
            messages.warning(request, _("La sessione è finita perché è passato del tempo. Accedi di nuovo."))
        elif was_in:
            self._find_actor(request)
            self._touch(request)
        response = self.get_response(request)
        if was_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def process_view(self, request: HttpRequest, view: Any, args: tuple, kwargs: dict) -> HttpResponse | None:
        """Refuse by default: a page opens only for an operator with two factors, acting for a service."""
        if not getattr(view, "login_required", True) or request.path.startswith("/api/"):
            return None
        if not request.user.is_authenticated:
            return away(request, redirect_to_login(request.get_full_path()).url)
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if name.startswith(("account_", "mfa_", "usersessions_")):
            return None
        if not self._has_second_factor(request):
            return self._ask_second_factor(request)
        if request.actor is None:  # type: ignore[attr-defined]
            return away(request, reverse("choose_service")) if getattr(view, "service_required", True) else None
        refused = self._refuse_role(request, view) or freshness.ask(request, view, kwargs)
        return refused or self._answer(request, view, args, kwargs)

    @staticmethod
    def _answer(request: HttpRequest, view: Any, args: tuple, kwargs: dict) -> HttpResponse:
        """Let the page do all it does in one transaction, in which the database knows who asks (ADR 0012)."""
        act = audit.goes_on if getattr(view, "goes_on", False) else audit.or_refused
        try:
            return act(access.entered(actor=request.actor)(view))(request, *args, **kwargs)  # type: ignore[attr-defined]
        except Refusal as refusal:
            if isinstance(refusal, NotFound) and not ("activation_id" in kwargs and is_background(request)):
                # a board that was left open and asks by itself is no attempt of hers
                note = audit.goes_on(access.entered(actor=request.actor)(attempts.note))  # type: ignore[attr-defined]
                note(actor=request.actor, named=kwargs, now=request.now)  # type: ignore[attr-defined]
            return errors.refused(request, refusal)

    @staticmethod
    def _refuse_role(request: HttpRequest, view: Any) -> HttpResponse | None:
        """Refuse a role that a page is not for, before the page reads anything of the request."""
        permission = getattr(view, "permission", None)
        if permission is None or may(request.actor, permission):  # type: ignore[attr-defined]
            return None
        return errors.refused(request, Forbidden())

    @staticmethod
    def _is_over(request: HttpRequest) -> bool:
        """Tell whether she has been away too long, or in too long; the first page of a session starts both clocks."""
        now = timezone.now().timestamp()
        began = request.session.setdefault(KEY_BEGAN, now)
        seen = request.session.setdefault(KEY_SEEN, now)
        return now - seen > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE

    @staticmethod
    def _touch(request: HttpRequest) -> None:
        """Note that she is here, at most once a minute; a page that polls by itself does not count."""
        now = timezone.now()
        by_itself = is_background(request) or is_untouched(request)
        if now.timestamp() - request.session[KEY_SEEN] > TOUCH_SECONDS and not by_itself:
            request.session[KEY_SEEN] = now.timestamp()
            if request.actor is not None:  # type: ignore[attr-defined]
                standing.renew(request, request.actor, now)  # type: ignore[attr-defined]

    @staticmethod
    def _find_actor(request: HttpRequest) -> None:
        """Set who acts, and the request's instant, from the membership she chose; one that ended gives neither."""
        if (membership := request.session.get(KEY_MEMBERSHIP)) is not None:
            found = networks.actor_at(request.user.pk, membership)
            if found is not None:
                request.actor, request.now = found  # type: ignore[attr-defined]

    @staticmethod
    def _has_second_factor(request: HttpRequest) -> bool:
        """Tell whether this session proved a second factor; a passkey alone is enough, demo sign-ins need none."""
        if freshness.is_demo(request):
            return True
        return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))

    @staticmethod
    def _ask_second_factor(request: HttpRequest) -> HttpResponse:
        """Lead her to enrol a second factor; once enrolled, to sign in again with it, which proves that it works."""
        if is_mfa_enabled(request.user):
            logout(request)
            messages.success(request, _("Il secondo modo per accedere è attivo. Ora accedi usandolo."))
            return away(request, reverse("account_login"))
        messages.warning(request, _("Prima di continuare, aggiungi un secondo modo per accedere."))
        return away(request, reverse("mfa_index"))


class Refusals:
    """A refusal of the domain becomes its page; hidden and absent look the same."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into a page with its status and its sentence."""
        if isinstance(exception, Refusal):
            return errors.refused(request, exception)
        return None


def away(request: HttpRequest, address: str) -> HttpResponse:
    """Send her elsewhere; a fragment being refreshed takes the whole page along."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    if is_background(request):
        return HttpResponse(status=401)
    return redirect(address)
