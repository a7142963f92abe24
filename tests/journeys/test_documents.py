# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""She brings a photograph and a report from her own browser, and each is opened as its clean copy."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.factories.files import CANARY, a_pdf_with_a_script, a_photograph_with_a_place
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import activate, flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]


def bring(page: Page, record: str, kind: str, name: str, content: bytes, where: str = "#file") -> None:
    page.goto(record)
    page.get_by_role("link", name="Aggiungi un documento").click()
    page.select_option("#kind", label=kind)
    page.set_input_files(where, {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.get_by_role("button", name="Salva").click()


def test_a_photograph_and_a_report_are_brought_refused_opened_and_taken_out(
    sign_in: SignIn, product: Installation, tmp_path: Path
) -> None:
    nurse, page = sign_in("hospital"), sign_in("centre")
    activate(nurse, product, "Colloquio ora")
    page.goto(f"{product.site}/casi/")
    page.locator("main ul a[href^='/casi/']").first.click()
    page.get_by_role("button", name="Conduco io questo percorso").click()
    record = page.url.split("?")[0].rstrip("/") + "/scheda/"

    bring(page, record, "Fotografia", "lei.svg", b"<svg/>")
    expect(page.get_by_role("alert")).to_contain_text("Questo file è di un altro tipo")
    assert list(flaws(page, (PHONE, DESK))) == []
    page.set_viewport_size(PHONE)

    photograph = a_photograph_with_a_place()
    bring(page, record, "Fotografia", "lei.jpg", photograph, "#photograph")
    expect(page.locator("#documents")).to_contain_text("Fotografia")
    bring(page, record, "Referto o certificato medico", "lei.pdf", a_pdf_with_a_script())
    expect(page.locator("#documents .entry")).to_have_count(2)
    assert list(flaws(page, (PHONE, DESK))) == []

    for kind, begins in (("Fotografia", b"\xff\xd8\xff"), ("Referto", b"%PDF-")):
        page.goto(record)
        address = page.locator("#documents a", has_text=kind).first.get_attribute("href")
        answer = page.request.get(f"{product.site}{address}")
        assert answer.body().startswith(begins)
        assert CANARY not in answer.body()
    page.goto(f"{product.site}{page.locator('#documents a', has_text='Fotografia').first.get_attribute('href')}")
    assert page.evaluate("document.images[0].naturalHeight") == 64, "it is seen, and turned as it was held"

    page.goto(record)
    ask_for_the_original(page)
    expect(page.get_by_role("heading", name="Conferma che sei tu")).to_be_visible()
    page.get_by_role("button", name="Conferma").click()
    expect(page.get_by_text("Confermato. Ora premi di nuovo.")).to_be_visible()
    with page.expect_download() as downloading:
        ask_for_the_original(page)
    assert downloading.value.suggested_filename == "originale.jpeg"
    downloading.value.save_as(tmp_path / "original")
    assert (tmp_path / "original").read_bytes() == photograph

    page.goto(record)
    page.locator("#documents details", has_text="Togli").first.locator("summary").click()
    page.get_by_role("button", name="Togli il documento").first.click()
    put_back = page.get_by_role("button", name="Rimetti")
    expect(put_back).to_have_count(1)
    put_back.click()
    expect(put_back).to_have_count(0)
    expect(page.locator("#documents .entry")).to_have_count(2)


def ask_for_the_original(page: Page) -> None:
    page.locator("#documents details", has_text="Originale").first.locator("summary").click()
    page.locator("#documents details[open] select").select_option("law")
    page.get_by_role("button", name="Scarica l'originale").first.click()
