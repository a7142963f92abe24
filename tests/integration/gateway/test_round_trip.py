# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an activation to an answer by telephone, over real sockets all the way round."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from tests.factories import activations as factory

from approdo.access.services import as_system
from approdo.activations.models import Alert, Call
from approdo.activations.rules.states import CallState
from approdo.cli.local_gateway import Arrival, LocalGateway, Mode, Running
from approdo.kit import clock
from approdo.networks.rules import Channel
from approdo.notifications import gateways, selectors, services
from approdo.notifications.rules import MessageState
from approdo.protocols.rules import Need

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gateway(settings: Settings, live_server: LiveServer) -> Iterator[Running]:
    running = Running(LocalGateway("shared secret"), "127.0.0.1", 0, 0)
    settings.GATEWAY_URL, settings.GATEWAY_SECRET = running.url, "shared secret"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.smtp_port
    settings.PUBLIC_URL = live_server.url
    gateways._made_client.cache_clear()
    yield running
    gateways.client().close()
    gateways._made_client.cache_clear()
    running.stop()


@pytest.fixture
def call(gateway: Running, monkeypatch: pytest.MonkeyPatch) -> Call:
    """A call to a centre, tonight, whatever night it is."""
    monkeypatch.setattr(factory, "TONIGHT", clock.now())
    made = factory.an_activation(factory.a_town(), Need.TALK_NOW, now=clock.now())
    with as_system():
        return Call.objects.get(activation_id=made.id, key="centre")


def state_of(call: Call) -> dict[Channel, MessageState]:
    with as_system():
        reference = Alert.objects.get(call=call, step=1).pk
    return {view.channel: view.state for view in selectors.messages_of([reference])[reference]}


@as_system()
def refresh(call: Call) -> None:
    call.refresh_from_db()


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 8
    while not holds():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.03)


def the_only(gateway: Running, channel: str) -> Arrival:
    (arrival,) = [arrival for arrival in gateway.gateway.arrivals if arrival.channel == channel]
    return arrival


def press(gateway: Running, arrival: Arrival) -> str:
    """Press the button on the page of the local gateway; return what was said back."""
    answer = httpx.post(f"{gateway.url}/reply", json={"reference": arrival.reference})
    return str(answer.json()["text"])


def test_a_text_message_arrives_is_confirmed_and_a_one_takes_the_call(gateway: Running, call: Call) -> None:
    services.send_due(now=clock.now())
    eventually(lambda: state_of(call)[Channel.SMS] is MessageState.DELIVERED)
    assert state_of(call)[Channel.EMAIL] is MessageState.SENT
    assert press(gateway, the_only(gateway, "sms")) == "Ricevuto. Grazie."
    refresh(call)
    assert call.state == CallState.TAKEN
    assert state_of(call)[Channel.VOICE] is MessageState.CANCELLED
    assert press(gateway, the_only(gateway, "sms")) == "Non c'è nulla che aspetta risposta."


def test_when_text_messages_get_lost_the_telephone_rings_and_a_key_takes_the_call(gateway: Running, call: Call) -> None:
    gateway.gateway.set_mode("sms", Mode.DROP)
    gateway.gateway.set_mode("email", Mode.REFUSE)
    services.send_due(now=clock.now())
    assert state_of(call)[Channel.SMS] is MessageState.SENT
    assert state_of(call)[Channel.EMAIL] is MessageState.FAILED
    unread = clock.now() + timedelta(minutes=2)
    services.sweep(now=unread)
    services.send_due(now=unread)
    assert press(gateway, the_only(gateway, "voice")) == "Ricevuto. Grazie."
    refresh(call)
    assert call.state == CallState.TAKEN


def test_a_receipt_that_finds_the_door_closed_comes_again(
    gateway: Running, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = iter([True])
    post = gateway.gateway.post

    def first_time_nobody(url: str, document: dict[str, str]) -> httpx.Response | None:
        return None if next(refusals, False) else post(url, document)

    monkeypatch.setattr(gateway.gateway, "post", first_time_nobody)
    services.send_due(now=clock.now())
    eventually(lambda: state_of(call)[Channel.SMS] is MessageState.DELIVERED)


def test_a_job_shows_the_board_that_messages_moved(gateway: Running, call: Call) -> None:
    from approdo.usecases import delivery

    services.send_due(now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'references' FROM procrastinate_jobs WHERE task_name LIKE '%message_changed'")
        told = {reference for (references,) in cursor.fetchall() for reference in references.split()}
    with as_system():
        alert = Alert.objects.get(call=call)
    assert str(alert.pk) in told
    delivery.messages_changed(references=[alert.pk], now=clock.now())
