# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A test never delays a call: it leaves last, by few lanes, on the ordinary path and over real sockets."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.integration.notifications.conftest import NOW, Alert

from approdo.cli.local_gateway import Mode, Running
from approdo.networks.rules import Channel
from approdo.notifications import services
from approdo.notifications.models import Message
from approdo.notifications.rules import MessageState, Template
from approdo.notifications.services.sending import LANES

pytestmark = pytest.mark.django_db
EARLIER = NOW - timedelta(minutes=5)


def some_drills(alert: Alert, how_many: int, channel: Channel = Channel.SMS) -> set[str]:
    """So many drills that have been waiting for five minutes already."""
    references = {alert(channel, template=Template.DRILL) for _number in range(how_many)}
    Message.objects.filter(reference__in=references).update(due_at=EARLIER)
    return {str(one) for one in references}


def test_what_calls_leaves_first_however_long_a_test_has_waited(alert: Alert) -> None:
    some_drills(alert, 3)
    real = alert(Channel.SMS)
    assert [one.reference for one in services.claim(now=NOW, room=LANES)] == [real]


def test_when_nothing_calls_tests_take_two_lanes_of_a_channel_and_no_more(alert: Alert) -> None:
    some_drills(alert, 5)
    some_drills(alert, 5, Channel.VOICE)
    claimed = services.claim(now=NOW, room=LANES)
    assert sorted(one.channel for one in claimed) == [Channel.SMS] * 2 + [Channel.VOICE] * 2
    busy = {**LANES, Channel.SMS: LANES[Channel.SMS] - 1, Channel.VOICE: LANES[Channel.VOICE] - 2}
    assert [one.channel for one in services.claim(now=NOW, room=busy)] == [Channel.SMS]
    assert services.claim(now=NOW, room=busy, limit=0) == []
    assert len(services.claim(now=NOW, room=LANES, limit=1)) == 1


def test_a_gateway_that_hangs_on_tests_keeps_no_call_from_leaving(local_gateway: Running, alert: Alert) -> None:
    local_gateway.gateway.set_mode(Channel.SMS, Mode.HANG)
    some_drills(alert, 4)
    real = alert(Channel.EMAIL)
    services.send_due(now=NOW, limit=3)
    assert Message.objects.get(reference=real).state == MessageState.SENT
    assert Message.objects.filter(template=Template.DRILL, attempts=0).count() >= 2


def test_a_link_of_a_test_leads_to_its_own_page_and_a_letter_is_never_one(local_gateway: Running, alert: Alert) -> None:
    alert(Channel.SMS, template=Template.DRILL, code="one-time")
    services.send_due(now=NOW)
    (arrived,) = local_gateway.gateway.arrivals
    assert arrived.text == "Questa è una prova. Conferma: http://127.0.0.1:9/p/one-time Oppure rispondi PROVA."


def test_the_later_wave_of_a_test_leaves_in_its_time_or_when_the_first_failed_and_not_after_an_answer(
    alert: Alert,
) -> None:
    answered, failed, waits = (
        alert(Channel.SMS, later=(Channel.VOICE,), template=Template.DRILL) for _each in range(3)
    )
    services.cancel(references=[answered], now=NOW)
    Message.objects.filter(reference=failed, channel=Channel.SMS).update(
        state=MessageState.FAILED, failed_at=NOW, failure="refused", code=""
    )
    services.sweep(now=NOW + timedelta(seconds=120))
    states = {
        reference: Message.objects.get(reference=reference, channel=Channel.VOICE).state
        for reference in (answered, failed, waits)
    }
    assert states == {
        answered: MessageState.CANCELLED,
        failed: MessageState.QUEUED,
        waits: MessageState.QUEUED,
    }
    assert services.answer_drill(sender="+390012345678", now=NOW, message_id=uuid4()) is False
