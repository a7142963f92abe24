# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import replace
from datetime import time

import pytest
from django.db import IntegrityError, transaction
from tests.factories.networks import (
    COMO,
    NOON,
    SONDRIO,
    VARESE,
    a_contact,
    a_coordinator,
    a_member,
    a_network,
    a_service,
    a_shift,
    acting,
    an_operator,
    an_organisation,
)

from approdo.access.rules import SYSTEM, Actor, Forbidden, Purpose, Role
from approdo.accounts.models import Operator
from approdo.audit.models import Entry
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks import selectors, services
from approdo.networks.models import ContactPoint, Membership, Service, ServiceTerritory
from approdo.networks.rules import (
    Channel,
    Contact,
    Hours,
    OrganisationKind,
    ServiceDetails,
    ServiceKind,
    grantable_roles,
)

pytestmark = pytest.mark.django_db
COORDINATORS = {Role.ORGANISATION_COORDINATOR, Role.NETWORK_COORDINATOR}
DETAILS = ServiceDetails("Centro Molo", ServiceKind.SUPPORT_CENTRE, "0332 123456", seat_code=VARESE)


@pytest.fixture
def service():
    return a_service()


@pytest.fixture
def coordinator(service):
    return a_coordinator(service)


def every_act(service_id: int) -> list:
    mine = {"service_id": service_id}
    return [
        (services.edit_service, {**mine, "details": DETAILS}),
        (services.deactivate_service, mine),
        (services.reactivate_service, mine),
        (services.set_opening_hours, {**mine, "always_open": True, "hours": []}),
        (services.set_territory, {**mine, "municipality_codes": []}),
        (services.set_contact_points, {**mine, "operator_id": None, "contacts": []}),
        (services.add_member, {**mine, "email": "a@b.example", "display_name": "A", "role": Role.OFFICER}),
        (services.set_role, {**mine, "membership_id": 1, "role": Role.OFFICER}),
        (services.end_membership, {**mine, "membership_id": 1}),
        (services.add_shifts, {**mine, "duties": []}),
        (services.copy_week, {**mine, "day": NOON.date(), "weeks": 1}),
    ]


@pytest.mark.parametrize("role", [role for role in Role if role not in COORDINATORS])
def test_nobody_but_a_coordinator_edits(service, role):
    actor = acting(a_member(service, role), service)
    for act, arguments in every_act(service.pk):
        with pytest.raises(Forbidden):
            act(actor=actor, now=NOON, **arguments)
    for look in (selectors.service_for_editing, lambda who, pk: selectors.gaps_ahead(who, pk, NOON)):
        with pytest.raises(Forbidden):
            look(actor, service.pk)
    assert not Entry.objects.exists()


def test_another_organisations_service_does_not_exist(coordinator):
    theirs = a_service()
    for identifier in (theirs.pk, 0):
        for act, arguments in every_act(identifier):
            with pytest.raises(NotFound):
                act(actor=coordinator, now=NOON, **arguments)
        with pytest.raises(NotFound):
            selectors.service_for_editing(coordinator, identifier)
    with pytest.raises(NotFound):
        services.create_service(actor=coordinator, organisation_id=theirs.organisation_id, details=DETAILS, now=NOON)


def test_a_service_is_created_in_her_own_organisation_and_the_act_is_recorded(coordinator):
    pk = services.create_service(
        actor=coordinator, organisation_id=coordinator.organisation_id, details=DETAILS, now=NOON
    )
    created = Service.objects.get(pk=pk)
    assert (created.phone, created.seat_id, created.active) == ("+390332123456", VARESE, True)
    assert Entry.objects.get().verb == "service.create"


@pytest.mark.parametrize(
    ("change", "field"), [({"seat_code": "999999"}, "seat_code"), ({"code": "LA-7"}, "code"), ({"name": ""}, "name")]
)
def test_a_service_is_not_stored_with_a_wrong_field(coordinator, service, change, field):
    a_service(kind=ServiceKind.SHELTER, code="LA-7")
    with pytest.raises(Invalid) as caught:
        services.edit_service(actor=coordinator, service_id=service.pk, details=replace(DETAILS, **change), now=NOON)
    assert list(caught.value.problems) == [field]
    assert Service.objects.get(pk=service.pk).name == service.name


