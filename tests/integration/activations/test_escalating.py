# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sweep: who is alerted when nobody answers, each step on its clock."""

from datetime import datetime, timedelta

import pytest
from tests.factories.activations import TONIGHT, Town, a_town, an_activation
from tests.factories.observers import observer

from approdo.access.services import as_system
from approdo.activations.models import Alert, Call
from approdo.activations.rules.states import CallState
from approdo.activations.selectors import board, oldest_unadvanced
from approdo.activations.services import advance_due, delivery_changed, escalating, receive, take
from approdo.cases.models import Event
from approdo.cases.rules import EventKind
from approdo.cases.selectors import case_page
from approdo.kit.postgres import Urls
from approdo.networks.models import Shift
from approdo.networks.rules import Channel
from approdo.notifications.models import Message
from approdo.notifications.rules import MessageState
from approdo.protocols.rules import Need, Target

pytestmark = pytest.mark.django_db


def alerted(key: str, step: int) -> list[tuple[int, str]]:
    rows = Alert.objects.filter(call__key=key, step=step).order_by("service_id", "operator_id")
    return [(row.operator_id, row.target) for row in rows]


def sweep_at(now: datetime) -> int:
    return advance_due(now=now)


def test_the_shelter_does_not_answer_and_the_call_climbs_its_whole_chain(town: Town) -> None:
    an_activation(town, Need.SAFE_PLACE)
    call = Call.objects.get(key="shelter")
    first, second = town.people[town.shelter.pk]
    backup, coordinator = town.people[town.emergency.pk][0], town.people[town.coordination.pk][0]
    expected = [
        (15, [(second.pk, Target.SECOND_ON_CALL)]),
        (30, [(backup.pk, Target.BACKUP_SERVICE)]),
        (40, [(coordinator.pk, Target.COORDINATOR)]),
    ]
    assert alerted("shelter", 1) == [(first.pk, Target.FIRST_ON_CALL)]
    for number, (minute, people) in enumerate(expected, start=2):
        due = TONIGHT + timedelta(minutes=minute)
        Call.objects.filter(key="centre").update(due_at=due + timedelta(days=1))
        assert sweep_at(due - timedelta(seconds=1)) == 0
        assert sweep_at(due) == 1
        assert alerted("shelter", number) == people
    sweep_at(TONIGHT + timedelta(minutes=50))
    everybody = {operator for operator, _target in alerted("shelter", 5)}
    assert everybody == {first.pk, second.pk, backup.pk, coordinator.pk}
    call.refresh_from_db()
    assert call.state == CallState.CALLING


def test_the_sweep_is_harmless_when_repeated_at_the_same_instant(town: Town) -> None:
    an_activation(town, Need.TALK_NOW)
    now = TONIGHT + timedelta(minutes=10)
    assert sweep_at(now) == 1
    assert sweep_at(now) == 0
    assert Alert.objects.filter(step=2).count() == 1


def test_the_backup_service_that_was_alerted_sees_the_activation_from_then_on(town: Town) -> None:
    made = an_activation(town, Need.SAFE_PLACE)
    backup = town.actor(town.emergency)
    for minute in (15, 30):
        sweep_at(TONIGHT + timedelta(minutes=minute))
    shown = board(backup, made.id, TONIGHT + timedelta(minutes=30))
    shelter = next(call for call in shown.calls if call.label == town.shelter.code)
    assert shelter.mine
    assert case_page(backup, made.case_id).id == made.case_id
    take(actor=backup, call_id=shelter.id, now=TONIGHT + timedelta(minutes=31))
    assert Call.objects.get(key="shelter").taken_service_id == town.emergency.pk


def test_the_rota_is_read_at_the_moment_of_each_step(town: Town) -> None:
    an_activation(town, Need.TALK_NOW)
    Shift.objects.filter(service=town.centre, position=2).delete()
    sweep_at(TONIGHT + timedelta(minutes=10))
    assert [target for _who, target in alerted("centre", 3)] == [Target.COORDINATOR]
    assert Event.objects.filter(kind=EventKind.NOBODY_ON_CALL, detail=Target.SECOND_ON_CALL).exists()


def test_a_taken_call_is_never_due(town: Town) -> None:
    an_activation(town, Need.TALK_NOW)
    take(actor=town.actor(town.centre), call_id=Call.objects.get().pk, now=TONIGHT)
    assert sweep_at(TONIGHT + timedelta(days=1)) == 0


def test_a_waiting_call_starts_by_itself_at_the_latest(town: Town) -> None:
    an_activation(town, Need.CHILDREN)
    Call.objects.filter(key="centre").update(due_at=TONIGHT + timedelta(days=1))
    sweep_at(TONIGHT + timedelta(minutes=30))
    call = Call.objects.get(key="children")
    assert call.state == CallState.CALLING
    assert call.started_at == TONIGHT + timedelta(minutes=30)
    assert call.answer_by == TONIGHT + timedelta(minutes=90)


