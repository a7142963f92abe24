# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Activating a network: who is called, what is stored, and what a repeated press does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.factories.activations import COMO, TONIGHT, VARESE, Town, a_protocol, a_town, an_activation
from tests.factories.protocols import call

from approdo.access.rules import SYSTEM, Actor, Forbidden, Role
from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.escalation import NOBODY_RETRY
from approdo.activations.rules.states import ActivationState, CallState, Consent, StandDownReason
from approdo.activations.selectors import board, preview, waiting_for
from approdo.activations.services import activate, activating, advance_due, close, stand_down, take, undo
from approdo.activations.services.activating import NobodyToCall, NoProtocol, Request
from approdo.audit.models import Entry
from approdo.cases.models import Case, Event
from approdo.cases.rules import EventKind
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.models import Municipality, Network, NetworkTerritory
from approdo.networks.rules import Channel, UnknownMunicipality
from approdo.notifications.models import Message
from approdo.notifications.rules import MessageState, Template
from approdo.protocols.rules import Context, Need, Target

pytestmark = pytest.mark.django_db


def calls_of(activation_id: object) -> dict[str, Call]:
    return {one.key: one for one in Call.objects.filter(activation_id=activation_id)}


def test_the_services_the_protocol_names_are_called_at_once(town: Town) -> None:
    made = an_activation(town, Need.SAFE_PLACE, Need.TALK_NOW)
    calls = calls_of(made.id)
    assert {key: one.service_id for key, one in calls.items()} == {"centre": town.centre.pk, "shelter": town.shelter.pk}
    assert {one.state for one in calls.values()} == {CallState.CALLING}
    alerted = set(Alert.objects.filter(call__activation_id=made.id).values_list("operator_id", flat=True))
    assert alerted == {town.people[town.centre.pk][0].pk, town.people[town.shelter.pk][0].pk}


def test_a_sequential_call_waits_for_the_one_before_and_starts_at_the_latest_after_its_minutes(town: Town) -> None:
    calls = calls_of(an_activation(town, Need.CHILDREN).id)
    assert calls["children"].state == CallState.WAITING
    assert calls["children"].due_at == TONIGHT + timedelta(minutes=30)


def test_taking_the_first_call_starts_the_one_that_waited_for_it(town: Town) -> None:
    calls = calls_of(an_activation(town, Need.CHILDREN).id)
    later = TONIGHT + timedelta(minutes=4)
    take(actor=town.actor(town.centre), call_id=calls["centre"].pk, now=later)
    assert Call.objects.get(pk=calls["children"].pk).due_at == later


def test_each_alert_leaves_by_every_channel_of_its_wave_and_voice_is_held_back(town: Town) -> None:
    made = an_activation(town, Need.TALK_NOW)
    alert = Alert.objects.get(call__activation_id=made.id)
    messages = {one.channel: one for one in Message.objects.filter(reference=alert.pk)}
    assert set(messages) == {Channel.APP, Channel.EMAIL, Channel.SMS, Channel.VOICE}
    assert messages[Channel.VOICE].state == MessageState.HELD
    assert messages[Channel.VOICE].due_at == TONIGHT + timedelta(seconds=60)
    assert messages[Channel.SMS].state == MessageState.QUEUED


def test_the_case_is_an_alias_and_every_called_service_takes_part(town: Town) -> None:
    made = an_activation(town)
    case = Case.objects.get(pk=made.case_id)
    assert len(case.alias.split()) == 2
    assert set(case.participations.values_list("service_id", flat=True)) == {
        town.hospital.pk,
        town.centre.pk,
        town.shelter.pk,
        town.social.pk,
    }
    kinds = list(Event.objects.filter(case=case).values_list("kind", flat=True))
    assert kinds[0] == EventKind.CASE_OPENED
    assert EventKind.ACTIVATED in kinds


def test_a_running_activation_keeps_its_own_copy_of_the_protocol(town: Town) -> None:
    made = an_activation(town)
    stored = Activation.objects.get(pk=made.id)
    assert stored.protocol_copy == stored.protocol_version.document
    assert stored.protocol_copy["calls"][0]["key"] == "centre"


def test_the_act_is_audited_with_identifiers_only(town: Town) -> None:
    made = an_activation(town)
    entry = Entry.objects.get(verb="activation.create")
    assert entry.subject == f"activation:{made.id}"
    assert entry.operator_id == town.nurse.operator_id
    assert Case.objects.get(pk=made.case_id).alias not in str(entry.detail)


