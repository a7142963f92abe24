# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The doors of the gateway for text messages and calls (docs/reference/gateway.md).

Not for browsers: no session, no CSRF token; every request proves that it comes from the gateway by its signature.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from approdo.kit import clock
from approdo.kit.errors import Invalid, Refusal
from approdo.notifications.rules import (
    BODY_LIMIT,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    answer,
    is_genuine,
    read_receipt,
    read_reply,
)
from approdo.usecases import delivery
from approdo.web.guards import public


class _Refused(Refusal):
    """A request that is not even read."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        self.status = status
        super().__init__(sentence, code=code)


def _problem(refusal: Refusal) -> HttpResponse:
    """Answer a refusal as a problem document (RFC 9457)."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": _(refusal.sentence),
        "status": refusal.status,
        "code": refusal.code,
    }
    if isinstance(refusal, Invalid):
        document["problems"] = {name: _(sentence) for name, sentence in refusal.problems.items()}
    response = JsonResponse(document, status=refusal.status, content_type="application/problem+json")
    if refusal.status == 405:
        response["Allow"] = "POST"
    return response


def _genuine_body(request: HttpRequest) -> tuple[bytes, str]:
    """Return the body and its signature; raise a refusal unless it is a small, fresh, signed POST."""
    if request.method != "POST":
        raise _Refused(405, "method_not_allowed", _("Qui si può solo inviare (POST)."))
    body = request.read(BODY_LIMIT + 1)
    if len(body) > BODY_LIMIT:
        raise _Refused(413, "too_large", _("Il corpo è troppo grande."))
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if not is_genuine(settings.GATEWAY_SECRET, timestamp, body, signature, clock.now()):
        raise _Refused(401, "not_genuine", _("La firma manca, non è valida o è troppo vecchia."))
    return body, signature


def _door(receive: Callable[[bytes, str], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    @public
    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        try:
            return receive(*_genuine_body(request))
        except Refusal as refusal:
            return _problem(refusal)

    view.__doc__ = receive.__doc__
    return view


@_door
def receipt(body: bytes, signature: str) -> HttpResponse:
    """Take in what became of a message."""
    delivery.receive_receipt(receipt=read_receipt(body), signature=signature, now=clock.now())
    return HttpResponse(status=204)


@_door
def reply(body: bytes, signature: str) -> HttpResponse:
    """Take in a reply or a key press; answer what may be said back."""
    outcome = delivery.receive_reply(reply=read_reply(body), signature=signature, now=clock.now())
    return JsonResponse({"outcome": outcome.value, "text": answer(outcome)})


urlpatterns = [
    path("gateway/receipt", receipt, name="gateway_receipt"),
    path("gateway/reply", reply, name="gateway_reply"),
]