@pytest.mark.parametrize("place", [{"seat_id": VARESE}, {"address": "via Ignota 1"}, {"code": ""}])
def test_the_database_itself_keeps_the_place_of_a_shelter_out(place):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_service(kind=ServiceKind.SHELTER, **place)


def test_a_service_closes_down_and_opens_again_but_not_under_her_feet(coordinator, service):
    other = a_service(organisation=service.organisation)
    services.deactivate_service(actor=coordinator, service_id=other.pk, now=NOON)
    assert other.pk not in {view.id for view in selectors.coverage(VARESE, NOON)}
    services.reactivate_service(actor=coordinator, service_id=other.pk, now=NOON)
    assert other.pk in {view.id for view in selectors.coverage(VARESE, NOON)}
    with pytest.raises(Invalid):
        services.deactivate_service(actor=coordinator, service_id=service.pk, now=NOON)


def test_opening_hours_are_replaced_as_a_whole(coordinator, service):
    hours = [Hours(frozenset({0, 1}), time(9), time(13)), Hours(frozenset({7}), time(20), time(8))]
    for _time in range(2):
        services.set_opening_hours(actor=coordinator, service_id=service.pk, always_open=False, hours=hours, now=NOON)
    assert list(selectors.service_for_editing(coordinator, service.pk).hours) == hours


@pytest.mark.parametrize("days", [frozenset(), frozenset({8}), frozenset({-1})])
def test_hours_without_a_known_day_are_refused(coordinator, service, days):
    with pytest.raises(Invalid):
        services.set_opening_hours(
            actor=coordinator,
            service_id=service.pk,
            always_open=False,
            hours=[Hours(days, time(9), time(13))],
            now=NOON,
        )


def test_overlapping_hours_are_refused_with_day_and_times(coordinator, service):
    hours = [Hours(frozenset({0, 1}), time(9), time(13)), Hours(frozenset({1}), time(12), time(18))]
    with pytest.raises(Invalid) as caught:
        services.set_opening_hours(actor=coordinator, service_id=service.pk, always_open=False, hours=hours, now=NOON)
    sentence = caught.value.problems["hours"]
    assert all(word in sentence for word in ("martedì", "09:00–13:00", "12:00–18:00"))


def test_territory_is_what_was_chosen_last(coordinator, service):
    services.set_territory(actor=coordinator, service_id=service.pk, municipality_codes=[COMO, SONDRIO], now=NOON)
    served = set(ServiceTerritory.objects.filter(service=service).values_list("municipality_id", flat=True))
    assert served == {COMO, SONDRIO}
    with pytest.raises(Invalid):
        services.set_territory(actor=coordinator, service_id=service.pk, municipality_codes=["999999"], now=NOON)


def test_nobody_lets_her_service_be_called_in_a_network_that_is_not_hers(coordinator, service):
    other = a_network(municipalities=[COMO])
    with pytest.raises(Invalid) as refused:
        services.set_territory(actor=coordinator, service_id=service.pk, municipality_codes=[COMO, SONDRIO], now=NOON)
    assert "Como" in refused.value.problems["municipality_codes"]
    assert not ServiceTerritory.objects.filter(service=service, municipality=COMO).exists()
    service.organisation.networks.add(other)
    services.set_territory(actor=coordinator, service_id=service.pk, municipality_codes=[COMO, SONDRIO], now=NOON)


def test_contact_points_keep_the_order_in_which_they_were_written(coordinator, service):
    operator = a_member(service)
    contacts = [Contact(Channel.SMS, "0332 123456"), Contact(Channel.APP), Contact(Channel.EMAIL, "A@rete.example")]
    services.set_contact_points(
        actor=coordinator, service_id=service.pk, operator_id=operator.pk, contacts=contacts, now=NOON
    )
    stored = ContactPoint.objects.order_by("position").values_list("channel", "address")
    assert list(stored) == [("sms", "+390332123456"), ("app", ""), ("email", "a@rete.example")]


