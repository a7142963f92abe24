# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in as production does: a password alone opens nothing; password and code do, and so does a passkey."""

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys import installation
from tests.journeys.conftest import PHONE, refused
from tests.journeys.installation import Installation
from tests.journeys.steps import activate

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]
PASSWORD = "una barca rientra in porto"
_SET_PASSWORD = """
from approdo.accounts.models import Operator
operator = Operator.objects.get(email="{email}")
operator.set_password("{password}")
operator.save()
"""

_AN_HOUR_LATER = """
from django.contrib.sessions.models import Session
from approdo.accounts.sign_in import SessionStore
for row in Session.objects.all():
    session = SessionStore(row.session_key)
    for proof in session.get("account_authentication_methods", []):
        proof["at"] -= 3600
        session.modified = True
    session.save()
"""


@pytest.fixture(scope="module")
def product() -> Iterator[Installation]:
    """The product as it is in earnest: no one-click sign-ins."""
    with installation.running() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="it-IT", timezone_id="Europe/Rome")
    said = refused(context)
    yield context.new_page()
    context.close()
    assert said == []


def code_for(secret: str, at: float) -> str:
    """The six digits of RFC 6238 for an instant, as an app on a telephone computes them."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def give_password(page: Page, product: Installation, email: str) -> None:
    page.goto(f"{product.site}/accesso/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Accedi", exact=True).click()
    page.wait_for_load_state()


def confirm(page: Page) -> None:
    """Adding a way in asks for the password once more."""
    page.wait_for_load_state()
    assert "/accesso/conferma/" in page.url
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form").filter(has=page.locator("input[name=password]")).locator("button[type=submit]").click()
    page.wait_for_load_state()


def sign_out(page: Page) -> None:
    page.locator("header").get_by_role("button", name="Esci").click()
    page.wait_for_load_state()


def test_a_password_opens_nothing_until_a_code_is_added_and_then_both_open_the_day(
    page: Page, product: Installation
) -> None:
    email = product.people["centre"][0]
    product.run(_SET_PASSWORD.format(email=email, password=PASSWORD))
    give_password(page, product, email)
    page.goto(f"{product.site}/casi/")
    assert "/accesso/secondo/" in page.url, "the second factor comes first"
    page.get_by_role("link", name="Collega una app").click()
    confirm(page)
    secret = page.locator("p.mono").inner_text().strip()
    page.locator("input[name=code]").fill(code_for(secret, time.time()))
    page.get_by_role("button", name="Collega", exact=True).click()
    page.wait_for_load_state()
    page.goto(f"{product.site}/")
    expect(page).to_have_url(re.compile("/accesso/"))

    time.sleep(30 - time.time() % 30 + 1)  # a code is good once
    give_password(page, product, email)
    expect(page.get_by_role("heading", name="Secondo passo")).to_be_visible()
    page.locator("input[name=code]").first.fill(code_for(secret, time.time()))
    page.get_by_role("button", name="Accedi", exact=True).click()
    page.wait_for_load_state()
    page.goto(f"{product.site}/")
    expect(page.get_by_role("navigation").get_by_role("link", name="Casi").first).to_be_visible()


def test_a_passkey_is_added_and_then_signs_in_by_itself(page: Page, product: Installation) -> None:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    email = product.people["shelter"][0]
    product.run(_SET_PASSWORD.format(email=email, password=PASSWORD))
    give_password(page, product, email)
    page.goto(f"{product.site}/accesso/secondo/")
    page.get_by_role("link", name="Aggiungi una passkey").click()
    confirm(page)
    page.locator("input[name=name]").fill("telefono di servizio")
    with page.expect_navigation():
        page.locator("#mfa_webauthn_add").click()
    page.goto(f"{product.site}/")
    if page.locator("header").get_by_role("button", name="Esci").count():
        sign_out(page)

    page.goto(f"{product.site}/accesso/")
    with page.expect_navigation(url=re.compile(r"^(?!.*/accesso/).*$")):
        page.locator("#passkey_login").click()
    page.goto(f"{product.site}/")
    expect(page.get_by_role("navigation").get_by_role("link", name="Casi").first).to_be_visible()


def test_the_passkey_is_asked_again_before_her_place_is_shown(page: Page, product: Installation) -> None:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    email = product.people["hospital"][0]
    product.run(_SET_PASSWORD.format(email=email, password=PASSWORD))
    give_password(page, product, email)
    page.goto(f"{product.site}/accesso/secondo/")
    page.get_by_role("link", name="Aggiungi una passkey").click()
    confirm(page)
    page.locator("input[name=name]").fill("telefono di servizio")
    with page.expect_navigation():
        page.locator("#mfa_webauthn_add").click()
    page.goto(f"{product.site}/")
    page.goto(f"{product.site}/accesso/")
    with page.expect_navigation(url=re.compile(r"^(?!.*/accesso/).*$")):
        page.locator("#passkey_login").click()

    activate(page, product)
    page.goto(f"{product.site}/casi/")
    page.locator("main ul a[href^='/casi/']").first.click()
    page.get_by_role("button", name="Conduco io questo percorso").click()
    page.goto(f"{page.url}scheda/place/nuova/")
    page.fill("[name=address]", "Luogo di prova")
    page.get_by_role("button", name="Salva").click()
    page.get_by_label("Perché ti serve").select_option("meeting")
    product.run(_AN_HOUR_LATER)
    page.get_by_role("button", name="Mostra per un minuto").click()
    expect(page.get_by_role("heading", name="Conferma che sei tu")).to_be_visible()
    expect(page.get_by_text("Luogo di prova")).to_have_count(0)
    page.get_by_role("button", name="Usa la passkey").click()
    expect(page.get_by_text("Luogo di prova")).to_be_visible()


def test_a_wrong_password_says_the_same_for_everybody(page: Page, product: Installation) -> None:
    said = []
    for email in (product.people["social"][0], "nessuna@rete.example"):
        page.goto(f"{product.site}/accesso/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill("una frase che non è la sua")
        page.get_by_role("button", name="Accedi", exact=True).click()
        said.append(page.locator("main [data-focus], main .note, main .error-summary").first.inner_text())
    assert said[0] == said[1]
