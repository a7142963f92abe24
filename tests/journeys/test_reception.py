# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A nurse at night, in a real browser: from the door to an owned case, what is seen on her, and out on purpose."""

import re
import time

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import SECRET_WORDS, flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]
NAMES = re.compile("nome|cognome|codice fiscale", re.IGNORECASE)


def is_accessible(page: Page) -> None:
    assert list(flaws(page, (PHONE, DESK))) == []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)


def received(nurse: Page, product: Installation) -> str:
    """Address of a case that two presses opened."""
    nurse.goto(f"{product.site}/")
    nurse.get_by_role("main").get_by_role("link", name="Accogli una donna").click()
    nurse.get_by_role("button", name="Apri il percorso").click()
    nurse.wait_for_url(re.compile(r"/casi/[0-9a-f-]{36}/$"))
    return nurse.url


def tile(page: Page, question: str, answer: str) -> Locator:
    group = page.get_by_role("group", name=question, exact=True)
    return group.locator("label.tile").filter(has_text=re.compile(f"^{re.escape(answer)}$"))


def test_from_the_sign_in_to_an_owned_case_without_a_name(sign_in: SignIn, product: Installation) -> None:
    began = time.monotonic()
    nurse = sign_in("hospital")
    presses = 0

    def press(one: Locator) -> None:
        nonlocal presses
        presses += 1
        one.click()

    press(nurse.get_by_role("main").get_by_role("link", name="Accogli una donna"))
    assert nurse.get_by_label(NAMES).count() == 0, "nobody is asked who she is"
    press(tile(nurse, "Chi c'è con lei", "il partner o l'ex"))
    press(tile(nurse, "È sola adesso", "no"))
    press(tile(nurse, "Figlie e figli con lei", "due"))
    press(tile(nurse, "Codice di triage", "arancione"))
    box = nurse.get_by_role("button", name="Apri il percorso").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"], "the thumb finds it without scrolling"
    press(nurse.get_by_role("button", name="Apri il percorso"))
    nurse.wait_for_url(re.compile(r"/casi/[0-9a-f-]{36}/$"))
    assert presses == 6
    assert time.monotonic() - began < 120

    limit = nurse.get_by_text(re.compile(r"entro (le|\w+ alle) \d"))
    expect(limit.first).to_be_visible()
    seen = limit.first.bounding_box()
    assert seen is not None
    assert seen["y"] < PHONE["height"], "the limit is seen without scrolling"
    expect(nurse.get_by_text("la referente sei tu")).to_be_attached()
    assert not SECRET_WORDS.search(nurse.title() + nurse.url)
    nurse.get_by_role("button", name="La stiamo visitando").click()
    expect(nurse.get_by_text(re.compile("^Vista"))).to_be_visible()


