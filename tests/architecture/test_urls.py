# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every address × everybody: a URL without a row in the table is red, and each row is walked for every role.

API addresses have their own walk in tests/integration/api/test_permissions.py; here they only must refuse a cookie.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import time, timedelta
from uuid import UUID, uuid4

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.factories.activations import TONIGHT, Town, a_town, an_activation
from tests.factories.assessing import an_assessment
from tests.factories.consents import a_grant
from tests.factories.files import a_photograph
from tests.factories.instruments import LICENSED, loaded
from tests.factories.pathway import a_task
from tests.factories.protocols import another
from tests.factories.region import prove_two_factors

from approdo.access.rules import ROLE_PERMISSIONS, SYSTEM, Permission, Role
from approdo.access.services import entered
from approdo.activations.models import Call
from approdo.cases.services import take_lead
from approdo.documents.rules import Kind as Paper
from approdo.documents.services import add as bring
from approdo.kit import clock
from approdo.networks.models import Membership, Override, Shift, Swap
from approdo.networks.rules import FIRST, SECOND, Rotation, RotationUnit
from approdo.networks.services import start_rotation
from approdo.notifications.models import Drill, DrillPlan
from approdo.notifications.rules import DrillState
from approdo.persons.rules import Kind
from approdo.persons.services import add
from approdo.protocols.services import approve_edition, open_draft, open_glossary, propose_edition
from approdo.referrals.rules import SheSaid, Wish
from approdo.usecases.referring import offer
from approdo.web.guards import Freshness

pytestmark = pytest.mark.django_db

PUBLIC = "public"
SIGN_IN = "sign-in"  # the kept library's own pages: they look after themselves, and never show a case
SIGNED_IN = "signed in"  # any operator, even before she chose a service
MEMBER = "member"  # any operator acting for a service
P = Permission

