# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom a call alerts, and when it looks again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.protocols import call, parsed
from tests.factories.services import TONIGHT, contacts, person, service

from approdo.activations.rules.escalation import (
    NOBODY_RETRY,
    Detour,
    Recipient,
    messages_for,
    next_step,
    reach_of,
    targets_at,
)
from approdo.networks.rules import Channel, ContactView, ServiceKind, ServiceView
from approdo.protocols.rules import CallRule, Target

CHAIN = [
    {"to": "first_on_call", "wait_minutes": 15},
    {"to": "second_on_call", "wait_minutes": 10},
    {"to": "backup_service", "wait_minutes": 20},
    {"to": "coordinator"},
]
COORDINATION = service(9, ServiceKind.NETWORK_COORDINATION)
BACKUP = service(7, ServiceKind.SOCIAL_EMERGENCY)


def a_rule(**changes: object) -> CallRule:
    made = {"escalation": CHAIN, "backup_kind": "social_emergency", "repeat_minutes": 5} | changes
    return parsed(call(**made)).calls[0]


def steps(rule: CallRule, own: ServiceView | None, *others: ServiceView, count: int = 5) -> list[tuple[int, ...]]:
    """The operators alerted at each of the first steps that reach somebody (0 is a service's own line)."""
    coverage = [*([own] if own else []), *others]
    found, taken, now = [], 0, TONIGHT
    for _ in range(count):
        advance = next_step(rule, taken, reach_of(rule, own, coverage), now)
        found.append(tuple(recipient.operator_id or 0 for recipient in advance.recipients))
        taken, now = advance.step, advance.due_at
    return found


def test_first_person_second_person_backup_coordinator_then_everybody_again() -> None:
    own = service(1)
    assert steps(a_rule(), own, BACKUP, COORDINATION) == [(11,), (12,), (71,), (91,), (11, 12, 71, 91)]


def test_each_step_has_its_own_clock() -> None:
    rule = a_rule()
    waits = [targets_at(rule, step)[1] for step in range(1, 7)]
    assert waits == [timedelta(minutes=minutes) for minutes in (15, 10, 20, 5, 5, 5)]


def test_a_step_with_nobody_on_call_is_skipped_at_once_and_told() -> None:
    own = service(1, first=None)
    advance = next_step(a_rule(), 0, reach_of(a_rule(), own, [own, COORDINATION]), TONIGHT)
    assert advance.step == 2
    assert advance.missing == (Target.FIRST_ON_CALL,)
    assert [recipient.operator_id for recipient in advance.recipients] == [12]
    assert advance.due_at == TONIGHT + timedelta(minutes=10)


def test_when_nobody_at_all_can_be_alerted_the_call_stays_due_every_minute() -> None:
    own = service(1, first=None, second=None, contacts=())
    advance = next_step(a_rule(), 0, reach_of(a_rule(), own, [own]), TONIGHT)
    assert advance.recipients == ()
    assert set(advance.missing) == {
        Target.FIRST_ON_CALL,
        Target.SECOND_ON_CALL,
        Target.BACKUP_SERVICE,
        Target.COORDINATOR,
    }
    assert advance.due_at == TONIGHT + NOBODY_RETRY


def test_somebody_who_comes_on_call_later_is_found_by_the_next_look() -> None:
    rule, empty = a_rule(), service(1, first=None, second=None, contacts=())
    stuck = next_step(rule, 0, reach_of(rule, empty, [empty]), TONIGHT)
    there = service(1)
    found = next_step(rule, stuck.step, reach_of(rule, there, [there]), stuck.due_at)
    assert {recipient.operator_id for recipient in found.recipients} == {11, 12}


def test_out_of_hours_a_rule_may_go_straight_to_the_backup() -> None:
    closed = service(1, open_now=False)
    rule = a_rule(out_of_hours="backup")
    assert steps(rule, closed, BACKUP, COORDINATION, count=2) == [(71,), (91,)]


def test_out_of_hours_a_rule_calls_the_person_on_call_all_the_same_by_default() -> None:
    assert steps(a_rule(), service(1, open_now=False), BACKUP, COORDINATION, count=1) == [(11,)]


