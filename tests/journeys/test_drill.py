# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A coordinator tries whether a telephone rings: real processes, a real gateway, a real browser on the other side."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.conftest import DESK, PHONE, Arrived, SignIn, refused
from tests.journeys.installation import Installation
from tests.journeys.steps import SECRET_WORDS, flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]

# what the sweep does within a minute
_PLANNED = """
from approdo.kit import clock
from approdo.usecases import drills
drills.plan_due(now=clock.now())
"""
_CALLS = """
from approdo.access.services import as_system
from approdo.activations.models import Activation, Alert
with as_system():
    print(Activation.objects.count() + Alert.objects.count())
"""


@pytest.fixture
def coordinator(sign_in: SignIn, product: Installation) -> Page:
    """She who coordinates the network, before the page of her own service."""
    product.run(_PLANNED)
    page = sign_in("coordination")
    page.goto(f"{product.site}/rete/servizi/{product.services['coordination']}/prova/")
    return page


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    """A telephone on which nobody has signed in."""
    context = browser.new_context(viewport=PHONE, locale="it-IT")
    said = refused(context)
    yield context.new_page()
    context.close()
    assert said == []


def press(coordinator: Page) -> None:
    coordinator.get_by_role("button", name="Prova adesso").click()
    expect(coordinator.get_by_text("Prova in partenza")).to_be_visible()


def test_pressed_received_confirmed_by_one_tap_and_seen_at_once(
    coordinator: Page, telephone: Page, product: Installation, arrived: Arrived
) -> None:
    assert list(flaws(coordinator, (PHONE, DESK))) == []
    press(coordinator)
    message = arrived("sms")
    assert message["text"].startswith("Questa è una prova. Conferma: ")
    assert not SECRET_WORDS.search(message["text"])
    telephone.goto(re.search(r"http\S+", message["text"])[0])
    expect(telephone.get_by_role("heading", name="Questa è una prova")).to_be_visible()
    assert not SECRET_WORDS.search(telephone.inner_text("main"))
    assert list(flaws(telephone, (PHONE, DESK))) == []
    telephone.set_viewport_size(PHONE)
    expect(coordinator.get_by_text(re.compile("aspetta risposta")).first).to_be_visible()
    telephone.get_by_role("button", name="Ho ricevuto la prova").click()
    expect(telephone.get_by_role("heading", name="Prova riuscita")).to_be_visible()
    expect(coordinator.locator("section.card .state", has_text="ha risposto")).to_be_visible(timeout=5_000)
    assert list(flaws(coordinator, (PHONE, DESK))) == []
    assert product.run(_CALLS).strip() == "0"


def test_a_reply_confirms_and_is_told_that_it_was_a_test(
    coordinator: Page, telephone: Page, product: Installation, arrived: Arrived
) -> None:
    press(coordinator)
    message = arrived("sms")
    telephone.goto(product.gateway_address)
    hers = telephone.get_by_role("article").filter(has=telephone.get_by_role("heading", name=message["to"]))
    hers.get_by_role("button", name="Rispondi 1").first.click()
    expect(hers).to_contain_text("Prova riuscita. Non devi fare altro.")
    coordinator.goto(f"{product.site}/rete/protocolli/")
    coordinator.get_by_role("link", name="Prove di reperibilità").click()
    row = coordinator.get_by_role("row").filter(has_text="ha risposto")
    expect(row.first).to_be_visible()
    assert list(flaws(coordinator, (PHONE, DESK))) == []
