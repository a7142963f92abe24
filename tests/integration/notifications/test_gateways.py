# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every fault of R6, over real sockets: a real SMTP conversation, a real HTTP gateway."""

import time
from datetime import timedelta

import httpx
import pytest
from pytest_django.fixtures import Settings
from tests.integration.notifications.conftest import ADDRESSES, NOW, Alert

from approdo.cli.local_gateway import Arrival, Mode, Running
from approdo.networks.rules import Channel
from approdo.notifications import selectors, services
from approdo.notifications.rules import BACKOFF, Failure, MessageState, MessageView

pytestmark = pytest.mark.django_db
OUTSIDE = [Channel.EMAIL, Channel.SMS, Channel.VOICE]
FAR = NOW + timedelta(seconds=120)


def view(reference: object, channel: Channel) -> MessageView:
    return next(one for one in selectors.messages_of([reference])[reference] if one.channel is channel)  # type: ignore[list-item,index]


def arrived(local_gateway: Running, channel: Channel) -> list[Arrival]:
    return [arrival for arrival in local_gateway.gateway.arrivals if arrival.channel == channel]


@pytest.mark.parametrize("channel", OUTSIDE)
@pytest.mark.parametrize(
    ("mode", "state", "failure", "arrives"),
    [
        (Mode.OK, MessageState.SENT, "", True),
        (Mode.SLOW, MessageState.SENT, "", True),
        (Mode.DROP, MessageState.SENT, "", False),
        (Mode.REFUSE, MessageState.FAILED, Failure.REFUSED, False),
        (Mode.HANG, MessageState.QUEUED, Failure.TIMEOUT, False),
        (Mode.ERROR500, MessageState.QUEUED, Failure.GATEWAY_ERROR, False),
    ],
)
def test_every_fault_of_every_channel_ends_in_a_state_that_the_board_can_show(
    local_gateway: Running, alert: Alert, channel: Channel, mode: Mode, state: MessageState, failure: str, arrives: bool
) -> None:
    local_gateway.gateway.set_mode(channel, mode)
    reference = alert(Channel.APP, channel)
    began = time.monotonic()
    services.send_due(now=NOW)
    assert time.monotonic() - began < 3
    found = view(reference, channel)
    assert (found.state, found.failure, found.attempts) == (state, failure, 1)
    assert [arrival.to for arrival in arrived(local_gateway, channel)] == ([ADDRESSES[channel]] if arrives else [])


@pytest.mark.parametrize("channel", OUTSIDE)
@pytest.mark.parametrize("mode", [Mode.HANG, Mode.ERROR500])
def test_a_fault_that_passes_costs_one_retry(
    local_gateway: Running, alert: Alert, channel: Channel, mode: Mode
) -> None:
    local_gateway.gateway.set_mode(channel, mode)
    reference = alert(channel)
    services.send_due(now=NOW)
    local_gateway.gateway.set_mode(channel, Mode.OK)
    services.send_due(now=NOW + BACKOFF[0] + timedelta(seconds=2))
    assert (view(reference, channel).state, view(reference, channel).attempts) == (MessageState.SENT, 2)
    assert len(arrived(local_gateway, channel)) == 1


@pytest.mark.parametrize("mode", [Mode.REFUSE, Mode.HANG, Mode.DROP, Mode.SLOW, Mode.ERROR500])
def test_whatever_is_wrong_with_text_messages_and_mail_the_telephone_rings(
    local_gateway: Running, alert: Alert, mode: Mode
) -> None:
    for channel in ("sms", "email"):
        local_gateway.gateway.set_mode(channel, mode)
    reference = alert(Channel.APP, Channel.EMAIL, Channel.SMS, later=(Channel.VOICE,))
    services.send_due(now=NOW)
    services.sweep(now=FAR)
    services.send_due(now=FAR)
    assert view(reference, Channel.VOICE).state is MessageState.SENT
    assert [arrival.text for arrival in arrived(local_gateway, Channel.VOICE)] == ["Hai un aggiornamento. Premi 1."]


def test_when_mail_and_text_messages_fail_for_good_the_telephone_does_not_wait_for_its_instant(
    local_gateway: Running, alert: Alert
) -> None:
    for channel in ("sms", "email"):
        local_gateway.gateway.set_mode(channel, Mode.ERROR500)
    reference = alert(Channel.EMAIL, Channel.SMS, later=(Channel.VOICE,), after=3600)
    now = NOW
    for wait in (*BACKOFF, timedelta()):
        services.send_due(now=now)
        now += wait + timedelta(seconds=1)
    assert view(reference, Channel.SMS).state is MessageState.FAILED
    assert view(reference, Channel.VOICE).state is MessageState.SENT


