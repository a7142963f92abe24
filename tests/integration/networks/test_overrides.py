# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody else is on call for a stretch: one act, whole or nothing, and given back as if it had never been."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from tests.factories.networks import NOON, a_contact, a_coordinator, a_member, a_service, a_shift, acting

from approdo.access.rules import ROLE_PERMISSIONS, Forbidden, Permission, Role
from approdo.audit.models import Entry
from approdo.kit.errors import Invalid, NotFound
from approdo.networks import selectors, services
from approdo.networks.models import Membership, Override, Shift, Swap
from approdo.networks.rules import FIRST, ROME, SECOND, Duty, Period, Rotation, RotationUnit
from approdo.notifications.models import Message
from approdo.usecases import overrides
from approdo.usecases.coverage import foretold

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
EVENING = NOON + timedelta(hours=7)
"""Anna is on call from here for twelve hours, then Bruna for twelve."""


class House:
    """Anna and Bruna on call one after the other; Carla is free, and Dora is second all the while."""

    def __init__(self) -> None:
        self.service = a_service()
        self.coordinator = a_coordinator(self.service)
        self.anna, self.bruna, self.carla, self.dora = (a_member(self.service) for _number in range(4))
        self.nights = [
            a_shift(self.service, self.anna, starts_at=EVENING),
            a_shift(self.service, self.bruna, starts_at=EVENING + 12 * HOUR),
        ]
        a_shift(self.service, self.dora, starts_at=EVENING, hours=24, position=SECOND)

    def put(self, starts: float = 6, ends: float = 18, who: object = None, position: int = FIRST, now=NOON):
        operator = who or self.carla
        duty = Duty(operator.pk, position, EVENING + starts * HOUR, EVENING + ends * HOUR)
        return services.put_override(actor=self.coordinator, service_id=self.service.pk, duty=duty, now=now)

    def remove(self, override_id: object, now: datetime = NOON):
        return services.remove_override(actor=self.coordinator, override_id=override_id, now=now)

    def table(self) -> list[tuple[str, float, float]]:
        """Who is first on call, in hours from the evening."""
        names = {self.anna.pk: "Anna", self.bruna.pk: "Bruna", self.carla.pk: "Carla", self.dora.pk: "Dora"}
        rows = Shift.objects.filter(service=self.service, position=FIRST).order_by("starts_at")
        return [
            (names.get(row.operator_id, "?"), (row.starts_at - EVENING) / HOUR, (row.ends_at - EVENING) / HOUR)
            for row in rows
        ]


WHOLE = [("Anna", 0, 12), ("Bruna", 12, 24)]


@pytest.fixture
def house() -> House:
    return House()


def refused(house: House, **arguments: object) -> dict[str, str]:
    before = house.table(), Override.objects.count(), Entry.objects.count()
    with pytest.raises(Invalid) as caught:
        house.put(**arguments)
    assert (house.table(), Override.objects.count(), Entry.objects.count()) == before
    return caught.value.problems


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (6, 18, [("Anna", 0, 6), ("Carla", 6, 18), ("Bruna", 18, 24)]),
        (0, 12, [("Carla", 0, 12), ("Bruna", 12, 24)]),
        (3, 4, [("Anna", 0, 3), ("Carla", 3, 4), ("Anna", 4, 12), ("Bruna", 12, 24)]),
        (0, 24, [("Carla", 0, 24)]),
        (-2, 30, [("Carla", -2, 30)]),
        (12, 13, [("Anna", 0, 12), ("Carla", 12, 13), ("Bruna", 13, 24)]),
        (30, 31, [("Anna", 0, 12), ("Bruna", 12, 24), ("Carla", 30, 31)]),
    ],
)
def test_it_cuts_and_spans_whatever_is_there_and_given_back_everything_is_as_it_was(house, starts, ends, expected):
    made = house.put(starts, ends)
    assert house.table() == expected
    house.remove(made.id)
    assert house.table() == WHOLE
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["override.put", "override.remove"]


def test_who_stands_in_is_who_is_called(house):
    house.put()
    [view] = selectors.coverage("012133", EVENING + 8 * HOUR)
    assert (view.first.operator_id, view.second.operator_id) == (house.carla.pk, house.dora.pk)


def test_the_person_and_those_she_stands_in_for_are_named_to_be_told_and_nobody_else(house):
    assert house.put().people == tuple(sorted([house.anna.pk, house.bruna.pk, house.carla.pk]))
    made = house.put(24, 30)
    assert made.people == (house.carla.pk,)


