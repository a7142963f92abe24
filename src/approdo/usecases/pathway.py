# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case goes along its pathway: it moves, the protocol's steps become tasks, whoever forgets is told (ADR 0025)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from approdo.access.rules import SYSTEM, Actor
from approdo.audit import services as audit
from approdo.cases import selectors as cases
from approdo.cases import services as case_services
from approdo.cases.rules import TRANSITIONS, CaseAct, CaseState, EventKind
from approdo.cases.selectors import CasePage
from approdo.cases.services import NewEvent
from approdo.consents import selectors as consents
from approdo.consents.rules import Action
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.protocols.rules import Phase, Tell
from approdo.tasks import selectors, services
from approdo.tasks.rules import BY_PRESS, OF_STATE, Act, EndReason
from approdo.tasks.selectors import Line, Page
from approdo.tasks.services import Ticked
from approdo.usecases import assessing, documents, referring
from approdo.usecases.notices import tell
from approdo.usecases.phases import begin_on, ensure_phase
from approdo.usecases.standing import may_in

_ENDS = {CaseAct.CLOSE: EndReason.PATHWAY_CLOSED, CaseAct.REOPEN: EndReason.PATHWAY_REOPENED}
"""Acts that end whatever is to do; after them a phase asks anew."""
LOOKED_BACK = timedelta(days=2)
"""How far back the sweep looks for cases whose first phase has not begun; it looks every few seconds."""


@dataclass(frozen=True, slots=True)
class CasePathway:
    """Where a case is on its pathway, what is to do, and what the actor may do with it."""

    case: CasePage
    tasks: tuple[Page, ...]
    phases: Mapping[Phase, datetime]
    labels: Mapping[int, str]
    acts: tuple[CaseAct, ...]
    """How she may move the case from here."""
    beginnable: tuple[Phase, ...]
    endable: tuple[Phase, ...]
    at: datetime


def of_case(actor: Actor, case_id: UUID, now: datetime) -> CasePathway:
    """Return the pathway of a case as the actor may see it; ``NotFound`` for absent and hidden alike."""
    case = cases.case_page(actor, case_id, limit=0)
    moves = may_in(actor, case, now).act(Action.MOVE)
    led = (case_id,) if case.lead_service_id is not None and case.lead_service_id == actor.service_id else ()
    tasks, phases = selectors.of_case(actor, case_id, led), selectors.phases_of(case_id)
    plates = networks.name_plates({one.line.service_id for one in tasks})
    goes_on = moves and case.state is not CaseState.CLOSED
    audit.record(actor=actor, verb="pathway.read", subject=f"case:{case_id}", case_id=case_id, now=now)
    return CasePathway(
        case=case,
        tasks=tasks,
        phases=phases,
        labels={pk: plate.label for pk, plate in plates.items()},
        acts=tuple(act for state, act in TRANSITIONS if state is case.state) if moves else (),
        beginnable=tuple(phase for phase in BY_PRESS if phase not in phases) if goes_on else (),
        endable=tuple(phase for phase in BY_PRESS if phase in phases) if goes_on else (),
        at=now,
    )


@transaction.atomic
def move(*, actor: Actor, case_id: UUID, act: CaseAct, reason: str, now: datetime) -> CaseState:
    """Move a case: it leaves one phase and reaches another, whose steps become tasks.

    Closed, nothing stays to do, and what her service had asked of others and nobody answered is called off.

    Raises ``NotFound`` for whoever does not lead it, ``Conflict`` when the act does not fit, ``Invalid`` without a
    reason for closing.
    """
    case_services.hold(case_id=case_id)  # who assesses takes turns with who closes
    _check_moves(actor, case_id, now)
    if act is CaseAct.CLOSE:
        assessing.check_closing(actor, case_id, now)
    state = case_services.move(actor=actor, case_id=case_id, act=act, now=now, reason=reason)
    over = state is CaseState.CLOSED
    left = set(Phase) if over else set(OF_STATE.values())
    services.leave(actor=actor, case_id=case_id, phases=left, now=now, ends=_ENDS.get(act))
    _begin(actor, case_id, OF_STATE[state], now)
    if act is CaseAct.REOPEN:
        assessing.wind_again(actor=actor, case_id=case_id, now=now)
    if over:
        referring.call_off(actor=actor, case_id=case_id, now=now)
    return state


@transaction.atomic
def begin(*, actor: Actor, case_id: UUID, phase: Phase, now: datetime) -> int:
    """Let a review of the risk, a meeting or a stay begin, which happen beside the state; return how many tasks.

    Raises ``NotFound`` for whoever does not lead the case, ``Conflict`` when it has begun or the pathway is over.
    """
    case = _check_moves(actor, case_id, now)
    if phase not in BY_PRESS or case.state is CaseState.CLOSED:
        raise Conflict(_("Da qui questo passo non è possibile: ricarica la pagina."), code="not_possible")
    return _begin(actor, case_id, phase, now)


