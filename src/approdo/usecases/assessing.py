# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Assessing the danger in a case: an instrument's answers, a person's level beside them, and when it is done again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor, Slice
from approdo.access.services import as_system
from approdo.cases import selectors as cases
from approdo.cases import services as case_services
from approdo.cases.rules import CaseState, EventKind
from approdo.cases.selectors import CaseBrief, CasePage
from approdo.cases.services import NewEvent
from approdo.consents.rules import Action
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.protocols.rules import Assessment, Phase, ReviewClock, Tell
from approdo.risk import selectors, services
from approdo.risk.rules import (
    Instrument,
    Outcome,
    Purpose,
    Trigger,
    answered,
    closing_is_read,
    decision_faults,
    due_at,
    needs_reader,
    reason_faults,
    standing,
)
from approdo.risk.selectors import AssessmentView, Subject
from approdo.risk.services import Verdict
from approdo.tasks import services as tasks
from approdo.tasks.rules import Holder
from approdo.usecases.danger import FOR, HER, children_of, clock_of, held_in, judgements_of, subjects_of, waiting_in
from approdo.usecases.phases import ensure_phase
from approdo.usecases.standing import may_in


def writable(actor: Actor, case_id: UUID, subject: Subject, now: datetime) -> CasePage:
    """Return a case in which the actor may assess somebody; ``NotFound`` for absent, hidden, and not hers to write."""
    case = cases.case_page(actor, case_id, limit=0)
    if subject.slice not in may_in(actor, case, now).slices(Action.WRITE):
        raise NotFound
    if subject.child_id is not None and subject.child_id not in children_of(case_id):
        raise NotFound
    return case


def instrument_for(actor: Actor, subject: Subject, code: str) -> Instrument:
    """Return an instrument that the actor may use for somebody; raises ``NotFound``."""
    found = selectors.instrument(actor, code)
    if found.purpose not in FOR[subject.slice]:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Sheet:
    """A filled sheet: whom it is about, which instrument, what was answered, how she was asked, and a person's level.

    ``level`` counts for an instrument that leaves it to a person; None there: it cannot be assessed now. On a sheet of
    any other on which nothing is answered, ``reason`` says why it cannot be assessed now: without, it is not kept.
    """

    subject: Subject
    code: str
    answers: Mapping[str, str]
    version: str | None = None
    """Of the instrument, as the questions stood on the sheet; None: whichever is in use."""
    alone: bool | None = None
    interpreter: bool | None = None
    level: Outcome | None = None
    reason: str = ""
    key: str = ""
    """Of the press, so that a second one of the same page keeps nothing again."""


@transaction.atomic
def assess(*, actor: Actor, case_id: UUID, sheet: Sheet, now: datetime) -> UUID:
    """Keep an assessment, complete what asked for it, and wind the clock of the next one.

    An attempt, on which a person writes why nothing could be answered, is kept as "cannot be assessed": it completes
    what asked only where no level holds, and puts no clock off.

    Raises ``NotFound``, ``Invalid``, ``Conflict`` for a closed case, ``KeptAlready`` for a press that arrived before,
    ``KeysUnavailable``; nothing is kept then.
    """
    _hold(case_id)
    case = writable(actor, case_id, sheet.subject, now)
    _check_open(case)
    instrument = instrument_for(actor, sheet.subject, sheet.code)
    if sheet.version not in {None, instrument.version}:
        raise Invalid({"": _("Nel frattempo c'è un'altra versione dello strumento: rileggi le domande.")})
    attempt = instrument.purpose is not Purpose.CASE_FINDING and not instrument.judged and not answered(sheet.answers)
    judged = instrument.judged or attempt
    if attempt and reason_faults(sheet.reason):
        raise Invalid(
            {"reason": _("Non c'è nessuna risposta. Segna quello che si sa; se adesso non si può, scrivi qui perché.")}
        )
    level = None if attempt else sheet.level
    if judged:
        _check_level(instrument, level, None, sheet.reason)
    assessment_id = services.assess(
        actor=actor,
        case_id=case_id,
        subject=sheet.subject,
        document=selectors.document_of(actor, sheet.code),
        answers=sheet.answers,
        circumstances={"alone": sheet.alone, "interpreter": sheet.interpreter},
        now=now,
        key=_press(sheet),
    )
    if judged:
        services.judge(
            actor=actor,
            case_id=case_id,
            subject=sheet.subject,
            assessment_id=assessment_id,
            verdict=Verdict(level, sheet.reason, needs_reader(_before(actor, case_id, assessment_id, now), level)),
            now=now,
        )
    if instrument.purpose is not Purpose.CASE_FINDING:  # that she was asked in private is nobody else's
        untold = judged and level is None
        _tell(actor, case_id, EventKind.LEVEL_JUDGED if untold else EventKind.ASSESSED, now)
        done_with = "" if instrument.purpose is Purpose.SIGN else sheet.code
        _wind(actor, case_id, sheet.subject, now, done_with=done_with, attempt=untold)
    return assessment_id


