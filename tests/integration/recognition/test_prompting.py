# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One visit in line: kept, read, answered; and who sees what came of it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings
from tests.factories.activations import COMO, TONIGHT, Town, a_staffed_service, a_town
from tests.factories.recognition import ASKS, FACE, REASON, SAYS, a_coordinator_of, a_prompt, a_site, an_arrival, read

from approdo.access.rules import Actor, Forbidden, Role
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.rules import ServiceKind
from approdo.recognition import selectors, services
from approdo.recognition.models import Prompt, Reading, SiteMode, StoredVisit
from approdo.recognition.rules import AgeBand, Band, Citizenship, Sign
from approdo.recognition.rules.prompting import CORRECTABLE, Answer, Mode
from approdo.recognition.services import TwoPeople

pytestmark = pytest.mark.django_db

LATER = TONIGHT + timedelta(days=30)


@pytest.fixture
def town() -> Town:
    return a_town()


@pytest.fixture
def nurse(town: Town) -> Actor:
    return a_site(town)


def seen(actor: Actor, prompt_id: UUID) -> selectors.PromptView:
    with entered(actor=actor):
        return selectors.prompt(actor, prompt_id, TONIGHT)


def answer(actor: Actor, prompt_id: UUID, given: Answer, *, minutes: int = 1) -> None:
    with entered(actor=actor):
        now = TONIGHT + timedelta(minutes=minutes)
        services.answer(actor=actor, prompt_id=prompt_id, answer=given, now=now)


def kept(actor: Actor) -> tuple[int, int, int]:
    with entered(actor=actor):
        return StoredVisit.objects.count(), Reading.objects.count(), Prompt.objects.count()


def test_four_points_are_a_reason_to_ask_line_by_line(nurse: Actor) -> None:
    found = seen(nurse, a_prompt(nurse))
    assert (found.band, found.points) == (Band.ASK, 4)
    assert {line.key: line.points for line in found.evidence} == {"head_face_neck": 2, "self_harm": 2}
    assert found.answer is None
    assert found.takes_answer


def test_what_somebody_wrote_is_immediate_and_three_points_are_nothing_to_say(nurse: Actor) -> None:
    assert seen(nurse, a_prompt(nurse, codes=SAYS)).band is Band.IMMEDIATE
    assert read(nurse, codes=FACE) is None
    assert kept(nurse) == (2, 2, 1)


def test_a_note_is_read_and_kept_nowhere(nurse: Actor) -> None:
    note = "Riferisce di essere stata spinta dal compagno. Canarino settecentododici."
    found = seen(nurse, a_prompt(nurse, codes=frozenset(), note=note))
    assert found.band is Band.IMMEDIATE
    (line,) = found.evidence
    assert line.key.startswith("words:")
    with entered(actor=nurse), connection.cursor() as cursor:
        for table in ("storedvisit", "reading", "prompt"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ''), '') FROM recognition_{table} t")
            ((text,),) = cursor.fetchall()
            assert text
            assert "compagno" not in text.lower()
            assert "settecentododici" not in text