@transaction.atomic
def end(*, actor: Actor, case_id: UUID, phase: Phase, now: datetime) -> None:
    """Let it end; what is still to do of it stays to do. Raises like ``begin``."""
    _check_moves(actor, case_id, now)
    if phase not in BY_PRESS:
        raise Conflict(_("Da qui questo passo non è possibile: ricarica la pagina."), code="not_possible")
    services.leave(actor=actor, case_id=case_id, phases=[phase], now=now)


def _check_moves(actor: Actor, case_id: UUID, now: datetime) -> CasePage:
    case = cases.case_page(actor, case_id, limit=0)
    if not may_in(actor, case, now).act(Action.MOVE):
        raise NotFound
    return case


def _begin(actor: Actor, case_id: UUID, phase: Phase, now: datetime) -> int:
    case = case_services.hold(case_id=case_id)
    if case is None:
        raise NotFound
    return begin_on(actor, case, phase, now)


@transaction.atomic
def take_lead(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Lead a case, and do from now on what whoever leads is to do; raises like ``cases.services.take_lead``."""
    case_services.take_lead(actor=actor, case_id=case_id, now=now)
    services.follow_lead(case_id=case_id, service_id=actor.service_id or 0, now=now)
    case = case_services.hold(case_id=case_id)
    if case is not None:
        ensure_phase(actor, case, now)  # it was there before phases were written down


@transaction.atomic
def act(*, actor: Actor, case_id: UUID, task_id: UUID, done: Act, code: str, now: datetime) -> Line:
    """Do one act on a task of a case, and let the case tell of its end.

    Raises like ``tasks.services.act``, and ``Invalid`` when what the protocol demands of a step is not there.
    """
    held = case_services.hold(case_id=case_id)  # first the case, then its tasks, like a move
    if held is None or selectors.case_of(task_id) != case_id:
        raise NotFound
    led = tuple(cases.led_among(actor, [case_id]))
    if done is Act.COMPLETE:
        _check_demands(actor, selectors.page(actor, task_id, led), now)
    line = services.act(actor=actor, task_id=task_id, act=done, code=code, now=now, led=led)
    if not line.open:
        kind = EventKind.TASK_DONE if done is Act.COMPLETE else EventKind.TASK_NOT_DONE
        case_services.append(events=[NewEvent(case_id, kind, actor.service_id, task_id)], now=now)
    return line


def _check_demands(actor: Actor, found: Page, now: datetime) -> None:
    step = found.line.step
    if step.qualification and step.qualification not in networks.qualifications_of(actor):
        raise Invalid(
            {"": _("Il protocollo lo affida a chi ha una formazione che per te non è segnata: passa la mano.")}
        )
    if step.document is None:
        return
    seen = documents.of_kind(actor, found.line.case_id, step.document, now)
    if not any(one.uploaded_at >= found.line.reached_at for one in seen):
        raise Invalid({"": _("Manca il documento che il protocollo chiede: portalo nella scheda, poi torna qui.")})


def begin_recognition(*, now: datetime, limit: int = 100) -> int:
    """Let the first phase begin for cases that were just opened; return for how many. For the sweep.

    Never while somebody presses for help: the press writes what calls somebody, and nothing else.
    """
    opened = cases.opened_lately(now - LOOKED_BACK, limit * 10)
    begun = selectors.begun_among(opened)
    fresh = [case_id for case_id in opened if case_id not in begun]
    return sum(_begin_recognition(case_id, now) for case_id in fresh[:limit])


@transaction.atomic
def _begin_recognition(case_id: UUID, now: datetime) -> bool:
    held = case_services.hold(case_id=case_id, wait=False)
    if held is None or held.state is not CaseState.CONTACT or selectors.phases_of(case_id):
        return False  # somebody was quicker, or is at it
    begin_on(SYSTEM, held, Phase.RECOGNITION, now)
    return True


def advance_due(*, now: datetime, limit: int = 200) -> int:
    """Remind of tasks at their limit, and tell whoever the protocol names of those left undone. For the sweep."""
    return sum(_advance(task_id, now) for task_id in selectors.due(now, limit))


@transaction.atomic
def _advance(task_id: UUID, now: datetime) -> bool:
    ticked = services.advance(task_id=task_id, now=now)
    if ticked is None:
        return False
    kept_out = consents.kept_out([ticked.case_id]).get(ticked.case_id, frozenset())
    tell(_due_to_know(ticked) - kept_out, task_id, now)
    return True


def _due_to_know(ticked: Ticked) -> set[int]:
    """Who has it in hand, or her whole service; then whoever leads the pathway, or coordinates the service."""
    if ticked.act is Act.REMIND:
        return {ticked.operator_id} if ticked.operator_id else set(networks.members_of(ticked.service_id))
    organisation = networks.organisation_of(ticked.service_id)
    above = set(networks.coordinators_of({organisation})) or set(networks.coordinators_beside(organisation))
    leading = cases.manager_of(ticked.case_id)
    return leading or above if ticked.tell is Tell.LEAD else above
