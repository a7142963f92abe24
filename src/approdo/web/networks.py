# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rete: who serves a municipality now; for coordinators, the way into their organisation."""

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from approdo.access.rules import Permission, may
from approdo.networks import selectors
from approdo.networks.rules import MunicipalityView, NetworkView
from approdo.web import contacts, on_call_hours, organisation, overrides, rota, rota_sheet, rotations
from approdo.web.guards import Asked, needs
from approdo.web.standing import standing_of


@needs(Permission.READ_DIRECTORY)
@require_GET
def directory(request: Asked) -> HttpResponse:
    """The services of a municipality: open or closed, who is on call until when, the number to call."""
    text = request.GET.get("q", "").strip()[:80]
    found = selectors.municipalities(text) if text else ()
    code = request.GET.get("municipality", "")
    if not code and not text:
        code = standing_of(request).get("seat") or ""
    place, groups = _services(request, code) if code else (None, [])
    return render(
        request,
        "web/networks/directory.html",
        {
            "text": text,
            "found": found,
            "place": place,
            "network": selectors.network_of(code) if place else None,
            "groups": groups,
            "coordinates": may(request.actor, Permission.EDIT_ORGANISATION),
            "reads_protocols": may(request.actor, Permission.READ_PROTOCOL),
            "supervised": _supervised(request),
        },
    )


def _supervised(request: Asked) -> tuple[NetworkView, ...]:
    """Return the networks whose figures she may read."""
    if not may(request.actor, Permission.SUPERVISE_NETWORK):
        return ()
    return selectors.networks_of(request.actor.organisation_id)


def _services(request: Asked, code: str) -> tuple[MunicipalityView, list]:
    entries = selectors.directory(request.actor, code, request.now)
    groups = [(kind, list(group)) for kind, group in groupby(entries, key=lambda entry: entry.kind)]
    return selectors.municipality(code), groups


urlpatterns: list[URLPattern] = [
    path("rete/", directory, name="directory"),
    *organisation.urlpatterns,
    *contacts.urlpatterns,
    *rota.urlpatterns,
    *rotations.urlpatterns,
    *overrides.urlpatterns,
    *rota_sheet.urlpatterns,
    *on_call_hours.urlpatterns,
]
