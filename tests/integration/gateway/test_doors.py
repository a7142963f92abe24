# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inbound doors: only the gateway gets in, once, and nothing it says breaks them."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from approdo.activations import services as activations
from approdo.kit import clock
from approdo.kit.errors import Conflict, NotFound
from approdo.networks.rules import Channel
from approdo.notifications import selectors, services
from approdo.notifications.models import InboundRequest, Message
from approdo.notifications.rules import SIGNATURE_HEADER, TIMESTAMP_HEADER, MessageState, sign
from approdo.notifications.services import NewMessage

pytestmark = pytest.mark.django_db
SECRET = "shared secret"
NUMBER = "+390012345678"
Post = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def secret(settings: Settings) -> None:
    settings.GATEWAY_SECRET = SECRET


@pytest.fixture
def post(client: Client) -> Post:
    """Post a document to a door, signed now unless told otherwise."""

    def signed(door: str, document: object, *, at: float = 0, secret: str = SECRET, **extra: str) -> HttpResponse:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        stamp = str(int(time.time() + at))
        headers = {TIMESTAMP_HEADER: stamp, SIGNATURE_HEADER: sign(secret, stamp, body)} | extra
        return client.post(f"/gateway/{door}", body, content_type="application/json", headers=headers)

    return signed


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The alerts that were taken, instead of taking them."""
    references: list[UUID] = []

    def take(*, reference: UUID, now: datetime) -> None:
        references.append(reference)

    monkeypatch.setattr(activations, "take_by_reference", take)
    return references


@pytest.fixture
def sent() -> Message:
    """A text message that the gateway accepted under the reference `gw-1`."""
    return a_sent_message(Channel.SMS, "gw-1")


def a_sent_message(channel: Channel, gateway_reference: str) -> Message:
    now = clock.now()
    message = NewMessage(uuid4(), channel, NUMBER, 7, 3, 0, now, code="one-time")
    services.enqueue(messages=[message], now=now)
    services.send_due(now=now, gateway=lambda outgoing: gateway_reference)
    return Message.objects.get(reference=message.reference)


def problem_of(response: HttpResponse) -> dict[str, object]:
    assert response["Content-Type"] == "application/problem+json"
    problem = json.loads(response.content)
    assert problem["status"] == response.status_code
    assert problem["title"]
    return problem


# -- receipts ---------------------------------------------------------------------------------------------------------


def test_a_receipt_is_recorded_and_answered_without_a_word(post: Post, sent: Message) -> None:
    response = post("receipt", {"reference": "gw-1", "state": "delivered", "id": str(sent.pk)})
    assert (response.status_code, response.content) == (204, b"")
    (view,) = selectors.messages_of([sent.reference])[sent.reference]
    assert view.state is MessageState.DELIVERED


def test_a_receipt_for_a_message_that_we_do_not_know_is_not_found_and_may_come_again(post: Post) -> None:
    document = {"reference": "unknown", "state": "delivered"}
    for _again in range(2):
        assert problem_of(post("receipt", document))["code"] == "not_found"
    assert not InboundRequest.objects.exists()


# -- replies ----------------------------------------------------------------------------------------------------------


def test_a_one_takes_the_alert_of_that_number(post: Post, sent: Message, taken: list[UUID]) -> None:
    response = post("reply", {"channel": "sms", "from": NUMBER, "text": " 1 "})
    assert json.loads(response.content) == {"outcome": "confirmed", "text": "Ricevuto. Grazie."}
    assert taken == [sent.reference]


def test_a_key_takes_the_alert_of_that_call(post: Post, taken: list[UUID]) -> None:
    called = a_sent_message(Channel.VOICE, "gw-2")
    a_sent_message(Channel.VOICE, "gw-3")
    post("reply", {"channel": "voice", "from": NUMBER, "text": "1", "id": str(called.pk)})
    assert taken == [called.reference]


@pytest.mark.parametrize("text", ["2", "ok", "stop", "11"])
def test_anything_else_takes_nothing_and_is_told_how(post: Post, sent: Message, taken: list[UUID], text: str) -> None:
    response = post("reply", {"channel": "sms", "from": NUMBER, "text": text})
    assert json.loads(response.content)["outcome"] == "not_understood"
    assert taken == []


def test_a_stranger_is_told_that_nothing_waits(post: Post, sent: Message, taken: list[UUID]) -> None:
    response = post("reply", {"channel": "sms", "from": "+390099999999", "text": "1"})
    assert json.loads(response.content)["outcome"] == "nothing_open"
    assert taken == []


@pytest.mark.parametrize(
    ("refusal", "outcome"), [(Conflict(code="already_taken"), "already_answered"), (NotFound(), "nothing_open")]
)
def test_who_comes_too_late_is_told_so_without_details(
    post: Post, sent: Message, monkeypatch: pytest.MonkeyPatch, refusal: Exception, outcome: str
) -> None:
    def refuse(**_: object) -> None:
        raise refusal

    monkeypatch.setattr(activations, "take_by_reference", refuse)
    response = post("reply", {"channel": "sms", "from": NUMBER, "text": "1"})
    assert (response.status_code, json.loads(response.content)["outcome"]) == (200, outcome)


# -- who gets in ------------------------------------------------------------------------------------------------------


def test_the_same_signed_reply_a_second_time_is_refused_and_does_nothing(
    client: Client, sent: Message, taken: list[UUID]
) -> None:
    body = json.dumps({"channel": "sms", "from": NUMBER, "text": "1"}).encode()
    stamp = str(int(time.time()))
    headers = {TIMESTAMP_HEADER: stamp, SIGNATURE_HEADER: sign(SECRET, stamp, body)}
    answers = [client.post("/gateway/reply", body, content_type="application/json", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert problem_of(answers[1])["code"] == "replayed"
    assert len(taken) == 1


@pytest.mark.parametrize("door", ["receipt", "reply"])
@pytest.mark.parametrize(
    "how",
    [
        {"secret": "another secret"},
        {"at": -400},
        {"at": 400},
        {SIGNATURE_HEADER: ""},
        {SIGNATURE_HEADER: "v1=00"},
        {TIMESTAMP_HEADER: "now"},
        {TIMESTAMP_HEADER: "1"},
    ],
)
def test_nobody_else_gets_in(post: Post, sent: Message, taken: list[UUID], door: str, how: dict) -> None:
    response = post(
        door, {"channel": "sms", "from": NUMBER, "text": "1", "reference": "gw-1", "state": "failed"}, **how
    )
    assert response.status_code == 401
    assert problem_of(response)["code"] == "not_genuine"
    assert taken == []
    assert selectors.messages_of([sent.reference])[sent.reference][0].state is MessageState.SENT


@pytest.mark.parametrize("door", ["receipt", "reply"])
def test_without_a_secret_nobody_gets_in_at_all(post: Post, settings: Settings, door: str) -> None:
    settings.GATEWAY_SECRET = ""
    assert post(door, {}, secret="").status_code == 401


@pytest.mark.parametrize("door", ["receipt", "reply"])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_the_doors_only_take(client: Client, door: str, method: str) -> None:
    response = getattr(client, method)(f"/gateway/{door}")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert problem_of(response)["code"] == "method_not_allowed"


@pytest.mark.parametrize("size", [9_000, 10_000_000])
@pytest.mark.parametrize("door", ["receipt", "reply"])
def test_a_body_that_is_too_large_is_refused_before_it_is_read(post: Post, door: str, size: int) -> None:
    response = post(door, b'{"text": "' + b"1" * size + b'"}')
    assert response.status_code == 413
    assert problem_of(response)["code"] == "too_large"


@pytest.mark.parametrize(
    ("door", "wrong"), [("receipt", {"reference", "state"}), ("reply", {"channel", "from", "text"})]
)
def test_a_body_with_wrong_fields_is_told_which(post: Post, door: str, wrong: set[str]) -> None:
    response = post(door, {})
    assert response.status_code == 422
    assert set(problem_of(response)["problems"]) == wrong  # type: ignore[call-overload]


@pytest.mark.parametrize("door", ["receipt", "reply"])
def test_a_body_that_is_no_json_is_malformed(post: Post, door: str) -> None:
    response = post(door, b"\xff{")
    assert (response.status_code, problem_of(response)["code"]) == (400, "malformed")


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    door=st.sampled_from(["receipt", "reply"]),
    document=st.fixed_dictionaries(
        {},
        optional={
            name: st.none() | st.integers() | st.text() | st.sampled_from(["sms", "voice", "delivered", "1", NUMBER])
            for name in ("reference", "state", "id", "channel", "from", "text")
        },
    ),
)
def test_nothing_signed_breaks_a_door(post: Post, door: str, document: dict[str, object]) -> None:
    assert post(door, document | {"nonce": uuid4().hex}).status_code in {200, 204, 404, 409, 422}


def test_old_signatures_are_forgotten_by_the_sweep(post: Post, sent: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    post("receipt", {"reference": "gw-1", "state": "delivered"})
    assert InboundRequest.objects.count() == 1
    InboundRequest.objects.update(received_at=datetime(2020, 1, 1, tzinfo=clock.ROME))
    services.sweep(now=clock.now())
    assert not InboundRequest.objects.exists()
