# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who sets which level and with whom, which level holds, and when it is assessed again: the whole tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approdo.protocols.rules import USUAL_REVIEW, ReviewClock, RiskLevel
from approdo.risk.rules import (
    ORDER,
    TRIGGER_LABELS,
    Assessed,
    Judged,
    Outcome,
    Purpose,
    StandingLevel,
    Trigger,
    carried,
    closing_is_read,
    decision_faults,
    due_at,
    level_in_force,
    lowers,
    needs_reader,
    overtaken,
    proposes_activation,
    reason_faults,
    standing,
)

LEVELS = [Outcome.LOW, Outcome.MEDIUM, Outcome.HIGH, Outcome.EXTREME]
WHY = "Lui è in carcere fino a marzo."
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("stands", "chosen"), [*product([None, *LEVELS], [None, *LEVELS])])
@pytest.mark.parametrize("reason", ["", "   corto  ", WHY])
def test_up_alone_and_down_with_a_reason(stands: Outcome | None, chosen: Outcome | None, reason: str) -> None:
    down = stands is not None and (chosen is None or ORDER[chosen] < ORDER[stands])
    assert lowers(stands, chosen) is down
    wanted = stands is None or down
    assert set(decision_faults(stands, chosen, reason=reason)) == ({"reason"} if wanted and reason != WHY else set())


@pytest.mark.parametrize(("stands", "chosen"), [*product([None, *Outcome], [None, *Outcome])])
def test_from_high_one_goes_down_in_two(stands: Outcome | None, chosen: Outcome | None) -> None:
    from_high = stands in {Outcome.POSITIVE, Outcome.HIGH, Outcome.EXTREME}
    assert needs_reader(stands, chosen) is (from_high and lowers(stands, chosen))


@pytest.mark.parametrize(
    ("reason", "fits"), [("x" * 9, False), ("x" * 10, True), ("x" * 1000, True), ("x" * 1001, False)]
)
def test_a_reason_is_a_sentence_and_not_a_book(reason: str, fits: bool) -> None:
    assert (reason_faults(reason) == {}) is fits


def judged(level: Outcome | None, hour: int, *, reader: bool = False, read: int | None = None) -> Judged:
    return Judged(level, NOW + hour * HOUR, reader, None if read is None else NOW + read * HOUR)


def test_what_nobody_has_read_does_not_hold_yet() -> None:
    waiting = judged(Outcome.LOW, 1, reader=True)
    assert level_in_force(Outcome.HIGH, [waiting]) is Outcome.HIGH
    assert level_in_force(Outcome.HIGH, [judged(Outcome.LOW, 1, reader=True, read=2)]) is Outcome.LOW


def test_the_level_that_began_to_hold_last_holds_in_whatever_order_it_is_told() -> None:
    told = [
        judged(Outcome.LOW, 1, reader=True, read=9),
        judged(Outcome.EXTREME, 4),
        judged(Outcome.MEDIUM, 5, reader=True),
    ]
    assert {level_in_force(Outcome.HIGH, order) for order in permutations(told)} == {Outcome.LOW}
    assert level_in_force(Outcome.HIGH, told[1:]) is Outcome.EXTREME


@pytest.mark.parametrize("before", [None, *Outcome])
@pytest.mark.parametrize("level", [None, *Outcome])
def test_the_same_sheet_again_goes_down_from_high_only_once_a_colleague_has_read_why(
    before: Outcome | None, level: Outcome | None
) -> None:
    alone, read = judged(level, 1), judged(level, 1, reader=True, read=2)
    held = needs_reader(before, level)
    assert carried(before, level, []) is carried(before, level, [alone]) is (before if held else level)
    assert carried(before, level, [alone, read]) is level


def test_what_waits_is_overtaken_by_any_level_that_began_to_hold_since() -> None:
    waiting = judged(Outcome.LOW, 1, reader=True)
    raised, before, unread = (
        judged(Outcome.EXTREME, 2),
        judged(Outcome.EXTREME, 0),
        judged(Outcome.MEDIUM, 2, reader=True),
    )
    assert overtaken(waiting, [waiting, raised])
    assert overtaken(waiting, [judged(Outcome.MEDIUM, 0, reader=True, read=3), waiting])
    assert not overtaken(waiting, [before, waiting, unread])