def test_what_names_her_goes_no_further_than_the_door(nurse: Actor) -> None:
    arrival = an_arrival(person="CANARIA-7", visit="ACCESSO-CANARIO-7")
    a_prompt(nurse, **{name: getattr(arrival, name) for name in ("person", "visit")})
    assert "CANARI" not in repr(arrival)
    with entered(actor=nurse), connection.cursor() as cursor:
        for table in ("recognition_storedvisit", "recognition_reading", "recognition_prompt", "audit_entry"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t")
            assert "CANARI" not in cursor.fetchone()[0].upper()


def test_the_visits_before_are_read_with_it(nurse: Actor) -> None:
    before = an_arrival(codes=ASKS - FACE, arrived_at=TONIGHT - timedelta(days=200))
    assert read(nurse, before) is None
    found = seen(nurse, a_prompt(nurse, person=before.person, codes=FACE))
    assert [line.key for line in found.evidence] == ["self_harm", "head_face_neck"]
    assert read(nurse, codes=FACE) is None, "another woman's visits are not hers"


def test_of_visits_at_one_instant_each_is_read_for_itself(nurse: Actor) -> None:
    """As from a hospital that knows days and no hours; pseudonyms sort one way or the other."""
    empty = an_arrival(codes=frozenset())
    assert read(nurse, empty) is None
    for number in range(6):
        made = read(nurse, an_arrival(person=f"{empty.person}-{number}", codes=frozenset()))
        assert made is None
        assert read(nurse, an_arrival(person=f"{empty.person}-{number}")) is not None


def test_the_same_visit_again_is_the_same_prompt(nurse: Actor) -> None:
    arrival = an_arrival()
    first = a_prompt(nurse, **vars_of(arrival))
    assert read(nurse, arrival) == first
    assert kept(nurse) == (1, 1, 1)


def vars_of(arrival: services.Arrival) -> dict[str, object]:
    return {name: getattr(arrival, name) for name in ("person", "visit")}


def test_codes_that_come_at_discharge_say_what_is_known_by_now_while_it_is_open(nurse: Actor) -> None:
    arrival = an_arrival(codes=FACE)
    assert read(nurse, arrival) is None
    made = read(nurse, arrival, codes=ASKS)
    assert made is not None
    assert read(nurse, arrival, codes=ASKS | SAYS) == made
    assert seen(nurse, made).band is Band.IMMEDIATE
    assert read(nurse, arrival, codes=FACE) == made, "what would be no reason any more stays one"
    answer(nurse, made, Answer.ASKED_NO)
    assert read(nurse, arrival, codes=ASKS) == made
    assert seen(nurse, made).band is Band.IMMEDIATE, "what was answered stays what was asked"


@pytest.mark.parametrize("given", [Answer.ASKED_NO, Answer.ASKED_YES, Answer.KNOWN])
def test_an_answer_puts_it_to_sleep_until_something_new_comes(nurse: Actor, given: Answer) -> None:
    first = an_arrival(codes=SAYS)
    answer(nurse, a_prompt(nurse, **vars_of(first), codes=SAYS), given)
    again = replace(first, visit="di nuovo", arrived_at=LATER, codes=frozenset())
    assert read(nurse, again, now=LATER) is None, "the diagnosis of a month ago was told"
    assert read(nurse, again, now=LATER, codes=FACE) is not None, "an injury was not"


def test_it_sleeps_for_as_many_days_as_the_installation_says(nurse: Actor, settings: Settings) -> None:
    first = an_arrival(codes=SAYS)
    answer(nurse, a_prompt(nurse, **vars_of(first), codes=SAYS), Answer.ASKED_NO)
    settings.PROMPT_SLEEP_DAYS = 29
    again = replace(first, visit="di nuovo", arrived_at=LATER, codes=frozenset())
    assert read(nurse, again, now=LATER) is not None


def test_not_possible_now_comes_back_at_her_next_visit(nurse: Actor) -> None:
    first = an_arrival(codes=SAYS)
    made = a_prompt(nurse, **vars_of(first), codes=SAYS)
    answer(nurse, made, Answer.NOT_NOW)
    again = replace(first, visit="di nuovo", arrived_at=LATER, codes=frozenset())
    assert read(nurse, again, now=LATER) not in {None, made}


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.SILENT])
def test_where_a_site_is_silent_or_off_nobody_is_shown_anything(town: Town, mode: Mode) -> None:
    nurse = a_site(town, mode)
    arrival = an_arrival()
    assert read(nurse, arrival) is None
    assert read(nurse, arrival, codes=SAYS) is None
    assert kept(nurse) == ((0, 0, 0) if mode is Mode.OFF else (1, 1, 1))
    with entered(actor=nurse):
        for one in Prompt.objects.all():
            assert one.shown_at is None
            with pytest.raises(NotFound):
                selectors.prompt(nurse, one.pk, TONIGHT)
            with pytest.raises(NotFound):
                services.answer(actor=nurse, prompt_id=one.pk, answer=Answer.ASKED_YES, now=TONIGHT)
        assert selectors.waiting(nurse, TONIGHT) == ()
        assert not Entry.objects.filter(verb__startswith="prompt").exists()


def test_what_was_kept_in_silence_is_asked_once_the_site_prompts(town: Town) -> None:
    nurse = a_site(town, Mode.SILENT)
    first = an_arrival(codes=SAYS)
    read(nurse, first)
    coordinator = a_coordinator_of(town)
    with entered(actor=coordinator):
        services.set_mode(
            actor=coordinator, service_id=town.hospital.pk, mode=Mode.PROMPTING, reason=REASON, now=TONIGHT
        )
    assert read(nurse, first) is None, "this very visit stays what it was"
    assert read(nurse, first, visit="la prossima", arrived_at=LATER, codes=frozenset(), now=LATER) is not None


