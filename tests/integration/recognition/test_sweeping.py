# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits and rejected lines go when their time is over, and the register says how many."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from tests.factories.networks import NOON
from tests.factories.visits import Door, a_csv, a_department, a_row

from approdo.access.services import as_system, entered
from approdo.audit.models import Entry
from approdo.cli.sweep import _forget_visits
from approdo.recognition import services
from approdo.recognition.models import RejectedLine, StoredVisit, VisitImport

pytestmark = pytest.mark.django_db
LONG_AGO = NOON - timedelta(days=3_000)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """An import of so long ago that the database's own clock finds some of it expired."""
    door = Door(tmp_path, a_department(), LONG_AGO)
    rows = [a_row(1, arrivo="01/03/2018 10:00"), a_row(2, arrivo="02/03/2018 10:00"), a_row(3, arrivo="?")]
    door.bring_in(a_csv(tmp_path / "vecchio.csv", rows))
    door.now = NOON
    door.bring_in(a_csv(tmp_path / "nuovo.csv", [a_row(4), a_row(5, arrivo="?")]))
    return door


def left(door: Door) -> tuple[int, int, int]:
    with entered(actor=door.actor):
        return StoredVisit.objects.count(), RejectedLine.objects.count(), VisitImport.objects.count()


def test_what_has_expired_goes_and_the_rest_stays(door: Door) -> None:
    assert left(door) == (3, 2, 2)
    assert as_system()(services.delete_expired)(now=NOON) == 3
    assert left(door) == (1, 1, 2)


def test_the_register_has_one_row_with_how_many(door: Door) -> None:
    as_system()(services.delete_expired)(now=NOON)
    entry = Entry.objects.get(verb="visits.expire")
    assert (entry.detail, entry.purpose) == ({"visits": 2, "rejected_lines": 1}, "operation")
    as_system()(services.delete_expired)(now=NOON)
    assert Entry.objects.filter(verb="visits.expire").count() == 1


def test_nothing_goes_before_its_time(door: Door) -> None:
    assert as_system()(services.delete_expired)(now=LONG_AGO) == 0
    assert left(door) == (3, 2, 2)


def test_a_large_archive_goes_a_part_at_a_time_the_oldest_first(door: Door) -> None:
    assert as_system()(services.delete_expired)(now=NOON, limit=1) == 2
    with entered(actor=door.actor):
        assert StoredVisit.objects.order_by("arrived_at").values_list("arrived_at__day", flat=True)[0] == 2


def test_only_the_system_deletes_for_all(door: Door) -> None:
    other = a_department()
    with entered(actor=other):
        assert services.delete_expired(now=NOON) == 0
    assert left(door) == (3, 2, 2)


def test_the_sweep_does_it(door: Door) -> None:
    assert as_system()(_forget_visits)(now=NOON, limit=200) == 3
    assert left(door) == (1, 1, 2)


def test_how_long_rejected_lines_stay_is_a_setting(tmp_path: Path, settings: Settings) -> None:
    settings.REJECTED_LINE_DAYS = 7
    door = Door(tmp_path, a_department())
    door.bring_in(a_csv(tmp_path / "a.csv", [a_row(1, arrivo="?")]))
    with entered(actor=door.actor):
        assert VisitImport.objects.get().expires_at == NOON + timedelta(days=7)
