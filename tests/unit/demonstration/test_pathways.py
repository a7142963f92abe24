# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections import Counter
from datetime import date, time, timedelta

import pytest
from tests.factories.places import places

from approdo.activations.rules.states import StandDownReason
from approdo.cases.rules import TRANSITIONS, Arrival, CaseAct, CaseState
from approdo.cli.demonstration.pathways import (
    ACTIVATIONS,
    ARRIVALS,
    CASES,
    CLOSED,
    DAYS_OF_ACTIVATIONS,
    FURTHEST,
    PROVINCES,
    TOUR_ACTIVATIONS,
    TOUR_DEPARTMENT,
    TOUR_NETWORK,
)
from approdo.cli.demonstration.planning import plan_region
from approdo.cli.demonstration.region import PlannedCase, Region
from approdo.networks.rules import ServiceKind, instant
from approdo.protocols.rules import Need


def activated(region: Region) -> list[PlannedCase]:
    return [case for case in region.cases if case.activation]


@pytest.mark.parametrize(
    ("published", "field"),
    [(PROVINCES, "province"), (FURTHEST, "reached"), (CLOSED, "closed"), (ARRIVALS, "arrival")],
    ids=["province", "funnel", "closed", "arrival"],
)
def test_the_shares_are_those_published(region: Region, published: dict, field: str):
    counted = Counter(getattr(case, field) for case in region.cases)
    assert sum(counted.values()) == CASES
    for value, share in published.items():
        assert abs(counted[value] - CASES * share / sum(published.values())) < 1, value


def test_the_funnel_is_that_of_2018():
    taken_in_charge = FURTHEST[CaseState.INTAKE] + FURTHEST[CaseState.PLAN] + FURTHEST[CaseState.MONITORING]
    assert taken_in_charge == 2496
    assert taken_in_charge + FURTHEST[CaseState.RECEPTION] == 4295
    assert sum(FURTHEST.values()) == 6646


def test_arrivals_add_up_to_a_hundred():
    assert sum(ARRIVALS.values()) == pytest.approx(100)
    assert ARRIVALS[Arrival.POLICE] + ARRIVALS[Arrival.HEALTH] + ARRIVALS[Arrival.SOCIAL_SERVICE] == pytest.approx(32.7)


def test_every_pathway_walks_the_transition_table(region: Region):
    for case in region.cases:
        state, furthest = CaseState.CONTACT, CaseState.CONTACT
        for move in case.moves:
            state = TRANSITIONS[(state, move.act)]
            furthest = furthest if state is CaseState.CLOSED else state
        assert furthest is case.reached
        assert (state is CaseState.CLOSED) is case.closed
        assert CaseAct.REOPEN not in {move.act for move in case.moves}


def test_everything_happened_in_its_order_and_before_today(region: Region):
    midnight = instant(region.today, time(0))
    for case in region.cases:
        instants = [case.opened_at, *(move.at for move in case.moves)]
        assert instants == sorted(set(instants))
        assert instants[-1] < midnight


def test_a_pathway_is_opened_by_a_service_that_serves_the_place_and_led_by_its_centre(region: Region):
    services = region.by_key()
    networks = {network.code: network for network in region.networks}
    for case in region.cases:
        assert case.municipality in networks[case.network].territory
        assert places()[case.municipality].province == case.province
        assert case.municipality in services[case.service].territory
        assert case.member < len(services[case.service].members)
        for move in case.moves:
            assert services[move.service].kind is ServiceKind.SUPPORT_CENTRE
            assert case.municipality in services[move.service].territory


def test_sixty_began_with_an_activation_in_the_weeks_that_have_rotas(region: Region):
    found = activated(region)
    assert len(found) == ACTIVATIONS
    first = instant(region.today - timedelta(days=DAYS_OF_ACTIVATIONS), time(0))
    assert all(case.opened_at >= first for case in found)
    assert sum(case.network == TOUR_NETWORK for case in found) == TOUR_ACTIVATIONS


def test_most_activations_come_from_health_services(region: Region):
    arrivals = Counter(case.arrival for case in activated(region))
    assert arrivals.most_common(1)[0][0] is Arrival.HEALTH


def test_activations_end_in_every_way_and_the_open_ones_are_the_latest(region: Region):
    found = activated(region)
    endings = [case.activation.ending for case in found if case.activation]
    assert set(endings) == {"closed", "stood_down", "undone", "answered"}
    assert endings[-endings.count("answered") :] == ["answered"] * endings.count("answered")
    for case in found:
        assert case.activation
        assert (case.activation.reason is not None) is (case.activation.ending == "stood_down")
        assert case.activation.reason is not StandDownReason.MISTAKE


def test_activations_ask_for_everything_a_protocol_knows(region: Region):
    asked = {need for case in activated(region) if case.activation for need in case.activation.needs}
    assert asked == set(Need)


def test_steps_after_an_activation_wait_until_it_is_surely_over(region: Region):
    for case in activated(region):
        if case.moves:
            assert case.moves[0].at - case.opened_at >= timedelta(hours=4)


@pytest.mark.parametrize("today", [date(2026, 3, 31), date(2026, 10, 26), date(2026, 11, 25), date(2027, 1, 2)])
@pytest.mark.parametrize("seed", [2, 7, 1522])
def test_any_seed_on_any_day_gives_a_possible_past(seed: int, today: date):
    region = plan_region(seed=seed, today=today, places=places().values())
    midnight = instant(today, time(0))
    for case in region.cases:
        instants = [case.opened_at, *(move.at for move in case.moves)]
        assert instants == sorted(set(instants))
        assert instants[-1] < midnight
    assert len(activated(region)) == ACTIVATIONS
    tour = [case for case in activated(region) if case.service == TOUR_DEPARTMENT]
    assert len(tour) >= 2
