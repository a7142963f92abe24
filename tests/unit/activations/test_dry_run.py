# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a draft would have made of activations that were."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories.protocols import call, parsed
from tests.factories.services import TONIGHT, contacts, person, service

from approdo.activations.rules.dry_run import GIVEN_UP, Around, Line, Past, Played, _played, outcome, play
from approdo.activations.rules.escalation import next_step, reach_of
from approdo.activations.rules.proof import rings_after
from approdo.networks.rules import ContactView, PersonOnCall, ServiceKind, ServiceView
from approdo.protocols.rules import CallRule, Need, Target

ALL = frozenset(Need)
CENTRE, OTHER, SHELTER, COORDINATION = 1, 2, 3, 9
SERVICES = (
    service(CENTRE),
    service(SHELTER, ServiceKind.SHELTER),
    service(COORDINATION, ServiceKind.NETWORK_COORDINATION),
)


def past(*called: tuple[str, int], needs: frozenset[Need] = ALL, place: str = "a") -> Past:
    return Past(place, needs, TONIGHT, frozenset(called))


def always(*services: ServiceView) -> Around:
    return Around(lambda _at: services, lambda _at: None)


def test_who_is_on_call_is_rung_at_once() -> None:
    assert play(parsed(call()), past(), always(*SERVICES)) == (Played("centre", CENTRE, 0, late=False),)


def test_steps_with_nobody_are_skipped_at_once_as_at_night() -> None:
    asleep = service(CENTRE, first=None, second=None)
    assert play(parsed(call()), past(), always(asleep, SERVICES[2])) == (Played("centre", CENTRE, 0, late=False),)


def test_a_telephone_of_the_second_wave_rings_when_that_goes_out() -> None:
    way = {"at_once": ["app", "email"], "if_unread": ["sms"], "after_seconds": 240}
    (one,) = play(parsed(call(channels=way)), past(), always(*SERVICES))
    assert (one.rang, one.late) == (240, False)
    (one,) = play(parsed(call(channels=way, answer_within_minutes=3)), past(), always(*SERVICES))
    assert one.late


def test_somebody_with_a_page_only_is_waited_for_before_the_next_is_rung() -> None:
    quiet = replace(SERVICES[0].first, contacts=())
    (one,) = play(parsed(call()), past(), always(service(CENTRE, first=quiet), SERVICES[2]))
    assert (one.rang, one.late) == (600, False)
    slow = parsed(call(answer_within_minutes=5))
    (one,) = play(slow, past(), always(service(CENTRE, first=quiet), SERVICES[2]))
    assert (one.rang, one.late) == (600, True)


def test_who_comes_on_call_later_is_rung_then() -> None:
    morning = TONIGHT + timedelta(minutes=25)

    def coverage(at: datetime) -> Sequence[ServiceView]:
        return (service(CENTRE, first=None, second=None, contacts=()) if at < morning else service(CENTRE),)

    (one,) = play(parsed(call()), past(), Around(coverage, lambda at: morning if at < morning else None))
    assert one.rang == 25 * 60
    assert one.late


def test_a_call_that_nobody_hears_for_two_hours_is_late_and_never_rang() -> None:
    asleep = service(CENTRE, first=None, second=None, contacts=())
    assert play(parsed(call()), past(), always(asleep)) == (Played("centre", CENTRE, None, late=True),)


def test_a_call_after_another_begins_at_its_latest_minute_and_its_limit_counts_from_there() -> None:
    document = parsed(call(), call("shelter", "shelter", after="centre", after_minutes=30))
    (_centre, shelter) = play(document, past(), always(*SERVICES))
    assert (shelter.rang, shelter.late) == (30 * 60, False)


def test_a_call_is_made_for_the_needs_of_that_night_only() -> None:
    document = parsed(call(), call("shelter", "shelter", needs=["safe_place"]))
    played = play(document, past(needs=frozenset({Need.CALL_BACK})), always(*SERVICES))
    assert [one.key for one in played] == ["centre"]


def test_lines_sum_up_by_rule_and_service_and_keep_what_is_no_longer_called_last() -> None:
    document = parsed(call("rifugio", "shelter"), call())
    pasts = [past(("centre", CENTRE)), past(("centre", CENTRE), ("dropped", OTHER))]
    found = outcome(document, pasts, lambda _code: always(*SERVICES))
    assert found.activations == 2
    assert found.different == 2
    assert found.lines == (
        Line("rifugio", SHELTER, calls=2, before=0, median_seconds=0, late=0, unheard=0),
        Line("centre", CENTRE, calls=2, before=2, median_seconds=0, late=0, unheard=0),
        Line("dropped", OTHER, calls=0, before=1, median_seconds=None, late=0, unheard=0),
    )


