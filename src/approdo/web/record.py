# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""La scheda: what the record of a case says, entry by entry; who leads, and the next contact."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import Permission
from approdo.cases import services as cases
from approdo.kit.clock import ROME
from approdo.kit.errors import Invalid, NotFound
from approdo.kit.presses import KeptAlready
from approdo.networks.rules import ServiceKind
from approdo.persons import selectors as entries
from approdo.persons import services as persons
from approdo.persons.rules import SHAPES, Kind
from approdo.persons.selectors import EntryView
from approdo.usecases import evidence, pathway
from approdo.usecases import record as usecase
from approdo.usecases.record import Reason, covered
from approdo.web.guards import Asked, Freshness, fresh, needs
from approdo.web.reading import slowed
from approdo.web.record_forms import DECLINED, entry_form, lines, seen, written
from approdo.web.standing import standing_of

PAGES = {Kind.INJURY: "body_chart", Kind.EVIDENCE: "evidence", Kind.EXIT: "exit"}
"""Kinds of entries that have a page of their own, and its name."""
_DEPARTMENT = frozenset({Kind.RECEPTION, Kind.EXIT})
"""Kinds that only an emergency department is offered."""
SHOWN_SECONDS = 60
"""How long what was uncovered stays on the screen."""


@needs(Permission.READ_CASE)
@require_GET
@slowed
def record(request: Asked, case_id: UUID) -> HttpResponse:
    """Show the record: what is covered is there by its kind only."""
    shown = usecase.record(request.actor, case_id, request.now)
    groups = [(group, [_shown(entry) for entry in group.entries]) for group in shown.groups]
    hospital = standing_of(request).get("kind") == ServiceKind.EMERGENCY_DEPARTMENT
    kept_back = frozenset() if hospital else _DEPARTMENT
    unwritten = [one for one in shown.groups if one.may_add and not one.entries and one.kind not in kept_back]
    words = {
        "unwritten": unwritten,
        "record": shown,
        "case": shown.case,
        "groups": groups,
        "reasons": tuple(Reason),
        "pages": PAGES,
        "now": shown.at,
    }
    return render(request, "web/cases/record.html", words)


def _shown(entry: EntryView) -> dict[str, object]:
    is_covered = covered(entry)
    texts = [] if is_covered else [(text, lines(entry.kind, text)) for text in entry.texts]
    lasting = SHAPES[entry.kind].lasting
    return {"entry": entry, "covered": is_covered, "texts": texts, "torn": len(entry.texts) > 1, "lasting": lasting}


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
def add(request: Asked, case_id: UUID, kind: str) -> HttpResponse:
    """Write a new entry of one kind."""
    chosen = _kind(kind)
    if chosen is Kind.EXIT:
        return redirect("exit", case_id)  # it is an act, and not only an entry
    usecase.may_add(request.actor, case_id, chosen, request.now)
    form, problems = entry_form(chosen), {}
    if chosen is Kind.EVIDENCE:
        form.initial.update(_collected_now(request))
    if request.method == "POST":
        form = entry_form(chosen, request.POST)
        try:
            usecase.add(
                actor=request.actor,
                case_id=case_id,
                kind=chosen,
                written=written(chosen, request.POST),
                declined=request.POST.getlist(DECLINED),
                now=request.now,
                key=request.POST.get("key", ""),
            )
            messages.success(request, _("Scritto."))
            return redirect(PAGES.get(chosen, "record"), case_id)
        except KeptAlready:
            return redirect(PAGES.get(chosen, "record"), case_id)
        except Invalid as refusal:
            problems = refusal.problems
    back = reverse(PAGES.get(chosen, "record"), args=[case_id])
    words = {"case_id": case_id, "form": form, "problems": problems, "kind": chosen, "back": back}
    return render(request, "web/cases/entry.html", words, status=422 if problems else 200)


