# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How past activations went, and what is not told of few; recounted in the plainest way over invented pasts."""

import math
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.protocols import call, parsed
from tests.factories.services import TONIGHT

from approdo.activations.rules.conformance import (
    Line,
    MadeCall,
    Outcome,
    PastActivation,
    Result,
    Skip,
    Step,
    conformance,
    is_judged,
    outcome_of,
    seconds_to_answer,
    was_reached,
)
from approdo.activations.rules.states import ActivationState, CallState, StandDownReason
from approdo.kit.counts import FEWEST, blocks, hidden, percentile, share
from approdo.networks.rules import ServiceKind
from approdo.protocols.rules import Need, Target

RULES = parsed(
    call(),
    call("shelter", "shelter", needs=["safe_place"]),
    call("children", "social_service", needs=["children"], after="centre", after_minutes=30),
).calls
ALL = frozenset(Need)
NOW = TONIGHT + timedelta(days=1)


def after(minutes: float) -> datetime:
    return TONIGHT + timedelta(minutes=minutes)


def a_call(key: str = "centre", taken: float | None = 3, *, within: int = 15, **more: Any) -> MadeCall:
    """A call that began tonight, taken after some minutes, or still calling."""
    values = {
        "key": key,
        "state": CallState.CALLING if taken is None else CallState.TAKEN,
        "step": 1,
        "alerted": frozenset({1}),
        "started_at": TONIGHT,
        "answer_by": after(within),
        "taken_at": None if taken is None else after(taken),
    }
    return MadeCall(**(values | more))


def a_past(*calls: MadeCall, needs: frozenset[Need] = ALL, **more: Any) -> PastActivation:
    values = {
        "version_id": 1,
        "needs": needs,
        "exercise": False,
        "state": ActivationState.OPEN,
        "ended_at": None,
        "reason": None,
        "rules": RULES,
        "calls": calls,
    }
    return PastActivation(**(values | more))


def measured(*pasts: PastActivation, now: datetime = NOW) -> Result:
    return conformance(pasts, now).real


def line(result: Result, key: str) -> Line:
    return next(one for one in result.lines if one.key == key)


def test_an_answer_at_the_very_limit_is_in_time_and_a_second_later_is_not() -> None:
    assert outcome_of(a_call(taken=15)) is Outcome.ON_TIME
    assert outcome_of(a_call(taken=15 + 1 / 60)) is Outcome.LATE


def test_a_call_that_nobody_took_is_open_until_the_search_is_stopped() -> None:
    assert outcome_of(a_call(taken=None)) is Outcome.OPEN
    assert outcome_of(a_call(taken=None, state=CallState.STOOD_DOWN)) is Outcome.STOOD_DOWN


def test_a_call_that_still_waited_for_another_when_all_was_stopped_was_never_made() -> None:
    never = a_call("children", None, state=CallState.STOOD_DOWN, started_at=None, step=0, alerted=frozenset())
    stopped = {"state": ActivationState.STOOD_DOWN, "reason": StandDownReason.WOMAN_LEFT, "ended_at": after(10)}
    found = line(measured(a_past(a_call(), never, **stopped)), "children")
    assert (found.made, found.tally.calls) == (0, 0)
    assert found.skipped == {Skip.STOPPED_BEFORE: 1}
    assert found.stopped == {StandDownReason.WOMAN_LEFT: 1}


def test_who_took_it_before_it_began_was_in_time_and_nobody_waited() -> None:
    early = a_call("children", 2, started_at=None, answer_by=None, step=0, alerted=frozenset())
    assert outcome_of(early) is Outcome.ON_TIME
    assert was_reached(early)
    assert seconds_to_answer(early) is None


def test_a_rule_without_a_call_says_whether_it_was_not_needed_or_had_nobody() -> None:
    result = measured(a_past(a_call(), needs=frozenset({Need.CALL_BACK})), a_past(a_call()))
    assert line(result, "shelter").skipped == {Skip.NOT_NEEDED: 1, Skip.NO_SERVICE: 1}
    assert line(result, "shelter").activations == 2
    assert line(result, "centre").made == 2


def test_someone_is_reached_when_messages_could_arrive_at_one_step_at_least() -> None:
    assert not was_reached(a_call(taken=None, alerted=frozenset()))
    assert not was_reached(a_call(taken=None, alerted=frozenset({1}), unreached=1))
    assert was_reached(a_call(taken=None, alerted=frozenset({1, 2}), unreached=1))


