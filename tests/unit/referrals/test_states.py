# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole table of a referral: every status × every act × every party, and every question asked or not."""

from itertools import product

import pytest

from approdo.kit.errors import Conflict
from approdo.referrals.rules import (
    CODES,
    OVER,
    READERS,
    TRANSITIONS,
    Act,
    Business,
    CancelReason,
    FailReason,
    Party,
    Progress,
    RejectReason,
    Standing,
    Status,
    business,
    choices,
    moved,
    parties,
    possible,
)

S, A, P = Status, Act, Party
QUESTIONS = ((False, False), (True, False), (True, True))

# FHIR Task in Gravity's clinical-care guide: who may set which status, written out again here
MAY_SET = {
    S.REQUESTED: {P.REQUESTER},
    S.ENTERED_IN_ERROR: {P.REQUESTER},
    S.ACCEPTED: {P.TARGET},
    S.REJECTED: {P.TARGET},
    S.IN_PROGRESS: {P.TARGET},
    S.ON_HOLD: {P.TARGET},
    S.FAILED: {P.TARGET},
    S.COMPLETED: {P.TARGET},
    S.CANCELLED: {P.REQUESTER, P.TARGET},
}
FROM = {
    A.SEND: {S.DRAFT},
    A.ACCEPT: {S.REQUESTED},
    A.REJECT: {S.REQUESTED},
    A.ASK: {S.REQUESTED},
    A.ANSWER: {S.REQUESTED},
    A.REMIND: {S.REQUESTED},
    A.ESCALATE: {S.REQUESTED},
    A.GIVE_UP: {S.REQUESTED},
    A.MEET: {S.ACCEPTED, S.ON_HOLD},
    A.HOLD: {S.ACCEPTED, S.IN_PROGRESS},
    A.COMPLETE: {S.IN_PROGRESS},
    A.FAIL: {S.ACCEPTED, S.ON_HOLD, S.IN_PROGRESS},
    A.CANCEL: {S.DRAFT, S.REQUESTED, S.ACCEPTED, S.ON_HOLD, S.IN_PROGRESS},
    A.CORRECT: {S.DRAFT, S.REQUESTED, S.ACCEPTED, S.ON_HOLD, S.IN_PROGRESS},
}
BY = {
    **{key: {P.REQUESTER} for key in (A.SEND, A.ANSWER, A.CORRECT)},
    **{key: {P.TARGET} for key in (A.ACCEPT, A.REJECT, A.ASK, A.MEET, A.HOLD, A.COMPLETE, A.FAIL)},
    **{key: {P.CLOCK} for key in (A.REMIND, A.ESCALATE, A.GIVE_UP)},
    A.CANCEL: {P.REQUESTER, P.TARGET},
}


def expected(status: Status, act: Act, party: Party, asked: bool, answered: bool) -> bool:
    by = {P.REQUESTER} if (status, act) == (S.DRAFT, A.CANCEL) else BY[act]
    question = {A.ASK: not asked, A.ANSWER: asked and not answered}.get(act, True)
    return status in FROM[act] and party in by and question


@pytest.mark.parametrize(("status", "act", "party", "question"), list(product(Status, Act, Party, QUESTIONS)))
def test_every_status_by_every_act_by_every_party(
    status: Status, act: Act, party: Party, question: tuple[bool, bool]
) -> None:
    standing = Standing(status, *question)
    allowed = expected(status, act, party, *question)
    assert (act in possible(standing, {party})) is allowed
    if allowed:
        assert moved(standing, act, {party}) in Status
    else:
        with pytest.raises(Conflict):
            moved(standing, act, {party})


@pytest.mark.parametrize(("status", "act"), list(TRANSITIONS))
def test_nobody_sets_a_status_that_the_guide_gives_to_another(status: Status, act: Act) -> None:
    becomes, by = TRANSITIONS[(status, act)]
    if by == {P.CLOCK}:
        assert becomes in {S.REQUESTED, S.CANCELLED}  # it reminds, tells, and ends for want of an answer
    elif becomes is not status:
        assert by <= MAY_SET[becomes]


