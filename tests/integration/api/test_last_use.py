# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a token was last used: known to the minute, written at most once a minute, on nobody's time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.activations import TONIGHT

from approdo.accounts import services
from approdo.accounts.models import ServiceToken
from approdo.kit import clock

from .conftest import House

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the door."""
    return lambda instant: monkeypatch.setattr(clock, "now", lambda: instant)


def test_a_use_is_noted_and_not_again_within_the_minute(house: House, at: Callable[[datetime], None]) -> None:
    program = house.hospital
    token = ServiceToken.objects.get(operator=house.town.people[house.town.hospital.pk][0])
    writes = []
    for seconds in (0, 1, 59, 60, 61, 300):
        at(TONIGHT + seconds * SECOND)
        with CaptureQueriesContext(connection) as queries:
            assert program.get("/activations").status_code == 200
        writes.append(sum("accounts_servicetoken" in one["sql"] and "UPDATE" in one["sql"] for one in queries))
        token.refresh_from_db()
        assert timedelta(0) <= TONIGHT + seconds * SECOND - token.last_used_at < timedelta(minutes=1)
    assert writes == [1, 0, 0, 1, 0, 1]


def test_two_processes_that_read_the_same_old_instant_write_it_once(house: House) -> None:
    token = ServiceToken.objects.create(
        service_id=house.town.hospital.pk,
        operator=house.town.people[house.town.hospital.pk][0],
        label="prova",
        digest="0" * 64,
        created_at=TONIGHT,
        expires_at=TONIGHT + timedelta(days=1),
    )
    for later in (0, 1, 59):
        services.note_use(token_id=token.pk, now=TONIGHT + later * SECOND)
    token.refresh_from_db()
    assert token.last_used_at == TONIGHT


@pytest.mark.parametrize("kind", ["revoked", "expired", "departed"])
def test_a_token_that_opens_nothing_was_not_used(house: House, kind: str) -> None:
    program = getattr(house, kind)(house.town.hospital)
    assert program.get("/activations").status_code == 401
    assert not ServiceToken.objects.exclude(last_used_at=None).exists()
