# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The states of a referral and who may set each: FHIR Task as in Gravity's clinical-care guide (ADR 0019)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from approdo.kit.errors import Conflict
from approdo.kit.words import mark as _


class Status(StrEnum):
    """Where a referral stands: the codes of FHIR ``Task.status``, word for word."""

    DRAFT = "draft"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    FAILED = "failed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


class Party(StrEnum):
    """What a service is to a referral; the clock is nobody's."""

    REQUESTER = "requester"
    TARGET = "target"
    LEAD = "lead"
    CLOCK = "clock"
    STRANGER = "stranger"


class Act(StrEnum):
    """What is done to a referral once it is there."""

    SEND = "send"
    ACCEPT = "accept"
    REJECT = "reject"
    ASK = "ask"
    ANSWER = "answer"
    MEET = "meet"
    HOLD = "hold"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    CORRECT = "correct"
    REMIND = "remind"
    ESCALATE = "escalate"
    GIVE_UP = "give_up"


_REQUESTER = frozenset({Party.REQUESTER})
_TARGET = frozenset({Party.TARGET})
_EITHER = _REQUESTER | _TARGET
_CLOCK = frozenset({Party.CLOCK})
S = Status

TRANSITIONS: dict[tuple[Status, Act], tuple[Status, frozenset[Party]]] = {
    (S.DRAFT, Act.SEND): (S.REQUESTED, _REQUESTER),
    (S.DRAFT, Act.CANCEL): (S.CANCELLED, _REQUESTER),
    (S.DRAFT, Act.CORRECT): (S.ENTERED_IN_ERROR, _REQUESTER),
    (S.REQUESTED, Act.ACCEPT): (S.ACCEPTED, _TARGET),
    (S.REQUESTED, Act.REJECT): (S.REJECTED, _TARGET),
    (S.REQUESTED, Act.ASK): (S.REQUESTED, _TARGET),
    (S.REQUESTED, Act.ANSWER): (S.REQUESTED, _REQUESTER),
    (S.REQUESTED, Act.CANCEL): (S.CANCELLED, _EITHER),
    (S.REQUESTED, Act.CORRECT): (S.ENTERED_IN_ERROR, _REQUESTER),
    (S.REQUESTED, Act.REMIND): (S.REQUESTED, _CLOCK),
    (S.REQUESTED, Act.ESCALATE): (S.REQUESTED, _CLOCK),
    (S.REQUESTED, Act.GIVE_UP): (S.CANCELLED, _CLOCK),
    (S.ACCEPTED, Act.MEET): (S.IN_PROGRESS, _TARGET),
    (S.ACCEPTED, Act.HOLD): (S.ON_HOLD, _TARGET),
    (S.ACCEPTED, Act.FAIL): (S.FAILED, _TARGET),
    (S.ACCEPTED, Act.CANCEL): (S.CANCELLED, _EITHER),
    (S.ACCEPTED, Act.CORRECT): (S.ENTERED_IN_ERROR, _REQUESTER),
    (S.ON_HOLD, Act.MEET): (S.IN_PROGRESS, _TARGET),
    (S.ON_HOLD, Act.FAIL): (S.FAILED, _TARGET),
    (S.ON_HOLD, Act.CANCEL): (S.CANCELLED, _EITHER),
    (S.ON_HOLD, Act.CORRECT): (S.ENTERED_IN_ERROR, _REQUESTER),
    (S.IN_PROGRESS, Act.HOLD): (S.ON_HOLD, _TARGET),
    (S.IN_PROGRESS, Act.COMPLETE): (S.COMPLETED, _TARGET),
    (S.IN_PROGRESS, Act.FAIL): (S.FAILED, _TARGET),
    (S.IN_PROGRESS, Act.CANCEL): (S.CANCELLED, _EITHER),
    (S.IN_PROGRESS, Act.CORRECT): (S.ENTERED_IN_ERROR, _REQUESTER),
}
"""(status, act) → the status that follows, and who may do it. The clock acts on nobody's behalf."""

OVER = frozenset({S.REJECTED, S.FAILED, S.COMPLETED, S.CANCELLED, S.ENTERED_IN_ERROR})

READERS: dict[Status, frozenset[Party]] = {
    status: frozenset({Party.REQUESTER, Party.LEAD} | (set() if status is S.DRAFT else {Party.TARGET}))
    for status in Status
}
"""Who reads a referral: what was not sent does not exist for the service it would go to, nor does its end."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an act depends on beside the status: whether a question was asked, and whether it was answered."""

    status: Status
    asked: bool = False
    answered: bool = False

    @property
    def open_question(self) -> bool:
        """Tell whether it is the requester who owes an answer."""
        return self.status is Status.REQUESTED and self.asked and not self.answered