@pytest.mark.parametrize("ending", ["undo", "stand_down"])
def test_every_end_is_audited_with_who_and_why(town: Town, ending: str) -> None:
    made = an_activation(town)
    if ending == "undo":
        undo(actor=town.nurse, activation_id=made.id, now=TONIGHT)
    else:
        stand_down(actor=town.nurse, activation_id=made.id, reason=StandDownReason.DUPLICATE, now=TONIGHT)
    entry = Entry.objects.get(verb=f"activation.{ending}", subject=f"activation:{made.id}")
    assert entry.operator_id == town.nurse.operator_id
    assert entry.detail.get("reason") == (None if ending == "undo" else "duplicate")


def test_pressing_twice_makes_one_activation(town: Town) -> None:
    first = an_activation(town, key="same-press")
    second = an_activation(town, key="same-press", now=TONIGHT + timedelta(seconds=3))
    assert first.created
    assert not second.created
    assert (first.id, first.case_id) == (second.id, second.case_id)
    assert Activation.objects.count() == 1
    assert Case.objects.count() == 1


def test_the_same_key_with_another_request_is_refused(town: Town) -> None:
    an_activation(town, Need.CHILDREN, key="same-press")
    with pytest.raises(Conflict) as refused:
        an_activation(town, Need.SAFE_PLACE, key="same-press")
    assert refused.value.code == "key_reused"
    assert Activation.objects.count() == 1


def test_what_else_the_database_refuses_is_not_called_a_key_that_was_used(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_said: object) -> None:
        Activation.objects.update(state="no such state")

    first = an_activation(town, Need.CHILDREN, key="same-press")
    monkeypatch.setattr(activating, "_create", broken)
    with pytest.raises(IntegrityError):
        an_activation(town, Need.CHILDREN, key="other-press")
    assert an_activation(town, Need.CHILDREN, key="same-press").id == first.id


def test_two_services_may_use_the_same_key(town: Town) -> None:
    an_activation(town, key="same-press")
    other = activate(
        actor=town.actor(town.centre),
        request=Request(VARESE, frozenset({Need.CALL_BACK}), Consent.GIVEN, Context.SUPPORT_CENTRE),
        idempotency_key="same-press",
        now=TONIGHT,
    )
    assert other.created


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"municipality_code": "999999"}, UnknownMunicipality),
        ({"municipality_code": "not a code"}, UnknownMunicipality),
        ({"municipality_code": COMO}, NoProtocol),
        ({"case_id": "6f0b5c1e-0000-4000-8000-000000000000"}, NotFound),
    ],
)
def test_bad_requests_are_refused_and_nothing_is_half_written(town: Town, change: dict, refusal: type) -> None:
    with pytest.raises(refusal):
        an_activation(town, **change)
    assert not Activation.objects.exists()
    assert not Case.objects.exists()
    assert not Message.objects.exists()


def test_an_activation_without_needs_is_refused_in_words(town: Town) -> None:
    with pytest.raises(Invalid) as refused:
        an_activation(town, needs=frozenset())
    assert set(refused.value.problems) == {"needs"}


@pytest.mark.parametrize("key", ["", "short", "k" * 81, "half\x00a-key"])
def test_a_key_that_cannot_be_one_is_refused(town: Town, key: str) -> None:
    request = Request(VARESE, frozenset(Need), Consent.GIVEN, Context.EMERGENCY_DEPARTMENT)
    with pytest.raises(Invalid):
        activate(actor=town.nurse, request=request, idempotency_key=key, now=TONIGHT)


def test_a_network_without_services_refuses_and_names_the_telephone() -> None:
    town = a_town()
    empty = Network.objects.create(code="vuota", name="Rete vuota")
    NetworkTerritory.objects.create(network=empty, municipality=Municipality.objects.get(pk=COMO))
    a_protocol(empty, (call(),))
    with pytest.raises(NobodyToCall) as refused:
        an_activation(town, municipality_code=COMO)
    assert "112" in refused.value.sentence
    assert not Case.objects.exists()


@pytest.mark.parametrize("role", [*Role])
def test_only_members_of_the_network_may_activate(town: Town, role: Role) -> None:
    may = role not in {
        Role.PROJECT_MANAGER,
        Role.REGIONAL_ANALYST,
        Role.TRAINER,
        Role.LEARNER,
        Role.SYSTEM_ADMINISTRATOR,
    }
    actor = town.actor(town.hospital, role=role)
    request = Request(VARESE, frozenset(Need), Consent.GIVEN, Context.EMERGENCY_DEPARTMENT)
    if may:
        assert activate(actor=actor, request=request, idempotency_key="by-role-1", now=TONIGHT).created
    else:
        with pytest.raises(Forbidden):
            activate(actor=actor, request=request, idempotency_key="by-role-1", now=TONIGHT)


