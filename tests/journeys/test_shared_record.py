# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two organisations, two browsers at once: her yes is read, her no ends it, and who is kept out finds nothing."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import activate, flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]


_WHO = """
from approdo.accounts.models import Operator
print(Operator.objects.get(email="{email}").pk)
"""


def is_accessible(page: Page) -> None:
    assert list(flaws(page, (PHONE, DESK))) == []
    page.set_viewport_size(PHONE)


def write(page: Page, case: str, kind: str, **words: str) -> None:
    page.goto(f"{case}scheda/")
    page.locator(f"#{kind} a.btn-secondary").click()
    for name, word in words.items():
        page.fill(f"[name={name}]", word)
    page.get_by_role("button", name="Salva").click()
    page.wait_for_url("**/scheda/")


def test_her_yes_and_her_no_between_a_hospital_and_a_centre(sign_in: SignIn, product: Installation) -> None:
    nurse, centre = sign_in("hospital"), sign_in("centre")
    activate(nurse, product, "Colloquio ora")
    centre.goto(f"{product.site}/casi/")
    centre.locator("main a[href^='/casi/']").first.click()
    case = centre.url
    is_accessible(centre)
    centre.get_by_role("button", name="Conduco io questo percorso").click()
    expect(centre.get_by_text("la referente sei tu")).to_be_visible()

    write(centre, case, "health", needs="Visita di prova")
    write(centre, case, "identity", given_name="Nome di prova")
    expect(centre.get_by_text("Visita di prova")).to_be_visible()
    expect(centre.get_by_text("Nome di prova")).to_have_count(0)
    is_accessible(centre)
    centre.get_by_label("Perché ti serve").select_option("meeting")
    centre.clock.install()
    centre.get_by_role("button", name="Mostra per un minuto").click()
    expect(centre.get_by_role("heading", name="Conferma che sei tu")).to_be_visible()
    expect(centre.get_by_text("Nome di prova")).to_have_count(0)
    is_accessible(centre)
    centre.get_by_role("button", name="Conferma").click()
    expect(centre.get_by_text("Nome di prova")).to_be_visible()
    is_accessible(centre)
    shown = centre.url
    centre.clock.run_for(61_000)
    centre.wait_for_url("**/scheda/")
    assert centre.url != shown
    expect(centre.get_by_text("Nome di prova")).to_have_count(0)

    nurse.goto(f"{case}scheda/")
    expect(nurse.get_by_text("Visita di prova")).to_have_count(0)
    centre.goto(f"{case}consensi/")
    is_accessible(centre)
    centre.get_by_label("A quale servizio").select_option(str(product.services["hospital"]))
    centre.get_by_label("Salute").check()
    centre.get_by_label("Per che cosa").select_option("health_care")
    centre.get_by_label("Come ha detto di sì").select_option("read_aloud")
    centre.get_by_label("Che cosa ne resta").select_option("noted_by_operator")
    centre.get_by_role("button", name="Segna il suo consenso").click()
    expect(centre.get_by_text("vale adesso")).to_be_visible()
    nurse.reload()
    expect(nurse.get_by_text("Visita di prova")).to_be_visible()
    expect(nurse.get_by_text("Nome di prova")).to_have_count(0)

    centre.get_by_role("button", name=re.compile("^Togli(?! tutti)")).first.click()
    expect(centre.get_by_text("revocato")).to_be_visible()
    nurse.reload()
    expect(nurse.get_by_text("Visita di prova")).to_have_count(0)

    centre.goto(f"{case}scheda/")
    centre.get_by_role("link", name=re.compile("Chi ha visto che cosa")).click()
    expect(centre.get_by_text("ha scoperto un dato protetto")).to_be_visible()
    expect(centre.get_by_text("ha segnato il suo consenso")).to_be_visible()
    is_accessible(centre)
    with centre.expect_download() as taken:
        centre.get_by_role("button", name="Stampa (PDF)").click()
    assert taken.value.suggested_filename == "accessi.pdf"


def test_for_whoever_is_kept_out_an_open_page_is_gone_with_the_next_request(
    sign_in: SignIn, product: Installation
) -> None:
    nurse, centre = sign_in("hospital"), sign_in("centre")
    activate(nurse, product, "Colloquio ora")
    board = nurse.url
    nurse.goto(f"{product.site}/casi/")
    nurse.locator("main a[href^='/casi/']").first.click()
    case, alias = nurse.url, nurse.locator("h1").inner_text()
    centre.goto(case)
    centre.get_by_role("button", name="Conduco io questo percorso").click()
    centre.goto(f"{case}consensi/")
    centre.get_by_text("Escludi una persona").click()
    centre.locator("#operator").select_option(product.run(_WHO.format(email=product.people["hospital"][0])).strip())
    centre.get_by_role("button", name="Escludi", exact=True).click()
    expect(centre.get_by_text("Da adesso per lei questo percorso non esiste.")).to_be_visible()
    for address in (case, board, f"{case}scheda/"):
        nurse.goto(address)
        expect(nurse.get_by_text("Qui non c'è niente")).to_be_visible()
    nurse.goto(f"{product.site}/casi/")
    expect(nurse.get_by_text(alias)).to_have_count(0)