def test_the_same_services_under_other_names_are_not_different() -> None:
    found = outcome(parsed(call("centro")), [past(("centre", CENTRE))], lambda _code: always(*SERVICES))
    assert found.different == 0


def test_each_municipality_is_played_with_its_own_services() -> None:
    here = {"a": (service(CENTRE),), "b": (service(OTHER),)}
    found = outcome(parsed(call()), [past(place="a"), past(place="b")], lambda code: always(*here[code]))
    assert {(line.service_id, line.calls) for line in found.lines} == {(CENTRE, 1), (OTHER, 1)}


def test_no_activation_is_no_line() -> None:
    assert outcome(parsed(call()), [], lambda _code: always(*SERVICES)).lines == ()


# --- against looking every time there is something to look at, one look after the other ------------------------------


def stepping(rule: CallRule, past: Past, start_minutes: int, around: Around) -> Played:
    """One call as the night plays it: look, wait as long as the rule says, look again, until two hours have passed."""
    begins = at = past.at + timedelta(minutes=start_minutes)
    step = 0
    while at < begins + GIVEN_UP:
        services = around.at(at)
        own = next((one for one in services if one.id == CENTRE), None)
        found = next_step(rule, step, reach_of(rule, own, services), at)
        if (seconds := rings_after(rule, found.recipients)) is not None:
            rang = at + timedelta(seconds=seconds)
            late = rang - begins > timedelta(minutes=rule.answer_within_minutes)
            return Played(rule.key, CENTRE, int((rang - past.at).total_seconds()), late)
        step, at = found.step, found.due_at
    return Played(rule.key, CENTRE, None, late=True)


PEOPLE = st.sampled_from([None, (), contacts(3)[:1], contacts(3)])
"""Nobody, somebody with a page only, somebody with a letter only, somebody whose telephone rings."""


@st.composite
def nights(draw: Any) -> tuple[CallRule, Around, int]:
    """A rule, and a centre with a coordination whose people change at odd instants of three hours."""
    changes = sorted(draw(st.sets(st.integers(-60, 3 * 3600), max_size=4)))
    states = [
        tuple(
            service(
                number,
                kind,
                open_now=draw(st.booleans()),
                first=_reached_by(draw(PEOPLE), number * 10),
                second=_reached_by(draw(PEOPLE), number * 10 + 1),
                contacts=draw(PEOPLE) or (),
            )
            for number, kind in (
                (CENTRE, ServiceKind.SUPPORT_CENTRE),
                (SHELTER, ServiceKind.SHELTER),
                (COORDINATION, ServiceKind.NETWORK_COORDINATION),
            )
        )
        for _each in range(len(changes) + 1)
    ]
    instants = [TONIGHT + timedelta(seconds=second) for second in changes]

    def next_change(at: datetime) -> datetime | None:
        return next((instant for instant in instants if instant > at), None)

    targets = draw(st.lists(st.sampled_from(list(Target)), min_size=1, max_size=4, unique=True))
    rule = parsed(
        call(
            escalation=[{"to": str(one), "wait_minutes": draw(st.integers(1, 40))} for one in targets],
            repeat_minutes=draw(st.integers(1, 60)),
            answer_within_minutes=draw(st.integers(1, 60)),
            backup_kind="shelter",
            out_of_hours=draw(st.sampled_from(["on_call", "backup"])),
        )
    ).calls[0]
    around = Around(lambda at: states[bisect_right(instants, at)], next_change)
    return rule, around, draw(st.integers(0, 60))


def _reached_by(ways: tuple[ContactView, ...] | None, number: int) -> PersonOnCall | None:
    return None if ways is None else replace(person(number), contacts=ways)


@settings(max_examples=400, deadline=None)
@given(nights())
def test_looking_only_where_something_can_change_finds_what_looking_every_time_finds(night: Any) -> None:
    rule, around, start_minutes = night
    assert _played(rule, CENTRE, past(), start_minutes, around) == stepping(rule, past(), start_minutes, around)


def test_a_night_on_which_nothing_changes_is_looked_at_a_few_times_only() -> None:
    looks: list[datetime] = []
    asleep = service(CENTRE, first=None, second=None, contacts=())
    around = Around(lambda at: looks.append(at) or (asleep,), lambda _at: None)
    assert play(parsed(call()), past(), around) == (Played("centre", CENTRE, None, late=True),)
    assert len(looks) == 2  # once for the plan, once for the call