def test_a_hand_that_is_passed_was_answered_first_and_counts_as_taken_when_somebody_kept_it() -> None:
    passed = a_call(taken=40, first_taken_at=after(4))
    assert outcome_of(passed) is Outcome.LATE
    assert seconds_to_answer(passed) == 4 * 60
    dropped = a_call(taken=None, first_taken_at=after(4))
    assert outcome_of(dropped) is Outcome.OPEN
    assert seconds_to_answer(dropped) == 4 * 60


def test_a_call_taken_before_it_began_and_passed_on_is_waited_for_from_then() -> None:
    assert seconds_to_answer(a_call(taken=9, first_taken_at=after(-5))) == 9 * 60


def test_who_was_not_given_until_the_limit_is_not_judged() -> None:
    open_call = a_call(taken=None)
    assert not is_judged(open_call, None, after(10))
    assert is_judged(open_call, None, after(16))
    assert not is_judged(open_call, after(10), NOW)
    assert is_judged(open_call, after(16), NOW)
    assert is_judged(a_call(taken=40), None, after(41))


def test_each_step_says_how_many_calls_came_so_far_and_where_nobody_was() -> None:
    first, far, round_again = a_call(), a_call(step=3, alerted=frozenset({1, 3})), a_call(step=5, alerted={1, 2, 3, 4})
    steps = line(measured(*map(a_past, (first, far, round_again))), "centre").steps
    assert steps == (
        Step(1, Target.FIRST_ON_CALL, 3, 3),
        Step(2, Target.SECOND_ON_CALL, 2, 1),
        Step(3, Target.COORDINATOR, 2, 2),
        Step(4, None, 1, 1),
    )


def test_exercises_are_measured_apart_and_what_was_undone_is_counted_only() -> None:
    found = conformance(
        [
            a_past(a_call()),
            a_past(a_call(taken=30), exercise=True),
            a_past(a_call(), state=ActivationState.UNDONE),
            a_past(state=ActivationState.UNDONE, exercise=True),
        ],
        NOW,
    )
    assert (found.real.activations, found.real.undone) == (1, 1)
    assert (found.exercises.activations, found.exercises.undone) == (1, 1)
    assert found.real.whole.outcomes == {Outcome.ON_TIME: 1}
    assert found.exercises.whole.outcomes == {Outcome.LATE: 1}


def test_a_share_is_told_from_five_on_and_halves_go_up() -> None:
    assert share(4, 4) is None
    assert [share(part, 8) for part in (0, 1, 4, 7, 8)] == [0, 13, 50, 88, 100]


def test_median_and_ninetieth_are_values_that_were_and_none_of_fewer_than_five() -> None:
    assert percentile([1, 2, 3, 4], 50) is None
    assert percentile([1, 2, 3, 4, 5], 50) == 3
    assert percentile([1, 2, 3, 4, 5], 90) == 5
    assert percentile([*range(1, 11)], 90) == 9


@pytest.mark.parametrize(
    ("sizes", "gone"),
    [
        ([], ""),
        ([9, 8], ""),
        ([0, 9], ""),
        ([3], "a"),
        ([9, 3], "ab"),
        ([20, 3, 9], "bc"),
        ([20, 3, 2, 9], "bc"),
        ([20, 1, 2, 9], "bcd"),
    ],
)
def test_few_are_hidden_and_with_them_who_would_give_them_away(sizes: list[int], gone: str) -> None:
    assert hidden(dict(zip("abcd", sizes, strict=False))) == set(gone)


@given(st.dictionaries(st.integers(0, 20), st.integers(0, 12)))
def test_what_is_hidden_is_never_one_to_four_unless_that_is_all_there_is(sizes: dict[int, int]) -> None:
    gone = hidden(sizes)
    together = sum(sizes[one] for one in gone)
    assert {one for one, size in sizes.items() if 0 < size < FEWEST} <= gone
    assert together == 0 or together >= FEWEST or together == sum(sizes.values())


_minutes = st.floats(0, 90, allow_nan=False).map(lambda value: round(value * 60) / 60)


@st.composite
def calls(draw: st.DrawFn, key: str, ended: bool) -> MadeCall:
    """Any call that could be."""
    state = draw(st.sampled_from([CallState.TAKEN, CallState.STOOD_DOWN] if ended else [*CallState][:3]))
    started = state is CallState.CALLING or (state is not CallState.WAITING and draw(st.booleans()))
    taken = after(draw(_minutes)) if state is CallState.TAKEN else None
    step = draw(st.integers(1, 5)) if started else 0
    passed = started and draw(st.booleans())
    return MadeCall(
        key,
        state,
        step,
        frozenset(draw(st.sets(st.integers(1, step), max_size=step))) if started else frozenset(),
        TONIGHT if started else None,
        after(15) if started else None,
        taken,
        min(after(draw(_minutes)), taken or NOW) if passed else None,
        draw(st.integers(0, 2)),
    )