@pytest.mark.parametrize(
    ("contacts", "line"),
    [
        ([Contact(Channel.APP), Contact(Channel.SMS, "boh")], "1"),
        ([Contact(Channel.APP), Contact(Channel.APP)], "1"),
        ([Contact(Channel.EMAIL, "boh")], "0"),
        ([Contact(Channel.VOICE, f"03321234{number:02d}") for number in range(9)], ""),
    ],
)
def test_a_wrong_contact_point_is_named_by_its_line_and_nothing_is_stored(coordinator, service, contacts, line):
    a_contact(service)
    with pytest.raises(Invalid) as caught:
        services.set_contact_points(
            actor=coordinator, service_id=service.pk, operator_id=None, contacts=contacts, now=NOON
        )
    assert list(caught.value.problems) == [line]
    assert ContactPoint.objects.count() == 1


def test_a_stranger_gets_no_contact_points(coordinator, service):
    with pytest.raises(NotFound):
        services.set_contact_points(
            actor=coordinator, service_id=service.pk, operator_id=an_operator().pk, contacts=[], now=NOON
        )


def test_a_new_colleague_gets_an_account_and_a_known_one_only_a_membership(coordinator, service):
    known = an_operator()
    arguments = {"actor": coordinator, "service_id": service.pk, "role": Role.CENTRE_OPERATOR, "now": NOON}
    services.add_member(email="nuova@rete.example", display_name="Nuova", **arguments)
    services.add_member(email=known.email.upper(), display_name="", **arguments)
    created = Operator.objects.get(email="nuova@rete.example")
    assert not created.has_usable_password()
    assert selectors.actor_for(known.pk, None).service_id == service.pk
    with pytest.raises(Invalid):
        services.add_member(email=known.email, display_name="", **arguments)


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.parametrize("hers", sorted(COORDINATORS))
def test_a_coordinator_gives_no_role_that_may_do_more_than_she(service, hers, role):
    coordinator = a_coordinator(service, hers)
    colleague = Membership.objects.get(operator=a_member(service))
    mine = {"actor": coordinator, "service_id": service.pk, "now": NOON, "role": role}
    joining = {"email": "x@y.example", "display_name": "X"}
    if role in grantable_roles(coordinator):
        services.add_member(**joining, **mine)
        services.set_role(membership_id=colleague.pk, **mine)
        assert set(Membership.objects.exclude(operator=coordinator.operator_id).values_list("role")) == {(role,)}
        return
    for act, arguments in ((services.add_member, joining), (services.set_role, {"membership_id": colleague.pk})):
        with pytest.raises(Invalid) as caught:
            act(**arguments, **mine)
        assert list(caught.value.problems) == ["role"]
    assert not Entry.objects.exists()


def test_who_may_do_more_is_not_changed_by_who_may_do_less(coordinator, service):
    above = Membership.objects.get(operator=a_member(service, Role.NETWORK_COORDINATOR))
    a_member(service, Role.NETWORK_COORDINATOR)
    arguments = {"actor": coordinator, "service_id": service.pk, "membership_id": above.pk, "now": NOON}
    with pytest.raises(Invalid):
        services.set_role(role=Role.LEARNER, **arguments)
    with pytest.raises(Invalid):
        services.end_membership(**arguments)
    above.refresh_from_db()
    assert (above.active, above.role) == (True, Role.NETWORK_COORDINATOR)
    shown = selectors.service_for_editing(coordinator, service.pk).members
    assert {member.role for member in shown if member.changeable} == {Role.ORGANISATION_COORDINATOR}
    services.end_membership(**arguments | {"actor": acting(a_member(service, Role.NETWORK_COORDINATOR), service)})


