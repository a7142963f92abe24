# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Emergency access across organisations: what opens, who is told at once, who reviews, and how it closes (P16)."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.factories.activations import TONIGHT, Town, a_town, an_activation
from tests.factories.consents import TOLD

from approdo.access.rules import Actor, Forbidden, Role, Slice
from approdo.access.services import as_system, entered
from approdo.cases.selectors import case_page
from approdo.cases.services import take_lead
from approdo.consents import services as consents
from approdo.consents.models import BreakGlass
from approdo.consents.rules import BEHIND_THE_GLASS
from approdo.kit import clock
from approdo.kit.errors import Invalid, NotFound
from approdo.networks.models import Membership
from approdo.notifications.models import Message
from approdo.persons.models import Entry
from approdo.persons.rules import SHAPES, Kind
from approdo.persons.services import add
from approdo.usecases import breaking, overview, record, sharing
from approdo.usecases.standing import standing_of
from approdo.vault.models import WrappedKey

pytestmark = pytest.mark.django_db

WRITTEN = {
    Kind.IDENTITY: {"given_name": "Canarina"},
    Kind.HEALTH: {"needs": "x"},
    Kind.LANGUAGE: {"interpreter": "yes"},
}


@pytest.fixture
def case(town: Town, centre: Actor) -> UUID:
    case_id = an_activation(town).case_id
    now = clock.now()
    with entered(actor=centre):
        take_lead(actor=centre, case_id=case_id, now=now)
        for kind, written in WRITTEN.items():
            add(actor=centre, case_id=case_id, kind=kind, written=written, declined=(), now=now)
    return case_id


def broken(actor: Actor, case: UUID, at: datetime | None = None) -> UUID:
    with entered(actor=actor):
        return breaking.break_glass(actor=actor, case_id=case, reason="danger_to_life", now=at or clock.now()).id


def reads(actor: Actor, case: UUID) -> set[Slice]:
    with entered(actor=actor):
        shown = record.record(actor, case, clock.now())
        return {one.slice for group in shown.groups for one in group.entries}


def kinds_in_the_database(actor: Actor) -> set[str]:
    with entered(actor=actor):
        return set(Entry.objects.values_list("kind", flat=True))


def was_broken(actor: Actor, case: UUID) -> UUID:
    """Broken two hours ago: its hour is over."""
    return broken(actor, case, at=clock.now() - timedelta(hours=2))


def day(actor: Actor) -> overview.Day:
    with entered(actor=actor):
        return overview.day(actor, clock.now())


def test_behind_the_glass_she_reads_who_and_how_bad_and_never_where(town: Town, case: UUID) -> None:
    assert reads(town.nurse, case) == set()
    broken(town.nurse, case)
    assert reads(town.nurse, case) == {Slice.IDENTITY, Slice.CONTACTS}
    assert kinds_in_the_database(town.nurse) == {"identity", "language"}


def test_the_database_opens_the_same_slices_as_the_table(town: Town, centre: Actor, case: UUID) -> None:
    """Every kind of entry there is: behind the glass exactly those whose slice the table names."""
    with entered(actor=centre):
        for kind, shape in SHAPES.items():
            if kind not in WRITTEN and kind is not Kind.NOTE:
                declined = [shape.fields[0].name]
                add(actor=centre, case_id=case, kind=kind, written={}, declined=declined, now=clock.now())
    broken(town.nurse, case)
    open_kinds = {kind.value for kind, shape in SHAPES.items() if shape.slice in BEHIND_THE_GLASS}
    assert kinds_in_the_database(town.nurse) == open_kinds - {"note"}


def test_only_who_broke_it_reads_and_only_for_its_hour(town: Town, case: UUID) -> None:
    was_broken(town.nurse, case)
    assert reads(town.nurse, case) == set()
    assert kinds_in_the_database(town.nurse) == set()
    broken(town.nurse, case)
    assert reads(town.nurse, case)
    colleague = town.actor(town.hospital, 2, Role.EMERGENCY_OPERATOR)
    assert reads(colleague, case) == set()
    assert kinds_in_the_database(colleague) == set()