def _press(sheet: Sheet) -> str:
    """Return the key of a press with the level that stands on the sheet: another level is another sheet."""
    return json.dumps([sheet.key, sheet.level, sheet.reason]) if sheet.key else ""


@transaction.atomic
def judge(
    *,
    actor: Actor,
    case_id: UUID,
    assessment_id: UUID,
    level: Outcome | None,
    reason: str,
    now: datetime,
    key: str = "",
) -> bool:
    """Set a level beside what an assessment comes to; tell whether it holds at once, or once a colleague has read it.

    Raises ``NotFound``, ``Invalid``, ``KeptAlready``, ``Conflict`` for a closed case and a level that holds already.
    """
    _hold(case_id)
    case, found, about = _found(actor, case_id, assessment_id, now)
    _check_open(case)
    stands = found.level
    if level is stands:
        raise Conflict(_("È già questo il livello."), code="same_level")
    _check_level(found.instrument, level, stands, reason)
    read = needs_reader(stands, level)
    services.judge(
        actor=actor,
        case_id=case_id,
        subject=about,
        assessment_id=assessment_id,
        verdict=Verdict(level, reason, read),
        now=now,
        key=key,
    )
    _tell(actor, case_id, EventKind.LEVEL_JUDGED, now)
    if not read:
        _wind(actor, case_id, about, now)
    return not read


@transaction.atomic
def confirm(*, actor: Actor, case_id: UUID, judgement_id: UUID, now: datetime) -> None:
    """Say that one has read a colleague's judgement: it holds from now on.

    Raises ``NotFound``, ``Conflict`` for one's own, for one that was read, and for one that was overtaken: by a level
    that somebody set meanwhile, or by another assessment.
    """
    _hold(case_id)
    case, may, held = held_in(actor, case_id, now)
    _check_open(case)
    named = [one for one in judgements_of(held) if one.id == judgement_id]
    beside = next((one for one in held.assessments if named and one.id == named[0].assessment_id), None)
    subject = beside.subject if beside else HER
    if not named or subject.slice not in may.slices(Action.WRITE):
        raise NotFound
    if named[0].waits and named[0] not in waiting_in(held):
        raise Conflict(_("Nel frattempo il livello è cambiato: questo non vale più."), code="overtaken")
    services.confirm(actor=actor, judgement_id=judgement_id, now=now)
    if beside is not None:
        _wind(actor, case_id, subject, now)


@transaction.atomic
def ask_to_close(*, actor: Actor, case_id: UUID, reason: str, now: datetime, key: str = "") -> UUID:
    """Write why a case at high risk may be closed, for a colleague to read; whoever moves the case asks.

    Raises ``NotFound``, ``Invalid``, ``Conflict`` for a case that is closed, ``KeptAlready``.
    """
    _hold(case_id)
    case, may, _found_here = held_in(actor, case_id, now)
    _check_open(case)
    if not may.act(Action.MOVE) or Slice.RISK not in may.slices(Action.WRITE):
        raise NotFound
    if faults := reason_faults(reason):
        raise Invalid(faults)
    return services.judge(
        actor=actor,
        case_id=case_id,
        subject=HER,
        assessment_id=None,
        verdict=Verdict(None, reason, needs_reader=True),
        now=now,
        key=key,
    )


def check_closing(actor: Actor, case_id: UUID, now: datetime) -> None:
    """Raise ``Invalid`` unless a case may be closed: at high risk only with a reason that a colleague has read.

    It is read after the last assessment and the last thing that happened: what comes later asks anew. What whoever
    closes may not read cannot keep her from closing.
    """
    _case, _may, held = held_in(actor, case_id, now)
    subjects = {one.subject for one in held.assessments}
    stands = [standing(one.assessed for one in held.assessments if one.subject == about) for about in subjects]
    if not closing_is_read(one.level for one in stands if one is not None):
        return
    news = [one.assessed_at for one in held.assessments] + [one.noted_at for one in held.happenings]
    if not any(one.read_at is not None and one.read_at >= max(news) for one in held.closing):
        raise Invalid(
            {"reviewed": _("Il rischio è alto: scrivi perché si può concludere, e falla leggere a una collega.")}
        )


