# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The loaded region, read as the product reads it."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction
from tests.integration.demonstration.conftest import TODAY, ask

from approdo.access.rules import Actor, Role
from approdo.access.services import entered
from approdo.accounts import selectors as accounts
from approdo.activations import selectors as activations
from approdo.activations.rules.conformance import Outcome
from approdo.activations.rules.states import ActivationState, AlertState, CallState
from approdo.cases import selectors as cases
from approdo.cases.rules import CaseState
from approdo.cli import demonstration
from approdo.cli.demonstration.region import Region
from approdo.networks import selectors as networks
from approdo.networks.rules import ServiceKind, instant
from approdo.persons.rules import Kind
from approdo.protocols import selectors as protocols
from approdo.protocols.rules import Context, Need, Target, examine
from approdo.recognition import selectors as recognition
from approdo.recognition.rules.prompting import ADVISED_SILENCE, Mode
from approdo.risk import selectors as risk
from approdo.risk.rules import Outcome as Level
from approdo.usecases import assessing, danger, evidence, overview, recognition_figures, record

pytestmark = pytest.mark.walk
NOW = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)  # a Tuesday, 2:12 at night in Rome
EVERYTHING = frozenset(Need)


def actor(email: str) -> Actor:
    operator = accounts.operator_by_email(email)
    assert operator is not None
    found = networks.actor_for(operator.pk, None)
    assert found is not None
    return found


def test_the_counts_are_those_promised(loaded: Region):
    counted = {
        table: ask(f"SELECT count(*) FROM {table}")[0][0]
        for table in (
            "networks_network",
            "networks_organisation",
            "networks_service",
            "accounts_operator",
            "protocols_protocolversion",
            "cases_case",
            "activations_activation",
        )
    }
    assert list(counted.values()) == [9, 60, 120, 250, 9, 401, 60], "and one that a department received last night"


