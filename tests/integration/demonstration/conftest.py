# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The region is loaded once for all tests that read it, and taken back at the end."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from approdo.cli import demonstration
from approdo.cli.demonstration.loading import places
from approdo.cli.demonstration.region import Region

TODAY = date(2026, 11, 24)

Ask = Callable[[str], list[tuple[Any, ...]]]


def ask(query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker, test_databases: Any) -> Iterator[Region]:
    """The whole region of 24 November 2026, in a transaction that is rolled back after the module.

    On a fresh copy of the database, as in `approdo demo`: after many rolled-back tests its statistics would say that
    every table is empty, and the planner would believe them.
    """
    with django_db_blocker.unblock():
        connection.close()
        test_databases.renew()
        with transaction.atomic():
            assert demonstration.load(seed=1, today=TODAY)
            yield demonstration.plan_region(seed=1, today=TODAY, places=places())
            transaction.set_rollback(True)
        connection.close()


@pytest.fixture
def small(db: None) -> Region:
    """Two networks of the region with their pathways: as much as a test can afford to load twice."""
    region = demonstration.plan_region(seed=3, today=TODAY, places=places())
    kept = tuple(network for network in region.networks if network.code in {"laghi", "cime"})
    codes = {network.code for network in kept}
    return replace(region, networks=kept, cases=tuple(case for case in region.cases if case.network in codes))
