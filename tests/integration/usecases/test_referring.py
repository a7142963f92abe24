# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A woman is sent to another service and an answer comes back: who sees it, who is told, what consent lets go."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.factories.activations import TONIGHT, Town, a_staffed_service, a_town, an_activation
from tests.factories.consents import TOLD

from approdo.access.rules import Actor, Forbidden, Role, Slice
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry as AuditEntry
from approdo.cases.models import Event, Participation
from approdo.cases.rules import CaseAct
from approdo.cases.services import move, offer_lead, take_lead
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.models import Membership, Service
from approdo.networks.rules import ServiceKind
from approdo.notifications.models import Message
from approdo.persons.rules import Kind
from approdo.persons.services import add
from approdo.protocols.models import ProtocolVersion
from approdo.protocols.rules import USUAL_CLOCKS, Urgency, digest, write
from approdo.referrals.models import Referral, Step
from approdo.referrals.rules import Act, Answer, Business, Party, SheSaid, Status, Wish
from approdo.usecases import attempts, referring, sharing
from approdo.usecases.referring import Shown

pytestmark = pytest.mark.django_db
NOW = TONIGHT + timedelta(hours=8)


@pytest.fixture
def case(town: Town, centre: Actor) -> UUID:
    """A case that the centre leads, in whose record something is written."""
    case_id = an_activation(town).case_id
    with entered(actor=centre):
        take_lead(actor=centre, case_id=case_id, now=TONIGHT)
        add(actor=centre, case_id=case_id, kind=Kind.HEALTH, written={"needs": "x"}, declined=(), now=TONIGHT)
    return case_id


@pytest.fixture
def clinic(town: Town) -> Service:
    """A service of the network that was not called and does not take part."""
    service, staff = a_staffed_service(town.network, ServiceKind.FAMILY_CLINIC)
    town.people[service.pk] = staff
    return service


@pytest.fixture
def there(town: Town, clinic: Service) -> Actor:
    return town.actor(clinic)


def offered(
    actor: Actor,
    case: UUID,
    target: Service,
    said: str = "yes",
    words: str = "",
    reason: str = "health",
    urgency: str = "urgent",
) -> UUID:
    with entered(actor=actor):
        return referring.offer(
            actor=actor,
            case_id=case,
            target_id=target.pk,
            wish=Wish(reason, urgency),
            she_said=SheSaid(said),
            words=words,
            now=NOW,
        )


def did(actor: Actor, referral: UUID, act: Act, code: str = "", words: str = "", at: datetime = NOW) -> Business:
    with entered(actor=actor):
        done = referring.act(actor=actor, referral_id=referral, done=act, answer=Answer(code, words), now=at)
    return done.business


def seen(actor: Actor, referral: UUID) -> Shown:
    with entered(actor=actor):
        return referring.page(actor, referral, NOW)


def sees(actor: Actor, referral: UUID) -> bool:
    try:
        seen(actor, referral)
    except NotFound:
        with entered(actor=actor):
            assert not Referral.objects.exists()  # the database says it again
            assert not Step.objects.exists()
        return False
    return True


def told(act: Callable[[], object]) -> set[int]:
    """Who got a message while this was done."""
    Message.objects.all().delete()
    act()
    return set(Message.objects.values_list("recipient_operator_id", flat=True))


def people(town: Town, service: Service) -> set[int]:
    return {one.pk for one in town.people[service.pk]}


def yes(centre: Actor, case: UUID, service: Service) -> None:
    with entered(actor=centre):
        sharing.grant(
            actor=centre, case_id=case, service_id=service.pk, slices=("health",), purpose="health_care",
            days=None, told=TOLD, now=NOW,
        )  # fmt: skip


def kept_out(centre: Actor, case: UUID, operator: int) -> None:
    with entered(actor=centre):
        sharing.keep_out(actor=centre, case_id=case, operator_id=operator, reason="knows_him", now=NOW)


def a_version(town: Town, also: dict) -> None:
    """A newer version of the town's protocol, in force since a moment ago."""
    before = ProtocolVersion.objects.filter(protocol__network=town.network).order_by("-number")[0]
    content = {name: value for name, value in before.document.items() if name != "referrals"} | also
    ProtocolVersion.objects.create(
        protocol=before.protocol, number=before.number + 1, name=before.name, source=write(content), document=content,
        digest=digest(content), municipality_codes=[], contexts=[], published_by=before.published_by,
        effective_from=before.effective_from + timedelta(days=1), published_at=before.published_at,
    )  # fmt: skip


