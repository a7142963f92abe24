# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pathway of a case: where she is, what is to do by when, and how it goes on; and all that a service is to do."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_GET, require_POST

from approdo.access.rules import Permission
from approdo.cases.rules import CLOSING_LABELS, CaseAct
from approdo.kit.errors import Conflict, Invalid
from approdo.protocols.rules import Phase
from approdo.tasks.rules import SKIP_LABELS, Act
from approdo.tasks.selectors import Page
from approdo.usecases import pathway, todo
from approdo.web.guards import Asked, needs

MOVES = {
    CaseAct.RECEIVE: later("Comincia l'accoglienza"),
    CaseAct.TAKE_IN_CHARGE: later("La prendiamo in carico"),
    CaseAct.PLAN: later("Si passa al progetto"),
    CaseAct.MONITOR: later("Si passa al monitoraggio"),
    CaseAct.REOPEN: later("Riapri il percorso"),
}
"""What one presses to move a case; closing it asks for more."""
PRESSED = {
    Act.COMPLETE: later("Fatto"),
    Act.TAKE: later("Lo faccio io"),
    Act.HAND_BACK: later("Lo lascio a una collega"),
    Act.DECLINE: later("Lei dice di no"),
    Act.ASK_AGAIN: later("Lei dice di no"),
    Act.SKIP: later("Non si fa, perché…"),
}
"""What a person may press on a task, in the order in which a page offers it; the clock presses nothing."""


class Press:
    """One act on a task, as a page offers it."""

    def __init__(self, act: Act) -> None:
        self.act, self.words = act, PRESSED[act]
        self.choices = [(str(code), _(label)) for code, label in SKIP_LABELS.items()] if act is Act.SKIP else []
        self.field = _("Perché") if self.choices else ""
        self.folded = act not in {Act.COMPLETE, Act.TAKE}


def presses(one: Page) -> list[Press]:
    """Return what may be pressed on a task, in order; nothing for what only the clock does.

    An assessment is done by assessing: nobody presses that it was.
    """
    offered = one.acts - {Act.COMPLETE} if one.line.step.assessment else one.acts
    return [Press(act) for act in PRESSED if act in offered]


@needs(Permission.READ_CASE)
@require_GET
def case_pathway(request: Asked, case_id: UUID) -> HttpResponse:
    """Show where a case is on its pathway, what is to do, and what was done."""
    return _page(request, case_id)


def _page(request: Asked, case_id: UUID, problems: dict[str, str] | None = None) -> HttpResponse:
    shown = pathway.of_case(request.actor, case_id, request.now)
    to_do = [one for one in shown.tasks if one.line.open]
    words: dict[str, Any] = {
        "shown": shown,
        "case": shown.case,
        "to_do": [(one.line, presses(one), one.line.operator_id == request.actor.operator_id) for one in to_do],
        "done": [one.line for one in shown.tasks if not one.line.open],
        "moves": [(act, MOVES[act]) for act in shown.acts if act in MOVES],
        "closes": [(str(code), _(word)) for code, word in CLOSING_LABELS.items()]
        if CaseAct.CLOSE in shown.acts
        else [],
        "problems": problems or {},
        "now": shown.at,
    }
    return render(request, "web/pathway/case.html", words, status=422 if problems else 200)


@needs(Permission.READ_CASE)
@require_POST
def move(request: Asked, case_id: UUID) -> HttpResponse:
    """Move a case along its states, or close it with a reason."""
    act = request.POST.get("act", "")
    if act not in set(CaseAct):
        raise Invalid({"act": _("Scegli che cosa fare.")})
    reason = request.POST.get("reason", "") if act == CaseAct.CLOSE else ""

    def press() -> None:
        pathway.move(actor=request.actor, case_id=case_id, act=CaseAct(act), reason=reason, now=request.now)

    return _pressed(request, case_id, press, _("Fatto. Ciò che il protocollo chiede adesso è qui sotto."))


@needs(Permission.READ_CASE)
@require_POST
def phase(request: Asked, case_id: UUID) -> HttpResponse:
    """Let something that happens beside the state begin or end: a review of the risk, a meeting, a stay."""
    name, _dash, chosen = request.POST.get("act", "").partition("-")
    if chosen not in set(Phase) or name not in {"begin", "end"}:
        raise Invalid({"act": _("Scegli che cosa fare.")})
    done = pathway.begin if name == "begin" else pathway.end

    def press() -> None:
        done(actor=request.actor, case_id=case_id, phase=Phase(chosen), now=request.now)

    sentence = _("Cominciata. Ciò che il protocollo chiede è qui sotto.") if name == "begin" else _("Finita.")
    return _pressed(request, case_id, press, sentence)


class TaskForm(forms.Form):
    """One act on a task."""

    act = forms.ChoiceField(choices=[(str(act), "") for act in PRESSED])
    code = forms.CharField(required=False, max_length=40)


@needs(Permission.READ_CASE)
@require_POST
def task(request: Asked, case_id: UUID, task_id: UUID) -> HttpResponse:
    """Do one act on a task of a case."""
    form = TaskForm(request.POST)
    if not form.is_valid():
        raise Invalid({"act": _("Scegli che cosa fare.")})
    done, code = Act(form.cleaned_data["act"]), form.cleaned_data["code"]

    def press() -> None:
        pathway.act(actor=request.actor, case_id=case_id, task_id=task_id, done=done, code=code, now=request.now)

    return _pressed(request, case_id, press, _("Segnato."))


def _pressed(request: Asked, case_id: UUID, press: Callable[[], None], sentence: str) -> HttpResponse:
    try:
        press()
    except Invalid as refusal:
        return _page(request, case_id, {name: _(sentence) for name, sentence in refusal.problems.items()})
    except Conflict as conflict:
        messages.warning(request, _(conflict.sentence))
    else:
        messages.success(request, sentence)
    return redirect("case_pathway", case_id)


@needs(Permission.READ_CASE)
@require_GET
def to_do(request: Asked) -> HttpResponse:
    """Show what the service is to do in the coming weeks, what is late first; or only what she has in hand."""
    mine = request.GET.get("di") == "me"
    words = {"found": todo.coming(request.actor, request.now, mine=mine), "mine": mine, "now": request.now}
    return render(request, "web/pathway/to_do.html", words)


urlpatterns = [
    path("compiti/", to_do, name="to_do"),
    path("casi/<uuid:case_id>/percorso/", case_pathway, name="case_pathway"),
    path("casi/<uuid:case_id>/percorso/avanti/", move, name="move_case"),
    path("casi/<uuid:case_id>/percorso/fase/", phase, name="case_phase"),
    path("casi/<uuid:case_id>/percorso/<uuid:task_id>/", task, name="case_task"),
]
