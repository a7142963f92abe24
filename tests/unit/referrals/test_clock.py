# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clock of an answer: what it does, in which order, also through both nights on which the clock changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.protocols import call, document

from approdo.kit.clock import ROME
from approdo.kit.errors import Invalid
from approdo.protocols.rules import USUAL_CLOCKS, ReferralClock, Urgency, compare, errors, parse, problems
from approdo.referrals.rules import LONGEST_WORDS, Act, Owed, Reason, Wish, read_code, read_words

SENT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
CLOCK = ReferralClock(answer_within_hours=24, remind_after_hours=12, escalate_after_hours=36, close_after_hours=120)


def after(hours: int) -> datetime:
    return SENT + timedelta(hours=hours)


def test_a_reminder_then_the_coordinator_then_the_end() -> None:
    owed = Owed(SENT, CLOCK)
    assert owed.answer_by == after(24)
    assert owed.next == (Act.REMIND, after(12))
    assert replace(owed, reminded=True).next == (Act.ESCALATE, after(36))
    assert replace(owed, reminded=True, escalated=True).next == (Act.GIVE_UP, after(120))


@pytest.mark.parametrize(
    ("sent", "wall"),
    [
        (
            datetime(2026, 10, 24, 22, 0, tzinfo=ROME),
            "09:00",
        ),  # the night of 25 hours: twelve of them end an hour earlier
        (datetime(2027, 3, 27, 22, 0, tzinfo=ROME), "11:00"),  # and the one of 23 an hour later
    ],
)
def test_hours_are_hours_on_the_nights_on_which_the_clock_changes(sent: datetime, wall: str) -> None:
    _act, at = Owed(sent.astimezone(UTC), CLOCK).next
    assert at - sent.astimezone(UTC) == timedelta(hours=12)
    assert f"{at.astimezone(ROME):%H:%M}" == wall


hours = st.integers(1, 1440)


@given(hours, hours, hours, hours)
def test_a_clock_in_order_never_ends_before_it_asked(answer: int, remind: int, escalate: int, close: int) -> None:
    clock = ReferralClock(answer, remind, escalate, close)
    if not clock.in_order:
        return
    owed = Owed(SENT, clock)
    steps = [owed.next, replace(owed, reminded=True).next, replace(owed, reminded=True, escalated=True).next]
    instants = [at for _act, at in steps]
    assert instants == sorted(set(instants))
    assert instants[0] < owed.answer_by <= instants[1]


@pytest.mark.parametrize("urgency", Urgency)
def test_the_usual_clocks_are_in_order_and_the_more_urgent_is_the_quicker(urgency: Urgency) -> None:
    assert USUAL_CLOCKS[urgency].in_order
    answers = [USUAL_CLOCKS[one].answer_within_hours for one in Urgency]
    assert answers == sorted(answers)


def said(urgency: str = "urgent", **hours: object) -> dict:
    usual = {"answer_within_hours": 10, "remind_after_hours": 5, "escalate_after_hours": 12, "close_after_hours": 48}
    return {"urgency": urgency} | usual | hours


def with_hours(*entries: object) -> dict:
    return document(call("centre", "support_centre")) | {"referrals": list(entries)}


def test_a_protocol_says_its_own_hours_and_the_usual_ones_hold_for_the_rest() -> None:
    found = parse(with_hours(said())).referrals
    assert found[Urgency.URGENT] == ReferralClock(10, 5, 12, 48)
    assert found[Urgency.ASAP] == USUAL_CLOCKS[Urgency.ASAP]
    assert parse(document(call("centre", "support_centre"))).referrals == USUAL_CLOCKS


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (said(remind_after_hours=10), "referrals[0]"),
        (said(escalate_after_hours=9), "referrals[0]"),
        (said(close_after_hours=12), "referrals[0]"),
        (said(answer_within_hours=0), "referrals[0].answer_within_hours"),
        (said(close_after_hours=24 * 365 * 10), "referrals[0].close_after_hours"),
        (said("stat"), "referrals[0].urgency"),
        (said(answer_within_hours="presto"), "referrals[0].answer_within_hours"),
        ("urgente", "referrals[0]"),
        ({"urgency": "urgent"}, "referrals[0]"),
    ],
)
def test_wrong_hours_are_refused_where_they_stand(wrong: object, path: str) -> None:
    assert path in {problem.path for problem in errors(problems(with_hours(wrong)))}


def test_the_same_urgency_twice_is_refused_and_right_hours_are_not() -> None:
    assert "referrals[1].urgency" in {problem.path for problem in errors(problems(with_hours(said(), said())))}
    assert not errors(problems(with_hours(said(), said("routine"))))


def test_two_versions_are_compared_by_urgency_whatever_the_order() -> None:
    before, after_ = with_hours(said(), said("routine")), with_hours(said("routine"), said(close_after_hours=60))
    assert [(one.path, one.before, one.after) for one in compare(before, after_)] == [
        ("referrals.urgent.close_after_hours", 48, 60)
    ]


def test_a_wish_says_what_is_missing_field_by_field() -> None:
    assert Wish("legal", "urgent").read() == (Reason.LEGAL, Urgency.URGENT)
    with pytest.raises(Invalid) as refused:
        Wish("", "stat").read()
    assert set(refused.value.problems) == {"reason", "urgency"}


@pytest.mark.parametrize(
    ("act", "code", "kept"),
    [
        (Act.REJECT, "no_place", "no_place"),
        (Act.REJECT, "not_reached", None),
        (Act.REJECT, "", None),
        (Act.CANCEL, "no_answer", None),
        (Act.CANCEL, "she_declined", "she_declined"),
        (Act.HOLD, "whatever", ""),
    ],
)
def test_a_code_belongs_to_its_act(act: Act, code: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(Invalid):
            read_code(act, code)
    else:
        assert read_code(act, code) == kept


def test_words_have_a_place_and_a_length() -> None:
    assert read_words(Act.REJECT, "  per ora no \n") == "per ora no"
    assert read_words(Act.MEET, "   ") == ""
    for act, words in ((Act.MEET, "x"), (Act.REJECT, "x" * (LONGEST_WORDS + 1)), (Act.REJECT, "a\x00b")):
        with pytest.raises(Invalid):
            read_words(act, words)