def _collected_now(request: Asked) -> dict[str, str]:
    """Return how a new piece of evidence begins: collected now, kept for as long as her organisation does."""
    until = evidence.usual_end(request.actor, request.now)
    at = request.now.astimezone(ROME).strftime("%Y-%m-%dT%H:%M")
    return {"step": "collected", "at": at, "kept_until": until.isoformat() if until else ""}


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
@slowed
def revise(request: Asked, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Write an entry again; when somebody else did meanwhile, both texts are shown until they are put together."""
    problems: dict[str, str] = {}
    _case, entry = usecase.to_revise(request.actor, case_id, entry_id, request.now)
    form = entry_form(entry.kind, answers=entry.texts[-1].answers)
    before = tuple(text.number for text in entry.texts)
    if request.method == "POST":
        form, before = entry_form(entry.kind, request.POST), seen(request.POST)
        try:
            saved = usecase.revise(
                actor=request.actor,
                case_id=case_id,
                entry_id=entry_id,
                seen=before,
                written=written(entry.kind, request.POST),
                declined=request.POST.getlist(DECLINED),
                now=request.now,
            )
        except Invalid as refusal:
            problems = refusal.problems
        else:
            return _after(request, case_id, entry, torn=bool(saved.beside))
    words = {
        "case_id": case_id,
        "back": reverse(PAGES.get(entry.kind, "record"), args=[case_id]),
        "form": form,
        "problems": problems,
        "kind": entry.kind,
        "entry": entry,
        "seen": before,
        "texts": [(text, lines(entry.kind, text)) for text in entry.texts] if len(entry.texts) > 1 else [],
        "now": request.now,
    }
    return render(request, "web/cases/entry.html", words, status=422 if problems else 200)


def _after(request: Asked, case_id: UUID, entry: EntryView, *, torn: bool) -> HttpResponse:
    if torn:
        messages.warning(
            request,
            _("Intanto un'altra persona aveva scritto qui. I due testi ci sono tutti e due: mettili insieme."),
        )
        return redirect("revise_entry", case_id, entry.id)
    messages.success(request, _("Scritto."))
    return redirect(PAGES.get(entry.kind, "record"), case_id)


def _in_emergency(request: Asked, case_id: UUID, entry_id: UUID) -> bool:
    return usecase.in_emergency(request.actor, case_id, entry_id, request.now)


@needs(Permission.READ_CASE)
@fresh(Freshness.REVEAL, unless=_in_emergency)
@require_POST
@slowed
def reveal(request: Asked, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Show one covered entry for a minute, to somebody who has said why."""
    if request.POST.get("why") not in set(Reason):
        raise Invalid({"why": _("Scegli perché ti serve.")})
    why = Reason(request.POST["why"])
    case, entry = usecase.uncovered(request.actor, case_id, entry_id, why, request.now)
    words = {
        "case": case,
        "kind": entry.kind,
        "texts": [(text, lines(entry.kind, text)) for text in entry.texts],
        "seconds": SHOWN_SECONDS,
        "now": request.now,
    }
    return render(request, "web/cases/uncovered.html", words)


@needs(Permission.READ_CASE)
@require_POST
def remove(request: Asked, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Take an entry of one's own service out of the record."""
    kinds = entries.kinds_of([entry_id])
    persons.remove(actor=request.actor, entry_id=entry_id, now=request.now)
    messages.success(request, _("Tolto dalla scheda."))
    return redirect(PAGES.get(kinds[entry_id], "record"), case_id)


@needs(Permission.READ_CASE)
@require_POST
def lead(request: Asked, case_id: UUID) -> HttpResponse:
    """Lead the case, offer the lead to another service, or say that one cannot."""
    match request.POST.get("act"):
        case "take":
            pathway.take_lead(actor=request.actor, case_id=case_id, now=request.now)
            messages.success(request, _("Ora conduci tu questo percorso."))
        case "offer":
            chosen = request.POST.get("service", "")
            service_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 12 else 0
            cases.offer_lead(actor=request.actor, case_id=case_id, service_id=service_id, now=request.now)
            messages.success(request, _("Proposto. Finché non accettano, il percorso resta a voi."))
        case "refuse":
            cases.refuse_lead(actor=request.actor, case_id=case_id, now=request.now)
            messages.success(request, _("Detto. Il percorso resta a chi lo conduceva."))
        case _other:
            raise Invalid({"act": _("Scegli che cosa fare.")})
    return redirect("case", case_id)


class NextContact(forms.Form):
    """When she is next heard."""

    at = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M"])


@needs(Permission.READ_CASE)
@require_POST
def next_contact(request: Asked, case_id: UUID) -> HttpResponse:
    """Fix the next contact, in the hours of Italy (the settings' time zone)."""
    form = NextContact(request.POST)
    if not form.is_valid():
        raise Invalid({"at": _("Scrivi giorno e ora del prossimo contatto.")})
    cases.plan_contact(actor=request.actor, case_id=case_id, at=form.cleaned_data["at"], now=request.now)
    messages.success(request, _("Prossimo contatto fissato."))
    return redirect("case", case_id)


def _kind(text: str) -> Kind:
    if text not in set(Kind):
        raise NotFound
    return Kind(text)


urlpatterns = [
    path("casi/<uuid:case_id>/scheda/", record, name="record"),
    path("casi/<uuid:case_id>/scheda/<slug:kind>/nuova/", add, name="add_entry"),
    path("casi/<uuid:case_id>/scheda/<uuid:entry_id>/togli/", remove, name="remove_entry"),
    path("casi/<uuid:case_id>/scheda/<uuid:entry_id>/", revise, name="revise_entry"),
    path("casi/<uuid:case_id>/scheda/<uuid:entry_id>/mostra/", reveal, name="reveal_entry"),
    path("casi/<uuid:case_id>/conduce/", lead, name="lead"),
    path("casi/<uuid:case_id>/prossimo-contatto/", next_contact, name="next_contact"),
]
