# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.factories.networks import NOON, a_coordinator, a_member, a_service, a_shift, some_hours

from approdo.access.rules import SYSTEM
from approdo.kit.errors import Invalid, NotFound
from approdo.networks import selectors, services
from approdo.networks.models import Shift
from approdo.networks.rules import FIRST, SECOND, Duty, local_period, repeated, week_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return a_service()


@pytest.fixture
def coordinator(service):
    return a_coordinator(service)


@pytest.fixture
def people(service):
    return [a_member(service).pk for _number in range(3)]


def night(operator: int, day: date = date(2026, 11, 26), position: int = FIRST) -> Duty:
    period = local_period(day, time(20), time(8))
    return Duty(operator, position, period.starts_at, period.ends_at)


def refused(act, **arguments) -> dict[str, str]:
    before = list(Shift.objects.order_by("pk").values_list("pk", "operator_id", "starts_at", "ends_at"))
    with pytest.raises(Invalid) as caught:
        act(now=NOON, **arguments)
    assert list(Shift.objects.order_by("pk").values_list("pk", "operator_id", "starts_at", "ends_at")) == before
    return caught.value.problems


def test_a_night_is_added_and_its_person_is_on_call_in_it(service, coordinator, people):
    (pk,) = services.add_shifts(actor=coordinator, service_id=service.pk, duties=[night(people[0])], now=NOON)
    [view] = selectors.coverage("012133", datetime(2026, 11, 27, 3, tzinfo=NOON.tzinfo))
    assert view.first.operator_id == people[0]
    assert selectors.shift(coordinator, pk)[0] == service.pk


def test_a_whole_week_on_call_holds_the_hour_that_october_adds_and_not_a_minute_more(service, coordinator, people):
    week = week_of(date(2027, 10, 27))
    services.add_shifts(
        actor=coordinator,
        service_id=service.pk,
        duties=[Duty(people[0], FIRST, week.starts_at, week.ends_at)],
        now=NOON,
    )
    longer = Duty(people[1], SECOND, week.starts_at, week.ends_at + timedelta(minutes=1))
    problems = refused(services.add_shifts, actor=coordinator, service_id=service.pk, duties=[longer])
    assert "al massimo sette giorni" in problems["ends_at"]


def test_an_overlap_is_refused_with_the_hours_of_the_other_shift(service, coordinator, people):
    services.add_shifts(actor=coordinator, service_id=service.pk, duties=[night(people[0])], now=NOON)
    problems = refused(services.add_shifts, actor=coordinator, service_id=service.pk, duties=[night(people[1])])
    assert "giovedì 26 novembre, 20:00–8:00" in problems[""]


def test_the_same_person_cannot_be_first_and_second_at_once(service, coordinator, people):
    both = [night(people[0]), night(people[0], position=SECOND)]
    assert "un'altra persona" in refused(services.add_shifts, actor=coordinator, service_id=service.pk, duties=both)[""]


def test_of_a_repeated_shift_all_or_none_are_added(service, coordinator, people):
    services.add_shifts(
        actor=coordinator, service_id=service.pk, duties=[night(people[1], date(2026, 12, 10))], now=NOON
    )
    weekly = repeated(night(people[0]), times=3)
    refused(services.add_shifts, actor=coordinator, service_id=service.pk, duties=weekly)
    made = services.add_shifts(actor=coordinator, service_id=service.pk, duties=weekly[:2], now=NOON)
    assert len(made) == 2


@pytest.mark.parametrize(
    ("duty", "field"),
    [
        ({"position": 3}, "position"),
        ({"ends_at": NOON}, "ends_at"),
        ({"ends_at": NOON + timedelta(days=8)}, "ends_at"),
        ({"starts_at": NOON - timedelta(days=2), "ends_at": NOON - timedelta(days=1)}, "starts_at"),
        ({"operator_id": 0}, "operator_id"),
    ],
)
def test_a_shift_that_makes_no_sense_is_refused_at_its_field(service, coordinator, people, duty, field):
    values = {"operator_id": people[0], "position": FIRST, "starts_at": NOON, "ends_at": NOON + timedelta(hours=1)}
    problems = refused(services.add_shifts, actor=coordinator, service_id=service.pk, duties=[Duty(**values | duty)])
    assert list(problems) == [field]


