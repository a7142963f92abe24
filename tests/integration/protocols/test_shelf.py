# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands on a network's shelf: brought by one, approved by another, withdrawn with a reason."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.factories.protocols import another

from approdo.access.rules import ROLE_PERMISSIONS, Forbidden, Permission, Role
from approdo.audit.models import Entry as AuditRow
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.protocols import selectors, services
from approdo.protocols.models import Edition, ShelfItem
from approdo.protocols.rules import DRAFT_TRANSITIONS, DraftAct, DraftState, Entry, Format, Part, ShelfKind
from approdo.protocols.rules.shelf import with_entry
from approdo.protocols.services import Brought, Overtaken, Which

from .conftest import NOW

HOUR = timedelta(hours=1)


def brought(content=b"Modulo in bianco", note="La prima volta."):
    return Brought(Format.TXT, content, note)


def shelve(world, actor=None, **changes):
    said = {"kind": ShelfKind.FORM, "title": "Modulo di consenso", "language": "it", "brought": brought(), "now": NOW}
    return services.shelve(actor=actor or world.coordinator, network_code="lake", **(said | changes))


@pytest.fixture
def second(world):
    return another(world.coordinator)


@pytest.fixture
def on_shelf(world, second):
    which = shelve(world)
    services.approve_edition(actor=second, which=which, now=NOW + HOUR)
    return which


def item(actor, which):
    return selectors.shelf_item(actor, "lake", which.item_id)


def test_what_one_brings_is_on_the_shelf_when_another_approves(world, second):
    which = shelve(world)
    with pytest.raises(NotFound):
        item(world.operator, which)
    assert services.approve_edition(actor=second, which=which, now=NOW + HOUR) == 1
    shown = item(world.operator, which)
    assert (shown.title, shown.kind, shown.language) == ("Modulo di consenso", ShelfKind.FORM, "it")
    held = shown.current
    assert (held.number, held.note, held.file_type) == (1, "La prima volta.", Format.TXT)
    assert (held.proposed_by, held.approved_by, held.approved_at) == ("Persona 2", "Accanto Persona", NOW + HOUR)
    assert selectors.edition_file(world.operator, "lake", which.item_id, held.id).content == b"Modulo in bianco"


def test_the_newest_comes_first_and_older_ones_stay_readable(world, second, on_shelf):
    newer = services.bring(
        actor=second, network_code="lake", item_id=on_shelf.item_id, brought=brought(b"Seconda", "Una riga."), now=NOW
    )
    assert item(world.operator, on_shelf).current.number == 1  # what was only proposed is not there yet
    with pytest.raises(NotFound):
        selectors.edition_file(world.operator, "lake", newer.item_id, newer.edition_id)
    services.approve_edition(actor=world.coordinator, which=newer, now=NOW)
    shown = item(world.operator, on_shelf)
    assert [one.number for one in shown.editions] == [2, 1]
    texts = [selectors.edition_file(world.operator, "lake", on_shelf.item_id, one.id).content for one in shown.editions]
    assert texts == [b"Seconda", b"Modulo in bianco"]


# who, in which state, does what: the one table of drafts, walked whole for the shelf

ACTS = {
    DraftAct.PROPOSE: lambda said: services.propose_edition(note="Una riga.", **said),
    DraftAct.TAKE_BACK: lambda said: services.take_back_edition(**said),
    DraftAct.SEND_BACK: lambda said: services.send_back_edition(reason="Manca la data.", **said),
    DraftAct.APPROVE: lambda said: services.approve_edition(**said),
    DraftAct.WITHDRAW: lambda said: services.give_up_edition(**said),
    DraftAct.SAVE: lambda said: services.save_glossary(
        change=lambda entries: with_entry(entries, None, Entry("nuovo", "Appena scritto.")), **said
    ),
}


def in_state(world, second, state):
    """A glossary that the coordinator wrote, in this state."""
    which = services.open_glossary(actor=world.coordinator, network_code="lake", now=NOW)
    steps = {
        DraftState.EDITING: [],
        DraftState.PROPOSED: [(DraftAct.PROPOSE, world.coordinator)],
        DraftState.PUBLISHED: [(DraftAct.PROPOSE, world.coordinator), (DraftAct.APPROVE, second)],
        DraftState.WITHDRAWN: [(DraftAct.WITHDRAW, world.coordinator)],
    }[state]
    for act, who in steps:
        ACTS[act]({"actor": who, "which": now_is(which), "now": NOW})
    return now_is(which)


