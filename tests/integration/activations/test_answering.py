# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answering a call: seeing, taking, declining, passing the hand; and the table of who may do it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.factories.activations import TONIGHT, Town, a_town, an_activation

from approdo.access.rules import Actor, Forbidden, Permission, Role, may
from approdo.accounts.models import Operator
from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.permissions import ALLOWED, Act, Relation
from approdo.activations.rules.states import CallState, DeclineReason, StandDownReason
from approdo.activations.selectors import board, invitation_by_code, waiting_for
from approdo.activations.services import (
    close,
    decline,
    decline_by_code,
    look,
    look_by_code,
    receive,
    release,
    stand_down,
    take,
    take_by_code,
    take_by_reference,
    undo,
)
from approdo.activations.services.escalating import advance_due, rule_of
from approdo.cases.models import Event
from approdo.cases.rules import EventKind
from approdo.cases.selectors import case_page
from approdo.consents.models import Block
from approdo.kit.errors import Conflict, NotFound
from approdo.networks.models import Membership
from approdo.networks.rules import Channel
from approdo.notifications.models import Message
from approdo.notifications.rules import MessageState
from approdo.protocols.rules import Need

pytestmark = pytest.mark.django_db
SOON = TONIGHT + timedelta(minutes=3)


@pytest.fixture(scope="module")
def town(module_transaction: None) -> Town:
    return a_town()


@pytest.fixture(scope="module")
def activation_id(town: Town) -> UUID:
    return an_activation(town, Need.TALK_NOW).id


@pytest.fixture
def centre_call(activation_id: UUID) -> Call:
    return Call.objects.get(activation_id=activation_id, key="centre")


def code_of(alert: Alert) -> str:
    return Message.objects.filter(reference=alert.pk).exclude(code="").values_list("code", flat=True)[0]


def test_taking_ends_the_search_with_a_name_and_an_instant(town: Town, centre_call: Call) -> None:
    take(actor=town.actor(town.centre), call_id=centre_call.pk, now=SOON)
    centre_call.refresh_from_db()
    assert centre_call.state == CallState.TAKEN
    assert centre_call.taken_at == SOON
    assert centre_call.taken_by_id == town.people[town.centre.pk][0].pk
    assert centre_call.due_at is None
    mine = Alert.objects.get(call=centre_call, service=town.centre)
    assert Message.objects.get(reference=mine.pk, channel=Channel.APP).read_at == SOON, "who takes has read"
    assert not Message.objects.filter(state__in=[MessageState.HELD, MessageState.QUEUED]).exists()


def test_a_colleague_of_the_called_service_may_take_it_too(town: Town, centre_call: Call) -> None:
    take(actor=town.actor(town.centre, position=2), call_id=centre_call.pk, now=SOON)
    assert Call.objects.get(pk=centre_call.pk).taken_by_id == town.people[town.centre.pk][1].pk


def test_pressing_twice_is_harmless_and_the_first_instant_stays(town: Town, centre_call: Call) -> None:
    take(actor=town.actor(town.centre), call_id=centre_call.pk, now=SOON)
    take(actor=town.actor(town.centre), call_id=centre_call.pk, now=SOON + timedelta(minutes=1))
    assert Call.objects.get(pk=centre_call.pk).taken_at == SOON


def test_what_another_service_has_taken_is_not_taken_again(town: Town, centre_call: Call) -> None:
    take(actor=town.actor(town.coordination), call_id=centre_call.pk, now=SOON)
    with pytest.raises(Conflict) as refused:
        take(actor=town.actor(town.centre), call_id=centre_call.pk, now=SOON)
    assert refused.value.code == "already_taken"


def test_taking_one_call_leaves_the_others_searching(town: Town) -> None:
    made = an_activation(town, Need.TALK_NOW, Need.SAFE_PLACE)
    centre, shelter = (Call.objects.get(activation_id=made.id, key=key) for key in ("centre", "shelter"))
    take(actor=town.actor(town.centre), call_id=centre.pk, now=SOON)
    shelter.refresh_from_db()
    assert shelter.state == CallState.CALLING
    assert shelter.due_at is not None


