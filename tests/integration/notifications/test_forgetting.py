# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""To whom and where a message went is forgotten some days after it is done with; that it went is not."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, Town, a_town, an_activation
from tests.integration.notifications.conftest import NOW, Alert

from approdo.activations import services as activations
from approdo.activations.models import Activation, Call
from approdo.activations.models import Alert as AlertRow
from approdo.activations.rules.states import StandDownReason
from approdo.networks.rules import Channel
from approdo.notifications import services
from approdo.notifications.models import DONE_AT, REMEMBERED, Message
from approdo.notifications.rules import MessageState, ReceiptState, Template
from approdo.protocols.rules import Need

pytestmark = pytest.mark.django_db
KEPT = timedelta(days=30)
BOTH = (Channel.APP, Channel.SMS)


def remembered(*references: UUID) -> int:
    """How many messages of these alerts (or of all) still say to whom they went."""
    rows = Message.objects.filter(reference__in=references) if references else Message.objects.all()
    forgotten = rows.filter(address="", recipient_operator_id=None).count()
    assert rows.filter(address="").count() == forgotten
    return rows.count() - forgotten


def send(at: datetime) -> None:
    services.send_due(now=at, gateway=lambda outgoing: str(outgoing.id))


def end(town: Town, activation_id: UUID, how: str, at: datetime) -> None:
    if how == "stand_down":
        activations.stand_down(actor=town.nurse, activation_id=activation_id, reason=StandDownReason.MISTAKE, now=at)
    elif how == "undo":
        activations.undo(actor=town.nurse, activation_id=activation_id, now=at)
    else:
        for call in Call.objects.filter(activation=activation_id).select_related("service"):
            activations.take(actor=town.actor(call.service), call_id=call.pk, now=at)
        activations.close(actor=town.nurse, activation_id=activation_id, now=at)


@pytest.mark.parametrize("how", ["stand_down", "undo", "close"])
def test_every_address_of_an_ended_activation_is_forgotten_after_thirty_days_and_no_row(how: str) -> None:
    town = a_town()
    made = an_activation(town, Need.SAFE_PLACE)
    send(TONIGHT)
    ended = TONIGHT + timedelta(seconds=10)
    end(town, made.id, how, ended)
    send(ended)
    assert Activation.objects.get(pk=made.id).ended_at == ended
    assert (how == "close") is not Message.objects.filter(template=Template.CLOSED).exists()
    counted = ("reference", "service_id", "channel", "wave", "template", "state", "sent_at", "written_at", "read_at")
    before = sorted(map(repr, Message.objects.values_list(*counted)))
    alerts = list(AlertRow.objects.values_list("pk", flat=True))
    assert len(before) > len(alerts) > 1
    services.sweep(now=ended + KEPT - timedelta(seconds=1))
    assert remembered() == len(before)
    services.sweep(now=ended + KEPT)
    assert remembered() == 0
    assert sorted(map(repr, Message.objects.values_list(*counted))) == before
    assert remembered(*alerts) == 0


def test_a_call_that_nobody_has_answered_forgets_nobody(alert: Alert) -> None:
    reference = alert(*BOTH, later=(Channel.VOICE,))
    send(NOW)
    services.sweep(now=NOW + timedelta(days=400))
    assert remembered(reference) == 3


def test_what_may_still_be_sent_keeps_its_address(alert: Alert) -> None:
    reference = alert(*BOTH)
    [claimed] = services.claim(now=NOW, room={Channel.SMS: 1})
    services.cancel(references=[reference], now=NOW)
    row = Message.objects.get(pk=claimed.id)
    assert (row.state, row.closed_at) == (MessageState.SENDING, NOW)
    Message.objects.filter(pk=row.pk).update(lease_until=NOW + KEPT * 2)
    services.sweep(now=NOW + KEPT)
    assert remembered(reference) == 1
    row.refresh_from_db()
    assert row.address


def test_the_days_are_a_setting(alert: Alert, settings: Settings) -> None:
    settings.MESSAGE_ADDRESS_DAYS = 2
    reference = alert(*BOTH)
    services.cancel(references=[reference], now=NOW)
    services.sweep(now=NOW + timedelta(days=2, seconds=-1))
    assert remembered(reference) == 2
    services.sweep(now=NOW + timedelta(days=2))
    assert remembered(reference) == 0


def test_a_turn_forgets_a_few_and_says_nothing_of_it_so_that_escalations_do_not_wait(alert: Alert) -> None:
    references = [alert(*BOTH) for _ in range(3)]
    services.cancel(references=references, now=NOW)
    left = []
    for _ in range(3):
        assert services.sweep(now=NOW + KEPT, limit=4) == 0
        left.append(remembered(*references))
    assert left == [2, 0, 0]


def test_nobody_forgotten_is_written_to_again(alert: Alert) -> None:
    old, fresh = alert(*BOTH), alert(*BOTH, address="+390099999999")
    send(NOW)
    services.cancel(references=[old], now=NOW)
    services.sweep(now=NOW + KEPT)
    services.follow_up(references=[old, fresh], template=Template.CLOSED, now=NOW + KEPT)
    written = Message.objects.filter(template=Template.CLOSED).values_list("reference", "address")
    assert list(written) == [(fresh, "+390099999999")]


def test_a_receipt_that_comes_late_is_still_recorded(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    send(NOW)
    services.cancel(references=[reference], now=NOW)
    services.sweep(now=NOW + KEPT)
    row = Message.objects.get(reference=reference)
    assert services.record_receipt(
        provider_reference=row.provider_reference, state=ReceiptState.DELIVERED, now=NOW + KEPT
    )
    row.refresh_from_db()
    assert (row.state, row.address) == (MessageState.DELIVERED, "")


def test_looking_for_what_is_to_be_forgotten_reads_an_index_in_which_nothing_open_stands(alert: Alert) -> None:
    query = Message.objects.filter(REMEMBERED).annotate(done_at=DONE_AT).filter(done_at__lte=NOW).order_by("done_at")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "message_remembered" in query.explain()
