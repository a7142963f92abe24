# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Strumenti: what each assessment asks, what its answers come to, where it comes from. Nothing is filled in here."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from approdo.access.rules import Permission
from approdo.risk import selectors
from approdo.web.guards import Asked, needs


@needs(Permission.READ_PROTOCOL)
@require_GET
def instruments(request: Asked) -> HttpResponse:
    """List the instruments that come with the program."""
    return render(request, "web/instruments/list.html", {"instruments": selectors.instruments()})


@needs(Permission.READ_PROTOCOL)
@require_GET
def instrument(request: Asked, instrument: str) -> HttpResponse:
    """Show one instrument whole, to be read before it is used."""
    return render(request, "web/instruments/instrument.html", {"shown": selectors.instrument(instrument)})


urlpatterns = [
    path("rete/strumenti/", instruments, name="instruments"),
    path("rete/strumenti/<slug:instrument>/", instrument, name="instrument"),
]
