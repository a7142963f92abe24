# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The danger in a case is assessed, read, judged by people, assessed again in time; nothing of it is ever rewritten."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories.activations import TONIGHT, Town, a_town, an_activation
from tests.factories.assessing import ALL_NO, REASON, THREE_YES, TWO_YES, da5, kept
from tests.factories.consents import TOLD
from tests.factories.pathway import the_town_follows
from tests.factories.pathway_steps import a_step

from approdo.access.rules import Actor, Role, Slice
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry as AuditEntry
from approdo.cases import services as case_services
from approdo.cases.models import Event
from approdo.cases.rules import CaseAct, CaseState
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.notifications.models import Message
from approdo.persons.rules import Kind
from approdo.persons.services import add
from approdo.risk.models import Assessment, Happening, InstrumentVersion, Judgement
from approdo.risk.rules import Outcome, Trigger
from approdo.risk.selectors import Subject, shipped
from approdo.tasks.models import Task
from approdo.usecases import assessing, pathway, sharing
from approdo.usecases.assessing import Sheet
from approdo.usecases.danger import CHILDREN, HER, About, Danger, answers_to, danger, so_far

pytestmark = pytest.mark.django_db
NOW = TONIGHT + timedelta(hours=8)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def town() -> Town:
    made = a_town()
    the_town_follows(made, a_step("risk", "recognition", kind=None, assessment="risk"))
    return made


@pytest.fixture
def nurse(town: Town) -> Actor:
    return town.actor(town.hospital, role=Role.EMERGENCY_OPERATOR)


@pytest.fixture
def case(town: Town, anna: Actor) -> UUID:
    """A case that the centre leads; the hospital takes part."""
    case_id = an_activation(town).case_id
    with entered(actor=anna):
        pathway.take_lead(actor=anna, case_id=case_id, now=NOW)
    return case_id


def assessed(actor: Actor, case: UUID, answers: dict[str, str] = THREE_YES, at: datetime = NOW) -> UUID:
    with entered(actor=actor):
        return da5(actor, case, answers, now=at)


def seen(actor: Actor, case: UUID, at: datetime = NOW) -> Danger:
    with entered(actor=actor):
        return danger(actor, case, at)


def her(actor: Actor, case: UUID, at: datetime = NOW) -> About:
    return next(one for one in seen(actor, case, at).about if one.subject == HER)


def level(actor: Actor, case: UUID) -> Outcome | None:
    stands = her(actor, case).standing
    return stands.level if stands else None


def judged(actor: Actor, case: UUID, which: UUID, to: Outcome | None, reason: str = REASON, at: datetime = NOW) -> bool:
    with entered(actor=actor):
        return assessing.judge(actor=actor, case_id=case, assessment_id=which, level=to, reason=reason, now=at)


def review(case: UUID, key: str = ":risk") -> Task:
    with as_system():
        return Task.objects.get(case_id=case, key=key, ended_at=None)


def test_what_was_answered_is_read_again_as_it_was_and_what_it_comes_to(anna: Actor, case: UUID) -> None:
    assessed(anna, case, TWO_YES | {"weapon": "unknown"})
    found = her(anna, case).assessments[0]
    assert (found.score.least, found.score.most) == (2, 3)
    assert (found.score.certain, found.score.outcome) == (Outcome.MEDIUM, Outcome.HIGH)
    assert (found.alone, found.interpreter) == (True, False)
    assert found.answers["jealousy"] == "yes"
    assert found.instrument.code == "da5"


def test_nothing_of_it_is_in_the_database_in_clear(anna: Actor, case: UUID) -> None:
    which = assessed(anna, case)
    judged(anna, case, which, Outcome.EXTREME, "Ha trovato il biglietto del treno, parola segreta.")
    with as_system(), connection.cursor() as cursor:
        for table in ("risk_assessment", "risk_judgement"):
            cursor.execute(f"SELECT encode(sealed, 'escape') FROM {table}")
            assert all("yes" not in row[0] and "treno" not in row[0] for row in cursor.fetchall())
    details = " ".join(str(one) for one in AuditEntry.objects.values_list("detail", flat=True))
    assert "treno" not in details
    assert "extreme" not in details
    assert "high" not in details
    assert "reader" not in details, "only from high another has to read it"


