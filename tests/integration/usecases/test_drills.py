# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drills from the plan to the answer: sent once whatever happens, never before a real call, never counted as one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from tests.factories.activations import TONIGHT, Town, a_town, an_activation

from approdo.access.rules import Actor, Forbidden, Role
from approdo.access.services import as_system
from approdo.activations import services as activations
from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.states import CallState, StandDownReason
from approdo.audit.models import Entry
from approdo.cases.models import Event
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.models import ContactPoint, OpeningHours, Service, Shift
from approdo.networks.rules import Channel
from approdo.notifications import selectors, services
from approdo.notifications.models import Drill, DrillPlan, DrillRing, Message
from approdo.notifications.rules import (
    ANSWER_WITHIN,
    LOOK_EVERY,
    MISSED_AFTER,
    WAITS_AT_MOST,
    DrillState,
    MessageState,
    Moment,
    ReceiptState,
    Reply,
    ReplyOutcome,
    RingState,
    Template,
    next_moment,
)
from approdo.notifications.services.drills import KEPT_FOR
from approdo.usecases import delivery, drills

pytestmark = pytest.mark.django_db
NOW = TONIGHT


@pytest.fixture
def coordinator(town: Town) -> Actor:
    return town.actor(town.centre, role=Role.ORGANISATION_COORDINATOR)


@pytest.fixture
def pressed(town: Town, coordinator: Actor) -> datetime:
    """A drill of the centre, pressed and begun: the first person's telephone has been written to."""
    drills.plan_due(now=NOW)
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)
    turn(NOW)
    return NOW


def turn(now: datetime) -> int:
    """One turn of the sweep."""
    with as_system():
        return drills.advance_due(now=now)


def turns(begins: datetime, *, minutes: float) -> datetime:
    """The sweep comes round every quarter of a minute for so long."""
    at, end = begins, begins + timedelta(minutes=minutes)
    while at <= end:
        turn(at)
        at += LOOK_EVERY
    return end


def drill_of(service: Service) -> Drill:
    return Drill.objects.filter(service=service).latest("begun_at")


def ring_of(service: Service, position: int = 1) -> DrillRing:
    return DrillRing.objects.get(drill=drill_of(service), position=position)


def sent_to(service: Service, position: int = 1) -> dict[Channel, Message]:
    """The messages to one position, as if a gateway had accepted them."""
    reference = ring_of(service, position).pk
    Message.objects.filter(reference=reference, state=MessageState.QUEUED).update(
        state=MessageState.SENT, attempts=1, sent_at=NOW, code=""
    )
    return {Channel(one.channel): one for one in Message.objects.filter(reference=reference)}


# -- when -------------------------------------------------------------------------------------------------------------


def test_every_service_with_a_telephone_gets_its_month_once(town: Town) -> None:
    ContactPoint.objects.filter(service=town.social, channel__in=[Channel.SMS, Channel.VOICE]).delete()
    Service.objects.filter(pk=town.emergency.pk).update(active=False)
    drills.plan_due(now=NOW)
    due = next_moment(Moment(), NOW)
    assert due == datetime.fromisoformat("2026-12-01T11:00+01:00")
    held = {town.hospital.pk, town.centre.pk, town.shelter.pk, town.coordination.pk}
    assert dict(DrillPlan.objects.values_list("service_id", "due_at")) == dict.fromkeys(held, due)
    DrillPlan.objects.filter(pk=town.centre.pk).update(week=3)
    assert drills.plan_due(now=NOW) == 0
    assert DrillPlan.objects.get(pk=town.centre.pk).week == 3, "what she chose stays"


def test_who_no_longer_works_there_is_no_telephone_of_the_service(town: Town) -> None:
    for person in town.people[town.social.pk]:
        person.memberships.update(active=False)
    drills.plan_due(now=NOW)
    assert not DrillPlan.objects.filter(pk=town.social.pk).exists()


