# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts in the database: written by several hands, approved by another, and never half."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from tests.factories.protocols import call, document, text

from approdo.access.rules import ROLE_PERMISSIONS, Forbidden, Permission, Role
from approdo.audit.models import Entry
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.protocols import selectors, services
from approdo.protocols.models import Draft, ProtocolVersion
from approdo.protocols.rules import DraftState, digest, read
from approdo.protocols.services import NotPublishable, Overtaken, Unshowable
from approdo.usecases import drafting, notices

from .conftest import NOW, member

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def second(world):
    """Another coordinator of the lake."""
    return member(world.coordination, Role.NETWORK_COORDINATOR, 9)


class Written:
    """A draft with its counter, as somebody holds it in her hands."""

    def __init__(self, actor, made=None, network="lake"):
        self.actor, self.network = actor, network
        self.id = services.open_draft(actor=actor, network_code=network, now=NOW)
        self.counter = 1
        if made:
            self.save(made)

    def save(self, made, actor=None):
        self.counter = services.save_draft(**self.named(actor), change=lambda _old: made, now=NOW)

    def named(self, actor=None):
        words = {"network_code": self.network, "draft_id": self.id, "counter": self.counter}
        return {"actor": actor or self.actor, **words}

    def does(self, act, actor=None, now=NOW, **more):
        made = act(**self.named(actor), now=now, **more)
        self.counter += 1
        return made

    @property
    def row(self):
        return Draft.objects.get(pk=self.id)


def test_it_goes_from_one_hand_to_another_and_is_published_as_it_was_proposed(world, second):
    draft = Written(world.coordinator, document())
    draft.does(services.propose, effective_from=None)
    made = draft.does(services.approve, second, LATER)
    version = ProtocolVersion.objects.get(pk=made.version_id)
    assert (version.digest, version.effective_from) == (digest(document()), LATER)
    assert version.published_by_id == second.operator_id
    assert read(version.source).document == document()
    assert version.source.startswith("format: 1\ncode: urgent\nname:"), "in the order in which people read"
    row = draft.row
    assert (row.state, row.approved_by_id, row.version_id) == ("published", second.operator_id, version.pk)


def test_each_act_leaves_one_entry_with_codes_only(world, second):
    draft = Written(world.coordinator, document())
    draft.does(services.propose, effective_from=None)
    draft.does(services.send_back, second, reason="Manca la notte")
    draft.does(services.propose, effective_from=None)
    draft.does(services.take_back)
    draft.does(services.propose, effective_from=LATER)
    draft.does(services.approve, second)
    verbs = [entry.verb for entry in Entry.objects.order_by("pk") if entry.subject == f"draft:{draft.id}"]
    acts = ["open", "save", "propose", "send_back", "propose", "take_back", "propose"]
    assert verbs == [f"draft.{act}" for act in acts]
    (published,) = Entry.objects.filter(verb="protocol.publish")
    assert published.detail["draft"] == draft.id
    assert published.detail["proposed_by"] == world.coordinator.operator_id


@pytest.mark.parametrize("role", Role)
def test_only_who_may_publish_has_anything_to_do_with_drafts(world, role):
    draft = Written(world.coordinator, document())
    actor = replace(world.coordinator, role=role)
    acts = (
        lambda: services.open_draft(actor=actor, network_code="lake", now=NOW),
        lambda: services.save_draft(**draft.named(actor), change=lambda old: old, now=NOW),
        lambda: services.withdraw(**draft.named(actor), now=NOW),
        lambda: services.propose(**draft.named(actor), effective_from=None, now=NOW),
        lambda: services.approve(**draft.named(actor), now=NOW),
        lambda: selectors.draft(actor, "lake", draft.id),
        lambda: selectors.drafts(actor, "lake"),
        lambda: selectors.proposer(actor, "lake", draft.id),
    )
    for act in acts if Permission.PUBLISH_PROTOCOL not in ROLE_PERMISSIONS[role] else ():
        with pytest.raises(Forbidden):
            act()
    assert draft.row.counter == 2


def test_another_networks_draft_is_as_absent_as_one_that_does_not_exist(world):
    draft = Written(world.coordinator, document())
    for network, draft_id in (("lake", draft.id), ("river", draft.id), ("river", 10**30), ("nowhere", draft.id)):
        with pytest.raises(NotFound):
            selectors.draft(world.stranger, network, draft_id)
        with pytest.raises(NotFound):
            services.save_draft(
                actor=world.stranger,
                network_code=network,
                draft_id=min(draft_id, 2**40),
                counter=2,
                change=lambda old: old,
                now=NOW,
            )
    assert selectors.drafts(world.stranger, "river") == ()
    assert selectors.drafts_waiting(world.stranger) == ()


def test_who_acts_on_an_older_one_is_told_and_changes_nothing(world, second):
    draft = Written(world.coordinator, document())
    held = draft.named(second)
    draft.save(document(name="Di lei"))
    with pytest.raises(Overtaken):
        services.save_draft(**held, change=lambda old: old | {"name": "Mio"}, now=NOW)
    assert draft.row.document["name"] == "Di lei"


def test_what_was_read_is_what_is_approved(world, second):
    """Taken back, changed and proposed again while she read: her approval is of a text that is no more."""
    draft = Written(world.coordinator, document())
    draft.does(services.propose, effective_from=None)
    held = draft.named(second)
    draft.does(services.take_back)
    draft.save(document(name="Tutt'altro"))
    draft.does(services.propose, effective_from=None)
    with pytest.raises(Overtaken):
        services.approve(**held, now=NOW)
    assert not ProtocolVersion.objects.exists()


