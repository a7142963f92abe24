# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rotations become shifts, each of them once; what people do to a shift is theirs and stays."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction
from tests.factories.networks import NOON, a_coordinator, a_member, a_service, a_shift, acting

from approdo.access.rules import ROLE_PERMISSIONS, SYSTEM, Forbidden, Permission, Role
from approdo.access.services import as_system
from approdo.audit.models import Entry
from approdo.kit.errors import Invalid, NotFound
from approdo.networks import selectors, services
from approdo.networks.models import Membership, Rotation, Shift
from approdo.networks.rules import FIRST, ROME, SECOND, Duty, RotationUnit, hand_over_at, made_up_to
from approdo.networks.rules import Rotation as Plan

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 30)
WEEK = timedelta(days=7)


class House:
    """A service, its coordinator, and three colleagues who take turns week by week from Monday at eight."""

    def __init__(self) -> None:
        self.service = a_service()
        self.coordinator = a_coordinator(self.service)
        self.operators = [a_member(self.service, Role.ON_CALL_OPERATOR) for _number in range(3)]
        self.people = tuple(one.pk for one in self.operators)

    def plan(self, **changes: object) -> Plan:
        values = {"position": FIRST, "unit": RotationUnit.WEEK, "every": 1, "first_day": MONDAY, "hand_over": time(8)}
        return Plan(**values | {"people": self.people} | changes)

    def start(self, now: datetime = NOON, **changes: object) -> services.RotationMade:
        plan = self.plan(**changes)
        return services.start_rotation(actor=self.coordinator, service_id=self.service.pk, plan=plan, now=now)

    def end(self, rotation_id: int, ends_at: datetime, now: datetime = NOON) -> int:
        return services.end_rotation(actor=self.coordinator, rotation_id=rotation_id, ends_at=ends_at, now=now)

    def shifts(self) -> list[tuple[int, datetime, datetime]]:
        rows = Shift.objects.filter(service=self.service).order_by("position", "starts_at")
        return list(rows.values_list("operator_id", "starts_at", "ends_at"))

    def shift(self, number: int) -> Shift:
        return Shift.objects.filter(service=self.service).order_by("starts_at")[number]


@pytest.fixture
def house() -> House:
    return House()


def monday(number: int) -> datetime:
    """The hand-over of a week, on Rome's clock."""
    return datetime.combine(MONDAY + number * WEEK, time(8), tzinfo=ROME).astimezone(UTC)


def test_a_rotation_is_shifts_of_six_months_that_the_whole_house_reads(house: House) -> None:
    made = house.start()
    expected = [(house.people[n % 3], monday(n), monday(n + 1)) for n in range(27)]
    assert [row for row in expected if row[1] < made_up_to(NOON)] == house.shifts()
    assert made.shifts == len(house.shifts()) == 26
    [view] = selectors.coverage("012133", monday(4) + timedelta(hours=1))
    assert view.first.operator_id == house.people[1]
    assert Entry.objects.filter(verb="rotation.start").count() == 1


def test_time_goes_and_the_rotation_grows_by_the_turns_that_have_come_near_and_by_none_twice(house: House) -> None:
    house.start()
    before = house.shifts()
    assert services.extend_rotations(now=NOON + timedelta(hours=1), limit=200) == 0
    for day in range(1, 22):
        now = NOON + timedelta(days=day)
        assert services.extend_rotations(now=now, limit=200) == 1
        assert services.extend_rotations(now=now, limit=200) == 0
    after = house.shifts()
    assert after[: len(before)] == before
    assert [row[0] for row in after] == [house.people[n % 3] for n in range(29)]
    assert Entry.objects.filter(verb="rotation.extend").count() == 3, "a day that makes nothing is not written down"


def test_after_a_long_silence_of_the_sweep_no_turn_is_missing(house: House) -> None:
    house.start()
    now = NOON + timedelta(days=100)
    services.extend_rotations(now=now, limit=200)
    rows = house.shifts()
    assert all(one[2] == other[1] for one, other in itertools.pairwise(rows))
    assert rows[-1][2] >= made_up_to(now)


def test_a_few_rotations_at_a_time_so_that_calls_that_are_due_do_not_wait() -> None:
    for _number in range(6):
        House().start()
    later = NOON + timedelta(days=1)
    assert services.extend_rotations(now=later, limit=200) == 5
    assert services.extend_rotations(now=later, limit=200) == 1


def test_what_people_did_to_its_shifts_stays_as_it_grows(house: House) -> None:
    house.start()
    taken = house.shift(2)
    services.remove_shift(actor=house.coordinator, shift_id=house.shift(1).pk, now=NOON)
    services.hand_over_shift(actor=house.coordinator, shift_id=taken.pk, operator_id=house.people[0], now=NOON)
    before = house.shifts()
    services.extend_rotations(now=NOON + 5 * WEEK, limit=200)
    assert house.shifts()[: len(before)] == before
    assert monday(1) not in [row[1] for row in house.shifts()], "what was removed does not come back"


