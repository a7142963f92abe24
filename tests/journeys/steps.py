# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people do in more than one journey."""

import re
from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from tests.journeys.installation import Installation

SCHEMES = ("light", "dark")
# no rule of axe needs the other scheme but the one about colours
_WHOLE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
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


def flaws(page: Page, sizes: tuple[dict[str, int], ...]) -> Iterator[str]:
    """What axe finds on a page at these sizes in both schemes, and whether it must be scrolled sideways."""
    page.evaluate(Axe().axe_script)
    for size in sizes:
        page.set_viewport_size(size)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            yield f"{page.url} at {size['width']} px scrolls sideways by {wider} px"
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            options = _WHOLE if scheme == SCHEMES[0] else _COLOURS
            for found in page.evaluate("(options) => axe.run(document, options)", options)["violations"]:
                where = [node["html"][:120] for node in found["nodes"]]
                yield f"{page.url} at {size['width']} px, {scheme}: {found['id']} {where}"
