# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Claims, leases, retries and waves, with a gateway that the test holds in its hand."""

import json
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.integration.notifications.conftest import NOW, Alert, new

from approdo.networks.rules import Channel
from approdo.notifications import selectors, services
from approdo.notifications.gateways import NotSent, Outgoing
from approdo.notifications.models import Message
from approdo.notifications.rules import BACKOFF, LEASE, LEASES_AT_MOST, Failure, MessageState, ReceiptState, Template

pytestmark = pytest.mark.django_db


class Gateway:
    """Remembers what it was handed; fails as told."""

    def __init__(self, *failures: NotSent | None, only: Channel | None = None) -> None:
        self.failures = list(failures)
        self.only = only
        self.sent: list[Outgoing] = []

    def __call__(self, outgoing: Outgoing) -> str | None:
        self.sent.append(outgoing)
        if self.only in {None, outgoing.channel} and self.failures:
            failure = self.failures.pop(0)
            if failure is not None:
                raise failure
        return f"reference of {outgoing.id}"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def states(reference: UUID) -> dict[Channel, MessageState]:
    return {view.channel: view.state for view in selectors.messages_of([reference]).get(reference, ())}


def row(reference: UUID, channel: Channel) -> Message:
    return Message.objects.get(reference=reference, channel=channel)