def test_they_are_told_without_content_when_it_is_put_and_when_it_is_taken_back(house):
    for one in (house.anna, house.carla, house.dora):
        a_contact(house.service, one)
    duty = Duty(house.carla.pk, FIRST, EVENING, EVENING + HOUR)
    overrides.put(actor=house.coordinator, service_id=house.service.pk, duty=duty, now=NOON)
    told = Message.objects.exclude(channel="app")
    assert set(told.values_list("recipient_operator_id", "template")) == {
        (house.anna.pk, "notice"),
        (house.carla.pk, "notice"),
    }
    [override] = selectors.overrides(house.coordinator, house.service.pk, NOON)
    overrides.remove(actor=house.coordinator, override_id=override.id, now=NOON)
    overrides.remove(actor=house.coordinator, override_id=override.id, now=NOON)
    assert Message.objects.exclude(channel="app").count() == 4, "pressed twice, told once"


def test_requests_about_a_shift_that_is_cut_die_with_it(house):
    services.ask_swap(actor=acting(house.anna, house.service), shift_id=house.nights[0].pk, now=NOON)
    house.put(3, 4)
    assert Swap.objects.get().state == "lapsed"


@pytest.mark.parametrize(
    ("arguments", "field", "word"),
    [
        ({"starts": -8}, "first", "già passato"),
        ({"ends": 6}, "last", "prima dell'inizio"),
        ({"ends": 24 * 63}, "last", "due mesi"),
        ({"position": 3}, "position", "prima o seconda"),
    ],
)
def test_a_stretch_that_makes_no_sense_leaves_nothing(house, arguments, field, word):
    problems = refused(house, **arguments)
    assert word in problems[field]


def test_somebody_on_call_in_the_other_position_is_refused_with_the_shift_that_says_so(house):
    assert "già reperibile" in refused(house, who=house.dora)[""]
    assert "già reperibile" in refused(house, who=house.anna, position=SECOND)[""]


def test_somebody_of_another_service_is_refused(house):
    assert "lavora per questo servizio" in refused(house, who=a_member(a_service()))["operator_id"]


def test_who_has_the_whole_stretch_already_is_refused_and_who_has_a_part_of_it_is_not(house):
    assert "già di turno lei" in refused(house, starts=1, ends=3, who=house.anna)["operator_id"]
    made = house.put(6, 18, who=house.anna)
    assert house.table() == [("Anna", 0, 6), ("Anna", 6, 18), ("Bruna", 18, 24)]
    assert made.people == tuple(sorted([house.anna.pk, house.bruna.pk]))
    house.remove(made.id)
    assert house.table() == WHOLE


@pytest.mark.parametrize(("starts", "ends"), [(6, 18), (0, 7), (17, 20), (8, 9)])
def test_overrides_that_overlap_are_refused_by_us_and_by_the_database(house, starts, ends):
    made = house.put()
    problems = refused(house, starts=starts, ends=ends, who=house.bruna)
    assert "c'è già una sostituzione" in problems[""]
    other = {"service": house.service, "position": FIRST, "operator": house.bruna, "made_at": NOON}
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.create(**other, starts_at=EVENING + starts * HOUR, ends_at=EVENING + ends * HOUR)
    house.remove(made.id)
    house.put(starts, ends, who=house.carla)


def test_overrides_that_meet_are_two(house):
    one, other = house.put(6, 9), house.put(9, 12, who=house.bruna)
    assert house.table() == [("Anna", 0, 6), ("Carla", 6, 9), ("Bruna", 9, 12), ("Bruna", 12, 24)]
    house.remove(one.id)
    assert house.table() == [("Anna", 0, 9), ("Bruna", 9, 12), ("Bruna", 12, 24)]
    house.remove(other.id)
    assert house.table() == [("Anna", 0, 9), ("Anna", 9, 12), ("Bruna", 12, 24)]


def test_taken_back_while_it_runs_the_past_stays_and_the_rest_goes_back(house):
    made = house.put()
    house.remove(made.id, EVENING + 8 * HOUR)
    assert house.table() == [("Anna", 0, 6), ("Carla", 6, 8), ("Anna", 8, 12), ("Bruna", 12, 24)]


def test_put_while_a_shift_runs_the_past_stays(house):
    house.put(3, 6, now=EVENING + 3 * HOUR)
    assert house.table() == [("Anna", 0, 3), ("Carla", 3, 6), ("Anna", 6, 12), ("Bruna", 12, 24)]


def change(house: House, how: str, shift_id: int) -> None:
    common = {"actor": house.coordinator, "shift_id": shift_id, "now": NOON}
    if how == "handed over":
        services.hand_over_shift(operator_id=house.bruna.pk, **common)
    elif how == "shortened":
        services.end_shift_early(ends_at=EVENING + 8 * HOUR, **common)
    elif how == "removed":
        services.remove_shift(**common)
    else:
        services.swap_shifts(other_id=a_shift(house.service, house.anna, starts_at=EVENING + 40 * HOUR).pk, **common)


@pytest.mark.parametrize("how", ["handed over", "shortened", "removed", "swapped"])
def test_an_override_whose_shift_has_changed_since_is_not_given_back(house, how):
    made = house.put()
    change(house, how, Shift.objects.get(override=made.id).pk)
    before = house.table()
    with pytest.raises(Invalid) as caught:
        house.remove(made.id)
    assert "sono cambiati" in caught.value.problems[""]
    assert house.table() == before


