# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An operator writes when she is away: nobody asks why, and whoever gives her a shift then is told first."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.factories.networks import NOON, a_coordinator, a_member, a_service, a_shift, acting

from approdo.access.rules import SYSTEM, Forbidden
from approdo.audit.models import Entry
from approdo.kit.errors import Invalid, NotFound
from approdo.networks import selectors, services
from approdo.networks.models import Absence, Shift
from approdo.networks.rules import FIRST, Duty, Period
from approdo.usecases.coverage import foretold

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WEEK = Period(NOON + 10 * DAY, NOON + 17 * DAY)


@pytest.fixture
def service():
    return a_service()


@pytest.fixture
def operator(service):
    return a_member(service)


@pytest.fixture
def anna(service, operator):
    return acting(operator, service)


def away(actor, period: Period = WEEK) -> int:
    return services.note_absence(actor=actor, period=period, now=NOON)


def found(service, act):
    """Who would be on call while away, by name."""
    return [one.display_name for one in foretold(service.pk, act, NOON, removes=False).away]


def test_she_sees_her_absence_with_her_shifts_of_all_her_services_in_it(service, operator, anna):
    other = a_service()
    a_member(other, operator=operator)
    inside = [
        a_shift(service, operator, starts_at=WEEK.starts_at + DAY),
        a_shift(other, operator, starts_at=WEEK.ends_at - timedelta(hours=1)),
    ]
    a_shift(service, operator, starts_at=WEEK.ends_at)
    a_shift(service, starts_at=WEEK.starts_at + 2 * DAY)
    away(anna)
    [absence] = selectors.own_absences(anna, NOON)
    assert absence.period == WEEK
    assert [own.duty.id for own in absence.duties] == [shift.pk for shift in inside]


def test_no_shift_changes_by_it(service, operator, anna):
    shift = a_shift(service, operator, starts_at=WEEK.starts_at + DAY)
    away(anna)
    assert Shift.objects.get(pk=shift.pk).operator_id == operator.pk


def test_it_is_written_down_that_and_not_why(anna):
    pk = away(anna)
    entry = Entry.objects.get(verb="absence.note")
    assert (entry.subject, entry.detail) == (f"absence:{pk}", {})
    assert {field.name for field in Absence._meta.get_fields()} == {"id", "operator", "starts_at", "ends_at"}


def test_two_absences_of_hers_do_not_overlap_and_the_refusal_says_which(anna):
    away(anna)
    with pytest.raises(Invalid) as caught:
        away(anna, Period(WEEK.ends_at - DAY, WEEK.ends_at + DAY))
    assert "venerdì 4 dicembre, 12:00 – venerdì 11 dicembre, 12:00" in caught.value.problems[""]
    assert away(anna, Period(WEEK.ends_at, WEEK.ends_at + DAY))


