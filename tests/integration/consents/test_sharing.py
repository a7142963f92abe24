# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Her yes and her no on the real database: what is open, until when, and what a refusal leaves behind."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.consents import NINETY, TOLD, a_case, a_grant, a_legal_share, standing
from tests.factories.networks import a_member, a_service, an_operator, an_organisation

from approdo.access.rules import SYSTEM, Forbidden, Role, Slice
from approdo.audit.models import Entry
from approdo.consents import selectors, services
from approdo.consents.models import Grant, NotShared
from approdo.consents.rules import Basis, ConsentState, GrantState, Norms, Relation, Terms, Told
from approdo.kit import clock
from approdo.kit.errors import Conflict, Invalid, NotFound
from approdo.networks.models import Membership, Service

from .conftest import NOW

SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)


def seen(around, at=NOW, service=None):
    """What the hospital (or another service) sees of the case."""
    return selectors.live_slices(service_id=(service or around.hospital).pk, case_id=around.case, at=at)


def rows():
    """How much is written."""
    return Grant.objects.count(), NotShared.objects.count(), Entry.objects.count()


def test_what_she_agreed_to_is_open_to_that_service_on_that_case_for_ninety_days_and_no_longer(around):
    a_grant(around.manager, around.case, around.hospital.pk, Slice.RISK, Slice.HEALTH, now=NOW)
    assert seen(around) == {Slice.RISK, Slice.HEALTH}
    assert seen(around, service=around.police) == frozenset()
    assert selectors.live_slices(service_id=around.hospital.pk, case_id=uuid4(), at=NOW) == frozenset()
    assert seen(around, NOW - MICROSECOND) == frozenset()
    assert seen(around, NOW + NINETY - SECOND) == {Slice.RISK, Slice.HEALTH}
    assert seen(around, NOW + NINETY - MICROSECOND) == {Slice.RISK, Slice.HEALTH}
    assert seen(around, NOW + NINETY) == seen(around, NOW + NINETY + SECOND) == frozenset()


@pytest.mark.parametrize("change", ["2026-10-25T01:00:00+00:00", "2027-03-28T01:00:00+00:00"])
@pytest.mark.parametrize("minutes", [-30, 0, 30])
def test_a_change_of_the_clocks_moves_no_expiry(around, change, minutes):
    until = type(NOW).fromisoformat(change) + timedelta(minutes=minutes)
    begins = until - timedelta(days=2)
    a_grant(around.manager, around.case, around.hospital.pk, until=until, now=begins)
    assert [bool(seen(around, until + offset)) for offset in (-SECOND, -MICROSECOND, 0 * SECOND, SECOND)] == [
        True,
        True,
        False,
        False,
    ]


