# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing to a service in which nobody has an account: a link by letter, and what opens it by telephone."""

from datetime import datetime
from uuid import UUID

from approdo.networks import selectors as networks
from approdo.networks.rules import Channel
from approdo.notifications import services as notifications
from approdo.notifications.rules import NewMessage, Template
from approdo.referrals import services


def send(*, referral_id: UUID, target_id: int, now: datetime) -> bool:
    """Write to a service without an account that a referral waits: the link by letter, its code by telephone.

    In the caller's transaction, as the system. False for a service in which somebody has an account.
    """
    line = networks.line_without_account(target_id)
    if line is None:
        return False
    codes = services.make_link(referral_id=referral_id, now=now)
    notifications.enqueue(
        messages=[
            NewMessage(
                reference=referral_id,
                channel=channel,
                address=address,
                operator_id=None,
                service_id=target_id,
                wave=0,
                due_at=now,
                template=template,
                code=code,
            )
            for channel, address, template, code in (
                (Channel.EMAIL, line.email, Template.LETTER, codes.link),
                (line.channel, line.number, Template.CODE, codes.pin),
            )
        ],
        now=now,
    )
    return True
