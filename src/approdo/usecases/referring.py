# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A woman is sent to another service, which answers: what consent lets go, who is told, what the clock does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from approdo.access.rules import Actor, Role, Slice
from approdo.access.services import as_system
from approdo.audit import services as audit
from approdo.cases import selectors as cases
from approdo.cases import services as case_services
from approdo.cases.rules import CaseState, EventKind
from approdo.cases.selectors import CasePage
from approdo.cases.services import NewEvent
from approdo.consents import selectors as consents
from approdo.consents.rules import Action, Relation
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.kit.words import mark as _
from approdo.networks import selectors as networks
from approdo.networks.rules import NamePlate
from approdo.networks.selectors import Recipient
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import USUAL_CLOCKS, ReferralClock, Urgency, context_of
from approdo.referrals import selectors, services
from approdo.referrals.rules import OVER, Act, Answer, CancelReason, Party, SheSaid, Status, Wish
from approdo.referrals.selectors import Desk, Letter, Line, Page
from approdo.referrals.services import Ticked
from approdo.usecases import referral_letters as letters
from approdo.usecases.notices import tell
from approdo.usecases.standing import May, may_in

_EVENTS: Mapping[Act, EventKind] = {
    Act.SEND: EventKind.REFERRED,
    Act.ACCEPT: EventKind.REFERRAL_TAKEN,
    Act.REJECT: EventKind.REFERRAL_REFUSED,
    Act.MEET: EventKind.REFERRAL_MET,
    Act.COMPLETE: EventKind.REFERRAL_ENDED,
    Act.FAIL: EventKind.REFERRAL_ENDED,
    Act.GIVE_UP: EventKind.REFERRAL_ENDED,
}
"""What of a referral the chronology tells; to which service she was sent shows when that one acts."""
_COORDINATORS = frozenset({Role.ORGANISATION_COORDINATOR, Role.NETWORK_COORDINATOR})


@dataclass(frozen=True, slots=True)
class CaseReferrals:
    """The referrals of one case that concern a service, and where else it may send her."""

    case: CasePage
    lines: tuple[Line, ...]
    labels: Mapping[int, str]
    recipients: tuple[Recipient, ...]
    """Empty for whoever may not refer."""
    reading: Mapping[int, frozenset[Slice]]
    """What each of them reads now by her consent or by law."""
    clocks: Mapping[Urgency, ReferralClock]
    leads: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One referral with the name plates of the services it names."""

    page: Page
    plates: Mapping[int, NamePlate]
    case_is_hers: bool
    """Whether the actor's service takes part in the case, and may open it."""
    may_write: bool
    """Whether words may go with an act: both services hold the key of the case."""
    reads: frozenset[Slice]
    """What the target reads at this moment."""
    letter: Letter | None
    """The link by which a service without an account answers, for who sent her."""


def of_case(actor: Actor, case_id: UUID, now: datetime) -> CaseReferrals:
    """Return the referrals of a case as the actor may see them; ``NotFound`` for absent and hidden alike."""
    case = cases.case_page(actor, case_id, limit=0)
    may = may_in(actor, case, now)
    lines = selectors.of_case(actor, case_id, _led(actor, case))
    to = _recipients(actor) if _may_refer(may, case) else ()
    named = {*(one.requester_id for one in lines), *(one.target_id for one in lines)}
    reading = {one.id: consents.live_slices(service_id=one.id, case_id=case_id, at=now) for one in to}
    audit.record(actor=actor, verb="referral.read", subject=f"case:{case_id}", case_id=case_id, now=now)
    return CaseReferrals(
        case=case,
        lines=lines,
        labels={pk: plate.label for pk, plate in networks.name_plates(named).items()},
        recipients=to,
        reading=reading,
        clocks=_clocks(actor, case.municipality_code, now),
        leads=may.standing.relation is Relation.LEAD,
    )


def _may_refer(may: May, case: CasePage) -> bool:
    return may.act(Action.REFER) and case.state is not CaseState.CLOSED


def _recipients(actor: Actor) -> tuple[Recipient, ...]:
    return tuple(one for one in networks.recipients(actor.organisation_id or 0) if one.id != actor.service_id)


