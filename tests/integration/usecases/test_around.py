# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who leads a pathway sees who is around the woman: services, people, what each did last, until when it reads."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.factories.activations import TONIGHT, Town, an_activation
from tests.factories.consents import a_grant

from approdo.access.rules import Actor
from approdo.access.services import as_system, entered
from approdo.accounts.models import Operator
from approdo.activations.models import Call
from approdo.activations.services import take
from approdo.cases.models import Event
from approdo.cases.rules import EventKind
from approdo.cases.services import plan_contact, take_lead
from approdo.consents.models import Grant
from approdo.kit import clock
from approdo.usecases import overview
from approdo.usecases.around import DONE_BY_IT, Around

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre(town: Town) -> Actor:
    return town.actor(town.centre)


@pytest.fixture
def case(town: Town, centre: Actor) -> UUID:
    """The nurse has activated the network; the centre has taken its call, and leads."""
    made = an_activation(town)
    with as_system():
        call = Call.objects.get(activation_id=made.id, key="centre").pk
    with entered(actor=centre):
        take(actor=centre, call_id=call, now=TONIGHT)
        take_lead(actor=centre, case_id=made.case_id, now=TONIGHT)
    return made.case_id


def around(actor: Actor, case: UUID) -> dict[int, Around]:
    with entered(actor=actor):
        return {one.service_id: one for one in overview.case(actor, case, clock.now()).around}


def name(actor: Actor) -> str:
    return Operator.objects.get(pk=actor.operator_id).display_name


def test_who_leads_and_who_took_a_call_are_named_with_their_role(town: Town, centre: Actor, case: UUID) -> None:
    (one,) = around(centre, case)[town.centre.pk].people
    assert one.name == name(centre)
    assert one.role_word
    colleague = town.actor(town.centre, 2)
    with entered(actor=colleague):
        take_lead(actor=colleague, case_id=case, now=TONIGHT)
    assert {person.name for person in around(centre, case)[town.centre.pk].people} == {name(centre), name(colleague)}
    assert around(centre, case)[town.hospital.pk].people == (), "who activated is not around her"


def test_what_a_service_did_last_is_its_own_act_and_not_what_was_done_to_it(
    town: Town, centre: Actor, case: UUID
) -> None:
    found = around(centre, case)
    assert found[town.hospital.pk].last is not None
    assert found[town.hospital.pk].last.kind is EventKind.ACTIVATED
    assert found[town.centre.pk].last is not None
    assert found[town.centre.pk].last.kind is EventKind.LEAD_TAKEN
    with entered(actor=centre):
        plan_contact(actor=centre, case_id=case, at=clock.now() + timedelta(days=2), now=clock.now())
    planned = around(centre, case)[town.centre.pk].last
    assert planned is not None
    assert planned.kind is EventKind.CONTACT_PLANNED
    silent = [one for pk, one in around(centre, case).items() if pk not in {town.centre.pk, town.hospital.pk}]
    with as_system():
        told = set(Event.objects.filter(case_id=case).values_list("kind", flat=True))
    assert told - DONE_BY_IT, "the chronology tells of more than acts of the services"
    assert [one.last for one in silent] == [None] * len(silent)


def test_a_service_that_reads_says_until_when_and_one_whose_consent_is_over_does_not(
    town: Town, centre: Actor, case: UUID
) -> None:
    with entered(actor=centre):
        a_grant(centre, case, town.hospital.pk)
        until = Grant.objects.get().until
    assert around(centre, case)[town.hospital.pk].reads_until == until
    assert around(centre, case)[town.centre.pk].reads_until is None
    with entered(actor=centre):
        later = overview.case(centre, case, until + timedelta(seconds=1)).around
    assert {one.reads_until for one in later} == {None}


def test_to_the_others_it_says_which_services_since_when_and_nothing_else(
    town: Town, centre: Actor, case: UUID
) -> None:
    with entered(actor=centre):
        a_grant(centre, case, town.hospital.pk)
    found = around(town.nurse, case)
    assert set(found) == set(around(centre, case))
    assert {(one.people, one.last, one.reads_until) for one in found.values()} == {((), None, None)}