def test_declining_needs_a_reason_and_calls_the_next_person_at_once(town: Town, centre_call: Call) -> None:
    decline(actor=town.actor(town.centre), call_id=centre_call.pk, reason=DeclineReason.CANNOT_NOW, now=SOON)
    centre_call.refresh_from_db()
    assert centre_call.state == CallState.CALLING
    assert centre_call.step == 2
    second = Alert.objects.get(call=centre_call, step=2)
    assert second.operator_id == town.people[town.centre.pk][1].pk
    assert Alert.objects.get(call=centre_call, step=1).decline_reason == DeclineReason.CANNOT_NOW
    assert not Message.objects.filter(reference=Alert.objects.get(call=centre_call, step=1).pk, state=MessageState.HELD)


def test_when_everybody_has_been_tried_a_refusal_calls_nobody_before_the_repeat(town: Town, centre_call: Call) -> None:
    while centre_call.step < len(rule_of(centre_call).escalation):
        advance_due(now=centre_call.due_at)
        centre_call.refresh_from_db()
    waits_until, alerted = centre_call.due_at, Alert.objects.filter(call=centre_call).count()
    last = Alert.objects.filter(call=centre_call, step=centre_call.step).select_related("service").get()
    who = Actor(last.operator_id, last.service.organisation_id, last.service_id, Role.NETWORK_COORDINATOR)
    decline(actor=who, call_id=centre_call.pk, reason=DeclineReason.CANNOT_NOW, now=waits_until - timedelta(minutes=1))
    centre_call.refresh_from_db()
    assert (centre_call.state, centre_call.due_at) == (CallState.CALLING, waits_until)
    assert Alert.objects.filter(call=centre_call).count() == alerted
    advance_due(now=waits_until)
    assert Alert.objects.filter(call=centre_call).count() > alerted


def test_somebody_who_was_not_alerted_has_nothing_to_decline(town: Town, centre_call: Call) -> None:
    with pytest.raises(Conflict) as refused:
        decline(
            actor=town.actor(town.centre, position=2),
            call_id=centre_call.pk,
            reason=DeclineReason.CANNOT_NOW,
            now=SOON,
        )
    assert refused.value.code == "not_alerted"


def test_passing_the_hand_starts_the_search_again_with_the_next_person(town: Town, centre_call: Call) -> None:
    taker = town.actor(town.centre)
    take(actor=taker, call_id=centre_call.pk, now=SOON)
    release(actor=taker, call_id=centre_call.pk, now=SOON + timedelta(minutes=1))
    centre_call.refresh_from_db()
    assert (centre_call.state, centre_call.taken_at, centre_call.step) == (CallState.CALLING, None, 2)


def test_only_the_service_that_took_it_passes_the_hand(town: Town, centre_call: Call) -> None:
    take(actor=town.actor(town.centre), call_id=centre_call.pk, now=SOON)
    with pytest.raises(Conflict):
        release(actor=town.actor(town.coordination), call_id=centre_call.pk, now=SOON)


def test_after_the_end_nobody_starts_a_search_that_nobody_could_stop(town: Town, centre_call: Call) -> None:
    actor = town.actor(town.centre)
    take(actor=actor, call_id=centre_call.pk, now=SOON)
    close(actor=town.nurse, activation_id=centre_call.activation_id, now=SOON)
    with pytest.raises(Conflict) as refused:
        release(actor=actor, call_id=centre_call.pk, now=SOON)
    assert refused.value.code == "already_ended"
    assert Call.objects.get(pk=centre_call.pk).state == CallState.TAKEN


def test_opening_the_board_is_seen_by_everybody_who_looks_at_it(town: Town, centre_call: Call) -> None:
    look(actor=town.actor(town.centre), activation_id=centre_call.activation_id, now=SOON)
    assert Alert.objects.get(call=centre_call).seen_at == SOON
    assert Event.objects.filter(subject=centre_call.pk, kind=EventKind.SEEN).count() == 1
    look(actor=town.actor(town.centre), activation_id=centre_call.activation_id, now=SOON + timedelta(minutes=1))
    assert Alert.objects.get(call=centre_call).seen_at == SOON


def test_a_colleague_who_looks_does_not_make_it_seen_by_the_person_on_call(town: Town, centre_call: Call) -> None:
    look(actor=town.actor(town.centre, position=2), activation_id=centre_call.activation_id, now=SOON)
    assert Alert.objects.get(call=centre_call).seen_at is None


def test_a_screen_that_shows_the_call_makes_it_delivered(town: Town, centre_call: Call) -> None:
    receive(actor=town.actor(town.centre), now=SOON)
    assert Message.objects.get(channel=Channel.APP).state == MessageState.DELIVERED