def test_the_month_begins_one_drill_and_sets_the_next_month(town: Town) -> None:
    drills.plan_due(now=NOW)
    due = DrillPlan.objects.get(pk=town.centre.pk).due_at
    with as_system():
        services.begin_drills(now=due - timedelta(seconds=1))
    assert not Drill.objects.exists()
    turn(due)
    turn(due)
    assert Drill.objects.count() == DrillPlan.objects.count() == 6
    assert set(Drill.objects.values_list("state", flat=True)) == {DrillState.SENT}
    later = DrillPlan.objects.get(pk=town.centre.pk).due_at
    assert later == datetime.fromisoformat("2027-01-05T11:00+01:00")


def test_what_a_machine_that_was_off_has_missed_is_held_on_the_next_working_day_at_the_same_hour(town: Town) -> None:
    drills.plan_due(now=NOW)
    due = DrillPlan.objects.get(pk=town.centre.pk).due_at
    turn(due + MISSED_AFTER)
    assert not Drill.objects.exists()
    assert DrillPlan.objects.get(pk=town.centre.pk).due_at == due + timedelta(days=1)


def test_a_service_that_was_closed_down_is_not_tried_and_not_pressed(town: Town, coordinator: Actor) -> None:
    drills.plan_due(now=NOW)
    Service.objects.filter(pk=town.centre.pk).update(active=False)
    turn(DrillPlan.objects.get(pk=town.centre.pk).due_at)
    assert not Drill.objects.filter(service=town.centre).exists()
    with pytest.raises(Invalid):
        drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)


def test_she_chooses_the_moment_and_the_next_one_follows_it(town: Town, coordinator: Actor) -> None:
    drills.plan_due(now=NOW)
    chosen = Moment(4, 4, datetime(2026, 1, 1, 21, 30).time())
    drills.choose(actor=coordinator, service_id=town.centre.pk, moment=chosen, both=True, now=NOW)
    assert selectors.chosen_moment(town.centre.pk) == (
        chosen,
        True,
        datetime.fromisoformat("2026-11-27T21:30+01:00"),
    )
    assert Entry.objects.latest("id").verb == "drill.choose"
    for wrong in (Moment(5), Moment(0), Moment(1, 7)):
        with pytest.raises(Invalid):
            drills.choose(actor=coordinator, service_id=town.centre.pk, moment=wrong, both=False, now=NOW)


def test_three_presses_a_day_one_at_a_time(town: Town, coordinator: Actor, pressed: datetime) -> None:
    with pytest.raises(Conflict):
        drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)
    for hours in (1, 2):
        Drill.objects.filter(ended_at=None).update(state=DrillState.SILENT, due_at=None, ended_at=NOW)
        drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW + timedelta(hours=hours))
    Drill.objects.filter(ended_at=None).update(state=DrillState.SILENT, due_at=None, ended_at=NOW)
    with pytest.raises(services.DrilledTooOften):
        drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW + timedelta(hours=23))
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW + timedelta(hours=24))


# -- whom and by what -------------------------------------------------------------------------------------------------


def test_the_first_person_gets_it_by_the_telephone_channels_and_waves_of_an_alert_and_no_other(
    town: Town, pressed: datetime
) -> None:
    first = town.people[town.centre.pk][0]
    ring = ring_of(town.centre)
    assert (ring.operator_id, ring.state, drill_of(town.centre).state) == (first.pk, RingState.SENT, DrillState.SENT)
    written = {(one.channel, one.wave, one.due_at - NOW) for one in Message.objects.filter(reference=ring.pk)}
    assert written == {("sms", 0, timedelta(0)), ("voice", 1, timedelta(seconds=60))}
    assert set(Message.objects.values_list("template", flat=True)) == {Template.DRILL}
    assert not DrillRing.objects.filter(position=2).exists()


def test_an_answer_in_time_ends_it_well_and_the_telephone_does_not_ring_again(town: Town, pressed: datetime) -> None:
    code = Message.objects.get(channel=Channel.SMS).code
    services.answer_drill_by_code(code=code, now=NOW + timedelta(seconds=41))
    shown = selectors.drills_of(town.centre.pk, NOW)[0]
    assert (shown.state, shown.seconds, shown.to_mend) == (DrillState.ANSWERED, 41, False)
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.CANCELLED}
    assert Message.objects.exclude(code="").count() == 0
    services.answer_drill_by_code(code=code, now=NOW + timedelta(seconds=99))
    assert selectors.drills_of(town.centre.pk, NOW)[0].seconds == 41, "pressing again changes nothing"
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.operator_id) == ("drill.answer", town.people[town.centre.pk][0].pk)
    assert turn(NOW + timedelta(hours=1)) == 0