def takes_part(case: UUID, service: Service) -> bool:
    return Participation.objects.filter(case=case, service=service, until=None).exists()


def test_the_whole_way_to_a_service_that_was_not_there_and_back(
    town: Town, centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    referral = offered(centre, case, clinic)
    assert not takes_part(case, clinic)
    arrived = seen(there, referral)
    assert arrived.page.line.business is Business.WAITING
    assert arrived.page.line.alias
    assert not arrived.case_is_hers
    assert did(there, referral, Act.ACCEPT, "call_back") is Business.CALL_BACK
    assert takes_part(case, clinic)
    assert seen(there, referral).case_is_hers
    assert did(there, referral, Act.MEET, "appointment") is Business.APPOINTMENT
    assert did(there, referral, Act.COMPLETE) is Business.DONE
    kinds = Event.objects.filter(case=case, subject=referral).order_by("id").values_list("kind", "service_id")
    assert list(kinds) == [
        ("referred", centre.service_id),
        ("referral_taken", clinic.pk),
        ("referral_met", clinic.pk),
        ("referral_ended", clinic.pk),
    ]


def test_what_she_answered_decides_whether_anything_leaves(
    centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    waiting = offered(centre, case, clinic, "later")
    assert seen(centre, waiting).page.line.business is Business.PROPOSED
    assert not sees(there, waiting)
    assert did(centre, waiting, Act.CANCEL, "she_declined") is Business.SHE_DECLINED
    declined = offered(centre, case, clinic, "no")
    assert seen(centre, declined).page.line.business is Business.SHE_DECLINED
    assert not sees(there, declined)
    sent_later = offered(centre, case, clinic, "later")
    assert did(centre, sent_later, Act.SEND) is Business.WAITING
    assert sees(there, sent_later)


def test_a_no_reaches_whoever_asked_and_whoever_leads_with_its_reason(
    town: Town, centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    referral = offered(town.nurse, case, clinic)
    who = told(lambda: did(there, referral, Act.REJECT, "no_place"))
    assert who == {town.nurse.operator_id, centre.operator_id}
    back = seen(town.nurse, referral).page
    assert (back.line.business, back.line.end_reason, back.told[0].code) == (Business.REFUSED, "no_place", "no_place")
    assert Party.LEAD in seen(centre, referral).page.held


def test_several_live_referrals_at_once_but_one_to_each_service(
    town: Town, centre: Actor, case: UUID, clinic: Service
) -> None:
    first, second = offered(centre, case, clinic), offered(centre, case, town.shelter)
    with pytest.raises(Conflict):
        offered(centre, case, clinic)
    from_another = offered(town.nurse, case, clinic)  # of theirs nobody learns
    assert len({first, second, from_another}) == 3
    with entered(actor=centre):
        lines = referring.of_case(centre, case, NOW).lines
    assert {one.id for one in lines} == {first, second, from_another}  # who leads sees what is out
    with entered(actor=town.nurse):
        assert {one.id for one in referring.of_case(town.nurse, case, NOW).lines} == {from_another}


def test_one_question_goes_back_and_the_referral_stays_where_it_is(
    town: Town, centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    referral = offered(centre, case, clinic)
    with pytest.raises(Conflict):
        did(centre, referral, Act.ANSWER, "yes")
    assert told(lambda: did(there, referral, Act.ASK, "interpreter")) == {centre.operator_id}
    assert seen(centre, referral).page.line.business is Business.QUESTION
    with pytest.raises(Conflict):
        did(there, referral, Act.ASK, "safe_contact")
    later = NOW + timedelta(hours=5)
    assert told(lambda: did(centre, referral, Act.ANSWER, "no", at=later)) == people(town, clinic)
    line = seen(there, referral).page.line
    assert line.business is Business.WAITING
    assert line.answer_by == later + timedelta(hours=USUAL_CLOCKS[Urgency.URGENT].answer_within_hours)
    assert did(there, referral, Act.ACCEPT, "taken") is Business.TAKEN


def test_nobody_answers_and_the_clock_reminds_tells_the_coordinator_and_ends(
    town: Town, centre: Actor, case: UUID, clinic: Service
) -> None:
    Membership.objects.filter(service=town.coordination).update(role=Role.NETWORK_COORDINATOR)
    clock = USUAL_CLOCKS[Urgency.URGENT]
    referral = offered(town.nurse, case, clinic)
    steps = []

    def ticks(hours: int) -> set[int]:
        with as_system():
            return told(lambda: steps.append(referring.advance_due(now=NOW + timedelta(hours=hours))))

    assert ticks(clock.remind_after_hours - 1) == set()
    assert ticks(clock.remind_after_hours) == people(town, clinic)
    assert ticks(clock.remind_after_hours + 1) == set()
    assert ticks(clock.escalate_after_hours) == people(town, town.coordination) | {
        town.nurse.operator_id, centre.operator_id
    }  # fmt: skip
    assert seen(town.nurse, referral).page.line.business is Business.LATE
    assert ticks(clock.close_after_hours) == {town.nurse.operator_id, centre.operator_id}
    ended = seen(town.nurse, referral).page
    assert (ended.line.business, ended.line.end_reason) == (Business.UNANSWERED, "no_answer")
    assert [one.act for one in ended.told] == [Act.GIVE_UP, Act.ESCALATE, Act.REMIND, Act.SEND]
    assert steps == [0, 1, 0, 1, 1]
    assert ticks(clock.close_after_hours + 1000) == set()


def test_while_a_question_is_open_it_is_the_requester_who_is_reminded(
    town: Town, centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    referral = offered(town.nurse, case, clinic)
    did(there, referral, Act.ASK, "safe_contact", at=NOW + timedelta(hours=11))
    clock = USUAL_CLOCKS[Urgency.URGENT]
    with as_system():
        assert referring.advance_due(now=NOW + timedelta(hours=clock.remind_after_hours)) == 0
        asked = NOW + timedelta(hours=11 + clock.remind_after_hours)
        assert told(lambda: referring.advance_due(now=asked)) == people(town, town.hospital)
    assert seen(there, referral).page.line.business is Business.QUESTION


def test_the_hours_are_the_protocols_own_and_stay_what_they_were(town: Town, centre: Actor, case: UUID) -> None:
    hours = {"answer_within_hours": 3, "remind_after_hours": 1, "escalate_after_hours": 3, "close_after_hours": 9}
    a_version(town, {"referrals": [{"urgency": "urgent", **hours}]})
    referral = offered(centre, case, town.shelter)
    assert seen(centre, referral).page.line.answer_by == NOW + timedelta(hours=3)
    a_version(town, {})
    assert seen(centre, referral).page.line.answer_by == NOW + timedelta(hours=3)
    with entered(actor=centre):
        assert referring.of_case(centre, case, NOW).clocks == USUAL_CLOCKS


def test_without_her_consent_no_word_of_her_goes_and_the_codes_go_all_the_same(
    town: Town, centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    with pytest.raises(Invalid) as refused:
        offered(centre, case, clinic, words="Canarina chiede di parlare il mattino")
    assert set(refused.value.problems) == {"words"}
    assert not Referral.objects.exists()  # nothing half-written
    referral = offered(centre, case, clinic)
    assert not seen(centre, referral).may_write
    with pytest.raises(Invalid):
        did(there, referral, Act.REJECT, "other", words="non ora")
    assert seen(there, referral).page.line.status is Status.REQUESTED
    assert seen(there, referral).page.slices == ()


def test_with_her_consent_words_are_sealed_read_by_both_and_no_more_when_she_takes_it_back(
    town: Town, centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    yes(centre, case, clinic)
    referral = offered(centre, case, clinic, words="Canarina chiede il mattino")
    arrived = seen(there, referral)
    assert (arrived.page.told[0].words, arrived.page.slices) == ("Canarina chiede il mattino", (Slice.HEALTH,))
    assert arrived.reads == {Slice.HEALTH}
    assert arrived.may_write
    kept = Step.objects.exclude(words=None).values_list("words", flat=True)
    assert kept
    assert all(b"Canarina" not in bytes(words) for words in kept)
    with entered(actor=centre):
        sharing.revoke_all(actor=centre, case_id=case, now=NOW)
    after = seen(there, referral)
    assert (after.page.told[0].words, after.page.told[0].closed) == ("", True)
    assert after.reads == frozenset()
    assert seen(centre, referral).page.told[0].words == "Canarina chiede il mattino"


def test_whoever_is_kept_out_sees_nothing_is_told_nothing_and_her_attempt_is_noted(
    town: Town, centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    yes(centre, case, clinic)
    brother = town.actor(clinic, 2)
    kept_out(centre, case, brother.operator_id or 0)
    assert told(lambda: offered(centre, case, clinic)) == {there.operator_id}
    referral = Referral.objects.get().pk
    assert not sees(brother, referral)
    with entered(actor=brother):
        assert referring.desk(brother, NOW)[0].to_answer == ()
        attempts.note(actor=brother, named={"referral_id": referral}, now=NOW)
        attempts.note(actor=brother, named={"referral_id": uuid4()}, now=NOW)
    assert AuditEntry.objects.filter(verb="block.attempt", case_id=case, operator_id=brother.operator_id).count() == 1
    with pytest.raises(NotFound):
        did(brother, referral, Act.ACCEPT, "taken")
    assert sees(there, referral)


@pytest.mark.parametrize("role", Role)
def test_only_who_works_with_her_sends_her_anywhere(
    town: Town, case: UUID, clinic: Service, there: Actor, role: Role
) -> None:
    may = {
        Role.EMERGENCY_OPERATOR, Role.ON_CALL_OPERATOR, Role.CENTRE_OPERATOR, Role.SHELTER_MANAGER, Role.SOCIAL_WORKER,
        Role.OFFICER, Role.ORGANISATION_COORDINATOR,
    }  # fmt: skip
    actor = town.actor(town.hospital, role=role)
    if role in may:
        assert offered(actor, case, clinic)
        return
    with pytest.raises((NotFound, Forbidden)):
        offered(actor, case, clinic)


def test_whoever_takes_no_part_sends_nobody_and_sees_nothing(
    town: Town, centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    with pytest.raises(NotFound):
        offered(there, case, town.shelter)
    referral = offered(centre, case, town.shelter)
    assert not sees(there, referral)
    for act in Act:
        with pytest.raises(NotFound):
            did(there, referral, act, "taken")


def test_who_treats_the_man_is_no_address_nor_is_her_own_service_nor_a_stranger_network(
    town: Town, centre: Actor, case: UUID
) -> None:
    programme, _staff = a_staffed_service(town.network, ServiceKind.PERPETRATOR_PROGRAMME)
    elsewhere = a_town("013075").centre
    for target in (programme, town.centre, elsewhere):
        with pytest.raises(Invalid) as refused:
            offered(centre, case, target)
        assert set(refused.value.problems) == {"target"}
    with entered(actor=centre):
        ids = {one.id for one in referring.of_case(centre, case, NOW).recipients}
    assert ids
    assert not ids & {programme.pk, town.centre.pk, elsewhere.pk}


def test_who_leads_sees_all_that_is_out_and_no_longer_when_another_leads(
    town: Town, centre: Actor, case: UUID, clinic: Service
) -> None:
    referral = offered(town.nurse, case, clinic)
    assert sees(centre, referral)
    social = town.actor(town.social)
    assert not sees(social, referral)
    with entered(actor=centre):
        offer_lead(actor=centre, case_id=case, service_id=town.social.pk, now=NOW)
    with entered(actor=social):
        take_lead(actor=social, case_id=case, now=NOW)
    assert sees(social, referral)
    assert not sees(centre, referral)


def test_the_desk_of_each_side_says_what_waits_for_it(
    town: Town, centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    referral = offered(centre, case, clinic)

    def desks() -> tuple[list[str], list[str]]:
        found = []
        for actor in (centre, there):
            with entered(actor=actor):
                desk, labels = referring.desk(actor, NOW)
            found.append([name for name in ("to_answer", "questions", "came_back", "under_way") if getattr(desk, name)])
            assert set(labels) >= {one.target_id for name in found[-1] for one in getattr(desk, name)}
        return found[0], found[1]

    assert desks() == (["under_way"], ["to_answer"])
    did(there, referral, Act.ASK, "interpreter")
    assert desks() == (["questions"], ["under_way"])
    did(centre, referral, Act.ANSWER, "no")
    did(there, referral, Act.ACCEPT, "taken")
    assert desks() == (["under_way"], ["under_way"])
    did(there, referral, Act.FAIL, "not_reached")
    assert desks()[0] == ["came_back"]


def test_coordinators_learn_how_many_wait_and_never_of_whom(
    town: Town, centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    offered(centre, case, clinic)
    offered(town.nurse, case, clinic)
    offered(centre, case, town.shelter)
    hours = USUAL_CLOCKS[Urgency.URGENT].escalate_after_hours
    with as_system():
        referring.advance_due(now=NOW + timedelta(hours=hours))
        referring.advance_due(now=NOW + timedelta(hours=hours))

    def waiting(actor: Actor) -> list[tuple[int, datetime]]:
        with entered(actor=actor):
            return [(one.count, one.oldest) for one in referring.unanswered(actor)]

    assert waiting(town.actor(clinic, role=Role.ORGANISATION_COORDINATOR)) == [(2, NOW)]
    assert waiting(town.actor(town.shelter, role=Role.ORGANISATION_COORDINATOR)) == [(1, NOW)]
    assert waiting(town.actor(town.social, role=Role.ORGANISATION_COORDINATOR)) == []
    assert waiting(there) == []
    # who is told because the service has no coordinator of its own finds what she was told of
    assert sorted(waiting(town.actor(town.coordination, role=Role.NETWORK_COORDINATOR))) == [(1, NOW), (2, NOW)]
    elsewhere = a_town("013075")
    assert waiting(elsewhere.actor(elsewhere.coordination, role=Role.NETWORK_COORDINATOR)) == []


@pytest.mark.parametrize("said", ["later", "no"])
def test_words_that_would_go_nowhere_are_refused_rather_than_lost(
    centre: Actor, case: UUID, clinic: Service, said: str
) -> None:
    yes(centre, case, clinic)
    with pytest.raises(Invalid) as refused:
        offered(centre, case, clinic, said, words="Canarina")
    assert set(refused.value.problems) == {"words"}
    assert not Referral.objects.exists()


def test_from_a_closed_pathway_nobody_is_sent_anywhere(centre: Actor, case: UUID, clinic: Service) -> None:
    with entered(actor=centre):
        move(actor=centre, case_id=case, act=CaseAct.CLOSE, reason="completed", now=NOW)
    with pytest.raises(NotFound):
        offered(centre, case, clinic)
    with entered(actor=centre):
        assert referring.of_case(centre, case, NOW).recipients == ()


def test_every_act_stands_in_the_register_with_its_case(
    centre: Actor, case: UUID, clinic: Service, there: Actor
) -> None:
    referral = offered(centre, case, clinic)
    did(there, referral, Act.REJECT, "no_place")
    found = AuditEntry.objects.filter(subject=f"referral:{referral}", case_id=case).values_list("verb", "detail")
    assert dict(found) == {
        "referral.offer": {},
        "referral.send": {},
        "referral.reject": {"code": "no_place"},
    }


def test_what_was_said_is_never_rewritten(centre: Actor, case: UUID, clinic: Service) -> None:
    offered(centre, case, clinic)
    for rewrite in (
        lambda: Referral.objects.update(reason="legal"),
        lambda: Referral.objects.update(target_id=1),
        lambda: Referral.objects.all()._raw_delete("default"),
        lambda: Step.objects.update(act="accept"),
        lambda: Step.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            rewrite()
        assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "whatever"},
        {"status": "accepted", "due_at": None, "ended_at": NOW},
        {"due_at": None},
        {"status": "rejected", "due_at": None, "ended_at": None},
        {"status": "rejected", "due_at": None, "ended_at": NOW, "end_reason": "no_answer"},
        {"sent_at": None},
        {"slices": ["everything"]},
        {"progress": "whatever"},
    ],
)
def test_the_database_keeps_a_referral_whole(centre: Actor, case: UUID, clinic: Service, broken: dict) -> None:
    offered(centre, case, clinic)
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.update(**broken)
