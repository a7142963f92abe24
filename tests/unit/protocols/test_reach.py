# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import replace

import pytest
from tests.factories.protocols import call, parsed
from tests.factories.services import service

from approdo.networks.rules import Capability, ServiceKind
from approdo.protocols.rules import Severity, reach

CENTRE = service(1, ServiceKind.SUPPORT_CENTRE)
COORDINATION = service(2, ServiceKind.NETWORK_COORDINATION)
SOCIAL = service(3, ServiceKind.SOCIAL_EMERGENCY)
NOBODY = {"first": None, "second": None, "contacts": ()}
WITH_BACKUP = call(
    backup_kind="social_emergency",
    escalation=[
        {"to": "first_on_call", "wait_minutes": 10},
        {"to": "backup_service", "wait_minutes": 10},
        {"to": "coordinator"},
    ],
)


def test_a_territory_where_everybody_is_has_no_hole():
    assert reach(parsed(WITH_BACKUP), [CENTRE, SOCIAL, COORDINATION]) == []


def test_a_kind_of_service_that_does_not_exist_here_is_named():
    (problem,) = reach(parsed(call("shelter", "shelter")), [CENTRE, COORDINATION])
    assert problem.severity is Severity.WARNING
    assert problem.path == "calls[0].kind"
    assert "«shelter»" in problem.sentence
    assert "«Casa rifugio»" in problem.sentence


def test_a_capability_that_nobody_has_is_named():
    (problem,) = reach(parsed(call(capability="sexual_violence")), [CENTRE, COORDINATION])
    assert "sexual_violence" in problem.sentence
    able = replace(CENTRE, capabilities=frozenset({Capability.SEXUAL_VIOLENCE}))
    assert reach(parsed(call(capability="sexual_violence")), [able, COORDINATION]) == []


def test_one_particular_service_that_is_not_here_is_named():
    (problem,) = reach(parsed(call(service_code="Casa 7")), [CENTRE, COORDINATION])
    assert "Casa 7" in problem.sentence
    assert reach(parsed(call(service_code="Casa 7")), [replace(CENTRE, label="Casa 7"), COORDINATION]) == []


@pytest.mark.parametrize("somebody", [{"second": None, "contacts": ()}, {"first": None, "contacts": ()}])
def test_one_person_of_the_chain_is_enough(somebody):
    assert reach(parsed(), [replace(CENTRE, **somebody), COORDINATION]) == []


def test_a_service_where_nobody_can_answer_is_named():
    line_only = call(escalation=[{"to": "service_line"}])
    (problem,) = reach(parsed(line_only), [replace(CENTRE, contacts=(), label="Centro Airone")])
    assert "Centro Airone" in problem.sentence
    assert "non può rispondere nessuno" in problem.sentence


@pytest.mark.parametrize(
    ("present", "path", "words"),
    [
        ([CENTRE, SOCIAL], "calls[0].escalation[2].to", "coordinatrice di rete"),
        ([CENTRE, SOCIAL, replace(COORDINATION, **NOBODY)], "calls[0].escalation[2].to", "coordinatrice di rete"),
        ([CENTRE, COORDINATION], "calls[0].escalation[1].to", "servizio di riserva"),
        ([CENTRE, COORDINATION, replace(SOCIAL, **NOBODY)], "calls[0].escalation[1].to", "servizio di riserva"),
    ],
)
def test_a_way_out_that_leads_to_nobody_is_said_on_its_step(present, path, words):
    (problem,) = reach(parsed(WITH_BACKUP), present)
    assert problem.path == path
    assert words in problem.sentence


def test_an_empty_territory_is_said_once_for_each_call_and_each_way_out():
    found = reach(parsed(WITH_BACKUP, call("b")), [])
    assert [problem.path for problem in found] == [
        "calls[0].kind",
        "calls[0].escalation[1].to",
        "calls[0].escalation[2].to",
        "calls[1].kind",
        "calls[1].escalation[2].to",
    ]