TABLE: dict[str, str | Permission] = {
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "accessibility": PUBLIC,
    "demo_sign_ins": PUBLIC,
    "style": PUBLIC,
    "answer": PUBLIC,
    "answer_seen": PUBLIC,
    "answer_take": PUBLIC,
    "answer_decline": PUBLIC,
    "reply": PUBLIC,
    "reply_act": PUBLIC,
    "drill_link": PUBLIC,
    "confirm_drill": PUBLIC,
    "gateway_receipt": PUBLIC,
    "calendar": PUBLIC,
    "gateway_reply": PUBLIC,
    "account_login": PUBLIC,
    "account_signup": PUBLIC,
    "account_email": PUBLIC,
    "account_email_verification_sent": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "account_logout": SIGN_IN,
    "account_reauthenticate": SIGN_IN,
    "account_change_password": SIGN_IN,
    "account_set_password": SIGN_IN,
    "mfa_index": SIGN_IN,
    "mfa_authenticate": SIGN_IN,
    "mfa_reauthenticate": SIGN_IN,
    "mfa_activate_totp": SIGN_IN,
    "mfa_deactivate_totp": SIGN_IN,
    "mfa_view_recovery_codes": SIGN_IN,
    "mfa_generate_recovery_codes": SIGN_IN,
    "mfa_download_recovery_codes": SIGN_IN,
    "mfa_list_webauthn": SIGN_IN,
    "mfa_add_webauthn": SIGN_IN,
    "mfa_reauthenticate_webauthn": SIGN_IN,
    "mfa_remove_webauthn": SIGN_IN,
    "mfa_edit_webauthn": SIGN_IN,
    "usersessions_list": SIGN_IN,
    "end_all_sessions": SIGNED_IN,
    "own_account": SIGNED_IN,
    "choose_service": SIGNED_IN,
    "today": MEMBER,
    "today_fragment": MEMBER,
    "calling": MEMBER,
    "own_contacts_here": MEMBER,
    "own_contacts": MEMBER,
    "try_contacts": MEMBER,
    "trial": MEMBER,
    "own_shifts": MEMBER,
    "own_shift": MEMBER,
    "swap": MEMBER,
    "accept_swap": MEMBER,
    "refuse_swap": MEMBER,
    "withdraw_swap": MEMBER,
    "own_absences": MEMBER,
    "end_absence": MEMBER,
    "own_calendar": MEMBER,
    "make_calendar": MEMBER,
    "revoke_calendar": MEMBER,
    "activate": P.ACTIVATE,
    "activation_preview": P.ACTIVATE,
    "choose_municipality": MEMBER,
    "board": P.READ_ACTIVATION,
    "board_fragment": P.READ_ACTIVATION,
    "attempts": P.READ_ACTIVATION,
    "attempts_fragment": P.READ_ACTIVATION,
    "undo": P.READ_ACTIVATION,
    "stand_down": P.READ_ACTIVATION,
    "close_activation": P.READ_ACTIVATION,
    "take_call": P.ANSWER_CALL,
    "decline_call": P.ANSWER_CALL,
    "release_call": P.ANSWER_CALL,
    "cases": P.READ_CASE,
    "search_cases": P.READ_CASE,
    "case": P.READ_CASE,
    "receive": P.ACTIVATE,
    "reception_seen": P.READ_CASE,
    "exit": P.READ_CASE,
    "exit_paper": P.READ_CASE,
    "body_chart": P.READ_CASE,
    "evidence": P.READ_CASE,
    "law_53": P.READ_CASE,
    "law_53_file": P.READ_CASE,
    "record": P.READ_CASE,
    "add_entry": P.READ_CASE,
    "revise_entry": P.READ_CASE,
    "reveal_entry": P.READ_CASE,
    "read_on": P.READ_CASE,
    "remove_entry": P.READ_CASE,
    "add_document": P.READ_CASE,
    "document": P.READ_CASE,
    "original_document": P.READ_CASE,
    "remove_document": P.READ_CASE,
    "put_back_document": P.READ_CASE,
    "lead": P.READ_CASE,
    "access_log": P.READ_CASE,
    "print_log": P.READ_CASE,
    "print_consent": P.READ_CASE,
    "consents": P.READ_CASE,
    "revoke_grant": P.READ_CASE,
    "keep_out": P.READ_CASE,
    "break_glass": P.READ_CASE,
    "end_break_glass": P.READ_CASE,
    "reviews": P.SUPERVISE_NETWORK,
    "review": P.SUPERVISE_NETWORK,
    "hide": P.READ_CASE,
    "share_by_law": P.READ_CASE,
    "renew_grant": P.READ_CASE,
    "case_referrals": P.READ_CASE,
    "case_pathway": P.READ_CASE,
    "move_case": P.READ_CASE,
    "case_phase": P.READ_CASE,
    "case_task": P.READ_CASE,
    "assessments": P.READ_CASE,
    "assess": P.READ_CASE,
    "assessment": P.READ_CASE,
    "judge": P.READ_CASE,
    "confirm_judgement": P.READ_CASE,
    "note_happening": P.READ_CASE,
    "ask_to_close": P.READ_CASE,
    "to_do": P.READ_CASE,
    "workload": P.EDIT_ORGANISATION,
    "visit": P.READ_CASE,
    "visit_prompt": P.READ_CASE,
    "recognition": P.EDIT_ORGANISATION,
    "referrals": P.READ_CASE,
    "referral": P.READ_CASE,
    "referral_act": P.READ_CASE,
    "referral_write_again": P.READ_CASE,
    "not_shared": P.READ_CASE,
    "hide_entry": P.READ_CASE,
    "show_again": P.READ_CASE,
    "next_contact": P.READ_CASE,
    "directory": P.READ_DIRECTORY,
    "organisation": P.EDIT_ORGANISATION,
    "evidence_days": P.EDIT_ORGANISATION,
    "new_service": P.EDIT_ORGANISATION,
    "service": P.EDIT_ORGANISATION,
    "edit_service": P.EDIT_ORGANISATION,
    "switch_service": P.EDIT_ORGANISATION,
    "service_hours": P.EDIT_ORGANISATION,
    "service_territory": P.EDIT_ORGANISATION,
    "service_contacts": P.EDIT_ORGANISATION,
    "member_contacts": P.EDIT_ORGANISATION,
    "members": P.EDIT_ORGANISATION,
    "member": P.EDIT_ORGANISATION,
    "rota": P.EDIT_ORGANISATION,
    "add_shift": P.EDIT_ORGANISATION,
    "copy_week": P.EDIT_ORGANISATION,
    "shift": P.EDIT_ORGANISATION,
    "drills": P.EDIT_ORGANISATION,
    "drill_outcome": P.EDIT_ORGANISATION,
    "choose_drill": P.EDIT_ORGANISATION,
    "press_drill": P.EDIT_ORGANISATION,
    "mend_drill": P.EDIT_ORGANISATION,
    "network_drills": P.SUPERVISE_NETWORK,
    "rotations": P.EDIT_ORGANISATION,
    "rotation": P.EDIT_ORGANISATION,
    "overrides": P.EDIT_ORGANISATION,
    "remove_override": P.EDIT_ORGANISATION,
    "import_shifts": P.EDIT_ORGANISATION,
    "shifts_template": P.EDIT_ORGANISATION,
    "on_call_hours": P.EDIT_ORGANISATION,
    "on_call_hours_sheet": P.EDIT_ORGANISATION,
    "local_holidays": P.EDIT_ORGANISATION,
    "protocols": P.READ_PROTOCOL,
    "protocol": P.READ_PROTOCOL,
    "protocol_version": P.READ_PROTOCOL,
    "protocol_source": P.READ_PROTOCOL,
    "import_protocol": P.PUBLISH_PROTOCOL,
    "adopt_protocol": P.PUBLISH_PROTOCOL,
    "withdraw_version": P.PUBLISH_PROTOCOL,
    "shelf": P.READ_PROTOCOL,
    "shelf_item": P.READ_PROTOCOL,
    "shelf_edition_file": P.READ_PROTOCOL,
    "new_shelf_item": P.PUBLISH_PROTOCOL,
    "new_edition": P.PUBLISH_PROTOCOL,
    "open_glossary": P.PUBLISH_PROTOCOL,
    "withdraw_shelf_item": P.PUBLISH_PROTOCOL,
    "shelf_edition": P.PUBLISH_PROTOCOL,
    "glossary_entry": P.PUBLISH_PROTOCOL,
    "compare_protocols": P.READ_PROTOCOL,
    "drafts": P.PUBLISH_PROTOCOL,
    "draft": P.PUBLISH_PROTOCOL,
    "draft_heading": P.PUBLISH_PROTOCOL,
    "draft_calls": P.PUBLISH_PROTOCOL,
    "draft_call": P.PUBLISH_PROTOCOL,
    "draft_steps": P.PUBLISH_PROTOCOL,
    "instruments": P.READ_PROTOCOL,
    "instrument": P.READ_PROTOCOL,
    "instrument_questionnaire": P.READ_PROTOCOL,
    "load_instrument": P.PUBLISH_PROTOCOL,
    "loaded_instrument": P.PUBLISH_PROTOCOL,
    "draft_step": P.PUBLISH_PROTOCOL,
    "draft_hours": P.PUBLISH_PROTOCOL,
    "draft_reviews": P.PUBLISH_PROTOCOL,
    "draft_exits": P.PUBLISH_PROTOCOL,
    "draft_text": P.PUBLISH_PROTOCOL,
    "draft_load": P.PUBLISH_PROTOCOL,
    "draft_act": P.PUBLISH_PROTOCOL,
    "propose_draft": P.PUBLISH_PROTOCOL,
    "approve_draft": P.PUBLISH_PROTOCOL,
    "coverage": P.EDIT_ORGANISATION,
    "network_referrals": P.SUPERVISE_NETWORK,
    "conformance": P.SUPERVISE_NETWORK,
    "comparison": P.COMPARE_NETWORKS,
}

