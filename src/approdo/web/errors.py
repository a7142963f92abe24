# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Error pages: what happened, what is safe, what to do. They show no form and no trace of what was asked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from approdo.kit.errors import Invalid, Refusal


def page(request: HttpRequest, status: int, **words: Any) -> HttpResponse:
    """Return the error page of a status, the same bytes for everybody who asks in her language."""
    return HttpResponse(render_to_string(f"errors/{status}.html", words), status=status)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the page of a refusal of the domain; a hidden thing answers like an absent one."""
    if refusal.status in {403, 404}:
        return page(request, refusal.status)
    problems = [_(sentence) for sentence in refusal.problems.values()] if isinstance(refusal, Invalid) else []
    words = {"sentence": _(refusal.sentence), "problems": problems}
    return HttpResponse(render_to_string("errors/refusal.html", words), status=refusal.status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a malformed request."""
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an act her role does not include."""
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer absent and hidden alike."""
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours."""
    return page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was open too long, or that another site sent."""
    return HttpResponse(render_to_string("errors/csrf.html"), status=403)
