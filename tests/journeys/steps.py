# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people do in more than one journey."""

import re

from playwright.sync_api import Locator, Page, expect
from tests.journeys.installation import Installation

SECRET_WORDS = re.compile(r"violenz|rifugio|antiviolenza|maltratt|abus|shelter|violence|donna|Varese", re.IGNORECASE)


def activate(page: Page, product: Installation, *needs: str) -> str:
    """Three taps and no typing; returns the identifier of the activation."""
    page.goto(f"{product.site}/")
    page.locator("a[href='/attiva/']:visible").first.click()
    for need in needs or ("Posto sicuro",):
        page.locator("label.tile", has_text=need).click()
    expect(page.locator("#anteprima")).to_contain_text("entro")
    page.locator(".thumb-zone button[type=submit]").click()
    page.wait_for_url("**/attivazioni/**")
    return page.url.rstrip("/").rsplit("/", 1)[1]


def call_of(page: Page, kind: str) -> Locator:
    """The row of a call on the board."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=2)).filter(has_text=kind)
