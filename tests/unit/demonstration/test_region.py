# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import re
from datetime import time, timedelta
from pathlib import Path

import pytest
import yaml
from tests.factories.places import places

import approdo.protocols
from approdo.access.rules import Role
from approdo.accounts.rules import TOUR
from approdo.cli.demonstration import cast
from approdo.cli.demonstration.planning import plan_region
from approdo.cli.demonstration.region import PlannedNetwork, PlannedService, Region
from approdo.networks.rules import (
    FIRST,
    Channel,
    Duty,
    OrganisationKind,
    Period,
    ServiceKind,
    first_overlap,
    gaps,
    instant,
    normalised_contact,
    overlapping_hours,
    problems_of_service,
)
from approdo.protocols.rules import ProtocolDocument, Target, parse

NOWHERE = re.compile(r"\+3900\d{8}")  # no Italian number begins with 00
SHIPPED = Path(approdo.protocols.__file__).parent / "data"
NETWORKS = range(9)


def protocol(network: PlannedNetwork) -> ProtocolDocument:
    return parse(yaml.safe_load((SHIPPED / f"{network.protocol}.yaml").read_text(encoding="utf-8")))


def addresses(service: PlannedService) -> list[str]:
    points = [*service.line, *(contact for contacts in service.contacts for contact in contacts)]
    return [point.address for point in points if point.address]


def test_the_same_seed_and_day_give_the_same_region(region: Region):
    assert plan_region(seed=1, today=region.today, places=places().values()) == region


def test_another_seed_gives_other_people_on_the_same_map(region: Region):
    other = plan_region(seed=2, today=region.today, places=places().values())
    assert [network.territory for network in other.networks] == [network.territory for network in region.networks]
    names = {operator.display_name for operator in region.operators}
    assert len(names & {operator.display_name for operator in other.operators}) < 50


def test_it_is_as_large_as_promised(region: Region):
    assert len(region.networks) == 9
    assert sum(len(network.organisations) for network in region.networks) == 60
    assert len(region.services) == 120
    assert len(region.operators) == 250


def test_a_municipality_belongs_to_one_network_at_most_and_some_to_none(region: Region):
    covered = [code for network in region.networks for code in network.territory]
    assert len(covered) == len(set(covered))
    assert set(covered) < set(places())
    assert 100 < len(places()) - len(covered) < 400


def test_every_province_has_a_network(region: Region):
    covered = {places()[code].province for network in region.networks for code in network.territory}
    assert covered == {place.province for place in places().values()}


@pytest.mark.parametrize("index", NETWORKS)
def test_each_network_is_led_by_an_asst_that_coordinates_it(region: Region, index: int):
    network = region.networks[index]
    lead = network.organisations[0]
    assert lead.kind is OrganisationKind.HEALTH_COMPANY
    assert lead.name.startswith("ASST")
    (coordination,) = [s for s in network.services if s.kind is ServiceKind.NETWORK_COORDINATION]
    assert coordination in lead.services
    assert coordination.members[0].role is Role.NETWORK_COORDINATOR


@pytest.mark.parametrize("index", NETWORKS)
def test_every_other_organisation_has_one_coordinator_of_its_own(region: Region, index: int):
    lead, *others = region.networks[index].organisations
    for organisation in others:
        people = {member for service in organisation.services for member in service.members}
        assert sum(member.role is Role.ORGANISATION_COORDINATOR for member in people) == 1, organisation.name
        assert not any(member.role is Role.NETWORK_COORDINATOR for member in people)
    assert not any(m.role is Role.ORGANISATION_COORDINATOR for service in lead.services for m in service.members)


@pytest.mark.parametrize("index", NETWORKS)
def test_every_service_its_protocol_calls_serves_each_of_its_municipalities(region: Region, index: int):
    network = region.networks[index]
    for rule in protocol(network).calls:
        kinds = [rule.kind] if rule.backup_kind is None else [rule.kind, rule.backup_kind]
        for kind in kinds:
            assert all(network.serving(code, kind) for code in network.territory), (network.code, kind)


@pytest.mark.parametrize("index", NETWORKS)
def test_who_is_called_first_at_night_has_a_rota(region: Region, index: int):
    network = region.networks[index]
    for rule in protocol(network).calls:
        if rule.escalation[0].to is Target.FIRST_ON_CALL:
            assert all(service.shifts for service in network.services if service.kind is rule.kind)


def test_services_are_what_a_coordinator_could_have_typed_in(region: Region):
    for service in region.services:
        assert problems_of_service(service.details) == {}, service.key
        assert overlapping_hours(service.hours) is None, service.key
        for contacts in (service.line, *service.contacts):
            assert [normalised_contact(contact) for contact in contacts] == list(contacts), service.key


def test_nothing_says_where_a_shelter_is(region: Region):
    shelters = [service for service in region.services if service.kind is ServiceKind.SHELTER]
    assert len(shelters) >= 9
    names = {place.name.casefold() for place in places().values()}
    for shelter in shelters:
        assert shelter.details.seat_code is None
        assert shelter.details.address == ""
        assert re.fullmatch(r"CR-\d{3}", shelter.details.code)
        assert shelter.details.name == f"Casa rifugio {shelter.details.code}"
        assert not {word.casefold() for word in shelter.details.name.split()} & names
    assert len({shelter.details.code for shelter in shelters}) == len(shelters)


def test_shelters_have_no_zone_that_would_betray_their_neighbourhood(region: Region):
    for network in region.networks:
        for service in network.services:
            if service.kind is ServiceKind.SHELTER:
                assert service.territory == network.territory


