# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is told that nobody would hear a call, and which change would make one that nobody hears."""

from datetime import timedelta

import pytest
from tests.factories.activations import CALLS, TONIGHT, Town, a_town
from tests.factories.networks import a_coordinator, a_network
from tests.factories.protocols import call, parsed

from approdo.access.rules import SYSTEM, Role
from approdo.audit.models import Entry
from approdo.kit.errors import Invalid
from approdo.networks import services
from approdo.networks.models import ContactPoint, NetworkTerritory, ServiceTerritory, Shift
from approdo.networks.rules import NetworkView, Period
from approdo.usecases.coverage import foretold, silenced_under, uncovered

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    """A town whose coordination nobody hears: what its other services miss is missed as a whole."""
    town = a_town()
    ContactPoint.objects.filter(service=town.coordination).delete()
    return town


def view(town: Town) -> NetworkView:
    return NetworkView(town.network.pk, town.network.code, town.network.name)


def silence(town: Town) -> Period:
    """Take the people of the centre away for a night."""
    night = Period(TONIGHT + timedelta(days=2), TONIGHT + timedelta(days=2, hours=9))
    for shift in Shift.objects.filter(service=town.centre):
        Shift.objects.filter(pk=shift.pk).update(ends_at=night.starts_at)
        Shift.objects.create(
            service=shift.service,
            operator=shift.operator,
            position=shift.position,
            starts_at=night.ends_at,
            ends_at=shift.ends_at,
        )
    return night


def test_a_coordinator_is_told_of_nothing_while_every_call_is_heard(town: Town) -> None:
    assert uncovered(a_coordinator(town.coordination, Role.NETWORK_COORDINATOR), TONIGHT) == ()


def test_who_coordinates_the_network_is_told_of_every_silence_in_it(town: Town) -> None:
    night = silence(town)
    (found,) = uncovered(a_coordinator(town.coordination, Role.NETWORK_COORDINATOR), TONIGHT)
    assert (found.network, found.stretches, found.first) == (view(town), 1, night)


def test_who_coordinates_an_organisation_is_told_of_what_her_services_could_fill(town: Town) -> None:
    silence(town)
    assert len(uncovered(a_coordinator(town.centre), TONIGHT)) == 1
    assert uncovered(a_coordinator(town.shelter), TONIGHT) == ()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.NETWORK_COORDINATOR, Role.ORGANISATION_COORDINATOR}))
def test_nobody_else_is_told(town: Town, role: Role) -> None:
    silence(town)
    assert uncovered(a_coordinator(town.centre, role), TONIGHT) == ()


def test_a_silence_beyond_fourteen_nights_is_not_yet_told(town: Town) -> None:
    Shift.objects.filter(service=town.centre).update(ends_at=TONIGHT + timedelta(days=16))
    coordinator = a_coordinator(town.centre)
    assert uncovered(coordinator, TONIGHT) == ()
    assert len(uncovered(coordinator, TONIGHT + timedelta(days=3))) == 1


def test_a_network_whose_protocol_is_missing_is_told_to_who_publishes(town: Town) -> None:
    other = a_network(municipalities=("013075",))
    for service in (town.centre, town.coordination):
        service.organisation.networks.add(other)
    assert uncovered(a_coordinator(town.centre), TONIGHT) == ()
    (found,) = uncovered(a_coordinator(town.coordination, Role.NETWORK_COORDINATOR), TONIGHT)
    assert (found.network.code, found.first.starts_at) == (other.code, TONIGHT)


def test_ending_the_last_shift_early_would_silence_a_call_and_nothing_of_the_trial_is_left(town: Town) -> None:
    first, second = Shift.objects.filter(service=town.centre).order_by("position")
    second.delete()
    ends = TONIGHT + timedelta(hours=6)

    def act() -> None:
        services.end_shift_early(actor=SYSTEM, shift_id=first.pk, ends_at=ends, now=TONIGHT)

    entries = Entry.objects.count()
    found = foretold(town.centre.pk, act, TONIGHT).opens
    # beyond the end of the shift nobody was on call before either: only what the change itself opens is said
    (place,) = [place for place in found if place.hole.miss.call == "centre"]
    assert place.hole.period.starts_at == ends
    first.refresh_from_db()
    assert first.ends_at > ends
    assert Entry.objects.count() == entries


def test_a_change_that_leaves_somebody_silences_nothing(town: Town) -> None:
    second = Shift.objects.get(service=town.centre, position=2)

    def act() -> None:
        services.end_shift_early(actor=SYSTEM, shift_id=second.pk, ends_at=TONIGHT + timedelta(hours=6), now=TONIGHT)

    assert [place for place in foretold(town.centre.pk, act, TONIGHT).opens if place.hole.miss.call == "centre"] == []


def test_what_the_change_itself_refuses_is_refused(town: Town) -> None:
    first = Shift.objects.get(service=town.centre, position=1)

    def act() -> None:
        services.end_shift_early(actor=SYSTEM, shift_id=first.pk, ends_at=TONIGHT, now=TONIGHT + timedelta(hours=1))

    with pytest.raises(Invalid):
        foretold(town.centre.pk, act, TONIGHT)


def test_every_network_that_a_service_serves_is_looked_at(town: Town) -> None:
    other = a_town("013075")
    ContactPoint.objects.filter(service__in=[other.coordination.pk, other.centre.pk]).delete()
    ServiceTerritory.objects.filter(service=other.centre).delete()
    ServiceTerritory.objects.create(service=town.centre, municipality_id="013075")

    def act() -> None:
        Shift.objects.filter(service=town.centre).delete()

    found = foretold(town.centre.pk, act, TONIGHT).opens
    assert {code for place in found for code in place.municipalities} == {"012133", "013075"}


def test_a_protocol_that_calls_whom_nobody_hears_silences_a_call(town: Town) -> None:
    document = parsed(*CALLS, call("night", "support_centre", escalation=[{"to": "service_line"}]))
    found = silenced_under(view(town), document, TONIGHT, TONIGHT)
    assert {place.hole.miss.call for place in found} == {"night"}
    assert silenced_under(view(town), parsed(*CALLS), TONIGHT, TONIGHT) == ()


def test_a_protocol_for_some_municipalities_is_looked_at_there_only(town: Town) -> None:
    NetworkTerritory.objects.create(network=town.network, municipality_id="013075")
    only = parsed(call("night", "support_centre", escalation=[{"to": "service_line"}]), municipalities=["012133"])
    found = silenced_under(view(town), only, TONIGHT, TONIGHT)
    assert {code for place in found for code in place.municipalities} == {"012133"}