def test_a_receipt_says_that_it_has_arrived_and_arrived_is_not_answered(town: Town, pressed: datetime) -> None:
    sms = sent_to(town.centre)[Channel.SMS]
    services.record_receipt(provider_reference="x", state=ReceiptState.DELIVERED, now=NOW, message_id=sms.pk)
    turn(NOW + LOOK_EVERY)
    assert (drill_of(town.centre).state, ring_of(town.centre).state) == (DrillState.DELIVERED, RingState.DELIVERED)
    turns(NOW + LOOK_EVERY, minutes=2 * ANSWER_WITHIN.total_seconds() / 60 + 1)
    assert drill_of(town.centre).state == DrillState.SILENT
    assert ring_of(town.centre).delivered_at is not None


def test_when_the_first_is_silent_the_second_is_tried_and_it_is_no_whole_success(town: Town, pressed: datetime) -> None:
    turns(NOW, minutes=ANSWER_WITHIN.total_seconds() / 60)
    second = ring_of(town.centre, 2)
    assert second.operator_id == town.people[town.centre.pk][1].pk
    services.answer_drill_by_code(
        code=Message.objects.get(reference=second.pk, channel=Channel.SMS).code,
        now=NOW + ANSWER_WITHIN + timedelta(seconds=30),
    )
    assert drill_of(town.centre).state == DrillState.SENT, "the first still has her time"
    turns(NOW + ANSWER_WITHIN, minutes=ANSWER_WITHIN.total_seconds() / 60)
    shown = selectors.drills_of(town.centre.pk, NOW)[0]
    assert (shown.state, shown.seconds, shown.to_mend) == (DrillState.PARTLY, 30, True)
    assert [ring.state for ring in shown.rings] == [RingState.SILENT, RingState.ANSWERED]


def test_both_at_once_if_she_chose_so(town: Town, coordinator: Actor) -> None:
    drills.plan_due(now=NOW)
    drills.choose(actor=coordinator, service_id=town.centre.pk, moment=Moment(), both=True, now=NOW)
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)
    turn(NOW)
    for position in (1, 2):
        assert drill_of(town.centre).state == DrillState.SENT
        code = Message.objects.get(reference=ring_of(town.centre, position).pk, channel=Channel.SMS).code
        services.answer_drill_by_code(code=code, now=NOW + timedelta(seconds=position))
    assert drill_of(town.centre).state == DrillState.ANSWERED


def test_silence_then_an_answer_too_late_is_noted_and_does_not_mend_it(town: Town, pressed: datetime) -> None:
    code = Message.objects.get(channel=Channel.SMS).code
    end = turns(NOW, minutes=21)
    assert drill_of(town.centre).state == DrillState.SILENT
    services.answer_drill_by_code(code=code, now=end + timedelta(hours=1))
    assert drill_of(town.centre).state == DrillState.SILENT
    assert ring_of(town.centre).state == RingState.LATE
    with pytest.raises(NotFound):
        services.answer_drill_by_code(code=code, now=NOW + timedelta(hours=12))
    with pytest.raises(NotFound):
        services.answer_drill_by_code(code="guessed", now=NOW)


def test_nobody_on_call_and_no_line_is_an_outcome_of_its_own(town: Town, coordinator: Actor) -> None:
    drills.plan_due(now=NOW)
    Shift.objects.filter(service=town.centre).delete()
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)
    turn(NOW)
    assert drill_of(town.centre).state == DrillState.NOBODY
    assert not Message.objects.exists()


def test_an_open_service_is_tried_by_its_line_and_a_closed_one_whose_line_rests_has_nobody(
    town: Town, coordinator: Actor
) -> None:
    line = {"service": town.centre, "position": 1, "channel": Channel.SMS, "address": "+390012345678"}
    ContactPoint.objects.create(**line, hours="open")
    drills.plan_due(now=NOW)
    Shift.objects.filter(service=town.centre).delete()
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)
    turn(NOW)
    assert ring_of(town.centre, 0).operator_id is None
    assert Message.objects.get().address == "+390012345678"
    turns(NOW, minutes=11)
    assert drill_of(town.centre).state == DrillState.SILENT
    Service.objects.filter(pk=town.centre.pk).update(always_open=False)
    OpeningHours.objects.create(service=town.centre, days=[0], opens="09:00", closes="10:00")
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW + timedelta(hours=1))
    turn(NOW + timedelta(hours=1))
    assert drill_of(town.centre).state == DrillState.NOBODY


