# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case goes along its pathway: what becomes a task, whose it is, who is told when it is not done, how it ends."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, Town, a_staffed_service, a_town, an_activation
from tests.factories.files import a_photograph
from tests.factories.pathway import the_town_follows
from tests.factories.pathway_steps import a_step

from approdo.access.rules import ROLE_PERMISSIONS, Actor, Forbidden, Permission, Role
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry as AuditEntry
from approdo.cases.models import Case, Event, Participation
from approdo.cases.rules import CaseAct, CaseState, ClosingReason
from approdo.cases.services import hold, offer_lead, plan_contact
from approdo.documents.rules import Kind
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.models import Membership, OpeningHours, Service
from approdo.networks.rules import ROME, ServiceKind, instant
from approdo.networks.services import set_qualifications
from approdo.notifications.models import Message
from approdo.protocols.rules import Phase
from approdo.referrals.models import Referral
from approdo.referrals.rules import SheSaid, Wish
from approdo.tasks.models import Stretch, Task
from approdo.tasks.rules import Act, EndReason, SkipReason, Status
from approdo.usecases import conformance, documents, overview, pathway, referring, sharing, todo
from approdo.usecases.pathway import CasePathway

pytestmark = pytest.mark.django_db
NOW = TONIGHT + timedelta(hours=8)
STEPS = (
    a_step("inform", "recognition", kind="emergency_department", within_hours=2, escalate_after_hours=4),
    a_step("listen", "reception"),
    a_step("children", "reception", kind="child_protection", when="children"),
    a_step("risk", "intake", kind=None, assessment="risk", tell="lead"),
    a_step("paper", "intake", document="photograph"),
    a_step("trained", "intake", qualification="risk_assessment"),
    a_step("call", "follow_up", kind=None, repeat_hours=720, ask_again_after_hours=240),
    a_step("again", "risk_review", kind=None, repeat_hours=168),
    a_step("goodbye", "closure", kind=None),
)


@pytest.fixture
def town() -> Town:
    made = a_town()
    the_town_follows(made, *STEPS)
    return made


@pytest.fixture
def case(town: Town, centre: Actor) -> UUID:
    """A case that the centre leads; hospital, shelter and social service take part."""
    case_id = an_activation(town).case_id
    with entered(actor=centre):
        pathway.take_lead(actor=centre, case_id=case_id, now=NOW)
    return case_id


def moved(actor: Actor, case: UUID, *acts: CaseAct, reason: str = "completed", at: datetime = NOW) -> CaseState:
    with entered(actor=actor):
        for act in acts:
            state = pathway.move(actor=actor, case_id=case, act=act, reason=reason, now=at)
    return state


def seen(actor: Actor, case: UUID, at: datetime = NOW) -> CasePathway:
    with entered(actor=actor):
        return pathway.of_case(actor, case, at)


def open_keys(actor: Actor, case: UUID) -> set[str]:
    return {one.line.step.key for one in seen(actor, case).tasks if one.line.open}


def task(case: UUID, key: str) -> Task:
    return Task.objects.filter(case_id=case, key=key).latest("reached_at")


def did(actor: Actor, case: UUID, key: str, act: Act, code: str = "", at: datetime = NOW) -> Status:
    with entered(actor=actor):
        which = {"case_id": case, "task_id": task(case, key).pk}
        return pathway.act(actor=actor, **which, done=act, code=code, now=at).status


def told(act: Callable[[], object]) -> set[int]:
    """Who got a message while this was done."""
    Message.objects.all().delete()
    act()
    return set(Message.objects.values_list("recipient_operator_id", flat=True))


def ticks(at: datetime) -> set[int]:
    with as_system():
        return told(lambda: pathway.advance_due(now=at))


def people(town: Town, service: Service) -> set[int]:
    return {one.pk for one in town.people[service.pk]}


TO_INTAKE = (CaseAct.RECEIVE, CaseAct.TAKE_IN_CHARGE)
TO_FOLLOW_UP = (*TO_INTAKE, CaseAct.PLAN, CaseAct.MONITOR)


