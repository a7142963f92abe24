# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib

import pytest
from django.db import transaction
from tests.integration.demonstration.conftest import TODAY, ask

from approdo.cli import demonstration
from approdo.cli.demonstration.region import Region

pytestmark = pytest.mark.walk
_DIGESTED = {
    "services": """
        SELECT s.name, s.kind, s.code, s.phone, s.capabilities, s.languages, s.rank, s.address, s.seat_id, o.name,
            (SELECT array_agg(t.municipality_id ORDER BY t.municipality_id)
             FROM networks_serviceterritory t WHERE t.service_id = s.id)
        FROM networks_service s JOIN networks_organisation o ON o.id = s.organisation_id""",
    "contacts": """
        SELECT s.name, p.email, c.position, c.channel, c.address, c.hours FROM networks_contactpoint c
        JOIN networks_service s ON s.id = c.service_id LEFT JOIN accounts_operator p ON p.id = c.operator_id""",
    "members": """
        SELECT s.name, p.email, p.display_name, m.role FROM networks_membership m
        JOIN networks_service s ON s.id = m.service_id JOIN accounts_operator p ON p.id = m.operator_id""",
    "shifts": """
        SELECT s.name, p.email, h.position, h.starts_at, h.ends_at FROM networks_shift h
        JOIN networks_service s ON s.id = h.service_id JOIN accounts_operator p ON p.id = h.operator_id""",
    "protocols": "SELECT digest, number, effective_from FROM protocols_protocolversion",
    "cases": "SELECT alias, state, municipality_id, arrival, opened_at, closed_at FROM cases_case",
    "chronologies": """
        SELECT c.alias, e.happened_at, e.kind, e.detail, s.name FROM cases_event e
        JOIN cases_case c ON c.id = e.case_id LEFT JOIN networks_service s ON s.id = e.service_id""",
    "activations": """
        SELECT c.alias, a.activated_at, a.needs, a.consent, a.context, a.state, a.end_reason, a.ended_at
        FROM activations_activation a JOIN cases_case c ON c.id = a.case_id""",
    "calls": """
        SELECT c.alias, k.key, k.position, k.state, k.step, k.started_at, k.answer_by, k.taken_at, p.email
        FROM activations_call k JOIN activations_activation a ON a.id = k.activation_id
        JOIN cases_case c ON c.id = a.case_id LEFT JOIN accounts_operator p ON p.id = k.taken_by_id""",
    "readings": """
        SELECT s.name, r.read_at, r.silent, r.prompted, r.age_band, r.citizenship, r.answer, r.answered_at, p.email
        FROM recognition_reading r JOIN networks_service s ON s.id = r.service_id
        LEFT JOIN accounts_operator p ON p.id = r.answered_by_id""",
    "modes": """
        SELECT s.name, m.number, m.mode, m.since, m.reason, p.email FROM recognition_sitemode m
        JOIN networks_service s ON s.id = m.service_id JOIN accounts_operator p ON p.id = m.operator_id""",
    "instruments": """
        SELECT i.digest, i.state, i.loaded_at, i.approved_at, p.email FROM risk_loadedinstrument i
        JOIN accounts_operator p ON p.id = i.approved_by_id""",
    "messages": """
        SELECT channel, CASE channel WHEN 'app' THEN '' ELSE address END, wave, template, state,
        written_at, sent_at, delivered_at, failure
        FROM notifications_message""",
}


def digests() -> dict[str, str]:
    """What was loaded, without identifiers and answer codes, which are drawn anew every time."""
    result = {}
    for name, query in _DIGESTED.items():
        rows = sorted(repr(row) for row in ask(query))
        assert rows, name
        result[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return result


def loaded_and_taken_back(region: Region) -> dict[str, str]:
    with transaction.atomic():
        demonstration.write(region)
        found = digests()
        transaction.set_rollback(True)
    return found


def test_the_same_plan_loads_as_the_same_rows(small: Region):
    first = loaded_and_taken_back(small)
    assert loaded_and_taken_back(small) == first


@pytest.mark.django_db
def test_a_load_that_fails_leaves_nothing(small: Region):
    def fail(sentence: str) -> None:
        if "percorsi" in sentence:
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError), transaction.atomic():
        demonstration.write(small, fail)
    assert ask("SELECT count(*) FROM networks_network") == [(0,)]
    assert ask("SELECT count(*) FROM accounts_operator") == [(0,)]


def test_where_there_is_a_network_nothing_is_loaded(small: Region):
    from dataclasses import replace

    demonstration.write(replace(small, cases=()))
    before = ask("SELECT count(*) FROM networks_service")
    assert demonstration.load(seed=1, today=TODAY) is False
    assert ask("SELECT count(*) FROM networks_service") == before


def test_progress_is_told_in_words(small: Region):
    told: list[str] = []
    with transaction.atomic():
        demonstration.write(small, told.append)
        transaction.set_rollback(True)
    assert told[0].startswith("2 reti")
    assert told[-1].endswith("accessi in pronto soccorso")
    assert len(told) == 6
