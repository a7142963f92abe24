# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who stands in for whom, and until when: for the coordinator of a service, and for those whom it concerns."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from approdo.access.rules import Actor, acting
from approdo.kit.errors import NotFound
from approdo.networks.models import Override
from approdo.networks.rules import Period
from approdo.networks.selectors.contacts import services_worked_for
from approdo.networks.selectors.coverage import shown_name
from approdo.networks.selectors.editing import editable_services, own_service


@dataclass(frozen=True, slots=True)
class OverrideView:
    """An override that is not over: who is on call instead of whom; ``hers`` when the reader is who stands in."""

    id: UUID
    service_id: int
    service: str
    position: int
    period: Period
    display_name: str
    instead_of: tuple[str, ...]
    hers: bool


def overrides(actor: Actor, service_id: int, at: datetime) -> tuple[OverrideView, ...]:
    """Return the overrides of a service that are not over, in order, for who may edit it."""
    service = own_service(actor, service_id)
    return _views(actor, Override.objects.filter(service=service), at)


def override(actor: Actor, override_id: UUID, at: datetime) -> OverrideView:
    """Return an override, not over, of a service the actor may edit; ``NotFound`` for any other."""
    found = Override.objects.filter(pk=override_id, service__in=editable_services(actor))
    views = _views(actor, found, at)
    if not views:
        raise NotFound
    return views[0]


def own_overrides(actor: Actor, at: datetime) -> tuple[OverrideView, ...]:
    """Return those in which the actor stands in or is stood in for, in the services she works for."""
    operator_id, _service_id = acting(actor)
    concerned = Q(operator=operator_id) | Q(replaced__operator=operator_id)
    found = Override.objects.filter(concerned, service__in=services_worked_for(actor)).distinct()
    return _views(actor, found, at)


def _views(actor: Actor, found: QuerySet[Override], at: datetime) -> tuple[OverrideView, ...]:
    rows = found.filter(removed_at=None, ends_at__gt=at).select_related("service", "operator")
    return tuple(_view(actor, row) for row in rows.prefetch_related("replaced__operator").order_by("starts_at", "pk"))


def _view(actor: Actor, row: Override) -> OverrideView:
    replaced = sorted(row.replaced.all(), key=lambda one: one.starts_at)
    names = (one.operator.display_name for one in replaced if one.operator_id != row.operator_id)
    return OverrideView(
        id=row.pk,
        service_id=row.service_id,
        service=shown_name(row.service.kind, row.service.name, row.service.code),
        position=row.position,
        period=Period(row.starts_at, row.ends_at),
        display_name=row.operator.display_name,
        instead_of=tuple(dict.fromkeys(names)),
        hers=row.operator_id == actor.operator_id,
    )
