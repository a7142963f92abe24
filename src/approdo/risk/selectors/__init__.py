# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from approdo.risk.selectors.assessments import (
    AssessmentView,
    HappeningView,
    Held,
    JudgementView,
    Keep,
    Subject,
    ask_held,
    place,
    writers,
)
from approdo.risk.selectors.instruments import DATA, instrument, instruments, shipped

__all__ = [
    "DATA",
    "AssessmentView",
    "HappeningView",
    "Held",
    "JudgementView",
    "Keep",
    "Subject",
    "ask_held",
    "instrument",
    "instruments",
    "place",
    "shipped",
    "writers",
]