def test_the_hot_read_is_one_query_and_asks_again_every_time(around):
    grant = a_grant(around.manager, around.case, around.hospital.pk, now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert seen(around) == {Slice.RISK}
    assert len(queries) == 1
    services.revoke(actor=around.manager, standing=standing(), case_id=around.case, grant_id=grant, now=NOW + SECOND)
    assert seen(around, NOW) == frozenset(), "even at an instant read just before"


def test_the_database_clock_is_what_decides_now(around):
    now = clock.now()
    a_grant(around.manager, around.case, around.hospital.pk, until=now + timedelta(hours=1), now=now)
    assert seen(around, clock.now()) == {Slice.RISK}


def test_grants_add_up_and_each_ends_alone(around):
    a_grant(around.manager, around.case, around.hospital.pk, Slice.RISK, now=NOW)
    second = a_grant(around.manager, around.case, around.hospital.pk, Slice.HEALTH, Slice.PLAN, now=NOW)
    assert seen(around) == {Slice.RISK, Slice.HEALTH, Slice.PLAN}
    services.revoke(actor=around.manager, standing=standing(), case_id=around.case, grant_id=second, now=NOW)
    assert seen(around) == {Slice.RISK}


def test_a_grant_that_begins_later_is_not_open_before(around):
    a_grant(around.manager, around.case, around.hospital.pk, starts_at=NOW + timedelta(days=1), now=NOW)
    assert seen(around) == frozenset()
    assert seen(around, NOW + timedelta(days=1)) == {Slice.RISK}
    (line,) = selectors.grants_of(around.case, at=NOW)
    assert line.state is GrantState.FUTURE


def test_revoking_twice_is_answered_calmly_and_written_once(around):
    grant = a_grant(around.manager, around.case, around.hospital.pk, now=NOW)
    press = {"standing": standing(), "case_id": around.case, "grant_id": grant}
    assert services.revoke(actor=around.manager, now=NOW + SECOND, **press) is GrantState.REVOKED
    before = rows()
    assert services.revoke(actor=around.colleague, now=NOW + 2 * SECOND, **press) is GrantState.REVOKED
    assert rows() == before
    held = Grant.objects.get(pk=grant)
    assert (held.revoked_at, held.revoked_by_id) == (NOW + SECOND, around.manager.operator_id)


def test_revoking_everything_ends_her_words_and_leaves_what_a_norm_shares(around):
    a_grant(around.manager, around.case, around.hospital.pk, now=NOW)
    a_grant(around.manager, around.case, around.police.pk, Slice.LEGAL, now=NOW)
    a_grant(around.manager, around.case, around.police.pk, starts_at=NOW + NINETY, now=NOW)
    a_grant(around.manager, other := a_case(), around.police.pk, now=NOW)
    a_legal_share(around.manager, around.case, around.police.pk, Slice.IDENTITY, now=NOW)
    press = {"actor": around.colleague, "standing": standing(), "case_id": around.case, "now": NOW}
    assert services.revoke_all(**press) == 3
    assert seen(around) == frozenset()
    assert seen(around, service=around.police) == {Slice.IDENTITY}
    assert selectors.live_slices(service_id=around.police.pk, case_id=other, at=NOW) == {Slice.RISK}
    before = rows()
    assert services.revoke_all(**press) == 0
    assert rows() == before


def renew(around, grant, now, **changes):
    """Renew as the case manager."""
    values = {"standing": standing(), "case_id": around.case, "grant_id": grant, "told": TOLD, "now": now}
    return services.renew(actor=around.manager, **(values | changes))


def test_renewing_writes_a_new_word_and_one_press_ends_the_whole(around):
    old = a_grant(around.manager, around.case, around.hospital.pk, Slice.RISK, now=NOW)
    later = NOW + timedelta(days=80)
    new = renew(around, old, later, told=Told("ar", "interpreter", "interpreter_signed"))
    assert seen(around, later) == {Slice.RISK}
    assert seen(around, later + timedelta(days=60)) == {Slice.RISK}
    newest, oldest = selectors.grants_of(around.case, at=later)
    assert (newest.id, newest.language, newest.state, newest.renewed) == (new, "ar", GrantState.LIVE, False)
    assert (oldest.id, oldest.language, oldest.state, oldest.renewed) == (old, "it", GrantState.EXPIRED, True)
    services.revoke(actor=around.manager, standing=standing(), case_id=around.case, grant_id=new, now=later)
    assert seen(around, later) == frozenset()
    detail = Entry.objects.get(verb="consent.renew").detail
    assert detail["renews"] == str(old)
    assert detail["would_have_ended"] > later.isoformat()


def test_what_has_ended_is_renewed_and_stays_ended_in_between(around):
    old = a_grant(around.manager, around.case, around.hospital.pk, now=NOW)
    later = NOW + NINETY + timedelta(days=5)
    renew(around, old, later)
    assert seen(around, later - SECOND) == frozenset()
    assert seen(around, later) == {Slice.RISK}


def test_what_cannot_be_renewed_is_refused_and_nothing_is_written(around):
    revoked = a_grant(around.manager, around.case, around.hospital.pk, now=NOW)
    services.revoke(actor=around.manager, standing=standing(), case_id=around.case, grant_id=revoked, now=NOW)
    future = a_grant(around.manager, around.case, around.hospital.pk, starts_at=NOW + NINETY, now=NOW)
    legal = a_legal_share(around.manager, around.case, around.police.pk, now=NOW)
    renewed = a_grant(around.manager, around.case, around.hospital.pk, now=NOW)
    renew(around, renewed, NOW + SECOND)
    before = rows()
    for grant in (revoked, future, legal, renewed):
        with pytest.raises(Conflict):
            renew(around, grant, NOW + 2 * SECOND)
    with pytest.raises(NotFound):
        renew(around, uuid4(), NOW)
    assert rows() == before


def test_sharing_by_law_is_another_act_with_its_norm_its_reason_and_who_decided(around):
    grant = a_legal_share(around.manager, around.case, around.police.pk, Slice.IDENTITY, now=NOW)
    (line,) = selectors.grants_of(around.case, at=NOW)
    assert (line.id, line.basis, line.norm, line.reason) == (grant, Basis.LEGAL, "court_order", "ordered")
    assert line.decided_by == around.manager.operator_id
    states = selectors.consent_states(service_id=around.police.pk, case_id=around.case, at=NOW)
    assert states[Slice.IDENTITY] is ConsentState.LEGAL
    assert Entry.objects.get(verb="consent.by_law").detail["norm"] == "court_order"
    with pytest.raises(Forbidden):  # not the case manager
        a_legal_share(around.colleague, around.case, around.police.pk, standing=standing(), now=NOW)
    for decided_by in (around.nurse.operator_id, 0):
        norms = Norms("court_order", "ordered", decided_by)
        with pytest.raises(Invalid) as refusal:
            a_legal_share(around.manager, around.case, around.police.pk, norms=norms, now=NOW)
        assert set(refusal.value.problems) == {"decided_by"}


def gone(around) -> Service:
    """A service that is active, and whose organisation has left the network."""
    around.hospital.organisation.networks.clear()
    return around.hospital


def closed(around) -> Service:
    """A service that has closed down."""
    Service.objects.filter(pk=around.hospital.pk).update(active=False)
    return around.hospital


def shadow(around) -> Service:
    """A service that stands in the directory and has nobody here who works for it."""
    return a_service(organisation=an_organisation(network=around.network))


def deserted(around) -> Service:
    """A service whose only member has left."""
    Membership.objects.filter(service=around.hospital).update(active=False)
    return around.hospital


@pytest.mark.parametrize("which", [gone, closed, shadow, deserted, lambda around: around.far, lambda _around: None])
def test_one_cannot_share_with_a_service_that_is_not_there_and_every_cause_is_answered_alike(around, which):
    service = which(around)
    before = rows()
    with pytest.raises(Invalid) as refusal:
        a_grant(around.manager, around.case, service.pk if service else 10**15, now=NOW)
    sentence = "Con questo servizio non si può condividere: scegline uno attivo della rete."
    assert refusal.value.problems == {"service_id": sentence}
    assert rows() == before


def test_a_centre_for_men_never_receives_anything(around):
    for share in (a_grant, a_legal_share):
        with pytest.raises(Invalid) as refusal:
            share(around.manager, around.case, around.programme.pk, now=NOW)
        assert set(refusal.value.problems) == {"service_id"}
    assert Grant.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"terms": Terms(["risk"], "protection", NOW, NOW - SECOND)}, "until"),
        ({"terms": Terms(["risk"], "protection", NOW - SECOND)}, "starts_at"),
        ({"terms": Terms(["risk"], "protection", None, NOW + timedelta(days=800))}, "until"),
        ({"terms": Terms(["soul"], "protection")}, "slices"),
        ({"terms": Terms([], "protection")}, "slices"),
        ({"terms": Terms(["risk"], "gossip")}, "purpose"),
        ({"told": Told("xx", "written", "signed_form")}, "language"),
        ({"told": Told("it", "shouted", "signed_form")}, "how"),
        ({"told": Told("it", "written", "memory")}, "proof"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_leaves_nothing_half_written(around, changes, field):
    before = rows()
    with pytest.raises(Invalid) as refusal:
        a_grant(around.manager, around.case, around.hospital.pk, now=NOW, **changes)
    assert set(refusal.value.problems) == {field}
    assert rows() == before


def test_the_usual_time_is_a_setting(around, settings):
    settings.CONSENT_DAYS = 10
    a_grant(around.manager, around.case, around.hospital.pk, now=NOW)
    assert (seen(around, NOW + timedelta(days=10) - SECOND), seen(around, NOW + timedelta(days=10))) == (
        {Slice.RISK},
        frozenset(),
    )


def acts(around, grant):
    """Every write about sharing, ready to be pressed by somebody else."""
    common = {"case_id": around.case, "now": NOW + SECOND}
    terms = Terms(["risk"], "protection")
    return {
        "grant": lambda **who: services.grant(service_id=around.hospital.pk, terms=terms, told=TOLD, **common, **who),
        "renew": lambda **who: services.renew(grant_id=grant, told=TOLD, **common, **who),
        "revoke": lambda **who: services.revoke(grant_id=grant, **common, **who),
        "revoke_all": lambda **who: services.revoke_all(**common, **who),
        "share_by_law": lambda **who: services.share_by_law(
            service_id=around.police.pk, terms=terms, norms=Norms("court_order", "ordered", 1), **common, **who
        ),
        "not_shared": lambda **who: services.not_shared(
            service_id=around.hospital.pk, slices=["health"], reason="she_said_no", **common, **who
        ),
    }


@pytest.mark.parametrize("act", ["grant", "renew", "revoke", "revoke_all", "share_by_law", "not_shared"])
def test_who_does_not_lead_changes_nothing_and_to_a_stranger_the_case_does_not_exist(around, act):
    grant = a_grant(around.manager, around.case, around.hospital.pk, now=NOW)
    press, before = acts(around, grant)[act], rows()
    for relation, refusal in (
        (Relation.PARTICIPANT, Forbidden),
        (Relation.GRANTED, Forbidden),
        (Relation.NONE, NotFound),
    ):
        with pytest.raises(refusal):
            press(actor=around.nurse, standing=standing(relation, case_manager=True))
    with pytest.raises(Forbidden):
        press(actor=SYSTEM, standing=standing())
    for role in (Role.OFFICER, Role.REGIONAL_ANALYST, Role.SYSTEM_ADMINISTRATOR, Role.NETWORK_COORDINATOR):
        with pytest.raises(Forbidden):
            press(actor=replace(around.manager, role=role), standing=standing(case_manager=True))
    for fact in ("blocked", "barred"):
        with pytest.raises(NotFound):
            press(actor=around.manager, standing=standing(case_manager=True, **{fact: True}))
    assert rows() == before


def test_a_grant_of_another_case_is_not_there(around):
    grant = a_grant(around.manager, a_case(), around.hospital.pk, now=NOW)
    with pytest.raises(NotFound):
        services.revoke(actor=around.manager, standing=standing(), case_id=around.case, grant_id=grant, now=NOW)


def test_why_something_is_not_shared_is_kept_beside_and_opens_nothing(around):
    services.not_shared(
        actor=around.manager,
        standing=standing(),
        case_id=around.case,
        service_id=around.hospital.pk,
        slices=["health", "plan", "health"],
        reason="she_said_no",
        now=NOW,
    )
    lines = selectors.not_shared_of(around.case)
    assert {(line.service_id, line.slice, line.reason) for line in lines} == {
        (around.hospital.pk, Slice.HEALTH, "she_said_no"),
        (around.hospital.pk, Slice.PLAN, "she_said_no"),
    }
    assert seen(around) == frozenset()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"slices": []}, "slices"), ({"slices": ["soul"]}, "slices"), ({"reason": "because"}, "reason")],
)
def test_what_is_not_shared_is_named_from_the_lists(around, changes, field):
    values = {"slices": ["health"], "reason": "she_said_no", "service_id": around.hospital.pk, "case_id": around.case}
    with pytest.raises(Invalid) as refusal:
        services.not_shared(actor=around.manager, standing=standing(), now=NOW, **(values | changes))
    assert set(refusal.value.problems) == {field}
    assert NotShared.objects.count() == 0


