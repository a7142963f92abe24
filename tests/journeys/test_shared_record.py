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


def confirm(page: Page) -> None:
    """Prove once more who she is: in the demonstration by one press."""
    expect(page.get_by_role("heading", name="Conferma che sei tu")).to_be_visible()
    page.get_by_role("button", name="Conferma").click()


def note_her_yes(page: Page, case: str, service: int, *slices: str, first: bool = False) -> None:
    page.goto(f"{case}consensi/")
    page.get_by_label("A quale servizio").select_option(str(service))
    for words in slices:
        page.get_by_label(words, exact=True).check()
    page.get_by_label("Per che cosa").select_option("health_care")
    page.get_by_label("Come ha detto di sì").select_option("read_aloud")
    page.get_by_label("Che cosa ne resta").select_option("noted_by_operator")
    page.get_by_role("button", name="Segna il suo consenso").click()
    if first:
        confirm(page)
    expect(page.get_by_text("vale adesso")).to_be_visible()


def keep_out(page: Page, case: str, product: Installation, service: str) -> None:
    page.goto(f"{case}consensi/")
    page.get_by_text("Escludi una persona").click()
    page.locator("#operator").select_option(product.run(_WHO.format(email=product.people[service][0])).strip())
    page.get_by_role("button", name="Escludi", exact=True).click()
    expect(page.get_by_text("Da adesso per lei questo percorso non esiste.")).to_be_visible()


def test_her_yes_and_her_no_between_a_hospital_and_a_centre(sign_in: SignIn, product: Installation) -> None:
    nurse, centre = sign_in("hospital"), sign_in("centre")
    activate(nurse, product, "Colloquio ora")
    centre.goto(f"{product.site}/casi/")
    centre.locator("main ul a[href^='/casi/']").first.click()
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
    note_her_yes(centre, case, product.services["hospital"], "Salute")
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


def test_a_page_that_is_open_in_another_organisation_gives_only_what_holds_at_its_next_request(
    sign_in: SignIn, product: Installation
) -> None:
    """Granted, hidden, taken back, broken open, kept out: all while the nurse stays where she is."""
    nurse, centre, day = sign_in("hospital"), sign_in("centre"), sign_in("centre")
    activate(nurse, product, "Colloquio ora")
    centre.goto(f"{product.site}/casi/")
    centre.locator("main ul a[href^='/casi/']").first.click()
    case = centre.url
    centre.get_by_role("button", name="Conduco io questo percorso").click()
    write(centre, case, "health", needs="Visita di prova")
    write(centre, case, "identity", given_name="Nome di prova")

    nurse.goto(f"{case}scheda/")
    health, identity = nurse.get_by_text("Visita di prova"), nurse.get_by_role("button", name="Mostra per un minuto")
    expect(identity).to_have_count(0)
    note_her_yes(centre, case, product.services["hospital"], "Salute", "Chi è", first=True)
    nurse.reload()
    expect(health).to_be_visible()
    expect(identity).to_be_visible()

    centre.goto(f"{case}scheda/")
    centre.locator("#health").get_by_role("link", name="Nascondi a…").click()
    centre.locator("main form select").select_option(str(product.services["hospital"]))
    centre.get_by_role("button", name="Nascondi", exact=True).click()
    expect(centre.get_by_text("Da adesso per quel servizio non c'è.")).to_be_visible()
    nurse.reload()
    expect(health).to_have_count(0)

    centre.get_by_role("button", name=re.compile("^Togli(?! tutti)")).first.click()
    expect(centre.get_by_text("revocato")).to_be_visible()
    nurse.get_by_label("Perché ti serve").select_option("meeting")
    identity.click()
    confirm(nurse)
    expect(nurse.get_by_text("Qui non c'è niente")).to_be_visible()
    assert "Nome di prova" not in nurse.content()

    day.goto(product.site)
    expect(day.get_by_text("accesso d'emergenza in corso")).to_have_count(0)
    nurse.goto(f"{case}emergenza/")
    nurse.get_by_role("radio").first.check()
    nurse.get_by_role("button", name="Apri per un'ora").click()
    expect(identity).to_be_visible()
    expect(health).to_have_count(0)
    expect(day.get_by_text("accesso d'emergenza in corso")).to_be_visible(timeout=15_000)

    keep_out(centre, case, product, "hospital")
    nurse.reload()
    expect(nurse.get_by_text("Qui non c'è niente")).to_be_visible()


def test_for_whoever_is_kept_out_an_open_page_is_gone_with_the_next_request(
    sign_in: SignIn, product: Installation
) -> None:
    nurse, centre = sign_in("hospital"), sign_in("centre")
    activate(nurse, product, "Colloquio ora")
    board = nurse.url
    nurse.goto(f"{product.site}/casi/")
    nurse.locator("main ul a[href^='/casi/']").first.click()
    case, alias = nurse.url, nurse.locator("h1").inner_text()
    centre.goto(case)
    centre.get_by_role("button", name="Conduco io questo percorso").click()
    keep_out(centre, case, product, "hospital")
    for address in (case, board, f"{case}scheda/"):
        nurse.goto(address)
        expect(nurse.get_by_text("Qui non c'è niente")).to_be_visible()
    nurse.goto(f"{product.site}/casi/")
    expect(nurse.get_by_text(alias)).to_have_count(0)