FINER = {
    "undo",
    "stand_down",
    "close_activation",
    "consents",
    "keep_out",
    "revoke_grant",
    "hide",
    "hide_entry",
    "show_again",
    "share_by_law",
    "not_shared",
    "renew_grant",
}
"""Where a table of its own refuses what the role in general may: docs/reference/permissions.md."""


FRESH = {
    "reveal_entry": Freshness.REVEAL,
    "print_log": Freshness.GRANT,
    "print_consent": Freshness.GRANT,
    "law_53_file": Freshness.GRANT,
    "consents": Freshness.GRANT,
    "renew_grant": Freshness.GRANT,
    "share_by_law": Freshness.GRANT,
    "hide": Freshness.GRANT,
    "hide_entry": Freshness.GRANT,
    "show_again": Freshness.GRANT,
    "keep_out": Freshness.GRANT,
    "remove_document": Freshness.GRANT,
    "original_document": Freshness.REVEAL,
    "search_cases": Freshness.GRANT,
    "members": Freshness.GRANT,
    "member": Freshness.GRANT,
    "make_calendar": Freshness.GRANT,
}
"""What is done only by who proved a second factor a moment ago (security.md, P26)."""

UNHURT = {
    "activate",
    "undo",
    "take_call",
    "decline_call",
    "release_call",
    "break_glass",
    "end_break_glass",
    "revoke_grant",
    "revoke_calendar",
}
"""Acts of an emergency, and taking back: never slowed down by asking again."""


