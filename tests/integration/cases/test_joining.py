# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which services a case names: those that take part in it now, and the database itself sees to it (row security)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from tests.factories.activations import COMO, TONIGHT, Town, a_town, an_activation

from approdo.access.services import as_system
from approdo.cases.models import Case, Participation
from approdo.cases.services import join


def named(case: UUID) -> list[int]:
    with as_system():
        return Case.objects.values_list("service_ids", flat=True).get(pk=case)


def leave(case: UUID, service: int) -> None:
    Participation.objects.filter(case=case, service=service, until=None).update(until=TONIGHT + timedelta(days=1))


@pytest.mark.django_db
def test_who_joins_is_named_once_and_in_order(town: Town) -> None:
    case, other = an_activation(town).case_id, a_town(COMO)
    before = named(case)
    newcomers = [other.centre.pk, other.shelter.pk]
    for _twice in range(2):
        with as_system():
            join(case_id=case, service_ids=newcomers, now=TONIGHT)
        assert named(case) == sorted({*before, *newcomers})


@pytest.mark.django_db
def test_who_left_is_named_no_more_and_again_when_it_comes_back(town: Town) -> None:
    case, centre = an_activation(town).case_id, town.centre.pk
    with as_system():
        leave(case, centre)
    assert centre not in named(case)
    with as_system():
        join(case_id=case, service_ids=[centre], now=TONIGHT + timedelta(days=2))
    assert centre in named(case)


@pytest.mark.django_db
def test_a_time_that_is_over_when_it_is_written_names_nobody(town: Town) -> None:
    case, other = an_activation(town).case_id, a_town(COMO).centre
    with as_system():
        Participation.objects.create(
            case_id=case, service=other, since=TONIGHT - timedelta(days=2), until=TONIGHT - timedelta(days=1)
        )
    assert other.pk not in named(case)


@pytest.mark.django_db
def test_what_is_written_of_an_earlier_time_takes_nobody_away(town: Town) -> None:
    case, centre = an_activation(town).case_id, town.centre.pk
    with as_system():
        leave(case, centre)
        join(case_id=case, service_ids=[centre], now=TONIGHT + timedelta(days=2))
        Participation.objects.filter(case=case).exclude(until=None).update(until=TONIGHT + timedelta(hours=1))
    assert centre in named(case)


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone() != (0,)


def meanwhile(first: Callable[[], None], second: Callable[[], None]) -> None:
    """Do the second while the first is done and not yet committed."""

    def other() -> None:
        try:
            with as_system(), transaction.atomic():
                second()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        with as_system(), transaction.atomic():
            first()
            under_way = thread.submit(other)
            limit = time.monotonic() + 10
            while not somebody_waits_for_us():
                assert time.monotonic() < limit, "the second did not reach the case"
                time.sleep(0.02)
        under_way.result(10)


@pytest.mark.django_db(transaction=True)
def test_of_those_that_come_and_go_in_one_moment_none_is_lost() -> None:
    town, other = a_town(), a_town(COMO)
    case = an_activation(town).case_id

    def joins(service: int) -> Callable[[], None]:
        return lambda: join(case_id=case, service_ids=[service], now=TONIGHT)

    meanwhile(joins(other.centre.pk), joins(other.shelter.pk))
    assert {other.centre.pk, other.shelter.pk} <= set(named(case))
    meanwhile(joins(other.social.pk), lambda: leave(case, town.centre.pk))
    assert (other.social.pk in named(case), town.centre.pk in named(case)) == (True, False)