def test_it_can_be_closed_before_its_time(town: Town, case: UUID) -> None:
    broken(town.nurse, case)
    with entered(actor=town.nurse):
        breaking.end(actor=town.nurse, case_id=case, now=clock.now())
    assert reads(town.nurse, case) == set()
    with entered(actor=town.nurse), pytest.raises(NotFound):
        breaking.end(actor=town.nurse, case_id=case, now=clock.now())


def test_what_is_masked_stays_masked_behind_the_glass(town: Town, centre: Actor, case: UUID) -> None:
    with entered(actor=centre):
        consents.mask(
            actor=centre,
            standing=standing_of(centre, case_page(centre, case), TONIGHT),
            case_id=case,
            service_id=town.hospital.pk,
            slice_="identity",
            now=clock.now(),
        )
    broken(town.nurse, case)
    assert reads(town.nurse, case) == {Slice.CONTACTS}
    assert kinds_in_the_database(town.nurse) == {"language"}


def test_who_is_kept_out_breaks_nothing(town: Town, centre: Actor, case: UUID) -> None:
    with entered(actor=centre):
        sharing.keep_out(
            actor=centre, case_id=case, operator_id=town.nurse.operator_id, reason="knows_him", now=clock.now()
        )
    with entered(actor=town.nurse), pytest.raises(NotFound):
        breaking.break_glass(actor=town.nurse, case_id=case, reason="danger_to_life", now=clock.now())


def test_who_leads_needs_none_and_who_is_not_there_finds_nothing(town: Town, centre: Actor, case: UUID) -> None:
    for actor in (centre, a_town("013075").nurse):
        with entered(actor=actor), pytest.raises(NotFound):
            breaking.may_break(actor, case, clock.now())


@pytest.mark.parametrize("reason", ["", "curiosity"])
def test_without_a_reason_nothing_opens_and_nobody_is_told(town: Town, case: UUID, reason: str) -> None:
    before = Message.objects.count()
    with entered(actor=town.nurse), pytest.raises(Invalid):
        breaking.break_glass(actor=town.nurse, case_id=case, reason=reason, now=clock.now())
    assert not BreakGlass.objects.exists()
    assert Message.objects.count() == before


def test_who_leads_and_who_reviews_are_told_at_once_and_of_nothing(
    town: Town, centre: Actor, coordinator: Actor, case: UUID
) -> None:
    glass = broken(town.nurse, case)
    sent = Message.objects.filter(reference=glass)
    assert {one.recipient_operator_id for one in sent} >= {centre.operator_id, coordinator.operator_id}
    assert town.nurse.operator_id not in {one.recipient_operator_id for one in sent}
    assert {one.template for one in sent} == {"notice"}
    assert set(sent.values_list("code", flat=True)) == {""}
    row = BreakGlass.objects.get()
    assert row.manager_told_at is not None
    assert row.reviewer_told_at is not None


def test_pressing_again_tells_nobody_again(town: Town, case: UUID) -> None:
    glass = broken(town.nurse, case)
    told = Message.objects.filter(reference=glass).count()
    assert broken(town.nurse, case) == glass
    assert Message.objects.filter(reference=glass).count() == told


def test_it_stands_on_the_day_of_who_leads_until_it_is_reviewed(
    town: Town, centre: Actor, coordinator: Actor, case: UUID
) -> None:
    glass = was_broken(town.nurse, case)
    assert [one.case_id for one in day(centre).glasses] == [case]
    assert day(town.nurse).glasses == ()
    assert day(coordinator).to_review == 1
    with entered(actor=coordinator):
        breaking.review(actor=coordinator, glass_id=glass, outcome="justified", now=clock.now())
    assert day(centre).glasses == ()
    assert day(coordinator).to_review == 0