@transaction.atomic
def offer(
    *, actor: Actor, case_id: UUID, target_id: int, wish: Wish, she_said: SheSaid, words: str, now: datetime
) -> UUID:
    """Note that a service was proposed to her, and what she said: yes sends it at once, no ends it, else it waits.

    Raises ``NotFound`` for whoever may not refer, and where the pathway is closed; ``Invalid``, ``Conflict`` like the
    room.
    """
    case = cases.case_page(actor, case_id, limit=0)
    if not _may_refer(may_in(actor, case, now), case):
        raise NotFound
    if words.strip() and she_said is not SheSaid.YES:
        raise Invalid({"words": _("Non parte niente: quello che devono sapere si scrive quando la invii.")})
    _reason, urgency = wish.read()
    referral_id = services.offer(
        actor=actor,
        case_id=case_id,
        alias=case.alias,
        exercise=case.exercise,
        target_id=target_id,
        wish=wish,
        clock=_clocks(actor, case.municipality_code, now)[urgency],
        now=now,
    )
    audit.record(actor=actor, verb="referral.offer", subject=f"referral:{referral_id}", case_id=case_id, now=now)
    if she_said is SheSaid.YES:
        act(actor=actor, referral_id=referral_id, done=Act.SEND, answer=Answer(words=words), now=now)
    elif she_said is SheSaid.NO:
        act(actor=actor, referral_id=referral_id, done=Act.CANCEL, answer=Answer("she_declined"), now=now)
    return referral_id


def _clocks(actor: Actor, municipality_code: str, now: datetime) -> Mapping[Urgency, ReferralClock]:
    """Return the hours that the protocol in force for her place and our kind of service gives; the usual ones else."""
    kind = networks.kind_of(actor.service_id or 0)
    held = protocols.in_force(municipality_code, context_of(kind), now) if kind else None
    return held.parsed.referrals if held else USUAL_CLOCKS


@transaction.atomic
def act(*, actor: Actor, referral_id: UUID, done: Act, answer: Answer, now: datetime) -> Line:
    """Do one act on a referral, let the case tell of it, and tell whoever waits for it.

    A service that says yes takes part in the case from then on. Raises like the room.
    """
    case_id = _case_of(referral_id)
    led, slices = _led_case(actor, case_id), frozenset[Slice]()
    if done is Act.SEND:
        found = selectors.page(actor, referral_id, led)
        slices = consents.live_slices(service_id=found.line.target_id, case_id=case_id, at=now)
    line = services.act(
        actor=actor,
        referral_id=referral_id,
        act=done,
        answer=answer,
        now=now,
        led=led,
        slices=slices,
    )
    with as_system():  # a service that does not take part yet cannot write into the case, nor see who is kept out of it
        if done is Act.ACCEPT:
            case_services.join(case_id=line.case_id, service_ids=[line.target_id], now=now)
        if (kind := _EVENTS.get(done)) is not None:
            case_services.append(events=[NewEvent(line.case_id, kind, actor.service_id, line.id)], now=now)
        _tell(line, _concerned(actor, line, now), now)
        if done in {Act.SEND, Act.ANSWER}:
            letters.send(referral_id=line.id, target_id=line.target_id, now=now)
    return line


@transaction.atomic
def call_off(*, actor: Actor, case_id: UUID, now: datetime) -> int:
    """Call off what the actor's service has asked of others for a case and nobody has answered; return how much."""
    waiting = [
        line
        for line in selectors.of_case(actor, case_id)
        if line.requester_id == actor.service_id and line.status in {Status.DRAFT, Status.REQUESTED}
    ]
    for line in waiting:
        act(actor=actor, referral_id=line.id, done=Act.CANCEL, answer=Answer(CancelReason.NOT_NEEDED.value), now=now)
    return len(waiting)


def page(actor: Actor, referral_id: UUID, now: datetime) -> Shown:
    """Return one referral, and write down that it was read; ``NotFound`` for absent and hidden alike."""
    case_id = _case_of(referral_id)
    led = _led_case(actor, case_id)
    found = selectors.page(actor, referral_id, led)
    line = found.line
    audit.record(
        actor=actor,
        verb="referral.read",
        subject=f"referral:{referral_id}",
        case_id=line.case_id,
        now=now,
    )
    plates = networks.name_plates({line.requester_id, line.target_id})
    with as_system():
        may_write = services.may_write(line.case_id, line.requester_id, line.target_id)
        reads = consents.live_slices(service_id=line.target_id, case_id=line.case_id, at=now)
        letter = selectors.letter_of(referral_id) if Party.REQUESTER in found.held else None
    return Shown(found, plates, cases.takes_part(actor, line.case_id), may_write, reads, letter)