def test_when_only_what_is_beside_it_has_changed_the_stretch_is_given_back(house):
    made = house.put()
    left = Shift.objects.get(operator=house.anna)
    services.hand_over_shift(actor=house.coordinator, shift_id=left.pk, operator_id=house.bruna.pk, now=NOON)
    house.remove(made.id)
    assert house.table() == [("Bruna", 0, 6), ("Anna", 6, 12), ("Bruna", 12, 24)]


def test_it_is_not_given_back_to_somebody_who_is_second_then_or_works_here_no_more(house):
    made = house.put(0, 12)
    second = Shift.objects.get(position=SECOND)
    services.hand_over_shift(actor=house.coordinator, shift_id=second.pk, operator_id=house.anna.pk, now=NOON)
    with pytest.raises(Invalid) as caught:
        house.remove(made.id)
    assert "già reperibile" in caught.value.problems[""]
    Membership.objects.filter(operator=house.anna).update(active=False)
    with pytest.raises(Invalid) as caught:
        house.remove(made.id)
    assert "non lavora più qui" in caught.value.problems[""]
    assert house.table() == [("Carla", 0, 12), ("Bruna", 12, 24)]


def test_one_that_is_over_stays(house):
    made = house.put()
    with pytest.raises(Invalid) as caught:
        house.remove(made.id, EVENING + 18 * HOUR)
    assert "già finita" in caught.value.problems[""]


def test_a_rotation_does_not_take_back_what_an_override_covers_and_given_back_its_shift_is_its_own_again(house):
    first_day = (EVENING + 24 * HOUR).astimezone(ROME)
    plan = Rotation(FIRST, RotationUnit.DAY, 1, first_day.date(), first_day.time(), (house.anna.pk, house.bruna.pk))
    rotation = services.start_rotation(actor=house.coordinator, service_id=house.service.pk, plan=plan, now=NOON)
    made = house.put(30, 40)
    assert not Shift.objects.filter(rotation=rotation.id, starts_at__lt=EVENING + 48 * HOUR).exists()
    house.remove(made.id)
    assert Shift.objects.get(rotation=rotation.id, starts_at=EVENING + 24 * HOUR).ends_at == EVENING + 48 * HOUR
    house.put(30, 40)
    services.end_rotation(actor=house.coordinator, rotation_id=rotation.id, ends_at=NOON, now=NOON)
    assert house.table() == [*WHOLE, ("Anna", 24, 30), ("Carla", 30, 40), ("Anna", 40, 48)]


def test_what_it_would_bring_is_foretold_and_nothing_of_the_asking_stays(house):
    carla = acting(house.carla, house.service)
    period = Period(EVENING + 7 * HOUR, EVENING + 8 * HOUR)
    services.note_absence(actor=carla, period=period, now=NOON)
    found = foretold(house.service.pk, house.put, NOON)
    assert [one.operator_id for one in found.away] == [house.carla.pk]
    assert house.table() == WHOLE
    assert not Override.objects.exists()


def test_those_it_concerns_read_it_and_nobody_else(house):
    made = house.put()
    for one, hers in ((house.anna, False), (house.bruna, False), (house.carla, True)):
        [view] = selectors.own_overrides(acting(one, house.service), NOON)
        assert (view.id, view.hers) == (made.id, hers)
        assert view.instead_of == (house.anna.display_name, house.bruna.display_name)
    assert selectors.own_overrides(acting(house.dora, house.service), NOON) == ()
    assert selectors.own_overrides(acting(house.anna, house.service), EVENING + 18 * HOUR) == ()
    house.remove(made.id)
    assert selectors.own_overrides(acting(house.anna, house.service), NOON) == ()


@pytest.mark.parametrize("role", [role for role in Role if Permission.EDIT_ORGANISATION not in ROLE_PERMISSIONS[role]])
def test_only_a_coordinator_puts_and_removes_them_and_another_organisations_do_not_exist(house, role):
    made = house.put()
    duty = Duty(house.carla.pk, FIRST, EVENING + 20 * HOUR, EVENING + 21 * HOUR)
    worker, stranger = acting(a_member(house.service, role), house.service), a_coordinator(a_service())
    for actor, refusal in ((worker, Forbidden), (stranger, NotFound)):
        for act in (
            lambda who: services.put_override(actor=who, service_id=house.service.pk, duty=duty, now=NOON),
            lambda who: services.remove_override(actor=who, override_id=made.id, now=NOON),
            lambda who: services.remove_override(actor=who, override_id=uuid4(), now=NOON),
            lambda who: selectors.overrides(who, house.service.pk, NOON),
        ):
            with pytest.raises(refusal):
                act(actor)
