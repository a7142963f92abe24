# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, connections
from tests.factories.protocols import another, call, published, text

from approdo.access.rules import ROLE_PERMISSIONS, Forbidden, Permission, Role
from approdo.audit.models import Entry
from approdo.kit.errors import Conflict, NotFound
from approdo.protocols import selectors, services
from approdo.protocols.models import Draft, Protocol, ProtocolVersion
from approdo.protocols.rules import Context, Severity
from approdo.protocols.services import NeedsAnother, NotPublishable

from .conftest import BERGAMO, LUINO, NOW, VARESE


def publish(world, *calls, now=NOW, starting=None, actor=None, network="lake", **changes):
    return published(
        actor=actor or world.coordinator,
        network_code=network,
        text=text(*calls, **changes),
        now=now,
        effective_from=starting,
    )


def refusals(world, *calls, **arguments):
    with pytest.raises(NotPublishable) as caught:
        publish(world, *calls, **arguments)
    return [problem for problem in caught.value.examination.problems if problem.severity is Severity.ERROR]


def test_a_first_protocol_is_version_one_from_now_on(world):
    made = publish(world)
    row = ProtocolVersion.objects.get(pk=made.version_id)
    assert (made.code, made.number, made.effective_from) == ("urgent", 1, NOW)
    assert row.published_by_id == world.coordinator.operator_id
    assert row.document["calls"][0]["key"] == "centre"
    assert row.municipality_codes == []


def test_comments_of_the_text_are_kept(world):
    source = "# perché: la notte siamo in due\n" + text()
    made = services.publish(actor=world.coordinator, network_code="lake", text=source.encode(), now=NOW)
    assert ProtocolVersion.objects.get(pk=made.version_id).source == source


def test_the_number_grows_by_one_for_each_protocol(world):
    publish(world)
    assert publish(world, name="Seconda", now=NOW + timedelta(hours=1)).number == 2
    assert publish(world, code="luino", municipalities=[LUINO]).number == 1


def test_publishing_leaves_one_audit_row_with_codes_only(world):
    made = publish(world)
    entry = Entry.objects.get(verb="protocol.publish")
    assert entry.subject == f"protocol_version:{made.version_id}"
    assert entry.operator_id == world.coordinator.operator_id
    assert entry.detail == {"network": "lake", "protocol": "urgent", "number": 1}


@pytest.mark.parametrize("role", Role)
def test_only_a_role_with_the_permission_publishes(world, role):
    actor = replace(world.coordinator, role=role)
    if Permission.PUBLISH_PROTOCOL in ROLE_PERMISSIONS[role]:
        assert publish(world, actor=actor).number == 1
    else:
        with pytest.raises(Forbidden):
            publish(world, actor=actor)
        assert not Protocol.objects.exists()


def test_another_network_is_as_absent_as_one_that_does_not_exist(world):
    for network in ("river", "nowhere", "", "x\x00y" * 100):
        with pytest.raises(NotFound):
            services.publish(actor=world.coordinator, network_code=network, text=text(), now=NOW)
        with pytest.raises(NotFound):
            selectors.rehearse(world.coordinator, network, text(), NOW, NOW)


def test_a_document_with_errors_changes_nothing_and_says_all_of_them(world):
    found = refusals(world, call(kind="hotel"), call("b", channels={"at_once": ["app"]}))
    assert [problem.path for problem in found] == ["calls[0].kind", "calls[1].channels"]
    assert all(problem.line for problem in found)
    assert not Protocol.objects.exists()
    assert not Entry.objects.filter(verb="protocol.publish").exists()


def test_a_document_of_another_network_is_refused(world):
    with pytest.raises(NotPublishable) as caught:
        services.publish(actor=world.coordinator, network_code="lake", text=text(network="river"), now=NOW)
    (problem,) = caught.value.examination.problems
    assert problem.path == "network"
    assert "«river»" in problem.sentence


def test_a_municipality_of_another_network_is_refused_by_name(world):
    (problem,) = refusals(world, municipalities=[VARESE, BERGAMO])
    assert problem.path == "municipalities[1]"
    assert "Bergamo" in problem.sentence
    assert "«Rete river»" in problem.sentence


def test_a_municipality_of_no_network_or_of_no_place_is_refused(world):
    first, second = refusals(world, municipalities=["012001", "999999"])
    assert "Agra" in first.sentence
    assert "999999" in second.sentence


def test_the_same_document_again_is_refused(world):
    publish(world)
    (problem,) = refusals(world, now=NOW + timedelta(hours=1))
    assert "uguale alla versione 1" in problem.sentence


def test_going_back_to_an_older_text_is_a_new_version(world):
    publish(world)
    publish(world, name="Seconda", now=NOW + timedelta(hours=1))
    assert publish(world, now=NOW + timedelta(hours=2)).number == 3


def test_the_past_cannot_be_rewritten(world):
    (problem,) = refusals(world, starting=NOW - timedelta(seconds=1))
    assert "già passato" in problem.sentence


def test_two_versions_cannot_begin_at_one_moment(world):
    tomorrow = NOW + timedelta(days=1)
    publish(world, starting=tomorrow)
    (problem,) = refusals(world, name="Seconda", starting=tomorrow)
    assert "25/11/2026 13:00" in problem.sentence  # Rome's clock