FIRST, SECOND, LINE = Target.FIRST_ON_CALL, Target.SECOND_ON_CALL, Target.SERVICE_LINE
WITH_LINE = [{"to": "first_on_call", "wait_minutes": 5}, {"to": "service_line", "wait_minutes": 5}, *CHAIN[2:]]
ALONE = service(1, first=None, second=None)
EMPTY = service(1, first=None, second=None, contacts=())
CLOSED = service(1, open_now=False)
DESERTED = service(7, ServiceKind.SOCIAL_EMERGENCY, first=None, second=None, contacts=())


@pytest.mark.parametrize(
    ("own", "others", "changes", "missing", "closed", "reached", "detour"),
    [
        (service(1), [BACKUP], {}, (), (), 11, None),
        (service(1, first=None), [BACKUP], {}, (FIRST,), (), 12, None),
        (ALONE, [BACKUP], {}, (FIRST, SECOND), (), 71, Detour.NOBODY_ON_CALL),
        (ALONE, [BACKUP], {"escalation": WITH_LINE}, (FIRST,), (), 0, Detour.NOBODY_ON_CALL),
        (service(1), [BACKUP], {"escalation": WITH_LINE[1:]}, (), (), 0, None),
        (CLOSED, [BACKUP], {}, (), (), 11, None),
        (CLOSED, [BACKUP], {"out_of_hours": "backup"}, (), (FIRST, SECOND), 71, Detour.CLOSED),
        (
            CLOSED,
            [BACKUP],
            {"out_of_hours": "backup", "escalation": WITH_LINE},
            (),
            (FIRST, LINE),
            71,
            Detour.CLOSED,
        ),
        (
            CLOSED,
            [DESERTED],
            {"out_of_hours": "backup"},
            (Target.BACKUP_SERVICE,),
            (FIRST, SECOND),
            91,
            Detour.NOBODY_ON_CALL,
        ),
        (service(1, first=None), [BACKUP], {"out_of_hours": "backup"}, (FIRST,), (), 12, None),
        (EMPTY, [BACKUP], {"out_of_hours": "backup"}, (FIRST, SECOND), (), 71, Detour.NOBODY_ON_CALL),
    ],
)
def test_nobody_on_call_is_one_thing_and_closed_at_this_hour_another(
    own: ServiceView,
    others: list[ServiceView],
    changes: dict[str, object],
    missing: tuple[Target, ...],
    closed: tuple[Target, ...],
    reached: int,
    detour: Detour | None,
) -> None:
    rule = a_rule(**changes)
    advance = next_step(rule, 0, reach_of(rule, own, [own, *others, COORDINATION]), TONIGHT)
    assert (advance.missing, advance.closed) == (missing, closed)
    assert [recipient.operator_id or 0 for recipient in advance.recipients] == [reached]
    assert advance.detour is detour


def test_when_everybody_is_alerted_again_a_closed_service_is_passed_by_and_nobody_is_said_to_be_missing() -> None:
    rule = a_rule(out_of_hours="backup")
    advance = next_step(rule, 4, reach_of(rule, CLOSED, [CLOSED, BACKUP, COORDINATION]), TONIGHT)
    assert [recipient.operator_id for recipient in advance.recipients] == [71, 91]
    assert (advance.missing, advance.closed) == ((), (FIRST, SECOND))


def test_a_closed_service_without_anybody_else_is_nobody_on_call() -> None:
    rule = a_rule(out_of_hours="backup")
    advance = next_step(rule, 0, reach_of(rule, CLOSED, [CLOSED]), TONIGHT)
    assert advance.recipients == ()
    assert advance.closed == (FIRST, SECOND)
    assert advance.detour is Detour.NOBODY_ON_CALL


def test_a_backup_without_anybody_on_call_is_reached_on_its_own_line() -> None:
    line_only = service(7, ServiceKind.SOCIAL_EMERGENCY, first=None, second=None)
    own = service(1, first=None, second=None)
    advance = next_step(a_rule(), 0, reach_of(a_rule(), own, [own, line_only, COORDINATION]), TONIGHT)
    assert advance.recipients == (Recipient(7, None, line_only.contacts, Target.BACKUP_SERVICE),)


