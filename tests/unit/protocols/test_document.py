# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.factories.protocols import call, document, parsed

from approdo.networks.rules import Channel, ServiceKind
from approdo.protocols import rules
from approdo.protocols.rules import (
    CONTEXT_LABELS,
    NEED_LABELS,
    SCHEMA,
    TARGET_LABELS,
    Choose,
    Context,
    Escalation,
    Need,
    OutOfHours,
    Target,
    context_of,
)

DATA = Path(rules.__file__).parent.parent / "data"
SHIPPED = sorted(DATA.glob("*.yaml"))


def test_a_parsed_call_says_everything_the_document_says():
    (rule,) = parsed(
        call(
            "shelter",
            "shelter",
            service_code="Casa 7",
            choose="all",
            needs=["safe_place", "children"],
            backup_kind="social_emergency",
            out_of_hours="backup",
            fallback_phone="+3900 1234 5678",
            escalation=[
                {"to": "first_on_call", "wait_minutes": 7},
                {"to": "backup_service", "wait_minutes": 8},
                {"to": "coordinator"},
            ],
        )
    ).calls
    assert rule.kind is ServiceKind.SHELTER
    assert rule.service_code == "Casa 7"
    assert rule.choose is Choose.ALL
    assert rule.needs == {Need.SAFE_PLACE, Need.CHILDREN}
    assert rule.channels.at_once == (Channel.APP, Channel.SMS)
    assert rule.channels.if_unread == (Channel.VOICE,)
    assert rule.channels.after_seconds == 120
    assert rule.out_of_hours is OutOfHours.BACKUP
    assert rule.backup_kind is ServiceKind.SOCIAL_EMERGENCY
    assert rule.fallback_phone == "+390012345678"
    assert rule.escalation[0] == Escalation(Target.FIRST_ON_CALL, 7)


def test_what_a_document_leaves_out_has_the_safe_meaning():
    made = parsed(call(channels={"at_once": ["sms"]}), contexts=None)
    (rule,) = made.calls
    assert made.contexts == frozenset()
    assert made.municipalities == frozenset()
    assert rule.needs == frozenset()
    assert rule.choose is Choose.ONE
    assert rule.out_of_hours is OutOfHours.ON_CALL
    assert rule.after is None
    assert rule.fallback_phone is None


def test_the_last_step_waits_as_long_as_the_repetition():
    (rule,) = parsed(call(repeat_minutes=12)).calls
    assert rule.escalation[-1].wait_minutes == 12


def test_the_timetable_adds_the_waits_up():
    (rule,) = parsed(call()).calls
    assert rule.timetable() == ((0, Target.FIRST_ON_CALL), (10, Target.SECOND_ON_CALL), (20, Target.COORDINATOR))


@pytest.mark.parametrize("need", Need)
def test_a_call_without_needs_is_made_for_every_need(need):
    assert [rule.key for rule in parsed().calls_for({need})] == ["centre"]


def test_a_call_is_made_only_for_its_needs():
    made = parsed(call(), call("shelter", "shelter", needs=["safe_place"]))
    assert [rule.key for rule in made.calls_for({Need.TALK_NOW})] == ["centre"]
    assert [rule.key for rule in made.calls_for({Need.TALK_NOW, Need.SAFE_PLACE})] == ["centre", "shelter"]


def test_a_call_after_another_starts_at_the_latest_when_all_its_waits_are_over():
    made = parsed(call("a"), call("b", after="a", after_minutes=10), call("c", after="b", after_minutes=5))
    assert [made.start_minutes(key) for key in ("a", "b", "c")] == [0, 10, 15]


def test_a_call_does_not_wait_for_one_that_is_not_made():
    made = parsed(call("a", needs=["safe_place"]), call("b", after="a", after_minutes=10))
    assert made.start_minutes("b", {Need.SAFE_PLACE}) == 10
    assert made.start_minutes("b", {Need.CHILDREN}) == 0


@pytest.mark.parametrize("kind", ServiceKind)
def test_every_kind_of_service_activates_from_some_context(kind):
    assert context_of(kind) in Context


def test_the_hospital_the_police_and_anybody_else_have_their_own_context():
    assert context_of(ServiceKind.EMERGENCY_DEPARTMENT) is Context.EMERGENCY_DEPARTMENT
    assert context_of(ServiceKind.POLICE) is Context.POLICE
    assert context_of(ServiceKind.INTERPRETER) is Context.TERRITORY


@pytest.mark.parametrize(("words", "labels"), [(Need, NEED_LABELS), (Context, CONTEXT_LABELS), (Target, TARGET_LABELS)])
def test_every_word_has_a_label(words, labels):
    assert set(labels) == set(words)


def test_the_published_schema_is_the_one_that_is_used():
    assert json.loads((DATA / "protocol.schema.json").read_text()) == SCHEMA


def test_the_schema_is_a_schema_and_describes_every_entry():
    Draft202012Validator.check_schema(SCHEMA)

    def described(schema):
        for entry in schema.get("properties", {}).values():
            assert entry["description"]
            described(entry)
            described(entry.get("items", {}))

    described(SCHEMA)


def test_three_protocols_are_shipped():
    assert len(SHIPPED) == 3


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_protocol_has_no_problem_at_all(path):
    examination = rules.examine(path.read_bytes())
    assert examination.problems == []
    assert examination.parsed is not None


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("need", Need)
def test_a_shipped_protocol_answers_every_need_within_the_limits_of_practice(path, need):
    """Acknowledge within 15 minutes, be there within 60-90 (domain.md, section 7)."""
    made = rules.examine(path.read_bytes()).parsed
    calls = made.calls_for({need})
    urgent = need in {Need.SAFE_PLACE, Need.TALK_NOW}
    starts = {rule.key: made.start_minutes(rule.key, {need}) for rule in calls}
    assert min(starts[rule.key] + rule.answer_within_minutes for rule in calls) <= (15 if urgent else 30)
    assert max(starts[rule.key] + rule.timetable()[-1][0] for rule in calls) <= 90


def test_the_shipped_protocols_differ_in_what_they_do():
    shapes = {
        tuple((rule.key, rule.kind, rule.escalation, rule.out_of_hours) for rule in parsed_document.calls)
        for parsed_document in (rules.examine(path.read_bytes()).parsed for path in SHIPPED)
    }
    assert len(shapes) == 3


def test_a_document_can_be_readdressed_to_another_network():
    made = document()
    assert rules.parse(made | {"network": "river"}).network == "river"


DOCS = Path(__file__).resolve().parents[3] / "docs"


def yaml_in(page):
    return (DOCS / page).read_text().split("```yaml\n")[1].split("```")[0]


def test_the_example_of_the_reference_can_be_published():
    examination = rules.examine(yaml_in("reference/protocol-document.md"))
    assert [str(problem) for problem in examination.problems] == []
    assert examination.parsed is not None


def test_the_call_of_the_how_to_can_be_published():
    whole = rules.write(document(call())) + yaml_in("how-to/scrivere-un-protocollo.md").replace("\n  ", "\n")[2:]
    examination = rules.examine(whole)
    assert [str(problem) for problem in examination.problems] == []
    assert [rule.key for rule in examination.parsed.calls] == ["centre", "rifugio"]


@pytest.mark.parametrize("words", [rules.Need, rules.Context, rules.Target, rules.CALLABLE_KINDS])
def test_the_reference_names_every_word(words):
    reference = (DOCS / "reference/protocol-document.md").read_text()
    assert [word for word in words if f"`{word}`" not in reference] == []