def test_a_screen_opened_after_the_end_was_not_reached_in_time(town: Town, centre_call: Call) -> None:
    stand_down(actor=town.nurse, activation_id=centre_call.activation_id, reason=StandDownReason.MISTAKE, now=SOON)
    receive(actor=town.actor(town.centre), now=SOON)
    assert Message.objects.get(channel=Channel.APP).state == MessageState.SENT


def test_who_is_called_finds_it_on_the_page_of_today(town: Town, centre_call: Call) -> None:
    waiting = waiting_for(town.actor(town.centre), SOON)
    assert [(one.call_id, one.mine, one.late) for one in waiting] == [(centre_call.pk, True, False)]
    [late] = waiting_for(town.nurse, TONIGHT + timedelta(minutes=16))
    assert (late.mine, late.late) == (False, True)


def test_a_called_service_can_open_the_case_and_reads_acts_not_words(town: Town, centre_call: Call) -> None:
    case_id = Activation.objects.get(pk=centre_call.activation_id).case_id
    page = case_page(town.actor(town.centre), case_id)
    assert {event.kind for event in page.chronology} >= {EventKind.ACTIVATED, EventKind.ALERTED}
    with pytest.raises(NotFound):
        case_page(town.actor(town.shelter), case_id)


# -- without signing in -----------------------------------------------------------------------------------------------


def test_the_link_of_an_alert_takes_the_call_without_signing_in(town: Town, centre_call: Call) -> None:
    code = code_of(Alert.objects.get(call=centre_call))
    shown = look_by_code(code=code, now=SOON)
    assert shown.state is CallState.CALLING
    assert Alert.objects.get(call=centre_call).seen_at == SOON
    take_by_code(code=code, now=SOON)
    assert Call.objects.get(pk=centre_call.pk).state == CallState.TAKEN
    take_by_code(code=code, now=SOON + timedelta(minutes=1))


def test_the_link_declines_with_a_reason(town: Town, centre_call: Call) -> None:
    decline_by_code(code=code_of(Alert.objects.get(call=centre_call)), reason=DeclineReason.NO_PLACE, now=SOON)
    assert Call.objects.get(pk=centre_call.pk).step == 2


@pytest.mark.parametrize("act", [take_by_code, look_by_code])
def test_a_wrong_or_old_code_answers_alike(town: Town, centre_call: Call, act: Callable[..., object]) -> None:
    code = code_of(Alert.objects.get(call=centre_call))
    for wrong, at in [("nonsense", SOON), ("", SOON), (code, TONIGHT + timedelta(hours=13))]:
        with pytest.raises(NotFound) as refused:
            act(code=wrong, now=at)
        assert refused.value.code == "not_found"
    assert Call.objects.get(pk=centre_call.pk).state == CallState.CALLING


@pytest.mark.parametrize("gone", ["left the service", "shut out", "kept out of the case"])
def test_who_works_there_no_more_or_is_kept_out_answers_neither_by_link_nor_by_text(
    town: Town, centre_call: Call, gone: str
) -> None:
    alert = Alert.objects.get(call=centre_call)
    code = code_of(alert)
    if gone == "left the service":
        Membership.objects.filter(operator=alert.operator_id).update(active=False)
    elif gone == "kept out of the case":
        case_id = Activation.objects.get(pk=centre_call.activation_id).case_id
        by = {"reason": "knows_him", "blocked_at": TONIGHT, "blocked_by_id": town.people[town.centre.pk][1].pk}
        Block.objects.create(case_id=case_id, operator_id=alert.operator_id, **by)
    else:
        Operator.objects.filter(pk=alert.operator_id).update(is_active=False)
    for act in (
        lambda: take_by_code(code=code, now=SOON),
        lambda: decline_by_code(code=code, reason=DeclineReason.NO_PLACE, now=SOON),
        lambda: look_by_code(code=code, now=SOON),
        lambda: invitation_by_code(code, SOON),
        lambda: take_by_reference(reference=alert.pk, now=SOON),
    ):
        with pytest.raises(NotFound):
            act()
    assert Call.objects.get(pk=centre_call.pk).state == CallState.CALLING


def test_only_the_hash_of_the_code_is_kept_beside_the_alert(town: Town, centre_call: Call) -> None:
    alert = Alert.objects.get(call=centre_call)
    assert code_of(alert) not in str(Alert.objects.filter(pk=alert.pk).values())