@pytest.mark.parametrize("kept", [[], [Channel.EMAIL], [Channel.APP]])
def test_who_has_no_telephone_is_found_out_without_a_message(
    town: Town, coordinator: Actor, kept: list[Channel]
) -> None:
    drills.plan_due(now=NOW)
    ContactPoint.objects.filter(service=town.centre).exclude(channel__in=kept).delete()
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)
    turn(NOW)
    assert drill_of(town.centre).state == DrillState.NO_CHANNEL
    assert [ring.state for ring in DrillRing.objects.all()] == [RingState.NO_CHANNEL] * 2
    assert not Message.objects.exists()


def test_a_first_person_without_a_telephone_is_noted_and_the_second_tried_at_once(
    town: Town, coordinator: Actor
) -> None:
    drills.plan_due(now=NOW)
    first = town.people[town.centre.pk][0]
    ContactPoint.objects.filter(service=town.centre, operator=first, channel__in=["sms", "voice"]).delete()
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)
    turn(NOW)
    code = Message.objects.get(channel=Channel.SMS).code
    services.answer_drill_by_code(code=code, now=NOW + timedelta(seconds=9))
    assert [ring.state for ring in DrillRing.objects.order_by("position")] == ["no_channel", "answered"]
    assert drill_of(town.centre).state == DrillState.PARTLY


# -- a real call ------------------------------------------------------------------------------------------------------


def test_while_a_real_call_rings_the_test_waits_and_then_goes(town: Town, coordinator: Actor) -> None:
    drills.plan_due(now=NOW)
    with as_system():
        made = an_activation(town)
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)
    for minutes in (0, 2, 4):
        turn(NOW + timedelta(minutes=minutes))
        assert drill_of(town.centre).state == DrillState.WAITING
    assert not Message.objects.filter(template=Template.DRILL).exists()
    with as_system():
        Call.objects.filter(activation_id=made.id).update(state=CallState.STOOD_DOWN, due_at=None)
    turn(NOW + timedelta(minutes=6))
    assert drill_of(town.centre).state == DrillState.SENT


def test_it_does_not_wait_for_ever_and_then_says_nothing_for_good_or_ill(town: Town, coordinator: Actor) -> None:
    drills.plan_due(now=NOW)
    with as_system():
        an_activation(town)
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)
    turn(NOW + WAITS_AT_MOST)
    assert drill_of(town.centre).state == DrillState.OVERTAKEN
    assert drills.failing(coordinator) == ()


def test_a_real_call_that_begins_stops_the_test_and_what_of_it_has_not_left(town: Town, pressed: datetime) -> None:
    code = Message.objects.get(channel=Channel.SMS).code
    with as_system():
        an_activation(town, now=NOW + timedelta(seconds=5))
    turn(NOW + LOOK_EVERY)
    assert (drill_of(town.centre).state, ring_of(town.centre).state) == (DrillState.OVERTAKEN, RingState.STOPPED)
    drill_messages = Message.objects.filter(template=Template.DRILL)
    assert set(drill_messages.values_list("state", flat=True)) == {MessageState.CANCELLED}
    services.answer_drill_by_code(code=code, now=NOW + timedelta(minutes=1))
    assert ring_of(town.centre).state == RingState.STOPPED


def test_who_is_called_for_another_service_is_not_tried_meanwhile(town: Town, coordinator: Actor) -> None:
    drills.plan_due(now=NOW)
    with as_system():
        an_activation(town)
        Alert.objects.filter(service=town.shelter).update(operator=town.people[town.social.pk][0])
        Call.objects.filter(key="children").delete()
    social = town.actor(town.social, role=Role.ORGANISATION_COORDINATOR)
    drills.press(actor=social, service_id=town.social.pk, now=NOW)
    turn(NOW)
    assert drill_of(town.social).state == DrillState.WAITING


