# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""At every instant, in every municipality, at every step: does a telephone ring?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories.protocols import call, parsed
from tests.factories.services import person, service

from approdo.activations.rules.escalation import reach_of
from approdo.activations.rules.planning import plan
from approdo.activations.rules.proof import Hole, Miss, Place, fresh, holes, misses, prove, quarters
from approdo.networks.rules import (
    Channel,
    ContactHours,
    ContactView,
    Course,
    Duty,
    Hours,
    Period,
    ServiceKind,
    ServiceView,
    course,
    is_open,
    opening_periods,
)
from approdo.protocols.rules import LOUD, CallRule, Need, ProtocolDocument, Target

MIDNIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
WHOLE = Period(MIDNIGHT, MIDNIGHT + timedelta(days=1))
CENTRE, SOCIAL, COORDINATION = 1, 2, 9
NIGHT = Hours(frozenset(range(8)), time(20), time(8))


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


def through(view: ServiceView, *duties: Duty, opened: tuple[Period, ...] = (WHOLE,), whole: Period = WHOLE) -> Course:
    """A service through a stretch: its people only while they are on duty, its line always."""

    def then(open_now: bool, on_call: Any) -> ServiceView:
        people = {place: person(operator, place) for place, operator in on_call.items()}
        return replace(view, open_now=open_now, first=people.get(1), second=people.get(2))

    return course(then, sorted(duties, key=lambda duty: duty.starts_at), opened, whole)


def silent_line(number: int, kind: ServiceKind = ServiceKind.SUPPORT_CENTRE, **changes: Any) -> ServiceView:
    return service(number, kind, contacts=(), **changes)


def rule(**changes: Any) -> CallRule:
    return parsed(call(**changes)).calls[0]


COORDINATED = service(COORDINATION, ServiceKind.NETWORK_COORDINATION)


def test_a_call_that_everybody_would_hear_misses_nothing() -> None:
    assert misses(rule(), [service(CENTRE), COORDINATED]) == frozenset()


def test_a_step_with_nobody_on_call_is_missed_and_says_who_can_fill_it() -> None:
    found = misses(rule(), [service(CENTRE, second=None), COORDINATED])
    assert found == {Miss("centre", CENTRE, Target.SECOND_ON_CALL, (CENTRE,))}


def test_a_call_that_nobody_hears_at_any_step_is_missed_as_a_whole() -> None:
    nobody = silent_line(COORDINATION, ServiceKind.NETWORK_COORDINATION, first=None, second=None)
    found = misses(rule(), [service(CENTRE, first=None, second=None), nobody])
    assert found == {Miss("centre", CENTRE, None, (CENTRE, COORDINATION))}


def test_a_territory_without_any_service_to_call_is_missed_and_nobody_can_fill_it() -> None:
    assert misses(rule(), [service(3, ServiceKind.SHELTER)]) == {Miss("centre", None, None, ())}


@pytest.mark.parametrize("channel", sorted(set(Channel) - LOUD))
def test_a_page_or_a_letter_wakes_nobody(channel: Channel) -> None:
    quiet = replace(person(11), contacts=(ContactView(channel, "x"),))
    found = misses(rule(), [service(CENTRE, first=quiet), COORDINATED])
    assert found == {Miss("centre", CENTRE, Target.FIRST_ON_CALL, (CENTRE,))}


def test_a_number_on_a_channel_that_the_rule_does_not_use_never_rings() -> None:
    way = {"at_once": ["email", "voice"]}
    texted = replace(
        person(11), contacts=(ContactView(Channel.EMAIL, "x@rete.example"), ContactView(Channel.SMS, "+390011111111"))
    )
    spoken = replace(texted, contacts=(*texted.contacts, ContactView(Channel.VOICE, "+390011111111")))
    found = misses(rule(channels=way), [service(CENTRE, first=texted), COORDINATED])
    assert found == {Miss("centre", CENTRE, Target.FIRST_ON_CALL, (CENTRE,))}
    assert misses(rule(channels=way), [service(CENTRE, first=spoken), COORDINATED]) == frozenset()
    only = replace(texted, contacts=texted.contacts[1:])  # with nothing else, her number is used all the same
    assert misses(rule(channels=way), [service(CENTRE, first=only), COORDINATED]) == frozenset()