def test_when_no_message_of_a_step_can_arrive_the_next_step_begins_at_once(town: Town) -> None:
    an_activation(town, Need.TALK_NOW)
    alert = Alert.objects.get()
    soon = TONIGHT + timedelta(minutes=1)
    outside = Message.objects.filter(reference=alert.pk).exclude(channel=Channel.APP)
    outside.update(state=MessageState.FAILED, failed_at=soon, failure="refused", code="")
    delivery_changed(reference=alert.pk, now=soon)
    assert Call.objects.get().due_at == soon
    assert Event.objects.filter(kind=EventKind.UNREACHED).count() == 1
    sweep_at(soon)
    assert Alert.objects.filter(step=2).exists()


def test_when_everybody_was_tried_dead_channels_do_not_make_the_search_race(town: Town) -> None:
    an_activation(town, Need.TALK_NOW)
    for minutes in (10, 20):
        sweep_at(TONIGHT + timedelta(minutes=minutes))
    call = Call.objects.get()
    last = Alert.objects.get(step=3)
    Message.objects.filter(reference=last.pk).exclude(channel=Channel.APP).update(
        state=MessageState.FAILED, failed_at=TONIGHT, failure="refused", code=""
    )
    delivery_changed(reference=last.pk, now=TONIGHT + timedelta(minutes=21))
    assert Call.objects.get().due_at == call.due_at == TONIGHT + timedelta(minutes=30)


def test_one_channel_that_still_may_arrive_keeps_the_step_its_time(town: Town) -> None:
    an_activation(town, Need.TALK_NOW)
    alert = Alert.objects.get()
    soon = TONIGHT + timedelta(minutes=1)
    Message.objects.filter(reference=alert.pk, channel=Channel.SMS).update(
        state=MessageState.FAILED, failed_at=soon, failure="refused", code=""
    )
    delivery_changed(reference=alert.pk, now=soon)
    assert Call.objects.get().due_at == TONIGHT + timedelta(minutes=10)


def test_a_screen_that_shows_the_call_keeps_the_step_its_time_however_dead_the_rest(town: Town) -> None:
    an_activation(town, Need.TALK_NOW)
    soon = TONIGHT + timedelta(minutes=1)
    receive(actor=town.actor(town.centre), now=soon)
    alert = Alert.objects.get()
    outside = Message.objects.filter(reference=alert.pk).exclude(channel=Channel.APP)
    outside.update(state=MessageState.FAILED, failed_at=soon, failure="refused", code="")
    delivery_changed(reference=alert.pk, now=soon)
    assert Call.objects.get().due_at == TONIGHT + timedelta(minutes=10)


@pytest.mark.django_db(transaction=True)
def test_a_call_that_another_sweep_holds_is_left_to_it_and_keeps_nobody_waiting(database_urls: Urls) -> None:
    an_activation(a_town(), Need.SAFE_PLACE)
    due = TONIGHT + timedelta(minutes=15)

    @as_system()
    def step() -> int:
        return Call.objects.get(key="shelter").step

    with observer(database_urls) as other:
        other.execute("SELECT id FROM activations_call WHERE key = 'shelter' FOR UPDATE")
        assert sweep_at(due) == 1, "the centre's call, at once"
        assert step() == 1
    assert sweep_at(due) == 1
    assert step() == 2


def test_one_poisoned_call_does_not_stop_the_others(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    an_activation(town, Need.TALK_NOW, Need.SAFE_PLACE)
    poisoned = Call.objects.get(key="shelter").pk
    original = escalating.Work.advance

    def advance(self: escalating.Work, call: Call, *rest: object) -> None:
        if call.pk == poisoned:
            raise RuntimeError
        original(self, call, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(escalating.Work, "advance", advance)
    now = TONIGHT + timedelta(minutes=15)
    assert sweep_at(now) == 1
    assert Alert.objects.filter(call__key="centre", step=2).exists()
    assert Call.objects.get(pk=poisoned).due_at == now + timedelta(minutes=1)


def test_the_watchdog_learns_how_late_the_most_overdue_call_is(town: Town) -> None:
    an_activation(town, Need.TALK_NOW)
    assert oldest_unadvanced(TONIGHT) is None
    assert oldest_unadvanced(TONIGHT + timedelta(minutes=12)) == timedelta(minutes=2)


def test_a_hundred_due_calls_advance_in_a_handful_of_statements(town: Town, django_assert_max_num_queries) -> None:
    for _ in range(50):
        an_activation(town, Need.TALK_NOW)
    with django_assert_max_num_queries(25):
        assert sweep_at(TONIGHT + timedelta(minutes=10)) == 50