def test_a_call_of_an_ended_activation_holds_nobody_up(town: Town, coordinator: Actor) -> None:
    drills.plan_due(now=NOW)
    with as_system():
        made = an_activation(town)
        activations.stand_down(actor=town.nurse, activation_id=made.id, reason=next(iter(StandDownReason)), now=NOW)
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)
    turn(NOW)
    assert drill_of(town.centre).state == DrillState.SENT


def test_a_test_leaves_no_trace_among_activations(town: Town, pressed: datetime) -> None:
    services.answer_drill_by_code(code=Message.objects.get(channel=Channel.SMS).code, now=NOW)
    with as_system():
        assert [model.objects.count() for model in (Activation, Call, Alert, Event)] == [0, 0, 0, 0]


# -- replies and keys -------------------------------------------------------------------------------------------------


def reply(text: str, sender: str, *, voice: Message | None = None, now: datetime = NOW) -> ReplyOutcome:
    channel = Channel.VOICE if voice else Channel.SMS
    said = Reply(channel, sender, text, voice.pk if voice else None)
    return delivery.receive_reply(reply=said, signature=uuid4().hex, now=now)


@pytest.mark.parametrize("text", ["PROVA", "prova.", "1"])
def test_the_word_answers_a_test_and_so_does_a_one_when_nobody_calls(town: Town, pressed: datetime, text: str) -> None:
    sms = sent_to(town.centre)[Channel.SMS]
    assert reply(text, sms.address) is ReplyOutcome.TESTED
    assert drill_of(town.centre).state == DrillState.ANSWERED
    assert reply(text, sms.address) is ReplyOutcome.NOTHING_OPEN


def test_a_key_during_the_call_answers_the_test(town: Town, pressed: datetime) -> None:
    voice = sent_to(town.centre)[Channel.VOICE]
    assert reply("1", voice.address, voice=voice) is ReplyOutcome.TESTED
    assert drill_of(town.centre).state == DrillState.ANSWERED


def test_with_a_real_call_open_a_one_takes_the_call_and_the_word_never_does(town: Town, pressed: datetime) -> None:
    sms = sent_to(town.centre)[Channel.SMS]
    with as_system():
        an_activation(town, now=NOW + timedelta(seconds=5))
        Message.objects.filter(template=Template.ALERT, address=sms.address).update(attempts=1)
    later = NOW + timedelta(seconds=6)
    assert reply("PROVA", sms.address, now=later) is ReplyOutcome.TESTED
    with as_system():
        assert Call.objects.get(key="centre").state == CallState.CALLING
    assert reply("1", sms.address, now=later) is ReplyOutcome.CONFIRMED
    with as_system():
        assert Call.objects.get(key="centre").state == CallState.TAKEN


def test_nobody_else_s_number_answers(town: Town, pressed: datetime) -> None:
    sent_to(town.centre)
    assert reply("PROVA", "+390099999999") is ReplyOutcome.NOTHING_OPEN
    assert drill_of(town.centre).state == DrillState.SENT


# -- repeats ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_once() -> None:
    town = a_town()
    drills.plan_due(now=NOW)
    due = DrillPlan.objects.get(pk=town.centre.pk).due_at
    together = Barrier(2)

    def sweep(_number: int) -> int:
        try:
            together.wait(timeout=10)
            return sum(turn(due) for _again in range(3))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(sweep, range(2)))
    assert Drill.objects.count() == 6
    assert DrillRing.objects.count() == 6
    assert Message.objects.filter(channel=Channel.SMS).count() == 6


@pytest.mark.django_db(transaction=True)
def test_an_answer_at_the_instant_at_which_time_runs_out_leaves_one_outcome() -> None:
    town = a_town()
    Shift.objects.filter(position=2).delete()
    drills.plan_due(now=NOW)
    drills.press(actor=town.actor(town.centre, role=Role.ORGANISATION_COORDINATOR), service_id=town.centre.pk, now=NOW)
    turn(NOW)
    code, end = Message.objects.get(channel=Channel.SMS).code, NOW + ANSWER_WITHIN
    together = Barrier(2)

    def act(what: Callable[[], object]) -> None:
        try:
            together.wait(timeout=10)
            what()
        finally:
            connections.close_all()

    Drill.objects.update(due_at=end)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(act, [lambda: turn(end), lambda: services.answer_drill_by_code(code=code, now=end)]))
    shown = selectors.drills_of(town.centre.pk, NOW)[0]
    assert (shown.state, shown.rings[0].state) in {
        (DrillState.ANSWERED, RingState.ANSWERED),
        (DrillState.SILENT, RingState.LATE),
    }