def test_what_the_protocol_passes_by_at_this_hour_is_not_missed() -> None:
    night = rule(
        backup_kind="social_emergency",
        out_of_hours="backup",
        escalation=[
            {"to": "first_on_call", "wait_minutes": 5},
            {"to": "backup_service", "wait_minutes": 5},
            {"to": "coordinator"},
        ],
    )
    closed = service(CENTRE, first=None, second=None, open_now=False)
    assert misses(night, [closed, service(SOCIAL, ServiceKind.SOCIAL_EMERGENCY), COORDINATED]) == frozenset()
    asleep = silent_line(SOCIAL, ServiceKind.SOCIAL_EMERGENCY, first=None, second=None)
    assert misses(night, [closed, asleep, COORDINATED]) == {
        Miss("centre", CENTRE, Target.BACKUP_SERVICE, (SOCIAL,)),
    }


def test_of_a_rule_that_calls_all_each_service_is_looked_at() -> None:
    found = misses(rule(choose="all"), [service(CENTRE), service(5, first=None), COORDINATED])
    assert found == {Miss("centre", 5, Target.FIRST_ON_CALL, (5,))}


def test_a_hole_lasts_exactly_from_the_end_of_one_shift_to_the_beginning_of_the_next() -> None:
    centre = through(
        service(CENTRE),
        Duty(11, 1, at(-2), at(7.2)),
        Duty(12, 1, at(8), at(30)),
        Duty(13, 2, at(-9), at(40)),
    )
    found = holes(rule(), [centre, through(COORDINATED)], WHOLE)
    assert [(hole.miss.target, hole.period) for hole in found] == [
        (Target.FIRST_ON_CALL, Period(at(7.2), at(8))),
    ]


def test_two_shifts_that_meet_leave_no_hole_and_two_people_in_turn_are_one_stretch() -> None:
    meeting = through(service(CENTRE), Duty(11, 1, at(-2), at(8)), Duty(12, 1, at(8), at(30)))
    found = holes(rule(), [meeting, through(COORDINATED)], WHOLE)
    assert [(hole.miss.target, hole.period) for hole in found] == [(Target.SECOND_ON_CALL, WHOLE)]


def test_municipalities_served_alike_share_a_hole_and_others_do_not() -> None:
    courses = {
        CENTRE: through(service(CENTRE), Duty(11, 1, at(-2), at(30)), Duty(12, 2, at(-2), at(30))),
        5: through(service(5), Duty(51, 1, at(-2), at(30))),
        COORDINATION: through(COORDINATED),
    }
    serving = {"a": (CENTRE, 9), "b": (5, 9), "c": (5, 9)}
    (found,) = prove(parsed(call()), courses, serving, WHOLE)
    assert found.municipalities == ("b", "c")
    assert found.hole.miss == Miss("centre", 5, Target.SECOND_ON_CALL, (5,))


def test_silence_comes_before_steps_and_the_earlier_before_the_later() -> None:
    nobody = through(silent_line(COORDINATION, ServiceKind.NETWORK_COORDINATION))
    centre = through(silent_line(CENTRE), Duty(11, 1, at(-2), at(20)), Duty(12, 2, at(4), at(20)))
    found = prove(parsed(call()), {CENTRE: centre, 9: nobody}, {"a": (CENTRE, 9)}, WHOLE)
    assert [(one.hole.miss.target, one.hole.period.starts_at) for one in found] == [
        (None, at(20)),
        (Target.SECOND_ON_CALL, at(0)),
        (Target.COORDINATOR, at(0)),
    ]