IN_A_DEPARTMENT = {"receive", "reception_seen", "exit", "exit_paper", "visit", "visit_prompt"}
"""What is only there for who works for an emergency department; tests/integration/web/test_reception_pages.py."""


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every (route, name) of the product."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.name or ""
        else:
            yield from patterns(entry, route)


@dataclass
class Scene:
    """A network, an activation, and somebody who acts for the centre that was called."""

    town: Town
    arguments: dict[str, object]
    client: Client
    membership: Membership

    def address(self, name: str) -> str:
        route = next(route for route, known in patterns() if known == name)
        wanted = {key: value for key, value in self.arguments.items() if f":{key}>" in route or f"<{key}>" in route}
        return reverse(name, kwargs=wanted)


@pytest.fixture(scope="module")
def prepared(module_transaction: None) -> Scene:
    town = a_town()
    made = an_activation(town)
    operator = town.people[town.centre.pk][0]
    actor = town.actor(town.centre)
    with entered(actor=actor):
        take_lead(actor=actor, case_id=made.case_id, now=TONIGHT)
        written = {"actor": actor, "case_id": made.case_id, "kind": Kind.IDENTITY, "now": TONIGHT}
        entry = add(**written, written={"given_name": "Prova"}, declined=())
        document_id = bring(
            actor=actor, case_id=made.case_id, kind=Paper.PHOTOGRAPH, content=a_photograph(), now=TONIGHT
        )
        grant_id = a_grant(actor, made.case_id, town.hospital.pk)
        wish = {"wish": Wish("health", "urgent"), "she_said": SheSaid.YES, "words": ""}
        referral_id = offer(actor=actor, case_id=made.case_id, target_id=town.shelter.pk, now=TONIGHT, **wish)
        task_id = a_task(actor, made.case_id)
        assessed = an_assessment(actor, made.case_id)
    membership = Membership.objects.get(operator=operator)
    client = Client()
    client.force_login(operator)
    prove_two_factors(client, operator)
    client.get(reverse("choose_service"))
    arguments = {
        "activation_id": made.id,
        "call_id": Call.objects.get(activation_id=made.id, key="centre").pk,
        "case_id": made.case_id,
        "service_id": town.centre.pk,
        "operator_id": operator.pk,
        "membership_id": membership.pk,
        "shift_id": Shift.objects.filter(service=town.centre)[0].pk,
        "network": town.network.code,
        "entry_id": entry.entry_id,
        "document_id": document_id,
        "glass_id": uuid4(),
        "grant_id": grant_id,
        "swap_id": a_swap(town).pk,
        "drill_id": a_drill(town),
        "absence_id": 1,
        "rotation_id": a_rotation(town),
        "override_id": an_override(town),
        "referral_id": referral_id,
        "task_id": task_id,
        "instrument": "da5",
        "about": "lei",
        **assessed,
        "prompt_id": uuid4(),
        "kind": "episode",
        "code": "urgent",
        "number": 1,
        "draft_id": a_draft(town),
        **an_edition(town),
        "loaded_id": an_instrument(town),
        "place": 1,
        "pk": 1,
        "token": "indovinato",
        "uidb36": "1",
        "key": "none",
    }
    return Scene(town, arguments, client, membership)


