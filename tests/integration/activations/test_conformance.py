# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A network's stored activations measured, for whom, and side by side with another network's."""

from datetime import datetime, timedelta

import pytest
from tests.factories.activations import CALLS, TONIGHT, Town, a_protocol, a_town, an_activation
from tests.factories.networks import COMO, a_network

from approdo.access.rules import ROLE_PERMISSIONS, Actor, Forbidden, Permission, Role
from approdo.access.services import entered
from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.conformance import Line, Outcome, Skip
from approdo.activations.rules.states import DeclineReason, StandDownReason
from approdo.activations.selectors import Measured, compared, measured
from approdo.activations.services import advance_due, decline, release, stand_down, take, undo
from approdo.cases.models import Event
from approdo.cases.rules import CaseAct, CaseState
from approdo.cases.services import move, open_case
from approdo.kit.errors import NotFound
from approdo.networks.models import Network, Organisation
from approdo.protocols.rules import Need, Target

pytestmark = pytest.mark.django_db
LATER = TONIGHT + timedelta(days=1)


def after(minutes: float) -> datetime:
    return TONIGHT + timedelta(minutes=minutes)


@pytest.fixture
def coordinator(town: Town) -> Actor:
    return town.actor(town.coordination, role=Role.NETWORK_COORDINATOR)


def figures(coordinator: Actor, town: Town, days: int = 90, now: datetime = LATER) -> Measured:
    with entered(actor=coordinator):
        return measured(coordinator, town.network.code, days, now)


def line(found: Measured, key: str) -> Line:
    return next(one for one in found.found.real.lines if one.key == key)


def taken(town: Town, made: object, key: str, at: datetime, position: int = 1) -> None:
    call = Call.objects.get(activation_id=made.id, key=key)
    actor = town.actor({"centre": town.centre, "shelter": town.shelter, "children": town.social}[key], position)
    with entered(actor=actor):
        take(actor=actor, call_id=call.pk, now=at)


def test_what_was_in_time_late_and_still_open_is_told_by_rule(town: Town, coordinator: Actor) -> None:
    for number in range(3):
        made = an_activation(town, Need.SAFE_PLACE)
        taken(town, made, "centre", after((4, 15, 16)[number]))
    found = figures(coordinator, town)
    assert found.found.real.activations == 3
    assert line(found, "centre").tally.outcomes == {Outcome.ON_TIME: 2, Outcome.LATE: 1}
    assert line(found, "shelter").tally.outcomes == {Outcome.OPEN: 3}
    assert line(found, "shelter").tally.judged == 3
    assert line(found, "children").skipped == {Skip.NOT_NEEDED: 3}
    assert line(found, "centre").tally.on_time is None  # three are too few for a share


def test_from_five_on_there_is_a_share_a_median_and_a_ninetieth(town: Town, coordinator: Actor) -> None:
    for minutes in (1, 2, 3, 4, 50):
        taken(town, an_activation(town, Need.TALK_NOW), "centre", after(minutes))
    tally = line(figures(coordinator, town), "centre").tally
    assert (tally.on_time, tally.median, tally.ninetieth) == (80, 180, 3000)


def test_a_step_that_was_needed_shows_also_where_nobody_was(town: Town, coordinator: Actor) -> None:
    from approdo.networks.models import Shift

    Shift.objects.filter(service=town.centre, position=2).delete()
    an_activation(town, Need.TALK_NOW)
    advance_due(now=after(10))
    steps = line(figures(coordinator, town), "centre").steps
    assert [(one.target, one.needed, one.alerted) for one in steps] == [
        (Target.FIRST_ON_CALL, 1, 1),
        (Target.SECOND_ON_CALL, 1, 0),
        (Target.COORDINATOR, 1, 1),
    ]


def test_a_call_whose_messages_reached_nobody_is_not_reached(town: Town, coordinator: Actor) -> None:
    made = an_activation(town, Need.TALK_NOW)
    call = Call.objects.get(activation_id=made.id)
    assert line(figures(coordinator, town), "centre").tally.reached == 1
    Event.objects.create(case_id=made.case_id, happened_at=TONIGHT, kind="unreached", subject=call.pk)
    assert line(figures(coordinator, town), "centre").tally.reached == 0
    Alert.objects.filter(call=call).delete()
    assert line(figures(coordinator, town), "centre").tally.reached == 0