@transaction.atomic
def note_happening(
    *,
    actor: Actor,
    case_id: UUID,
    subject: Subject,
    trigger: Trigger,
    happened_at: datetime,
    now: datetime,
    key: str = "",
) -> None:
    """Write down that something happened: an assessment is due at once.

    Raises ``NotFound``, ``Invalid`` for an instant to come, ``Conflict`` for a closed case, ``KeptAlready``.
    """
    _hold(case_id)
    case = writable(actor, case_id, subject, now)
    _check_open(case)
    services.note_happening(
        actor=actor, case_id=case_id, subject=subject, trigger=trigger, happened_at=happened_at, now=now, key=key
    )
    _tell(actor, case_id, EventKind.HAPPENED, now)
    _wind(actor, case_id, subject, now)


def wind_again(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Wind the clocks of a case that was opened again, as far as the actor may read what was assessed."""
    _case, _may, held = held_in(actor, case_id, now)
    for subject in sorted(subjects_of(held), key=str):
        _wind(actor, case_id, subject, now)


def _found(actor: Actor, case_id: UUID, assessment_id: UUID, now: datetime) -> tuple[CasePage, AssessmentView, Subject]:
    case, may, held = held_in(actor, case_id, now)
    for one in held.assessments:
        if one.id == assessment_id and one.subject.slice in may.slices(Action.WRITE):
            return case, one, one.subject
    raise NotFound


def _before(actor: Actor, case_id: UUID, made: UUID, now: datetime) -> Outcome | None:
    """Return the level that held by the same instrument before a sheet that was just kept; None for the first."""
    _case, _may, held = held_in(actor, case_id, now)
    return next((one.before for one in held.assessments if one.id == made), None)


def _check_level(instrument: Instrument, level: Outcome | None, stands: Outcome | None, reason: str) -> None:
    faults = decision_faults(stands, level, reason=reason)
    if level is not None and level not in instrument.levels:
        faults["level"] = _("Scegli uno dei livelli.")
    if faults:
        raise Invalid(faults)


def _check_open(case: CasePage) -> None:
    if case.state is CaseState.CLOSED:
        raise Conflict(_("Il percorso è concluso: riaprilo, e poi valuta."), code="closed")


def _hold(case_id: UUID) -> CaseBrief:
    held = case_services.hold(case_id=case_id)
    if held is None:
        raise NotFound
    return held


def _tell(actor: Actor, case_id: UUID, kind: EventKind, now: datetime) -> None:
    case_services.append(events=[NewEvent(case_id, kind, actor.service_id)], now=now)


def _wind(
    actor: Actor, case_id: UUID, subject: Subject, now: datetime, *, done_with: str = "", attempt: bool = False
) -> None:
    """Let the next assessment of somebody be due when the level runs out, or at once when something happened since.

    What asked for it is done with an instrument; by an ``attempt`` only where it leaves no level standing.

    It is a task of whoever leads (ADR 0025), whom the actor's service may not be: the system writes it.
    """
    _case, _may, held = held_in(actor, case_id, now)
    stands = standing(one.assessed for one in held.assessments if one.subject == subject)
    case = _hold(case_id)
    clock = clock_of(case, actor, now)
    due = due_at(stands, [one.happened_at for one in held.happenings if one.subject == subject], clock)
    asks = Assessment.RISK if subject.slice is Slice.RISK else Assessment.CHILD_RISK
    trained = networks.qualifications_of(actor)
    key = f":{subject.child_id.hex}" if subject.child_id else f":{subject.slice}"
    with as_system():
        if done_with and not (attempt and stands is not None and stands.level is not None):
            done = tasks.assessed(
                actor=actor,
                case_id=case_id,
                assessment=asks,
                key=key,
                instrument=done_with,
                trained=trained,
                now=now,
            )
            case_services.append(
                events=[NewEvent(case_id, EventKind.TASK_DONE, actor.service_id, one) for one in done], now=now
            )
        holder = case.lead_service_id or actor.service_id
        if due is None or holder is None:
            return
        ensure_phase(actor, case, now)
        tasks.set_review(
            actor=actor,
            case_id=case_id,
            exercise=case.exercise,
            step=_step(key, asks, clock),
            to=Holder(holder, for_lead=True),
            due_at=due,
            now=now,
        )


def _step(key: str, asks: Assessment, clock: ReviewClock) -> dict[str, object]:
    child = asks is Assessment.CHILD_RISK
    return {
        "key": key,
        "phase": Phase.RISK_REVIEW.value,
        "what": _("Rivalutare il rischio dei minori") if child else _("Rivalutare il rischio"),
        "within_hours": 0,
        "escalate_after_hours": clock.escalate_after_hours,
        "tell": Tell.LEAD.value,
        "assessment": asks.value,
    }
