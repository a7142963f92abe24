# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the month's drill is, and what may happen to one: the moment against an oracle, the two tables walked whole."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from approdo.networks.rules import ROME, Channel, is_holiday
from approdo.notifications.rules import (
    DRILL_TRANSITIONS,
    DRILL_WORDS,
    FAILED,
    OPEN,
    PENDING,
    PRESSED_AT_MOST,
    PRESSED_IN,
    RING_TRANSITIONS,
    RING_WORDS,
    USUAL,
    WEEKDAYS,
    WEEKS,
    DrillEvent,
    DrillState,
    Moment,
    RingEvent,
    RingState,
    Telephone,
    day_of,
    made_up_for,
    next_moment,
    next_press_at,
    of_those_who,
    outcome,
)

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MOMENTS = st.builds(
    Moment,
    st.sampled_from(WEEKS),
    st.sampled_from(WEEKDAYS),
    st.times(min_value=time(0), max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0)),
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


def oracle(moment: Moment, after: datetime) -> datetime:
    """Walk the calendar day by day and the clock of Rome minute by minute, counting weekdays on one's fingers."""
    day, held = date(after.year, after.month, 1) - timedelta(days=62), []
    day = day.replace(day=1)
    seen, month = 0, (0, 0)
    while len(held) < 8:
        if (day.year, day.month) != month:
            seen, month = 0, (day.year, day.month)
        if day.weekday() == moment.weekday:
            seen += 1
            if seen == moment.week:
                kept = day
                if is_holiday(kept):
                    kept += timedelta(days=1)
                    while is_holiday(kept) or kept.weekday() in (5, 6):
                        kept += timedelta(days=1)
                held.append(kept)
        day += timedelta(days=1)
    return next(at for kept in held if (at := on_the_wall(kept, moment.at)) > after)