def test_every_act_leaves_one_audit_row_with_codes_and_identifiers_only(around):
    grant = a_grant(around.manager, around.case, around.hospital.pk, Slice.RISK, Slice.PLAN, now=NOW)
    (entry,) = Entry.objects.filter(verb="consent.grant")
    assert (entry.subject, entry.happened_at) == (f"case:{around.case}", NOW)
    assert (entry.operator_id, entry.service_id) == (around.manager.operator_id, around.centre.pk)
    assert entry.detail["slices"] == "risk,plan"
    assert entry.detail["grant"] == str(grant)
    services.revoke(actor=around.manager, standing=standing(), case_id=around.case, grant_id=grant, now=NOW)
    assert Entry.objects.filter(verb="consent.revoke").count() == 1


def test_what_ends_soon_is_told_the_next_first(around):
    late = a_grant(around.manager, around.case, around.hospital.pk, until=NOW + timedelta(days=9), now=NOW)
    soon = a_grant(around.manager, around.case, around.police.pk, until=NOW + timedelta(days=2), now=NOW)
    a_grant(around.manager, around.case, around.police.pk, until=NOW + timedelta(days=11), now=NOW)
    ended = a_grant(around.manager, around.case, around.police.pk, until=NOW + timedelta(days=1), now=NOW)
    services.revoke(actor=around.manager, standing=standing(), case_id=around.case, grant_id=ended, now=NOW)
    ten = timedelta(days=10)
    assert [one.id for one in selectors.expiring(at=NOW, within=ten)] == [soon, late]
    assert [one.id for one in selectors.expiring(at=NOW, within=ten, service_id=around.hospital.pk)] == [late]
    assert selectors.expiring(at=NOW + ten, within=timedelta(hours=1)) == ()


