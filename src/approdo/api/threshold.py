# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The threshold every request for a program crosses: language, size, form; and nothing but problem documents back."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from approdo.api import contract, problems
from approdo.api.problems import Fault, Faulty
from approdo.api.schemas import ROOT
from approdo.api.wording import REPEATED_PARAMETER, UNKNOWN_PARAMETER
from approdo.audit import services as audit
from approdo.kit.errors import NotFound

View = Callable[..., HttpResponse]

LARGEST_BODY = 64 * 1024


def threshold(route: str, view: View) -> View:
    """Return a view that answers in the caller's language, refuses what the contract does not have, and never leaks."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language, method = problems.language_of(request), request.method
        with override(language):
            try:
                _check(request, contract.document()["paths"][f"{ROOT}/{route}"])
                act = audit.or_refused if request.method == "GET" else audit.goes_on
                response = act(_enter)(view, request, *args, **kwargs)
            except Exception as error:
                response = problems.answer(request, error)
        request.method = method
        return _dressed(response, language)

    return answer


def _enter(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer within the doors that authentication opens; every act of this interface calls help, or answers."""
    with ExitStack() as request.doors:  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer an address that the interface does not have."""
    language = problems.language_of(request)
    with override(language):
        return _dressed(problems.answer(request, NotFound()), language)


def _dressed(response: HttpResponse, language: str) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = language
    if response.status_code == 204:
        del response["Content-Type"]
    return response


def _check(request: HttpRequest, methods: dict[str, Any]) -> None:
    """Refuse what need not be read: another method, an unknown parameter, a body too large or of another form."""
    if request.method == "HEAD" and "get" in methods:
        request.method = "GET"  # the server sends the headers only
    operation = methods.get((request.method or "").lower())
    if operation is None:
        allowed = {method.upper() for method in methods}
        raise problems.MethodNotAllowed(allowed | ({"HEAD"} if "GET" in allowed else set()))
    length = _length(request)
    if length > LARGEST_BODY:
        raise problems.TooLarge
    if "requestBody" in operation:
        if "chunked" in request.headers.get("Transfer-Encoding", "") and not length:
            raise problems.LengthRequired
        if length and request.content_type != "application/json":
            raise problems.UnsupportedMediaType
    _check_query(request, {one["name"] for one in operation["parameters"] if one["in"] == "query"})


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _check_query(request: HttpRequest, known: set[str]) -> None:
    faults = [
        Fault("query", f"/{name[:80]}", UNKNOWN_PARAMETER if name not in known else REPEATED_PARAMETER)
        for name, values in request.GET.lists()
        if name not in known or len(values) > 1
    ]
    if faults:
        raise Faulty(*faults[:20])