def test_a_press_is_corrected_for_half_a_day_and_then_it_stands(nurse: Actor) -> None:
    made = a_prompt(nurse)
    answer(nurse, made, Answer.ASKED_NO)
    answer(nurse, made, Answer.ASKED_YES, minutes=30)
    answer(nurse, made, Answer.ASKED_YES, minutes=60 * 24)
    late = int(CORRECTABLE.total_seconds() // 60) + 31
    with pytest.raises(Conflict) as refusal:
        answer(nurse, made, Answer.ASKED_NO, minutes=late)
    assert refusal.value.code == "already_answered"
    with entered(actor=nurse):
        assert selectors.prompt(nurse, made, TONIGHT + timedelta(days=2)).answer is Answer.ASKED_YES
        told = Entry.objects.filter(verb="prompt.answer").order_by("id").values_list("detail", flat=True)
        assert list(told) == [{"corrects": False}, {"corrects": True}], "what she said is not for the register"


def others(town: Town) -> dict[str, Actor]:
    colleague, people = a_staffed_service(town.network, ServiceKind.EMERGENCY_DEPARTMENT)
    elsewhere = a_town(COMO)
    return {
        "who coordinates this very department": a_coordinator_of(town),
        "the network's coordination": town.actor(town.coordination, role=Role.NETWORK_COORDINATOR),
        "a centre": town.actor(town.centre),
        "another department of the town": Actor(
            people[0].pk, colleague.organisation_id, colleague.pk, Role.EMERGENCY_OPERATOR
        ),
        "a nurse elsewhere": elsewhere.nurse,
        "a social worker of the department": replace(town.nurse, role=Role.SOCIAL_WORKER),
    }


def test_a_prompt_is_for_who_treats_her_there_and_for_nobody_else(town: Town, nurse: Actor) -> None:
    made = a_prompt(nurse)
    assert seen(town.actor(town.hospital, position=2), made), "a colleague of the department"
    for name, actor in others(town).items():
        with entered(actor=actor):
            for prompt_id in (made, uuid4()):
                with pytest.raises(NotFound):
                    selectors.prompt(actor, prompt_id, TONIGHT)
                with pytest.raises(NotFound):
                    services.answer(actor=actor, prompt_id=prompt_id, answer=Answer.KNOWN, now=TONIGHT)
            if actor.service_id != nurse.service_id:
                assert Prompt.objects.count() == 0, name
                assert Reading.objects.count() == 0, name
    analyst = replace(nurse, role=Role.REGIONAL_ANALYST)
    with entered(actor=analyst), pytest.raises(Forbidden):
        selectors.prompt(analyst, made, TONIGHT)


def test_the_application_asks_for_its_own_service_though_the_database_would_hide_the_rest(nurse: Actor) -> None:
    asked = str(Prompt.objects.visible_to(nurse).query)
    assert f'"recognition_prompt"."service_id" = {nurse.service_id}' in asked
    assert '"shown_at" IS NOT NULL' in asked


def test_another_department_of_the_same_organisation_sees_none_of_it(town: Town, nurse: Actor) -> None:
    made = a_prompt(nurse)
    second, people = a_staffed_service(town.network, ServiceKind.EMERGENCY_DEPARTMENT)
    type(second).objects.filter(pk=second.pk).update(organisation=town.hospital.organisation)
    there = Actor(people[0].pk, nurse.organisation_id, second.pk, Role.EMERGENCY_OPERATOR)
    with entered(actor=there):
        assert StoredVisit.objects.count() == 1, "her visits are read across the organisation"
        assert Prompt.objects.count() == Reading.objects.count() == 0
        with pytest.raises(NotFound):
            selectors.prompt(there, made, TONIGHT)


def test_not_even_the_system_sees_a_prompt_and_nobody_rewrites_what_was_decided(town: Town, nurse: Actor) -> None:
    a_prompt(nurse)
    with as_system():
        assert Reading.objects.count() == 1
        assert Prompt.objects.count() == 0
    for statement in (
        "UPDATE recognition_sitemode SET reason = 'altro'",
        "DELETE FROM recognition_sitemode",
        "UPDATE recognition_prompt SET shown_at = NULL",
        "UPDATE recognition_reading SET read_at = now()",
        "DELETE FROM recognition_reading",
        "DELETE FROM recognition_prompt",
    ):
        with entered(actor=nurse), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_what_is_left_of_her_goes_with_her_visit(nurse: Actor) -> None:
    a_prompt(nurse)
    with entered(actor=nurse), connection.cursor() as cursor:
        cursor.execute("DELETE FROM recognition_storedvisit")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert kept(nurse) == (0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"person": "  "}, "person"),
        ({"visit": ""}, "visit"),
        ({"arrived_at": TONIGHT + timedelta(minutes=11)}, "arrived_at"),
        ({"arrived_at": TONIGHT - timedelta(days=1826)}, "arrived_at"),
        ({"birth_year": 2027}, "birth_year"),
        ({"birth_year": 1895}, "birth_year"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_field(nurse: Actor, changes: dict, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(nurse, **changes)
    assert set(refusal.value.problems) == {field}
    assert kept(nurse) == (0, 0, 0)


@pytest.mark.parametrize(
    ("birth_year", "band", "asks"),
    [
        (2023, AgeBand.UNDER_18, False),
        (2012, AgeBand.UNDER_18, True),
        (1996, AgeBand.FROM_30, True),
        (None, AgeBand.UNKNOWN, True),
    ],
)
def test_her_age_counts_her_to_a_group_and_points_are_of_women(
    nurse: Actor, birth_year: int | None, band: AgeBand, asks: bool
) -> None:
    made = read(nurse, birth_year=birth_year, citizenship=Citizenship.FOREIGN)
    assert (made is not None) == asks
    with entered(actor=nurse):
        assert Reading.objects.values_list("age_band", "citizenship", "prompted").get() == (band, "foreign", asks)


def test_two_women_under_one_identifier_are_not_guessed_apart(nurse: Actor) -> None:
    first = an_arrival(birth_year=1990)
    read(nurse, first)
    with pytest.raises(TwoPeople):
        read(nurse, first, visit="altra", birth_year=1950)
    assert kept(nurse) == (1, 1, 1)


def test_what_she_brought_today_and_waits_is_one_press_away_and_only_for_her(town: Town, nurse: Actor) -> None:
    open_, later, done = (a_prompt(nurse) for _each in range(3))
    answer(nurse, later, Answer.NOT_NOW)
    answer(nurse, done, Answer.KNOWN)
    with entered(actor=nurse):
        assert {one.id for one in selectors.waiting(nurse, TONIGHT)} == {open_, later}
        assert selectors.waiting(nurse, TONIGHT + timedelta(hours=24)) == ()
    colleague = town.actor(town.hospital, position=2)
    with entered(actor=colleague):
        assert selectors.waiting(colleague, TONIGHT) == ()


def test_who_coordinates_decides_the_mode_with_a_reason_and_nobody_else(town: Town) -> None:
    coordinator, hospital = a_coordinator_of(town), town.hospital.pk
    with entered(actor=coordinator):
        with pytest.raises(Invalid) as refusal:
            services.set_mode(actor=coordinator, service_id=hospital, mode=Mode.PROMPTING, reason="", now=TONIGHT)
        assert set(refusal.value.problems) == {"mode", "reason"}
        services.set_mode(actor=coordinator, service_id=hospital, mode=Mode.SILENT, reason=REASON, now=TONIGHT)
        assert selectors.mode_of(hospital) is Mode.SILENT
        entry = Entry.objects.get(verb="recognition.mode")
        assert (entry.subject, entry.detail) == (f"service:{hospital}", {"mode": "silent", "before": "off"})
        assert [(one.mode, one.reason) for one in selectors.modes_of(hospital)] == [(Mode.SILENT, REASON)]
        for service in (town.centre, town.shelter):
            with pytest.raises(NotFound):
                services.set_mode(
                    actor=coordinator, service_id=service.pk, mode=Mode.SILENT, reason=REASON, now=TONIGHT
                )
    other = town.actor(town.centre, role=Role.ORGANISATION_COORDINATOR)
    with entered(actor=other), pytest.raises(NotFound):
        services.set_mode(actor=other, service_id=hospital, mode=Mode.OFF, reason=REASON, now=TONIGHT)
    with entered(actor=town.nurse), pytest.raises(Forbidden):
        services.set_mode(actor=town.nurse, service_id=hospital, mode=Mode.OFF, reason=REASON, now=TONIGHT)


def test_two_who_change_the_mode_at_once_do_not_both(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    a_site(town)
    coordinator, hospital = a_coordinator_of(town), town.hospital.pk
    before = selectors.modes_of(hospital)[1:]
    monkeypatch.setattr(selectors, "modes_of", lambda _service: before)
    with entered(actor=coordinator), pytest.raises(Conflict):
        services.set_mode(actor=coordinator, service_id=hospital, mode=Mode.PROMPTING, reason=REASON, now=TONIGHT)
    assert SiteMode.objects.filter(service_id=hospital).count() == 2


def test_a_sign_counts_like_what_the_table_says(nurse: Actor) -> None:
    assert read(nurse, codes=ASKS, signs=frozenset({Sign.CAUSE_VERIFIED})) is None
    assert read(nurse, codes=frozenset(), signs=frozenset({Sign.VIOLENCE_BY_OTHERS})) is not None
