# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever reads unusually much says why, waits and is reported; nobody in an emergency does (T9, P27)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, Town, a_town, an_activation

from approdo.access.rules import Actor, Role
from approdo.access.services import as_system, entered
from approdo.activations.models import Activation, Call
from approdo.activations.services import take
from approdo.audit.models import Entry
from approdo.cases.services import take_lead
from approdo.kit import clock
from approdo.kit.errors import Invalid, NotFound
from approdo.networks.models import Membership, Shift
from approdo.notifications.models import Message
from approdo.persons.rules import Kind
from approdo.persons.services import add
from approdo.usecases import breaking, overview, reading, record
from approdo.usecases.reading import Reading, Slowed
from approdo.usecases.record import Reason

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> None:
    settings.READINGS = {"cases_an_hour": 3, "cases_a_day": 5, "uncovered_an_hour": 2}


@pytest.fixture
def town() -> Town:
    """Nobody is on call: whoever reads is at her desk."""
    return a_town(fully_staffed=False)


@pytest.fixture
def manager(town: Town) -> Actor:
    return town.actor(town.centre, 1, Role.CENTRE_OPERATOR)


@pytest.fixture
def reader(town: Town) -> Actor:
    """A colleague of who leads."""
    return town.actor(town.centre, 2, Role.CENTRE_OPERATOR)


def led_cases(town: Town, manager: Actor, count: int, *, still_open: bool = False) -> list[UUID]:
    """Cases that the centre leads, whose activations are over."""
    found = [an_activation(town).case_id for _each in range(count)]
    with as_system():
        if not still_open:
            Activation.objects.update(state="closed", ended_at=TONIGHT + MINUTE, ended_by=manager.operator_id)
    for case_id in found:
        with entered(actor=manager):
            take_lead(actor=manager, case_id=case_id, now=clock.now())
    return found


def reads(actor: Actor, case: UUID, at: datetime) -> bool:
    """Tell whether the record opens at once."""
    try:
        with entered(actor=actor):
            record.record(actor, case, at)
    except Slowed:
        return False
    return True


def read(actor: Actor, cases: Sequence[UUID], at: datetime) -> None:
    for case in cases:
        assert reads(actor, case, at)


def goes_on(actor: Actor, case: UUID, at: datetime, reason: str = "handover", what: Reading = Reading.RECORD) -> None:
    with entered(actor=actor):
        reading.go_on(actor=actor, case_id=case, reading=what, reason=reason, now=at)


def waits(actor: Actor, case: UUID, at: datetime, reason: str = "handover") -> timedelta:
    """Return for how long one more case stays shut to somebody who says why; nothing when it opens."""
    try:
        goes_on(actor, case, at, reason)
    except Slowed as pause:
        return pause.opens_at - at
    return timedelta()


def test_beyond_the_limit_one_more_case_asks_why_and_waits_longer_each_time(
    town: Town, manager: Actor, reader: Actor
) -> None:
    cases, at = led_cases(town, manager, 6), clock.now()
    read(reader, cases[:3], at)
    assert not reads(reader, cases[3], at)
    assert waits(reader, cases[3], at) == 10 * SECOND
    assert waits(reader, cases[3], at + 9 * SECOND) == SECOND
    at += 10 * SECOND
    assert not reads(reader, cases[3], at), "waiting alone opens nothing"
    goes_on(reader, cases[3], at)
    assert reads(reader, cases[3], at)
    assert waits(reader, cases[4], at) == 20 * SECOND
    at += 20 * SECOND
    goes_on(reader, cases[4], at)
    assert waits(reader, cases[5], at) == 30 * SECOND


def test_what_she_has_just_read_is_no_other_case(town: Town, manager: Actor, reader: Actor) -> None:
    cases, at = led_cases(town, manager, 3), clock.now()
    read(reader, cases * 4, at)


