# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may open a stream, and how one ends when she may no longer."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from tests.factories.activations import Town, an_operator
from tests.integration.live.conftest import ORIGIN, LiveProcess

from approdo.access.rules import Role
from approdo.accounts.models import Operator
from approdo.networks.models import Membership
from approdo.web.middleware import KEY_BEGAN, KEY_MEMBERSHIP, KEY_SEEN

pytestmark = pytest.mark.process
SignIn = Callable[..., str]


@pytest.fixture
def nurse(town: Town) -> Operator:
    """A new operator of the emergency department: what befalls her befalls no other test."""
    nurse = an_operator()
    Membership.objects.create(operator=nurse, service=town.hospital, role=Role.EMERGENCY_OPERATOR)
    return nurse


@pytest.mark.parametrize("path", ["/stream", "/stream?topics=o:1"])
@pytest.mark.parametrize("cookie", ["", "0123456789abcdef0123456789abcdef", "x" * 41, "a%00b", "'; --"])
def test_a_stranger_is_not_admitted(live: LiveProcess, path: str, cookie: str) -> None:
    answer = live.get(path, cookie)
    assert answer.status == 401
    assert answer.response.getheader("content-type") == "application/problem+json"


@pytest.mark.parametrize(
    "changes",
    [
        {KEY_SEEN: time.time() - 15 * 60 - 5},
        {KEY_BEGAN: time.time() - 12 * 3600 - 5},
        {HASH_SESSION_KEY: "of another password"},
        {KEY_MEMBERSHIP: 0},
    ],
    ids=["idle", "twelve hours", "old password", "another's membership"],
)
def test_a_session_that_is_over_is_not_admitted(
    live: LiveProcess, town: Town, nurse: Operator, sign_in: SignIn, changes: dict[str, Any]
) -> None:
    assert live.get("/stream", sign_in(nurse, town.hospital, **changes)).status == 401


@pytest.mark.parametrize("missing", [KEY_SEEN, KEY_BEGAN, KEY_MEMBERSHIP, "_auth_user_id"])
def test_a_session_without_a_service_or_its_clocks_is_not_admitted(
    live: LiveProcess, town: Town, nurse: Operator, sign_in: SignIn, missing: str
) -> None:
    session = SessionStore(sign_in(nurse, town.hospital))
    del session[missing]
    session.save()
    assert live.get("/stream", session.session_key).status == 401


def _sign_out(_town: Town, _nurse: Operator, cookie: str) -> None:
    SessionStore(cookie).delete()


def _expire(_town: Town, _nurse: Operator, cookie: str) -> None:
    Session.objects.filter(pk=cookie).update(expire_date=datetime.now(UTC) - timedelta(seconds=1))


def _stay_idle(_town: Town, _nurse: Operator, cookie: str) -> None:
    session = SessionStore(cookie)
    session[KEY_SEEN] = time.time() - 15 * 60 - 1
    session.save()


def _shut_out(_town: Town, nurse: Operator, _cookie: str) -> None:
    Operator.objects.filter(pk=nurse.pk).update(is_active=False)


def _change_password(_town: Town, nurse: Operator, _cookie: str) -> None:
    nurse.set_password("un'altra frase lunga")
    nurse.save()


def _end_membership(town: Town, nurse: Operator, _cookie: str) -> None:
    Membership.objects.filter(operator=nurse, service=town.hospital).update(active=False)


@pytest.mark.parametrize(
    "end", [_sign_out, _expire, _stay_idle, _shut_out, _change_password, _end_membership], ids=lambda end: end.__name__
)
def test_a_stream_ends_with_its_session(
    live: LiveProcess, town: Town, nurse: Operator, sign_in: SignIn, end: Callable[[Town, Operator, str], None]
) -> None:
    cookie, colleague = sign_in(nurse, town.hospital), town.people[town.centre.pk][0]
    ended, kept = live.watch(cookie), live.watch(sign_in(colleague, town.centre))
    end(town, nurse, cookie)
    assert ended.next() == ("ended", "")
    assert ended.next() == ("", "")
    kept.connection.sock.settimeout(1)  # her colleague's goes on after the next look at it
    with pytest.raises(TimeoutError):
        kept.next()
    assert live.get("/stream", cookie).status == 401


def test_the_membership_of_somebody_else_admits_nobody(
    live: LiveProcess, town: Town, nurse: Operator, sign_in: SignIn
) -> None:
    session = SessionStore(sign_in(nurse, town.hospital))
    session[KEY_MEMBERSHIP] = Membership.objects.get(operator=town.people[town.centre.pk][0], service=town.centre).pk
    session.save()
    assert live.get("/stream", session.session_key).status == 401


def test_who_chooses_another_service_gets_a_new_stream(
    live: LiveProcess, town: Town, nurse: Operator, sign_in: SignIn
) -> None:
    second = Membership.objects.create(operator=nurse, service=town.centre, role=Role.CENTRE_OPERATOR)
    session = SessionStore(sign_in(nurse, town.hospital))
    stream = live.watch(session.session_key)
    session[KEY_MEMBERSHIP] = second.pk
    session.save()
    assert stream.next() == ("", "")  # no word of an end: the browser comes back by itself
    live.watch(session.session_key)


def test_watching_is_not_being_there(live: LiveProcess, town: Town, nurse: Operator, sign_in: SignIn) -> None:
    cookie = sign_in(nurse, town.hospital)
    before = Session.objects.get(pk=cookie).session_data
    live.watch(cookie)
    time.sleep(1.2)
    assert Session.objects.get(pk=cookie).session_data == before


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://localhost:8000.evil.example"])
def test_another_site_cannot_listen(
    live: LiveProcess, town: Town, nurse: Operator, sign_in: SignIn, origin: str
) -> None:
    answer = live.get("/stream", sign_in(nurse, town.hospital), origin=origin)
    assert answer.status == 403
    assert answer.response.getheader("access-control-allow-origin") == ORIGIN


def test_only_our_own_pages_may_read_the_answer(
    live: LiveProcess, town: Town, nurse: Operator, sign_in: SignIn
) -> None:
    stream = live.watch(sign_in(nurse, town.hospital))
    headers = dict(stream.response.getheaders())
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["access-control-allow-credentials"] == "true"
    assert headers["content-type"] == "text/event-stream"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "query",
    [
        "topics=" + "%20".join(["o:1"] * 21),
        "&".join(["topics=o:1"] * 21),
        "topics=a:not-a-uuid",
        "topics=a:",
        "topics=" + "x" * 5000,
    ],
    ids=["many", "repeated", "no uuid", "empty", "long"],
)
def test_a_question_that_makes_no_sense_is_refused_in_words(
    live: LiveProcess, town: Town, nurse: Operator, sign_in: SignIn, query: str
) -> None:
    assert live.get("/stream?" + query, sign_in(nurse, town.hospital)).status == 400


@pytest.mark.parametrize("path", ["/", "/stream/", "/streams", "/healthz/x"])
def test_there_is_nothing_else(live: LiveProcess, path: str) -> None:
    assert live.get(path).status == 404
