# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Valutazioni: what was assessed in a case, tools side by side; a sheet to fill in; a person's level beside it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import Permission, Slice
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.presses import KeptAlready
from approdo.risk.rules import TRIGGER_LABELS, UNKNOWN, Instrument, Outcome, Purpose, Trigger
from approdo.risk.selectors import Subject
from approdo.usecases import assessing
from approdo.usecases.assessing import Sheet
from approdo.usecases.danger import CHILDREN, HER, Danger, danger
from approdo.usecases.law_53 import INDICATORS
from approdo.web.assessment_drawing import drawing
from approdo.web.guards import Asked, needs

_HER, _CHILDREN = "lei", "minori"
ANSWERS = {"yes": True, "no": False}
_NOTHING = ""


def subject_named(about: str) -> Subject:
    """Return whom an address is about; raises ``NotFound`` for a word that names nobody."""
    if about in {_HER, _CHILDREN}:
        return HER if about == _HER else CHILDREN
    try:
        return Subject(Slice.CHILDREN, UUID(about))
    except ValueError:
        raise NotFound from None


def name_of(subject: Subject) -> str:
    """Return how an address names somebody: never by name."""
    return str(subject.child_id) if subject.child_id else _HER if subject == HER else _CHILDREN


@needs(Permission.READ_CASE)
@require_GET
def assessments(request: Asked, case_id: UUID) -> HttpResponse:
    """Show what was assessed in a case, and what is to be assessed next."""
    return _page(request, case_id)


def _page(request: Asked, case_id: UUID, problems: dict[str, str] | None = None) -> HttpResponse:
    shown = danger(request.actor, case_id, request.now)
    words: dict[str, Any] = {
        "shown": shown,
        "case": shown.case,
        "parts": [
            (one, name_of(one.subject), latest(one.assessments), drawing(one.assessments)) for one in shown.about
        ],
        "triggers": [(str(trigger), _(label)) for trigger, label in TRIGGER_LABELS.items()],
        "waiting": [(one, one.operator_id != request.actor.operator_id) for one in shown.waiting],
        "writes": [one for one in shown.about if one.may_write],
        "problems": problems or {},
        "typed": _typed(request),
        "now": shown.at,
    }
    return render(request, "web/assessments/case.html", words, status=422 if problems else 200)


def _typed(request: Asked) -> dict[str, str]:
    """Return what she typed before it was refused, so that it is still there."""
    return {name: request.POST.get(name, "") for name in ("level", "reason", "trigger", "happened_at", "closing")}


def latest(found: Any) -> list[Any]:
    """Return the last assessment with each instrument, the newest first: tools stand side by side."""
    return sorted({one.instrument.code: one for one in found}.values(), key=lambda one: one.assessed_at, reverse=True)


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
def sheet(request: Asked, case_id: UUID, about: str, instrument: str) -> HttpResponse:
    """Fill in one instrument for somebody; whatever is not answered stays unknown."""
    subject = subject_named(about)
    case = assessing.writable(request.actor, case_id, subject, request.now)
    shown = assessing.instrument_for(request.actor, subject, instrument)
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            filled = _filled(request, subject, shown)
            made = assessing.assess(actor=request.actor, case_id=case_id, sheet=filled, now=request.now)
            return redirect("assessment", case_id, made)
        except KeptAlready as kept:
            return redirect("assessment", case_id, kept.id)
        except Invalid as refusal:
            problems = {name: _(sentence) for name, sentence in refusal.problems.items()}
        except Conflict as conflict:
            messages.warning(request, _(conflict.sentence))
            return redirect("assessments", case_id)
    given = request.POST if request.method == "POST" else {}
    words = {
        "case": case,
        "about": about,
        "shown": shown,
        "items": [(item, given.get(f"item-{item.code}", UNKNOWN)) for item in shown.items],
        "given": _typed(request),
        "problems": problems,
        "unknown": UNKNOWN,
        "circumstances": [
            ("alone", later("È da sola mentre risponde?"), given.get("alone", "")),
            ("interpreter", later("C'è un'interprete?"), given.get("interpreter", "")),
        ],
    }
    return render(request, "web/assessments/sheet.html", words, status=422 if problems else 200)


def _filled(request: Asked, subject: Subject, shown: Instrument) -> Sheet:
    given = {name.removeprefix("item-"): value for name, value in _given(request) if name.startswith("item-")}
    return Sheet(
        subject=subject,
        code=shown.code,
        answers=given,
        version=request.POST.get("version"),
        alone=ANSWERS.get(request.POST.get("alone", "")),
        interpreter=ANSWERS.get(request.POST.get("interpreter", "")),
        level=_level(request) if shown.judged else None,
        reason=request.POST.get("reason", ""),
        key=request.POST.get("key", ""),
    )


def _given(request: Asked) -> list[tuple[str, str]]:
    return [(name, request.POST.get(name, "")) for name in request.POST]


def _level(request: Asked) -> Outcome | None:
    written = request.POST.get("level", _NOTHING)
    if written == "none":
        return None
    if written not in set(Outcome):
        raise Invalid({"level": _("Scegli uno dei livelli.")})
    return Outcome(written)


