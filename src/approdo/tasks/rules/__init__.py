# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is to be done on a pathway: states, dates, who does it."""

from approdo.tasks.rules.dates import Around, Holder, Limits, holder, limits, next_act
from approdo.tasks.rules.figures import PastTask, StepFigures, step_figures
from approdo.tasks.rules.phases import BY_PRESS, OF_STATE
from approdo.tasks.rules.states import (
    END_LABELS,
    OPEN,
    SKIP_LABELS,
    STATUS_LABELS,
    TRANSITIONS,
    Act,
    EndReason,
    Party,
    SkipReason,
    Status,
    moved,
    parties,
    possible,
)

__all__ = [
    "BY_PRESS",
    "END_LABELS",
    "OF_STATE",
    "OPEN",
    "SKIP_LABELS",
    "STATUS_LABELS",
    "TRANSITIONS",
    "Act",
    "Around",
    "EndReason",
    "Holder",
    "Limits",
    "Party",
    "PastTask",
    "SkipReason",
    "Status",
    "StepFigures",
    "holder",
    "limits",
    "moved",
    "next_act",
    "parties",
    "possible",
    "step_figures",
]