def test_a_service_is_not_its_own_backup() -> None:
    own = service(7, ServiceKind.SOCIAL_EMERGENCY, first=None, second=None)
    advance = next_step(a_rule(), 2, reach_of(a_rule(), own, [own, COORDINATION]), TONIGHT)
    assert [recipient.target for recipient in advance.recipients] == [Target.COORDINATOR]


def test_a_person_who_is_both_backup_and_coordinator_is_alerted_once_when_everybody_is() -> None:
    own = service(9, ServiceKind.NETWORK_COORDINATION)
    advance = next_step(a_rule(), 4, reach_of(a_rule(), own, [own]), TONIGHT)
    assert [recipient.operator_id for recipient in advance.recipients] == [91, 92]


@given(
    first=st.booleans(), second=st.booleans(), line=st.booleans(), backup=st.booleans(), coordination=st.booleans(),
    taken=st.integers(0, 20), out_of_hours=st.sampled_from(["on_call", "backup"]), is_open=st.booleans(),
)  # fmt: skip
def test_the_search_never_stops_and_never_passes_over_somebody_reachable(
    first: bool,
    second: bool,
    line: bool,
    backup: bool,
    coordination: bool,
    taken: int,
    out_of_hours: str,
    is_open: bool,
) -> None:
    own = service(
        1,
        first=person(11) if first else None,
        second=person(12, 2) if second else None,
        contacts=contacts(10) if line else (),
        open_now=is_open,
    )
    coverage = [own, *([BACKUP] if backup else []), *([COORDINATION] if coordination else [])]
    rule = a_rule(out_of_hours=out_of_hours)
    reach = reach_of(rule, own, coverage)
    advance = next_step(rule, taken, reach, TONIGHT)
    assert advance.due_at > TONIGHT
    reachable = any(reach(escalation.to) for escalation in rule.escalation)
    if taken < len(rule.escalation):
        reachable = any(reach(escalation.to) for escalation in rule.escalation[taken:]) or reachable
    assert bool(advance.recipients) == reachable
    if not advance.recipients:
        assert advance.due_at == TONIGHT + NOBODY_RETRY
    keys = [(recipient.service_id, recipient.operator_id) for recipient in advance.recipients]
    assert len(keys) == len(set(keys))


def a_recipient(*channels: Channel) -> Recipient:
    return Recipient(1, 11, tuple(ContactView(channel, f"to {channel}") for channel in channels), Target.FIRST_ON_CALL)


def test_an_alert_goes_by_the_loud_channels_at_once_and_by_voice_if_nobody_reads() -> None:
    recipient = a_recipient(Channel.EMAIL, Channel.SMS, Channel.VOICE)
    rule = a_rule(channels={"at_once": ["app", "email", "sms"], "if_unread": ["voice"], "after_seconds": 90})
    sent = [(message.channel, message.wave, message.after_seconds) for message in messages_for(rule, recipient)]
    assert sent == [
        (Channel.APP, 0, 0),
        (Channel.EMAIL, 0, 0),
        (Channel.SMS, 0, 0),
        (Channel.VOICE, 1, 90),
    ]


def test_somebody_who_has_only_a_telephone_is_rung_at_once() -> None:
    rule = a_rule(channels={"at_once": ["app", "sms"], "if_unread": ["voice"], "after_seconds": 90})
    sent = [(message.channel, message.wave) for message in messages_for(rule, a_recipient(Channel.VOICE))]
    assert sent == [(Channel.APP, 0), (Channel.VOICE, 0)]


def test_a_contact_the_protocol_did_not_think_of_is_still_used_when_there_is_no_other() -> None:
    rule = a_rule(channels={"at_once": ["sms"]})
    sent = [(message.channel, message.wave) for message in messages_for(rule, a_recipient(Channel.EMAIL))]
    assert sent == [(Channel.APP, 0), (Channel.EMAIL, 0)]


def test_the_line_of_a_service_shows_on_every_open_screen_of_that_service() -> None:
    line = Recipient(4, None, (), Target.SERVICE_LINE)
    assert messages_for(a_rule(), line)[0].address == "s:4"
    assert messages_for(a_rule(), a_recipient())[0].address == "o:11"
