# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from approdo.audit import services as audit


def _age_heartbeat() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_heartbeat SET beaten_at = now() - interval '31 seconds'")


def _age_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)"
            " VALUES ('default', 'any', '{}', now() - interval '61 seconds')"
        )


def _nothing() -> None:
    return


@pytest.mark.django_db
def test_a_living_process_says_so_without_asking_the_database(
    client: Client, django_assert_num_queries: Callable
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert answer.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("trouble", "status", "wrong"),
    [(_nothing, 200, set()), (_age_heartbeat, 503, {"sweep"}), (_age_queue, 503, {"queue"})],
)
def test_readiness_names_what_does_not_work(
    client: Client, trouble: Callable[[], None], status: int, wrong: set[str]
) -> None:
    audit.beat(name="sweep")
    trouble()
    answer = client.get("/readyz")
    assert answer.status_code == status
    assert {name for name, sound in answer.json().items() if sound is False} == wrong


@pytest.mark.django_db
def test_a_process_with_another_secret_than_the_databases_is_not_ready(client: Client, settings: Settings) -> None:
    audit.beat(name="sweep")
    settings.SECRET_KEY = "not the one that was installed"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert {name for name, sound in answer.json().items() if sound is False} == {"claims"}


@pytest.mark.django_db
def test_a_sweep_that_never_ran_is_not_ready(client: Client) -> None:
    assert client.get("/readyz").json()["sweep"] is False


def test_without_a_database_readiness_is_refused_and_not_an_error(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from approdo.kit import clock

    def gone() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(clock, "now", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "database": False,
        "claims": False,
        "queue": False,
        "sweep": False,
    }


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_only_reading_is_allowed(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
