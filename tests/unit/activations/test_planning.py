# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which services an activation calls."""

from tests.factories.protocols import call, parsed
from tests.factories.services import service

from approdo.activations.rules.planning import competent, plan, supervising_service
from approdo.networks.rules import ServiceKind
from approdo.protocols.rules import Need

ALL_NEEDS = frozenset(Need)


def test_a_call_without_needs_is_always_made() -> None:
    made = plan(parsed(call()), frozenset({Need.CHILDREN}), [service(1)])
    assert [one.service.id for one in made.calls] == [1]


def test_a_call_for_another_need_is_not_made() -> None:
    document = parsed(call(), call("shelter", "shelter", needs=["safe_place"]))
    coverage = [service(1), service(2, ServiceKind.SHELTER)]
    assert [one.rule.key for one in plan(document, frozenset({Need.TALK_NOW}), coverage).calls] == ["centre"]
    assert [one.rule.key for one in plan(document, frozenset({Need.SAFE_PLACE}), coverage).calls] == [
        "centre",
        "shelter",
    ]


def test_of_two_centres_the_one_with_somebody_on_call_is_called() -> None:
    asleep = service(1, first=None, second=None)
    rule = parsed(call()).calls[0]
    assert [one.id for one in competent(rule, [asleep, service(2)])] == [2]


def test_then_the_open_one_then_the_rank_the_network_gave() -> None:
    rule = parsed(call()).calls[0]
    closed, ranked = service(1, open_now=False), service(2, rank=5)
    assert [one.id for one in competent(rule, [closed, ranked])] == [2]
    assert [one.id for one in competent(rule, [ranked, service(3, rank=1)])] == [3]


def test_a_rule_that_says_all_calls_every_competent_service() -> None:
    rule = parsed(call(choose="all")).calls[0]
    assert [one.id for one in competent(rule, [service(2), service(1)])] == [1, 2]


def test_a_kind_that_does_not_exist_here_is_answered_by_its_backup() -> None:
    document = parsed(call("shelter", "shelter", backup_kind="social_emergency"))
    made = plan(document, ALL_NEEDS, [service(1), service(7, ServiceKind.SOCIAL_EMERGENCY)])
    assert [one.service.id for one in made.calls] == [7]
    assert [rule.key for rule in made.without_service] == ["shelter"]


def test_without_a_backup_the_coordination_is_called_so_that_a_need_is_never_dropped() -> None:
    made = plan(parsed(call("shelter", "shelter")), ALL_NEEDS, [service(9, ServiceKind.NETWORK_COORDINATION)])
    assert [one.service.id for one in made.calls] == [9]


def test_a_network_without_any_service_calls_nobody_and_says_so() -> None:
    made = plan(parsed(call()), ALL_NEEDS, [])
    assert made.calls == ()
    assert [rule.key for rule in made.without_service] == ["centre"]


def test_the_coordination_supervises() -> None:
    assert supervising_service([service(1), service(9, ServiceKind.NETWORK_COORDINATION)]) == 9
    assert supervising_service([service(1)]) is None
