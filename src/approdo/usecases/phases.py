# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case reaches a phase of its protocol: what the protocol asks there becomes tasks (ADR 0025)."""

from datetime import datetime

from approdo.access.rules import Actor
from approdo.cases import services as case_services
from approdo.cases.rules import EventKind
from approdo.cases.selectors import CaseBrief
from approdo.cases.services import NewEvent
from approdo.networks import selectors as networks
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import Phase, context_of
from approdo.tasks import selectors, services
from approdo.tasks.rules import BY_PRESS, OF_STATE, Around


def begin_on(actor: Actor, case: CaseBrief, phase: Phase, now: datetime) -> int:
    """Let a case that the caller holds reach a phase; return how many tasks came of it."""
    beginner = actor.service_id or case.lead_service_id or next(iter(case.service_ids), None)
    if beginner is None:
        return 0
    kinds = {one: kind for one in case.service_ids if (kind := networks.kind_of(one)) is not None}
    held = protocols.in_force(case.municipality_code, context_of(kinds[beginner]), now) if beginner in kinds else None
    begun = services.begin(
        actor=actor,
        case_id=case.id,
        exercise=case.exercise,
        phase=phase,
        written=held.document.get("pathway", ()) if held else (),
        version_id=held.version_id if held else None,
        around=Around(kinds, case.lead_service_id, beginner),
        now=now,
    )
    if begun and phase in BY_PRESS:
        event = NewEvent(case.id, EventKind.PHASE_BEGUN, actor.service_id, detail=phase.value)
        case_services.append(events=[event], now=now)
    return begun


def ensure_phase(actor: Actor, case: CaseBrief, now: datetime) -> None:
    """Let the phase of a case's state begin, if it has not; the caller holds the case."""
    if OF_STATE[case.state] not in selectors.phases_of(case.id):
        begin_on(actor, case, OF_STATE[case.state], now)
