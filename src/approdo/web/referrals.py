# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Gli invii: a woman is sent to another service, which answers; each side sees where it stands."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.access.rules import Permission
from approdo.kit.errors import Conflict, Invalid
from approdo.referrals.rules import Act, Answer, SheSaid, Wish
from approdo.usecases import referring
from approdo.web.guards import Asked, needs
from approdo.web.network_forms import accepted
from approdo.web.referral_forms import PRESSED, ActForm, ReferForm, act_forms

_SAID = {
    SheSaid.YES: later("Inviata. Quando rispondono lo vedi in Oggi, e ti arriva un avviso."),
    SheSaid.LATER: later("Segnato che ci pensa. Non è partito niente: se dice di sì, lo invii da qui."),
    SheSaid.NO: later("Segnato il suo no. Non è partito niente."),
}


@needs(Permission.READ_CASE)
@require_http_methods(["GET", "POST"])
def case_referrals(request: Asked, case_id: UUID) -> HttpResponse:
    """Show where she was sent and what came back; send her somewhere else."""
    shown = referring.of_case(request.actor, case_id, request.now)
    filled = ReferForm.FILL in request.POST  # posted and not in the address, which a browser keeps
    form = ReferForm(
        request.POST if request.method == "POST" and not filled else None,
        initial={name: request.POST.get(name, "") for name in ReferForm.FILLED} if filled else None,
        services=[(one.id, one.label) for one in shown.recipients],
        clocks=shown.clocks,
    )
    made: list[UUID] = []

    def act() -> None:
        sent = dict(form.cleaned_data)
        wish, sent["she_said"] = Wish(sent.pop("reason"), sent.pop("urgency")), SheSaid(sent["she_said"])
        sent["target_id"] = sent.pop("target")
        made.append(referring.offer(actor=request.actor, case_id=case_id, wish=wish, now=request.now, **sent))

    if form.is_bound and form.is_valid():
        try:
            done = accepted(form, act)
        except Conflict as refusal:
            form.add_error(None, _(refusal.sentence))
            done = False
        if done:
            messages.success(request, _SAID[SheSaid(form.cleaned_data["she_said"])])
            return redirect("referral", made[0])
    words = {"shown": shown, "case": shown.case, "form": form, "now": request.now}
    return render(request, "web/referrals/case.html", words, status=422 if form.errors else 200)


@needs(Permission.READ_CASE)
@require_GET
def desk(request: Asked) -> HttpResponse:
    """Show what waits for an answer of the service, what came back, and what is under way."""
    found, labels = referring.desk(request.actor, request.now)
    return render(request, "web/referrals/desk.html", {"desk": found, "labels": labels, "now": request.now})


@needs(Permission.READ_CASE)
@require_GET
def referral(request: Asked, referral_id: UUID) -> HttpResponse:
    """Show one referral: what is asked, what may be read, what was done, and what to do next."""
    return _page(request, referral_id)


def _page(request: Asked, referral_id: UUID, failed: ActForm | None = None) -> HttpResponse:
    shown = referring.page(request.actor, referral_id, request.now)
    forms = act_forms(shown.page.acts, words=shown.may_write)
    if failed is not None:
        forms = [failed if form.act is failed.act else form for form in forms]
    words = {"shown": shown, "page": shown.page, "line": shown.page.line, "forms": forms, "failed": failed}
    words |= {"now": request.now}
    return render(request, "web/referrals/referral.html", words, status=422 if failed else 200)


@needs(Permission.READ_CASE)
@require_POST
def act(request: Asked, referral_id: UUID) -> HttpResponse:
    """Do one act on a referral."""
    done = request.POST.get("act", "")
    if done not in PRESSED:
        raise Invalid({"act": _("Scegli che cosa fare.")})
    form = ActForm(Act(done), words=True, sent=request.POST)
    if not form.is_valid():
        return _page(request, referral_id, form)
    answer = Answer(form.cleaned_data.get("code", ""), form.cleaned_data.get("words", ""))

    def press() -> None:
        referring.act(actor=request.actor, referral_id=referral_id, done=Act(done), answer=answer, now=request.now)

    try:
        if not accepted(form, press):
            return _page(request, referral_id, form)
    except Conflict as conflict:
        messages.warning(request, _(conflict.sentence))
        return redirect("referral", referral_id)
    messages.success(request, _("Fatto. Chi aspetta lo vede adesso."))
    return redirect("referral", referral_id)


@needs(Permission.READ_CASE)
@require_POST
def write_again(request: Asked, referral_id: UUID) -> HttpResponse:
    """Send a new link to a service without an account."""
    try:
        referring.write_again(actor=request.actor, referral_id=referral_id, now=request.now)
        messages.success(request, _("Parte un collegamento nuovo; quello di prima non si apre più."))
    except Conflict as conflict:
        messages.warning(request, _(conflict.sentence))
    return redirect("referral", referral_id)


urlpatterns = [
    path("casi/<uuid:case_id>/invii/", case_referrals, name="case_referrals"),
    path("invii/", desk, name="referrals"),
    path("invii/<uuid:referral_id>/", referral, name="referral"),
    path("invii/<uuid:referral_id>/atto/", act, name="referral_act"),
    path("invii/<uuid:referral_id>/collegamento/", write_again, name="referral_write_again"),
]