def test_every_page_of_hers_is_accessible_at_both_sizes_in_both_schemes(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    case = received(nurse, product)
    is_accessible(nurse)
    nurse.goto(f"{product.site}/casi/accogli/")
    is_accessible(nurse)
    nurse.goto(f"{case}lesioni/")
    nurse.get_by_role("button", name=re.compile("^occhio, sinistra")).click()
    is_accessible(nurse)
    for page in ("reperti/", "scheda/evidence/nuova/", "legge-53/", "uscita/", "scheda/"):
        nurse.goto(f"{case}{page}")
        is_accessible(nurse)


def test_an_injury_is_marked_by_keyboard_and_by_list_and_is_the_same(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    case = received(nurse, product)
    nurse.get_by_role("link", name="Lesioni").click()
    eye = nurse.get_by_role("button", name=re.compile("^occhio, destra"))
    nurse.get_by_role("button", name="testa, davanti").focus()
    nurse.keyboard.press("Tab")
    expect(eye).to_be_focused()
    nurse.keyboard.press("Enter")
    expect(nurse.get_by_role("heading", name="occhio, destra di lei, davanti", exact=True)).to_be_visible()
    expect(nurse.get_by_role("button", name=re.compile("^occhio, destra di lei, davanti: 1"))).to_have_text(
        re.compile("1")
    )

    nurse.locator("#region").select_option(label="collo")
    nurse.locator("#side").select_option(label="al centro")
    nurse.locator("#view").select_option(label="davanti")
    nurse.get_by_role("button", name="Aggiungi", exact=True).click()
    expect(nurse.get_by_role("button", name="collo, davanti: 1 segnata")).to_be_visible()
    assert nurse.locator("#list article").count() == 2

    nurse.get_by_role("link", name="Completa collo").click()
    nurse.get_by_role("checkbox", name="segno di laccio").check()
    nurse.locator("#photographed").select_option(label="sì")
    nurse.get_by_role("button", name="Salva").click()
    nurse.get_by_role("link", name="Aggiungi una fotografia collo").click()
    expect(nurse.get_by_label("Che documento è")).to_have_value("photograph")
    assert nurse.url.startswith(case)


def test_without_script_the_drawing_and_the_list_work_alike(
    sign_in: SignIn, browser: Browser, product: Installation
) -> None:
    nurse = sign_in("hospital")
    case = received(nurse, product)
    kept = {"storage_state": nurse.context.storage_state(), "viewport": PHONE, "locale": "it-IT"}
    plain = browser.new_context(java_script_enabled=False, **kept)
    page = plain.new_page()
    page.goto(f"{case}lesioni/")
    page.get_by_role("button", name=re.compile("^mano, sinistra di lei, dietro")).click()
    expect(page.get_by_role("heading", name=re.compile("^mano, sinistra di lei, dietro"))).to_be_visible()
    page.locator("#region").select_option(label="ginocchio")
    page.get_by_role("button", name="Aggiungi", exact=True).click()
    expect(page.get_by_role("heading", name="ginocchio")).to_be_visible()
    page.goto(f"{product.site}/casi/accogli/")
    tile(page, "È sola adesso", "sì").click()
    page.get_by_role("button", name="Apri il percorso").click()
    expect(page.get_by_text(re.compile(r"entro (le|\w+ alle) \d")).first).to_be_visible()
    plain.close()


def test_she_leaves_with_a_yes_to_the_centre_which_is_one_press_away(sign_in: SignIn, product: Installation) -> None:
    nurse, centre = sign_in("hospital"), sign_in("centre")
    case = received(nurse, product)
    alias = nurse.get_by_role("heading", level=1).inner_text()
    nurse.get_by_role("link", name="Uscita").click()
    expect(nurse.get_by_text("non vuol dire che è basso")).to_be_visible()
    tile(nurse, "Attivare la rete adesso", "no").click()
    tile(nurse, "Che il centro la incontri o la richiami", "sì").click()
    tile(nurse, "Può portare un foglio con sé senza pericolo", "sì").click()
    tile(nurse, "Come esce", "va da una persona di fiducia").click()
    nurse.get_by_role("button", name="Scrivi l'uscita").click()
    expect(nurse.get_by_text("Uscita scritta")).to_be_visible()
    is_accessible(nurse)
    with nurse.expect_download() as got:
        nurse.get_by_role("button", name="Stampa il promemoria").click()
    assert got.value.suggested_filename == "promemoria.pdf"

    nurse.get_by_role("button", name=re.compile("^Invia a")).click()
    expect(nurse.get_by_label("A quale servizio")).to_have_value(str(product.services["centre"]))
    nurse.get_by_role("button", name="Segna e").click()
    expect(nurse.get_by_role("heading", name="in attesa di risposta")).to_be_visible()
    centre.goto(f"{product.site}/")
    expect(centre.get_by_text(alias).first).to_be_visible()
    nurse.goto(case)
    expect(nurse.get_by_text("È uscita.")).to_be_visible()


def test_evidence_shows_its_chain_and_that_it_is_kept_too_briefly(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    case = received(nurse, product)
    nurse.get_by_role("link", name="Reperti").click()
    nurse.get_by_role("link", name="Aggiungi un reperto").click()
    nurse.locator("#what").select_option(label="tampone")
    nurse.locator("#reference").fill("S-77")
    nurse.locator("#kept_where").fill("Frigorifero 2")
    today = nurse.locator("#at").input_value()[:10]
    nurse.locator("#kept_until").fill(today)
    nurse.get_by_role("button", name="Salva").click()
    expect(nurse.get_by_role("heading", name="tampone · S-77")).to_be_visible()
    expect(nurse.get_by_text("È troppo presto")).to_be_visible()
    is_accessible(nurse)
    nurse.get_by_role("link", name="Scrivi un passaggio").click()
    nurse.locator("#step").select_option(label="consegnato")
    nurse.locator("#to").fill("Questura, matricola 7")
    nurse.get_by_role("button", name="Salva").click()
    steps = nurse.locator("ol.timeline > li")
    expect(steps).to_have_count(2)
    expect(steps.nth(0)).to_contain_text("raccolto e sigillato")
    expect(steps.nth(1)).to_contain_text("Questura, matricola 7")
    assert nurse.url == f"{case}reperti/"