@transaction.atomic
def write_again(*, actor: Actor, referral_id: UUID, now: datetime) -> None:
    """Write once more to a service without an account; the link before is dead. Only who sent her, while it is open.

    Raises ``NotFound`` for everybody else, ``Conflict`` when there is nothing to write to or to answer.
    """
    found = selectors.page(actor, referral_id)
    if Party.REQUESTER not in found.held:
        raise NotFound
    with as_system():
        open_ = found.line.sent and found.line.status not in OVER
        if not open_ or not letters.send(referral_id=referral_id, target_id=found.line.target_id, now=now):
            raise Conflict(_("A questo servizio non c'è da mandare un collegamento."), code="no_link")
    audit.record(
        actor=actor, verb="referral.write_again", subject=f"referral:{referral_id}", case_id=found.line.case_id, now=now
    )


def desk(actor: Actor, now: datetime) -> tuple[Desk, Mapping[int, str]]:
    """Return what of referrals concerns the actor's service, with the labels of the services it names."""
    found = selectors.desk(actor, now)
    return found, labels_of(found)


def labels_of(found: Desk) -> Mapping[int, str]:
    """Return the labels of the services that a desk names, by service."""
    lines = (*found.to_answer, *found.questions, *found.came_back, *found.under_way)
    named = {one.requester_id for one in lines} | {one.target_id for one in lines}
    return {pk: plate.label for pk, plate in networks.name_plates(named).items()} if named else {}


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Referrals that a service leaves without an answer, for who coordinates it: how many, no word of whom."""

    service: str
    count: int
    oldest: datetime


def unanswered(actor: Actor) -> tuple[Unanswered, ...]:
    """Return which services leave referrals unanswered, to whoever the clock tells of them (``_due_to_know``).

    Who coordinates an organisation reads of its services; who coordinates a network, of all around it.
    """
    if actor.role not in _COORDINATORS or actor.organisation_id is None:
        return ()
    organisations = {actor.organisation_id}
    if actor.role is Role.NETWORK_COORDINATOR:
        organisations |= networks.other_organisations_around(actor.organisation_id)
    with as_system():
        found = selectors.escalated_by_service(organisations)
    plates = networks.name_plates(found)
    return tuple(Unanswered(plates[pk].label, count, oldest) for pk, (count, oldest) in sorted(found.items()))


def advance_due(*, now: datetime, limit: int = 200) -> int:
    """Remind, tell the coordinator, or end for want of an answer, whatever is due; return how many. For the sweep."""
    return sum(_advance(referral_id, now) for referral_id in selectors.due(now, limit))


@transaction.atomic
def _advance(referral_id: UUID, now: datetime) -> bool:
    ticked = services.advance(referral_id=referral_id, now=now)
    if ticked is None:
        return False
    if (kind := _EVENTS.get(ticked.act)) is not None:
        case_services.append(events=[NewEvent(ticked.case_id, kind, None, referral_id)], now=now)
    tell(_due_to_know(ticked) - _kept_out(ticked.case_id), referral_id, now)
    if ticked.act is Act.REMIND and ticked.owing_id == ticked.target_id:
        letters.send(referral_id=referral_id, target_id=ticked.target_id, now=now)
    return True


def _due_to_know(ticked: Ticked) -> set[int]:
    """Who owes the answer is reminded; then who coordinates it; at the end whoever asked, and who leads."""
    if ticked.act is Act.REMIND:
        return set(networks.members_of(ticked.owing_id))
    organisation = networks.organisation_of(ticked.owing_id)
    above = set(networks.coordinators_of({organisation})) or set(networks.coordinators_beside(organisation))
    waiting = {ticked.requested_by_id, *cases.manager_of(ticked.case_id)}
    return above | waiting if ticked.act is Act.ESCALATE else waiting


def _concerned(actor: Actor, line: Line, now: datetime) -> set[int]:
    """Return who waits for an act: the other side, and who leads the pathway when something came back."""
    if actor.service_id == line.requester_id:
        if not line.sent:
            return set()
        return set(networks.on_call_for(line.target_id, now) or networks.members_of(line.target_id))
    return {*selectors.asked_by(line.id), *cases.manager_of(line.case_id)}


def _tell(line: Line, people: set[int], now: datetime) -> None:
    tell(people - _kept_out(line.case_id), line.id, now)


def _kept_out(case_id: UUID) -> frozenset[int]:
    return consents.kept_out([case_id]).get(case_id, frozenset())


def _case_of(referral_id: UUID) -> UUID:
    """Return the case of a referral that the database lets the actor see; ``NotFound`` else."""
    case_id = selectors.case_of(referral_id)
    if case_id is None:
        raise NotFound
    return case_id


def _led(actor: Actor, case: CasePage) -> tuple[UUID, ...]:
    return (case.id,) if case.lead_service_id is not None and case.lead_service_id == actor.service_id else ()


def _led_case(actor: Actor, case_id: UUID) -> tuple[UUID, ...]:
    return tuple(cases.led_among(actor, [case_id]))