def jobs(name: str) -> list[dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s", [f"notifications.{name}"])
        return [json.loads(args) for (args,) in cursor.fetchall()]


# -- written ----------------------------------------------------------------------------------------------------------


def test_an_alert_is_on_the_screens_at_once_leaves_on_the_first_wave_and_holds_the_second(alert: Alert) -> None:
    reference = alert(Channel.APP, Channel.EMAIL, Channel.SMS, later=(Channel.VOICE,))
    assert states(reference) == {
        Channel.APP: MessageState.SENT,
        Channel.EMAIL: MessageState.QUEUED,
        Channel.SMS: MessageState.QUEUED,
        Channel.VOICE: MessageState.HELD,
    }
    assert row(reference, Channel.APP).code == ""


def test_twenty_four_messages_cost_the_emergency_one_insert_and_one_job() -> None:
    messages = [new(uuid4(), channel) for _alert in range(8) for channel in (Channel.APP, Channel.EMAIL, Channel.SMS)]
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        services.enqueue(messages=messages, now=NOW)
    assert Message.objects.count() == 24
    assert len(jobs("send_due")) == 1
    assert len([query for query in queries if "INSERT INTO" in query["sql"]]) == 1
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 2


def test_an_alert_that_is_only_on_screens_wakes_nobody(alert: Alert) -> None:
    alert(Channel.APP)
    assert jobs("send_due") == []


def test_what_is_rolled_back_is_never_sent() -> None:
    with transaction.atomic():
        services.enqueue(messages=[new(uuid4(), Channel.SMS)], now=NOW)
        transaction.set_rollback(True)
    assert services.send_due(now=NOW, gateway=Gateway()) == 0
    assert jobs("send_due") == []


# -- sent -------------------------------------------------------------------------------------------------------------


def test_what_is_due_is_sent_once_and_shown_as_sent(alert: Alert) -> None:
    reference = alert(Channel.APP, Channel.EMAIL, Channel.SMS)
    gateway = Gateway()
    assert services.send_due(now=NOW, gateway=gateway) == 2
    assert services.send_due(now=NOW, gateway=gateway) == 0
    assert set(states(reference).values()) == {MessageState.SENT}
    assert {one.channel for one in gateway.sent} == {Channel.EMAIL, Channel.SMS}
    assert {one.code for one in gateway.sent} == {"one-time"}


def test_a_sent_message_forgets_its_code_and_keeps_the_gateways_reference(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    services.send_due(now=NOW, gateway=Gateway())
    message = row(reference, Channel.SMS)
    assert message.code == ""
    assert message.provider_reference == f"reference of {message.pk}"
    assert message.sent_at is not None


def test_whoever_shows_the_alert_is_told_by_a_job_with_identifiers_only(alert: Alert) -> None:
    reference = alert(Channel.EMAIL, Channel.SMS)
    services.send_due(now=NOW, gateway=Gateway())
    told = jobs("message_changed")
    assert {one["references"] for one in told} == {str(reference)}


def test_no_more_than_the_limit_is_sent(alert: Alert) -> None:
    for _ in range(5):
        alert(Channel.SMS)
    assert services.send_due(now=NOW, limit=2, gateway=Gateway()) == 2
    assert services.send_due(now=NOW, gateway=Gateway()) == 3


def test_what_is_not_due_yet_stays(alert: Alert) -> None:
    services.enqueue(messages=[new(uuid4(), Channel.SMS, after=10)], now=NOW)
    assert services.send_due(now=after(9), gateway=Gateway()) == 0
    assert services.send_due(now=after(10), gateway=Gateway()) == 1


def test_two_messages_with_one_reference_of_a_careless_gateway_are_both_sent(alert: Alert) -> None:
    references = [alert(Channel.SMS) for _ in range(2)]
    services.send_due(now=NOW, gateway=lambda outgoing: "always the same")
    assert [states(reference) for reference in references] == [{Channel.SMS: MessageState.SENT}] * 2


def test_a_gateway_that_breaks_is_a_failure_like_any_other(alert: Alert, caplog: pytest.LogCaptureFixture) -> None:
    reference = alert(Channel.SMS)

    def broken(outgoing: Outgoing) -> str:
        raise ValueError(outgoing.address)

    services.send_due(now=NOW, gateway=broken)
    assert row(reference, Channel.SMS).failure == Failure.GATEWAY_ERROR
    assert "+39" not in caplog.text


def test_neither_address_nor_code_stand_in_what_a_log_would_show(alert: Alert) -> None:
    alert(Channel.SMS)
    (claimed,) = services.claim(now=NOW, room={Channel.SMS: 1})
    assert claimed.address not in repr(claimed)
    assert claimed.code not in repr(claimed)


# -- tried again ------------------------------------------------------------------------------------------------------


def test_a_failure_is_tried_again_after_5_15_and_45_seconds_and_then_shown(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    now = NOW
    for attempt, wait in enumerate(BACKOFF, start=1):
        assert services.send_due(now=now, gateway=Gateway(NotSent(Failure.TIMEOUT))) == 1
        message = row(reference, Channel.SMS)
        assert (message.state, message.attempts, message.failure) == (MessageState.QUEUED, attempt, Failure.TIMEOUT)
        assert wait <= message.due_at - now < wait + timedelta(seconds=1)
        assert services.send_due(now=message.due_at - timedelta(seconds=1), gateway=Gateway()) == 0
        now = message.due_at
    services.send_due(now=now, gateway=Gateway(NotSent(Failure.UNREACHABLE)))
    (view,) = selectors.messages_of([reference])[reference]
    assert (view.state, view.failure, view.attempts) == (MessageState.FAILED, Failure.UNREACHABLE, 4)
    assert view.failed_at is not None
    assert row(reference, Channel.SMS).code == ""


def test_a_refusal_is_final_at_once(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    services.send_due(now=NOW, gateway=Gateway(NotSent(Failure.REFUSED, final=True)))
    assert states(reference) == {Channel.SMS: MessageState.FAILED}


def test_a_second_try_that_succeeds_leaves_no_trace_of_failure_on_the_board(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    services.send_due(now=NOW, gateway=Gateway(NotSent(Failure.TIMEOUT)))
    services.send_due(now=after(6), gateway=Gateway())
    (view,) = selectors.messages_of([reference])[reference]
    assert (view.state, view.failure, view.failed_at, view.attempts) == (MessageState.SENT, "", None, 2)


# -- leases -----------------------------------------------------------------------------------------------------------


def test_what_a_dead_worker_held_is_sent_again_after_its_lease(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    assert len(services.claim(now=NOW, room={Channel.SMS: 1})) == 1  # and the worker dies
    services.sweep(now=NOW + LEASE - timedelta(seconds=1))
    assert services.send_due(now=NOW + LEASE - timedelta(seconds=1), gateway=Gateway()) == 0
    assert services.sweep(now=NOW + LEASE) == 1
    gateway = Gateway()
    assert services.send_due(now=NOW + LEASE, gateway=gateway) == 1
    assert gateway.sent[0].code == "one-time"
    assert states(reference) == {Channel.SMS: MessageState.SENT}


@pytest.mark.django_db(transaction=True)
def test_a_message_that_kills_every_worker_is_given_up_in_the_end(alert: Alert) -> None:
    reference, now = alert(Channel.SMS), NOW
    for _ in range(LEASES_AT_MOST):
        assert states(reference) == {Channel.SMS: MessageState.QUEUED}
        services.claim(now=now, room={Channel.SMS: 1})
        now += LEASE
        services.sweep(now=now)
    assert row(reference, Channel.SMS).failure == Failure.INTERRUPTED
    assert states(reference) == {Channel.SMS: MessageState.FAILED}


def test_the_failure_of_a_worker_that_comes_back_late_does_not_count(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    (late,) = services.claim(now=NOW, room={Channel.SMS: 1})
    services.sweep(now=NOW + LEASE)
    services.claim(now=NOW + LEASE, room={Channel.SMS: 1})
    services.record(results=[services.Result(late, failure=Failure.TIMEOUT)], now=NOW + LEASE)
    assert states(reference) == {Channel.SMS: MessageState.SENDING}
    assert row(reference, Channel.SMS).attempts == 2


def test_the_success_of_a_worker_that_comes_back_late_does_count(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    (late,) = services.claim(now=NOW, room={Channel.SMS: 1})
    services.sweep(now=NOW + LEASE)
    (second,) = services.claim(now=NOW + LEASE, room={Channel.SMS: 1})
    services.record(results=[services.Result(late, provider_reference="first")], now=NOW + LEASE)
    services.record(results=[services.Result(second, failure=Failure.TIMEOUT)], now=NOW + LEASE)
    assert states(reference) == {Channel.SMS: MessageState.SENT}


def test_one_result_that_cannot_be_written_does_not_lose_the_others(alert: Alert) -> None:
    kept, lost = alert(Channel.SMS), alert(Channel.SMS)
    claimed = services.claim(now=NOW, room={Channel.SMS: 2})
    Message.objects.filter(reference=lost).delete()
    services.record(results=[services.Result(one) for one in claimed], now=NOW)
    assert states(kept) == {Channel.SMS: MessageState.SENT}


# -- waves ------------------------------------------------------------------------------------------------------------


def test_the_second_wave_leaves_when_nobody_has_read_the_first(alert: Alert) -> None:
    reference = alert(Channel.APP, Channel.SMS, later=(Channel.VOICE,))
    services.send_due(now=NOW, gateway=Gateway())
    assert services.sweep(now=after(119)) == 0
    assert services.sweep(now=after(120)) == 1
    assert jobs("message_changed")[-1] == {"references": str(reference)}
    gateway = Gateway()
    services.send_due(now=after(120), gateway=gateway)
    assert [one.channel for one in gateway.sent] == [Channel.VOICE]


def test_a_delivered_text_message_does_not_keep_the_telephone_from_ringing(alert: Alert) -> None:
    reference = alert(Channel.SMS, later=(Channel.VOICE,))
    services.send_due(now=NOW, gateway=Gateway())
    pk = row(reference, Channel.SMS).pk
    services.record_receipt(provider_reference=f"reference of {pk}", state=ReceiptState.DELIVERED, now=after(3))
    services.sweep(now=after(120))
    assert states(reference) == {Channel.SMS: MessageState.DELIVERED, Channel.VOICE: MessageState.QUEUED}


def test_reading_makes_the_second_wave_unnecessary(alert: Alert) -> None:
    reference = alert(Channel.APP, Channel.SMS, later=(Channel.VOICE,))
    services.mark_read(references=[reference], now=after(30))
    assert states(reference) == {
        Channel.APP: MessageState.DELIVERED,
        Channel.SMS: MessageState.QUEUED,
        Channel.VOICE: MessageState.CANCELLED,
    }
    assert services.sweep(now=after(120)) == 0


def test_when_every_earlier_message_has_failed_the_next_wave_leaves_at_once(alert: Alert) -> None:
    reference = alert(Channel.APP, Channel.EMAIL, Channel.SMS, later=(Channel.VOICE,))
    refused = NotSent(Failure.REFUSED, final=True)
    services.send_due(now=NOW, limit=1, gateway=Gateway(refused))
    assert states(reference)[Channel.VOICE] is MessageState.HELD
    gateway = Gateway(refused)
    services.send_due(now=NOW, gateway=gateway)
    assert [one.channel for one in gateway.sent] == [Channel.SMS, Channel.VOICE]
    assert states(reference)[Channel.VOICE] is MessageState.SENT


def test_a_receipt_that_says_failed_lets_the_next_wave_go(alert: Alert) -> None:
    reference = alert(Channel.SMS, later=(Channel.VOICE,))
    services.send_due(now=NOW, gateway=Gateway())
    pk = row(reference, Channel.SMS).pk
    services.record_receipt(provider_reference=f"reference of {pk}", state=ReceiptState.FAILED, now=after(2))
    assert states(reference) == {Channel.SMS: MessageState.FAILED, Channel.VOICE: MessageState.QUEUED}
    assert row(reference, Channel.SMS).failure == Failure.UNDELIVERED


def test_an_answer_stops_what_has_not_left_and_forgets_its_code(alert: Alert) -> None:
    reference = alert(Channel.APP, Channel.SMS, later=(Channel.VOICE,))
    services.cancel(references=[reference], now=after(1))
    assert states(reference) == {
        Channel.APP: MessageState.SENT,
        Channel.SMS: MessageState.CANCELLED,
        Channel.VOICE: MessageState.CANCELLED,
    }
    assert services.send_due(now=after(200), gateway=Gateway()) == 0
    assert set(Message.objects.filter(reference=reference).values_list("code", flat=True)) == {""}


def test_an_answer_while_a_try_fails_ends_the_trying(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    (claimed,) = services.claim(now=NOW, room={Channel.SMS: 1})
    services.cancel(references=[reference], now=after(1))
    assert states(reference) == {Channel.SMS: MessageState.SENDING}
    services.record(results=[services.Result(claimed, failure=Failure.TIMEOUT)], now=after(2))
    assert states(reference) == {Channel.SMS: MessageState.CANCELLED}


def test_an_answer_while_its_worker_dies_ends_the_trying_too(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    services.claim(now=NOW, room={Channel.SMS: 1})
    services.cancel(references=[reference], now=after(1))
    services.sweep(now=NOW + LEASE)
    assert states(reference) == {Channel.SMS: MessageState.CANCELLED}


# -- receipts, screens, replies ---------------------------------------------------------------------------------------


def test_a_receipt_marks_the_message_delivered_and_says_which_alert(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    services.send_due(now=NOW, gateway=Gateway())
    known = f"reference of {row(reference, Channel.SMS).pk}"
    before = len(jobs("message_changed"))
    for _again in range(2):
        found = services.record_receipt(provider_reference=known, state=ReceiptState.DELIVERED, now=after(4))
        assert found == reference
    (view,) = selectors.messages_of([reference])[reference]
    assert (view.state, view.delivered_at) == (MessageState.DELIVERED, after(4))
    assert len(jobs("message_changed")) == before + 1


def test_a_receipt_that_overtakes_the_acceptance_is_kept(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    (claimed,) = services.claim(now=NOW, room={Channel.SMS: 1})
    services.record_receipt(provider_reference="gw", state=ReceiptState.DELIVERED, now=after(1), message_id=claimed.id)
    services.record(results=[services.Result(claimed, provider_reference="gw")], now=after(2))
    assert states(reference) == {Channel.SMS: MessageState.DELIVERED}
    assert row(reference, Channel.SMS).provider_reference == "gw"


def test_a_delivery_saves_a_message_whose_worker_died_from_being_sent_twice(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    (claimed,) = services.claim(now=NOW, room={Channel.SMS: 1})
    services.record_receipt(provider_reference="gw", state=ReceiptState.DELIVERED, now=after(1), message_id=claimed.id)
    services.sweep(now=NOW + LEASE)
    assert services.send_due(now=NOW + LEASE, gateway=Gateway()) == 0
    assert states(reference) == {Channel.SMS: MessageState.DELIVERED}


def test_a_failed_receipt_after_a_delivery_changes_nothing(alert: Alert) -> None:
    reference = alert(Channel.SMS)
    services.send_due(now=NOW, gateway=Gateway())
    known = f"reference of {row(reference, Channel.SMS).pk}"
    for state in (ReceiptState.DELIVERED, ReceiptState.FAILED):
        services.record_receipt(provider_reference=known, state=state, now=after(4))
    (view,) = selectors.messages_of([reference])[reference]
    assert (view.state, view.failure) == (MessageState.DELIVERED, "")


def test_a_receipt_of_an_unknown_message_finds_nothing() -> None:
    assert services.record_receipt(provider_reference="x", state=ReceiptState.FAILED, now=NOW) is None
    assert (
        services.record_receipt(provider_reference="x", state=ReceiptState.DELIVERED, now=NOW, message_id=uuid4())
        is None
    )


def test_an_app_message_is_delivered_when_it_is_on_her_screen_and_said_so_once(alert: Alert) -> None:
    reference = alert(Channel.APP, Channel.SMS, later=(Channel.VOICE,))
    assert services.mark_shown(references=[reference], now=after(1)) == [reference]
    assert services.mark_shown(references=[reference], now=after(2)) == []
    assert states(reference)[Channel.APP] is MessageState.DELIVERED
    services.sweep(now=after(120))
    assert states(reference)[Channel.VOICE] is MessageState.QUEUED  # on a screen is not under an eye


def test_a_reply_answers_the_newest_open_alert_of_that_number(alert: Alert) -> None:
    older = alert(Channel.SMS)
    newer = uuid4()
    services.enqueue(messages=[new(newer, Channel.SMS, after=5)], now=after(5))
    services.send_due(now=after(6), gateway=Gateway())
    assert services.match_reply(sender="+390012345678", now=after(60)) == newer
    services.cancel(references=[newer], now=after(61))
    assert services.match_reply(sender="+39 00 1234 5678", now=after(62)) == older
    services.cancel(references=[older], now=after(63))
    assert services.match_reply(sender="+390012345678", now=after(64)) is None


def test_a_reply_matches_neither_another_number_nor_what_never_left_nor_yesterday(alert: Alert) -> None:
    alert(Channel.SMS, later=(Channel.VOICE,))
    assert services.match_reply(sender="+390012345678", now=after(1)) is None
    services.send_due(now=NOW, gateway=Gateway())
    assert services.match_reply(sender="+390099999999", now=after(1)) is None
    assert services.match_reply(sender="+390012345678", now=NOW + timedelta(hours=13)) is None


def test_a_key_answers_the_call_in_which_it_was_pressed(alert: Alert) -> None:
    reference, _other = alert(Channel.VOICE), alert(Channel.VOICE)
    services.send_due(now=NOW, gateway=Gateway())
    pk = row(reference, Channel.VOICE).pk
    assert services.match_reply(sender="+390012345678", now=after(9), message_id=pk) == reference
    assert services.match_reply(sender="+390012345678", now=after(9), message_id=uuid4()) is None


# -- follow-ups -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("earlier", [0, 1])
def test_who_was_told_is_told_that_it_is_over_once_per_address_and_without_a_call(alert: Alert, earlier: int) -> None:
    fields = {"address": "+390012345678", "language": "en"}
    references = [alert(Channel.APP, Channel.SMS, Channel.VOICE, **fields), alert(Channel.SMS, **fields)]
    Message.objects.filter(reference=references[earlier]).update(written_at=after(-60))
    services.send_due(now=NOW, gateway=Gateway())
    services.cancel(references=references, now=after(5))
    services.follow_up(references=references, template=Template.CLOSED, now=after(5))
    gateway = Gateway()
    services.send_due(now=after(5), gateway=gateway)
    assert [(one.channel, one.template, one.language) for one in gateway.sent] == [(Channel.SMS, Template.CLOSED, "en")]
    assert services.match_reply(sender="+390012345678", now=after(9)) is None
    assert all(len(views) in {1, 3} for views in selectors.messages_of(references).values())


def test_who_was_only_called_is_called_and_who_was_never_told_is_left_alone(alert: Alert) -> None:
    called = alert(Channel.VOICE)
    services.send_due(now=NOW, gateway=Gateway())
    untold = alert(Channel.SMS)
    services.cancel(references=[called, untold], now=after(5))
    services.follow_up(references=[called, untold], template=Template.CLOSED, now=after(5))
    gateway = Gateway()
    services.send_due(now=after(5), gateway=gateway)
    assert [(one.channel, one.reference) for one in gateway.sent] == [(Channel.VOICE, called)]


# -- the sweep and the watchdog ---------------------------------------------------------------------------------------


def test_the_sweep_wakes_the_sending_only_when_something_due_is_neglected(alert: Alert) -> None:
    services.enqueue(messages=[new(uuid4(), Channel.SMS, after=5)], now=NOW)
    asked = len(jobs("send_due"))
    services.sweep(now=after(5.9))
    assert len(jobs("send_due")) == asked
    services.sweep(now=after(6))
    assert len(jobs("send_due")) == asked + 1


def test_the_sweep_moves_no_more_than_its_limit(alert: Alert) -> None:
    for _ in range(3):
        alert(Channel.SMS, later=(Channel.VOICE,))
    assert services.sweep(now=after(120), limit=2) == 2
    assert Message.objects.filter(state=MessageState.HELD).count() == 1


def test_the_watchdog_reads_how_long_the_most_neglected_message_has_waited(alert: Alert) -> None:
    assert selectors.oldest_due() is None
    assert selectors.oldest_overdue(NOW) is None
    alert(Channel.APP, Channel.SMS, later=(Channel.VOICE,))
    assert selectors.oldest_due() == NOW
    assert selectors.oldest_overdue(after(7)) == timedelta(seconds=7)
    services.send_due(now=NOW, gateway=Gateway())
    assert selectors.oldest_due() == after(120)
    assert selectors.oldest_overdue(after(7)) is None
    services.claim(now=after(1), room={Channel.SMS: 1})
    services.sweep(now=after(120))
    services.claim(now=after(120), room={Channel.VOICE: 1})
    assert selectors.oldest_overdue(after(120) + LEASE) == timedelta()


def test_the_board_reads_all_messages_of_an_activation_in_one_query(alert: Alert, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    references = [alert(Channel.APP, Channel.SMS, later=(Channel.VOICE,)) for _ in range(8)]
    with django_assert_num_queries(1):
        found = selectors.messages_of(references)
    assert [view.wave for view in found[references[0]]] == [0, 0, 1]
    assert selectors.messages_of([]) == {}


# -- the table holds by itself ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"state": "lost"},
        {"channel": "pigeon"},
        {"template": "novel"},
        {"state": "sending"},
        {"lease_until": NOW},
        {"state": "sent", "code": ""},
        {"state": "sent", "sent_at": NOW},
        {"state": "delivered", "sent_at": NOW, "code": ""},
        {"state": "failed", "failed_at": NOW, "code": ""},
        {"state": "failed", "failure": "refused", "code": ""},
        {"state": "cancelled"},
    ],
)
def test_the_database_refuses_a_message_that_contradicts_itself(alert: Alert, change: dict[str, object]) -> None:
    reference = alert(Channel.SMS)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(reference=reference).update(**change)
