# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much each colleague carries, for who coordinates them: counts, never which women."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from approdo.access.rules import Permission
from approdo.usecases import todo
from approdo.web.guards import Asked, needs

_PLOT_WIDTH, _ROW_HEIGHT = 320, 34


@needs(Permission.EDIT_ORGANISATION)
@require_GET
def workload(request: Asked) -> HttpResponse:
    """Show, for each service of the organisation, how much is in whose hands and how much of it is late."""
    services = todo.workload(request.actor, request.now)
    most = max((one.total for service in services for one in service.people), default=0)
    drawn = [
        (
            service,
            [_bar(one, number, most) for number, one in enumerate(service.people)],
            len(service.people) * _ROW_HEIGHT,
            any(one.total for one in service.people),
        )
        for service in services
    ]
    words = {"services": drawn, "width": _PLOT_WIDTH}
    return render(request, "web/pathway/workload.html", words)


def _bar(one: todo.Carried, number: int, most: int) -> dict[str, object]:
    """Lay one colleague's bar out, in whole units so that no language puts commas into it."""
    width = one.total * _PLOT_WIDTH // most if most else 0
    return {"one": one, "y": number * _ROW_HEIGHT, "width": width}


urlpatterns = [path("rete/carico/", workload, name="workload")]