def test_a_drill_whose_writing_fails_is_written_whole_a_minute_later(
    town: Town, coordinator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    drills.plan_due(now=NOW)
    drills.press(actor=coordinator, service_id=town.centre.pk, now=NOW)

    def killed(**_named: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("approdo.notifications.services.drills.enqueue", killed)
        assert turn(NOW) == 0
    assert (DrillRing.objects.count(), Message.objects.count()) == (0, 0)
    assert drill_of(town.centre).state == DrillState.WAITING
    assert turn(NOW) == 0
    turn(NOW + timedelta(minutes=1))
    assert drill_of(town.centre).state == DrillState.SENT
    assert Message.objects.filter(channel=Channel.SMS).count() == 1


def test_who_dies_between_sending_and_recording_sends_again_and_the_drill_stays_one(
    town: Town, pressed: datetime
) -> None:
    room = {Channel.SMS: 8}
    first = services.claim(now=NOW, room=room)
    assert [one.channel for one in first] == [Channel.SMS]
    assert services.claim(now=NOW, room=room) == []
    later = NOW + timedelta(seconds=31)
    services.sweep(now=later)
    again = services.claim(now=later, room=room)
    assert [one.id for one in again] == [one.id for one in first], "twice is better than never"
    services.record(results=[services.Result(again[0], provider_reference="kept")], now=later)
    assert DrillRing.objects.count() == 1
    services.answer_drill_by_code(code=first[0].code, now=later)
    assert drill_of(town.centre).state == DrillState.ANSWERED


def test_the_database_refuses_a_second_drill_at_a_time_and_halves_of_things(town: Town, pressed: datetime) -> None:
    drill = drill_of(town.centre)
    whole = {"service": town.centre, "both": False, "begun_at": NOW, "state": DrillState.SENT, "due_at": NOW}
    for wrong in ({}, {"due_at": None}, {"ended_at": NOW}, {"state": "odd"}, {"state": DrillState.SILENT}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Drill.objects.create(**(whole | wrong))
    ring = {"drill": drill, "position": 2, "state": RingState.SENT, "rung_at": NOW, "code_digest": "x"}
    for wrong in (
        {"position": 1},
        {"rung_at": None},
        {"code_digest": None},
        {"state": RingState.NO_CHANNEL},
        {"state": RingState.ANSWERED},
        {"answered_at": NOW},
        {"state": "odd"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            DrillRing.objects.create(**(ring | wrong))
    for wrong in ({"mended_at": NOW}, {"mended_by": town.people[town.centre.pk][0]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Drill.objects.filter(pk=drill.pk).update(**wrong)


def test_after_a_year_of_months_it_is_forgotten(town: Town, pressed: datetime) -> None:
    drills.plan_due(now=NOW + KEPT_FOR)
    assert Drill.objects.count() == 1
    drills.plan_due(now=NOW + KEPT_FOR + timedelta(seconds=1))
    assert (Drill.objects.count(), DrillRing.objects.count()) == (0, 0)


# -- who may read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*Role])
def test_only_who_coordinates_reads_presses_chooses_or_mends(town: Town, pressed: datetime, role: Role) -> None:
    turns(NOW, minutes=21)
    actor, service_id = town.actor(town.centre, role=role), town.centre.pk
    coordinates = role in {Role.ORGANISATION_COORDINATOR, Role.NETWORK_COORDINATOR}
    drill_id = drill_of(town.centre).pk
    acts: list[Callable[[], object]] = [
        lambda: drills.of_service(actor, service_id, NOW),
        lambda: drills.press(actor=actor, service_id=service_id, now=NOW + timedelta(hours=1)),
        lambda: drills.choose(actor=actor, service_id=service_id, moment=Moment(), both=False, now=NOW),
        lambda: drills.mend(actor=actor, service_id=service_id, drill_id=drill_id, now=NOW),
    ]
    for act in acts:
        if coordinates:
            act()
        else:
            with pytest.raises(Forbidden):
                act()
    if role is Role.NETWORK_COORDINATOR:
        drills.of_network(actor, town.network.code)
    else:
        with pytest.raises(Forbidden):
            drills.of_network(actor, town.network.code)
    if not coordinates:
        assert drills.failing(actor) == ()


def test_another_organisation_s_service_is_not_there_and_another_network_neither(town: Town, pressed: datetime) -> None:
    other = town.actor(town.hospital, role=Role.ORGANISATION_COORDINATOR)
    service_id, drill_id = town.centre.pk, drill_of(town.centre).pk
    for act in (
        lambda: drills.of_service(other, service_id, NOW),
        lambda: drills.press(actor=other, service_id=service_id, now=NOW),
        lambda: drills.choose(actor=other, service_id=service_id, moment=Moment(), both=False, now=NOW),
        lambda: drills.mend(actor=other, service_id=service_id, drill_id=drill_id, now=NOW),
        lambda: drills.mend(actor=other, service_id=town.hospital.pk, drill_id=drill_id, now=NOW),
    ):
        with pytest.raises(NotFound):
            act()
    assert drills.last_of(other, service_id) == (None, None)
    elsewhere = a_town("013075")
    stranger = elsewhere.actor(elsewhere.coordination, role=Role.NETWORK_COORDINATOR)
    with pytest.raises(NotFound):
        drills.of_network(stranger, town.network.code)


def test_a_failed_drill_stands_until_it_is_mended_or_the_next_goes_well(
    town: Town, coordinator: Actor, pressed: datetime
) -> None:
    end = turns(NOW, minutes=21)
    assert [one.drill.state for one in drills.failing(coordinator)] == [DrillState.SILENT]
    drills.mend(actor=coordinator, service_id=town.centre.pk, drill_id=drill_of(town.centre).pk, now=end)
    assert drills.failing(coordinator) == ()
    assert Entry.objects.latest("id").verb == "drill.mend"
    drills.press(actor=coordinator, service_id=town.centre.pk, now=end)
    end = turns(end, minutes=21)
    assert len(drills.failing(coordinator)) == 1, "it was not mended after all"
    drills.press(actor=coordinator, service_id=town.centre.pk, now=end)
    turn(end)
    assert len(drills.failing(coordinator)) == 1, "one under way says nothing yet"
    code = Message.objects.filter(channel=Channel.SMS).exclude(code="").get().code
    services.answer_drill_by_code(code=code, now=end)
    assert drills.failing(coordinator) == ()


def test_the_network_sees_who_to_see_to_first_and_nobody_s_name(town: Town, pressed: datetime) -> None:
    turns(NOW, minutes=21)
    ContactPoint.objects.filter(service=town.emergency).delete()
    DrillPlan.objects.filter(pk=town.emergency.pk).delete()
    shown = drills.of_network(town.actor(town.coordination, role=Role.NETWORK_COORDINATOR), town.network.code)
    assert shown.failed == 1
    assert shown.services[0].service_id == town.centre.pk
    assert shown.services[0].phone == town.centre.phone
    assert (shown.services[-1].service_id, shown.services[-1].planned) == (town.emergency.pk, False)
    assert {one.label for one in shown.services if one.last is None and one.planned} >= {town.shelter.code}
    names = [person.display_name for people in town.people.values() for person in people]
    assert not any(name in repr(shown) for name in names)


def test_beside_the_coverage_stands_who_was_silent_to_whom_it_concerns(town: Town, pressed: datetime) -> None:
    turns(NOW, minutes=21)
    assert drills.unheard_in(town.network.code) == {town.centre.pk}
    network = town.actor(town.coordination, role=Role.NETWORK_COORDINATOR)
    assert drills.unheard_for(network, town.network.code) == {town.centre.pk}
    other = town.actor(town.hospital, role=Role.ORGANISATION_COORDINATOR)
    assert drills.unheard_for(other, town.network.code) == frozenset()
