# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Instruments, what their answers come to, who sets a level, when it is done again."""

from approdo.risk.rules.checks import Fault, faults
from approdo.risk.rules.clocks import TRIGGER_LABELS, Trigger, due_at, proposes_activation
from approdo.risk.rules.deciding import (
    Assessed,
    Judged,
    StandingLevel,
    carried,
    closing_is_read,
    decision_faults,
    level_in_force,
    lowers,
    needs_reader,
    overtaken,
    reason_faults,
    standing,
)
from approdo.risk.rules.files import FILE_LIMIT, Opened, opened
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
from approdo.risk.rules.loading import (
    LOAD_LABELS,
    LOAD_TRANSITIONS,
    LONGEST_REASON,
    LoadAct,
    LoadState,
    load_acts,
    load_moved,
    needs_reason,
)
from approdo.risk.rules.questionnaire import beside, from_questionnaire, to_questionnaire
from approdo.risk.rules.schema import BESIDE_SCHEMA, SCHEMA
from approdo.risk.rules.scoring import UNKNOWN, Score, UnknownAnswers, answered, score
from approdo.risk.rules.sealing import NotOpened, header, is_sealed, seal

__all__ = [
    "BESIDE_SCHEMA",
    "FILE_LIMIT",
    "LOAD_LABELS",
    "LOAD_TRANSITIONS",
    "LONGEST_REASON",
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
    "LoadAct",
    "LoadState",
    "NotOpened",
    "Opened",
    "Outcome",
    "Purpose",
    "Score",
    "Scorer",
    "StandingLevel",
    "Trigger",
    "UnknownAnswers",
    "answered",
    "beside",
    "carried",
    "closing_is_read",
    "decision_faults",
    "due_at",
    "faults",
    "from_questionnaire",
    "header",
    "is_sealed",
    "level_in_force",
    "load_acts",
    "load_moved",
    "lowers",
    "needs_reader",
    "needs_reason",
    "opened",
    "overtaken",
    "parse",
    "proposes_activation",
    "reason_faults",
    "score",
    "seal",
    "standing",
    "to_questionnaire",
]
