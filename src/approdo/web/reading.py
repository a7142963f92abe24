# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stai aprendo molti percorsi: the question before one more, and the answer that opens it after a while."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from approdo.access.rules import Permission
from approdo.consents.rules import Reading, ReadingReason
from approdo.kit.errors import Invalid
from approdo.usecases import reading as usecase
from approdo.usecases.reading import Slowed
from approdo.web.guards import Asked, needs


def slowed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a reading beyond the limits with the question why."""

    @wraps(view)
    def read(request: Asked, *arguments: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, *arguments, **named)
        except Slowed as pause:
            return _ask(request, pause.case_id, pause.reading, seconds=_seconds(request, pause))

    return read


@needs(Permission.READ_CASE)
@require_POST
def read_on(request: Asked, case_id: UUID) -> HttpResponse:
    """Take the answer and lead back to the record; before its time, and without a reason, ask again."""
    sent = request.POST.get("reading", "")
    if sent not in set(Reading):
        raise Invalid({"reading": _("Riapri la scheda e rispondi da lì.")})
    reading, reason = Reading(sent), request.POST.get("many", "")
    try:
        usecase.go_on(actor=request.actor, case_id=case_id, reading=reading, reason=reason, now=request.now)
    except Slowed as pause:
        return _ask(request, case_id, reading, seconds=_seconds(request, pause), chosen=reason)
    except Invalid as refusal:
        return _ask(request, case_id, reading, problems=refusal.problems)
    return redirect("record", case_id)


def _seconds(request: Asked, pause: Slowed) -> int:
    return max(0, ceil((pause.opens_at - request.now).total_seconds()))


def _ask(request: Asked, case_id: UUID, reading: Reading, **words: Any) -> HttpResponse:
    words |= {"case_id": case_id, "reading": reading, "reasons": list(ReadingReason)}
    return render(request, "web/cases/slowed.html", words, status=422 if words.get("problems") else 429)


urlpatterns = [
    path("casi/<uuid:case_id>/continua/", read_on, name="read_on"),
]