def test_nothing_of_the_past_is_still_due(loaded: Region):
    assert ask("SELECT count(*) FROM activations_call WHERE due_at IS NOT NULL") == [(0,)]
    states = dict(ask("SELECT state, count(*) FROM notifications_message GROUP BY 1"))
    assert not states.keys() & {"queued", "held", "sending"}
    assert ask("SELECT count(*) FROM notifications_message WHERE code <> ''") == [(0,)]
    assert ask("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_no_past_message_can_be_answered_today(loaded: Region):
    midnight = instant(TODAY, time(0)).isoformat()
    late = "SELECT count(*) FROM notifications_message WHERE written_at >= '{0}' OR closed_at >= '{0}'"
    assert ask(late.format(midnight)) == [(0,)]
    assert ask(f"SELECT count(*) FROM activations_alert WHERE code_expires_at > '{midnight}'::timestamptz + '12h'") == [
        (0,)
    ]


def test_nothing_happens_in_the_future(loaded: Region):
    midnight = instant(TODAY, time(0))
    for table, column in (
        ("cases_event", "happened_at"),
        ("audit_entry", "happened_at"),
        ("activations_activation", "ended_at"),
        ("activations_call", "taken_at"),
        ("notifications_message", "delivered_at"),
        ("recognition_reading", "read_at"),
        ("recognition_reading", "answered_at"),
    ):
        (latest,) = ask(f"SELECT max({column}) FROM {table}")[0]
        assert latest < midnight, table


def test_nobody_has_a_password(loaded: Region):
    assert ask("SELECT count(*) FROM accounts_operator WHERE password NOT LIKE '!%%'") == [(0,)]


def test_the_mix_of_endings_is_the_planned_one(loaded: Region):
    planned = Counter(case.activation.ending for case in loaded.cases if case.activation)
    found = dict(ask("SELECT state, count(*) FROM activations_activation GROUP BY 1"))
    assert found == {
        ActivationState.CLOSED: planned["closed"],
        ActivationState.STOOD_DOWN: planned["stood_down"],
        ActivationState.UNDONE: planned["undone"],
        ActivationState.OPEN: planned["answered"],
    }


def test_activations_that_are_open_or_closed_were_answered_by_everybody(loaded: Region):
    left = """SELECT count(*) FROM activations_call k JOIN activations_activation a ON a.id = k.activation_id
        WHERE a.state IN ('open', 'closed') AND k.state <> 'taken'"""
    assert ask(left) == [(0,)]


def test_answers_take_as_long_as_people_take(loaded: Region):
    ((tenth, half, most, longest),) = ask(
        """SELECT percentile_cont(0.1) WITHIN GROUP (ORDER BY m), percentile_cont(0.5) WITHIN GROUP (ORDER BY m),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY m), max(m)
        FROM (SELECT extract(epoch FROM taken_at - started_at) / 60 AS m FROM activations_call
        WHERE taken_at IS NOT NULL) AS answers"""
    )
    assert 0.3 < tenth < 4
    assert 2 < half < 12
    assert 10 < most < 60
    assert longest < 180


def test_some_calls_went_up_the_chain_and_some_people_said_no(loaded: Region):
    targets = dict(ask("SELECT target, count(*) FROM activations_alert GROUP BY 1"))
    assert targets.keys() == set(Target)
    assert ask("SELECT count(*) FROM activations_alert WHERE declined_at IS NOT NULL")[0][0] >= 5
    assert ask("SELECT count(*) FROM cases_event WHERE kind = 'nobody_on_call'")[0][0] >= 1


def test_nobody_was_alerted_before_the_step_before_her_was_over(loaded: Region):
    early = """SELECT count(*) FROM activations_alert later JOIN activations_alert earlier
        ON earlier.call_id = later.call_id AND earlier.step < later.step WHERE later.created_at < earlier.created_at"""
    assert ask(early) == [(0,)]


def test_states_of_the_cases_follow_the_plan(loaded: Region):
    planned = Counter("closed" if case.closed else case.reached for case in loaded.cases)
    planned["contact"] += 1  # whom the department of the tour received last night
    assert dict(ask("SELECT state, count(*) FROM cases_case GROUP BY 1")) == dict(planned)


@pytest.mark.parametrize("hour", [2, 10, 15, 22])
@pytest.mark.parametrize("days", [0, 5, 12])
def test_every_covered_municipality_reaches_somebody_for_every_need(loaded: Region, hour: int, days: int):
    asks = actor(demonstration.ED_OPERATOR)
    at = instant(TODAY + timedelta(days=days), time(hour))
    for network in loaded.networks:
        for municipality in network.territory[::40]:
            shown = activations.preview(asks, municipality, EVERYTHING, Context.EMERGENCY_DEPARTMENT, at)
            assert shown.calls, (network.code, municipality)
            for call in shown.calls:
                assert call.target is not None, (network.code, municipality, call.label)
                assert not call.stands_in, (network.code, municipality, call.label)
                assert call.phone


def test_the_sign_in_page_shows_the_coordinator_of_each_organisation_and_of_each_network(loaded: Region):
    for group, network in zip(
        networks.sign_ins_by_network(NOW), sorted(loaded.networks, key=lambda one: one.name), strict=True
    ):
        people = {(person.email, person.role_word) for person in group.people}
        words = Counter(word for _email, word in people)
        assert words["Coordinatrice dell'organizzazione"] == len(network.organisations) - 1
        assert words["Coordinatrice di rete"] == 2
    centre = actor(demonstration.CENTRE_MANAGER)
    assert centre.role is Role.ORGANISATION_COORDINATOR
    assert len(networks.organisation_for_editing(centre, NOW).services) == 3


def test_an_uncovered_municipality_says_so(loaded: Region):
    covered = {code for network in loaded.networks for code in network.territory}
    ((code,),) = ask(
        "SELECT istat_code FROM networks_municipality WHERE NOT EXISTS (SELECT 1 FROM networks_networkterritory t"
        " WHERE t.municipality_id = istat_code) ORDER BY 1 LIMIT 1"
    )
    assert code not in covered
    asks = actor(demonstration.ED_OPERATOR)
    assert activations.preview(asks, code, EVERYTHING, Context.EMERGENCY_DEPARTMENT, NOW).nobody


def test_at_night_in_varese_the_preview_names_the_people_of_the_tour(loaded: Region):
    asks = actor(demonstration.ED_OPERATOR)
    needs = frozenset({Need.SAFE_PLACE, Need.TALK_NOW, Need.CHILDREN})
    shown = activations.preview(asks, demonstration.MUNICIPALITY, needs, Context.EMERGENCY_DEPARTMENT, NOW)
    targets = {call.kind: call.target for call in shown.calls}
    assert targets == {
        ServiceKind.SUPPORT_CENTRE: Target.FIRST_ON_CALL,
        ServiceKind.SHELTER: Target.FIRST_ON_CALL,
        ServiceKind.CHILD_PROTECTION: Target.BACKUP_SERVICE,
    }
    centre = actor(demonstration.FIRST_ON_CALL)
    duty = networks.on_duty(centre, NOW)
    assert duty is not None
    assert duty.position == 1
    second = networks.on_duty(actor(demonstration.SECOND_ON_CALL), NOW)
    assert second is not None
    assert second.position == 2


def test_the_people_of_the_tour_find_something_to_look_at(loaded: Region):
    for email in (demonstration.ED_OPERATOR, demonstration.FIRST_ON_CALL, demonstration.COORDINATOR):
        rows, _more = activations.activations_of(actor(email))
        assert rows, email
    rows, _more = cases.cases_of(actor(demonstration.FIRST_ON_CALL))
    assert len(rows) >= 5


def test_the_board_of_a_past_activation_tells_how_it_went(loaded: Region):
    coordinator = actor(demonstration.COORDINATOR)
    rows, _more = activations.activations_of(coordinator)
    closed = [row for row in rows if row.state is ActivationState.CLOSED]
    shown = activations.board(coordinator, closed[0].id, NOW)
    assert all(call.state is CallState.TAKEN for call in shown.calls)
    assert all(call.alerts for call in shown.calls)
    states = {alert.state for call in shown.calls for alert in call.alerts}
    assert states <= {AlertState.SENT, AlertState.DELIVERED, AlertState.SEEN, AlertState.DECLINED, AlertState.TAKEN}


def test_the_centre_of_the_tour_has_records_and_the_department_reads_what_the_women_agreed_to(loaded: Region):
    centre, nurse = actor(demonstration.FIRST_ON_CALL), actor(demonstration.ED_OPERATOR)
    with entered(actor=centre):
        led = [row.id for row in cases.cases_of(centre)[0] if cases.case_page(centre, row.id).lead_service_id]
        assert len(led) >= 5
        kinds = {group.kind for group in record.record(centre, led[0], NOW).groups if group.entries}
    assert kinds >= {Kind.IDENTITY, Kind.CONTACT, Kind.EPISODE, Kind.NOTE}
    with entered(actor=nurse):
        read = [record.record(nurse, case_id, NOW) for case_id in led]
    seen = [{group.kind for group in one.groups if group.entries} for one in read]
    assert any(kinds >= {Kind.IDENTITY, Kind.CONTACT} for kinds in seen)
    assert not any(Kind.NOTE in kinds or Kind.CHILD in kinds for kinds in seen)


def test_the_dry_run_of_an_unchanged_protocol_is_what_happened(loaded: Region) -> None:
    played = 0
    for network in loaded.networks:
        (version,) = protocols.protocols_of_network(network.code, NOW)
        text = protocols.source(network.code, version.code, version.in_force.number)
        coordinator = actor(f"{network.code}-coordinamento.2@demo.example")
        with entered(actor=coordinator):
            found = activations.dry_run(coordinator, network.code, examine(text).parsed, NOW).outcome
        assert found.different == 0, network.code
        assert all(line.calls == line.before for line in found.lines), network.code
        assert not any(line.unheard for line in found.lines), network.code
        played += found.activations
    assert played > 30, played


def test_how_each_network_goes_adds_up_to_what_is_stored(loaded: Region) -> None:
    activations_, calls, undone, places = Counter(), Counter(), Counter(), Counter()
    for network in loaded.networks:
        coordinator = actor(f"{network.code}-coordinamento.2@demo.example")
        with entered(actor=coordinator):
            found = activations.measured(coordinator, network.code, 365, NOW)
        assert found.found.exercises.activations == 0
        real = found.found.real
        activations_[network.code], undone[network.code] = real.activations, real.undone
        for line in real.lines:
            assert line.made + sum(line.skipped.values()) == line.activations == real.activations
            assert sum(line.tally.outcomes.values()) == line.tally.calls
            calls.update(line.tally.outcomes)
            assert line.tally.reached <= line.tally.calls
        assert sum(one.activations for one in real.versions) == real.activations
        for stage in found.stages:
            places[stage.state] += stage.here
            places[CaseState.CLOSED] += stage.closed
        assert found.stages[0].reached == sum(stage.left for stage in found.stages)
    ended = dict(ask("SELECT state, count(*) FROM activations_activation GROUP BY 1"))
    assert activations_.total() == sum(ended.values()) - ended["undone"]
    assert undone.total() == ended["undone"]
    stored = """
        SELECT count(*) FILTER (WHERE k.taken_at <= k.answer_by OR k.answer_by IS NULL AND k.taken_at IS NOT NULL),
               count(*) FILTER (WHERE k.taken_at > k.answer_by),
               count(*) FILTER (WHERE k.state = 'stood_down' AND k.started_at IS NOT NULL)
          FROM activations_call k JOIN activations_activation a ON a.id = k.activation_id WHERE a.state <> 'undone'"""
    assert [calls[one] for one in (Outcome.ON_TIME, Outcome.LATE, Outcome.STOOD_DOWN)] == [*ask(stored)[0]]
    assert calls[Outcome.OPEN] == 0
    undone_only = """
        SELECT count(*) FROM cases_case c JOIN activations_activation a ON a.case_id = c.id
         WHERE a.state = 'undone' AND c.state = 'contact'"""
    since = NOW - timedelta(days=365)
    kept = dict(ask(f"SELECT state, count(*) FROM cases_case WHERE opened_at >= '{since.isoformat()}' GROUP BY 1"))
    kept["contact"] -= ask(undone_only)[0][0]
    assert {state: count for state, count in places.items() if count} == kept


def test_the_department_of_the_tour_has_received_somebody_and_keeps_evidence_too_briefly(loaded: Region) -> None:
    nurse = actor(demonstration.ED_OPERATOR)
    with entered(actor=nurse):
        (ending,) = overview.day(nurse, NOW).evidence
        (item,) = evidence.custody(nurse, ending.case_id, NOW).items
        shown = overview.case(nurse, ending.case_id, NOW).strip
        marked = evidence.body(nurse, ending.case_id, NOW).marked
    assert item.kept.too_short
    assert item.kept.until == ending.kept_until
    assert shown is not None
    assert shown.left
    assert shown.arrived.seen_at is not None
    assert shown.arrived.seen_at < shown.arrived.see_by
    assert {place.code for place in marked} == {"back.left.upper_arm"}


def test_a_department_of_the_tour_asks_and_its_page_draws_how_often_it_was_right(loaded: Region) -> None:
    coordinator = actor(demonstration.COORDINATOR)
    with entered(actor=coordinator):
        _silent, asking = recognition.own_sites(coordinator, NOW)
        found = recognition_figures.figures(coordinator, asking.id, 365, NOW)
    assert [one.mode for one in found.modes] == [Mode.PROMPTING, Mode.SILENT]
    assert len(found.stretches) >= 2, "or there is no course of time to look at"
    for stretch in found.stretches:
        precision = stretch.outcomes.precision
        assert precision is not None
        assert precision.low < precision.tenths < precision.high
    assert found.silent.visits > 0
    assert found.shown.prompts is not None
    assert any(group.told and group.prompts for group in found.shown.ages)


def test_another_one_is_silent_and_has_a_report_of_what_it_would_have_done(loaded: Region) -> None:
    coordinator = actor(demonstration.COORDINATOR)
    with entered(actor=coordinator):
        silent, _asking = recognition.own_sites(coordinator, NOW)
        found = recognition_figures.figures(coordinator, silent.id, 365, NOW)
    assert silent.mode is Mode.SILENT
    assert NOW - found.modes[0].since > ADVISED_SILENCE, "its coordinator may decide now"
    assert found.silent.prompts is not None
    assert found.silent.prompts.low < found.silent.prompts.tenths < found.silent.prompts.high
    assert any(group.told for group in (*found.silent.ages, *found.silent.citizenships))
    assert (found.shown.visits, found.stretches) == (0, ())


def test_one_question_of_last_night_waits_for_the_nurse_of_the_tour_and_for_nobody_else(loaded: Region) -> None:
    waiting = {}
    for email in (demonstration.ED_OPERATOR, "laghi-ps.2@demo.example", "laghi-ps-2.1@demo.example"):
        nurse = actor(email)
        with entered(actor=nurse):
            waiting[email] = recognition.waiting(nurse, NOW)
    assert [len(found) for found in waiting.values()] == [1, 0, 0]
    (prompt,) = waiting[demonstration.ED_OPERATOR]
    assert prompt.answer is None
    assert {line.key for line in prompt.evidence} >= {"head_face_neck", "body_regions", "pregnant"}


def test_of_a_visit_nothing_is_kept_that_was_written_or_that_names_her(loaded: Region) -> None:
    nurse = actor(demonstration.ED_OPERATOR)
    with entered(actor=nurse):
        kept = ask("SELECT v.* FROM recognition_storedvisit v") + ask("SELECT p.* FROM recognition_prompt p")
        said = {key for (keys,) in ask("SELECT said FROM recognition_storedvisit") for key in keys}
    assert len(kept) > 800
    assert said, "a note was read"
    assert "laghi-ps" not in repr(kept)
    assert "compagno" not in repr(kept)


def test_an_instrument_came_as_a_file_and_the_departments_of_the_network_use_it(loaded: Region) -> None:
    codes = {}
    for email in (demonstration.ED_OPERATOR, "navigli-ps.1@demo.example"):
        nurse = actor(email)
        with entered(actor=nurse):
            codes[email] = {one.code for one in risk.instruments(nurse)}
    mine, elsewhere = codes.values()
    assert mine - elsewhere == {"scala_delle_lanterne"}
    assert ask("SELECT state, loaded_by_id = approved_by_id FROM risk_loadedinstrument") == [("in_force", False)]


def test_whom_the_department_received_was_asked_and_her_class_waits_for_a_second_reader(loaded: Region) -> None:
    nurse = actor(demonstration.ED_OPERATOR)
    with entered(actor=nurse):
        (ending,) = overview.day(nurse, NOW).evidence
        assert [one.case_id for one in overview.day(nurse, NOW).unread] == [ending.case_id]
        about = danger.danger(nurse, ending.case_id, NOW)
        (judgement,) = about.waiting
        assert about.about[0].standing is not None
        assert about.about[0].standing.level is Level.HIGH, "nobody has read the lower one yet"
        codes = {one.instrument.code for one in about.about[0].assessments}
        with transaction.atomic():
            assessing.confirm(actor=nurse, case_id=ending.case_id, judgement_id=judgement.id, now=NOW)
            assert danger.level_of(nurse, ending.case_id, NOW) is Level.MEDIUM
            transaction.set_rollback(True)
    assert codes == {"hark", "da5"}
    assert max(one.assessed_at for one in about.about[0].assessments) < judgement.made_at < instant(TODAY, time(0))
    assert judgement.level is Level.MEDIUM