def test_a_case_that_reaches_a_phase_gives_its_steps_to_who_does_them(town: Town, centre: Actor, case: UUID) -> None:
    assert moved(centre, case, CaseAct.RECEIVE) is CaseState.RECEPTION
    listen, children = task(case, "listen"), task(case, "children")
    assert (listen.service_id, listen.for_lead) == (town.centre.pk, False)
    assert (children.service_id, children.for_lead) == (town.centre.pk, True), "nobody of that kind takes part"
    assert (listen.due_at, listen.escalate_at) == (NOW + timedelta(hours=72), NOW + timedelta(hours=96))
    assert listen.step == STEPS[1], "a copy, which no later version changes"
    assert seen(centre, case).phases == {Phase.RECEPTION: NOW}


def test_the_first_phase_begins_by_itself_and_once(town: Town) -> None:
    case = an_activation(town).case_id
    with as_system():
        assert pathway.begin_recognition(now=NOW) == 1
        assert pathway.begin_recognition(now=NOW) == 0
    assert task(case, "inform").service_id == town.hospital.pk
    assert open_keys(town.nurse, case) == {"inform"}
    assert Stretch.objects.get().protocol_version_id


def test_an_old_case_is_left_alone_until_somebody_leads_it(town: Town, centre: Actor) -> None:
    case = an_activation(town).case_id
    with as_system():
        assert pathway.begin_recognition(now=TONIGHT + timedelta(days=3)) == 0
    with entered(actor=centre):
        pathway.take_lead(actor=centre, case_id=case, now=TONIGHT + timedelta(days=3))
    assert open_keys(town.nurse, case) == {"inform"}


def test_what_was_not_done_stays_to_do_in_the_next_phase_and_is_not_doubled(centre: Actor, case: UUID) -> None:
    moved(centre, case, *TO_INTAKE)
    assert open_keys(centre, case) >= {"listen", "children", "risk"}
    moved(centre, case, CaseAct.PLAN, CaseAct.MONITOR, CaseAct.PLAN, CaseAct.MONITOR)
    assert Task.objects.filter(key="call").count() == 1, "it is still to do from the first time"
    assert set(seen(centre, case).phases) == {Phase.FOLLOW_UP}


def test_closing_ends_what_was_to_do_and_asks_what_comes_after(centre: Actor, case: UUID) -> None:
    moved(centre, case, *TO_INTAKE)
    moved(centre, case, CaseAct.CLOSE)
    assert open_keys(centre, case) == {"goodbye"}
    assert set(Task.objects.exclude(key="goodbye").values_list("end_reason", flat=True)) == {EndReason.PATHWAY_CLOSED}
    moved(centre, case, CaseAct.REOPEN)
    assert open_keys(centre, case) == {"listen", "children"}
    assert task(case, "goodbye").end_reason == EndReason.PATHWAY_REOPENED
    assert Case.objects.get().closing_reason == ""


@pytest.mark.parametrize("reason", ["", "finished", *ClosingReason])
def test_closing_says_how_it_ended(centre: Actor, case: UUID, reason: str) -> None:
    if reason in set(ClosingReason):
        moved(centre, case, CaseAct.CLOSE, reason=reason)
        assert Case.objects.get().closing_reason == reason
        return
    with pytest.raises(Invalid) as refused:
        moved(centre, case, CaseAct.CLOSE, reason=reason)
    assert set(refused.value.problems) == {"reason"}
    assert Case.objects.get().state == CaseState.CONTACT