def parties(service_id: int | None, *, requester: int, target: int, lead: int | None) -> frozenset[Party]:
    """Return everything a service is to a referral (it may lead the pathway and be one of the two)."""
    held = {
        party
        for party, held_by in ((Party.REQUESTER, requester), (Party.TARGET, target), (Party.LEAD, lead))
        if service_id is not None and held_by == service_id
    }
    return frozenset(held) or frozenset({Party.STRANGER})


def possible(standing: Standing, held: Iterable[Party]) -> frozenset[Act]:
    """Return what may be done now by whoever holds these parts: one question, and its answer, are asked once."""
    mine = frozenset(held)
    return frozenset(
        act
        for (status, act), (_next, by) in TRANSITIONS.items()
        if status is standing.status and by & mine and _fits(act, standing)
    )


def _fits(act: Act, standing: Standing) -> bool:
    if act is Act.ASK:
        return not standing.asked
    if act is Act.ANSWER:
        return standing.open_question
    return True


def moved(standing: Standing, act: Act, held: Iterable[Party]) -> Status:
    """Return the status after an act; raises ``Conflict`` when it does not fit, or is not for them."""
    if act not in possible(standing, held):
        raise Conflict(_("Da qui questo passo non è possibile: ricarica la pagina."), code="not_possible")
    return TRANSITIONS[(standing.status, act)][0]


class Reason(StrEnum):
    """What the receiving service is asked for."""

    LISTENING = "listening"
    SAFE_PLACE = "safe_place"
    LEGAL = "legal"
    PSYCHOLOGICAL = "psychological"
    CHILDREN = "children"
    HEALTH = "health"
    HOUSING = "housing"
    WORK = "work"
    PROTECTION = "protection"
    MEDIATION = "mediation"


class RejectReason(StrEnum):
    """Why a service says no."""

    NO_PLACE = "no_place"
    NOT_COMPETENT = "not_competent"
    OTHER_TERRITORY = "other_territory"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    NEEDS_ANOTHER = "needs_another"
    TOO_LITTLE_KNOWN = "too_little_known"
    OTHER = "other"


class CancelReason(StrEnum):
    """Why it is called off; ``no_answer`` is said by the clock only."""

    SHE_DECLINED = "she_declined"
    ANOTHER_WAY = "another_way"
    DUPLICATE = "duplicate"
    NOT_NEEDED = "not_needed"
    NO_ANSWER = "no_answer"


class FailReason(StrEnum):
    """Why she was not helped although the service had said yes."""

    NOT_REACHED = "not_reached"
    DID_NOT_COME = "did_not_come"
    CHANGED_HER_MIND = "changed_her_mind"
    COULD_NOT_HELP = "could_not_help"


class Question(StrEnum):
    """The one question that goes back without the referral changing hands."""

    SAFE_CONTACT = "safe_contact"
    WHEN_SHE_CAN = "when_she_can"
    INTERPRETER = "interpreter"
    CHILDREN_WITH_HER = "children_with_her"
    WHAT_SHE_ASKS = "what_she_asks"
    SAFE_TO_COME = "safe_to_come"


class Reply(StrEnum):
    """The answer to it."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"
    IN_THE_RECORD = "in_the_record"
    CALL_US = "call_us"


class Progress(StrEnum):
    """The business status that the receiving service chooses, beside the status."""

    TAKEN = "taken"
    CALL_BACK = "call_back"
    APPOINTMENT = "appointment"
    HOSTED = "hosted"


CODES: dict[Act, type[StrEnum]] = {
    Act.ACCEPT: Progress,
    Act.REJECT: RejectReason,
    Act.ASK: Question,
    Act.ANSWER: Reply,
    Act.MEET: Progress,
    Act.FAIL: FailReason,
    Act.CANCEL: CancelReason,
}
"""Acts that say more than themselves, in a code; those of the clock's reason nobody chooses."""

WORDED = frozenset({Act.SEND, Act.REJECT, Act.ASK, Act.ANSWER, Act.FAIL, Act.COMPLETE})
"""Acts that may carry words of one's own beside the code."""


def choices(act: Act) -> tuple[StrEnum, ...]:
    """Return the codes a person may choose for an act."""
    return tuple(code for code in CODES.get(act, ()) if code is not CancelReason.NO_ANSWER)