def test_shifts_that_are_there_already_win(house: House) -> None:
    other = a_shift(house.service, house.operators[2], starts_at=monday(1), hours=24)
    second = a_shift(house.service, house.operators[2], starts_at=monday(2) + WEEK / 2, hours=24, position=SECOND)
    house.start()
    first = Shift.objects.filter(service=house.service, position=FIRST, starts_at__lt=monday(4)).order_by("starts_at")
    assert [(one.operator_id, one.starts_at, one.ends_at) for one in first] == [
        (house.people[0], monday(0), monday(1)),
        (house.people[2], other.starts_at, other.ends_at),
        (house.people[1], other.ends_at, monday(2)),
        (house.people[2], monday(2), second.starts_at),
        (house.people[2], second.ends_at, monday(3)),
        (house.people[0], monday(3), monday(4)),
    ]


def test_turns_of_somebody_shut_out_meanwhile_stay_empty_and_her_name_is_told(house: House) -> None:
    made = house.start()
    Membership.objects.filter(operator=house.operators[1]).update(active=False)
    services.extend_rotations(now=NOON + 6 * WEEK, limit=200)
    assert house.people[1] not in [row[0] for row in house.shifts()[26:]]
    view = selectors.rotation(house.coordinator, made.id, NOON)
    assert view.gone == (house.operators[1].display_name,)


def test_whoever_is_in_a_running_rotation_does_not_leave_the_service(house: House) -> None:
    made = house.start()
    Shift.objects.filter(service=house.service).delete()
    membership = Membership.objects.get(operator=house.operators[0])
    leave = {"actor": house.coordinator, "service_id": house.service.pk, "membership_id": membership.pk, "now": NOON}
    with pytest.raises(Invalid) as caught:
        services.end_membership(**leave)
    assert "in una rotazione" in caught.value.problems[""]
    house.end(made.id, NOON)
    services.end_membership(**leave)


def test_ending_it_takes_its_untouched_shifts_to_come_and_leaves_every_other(house: House) -> None:
    made = house.start()
    a_shift(house.service, house.operators[0], starts_at=monday(0) - timedelta(days=1), hours=24)
    swapped, other = house.shift(6), house.shift(7)
    services.swap_shifts(actor=house.coordinator, shift_id=swapped.pk, other_id=other.pk, now=NOON)
    shortened = house.shift(8)
    end = shortened.ends_at - timedelta(hours=2)
    services.end_shift_early(actor=house.coordinator, shift_id=shortened.pk, ends_at=end, now=NOON)
    gone = house.end(made.id, monday(2))
    left = [row[1] for row in house.shifts()]
    assert left == [monday(0) - timedelta(days=1), monday(0), monday(1), swapped.starts_at, other.starts_at, monday(7)]
    assert gone == 27 - len(left)
    assert services.extend_rotations(now=NOON + 20 * WEEK, limit=200) == 0
    assert Entry.objects.filter(verb="rotation.end").count() == 1


def test_a_shift_that_a_colleague_accepted_is_hers_and_stays_when_the_rotation_ends(house: House) -> None:
    made = house.start()
    anna, bruna = (acting(one, house.service) for one in house.operators[:2])
    asked = services.ask_swap(actor=anna, shift_id=house.shift(3).pk, operator_id=bruna.operator_id, now=NOON)
    services.accept_swap(actor=bruna, swap_id=asked.id, now=NOON)
    house.end(made.id, NOON)
    assert house.shifts() == [(bruna.operator_id, monday(3), monday(4))]


def test_ended_now_the_turn_under_way_ends_as_it_would_have(house: House) -> None:
    made = house.start()
    now = monday(1) + timedelta(days=2)
    house.end(made.id, now, now)
    assert [row[1] for row in house.shifts()] == [monday(0), monday(1)]


@pytest.mark.parametrize(
    ("ends_at", "word"), [(NOON - timedelta(minutes=1), "già passato"), (NOON + 9 * WEEK, "finisce già prima")]
)
def test_an_end_that_makes_no_sense_is_refused(house: House, ends_at: datetime, word: str) -> None:
    made = house.start()
    house.end(made.id, NOON + 8 * WEEK)
    before = house.shifts()
    with pytest.raises(Invalid) as caught:
        house.end(made.id, ends_at)
    assert word in caught.value.problems["day"]
    assert house.shifts() == before