@needs(Permission.READ_CASE)
@require_GET
def assessment(request: Asked, case_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Show one assessment whole: what it comes to, what was answered, what people set beside it."""
    return _one(request, case_id, assessment_id)


def _one(request: Asked, case_id: UUID, assessment_id: UUID, problems: dict[str, str] | None = None) -> HttpResponse:
    shown = danger(request.actor, case_id, request.now)
    part, found = _found(shown, assessment_id)
    items = found.instrument.items
    texts = {item.code: {answer.code: answer.text for answer in item.answers} for item in items}
    finding = found.instrument.purpose
    words: dict[str, Any] = {
        "shown": shown,
        "case": shown.case,
        "part": part,
        "about": name_of(part.subject),
        "found": found,
        "lines": [(item.text, texts[item.code].get(found.answers.get(item.code, ""), "")) for item in items],
        "raised": [item.text for item in items if item.code in found.score.raised_by],
        "to_ask": [item.text for item in items if item.code in found.score.unknown],
        "next": [one for one in part.instruments if one.code == INDICATORS] if finding is Purpose.CASE_FINDING else [],
        "judgements": [(one, one.operator_id != request.actor.operator_id) for one in found.judgements],
        "levels": found.instrument.levels,
        "judges": part.may_write and finding is not Purpose.CASE_FINDING,
        "problems": problems or {},
        "typed": _typed(request),
        "now": shown.at,
    }
    return render(request, "web/assessments/one.html", words, status=422 if problems else 200)


def _found(shown: Danger, assessment_id: UUID) -> tuple[Any, Any]:
    for part in shown.about:
        for one in part.assessments:
            if one.id == assessment_id:
                return part, one
    raise NotFound


@needs(Permission.READ_CASE)
@require_POST
def judge(request: Asked, case_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Set another level than an assessment comes to."""

    def press() -> str:
        holds = assessing.judge(
            actor=request.actor,
            case_id=case_id,
            assessment_id=assessment_id,
            level=_level(request),
            reason=request.POST.get("reason", ""),
            now=request.now,
            key=request.POST.get("key", ""),
        )
        return _("Segnato.") if holds else _("Scritto. Vale quando lo ha letto una collega: per ora resta com'è.")

    def refused(problems: dict[str, str]) -> HttpResponse:
        return _one(request, case_id, assessment_id, problems)

    return _pressed(request, press, refused, ("assessment", case_id, assessment_id))


@needs(Permission.READ_CASE)
@require_POST
def confirm(request: Asked, case_id: UUID, judgement_id: UUID) -> HttpResponse:
    """Say that one has read what a colleague wrote: from now on it holds."""

    def press() -> str:
        assessing.confirm(actor=request.actor, case_id=case_id, judgement_id=judgement_id, now=request.now)
        return _("Letto: da adesso vale.")

    return _pressed(request, press, lambda problems: _page(request, case_id, problems), ("assessments", case_id))


@needs(Permission.READ_CASE)
@require_POST
def happening(request: Asked, case_id: UUID) -> HttpResponse:
    """Write down something that asks for a new assessment at once."""

    def press() -> str:
        trigger = request.POST.get("trigger", "")
        if trigger not in set(Trigger):
            raise Invalid({"trigger": _("Scegli che cosa è successo.")})
        assessing.note_happening(
            actor=request.actor,
            case_id=case_id,
            subject=subject_named(request.POST.get("about", _HER)),
            trigger=Trigger(trigger),
            happened_at=_when(request),
            now=request.now,
            key=request.POST.get("key", ""),
        )
        return _("Segnato. La valutazione è da rifare adesso.")

    return _pressed(request, press, lambda problems: _page(request, case_id, problems), ("assessments", case_id))


def _when(request: Asked) -> datetime:
    """Return when it happened: now, unless she wrote another moment."""
    written = request.POST.get("happened_at", "")
    if not written:
        return request.now
    try:
        found: datetime = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M"]).clean(written)
    except forms.ValidationError:
        raise Invalid({"happened_at": _("Scrivi giorno e ora, o lascia vuoto: adesso.")}) from None
    return found


@needs(Permission.READ_CASE)
@require_POST
def closing(request: Asked, case_id: UUID) -> HttpResponse:
    """Write why a case at high risk may be closed, for a colleague to read."""

    def press() -> str:
        reason, key = request.POST.get("closing", ""), request.POST.get("key", "")
        try:
            assessing.ask_to_close(actor=request.actor, case_id=case_id, reason=reason, now=request.now, key=key)
        except Invalid as refusal:
            raise Invalid({"closing": refusal.problems["reason"]}) from refusal
        return _("Scritto. Quando una collega l'ha letto, il percorso si può concludere.")

    return _pressed(request, press, lambda problems: _page(request, case_id, problems), ("assessments", case_id))


def _pressed(
    request: Asked,
    press: Callable[[], str],
    refused: Callable[[dict[str, str]], HttpResponse],
    back: tuple[Any, ...],
) -> HttpResponse:
    try:
        sentence = press()
    except Invalid as refusal:
        return refused({name: _(sentence) for name, sentence in refusal.problems.items()})
    except Conflict as conflict:
        messages.warning(request, _(conflict.sentence))
    else:
        messages.success(request, sentence)
    return redirect(*back)


BASE = "casi/<uuid:case_id>/valutazioni/"
urlpatterns = [
    path(BASE, assessments, name="assessments"),
    path(f"{BASE}fatti/", happening, name="note_happening"),
    path(f"{BASE}conclusione/", closing, name="ask_to_close"),
    path(f"{BASE}giudizi/<uuid:judgement_id>/letto/", confirm, name="confirm_judgement"),
    path(f"{BASE}nuova/<slug:about>/<slug:instrument>/", sheet, name="assess"),
    path(f"{BASE}<uuid:assessment_id>/", assessment, name="assessment"),
    path(f"{BASE}<uuid:assessment_id>/giudizio/", judge, name="judge"),
]