def test_that_it_cannot_be_assessed_now_is_a_level_too() -> None:
    assert level_in_force(None, [judged(None, 1)]) is None
    assert level_in_force(Outcome.MEDIUM, [judged(None, 1)]) is None


def assessed(instrument: str, level: Outcome | None, day: int = 0, purpose: Purpose = Purpose.DANGER) -> Assessed:
    return Assessed(instrument, purpose, NOW + timedelta(days=day), level)


def test_no_tool_lowers_another_and_nothing_is_added_up() -> None:
    found = [assessed("da5", Outcome.HIGH), assessed("sara_s", Outcome.LOW, 3), assessed("isa", Outcome.MEDIUM, 2)]
    for order in permutations(found):
        assert standing(order) == StandingLevel(Outcome.HIGH, NOW)


def test_a_milder_tool_beside_it_does_not_put_off_the_clock_of_the_one_whose_word_holds() -> None:
    high = assessed("da5", Outcome.HIGH)
    beside = [assessed("sara_s", Outcome.MEDIUM, 6), assessed("strangulation", Outcome.NEGATIVE, 6, Purpose.SIGN)]
    assert standing([high, *beside]) == StandingLevel(Outcome.HIGH, NOW)
    assert standing([high, *beside, assessed("isa", Outcome.HIGH, 5)]) == StandingLevel(
        Outcome.HIGH, NOW + timedelta(days=5)
    )
    assert standing([high, *beside, assessed("da5", Outcome.HIGH, 7)]) == StandingLevel(
        Outcome.HIGH, NOW + timedelta(days=7)
    )


def test_a_sign_that_is_there_is_a_level_and_one_that_is_not_says_nothing() -> None:
    absent, low = assessed("strangulation", Outcome.NEGATIVE, 9, Purpose.SIGN), assessed("da5", Outcome.LOW)
    assert standing([absent]) is None
    assert standing([absent, low]) == StandingLevel(Outcome.LOW, NOW)
    assert standing([replace(absent, level=Outcome.EXTREME), low]) == StandingLevel(
        Outcome.EXTREME, NOW + timedelta(days=9)
    )


def test_the_same_tool_again_counts_as_it_was_last_time() -> None:
    found = [assessed("da5", Outcome.HIGH), assessed("da5", Outcome.LOW, 9)]
    assert standing(found) == StandingLevel(Outcome.LOW, NOW + timedelta(days=9))


def test_a_question_that_looks_for_a_reason_to_ask_is_no_level() -> None:
    assert standing([assessed("hark", Outcome.POSITIVE, purpose=Purpose.CASE_FINDING)]) is None
    assert standing([]) is None


def test_where_nobody_could_say_nothing_stands_but_the_day() -> None:
    assert standing([assessed("structured_judgement", None)]) == StandingLevel(None, NOW)


def test_that_somebody_tried_since_and_could_not_tell_is_kept_beside_what_is_known() -> None:
    tried, known = assessed("structured_judgement", None, 1), assessed("da5", Outcome.MEDIUM)
    assert standing([tried, known]) == StandingLevel(Outcome.MEDIUM, NOW, tried_at=NOW + timedelta(days=1))
    later = assessed("da5", Outcome.MEDIUM, 2)
    assert standing([tried, known, later]) == StandingLevel(Outcome.MEDIUM, NOW + timedelta(days=2))


def test_an_attempt_leaves_the_clock_of_what_is_known_where_it_was() -> None:
    known, tried = assessed("da5", Outcome.HIGH), replace(assessed("da5", Outcome.HIGH, 5), tells=False)
    assert standing([tried, known]) == StandingLevel(Outcome.HIGH, NOW)
    assert standing([replace(tried, level=None)]) == StandingLevel(None, NOW + timedelta(days=5))


def test_an_attempt_that_carries_a_level_of_which_no_sheet_is_left_is_dated_by_itself() -> None:
    """As where a newer version of the instrument is for something else, and the sheet that said it is read apart."""
    tried = replace(assessed("da5", Outcome.HIGH, 5), tells=False)
    assert standing([tried]) == StandingLevel(Outcome.HIGH, NOW + timedelta(days=5))


