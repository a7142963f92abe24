# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Accogli una donna: from the door of an emergency department to a case that is owned, without a name."""

import secrets
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from approdo.access.rules import Permission
from approdo.kit.errors import Conflict, Invalid, KeyReused
from approdo.persons.rules import SHAPES, Kind
from approdo.usecases import reception
from approdo.usecases.reception import LONGEST_AGO, Said
from approdo.web.guards import Asked, needs
from approdo.web.record_forms import Question, question

_LANGUAGES = {field.name: field for field in SHAPES[Kind.LANGUAGE].fields}
_MOST_MINUTES = int(LONGEST_AGO.total_seconds() // 60)


@needs(Permission.ACTIVATE)
@require_http_methods(["GET", "POST"])
def receive(request: Asked) -> HttpResponse:
    """Ask what is known at the door, all of it optional; one press opens the case."""
    reception.require_department(request.actor)
    if request.method == "GET":
        return _page(request, {})
    try:
        said = Said(
            circumstances={field.name: request.POST.get(field.name, "") for field in SHAPES[Kind.RECEPTION].fields},
            languages={
                "interpreter": request.POST.get("interpreter", ""),
                "speaks": [one for one in request.POST.getlist("speaks") if one],
            },
            minutes_ago=_minutes(request.POST.get("minutes_ago", "")),
        )
        made = reception.receive(
            actor=request.actor, said=said, idempotency_key=request.POST.get("key", ""), now=request.now
        )
    except Invalid as refusal:
        return _page(request, dict(refusal.problems), status=refusal.status)
    except Conflict as conflict:
        used = isinstance(conflict, KeyReused)
        return _page(request, {"": conflict.sentence}, status=conflict.status, another_key=used)
    if made.unwritten:
        messages.warning(
            request, _("Il percorso è aperto. Le risposte non si sono potute scrivere: riprova fra poco dalla scheda.")
        )
    return redirect("case", made.case_id)


def _minutes(text: str) -> int:
    """Return the minutes that were typed; what is no number of minutes is beyond every limit, and so refused."""
    typed = text.strip() or "0"
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else _MOST_MINUTES + 1


def _page(request: Asked, problems: dict[str, str], *, status: int = 200, another_key: bool = False) -> HttpResponse:
    key = "" if another_key else request.POST.get("key", "")
    words = {
        "questions": _questions(request.POST),
        "languages": [(code, _(label)) for code, label in _choices_of("speaks").items()],
        "speaks": request.POST.get("speaks", ""),
        "minutes_ago": request.POST.get("minutes_ago", "0"),
        "key": key or secrets.token_urlsafe(18),
        "problems": {name: _(why) for name, why in problems.items()},
        "within": settings.SEEN_WITHIN_MINUTES,
        "most": _MOST_MINUTES,
    }
    return render(request, "web/cases/receive.html", words, status=status)


def _choices_of(name: str) -> dict[str, str]:
    choices = _LANGUAGES[name].choices
    return dict(choices()) if choices else {}


def _questions(sent: QueryDict) -> list[Question]:
    fields = (*SHAPES[Kind.RECEPTION].fields, _LANGUAGES["interpreter"])
    return [question(field, sent.get(field.name, "")) for field in fields]


@needs(Permission.READ_CASE)
@require_POST
def seen(request: Asked, case_id: UUID) -> HttpResponse:
    """Note that somebody sees her now."""
    reception.note_seen(actor=request.actor, case_id=case_id, now=request.now)
    return redirect("case", case_id)


urlpatterns = [
    path("casi/accogli/", receive, name="receive"),
    path("casi/<uuid:case_id>/vista/", seen, name="reception_seen"),
]