def test_the_last_coordinator_stays_one(coordinator, service):
    own = Membership.objects.get(operator=coordinator.operator_id)
    arguments = {"actor": coordinator, "service_id": service.pk, "membership_id": own.pk, "now": NOON}
    with pytest.raises(Invalid):
        services.end_membership(**arguments)
    with pytest.raises(Invalid):
        services.set_role(role=Role.CENTRE_OPERATOR, **arguments)
    a_member(service, Role.ORGANISATION_COORDINATOR)
    services.set_role(role=Role.CENTRE_OPERATOR, **arguments)
    assert selectors.actor_for(coordinator.operator_id, own.pk).role is Role.CENTRE_OPERATOR


@pytest.mark.parametrize("leads", [True, False])
def test_who_leads_a_network_keeps_its_coordinator_and_others_need_none(service, leads):
    network = a_network()
    service.organisation.networks.add(network)
    if leads:
        services.set_lead_organisation(
            actor=SYSTEM, network_code=network.code, organisation_id=service.organisation_id, now=NOON
        )
    actor = a_coordinator(service, Role.NETWORK_COORDINATOR)
    own = Membership.objects.get(operator=actor.operator_id)
    a_member(service, Role.ORGANISATION_COORDINATOR)
    arguments = {"actor": actor, "service_id": service.pk, "membership_id": own.pk, "now": NOON}
    if leads:
        with pytest.raises(Invalid):
            services.end_membership(**arguments)
        with pytest.raises(Invalid):
            services.set_role(role=Role.ORGANISATION_COORDINATOR, **arguments)
        a_member(service, Role.NETWORK_COORDINATOR)
    services.set_role(role=Role.ORGANISATION_COORDINATOR, **arguments)
    own.refresh_from_db()
    assert own.role == Role.ORGANISATION_COORDINATOR


def test_the_coordination_of_the_network_is_edited_by_who_supervises_it_alone(coordinator, service):
    coordination = a_service(organisation=service.organisation, kind=ServiceKind.NETWORK_COORDINATION)
    duty = a_shift(coordination)
    for act, arguments in every_act(coordination.pk):
        with pytest.raises(NotFound):
            act(actor=coordinator, now=NOON, **arguments)
    for look in (
        lambda who: selectors.service_for_editing(who, coordination.pk),
        lambda who: selectors.shift(who, duty.pk),
    ):
        with pytest.raises(NotFound):
            look(coordinator)
    assert [one.id for one in selectors.organisation_for_editing(coordinator, NOON).services] == [service.pk]
    supervisor = a_coordinator(coordination, Role.NETWORK_COORDINATOR)
    assert selectors.service_for_editing(supervisor, coordination.pk).id == coordination.pk
    assert len(selectors.organisation_for_editing(supervisor, NOON).services) == 2


def test_a_service_does_not_become_the_coordination_of_the_network_under_her_hands(coordinator, service):
    wanted = replace(DETAILS, kind=ServiceKind.NETWORK_COORDINATION)
    acts = (
        (services.create_service, {"organisation_id": service.organisation_id}),
        (services.edit_service, {"service_id": service.pk}),
    )
    for act, arguments in acts:
        with pytest.raises(Invalid) as caught:
            act(actor=coordinator, details=wanted, now=NOON, **arguments)
        assert list(caught.value.problems) == ["kind"]
    assert not Service.objects.filter(kind=ServiceKind.NETWORK_COORDINATION).exists()
    supervisor = a_coordinator(service, Role.NETWORK_COORDINATOR)
    for act, arguments in acts:
        act(actor=supervisor, details=wanted, now=NOON, **arguments)
    assert Service.objects.filter(kind=ServiceKind.NETWORK_COORDINATION).count() == 2