def test_only_a_call_that_was_heard_before_is_newly_silent() -> None:
    miss = Miss("centre", CENTRE, None, (CENTRE,))

    def place(miss: Miss, start: float, end: float, *codes: str) -> Place:
        return Place(Hole(miss, Period(at(start), at(end))), codes)

    before = [place(miss, 2, 6, "a")]
    assert fresh([place(miss, 3, 5, "a")], before) == ()
    assert fresh([place(replace(miss, call="another"), 3, 5, "a")], before) == ()
    assert fresh([longer := place(miss, 3, 7, "a")], before) == (longer,)
    assert fresh([elsewhere := place(miss, 3, 5, "a", "b")], before) == (elsewhere,)
    assert fresh([other := place(replace(miss, service_id=5), 3, 5, "a")], before) == (other,)
    assert fresh([place(replace(miss, target=Target.FIRST_ON_CALL), 3, 7, "a")], before) == ()
    assert fresh([place(miss, 2, 6, "a")], [place(miss, 2, 4, "a"), place(miss, 4, 6, "a")]) == ()


@pytest.mark.parametrize(("minutes", "expected"), [(15, 1), (16, 2), (24 * 60, 96), (0, 0)])
def test_quarters_of_an_hour_are_counted_up(minutes: int, expected: int) -> None:
    assert quarters(Period(MIDNIGHT, MIDNIGHT + timedelta(minutes=minutes))) == expected


# --- against every quarter of an hour, looked at one by one, on both nights of a clock change -------------------------

CHANGES = {"autumn": datetime(2026, 10, 24, 15, 0, tzinfo=UTC), "spring": datetime(2027, 3, 27, 15, 0, tzinfo=UTC)}
KINDS = {
    CENTRE: ServiceKind.SUPPORT_CENTRE,
    5: ServiceKind.SUPPORT_CENTRE,
    SOCIAL: ServiceKind.SOCIAL_EMERGENCY,
    COORDINATION: ServiceKind.NETWORK_COORDINATION,
}
MINUTES = st.integers(0, 36 * 4 + 1).map(lambda quarter: 15 * quarter - 30)
TARGETS = st.lists(st.sampled_from(list(Target)), min_size=1, max_size=4, unique=True)


@st.composite
def shifts(draw: Any, start: datetime) -> list[Duty]:
    """Shifts of both positions that may leave holes and never overlap."""
    made = []
    for position in (1, 2):
        edges = sorted(draw(st.sets(MINUTES, max_size=6)))
        for number, (begins, ends) in enumerate(zip(edges[::2], edges[1::2], strict=False)):
            span = start + timedelta(minutes=begins), start + timedelta(minutes=ends)
            made.append(Duty(10 * position + number, position, *span))
    return sorted(made, key=lambda duty: duty.starts_at)


Points = tuple[tuple[Channel, ContactHours], ...]
POINTS = st.lists(st.tuples(st.sampled_from(list(Channel)), st.sampled_from(list(ContactHours))), max_size=4).map(tuple)
"""How a person or a line is reached, in order: by which channels, and whether only while the service is open."""


@dataclass(frozen=True)
class Drawn:
    """A service of a drawn world: its shifts, its hours, how its line and each person of it are reached."""

    view: ServiceView
    duties: list[Duty]
    hours: tuple[Hours, ...]
    line: Points
    people: dict[int, Points]

    def seen(self, open_now: bool, on_call: Mapping[int, int]) -> ServiceView:
        """The service as it is with these people on call, open or shut."""
        people = {
            place: replace(person(operator, place), contacts=_in_use(self.people[operator], open_now))
            for place, operator in on_call.items()
        }
        line = _in_use(self.line, open_now)
        return replace(self.view, open_now=open_now, first=people.get(1), second=people.get(2), contacts=line)


def _in_use(points: Points, open_now: bool) -> tuple[ContactView, ...]:
    wrong = ContactHours.CLOSED if open_now else ContactHours.OPEN
    return tuple(ContactView(channel, "+390011111111") for channel, when in points if when is not wrong)