def test_the_cases_of_a_service_are_those_with_a_live_grant(around):
    other = a_case()
    a_grant(around.manager, around.case, around.hospital.pk, Slice.RISK, now=NOW)
    a_grant(around.manager, around.case, around.hospital.pk, Slice.PLAN, now=NOW)
    a_grant(around.manager, other, around.hospital.pk, starts_at=NOW + timedelta(days=1), now=NOW)
    assert selectors.live_cases(service_id=around.hospital.pk, at=NOW) == {around.case}
    assert selectors.live_cases(service_id=around.hospital.pk, at=NOW + timedelta(days=1)) == {around.case, other}
    assert selectors.live_cases(service_id=around.police.pk, at=NOW) == frozenset()


def test_a_slice_that_is_masked_for_the_leading_service_is_not_handed_out_by_it(around):
    services.mask(
        actor=around.manager,
        standing=standing(),
        case_id=around.case,
        service_id=around.centre.pk,
        slice_="health",
        now=NOW,
    )
    with pytest.raises(Forbidden):
        a_grant(around.manager, around.case, around.hospital.pk, Slice.RISK, Slice.HEALTH, now=NOW)
    assert Grant.objects.count() == 0


def test_a_member_shut_out_makes_no_service_a_recipient(around):
    operator = an_operator()
    service = a_service(organisation=an_organisation(network=around.network))
    a_member(service, operator=operator)
    a_grant(around.manager, around.case, service.pk, now=NOW)
    type(operator).objects.filter(pk=operator.pk).update(is_active=False)
    with pytest.raises(Invalid):
        a_grant(around.manager, around.case, service.pk, now=NOW)
