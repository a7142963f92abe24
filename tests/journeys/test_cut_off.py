# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an open page says when the product dies under it, and when her session does."""

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.journeys.conftest import SignIn
from tests.journeys.installation import LIVE, PAGES, Installation
from tests.journeys.steps import activate, call_of

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]
OVER = "La sessione è finita: accedi di nuovo."

_TAKE_FOR_THE_SHELTER = """
from approdo.activations.models import Alert
from approdo.activations.services import take
from approdo.kit import clock
from approdo.networks.models import Membership
from approdo.networks.selectors import actor_for
alert = Alert.objects.get(call__activation_id="{activation}", call__key="shelter")
actor = actor_for(alert.operator_id, Membership.objects.get(operator_id=alert.operator_id).pk)
take(actor=actor, call_id=alert.call_id, now=clock.now())
"""
_END_SESSIONS = """
from django.contrib.sessions.models import Session
from approdo.accounts.models import Operator
operator = str(Operator.objects.get(email="{email}").pk)
for session in Session.objects.all():
    if session.get_decoded().get("_auth_user_id") == operator:
        session.delete()
"""


def warning(page: Page) -> Locator:
    """The bar that says how old the page is: only when it is shown."""
    return page.get_by_role("alert").filter(has_text=re.compile("Non aggiornata|sessione"))


def asked_by(*pages: Page) -> list[str]:
    """What pages ask of the product in eight seconds: a stream that is refused would be tried again in five."""
    asked: list[str] = []
    for page in pages:
        page.on("request", lambda request: asked.append(request.url))
    pages[0].wait_for_timeout(8_000)
    return asked


def seconds_said(page: Page) -> int:
    """How old the board says it is."""
    age = page.get_by_text(re.compile("Ultimo aggiornamento|Aggiornata")).last.inner_text()
    found = re.search(r"(\d+) secondi", age)
    return int(found[1]) if found else 0


def test_pages_and_events_die_under_open_pages_which_say_so_until_they_are_back(
    sign_in: SignIn, product: Installation
) -> None:
    nurse, colleague = sign_in("hospital"), sign_in("centre")
    activation = activate(nurse, product, "Posto sicuro")
    shelter, centre = call_of(nurse, "Casa rifugio"), call_of(nurse, "Centro antiviolenza")
    expect(shelter.locator("li.done", has_text="consegnata")).to_be_visible(timeout=10_000)
    numbers = [row.get_by_role("link").first.get_attribute("href") for row in (shelter, centre)]
    nurse.evaluate("window.untouched = true")

    with product.without(PAGES, LIVE):
        died = time.monotonic()
        product.run(_TAKE_FOR_THE_SHELTER.format(activation=activation))
        product.run(_END_SESSIONS.format(email=product.people["centre"][0]))
        while not warning(nurse).is_visible():
            gone = time.monotonic() - died
            assert gone < 40, "an old board must say so"
            assert seconds_said(nurse) >= gone - 3, "never younger than it is"
            time.sleep(0.5)
        for page in (nurse, colleague):
            expect(warning(page)).to_contain_text(re.compile(r"Non aggiornata da \d+ s"), timeout=10_000)
        for number in (*numbers, "tel:112", "tel:1522"):
            expect(warning(nurse).locator(f"a[href='{number}']")).to_be_in_viewport()
        expect(shelter).not_to_contain_text(re.compile(r"presa in carico \d"))

    expect(warning(nurse)).to_be_hidden(timeout=30_000)
    expect(shelter).to_contain_text(re.compile(r"presa in carico \d"))
    assert seconds_said(nurse) < 10
    assert nurse.evaluate("window.untouched"), "it came back by itself, not by loading the page again"
    expect(warning(colleague)).to_contain_text(OVER, timeout=15_000)
    assert asked_by(colleague) == [], "her session ended meanwhile: nothing is asked any more"


def test_a_session_that_ends_under_an_open_page_is_said_with_the_way_back_in(
    sign_in: SignIn, product: Installation
) -> None:
    board = sign_in("hospital")
    activate(board, product, "Colloquio ora")
    number = call_of(board, "Centro antiviolenza").get_by_role("link").first.get_attribute("href")
    other = board.context.new_page()
    other.goto(f"{product.site}/casi/")
    product.run(_END_SESSIONS.format(email=product.people["hospital"][0]))
    for page in (board, other):
        expect(warning(page)).to_contain_text(OVER, timeout=25_000)
    expect(warning(board).locator(f"a[href='{number}']")).to_be_in_viewport()
    assert asked_by(board, other) == []
    warning(other).get_by_role("link", name=OVER).click()
    expect(other).to_have_url(re.compile("/accesso/.*next=%2Fcasi%2F"))
