# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is kept out asked for the case: a referent and who leads learn of it, and he learns nothing (P14)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.factories.activations import Town, a_town, an_activation

from approdo.access.rules import Actor, Role
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry
from approdo.cases.services import take_lead
from approdo.consents.models import Block
from approdo.kit import clock
from approdo.networks.models import Membership
from approdo.notifications.models import Message
from approdo.usecases import attempts, breaking, overview, sharing

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(town: Town, centre: Actor) -> UUID:
    """Led by the centre; the nurse is kept out of it."""
    case_id = an_activation(town).case_id
    with entered(actor=centre):
        take_lead(actor=centre, case_id=case_id, now=clock.now())
    keep_out(centre, case_id, town.nurse)
    return case_id


def keep_out(by: Actor, case: UUID, whom: Actor) -> None:
    with entered(actor=by):
        sharing.keep_out(actor=by, case_id=case, operator_id=whom.operator_id or 0, reason="knows_him", now=clock.now())


def tries(actor: Actor, case: UUID, after: timedelta = timedelta()) -> None:
    with entered(actor=actor):
        attempts.note(actor=actor, named={"case_id": case}, now=clock.now() + after)


def told(after: timedelta = timedelta()) -> set[int]:
    """Let the sweep come round, and return to whom it wrote."""
    before = set(Message.objects.filter(template="notice").values_list("pk", flat=True))
    with as_system():
        attempts.tell_of(now=clock.now() + after)
    sent = Message.objects.filter(template="notice").exclude(pk__in=before)
    assert set(sent.values_list("code", flat=True)) <= {""}
    return {one.recipient_operator_id for one in sent}


def seen_by(actor: Actor, case: UUID | None = None) -> tuple[attempts.Tried, ...]:
    with entered(actor=actor):
        return attempts.shown_to(actor, attempts.ask_lately(clock.now()).value, case)


def test_who_leads_and_an_independent_referent_are_told_and_nobody_else(
    town: Town, centre: Actor, coordinator: Actor, case: UUID
) -> None:
    second = town.actor(town.coordination, 2, Role.NETWORK_COORDINATOR)
    tries(town.nurse, case)
    assert told() == {centre.operator_id, coordinator.operator_id, second.operator_id}


def test_a_coordinator_of_his_own_organisation_is_no_independent_referent(
    town: Town, centre: Actor, coordinator: Actor, case: UUID
) -> None:
    keep_out(centre, case, coordinator)
    colleague = town.actor(town.coordination, 2, Role.NETWORK_COORDINATOR)
    tries(coordinator, case)
    assert told() == {centre.operator_id}
    assert seen_by(colleague) == ()


def test_a_referent_who_is_kept_out_herself_is_told_nothing_and_sees_nothing(
    town: Town, centre: Actor, coordinator: Actor, case: UUID
) -> None:
    keep_out(centre, case, coordinator)
    tries(town.nurse, case)
    assert coordinator.operator_id not in told()
    assert seen_by(coordinator) == ()


def test_nor_is_she_told_of_an_emergency_access(town: Town, centre: Actor, coordinator: Actor, case: UUID) -> None:
    second = town.actor(town.coordination, 2, Role.NETWORK_COORDINATOR)
    keep_out(centre, case, coordinator)
    colleague = town.actor(town.hospital, 2, Role.EMERGENCY_OPERATOR)
    with entered(actor=colleague):
        breaking.break_glass(actor=colleague, case_id=case, reason="danger_to_life", now=clock.now())
    written_to = set(Message.objects.filter(template="notice").values_list("recipient_operator_id", flat=True))
    assert second.operator_id in written_to
    assert coordinator.operator_id not in written_to


def test_several_attempts_in_an_hour_are_one_message(town: Town, coordinator: Actor, case: UUID) -> None:
    for minutes in (0, 1, 2):
        tries(town.nurse, case, timedelta(minutes=minutes))
    assert told(timedelta(minutes=3))
    tries(town.nurse, case, timedelta(minutes=40))
    assert not told(timedelta(minutes=41))
    tries(town.nurse, case, timedelta(minutes=64))
    assert told(timedelta(minutes=65))
    assert not told(timedelta(minutes=66))


def test_the_attempt_stands_on_the_day_and_on_the_case_of_who_leads(
    town: Town, centre: Actor, coordinator: Actor, case: UUID
) -> None:
    assert seen_by(centre) == ()
    tries(town.nurse, case)
    with entered(actor=centre):
        (one,) = overview.day(centre, clock.now()).attempts
        assert overview.case(centre, case, clock.now()).attempts == (one,)
    assert one.case_id == case
    assert one.who
    assert one.service


def test_a_referent_sees_who_and_when_and_not_which_case(town: Town, coordinator: Actor, case: UUID) -> None:
    tries(town.nurse, case)
    (one,) = seen_by(coordinator)
    assert one.who
    assert (one.case_id, one.alias) == (None, "")
    assert seen_by(coordinator, case) == ()


def test_a_referent_of_another_network_and_who_only_takes_part_see_nothing(town: Town, case: UUID) -> None:
    tries(town.nurse, case)
    elsewhere = a_town("013075")
    Membership.objects.filter(service=elsewhere.coordination).update(role=Role.NETWORK_COORDINATOR)
    for actor in (
        elsewhere.actor(elsewhere.coordination, role=Role.NETWORK_COORDINATOR),
        town.actor(town.shelter, role=Role.SHELTER_MANAGER),
        town.actor(town.hospital, 2, Role.EMERGENCY_OPERATOR),
        town.nurse,
    ):
        assert seen_by(actor) == ()
        assert seen_by(actor, case) == ()


def test_asking_for_what_is_hidden_or_absent_tells_nobody_and_names_no_case(town: Town, case: UUID) -> None:
    stranger = a_town("013075").nurse
    tries(stranger, case)
    tries(town.nurse, uuid4())
    assert told() == set()
    assert list(Entry.objects.filter(verb="page.absent").values_list("case_id", flat=True)) == [None, None]


def test_after_three_days_it_stands_in_the_register_only(town: Town, centre: Actor, case: UUID) -> None:
    tries(town.nurse, case)
    with entered(actor=centre):
        assert attempts.shown_to(centre, attempts.ask_lately(clock.now() + timedelta(days=3)).value) == ()
    assert Entry.objects.filter(verb="block.attempt", case_id=case).count() == 1


def test_who_is_kept_out_is_not_told_even_as_the_manager(town: Town, centre: Actor, case: UUID) -> None:
    now = clock.now()
    with as_system():
        Block.objects.create(
            case_id=case,
            operator_id=centre.operator_id,
            reason="party",
            blocked_at=now,
            blocked_by_id=town.nurse.operator_id,
        )
    tries(town.nurse, case)
    assert centre.operator_id not in told()