def test_beside_the_state_a_phase_begins_and_ends_by_a_press(centre: Actor, case: UUID) -> None:
    moved(centre, case, CaseAct.RECEIVE)
    assert Phase.RISK_REVIEW in seen(centre, case).beginnable
    with entered(actor=centre):
        assert pathway.begin(actor=centre, case_id=case, phase=Phase.RISK_REVIEW, now=NOW) == 1
        with pytest.raises(Conflict):
            pathway.begin(actor=centre, case_id=case, phase=Phase.RISK_REVIEW, now=NOW)
    assert "again" in open_keys(centre, case)
    assert seen(centre, case).endable == (Phase.RISK_REVIEW,)
    with entered(actor=centre):
        pathway.end(actor=centre, case_id=case, phase=Phase.RISK_REVIEW, now=NOW)
    assert seen(centre, case).endable == ()
    assert "again" in open_keys(centre, case), "what is to do stays to do"


@pytest.mark.parametrize("phase", [*Phase])
def test_only_what_happens_beside_the_state_is_begun_by_a_press(centre: Actor, case: UUID, phase: Phase) -> None:
    with entered(actor=centre):
        if phase in {Phase.RISK_REVIEW, Phase.CONFERENCE, Phase.STAY}:
            pathway.begin(actor=centre, case_id=case, phase=phase, now=NOW)
            return
        for act in (pathway.begin, pathway.end):
            with pytest.raises(Conflict):
                act(actor=centre, case_id=case, phase=phase, now=NOW)


def test_nothing_begins_on_a_pathway_that_is_over(centre: Actor, case: UUID) -> None:
    moved(centre, case, CaseAct.CLOSE)
    with entered(actor=centre), pytest.raises(Conflict):
        pathway.begin(actor=centre, case_id=case, phase=Phase.STAY, now=NOW)
    assert seen(centre, case).beginnable == ()


MOVERS = {
    Role.EMERGENCY_OPERATOR,
    Role.ON_CALL_OPERATOR,
    Role.CENTRE_OPERATOR,
    Role.SHELTER_MANAGER,
    Role.SOCIAL_WORKER,
    Role.ORGANISATION_COORDINATOR,
}


@pytest.mark.parametrize("role", [role for role in Role if Permission.READ_CASE in ROLE_PERMISSIONS[role]])
@pytest.mark.parametrize("where", ["centre", "hospital", "coordination"])
def test_whoever_leads_moves_it_on_and_for_everybody_else_it_is_not_there(
    town: Town, case: UUID, where: str, role: Role
) -> None:
    actor = town.actor(getattr(town, where), role=role)
    calls = (
        lambda: pathway.move(actor=actor, case_id=case, act=CaseAct.RECEIVE, reason="", now=NOW),
        lambda: pathway.begin(actor=actor, case_id=case, phase=Phase.STAY, now=NOW),
        lambda: pathway.end(actor=actor, case_id=case, phase=Phase.STAY, now=NOW),
    )
    for call in calls:
        with entered(actor=actor):
            if where == "centre" and role in MOVERS:
                call()
            else:
                with pytest.raises((NotFound, Forbidden)):
                    call()


def test_who_does_a_task_sees_it_who_leads_sees_all_and_nobody_else_any(town: Town, centre: Actor, case: UUID) -> None:
    assert open_keys(centre, case) == {"inform"} == open_keys(town.nurse, case)
    moved(centre, case, CaseAct.RECEIVE)
    assert open_keys(town.nurse, case) == {"inform"}
    shelter = town.actor(town.shelter)
    assert seen(shelter, case).tasks == ()
    with entered(actor=shelter):
        assert not Task.objects.exists()  # the database says it again
        with pytest.raises(NotFound):
            pathway.act(
                actor=shelter, case_id=case, task_id=task_id_of(case, "listen"), done=Act.TAKE, code="", now=NOW
            )
        with pytest.raises(NotFound):
            pathway.act(actor=shelter, case_id=case, task_id=uuid4(), done=Act.TAKE, code="", now=NOW)


def task_id_of(case: UUID, key: str) -> UUID:
    with as_system():
        return task(case, key).pk


