# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shift asked of a colleague: the rota and the word to the other side, which says only that there is something."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor
from approdo.networks import services
from approdo.usecases.notices import tell


@transaction.atomic
def ask(*, actor: Actor, shift_id: int, operator_id: int | None, in_return_id: int | None, now: datetime) -> int:
    """Ask one colleague, or all who are free, and let them know; return how many were asked."""
    asked = services.ask_swap(
        actor=actor, shift_id=shift_id, operator_id=operator_id, in_return_id=in_return_id, now=now
    )
    tell(asked.operators, asked.id, now)
    return len(asked.operators)


@transaction.atomic
def accept(*, actor: Actor, swap_id: UUID, now: datetime) -> None:
    """Accept what a colleague asks, and let her know."""
    tell([services.accept_swap(actor=actor, swap_id=swap_id, now=now)], swap_id, now)


@transaction.atomic
def refuse(*, actor: Actor, swap_id: UUID, now: datetime) -> None:
    """Say that one cannot; who asked is let know once nobody is left who could."""
    asker = services.refuse_swap(actor=actor, swap_id=swap_id, now=now)
    if asker is not None:
        tell([asker], swap_id, now)