def test_the_system_never_activates(town: Town) -> None:
    request = Request(VARESE, frozenset(Need), Consent.GIVEN, Context.EMERGENCY_DEPARTMENT)
    with pytest.raises(Forbidden):
        activate(actor=SYSTEM, request=request, idempotency_key="by-nobody", now=TONIGHT)


def test_an_activation_on_a_case_one_may_not_see_is_refused_like_an_absent_case(town: Town) -> None:
    hidden = an_activation(town, Need.CALL_BACK).case_id
    stranger = Actor(town.people[town.emergency.pk][0].pk, 1, town.emergency.pk, Role.ON_CALL_OPERATOR)
    request = Request(VARESE, frozenset(Need), Consent.GIVEN, Context.SOCIAL_SERVICE, case_id=hidden)
    with pytest.raises(NotFound):
        activate(actor=stranger, request=request, idempotency_key="by-stranger", now=TONIGHT)


@pytest.mark.parametrize("drill", [True, False])
def test_a_drill_never_enters_a_real_case_nor_the_reverse(town: Town, drill: bool) -> None:
    case_id = an_activation(town, Need.TALK_NOW, exercise=drill).case_id
    with pytest.raises(Invalid) as refused:
        an_activation(town, Need.TALK_NOW, exercise=not drill, case_id=case_id)
    assert set(refused.value.problems) == {"exercise"}
    again = an_activation(town, Need.TALK_NOW, exercise=drill, case_id=case_id)
    assert Activation.objects.get(pk=again.id).exercise is drill


def test_the_preview_names_exactly_the_services_that_will_be_called(town: Town) -> None:
    needs = frozenset({Need.SAFE_PLACE, Need.CHILDREN})
    shown = preview(town.nurse, VARESE, needs, Context.EMERGENCY_DEPARTMENT, TONIGHT)
    made = an_activation(town, *needs)
    page = board(town.nurse, made.id, TONIGHT)
    assert [one.label for one in shown.calls] == [one.label for one in page.calls]
    assert [one.target for one in shown.calls] == [Target.FIRST_ON_CALL] * 3
    assert shown.calls[1].label == town.shelter.code


def test_the_preview_of_an_uncovered_municipality_says_nobody(town: Town) -> None:
    assert preview(town.nurse, COMO, frozenset(Need), Context.EMERGENCY_DEPARTMENT, TONIGHT).nobody


def test_nobody_on_call_anywhere_is_shown_at_once_and_looked_at_again_in_a_minute() -> None:
    town = a_town(fully_staffed=False)
    made = an_activation(town, Need.TALK_NOW)
    one = calls_of(made.id)["centre"]
    assert not one.reached
    assert one.due_at == TONIGHT + timedelta(minutes=1)
    assert Event.objects.filter(subject=one.pk, kind=EventKind.NOBODY_ON_CALL).count() == 3


# -- ending -----------------------------------------------------------------------------------------------------------


def test_within_twenty_seconds_it_is_undone_without_a_reason(town: Town) -> None:
    made = an_activation(town)
    undo(actor=town.nurse, activation_id=made.id, now=TONIGHT + timedelta(seconds=19))
    stored = Activation.objects.get(pk=made.id)
    assert stored.state == ActivationState.UNDONE
    assert {one.state for one in calls_of(made.id).values()} == {CallState.STOOD_DOWN}
    undo(actor=town.nurse, activation_id=made.id, now=TONIGHT + timedelta(seconds=25))


def test_after_twenty_seconds_it_is_stopped_with_a_reason(town: Town) -> None:
    made = an_activation(town)
    later = TONIGHT + timedelta(seconds=21)
    with pytest.raises(Conflict):
        undo(actor=town.nurse, activation_id=made.id, now=later)
    stand_down(actor=town.nurse, activation_id=made.id, reason=StandDownReason.WOMAN_LEFT, now=later)
    stored = Activation.objects.get(pk=made.id)
    assert (stored.state, stored.end_reason) == (ActivationState.STOOD_DOWN, StandDownReason.WOMAN_LEFT)


def test_stopping_cancels_what_was_not_sent_and_tells_those_who_were_alerted(town: Town) -> None:
    made = an_activation(town, Need.TALK_NOW)
    Message.objects.filter(channel=Channel.SMS).update(state=MessageState.SENT, sent_at=TONIGHT, code="")
    stand_down(actor=town.nurse, activation_id=made.id, reason=StandDownReason.MISTAKE, now=TONIGHT)
    alerts = Message.objects.filter(template=Template.ALERT)
    assert not alerts.filter(state__in=[MessageState.HELD, MessageState.QUEUED]).exists()
    closing = Message.objects.filter(template=Template.CLOSED)
    assert Channel.SMS in set(closing.values_list("channel", flat=True))