def test_only_the_system_may_write_the_past(service, people):
    past = Duty(people[0], FIRST, NOON - timedelta(days=2), NOON - timedelta(days=1))
    assert services.add_shifts(actor=SYSTEM, service_id=service.pk, duties=[past], now=NOON)


def test_a_week_is_copied_forward_around_what_is_already_there(service, coordinator, people):
    duties = [night(people[0]), night(people[1], date(2026, 11, 27)), night(people[2], date(2026, 11, 26), SECOND)]
    services.add_shifts(actor=coordinator, service_id=service.pk, duties=duties, now=NOON)
    services.add_shifts(
        actor=coordinator, service_id=service.pk, duties=[night(people[1], date(2026, 12, 3))], now=NOON
    )
    outcome = services.copy_week(actor=coordinator, service_id=service.pk, day=date(2026, 11, 24), weeks=2, now=NOON)
    assert (outcome.created, outcome.skipped) == (5, 1)
    assert Shift.objects.count() == 9
    again = services.copy_week(actor=coordinator, service_id=service.pk, day=date(2026, 11, 24), weeks=2, now=NOON)
    assert again.created == 0


def test_a_copied_week_leaves_out_who_works_here_no_more(service, coordinator, people):
    services.add_shifts(actor=SYSTEM, service_id=service.pk, duties=[night(people[0])], now=NOON)
    service.memberships.filter(operator=people[0]).update(active=False)
    outcome = services.copy_week(actor=coordinator, service_id=service.pk, day=date(2026, 11, 24), weeks=1, now=NOON)
    assert (outcome.created, outcome.skipped) == (0, 1)


@pytest.mark.parametrize("weeks", [0, 27])
def test_a_week_is_copied_at_most_half_a_year_ahead(service, coordinator, people, weeks):
    services.add_shifts(actor=coordinator, service_id=service.pk, duties=[night(people[0])], now=NOON)
    problems = refused(
        services.copy_week, actor=coordinator, service_id=service.pk, day=date(2026, 11, 24), weeks=weeks
    )
    assert "weeks" in problems


def test_an_empty_week_has_nothing_to_copy(service, coordinator):
    assert "weeks" in refused(
        services.copy_week, actor=coordinator, service_id=service.pk, day=date(2026, 11, 24), weeks=1
    )


def test_two_people_swap_their_shifts_in_one_act_even_on_the_same_night(service, coordinator, people):
    one, other = services.add_shifts(
        actor=coordinator,
        service_id=service.pk,
        duties=[night(people[0]), night(people[1], position=SECOND)],
        now=NOON,
    )
    services.swap_shifts(actor=coordinator, shift_id=one, other_id=other, now=NOON)
    held = dict(Shift.objects.values_list("pk", "operator_id"))
    assert held == {one: people[1], other: people[0]}


def test_a_swap_that_puts_one_person_in_two_places_is_refused(service, coordinator, people):
    one, _second, other = services.add_shifts(
        actor=coordinator,
        service_id=service.pk,
        duties=[
            night(people[0]),
            night(people[1], position=SECOND),
            night(people[1], date(2026, 11, 28)),
        ],
        now=NOON,
    )
    assert refused(services.swap_shifts, actor=coordinator, shift_id=one, other_id=other)


def test_a_shift_that_has_begun_is_handed_over_from_now_on_and_its_past_stays(service, coordinator, people):
    shift = a_shift(service)
    first = shift.operator_id
    services.hand_over_shift(actor=coordinator, shift_id=shift.pk, operator_id=people[0], now=NOON)
    rows = list(Shift.objects.order_by("starts_at").values_list("operator_id", "starts_at", "ends_at"))
    assert rows == [(first, shift.starts_at, NOON), (people[0], NOON, shift.ends_at)]


def test_a_shift_ahead_is_handed_over_whole(service, coordinator, people):
    (pk,) = services.add_shifts(actor=coordinator, service_id=service.pk, duties=[night(people[0])], now=NOON)
    services.hand_over_shift(actor=coordinator, shift_id=pk, operator_id=people[1], now=NOON)
    assert list(Shift.objects.values_list("pk", "operator_id")) == [(pk, people[1])]


