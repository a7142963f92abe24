# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which phase of the protocol a case is in: by its state, or because somebody began it."""

from approdo.cases.rules import CaseState
from approdo.protocols.rules import Phase

OF_STATE: dict[CaseState, Phase] = {
    CaseState.CONTACT: Phase.RECOGNITION,
    CaseState.RECEPTION: Phase.RECEPTION,
    CaseState.INTAKE: Phase.INTAKE,
    CaseState.PLAN: Phase.PLAN,
    CaseState.MONITORING: Phase.FOLLOW_UP,
    CaseState.CLOSED: Phase.CLOSURE,
}
"""A case that reaches a state is in this phase, and no longer in that of the state before."""

BY_PRESS = tuple(phase for phase in Phase if phase not in OF_STATE.values())
"""Things that happen to a case beside its state, more than once (design.md, Words): somebody begins and ends them."""
