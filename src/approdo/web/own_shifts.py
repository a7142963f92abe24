# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""I miei turni: when she is on call, and how she lets a colleague take a shift, or takes one."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approdo.kit.errors import Conflict, Invalid
from approdo.networks import selectors, services
from approdo.networks.rules import ROME, SWAP_ENDED, SwapParty, SwapState
from approdo.networks.selectors import OwnShift, SwapView
from approdo.usecases import swaps
from approdo.usecases.coverage import Foretold
from approdo.web.choices import let_choose
from approdo.web.foretelling import unless_told
from approdo.web.guards import Asked
from approdo.web.network_forms import SwapForm, accepted, whole_page


class _OneForm(forms.Form):
    """Of whom a shift is asked."""

    operator_id = forms.TypedChoiceField(label=gettext_lazy("A chi"), coerce=int)

    def __init__(self, *args: Any, people: tuple[tuple[int, str], ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_choose(self, "operator_id", people)


class _AllForm(forms.Form):
    """A shift asked of everybody: there is nothing to choose."""


@require_GET
def own_shifts(request: Asked) -> HttpResponse:
    """Her shifts of all her services, and what colleagues ask of her."""
    actor, now = request.actor, request.now
    absences = selectors.own_absences(actor, now)
    words = {
        "duties": selectors.own_duties(actor, now),
        "asked": selectors.swaps_asked_of(actor, now),
        "overrides": selectors.own_overrides(actor, now),
        "hours": selectors.own_hours(actor, now.astimezone(ROME).date()),
        "away": {own.duty.id for absence in absences for own in absence.duties},
    }
    return render(request, "web/networks/own_shifts.html", words)


@require_http_methods(["GET", "POST"])
def own_shift(request: Asked, shift_id: int) -> HttpResponse:
    """One shift of hers: ask everybody, ask one, propose an exchange."""
    shown = selectors.own_shift(request.actor, shift_id, request.now)
    sent = request.POST.get("act", "") if request.method == "POST" else ""
    choices = _choices(request, shown, sent)
    form = choices.get(sent)
    asked: list[int] = []

    def ask() -> None:
        chosen = {name: form.cleaned_data.get(name) for name in ("operator_id", "other_id")} if form else {}
        asked.append(
            swaps.ask(
                actor=request.actor,
                shift_id=shift_id,
                operator_id=chosen.get("operator_id"),
                in_return_id=chosen.get("other_id"),
                now=request.now,
            )
        )

    if form is not None and form.is_valid() and accepted(form, ask):
        words = ngettext("L'abbiamo chiesto a %(n)d collega.", "L'abbiamo chiesto a %(n)d colleghe.", asked[0])
        messages.success(request, words % {"n": asked[0]})
        return redirect("own_shifts")
    wrong = request.method == "POST"
    problems = {"": _("Scegli a chi chiederlo.")} if wrong and form is None else {}
    words_of_page = {"shift": shown, "forms": choices, "wrong": form, "problems": problems}
    return render(request, "web/networks/own_shift.html", words_of_page, status=422 if wrong else 200)


def _choices(request: Asked, shown: OwnShift, sent: str) -> dict[str, forms.Form]:
    def data(name: str) -> Any:
        return request.POST if sent == name else None

    return {
        "all": _AllForm(data("all")),
        "one": _OneForm(data("one"), people=shown.colleagues, auto_id="a_%s"),
        "exchange": SwapForm(data("exchange"), others=shown.theirs, auto_id="scambia_%s"),
    }


@require_GET
def swap(request: Asked, swap_id: UUID) -> HttpResponse:
    """One request: for who was asked, to answer; for who asked, to take it back."""
    return _page(request, selectors.swap(request.actor, swap_id, request.now))


def _page(
    request: Asked, shown: SwapView, *, found: Foretold | None = None, problems: dict[str, str] | None = None
) -> HttpResponse:
    words = {
        "swap": shown,
        "said": _said(shown),
        "foretold": found,
        "problems": problems,
        "contacts": reverse("own_contacts", args=[shown.service_id]),
    }
    return render(request, "web/networks/swap.html", words, status=422 if found or problems else 200)


def _said(shown: SwapView) -> str:
    """Say how a request has ended, to who asked and to who was asked."""
    if shown.state is not SwapState.ACCEPTED:
        return _(SWAP_ENDED[shown.state]) if shown.state in SWAP_ENDED else ""
    if shown.party is SwapParty.ASKER:
        return _("%(who)s ha accettato: il turno ora è suo.") % {"who": shown.accepted_by}
    return _("Hai accettato tu: il turno è tuo.") if shown.hers else _(SWAP_ENDED[shown.state])


@require_POST
def accept_swap(request: Asked, swap_id: UUID) -> HttpResponse:
    """Take the shift, unless it would bring what she has not been told: a call unheard, somebody away."""
    shown = selectors.swap(request.actor, swap_id, request.now)

    def act() -> None:
        swaps.accept(actor=request.actor, swap_id=swap_id, now=request.now)

    found = Foretold()
    try:
        found = unless_told(request, [shown.service_id], act)
    except Invalid as refusal:
        return _page(request, shown, problems=whole_page(refusal))
    except Conflict as conflict:
        return _late(request, swap_id, conflict)
    if found:
        return _page(request, shown, found=found)
    messages.success(request, _("Fatto: il turno di %(who)s ora è tuo.") % {"who": shown.asker})
    return redirect("own_shifts")


@require_POST
def refuse_swap(request: Asked, swap_id: UUID) -> HttpResponse:
    """Say that she cannot: nobody asks why."""
    act = partial(swaps.refuse, actor=request.actor, swap_id=swap_id, now=request.now)
    return _answered(request, swap_id, act, _("Va bene. Non devi fare altro."))


@require_POST
def withdraw_swap(request: Asked, swap_id: UUID) -> HttpResponse:
    """Take her request back."""
    act = partial(services.withdraw_swap, actor=request.actor, swap_id=swap_id, now=request.now)
    return _answered(request, swap_id, act, _("Richiesta ritirata: il turno resta tuo."))


def _answered(request: Asked, swap_id: UUID, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
    except Conflict as conflict:
        return _late(request, swap_id, conflict)
    messages.success(request, said)
    return redirect("own_shifts")


def _late(request: Asked, swap_id: UUID, conflict: Conflict) -> HttpResponse:
    """Say calmly that the request has ended another way."""
    messages.info(request, _(conflict.sentence))
    return redirect("own_shifts")


urlpatterns: list[URLPattern] = [
    path("io/turni/", own_shifts, name="own_shifts"),
    path("io/turni/<int:shift_id>/", own_shift, name="own_shift"),
    path("io/turni/richieste/<uuid:swap_id>/", swap, name="swap"),
    path("io/turni/richieste/<uuid:swap_id>/accetto/", accept_swap, name="accept_swap"),
    path("io/turni/richieste/<uuid:swap_id>/non-posso/", refuse_swap, name="refuse_swap"),
    path("io/turni/richieste/<uuid:swap_id>/ritiro/", withdraw_swap, name="withdraw_swap"),
]