def test_telephones_ring_nowhere_and_mail_goes_nowhere(region: Region):
    phones = [service.details.phone for service in region.services]
    for service in region.services:
        for address in addresses(service):
            assert NOWHERE.fullmatch(address) or address.endswith(".example"), service.key
    assert all(NOWHERE.fullmatch(phone) for phone in phones)
    mobiles = [operator.mobile for operator in region.operators]
    assert len({*phones, *mobiles}) == len(phones) + len(mobiles)
    assert all(operator.email.endswith(".example") for operator in region.operators)


def test_names_are_nobodys(region: Region):
    surnames = {operator.display_name.split()[-1] for operator in region.operators}
    halves = yaml.safe_load((Path(cast.__file__).parent / "data" / "names.yaml").read_text(encoding="utf-8"))
    for surname in surnames - {member.display_name.split()[-1] for member in cast.CAST}:
        assert any(surname.startswith(first) for first in halves["first_halves"])
        assert any(surname.endswith(second) for second in halves["second_halves"])
    assert len({operator.display_name for operator in region.operators}) == len(region.operators)


@pytest.mark.parametrize("kind", [OrganisationKind.HEALTH_COMPANY, OrganisationKind.MUNICIPALITY,
                                  OrganisationKind.LAW_ENFORCEMENT])  # fmt: skip
def test_public_bodies_say_that_they_are_invented(region: Region, kind: OrganisationKind):
    bodies = [o.name for network in region.networks for o in network.organisations if o.kind is kind]
    assert bodies
    assert all(re.search("immaginar|inventat", name.casefold()) for name in bodies)


@pytest.mark.parametrize("kind", [OrganisationKind.ASSOCIATION, OrganisationKind.COOPERATIVE])
def test_associations_say_that_they_are_a_demonstration(region: Region, kind: OrganisationKind):
    bodies = [o.name for network in region.networks for o in network.organisations if o.kind is kind]
    assert bodies
    assert all(name.endswith("(dimostrazione)") for name in bodies)


def test_the_page_of_sign_ins_marks_exactly_the_people_of_the_tour() -> None:
    assert sorted(member.email for member in cast.CAST) == sorted(TOUR)


@pytest.mark.parametrize("member", cast.CAST, ids=lambda member: member.email)
def test_the_people_of_the_tour_are_where_they_are_said_to_be(region: Region, member: cast.CastMember):
    service = region.by_key()[member.service]
    found = service.members[member.index]
    assert (found.operator.email, found.operator.display_name) == (member.email, member.display_name)
    assert cast.MUNICIPALITY in service.territory


def test_the_tour_has_everybody_it_needs(region: Region):
    roles = {member.email: region.by_key()[member.service].members[member.index].role for member in cast.CAST}
    assert roles[cast.ED_OPERATOR] is Role.EMERGENCY_OPERATOR
    assert roles[cast.FIRST_ON_CALL] is roles[cast.SECOND_ON_CALL] is Role.CENTRE_OPERATOR
    assert roles[cast.SHELTER_MANAGER] is Role.SHELTER_MANAGER
    assert roles[cast.SOCIAL_WORKER] is Role.SOCIAL_WORKER
    assert roles[cast.OFFICER] is Role.OFFICER
    assert roles[cast.COORDINATOR] is Role.NETWORK_COORDINATOR
    assert roles[cast.CENTRE_MANAGER] is Role.ORGANISATION_COORDINATOR


def test_the_tour_works_at_any_hour_of_the_next_four_weeks(region: Region):
    services = region.by_key()
    now = min(shift.starts_at for shift in services["laghi-centro"].shifts) + timedelta(days=28)
    for hours in range(0, 28 * 24, 5):
        at = now + timedelta(hours=hours)
        for key, members in {"laghi-centro": {0, 1}, "laghi-rifugio": {0, 1}, "laghi-coordinamento": {0, 1}}.items():
            assert {s.member for s in services[key].shifts if s.starts_at <= at < s.ends_at} == members


def test_the_reference_page_names_the_people_and_the_networks(region: Region):
    page = (Path(__file__).parents[3] / "docs" / "reference" / "demonstration.md").read_text(encoding="utf-8")
    for member in cast.CAST:
        assert member.email in page
    for network in region.networks:
        assert f"`{network.code}`" in page
    covered = sum(len(network.territory) for network in region.networks)
    assert f"{covered:,} of {len(places()):,}" in page


def test_rotas_are_possible(region: Region):
    for service in region.services:
        duties = [Duty(s.member, s.position, s.starts_at, s.ends_at) for s in service.shifts]
        assert all(first_overlap(duty, duties[:number]) is None for number, duty in enumerate(duties)), service.key
        assert all(duty.operator_id < len(service.members) for duty in duties), service.key


def test_there_are_deliberate_holes_ahead(region: Region):
    ahead = Period(instant(region.today, time(20)), instant(region.today + timedelta(days=14), time(20)))
    shelter, emergency = (region.by_key()[key] for key in ("orobie-rifugio", "colline-pis"))
    for service in (shelter, emergency):
        duties = [Duty(s.member, s.position, s.starts_at, s.ends_at) for s in service.shifts]
        assert gaps(duties, [], position=FIRST, whole=ahead), service.key


def test_a_person_on_call_can_be_woken(region: Region):
    for service in region.services:
        for shift in service.shifts:
            channels = {contact.channel for contact in service.contacts[shift.member]}
            assert channels >= {Channel.APP, Channel.SMS, Channel.VOICE}
