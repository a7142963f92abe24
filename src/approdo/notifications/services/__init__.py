# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every write to messages. Only a trial is audited here: of all others the rows tell their story, and the acts behind
them are audited."""

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
from approdo.notifications.services.trying import TriedTooOften, announce_trials, receive_trial, try_contacts

__all__ = [
    "NewMessage",
    "Result",
    "TriedTooOften",
    "admit",
    "announce_trials",
    "cancel",
    "claim",
    "enqueue",
    "follow_up",
    "mark_read",
    "mark_shown",
    "match_reply",
    "receive_trial",
    "record",
    "record_receipt",
    "send_due",
    "sweep",
    "try_contacts",
]
