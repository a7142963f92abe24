# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the browser itself holds back: words that would become pages or code, and every page after she has left."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from tests.architecture.test_urls import TABLE, patterns
from tests.journeys.conftest import DESK, FLAGS, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import activate

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]

_LED = """
import json
from dataclasses import replace
from datetime import time, timedelta
from approdo.access.rules import SYSTEM, Role
from approdo.access.services import entered
from approdo.activations.models import Activation, Call
from approdo.cases.services import take_lead
from approdo.documents import rules as papers
from approdo.documents.services import add as bring
from approdo.kit import clock
from approdo.networks.models import Membership, Network, Shift, Swap
from approdo.networks.rules import FIRST, SECOND, Duty, Rotation, RotationUnit
from approdo.networks.selectors import actor_for
from approdo.networks.services import put_override, start_rotation
from approdo.persons.rules import Kind
from approdo.persons.services import add
from approdo.protocols.services import open_draft, open_glossary
from approdo.recognition.rules.prompting import Mode
from approdo.recognition.services import set_mode
from approdo.referrals.rules import SheSaid, Wish
from approdo.usecases.referring import offer
from tests.factories.consents import a_grant
from tests.factories.recognition import REASON, a_prompt
from tests.factories.files import a_photograph
from tests.factories.assessing import an_assessment
from tests.factories.instruments import LICENSED, loaded
from tests.factories.pathway import a_task
made, now = Activation.objects.get(pk="{activation}"), clock.now()
held = Membership.objects.filter(service_id={centre}).order_by("pk")[0]
actor = actor_for(held.operator_id, held.pk)
with entered(actor=actor):
    take_lead(actor=actor, case_id=made.case_id, now=now)
    entry = add(actor=actor, case_id=made.case_id, kind=Kind.HEALTH, written={{"needs": "Prova"}}, declined=(), now=now)
    paper = bring(actor=actor, case_id=made.case_id, kind=papers.Kind.OTHER, content=a_photograph(), now=now)
    grant_id = a_grant(actor, made.case_id, {hospital}, until=now + timedelta(days=9))
    wish = {{"wish": Wish("health", "urgent"), "she_said": SheSaid.YES, "words": ""}}
    referral_id = offer(actor=actor, case_id=made.case_id, target_id={shelter}, now=now, **wish)
    case_task = a_task(actor, made.case_id, now=now)
    assessed = an_assessment(actor, made.case_id, now=now)
coordinator = Membership.objects.filter(service_id={coordination}).order_by("pk")[0]
network = Network.objects.get().code
writer = actor_for(coordinator.operator_id, coordinator.pk)
with entered(actor=writer):
    which = open_glossary(actor=writer, network_code=network, now=now)
    draft_id = open_draft(actor=writer, network_code=network, version=("urgent", 1), now=now)
    loaded_id = loaded(writer, network, LICENSED["dash"], now)
shift = Shift.objects.filter(service_id={centre}, operator_id=held.operator_id)[0]
town, later = Membership.objects.filter(service_id={coordination}, active=True).order_by("pk"), now + timedelta(days=40)
turns = tuple(town.values_list("operator_id", flat=True))
plan = Rotation(SECOND, RotationUnit.WEEK, 1, later.date(), time(8), turns)
stretch = Duty(held.operator_id, FIRST, later - timedelta(days=9), later - timedelta(days=8))
with entered(actor=SYSTEM):
    rotation_id = start_rotation(actor=SYSTEM, service_id={coordination}, plan=plan, now=now).id
    override_id = put_override(actor=SYSTEM, service_id={centre}, duty=stretch, now=now).id
treats = Membership.objects.filter(service_id={hospital}).order_by("pk")[0]
nurse = actor_for(treats.operator_id, treats.pk)
manager = replace(nurse, role=Role.ORGANISATION_COORDINATOR)
with entered(actor=manager):
    for mode in (Mode.SILENT, Mode.PROMPTING):
        set_mode(actor=manager, service_id={hospital}, mode=mode, reason=REASON, now=now)
prompt_id = a_prompt(nurse, now=now, arrived_at=now)
swap = Swap.objects.create(shift=shift, asker_id=shift.operator_id, state="open", asked_at=now)
print(json.dumps({{
    "activation_id": made.pk,
    "call_id": Call.objects.get(activation_id=made.pk, key="centre").pk,
    "case_id": made.case_id,
    "document_id": paper,
    "entry_id": entry.entry_id,
    "grant_id": grant_id,
    "network": network,
    "referral_id": referral_id,
    "draft_id": draft_id,
    "item_id": which.item_id,
    "edition_id": which.edition_id,
    "loaded_id": loaded_id,
    "swap_id": swap.pk,
    "rotation_id": rotation_id,
    "override_id": override_id,
    "absence_id": 1,
    "task_id": case_task,
    **assessed,
    "prompt_id": prompt_id,
    "place": 1,
}}, default=str))
"""
_OWN = """
import json
from approdo.networks.models import Membership, Shift
held = Membership.objects.filter(service_id={service}).order_by("pk")[0]
shift = Shift.objects.filter(service_id={service})[0].pk
own = {{"service_id": {service}, "operator_id": held.operator_id, "membership_id": held.pk, "shift_id": shift}}
print(json.dumps(own, default=str))
"""
_ARGUMENTS = {"code": "urgent", "number": 1, "kind": "episode", "pk": 1, "glass_id": uuid4(), "drill_id": uuid4()}
_ARGUMENTS |= {"instrument": "da5", "about": "lei"}
_LEAVES = "account_logout"
# no page of these for whoever is signed in already and has proved no factor, brings no code, leads nothing in a
# department, or would approve what nobody proposed: test_signing_in.py, test_answer_link.py, test_referral.py,
# test_editor.py, test_drill.py and test_reception.py meet those that exist
_ELSEWHERE = {
    "account_email",
    "account_email_verification_sent",
    "account_change_password",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_reset_password_from_key",
    "account_signup",
    "answer",
    "approve_draft",
    "calendar",
    "drill_link",
    "exit",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "own_account",
    "own_contacts_here",
    "reply",
}
_MAKES_A_PAGE = {
    "innerHTML": "document.body.innerHTML = words",
    "outerHTML": "document.body.firstElementChild.outerHTML = words",
    "insertAdjacentHTML": "document.body.insertAdjacentHTML('beforeend', words)",
    "DOMParser": "new DOMParser().parseFromString(words, 'text/html')",
    "parseHTMLUnsafe": "Document.parseHTMLUnsafe(words)",
    "document.write": "document.write(words)",
    "srcdoc": "document.createElement('iframe').srcdoc = words",
    "script.src": "document.createElement('script').src = '/static/web/app.js'",
    "script.text": "document.createElement('script').text = 'window.owned = 1'",
    "a policy of one's own": "trustedTypes.createPolicy('mine', {createHTML: (all) => all})",
    "the policy for everything": "trustedTypes.createPolicy('default', {createHTML: (all) => all})",
}
_ALL_THERE = """() => document.querySelectorAll("template[data-later]").length
    === document.head.querySelectorAll("script:not([defer], [type])").length"""
