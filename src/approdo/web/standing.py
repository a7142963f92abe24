# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""For which service she acts and until when she is on call: kept in the session, renewed once a minute."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from approdo.access.rules import Actor
from approdo.networks import selectors as networks
from approdo.networks.rules import MembershipView

KEY = "standing"


def choose(request: HttpRequest, actor: Actor, membership: MembershipView, several: bool, now: datetime) -> None:
    """Note the service she has just chosen to act for."""
    request.session[KEY] = {
        "service": membership.service_name,
        "kind": membership.kind,
        "seat": membership.seat_code,
        "several": several,
    }
    renew(request, actor, now)


def renew(request: HttpRequest, actor: Actor, now: datetime) -> None:
    """Look again until when she is on call."""
    duty = networks.on_duty(actor, now)
    request.session[KEY] = {**request.session.get(KEY, {}), "until": duty.ends_at.isoformat() if duty else None}


def standing_of(request: HttpRequest) -> dict[str, Any]:
    """Return what the top bar says, with ``until`` as an instant; empty before she has chosen."""
    standing = request.session.get(KEY, {})
    until = standing.get("until")
    return {**standing, "until": until and datetime.fromisoformat(until)}