def test_a_hand_passed_on_keeps_its_first_answer(town: Town, coordinator: Actor) -> None:
    made = an_activation(town, Need.TALK_NOW)
    taken(town, made, "centre", after(2))
    actor = town.actor(town.centre)
    with entered(actor=actor):
        release(actor=actor, call_id=Call.objects.get(activation_id=made.id).pk, now=after(5))
    for minutes in (3, 3, 3, 3):
        taken(town, an_activation(town, Need.TALK_NOW), "centre", after(minutes))
    tally = line(figures(coordinator, town), "centre").tally
    assert tally.outcomes == {Outcome.ON_TIME: 4, Outcome.OPEN: 1}
    assert (tally.answered, tally.median) == (5, 180)


def test_a_stopped_search_gives_its_reason_and_what_had_not_begun_was_never_made(
    town: Town, coordinator: Actor
) -> None:
    made = an_activation(town)
    with entered(actor=town.nurse):
        stand_down(actor=town.nurse, activation_id=made.id, reason=StandDownReason.WOMAN_DECLINES, now=after(3))
    found = figures(coordinator, town)
    assert line(found, "centre").tally.outcomes == {Outcome.STOOD_DOWN: 1}
    assert line(found, "centre").stopped == {StandDownReason.WOMAN_DECLINES: 1}
    assert line(found, "centre").tally.judged == 0
    assert line(found, "children").skipped == {Skip.STOPPED_BEFORE: 1}


def test_what_was_undone_is_counted_only_and_exercises_are_apart(town: Town, coordinator: Actor) -> None:
    made = an_activation(town)
    with entered(actor=town.nurse):
        undo(actor=town.nurse, activation_id=made.id, now=TONIGHT + timedelta(seconds=5))
    an_activation(town, exercise=True)
    found = figures(coordinator, town).found
    assert (found.real.activations, found.real.undone) == (0, 1)
    assert (found.exercises.activations, found.exercises.undone) == (1, 0)


def test_the_period_begins_when_it_says(town: Town, coordinator: Actor) -> None:
    an_activation(town)
    assert figures(coordinator, town, 30, TONIGHT + timedelta(days=30)).found.real.activations == 1
    assert figures(coordinator, town, 30, TONIGHT + timedelta(days=30, seconds=1)).found.real.activations == 0


def test_what_ran_under_another_networks_protocol_is_that_networks(town: Town, coordinator: Actor) -> None:
    other = a_town(COMO)
    an_activation(town)
    an_activation(other, municipality_code=COMO)
    an_activation(other, municipality_code=COMO, now=after(60))
    assert figures(coordinator, town).found.real.activations == 1
    hers = other.actor(other.coordination, role=Role.NETWORK_COORDINATOR)
    assert figures(hers, other).found.real.activations == 2


def test_all_of_a_networks_activations_are_counted_also_those_another_coordination_supervises(
    town: Town, coordinator: Actor
) -> None:
    made = an_activation(town)
    Activation.objects.filter(pk=made.id).update(service_ids=[town.hospital.pk])
    assert figures(coordinator, town).found.real.activations == 1


def test_the_way_of_the_cases_is_told_by_their_chronologies(town: Town, coordinator: Actor) -> None:
    actor = town.actor(town.centre)
    moved = {(): 2, (CaseAct.RECEIVE,): 1, (CaseAct.RECEIVE, CaseAct.CLOSE): 1, (CaseAct.CLOSE,): 1}
    with entered(actor=actor):
        for acts, cases in moved.items():
            for _each in range(cases):
                case_id, _alias = opened(actor)
                for act in acts:
                    reason = "completed" if act is CaseAct.CLOSE else ""
                    move(actor=actor, case_id=case_id, act=act, reason=reason, now=after(10))
        opened(actor, exercise=True)
    walked = {one.state: (one.reached, one.here, one.closed) for one in figures(coordinator, town).stages}
    assert walked[CaseState.CONTACT] == (5, 2, 1)
    assert walked[CaseState.RECEPTION] == (2, 1, 1)
    assert walked[CaseState.INTAKE] == (0, 0, 0)


