# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody else on call for a stretch: the rota, and a word to both sides that says only that there is something."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor
from approdo.networks import services
from approdo.networks.rules import Duty
from approdo.usecases.notices import tell


@transaction.atomic
def put(*, actor: Actor, service_id: int, duty: Duty, now: datetime) -> None:
    """Put somebody else on call for a stretch, and let her and those she stands in for know."""
    made = services.put_override(actor=actor, service_id=service_id, duty=duty, now=now)
    tell(made.people, made.id, now)


@transaction.atomic
def remove(*, actor: Actor, override_id: UUID, now: datetime) -> None:
    """Give the stretch back to those who had it, and let everybody know."""
    made = services.remove_override(actor=actor, override_id=override_id, now=now)
    if made.people:
        tell(made.people, made.id, now)