def test_who_reviews_sees_who_why_and_what_was_read_but_no_case(town: Town, coordinator: Actor, case: UUID) -> None:
    was_broken(town.nurse, case)
    with entered(actor=coordinator):
        (one,) = breaking.reviews(coordinator, clock.now())
    assert one.glass.reason == "danger_to_life"
    assert one.service
    assert one.who
    assert not one.overdue


def test_a_review_is_given_once_and_by_nobody_else(town: Town, centre: Actor, coordinator: Actor, case: UUID) -> None:
    still_open = broken(town.nurse, case)
    with entered(actor=coordinator), pytest.raises(NotFound):
        breaking.review(actor=coordinator, glass_id=still_open, outcome="justified", now=clock.now())
    with entered(actor=town.nurse):
        breaking.end(actor=town.nurse, case_id=case, now=clock.now())
    glass = was_broken(town.nurse, case)
    for actor in (town.nurse, centre):
        with entered(actor=actor), pytest.raises(Forbidden):
            breaking.review(actor=actor, glass_id=glass, outcome="justified", now=clock.now())
    stranger_town = a_town("013075")
    stranger = stranger_town.actor(stranger_town.coordination, role=Role.NETWORK_COORDINATOR)
    with entered(actor=stranger), pytest.raises(NotFound):
        breaking.review(actor=stranger, glass_id=glass, outcome="justified", now=clock.now())
    with entered(actor=stranger):
        assert not BreakGlass.objects.exists(), "a coordinator of another network does not even see that it was"
    with entered(actor=coordinator), pytest.raises(Invalid):
        breaking.review(actor=coordinator, glass_id=glass, outcome="perhaps", now=clock.now())
    with entered(actor=coordinator):
        breaking.review(actor=coordinator, glass_id=glass, outcome="not_justified", now=clock.now())
    with entered(actor=coordinator), pytest.raises(NotFound):
        breaking.review(actor=coordinator, glass_id=glass, outcome="justified", now=clock.now())


def test_a_review_that_nobody_gave_in_three_days_is_overdue(town: Town, coordinator: Actor, case: UUID) -> None:
    broken(town.nurse, case)
    with entered(actor=coordinator):
        (one,) = breaking.reviews(coordinator, clock.now() + timedelta(hours=73))
    assert one.overdue


def holders(case: UUID) -> set[int]:
    return set(WrappedKey.objects.filter(case_id=case, private=False).values_list("organisation_id", flat=True))


def withdrawn() -> int:
    with as_system():
        return breaking.withdraw_lent_keys(now=clock.now())


def test_the_key_is_lent_for_the_hour_and_taken_back(town: Town, centre: Actor, case: UUID) -> None:
    broken(town.nurse, case)
    assert holders(case) == {centre.organisation_id, town.nurse.organisation_id}
    assert withdrawn() == 0, "not while it is open"
    with entered(actor=town.nurse):
        breaking.end(actor=town.nurse, case_id=case, now=clock.now())
    assert withdrawn() == 1
    assert holders(case) == {centre.organisation_id}
    assert withdrawn() == 0


def test_a_review_that_comes_before_the_sweep_takes_the_key_back_itself(
    town: Town, centre: Actor, coordinator: Actor, case: UUID
) -> None:
    glass = broken(town.nurse, case)
    with entered(actor=town.nurse):
        breaking.end(actor=town.nurse, case_id=case, now=clock.now())
    with entered(actor=coordinator):
        breaking.review(actor=coordinator, glass_id=glass, outcome="justified", now=clock.now())
    assert holders(case) == {centre.organisation_id}
    assert withdrawn() == 0


