# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quando non ci sei: she writes from when to when, and sees which shifts somebody else has to take."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from approdo.networks import selectors, services
from approdo.networks.rules import Period, away_period
from approdo.usecases.coverage import Foretold
from approdo.web.foretelling import asking, unless_told
from approdo.web.guards import Asked
from approdo.web.network_forms import NearDay, accepted, day_input, time_input


class AbsenceForm(forms.Form):
    """From when to when she is away; without hours, whole days."""

    first = NearDay(label=gettext_lazy("Dal giorno"), widget=day_input())
    starts = forms.TimeField(label=gettext_lazy("Dalle"), widget=time_input(), required=False)
    last = NearDay(label=gettext_lazy("Al giorno"), widget=day_input())
    ends = forms.TimeField(label=gettext_lazy("Alle"), widget=time_input(), required=False)

    def period(self) -> Period:
        """Return the true instants of what she wrote."""
        data = self.cleaned_data
        return away_period(data["first"], data["starts"], data["last"], data["ends"])


@require_http_methods(["GET", "POST"])
def own_absences(request: Asked) -> HttpResponse:
    """Her absences with the shifts in them, and the form for another one."""
    sent = request.method == "POST"
    form = AbsenceForm(request.POST if sent else None)

    found = Foretold()

    def store() -> None:
        nonlocal found

        def note() -> None:
            services.note_absence(actor=request.actor, period=form.period(), now=request.now)

        mine = [one.service_id for one in selectors.memberships_of(request.actor.operator_id)]
        found = unless_told(request, mine, note, removes=False)

    if sent and form.is_valid() and accepted(form, store) and not found:
        messages.success(request, _("Salvato."))
        return redirect("own_absences")
    words = {
        "absences": selectors.own_absences(request.actor, request.now),
        "form": form,
        "wrong": form if sent else None,
        **asking(request, found),
    }
    return render(request, "web/networks/own_absences.html", words, status=422 if sent else 200)


@require_POST
def end_absence(request: Asked, absence_id: int) -> HttpResponse:
    """Take an absence of hers away, or what is left of it."""
    services.end_absence(actor=request.actor, absence_id=absence_id, now=request.now)
    messages.success(request, _("Tolto: puoi di nuovo ricevere turni in quei giorni."))
    return redirect("own_absences")


urlpatterns: list[URLPattern] = [
    path("io/turni/assenze/", own_absences, name="own_absences"),
    path("io/turni/assenze/<int:absence_id>/togli/", end_absence, name="end_absence"),
]
