# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trying how one is reached: over real sockets, by the path of a real alert, and without ever being taken for one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connections
from tests.factories.networks import a_contact, a_member, a_service, acting
from tests.integration.notifications.conftest import NOW, Alert

from approdo.access.rules import Actor, Role
from approdo.audit.models import Entry
from approdo.cli.local_gateway import Mode, Running
from approdo.kit import live
from approdo.kit.errors import Invalid, NotFound
from approdo.networks.models import ContactPoint, Membership, Service
from approdo.networks.rules import Channel, ContactHours
from approdo.notifications import selectors, services
from approdo.notifications.models import Message
from approdo.notifications.rules import Failure, MessageState, ReceiptState, Template
from approdo.usecases import delivery

pytestmark = pytest.mark.django_db
OUTSIDE = (Channel.EMAIL, Channel.SMS, Channel.VOICE)


@pytest.fixture
def service() -> Service:
    return a_service()


@pytest.fixture
def actor(service: Service) -> Actor:
    """Somebody with one contact point of each kind, in hours of every kind."""
    operator = a_member(service, Role.ON_CALL_OPERATOR)
    for channel, hours in zip((Channel.APP, *OUTSIDE), (*ContactHours, ContactHours.ALWAYS), strict=True):
        a_contact(service, operator, channel=channel, hours=hours)
    return acting(operator, service)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The topics announced to open screens."""
    topics: list[str] = []
    monkeypatch.setattr(live, "announce", topics.extend)
    return topics


def press(actor: Actor, service: Service, minutes: float = 0) -> None:
    services.try_contacts(actor=actor, service_id=service.pk, now=NOW + timedelta(minutes=minutes))


def states(actor: Actor, service: Service) -> dict[Channel, MessageState]:
    return {line.channel: line.state for line in selectors.trial(actor, service.pk, NOW).lines}


def test_every_stored_contact_gets_a_real_message_that_says_only_that_it_is_a_test(
    local_gateway: Running, actor: Actor, service: Service
) -> None:
    press(actor, service)
    assert set(states(actor, service).values()) == {MessageState.SENT, MessageState.QUEUED}
    services.send_due(now=NOW)
    arrivals = local_gateway.gateway.arrivals
    stored = ContactPoint.objects.filter(operator=actor.operator_id).exclude(channel=Channel.APP)
    assert {(one.channel, one.to) for one in arrivals} == set(stored.values_list("channel", "address"))
    assert {one.text.strip() for one in arrivals} == {"Questa è una prova. Non devi fare nulla."}
    assert set(states(actor, service).values()) == {MessageState.SENT}
    shown = {(line.channel, line.address) for line in selectors.trial(actor, service.pk, NOW).lines}
    assert shown == {(Channel.APP, ""), *stored.values_list("channel", "address")}
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.subject, entry.detail) == ("contacts.try", f"service:{service.pk}", {})


def test_a_receipt_and_a_refusal_are_shown_and_told_to_her_screens(
    local_gateway: Running, actor: Actor, service: Service, told: list[str]
) -> None:
    local_gateway.gateway.set_mode(Channel.VOICE, Mode.REFUSE)
    press(actor, service)
    services.send_due(now=NOW)
    sms = Message.objects.get(channel=Channel.SMS)
    services.record_receipt(
        provider_reference=sms.provider_reference or "", state=ReceiptState.DELIVERED, now=NOW, message_id=sms.pk
    )
    assert states(actor, service)[Channel.SMS] is MessageState.DELIVERED
    voice = next(line for line in selectors.trial(actor, service.pk, NOW).lines if line.channel is Channel.VOICE)
    assert (voice.state, voice.failure) == (MessageState.FAILED, Failure.REFUSED)
    told.clear()
    delivery.messages_changed(references=[sms.reference, uuid4()], now=NOW)
    assert told == [f"o:{actor.operator_id}"]


def test_the_messages_of_an_alert_are_nobodys_trial(alert: Alert, told: list[str]) -> None:
    reference = alert(Channel.APP, Channel.SMS)
    services.announce_trials(references=[reference])
    assert told == []
    assert services.receive_trial(operator_id=7, now=NOW) is False


def test_a_reply_or_a_key_never_takes_a_test_for_an_alert(
    local_gateway: Running, alert: Alert, actor: Actor, service: Service
) -> None:
    press(actor, service)
    services.send_due(now=NOW)
    sms = Message.objects.get(channel=Channel.SMS)
    assert services.match_reply(sender=sms.address, now=NOW) is None
    assert services.match_reply(sender=sms.address, now=NOW, message_id=sms.pk) is None
    real: UUID = alert(Channel.SMS, address=sms.address)
    services.send_due(now=NOW)
    press(actor, service, 1)
    services.send_due(now=NOW + timedelta(minutes=1))
    assert services.match_reply(sender=sms.address, now=NOW + timedelta(minutes=1)) == real


def test_a_test_is_on_her_open_screens_for_a_minute_and_they_say_so_once(
    actor: Actor, service: Service, told: list[str]
) -> None:
    operator = actor.operator_id or 0
    assert services.receive_trial(operator_id=operator, now=NOW) is False
    press(actor, service)
    assert told == [f"o:{operator}"]
    assert services.receive_trial(operator_id=operator + 1, now=NOW) is False
    assert states(actor, service)[Channel.APP] is MessageState.SENT
    assert services.receive_trial(operator_id=operator, now=NOW) is True
    assert states(actor, service)[Channel.APP] is MessageState.DELIVERED
    assert services.receive_trial(operator_id=operator, now=NOW + timedelta(seconds=59)) is True
    assert told == [f"o:{operator}"] * 2, "pressed, seen: a third would make the screens chase one another"
    assert services.receive_trial(operator_id=operator, now=NOW + timedelta(seconds=60)) is False


def test_three_times_in_ten_minutes_whichever_the_service(actor: Actor, service: Service) -> None:
    other = a_service()
    Membership.objects.create(operator_id=actor.operator_id, service=other, role=Role.ON_CALL_OPERATOR)
    ContactPoint.objects.create(
        service=other, operator_id=actor.operator_id, position=1, channel=Channel.SMS, address="+390012345678"
    )
    for minutes, where in ((0, service), (1, other), (2, service)):
        press(actor, where, minutes)
    with pytest.raises(services.TriedTooOften):
        press(actor, other, 9.9)
    later = NOW + timedelta(minutes=3)
    assert selectors.trial(actor, other.pk, later).again_at == NOW + timedelta(minutes=10)
    assert selectors.trial(actor, other.pk, later).pressed_at == NOW + timedelta(minutes=1)
    press(actor, other, 10)
    assert Message.objects.filter(template=Template.TRIAL, channel=Channel.APP).count() == 4
    colleague = a_member(service)
    a_contact(service, colleague)
    press(acting(colleague, service), service, 10)


def test_nothing_to_try_and_nowhere_to_try_it(actor: Actor, service: Service) -> None:
    with pytest.raises(NotFound):
        press(actor, a_service())
    ContactPoint.objects.all().delete()
    with pytest.raises(Invalid):
        press(actor, service)
    assert not Message.objects.exists()


def test_what_a_colleague_tried_is_not_shown(actor: Actor, service: Service) -> None:
    press(actor, service)
    trial = selectors.trial(acting(a_member(service), service), service.pk, NOW)
    assert (trial.pressed_at, trial.lines, trial.again_at) == (None, (), None)


@pytest.mark.django_db(transaction=True)
def test_of_six_presses_at_the_same_instant_three_go_out() -> None:
    service = a_service()
    operator = a_member(service)
    a_contact(service, operator)
    actor, gate = acting(operator, service), Barrier(6)

    def pressed(_number: int) -> bool:
        try:
            gate.wait(10)
            press(actor, service)
        except services.TriedTooOften:
            return False
        else:
            return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(pressed, range(6))) == [False] * 3 + [True] * 3
    assert Message.objects.filter(channel=Channel.SMS).count() == 3