def an_edition(town: Town) -> dict[str, object]:
    """A glossary of the town's network that one coordinator wrote and another approved, and the next one begun."""
    writer = replace(town.actor(town.coordination), role=Role.NETWORK_COORDINATOR)
    which = open_glossary(actor=writer, network_code=town.network.code, now=TONIGHT)
    propose_edition(actor=writer, which=which, note="La prima volta.", now=TONIGHT)
    approve_edition(actor=another(writer), which=replace(which, counter=2), now=TONIGHT)
    return {"item_id": which.item_id, "edition_id": which.edition_id}


def an_instrument(town: Town) -> int:
    """A licensed instrument that the town's network loaded, and nobody has proposed."""
    writer = replace(town.actor(town.coordination), role=Role.NETWORK_COORDINATOR)
    return loaded(writer, town.network.code, LICENSED["dash"], TONIGHT)


def a_draft(town: Town) -> int:
    """A draft of the town's network, begun by who coordinates it."""
    writer = replace(town.actor(town.coordination), role=Role.NETWORK_COORDINATOR)
    return open_draft(actor=writer, network_code=town.network.code, version=("urgent", 1), now=TONIGHT)


@pytest.fixture
def scene(prepared: Scene) -> Scene:
    """The scene as it was prepared: what a test writes is taken back, and its browser is its own."""
    client = Client(raise_request_exception=False)
    client.cookies = deepcopy(prepared.client.cookies)
    return replace(prepared, client=client)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    named = {name for route, name in patterns() if not route.startswith(("api/", "^api"))}
    assert named == set(TABLE)


