# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every write of an activation: activating and ending it, answering a call, escalating it."""

from approdo.activations.services.activating import Activated, activate, close, stand_down, undo
from approdo.activations.services.answering import (
    decline,
    decline_by_code,
    look,
    look_by_code,
    receive,
    release,
    take,
    take_by_code,
    take_by_reference,
)
from approdo.activations.services.escalating import advance_due, delivery_changed

__all__ = [
    "Activated",
    "activate",
    "advance_due",
    "close",
    "decline",
    "decline_by_code",
    "delivery_changed",
    "look",
    "look_by_code",
    "receive",
    "release",
    "stand_down",
    "take",
    "take_by_code",
    "take_by_reference",
    "undo",
]
