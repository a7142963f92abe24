# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A protocol of another network becomes a draft of one's own, and its origin stays on what comes of it."""

from datetime import timedelta

import pytest
from tests.factories.protocols import another, call, published, text

from approdo.access.rules import Forbidden
from approdo.kit.errors import NotFound
from approdo.protocols import selectors, services
from approdo.protocols.models import Draft, ProtocolVersion
from approdo.protocols.rules import errors
from approdo.protocols.services import NotPublishable

from .conftest import BERGAMO, NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def theirs(world):
    """What holds in the other network: a call that fits here, and one to a service that is not here."""
    calls = (call(fallback_phone="+39 0000 000001"), call("shelter", "shelter", needs=["safe_place"]))
    source = text(*calls, network="river", municipalities=[BERGAMO], name="Attivazione del fiume")
    return published(actor=world.stranger, network_code="river", text=source, now=NOW)


def adopt(world, theirs, actor=None):
    return services.adopt(
        actor=actor or world.coordinator, network_code="lake", version_id=theirs.version_id, now=NOW + HOUR
    )


def test_what_holds_elsewhere_may_be_adopted_and_ones_own_not(world, theirs):
    published(actor=world.coordinator, network_code="lake", text=text(), now=NOW)
    there = selectors.adoptable(world.coordinator, "lake", NOW + HOUR)
    assert [(one.network_code, one.name) for one in there] == [("river", "Attivazione del fiume")]
    assert [one.network_code for one in selectors.adoptable(world.stranger, "river", NOW + HOUR)] == ["lake"]
    assert selectors.adoptable(world.coordinator, "lake", NOW - HOUR) == ()


def test_one_press_makes_a_draft_with_its_origin_and_what_does_not_fit_in_words(world, theirs):
    draft = selectors.draft(world.coordinator, "lake", adopt(world, theirs))
    row = ProtocolVersion.objects.get(pk=theirs.version_id)
    assert (draft.origin.network_name, draft.origin.number, draft.origin.digest) == ("Rete river", 1, row.digest)
    assert [one.path for one in draft.left_out] == ["municipalities", "calls[0].fallback_phone", "calls[1].kind"]
    assert draft.document["network"] == "lake"
    assert "000001" not in str(draft.document)


def test_it_cannot_be_proposed_before_what_is_missing_here_is_mended(world, theirs):
    draft_id = adopt(world, theirs)
    said = {"actor": world.coordinator, "network_code": "lake", "draft_id": draft_id, "now": NOW + HOUR}
    with pytest.raises(NotPublishable) as caught:
        services.propose(counter=1, effective_from=None, **said)
    assert any(problem.path.startswith("calls[1]") for problem in errors(caught.value.examination.problems))


def test_the_origin_stays_on_the_version_that_comes_of_it_and_on_those_after(world, theirs):
    draft_id = adopt(world, theirs)
    said = {"network_code": "lake", "draft_id": draft_id, "now": NOW + HOUR}
    services.save_draft(
        actor=world.coordinator, counter=1, change=lambda made: made | {"calls": made["calls"][:1]}, **said
    )
    services.propose(actor=world.coordinator, counter=2, effective_from=None, **said)
    services.approve(actor=another(world.coordinator), counter=3, **said)
    first = selectors.version(world.operator, "lake", "urgent", 1).view
    assert (first.origin.network_name, first.origin.version_id) == ("Rete river", theirs.version_id)
    later = services.open_draft(actor=world.coordinator, network_code="lake", version=("urgent", 1), now=NOW + 2 * HOUR)
    draft = selectors.draft(world.coordinator, "lake", later)
    assert draft.origin.version_id == theirs.version_id
    assert draft.left_out == ()


def test_what_was_not_adopted_has_no_origin(world, theirs):
    assert selectors.version(world.stranger, "river", "urgent", 1).view.origin is None


def test_only_who_publishes_here_adopts_and_only_what_holds_elsewhere(world, theirs):
    own = published(actor=world.coordinator, network_code="lake", text=text(), now=NOW)
    with pytest.raises(Forbidden):
        adopt(world, theirs, actor=world.operator)
    with pytest.raises(NotFound):
        adopt(world, theirs, actor=world.stranger)  # into a network that is not hers
    with pytest.raises(NotFound):
        adopt(world, own)
    with pytest.raises(NotFound):
        services.adopt(actor=world.coordinator, network_code="lake", version_id=10**12, now=NOW)
    assert not Draft.objects.exists()