def views(resolver: URLResolver | None = None) -> Iterator[tuple[str, object]]:
    """Every (name, view) of the product."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield entry.name or "", entry.callback
        else:
            yield from views(entry)


def test_what_asks_for_a_fresh_proof_is_exactly_what_the_table_says() -> None:
    asks = {name: proof.within for name, view in views() if (proof := getattr(view, "fresh", None)) is not None}
    assert asks == FRESH
    assert set(TABLE) >= UNHURT
    assert not UNHURT & set(FRESH)


@pytest.mark.parametrize("name", sorted(FRESH))
def test_with_an_old_proof_every_such_act_asks_before_it_reads_anything(scene: Scene, name: str) -> None:
    if TABLE[name] is P.EDIT_ORGANISATION:
        Membership.objects.filter(pk=scene.membership.pk).update(role=Role.ORGANISATION_COORDINATOR)
    session = scene.client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] = 0
    session.save()
    response = scene.client.post(scene.address(name), {"act": "back"})
    assert response.status_code == 403
    assert "Conferma che sei tu" in response.content.decode()


def leads_to_sign_in(response: HttpResponse) -> bool:
    location = response.headers.get("Location", "") or response.headers.get("HX-Redirect", "")
    return location.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(TABLE))
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_led_to_the_sign_in_from_everything_that_is_not_public(
    scene: Scene, name: str, method: str
) -> None:
    response = getattr(Client(raise_request_exception=False), method)(scene.address(name))
    assert response.status_code < 500 or name == "readyz", "readyz is right: no sweep runs here"
    if TABLE[name] == PUBLIC:
        assert not leads_to_sign_in(response) or name.startswith(("account_", "mfa_"))
    elif TABLE[name] == SIGN_IN:
        assert response.status_code in {302, 401, 403, 404, 405}
    else:
        assert leads_to_sign_in(response)


@pytest.mark.parametrize("name", sorted(name for name, kind in TABLE.items() if isinstance(kind, Permission)))
@pytest.mark.parametrize("role", [*Role])
def test_every_role_meets_exactly_what_its_permissions_say(scene: Scene, name: str, role: Role) -> None:
    Membership.objects.filter(pk=scene.membership.pk).update(role=role)
    permitted = TABLE[name] in ROLE_PERMISSIONS[role]
    for method in ("get", "post"):
        response = getattr(scene.client, method)(scene.address(name))
        assert response.status_code < 500
        if response.status_code == 405:
            continue
        if permitted:
            assert not leads_to_sign_in(response)
            assert response.status_code != 403 or name in FINER, name
        else:
            assert response.status_code in {403, 404}, f"{method} {name} answered {response.status_code}"


@pytest.mark.parametrize("name", sorted(name for name, kind in TABLE.items() if isinstance(kind, Permission)))
def test_the_coordinator_of_one_organisation_opens_all_but_publishing_and_supervising(scene: Scene, name: str) -> None:
    Membership.objects.filter(pk=scene.membership.pk).update(role=Role.ORGANISATION_COORDINATOR)
    answered = {getattr(scene.client, method)(scene.address(name)).status_code for method in ("get", "post")} - {405}
    if TABLE[name] in {P.PUBLISH_PROTOCOL, P.SUPERVISE_NETWORK, P.COMPARE_NETWORKS}:
        assert answered == {403}
    elif name in {"break_glass", "end_break_glass", "put_back_document"}:
        assert answered == {404}, "her service leads: there is no glass to break; and no document is out"
    elif name in IN_A_DEPARTMENT:
        assert answered == {404}, "her service is no emergency department"
    else:
        assert answered <= {200, 204, 302, 422} or name in {"undo", "stand_down", "close_activation"}, answered


@pytest.mark.parametrize("name", sorted(TABLE))
def test_no_address_sends_back_what_it_was_sent(scene: Scene, name: str) -> None:
    assert scene.client.trace(scene.address(name)).status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        "board",
        "board_fragment",
        "attempts",
        "attempts_fragment",
        "case",
        "record",
        "exit",
        "body_chart",
        "evidence",
        "law_53",
        "access_log",
        "consents",
        "share_by_law",
        "not_shared",
        "renew_grant",
        "hide",
        "hide_entry",
        "add_entry",
        "revise_entry",
        "add_document",
        "document",
        "service",
        "shift",
        "drills",
        "drill_outcome",
        "network_drills",
        "rotations",
        "rotation",
        "overrides",
        "import_shifts",
        "shifts_template",
        "on_call_hours",
        "on_call_hours_sheet",
        "local_holidays",
        "protocol",
        "draft",
        "draft_heading",
        "case_pathway",
        "assessments",
        "assess",
        "assessment",
        "draft_call",
        "draft_step",
        "draft_hours",
        "draft_reviews",
        "draft_exits",
        "draft_text",
        "draft_load",
        "propose_draft",
        "approve_draft",
        "compare_protocols",
        "import_protocol",
        "adopt_protocol",
        "withdraw_version",
        "shelf",
        "shelf_item",
        "shelf_edition",
        "shelf_edition_file",
        "new_shelf_item",
        "new_edition",
        "glossary_entry",
        "load_instrument",
        "loaded_instrument",
        "conformance",
        "own_contacts",
        "trial",
        "own_shift",
        "swap",
    ],
)
def test_what_belongs_to_others_answers_like_what_does_not_exist(scene: Scene, name: str) -> None:
    Membership.objects.filter(pk=scene.membership.pk).update(role=Role.NETWORK_COORDINATOR)
    other = a_town("013075")
    mine = scene.arguments
    hidden = Scene(other, {**mine}, scene.client, scene.membership)
    stranger = an_activation_of(other)
    hidden.arguments |= stranger
    absent = Scene(
        other,
        {
            **mine,
            "activation_id": uuid4(),
            "case_id": uuid4(),
            "entry_id": uuid4(),
            "document_id": uuid4(),
            "grant_id": uuid4(),
            "swap_id": uuid4(),
            "drill_id": uuid4(),
            "service_id": 999_999,
            "shift_id": 999_999,
            "rotation_id": 999_999,
            "override_id": uuid4(),
            "draft_id": 999_999,
            "item_id": 999_999,
            "edition_id": 999_999,
            "loaded_id": 999_999,
            "network": "no",
        },
        scene.client,
        scene.membership,
    )
    answers = [scene.client.get(one.address(name)) for one in (hidden, absent)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def a_swap(town: Town) -> Swap:
    """A request of the first person of a centre."""
    shift = Shift.objects.filter(service=town.centre)[0]
    return Swap.objects.create(shift=shift, asker_id=shift.operator_id, state="open", asked_at=TONIGHT)


def a_drill(town: Town) -> UUID:
    """A drill of the centre that nobody answered, with the plan it came from."""
    DrillPlan.objects.create(service=town.centre, due_at=TONIGHT + timedelta(days=30))
    values = {"service": town.centre, "both": False, "begun_at": TONIGHT, "ended_at": TONIGHT}
    return Drill.objects.create(state=DrillState.NOBODY, **values).pk


def a_rotation(town: Town) -> int:
    """A rotation of a centre, second position, a month from now."""
    plan = Rotation(SECOND, RotationUnit.WEEK, 1, (TONIGHT + timedelta(days=30)).date(), time(8), turn_of(town))
    return start_rotation(actor=SYSTEM, service_id=town.centre.pk, plan=plan, now=TONIGHT).id


def an_override(town: Town) -> UUID:
    """An override of a centre that is over on no machine's clock."""
    starts_at = clock.now() + timedelta(days=20)
    who = {"operator_id": turn_of(town)[0], "position": FIRST, "starts_at": starts_at, "made_at": TONIGHT}
    return Override.objects.create(service=town.centre, ends_at=starts_at + timedelta(hours=1), **who).pk


