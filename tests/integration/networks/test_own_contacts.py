# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An operator writes how she is reached for the services she works for, and for nobody and nothing else."""

import pytest
from tests.factories.networks import NOON, a_contact, a_member, a_service, a_shift, acting, an_operator

from approdo.access.rules import SYSTEM, Actor, Forbidden, Role
from approdo.audit.models import Entry
from approdo.kit.errors import Invalid, NotFound
from approdo.networks import selectors, services
from approdo.networks.models import ContactPoint, Membership, Service
from approdo.networks.rules import Channel, Contact, ContactHours, ServiceKind

pytestmark = pytest.mark.django_db
NIGHTS = Contact(Channel.VOICE, "+39 00 1234 5678", ContactHours.CLOSED)
APP = Contact(Channel.APP)


def write(actor: Actor, service: Service, *contacts: Contact) -> None:
    services.set_own_contact_points(actor=actor, service_id=service.pk, contacts=contacts, now=NOON)


@pytest.mark.parametrize("role", list(Role))
def test_whatever_her_role_she_replaces_her_own_and_touches_no_other(role: Role) -> None:
    service = a_service()
    actor = acting(a_member(service, role), service)
    line, colleague = a_contact(service), a_contact(service, a_member(service))
    elsewhere = a_contact(a_service(), an_operator())
    write(actor, service, APP)
    write(actor, service, NIGHTS, APP)
    own = selectors.own_contacts(actor, service.pk)
    assert own.contacts == (Contact(Channel.VOICE, "+390012345678", ContactHours.CLOSED), APP)
    others = ContactPoint.objects.exclude(operator=actor.operator_id)
    assert set(others) == {line, colleague, elsewhere}
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.subject) == ("service.contacts", f"service:{service.pk}")
    assert (entry.operator_id, entry.detail) == (actor.operator_id, {"operator": actor.operator_id})


def test_what_she_wrote_is_how_an_emergency_reaches_her() -> None:
    service = a_service()
    shift = a_shift(service)
    write(acting(shift.operator, service), service, Contact(Channel.SMS, "+390012345678"), NIGHTS)
    (view,) = selectors.coverage("012133", NOON)
    assert not view.open_now
    assert view.first is not None
    assert [contact.channel for contact in view.first.contacts] == [Channel.SMS, Channel.VOICE]


def test_she_writes_for_another_of_her_services_without_changing_for_which_she_acts() -> None:
    here, there = a_service(), a_service(kind=ServiceKind.SHELTER, name="Casa delle querce", code="R-07")
    operator = a_member(here)
    a_member(there, operator=operator)
    actor = acting(operator, here)
    write(actor, there, APP)
    own = selectors.own_contacts(actor, there.pk)
    assert (own.label, own.contacts) == ("R-07", (APP,)), "a shelter is shown by its code"
    assert selectors.own_contacts(actor, here.pk).contacts == ()


def test_where_she_does_not_work_nothing_is_there() -> None:
    service, other = a_service(), a_service()
    actor = acting(a_member(service), service)
    closed, left = a_service(active=False), a_service()
    for one in (closed, left):
        Membership.objects.create(operator_id=actor.operator_id, service=one, role=Role.CENTRE_OPERATOR)
    Membership.objects.filter(service=left).update(active=False)
    for hidden in (other.pk, closed.pk, left.pk, 999_999):
        with pytest.raises(NotFound):
            selectors.own_contacts(actor, hidden)
        with pytest.raises(NotFound):
            services.set_own_contact_points(actor=actor, service_id=hidden, contacts=[APP], now=NOON)
    assert not ContactPoint.objects.exists()


def test_the_system_has_no_contact_points_of_its_own() -> None:
    with pytest.raises(Forbidden):
        write(SYSTEM, a_service(), APP)


def test_what_is_refused_to_the_coordinator_is_refused_to_her_and_what_was_there_stays() -> None:
    service = a_service()
    actor = acting(a_member(service), service)
    write(actor, service, APP)
    with pytest.raises(Invalid) as refused:
        write(actor, service, NIGHTS, Contact(Channel.SMS, "boh"), NIGHTS)
    assert set(refused.value.problems) == {"1", "2"}
    with pytest.raises(Invalid):
        write(actor, service, *[Contact(Channel.EMAIL, f"a{number}@b.example") for number in range(9)])
    assert selectors.own_contacts(actor, service.pk).contacts == (APP,)