def test_a_version_that_will_soon_be_replaced_is_published_with_a_warning(world):
    publish(world, starting=NOW + timedelta(days=1))
    made = publish(world, name="Solo per oggi")
    assert ["versione 1" in problem.sentence for problem in made.warnings] == [True]


def test_a_second_protocol_for_the_same_places_is_refused(world):
    publish(world)
    (problem,) = refusals(world, code="other")
    assert "«urgent»" in problem.sentence
    assert publish(world, code="other", municipalities=[LUINO]).number == 1


def test_contexts_that_would_find_no_protocol_are_warned_of(world):
    made = publish(world, contexts=["emergency_department", "police"])
    missing = {problem.values["context"] for problem in made.warnings if problem.path == "contexts"}
    assert missing == set(Context) - {Context.EMERGENCY_DEPARTMENT, Context.POLICE}


def test_contexts_that_another_protocol_serves_are_not_warned_of(world):
    publish(world, code="general")
    made = publish(world, contexts=["emergency_department"])
    assert made.warnings == []


def test_a_call_that_nobody_here_can_answer_is_published_with_a_warning_and_its_places(world):
    world.centre.territory.remove(LUINO)
    made = publish(world, call(), call("shelter", "shelter", needs=["safe_place"]))
    by_path = {problem.path: problem for problem in made.warnings}
    assert by_path["calls[0].kind"].places == ("Luino",)
    assert by_path["calls[1].kind"].places == ()
    assert "Casa rifugio" in by_path["calls[1].kind"].sentence


def test_a_rehearsal_says_the_same_and_writes_nothing(world):
    examination = selectors.rehearse(world.coordinator, "lake", text(call("shelter", "shelter")), NOW, NOW)
    assert examination.parsed is not None
    assert [problem.path for problem in examination.problems] == ["calls[0].kind"]
    assert not Protocol.objects.exists()


@pytest.mark.parametrize("source", [b"\xff\xfe", "", "a: &x [*x]", "x" * 300_000, "[" * 90_000, '"\\0": 1'])
def test_whatever_is_pasted_is_refused_in_words(world, source):
    with pytest.raises(NotPublishable) as caught:
        services.publish(actor=world.coordinator, network_code="lake", text=source, now=NOW)
    assert caught.value.problems


@pytest.mark.parametrize("name", sorted(selectors.shipped()))
def test_every_shipped_protocol_can_be_published_by_a_network_that_readdresses_it(world, name):
    source = services.addressed(selectors.shipped()[name], "lake")
    made = services.publish(actor=world.coordinator, network_code="lake", text=source, now=NOW)
    assert made.number == 1
    assert ProtocolVersion.objects.get().source.count("# Perché") == 1


def test_after_a_networks_first_version_nobody_publishes_alone_whatever_the_protocol(world):
    publish(world)
    for code in ("urgent", "luino"):
        text_of = text(code=code, name="Nuova", municipalities=[LUINO])
        with pytest.raises(NeedsAnother):
            services.publish(actor=world.coordinator, network_code="lake", text=text_of, now=NOW + timedelta(hours=1))
    assert ProtocolVersion.objects.count() == 1


@pytest.mark.parametrize("who", ["coordinator", "operator", "stranger"])
def test_who_approves_is_another_who_may_publish_in_this_network(world, who):
    publish(world)
    approver, later = getattr(world, who), NOW + timedelta(hours=1)
    said = {"network_code": "lake", "text": text(name="Nuova"), "now": later, "approver": approver}
    with pytest.raises((Conflict, Forbidden, NotFound)):
        services.publish(actor=world.coordinator, **said)
    assert (ProtocolVersion.objects.count(), Draft.objects.count()) == (1, 0)


def test_what_two_publish_says_both_and_keeps_the_comments(world):
    publish(world)
    source = "# perché: la notte siamo in due\n" + text(name="Nuova")
    approver = another(world.coordinator)
    made = services.publish(
        actor=world.coordinator, network_code="lake", text=source, now=NOW + timedelta(hours=1), approver=approver
    )
    row = ProtocolVersion.objects.get(pk=made.version_id)
    assert (row.draft.proposed_by_id, row.published_by_id) == (world.coordinator.operator_id, approver.operator_id)
    assert row.source == source


@pytest.mark.django_db(transaction=True)
def test_coordinators_who_publish_together_get_different_numbers(world):
    """Six threads, six connections: numbers without a hole, whatever the order."""
    made, failed = [publish(world).number], []
    another(world.coordinator)

    def press(index):
        try:
            moment = NOW + timedelta(minutes=index + 1)
            made.append(publish(world, name=f"Versione {index}", now=NOW, starting=moment).number)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert sorted(made) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("table", ["protocols_protocol", "protocols_protocolversion"])
@pytest.mark.parametrize("privilege", ["UPDATE", "DELETE", "TRUNCATE"])
def test_the_application_role_may_not_change_what_was_published(world, table, privilege):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_table_privilege(current_user, %s, %s)", [table, privilege])
        assert cursor.fetchone() == ("approdo_app", False)