def test_the_database_says_it_again(operator, anna):
    away(anna)
    for period in (WEEK, Period(WEEK.ends_at + DAY, WEEK.ends_at + DAY)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Absence.objects.create(operator=operator, starts_at=period.starts_at, ends_at=period.ends_at)


def test_what_makes_no_sense_is_not_kept(anna):
    with pytest.raises(Invalid):
        away(anna, Period(NOON - 2 * DAY, NOON - DAY))
    with pytest.raises(Forbidden):
        away(SYSTEM)
    assert not Absence.objects.exists()


def test_she_takes_it_back_and_of_one_that_has_begun_what_is_to_come(anna):
    services.end_absence(actor=anna, absence_id=away(anna), now=NOON)
    assert not Absence.objects.exists()
    pk = away(anna, Period(NOON - DAY, NOON + DAY))
    services.end_absence(actor=anna, absence_id=pk, now=NOON)
    assert Absence.objects.get().ends_at == NOON
    assert selectors.own_absences(anna, NOON) == ()
    assert Entry.objects.filter(verb="absence.end").count() == 2


def test_nobody_else_sees_it_or_takes_it_away(service, anna):
    pk = away(anna)
    for actor in (acting(a_member(service), service), a_coordinator(service)):
        assert selectors.own_absences(actor, NOON) == ()
        with pytest.raises(NotFound):
            services.end_absence(actor=actor, absence_id=pk, now=NOON)
    with pytest.raises(NotFound):
        services.end_absence(actor=anna, absence_id=pk, now=WEEK.ends_at)


def test_whoever_gives_her_a_shift_then_is_told_and_nothing_has_changed(service, operator, anna):
    away(anna)
    coordinator = a_coordinator(service)

    def add(starts_at):
        duty = Duty(operator.pk, FIRST, starts_at, starts_at + timedelta(hours=12))
        return lambda: services.add_shifts(actor=coordinator, service_id=service.pk, duties=[duty], now=NOON)

    assert found(service, add(WEEK.starts_at + DAY)) == [operator.display_name]
    assert found(service, add(WEEK.starts_at - timedelta(hours=11))) == [operator.display_name]
    assert found(service, add(WEEK.starts_at - timedelta(hours=12))) == []
    assert found(service, add(WEEK.ends_at)) == []
    assert not Shift.objects.exists()


def test_a_shift_handed_to_her_is_foretold_and_one_she_had_already_is_not(service, operator, anna):
    hers = a_shift(service, operator, starts_at=WEEK.starts_at + DAY)
    other = a_shift(service, starts_at=WEEK.starts_at + 2 * DAY)
    away(anna)
    actor = a_coordinator(service)

    def hand_over():
        services.hand_over_shift(actor=actor, shift_id=other.pk, operator_id=operator.pk, now=NOON)

    def end_early():
        services.end_shift_early(actor=actor, shift_id=hers.pk, ends_at=hers.ends_at - timedelta(hours=1), now=NOON)

    assert found(service, hand_over) == [operator.display_name]
    assert found(service, end_early) == [], "she was there before, and it is only shorter"


def test_absences_of_people_elsewhere_concern_nobody_here(service, operator, anna):
    other = a_service()
    a_shift(other, starts_at=WEEK.starts_at + DAY)
    away(anna)
    assert selectors.away_on_duty(other.pk, NOON) == ()
    a_shift(service, operator, starts_at=WEEK.starts_at + DAY)
    assert [one.operator_id for one in selectors.away_on_duty(service.pk, NOON)] == [operator.pk]
    assert selectors.away_on_duty(service.pk, WEEK.ends_at + DAY) == ()


def test_she_who_is_away_is_not_among_all_who_are_asked(service, operator, anna):
    asker, third = a_member(service), a_member(service)
    shift = a_shift(service, asker, starts_at=WEEK.starts_at + DAY)
    away(anna)
    asked = services.ask_swap(actor=acting(asker, service), shift_id=shift.pk, now=NOON)
    assert asked.operators == (third.pk,)


def test_asked_by_name_she_decides_and_is_told_first(service, operator, anna):
    asker = a_member(service)
    shift = a_shift(service, asker, starts_at=WEEK.starts_at + DAY)
    away(anna)
    asked = services.ask_swap(actor=acting(asker, service), shift_id=shift.pk, operator_id=operator.pk, now=NOON)

    def accept():
        services.accept_swap(actor=anna, swap_id=asked.id, now=NOON)

    assert found(service, accept) == [operator.display_name]
    accept()
    assert Shift.objects.get().operator_id == operator.pk


def test_nobody_proposes_to_take_a_shift_in_her_own_absence(service, operator, anna):
    hers = a_shift(service, operator, starts_at=NOON + DAY)
    theirs = a_shift(service, starts_at=WEEK.starts_at + DAY)
    away(anna)
    with pytest.raises(Invalid) as caught:
        services.ask_swap(actor=anna, shift_id=hers.pk, in_return_id=theirs.pk, now=NOON)
    assert "sei assente" in caught.value.problems[""]