def test_a_shift_ends_early_but_never_in_the_past(service, coordinator):
    shift = a_shift(service)
    for wrong in (NOON - timedelta(minutes=1), shift.ends_at, shift.starts_at):
        refused(services.end_shift_early, actor=coordinator, shift_id=shift.pk, ends_at=wrong)
    services.end_shift_early(actor=coordinator, shift_id=shift.pk, ends_at=NOON, now=NOON)
    assert Shift.objects.get().ends_at == NOON


def test_only_a_shift_that_has_not_begun_is_removed(service, coordinator, people):
    begun = a_shift(service)
    over = a_shift(service, starts_at=NOON - timedelta(days=3))
    for shift in (begun, over):
        refused(services.remove_shift, actor=coordinator, shift_id=shift.pk)
    (pk,) = services.add_shifts(actor=coordinator, service_id=service.pk, duties=[night(people[0])], now=NOON)
    services.remove_shift(actor=coordinator, shift_id=pk, now=NOON)
    assert Shift.objects.count() == 2


def test_shifts_of_another_organisation_do_not_exist(coordinator):
    theirs = a_shift(a_service())
    mine = a_shift(a_service())
    calls = [
        (services.remove_shift, {"shift_id": theirs.pk}),
        (services.end_shift_early, {"shift_id": theirs.pk, "ends_at": NOON}),
        (services.hand_over_shift, {"shift_id": theirs.pk, "operator_id": theirs.operator_id}),
        (services.swap_shifts, {"shift_id": theirs.pk, "other_id": mine.pk}),
        (services.remove_shift, {"shift_id": 0}),
    ]
    for act, arguments in calls:
        with pytest.raises(NotFound):
            act(actor=coordinator, now=NOON, **arguments)
    with pytest.raises(NotFound):
        selectors.shift(coordinator, theirs.pk)


def test_the_database_itself_refuses_two_people_in_one_place(service, people):
    a_shift(service)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_shift(service)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_shift(service, position=3)


def test_holes_of_the_coming_days_are_listed_and_say_when_the_service_is_open(service, coordinator, people):
    some_hours(service, days=range(8), opens=8, closes=20)
    nights = [night(people[0], date(2026, 11, 24) + timedelta(days=number)) for number in range(14) if number != 2]
    services.add_shifts(actor=coordinator, service_id=service.pk, duties=nights, now=NOON)
    holes = [gap for gap in selectors.gaps_ahead(coordinator, service.pk, NOON) if gap.position == FIRST]
    uncovered = [gap for gap in holes if not gap.service_open]
    assert [(gap.starts_at, gap.ends_at) for gap in uncovered] == [
        (night(0, date(2026, 11, 26)).starts_at, night(0, date(2026, 11, 26)).ends_at)
    ]


def test_the_week_view_holds_the_nights_that_touch_it_with_their_names(service, coordinator, people):
    duties = [
        night(people[0], date(2026, 11, 22)),
        night(people[1], date(2026, 11, 26)),
        night(people[0], date(2026, 11, 30)),
    ]
    services.add_shifts(actor=SYSTEM, service_id=service.pk, duties=duties, now=NOON)
    week = selectors.rota(coordinator, service.pk, date(2026, 11, 25))
    assert week.monday == date(2026, 11, 23)
    assert [shown.duty.operator_id for shown in week.duties] == people[:2]
    assert all(shown.display_name for shown in week.duties)
    assert week.gaps


def test_an_operator_learns_her_own_turn_and_the_next_one(service, people):
    shift = a_shift(service)
    actor = selectors.actor_for(shift.operator_id, None)
    assert selectors.on_duty(actor, NOON).ends_at == shift.ends_at
    assert selectors.next_duty(actor, NOON) is None
    services.add_shifts(actor=SYSTEM, service_id=service.pk, duties=[night(shift.operator_id)], now=NOON)
    assert selectors.next_duty(actor, NOON).starts_at == night(0).starts_at