def test_who_takes_the_lead_of_one_case_after_the_other_is_counted_for_a_day(
    town: Town, manager: Actor, reader: Actor
) -> None:
    cases, at = led_cases(town, manager, 4), clock.now()
    for case_id in cases:
        with entered(actor=reader):
            take_lead(actor=reader, case_id=case_id, now=at)
    read(reader, cases[:3], at)
    assert not reads(reader, cases[3], at)
    assert reads(reader, cases[3], at + timedelta(days=1, seconds=1)), "what she leads since yesterday is hers"


def test_many_questions_asked_at_once_are_answered_one_after_another(town: Town, manager: Actor, reader: Actor) -> None:
    cases, at = led_cases(town, manager, 6), clock.now()
    read(reader, cases[:3], at)
    at += 10 * SECOND
    assert [bool(waits(reader, case, at)) for case in cases[3:]] == [False, True, True]


def test_an_hour_later_the_hour_is_empty_and_a_day_later_the_day(town: Town, manager: Actor, reader: Actor) -> None:
    cases, at = led_cases(town, manager, 6), clock.now()
    read(reader, cases[:3], at)
    read(reader, cases[3:5], at + HOUR)
    assert not reads(reader, cases[5], at + 3 * HOUR), "five in a day"
    assert reads(reader, cases[5], at + 24 * HOUR)


def test_the_case_she_manages_since_a_day_never_counts_nor_waits(town: Town, manager: Actor, reader: Actor) -> None:
    cases, at = led_cases(town, manager, 5), clock.now() + timedelta(days=1, minutes=1)
    read(manager, cases, at)
    (mine,) = led_cases(town, reader, 1)
    at += timedelta(minutes=1)
    read(reader, [mine, *cases[:3]], at)
    assert not reads(reader, cases[3], at)
    assert reads(reader, mine, at)


def test_an_open_activation_never_counts_nor_waits(town: Town, manager: Actor, reader: Actor) -> None:
    closed, at = led_cases(town, manager, 4), clock.now()
    calling = led_cases(town, manager, 4, still_open=True)
    read(reader, [*calling, *closed[:3]], at)
    assert not reads(reader, closed[3], at)
    read(reader, calling, at)


def test_who_is_on_call_for_the_case_never_counts_nor_waits(town: Town, manager: Actor, reader: Actor) -> None:
    cases, at = led_cases(town, manager, 5), clock.now()
    read(reader, cases[:3], at)
    assert not reads(reader, cases[3], at)
    Shift.objects.create(
        service=town.centre, operator_id=reader.operator_id, position=1, starts_at=at - HOUR, ends_at=at + HOUR
    )
    read(reader, cases, at)


def test_beyond_the_limit_she_activates_answers_and_breaks_the_glass_and_reads_behind_it(
    town: Town, manager: Actor
) -> None:
    cases, at = led_cases(town, manager, 5), clock.now()
    nurse = town.nurse
    read(nurse, cases[:3], at)
    assert not reads(nurse, cases[3], at)
    with entered(actor=nurse):
        assert an_activation(town, now=at).created
        breaking.break_glass(actor=nurse, case_id=cases[3], reason="danger_to_life", now=at)
    assert reads(nurse, cases[3], clock.now())
    colleague = town.actor(town.centre, 2, Role.CENTRE_OPERATOR)
    read(colleague, cases[:3], at)
    assert not reads(colleague, cases[4], at)
    with as_system():
        call = Call.objects.filter(activation__state="open", key="centre").get()
    with entered(actor=colleague):
        take(actor=colleague, call_id=call.pk, now=clock.now())


def test_for_a_woman_in_danger_it_opens_at_once_three_times_an_hour(town: Town, manager: Actor, reader: Actor) -> None:
    cases, at = led_cases(town, manager, 7), clock.now()
    read(reader, cases[:3], at)
    for case in cases[3:6]:
        goes_on(reader, case, at, "danger")
        assert reads(reader, case, at)
    assert waits(reader, cases[6], at, "danger") == 40 * SECOND


