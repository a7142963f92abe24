# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Instruments that a network loads go from one person to another: read from a file, proposed, approved, told."""

from datetime import datetime

from django.db import transaction

from approdo.access.rules import Actor
from approdo.risk import selectors, services
from approdo.risk.rules import opened
from approdo.usecases.notices import tell_each, tell_publishers


def load(*, actor: Actor, network_code: str, content: bytes, licence_key: str, beside: str, now: datetime) -> int:
    """Open a file and keep what it comes to, to be read before it is proposed.

    Raises as ``risk.services.load``; the key is kept nowhere.
    """
    found = opened(content, now.date(), licence_key=licence_key, beside=beside)
    return services.load(actor=actor, network_code=network_code, found=found, now=now)


@transaction.atomic
def propose(*, actor: Actor, loaded_id: int, now: datetime) -> None:
    """Propose an instrument, and tell who may approve it that there is something."""
    services.propose(actor=actor, loaded_id=loaded_id, now=now)
    tell_publishers(actor, selectors.loaded_one(actor, loaded_id).network_code, now)


@transaction.atomic
def approve(*, actor: Actor, loaded_id: int, now: datetime) -> None:
    """Approve an instrument, and tell who loaded it."""
    services.approve(actor=actor, loaded_id=loaded_id, now=now)
    tell_each(selectors.loader(loaded_id), now)


@transaction.atomic
def withdraw(*, actor: Actor, loaded_id: int, reason: str, now: datetime) -> None:
    """Withdraw an instrument, and tell who loaded it unless it was herself."""
    services.withdraw(actor=actor, loaded_id=loaded_id, reason=reason, now=now)
    tell_each(selectors.loader(loaded_id) - {actor.operator_id}, now)
