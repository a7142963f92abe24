# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rota from a spreadsheet: all of it or nothing, judged anew when it is stored, and never twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from tests.factories.networks import NOON, a_coordinator, a_member, a_service, a_shift, acting

from approdo.access.rules import ROLE_PERMISSIONS, Forbidden, Permission, Role
from approdo.access.services import as_system
from approdo.audit.models import Entry
from approdo.kit.errors import Invalid, NotFound
from approdo.networks import selectors, services
from approdo.networks.models import Membership, Shift

pytestmark = pytest.mark.django_db
HEADER = "persona;posizione;inizio;fine"
NIGHTS = (
    "{anna};1;26/11/2026 20:00;27/11/2026 08:00",
    "{bruna};1;27/11/2026 20:00;28/11/2026 08:00",
    "{bruna};2;26/11/2026 20:00;27/11/2026 08:00",
)


class House:
    """A service whose coordinator brings a sheet with nights of Anna and Bruna."""

    def __init__(self) -> None:
        self.service = a_service()
        self.coordinator = a_coordinator(self.service)
        self.anna, self.bruna = (a_member(self.service) for _number in range(2))

    def sheet(self, *lines: str) -> bytes:
        text = "\n".join([HEADER, *(lines or NIGHTS)])
        return text.format(anna=self.anna.display_name, bruna=self.bruna.email).encode()

    def bring(self, content: bytes, now=NOON) -> services.SheetOutcome:
        return services.import_shifts(actor=self.coordinator, service_id=self.service.pk, content=content, now=now)

    def judge(self, content: bytes) -> selectors.Sheet:
        return selectors.sheet(self.coordinator, self.service.pk, content, NOON)


@pytest.fixture
def house() -> House:
    return House()


def test_judging_stores_nothing_and_bringing_stores_every_line(house):
    sheet = house.judge(house.sheet())
    assert (len(sheet.new), sheet.wrong, len(sheet.gaps)) == (3, (), 1)
    assert not Shift.objects.exists()
    assert house.bring(house.sheet()) == services.SheetOutcome(created=3, there_already=0)
    rows = Shift.objects.order_by("starts_at", "position").values_list("operator_id", "position")
    assert list(rows) == [(house.anna.pk, 1), (house.bruna.pk, 2), (house.bruna.pk, 1)]
    assert Entry.objects.get().verb == "shift.import"


def test_brought_twice_it_makes_nothing_twice(house):
    house.bring(house.sheet())
    assert house.bring(house.sheet()) == services.SheetOutcome(created=0, there_already=3)
    assert (Shift.objects.count(), Entry.objects.count()) == (3, 1)


def test_with_one_wrong_line_nothing_is_stored(house):
    content = house.sheet(*NIGHTS, "Nessuna;1;01/12/2026 20:00;02/12/2026 08:00")
    with pytest.raises(Invalid) as caught:
        house.bring(content)
    assert "non è stato salvato nessun turno" in caught.value.problems["sheet"]
    assert not Shift.objects.exists()
    assert not Entry.objects.exists()


def test_what_has_changed_between_judging_and_confirming_is_judged_anew(house):
    content = house.sheet()
    assert not house.judge(content).wrong
    a_shift(house.service, starts_at=NOON + timedelta(days=2))
    with pytest.raises(Invalid):
        house.bring(content)
    assert Shift.objects.count() == 1


def test_who_left_meanwhile_is_unknown(house):
    Membership.objects.filter(operator=house.bruna).update(active=False)
    assert [one.line.number for one in house.judge(house.sheet()).wrong] == [3, 4]


def test_people_of_other_services_are_unknown_by_name_and_by_address_alike(house):
    stranger = a_member(a_service())
    nobody = "Prova Prova"
    answers = [
        house.judge(house.sheet(f"{who};1;26/11/2026 20:00;27/11/2026 08:00")).lines[0].problems
        for who in (stranger.display_name, stranger.email, nobody)
    ]
    assert answers[0] == answers[1] == answers[2]


def test_a_file_that_is_none_is_refused_in_her_language(house):
    for act in (house.judge, house.bring):
        with pytest.raises(Invalid) as caught:
            act(b"persona;posizione;inizio\n")
        assert caught.value.problems["sheet"].startswith("Nella prima riga manca la colonna «fine»")


@pytest.mark.parametrize("role", [role for role in Role if Permission.EDIT_ORGANISATION not in ROLE_PERMISSIONS[role]])
def test_only_a_coordinator_brings_one_and_another_organisations_service_does_not_exist(house, role):
    worker, stranger = acting(a_member(house.service, role), house.service), a_coordinator(a_service())
    for actor, refusal in ((worker, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            selectors.sheet(actor, house.service.pk, house.sheet(), NOON)
        with pytest.raises(refusal):
            services.import_shifts(actor=actor, service_id=house.service.pk, content=house.sheet(), now=NOON)


@pytest.mark.django_db(transaction=True)
def test_confirmed_by_two_screens_at_once_every_shift_is_made_once() -> None:
    with as_system():
        house = House()
        content = house.sheet()
    gate = Barrier(2)

    def bring(_number: int) -> int:
        try:
            gate.wait(10)
            return house.bring(content).created
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(bring, range(2))) == [0, 3]
    with as_system():
        assert Shift.objects.count() == 3
