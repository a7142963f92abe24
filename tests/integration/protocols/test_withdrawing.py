# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A published version is withdrawn by two persons: it holds no more, and the one before it holds again."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from tests.factories.protocols import another, published, text

from approdo.access.rules import Forbidden
from approdo.audit.models import Entry
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.rules import Period
from approdo.protocols import selectors, services
from approdo.protocols.models import Withdrawal
from approdo.protocols.rules import Context
from approdo.protocols.selectors import in_force
from approdo.protocols.services import LeavesNone

from .conftest import LUINO, NOW, VARESE

ED, HOUR = Context.EMERGENCY_DEPARTMENT, timedelta(hours=1)


@pytest.fixture
def two(world):
    """Two versions: one from noon, the other from an hour later; and who else may withdraw."""
    published(actor=world.coordinator, network_code="lake", text=text(name="Prima"), now=NOW)
    published(actor=world.coordinator, network_code="lake", text=text(name="Seconda"), now=NOW + HOUR)
    return another(world.coordinator)


def ask(world, number=2, why="Manca il rifugio.", at=2 * HOUR):
    version = {"network_code": "lake", "code": "urgent", "number": number}
    services.ask_withdrawal(actor=world.coordinator, why=why, now=NOW + at, **version)
    return version


def holds(after):
    return in_force(VARESE, ED, NOW + after).number


def test_another_withdraws_and_the_one_before_holds_again_from_then_on(world, two):
    version = ask(world)
    assert holds(3 * HOUR) == 2
    services.withdraw_version(actor=two, counter=1, now=NOW + 3 * HOUR, **version)
    assert [holds(after) for after in (HOUR / 2, 2 * HOUR, 3 * HOUR, 9 * HOUR)] == [1, 2, 1, 1]
    shown = selectors.protocol(world.operator, "lake", "urgent", NOW + 4 * HOUR)
    assert shown.in_force.number == 1
    gone = shown.versions[0].withdrawal
    assert (gone.why, gone.asked_by, gone.approved_by) == ("Manca il rifugio.", "Persona 2", "Accanto Persona")


def test_the_proof_of_coverage_sees_the_moment_of_the_withdrawal(world, two):
    services.withdraw_version(actor=two, counter=1, now=NOW + 3 * HOUR, **ask(world))
    whole = Period(NOW, NOW + 5 * HOUR)
    reigns = selectors.reigns("lake", [VARESE], whole)
    assert [(one.period.starts_at - NOW, one.parsed.name) for one in reigns] == [
        (0 * HOUR, "Prima"), (HOUR, "Seconda"), (3 * HOUR, "Prima")
    ]  # fmt: skip


def test_who_asks_does_not_withdraw_and_the_other_does_not_give_up_for_her(world, two):
    version = ask(world)
    with pytest.raises(Conflict):
        services.withdraw_version(actor=world.coordinator, counter=1, now=NOW + 3 * HOUR, **version)
    with pytest.raises(Conflict):
        services.leave_version(actor=two, counter=1, now=NOW + 3 * HOUR, **version)
    services.leave_version(actor=world.coordinator, counter=1, now=NOW + 3 * HOUR, **version)
    with pytest.raises(NotFound):
        services.withdraw_version(actor=two, counter=2, now=NOW + 3 * HOUR, **version)
    assert holds(4 * HOUR) == 2
    ask(world)  # and it may be asked again


def test_it_is_asked_once_and_done_once(world, two):
    version = ask(world)
    with pytest.raises(Conflict):
        ask(world)
    services.withdraw_version(actor=two, counter=1, now=NOW + 3 * HOUR, **version)
    with pytest.raises(Conflict):
        services.withdraw_version(actor=two, counter=2, now=NOW + 4 * HOUR, **version)
    with pytest.raises(Conflict):
        ask(world)


def test_nothing_is_withdrawn_that_would_leave_a_place_without_a_protocol(world, two):
    services.withdraw_version(actor=two, counter=1, now=NOW + 3 * HOUR, **ask(world))
    version = ask(world, number=1, at=4 * HOUR)
    with pytest.raises(LeavesNone), transaction.atomic():
        services.withdraw_version(actor=two, counter=1, now=NOW + 5 * HOUR, **version)
    assert holds(6 * HOUR) == 1


def test_a_protocol_for_some_places_may_go_when_the_networks_own_holds_there(world, two):
    local = text(code="luino", municipalities=[LUINO], name="Luino")
    published(actor=world.coordinator, network_code="lake", text=local, now=NOW + 2 * HOUR)
    version = {"network_code": "lake", "code": "luino", "number": 1}
    services.ask_withdrawal(actor=two, why="Basta quello di tutti.", now=NOW + 3 * HOUR, **version)
    services.withdraw_version(actor=world.coordinator, counter=1, now=NOW + 4 * HOUR, **version)
    assert in_force(LUINO, ED, NOW + 5 * HOUR).parsed.name == "Seconda"


def test_the_same_text_may_be_published_again_after_its_withdrawal(world, two):
    services.withdraw_version(actor=two, counter=1, now=NOW + 3 * HOUR, **ask(world))
    again = published(actor=world.coordinator, network_code="lake", text=text(name="Seconda"), now=NOW + 4 * HOUR)
    assert again.number == 3
    assert holds(5 * HOUR) == 3


def test_a_version_to_come_is_withdrawn_before_it_begins(world, two):
    later = {"text": text(name="Terza"), "now": NOW + 2 * HOUR, "effective_from": NOW + 9 * HOUR}
    published(actor=world.coordinator, network_code="lake", **later)
    services.withdraw_version(actor=two, counter=1, now=NOW + 4 * HOUR, **ask(world, number=3, at=3 * HOUR))
    assert holds(10 * HOUR) == 2
    assert selectors.protocol(world.operator, "lake", "urgent", NOW + 5 * HOUR).coming == ()


def test_only_who_publishes_in_the_network_asks_with_a_reason(world, two):
    version = {"network_code": "lake", "code": "urgent", "number": 2, "now": NOW + 2 * HOUR}
    for actor, refusal in ((world.operator, Forbidden), (world.stranger, NotFound)):
        with pytest.raises(refusal):
            services.ask_withdrawal(actor=actor, why="No.", **version)
    with pytest.raises(Invalid):
        services.ask_withdrawal(actor=world.coordinator, why=" ", **version)
    with pytest.raises(NotFound):
        services.ask_withdrawal(actor=world.coordinator, why="No.", **(version | {"number": 7}))
    assert not Withdrawal.objects.exists()


def test_each_act_leaves_one_audit_row_without_the_reason(world, two):
    services.withdraw_version(actor=two, counter=1, now=NOW + 3 * HOUR, **ask(world))
    rows = Entry.objects.filter(verb__startswith="withdrawal.").order_by("id")
    assert [row.verb for row in rows] == ["withdrawal.ask", "withdrawal.approve"]
    assert "rifugio" not in str([row.detail for row in rows])


def test_the_database_keeps_a_withdrawal(world, two):
    services.withdraw_version(actor=two, counter=1, now=NOW + 3 * HOUR, **ask(world))
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Withdrawal.objects.update(approved_at=NOW + 9 * HOUR)
