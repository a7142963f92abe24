# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every write to messages. None is audited here: the rows tell their story, and the acts behind them are audited."""

from approdo.notifications.rules import NewMessage
from approdo.notifications.services.answers import (
    admit,
    cancel,
    follow_up,
    mark_read,
    mark_shown,
    match_reply,
    record_receipt,
)
from approdo.notifications.services.enqueueing import enqueue
from approdo.notifications.services.sending import Result, claim, record, send_due
from approdo.notifications.services.sweeping import sweep

__all__ = [
    "NewMessage",
    "Result",
    "admit",
    "cancel",
    "claim",
    "enqueue",
    "follow_up",
    "mark_read",
    "mark_shown",
    "match_reply",
    "record",
    "record_receipt",
    "send_due",
    "sweep",
]
