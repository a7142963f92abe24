# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The address of one's own calendar: made, made again, taken away, and what it answers."""

from datetime import timedelta

import pytest
from django.test.utils import CaptureQueriesContext
from tests.factories.networks import NOON, a_member, a_service, a_shift, acting

from approdo.access.rules import SYSTEM, Forbidden
from approdo.accounts.services import set_operator_active
from approdo.audit.models import Entry
from approdo.networks import selectors, services
from approdo.networks.models import CalendarFeed, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return a_service()


@pytest.fixture
def anna(service):
    return a_member(service)


@pytest.fixture
def secret(service, anna):
    return services.make_feed(actor=acting(anna, service), now=NOON)


def days_of(secret: str) -> list[int] | None:
    found = selectors.duties_by_feed(secret, NOON)
    return None if found is None else [(duty.starts_at - NOON).days for duty in found]


def test_it_shows_her_shifts_of_all_her_services_and_of_nobody_else(service, anna, secret):
    other = a_service()
    a_member(other, operator=anna)
    a_shift(service, anna, starts_at=NOON + timedelta(days=2))
    a_shift(other, anna, starts_at=NOON + timedelta(days=1))
    a_shift(service, starts_at=NOON + timedelta(days=3))
    assert days_of(secret) == [1, 2]


def test_it_begins_a_month_ago_and_ends_in_half_a_year(service, anna, secret):
    for days in (-31, -29, 179, 181):
        a_shift(service, anna, starts_at=NOON + timedelta(days=days))
    assert days_of(secret) == [-29, 179]


def test_a_service_that_she_left_or_that_closed_is_no_longer_in_it(service, anna, secret):
    left, closed = a_service(), a_service()
    for one in (left, closed):
        a_member(one, operator=anna)
        a_shift(one, anna, starts_at=NOON + timedelta(days=1))
    Membership.objects.filter(service=left).update(active=False)
    closed.active = False
    closed.save()
    assert days_of(secret) == []


def test_only_its_hash_is_kept_and_what_was_done_is_written_down(anna, secret):
    feed = CalendarFeed.objects.get()
    assert secret not in (feed.digest, str(feed.pk))
    assert len(feed.digest) == 64
    entry = Entry.objects.get(verb="calendar.make")
    assert (entry.operator_id, entry.subject) == (anna.pk, f"operator:{anna.pk}")
    assert secret not in f"{entry.detail}{entry.subject}"


def test_made_again_the_old_one_ends_at_once(service, anna, secret):
    again = services.make_feed(actor=acting(anna, service), now=NOON)
    assert again != secret
    assert days_of(secret) is None
    assert days_of(again) == []
    assert CalendarFeed.objects.count() == 1


def test_taken_away_it_answers_no_more_and_that_is_written_down_once(service, anna, secret):
    actor = acting(anna, service)
    assert services.revoke_feed(actor=actor, now=NOON) is True
    assert services.revoke_feed(actor=actor, now=NOON) is False
    assert days_of(secret) is None
    assert selectors.feed_made_at(actor) is None
    assert Entry.objects.filter(verb="calendar.revoke").count() == 1


def test_one_operators_address_is_not_taken_away_by_another(service, anna, secret):
    services.revoke_feed(actor=acting(a_member(service), service), now=NOON)
    assert days_of(secret) == []


def test_an_operator_who_is_shut_out_has_no_calendar_until_she_is_let_in_again(anna, secret):
    set_operator_active(actor=SYSTEM, operator_id=anna.pk, active=False, now=NOON)
    assert days_of(secret) is None
    set_operator_active(actor=SYSTEM, operator_id=anna.pk, active=True, now=NOON)
    assert days_of(secret) == []


def test_a_wrong_address_costs_as_many_questions_as_a_right_one(secret, db):
    from django.db import connection

    counted = []
    for asked in (secret, "indovinato", "", "\x00", "x" * 5000):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            selectors.duties_by_feed(asked, NOON)
        counted.append(len(queries))
    assert set(counted) == {2}


def test_the_system_has_no_calendar(db):
    with pytest.raises(Forbidden):
        services.make_feed(actor=SYSTEM, now=NOON)
