# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Instruments, what their answers come to, who sets a level, when it is done again."""

from approdo.risk.rules.checks import Fault, faults
from approdo.risk.rules.clocks import TRIGGER_LABELS, Trigger, due_at, proposes_activation
from approdo.risk.rules.deciding import (
    Assessed,
    Judged,
    StandingLevel,
    closing_is_read,
    decision_faults,
    level_in_force,
    lowers,
    needs_reader,
    reason_faults,
    standing,
)
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
    "TRIGGER_LABELS",
    "UNKNOWN",
    "WINDOW_LABELS",
    "Assessed",
    "Fault",
    "Instrument",
    "Judged",
    "Outcome",
    "Purpose",
    "Score",
    "Scorer",
    "StandingLevel",
    "Trigger",
    "UnknownAnswers",
    "closing_is_read",
    "decision_faults",
    "due_at",
    "faults",
    "level_in_force",
    "lowers",
    "needs_reader",
    "parse",
    "proposes_activation",
    "reason_faults",
    "score",
    "standing",
]
