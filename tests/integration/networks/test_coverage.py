# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.networks import (
    COMO,
    NIGHT,
    NOON,
    VARESE,
    a_contact,
    a_member,
    a_network,
    a_service,
    a_shift,
    an_organisation,
    some_hours,
)

from approdo.access.rules import SYSTEM, Role
from approdo.accounts import services as accounts
from approdo.networks import selectors
from approdo.networks.rules import Channel, ContactHours, ServiceKind

pytestmark = pytest.mark.django_db


def test_a_place_is_covered_by_every_active_service_that_serves_it_and_by_no_other():
    here = a_service()
    a_service(territory=(COMO,))
    a_service(active=False)
    assert [view.id for view in selectors.coverage(VARESE, NOON)] == [here.pk]


def test_a_place_nobody_knows_is_covered_by_nobody():
    assert selectors.coverage("999999", NOON) == ()


def test_services_come_by_kind_then_by_rank():
    late = a_service(rank=200)
    early = a_service(rank=10)
    police = a_service(kind=ServiceKind.POLICE)
    assert [view.id for view in selectors.coverage(VARESE, NOON)] == [police.pk, early.pk, late.pk]


def test_coverage_tells_who_is_on_call_how_to_reach_her_and_until_when():
    service = a_service()
    first, second = a_member(service), a_member(service)
    sms = a_contact(service, first)
    voice = a_contact(service, first, channel=Channel.VOICE)
    line = a_contact(service, channel=Channel.APP)
    a_contact(service, a_member(service))
    shift = a_shift(service, first)
    a_shift(service, second, position=2)
    (view,) = selectors.coverage(VARESE, NOON)
    assert view.first.operator_id == first.pk
    assert view.first.until == shift.ends_at
    assert [(contact.channel, contact.address) for contact in view.first.contacts] == [
        (Channel.SMS, sms.address),
        (Channel.VOICE, voice.address),
    ]
    assert view.second.operator_id == second.pk
    assert view.second.contacts == ()
    assert [contact.channel for contact in view.contacts] == [line.channel]


def test_who_was_shut_out_is_on_call_nowhere():
    service = a_service()
    operator = a_member(service)
    a_shift(service, operator)
    assert selectors.coverage(VARESE, NOON)[0].first is not None
    accounts.set_operator_active(actor=SYSTEM, operator_id=operator.pk, active=False, now=NOON)
    assert selectors.coverage(VARESE, NOON)[0].first is None


def test_a_shift_counts_from_its_first_instant_and_no_more_at_its_last():
    service = a_service()
    shift = a_shift(service)
    at = {moment: selectors.coverage(VARESE, moment)[0].first for moment in (shift.starts_at, shift.ends_at)}
    assert at[shift.starts_at] is not None
    assert at[shift.ends_at] is None
    assert selectors.coverage(VARESE, shift.starts_at - timedelta(seconds=1))[0].first is None


@pytest.mark.parametrize(
    ("at", "channels"), [(NOON, [Channel.APP, Channel.EMAIL]), (NIGHT, [Channel.APP, Channel.VOICE])]
)
def test_contact_points_follow_the_hours_of_the_service(at, channels):
    service = a_service()
    some_hours(service)
    operator = a_member(service)
    a_contact(service, operator, channel=Channel.APP)
    a_contact(service, operator, channel=Channel.EMAIL, hours=ContactHours.OPEN)
    a_contact(service, operator, channel=Channel.VOICE, hours=ContactHours.CLOSED)
    a_shift(service, operator, starts_at=at)
    (view,) = selectors.coverage(VARESE, at)
    assert view.open_now is (at == NOON)
    assert [contact.channel for contact in view.first.contacts] == channels


def test_a_shelter_is_known_by_its_code():
    shelter = a_service(kind=ServiceKind.SHELTER, name="Casa delle rondini", code="LA-7")
    (view,) = selectors.coverage(VARESE, NOON)
    assert (view.label, view.id) == ("LA-7", shelter.pk)


def test_coverage_can_be_kept_to_the_services_of_one_network():
    network = a_network()
    inside = a_service(organisation=an_organisation(network=network))
    a_service()
    assert [view.id for view in selectors.coverage(VARESE, NOON, network.code)] == [inside.pk]


def test_coverage_takes_one_query_however_many_services_there_are():
    for _number in range(12):
        service = a_service(always_open=True)
        a_shift(service)
        a_contact(service)
    with CaptureQueriesContext(connection) as queries:
        assert len(selectors.coverage(VARESE, NOON)) == 12
    assert len(queries) == 1


def test_a_service_that_closed_down_is_still_found_by_identifier():
    gone = a_service(active=False)
    assert selectors.name_plates([gone.pk, 0])[gone.pk].phone == gone.phone
    assert selectors.name_plates([]) == {}


def test_the_coordination_of_the_lead_organisation_comes_first():
    network = a_network()
    other, lead = an_organisation(network=network), an_organisation(network=network)
    kind = ServiceKind.NETWORK_COORDINATION
    a_service(organisation=other, kind=kind, rank=1)
    assert selectors.coordinators(network.code, NOON).organisation_id == other.pk
    led = a_service(organisation=lead, kind=kind, rank=50)
    network.lead_organisation = lead
    network.save()
    assert selectors.coordinators(network.code, NOON).id == led.pk


def test_a_network_without_coordination_has_none():
    network = a_network()
    a_member(a_service(organisation=an_organisation(network=network)), Role.NETWORK_COORDINATOR)
    assert selectors.coordinators(network.code, NOON) is None
    assert selectors.coordinators("nessuna", NOON) is None


def test_on_the_door_of_a_shelter_stands_its_code_and_never_its_name():
    shelter = a_service(kind=ServiceKind.SHELTER, name="Casa delle rondini", code="LA-7")
    assert selectors.name_plates([shelter.pk])[shelter.pk].label == "LA-7"
