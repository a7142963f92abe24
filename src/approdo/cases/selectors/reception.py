# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a woman arrived at an emergency department, by when she is to be seen, and which case a press opened."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from approdo.access.rules import Actor, acting
from approdo.cases.models import Case, Reception


@dataclass(frozen=True, slots=True)
class Arrived:
    """Instants of one reception; ``seen_at`` is None until somebody sees her."""

    service_id: int
    arrived_at: datetime
    see_by: datetime
    seen_at: datetime | None


def arrival_of(case_id: UUID) -> Arrived | None:
    """Return the reception of a case that the actor sees, if it began with one."""
    row = Reception.objects.filter(pk=case_id).values_list("service_id", "arrived_at", "see_by", "seen_at").first()
    return Arrived(*row) if row else None


def opened_by_key(actor: Actor, idempotency_key: str) -> UUID | None:
    """Return the case that the actor has already opened with this key of her service.

    A colleague's is not hers: a page that stood open is no door to another woman's case.
    """
    operator_id, service_id = acting(actor)
    found = Reception.objects.filter(service_id=service_id, operator_id=operator_id, idempotency_key=idempotency_key)
    return found.values_list("case_id", flat=True).first()


def aliases(actor: Actor, case_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the alias of those of some cases that are there for the actor."""
    return dict(Case.objects.visible_to(actor).filter(pk__in=case_ids).values_list("pk", "alias"))