def on_the_wall(day: date, at: time) -> datetime:
    """Return the first instant of a day at which a clock in Rome shows this time, or one that comes after it."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ROME).astimezone(UTC)
    wanted = datetime.combine(day, at)
    for minute in range(26 * 60):
        instant = midnight + timedelta(minutes=minute)
        if instant.astimezone(ROME).replace(tzinfo=None) >= wanted:
            return instant
    raise AssertionError("a day has no such minute")


@given(MOMENTS, INSTANTS)
@example(USUAL, datetime(2026, 12, 1, 10, 0, tzinfo=UTC))
@example(Moment(1, 0, time(11)), datetime(2026, 12, 31, tzinfo=UTC))
@example(Moment(4, 6, time(2, 30)), datetime(2028, 3, 1, tzinfo=UTC))
@example(Moment(4, 6, time(2, 30)), datetime(2026, 10, 20, tzinfo=UTC))
@example(Moment(4, 4, time(0)), datetime(2026, 12, 24, tzinfo=UTC))
def test_the_next_drill_is_the_one_that_somebody_with_a_calendar_finds(moment: Moment, after: datetime) -> None:
    assert next_moment(moment, after) == oracle(moment, after)


@pytest.mark.parametrize(
    ("moment", "after", "expected"),
    [
        (USUAL, datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 1, 10, 0, tzinfo=UTC)),
        (USUAL, datetime(2026, 12, 1, 10, 0, tzinfo=UTC), datetime(2027, 1, 5, 10, 0, tzinfo=UTC)),
        # summer: eleven in Rome is nine in Greenwich
        (USUAL, datetime(2027, 6, 1, 8, 0, tzinfo=UTC), datetime(2027, 6, 1, 9, 0, tzinfo=UTC)),
        # the second Tuesday of December 2026 is the Immaculate Conception; Wednesday works
        (Moment(2, 1), datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 9, 10, 0, tzinfo=UTC)),
        # Christmas is a Friday: Saint Stephen, Sunday, and then Monday
        (Moment(4, 4), datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 28, 10, 0, tzinfo=UTC)),
        # a Saturday that she chose is no holiday
        (Moment(1, 5), datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 5, 10, 0, tzinfo=UTC)),
        # the clock leaps over half past two on 26 March 2028, and shows it twice on 25 October 2026
        (Moment(4, 6, time(2, 30)), datetime(2028, 3, 25, tzinfo=UTC), datetime(2028, 3, 26, 1, 0, tzinfo=UTC)),
        (Moment(4, 6, time(2, 30)), datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_holidays_and_both_clock_changes(moment: Moment, after: datetime, expected: datetime) -> None:
    assert next_moment(moment, after) == expected


@given(MOMENTS, INSTANTS)
def test_what_was_missed_is_made_up_for_on_a_working_day_to_come(moment: Moment, now: datetime) -> None:
    made_up = made_up_for(moment, now).astimezone(ROME)
    between = [now.astimezone(ROME).date() + timedelta(days=n) for n in range(1, 8)]
    working = [day for day in between if day.weekday() < 5 and not is_holiday(day)]
    assert made_up.date() == working[0]
    assert made_up.astimezone(UTC) == on_the_wall(working[0], moment.at)


def test_every_month_has_the_day_and_no_holiday_is_one() -> None:
    for year, month, week, weekday in product(range(2025, 2032), range(1, 13), WEEKS, WEEKDAYS):
        day = day_of(Moment(week, weekday), year, month)
        assert (day.year, day.month) == (year, month)
        assert not is_holiday(day)


# -- the tables -------------------------------------------------------------------------------------------------------

DRILL_WALK = {
    DrillState.WAITING: "ring→sent find_nobody→nobody find_no_channel→no_channel overtake→overtaken",
    DrillState.SENT: "deliver→delivered answer→answered answer_partly→partly run_out→silent overtake→overtaken",
    DrillState.DELIVERED: "answer→answered answer_partly→partly run_out→silent overtake→overtaken",
}
RING_WALK = {
    RingState.SENT: "deliver→delivered answer→answered run_out→silent stop→stopped",
    RingState.DELIVERED: "answer→answered run_out→silent stop→stopped",
    RingState.SILENT: "answer→late",
}


@pytest.mark.parametrize(("state", "event"), list(product(DrillState, DrillEvent)))
def test_a_drill_goes_where_the_table_says_and_nowhere_else(state: DrillState, event: DrillEvent) -> None:
    steps = dict(step.split("→") for step in DRILL_WALK.get(state, "").split())
    assert DRILL_TRANSITIONS.get((state, event)) == steps.get(event)


@pytest.mark.parametrize(("state", "event"), list(product(RingState, RingEvent)))
def test_a_telephone_goes_where_the_table_says_and_nowhere_else(state: RingState, event: RingEvent) -> None:
    steps = dict(step.split("→") for step in RING_WALK.get(state, "").split())
    assert RING_TRANSITIONS.get((state, event)) == steps.get(event)


def test_what_is_open_can_end_and_what_has_ended_never_moves() -> None:
    moving = {state for state, _event in DRILL_TRANSITIONS}
    assert moving == OPEN
    assert not FAILED & OPEN
    assert set(DrillState) - OPEN - FAILED == {DrillState.ANSWERED, DrillState.OVERTAKEN}
    assert {state for state, event in RING_TRANSITIONS if event is RingEvent.STOP} == PENDING
    assert set(DRILL_WORDS) == set(DrillState)
    assert set(RING_WORDS) == set(RingState)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("answered", DrillEvent.ANSWER),
        ("answered answered", DrillEvent.ANSWER),
        ("silent answered", DrillEvent.ANSWER_PARTLY),
        ("no_channel answered", DrillEvent.ANSWER_PARTLY),
        ("silent", DrillEvent.RUN_OUT),
        ("silent no_channel", DrillEvent.RUN_OUT),
        ("no_channel", DrillEvent.FIND_NO_CHANNEL),
        ("no_channel no_channel", DrillEvent.FIND_NO_CHANNEL),
    ],
)
def test_a_drill_ends_well_only_when_everybody_who_was_tried_answered(states: str, expected: DrillEvent) -> None:
    assert outcome([RingState(state) for state in states.split()]) is expected


def telephone(position: int, *, rings: bool = True) -> Telephone:
    return Telephone(position, position, ((Channel.SMS, "+390012345678", 0),) if rings else ())


@pytest.mark.parametrize(
    ("there", "rung", "both", "expected"),
    [
        ([(1, True), (2, True)], [], False, [1]),
        ([(2, True), (1, True)], [], False, [1]),
        ([(1, True), (2, True)], [], True, [1, 2]),
        ([(1, True), (2, True)], [1], False, [2]),
        ([(1, True), (2, True)], [1, 2], False, []),
        ([(1, False), (2, True)], [], False, [1, 2]),
        ([(1, False), (2, False)], [], False, [1, 2]),
        ([(1, False)], [], False, [1]),
        ([(0, True)], [], False, [0]),
        ([], [], False, []),
        ([], [], True, []),
    ],
)
def test_the_second_is_tried_after_the_first_or_with_her_or_at_once_when_the_first_has_no_telephone(
    there: list[tuple[int, bool]], rung: list[int], both: bool, expected: list[int]
) -> None:
    telephones = [telephone(position, rings=rings) for position, rings in there]
    assert [one.position for one in of_those_who(telephones, rung, both=both)] == expected


def test_three_presses_in_a_day_and_then_tomorrow() -> None:
    pressed = [NOW - timedelta(hours=hours) for hours in (23, 5, 1)]
    assert len(pressed) == PRESSED_AT_MOST
    assert next_press_at(pressed, NOW) == pressed[0] + PRESSED_IN
    assert next_press_at(pressed, NOW + timedelta(hours=1)) is None
    assert next_press_at(pressed[1:], NOW) is None
