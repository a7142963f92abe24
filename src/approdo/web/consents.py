# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""I consensi: what she agreed to let whom read, until when; read aloud from here, and taken back with one press."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from approdo.access.rules import Permission, Slice
from approdo.consents.rules import BlockReason, HowGiven, Norms, Proof, SharingPurpose, Told, labels_of
from approdo.kit.errors import Invalid
from approdo.networks.rules import LANGUAGES
from approdo.usecases import sharing
from approdo.usecases.sharing import Consents
from approdo.web.consent_forms import LONGEST, ByLawForm, HideEntryForm, HideForm, NotSharedForm, RenewForm
from approdo.web.guards import Asked, Freshness, fresh, needs
from approdo.web.network_forms import accepted


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT)
@require_http_methods(["GET", "POST"])
def consents(request: Asked, case_id: UUID) -> HttpResponse:
    """Show what she agreed to; record that she agrees to something more."""
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            _grant(request, case_id)
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("Segnato. Può leggere da adesso."))
            return redirect("consents", case_id)
    shown = sharing.consents_of(request.actor, case_id, request.now)
    words = {"case": shown.case, "shown": shown, "form": _form(request, shown), "problems": problems, "now": shown.at}
    words |= {"block_reasons": list(BlockReason)}
    return render(request, "web/cases/consents.html", words, status=422 if problems else 200)


def _grant(request: Asked, case_id: UUID) -> None:
    sent = request.POST
    told = Told(sent.get("language", ""), sent.get("how", ""), sent.get("proof", ""))
    sharing.grant(
        actor=request.actor,
        case_id=case_id,
        service_id=_number(sent.get("service_id", "")),
        slices=sent.getlist("slices"),
        purpose=sent.get("purpose", ""),
        days=_days(sent.get("days", "")),
        told=told,
        now=request.now,
    )


def _form(request: Asked, shown: Consents) -> forms.Form:
    """Return the form as it was sent, or as it begins; it only shows: the rules of the room decide."""
    sent = request.POST if request.method == "POST" else None
    initial: dict[str, Any] = {"days": settings.CONSENT_DAYS, "language": "it"}
    if sent is not None:
        initial = {**{name: sent.get(name, "") for name in sent}, "slices": sent.getlist("slices")}
    form = forms.Form(initial=initial, auto_id="%s", use_required_attribute=False)
    services = [(one.id, one.label) for one in shown.recipients]
    form.fields["service_id"] = forms.ChoiceField(label=_("A quale servizio"), choices=[("", _("scegli")), *services])
    form.fields["slices"] = forms.MultipleChoiceField(
        label=_("Che cosa può leggere"),
        choices=[(code, _(label)) for code, label in labels_of(Slice)],
        widget=forms.CheckboxSelectMultiple,
    )
    for name, label, codes in (
        ("purpose", _("Per che cosa"), SharingPurpose),
        ("how", _("Come ha detto di sì"), HowGiven),
        ("proof", _("Che cosa ne resta"), Proof),
    ):
        choices = [("", _("scegli")), *((code, _(word)) for code, word in labels_of(codes))]
        form.fields[name] = forms.ChoiceField(label=label, choices=choices)
    spoken = [(code, _(word)) for code, word in LANGUAGES.items()]
    form.fields["language"] = forms.ChoiceField(label=_("In quale lingua"), choices=spoken)
    form.fields["days"] = forms.IntegerField(label=_("Per quanti giorni"))
    return form


@needs(Permission.READ_CASE)
@require_POST
def revoke(request: Asked, case_id: UUID) -> HttpResponse:
    """Take one consent back, or all of them."""
    if request.POST.get("grant") == "all":
        sharing.revoke_all(actor=request.actor, case_id=case_id, now=request.now)
        messages.success(request, _("Tolti tutti i consensi. Da adesso nessuno legge più."))
        return redirect("consents", case_id)
    try:
        grant_id = UUID(request.POST.get("grant", ""))
    except ValueError:
        raise Invalid({"grant": _("Scegli quale consenso togliere.")}) from None
    sharing.revoke(actor=request.actor, case_id=case_id, grant_id=grant_id, now=request.now)
    messages.success(request, _("Tolto. Da adesso non legge più."))
    return redirect("consents", case_id)


