# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A running product and a real Chromium for the journeys, both gone when the module is: no loop outlives it."""

import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.journeys import installation
from tests.journeys.installation import Installation

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
_SAY_WHAT_IS_REFUSED = """document.addEventListener("securitypolicyviolation", (refused) => console.error(
    "Content Security Policy", refused.effectiveDirective, refused.blockedURI, refused.sample, location.pathname))"""
SignIn = Callable[..., Page]
Arrived = Callable[[str], dict[str, str]]


def refused(context: BrowserContext) -> list[str]:
    """What the policy of the pages refuses in this browser from now on, Trusted Types included."""
    said: list[str] = []
    context.add_init_script(_SAY_WHAT_IS_REFUSED)
    context.on("console", lambda message: said.append(message.text) if "Content Security" in message.text else None)
    return said


@pytest.fixture(scope="module")
def product() -> Iterator[Installation]:
    with installation.running(one_click=True) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=FLAGS,
            ignore_default_args=["--disable-back-forward-cache"],  # as in a real browser
        )
        yield chromium
        chromium.close()


@pytest.fixture
def sign_in(browser: Browser, product: Installation) -> Iterator[SignIn]:
    """A browser of her own for each person; everything it asked for elsewhere, or said in its console, is a fault."""
    contexts: list[BrowserContext] = []
    foreign: list[str] = []
    said: list[list[str]] = []  # by each browser

    def signed_in(service: str, position: int = 1, **options: object) -> Page:
        made = {"viewport": PHONE, "locale": "it-IT", "timezone_id": "Europe/Rome"} | options
        context = browser.new_context(**made)
        contexts.append(context)
        said.append(refused(context))
        context.on("request", lambda request: None if "//localhost:" in request.url else foreign.append(request.url))
        page = context.new_page()
        page.goto(f"{product.site}/prova/")
        email = product.people[service][position - 1]
        page.locator("details.demo-network").evaluate_all("all => all.forEach(one => one.open = true)")
        page.locator(f"button[value='{email}']").first.click()
        page.wait_for_load_state()
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert foreign == []
    assert [one for by_one in said for one in by_one] == []


@pytest.fixture
def arrived(product: Installation) -> Arrived:
    """Return a function that waits for the first message on a channel since the test began."""
    before = {one["reference"] for one in product.messages()}

    def first(channel: str) -> dict[str, str]:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            for one in product.messages():
                if one["reference"] not in before and one["channel"] == channel:
                    return one
            time.sleep(0.2)
        raise AssertionError(f"nothing arrived: {channel}")

    return first
