# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Instruments, what their answers come to, who sets a level, when it is done again."""

from approdo.risk.rules.checks import Fault, faults
from approdo.risk.rules.clocks import USUAL_CLOCK, Trigger, due_at
from approdo.risk.rules.deciding import decision_faults
from approdo.risk.rules.instrument import (
    ORDER,
    OUTCOME_LABELS,
    PURPOSE_LABELS,
    WINDOW_LABELS,
    Instrument,
    Outcome,
    Purpose,
    Scorer,
    parse,
)
from approdo.risk.rules.schema import SCHEMA
from approdo.risk.rules.scoring import UNKNOWN, Score, UnknownAnswers, score

__all__ = [
    "ORDER",
    "OUTCOME_LABELS",
    "PURPOSE_LABELS",
    "SCHEMA",
    "UNKNOWN",
    "USUAL_CLOCK",
    "WINDOW_LABELS",
    "Fault",
    "Instrument",
    "Outcome",
    "Purpose",
    "Score",
    "Scorer",
    "Trigger",
    "UnknownAnswers",
    "decision_faults",
    "due_at",
    "faults",
    "parse",
    "score",
]