def test_a_reply_takes_the_call_it_was_about(town: Town, centre_call: Call) -> None:
    alert = Alert.objects.get(call=centre_call)
    take_by_reference(reference=alert.pk, now=SOON)
    assert Call.objects.get(pk=centre_call.pk).taken_by_id == alert.operator_id
    with pytest.raises(NotFound):
        take_by_reference(reference=uuid4(), now=SOON)


def test_a_reply_is_worth_nothing_once_its_link_is_old(town: Town, centre_call: Call) -> None:
    alert = Alert.objects.get(call=centre_call)
    with pytest.raises(NotFound):
        take_by_reference(reference=alert.pk, now=alert.code_expires_at)
    assert Call.objects.get(pk=centre_call.pk).state == CallState.CALLING


def test_a_code_cannot_take_what_was_stood_down(town: Town, centre_call: Call) -> None:
    code = code_of(Alert.objects.get(call=centre_call))
    stand_down(actor=town.nurse, activation_id=centre_call.activation_id, reason=StandDownReason.MISTAKE, now=SOON)
    with pytest.raises(Conflict) as refused:
        take_by_code(code=code, now=SOON)
    assert refused.value.code == "not_open"


# -- the whole table of who may do what -------------------------------------------------------------------------------


def acts(activation_id: UUID, call_id: UUID) -> dict[Act, Callable[[Actor], object]]:
    return {
        Act.READ: lambda actor: board(actor, activation_id, SOON),
        Act.UNDO: lambda actor: undo(actor=actor, activation_id=activation_id, now=TONIGHT),
        Act.STAND_DOWN: lambda actor: stand_down(
            actor=actor, activation_id=activation_id, reason=StandDownReason.MISTAKE, now=SOON
        ),
        Act.CLOSE: lambda actor: close(actor=actor, activation_id=activation_id, now=SOON),
        Act.TAKE: lambda actor: take(actor=actor, call_id=call_id, now=SOON),
        Act.DECLINE: lambda actor: decline(actor=actor, call_id=call_id, reason=DeclineReason.CANNOT_NOW, now=SOON),
        Act.RELEASE: lambda actor: release(actor=actor, call_id=call_id, now=SOON),
    }


@pytest.mark.parametrize("act", [*Act])
@pytest.mark.parametrize("relation", [*Relation])
@pytest.mark.parametrize(
    "role", [Role.ON_CALL_OPERATOR, Role.REGIONAL_ANALYST, Role.SYSTEM_ADMINISTRATOR, Role.LEARNER]
)
def test_every_act_by_every_relation_and_role(
    town: Town, centre_call: Call, act: Act, relation: Relation, role: Role
) -> None:
    service = {
        Relation.ACTIVATING: town.hospital,
        Relation.CALLED: town.centre,
        Relation.SUPERVISING: town.coordination,
        Relation.STRANGER: town.emergency,
    }[relation]
    actor = town.actor(service, role=role)
    perform = acts(centre_call.activation_id, centre_call.pk)[act]
    member = may(actor, Permission.ANSWER_CALL)
    before = (
        Activation.objects.filter(pk=centre_call.activation_id).values().get(),
        Call.objects.filter(pk=centre_call.pk).values().get(),
    )
    if member and relation in ALLOWED[act]:
        try:
            perform(actor)
        except Conflict:
            assert act in {Act.CLOSE, Act.RELEASE, Act.DECLINE}, "permitted, but not in this state"
        return
    expected = Forbidden if relation is not Relation.STRANGER or (act is Act.READ and not member) else NotFound
    with pytest.raises(expected):
        perform(actor)
    after = (
        Activation.objects.filter(pk=centre_call.activation_id).values().get(),
        Call.objects.filter(pk=centre_call.pk).values().get(),
    )
    assert before == after


@pytest.mark.parametrize("act", [*Act])
def test_hidden_and_absent_answer_alike(town: Town, centre_call: Call, act: Act) -> None:
    stranger = town.actor(town.emergency)
    answers = []
    for activation_id, call_id in [(centre_call.activation_id, centre_call.pk), (uuid4(), uuid4())]:
        with pytest.raises(NotFound) as refused:
            acts(activation_id, call_id)[act](stranger)
        answers.append((refused.value.code, refused.value.sentence, refused.value.status))
    assert answers[0] == answers[1]