@st.composite
def channels(draw: Any) -> dict[str, Any]:
    """The channels of a rule as a protocol may name them: some at once, others if nobody read, one of them loud."""
    at_once = draw(st.sets(st.sampled_from(list(Channel)), min_size=1))
    if_unread = draw(st.sets(st.sampled_from(list(Channel)))) - at_once
    if not LOUD & (at_once | if_unread):
        at_once |= {draw(st.sampled_from(sorted(LOUD)))}
    way: dict[str, Any] = {"at_once": sorted(map(str, at_once))}
    return way | ({"if_unread": sorted(map(str, if_unread)), "after_seconds": 60} if if_unread else {})


@st.composite
def worlds(draw: Any) -> tuple[Period, ProtocolDocument, dict[int, Drawn]]:
    """A territory of four services around a clock change, and a protocol of one or two calls."""
    start = CHANGES[draw(st.sampled_from(sorted(CHANGES)))]
    whole = Period(start, start + timedelta(hours=36))
    made = {}
    for number in draw(st.sets(st.sampled_from(sorted(KINDS)), min_size=1)):
        hours = draw(st.sampled_from([(), (NIGHT,), (Hours(frozenset(range(8)), time(1, 30), time(3, 15)),)]))
        duties = draw(shifts(start))
        people = {operator: draw(POINTS) for operator in sorted({duty.operator_id for duty in duties})}
        made[number] = Drawn(service(number, KINDS[number]), duties, hours, draw(POINTS), people)
    backup = {"backup_kind": "social_emergency", "out_of_hours": draw(st.sampled_from(["backup", "on_call"]))}
    calls = [
        call(
            f"call{number}",
            choose=draw(st.sampled_from(["one", "all"])),
            channels=draw(channels()),
            escalation=[{"to": str(target), "wait_minutes": 5} for target in draw(TARGETS)],
            **(backup if draw(st.booleans()) else {}),
        )
        for number in range(draw(st.integers(1, 2)))
    ]
    return whole, parsed(*calls), made


def a_telephone_rings(rule: CallRule, known: set[Channel]) -> bool:
    """Whether somebody with these channels hears a call: by those that it names, or by hers when it names none."""
    outside = known - {Channel.APP}
    at_once, later = outside & set(rule.channels.at_once), outside & set(rule.channels.if_unread)
    used = at_once | later if at_once else later or outside
    return bool(used & LOUD)


def one_by_one(document: ProtocolDocument, views: list[ServiceView]) -> set[tuple[str, int | None, Target | None]]:
    """What an activation at one instant would miss, from the plan that an activation makes."""
    found: set[tuple[str, int | None, Target | None]] = set()
    made = plan(document, frozenset(Need), views).calls
    found |= {(rule.key, None, None) for rule in document.calls if rule not in [one.rule for one in made]}
    for one in made:
        reach = reach_of(one.rule, one.service, views)
        asked = {step.to: reach(step.to) for step in one.rule.escalation}
        heard = {
            target: any(a_telephone_rings(one.rule, {way.channel for way in who.contacts}) for who in people)
            for target, people in asked.items()
            if people is not None
        }
        if any(heard.values()):
            found |= {(one.rule.key, one.service.id, target) for target, rings in heard.items() if not rings}
        else:
            found.add((one.rule.key, one.service.id, None))
    return found


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_the_proof_says_at_every_quarter_of_an_hour_what_looking_then_would_say(world: Any) -> None:
    whole, document, made = world
    courses = {
        number: course(
            one.seen,
            one.duties,
            tuple(opening_periods(one.hours, always_open=False, start=whole.starts_at, end=whole.ends_at)),
            whole,
        )
        for number, one in made.items()
    }
    proved = prove(document, courses, {"a": tuple(made)}, whole)
    moment = whole.starts_at
    while moment < whole.ends_at:
        views = []
        for one in made.values():
            held = {duty.position: duty.operator_id for duty in one.duties if duty.starts_at <= moment < duty.ends_at}
            views.append(one.seen(is_open(one.hours, always_open=False, at=moment), held))
        said = {
            (one.hole.miss.call, one.hole.miss.service_id, one.hole.miss.target)
            for one in proved
            if one.hole.period.starts_at <= moment < one.hole.period.ends_at
        }
        assert said == one_by_one(document, views), moment
        moment += timedelta(minutes=15)
