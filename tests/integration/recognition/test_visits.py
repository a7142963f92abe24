# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Visits as they are kept: once each, by pseudonyms, inside one organisation, without what was written about her."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import Settings
from tests.factories.networks import NOON, a_service

from approdo.access.rules import SYSTEM, Actor, Forbidden, Role
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry
from approdo.recognition import selectors, services
from approdo.recognition.models import StoredVisit
from approdo.recognition.rules import AgeBand, Citizenship, Code, Sign, Subgroup, System, Visit

pytestmark = pytest.mark.django_db

HER = "0123456789abcdef" * 2
VISIT = "fedcba9876543210" * 2
CANARY = "canarino della nota"
BEFORE = Visit(
    person=HER,
    visit=VISIT,
    site="",
    arrived_at=NOON - timedelta(days=30),
    codes=frozenset({Code(System.ICD_9_CM, "99581"), Code(System.ICD_10, "S003")}),
    signs=frozenset({Sign.PREGNANT}),
    note=CANARY,
)
COUNTED = Subgroup(AgeBand.FROM_30, Citizenship.FOREIGN, 1990)


def somebody_of_a_department() -> Actor:
    service = a_service()
    return Actor(1, service.organisation_id, service.pk, Role.EMERGENCY_OPERATOR)


@pytest.fixture
def nurse() -> Actor:
    return somebody_of_a_department()


def keep(actor: Actor, visit: Visit = BEFORE, subgroup: Subgroup = COUNTED, said: tuple[str, ...] = ()) -> UUID:
    with entered(actor=actor):
        return services.keep(actor=actor, visit=visit, subgroup=subgroup, said=said, now=NOON)


def history(actor: Actor, person: str = HER, days: int = 0) -> selectors.History:
    with entered(actor=actor):
        return selectors.history(actor, person, NOON + timedelta(days=days))


def rows(actor: Actor, **wanted: Any) -> int:
    with entered(actor=actor):
        return StoredVisit.objects.filter(**wanted).count()


def test_a_visit_comes_back_as_it_scores_and_nothing_else_of_it(nurse: Actor) -> None:
    keep(nurse, said=("pushed", "hit", "hit"))
    found = history(nurse)
    assert found.visits == (replace(BEFORE, site=str(nurse.service_id), note=""),)
    assert found.said == {VISIT: ("hit", "pushed")}


def test_what_she_is_counted_to_is_kept_beside_and_what_was_written_is_not(nurse: Actor) -> None:
    keep(nurse)
    with entered(actor=nurse), connection.cursor() as cursor:
        cursor.execute("SELECT v::text FROM recognition_storedvisit v")
        ((text,),) = cursor.fetchall()
    assert "30_44,foreign,1990" in text
    assert CANARY not in text


def test_the_same_visit_again_replaces_what_it_said_and_never_doubles(nurse: Actor) -> None:
    first = keep(nurse)
    assert keep(nurse) == first
    changed = replace(BEFORE, codes=frozenset({Code(System.ICD_9_CM, "8730")}), signs=frozenset())
    assert keep(nurse, changed, said=("hit",)) == first
    found = history(nurse)
    assert [one.codes for one in found.visits] == [changed.codes]
    assert found.said == {VISIT: ("hit",)}


def test_many_at_once_say_how_many_were_new_changed_or_there_already(nurse: Actor) -> None:
    others = [replace(BEFORE, visit=f"{number:032x}") for number in range(5)]
    with entered(actor=nurse):
        first = services.keep_all(actor=nurse, visits=[services.Kept(one) for one in others], now=NOON)
        second = services.keep_all(
            actor=nurse,
            visits=[services.Kept(one, said=("hit",) if number < 2 else ()) for number, one in enumerate(others)],
            now=NOON,
        )
    assert first == services.Written(new=5, replaced=0, unchanged=0)
    assert second == services.Written(new=0, replaced=2, unchanged=3)


def test_when_it_came_in_first_stays(nurse: Actor) -> None:
    keep(nurse)
    with entered(actor=nurse):
        later = NOON + timedelta(days=1)
        services.keep(actor=nurse, visit=replace(BEFORE, infant=True), subgroup=COUNTED, now=later)
        assert StoredVisit.objects.get().recorded_at == NOON


def test_a_history_ends_with_the_instant_asked_for_and_is_in_order(nurse: Actor) -> None:
    now = replace(BEFORE, visit="1" * 32, arrived_at=NOON)
    tomorrow = replace(BEFORE, visit="2" * 32, arrived_at=NOON + timedelta(days=1))
    for one in (tomorrow, now, BEFORE):
        keep(nurse, one)
    keep(nurse, replace(BEFORE, person="3" * 32, visit="3" * 32))
    assert [one.visit for one in history(nurse).visits] == [VISIT, "1" * 32]
    assert [one.visit for one in history(nurse, days=1).visits] == [VISIT, "1" * 32, "2" * 32]