def now_is(which):
    return replace(which, counter=Edition.objects.get(pk=which.edition_id).counter)


@pytest.mark.parametrize(("state", "act", "part"), list(product(DraftState, DraftAct, Part)))
def test_who_may_do_what_to_an_edition_is_the_table_of_drafts(world, second, state, act, part):
    which = in_state(world, second, state)
    actor = world.coordinator if part is Part.HAND else second
    said = {"actor": actor, "which": which, "now": NOW + HOUR}
    following, by = DRAFT_TRANSITIONS.get((state, act), (state, frozenset()))
    if part in by:
        ACTS[act](said)
        assert Edition.objects.get().state == following
    else:
        with pytest.raises(Conflict):
            ACTS[act](said)
        assert Edition.objects.get().state == state


def test_set_of_acts_is_whole():
    assert set(ACTS) == set(DraftAct)


@pytest.mark.parametrize("act", [DraftAct.APPROVE, DraftAct.SEND_BACK])
def test_who_decides_on_what_is_no_longer_there_is_told(world, second, act):
    which = shelve(world)
    services.take_back_edition(actor=world.coordinator, which=which, now=NOW)
    services.bring(actor=world.coordinator, network_code="lake", item_id=which.item_id, brought=brought(b"2"), now=NOW)
    with pytest.raises(Overtaken):
        ACTS[act]({"actor": second, "which": which, "now": NOW})
    assert Edition.objects.get().state == DraftState.PROPOSED


def test_what_is_sent_back_is_brought_again_in_its_place(world, second):
    which = shelve(world)
    services.send_back_edition(actor=second, which=which, reason="Manca la data.", now=NOW)
    assert [one.under_way.reason for one in selectors.shelf_waiting(world.coordinator)] == ["Manca la data."]
    again = services.bring(
        actor=world.coordinator, network_code="lake", item_id=which.item_id, brought=brought(b"Con la data"), now=NOW
    )
    assert again.edition_id == which.edition_id
    assert selectors.shelf_waiting(world.coordinator) == ()
    assert [one.id for one in selectors.shelf_waiting(second)] == [which.item_id]
    services.approve_edition(actor=second, which=again, now=NOW)
    assert selectors.edition_file(world.operator, "lake", which.item_id, which.edition_id).content == b"Con la data"


def test_one_edition_at_a_time_is_on_its_way(world, second):
    which = shelve(world)
    for actor in (world.coordinator, second):
        with pytest.raises(Conflict):
            services.bring(actor=actor, network_code="lake", item_id=which.item_id, brought=brought(b"2"), now=NOW)
    assert Edition.objects.count() == 1


def test_the_glossary_begins_with_the_shipped_one_and_goes_on_with_what_holds(world, second):
    which = in_state(world, second, DraftState.PUBLISHED)
    page = selectors.edition(world.operator, "lake", which.item_id, which.edition_id)
    assert page.entries == selectors.shipped_glossary()
    newer = services.open_glossary(actor=second, network_code="lake", now=NOW)
    assert services.open_glossary(actor=world.coordinator, network_code="lake", now=NOW) == newer
    ACTS[DraftAct.SAVE]({"actor": world.coordinator, "which": newer, "now": NOW})
    with pytest.raises(Overtaken):
        ACTS[DraftAct.SAVE]({"actor": second, "which": newer, "now": NOW})
    ACTS[DraftAct.PROPOSE]({"actor": world.coordinator, "which": now_is(newer), "now": NOW})
    with pytest.raises(Conflict):
        services.open_glossary(actor=second, network_code="lake", now=NOW)
    ACTS[DraftAct.APPROVE]({"actor": second, "which": now_is(newer), "now": NOW})
    shown = item(world.operator, which)
    assert [one.number for one in shown.editions] == [2, 1]
    newest = selectors.edition(world.operator, "lake", shown.id, shown.current.id)
    assert len(newest.entries) == len(page.entries) + 1


