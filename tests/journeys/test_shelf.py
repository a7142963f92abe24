# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A form goes on the shelf of a network by two persons, and whoever works in it takes it down."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.factories.files import a_pdf
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]


def is_accessible(page: Page) -> None:
    assert list(flaws(page, (PHONE, DESK))) == []
    page.set_viewport_size(DESK)


def test_one_brings_a_form_another_approves_it_and_everybody_reads_it(sign_in: SignIn, product: Installation) -> None:
    first, second = sign_in("coordination", viewport=DESK), sign_in("coordination", 2, viewport=DESK)
    first.goto(f"{product.site}/rete/protocolli/")
    first.get_by_role("link", name=re.compile("Scaffale")).first.click()
    shelf = first.url
    is_accessible(first)
    first.get_by_role("link", name="Aggiungi un modello o un modulo").click()
    is_accessible(first)
    first.get_by_label("Che cosa è", exact=True).select_option("form")
    first.get_by_label("Titolo").fill("Modulo di consenso")
    first.get_by_label("Che cosa è cambiato").fill("Prima versione")
    form = {"name": "qualunque.txt", "mimeType": "text/plain", "buffer": a_pdf()}
    first.locator("input[type=file]").set_input_files(form)
    first.get_by_role("button", name="Proponi").click()
    expect(first.get_by_text("aspetta l'approvazione")).to_be_visible()
    expect(first.get_by_role("button", name="Approva")).to_have_count(0)

    second.goto(f"{product.site}/")
    expect(second.get_by_role("link", name="Leggi Modulo di consenso")).to_be_visible()
    second.goto(shelf)
    second.get_by_role("link", name=re.compile("^Leggi e approva")).click()
    is_accessible(second)
    second.get_by_role("button", name="Approva", exact=True).click()
    nurse = sign_in("hospital")
    nurse.goto(shelf)
    expect(nurse.get_by_role("link", name="Modulo di consenso", exact=True)).to_be_visible()
    with nurse.expect_download() as taken:
        nurse.get_by_role("link", name=re.compile("^Scarica ?: Modulo")).click()
    assert taken.value.suggested_filename == "documento.pdf"
    assert taken.value.path().read_bytes().startswith(b"%PDF-")
