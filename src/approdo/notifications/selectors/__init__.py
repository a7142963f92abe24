# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be read of messages, of trials of oneself, of drills of a service."""

from approdo.notifications.rules import MessageView
from approdo.notifications.selectors.drills import (
    DrillView,
    answered_drill,
    arrived_at,
    chosen_moment,
    drill_behind,
    drills_of,
    drills_pressed,
    next_drills,
    open_drill_reference,
    worth_mending,
)
from approdo.notifications.selectors.messages import (
    Trial,
    TrialLine,
    ask_messages_of,
    language_of,
    messages_of,
    oldest_due,
    oldest_overdue,
    open_reference,
    reference_of,
    someone_waits,
    trial,
    trials_pressed,
)

__all__ = [
    "DrillView",
    "MessageView",
    "Trial",
    "TrialLine",
    "answered_drill",
    "arrived_at",
    "ask_messages_of",
    "chosen_moment",
    "drill_behind",
    "drills_of",
    "drills_pressed",
    "language_of",
    "messages_of",
    "next_drills",
    "oldest_due",
    "oldest_overdue",
    "open_drill_reference",
    "open_reference",
    "reference_of",
    "someone_waits",
    "trial",
    "trials_pressed",
    "worth_mending",
]