def test_a_withdrawn_item_says_why_stays_readable_and_changes_no_more(world, second, on_shelf):
    said = {"network_code": "lake", "item_id": on_shelf.item_id}
    with pytest.raises(Invalid):
        services.withdraw_item(actor=second, reason="  ", now=NOW, **said)
    services.withdraw_item(actor=second, reason="La Regione ne ha uno suo.", now=NOW + 2 * HOUR, **said)
    shown = item(world.operator, on_shelf)
    assert (shown.withdrawn_by, shown.withdrawn_reason) == ("Accanto Persona", "La Regione ne ha uno suo.")
    assert selectors.edition_file(world.operator, "lake", shown.id, shown.current.id).content
    for act in (
        lambda: services.withdraw_item(actor=second, reason="Ancora.", now=NOW, **said),
        lambda: services.bring(actor=second, brought=brought(), now=NOW, **said),
    ):
        with pytest.raises(Conflict):
            act()


@pytest.mark.parametrize("changes", [{"title": " "}, {"title": "x" * 121}, {"brought": brought(note="\n")}])
def test_bad_words_are_refused_and_nothing_is_kept(world, changes):
    with pytest.raises(Invalid):
        shelve(world, **changes)
    assert not ShelfItem.objects.exists()


@pytest.mark.parametrize("changes", [{"kind": ShelfKind.GLOSSARY}, {"language": "klingon"}])
def test_what_is_no_choice_of_the_page_is_not_there(world, changes):
    with pytest.raises(NotFound):
        shelve(world, **changes)


@pytest.mark.parametrize("role", Role)
def test_who_reads_and_who_brings_is_by_role(world, second, on_shelf, role):
    actor = replace(world.operator, role=role)
    reads, writes = (one in ROLE_PERMISSIONS[role] for one in (Permission.READ_PROTOCOL, Permission.PUBLISH_PROTOCOL))
    if reads:
        assert [one.id for one in selectors.shelf(actor, "lake")] == [on_shelf.item_id]
    else:
        with pytest.raises(Forbidden):
            selectors.shelf(actor, "lake")
    if writes:
        assert shelve(world, actor=actor, title="Altro")
    else:
        with pytest.raises(Forbidden):
            shelve(world, actor=actor, title="Altro")
    assert ShelfItem.objects.count() == 1 + writes


def test_another_networks_shelf_is_as_absent_as_one_that_does_not_exist(world, on_shelf):
    with pytest.raises(NotFound):
        selectors.shelf(world.stranger, "lake")
    with pytest.raises(NotFound):
        shelve(world, actor=world.stranger)
    with pytest.raises(NotFound):
        services.withdraw_item(
            actor=world.stranger, network_code="river", item_id=on_shelf.item_id, reason="No.", now=NOW
        )
    elsewhere = Which("river", on_shelf.item_id, on_shelf.edition_id, 2)
    with pytest.raises(NotFound):
        services.approve_edition(actor=world.stranger, which=elsewhere, now=NOW)
    assert selectors.shelf_waiting(world.stranger) == ()


def test_every_act_leaves_one_audit_row_without_a_word_of_the_text(world, second, on_shelf):
    services.withdraw_item(actor=second, network_code="lake", item_id=on_shelf.item_id, reason="Ragione", now=NOW)
    rows = AuditRow.objects.filter(verb__startswith="shelf.").order_by("id")
    assert [row.verb for row in rows] == ["shelf.open", "shelf.propose", "shelf.approve", "shelf.withdraw_item"]
    assert not any("Modulo" in f"{row.subject}{row.detail}" or "Ragione" in str(row.detail) for row in rows)


@pytest.mark.parametrize(
    "change",
    [
        {"content": b"altro"},
        {"approved_by_id": None, "approved_at": None, "number": None, "state": "editing"},
        {"note": "altro"},
    ],
)
def test_the_database_keeps_what_was_approved(on_shelf, change):
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Edition.objects.filter(pk=on_shelf.edition_id).update(**change)
    assert bytes(Edition.objects.get().content) == b"Modulo in bianco"


def test_the_database_lets_nobody_approve_her_own(world):
    which = shelve(world)
    own = {"approved_by_id": world.coordinator.operator_id, "approved_at": NOW, "number": 1, "state": "published"}
    with pytest.raises(IntegrityError, match="edition_approved_by_another"), transaction.atomic():
        Edition.objects.filter(pk=which.edition_id).update(**own)