@st.composite
def pasts(draw: st.DrawFn) -> PastActivation:
    """Any activation that could be."""
    state = draw(st.sampled_from(ActivationState))
    ended = state is not ActivationState.OPEN
    needs = draw(st.frozensets(st.sampled_from(Need), min_size=1))
    made = [
        draw(calls(rule.key, ended))
        for rule in RULES
        if rule.answers(needs)
        for _each in range(draw(st.integers(0, 2)))
    ]
    return a_past(
        *made,
        needs=needs,
        exercise=draw(st.booleans()),
        version_id=draw(st.integers(1, 3)),
        state=state,
        ended_at=after(draw(_minutes)) if ended else None,
        reason=draw(st.sampled_from(StandDownReason)) if state is ActivationState.STOOD_DOWN else None,
    )


def naive(values: list[int], percent: int) -> int | None:
    """The smallest value that so many per cent do not exceed."""
    if len(values) < FEWEST:
        return None
    return min(value for value in values if sum(one <= value for one in values) * 100 >= percent * len(values))


def both(found: list[PastActivation]) -> tuple[Result, Result]:
    result = conformance(found, NOW)
    return result.real, result.exercises


@given(st.lists(pasts(), max_size=30))
def test_the_figures_are_those_of_a_plain_recount(found: list[PastActivation]) -> None:
    for exercise, result in zip((False, True), both(found), strict=True):
        here = [one for one in found if one.exercise is exercise and one.state is not ActivationState.UNDONE]
        assert result.activations == len(here)
        assert result.undone == sum(one.exercise is exercise for one in found) - len(here)
        began = [(one, each) for one in here for each in one.calls if outcome_of(each) is not Outcome.STOPPED_BEFORE]
        assert result.whole.calls == len(began) == sum(result.whole.outcomes.values())
        assert result.whole.calls == sum(one.tally.calls for one in result.lines)
        assert result.whole.calls == sum(one.tally.calls for one in result.versions)
        assert result.activations == sum(one.activations for one in result.versions)
        for one in result.lines:
            mine = [(past, each) for past, each in began if each.key == one.key]
            assert one.activations == len(here) == one.made + sum(one.skipped.values())
            assert one.made == sum(any(each.key == one.key for _p, each in began if _p is past) for past in here)
            for outcome in Outcome:
                assert one.tally.outcomes.get(outcome, 0) == sum(outcome_of(each) is outcome for _past, each in mine)
            assert one.tally.reached == sum(was_reached(each) for _past, each in mine)
            assert one.tally.judged == sum(is_judged(each, past.ended_at, NOW) for past, each in mine)
            times = [seconds for _past, each in mine if (seconds := seconds_to_answer(each)) is not None]
            assert (one.tally.median, one.tally.ninetieth) == (naive(times, 50), naive(times, 90))
            assert one.tally.answered == len(times)
            for step in one.steps:
                assert step.needed == sum(each.step >= step.number for _past, each in mine)
                assert 0 <= step.alerted <= step.needed


def test_nearest_rank_is_what_its_definition_says() -> None:
    for size in range(FEWEST, 40):
        for percent in (50, 90):
            assert percentile([*range(1, size + 1)], percent) == math.ceil(size * percent / 100)


def test_two_versions_of_one_rule_are_one_line_and_their_steps_stay_apart_where_they_differ() -> None:
    other = parsed(call(escalation=[{"to": "service_line", "wait_minutes": 5}, {"to": "coordinator"}])).calls
    result = measured(a_past(a_call()), a_past(a_call(), rules=other, version_id=2))
    assert [(one.key, one.kind, one.tally.calls) for one in result.lines][:1] == [
        ("centre", ServiceKind.SUPPORT_CENTRE, 2)
    ]
    assert {(one.number, one.target) for one in result.lines[0].steps} == {
        (1, Target.FIRST_ON_CALL),
        (1, Target.SERVICE_LINE),
    }
    assert [(one.id, one.activations) for one in result.versions] == [(2, 1), (1, 1)]


@given(st.lists(st.integers(0, 12), max_size=8))
def test_neighbours_are_joined_until_they_are_nobody_or_five_and_nobody_is_left_out(sizes: list[int]) -> None:
    found = blocks(sizes)
    assert [place for block in found for place in block] == [*range(len(sizes))]
    together = [sum(sizes[place] for place in block) for block in found]
    assert all(one == 0 or one >= FEWEST for one in together) or (sum(sizes) < FEWEST and len(found) == 1)
