# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is kept out, and what does not exist for whom, on the real database."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.factories.consents import TOLD, a_case, a_grant, standing
from tests.factories.networks import a_member, an_operator

from approdo.access.rules import Forbidden, Slice
from approdo.audit.models import Entry
from approdo.consents import selectors, services
from approdo.consents.models import Block, Masking
from approdo.consents.rules import Action, ConsentState, Relation, Terms, allowed
from approdo.kit.errors import Conflict, Invalid, NotFound

from .conftest import NOW

SECOND = timedelta(seconds=1)


def block(around, operator_id, **changes):
    """Keep somebody out, as the case manager."""
    values = {
        "actor": around.manager,
        "standing": standing(case_manager=True),
        "case_id": around.case,
        "operator_id": operator_id,
        "reason": "she_asked",
        "case_managers": [around.manager.operator_id],
        "now": NOW,
    }
    services.block(**(values | changes))


def unblock(around, operator_id, **changes):
    """Let somebody back, as the case manager."""
    values = {
        "actor": around.manager,
        "standing": standing(case_manager=True),
        "case_id": around.case,
        "operator_id": operator_id,
        "now": NOW + SECOND,
    }
    services.unblock(**(values | changes))


def mask(around, **changes):
    """Hide something from the hospital, as the case manager."""
    values = {"service_id": around.hospital.pk, "standing": standing(), "case_id": around.case, "now": NOW}
    services.mask(actor=around.manager, **(values | changes))


def unmask(around, **changes):
    """Show it again."""
    values = {"service_id": around.hospital.pk, "standing": standing(), "case_id": around.case, "now": NOW + SECOND}
    services.unmask(actor=around.manager, **(values | changes))


def test_who_is_kept_out_is_kept_out_of_that_case_until_she_is_let_back(around):
    officer = around.officer.operator_id
    block(around, officer)
    assert selectors.blocked(officer, around.case)
    assert selectors.blocked_cases(officer) == {around.case}
    assert not selectors.blocked(officer, uuid4())
    assert not selectors.blocked(around.nurse.operator_id, around.case)
    (line,) = selectors.blocks_of(around.case)
    assert (line.operator_id, line.reason, line.blocked_by) == (officer, "she_asked", around.manager.operator_id)
    unblock(around, officer)
    assert not selectors.blocked(officer, around.case)
    assert selectors.blocked_cases(officer) == frozenset()
    assert selectors.blocks_of(around.case) == ()


def test_keeping_out_twice_changes_nothing_nor_does_letting_back_twice(around):
    officer = around.officer.operator_id
    for _press in range(2):
        block(around, officer)
    assert Block.objects.count() == Entry.objects.filter(verb="block.add").count() == 1
    for _press in range(2):
        unblock(around, officer)
    assert Entry.objects.filter(verb="block.lift").count() == 1
    block(around, officer, now=NOW + 2 * SECOND)
    assert (Block.objects.count(), selectors.blocked(officer, around.case)) == (2, True)


def test_the_only_case_manager_is_kept_out_only_once_she_has_handed_over(around):
    manager, colleague = around.manager.operator_id, around.colleague.operator_id
    by_the_head = {"actor": around.head, "standing": standing()}
    with pytest.raises(Conflict) as refusal:
        block(around, manager, case_managers=[manager], **by_the_head)
    assert refusal.value.sentence.startswith("È l'unica a seguire questo percorso. Prima affidalo")
    assert Block.objects.count() == 0
    block(around, manager, case_managers=[manager, colleague], **by_the_head)
    block(around, around.nurse.operator_id, case_managers=[colleague], **by_the_head)
    assert selectors.blocked(manager, around.case)


def test_a_service_that_takes_part_keeps_out_its_own_people_only(around):
    own = a_member(around.hospital).pk
    here = {"actor": around.nurse, "standing": standing(Relation.PARTICIPANT)}
    block(around, own, **here)
    assert selectors.blocked(own, around.case)
    with pytest.raises(Forbidden):
        block(around, around.colleague.operator_id, **here)
    with pytest.raises(Forbidden):
        unblock(around, own, **here)
    with pytest.raises(NotFound):
        block(around, own, actor=around.nurse, standing=standing(Relation.NONE))


