# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What referrals came to: the way from hospital to centre, answers by kind, reasons; also against a naive recount."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.networks.rules import ServiceKind
from approdo.referrals.rules import CancelReason, RejectReason, Status
from approdo.referrals.rules.figures import Course, Stage, answers, funnel, refusals

NOW = datetime(2026, 11, 28, tzinfo=UTC)
HOSPITAL, CENTRE, CLINIC = ServiceKind.EMERGENCY_DEPARTMENT, ServiceKind.SUPPORT_CENTRE, ServiceKind.FAMILY_CLINIC


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def course(woman: int = 1, **changes: object) -> Course:
    """A woman whom the hospital proposed to the centre a hundred days ago; nothing more happened."""
    made = Course(UUID(int=woman), HOSPITAL, CENTRE, Status.DRAFT, ago(100), None, None, None, None, "", None)
    return replace(made, **changes)


def met(woman: int = 1, days: float = 99, **changes: object) -> Course:
    values = {"status": Status.IN_PROGRESS, "sent_at": ago(days), "taken_at": ago(days), "met_at": ago(days)}
    return course(woman, **(values | changes))


def counts(*courses: Course) -> dict[Stage, tuple[int, int]]:
    return {one.stage: (one.count, one.of) for one in funnel(courses, NOW)}


def test_nobody_was_sent() -> None:
    assert set(counts().values()) == {(0, 0)}
    assert answers([]) == ()
    assert refusals([]) == ()


def test_each_woman_counts_as_far_as_she_came() -> None:
    found = counts(
        course(1),
        course(2, sent_at=ago(90), status=Status.REQUESTED),
        course(3, sent_at=ago(90), taken_at=ago(89), status=Status.ACCEPTED),
        met(4),
    )
    assert found == {
        Stage.OFFERED: (4, 4),
        Stage.SENT: (3, 4),
        Stage.TAKEN: (2, 4),
        Stage.MET: (1, 4),
        Stage.THERE_30: (1, 1),
        Stage.THERE_90: (1, 1),
    }


def test_a_woman_counts_once_however_often_she_was_sent() -> None:
    refused = course(1, sent_at=ago(98), ended_at=ago(97), status=Status.REJECTED, end_reason="no_place")
    found = counts(refused, met(1, 50))
    assert found[Stage.OFFERED] == (1, 1)
    assert found[Stage.MET] == (1, 1)


@pytest.mark.parametrize(
    ("days", "closed", "thirty", "ninety"),
    [
        (29.9, None, (0, 0), (0, 0)),  # her thirtieth day has not come
        (30, None, (1, 1), (0, 0)),
        (90, None, (1, 1), (1, 1)),
        (90, 61, (0, 1), (0, 1)),  # closed on the 29th day
        (90, 59.9, (1, 1), (0, 1)),
        (95, 2, (1, 1), (1, 1)),  # closed after the ninetieth
    ],
)
def test_still_there_counts_those_whose_day_has_come(
    days: float, closed: float | None, thirty: tuple[int, int], ninety: tuple[int, int]
) -> None:
    found = counts(met(days=days, case_closed_at=None if closed is None else ago(closed)))
    assert (found[Stage.THERE_30], found[Stage.THERE_90]) == (thirty, ninety)


def test_only_the_way_from_hospital_to_centre_is_the_funnel() -> None:
    assert counts(met(1, requester=CLINIC), met(2, target=CLINIC))[Stage.OFFERED] == (0, 0)


def test_answers_by_kind_of_service_the_most_asked_first() -> None:
    refused = {"status": Status.REJECTED, "ended_at": ago(8), "end_reason": "no_place", "sent_at": ago(10)}
    silent = {"status": Status.CANCELLED, "ended_at": ago(1), "end_reason": CancelReason.NO_ANSWER, "sent_at": ago(9)}
    found = answers(
        [met(1, target=CLINIC), course(2, **refused), course(3, **silent), met(4), course(5)]  # the last was not sent
    )
    assert [(one.target, one.sent, one.met, one.refused, one.unanswered) for one in found] == [
        (CENTRE, 3, 1, 1, 1),
        (CLINIC, 1, 1, 0, 0),
    ]
    assert found[0].median_hours is None  # two answers tell too little, and too much


def test_the_median_wait_is_from_sending_to_the_first_yes_or_no() -> None:
    hours = [1, 2, 3, 4, 100]
    sent = [course(n, sent_at=ago(50), taken_at=ago(50) + timedelta(hours=n), status=Status.ACCEPTED) for n in hours]
    late = replace(
        sent[0], taken_at=None, ended_at=ago(50) + timedelta(hours=1), status=Status.REJECTED, end_reason="no_place"
    )
    assert answers([*sent[1:], late])[0].median_hours == pytest.approx(3)


def test_reasons_of_a_no_the_most_frequent_first() -> None:
    no = {"status": Status.REJECTED, "ended_at": ago(1), "sent_at": ago(2)}
    given_ = ["no_place", "not_competent", "no_place"]
    found = refusals([course(n, end_reason=reason, **no) for n, reason in enumerate(given_)] + [met(9)])
    assert found == ((RejectReason.NO_PLACE, 2), (RejectReason.NOT_COMPETENT, 1))


days = st.integers(0, 200)


@st.composite
def lives(draw: st.DrawFn) -> Course:
    """Any course in which one thing follows another."""
    sent, taken, was_met, closed = (draw(st.booleans()) for _each in range(4))
    start = draw(days)
    steps = sorted((draw(st.integers(0, start)) for _each in range(4)), reverse=True)
    return course(
        draw(st.integers(1, 4)),
        offered_at=ago(start),
        sent_at=ago(steps[0]) if sent else None,
        taken_at=ago(steps[1]) if sent and taken else None,
        met_at=ago(steps[2]) if sent and taken and was_met else None,
        case_closed_at=ago(steps[3]) if closed else None,
    )


@given(st.lists(lives(), max_size=12))
def test_the_funnel_against_a_naive_recount(courses: list[Course]) -> None:
    found = counts(*courses)
    cases = {one.case for one in courses}
    assert found[Stage.OFFERED] == (len(cases), len(cases))
    assert found[Stage.MET][0] == len({one.case for one in courses if one.met_at})
    assert found[Stage.SENT][0] >= found[Stage.TAKEN][0] >= found[Stage.MET][0] >= found[Stage.THERE_30][1]
    assert found[Stage.THERE_30][1] >= found[Stage.THERE_90][1]
    there = 0
    for case in cases:
        first = min((one.met_at for one in courses if one.case == case and one.met_at), default=None)
        if first is None or first + timedelta(days=90) > NOW:
            continue
        ends = {one.case_closed_at for one in courses if one.case == case and one.met_at == first}
        there += any(end is None or end > first + timedelta(days=90) for end in ends)
    assert found[Stage.THERE_90][0] <= there <= found[Stage.THERE_90][1]