def test_whoever_is_kept_out_of_the_case_sees_none_and_is_told_nothing(town: Town, centre: Actor, case: UUID) -> None:
    nurse = town.nurse
    with entered(actor=centre):
        sharing.keep_out(actor=centre, case_id=case, operator_id=nurse.operator_id, reason="knows_him", now=NOW)
    with entered(actor=nurse):
        assert not Task.objects.exists()
        assert not Stretch.objects.exists()
    assert ticks(NOW + timedelta(hours=2)) == people(town, town.hospital) - {nurse.operator_id}


def test_a_task_is_taken_handed_back_and_done(town: Town, centre: Actor, case: UUID) -> None:
    moved(centre, case, CaseAct.RECEIVE)
    second = town.actor(town.centre, 2, role=Role.CENTRE_OPERATOR)
    assert did(centre, case, "listen", Act.TAKE) is Status.IN_PROGRESS
    assert task(case, "listen").operator_id == centre.operator_id
    assert did(second, case, "listen", Act.TAKE) is Status.IN_PROGRESS
    assert task(case, "listen").operator_id == second.operator_id, "a colleague takes it over"
    assert did(second, case, "listen", Act.HAND_BACK) is Status.REQUESTED
    assert task(case, "listen").operator_id is None
    assert did(second, case, "listen", Act.COMPLETE) is Status.COMPLETED
    assert task(case, "listen").operator_id == second.operator_id, "it stays written who did it"
    with pytest.raises(Conflict):
        did(second, case, "listen", Act.COMPLETE)
    assert Event.objects.filter(kind="task_done").count() == 1
    assert {"task.take", "task.hand_back", "task.complete"} <= set(AuditEntry.objects.values_list("verb", flat=True))


def test_who_leads_says_that_anothers_task_is_not_needed_and_does_not_do_it(centre: Actor, case: UUID) -> None:
    with pytest.raises(Conflict):
        did(centre, case, "inform", Act.COMPLETE)
    assert did(centre, case, "inform", Act.SKIP, SkipReason.NOT_NEEDED) is Status.CANCELLED
    assert Event.objects.filter(kind="task_not_done").count() == 1


