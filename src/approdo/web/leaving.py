# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Uscita: how she leaves the emergency department, what was proposed, and what she may safely carry."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from approdo.access.rules import Permission
from approdo.kit import paper
from approdo.kit.clock import ROME
from approdo.kit.errors import Conflict, Invalid
from approdo.networks.rules import shown_phone
from approdo.persons.rules import SHAPES, Kind
from approdo.protocols.rules import ExitOption
from approdo.protocols.rules.sheet import stay_said
from approdo.referrals.rules import Reason, SheSaid
from approdo.usecases import leaving as usecase
from approdo.usecases.leaving import Leaving
from approdo.web.guards import Asked, needs
from approdo.web.papers import TEMPLATES
from approdo.web.reading import slowed
from approdo.web.record_forms import Question, lines_of, question, written
from approdo.web.referral_forms import ReferForm
from approdo.web.templatetags.protocols import phrased


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
@slowed
def leave(request: Asked, case_id: UUID) -> HttpResponse:
    """Ask how she leaves and what she answered; once it is written, show what is to be done of it."""
    shown = usecase.leaving(request.actor, case_id, request.now)
    problems: dict[str, str] = {}
    if request.method == "POST":
        said = {**written(Kind.EXIT, request.POST), "level": shown.level_code}
        try:
            usecase.leave(actor=request.actor, case_id=case_id, written=said, now=request.now)
        except Invalid as refusal:
            problems = refusal.problems
        except Conflict:  # pressed twice, or a colleague was quicker: what is written is shown
            messages.warning(request, _("L'uscita era già scritta."))
            return redirect("exit", case_id)
        else:
            messages.success(request, _("Uscita scritta."))
            return redirect("exit", case_id)
    return render(request, "web/cases/exit.html", _words(request, shown, problems), status=422 if problems else 200)


def _words(request: Asked, shown: Leaving, problems: dict[str, str]) -> dict[str, object]:
    hours = shown.exits.stay_hours
    hints = {ExitOption.STAY: _("Qui %(hours)s, se lei vuole.") % {"hours": phrased(stay_said(hours))}} if hours else {}
    if shown.done.activation is not None:
        hints[ExitOption.NETWORK] = _("È già attivata: scrivi che cosa ne dice.")
    fields = {field.name: field for field in SHAPES[Kind.EXIT].fields}

    def asked(*names: str) -> list[Question]:
        return [question(fields[name], request.POST.get(name, "")) for name in names]

    def options(codes: Iterable[str]) -> list[Question]:
        return [
            replace(one, hint=hints.get(ExitOption(code), one.hint))
            for code in codes
            for one in asked(f"option_{code}")
        ]

    return {
        "shown": shown,
        "case": shown.case,
        "proposed": options(shown.proposed),
        "others": options(shown.others),
        "carry": asked("safe_to_carry"),
        "ways": asked("how"),
        "at": request.POST.get("at") or request.now.astimezone(ROME).strftime("%Y-%m-%dT%H:%M"),
        "problems": problems,
        "lines": lines_of(Kind.EXIT, shown.written) if shown.written else [],
        "wish": {"reason": Reason.LISTENING, "urgency": shown.urgency, "she_said": SheSaid.YES},
        "fill": ReferForm.FILL,
        "now": request.now,
    }


@needs(Permission.READ_CASE)
@require_POST
@slowed
def print_number(request: Asked, case_id: UUID) -> HttpResponse:
    """Give her a paper that says a telephone number, and nothing of what it is."""
    chosen = request.POST.get("service", "")
    service_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 12 else 0
    phone = usecase.number_to_carry(actor=request.actor, case_id=case_id, service_id=service_id, now=request.now)
    made = HttpResponse(
        paper.pdf(TEMPLATES / "promemoria.typ", {"phone": shown_phone(phone)}), content_type="application/pdf"
    )
    made["Content-Disposition"] = 'attachment; filename="promemoria.pdf"'
    return made


urlpatterns = [
    path("casi/<uuid:case_id>/uscita/", leave, name="exit"),
    path("casi/<uuid:case_id>/uscita/promemoria/", print_number, name="exit_paper"),
]
