# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An operator writes how she is reached, tries it, and sees on two screens how far the test got."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]


def own_contacts(page: Page, product: Installation) -> None:
    """From any page to her contact points, by the links she sees."""
    page.goto(f"{product.site}/")
    page.locator("#aiuto").get_by_role("link", name="Il mio accesso").click()
    page.get_by_role("link", name="Guarda e prova").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("I miei recapiti")


def test_she_changes_a_number_and_the_test_reaches_it_and_her_other_screen(
    sign_in: SignIn, product: Installation
) -> None:
    page, other = sign_in("social"), sign_in("social", viewport=DESK)
    other.goto(f"{product.site}/")
    own_contacts(page, product)
    lines = page.get_by_role("group", name="Recapito")
    free = lines.nth(lines.count() - 2)  # two empty lines follow what is stored
    free.get_by_label("Come").select_option("sms")
    free.get_by_label("Numero o indirizzo").fill("+39 00 8765 4321")
    page.get_by_role("button", name="Salva").click()
    expect(page.get_by_text("Recapiti salvati.")).to_be_visible()
    page.get_by_role("button", name="Prova l'avviso").click()
    tried = page.get_by_role("status").get_by_role("listitem")
    reached = tried.filter(has_text="+39 008 7654 321")
    expect(reached).to_contain_text("consegnato", timeout=15_000)  # the gateway's receipt, with no reload
    expect(tried.filter(has_text="sullo schermo")).to_contain_text("consegnato")
    expect(other.get_by_text("È una prova: gli avvisi arrivano su questo schermo.")).to_be_visible(timeout=3_000)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1280"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_before_and_after_a_test_and_when_it_refuses(
    sign_in: SignIn, product: Installation, size: dict[str, int], scheme: str
) -> None:
    page = sign_in("shelter", viewport=size, color_scheme=scheme)
    for moment in ("before", "after", "refused"):
        own_contacts(page, product)
        if moment == "after" and page.get_by_role("button", name="Prova l'avviso").count():
            page.get_by_role("button", name="Prova l'avviso").click()
            expect(page.get_by_text("Prova inviata")).to_be_visible()
        if moment == "refused":
            page.get_by_label("Numero o indirizzo").first.fill("boh")
            page.get_by_label("Come").first.select_option("sms")
            page.get_by_role("button", name="Salva").click()
            expect(page.get_by_role("alert").filter(has_text="Riga 1")).to_be_visible()
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{moment} scrolls sideways by {wider} px"
        found = Axe().run(page)
        assert found.violations_count == 0, f"{moment}: {found.generate_report()}"