def test_an_untouched_sheet_is_nothing_at_all() -> None:
    untouched = replace(assessed("da5", Outcome.EXTREME, 5), tells=False, tried=False)
    assert standing([untouched]) is None
    assert standing([untouched, assessed("da5", Outcome.LOW)]) == StandingLevel(Outcome.LOW, NOW)


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_a_case_at_high_risk_is_closed_in_two(outcome: Outcome | None) -> None:
    high = outcome in {Outcome.POSITIVE, Outcome.HIGH, Outcome.EXTREME}
    assert closing_is_read([outcome]) is high
    assert closing_is_read([None, Outcome.LOW, outcome]) is high
    assert not closing_is_read([])


@pytest.mark.parametrize(
    ("level", "lasts"),
    [
        (Outcome.EXTREME, timedelta(hours=72)),
        (Outcome.HIGH, timedelta(days=7)),
        (Outcome.POSITIVE, timedelta(days=7)),
        (Outcome.MEDIUM, timedelta(days=30)),
        (Outcome.LOW, timedelta(days=60)),
        (Outcome.NEGATIVE, timedelta(days=60)),
        (None, timedelta(days=7)),
    ],
)
def test_a_level_holds_so_long(level: Outcome | None, lasts: timedelta) -> None:
    assert due_at(StandingLevel(level, NOW), [], USUAL_REVIEW) == NOW + lasts


@pytest.mark.parametrize(
    ("level", "due"),
    [
        (Outcome.EXTREME, timedelta(hours=72)),
        (Outcome.HIGH, timedelta(days=7)),
        (Outcome.MEDIUM, timedelta(days=2 + 7)),
        (Outcome.LOW, timedelta(days=2 + 7)),
    ],
)
def test_who_could_not_tell_since_looks_again_in_a_week_and_puts_nothing_off(level: Outcome, due: timedelta) -> None:
    tried = StandingLevel(level, NOW, tried_at=NOW + timedelta(days=2))
    assert due_at(tried, [], USUAL_REVIEW) == NOW + due


def test_a_network_writes_its_own_hours() -> None:
    own = ReviewClock(1, 2, 3, 4, 5, 6, RiskLevel.EXTREME)
    hours = [own.hours(level) for level in (*reversed(RiskLevel), None)]
    assert hours == [1, 2, 3, 4, 5]
    assert due_at(StandingLevel(Outcome.MEDIUM, NOW), [], own) == NOW + 3 * HOUR


@given(
    level=st.sampled_from([None, *LEVELS]),
    happened=st.lists(st.integers(-100, 2000), max_size=5),
)
def test_what_happened_since_is_answered_at_once_and_what_was_before_is_not(
    level: Outcome | None, happened: list[int]
) -> None:
    due = due_at(StandingLevel(level, NOW), [NOW + hours * HOUR for hours in happened], USUAL_REVIEW)
    by_itself = due_at(StandingLevel(level, NOW), [], USUAL_REVIEW)
    since = [NOW + hours * HOUR for hours in happened if hours > 0]
    assert by_itself is not None
    assert due == min([by_itself, *since])


def test_before_the_first_assessment_the_first_thing_that_happened_asks_for_one() -> None:
    assert due_at(None, [], USUAL_REVIEW) is None
    assert due_at(None, [NOW + HOUR, NOW], USUAL_REVIEW) == NOW


@pytest.mark.parametrize(("level", "threshold"), [*product([None, *Outcome], RiskLevel)])
def test_the_network_is_proposed_from_the_level_that_the_protocol_says(
    level: Outcome | None, threshold: RiskLevel
) -> None:
    own = ReviewClock(1, 2, 3, 4, 5, 6, threshold)
    like = {Outcome.NEGATIVE: RiskLevel.LOW, Outcome.POSITIVE: RiskLevel.HIGH}
    ranks = list(RiskLevel)
    expected = level is not None and ranks.index(like.get(level) or RiskLevel(level)) >= ranks.index(threshold)
    assert proposes_activation(level, own) is expected


def test_every_trigger_has_its_words() -> None:
    assert set(TRIGGER_LABELS) == set(Trigger)
    assert len(Trigger) == 14
