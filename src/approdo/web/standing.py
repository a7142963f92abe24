# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""For which service she acts and until when she is on call: kept in the session, renewed once a minute."""

from datetime import datetime

from django.http import HttpRequest

from approdo.networks import selectors as networks
from approdo.networks.rules import MembershipView

KEY = "standing"


def set_standing(request: HttpRequest, membership: MembershipView, several: bool, now: datetime) -> None:
    """Note the service she has just chosen to act for."""
    request.session[KEY] = {
        "service": membership.service_label,
        "service_id": membership.service_id,
        "kind": membership.kind,
        "seat": membership.seat_code,
        "several": several,
        "until": _until(request.user.pk, membership.service_id, now),
    }


def renew(request: HttpRequest, now: datetime) -> None:
    """Look again until when she is on call."""
    standing = request.session.get(KEY)
    if standing:
        until = _until(request.user.pk, standing["service_id"], now)
        request.session[KEY] = {**standing, "until": until}


def standing_of(request: HttpRequest) -> dict | None:
    """Return what the top bar says, with ``until`` as an instant."""
    standing = request.session.get(KEY)
    if not standing:
        return None
    until = standing["until"] and datetime.fromisoformat(standing["until"])
    return {**standing, "until": until}


def _until(operator_id: int, service_id: int, now: datetime) -> str | None:
    service = networks.services_by_id({service_id}, now).get(service_id)
    people = (service.first, service.second) if service else ()
    return next((p.until.isoformat() for p in people if p and p.operator_id == operator_id), None)