@pytest.mark.parametrize(
    ("changes", "field"), [({"reason": "revenge"}, "reason"), ({"operator_id": 10**12}, "operator_id")]
)
def test_whom_and_why_are_named_from_the_lists(around, changes, field):
    with pytest.raises(Invalid) as refusal:
        block(around, changes.pop("operator_id", around.officer.operator_id), **changes)
    assert set(refusal.value.problems) == {field}
    assert Block.objects.count() == 0


def test_somebody_of_no_service_can_be_kept_out_before_she_is_hired(around):
    operator = an_operator()
    block(around, operator.pk)
    assert selectors.blocked(operator.pk, around.case)


def presses(around, grant):
    """Every write of the room, as somebody of the leading service would press it."""
    on = {"case_id": around.case, "now": NOW + SECOND}
    terms = Terms(["risk"], "protection")
    hospital = around.hospital.pk
    return [
        lambda **who: services.grant(service_id=hospital, terms=terms, told=TOLD, **on, **who),
        lambda **who: services.renew(grant_id=grant, told=TOLD, **on, **who),
        lambda **who: services.revoke(grant_id=grant, **on, **who),
        lambda **who: services.revoke_all(**on, **who),
        lambda **who: services.not_shared(service_id=hospital, slices=["plan"], reason="not_safe", **on, **who),
        lambda **who: services.mask(service_id=hospital, slice_="risk", **on, **who),
        lambda **who: services.unmask(service_id=hospital, slice_="risk", **on, **who),
        lambda **who: services.block(operator_id=1, reason="party", case_managers=[], **on, **who),
        lambda **who: services.unblock(operator_id=who["actor"].operator_id, **on, **who),
        lambda **who: services.break_glass(reason="danger_to_life", **on, **who),
    ]


@pytest.mark.parametrize("place", range(10))
@pytest.mark.parametrize("relation", [*Relation])
def test_the_block_list_is_read_again_in_every_act_whatever_the_standing_says(around, place, relation):
    grant = a_grant(around.manager, around.case, around.hospital.pk, now=NOW)
    block(around, around.colleague.operator_id)
    stale = standing(relation, case_manager=True, glass_broken=True, independent=True)
    before = Entry.objects.count()
    with pytest.raises(services.Blocked):
        presses(around, grant)[place](actor=around.colleague, standing=stale)
    assert Entry.objects.count() == before
    assert selectors.blocked(around.colleague.operator_id, around.case)


def test_a_blocked_operator_is_answered_as_if_the_case_were_not_there_and_leaves_a_trace(around):
    blocked, absent = services.Blocked(), NotFound()
    assert (blocked.status, blocked.code, blocked.sentence) == (absent.status, absent.code, absent.sentence)
    assert str(blocked) == str(absent)
    block(around, around.officer.operator_id)
    services.note_attempt(actor=around.officer, case_id=around.case, now=NOW)
    (entry,) = Entry.objects.filter(verb="block.attempt")
    assert (entry.operator_id, entry.subject) == (around.officer.operator_id, f"case:{around.case}")


def test_being_blocked_beats_a_live_grant_and_an_open_glass(around):
    a_grant(around.manager, around.case, around.hospital.pk, Slice.RISK, now=NOW)
    nurse = around.nurse
    services.break_glass(
        actor=nurse, standing=standing(Relation.GRANTED), case_id=around.case, reason="cannot_speak", now=NOW
    )
    block(around, nurse.operator_id)
    consents = selectors.consent_states(service_id=around.hospital.pk, case_id=around.case, at=NOW)
    broken = selectors.break_glass_now(nurse.operator_id, around.case, NOW) is not None
    facts = {"glass_broken": broken, "blocked": selectors.blocked(nurse.operator_id, around.case)}
    held = standing(Relation.GRANTED, **facts)
    assert broken
    assert consents[Slice.RISK] is ConsentState.GIVEN
    assert not any(allowed(Action.READ, one, role=nurse.role, standing=held, consents=consents) for one in Slice)