def test_without_a_reason_it_does_not_open(town: Town, manager: Actor, reader: Actor) -> None:
    cases, at = led_cases(town, manager, 4), clock.now()
    read(reader, cases[:3], at)
    for reason in ("", "curiosity"):
        with pytest.raises(Invalid):
            goes_on(reader, cases[3], at + MINUTE, reason)
    assert not reads(reader, cases[3], at + MINUTE)


def test_saying_why_about_a_case_that_is_not_there_for_her_says_nothing(town: Town, manager: Actor) -> None:
    (case,) = led_cases(town, manager, 1)
    with pytest.raises(NotFound):
        goes_on(a_town("013075").nurse, case, clock.now())
    assert not Entry.objects.filter(verb="record.go_on").exists()


def test_uncovering_too_often_asks_why_each_time(town: Town, manager: Actor, reader: Actor) -> None:
    (case,), at = led_cases(town, manager, 1), clock.now()
    with entered(actor=manager):
        saved = add(
            actor=manager, case_id=case, kind=Kind.IDENTITY, written={"given_name": "Canarina"}, declined=(), now=at
        )

    def uncovers(when: datetime) -> None:
        with entered(actor=reader):
            record.uncovered(reader, case, saved.entry_id, Reason.MEETING, when)

    uncovers(at)
    uncovers(at)
    with pytest.raises(Slowed):
        uncovers(at)
    at += 10 * SECOND
    goes_on(reader, case, at, what=Reading.UNCOVER)
    uncovers(at + SECOND)
    with pytest.raises(Slowed):
        uncovers(at + 2 * SECOND)


def beyond_the_limit(town: Town, manager: Actor, reader: Actor, at: datetime, extra: int = 1) -> datetime:
    """Let her read three cases, and go on to more; return when she opened the last."""
    cases = led_cases(town, manager, 3 + extra)
    read(reader, cases[:3], at)
    for number, case in enumerate(cases[3:], start=1):
        at += number * 10 * SECOND
        goes_on(reader, case, at)
    return at


def test_coordinators_of_her_organisation_and_of_another_are_told_once_an_hour_and_of_no_case(
    town: Town, manager: Actor, reader: Actor, coordinator: Actor
) -> None:
    Membership.objects.filter(service=town.centre).update(role=Role.ORGANISATION_COORDINATOR)
    at = beyond_the_limit(town, manager, reader, clock.now(), extra=3)
    sent = Message.objects.filter(template="notice")
    people = [one.recipient_operator_id for one in sent if one.channel == "app"]
    assert sorted(people) == sorted({manager.operator_id, *coordinators(town)}), "each of them once"
    assert reader.operator_id not in people
    (later,) = led_cases(town, manager, 1)
    goes_on(reader, later, at + HOUR + MINUTE)
    assert Entry.objects.filter(verb="reading.report").count() == 2
    assert set(Entry.objects.filter(verb="reading.report").values_list("case_id", flat=True)) == {None}


def coordinators(town: Town) -> set[int]:
    return {person.pk for person in town.people[town.coordination.pk]}


def seen_by(actor: Actor) -> list[tuple[int, int]]:
    with entered(actor=actor):
        return [(one.cases, one.uncovered) for one in overview.day(actor, clock.now()).unusual]


def test_it_stands_on_the_day_of_coordinators_and_never_on_her_own(
    town: Town, manager: Actor, reader: Actor, coordinator: Actor
) -> None:
    beyond_the_limit(town, manager, reader, clock.now())
    at_home = Actor(manager.operator_id, manager.organisation_id, manager.service_id, Role.ORGANISATION_COORDINATOR)
    herself = Actor(reader.operator_id, reader.organisation_id, reader.service_id, Role.ORGANISATION_COORDINATOR)
    elsewhere = a_town("013075")
    assert seen_by(at_home) == [(4, 0)]
    assert seen_by(coordinator) == [(4, 0)]
    stranger = elsewhere.actor(elsewhere.coordination, role=Role.NETWORK_COORDINATOR)
    for actor in (herself, manager, reader, stranger):
        assert seen_by(actor) == []