def test_a_colleague_leaves_after_her_last_shift_and_her_numbers_are_erased(coordinator, service):
    operator = a_member(service)
    a_contact(service, operator)
    shift = a_shift(service, operator)
    held = Membership.objects.get(operator=operator)
    arguments = {"actor": coordinator, "service_id": service.pk, "membership_id": held.pk}
    with pytest.raises(Invalid) as caught:
        services.end_membership(now=NOON, **arguments)
    assert "martedì 24 novembre" in caught.value.problems[""]
    services.end_membership(now=shift.ends_at, **arguments)
    assert not ContactPoint.objects.exists()
    assert selectors.actor_for(operator.pk, held.pk) is None
    services.add_member(
        actor=coordinator,
        service_id=service.pk,
        email=operator.email,
        display_name="",
        role=Role.CENTRE_OPERATOR,
        now=NOON,
    )
    assert selectors.actor_for(operator.pk, held.pk) is not None


def test_an_operator_acts_only_through_a_living_membership(service):
    operator = a_member(service, Role.PROJECT_MANAGER)
    held = Membership.objects.get(operator=operator)
    expected = Actor(operator.pk, service.organisation_id, service.pk, Role.PROJECT_MANAGER, Purpose.GOVERNANCE)
    assert selectors.actor_for(operator.pk, held.pk) == selectors.actor_for(operator.pk, None) == expected
    assert selectors.actor_for(an_operator().pk, held.pk) is None
    (shown,) = selectors.memberships_of(operator.pk)
    assert (shown.service_id, shown.role_word, shown.seat_code) == (service.pk, "Referente di progetto", VARESE)
    assert selectors.membership(expected) == shown
    Service.objects.update(active=False)
    assert selectors.actor_for(operator.pk, held.pk) is None
    assert selectors.memberships_of(operator.pk) == ()


def test_the_organisation_page_lists_its_services_and_their_first_hole(coordinator, service):
    a_service()
    shown = selectors.organisation_for_editing(coordinator, NOON)
    (line,) = shown.services
    assert (line.id, line.members, line.municipalities) == (service.pk, 1, 1)
    assert line.hole.starts_at == NOON


def test_networks_and_organisations_are_made_by_the_system_only(coordinator):
    with pytest.raises(Forbidden):
        services.create_network(actor=coordinator, code="x", name="X", municipality_codes=[], now=NOON)
    services.create_network(actor=SYSTEM, code="monti", name="Rete dei monti", municipality_codes=[SONDRIO], now=NOON)
    pk = services.create_organisation(
        actor=SYSTEM, name="ASST Vallate", kind=OrganisationKind.HEALTH_COMPANY, network_codes=["monti"], now=NOON
    )
    services.set_lead_organisation(actor=SYSTEM, network_code="monti", organisation_id=pk, now=NOON)
    assert selectors.network_of(SONDRIO).code == "monti"
    assert [place.code for place in selectors.network_municipalities("monti")] == [SONDRIO]
    assert selectors.network_of(COMO) is None
    for arguments, error in [
        ({"code": "monti", "municipality_codes": []}, Conflict),
        ({"code": "laghi", "municipality_codes": [SONDRIO]}, Conflict),
        ({"code": "laghi", "municipality_codes": ["999999"]}, Invalid),
    ]:
        with pytest.raises(error):
            services.create_network(actor=SYSTEM, name="X", now=NOON, **arguments)
    with pytest.raises(NotFound):
        services.set_lead_organisation(
            actor=SYSTEM, network_code="monti", organisation_id=an_organisation().pk, now=NOON
        )
    with pytest.raises(NotFound):
        services.create_organisation(
            actor=SYSTEM, name="X", kind=OrganisationKind.OTHER, network_codes=["nessuna"], now=NOON
        )


def test_the_demonstration_lists_people_by_network():
    network = a_network()
    service = a_service(organisation=an_organisation(network=network))
    shift = a_shift(service)
    a_member(a_service())
    (group,) = selectors.sign_ins_by_network(NOON)
    (person,) = group.people
    assert (group.name, person.email, person.on_call) == (network.name, shift.operator.email, True)


def test_whose_screens_a_service_concerns(service, coordinator):
    gone = a_member(service)
    Operator.objects.filter(pk=gone.pk).update(is_active=False)
    assert selectors.members_of(service.pk) == (coordinator.operator_id,)