def test_a_position_has_one_rotation_until_it_is_ended_and_the_next_begins_where_it_ends(house: House) -> None:
    made = house.start()
    with pytest.raises(Invalid) as caught:
        house.start()
    assert set(caught.value.problems) == {"position"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Rotation.objects.create(
            service=house.service, position=1, unit="day", every=1, first_day=MONDAY, hand_over="8:00", made_until=NOON
        )
    house.end(made.id, monday(4))
    house.start(first_day=MONDAY + 4 * WEEK, people=house.people[:1])
    rows = house.shifts()
    assert all(one[2] == other[1] for one, other in itertools.pairwise(rows))
    assert {row[0] for row in rows[4:]} == {house.people[0]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"people": ()}, "people"), ({"every": 0}, "every"), ({"first_day": date(2026, 11, 23)}, "first_day")],
)
def test_a_rotation_that_makes_no_sense_leaves_nothing(house: House, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        house.start(**changes)
    assert set(caught.value.problems) == {field}
    assert not Rotation.objects.exists()
    assert not Entry.objects.exists()


def test_people_of_other_services_take_no_turns(house: House) -> None:
    stranger = a_member(a_service())
    with pytest.raises(Invalid) as caught:
        house.start(people=(house.people[0], stranger.pk))
    assert set(caught.value.problems) == {"people"}
    assert not Shift.objects.exists()


def test_an_hourly_rotation_of_six_months_has_neither_gap_nor_overlap_across_the_march_night(house: House) -> None:
    made = house.start(unit=RotationUnit.HOUR, every=1)
    rows = house.shifts()
    assert made.shifts == len(rows) > 4000
    assert all(one[2] == other[1] for one, other in itertools.pairwise(rows))


def test_its_coordinator_reads_whose_turn_it_is_and_what_comes_next(house: House) -> None:
    made = house.start()
    view = selectors.rotation(house.coordinator, made.id, NOON)
    assert (view.current, view.next_hand_over) == ("", monday(0))
    [later] = selectors.rotations(house.coordinator, house.service.pk, monday(1) + timedelta(hours=1))
    assert (later.current, later.next_hand_over) == (house.operators[1].display_name, monday(2))
    house.end(made.id, monday(2))
    assert selectors.rotation(house.coordinator, made.id, monday(1)).next_hand_over is None
    assert selectors.rotations(house.coordinator, house.service.pk, monday(2)) == ()


@pytest.mark.parametrize("role", [role for role in Role if Permission.EDIT_ORGANISATION not in ROLE_PERMISSIONS[role]])
def test_only_a_coordinator_begins_ends_and_reads_rotations(house: House, role: Role) -> None:
    made = house.start()
    other = acting(a_member(house.service, role), house.service)
    acts = [
        lambda: services.start_rotation(actor=other, service_id=house.service.pk, plan=house.plan(), now=NOON),
        lambda: services.end_rotation(actor=other, rotation_id=made.id, ends_at=NOON, now=NOON),
        lambda: services.end_rotation(actor=other, rotation_id=999_999, ends_at=NOON, now=NOON),
        lambda: selectors.rotations(other, house.service.pk, NOON),
        lambda: selectors.rotation(other, made.id, NOON),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()


def test_another_organisations_rotation_does_not_exist(house: House) -> None:
    made = house.start()
    stranger = a_coordinator(a_service())
    for act in (
        lambda: services.start_rotation(actor=stranger, service_id=house.service.pk, plan=house.plan(), now=NOON),
        lambda: services.end_rotation(actor=stranger, rotation_id=made.id, ends_at=NOON, now=NOON),
        lambda: services.end_rotation(actor=stranger, rotation_id=999_999, ends_at=NOON, now=NOON),
        lambda: selectors.rotations(stranger, house.service.pk, NOON),
        lambda: selectors.rotation(stranger, made.id, NOON),
    ):
        with pytest.raises(NotFound):
            act()
    assert selectors.made_by(stranger, made.id, NOON) == ()


def test_the_next_turn_of_a_stored_rotation_is_the_one_that_the_rules_say(house: House) -> None:
    house.start(unit=RotationUnit.MONTH, first_day=date(2026, 11, 30), every=1)
    starts = [row[1] for row in house.shifts()]
    assert {hand_over_at(house.plan(unit=RotationUnit.MONTH), n) for n in range(6)} <= set(starts)


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_make_nothing_twice() -> None:
    with as_system():
        house = House()
        house.start()
    gate = Barrier(4)
    later = NOON + 10 * WEEK

    def sweep(_number: int) -> int:
        try:
            gate.wait(10)
            return as_system()(services.extend_rotations)(now=later, limit=200)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(sweep, range(4))) >= 1
    with as_system():
        rows = house.shifts()
        assert len(rows) == len({row[1] for row in rows}) == 36
        assert Entry.objects.filter(verb="rotation.extend").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rota_that_somebody_is_editing_is_left_for_the_next_turn_of_the_sweep() -> None:
    with as_system():
        house = House()
        house.start()
    later = NOON + WEEK

    def sweep() -> int:
        try:
            return as_system()(services.extend_rotations)(now=later, limit=200)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        with as_system():
            night = Duty(house.people[0], SECOND, NOON, NOON + timedelta(hours=8))
            services.add_shifts(actor=SYSTEM, service_id=house.service.pk, duties=[night], now=NOON)
            assert thread.submit(sweep).result(10) == 0
        assert thread.submit(sweep).result(10) == 1