def turn_of(town: Town) -> tuple[int, ...]:
    """Whoever works for a centre."""
    return (town.people[town.centre.pk][0].pk,)


def an_activation_of(town: Town) -> dict[str, object]:
    """Identifiers of things another network has."""
    made = an_activation(town, municipality_code="013075")
    actor = town.actor(town.centre)
    with entered(actor=actor):
        written = {"actor": actor, "case_id": made.case_id, "kind": Kind.IDENTITY, "now": TONIGHT}
        entry = add(**written, written={"given_name": "Prova"}, declined=())
        take_lead(actor=actor, case_id=made.case_id, now=TONIGHT)
        document_id = bring(
            actor=actor, case_id=made.case_id, kind=Paper.PHOTOGRAPH, content=a_photograph(), now=TONIGHT
        )
        grant_id = a_grant(actor, made.case_id, town.hospital.pk)
        wish = {"wish": Wish("health", "urgent"), "she_said": SheSaid.YES, "words": ""}
        referral_id = offer(actor=actor, case_id=made.case_id, target_id=town.shelter.pk, now=TONIGHT, **wish)
        task_id = a_task(actor, made.case_id)
        assessed = an_assessment(actor, made.case_id)
    return {
        "document_id": document_id,
        "grant_id": grant_id,
        "swap_id": a_swap(town).pk,
        "drill_id": a_drill(town),
        "rotation_id": a_rotation(town),
        "override_id": an_override(town),
        "referral_id": referral_id,
        "task_id": task_id,
        "entry_id": entry.entry_id,
        "activation_id": made.id,
        "case_id": made.case_id,
        "service_id": town.centre.pk,
        "shift_id": Shift.objects.filter(service=town.centre)[0].pk,
        "draft_id": a_draft(town),
        **assessed,
        **an_edition(town),
        "loaded_id": an_instrument(town),
        "network": town.network.code,
    }


@pytest.mark.parametrize("route", sorted(route for route, _name in patterns() if route.startswith("api/")))
def test_a_cookie_never_opens_the_door_for_programs(scene: Scene, route: str) -> None:
    filled = route.replace("<activation_id>", str(uuid4())).replace("<call_id>", str(uuid4()))
    filled = filled.replace("<prompt_id>", str(uuid4()))
    response = scene.client.get("/" + filled.replace("<municipality>", "012133"))
    assert response.status_code in {401, 404, 405} or route.endswith("openapi.json")
