# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prova di reperibilità: does the telephone of who is on call ring; for coordinators, and the page behind its link."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from approdo.access.rules import Permission
from approdo.kit import clock
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.notifications import selectors, services
from approdo.notifications.rules import PENDING, USUAL, DrillState, Moment, RingState, RingView
from approdo.notifications.selectors import DrillView
from approdo.usecases import drills, overview
from approdo.usecases.drills import ServiceDrills
from approdo.web.guards import Asked, needs, public
from approdo.web.network_forms import DAYS, accepted, time_input, whole_page

_WEEKS = (
    (1, gettext_lazy("Il primo del mese")),
    (2, gettext_lazy("Il secondo del mese")),
    (3, gettext_lazy("Il terzo del mese")),
    (4, gettext_lazy("Il quarto del mese")),
)
_SHAPES = {
    DrillState.WAITING: "waiting",
    DrillState.SENT: "alerted",
    DrillState.DELIVERED: "read",
    DrillState.ANSWERED: "taken",
    DrillState.PARTLY: "late",
    DrillState.SILENT: "late",
    DrillState.NOBODY: "late",
    DrillState.NO_CHANNEL: "late",
    DrillState.OVERTAKEN: "stopped",
}


class MomentForm(forms.Form):
    """When the month's drill of a service is."""

    week = forms.TypedChoiceField(label=gettext_lazy("Quale"), choices=_WEEKS, coerce=int)
    weekday = forms.TypedChoiceField(label=gettext_lazy("Giorno"), choices=DAYS[:7], coerce=int)
    at = forms.TimeField(
        label=gettext_lazy("A che ora"),
        widget=time_input(),
        help_text=gettext_lazy("Ora italiana. Se è un giorno festivo, la prova passa al giorno lavorativo dopo."),
    )
    both = forms.BooleanField(
        label=gettext_lazy("Prova insieme la prima e la seconda persona"),
        required=False,
        help_text=gettext_lazy("Altrimenti la seconda è provata solo se la prima non risponde entro dieci minuti."),
    )

    def moment(self) -> Moment:
        """Return what was chosen."""
        return Moment(self.cleaned_data["week"], self.cleaned_data["weekday"], self.cleaned_data["at"])


def _tried(found: ServiceDrills, drill: DrillView) -> dict[str, Any]:
    """Return what a page says of one drill: its shape, and how it went with each person."""
    return {
        "drill": drill,
        "shape": _SHAPES[drill.state],
        "rings": [(ring, found.names.get(ring.operator_id or 0, "")) for ring in drill.rings],
    }


def _outcome_words(request: Asked, service_id: int) -> dict[str, Any]:
    found = drills.of_service(request.actor, service_id, request.now)
    return {
        "calling": overview.calling(request.actor, request.now),  # this page keeps only one part of itself alive
        "found": found,
        "service": found.service,
        "tried": [_tried(found, drill) for drill in found.drills],
        "now": request.now,
    }


def _page(request: Asked, service_id: int, form: MomentForm | None = None) -> HttpResponse:
    words = _outcome_words(request, service_id)
    found: ServiceDrills = words["found"]
    chosen = found.moment or USUAL
    shown = {"week": chosen.week, "weekday": chosen.weekday, "at": chosen.at, "both": found.both}
    words |= {"form": form or MomentForm(initial=shown), "wrong": form}
    return render(request, "web/networks/drills.html", words, status=422 if form else 200)


@needs(Permission.EDIT_ORGANISATION)
@require_GET
def service_drills(request: Asked, service_id: int) -> HttpResponse:
    """Show how a service is tried each month, the last outcome and a year of them."""
    return _page(request, service_id)


@needs(Permission.EDIT_ORGANISATION)
@require_GET
def outcome(request: Asked, service_id: int) -> HttpResponse:
    """Show the living part of the page again."""
    return render(request, "web/networks/_drill_outcome.html", _outcome_words(request, service_id))


@needs(Permission.EDIT_ORGANISATION)
@require_POST
def choose(request: Asked, service_id: int) -> HttpResponse:
    """Choose the moment of the month."""
    form = MomentForm(request.POST)

    def act() -> None:
        drills.choose(
            actor=request.actor,
            service_id=service_id,
            moment=form.moment(),
            both=form.cleaned_data["both"],
            now=request.now,
        )

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("Salvato."))
        return redirect("drills", service_id)
    return _page(request, service_id, form)


@needs(Permission.EDIT_ORGANISATION)
@require_POST
def press(request: Asked, service_id: int) -> HttpResponse:
    """Try the service at once."""
    try:
        drills.press(actor=request.actor, service_id=service_id, now=request.now)
    except Invalid as refusal:
        messages.warning(request, whole_page(refusal)[""])
    except (Conflict, services.DrilledTooOften) as refusal:
        messages.warning(request, _(refusal.sentence))
    else:
        messages.success(request, _("Prova in partenza. Qui vedi come va."))
    return redirect("drills", service_id)


@needs(Permission.EDIT_ORGANISATION)
@require_POST
def mend(request: Asked, service_id: int, drill_id: UUID) -> HttpResponse:
    """Note that what a drill found is mended."""
    drills.mend(actor=request.actor, service_id=service_id, drill_id=drill_id, now=request.now)
    messages.success(request, _("Segnato come risolto. La prossima prova dirà se è vero."))
    return redirect("drills", service_id)


@needs(Permission.SUPERVISE_NETWORK)
@require_GET
def network_drills(request: Asked, network: str) -> HttpResponse:
    """Show every service of a network with how its last drill went, those to see to first."""
    found = drills.of_network(request.actor, network)
    rows = [(one, _SHAPES[one.last.state] if one.last else "waiting") for one in found.services]
    return render(request, "web/networks/network_drills.html", {"found": found, "rows": rows, "now": request.now})


# -- the page behind the link -----------------------------------------------------------------------------------------


@public
@require_GET
def drill_link(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind a drill's link, without signing in. Mail servers and telephones open links: nothing is done."""
    return _behind(request, code, _ring(code))


@public
@require_POST
def confirm_drill(request: HttpRequest, code: str) -> HttpResponse:
    """Note that the test reached her."""
    services.answer_drill_by_code(code=code, now=clock.now())
    return redirect("drill_link", code)


def _ring(code: str) -> RingView:
    ring = selectors.drill_behind(code, clock.now())
    if ring is None:
        raise NotFound(_("Questa prova è finita. Non devi fare nulla."))
    return ring


def _behind(request: HttpRequest, code: str, ring: RingView) -> HttpResponse:
    words = {
        "code": code,
        "asks": ring.state in PENDING or ring.state is RingState.SILENT,
        "late": ring.state is RingState.LATE,
        "answered": ring.state is RingState.ANSWERED,
    }
    return render(request, "web/networks/drill_link.html", words)


urlpatterns: list[URLPattern] = [
    path("rete/servizi/<int:service_id>/prova/", service_drills, name="drills"),
    path("rete/servizi/<int:service_id>/prova/esito/", outcome, name="drill_outcome"),
    path("rete/servizi/<int:service_id>/prova/quando/", choose, name="choose_drill"),
    path("rete/servizi/<int:service_id>/prova/adesso/", press, name="press_drill"),
    path("rete/servizi/<int:service_id>/prova/<uuid:drill_id>/risolta/", mend, name="mend_drill"),
    path("rete/prove/<slug:network>/", network_drills, name="network_drills"),
    path("p/<str:code>", drill_link, name="drill_link"),
    path("p/<str:code>/ricevuta", confirm_drill, name="confirm_drill"),
]
