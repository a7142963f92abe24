# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Break-glass on the real database: an hour, told at once, reviewed by somebody else within three days."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.factories.consents import a_case, a_grant, standing
from tests.factories.networks import a_member, a_service, acting

from approdo.access.rules import SYSTEM, Forbidden, Role, Slice
from approdo.audit.models import Entry
from approdo.consents import selectors, services
from approdo.consents.models import BreakGlass
from approdo.consents.rules import Action, BreakGlassState, Notice, Relation, allowed
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.rules import ServiceKind

from .conftest import NOW

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
INDEPENDENT = standing(Relation.NONE, independent=True)


def break_glass(around, **changes):
    """Open, as the nurse of a hospital that has nothing to do with the case."""
    values = {
        "actor": around.nurse,
        "standing": standing(Relation.NONE),
        "case_id": around.case,
        "reason": "danger_to_life",
        "now": NOW,
    }
    return services.break_glass(**(values | changes))


def review(around, glass_id, **changes):
    """Review, as the coordinator of the network."""
    values = {
        "actor": around.reviewer,
        "standing": INDEPENDENT,
        "case_id": around.case,
        "glass_id": glass_id,
        "outcome": "justified",
        "now": NOW + 2 * HOUR,
    }
    return services.review(**(values | changes))


def now_open(around, at, actor=None):
    """What is open to the nurse at an instant."""
    return selectors.break_glass_now((actor or around.nurse).operator_id, around.case, at)


def test_it_is_open_for_an_hour_to_her_alone_on_that_case(around):
    opened = break_glass(around)
    assert (opened.until, opened.state) == (NOW + HOUR, BreakGlassState.OPEN)
    assert now_open(around, NOW) == now_open(around, NOW + HOUR - SECOND) == opened
    assert now_open(around, NOW - SECOND) is None
    assert now_open(around, NOW + HOUR) is None
    assert now_open(around, NOW, around.officer) is None
    assert selectors.break_glass_now(around.nurse.operator_id, uuid4(), NOW) is None


def test_it_opens_who_she_is_and_how_bad_it_is_and_neither_the_place_nor_what_is_masked(around):
    break_glass(around)
    services.mask(
        actor=around.manager,
        standing=standing(),
        case_id=around.case,
        service_id=around.hospital.pk,
        slice_="contacts",
        now=NOW,
    )
    held = standing(Relation.NONE, glass_broken=now_open(around, NOW) is not None)
    consents = selectors.consent_states(service_id=around.hospital.pk, case_id=around.case, at=NOW)
    read = {one for one in Slice if allowed(Action.READ, one, role=around.nurse.role, standing=held, consents=consents)}
    assert read == {Slice.IDENTITY, Slice.RISK, Slice.CHRONOLOGY}


@pytest.mark.parametrize("minutes", [1, 15, 60])
def test_it_may_be_shorter(around, minutes):
    assert break_glass(around, minutes=minutes).until == NOW + minutes * MINUTE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minutes": 61}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": -5}, "minutes"),
        ({"reason": "curious"}, "reason"),
        ({"reason": ""}, "reason"),
    ],
)
def test_no_reason_or_more_than_an_hour_is_refused(around, changes, field):
    with pytest.raises(Invalid) as refusal:
        break_glass(around, **changes)
    assert set(refusal.value.problems) == {field}
    assert (BreakGlass.objects.count(), Entry.objects.count()) == (0, 0)


def test_a_second_press_opens_no_second_one_and_prolongs_nothing(around):
    first = break_glass(around, minutes=10)
    again = break_glass(around, minutes=60, now=NOW + 5 * MINUTE)
    assert (again.id, again.until) == (first.id, first.until)
    assert Entry.objects.filter(verb="glass.break").count() == 1
    assert break_glass(around, now=NOW + 10 * MINUTE).id != first.id


@pytest.mark.parametrize("who", ["head", "reviewer", "stranger"])
def test_coordinators_break_no_glass(around, who):
    with pytest.raises(NotFound):
        break_glass(around, actor=getattr(around, who))
    with pytest.raises(Forbidden):
        break_glass(around, actor=getattr(around, who), standing=standing(Relation.PARTICIPANT))
    with pytest.raises(Forbidden):
        break_glass(around, actor=SYSTEM)
    assert BreakGlass.objects.count() == 0


def test_who_leads_the_case_needs_none_and_a_service_that_treats_the_man_gets_none(around):
    with pytest.raises(Forbidden):
        break_glass(around, actor=around.manager, standing=standing())
    with pytest.raises(NotFound):
        break_glass(around, standing=standing(Relation.NONE, barred=True))
    assert BreakGlass.objects.count() == 0


def test_the_case_manager_and_a_reviewer_are_due_to_be_told_until_somebody_says_they_were(around):
    opened = break_glass(around)
    assert opened.notices_due == (Notice.CASE_MANAGER, Notice.REVIEWER)
    assert [one.id for one in selectors.notices_due(NOW)] == [opened.id]
    services.notice_sent(actor=SYSTEM, glass_id=opened.id, notice=Notice.CASE_MANAGER, now=NOW)
    (still,) = selectors.notices_due(NOW)
    assert still.notices_due == (Notice.REVIEWER,)
    for later in (SECOND, 2 * SECOND):
        services.notice_sent(actor=SYSTEM, glass_id=opened.id, notice=Notice.REVIEWER, now=NOW + later)
    assert selectors.notices_due(NOW + HOUR) == ()
    assert BreakGlass.objects.get().reviewer_told_at == NOW + SECOND, "the first time counts"
    assert Entry.objects.filter(verb="glass.tell").count() == 2