def test_the_questions_as_they_were_are_kept_once_whatever_a_release_changes_later(anna: Actor, case: UUID) -> None:
    assessed(anna, case)
    assessed(anna, case, at=NOW + HOUR)
    kept = InstrumentVersion.objects.get()
    assert kept.document["items"][0]["code"] == "escalation"
    assert her(anna, case, NOW + HOUR).assessments[1].instrument.version == kept.version


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        ({"weapon": "maybe"}, {"weapon"}),
        ({"colour": "yes"}, {"colour"}),
        ({"colour": "unknown", "weapon": "no"}, {"colour"}),
    ],
)
def test_an_answer_that_does_not_exist_is_refused_and_nothing_is_kept(
    anna: Actor, case: UUID, answers: dict[str, str], named: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        assessed(anna, case, answers)
    assert set(refused.value.problems) == named
    assert kept(anna) == InstrumentVersion.objects.count() == 0


def test_it_completes_what_the_protocol_asked_and_winds_the_clock_of_the_next(anna: Actor, case: UUID) -> None:
    with as_system():
        pathway.begin_recognition(now=NOW)
    assessed(anna, case)
    with as_system():
        asked = Task.objects.get(case_id=case, key="risk")
    assert (asked.status, asked.instrument, asked.ended_at) == ("completed", "da5", NOW)
    assert review(case).due_at == NOW + 7 * DAY
    told = Event.objects.filter(case_id=case).values_list("kind", flat=True)
    assert {"assessed", "task_done"} <= set(told)


@pytest.mark.parametrize(
    ("answers", "lasts"), [(THREE_YES, 7 * DAY), (TWO_YES, 30 * DAY), (ALL_NO, 60 * DAY), ({"jealousy": "no"}, 7 * DAY)]
)
def test_the_next_is_due_when_the_level_runs_out(
    anna: Actor, case: UUID, answers: dict[str, str], lasts: timedelta
) -> None:
    assessed(anna, case, answers)
    assert review(case).due_at == NOW + lasts
    assert her(anna, case).due_at == NOW + lasts


UNTOUCHED = ({}, dict.fromkeys(ALL_NO, "unknown"))


def attempt(actor: Actor, case: UUID, answers: dict[str, str], reason: str = REASON, at: datetime = NOW) -> UUID:
    with entered(actor=actor):
        sheet = Sheet(HER, "da5", answers, reason=reason)
        return assessing.assess(actor=actor, case_id=case, sheet=sheet, now=at)


def events(case: UUID, kind: str) -> int:
    return Event.objects.filter(case_id=case, kind=kind).count()


@pytest.mark.parametrize("answers", UNTOUCHED)
@pytest.mark.parametrize("reason", ["", "boh"])
def test_an_untouched_sheet_is_not_kept_and_stops_no_clock(
    anna: Actor, case: UUID, answers: dict[str, str], reason: str
) -> None:
    with as_system():
        pathway.begin_recognition(now=NOW)
    with pytest.raises(Invalid) as refused:
        attempt(anna, case, answers, reason)
    assert set(refused.value.problems) == {"reason"}
    assert her(anna, case).assessments == ()
    with as_system():
        assert Task.objects.get(case_id=case, key="risk").ended_at is None
        assert not Task.objects.filter(case_id=case, key=":risk").exists()
    assert events(case, "assessed") == 0


@pytest.mark.parametrize("answers", UNTOUCHED)
def test_that_it_could_not_be_assessed_is_what_a_person_writes_and_is_tried_again_in_a_week(
    anna: Actor, case: UUID, answers: dict[str, str]
) -> None:
    with as_system():
        pathway.begin_recognition(now=NOW)
    attempt(anna, case, answers)
    found = her(anna, case)
    assert found.standing is not None
    assert found.standing.level is None
    assert review(case).due_at == found.due_at == NOW + 7 * DAY
    with as_system():
        assert Task.objects.get(case_id=case, key="risk").status == "completed"
    assert not found.proposes
    assert (events(case, "assessed"), events(case, "level_judged")) == (0, 1), "nobody is told that it was assessed"


def test_an_attempt_lowers_nothing_and_puts_off_no_clock(anna: Actor, case: UUID) -> None:
    assessed(anna, case, THREE_YES)
    asked = review(case).pk
    attempt(anna, case, {}, at=NOW + 5 * DAY)
    found = her(anna, case, NOW + 5 * DAY)
    assert found.standing is not None
    assert found.standing.level is Outcome.HIGH, "until a colleague has read why"
    assert review(case).due_at == found.due_at == NOW + 7 * DAY
    assert review(case).pk == asked, "it is not done, and what it reminded of is not forgotten"
    with entered(actor=anna):
        assert answers_to("da5", anna, case, NOW + 5 * DAY) == THREE_YES, "what she said is still what she said"


def test_whoever_answered_something_needs_no_reason_and_what_she_typed_is_no_judgement(anna: Actor, case: UUID) -> None:
    attempt(anna, case, {"weapon": "no"})
    assert her(anna, case).assessments[0].judgements == ()


def test_a_sheet_that_was_kept_untouched_before_counts_for_nothing(
    anna: Actor, case: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assessing, "answered", lambda _answers: True)
    attempt(anna, case, {}, reason="")
    monkeypatch.undo()
    found = her(anna, case)
    assert len(found.assessments) == 1
    assert (found.assessments[0].level, found.standing, found.due_at) == (None, None, None)
    with entered(actor=anna):
        assert not so_far(anna, case, NOW).assessed
    assessed(anna, case, ALL_NO, at=NOW + HOUR)
    assert level(anna, case) is Outcome.LOW, "what was never answered holds nothing up"


def test_a_network_has_its_own_clock_and_threshold(town: Town, anna: Actor, case: UUID) -> None:
    hours = {"extreme_hours": 1, "high_hours": 2, "medium_hours": 5, "low_hours": 9, "not_assessable_hours": 3}
    reviews = hours | {"escalate_after_hours": 4, "activate_from": "medium"}
    the_town_follows(town, a_step("risk", "recognition", kind=None), reviews=reviews)
    assessed(anna, case, TWO_YES)
    assert review(case).due_at == NOW + 5 * HOUR
    assert review(case).escalate_at == NOW + 9 * HOUR
    assert her(anna, case).proposes


def test_assessed_again_the_clock_is_wound_again_and_the_one_before_is_done(anna: Actor, case: UUID) -> None:
    assessed(anna, case, TWO_YES)
    assessed(anna, case, ALL_NO, at=NOW + 3 * DAY)
    with as_system():
        done = Task.objects.get(case_id=case, key=":risk", status="completed")
    assert (done.ended_at, done.instrument) == (NOW + 3 * DAY, "da5")
    assert review(case).due_at == NOW + 63 * DAY


def test_left_undone_it_reminds_and_then_tells_who_leads(town: Town, anna: Actor, case: UUID) -> None:
    assessed(anna, case)
    with as_system():
        Message.objects.all().delete()
        pathway.advance_due(now=NOW + 7 * DAY)
        reminded = set(Message.objects.values_list("recipient_operator_id", flat=True))
        Message.objects.all().delete()
        pathway.advance_due(now=NOW + 8 * DAY)
        told = set(Message.objects.values_list("recipient_operator_id", flat=True))
    assert reminded == {one.pk for one in town.people[town.centre.pk]}
    assert told == {anna.operator_id}


@pytest.mark.parametrize("trigger", [*Trigger])
def test_whatever_happened_it_is_to_be_done_again_at_once(anna: Actor, case: UUID, trigger: Trigger) -> None:
    assessed(anna, case, ALL_NO)
    happened(anna, case, trigger, NOW + HOUR, NOW + 2 * HOUR)
    assert review(case).due_at == NOW + HOUR
    assert her(anna, case, NOW + 2 * HOUR).happenings[0].trigger is trigger
    assessed(anna, case, ALL_NO, at=NOW + 3 * HOUR)
    assert review(case).due_at == NOW + 3 * HOUR + 60 * DAY


def happened(actor: Actor, case: UUID, what: Trigger, when: datetime, at: datetime, about: Subject = HER) -> None:
    with entered(actor=actor):
        assessing.note_happening(actor=actor, case_id=case, subject=about, trigger=what, happened_at=when, now=at)


def test_before_any_assessment_a_fact_asks_for_the_first(anna: Actor, case: UUID) -> None:
    happened(anna, case, Trigger.WEAPON, NOW - HOUR, NOW)
    assert review(case).due_at == NOW - HOUR


def test_what_is_still_to_happen_is_not_a_fact(anna: Actor, case: UUID) -> None:
    with pytest.raises(Invalid):
        happened(anna, case, Trigger.WEAPON, NOW + HOUR, NOW)
    assert kept(anna) == 0


def test_raising_holds_at_once_and_the_clock_goes_faster(anna: Actor, case: UUID) -> None:
    which = assessed(anna, case, TWO_YES)
    assert judged(anna, case, which, Outcome.EXTREME, reason="")
    assert level(anna, case) is Outcome.EXTREME
    assert review(case).due_at == NOW + timedelta(hours=72)


def test_lowering_from_medium_needs_a_reason_and_nobody_else(anna: Actor, case: UUID) -> None:
    which = assessed(anna, case, TWO_YES)
    with pytest.raises(Invalid) as refused:
        judged(anna, case, which, Outcome.LOW, reason="corto")
    assert set(refused.value.problems) == {"reason"}
    assert judged(anna, case, which, Outcome.LOW)
    assert level(anna, case) is Outcome.LOW


def test_lowering_from_high_holds_once_another_has_read_it(anna: Actor, bruna: Actor, case: UUID) -> None:
    which = assessed(anna, case)
    assert not judged(anna, case, which, Outcome.LOW)
    assert level(anna, case) is Outcome.HIGH
    waiting = seen(bruna, case).waiting[0]
    assert (waiting.reason, waiting.level) == (REASON, Outcome.LOW)
    with entered(actor=anna), pytest.raises(Conflict):
        assessing.confirm(actor=anna, case_id=case, judgement_id=waiting.id, now=NOW + HOUR)
    with entered(actor=bruna):
        assessing.confirm(actor=bruna, case_id=case, judgement_id=waiting.id, now=NOW + HOUR)
    assert level(anna, case) is Outcome.LOW
    assert review(case).due_at == NOW + 60 * DAY
    with entered(actor=bruna), pytest.raises(Conflict):
        assessing.confirm(actor=bruna, case_id=case, judgement_id=waiting.id, now=NOW + 2 * HOUR)


def test_the_same_sheet_filled_in_again_with_noes_takes_nobody_down_from_high(
    anna: Actor, bruna: Actor, case: UUID
) -> None:
    assessed(anna, case)
    again = assessed(anna, case, ALL_NO, at=NOW + HOUR)
    assert level(anna, case) is Outcome.HIGH
    assert review(case).due_at == NOW + HOUR + 7 * DAY
    with entered(actor=anna), pytest.raises(Invalid):
        assessing.check_closing(anna, case, NOW + HOUR)
    found = her(anna, case, NOW + HOUR).assessments[1]
    assert (found.score.outcome, found.held_back) == (Outcome.LOW, True)
    assert not judged(anna, case, again, Outcome.LOW, at=NOW + 2 * HOUR)
    waiting = seen(bruna, case, NOW + 2 * HOUR).waiting[0].id
    with entered(actor=bruna):
        assessing.confirm(actor=bruna, case_id=case, judgement_id=waiting, now=NOW + 3 * HOUR)
    assert level(anna, case) is Outcome.LOW
    assert not her(anna, case, NOW + 3 * HOUR).assessments[1].held_back
    assessed(anna, case, TWO_YES, at=NOW + 4 * HOUR)
    assert level(anna, case) is Outcome.MEDIUM


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let another act be done while somebody waits for her turn at the case."""
    hold, todo = case_services.hold, [act]

    def held(**asked: Any) -> Any:
        if todo:
            todo.pop()()
        return hold(**asked)

    monkeypatch.setattr(case_services, "hold", held)


def test_a_high_risk_that_somebody_finds_at_the_moment_of_closing_keeps_it_open(
    anna: Actor, case: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, lambda: assessed(anna, case))
    with pytest.raises(Invalid):
        closed(anna, case)


@pytest.mark.parametrize("what", ["sheet", "fact", "reason"])
def test_what_is_written_at_the_moment_of_closing_does_not_stay_in_a_closed_case(
    anna: Actor, case: UUID, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    acts: dict[str, Callable[[], object]] = {
        "sheet": lambda: assessed(anna, case),
        "fact": lambda: happened(anna, case, Trigger.WEAPON, NOW, NOW),
        "reason": lambda: asked_to_close(anna, case),
    }
    meanwhile(monkeypatch, lambda: closed(anna, case))
    with pytest.raises(Conflict):
        acts[what]()
    assert kept(anna) == 0


def test_nor_does_a_person_who_fills_in_her_own_judgement_again(anna: Actor, bruna: Actor, case: UUID) -> None:
    a_judgement(anna, case, Outcome.EXTREME)
    a_judgement(anna, case, None, at=NOW + HOUR)
    a_judgement(anna, case, Outcome.MEDIUM, at=NOW + 2 * HOUR)
    assert level(anna, case) is Outcome.EXTREME
    (waiting,) = seen(bruna, case, NOW + 2 * HOUR).waiting
    assert waiting.level is Outcome.MEDIUM
    with entered(actor=bruna):
        assessing.confirm(actor=bruna, case_id=case, judgement_id=waiting.id, now=NOW + 3 * HOUR)
    assert level(anna, case) is Outcome.MEDIUM


def test_who_said_yes_when_asked_in_private_may_say_no_later(anna: Actor, case: UUID) -> None:
    with entered(actor=anna):
        for hours, said in enumerate(("yes", "no")):
            answers = dict.fromkeys(items_of("hark"), said)
            assessing.assess(actor=anna, case_id=case, sheet=Sheet(HER, "hark", answers), now=NOW + hours * HOUR)
    found = her(anna, case, NOW + HOUR).assessments
    assert [one.level for one in found] == [Outcome.POSITIVE, Outcome.NEGATIVE]


def items_of(code: str) -> list[str]:
    return [item["code"] for item in shipped()[code]["items"]]


def test_a_level_raised_meanwhile_is_not_undone_by_reading_what_came_before(
    anna: Actor, bruna: Actor, case: UUID
) -> None:
    which = assessed(anna, case)
    judged(anna, case, which, Outcome.LOW)
    waiting = seen(bruna, case).waiting[0].id
    judged(bruna, case, which, Outcome.EXTREME, reason="", at=NOW + HOUR)
    assert seen(bruna, case).waiting == ()
    with entered(actor=bruna), pytest.raises(Conflict) as refused:
        assessing.confirm(actor=bruna, case_id=case, judgement_id=waiting, now=NOW + 2 * HOUR)
    assert refused.value.code == "overtaken"
    assert level(anna, case) is Outcome.EXTREME


def test_what_waits_beside_an_older_assessment_is_read_by_nobody_any_more(
    anna: Actor, bruna: Actor, case: UUID
) -> None:
    judged(anna, case, assessed(anna, case), Outcome.LOW)
    assessed(anna, case, at=NOW + HOUR)
    assert seen(bruna, case).waiting == ()


def test_who_may_only_look_from_aside_confirms_nothing(town: Town, anna: Actor, nurse: Actor, case: UUID) -> None:
    which = assessed(anna, case)
    judged(anna, case, which, Outcome.LOW)
    waiting = seen(anna, case).waiting[0].id
    with entered(actor=nurse), pytest.raises(NotFound):
        assessing.confirm(actor=nurse, case_id=case, judgement_id=waiting, now=NOW)
    assert seen(anna, case).waiting[0].read_at is None


def test_a_level_of_another_kind_is_refused(anna: Actor, case: UUID) -> None:
    which = assessed(anna, case, TWO_YES)
    with pytest.raises(Invalid) as refused:
        judged(anna, case, which, Outcome.POSITIVE)
    assert set(refused.value.problems) == {"level"}
    with pytest.raises(Conflict):
        judged(anna, case, which, Outcome.MEDIUM)


def a_judgement(actor: Actor, case: UUID, to: Outcome | None, reason: str = REASON, at: datetime = NOW) -> UUID:
    sheet = Sheet(HER, "structured_judgement", {"threats": "present"}, level=to, reason=reason)
    with entered(actor=actor):
        return assessing.assess(actor=actor, case_id=case, sheet=sheet, now=at)


def test_where_nothing_is_added_up_the_level_is_hers_with_a_reason(anna: Actor, case: UUID) -> None:
    with pytest.raises(Invalid):
        a_judgement(anna, case, Outcome.LOW, reason="")
    assert kept(anna) == 0
    a_judgement(anna, case, Outcome.EXTREME)
    assert level(anna, case) is Outcome.EXTREME
    found = her(anna, case).assessments[0]
    assert found.score.outcome is None
    assert found.judgements[0].reason == REASON


def test_what_cannot_be_assessed_is_tried_again_in_a_week(anna: Actor, case: UUID) -> None:
    a_judgement(anna, case, None)
    assert review(case).due_at == NOW + 7 * DAY
    stands = her(anna, case).standing
    assert stands is not None
    assert stands.level is None


def test_tools_stand_side_by_side_and_the_worse_holds(anna: Actor, case: UUID) -> None:
    assessed(anna, case)
    a_judgement(anna, case, Outcome.LOW, at=NOW + DAY)
    found = her(anna, case, NOW + DAY)
    assert [one.level for one in found.assessments] == [Outcome.HIGH, Outcome.LOW]
    assert found.standing is not None
    assert found.standing.level is Outcome.HIGH
    assert review(case).due_at == NOW + 7 * DAY, "a milder one beside it does not put it off"


def test_a_milder_sheet_does_not_answer_what_happened_since(anna: Actor, case: UUID) -> None:
    assessed(anna, case)
    happened(anna, case, Trigger.NEW_INCIDENT, NOW + DAY, NOW + DAY)
    a_judgement(anna, case, Outcome.MEDIUM, at=NOW + 2 * DAY)
    assert review(case).due_at == NOW + DAY
    assessed(anna, case, at=NOW + 3 * DAY)
    assert review(case).due_at == NOW + 10 * DAY


def a_sign(actor: Actor, case: UUID, code: str, answers: dict[str, str], at: datetime = NOW) -> None:
    with entered(actor=actor):
        assessing.assess(actor=actor, case_id=case, sheet=Sheet(HER, code, answers), now=at)


@pytest.mark.parametrize(
    ("code", "answers"),
    [("strangulation", {"neck": "never"}), ("raising", {"children": "no", "leaving": "yes", "worse": "no"})],
)
def test_a_sign_that_is_not_there_is_neither_low_nor_an_assessment(
    anna: Actor, case: UUID, code: str, answers: dict[str, str]
) -> None:
    a_sign(anna, case, code, answers)
    assert her(anna, case).standing is None
    with as_system():
        assert not Task.objects.filter(case_id=case, key=":risk").exists()
    with entered(actor=anna):
        assert not so_far(anna, case, NOW).assessed
    assessed(anna, case, ALL_NO, at=NOW + DAY)
    a_sign(anna, case, code, answers, NOW + 50 * DAY)
    assert review(case).due_at == NOW + 61 * DAY


def test_a_sign_that_is_there_is_high_and_leaves_the_five_questions_to_be_asked(anna: Actor, case: UUID) -> None:
    with as_system():
        pathway.begin_recognition(now=NOW)
    a_sign(anna, case, "strangulation", {"neck": "before"})
    assert level(anna, case) is Outcome.HIGH
    assert review(case).due_at == NOW + 7 * DAY
    with as_system():
        assert Task.objects.get(case_id=case, key="risk").ended_at is None
    with entered(actor=anna):
        assert not so_far(anna, case, NOW).assessed


def test_asking_in_private_is_no_level_and_winds_no_clock(anna: Actor, case: UUID) -> None:
    with entered(actor=anna):
        sheet = Sheet(HER, "hark", {"afraid": "yes"})
        assessing.assess(actor=anna, case_id=case, sheet=sheet, now=NOW)
    assert her(anna, case).assessments[0].level is Outcome.POSITIVE
    assert her(anna, case).standing is None
    with as_system():
        told = Event.objects.filter(case_id=case).values_list("kind", flat=True)
        assert told
        assert "assessed" not in told, "nobody else learns that she was asked"
        assert not Task.objects.filter(case_id=case, key=":risk").exists()


def test_a_child_is_assessed_apart_from_her_mother(anna: Actor, case: UUID) -> None:
    with entered(actor=anna):
        child = add(actor=anna, case_id=case, kind=Kind.CHILD, written={"saw": "yes"}, declined=(), now=NOW).entry_id
        sheet = Sheet(Subject(Slice.CHILDREN, child), "ten4facesp", {"ear": "yes"})
        assessing.assess(actor=anna, case_id=case, sheet=sheet, now=NOW)
    assessed(anna, case, ALL_NO)
    found = {one.subject: one for one in seen(anna, case).about}
    assert set(found) == {HER, Subject(Slice.CHILDREN, child)}
    assert found[HER].standing is not None
    assert found[HER].standing.level is Outcome.LOW
    beside = found[Subject(Slice.CHILDREN, child)]
    assert (beside.number, beside.standing and beside.standing.level) == (1, Outcome.POSITIVE)
    assert review(case, f":{child.hex}").due_at == NOW + 7 * DAY


@pytest.mark.parametrize(
    ("subject", "code"),
    [(HER, "ten4facesp"), (CHILDREN, "da5"), (HER, "sixth_sense"), (Subject(Slice.CHILDREN, uuid4()), "ten4facesp")],
)
def test_what_does_not_fit_whom_it_is_about_is_not_there(anna: Actor, case: UUID, subject: Subject, code: str) -> None:
    with entered(actor=anna), pytest.raises(NotFound):
        assessing.assess(actor=anna, case_id=case, sheet=Sheet(subject, code, {}), now=NOW)


def test_who_takes_part_reads_it_when_she_is_granted_it_and_no_longer_when_it_is_taken_back(
    town: Town, anna: Actor, nurse: Actor, case: UUID
) -> None:
    assessed(anna, case)
    with pytest.raises(NotFound):
        seen(nurse, case)
    with entered(actor=anna):
        grant_reading(town, anna, case)
    assert level(nurse, case) is Outcome.HIGH
    assert her(nurse, case).may_write


def test_whoever_takes_part_and_may_write_assesses_and_the_clock_stays_with_who_leads(
    town: Town, anna: Actor, nurse: Actor, case: UUID
) -> None:
    with entered(actor=anna):
        grant_reading(town, anna, case)
    assessed(nurse, case, TWO_YES)
    assert review(case).service_id == town.centre.pk
    assert level(anna, case) is Outcome.MEDIUM
    assessed(nurse, case, ALL_NO, at=NOW + HOUR)
    assert review(case).due_at == NOW + HOUR + 60 * DAY


def test_who_is_kept_out_finds_nothing_and_writes_nothing(anna: Actor, bruna: Actor, case: UUID) -> None:
    assessed(anna, case)
    with entered(actor=anna):
        sharing.keep_out(actor=anna, case_id=case, operator_id=bruna.operator_id or 0, reason="knows_him", now=NOW)
    with pytest.raises(NotFound):
        seen(bruna, case)
    with pytest.raises(NotFound):
        assessed(bruna, case)


def grant_reading(town: Town, anna: Actor, case: UUID) -> None:
    wish = {"slices": [Slice.RISK], "purpose": "protection", "days": 90, "told": TOLD}
    sharing.grant(actor=anna, case_id=case, service_id=town.hospital.pk, now=NOW, **wish)


def closed(actor: Actor, case: UUID, at: datetime = NOW) -> CaseState:
    with entered(actor=actor):
        return pathway.move(actor=actor, case_id=case, act=CaseAct.CLOSE, reason="completed", now=at)


def asked_to_close(actor: Actor, case: UUID, at: datetime = NOW) -> UUID:
    with entered(actor=actor):
        return assessing.ask_to_close(actor=actor, case_id=case, reason=REASON, now=at)


def read(actor: Actor, case: UUID, which: UUID, at: datetime = NOW) -> None:
    with entered(actor=actor):
        assessing.confirm(actor=actor, case_id=case, judgement_id=which, now=at)


def test_at_high_risk_a_case_is_closed_with_a_reason_that_a_colleague_has_read(
    anna: Actor, bruna: Actor, case: UUID
) -> None:
    assessed(anna, case)
    with pytest.raises(Invalid) as refused:
        closed(anna, case)
    assert set(refused.value.problems) == {"reviewed"}
    which = asked_to_close(anna, case, NOW + HOUR)
    with pytest.raises(Invalid):
        closed(anna, case, NOW + HOUR)
    read(bruna, case, which, NOW + 2 * HOUR)
    assert closed(anna, case, NOW + 3 * HOUR) is CaseState.CLOSED


def test_what_comes_after_the_reading_asks_anew(anna: Actor, bruna: Actor, case: UUID) -> None:
    assessed(anna, case)
    read(bruna, case, asked_to_close(anna, case, NOW + HOUR), NOW + HOUR)
    happened(anna, case, Trigger.SEPARATION, NOW, NOW + 2 * HOUR)
    with pytest.raises(Invalid):
        closed(anna, case, NOW + 3 * HOUR)


@pytest.mark.parametrize("answers", [ALL_NO, TWO_YES])
def test_below_high_risk_closing_asks_for_nothing_more(anna: Actor, case: UUID, answers: dict[str, str]) -> None:
    assessed(anna, case, answers)
    assert closed(anna, case) is CaseState.CLOSED


def test_closed_nothing_is_assessed_and_opened_again_the_clock_runs_on(anna: Actor, case: UUID) -> None:
    assessed(anna, case, ALL_NO)
    closed(anna, case)
    with pytest.raises(Conflict):
        assessed(anna, case, at=NOW + DAY)
    with entered(actor=anna):
        pathway.move(actor=anna, case_id=case, act=CaseAct.REOPEN, reason="", now=NOW + 2 * DAY)
    assert review(case).due_at == NOW + 60 * DAY


REWRITTEN = {
    "risk_assessment": ["sealed", "assessed_at", "instrument_id", "case_id", "operator_id"],
    "risk_judgement": ["sealed", "made_at", "needs_reader", "operator_id", "assessment_id"],
    "risk_happening": ["sealed", "happened_at", "noted_at"],
    "risk_instrumentversion": ["document", "digest"],
}


@pytest.mark.parametrize(("table", "column"), [(table, one) for table, columns in REWRITTEN.items() for one in columns])
def test_the_application_cannot_rewrite_what_was_assessed(anna: Actor, table: str, column: str) -> None:
    refused = pytest.raises(DatabaseError, match="permission denied")
    with entered(actor=anna), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", sorted(REWRITTEN))
def test_the_application_cannot_make_it_disappear(anna: Actor, table: str) -> None:
    refused = pytest.raises(DatabaseError, match="permission denied")
    with entered(actor=anna), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


@pytest.fixture
def everything(anna: Actor, case: UUID) -> UUID:
    which = assessed(anna, case)
    judged(anna, case, which, Outcome.LOW)
    happened(anna, case, Trigger.WEAPON, NOW, NOW)
    return case


@pytest.mark.parametrize("model", [Assessment, Judgement, Happening])
def test_the_database_shows_it_to_who_leads_and_not_to_who_takes_part_without_a_grant(
    anna: Actor, nurse: Actor, everything: UUID, model: type[Assessment]
) -> None:
    with entered(actor=anna):
        assert model.objects.count() == 1
    with entered(actor=nurse):
        assert model.objects.count() == 0


def test_reading_it_is_written_down(anna: Actor, case: UUID) -> None:
    assessed(anna, case)
    before = AuditEntry.objects.filter(verb="assessment.read").count()
    seen(anna, case)
    assert AuditEntry.objects.filter(verb="assessment.read").count() == before + 1
