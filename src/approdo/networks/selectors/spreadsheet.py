# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rota that somebody brings as a spreadsheet, judged line by line against its service; nothing is stored."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from approdo.access.rules import Actor
from approdo.kit.errors import Invalid
from approdo.networks.models import Membership, Service, Shift
from approdo.networks.rules import Duty, Judged, Known, Unreadable, gaps_between, judged, lines_of
from approdo.networks.selectors.editing import own_service


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was judged: its lines, and the holes between them."""

    lines: tuple[Judged, ...]
    gaps: tuple[Duty, ...]

    @property
    def wrong(self) -> tuple[Judged, ...]:
        """Return the lines with something wrong in them: as long as there is one, nothing can be stored."""
        return tuple(one for one in self.lines if one.problems)

    @property
    def new(self) -> tuple[Duty, ...]:
        """Return the shifts that would be added."""
        return tuple(one.duty for one in self.lines if one.duty and not one.problems and not one.there_already)


def sheet(actor: Actor, service_id: int, content: bytes, at: datetime) -> Sheet:
    """Judge a file for a service the actor may edit; raises ``Invalid`` for what is no rota at all."""
    return judged_for(own_service(actor, service_id), content, at)


def judged_for(service: Service, content: bytes, at: datetime) -> Sheet:
    """Judge a file against the people and the shifts of a service as they are now."""
    try:
        lines = lines_of(content)
    except Unreadable as unreadable:
        raise Invalid({"sheet": gettext(unreadable.sentence) % unreadable.words}) from unreadable
    result = judged(lines, _people(service), _stored(service, at), at)
    return Sheet(result, tuple(gaps_between(result)))


def _people(service: Service) -> list[Known]:
    held = Membership.objects.filter(service=service, active=True, operator__is_active=True)
    return [Known(*row) for row in held.values_list("operator_id", "operator__display_name", "operator__email")]


def _stored(service: Service, at: datetime) -> list[Duty]:
    """Return the shifts that a line could meet: those that are not over."""
    rows = Shift.objects.filter(service=service, ends_at__gt=at).order_by("starts_at")
    return [Duty(*row) for row in rows.values_list("operator_id", "position", "starts_at", "ends_at", "pk")]