def opened(actor: Actor, *, exercise: bool = False) -> tuple[object, str]:
    return open_case(actor=actor, municipality_code="012133", arrival="other", now=TONIGHT, exercise=exercise)


def test_a_press_that_was_undone_opened_no_case_unless_somebody_took_it_up(town: Town, coordinator: Actor) -> None:
    kept, gone = an_activation(town), an_activation(town, key="another-key")
    with entered(actor=town.nurse):
        for made in (kept, gone):
            undo(actor=town.nurse, activation_id=made.id, now=TONIGHT + timedelta(seconds=5))
    assert figures(coordinator, town).stages[0].reached == 0
    actor = town.actor(town.centre)
    with entered(actor=actor):
        move(actor=actor, case_id=kept.case_id, act=CaseAct.RECEIVE, now=after(10))
    assert figures(coordinator, town).stages[0].reached == 1


@pytest.mark.parametrize(
    "role", sorted(role for role in Role if Permission.SUPERVISE_NETWORK not in ROLE_PERMISSIONS[role])
)
def test_only_who_supervises_reads_how_a_network_goes(town: Town, role: Role) -> None:
    with pytest.raises(Forbidden):
        measured(town.actor(town.coordination, role=role), town.network.code, 30, LATER)


def test_and_only_her_own(town: Town, coordinator: Actor) -> None:
    for code in (a_network(municipalities=(COMO,)).code, "nessuna"):
        with pytest.raises(NotFound):
            measured(coordinator, code, 30, LATER)


@pytest.mark.parametrize("role", [*Role])
def test_who_supervises_or_manages_the_project_compares(town: Town, role: Role) -> None:
    actor = town.actor(town.coordination, role=role)
    if role in {Role.NETWORK_COORDINATOR, Role.PROJECT_MANAGER}:
        assert [one.network.code for one in compared(actor, LATER)] == [town.network.code]
    else:
        with pytest.raises(Forbidden):
            compared(actor, LATER)


def test_networks_stand_side_by_side_with_their_models_and_their_figures(town: Town, coordinator: Actor) -> None:
    other, stranger = a_town(COMO), Network.objects.create(code="altra", name="Altra")
    Organisation.networks.through.objects.create(
        organisation_id=coordinator.organisation_id, network_id=other.network.pk
    )
    a_protocol(stranger, CALLS)
    for minutes in (1, 2, 3, 4, 50):
        taken(town, an_activation(town, Need.TALK_NOW), "centre", after(minutes))
    an_activation(other, municipality_code=COMO)
    an_activation(other, municipality_code=COMO, exercise=True)
    manager = town.actor(town.coordination, role=Role.PROJECT_MANAGER)
    with entered(actor=manager):
        found = {one.network.code: one for one in compared(manager, LATER)}
    assert found.keys() == {town.network.code, other.network.code}
    assert found[town.network.code].found.whole.on_time == 80
    assert found[other.network.code].found.activations == 1
    assert found[other.network.code].found.whole.on_time is None
    (text,) = found[other.network.code].in_force
    assert [call.key for call in text.parsed.calls] == ["centre", "shelter", "children"]


def test_after_it_was_counted_as_the_system_she_is_herself_again(town: Town, coordinator: Actor) -> None:
    made = an_activation(town)
    Activation.objects.filter(pk=made.id).update(service_ids=[town.hospital.pk])
    with entered(actor=coordinator):
        assert measured(coordinator, town.network.code, 30, LATER).found.real.activations == 1
        assert not Activation.objects.filter(pk=made.id).exists()
        compared(coordinator, LATER)
        assert not Activation.objects.filter(pk=made.id).exists()


def test_a_refusal_is_no_answer(town: Town, coordinator: Actor) -> None:
    made = an_activation(town, Need.TALK_NOW)
    actor = town.actor(town.centre)
    with entered(actor=actor):
        call = Call.objects.get(activation_id=made.id)
        decline(actor=actor, call_id=call.pk, reason=DeclineReason.CANNOT_NOW, now=after(1))
    tally = line(figures(coordinator, town), "centre").tally
    assert (tally.outcomes, tally.answered) == ({Outcome.OPEN: 1}, 0)