def test_what_is_masked_does_not_exist_and_neither_does_the_mask(around):
    a_grant(around.manager, around.case, around.hospital.pk, Slice.RISK, now=NOW)
    asked = {"service_id": around.hospital.pk, "case_id": around.case, "at": NOW}
    without = selectors.live_slices(**asked)
    a_grant(around.manager, around.case, around.hospital.pk, Slice.RISK, Slice.HEALTH, now=NOW)
    mask(around, slice_="health")
    assert selectors.live_slices(**asked) == without == {Slice.RISK}
    assert selectors.consent_states(**asked)[Slice.HEALTH] is ConsentState.MASKED
    unmask(around, slice_="health")
    assert selectors.live_slices(**asked) == {Slice.RISK, Slice.HEALTH}


def test_a_mask_is_for_one_service_on_one_case(around):
    for service in (around.hospital, around.police):
        a_grant(around.manager, around.case, service.pk, Slice.HEALTH, now=NOW)
    a_grant(around.manager, other := a_case(), around.hospital.pk, Slice.HEALTH, now=NOW)
    mask(around, slice_="health")
    assert selectors.live_slices(service_id=around.hospital.pk, case_id=around.case, at=NOW) == frozenset()
    assert selectors.live_slices(service_id=around.police.pk, case_id=around.case, at=NOW) == {Slice.HEALTH}
    assert selectors.live_slices(service_id=around.hospital.pk, case_id=other, at=NOW) == {Slice.HEALTH}


def test_hiding_the_place_hides_the_children(around):
    granted = (Slice.LOCATION, Slice.CHILDREN, Slice.RISK)
    a_grant(around.manager, around.case, around.hospital.pk, *granted, now=NOW)
    mask(around, slice_="location")
    asked = {"service_id": around.hospital.pk, "case_id": around.case, "at": NOW}
    assert selectors.live_slices(**asked) == {Slice.RISK}
    assert selectors.consent_states(**asked)[Slice.CHILDREN] is ConsentState.MASKED
    assert [line.slice for line in selectors.masks_of(around.case)] == [Slice.LOCATION]


def test_a_single_entry_is_hidden_without_its_slice(around):
    a_grant(around.manager, around.case, around.hospital.pk, Slice.CHRONOLOGY, now=NOW)
    entry = uuid4()
    mask(around, entry_id=entry)
    asked = {"service_id": around.hospital.pk, "case_id": around.case}
    assert selectors.ask_masked_entries(**asked).value == {entry}
    assert selectors.live_slices(at=NOW, **asked) == {Slice.CHRONOLOGY}
    assert selectors.ask_masked_entries(service_id=around.police.pk, case_id=around.case).value == frozenset()
    unmask(around, entry_id=entry)
    assert selectors.ask_masked_entries(**asked).value == frozenset()


def test_hiding_twice_changes_nothing_nor_does_showing_twice(around):
    for _press in range(2):
        mask(around, slice_="health")
        mask(around, entry_id=around.case)
    assert Masking.objects.count() == Entry.objects.filter(verb="mask.add").count() == 2
    for _press in range(2):
        unmask(around, slice_="health")
    assert Entry.objects.filter(verb="mask.lift").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "slice"),
        ({"slice_": "health", "entry_id": uuid4()}, "slice"),
        ({"slice_": "soul"}, "slice"),
        ({"slice_": ""}, "slice"),
        ({"slice_": "health", "service_id": 10**12}, "service_id"),
    ],
)
def test_what_and_from_whom_are_named_from_the_lists(around, changes, field):
    with pytest.raises(Invalid) as refusal:
        mask(around, **changes)
    assert set(refusal.value.problems) == {field}
    assert Masking.objects.count() == 0


def test_only_the_leading_service_hides_and_shows(around):
    for press in (mask, unmask):
        with pytest.raises(Forbidden):
            press(around, slice_="health", standing=standing(Relation.PARTICIPANT))
        with pytest.raises(NotFound):
            press(around, slice_="health", standing=standing(Relation.NONE))