def test_who_has_taken_a_call_keeps_it_when_the_search_is_stopped(town: Town) -> None:
    made = an_activation(town)
    centre = town.actor(town.centre)
    take(actor=centre, call_id=calls_of(made.id)["centre"].pk, now=TONIGHT)
    stand_down(actor=town.nurse, activation_id=made.id, reason=StandDownReason.HELP_ARRIVED, now=TONIGHT)
    shown = {call.label: (call.state, call.taken_at) for call in board(town.nurse, made.id, TONIGHT).calls}
    assert shown.pop(town.centre.name) == (CallState.TAKEN, TONIGHT)
    assert set(shown.values()) == {(CallState.STOOD_DOWN, None)}


def test_it_is_closed_only_when_everybody_has_answered(town: Town) -> None:
    made = an_activation(town, Need.TALK_NOW)
    with pytest.raises(Conflict) as refused:
        close(actor=town.nurse, activation_id=made.id, now=TONIGHT)
    assert refused.value.code == "unanswered"
    take(actor=town.actor(town.centre), call_id=calls_of(made.id)["centre"].pk, now=TONIGHT)
    close(actor=town.nurse, activation_id=made.id, now=TONIGHT)
    assert Activation.objects.get(pk=made.id).state == ActivationState.CLOSED
    assert calls_of(made.id)["centre"].state == CallState.TAKEN


def test_what_has_ended_does_not_end_twice(town: Town) -> None:
    made = an_activation(town)
    stand_down(actor=town.nurse, activation_id=made.id, reason=StandDownReason.MISTAKE, now=TONIGHT)
    with pytest.raises(Conflict) as refused:
        stand_down(actor=town.nurse, activation_id=made.id, reason=StandDownReason.MISTAKE, now=TONIGHT)
    assert refused.value.code == "already_ended"


def test_the_database_itself_refuses_an_end_without_who_and_when(town: Town) -> None:
    made = an_activation(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.filter(pk=made.id).update(state=ActivationState.CLOSED)


def test_the_database_itself_refuses_an_unanswered_call_without_a_next_instant(town: Town) -> None:
    made = an_activation(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(activation_id=made.id).update(due_at=None)


def test_the_called_services_see_the_call_and_may_take_it_before_the_sweep_has_come_round(town: Town) -> None:
    activation_id = an_activation(town, Need.SAFE_PLACE, swept=False).id
    waiting = waiting_for(town.actor(town.centre), TONIGHT)
    assert [(one.activation_id, one.mine) for one in waiting if one.mine] == [(activation_id, True)]
    take(actor=town.actor(town.centre), call_id=calls_of(activation_id)["centre"].pk, now=TONIGHT)
    assert calls_of(activation_id)["centre"].state == CallState.TAKEN


def test_the_sweep_alerts_the_first_people_of_a_new_activation_once(town: Town) -> None:
    activation_id = an_activation(town, Need.SAFE_PLACE, swept=False).id
    assert not Alert.objects.filter(call__activation_id=activation_id).exists()
    assert advance_due(now=TONIGHT) == 2
    assert advance_due(now=TONIGHT) == 0
    alerted = Alert.objects.filter(call__activation_id=activation_id).values_list("operator_id", flat=True)
    assert sorted(alerted) == sorted(town.people[service.pk][0].pk for service in (town.centre, town.shelter))


def test_whoever_was_quicker_than_the_sweep_is_left_alone(town: Town) -> None:
    activation_id = an_activation(town, Need.SAFE_PLACE, swept=False).id
    take(actor=town.actor(town.centre), call_id=calls_of(activation_id)["centre"].pk, now=TONIGHT)
    assert advance_due(now=TONIGHT) == 1
    assert calls_of(activation_id)["centre"].state == CallState.TAKEN
    assert not Alert.objects.filter(call=calls_of(activation_id)["centre"]).exists()


def test_when_nobody_can_be_alerted_the_activation_stands_and_the_sweep_tries_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("approdo.activations.services.escalating.messages_for", lambda *_given: 1 / 0)
        made = an_activation(town, Need.SAFE_PLACE)
    assert all(call.due_at and call.due_at > TONIGHT for call in calls_of(made.id).values())
    assert advance_due(now=TONIGHT + NOBODY_RETRY) == 2
    assert Message.objects.exists()
