# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling people that there is something to see: never what (security.md, P31)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from approdo.access.rules import Actor
from approdo.kit import live
from approdo.networks import selectors as networks
from approdo.notifications import services as notifications
from approdo.notifications.rules import NewMessage, Template


def tell(operator_ids: Collection[int], reference: UUID, now: datetime) -> bool:
    """Send each of them, on every channel she is written to, that there is something to see; her screens too.

    Tell whether there was anybody. Runs in the caller's transaction.
    """
    people = networks.reachable(operator_ids)
    notifications.enqueue(
        messages=[
            NewMessage(
                reference=reference,
                channel=one.channel,
                address=one.address,
                operator_id=one.operator_id,
                service_id=one.service_id,
                wave=0,
                due_at=now,
                template=Template.NOTICE,
            )
            for one in people
        ],
        now=now,
    )
    live.announce(sorted({f"o:{one.operator_id}" for one in people}))
    return bool(people)


def tell_publishers(actor: Actor, network_code: str, now: datetime) -> None:
    """Tell the others who may publish in a network, and approve what this one proposes, that there is something."""
    tell_each({pk for pk, _name in networks.publishers(network_code)} - {actor.operator_id}, now)


def tell_each(people: Collection[int | None], now: datetime) -> None:
    """Tell these people, as far as they are any, that there is something to see, on its own account."""
    tell([one for one in people if one is not None], uuid4(), now)