def test_whoever_only_leads_reads_and_does_nothing() -> None:
    for status, question in product(Status, QUESTIONS):
        assert possible(Standing(status, *question), {P.LEAD}) == frozenset()
        assert P.LEAD in READERS[status]


def test_a_stranger_reads_nothing() -> None:
    assert all(P.STRANGER not in readers for readers in READERS.values())


def test_what_was_only_proposed_does_not_exist_for_the_service_it_would_go_to() -> None:
    assert P.TARGET not in READERS[S.DRAFT]
    assert all(P.TARGET in READERS[status] for status in Status if status is not S.DRAFT)


@pytest.mark.parametrize("status", sorted(OVER))
def test_nothing_follows_an_end(status: Status) -> None:
    assert not [act for before, act in TRANSITIONS if before is status]


@pytest.mark.parametrize("status", [one for one in Status if one not in OVER])
def test_everything_that_is_open_can_come_to_an_end(status: Status) -> None:
    seen, ahead = set(), {status}
    while ahead:
        here = ahead.pop()
        seen.add(here)
        ahead |= {to for (before, _act), (to, _by) in TRANSITIONS.items() if before is here} - seen
    assert seen >= {S.CANCELLED, S.ENTERED_IN_ERROR}
    assert (seen >= {S.COMPLETED, S.FAILED}) or status in OVER


def test_a_service_may_be_two_things_at_once() -> None:
    assert parties(7, requester=7, target=8, lead=7) == {P.REQUESTER, P.LEAD}
    assert parties(8, requester=7, target=8, lead=8) == {P.TARGET, P.LEAD}
    assert parties(9, requester=7, target=8, lead=None) == {P.STRANGER}
    assert parties(None, requester=7, target=8, lead=None) == {P.STRANGER}


def test_nobody_chooses_what_only_the_clock_says() -> None:
    assert CancelReason.NO_ANSWER not in choices(A.CANCEL)
    assert choices(A.SEND) == ()
    assert all(choices(act) for act in CODES)


@pytest.mark.parametrize(
    ("standing", "escalated", "progress", "end", "read"),
    [
        (Standing(S.DRAFT), False, "", "", Business.PROPOSED),
        (Standing(S.REQUESTED), False, "", "", Business.WAITING),
        (Standing(S.REQUESTED, asked=True), False, "", "", Business.QUESTION),
        (Standing(S.REQUESTED, asked=True, answered=True), False, "", "", Business.WAITING),
        (Standing(S.REQUESTED), True, "", "", Business.LATE),
        (Standing(S.ACCEPTED), False, Progress.TAKEN, "", Business.TAKEN),
        (Standing(S.ACCEPTED), False, Progress.CALL_BACK, "", Business.CALL_BACK),
        (Standing(S.ACCEPTED), False, Progress.APPOINTMENT, "", Business.APPOINTMENT),
        (Standing(S.IN_PROGRESS), False, Progress.HOSTED, "", Business.HOSTED),
        (Standing(S.IN_PROGRESS), False, Progress.TAKEN, "", Business.MET),
        (Standing(S.ON_HOLD), False, Progress.HOSTED, "", Business.LISTED),
        (Standing(S.REJECTED), False, "", RejectReason.NO_PLACE, Business.REFUSED),
        (Standing(S.FAILED), False, Progress.TAKEN, FailReason.NOT_REACHED, Business.NOT_HELPED),
        (Standing(S.COMPLETED), False, Progress.TAKEN, "", Business.DONE),
        (Standing(S.CANCELLED), False, "", CancelReason.SHE_DECLINED, Business.SHE_DECLINED),
        (Standing(S.CANCELLED), True, "", CancelReason.NO_ANSWER, Business.UNANSWERED),
        (Standing(S.CANCELLED), False, "", CancelReason.NOT_NEEDED, Business.WITHDRAWN),
        (Standing(S.ENTERED_IN_ERROR), False, "", "", Business.MISTAKE),
    ],
)
def test_what_people_read_beside_the_status(
    standing: Standing, escalated: bool, progress: str, end: str, read: Business
) -> None:
    assert business(standing, escalated=escalated, progress=progress, end_reason=end) is read
