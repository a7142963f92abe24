# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The coverage proof on stored rotas, hours and protocols."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.activations import CALLS, COMO, TONIGHT, VARESE, Town, a_protocol
from tests.factories.networks import a_contact, a_member, a_network, a_service, a_shift, some_hours
from tests.factories.protocols import call, document

from approdo.access.rules import SYSTEM, Actor, Forbidden, Role
from approdo.accounts import services as accounts
from approdo.activations import selectors
from approdo.kit.errors import NotFound
from approdo.networks import selectors as networks
from approdo.networks.models import ContactPoint, NetworkTerritory, ServiceTerritory, Shift
from approdo.networks.rules import Channel, ContactHours, Period, ServiceKind
from approdo.protocols import selectors as protocols
from approdo.protocols.models import ProtocolVersion
from approdo.protocols.rules import Context, Target, digest, write

pytestmark = pytest.mark.django_db
DAYS = 3


@pytest.fixture
def coordinator(town: Town) -> Actor:
    return town.actor(town.coordination, role=Role.NETWORK_COORDINATOR)


def proved(town: Town, days: int = DAYS) -> selectors.Proof:
    return selectors.proof_of(town.network.code, town.network.name, selectors.ahead(TONIGHT, days))


def asleep(service_ids: list[int]) -> None:
    Shift.objects.filter(service__in=service_ids).delete()
    ContactPoint.objects.filter(service__in=service_ids).delete()


def test_a_town_with_somebody_on_call_everywhere_is_proved_complete(town: Town) -> None:
    found = proved(town)
    assert found.complete
    assert found.passed_by == ()
    assert dict(found.municipalities) == {VARESE: "Varese"}
    quarters = -(-(found.whole.ends_at - TONIGHT) // timedelta(minutes=15))
    assert found.steps == quarters * sum(len(one["escalation"]) for one in CALLS)


def test_a_night_without_a_second_person_is_a_step_that_is_passed_by(town: Town) -> None:
    second = Shift.objects.get(service=town.centre, position=2)
    ends, begins = TONIGHT + timedelta(hours=20), TONIGHT + timedelta(hours=29)
    Shift.objects.filter(pk=second.pk).update(ends_at=ends)
    Shift.objects.create(
        service=town.centre, operator=second.operator, position=2, starts_at=begins, ends_at=second.ends_at
    )
    found = proved(town)
    assert found.complete
    (place,) = found.passed_by
    assert place.hole.period == Period(ends, begins)
    assert place.hole.miss.target is Target.SECOND_ON_CALL
    assert place.hole.miss.fillers == (town.centre.pk,)
    assert found.services[town.centre.pk].label == town.centre.name


def test_a_call_that_nobody_hears_names_where_and_who_can_fill_it(town: Town) -> None:
    asleep([town.centre.pk, town.coordination.pk])
    found = proved(town)
    assert not found.complete
    (place,) = found.silent
    assert (place.hole.miss.call, place.hole.miss.service_id) == ("centre", town.centre.pk)
    assert place.hole.miss.fillers == (town.centre.pk, town.coordination.pk)
    assert place.municipalities == (VARESE,)
    assert place.hole.period == found.whole


def test_somebody_who_is_shut_out_is_not_on_call(town: Town) -> None:
    shift = Shift.objects.get(service=town.centre, position=1)
    accounts.set_operator_active(actor=SYSTEM, operator_id=shift.operator_id, active=False, now=TONIGHT)
    assert [place.hole.miss.target for place in proved(town).passed_by] == [Target.FIRST_ON_CALL]


def test_a_number_that_is_tried_only_while_the_service_is_open_does_not_ring_at_night(town: Town) -> None:
    town.centre.always_open = False
    town.centre.save()
    some_hours(town.centre, days=range(8), opens=8, closes=20)
    mine = ContactPoint.objects.filter(service=town.centre, operator=town.people[town.centre.pk][0])
    mine.update(hours=ContactHours.OPEN)
    found = proved(town, days=1).passed_by
    assert {place.hole.miss.target for place in found} == {Target.FIRST_ON_CALL}
    assert [(one.hole.period.starts_at.hour, one.hole.period.ends_at.hour) for one in found] == [(1, 7), (19, 23)]


def test_a_network_without_a_protocol_says_so_for_all_its_municipalities(town: Town) -> None:
    other = a_network(municipalities=(COMO,))
    found = selectors.proof_of(other.code, other.name, selectors.ahead(TONIGHT, DAYS))
    assert not found.complete
    assert found.unruled == {found.whole: (COMO,)}


def a_version(town: Town, *calls: dict, begins: datetime, number: int = 2) -> ProtocolVersion:
    content = document(*calls, network=town.network.code)
    first = ProtocolVersion.objects.get(protocol__network=town.network)
    return ProtocolVersion.objects.create(
        protocol=first.protocol,
        number=number,
        name=content["name"],
        source=write(content),
        document=content,
        digest=digest(content),
        municipality_codes=[],
        contexts=[],
        effective_from=begins,
        published_at=TONIGHT,
        published_by=first.published_by,
    )


def test_a_version_that_begins_within_the_stretch_is_looked_at_from_then_on(town: Town) -> None:
    begins = TONIGHT + timedelta(hours=30)
    a_version(town, *CALLS, call("police", "police"), begins=begins)
    found = proved(town)
    assert found.complete  # nobody serves as police: the coordination stands in, and nobody was left out
    ServiceTerritory.objects.filter(service=town.coordination).delete()
    found = proved(town)
    unheard = [place for place in found.silent if place.hole.miss.call == "police"]
    assert [place.hole.period for place in unheard] == [Period(begins, found.whole.ends_at)]
    assert unheard[0].hole.miss.fillers == ()


def test_a_proof_is_a_handful_of_queries_however_many_municipalities_there_are(town: Town) -> None:
    proved(town)  # each process reads a protocol's text once
    with CaptureQueriesContext(connection) as few:
        proved(town)
    NetworkTerritory.objects.create(network=town.network, municipality_id=COMO)
    for service in (town.centre, town.coordination, town.shelter, town.social, town.emergency):
        ServiceTerritory.objects.create(service=service, municipality_id=COMO)
    with CaptureQueriesContext(connection) as more:
        found = proved(town)
    assert found.complete
    assert len(found.municipalities) == 2
    assert len(few) == len(more) <= 8


@pytest.mark.parametrize(("asked", "ends_on"), [(0, 25), (1, 25), (7, 1), (91, 22)])
def test_so_many_days_end_at_midnight_in_rome_and_are_at_least_one_at_most_ninety(asked: int, ends_on: int) -> None:
    ends = selectors.ahead(TONIGHT, asked).ends_at
    assert (ends.hour, ends.minute) == (23, 0)
    assert (ends + timedelta(hours=1)).day == ends_on


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.NETWORK_COORDINATOR, Role.ORGANISATION_COORDINATOR}))
def test_only_coordinators_read_when_nobody_is_there(town: Town, role: Role) -> None:
    with pytest.raises(Forbidden):
        selectors.proof(town.actor(town.coordination, role=role), town.network.code, DAYS, TONIGHT)


