# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ore di reperibilità: a service's month, person by person, on a page and as a sheet."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from approdo.kit.sheets import csv_sheet
from approdo.networks import selectors, services
from approdo.networks.rules import ROME, LocalHoliday
from approdo.networks.selectors import PersonHours
from approdo.web.guards import Asked
from approdo.web.network_forms import accepted
from approdo.web.rota_forms import LocalHolidaysForm
from approdo.web.templatetags.rota import long


@require_GET
def on_call_hours(request: Asked, service_id: int) -> HttpResponse:
    """How long each person was on call in a month, of which night and Sundays or holidays."""
    day = _month(request)
    month = selectors.month_hours(request.actor, service_id, day)
    words = {
        "month": month,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=31),
    }
    return render(request, "web/networks/on_call_hours.html", words)


@require_GET
def on_call_hours_sheet(request: Asked, service_id: int) -> HttpResponse:
    """The same as a sheet; its name says nothing of whose it is."""
    month = selectors.month_hours(request.actor, service_id, _month(request))
    head = [_("Persona"), _("Prima"), _("Seconda"), _("di cui notte"), _("di cui festive"), _("Note")]
    sheet = csv_sheet([head, *(_row(one) for one in month.people)])
    headers = {"Content-Disposition": 'attachment; filename="ore.csv"'}
    return HttpResponse(sheet, content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "POST"])
def local_holidays(request: Asked, service_id: int) -> HttpResponse:
    """Which days a service keeps as holidays beside the national ones; the patron of its seat is proposed."""
    service = selectors.service_for_editing(request.actor, service_id)
    sent = request.method == "POST"
    proposed = None
    if not service.local_holidays:
        proposed = selectors.proposed_patron(service.details.seat_code, request.now.year)
    initial = LocalHolidaysForm.filled(service.local_holidays or ([proposed] if proposed else []))
    form = LocalHolidaysForm(request.POST if sent else None, initial=initial)

    def store() -> None:
        days: list[LocalHoliday] = form.days()
        services.set_local_holidays(actor=request.actor, service_id=service_id, days=days, now=request.now)

    if sent and form.is_valid() and accepted(form, store):
        messages.success(request, _("Salvato."))
        return redirect("service_hours", service_id)
    words = {"service": service, "form": form, "wrong": form if sent else None, "proposed": proposed}
    return render(request, "web/networks/local_holidays.html", words, status=422 if sent else 200)


def _month(request: Asked) -> date:
    """Return the first day of the month in the address, or of this one for none, a wrong one, or a far one."""
    today = request.now.astimezone(ROME).date()
    try:
        day = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        day = today
    return (day if abs((day - today).days) < 3660 else today).replace(day=1)


def _row(one: PersonHours) -> list[str]:
    tally = one.tally
    notes = "; ".join(f"{selectors.spoken(noted.duty.period)}: {noted.note}" for noted in one.notes)
    figures = map(long, (tally.first, tally.second, tally.night, tally.festive))
    return [one.display_name, *figures, notes]


urlpatterns: list[URLPattern] = [
    path("rete/servizi/<int:service_id>/ore/", on_call_hours, name="on_call_hours"),
    path("rete/servizi/<int:service_id>/ore.csv", on_call_hours_sheet, name="on_call_hours_sheet"),
    path("rete/servizi/<int:service_id>/festivi/", local_holidays, name="local_holidays"),
]