def _keeps_out(request: Asked, case_id: UUID) -> bool:
    """Tell whether somebody is about to be kept out, which must be quick: only letting back in is asked twice."""
    return request.POST.get("act") != "back"


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT, unless=_keeps_out)
@require_POST
def keep_out(request: Asked, case_id: UUID) -> HttpResponse:
    """Keep somebody out of the case, or let her back."""
    who = _number(request.POST.get("operator", ""))
    if request.POST.get("act") == "back":
        sharing.let_back(actor=request.actor, case_id=case_id, operator_id=who, now=request.now)
        messages.success(request, _("Riammessa. Ora può vedere il percorso come chi lavora con lei."))
        return redirect("consents", case_id)
    reason = request.POST.get("reason", "")
    sharing.keep_out(actor=request.actor, case_id=case_id, operator_id=who, reason=reason, now=request.now)
    messages.success(request, _("Esclusa. Da adesso per lei questo percorso non esiste."))
    return redirect("consents", case_id)


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT)
@require_http_methods(["GET", "POST"])
def renew(request: Asked, case_id: UUID, grant_id: UUID) -> HttpResponse:
    """Record that she agrees again to the same, after it was told to her again."""
    case, line, label = sharing.to_renew(request.actor, case_id, grant_id, request.now)
    form = RenewForm(_sent(request), initial={"days": settings.CONSENT_DAYS, "language": line.language})

    def act() -> None:
        sent = dict(form.cleaned_data)
        days, told = sent.pop("days"), Told(**sent)
        sharing.renew(actor=request.actor, case_id=case_id, grant_id=grant_id, days=days, told=told, now=request.now)

    words = {"case": case, "line": line, "label": label}
    return _asked_apart(request, "renew", case_id, form, act, _("Rinnovato. Continua a leggere da adesso."), words)


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT)
@require_http_methods(["GET", "POST"])
def by_law(request: Asked, case_id: UUID) -> HttpResponse:
    """Record what a norm shares without her consent: another act than her yes, on a page of its own."""
    asked = sharing.by_law(request.actor, case_id, request.now)
    initial = {"decided_by": request.actor.operator_id, "days": settings.CONSENT_DAYS}
    services = [(one.id, one.label) for one in asked.recipients]
    form = ByLawForm(_sent(request), initial=initial, services=services, deciders=asked.deciders)

    def act() -> None:
        sent = dict(form.cleaned_data)
        norms = Norms(sent.pop("norm"), sent.pop("reason"), sent.pop("decided_by"))
        sharing.share_by_law(actor=request.actor, case_id=case_id, norms=norms, now=request.now, **sent)

    said = _("Segnato: è per legge, non un suo consenso. Può leggere da adesso.")
    return _asked_apart(request, "by_law", case_id, form, act, said, {"case": asked.case})


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
def not_shared(request: Asked, case_id: UUID) -> HttpResponse:
    """Record what is not shared with whom, and why."""
    case, recipients = sharing.sharing_with(request.actor, case_id, request.now)
    form = NotSharedForm(_sent(request), services=[(one.id, one.label) for one in recipients])

    def act() -> None:
        sharing.not_shared(actor=request.actor, case_id=case_id, now=request.now, **form.cleaned_data)

    said = _("Segnato che cosa non si condivide, e perché.")
    return _asked_apart(request, "not_shared", case_id, form, act, said, {"case": case})


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT)
@require_http_methods(["GET", "POST"])
def hide(request: Asked, case_id: UUID) -> HttpResponse:
    """Hide a part of the record from a service."""
    asked = sharing.hiding(request.actor, case_id, request.now)
    form = HideForm(_sent(request), services=asked.services)

    def act() -> None:
        sharing.hide(actor=request.actor, case_id=case_id, now=request.now, **form.cleaned_data)

    return _hiding(request, asked.case.id, form, act, {"asked": asked, "case": asked.case})


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT)
@require_http_methods(["GET", "POST"])
def hide_entry(request: Asked, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Hide one entry of the record from a service."""
    asked = sharing.hiding_of(request.actor, case_id, entry_id, request.now)
    form = HideEntryForm(_sent(request), services=asked.services)

    def act() -> None:
        hidden = {"case_id": case_id, "entry_id": entry_id, **form.cleaned_data}
        sharing.hide_entry(actor=request.actor, now=request.now, **hidden)

    return _hiding(request, asked.case.id, form, act, {"asked": asked, "case": asked.case})


def _hiding(
    request: Asked, case_id: UUID, form: forms.Form, act: Callable[[], object], words: dict[str, object]
) -> HttpResponse:
    said = _("Nascosto. Da adesso per quel servizio non c'è.")
    return _asked_apart(request, "hide", case_id, form, act, said, words)


def _asked_apart(
    request: Asked,
    template: str,
    case_id: UUID,
    form: forms.Form,
    act: Callable[[], object],
    said: str,
    words: dict[str, object],
) -> HttpResponse:
    """Show a form that has a page of its own; when what was sent holds, do it and go back to the consents."""
    if form.is_bound and form.is_valid() and accepted(form, act):
        messages.success(request, said)
        return redirect("consents", case_id)
    return render(request, f"web/cases/{template}.html", {"form": form, **words}, status=422 if form.errors else 200)


def _sent(request: Asked) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@needs(Permission.READ_CASE)
@fresh(Freshness.GRANT)
@require_POST
def show_again(request: Asked, case_id: UUID) -> HttpResponse:
    """Let a service see again, as far as it may, what was hidden from it."""
    entry = request.POST.get("entry", "")
    try:
        entry_id = UUID(entry) if entry else None
    except ValueError:
        raise Invalid({"entry": _("Scegli che cosa mostrare di nuovo.")}) from None
    sharing.show_again(
        actor=request.actor,
        case_id=case_id,
        service_id=_number(request.POST.get("service", "")),
        slice_=request.POST.get("slice") or None,
        entry_id=entry_id,
        now=request.now,
    )
    messages.success(request, _("Non è più nascosto: quel servizio vede di nuovo ciò che lei gli ha concesso."))
    return redirect("consents", case_id)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _days(text: str) -> int | None:
    """Return the days that were typed; None when nothing was. Raises ``Invalid`` for what is no number of days."""
    if not text.strip():
        return None
    days = _number(text.strip())
    if not 0 < days <= LONGEST * 10:
        raise Invalid({"days": _("Scrivi per quanti giorni, in cifre.")})
    return days


urlpatterns = [
    path("casi/<uuid:case_id>/consensi/", consents, name="consents"),
    path("casi/<uuid:case_id>/consensi/togli/", revoke, name="revoke_grant"),
    path("casi/<uuid:case_id>/consensi/escludi/", keep_out, name="keep_out"),
    path("casi/<uuid:case_id>/consensi/legge/", by_law, name="share_by_law"),
    path("casi/<uuid:case_id>/consensi/<uuid:grant_id>/rinnova/", renew, name="renew_grant"),
    path("casi/<uuid:case_id>/consensi/non-condivisi/", not_shared, name="not_shared"),
    path("casi/<uuid:case_id>/consensi/nascondi/", hide, name="hide"),
    path("casi/<uuid:case_id>/consensi/mostra/", show_again, name="show_again"),
    path("casi/<uuid:case_id>/scheda/<uuid:entry_id>/nascondi/", hide_entry, name="hide_entry"),
]
