# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who leads a case, how the lead passes from hand to hand, and the next contact."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.factories.activations import COMO, TONIGHT, Town, a_town, an_activation

from approdo.access.rules import Actor, Forbidden, Role
from approdo.access.services import entered
from approdo.cases import services
from approdo.cases.models import Case, Event
from approdo.cases.rules import CaseAct, EventKind
from approdo.cases.selectors import adrift
from approdo.kit.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(town: Town) -> UUID:
    return an_activation(town).case_id


def lead(actor: Actor, case: UUID) -> None:
    with entered(actor=actor):
        services.take_lead(actor=actor, case_id=case, now=TONIGHT)


def offer(actor: Actor, case: UUID, service: int) -> None:
    with entered(actor=actor):
        services.offer_lead(actor=actor, case_id=case, service_id=service, now=TONIGHT)


def led_by(case: UUID) -> tuple[int | None, int | None, int | None]:
    found: tuple[int | None, int | None, int | None] = Case.objects.values_list(
        "lead_service_id", "lead_operator_id", "offered_service_id"
    ).get(pk=case)
    return found


def told(case: UUID) -> list[tuple[str, int]]:
    kinds = [EventKind.LEAD_TAKEN, EventKind.LEAD_OFFERED, EventKind.LEAD_REFUSED, EventKind.CONTACT_PLANNED]
    return list(Event.objects.filter(case=case, kind__in=kinds).order_by("id").values_list("kind", "service_id"))


def test_a_case_that_nobody_leads_is_led_by_whoever_takes_it(town: Town, case: UUID) -> None:
    assert led_by(case) == (None, None, None)
    centre = town.actor(town.centre)
    lead(centre, case)
    lead(centre, case)
    assert led_by(case) == (centre.service_id, centre.operator_id, None)
    assert told(case) == [("lead_taken", centre.service_id)], "once, however often it is pressed"


def test_a_colleague_of_the_leading_service_becomes_the_case_manager(town: Town, case: UUID) -> None:
    first, second = town.actor(town.centre), town.actor(town.centre, 2)
    lead(first, case)
    lead(second, case)
    assert led_by(case) == (second.service_id, second.operator_id, None)


def test_nobody_takes_the_lead_from_a_service_that_did_not_offer_it(town: Town, case: UUID) -> None:
    lead(town.actor(town.centre), case)
    with pytest.raises(Conflict):
        lead(town.nurse, case)
    assert led_by(case)[0] == town.centre.pk


def test_the_lead_is_offered_and_passes_only_when_it_is_accepted(town: Town, case: UUID) -> None:
    centre = town.actor(town.centre)
    lead(centre, case)
    offer(centre, case, town.hospital.pk)
    assert led_by(case) == (town.centre.pk, centre.operator_id, town.hospital.pk)
    lead(town.nurse, case)
    assert led_by(case) == (town.hospital.pk, town.nurse.operator_id, None)
    assert told(case) == [
        ("lead_taken", town.centre.pk),
        ("lead_offered", town.hospital.pk),
        ("lead_taken", town.hospital.pk),
    ]


def test_who_cannot_says_so_and_the_lead_stays(town: Town, case: UUID) -> None:
    centre = town.actor(town.centre)
    lead(centre, case)
    offer(centre, case, town.hospital.pk)
    with entered(actor=town.nurse):
        services.refuse_lead(actor=town.nurse, case_id=case, now=TONIGHT)
    assert led_by(case) == (town.centre.pk, centre.operator_id, None)
    with pytest.raises(Conflict), entered(actor=town.nurse):
        services.refuse_lead(actor=town.nurse, case_id=case, now=TONIGHT)


@pytest.mark.parametrize("which", ["itself", "one that takes no part", "one that is not there"])
def test_the_lead_is_offered_only_to_another_service_around_her(town: Town, case: UUID, which: str) -> None:
    centre = town.actor(town.centre)
    lead(centre, case)
    chosen = {"itself": town.centre.pk, "one that takes no part": a_town(COMO).centre.pk}.get(which, 0)
    with pytest.raises(Invalid):
        offer(centre, case, chosen)
    assert led_by(case)[2] is None