def test_it_is_reviewed_once_after_it_has_ended(around):
    opened = break_glass(around)
    with pytest.raises(Conflict):
        review(around, opened.id, now=NOW + HOUR - SECOND)
    assert review(around, opened.id, now=NOW + HOUR) is BreakGlassState.REVIEWED
    with pytest.raises(Conflict):
        review(around, opened.id, outcome="not_justified")
    row = BreakGlass.objects.get()
    assert (row.outcome, row.reviewed_by_id) == ("justified", around.reviewer.operator_id)
    assert Entry.objects.get(verb="glass.review").detail["outcome"] == "justified"


def test_what_nobody_reviews_in_three_days_is_overdue_and_can_still_be_reviewed(around):
    opened = break_glass(around)
    assert selectors.reviews_due(NOW + HOUR - SECOND) == ()
    states = {
        after: [one.state for one in selectors.reviews_due(NOW + after)]
        for after in (HOUR, 72 * HOUR - SECOND, 72 * HOUR)
    }
    assert [*states.values()] == [[BreakGlassState.ENDED], [BreakGlassState.ENDED], [BreakGlassState.OVERDUE]]
    review(around, opened.id, outcome="not_justified", now=NOW + 100 * HOUR)
    assert selectors.reviews_due(NOW + 101 * HOUR) == ()


def test_only_a_network_coordinator_of_another_organisation_of_the_network_reviews(around):
    opened = break_glass(around)
    of_the_same_house = acting(a_member(around.hospital, Role.NETWORK_COORDINATOR), around.hospital)
    herself = replace(around.nurse, organisation_id=around.reviewer.organisation_id, role=Role.NETWORK_COORDINATOR)
    for who in (of_the_same_house, herself, around.stranger, around.nurse, around.manager, around.head):
        with pytest.raises(NotFound):
            review(around, opened.id, actor=who)
    with pytest.raises(NotFound):
        review(around, opened.id, standing=standing(Relation.NONE))
    with pytest.raises(NotFound):
        review(around, uuid4())
    with pytest.raises(NotFound):
        review(around, opened.id, case_id=uuid4())
    assert BreakGlass.objects.get().reviewed_at is None


def test_the_list_of_a_reviewer_holds_what_she_may_review_and_nothing_that_is_kept_from_her(around):
    opened, kept_from_her = break_glass(around), a_case()
    break_glass(around, case_id=kept_from_her)
    services.block(
        actor=around.manager,
        standing=standing(),
        case_id=kept_from_her,
        operator_id=around.reviewer.operator_id,
        reason="knows_him",
        case_managers=[],
        now=NOW,
    )
    at = NOW + 2 * HOUR
    assert [one.id for one in selectors.reviews_for(around.reviewer, at=at)] == [opened.id]
    assert selectors.reviews_for(around.stranger, at=at) == ()
    coordination = a_service(organisation=around.hospital.organisation, kind=ServiceKind.NETWORK_COORDINATION)
    own = acting(a_member(coordination, Role.NETWORK_COORDINATOR), coordination)
    assert selectors.reviews_for(own, at=at) == ()
    with pytest.raises(Forbidden):
        selectors.reviews_for(around.head, at=at)


@pytest.mark.parametrize(
    ("who", "held"),
    [
        ("nurse", standing(Relation.NONE)),
        ("colleague", standing()),
        ("reviewer", INDEPENDENT),
    ],
)
def test_who_opened_it_who_leads_and_the_reviewer_close_it_early(around, who, held):
    opened = break_glass(around)
    press = {"actor": getattr(around, who), "standing": held, "case_id": around.case, "glass_id": opened.id}
    ended = services.end_break_glass(now=NOW + 5 * MINUTE, **press)
    assert (ended.state, ended.until) == (BreakGlassState.ENDED, NOW + 5 * MINUTE)
    assert now_open(around, NOW + 5 * MINUTE) is None
    assert services.end_break_glass(now=NOW + 6 * MINUTE, **press).until == NOW + 5 * MINUTE, "calmly"
    assert Entry.objects.filter(verb="glass.end").count() == 1
    assert break_glass(around, now=NOW + 7 * MINUTE).id != opened.id, "a new danger is a new one"


def test_nobody_else_closes_it(around):
    opened = break_glass(around)
    press = {"case_id": around.case, "glass_id": opened.id, "now": NOW + MINUTE}
    for who, held in (
        (around.officer, standing(Relation.NONE)),
        (around.stranger, INDEPENDENT),
    ):
        with pytest.raises(NotFound):
            services.end_break_glass(actor=who, standing=held, **press)
    absent = press | {"glass_id": uuid4()}
    with pytest.raises(NotFound):
        services.end_break_glass(actor=around.nurse, standing=standing(Relation.NONE), **absent)
    assert now_open(around, NOW + MINUTE) is not None


def test_a_grant_and_a_glass_stand_beside_each_other(around):
    a_grant(around.manager, around.case, around.hospital.pk, Slice.HEALTH, now=NOW)
    break_glass(around, standing=standing(Relation.GRANTED))
    assert selectors.live_slices(service_id=around.hospital.pk, case_id=around.case, at=NOW) == {Slice.HEALTH}
