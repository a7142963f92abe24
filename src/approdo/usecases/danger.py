# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was assessed in a case, as one person may read it now: tools side by side, and the level that holds."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from approdo.access.rules import Actor, Slice
from approdo.audit import services as audit
from approdo.cases import selectors as cases
from approdo.cases.selectors import CaseBrief, CasePage
from approdo.consents.rules import Action
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.persons import selectors as persons
from approdo.persons.rules import Kind
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import USUAL_REVIEW, ProtocolDocument, ReviewClock, context_of
from approdo.protocols.selectors import InForce
from approdo.risk import selectors
from approdo.risk.rules import (
    UNKNOWN,
    Instrument,
    Outcome,
    Purpose,
    StandingLevel,
    closing_is_read,
    due_at,
    proposes_activation,
    standing,
)
from approdo.risk.selectors import AssessmentView, HappeningView, Held, JudgementView, Subject
from approdo.usecases.standing import May, may_in
from approdo.vault.rules import KeysUnavailable

HER = Subject(Slice.RISK)
CHILDREN = Subject(Slice.CHILDREN)
FOR = {
    Slice.RISK: frozenset({Purpose.DANGER, Purpose.SIGN, Purpose.CASE_FINDING}),
    Slice.CHILDREN: frozenset({Purpose.CHILD}),
}
"""What an instrument is for, by whom it is about: the danger of a child is assessed apart from her mother's."""


@dataclass(frozen=True, slots=True)
class About:
    """One subject: everything about her, or about one child, as one person may read it now."""

    subject: Subject
    number: int
    """Of a child among those of the record, from 1; 0 for her and for the children together."""
    assessments: tuple[AssessmentView, ...]
    happenings: tuple[HappeningView, ...]
    standing: StandingLevel | None
    due_at: datetime | None
    proposes: bool
    """Whether the protocol proposes to activate the network at this level."""
    may_write: bool
    instruments: tuple[Instrument, ...]


@dataclass(frozen=True, slots=True)
class Danger:
    """The page of what was assessed in a case."""

    case: CasePage
    about: tuple[About, ...]
    waiting: tuple[JudgementView, ...]
    """Judgements that a colleague has still to read."""
    closing: tuple[JudgementView, ...]
    closing_is_read: bool
    labels: Mapping[int, str]
    leads: bool
    at: datetime


def danger(actor: Actor, case_id: UUID, now: datetime) -> Danger:
    """Return what was assessed in a case as the actor may read it, and write down that it was read.

    Raises ``NotFound`` for absent and hidden alike, and for who may read nothing of it; ``KeysUnavailable``.
    """
    case, may, held = held_in(actor, case_id, now)
    slices = [one for one in (Slice.RISK, Slice.CHILDREN) if one in may.slices(Action.READ) | may.slices(Action.WRITE)]
    if not slices and not held.assessments:
        raise NotFound
    clock = clock_of(case, actor, now)
    subjects = _subjects(actor, case_id, slices, held)
    usable = [one for one in selectors.instruments(actor) if not one.runs_out_before(now.date())]
    about = tuple(_about(number, one, held, may, clock, usable) for number, one in subjects)
    named = {one.service_id for one in held.assessments} | {one.service_id for one in judgements_of(held)}
    audit.record(
        actor=actor,
        verb="assessment.read",
        subject=f"case:{case_id}",
        case_id=case_id,
        now=now,
        detail={"slices": ",".join(sorted({one.subject.slice for one in about}))},
    )
    plates = networks.name_plates(named)
    return Danger(
        case=case,
        about=about,
        waiting=waiting_in(held),
        closing=held.closing,
        closing_is_read=closing_is_read(one.standing.level for one in about if one.standing),
        labels={pk: plate.label for pk, plate in plates.items()},
        leads=case.lead_service_id is not None and case.lead_service_id == actor.service_id,
        at=now,
    )


def held_in(actor: Actor, case_id: UUID, now: datetime) -> tuple[CasePage, May, Held]:
    """Return a case, what the actor may do in it, and what is kept of its danger that she may read.

    Raises ``NotFound`` for absent and hidden alike, ``KeysUnavailable``.
    """
    case = cases.case_page(actor, case_id, limit=0)
    may = may_in(actor, case, now)
    readable = may.slices(Action.READ)

    def keep(slice_: Slice, own: bool, row_id: UUID) -> bool:
        return row_id not in may.hidden and slice_ in may.ceiling and (own or slice_ in readable)

    return case, may, selectors.ask_held(actor, case_id)(keep)


def waiting_in(held: Held) -> tuple[JudgementView, ...]:
    """Return what a colleague may read so that it holds: beside the last assessment with each instrument, and closing.

    What was overtaken, by another level or another assessment, nobody reads any more.
    """
    last = {(one.subject, one.instrument.code): one for one in held.assessments}
    beside = (one for found in last.values() for one in found.waiting)
    return (*beside, *(one for one in held.closing if one.waits))


@dataclass(frozen=True, slots=True)
class Unread:
    """A case in which a colleague lowered a level, or wrote why it may be closed, and nobody has read it since then."""

    case_id: UUID
    alias: str
    since: datetime