def test_a_history_is_one_statement_that_an_index_answers(nurse: Actor, django_assert_num_queries: Any) -> None:
    keep(nurse)
    with entered(actor=nurse):
        with django_assert_num_queries(1) as queries:
            selectors.history(nurse, HER, NOON)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            asked = queries.captured_queries[0]["sql"]
            cursor.execute(f"EXPLAIN {asked}", [nurse.organisation_id, HER, NOON])
            plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "visits_of_person" in plan


def test_another_organisation_reads_nothing_though_the_application_would_let_it(nurse: Actor) -> None:
    keep(nurse)
    other = somebody_of_a_department()
    assert history(other).visits == ()
    assert rows(other) == 0
    with entered(actor=other):
        assert selectors.history(nurse, HER, NOON).visits == ()


def test_another_organisation_cannot_write_in_its_name(nurse: Actor) -> None:
    other = somebody_of_a_department()
    with pytest.raises(Exception, match="row-level security"), entered(actor=other):
        services.keep(actor=nurse, visit=BEFORE, subgroup=COUNTED, now=NOON)


def test_two_organisations_keep_what_has_the_same_token_apart(nurse: Actor) -> None:
    other = somebody_of_a_department()
    assert keep(nurse) != keep(other, said=("hit",))
    assert history(nurse).said == {}


def test_the_system_sees_only_what_has_expired(nurse: Actor) -> None:
    keep(nurse)
    keep(nurse, replace(BEFORE, visit="4" * 32, arrived_at=NOON - timedelta(days=4000)))
    assert rows(nurse) == 2
    with as_system():
        assert [one.visit for one in StoredVisit.objects.all()] == ["4" * 32]


def test_a_visit_expires_as_long_after_it_as_the_settings_say(nurse: Actor, settings: Settings) -> None:
    settings.VISIT_DAYS = 100
    keep(nurse)
    assert rows(nurse, expires_at=BEFORE.arrived_at + timedelta(days=100)) == 1


def test_an_identifier_in_the_place_of_a_token_is_not_taken(nurse: Actor) -> None:
    for broken in (replace(BEFORE, person="PRVNTN80A41F205X"), replace(BEFORE, visit="2026/001234")):
        with pytest.raises(IntegrityError, match="visit_by_pseudonyms"):
            keep(nurse, broken)


def test_two_years_of_birth_under_one_identifier_are_two_people_and_nobody_guesses(nurse: Actor) -> None:
    keep(nurse)
    twin = replace(BEFORE, visit="5" * 32)
    with pytest.raises(services.TwoPeople):
        keep(nurse, twin, replace(COUNTED, birth_year=1991))
    keep(nurse, twin, replace(COUNTED, birth_year=None))
    assert rows(nurse) == 2


def test_the_year_of_birth_of_her_only_visit_may_be_set_right(nurse: Actor) -> None:
    keep(nurse)
    keep(nurse, BEFORE, replace(COUNTED, birth_year=1991))
    assert rows(nurse, birth_year=1991) == 1


def test_who_acts_for_no_service_keeps_nothing() -> None:
    with pytest.raises(Forbidden):
        keep(SYSTEM)


def test_what_was_kept_is_in_the_register_by_its_number(nurse: Actor) -> None:
    kept = keep(nurse)
    entry = Entry.objects.get(verb="visit.keep")
    assert (entry.subject, entry.detail, entry.service_id) == (f"visit:{kept}", {}, nurse.service_id)


def test_a_pseudonym_says_nothing_and_is_another_in_each_organisation(nurse: Actor) -> None:
    other = somebody_of_a_department()
    identifier = "PRVNTN80A41F205X"
    tokens = [selectors.pseudonym(one.organisation_id or 0, identifier) for one in (nurse, nurse, other)]
    assert tokens[0] == tokens[1] != tokens[2]
    assert len(tokens[0]) == 32
    assert identifier.lower() not in tokens[0]
    assert selectors.pseudonym(nurse.organisation_id or 0, tokens[0]) != tokens[0], "tokenised again at the door"


def test_only_what_surrounds_an_identifier_is_left_out_of_its_token(nurse: Actor) -> None:
    of = selectors.pseudonyms(nurse.organisation_id or 0, 7)
    assert of.person(" aB3 ") == of.person("aB3") != of.person("ab3")
    with pytest.raises(ValueError, match="nobody"):
        of.person(" \t")


def test_two_sites_that_count_alike_have_two_visits_and_one_woman(nurse: Actor) -> None:
    here, there = (selectors.pseudonyms(nurse.organisation_id or 0, site) for site in (7, 8))
    assert here.person("12") == there.person("12") != here.visit("12")
    assert here.visit("12") != there.visit("12")


def test_a_failed_keeping_leaves_nothing_in_the_register(nurse: Actor) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        keep(nurse, replace(BEFORE, person="nobody"))
    assert not Entry.objects.filter(verb="visit.keep").exists()