@pytest.mark.parametrize("code", ["", "because", "she_declined", "pathway_closed"])
def test_skipping_says_why_from_the_list(centre: Actor, case: UUID, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        did(centre, case, "inform", Act.SKIP, code)
    assert set(refused.value.problems) == {"code"}
    assert task(case, "inform").status == Status.REQUESTED


def test_nobody_presses_that_an_assessment_was_made(centre: Actor, case: UUID) -> None:
    moved(centre, case, *TO_INTAKE)
    with pytest.raises(Invalid):
        did(centre, case, "risk", Act.COMPLETE)
    assert task(case, "risk").status == Status.REQUESTED


def test_a_step_for_the_trained_is_done_by_the_trained(town: Town, centre: Actor, case: UUID) -> None:
    moved(centre, case, *TO_INTAKE)
    with pytest.raises(Invalid) as refused:
        did(centre, case, "trained", Act.COMPLETE)
    assert "formazione" in refused.value.problems[""]
    did(centre, case, "trained", Act.TAKE)
    coordinator = town.actor(town.centre, 2, role=Role.ORGANISATION_COORDINATOR)
    member = Membership.objects.get(operator=centre.operator_id)
    set_qualifications(
        actor=coordinator,
        service_id=town.centre.pk,
        membership_id=member.pk,
        qualifications=["risk_assessment"],
        now=NOW,
    )
    assert did(centre, case, "trained", Act.COMPLETE) is Status.COMPLETED


@pytest.fixture
def papers(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_DIRECTORY = tmp_path
    return None


def test_a_step_that_asks_for_a_document_is_done_once_it_is_there(papers: None, centre: Actor, case: UUID) -> None:
    def bring(kind: Kind, at: datetime) -> None:
        with entered(actor=centre):
            documents.add(actor=centre, case_id=case, kind=kind, content=a_photograph(), now=at)

    bring(Kind.PHOTOGRAPH, NOW - timedelta(hours=1))
    moved(centre, case, *TO_INTAKE)
    bring(Kind.OTHER, NOW)
    with pytest.raises(Invalid) as refused:
        did(centre, case, "paper", Act.COMPLETE)
    assert "documento" in refused.value.problems[""]
    bring(Kind.PHOTOGRAPH, NOW)
    assert did(centre, case, "paper", Act.COMPLETE) is Status.COMPLETED


def test_her_no_ends_a_step_or_moves_it_as_the_protocol_says(centre: Actor, case: UUID) -> None:
    moved(centre, case, *TO_FOLLOW_UP)
    with pytest.raises(Conflict):
        did(centre, case, "call", Act.DECLINE)
    with pytest.raises(Conflict):
        did(centre, case, "listen", Act.ASK_AGAIN)
    late = NOW + timedelta(hours=80)
    ticks(late)
    assert did(centre, case, "call", Act.ASK_AGAIN, at=late) is Status.REQUESTED
    call = task(case, "call")
    assert call.due_at == late + timedelta(hours=240)
    assert call.escalate_at - call.due_at == timedelta(hours=24)
    assert (call.reminded_at, call.act_at) == (None, call.due_at), "its clock begins anew"
    assert did(centre, case, "listen", Act.DECLINE) is Status.CANCELLED
    assert task(case, "listen").end_reason == EndReason.SHE_DECLINED


def test_what_repeats_is_to_do_again_while_its_phase_lasts(centre: Actor, case: UUID) -> None:
    moved(centre, case, *TO_FOLLOW_UP)
    done = NOW + timedelta(days=2)
    did(centre, case, "call", Act.COMPLETE, at=done)
    assert task(case, "call").due_at == done + timedelta(hours=720)
    moved(centre, case, CaseAct.PLAN, at=done)
    did(centre, case, "call", Act.COMPLETE, at=done + timedelta(days=1))
    assert "call" not in open_keys(centre, case), "the phase is over"


def test_at_its_limit_the_service_is_reminded_then_whoever_the_protocol_names(
    town: Town, centre: Actor, case: UUID
) -> None:
    Membership.objects.filter(service=town.coordination).update(role=Role.NETWORK_COORDINATOR)
    moved(centre, case, *TO_INTAKE)
    did(centre, case, "inform", Act.SKIP, SkipReason.DONE_ELSEWHERE)
    for key in ("children", "trained", "paper"):
        did(centre, case, key, Act.SKIP, SkipReason.NOT_NEEDED)
    second = town.actor(town.centre, 2, role=Role.CENTRE_OPERATOR)
    did(second, case, "risk", Act.TAKE)
    assert ticks(NOW + timedelta(hours=71)) == set()
    assert ticks(NOW + timedelta(hours=72)) == people(town, town.centre), "and of risk who has it in hand"
    assert ticks(NOW + timedelta(hours=73)) == set()
    assert ticks(NOW + timedelta(hours=96)) == people(town, town.coordination) | {centre.operator_id}
    assert ticks(NOW + timedelta(days=99)) == set(), "everybody was told"
    assert {one.template for one in Message.objects.all()} <= {"notice"}


def test_who_has_it_in_hand_is_reminded_alone(town: Town, centre: Actor, case: UUID) -> None:
    did(town.nurse, case, "inform", Act.TAKE)
    assert ticks(NOW + timedelta(hours=2)) == {town.nurse.operator_id}


def test_what_is_done_is_not_reminded_of(town: Town, case: UUID) -> None:
    did(town.nurse, case, "inform", Act.COMPLETE)
    assert ticks(NOW + timedelta(days=9)) == set()
    assert task(case, "inform").act_at is None


def test_a_limit_at_a_closed_door_moves_to_its_opening(town: Town, centre: Actor) -> None:
    moved_ = a_step("listen", "reception", when_closed="next_opening")
    version = the_town_follows_anew(town, moved_)
    assert version
    Service.objects.filter(pk=town.centre.pk).update(always_open=False)
    OpeningHours.objects.create(service=town.centre, days=[0], opens=time(9), closes=time(12))
    case = an_activation(town, key="another-key").case_id
    with entered(actor=centre):
        pathway.take_lead(actor=centre, case_id=case, now=NOW)
    moved(centre, case, CaseAct.RECEIVE)
    due = task(case, "listen").due_at
    limit = (NOW + timedelta(hours=72)).astimezone(ROME)
    assert due >= limit
    assert (due.astimezone(ROME).isoweekday(), due.astimezone(ROME).time()) == (1, time(9))
    assert due - limit < timedelta(days=7)


def the_town_follows_anew(town: Town, *steps: dict) -> object:
    from approdo.protocols.models import ProtocolVersion

    newest = ProtocolVersion.objects.get(protocol__network=town.network, number=2)
    content = newest.document | {"pathway": list(steps)}
    return ProtocolVersion.objects.create(
        protocol=newest.protocol, number=3, name=newest.name, source="x", document=content, digest="f" * 64,
        municipality_codes=[], contexts=[], effective_from=TONIGHT + timedelta(minutes=1),
        published_at=TONIGHT, published_by=newest.published_by,
    )  # fmt: skip


def test_what_whoever_leads_is_to_do_goes_with_the_lead(town: Town, centre: Actor, case: UUID) -> None:
    moved(centre, case, CaseAct.RECEIVE)
    did(centre, case, "children", Act.TAKE)
    social = town.actor(town.social, role=Role.SOCIAL_WORKER)
    with entered(actor=centre):
        offer_lead(actor=centre, case_id=case, service_id=town.social.pk, now=NOW)
    with entered(actor=social):
        pathway.take_lead(actor=social, case_id=case, now=NOW)
    children, listen = task(case, "children"), task(case, "listen")
    assert (children.service_id, children.operator_id, children.status) == (town.social.pk, None, Status.REQUESTED)
    assert listen.service_id == town.centre.pk, "what is asked of the centre stays the centre's"
    assert open_keys(centre, case) == {"listen"}
    assert open_keys(social, case) == {"inform", "listen", "children"}


def test_a_drill_is_a_drill_in_its_tasks_and_counts_in_nobodys_load(town: Town, centre: Actor) -> None:
    case = an_activation(town, key="another-key", exercise=True).case_id
    with entered(actor=centre):
        pathway.take_lead(actor=centre, case_id=case, now=NOW)
    moved(centre, case, CaseAct.RECEIVE)
    assert {one.exercise for one in Task.objects.all()} == {True}
    coordinator = replace(centre, role=Role.ORGANISATION_COORDINATOR)
    with entered(actor=coordinator):
        assert [one.total for service in todo.workload(coordinator, NOW) for one in service.people] == [0, 0]


def test_a_town_whose_protocol_says_nothing_asks_nothing(centre: Actor) -> None:
    plain = a_town("013075")
    actor = plain.actor(plain.centre, role=Role.CENTRE_OPERATOR)
    case = an_activation(plain, municipality_code="013075", key="another-key").case_id
    with entered(actor=actor):
        pathway.take_lead(actor=actor, case_id=case, now=NOW)
    moved(actor, case, *TO_FOLLOW_UP, CaseAct.CLOSE)
    assert not Task.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_remind_once_and_begin_once() -> None:
    with as_system():
        town = a_town()
        the_town_follows(town, *STEPS)
        an_activation(town)

    def at_once(act: Callable[[], int]) -> list[int]:
        gate = Barrier(4)

        def turn(_number: int) -> int:
            try:
                with as_system():
                    gate.wait(10)
                    return act()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as threads:
            return list(threads.map(turn, range(4)))

    assert sum(at_once(lambda: pathway.begin_recognition(now=NOW))) == 1
    with as_system():
        assert (Stretch.objects.count(), Task.objects.count()) == (1, 1)
        Message.objects.all().delete()
    assert sum(at_once(lambda: pathway.advance_due(now=NOW + timedelta(hours=2)))) == 1
    with as_system():
        sent = list(Message.objects.values_list("recipient_operator_id", "channel"))
    assert len(sent) == len(set(sent)) > 0


WRONG_ROWS = {
    "not done without a reason": {"status": "cancelled", "ended_at": NOW},
    "open with a reason": {"end_reason": "not_needed"},
    "over without an instant": {"status": "completed"},
    "open with an instant": {"ended_at": NOW},
    "in nobody's hands": {"status": "in-progress"},
    "an unknown status": {"status": "failed"},
    "assessed and not done": {"instrument": "da5"},
    "told before it is due": {"escalate_at": NOW - timedelta(days=1)},
}


@pytest.mark.parametrize("case_", WRONG_ROWS)
def test_the_database_refuses_a_task_that_makes_no_sense(case: UUID, case_: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(case_id=case).update(**WRONG_ROWS[case_])


@pytest.mark.parametrize("column", ["step", "case_id", "stretch_id", "reached_at", "key", "for_lead"])
def test_the_application_cannot_rewrite_what_the_protocol_said(centre: Actor, case: UUID, column: str) -> None:
    refused = pytest.raises(DatabaseError, match="permission denied")
    with entered(actor=centre), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE tasks_task SET {column} = {column}")


def test_the_day_says_what_is_late_what_is_due_what_to_assess_and_what_was_promised(
    town: Town, centre: Actor, case: UUID
) -> None:
    moved(centre, case, *TO_INTAKE)
    at = NOW + timedelta(hours=80)
    soon = instant(at.astimezone(ROME).date(), time(23, 30))
    with entered(actor=centre):
        plan_contact(actor=centre, case_id=case, at=soon, now=NOW)
        day = overview.day(centre, at).to_do
    assert {line.step.key for line in day.late} == {"listen", "children", "paper", "trained"}
    assert [line.step.key for line in day.assess] == ["risk"]
    assert [(one.case_id, one.at) for one in day.promised] == [(case, soon)]
    with entered(actor=centre):
        before = overview.day(centre, NOW).to_do
        today = overview.day(centre, NOW + timedelta(hours=70)).to_do
    assert not before.anything
    assert (today.late, {line.step.key for line in today.due}) == ((), {"listen", "children", "paper", "trained"})


def test_the_list_of_a_service_and_of_one_person(centre: Actor, case: UUID) -> None:
    moved(centre, case, *TO_INTAKE)
    did(centre, case, "listen", Act.TAKE)
    with entered(actor=centre):
        whole, mine = todo.coming(centre, NOW), todo.coming(centre, NOW, mine=True)
    assert {line.step.key for line in whole.later} == {"listen", "children", "risk", "paper", "trained"}
    assert [line.step.key for line in mine.later] == ["listen"]


def test_who_coordinates_reads_how_much_each_carries_and_no_name_of_a_woman(
    town: Town, centre: Actor, case: UUID
) -> None:
    moved(centre, case, *TO_INTAKE)
    did(centre, case, "listen", Act.TAKE)
    coordinator = replace(town.actor(town.centre, 2), role=Role.ORGANISATION_COORDINATOR)
    with entered(actor=coordinator):
        (load,) = todo.workload(coordinator, NOW + timedelta(hours=80))
    found = {one.name: (one.led, one.tasks, one.late) for one in load.people}
    names = [one.display_name for one in town.people[town.centre.pk]]
    assert found == {names[0]: (1, 1, 1), names[1]: (0, 0, 0), "": (0, 4, 4)}
    assert load.people[-1].name == "", "what nobody has taken comes last"


def test_who_supervises_the_network_reads_how_the_steps_went(town: Town, centre: Actor, case: UUID) -> None:
    moved(centre, case, *TO_INTAKE)
    did(centre, case, "listen", Act.COMPLETE, at=NOW + timedelta(hours=80))
    did(centre, case, "children", Act.SKIP, SkipReason.NO_CHILDREN)
    drill = an_activation(town, key="another-key", exercise=True).case_id
    with entered(actor=centre):
        pathway.take_lead(actor=centre, case_id=drill, now=NOW)
    coordinator = town.actor(town.coordination, role=Role.NETWORK_COORDINATOR)
    with entered(actor=coordinator):
        steps = conformance.conformance(coordinator, town.network.code, 90, NOW + timedelta(hours=81)).steps
    found = {one.key: (one.reached, one.on_time, one.late, one.waiting, dict(one.skipped)) for one in steps}
    assert found == {
        "inform": (1, 0, 1, 0, {}),
        "listen": (1, 0, 1, 0, {}),
        "children": (1, 0, 0, 0, {"no_children": 1}),
        "risk": (1, 0, 1, 0, {}),
        "paper": (1, 0, 1, 0, {}),
        "trained": (1, 0, 1, 0, {}),
    }
    stranger = a_town("013075")
    other = stranger.actor(stranger.coordination, role=Role.NETWORK_COORDINATOR)
    with entered(actor=other), pytest.raises(NotFound):
        conformance.conformance(other, town.network.code, 90, NOW)


def test_closing_calls_off_what_was_asked_and_nobody_answered(town: Town, centre: Actor, case: UUID) -> None:
    service, staff = a_staffed_service(town.network, ServiceKind.FAMILY_CLINIC)
    town.people[service.pk] = staff
    wish = {"wish": Wish("health", "urgent"), "she_said": SheSaid.YES, "words": ""}
    with entered(actor=centre):
        mine = referring.offer(actor=centre, case_id=case, target_id=service.pk, now=NOW, **wish)
    with entered(actor=town.nurse):
        hers = referring.offer(actor=town.nurse, case_id=case, target_id=service.pk, now=NOW, **wish)
    moved(centre, case, CaseAct.CLOSE)
    with as_system():
        found = dict(Referral.objects.values_list("pk", "status"))
    assert found == {mine: "cancelled", hers: "requested"}, "what another service asked is its own"


def test_mine_is_found_however_much_the_service_has_to_do(town: Town, centre: Actor, case: UUID) -> None:
    moved(centre, case, CaseAct.RECEIVE)
    did(centre, case, "listen", Act.TAKE)
    with as_system():
        row = task(case, "listen")
        for number in range(30):
            row.pk, row.key, row.operator_id, row.status = uuid4(), f"other-{number}", None, Status.REQUESTED
            row.due_at = NOW
            row.save(force_insert=True)
    with entered(actor=centre):
        whole, mine = todo.coming(centre, NOW), todo.coming(centre, NOW, mine=True)
        day = overview.day(centre, NOW + timedelta(minutes=1)).to_do
    assert [line.step.key for line in mine.later] == ["listen"]
    assert len(whole.later) == 32
    assert (len(day.late), day.more) == (25, True)


def test_of_two_services_of_a_kind_the_one_that_joined_first_does_it(town: Town, centre: Actor, case: UUID) -> None:
    second, staff = a_staffed_service(town.network, ServiceKind.EMERGENCY_DEPARTMENT)
    town.people[second.pk] = staff
    with as_system():
        Participation.objects.create(case_id=case, service=second, since=TONIGHT - timedelta(days=1))
        assert next(iter(hold(case_id=case).service_ids)) == second.pk


def test_a_task_of_another_of_her_cases_is_not_one_of_this(town: Town, centre: Actor, case: UUID) -> None:
    other = an_activation(town, key="another-key").case_id
    with entered(actor=centre):
        pathway.take_lead(actor=centre, case_id=other, now=NOW)
    moved(centre, case, CaseAct.RECEIVE)
    with entered(actor=centre), pytest.raises(NotFound):
        pathway.act(actor=centre, case_id=other, task_id=task_id_of(case, "listen"), done=Act.TAKE, code="", now=NOW)
    assert task(case, "listen").operator_id is None
