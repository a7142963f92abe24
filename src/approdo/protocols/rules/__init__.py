# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a protocol says, and when it may be published: pure, without database, clock or files."""

from approdo.protocols.rules.checks import LAST_STEP_MINUTES, Examination, examine, problems, reach
from approdo.protocols.rules.choosing import Scope, choose
from approdo.protocols.rules.comparing import Change, compare, digest
from approdo.protocols.rules.document import (
    ALL,
    CALLABLE_KINDS,
    CHOOSE_LABELS,
    CONTEXT_LABELS,
    FORMAT,
    LOUD,
    NEED_LABELS,
    OUT_OF_HOURS_LABELS,
    TARGET_LABELS,
    CallRule,
    ChannelPlan,
    Choose,
    Context,
    Escalation,
    Need,
    OutOfHours,
    ProtocolDocument,
    Target,
    context_of,
    parse,
)
from approdo.protocols.rules.problem import Problem, Severity, errors, warnings
from approdo.protocols.rules.reading import SIZE_LIMIT, Reading, Unreadable, brief, read, write
from approdo.protocols.rules.referring import URGENCY_LABELS, USUAL_CLOCKS, ReferralClock, Urgency
from approdo.protocols.rules.schema import SCHEMA

__all__ = [
    "ALL",
    "CALLABLE_KINDS",
    "CHOOSE_LABELS",
    "CONTEXT_LABELS",
    "FORMAT",
    "LAST_STEP_MINUTES",
    "LOUD",
    "NEED_LABELS",
    "OUT_OF_HOURS_LABELS",
    "SCHEMA",
    "SIZE_LIMIT",
    "TARGET_LABELS",
    "URGENCY_LABELS",
    "USUAL_CLOCKS",
    "CallRule",
    "Change",
    "ChannelPlan",
    "Choose",
    "Context",
    "Escalation",
    "Examination",
    "Need",
    "OutOfHours",
    "Problem",
    "ProtocolDocument",
    "Reading",
    "ReferralClock",
    "Scope",
    "Severity",
    "Target",
    "Unreadable",
    "Urgency",
    "brief",
    "choose",
    "compare",
    "context_of",
    "digest",
    "errors",
    "examine",
    "parse",
    "problems",
    "reach",
    "read",
    "warnings",
    "write",
]
