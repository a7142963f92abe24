# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A hospital entrusts a woman to a centre in two browsers: proposed, asked back, answered, taken, met."""

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import activate, flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]


def is_accessible(page: Page) -> None:
    assert list(flaws(page, (PHONE, DESK))) == []
    page.set_viewport_size(PHONE)


def press(page: Page, folded: str, choice: str) -> None:
    """Open what is folded, choose, confirm."""
    page.get_by_text(folded).click()
    opened = page.locator("details[open]")
    opened.get_by_role("combobox").select_option(label=choice)
    opened.get_by_role("button", name="Conferma").click()


def test_a_woman_is_sent_on_and_the_answer_comes_back(sign_in: SignIn, product: Installation) -> None:
    nurse, centre = sign_in("hospital"), sign_in("centre")
    activate(nurse, product, "Colloquio ora")
    nurse.goto(f"{product.site}/casi/")
    nurse.locator("main ul a[href^='/casi/']").first.click()
    nurse.get_by_role("link", name="Invii").click()
    is_accessible(nurse)
    nurse.get_by_label("A quale servizio").select_option(str(product.services["centre"]))
    nurse.get_by_label("Che cosa chiedi").select_option(label="accoglienza e ascolto")
    nurse.get_by_label("ci pensa").check()
    nurse.get_by_role("button", name="Segna e").click()
    expect(nurse.get_by_text("Non è partito niente")).to_be_visible()
    referral = nurse.url
    assert centre.goto(referral).status == 404  # what was only proposed is not there for the other

    nurse.get_by_role("button", name="Ha detto di sì: invia").click()
    expect(nurse.get_by_role("heading", name="in attesa di risposta")).to_be_visible()
    centre.goto(f"{product.site}/")
    expect(centre.get_by_text("Da rispondere")).to_be_visible()
    is_accessible(centre)
    centre.locator("main a[href^='/invii/']").first.click()
    is_accessible(centre)
    box = centre.get_by_role("button", name="Prendo in carico").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < PHONE["height"]  # what there is to do next is seen without scrolling
    press(centre, "Chiedi una cosa", "Può venire da noi senza essere seguita?")
    expect(centre.get_by_text("Chiedi una cosa")).to_have_count(0)

    nurse.goto(f"{product.site}/")
    nurse.locator("main a[href^='/invii/']").first.click()
    expect(nurse.get_by_text("Può venire da noi senza essere seguita?")).to_be_visible()
    nurse.get_by_label("La risposta").select_option(label="sì")
    nurse.get_by_role("button", name="Rispondi alla domanda").click()

    centre.goto(referral)
    centre.get_by_label("A che punto è").select_option(label="appuntamento fissato")
    centre.get_by_role("button", name="Prendo in carico").click()
    expect(centre.get_by_role("heading", name="appuntamento fissato")).to_be_visible()
    nurse.reload()
    expect(nurse.get_by_role("heading", name="appuntamento fissato")).to_be_visible()
    centre.get_by_role("button", name="L'abbiamo incontrata").click()
    nurse.goto(f"{product.site}/invii/")
    expect(nurse.get_by_text("incontrata")).to_be_visible()
    is_accessible(nurse)