_CANARY = "Visita canarina cinquantatré"
_STYLE = "visually-hidden-focusable"
_TRY = """([name, words]) => {
    try { %s; return "let through"; } catch (refused) { return refused.name; }
}"""


def addresses(known: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Every address of the table that these identifiers fill."""
    for route, name in patterns():
        wanted = {key: value for key, value in known.items() if f":{key}>" in route or f"<{key}>" in route}
        if name in TABLE and name != _LEAVES and route.count("<") == len(wanted):
            yield name, reverse(name, kwargs=wanted)


def test_every_page_of_the_product_lives_with_a_policy_that_lets_no_words_become_a_page(
    sign_in: SignIn, product: Installation
) -> None:
    """Whatever the policy refuses on the way is a fault: the fixture looks."""
    nurse = sign_in("hospital")
    people = {"centre": sign_in("centre"), "hospital": nurse, "coordination": sign_in("coordination")}
    activation = activate(nurse, product, "Posto sicuro")
    led = json.loads(product.run(_LED.format(activation=activation, **product.services)))
    met: dict[str, int] = {}
    for service, person in people.items():
        own = json.loads(product.run(_OWN.format(service=product.services[service])))
        for name, address in addresses(_ARGUMENTS | led | own):
            if met.get(name) not in {200, 405}:
                met[name] = look(person, product.site + address)
    assert {name for name in TABLE if met.get(name) not in {200, 405}} - _ELSEWHERE == set()


def look(page: Page, address: str) -> int:
    """Open a page, if it is one, until the scripts that come later are there too; return its status."""
    answer = page.request.get(address, max_redirects=0)
    if answer.status == 200 and "text/html" in answer.headers["content-type"]:
        page.goto(address)
        page.wait_for_function(_ALL_THERE)
    return answer.status


@pytest.fixture
def stranger(browser: Browser, product: Installation) -> Iterator[Page]:
    """A page in which a script that is not ours may try what it likes."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{product.site}/accesso/")
    yield page
    context.close()


