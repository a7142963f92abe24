# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A patron saint that a service has written is a holiday for whoever is called, for the proof, and for nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories.networks import (
    COMO,
    NOON,
    VARESE,
    a_coordinator,
    a_member,
    a_network,
    a_service,
    acting,
    some_hours,
)

from approdo.access.rules import ROLE_PERMISSIONS, Forbidden, Permission, Role
from approdo.audit.models import Entry
from approdo.kit.errors import Invalid, NotFound
from approdo.networks import models, selectors, services
from approdo.networks.rules import LocalHoliday, Period, ServiceKind

pytestmark = pytest.mark.django_db
VITTORE = LocalHoliday(5, 8, "San Vittore")
MORNING = datetime(2028, 5, 8, 8, tzinfo=UTC)
"""Monday 8 May 2028, at ten: an ordinary working day but for the patron of Varese."""


@pytest.fixture
def service():
    found = a_service()
    some_hours(found)
    return found


@pytest.fixture
def coordinator(service):
    return a_coordinator(service)


def keep(actor, service, *days, now=NOON) -> None:
    services.set_local_holidays(actor=actor, service_id=service.pk, days=days, now=now)


def test_on_that_day_a_service_without_hours_for_holidays_is_closed_and_the_others_are_open(service, coordinator):
    other = a_service()
    some_hours(other)
    keep(coordinator, service, VITTORE)
    opened = {view.id: view.open_now for view in selectors.coverage(VARESE, MORNING)}
    assert opened == {service.pk: False, other.pk: True}
    following = {view.id: view.open_now for view in selectors.coverage(VARESE, MORNING + timedelta(days=1))}
    assert following == {service.pk: True, other.pk: True}
    assert Entry.objects.get().verb == "service.holidays"


def test_the_directory_says_when_it_opens_again(service, coordinator):
    keep(coordinator, service, VITTORE)
    [entry] = selectors.directory(coordinator, VARESE, MORNING)
    assert (entry.open_now, entry.opens_at) == (False, MORNING - timedelta(hours=1) + timedelta(days=1))


def test_the_proof_of_coverage_and_the_holes_of_the_rota_see_the_same_day(coordinator, service):
    network = a_network()
    whole = Period(MORNING, MORNING + timedelta(hours=2))

    def opened() -> set[bool]:
        return {view.open_now for view in selectors.foreseen(network.code, whole).courses[service.pk].views}

    def answered_by_the_line() -> bool:
        gaps = selectors.gaps_ahead(coordinator, service.pk, whole.starts_at, 1)
        return any(gap.service_open for gap in gaps)

    assert (opened(), answered_by_the_line()) == ({True}, True)
    keep(coordinator, service, VITTORE)
    assert (opened(), answered_by_the_line()) == ({False}, False)


def test_of_a_shelter_none_is_written_because_it_would_say_where_it_is():
    shelter = a_service(kind=ServiceKind.SHELTER)
    with pytest.raises(Invalid) as caught:
        keep(a_coordinator(shelter), shelter, VITTORE)
    assert "direbbe dov'è" in caught.value.problems[""]
    assert not models.LocalHoliday.objects.exists()


@pytest.mark.parametrize(
    "days",
    [
        [VITTORE, LocalHoliday(5, 8, "Altra")],
        [LocalHoliday(1, number, "Festa") for number in (1, 2, 3)],
        [LocalHoliday(6, 31, "Festa")],
        [LocalHoliday(6, 3, "  ")],
        [LocalHoliday(6, 3, "x" * 61)],
    ],
)
def test_days_that_make_no_sense_leave_what_was(service, coordinator, days):
    keep(coordinator, service, VITTORE)
    with pytest.raises(Invalid):
        keep(coordinator, service, *days)
    assert [one.name for one in models.LocalHoliday.objects.all()] == ["San Vittore"]


def test_the_patron_of_a_capital_is_proposed_and_of_any_other_place_none():
    assert selectors.proposed_patron(VARESE, 2027) is not None
    assert selectors.proposed_patron(COMO, 2027) is not None
    assert selectors.proposed_patron("012026", 2027) is None, "Busto Arsizio has its own"
    assert selectors.proposed_patron(None, 2027) is None


@pytest.mark.parametrize("role", [role for role in Role if Permission.EDIT_ORGANISATION not in ROLE_PERMISSIONS[role]])
def test_only_its_coordinator_writes_them(service, role):
    for actor, refusal in (
        (acting(a_member(service, role), service), Forbidden),
        (a_coordinator(a_service()), NotFound),
    ):
        with pytest.raises(refusal):
            keep(actor, service, VITTORE)
