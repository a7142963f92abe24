# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an open screen is told, when, and by whom it is not."""

import signal
import time
from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest
from django.db import transaction
from tests.factories.activations import COMO, Town, a_town, an_activation
from tests.integration.live.conftest import LiveProcess, serving

from approdo.kit import live as announcements
from approdo.kit.postgres import Urls

pytestmark = pytest.mark.process
SignIn = Callable[..., str]


@pytest.fixture
def nurse(town: Town, sign_in: SignIn) -> str:
    """The cookie of the operator who activates."""
    return sign_in(town.people[town.hospital.pk][0], town.hospital)


@pytest.fixture(scope="module")
def elsewhere(committed: None) -> Town:
    """A network that has nothing to do with the town."""
    return a_town(COMO)


@pytest.fixture
def centre(town: Town, sign_in: SignIn) -> str:
    """The cookie of the first person on call of the support centre."""
    return sign_in(town.people[town.centre.pk][0], town.centre)


def test_a_change_arrives_only_when_it_is_committed(
    live: LiveProcess, town: Town, nurse: str, database_urls: Urls
) -> None:
    stream = live.watch(nurse)
    with transaction.atomic():
        announcements.announce([f"s:{town.hospital.pk}"])
        with psycopg.connect(database_urls.application, autocommit=True) as another:
            another.execute("SELECT pg_notify('live', %s)", [f"o:{town.nurse.operator_id}"])
        assert stream.next() == ("change", f"o:{town.nurse.operator_id}")
    assert stream.next() == ("change", f"s:{town.hospital.pk}")


def test_what_is_rolled_back_is_never_told(live: LiveProcess, town: Town, nurse: str) -> None:
    stream = live.watch(nurse)
    with transaction.atomic():
        announcements.announce([f"s:{town.hospital.pk}"])
        transaction.set_rollback(True)
    announcements.announce([f"o:{town.nurse.operator_id}"])
    assert stream.next() == ("change", f"o:{town.nurse.operator_id}")


def test_every_called_service_and_the_board_are_told_of_an_activation(
    live: LiveProcess, town: Town, nurse: str, centre: str
) -> None:
    hers, theirs = live.watch(nurse), live.watch(centre)
    made = an_activation(town)
    assert theirs.next() == ("change", f"s:{town.centre.pk}"), "the call, before anybody is alerted"
    told = {theirs.next(), theirs.next()}
    assert told == {("change", f"s:{town.centre.pk}"), ("change", f"o:{town.actor(town.centre).operator_id}")}
    board = live.watch(nurse, f"a:{made.id}")
    announcements.announce([f"a:{made.id}", f"s:{town.hospital.pk}"])
    assert board.next() == ("change", f"a:{made.id}")
    assert hers.next() == ("change", f"s:{town.hospital.pk}")


def test_a_stranger_hears_nothing_of_a_board_or_of_another_service(
    live: LiveProcess, town: Town, elsewhere: Town, sign_in: SignIn
) -> None:
    made = an_activation(town)
    stranger = elsewhere.actor(elsewhere.hospital)
    cookie = sign_in(elsewhere.people[elsewhere.hospital.pk][0], elsewhere.hospital)
    others = [f"a:{made.id}", f"s:{town.centre.pk}", f"o:{town.nurse.operator_id}"]
    stream = live.watch(cookie, *others)
    announcements.announce(others)
    announcements.announce([f"s:{stranger.service_id}"])
    assert stream.next() == ("change", f"s:{stranger.service_id}")


def test_hidden_and_absent_boards_answer_alike(live: LiveProcess, town: Town, elsewhere: Town, sign_in: SignIn) -> None:
    made = an_activation(town)
    cookie = sign_in(elsewhere.people[elsewhere.hospital.pk][0], elsewhere.hospital)
    hidden, absent = (live.get(f"/stream?topics=a:{board}", cookie) for board in (made.id, uuid4()))
    assert hidden.status == absent.status == 200
    kept = [[pair for pair in one.response.getheaders() if pair[0] != "date"] for one in (hidden, absent)]
    assert kept[0] == kept[1]
    assert hidden.next() == absent.next() == ("resync", "")


def test_a_beat_carries_the_instant_of_the_database(live: LiveProcess, nurse: str) -> None:
    stream = live.get("/stream", nurse, timeout=15)
    event = stream.next()
    while event[0] != "beat":
        event = stream.next(beats=True)
    assert event[1].startswith("20")
    assert event[1].endswith("+00:00")


def test_after_a_cut_connection_everybody_is_told_to_ask_again(
    live: LiveProcess, town: Town, nurse: str, centre: str, database_urls: Urls
) -> None:
    streams = [live.watch(nurse), live.watch(centre)]
    with psycopg.connect(database_urls.application, autocommit=True) as knife:
        cut = knife.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'approdo live' AND datname = current_database()"
        ).fetchone()
    assert cut == (1,)
    assert [stream.next() for stream in streams] == [("resync", "")] * 2
    announcements.announce([f"s:{town.centre.pk}"])
    assert streams[1].next() == ("change", f"s:{town.centre.pk}")


def test_one_who_does_not_read_delays_nobody(live: LiveProcess, town: Town, nurse: str, centre: str) -> None:
    live.watch(centre)  # never read again
    stream = live.watch(nurse)
    for _each in range(300):
        announcements.announce([f"s:{town.centre.pk}"] * 3 + [f"o:{town.actor(town.centre).operator_id}"])
    started = time.monotonic()
    announcements.announce([f"s:{town.hospital.pk}"])
    assert stream.next() == ("change", f"s:{town.hospital.pk}")
    assert time.monotonic() - started < 2


def test_a_closed_tab_makes_room_for_another(live: LiveProcess, town: Town, sign_in: SignIn) -> None:
    nurse = sign_in(town.people[town.hospital.pk][1], town.hospital)  # no other test opened a stream as her
    first = [live.watch(nurse) for _each in range(10)]
    assert live.get("/stream", nurse).status == 429
    first[0].close()
    limit = time.monotonic() + 5
    while (status := live.get("/stream", nurse).status) == 429 and time.monotonic() < limit:
        time.sleep(0.1)
    assert status == 200


def test_the_process_stops_at_once_with_streams_open(nurse: str, database_urls: Urls) -> None:
    with serving(database_urls) as own:
        stream = own.watch(nurse)
        started = time.monotonic()
        own.process.send_signal(signal.SIGTERM)
        assert stream.next() == ("", "")
        assert own.process.wait(5) == 0
        assert time.monotonic() - started < 3