def test_an_earlier_access_that_nobody_reviewed_takes_no_key_from_a_later_one(
    town: Town, centre: Actor, case: UUID
) -> None:
    broken(town.nurse, case)
    with entered(actor=town.nurse):
        breaking.end(actor=town.nurse, case_id=case, now=clock.now())
    assert withdrawn() == 1
    colleague = town.actor(town.hospital, 2, Role.EMERGENCY_OPERATOR)
    broken(colleague, case)
    assert withdrawn() == 0
    assert holders(case) == {centre.organisation_id, town.nurse.organisation_id}
    with entered(actor=colleague):
        breaking.end(actor=colleague, case_id=case, now=clock.now())
    assert withdrawn() == 1


def test_the_key_stays_with_whom_something_was_granted_meanwhile(town: Town, centre: Actor, case: UUID) -> None:
    was_broken(town.nurse, case)
    with entered(actor=centre):
        sharing.grant(
            actor=centre,
            case_id=case,
            service_id=town.hospital.pk,
            slices=["health"],
            purpose="health_care",
            days=None,
            told=TOLD,
            now=clock.now(),
        )
    assert withdrawn() == 0
    assert holders(case) == {centre.organisation_id, town.nurse.organisation_id}


def test_a_consent_taken_back_meanwhile_does_not_take_the_key_out_of_her_hands(
    town: Town, centre: Actor, case: UUID
) -> None:
    broken(town.nurse, case)
    with entered(actor=centre):
        sharing.revoke_all(actor=centre, case_id=case, now=clock.now())
    assert reads(town.nurse, case) == {Slice.IDENTITY, Slice.CONTACTS}
    with entered(actor=town.nurse):
        breaking.end(actor=town.nurse, case_id=case, now=clock.now())
    assert withdrawn() == 1


def reminded(after: timedelta) -> set[int]:
    """Let the sweep come round, and return to whom it wrote."""
    before = set(Message.objects.values_list("pk", flat=True))
    with as_system():
        breaking.remind(now=clock.now() + after)
    sent = Message.objects.exclude(pk__in=before)
    assert {one.template for one in sent} <= {"notice"}
    return {one.recipient_operator_id for one in sent}


def test_a_review_that_nobody_gave_climbs_once_and_again_every_day(
    town: Town, centre: Actor, coordinator: Actor, case: UUID
) -> None:
    above = town.actor(town.centre, 2)
    Membership.objects.filter(operator=above.operator_id).update(role=Role.ORGANISATION_COORDINATOR)
    glass = broken(town.nurse, case)
    assert not reminded(timedelta(hours=71))
    assert {coordinator.operator_id, above.operator_id} <= reminded(timedelta(hours=73))
    assert not reminded(timedelta(hours=74)), "once"
    assert not reminded(timedelta(hours=96))
    assert reminded(timedelta(hours=98)), "and again the day after"
    with entered(actor=coordinator):
        breaking.review(actor=coordinator, glass_id=glass, outcome="justified", now=clock.now() + timedelta(hours=99))
    assert not reminded(timedelta(hours=150)), "not once it was reviewed"


def test_who_broke_it_and_who_is_kept_out_are_never_reminded(
    town: Town, centre: Actor, coordinator: Actor, case: UUID
) -> None:
    broken(town.nurse, case)
    Membership.objects.filter(operator=town.nurse.operator_id).update(role=Role.ORGANISATION_COORDINATOR)
    with entered(actor=centre):
        sharing.keep_out(
            actor=centre, case_id=case, operator_id=coordinator.operator_id, reason="knows_him", now=clock.now()
        )
    assert not reminded(timedelta(hours=73)) & {town.nurse.operator_id, coordinator.operator_id}


def test_what_is_overdue_stands_first(town: Town, centre: Actor, coordinator: Actor, case: UUID) -> None:
    broken(town.nurse, case, at=clock.now() - timedelta(hours=80))
    colleague = town.actor(town.hospital, 2, Role.EMERGENCY_OPERATOR)
    was_broken(colleague, case)
    assert [one.state for one in day(centre).glasses] == ["overdue", "ended"]
    assert (day(coordinator).to_review, day(coordinator).overdue) == (2, 1)