@pytest.mark.parametrize("way", _MAKES_A_PAGE)
def test_a_script_that_got_in_cannot_turn_words_into_a_page_or_code(stranger: Page, way: str) -> None:
    words = "<img src=x onerror='window.owned = 1'>"
    assert stranger.evaluate(_TRY % _MAKES_A_PAGE[way], [way, words]) == "TypeError"
    assert stranger.locator("img[src=x]").count() == 0
    assert stranger.evaluate("window.owned") is None


def test_after_she_has_left_neither_back_nor_the_disk_gives_anything_of_the_case(
    sign_in: SignIn, product: Installation, browser: Browser, tmp_path: Path
) -> None:
    activation = activate(sign_in("hospital"), product, "Colloquio ora")
    context = browser.browser_type.launch_persistent_context(
        tmp_path,
        executable_path=shutil.which("chromium"),
        args=FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
        extra_http_headers={"Accept-Encoding": "identity"},  # what is kept is kept in clear, so that it is found
        viewport=DESK,
        locale="it-IT",
    )
    page = context.pages[0]
    page.goto(f"{product.site}/prova/")
    page.locator("details.demo-network").evaluate_all("all => all.forEach(one => one.open = true)")
    page.locator(f"button[value='{product.people['centre'][0]}']").first.click()
    page.goto(f"{product.site}/attivazioni/{activation}/")
    page.get_by_role("link", name=re.compile("Apri il percorso")).click()
    alias = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Conduco io questo percorso").click()
    page.goto(f"{page.url}scheda/")
    page.locator("#health a.btn-secondary").click()
    page.fill("[name=needs]", _CANARY)
    page.get_by_role("button", name="Salva").click()
    expect(page.get_by_text(_CANARY)).to_be_visible()
    page.goto(f"{product.site}/attivazioni/{activation}/")
    page.go_back(wait_until="commit")
    expect(page.get_by_text(_CANARY)).to_be_visible()
    assert kept(tmp_path, _CANARY, "Cache") == [], "not even while she works"
    page.get_by_role("banner").get_by_role("button", name="Esci").click()
    page.wait_for_url("**/accesso/**")
    for _ in range(4):
        page.go_back(wait_until="commit")
        page.get_by_role("heading", level=1).wait_for()
        source = page.content()
        assert _CANARY not in source, page.url
        assert alias not in source, page.url
    context.close()
    assert kept(tmp_path, _STYLE, "Cache"), "it does keep what may be kept"
    assert kept(tmp_path, alias, "Cache") == kept(tmp_path, _CANARY) == []


def kept(profile: Path, word: str, place: str = "") -> list[str]:
    """The files of a browser's profile that hold a word, in either of the encodings it writes; or of one part of it."""
    written = word.encode(), word.encode("utf-16-le")
    found = []
    for file in profile.rglob("*"):
        with suppress(FileNotFoundError):  # a browser at work tidies up
            if place in str(file) and file.is_file() and any(one in file.read_bytes() for one in written):
                found.append(str(file.relative_to(profile)))
    return found