def test_the_last_hand_proposes_and_is_not_the_one_who_approves(world, second):
    draft = Written(world.coordinator, document())
    draft.save(document(name="Con una correzione"), second)
    with pytest.raises(Conflict):
        services.propose(**draft.named(world.coordinator), effective_from=None, now=NOW)
    draft.does(services.propose, second, effective_from=None)
    with pytest.raises(Conflict):
        services.approve(**draft.named(second), now=NOW)
    assert draft.does(services.approve, world.coordinator).number == 1


def test_a_document_with_errors_is_kept_and_not_proposed(world):
    draft = Written(world.coordinator, document(call(repeat_minutes=999)))
    with pytest.raises(NotPublishable) as caught:
        services.propose(**draft.named(), effective_from=None, now=NOW)
    assert [problem.path for problem in caught.value.examination.problems] == ["calls[0].repeat_minutes"]
    assert draft.row.state == "editing"


def test_what_has_not_the_shape_of_a_protocol_is_not_kept(world):
    draft = Written(world.coordinator, document())
    for made in (document(calls={}), document(more=1), document(name="x" * 121), document(call(after="x" * 300_000))):
        with pytest.raises(Unshowable):
            draft.save(made)
    assert draft.row.document == document()


def test_a_text_is_readdressed_when_it_is_loaded_and_its_comments_stay_behind(world):
    draft = Written(world.coordinator)
    source = "# perché\n" + text(network="river")
    services.load_draft(**draft.named(), text=source.encode(), now=NOW)
    assert draft.row.document == document()


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501])
def test_without_a_reason_nothing_is_sent_back(world, second, reason):
    draft = Written(world.coordinator, document())
    draft.does(services.propose, effective_from=None)
    with pytest.raises(Invalid):
        services.send_back(**draft.named(second), reason=reason, now=NOW)
    assert draft.row.state == "proposed"


def test_a_beginning_that_passed_meanwhile_publishes_nothing(world, second):
    draft = Written(world.coordinator, document())
    draft.does(services.propose, effective_from=LATER)
    with pytest.raises(NotPublishable):
        services.approve(**draft.named(second), now=LATER + timedelta(seconds=1))
    assert draft.row.state == "proposed"
    assert not ProtocolVersion.objects.exists()


def test_others_are_told_of_a_proposal_and_she_of_what_became_of_it(world, second, monkeypatch):
    told = []
    monkeypatch.setattr(notices, "tell", lambda people, _reference, _now: told.append(sorted(people)))
    draft = Written(world.coordinator, document())
    draft.does(drafting.propose, effective_from=None)
    draft.does(drafting.send_back, second, reason="Manca la notte")
    draft.does(drafting.propose, effective_from=None)
    draft.does(drafting.approve, second)
    hers, others = [world.coordinator.operator_id], [second.operator_id]
    assert told == [others, hers, others, hers]


def test_the_others_of_a_draft_are_who_may_publish_there_and_had_no_hand_in_it(world, second):
    draft = Written(world.coordinator, document())
    assert selectors.draft(world.coordinator, "lake", draft.id).others == ("Persona 9",)
    draft.save(document(name="Altro"), second)
    assert selectors.draft(world.coordinator, "lake", draft.id).others == ("Persona 2",)


def test_what_waits_for_her_is_proposed_by_others_or_sent_back_and_untouched(world, second):
    draft = Written(world.coordinator, document())
    draft.does(services.propose, effective_from=None)
    assert selectors.drafts_waiting(world.coordinator) == ()
    assert [one.state for one in selectors.drafts_waiting(second)] == [DraftState.PROPOSED]
    draft.does(services.send_back, second, LATER, reason="Manca la notte")
    assert [one.state for one in selectors.drafts_waiting(world.coordinator)] == [DraftState.EDITING]
    assert selectors.drafts_waiting(second) == ()
    assert selectors.drafts_waiting(world.operator) == ()


def test_a_withdrawn_draft_is_listed_no_more_and_still_there(world):
    draft = Written(world.coordinator, document())
    draft.does(services.withdraw)
    assert selectors.drafts(world.coordinator, "lake") == ()
    assert selectors.draft(world.coordinator, "lake", draft.id).line.state is DraftState.WITHDRAWN
    with pytest.raises(Conflict):
        draft.save(document(name="Altro"))


CONTRADICTIONS = {
    "approved by who proposed it": lambda me, other: {"approved_by_id": me},
    "published without who approved it": lambda me, other: {"approved_by_id": None},
    "published without a version": lambda me, other: {"version_id": None},
    "approved by who changed it last": lambda me, other: {"proposed_by_id": other, "changed_by_id": other},
    "proposed by another than its last hand": lambda me, other: {"changed_by_id": other},
    "proposed at no moment": lambda me, other: {"proposed_at": None},
    "sent back without a reason": lambda me, other: {"returned_by_id": other, "returned_at": NOW},
    "a state that nobody knows": lambda me, other: {"state": "lost"},
    "approved and still open": lambda me, other: {"state": "editing"},
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_the_database_refuses_what_contradicts_itself(world, second, case):
    draft = Written(world.coordinator, document())
    draft.does(services.propose, effective_from=None)
    draft.does(services.approve, second)
    changes = CONTRADICTIONS[case](world.coordinator.operator_id, second.operator_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.filter(pk=draft.id).update(**changes)


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_publish_one_version(world):
    draft = Written(world.coordinator, document())
    draft.does(services.propose, effective_from=None)
    others = [member(world.coordination, Role.NETWORK_COORDINATOR, number) for number in (20, 21, 22)]
    made, refused = [], []

    def press(actor):
        try:
            made.append(services.approve(**draft.named(actor), now=NOW).number)
        except Conflict as refusal:
            refused.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(actor,)) for actor in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert made == [1]
    assert len(refused) == 2
    assert ProtocolVersion.objects.count() == 1