@pytest.mark.parametrize("role", [Role.NETWORK_COORDINATOR, Role.ORGANISATION_COORDINATOR])
def test_and_only_of_their_own_networks(town: Town, role: Role) -> None:
    mine = town.actor(town.coordination, role=role)
    assert selectors.proof(mine, town.network.code, DAYS, TONIGHT) == proved(town)
    a_protocol(other := a_network(municipalities=(COMO,)), CALLS)
    with pytest.raises(NotFound):
        selectors.proof(mine, other.code, DAYS, TONIGHT)


# --- what is foreseen is what will be seen ---------------------------------------------------------------------------


@pytest.fixture
def busy(town: Town) -> Town:
    """A town whose centre closes at night, with numbers of both kinds of hours and shifts with holes."""
    town.centre.always_open = False
    town.centre.save()
    some_hours(town.centre, days=range(7), opens=9, closes=17)
    some_hours(town.centre, days=(4, 5), opens=22, closes=3)
    desk = a_service(organisation=town.centre.organisation, kind=ServiceKind.OUTREACH_DESK)
    a_contact(desk, channel=Channel.VOICE, hours=ContactHours.CLOSED)
    for number in range(6):
        person = a_member(desk)
        a_contact(desk, person, hours=list(ContactHours)[number % 3])
        begins = TONIGHT + timedelta(hours=11 * number)
        a_shift(desk, person, starts_at=begins, hours=7 + number % 4)
    return town


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.integers(0, DAYS * 24 * 60 - 200))
def test_at_any_minute_the_services_are_foreseen_as_coverage_then_sees_them(busy: Town, minutes: int) -> None:
    at = TONIGHT + timedelta(minutes=minutes)
    territory = networks.foreseen(busy.network.code, selectors.ahead(TONIGHT, DAYS))
    seen = networks.coverage(VARESE, at)
    foreseen = [territory.courses[service_id].at(at) for service_id in territory.serving[VARESE]]

    def plain(view):
        return (
            view.id,
            view.open_now,
            view.contacts,
            *((one.operator_id, one.contacts) if one else None for one in (view.first, view.second)),
        )

    assert [plain(view) for view in foreseen] == [plain(view) for view in seen]
    assert [view.label for view in foreseen] == [view.label for view in seen]


@pytest.mark.parametrize("hours", [0, 29, 30, 47])
@pytest.mark.parametrize("context", list(Context))
def test_the_reigning_version_is_the_one_in_force(town: Town, hours: int, context: Context) -> None:
    a_version(town, *CALLS, call("police", "police"), begins=TONIGHT + timedelta(hours=30))
    at = TONIGHT + timedelta(hours=hours)
    found = protocols.reigns(town.network.code, [VARESE], selectors.ahead(TONIGHT, DAYS))
    reigning = [one.version_id for one in found if one.period.starts_at <= at < one.period.ends_at]
    assert reigning == [protocols.in_force(VARESE, context, at).version_id]