def ask_unread(actor: Actor) -> Callable[[], tuple[Unread, ...]]:
    """Ask in which cases something waits for the actor to read it; what is returned waits for the answer."""
    asked = selectors.ask_unread(actor)

    def answered() -> tuple[Unread, ...]:
        waiting = dict(asked.value)
        aliases = cases.aliases(actor, waiting) if waiting else {}
        return tuple(Unread(pk, aliases[pk], since) for pk, since in waiting.items() if pk in aliases)

    return answered


def subjects_of(held: Held) -> frozenset[Subject]:
    """Return everybody whom anything is kept about."""
    return frozenset([one.subject for one in held.assessments] + [one.subject for one in held.happenings])


def judgements_of(held: Held) -> tuple[JudgementView, ...]:
    """Return every judgement, about a level or about closing."""
    return (*(one for found in held.assessments for one in found.judgements), *held.closing)


def _subjects(actor: Actor, case_id: UUID, slices: Collection[Slice], held: Held) -> tuple[tuple[int, Subject], ...]:
    """Return whom a page is about: her; each child of the record that the actor may read; children together."""
    found: list[tuple[int, Subject]] = []
    seen = subjects_of(held)
    if Slice.RISK in slices or HER in seen:
        found.append((0, HER))
    children = children_of(case_id) if Slice.CHILDREN in slices else ()
    found += [(number, Subject(Slice.CHILDREN, child)) for number, child in enumerate(children, 1)]
    rest = sorted(seen - {one for _number, one in found}, key=str)
    if not children and Slice.CHILDREN in slices and CHILDREN not in rest:
        rest.append(CHILDREN)
    return (*found, *((0, one) for one in rest))


def children_of(case_id: UUID) -> tuple[UUID, ...]:
    """Return the children of the record by their entries; who they are is not opened here."""
    return persons.of_kind(case_id, Kind.CHILD)


def _about(
    number: int, subject: Subject, held: Held, may: May, clock: ReviewClock, usable: Collection[Instrument]
) -> About:
    assessments = tuple(one for one in held.assessments if one.subject == subject)
    happenings = tuple(one for one in held.happenings if one.subject == subject)
    stands = standing(one.assessed for one in assessments)
    return About(
        subject=subject,
        number=number,
        assessments=assessments,
        happenings=happenings,
        standing=stands,
        due_at=due_at(stands, [one.happened_at for one in happenings], clock),
        proposes=stands is not None and proposes_activation(stands.level, clock),
        may_write=subject.slice in may.slices(Action.WRITE),
        instruments=tuple(one for one in usable if one.purpose in FOR[subject.slice]),
    )


def clock_of(case: CasePage | CaseBrief, actor: Actor, now: datetime) -> ReviewClock:
    """Return the clock of the protocol that holds for a case and the actor's service; the usual one without any."""
    held = protocol_of(case, actor, now)
    return USUAL_REVIEW if held is None else held.reviews


def protocol_of(case: CasePage | CaseBrief, actor: Actor, now: datetime) -> ProtocolDocument | None:
    """Return the protocol that holds now where a case is, for the actor's service; None without any."""
    held = version_for(case, actor, now)
    return None if held is None else held.parsed


def version_for(case: CasePage | CaseBrief, actor: Actor, now: datetime) -> InForce | None:
    """Return the version of a protocol that holds now where a case is, for the actor's service; None without any."""
    kind = None if actor.service_id is None else networks.kind_of(actor.service_id)
    return None if kind is None else protocols.in_force(case.municipality_code, context_of(kind), now)


def level_of(actor: Actor, case_id: UUID, now: datetime) -> Outcome | None:
    """Return the level that holds for her as far as the actor may read it; None when there is none."""
    _case, _may, held = held_in(actor, case_id, now)
    stands = standing(one.assessed for one in held.assessments if one.subject == HER)
    return None if stands is None else stands.level


@dataclass(frozen=True, slots=True)
class SoFar:
    """What was done so far to know in what danger she is."""

    asked_at: datetime | None
    """When she was last asked in private and something was answered."""
    assessed: bool
    """Whether a level holds for her by what measures it: a sign that was there leaves the questions to be asked."""


def so_far(actor: Actor, case_id: UUID, now: datetime) -> SoFar:
    """Return what was done so far, as far as the actor may read it; while the keys are away, what stands in clear."""
    kept = selectors.kept_for_her(case_id)
    if not kept:
        return SoFar(None, assessed=False)
    try:
        _case, _may, held = held_in(actor, case_id, now)
    except KeysUnavailable:
        return SoFar(kept.get(Purpose.CASE_FINDING), assessed=Purpose.DANGER in kept)
    hers = [one for one in held.assessments if one.subject == HER]
    asked = [one.assessed_at for one in hers if one.instrument.purpose is Purpose.CASE_FINDING and one.answered]
    stands = standing(one.assessed for one in hers if one.instrument.purpose is Purpose.DANGER)
    return SoFar(max(asked, default=None), assessed=stands is not None and stands.level is not None)


def answers_to(code: str, actor: Actor, case_id: UUID, now: datetime) -> Mapping[str, str]:
    """Return what she answered last to one instrument, by item, as far as the actor may read it.

    What is not there is not known, and never a no.
    """
    _case, _may, held = held_in(actor, case_id, now)
    found = [one for one in held.assessments if one.subject == HER and one.instrument.code == code and one.answered]
    return {item: given for item, given in found[-1].answers.items() if given != UNKNOWN} if found else {}
