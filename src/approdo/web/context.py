# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from approdo.web.standing import standing_of

PLACES = {
    "": "today",
    "casi": "cases",
    "attivazioni": "cases",
    "attiva": "activate",
    "accoglienza": "today",
    "rete": "network",
    "invii": "cases",
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return who acts, for which service, where she is, and where live events come from."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "signed_in": actor is not None,
        "standing": standing_of(request) if actor else {},
        "place": PLACES.get(request.path.split("/")[1], ""),
        "live_url": settings.LIVE_URL,
        "demo": settings.DEMO,
    }