@pytest.mark.parametrize("channel", OUTSIDE)
def test_when_nobody_listens_at_all_the_message_is_tried_again(
    local_gateway: Running, alert: Alert, settings: Settings, channel: Channel
) -> None:
    settings.GATEWAY_URL, settings.EMAIL_PORT = "http://127.0.0.1:9", 9
    reference = alert(channel)
    services.send_due(now=NOW)
    found = view(reference, channel)
    assert (found.state, found.failure) == (MessageState.QUEUED, Failure.UNREACHABLE)


def test_without_a_gateway_text_messages_fail_at_once_and_say_why(alert: Alert, settings: Settings) -> None:
    settings.GATEWAY_URL = ""
    reference = alert(Channel.SMS)
    services.send_due(now=NOW)
    found = view(reference, Channel.SMS)
    assert (found.state, found.failure) == (MessageState.FAILED, Failure.NOT_CONFIGURED)


def test_a_gateway_that_does_not_know_us_is_tried_again(
    local_gateway: Running, alert: Alert, settings: Settings
) -> None:
    settings.GATEWAY_SECRET = "another secret"
    reference = alert(Channel.SMS)
    services.send_due(now=NOW)
    assert view(reference, Channel.SMS).failure == Failure.GATEWAY_ERROR
    assert arrived(local_gateway, Channel.SMS) == []


def test_a_letter_says_nothing_of_who_sends_it_or_from_which_machine(
    local_gateway: Running, alert: Alert, settings: Settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "avvisi@approdo.example"
    alert(Channel.EMAIL)
    services.send_due(now=NOW)
    (letter,) = arrived(local_gateway, Channel.EMAIL)
    assert letter.subject == "Hai un aggiornamento"
    assert letter.text.split() == ["Hai", "un", "aggiornamento.", "Apri:", f"{settings.PUBLIC_URL}/r/one-time"]
    assert letter.id.endswith("@approdo.example>")


def test_a_text_message_holds_the_link_and_the_gateways_reference_is_kept(local_gateway: Running, alert: Alert) -> None:
    from approdo.notifications.models import Message

    reference = alert(Channel.SMS)
    services.send_due(now=NOW)
    (text,) = arrived(local_gateway, Channel.SMS)
    assert text.text == "Hai un aggiornamento. Apri: http://127.0.0.1:9/r/one-time Oppure rispondi 1."
    message = Message.objects.get(reference=reference)
    assert (message.provider_reference, str(message.pk)) == (text.reference, text.id)


def test_an_address_cannot_smuggle_a_second_recipient_in(local_gateway: Running, alert: Alert) -> None:
    reference = alert(Channel.EMAIL, address="a@b.example\r\nBcc: c@d.example")
    services.send_due(now=NOW)
    assert view(reference, Channel.EMAIL).failure == Failure.GATEWAY_ERROR
    assert arrived(local_gateway, Channel.EMAIL) == []


# -- the local gateway itself -----------------------------------------------------------------------------------------


def test_faults_are_switched_while_it_runs(local_gateway: Running) -> None:
    for channel in ("sms", "voice", "email"):
        for mode in Mode:
            answer = httpx.post(f"{local_gateway.url}/faults", json={"channel": channel, "mode": mode})
            assert answer.status_code == 200
            assert local_gateway.gateway.modes[channel] is mode
    assert httpx.post(f"{local_gateway.url}/faults", json={"channel": "sms", "mode": "sulk"}).status_code == 422
    assert httpx.post(f"{local_gateway.url}/faults", content=b"nonsense").status_code == 422


def test_the_page_shows_what_arrived_per_number_with_a_button_to_reply(local_gateway: Running, alert: Alert) -> None:
    alert(Channel.EMAIL, Channel.SMS, Channel.VOICE)
    services.send_due(now=NOW)
    shown = httpx.get(local_gateway.url).text
    assert shown.count("<article>") == 2
    assert "Rispondi 1" in shown
    assert "Premi 1</button>" in shown
    assert 'href="http://127.0.0.1:9/r/one-time"' in shown
    assert len(httpx.get(f"{local_gateway.url}/messages").json()["messages"]) == 3
    httpx.post(f"{local_gateway.url}/reset", data={})
    assert "Ancora nessun messaggio" in httpx.get(local_gateway.url).text


def test_what_arrives_cannot_write_into_the_page(local_gateway: Running) -> None:
    local_gateway.gateway.keep(Arrival("sms", "<script>1</script>", 'https://x.example/"><script>2</script>'))
    assert "<script>" not in httpx.get(f"{local_gateway.url}/arrivals").text


def test_another_sites_page_cannot_press_its_buttons(local_gateway: Running) -> None:
    form = {"channel": "sms", "mode": "hang"}
    answer = httpx.post(f"{local_gateway.url}/faults", data=form, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert local_gateway.gateway.modes["sms"] is Mode.OK


def test_it_takes_only_what_is_signed(local_gateway: Running) -> None:
    assert httpx.post(f"{local_gateway.url}/messages", json={"id": "1", "channel": "sms"}).status_code == 401
