# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every write to messages and drills. Of messages only a trial is audited here: of all others the rows tell their
story, and the acts behind them are audited; of drills what somebody presses."""

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
from approdo.notifications.services.drills import (
    DrilledTooOften,
    Situation,
    advance_drills,
    answer_drill,
    answer_drill_by_code,
    begin_drills,
    choose_moment,
    mend_drill,
    plan_drills,
    press_drill,
)
from approdo.notifications.services.enqueueing import enqueue
from approdo.notifications.services.holes import Concern, look_for_holes, watch_networks
from approdo.notifications.services.sending import Result, claim, record, send_due
from approdo.notifications.services.sweeping import sweep
from approdo.notifications.services.trying import TriedTooOften, announce_trials, receive_trial, try_contacts

__all__ = [
    "Concern",
    "DrilledTooOften",
    "NewMessage",
    "Result",
    "Situation",
    "TriedTooOften",
    "admit",
    "advance_drills",
    "announce_trials",
    "answer_drill",
    "answer_drill_by_code",
    "begin_drills",
    "cancel",
    "choose_moment",
    "claim",
    "enqueue",
    "follow_up",
    "look_for_holes",
    "mark_read",
    "mark_shown",
    "match_reply",
    "mend_drill",
    "plan_drills",
    "press_drill",
    "receive_trial",
    "record",
    "record_receipt",
    "send_due",
    "sweep",
    "try_contacts",
    "watch_networks",
]