def test_only_who_leads_offers_the_lead_or_fixes_the_next_contact(town: Town, case: UUID) -> None:
    lead(town.actor(town.centre), case)
    with pytest.raises(Forbidden):
        offer(town.nurse, case, town.centre.pk)
    with pytest.raises(Forbidden), entered(actor=town.nurse):
        services.plan_contact(actor=town.nurse, case_id=case, at=TONIGHT + timedelta(days=1), now=TONIGHT)


def test_the_next_contact_is_in_the_future_and_told_without_its_hour(town: Town, case: UUID) -> None:
    centre = town.actor(town.centre)
    lead(centre, case)
    with entered(actor=centre):
        for past in (TONIGHT, TONIGHT - timedelta(seconds=1)):
            with pytest.raises(Invalid):
                services.plan_contact(actor=centre, case_id=case, at=past, now=TONIGHT)
        services.plan_contact(actor=centre, case_id=case, at=TONIGHT + timedelta(hours=9), now=TONIGHT)
    assert Case.objects.get(pk=case).next_contact_at == TONIGHT + timedelta(hours=9)
    assert told(case)[-1] == ("contact_planned", town.centre.pk)


def test_a_case_that_is_not_hers_does_not_exist_for_any_of_these_acts(town: Town, case: UUID) -> None:
    other = a_town(COMO)
    stranger = other.actor(other.centre)
    with entered(actor=stranger):
        for one in (case, uuid4()):
            with pytest.raises(NotFound):
                services.take_lead(actor=stranger, case_id=one, now=TONIGHT)
            with pytest.raises(NotFound):
                services.offer_lead(actor=stranger, case_id=one, service_id=1, now=TONIGHT)
            with pytest.raises(NotFound):
                services.refuse_lead(actor=stranger, case_id=one, now=TONIGHT)
            with pytest.raises(NotFound):
                services.plan_contact(actor=stranger, case_id=one, at=TONIGHT + timedelta(days=1), now=TONIGHT)


@pytest.mark.parametrize("role", [Role.PROJECT_MANAGER, Role.TRAINER, Role.SYSTEM_ADMINISTRATOR])
def test_a_role_that_reads_no_case_leads_none(town: Town, case: UUID, role: Role) -> None:
    with pytest.raises(Forbidden):
        lead(town.actor(town.centre, role=role), case)


def missing(actor: Actor) -> list[tuple[UUID, str]]:
    with entered(actor=actor):
        found, _more = adrift(actor, TONIGHT + timedelta(days=2))
        return [(one.id, one.missing) for one in found]


def test_a_case_stays_in_sight_until_it_has_a_lead_and_a_next_contact(town: Town, case: UUID) -> None:
    centre = town.actor(town.centre)
    assert missing(centre) == missing(town.nurse) == [(case, "lead")]
    lead(centre, case)
    assert missing(centre) == [(case, "next_contact")]
    assert missing(town.nurse) == []
    with entered(actor=centre):
        services.plan_contact(actor=centre, case_id=case, at=TONIGHT + timedelta(days=3), now=TONIGHT)
    assert missing(centre) == []
    with entered(actor=centre):
        services.plan_contact(actor=centre, case_id=case, at=TONIGHT + timedelta(days=1), now=TONIGHT)
    assert missing(centre) == [(case, "promise")], "it has passed"


def test_a_lead_that_was_offered_waits_for_an_answer_first_of_all(town: Town, case: UUID) -> None:
    centre = town.actor(town.centre)
    lead(centre, case)
    offer(centre, case, town.hospital.pk)
    other = an_activation(town).case_id
    assert missing(town.nurse) == [(case, "answer"), (other, "lead")]


def test_a_closed_case_and_a_strangers_are_not_adrift(town: Town, case: UUID) -> None:
    centre, stranger = town.actor(town.centre), a_town(COMO)
    assert missing(stranger.actor(stranger.centre)) == []
    with entered(actor=centre):
        services.move(actor=centre, case_id=case, act=CaseAct.CLOSE, reason="completed", now=TONIGHT)
    assert missing(centre) == []


def test_five_are_shown_and_it_is_said_that_there_are_more(town: Town) -> None:
    for _each in range(6):
        an_activation(town)
    nurse = town.nurse
    with entered(actor=nurse):
        found, more = adrift(nurse, TONIGHT)
    assert (len(found), more) == (5, True)
