# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The main job in a real browser: three taps, the board, an answer from elsewhere, the climb when nobody answers."""

import os
import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.journeys.conftest import DESK, PHONE, Arrived, SignIn
from tests.journeys.installation import ROOT, Installation
from tests.journeys.steps import SECRET_WORDS, activate, call_of

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]

_MAKE_DUE = """
from approdo.activations.models import Call
from approdo.kit import clock
Call.objects.filter(key="shelter", state="calling", activation_id="{activation}").update(due_at=clock.now())
"""


def test_three_taps_preview_board_and_an_answer_seen_within_two_seconds(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    colleague = sign_in("centre")
    colleague.goto(f"{product.site}/")
    clicks: list[int] = []
    nurse.expose_function("tapped", lambda: clicks.append(1))
    nurse.add_init_script("addEventListener('click', () => window.tapped(), true)")
    activate(nurse, product, "Posto sicuro")
    sent = time.monotonic()
    assert len(clicks) <= 3, "activate, need, send"
    expect(nurse.locator("li.call")).to_have_count(2)
    expect(colleague.get_by_role("link", name=re.compile("Rispondi")).first).to_be_visible(timeout=2_000)
    assert time.monotonic() - sent < 5
    colleague.get_by_role("link", name=re.compile("Rispondi")).first.click()
    expect(call_of(nurse, "Centro antiviolenza")).to_contain_text("letta", timeout=3_000)
    colleague.get_by_role("button", name=re.compile("Prendo in carico")).first.click()
    expect(call_of(nurse, "Centro antiviolenza")).to_contain_text("presa in carico", timeout=2_000)
    expect(call_of(nurse, "Casa rifugio")).not_to_contain_text(re.compile(r"presa in carico \d"))


def test_nobody_answers_for_the_shelter_and_the_board_shows_the_whole_climb(
    sign_in: SignIn, product: Installation
) -> None:
    nurse = sign_in("hospital")
    activation = activate(nurse, product, "Posto sicuro")
    shelter = call_of(nurse, "Casa rifugio")
    expect(shelter).to_contain_text("seconda persona")
    for words in ("servizio di riserva", "coordinatrice", "tutte"):
        product.run(_MAKE_DUE.format(activation=activation))
        expect(shelter).to_contain_text(re.compile(words, re.IGNORECASE), timeout=6_000)
    product.run(_MAKE_DUE.format(activation=activation))
    coordinator = sign_in("coordination")
    coordinator.goto(f"{product.site}/attivazioni/{activation}/")
    call_of(coordinator, "Casa rifugio").get_by_role("button", name=re.compile("Prendo in carico")).click()
    expect(shelter).to_contain_text("presa in carico", timeout=3_000)


def test_within_twenty_seconds_it_is_undone_and_nothing_is_asked_twice(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    activate(nurse, product, "Colloquio ora")
    nurse.get_by_role("button", name="Annulla").click()
    expect(nurse.locator("main")).to_contain_text("annullata")


def test_later_it_is_stopped_with_a_reason(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    activate(nurse, product, "Colloquio ora")
    nurse.locator("#ferma summary").click()
    nurse.get_by_label("La donna è andata via").check()
    nurse.get_by_role("button", name="Ferma la ricerca").click()
    expect(nurse.locator("main")).to_contain_text("La donna è andata via")


def test_declining_gives_a_reason_and_the_second_person_is_called_at_once(
    sign_in: SignIn, product: Installation
) -> None:
    nurse, first, second = sign_in("hospital"), sign_in("centre"), sign_in("centre", 2)
    activation = activate(nurse, product, "Colloquio ora")
    first.goto(f"{product.site}/attivazioni/{activation}/")
    first.get_by_text("Non posso, perché…").first.click()
    first.get_by_label("Sto già seguendo un'altra chiamata").first.check()
    first.get_by_role("button", name="Non posso").first.click()
    second.goto(f"{product.site}/")
    expect(second.get_by_role("link", name=re.compile("Rispondi")).first).to_be_visible()
    expect(call_of(nurse, "Centro antiviolenza")).to_contain_text("coordinatrice", timeout=4_000)


def test_the_link_of_a_text_message_takes_the_call_without_signing_in_and_nothing_betrays(
    sign_in: SignIn, browser: Browser, product: Installation, arrived: Arrived
) -> None:
    nurse = sign_in("hospital")
    activate(nurse, product, "Colloquio ora")
    text = arrived("sms")["text"]
    assert not SECRET_WORDS.search(text)
    link = re.search(r"http\S+", text)
    assert link
    page = browser.new_context(viewport=PHONE, locale="it-IT").new_page()
    page.goto(link[0])
    assert not SECRET_WORDS.search(page.locator("main").inner_text())
    page.get_by_role("button", name=re.compile("Prendo in carico")).click()
    expect(call_of(nurse, "Centro antiviolenza")).to_contain_text("presa in carico", timeout=3_000)
    page.context.close()


def test_without_script_she_sees_who_is_called_and_then_sends(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    plain = nurse.context.browser.new_context(
        java_script_enabled=False, storage_state=nurse.context.storage_state(), viewport=PHONE, locale="it-IT"
    )
    page = plain.new_page()
    page.goto(f"{product.site}/attiva/")
    who = page.get_by_role("region", name="Chi avvisiamo")
    page.locator("label.tile", has_text="Posto sicuro").click()
    expect(who).not_to_contain_text("risponde entro")
    page.get_by_role("button", name="Mostra chi avvisiamo").click()
    for kind in ("Centro antiviolenza", "Casa rifugio"):
        expect(who.get_by_role("listitem").filter(has_text=kind)).to_contain_text("risponde entro")
    expect(page.get_by_label("Posto sicuro")).to_be_checked()
    page.get_by_role("button", name="Invia", exact=True).click()
    page.wait_for_url("**/attivazioni/**")
    for kind in ("Centro antiviolenza", "Casa rifugio"):
        expect(call_of(page, kind)).to_be_visible()
    plain.close()


_SAID = """() => {
    const said = [document.title];
    const texts = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        if (!texts.currentNode.parentElement.closest("script, style, noscript")) said.push(texts.currentNode.data);
    }
    const spoken = (name) => /^(aria-label|title|alt|placeholder|data-words-.*)$/.test(name);
    for (const one of document.querySelectorAll("*")) {
        for (const { name, value } of one.attributes) if (spoken(name)) said.push(value);
    }
    return said.join(" ");
}"""


def words_of(page: Page) -> set[str]:
    """Every word a page says or would read aloud, but for the names of services, people and cases: "Airone 42"."""
    said = re.sub(r"\b[A-Z]\w+ \d+", " ", page.evaluate(_SAID))
    return {word.lower() for word in re.findall(r"[^\W\d_]{3,}", said)}


def test_in_english_the_three_taps_say_no_italian_word(sign_in: SignIn, product: Installation) -> None:
    english, italian = sign_in("hospital", locale="en-GB"), sign_in("hospital")
    shared = {"approdo", "varese", "sms", "menu", "all"}  # "all attempts", "all'accessibilità"
    left: dict[str, list[str]] = {}

    def compare(address: str) -> None:
        italian.goto(product.site + address)
        if both := words_of(english) & words_of(italian) - shared:
            left[address] = sorted(both)

    english.goto(f"{product.site}/")
    compare("/")
    english.locator("a[href='/attiva/']:visible").first.click()
    english.locator("label.tile", has_text="Safe place").click()
    expect(english.get_by_role("region", name="Whom we alert")).to_contain_text("within")
    compare("/attiva/?need=safe_place")
    english.get_by_role("button", name="Send", exact=True).click()
    english.wait_for_url("**/attivazioni/**")
    expect(english.get_by_role("listitem").first).to_be_visible()
    compare(english.url.removeprefix(product.site))
    assert left == {}


PAGES = ("/", "/attiva/", "/casi/", "/rete/", "/rete/protocolli/", "board", "case", "/servizio/", "/accesso/secondo/")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1280"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_neutral_and_never_stored(
    sign_in: SignIn, product: Installation, size: dict, scheme: str
) -> None:
    nurse = sign_in("hospital", viewport=size, color_scheme=scheme)
    activation = activate(nurse, product, "Posto sicuro", "Ci sono minori")
    case = nurse.locator("a[href^='/casi/']", has_text="percorso").first.get_attribute("href")
    for name in PAGES:
        address = {"board": f"/attivazioni/{activation}/", "case": str(case)}.get(name, name)
        response = nurse.goto(product.site + address)
        assert response is not None
        assert "no-store" in response.headers["cache-control"]
        assert not SECRET_WORDS.search(nurse.title()), name
        wider = nurse.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{name} scrolls sideways by {wider} px"
        found = Axe().run(nurse)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def test_the_targets_of_the_activation_page_are_made_for_a_thumb(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    nurse.goto(f"{product.site}/attiva/")
    for target in nurse.locator("label.tile, .thumb-zone button[type=submit]").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 56


def test_after_leaving_the_back_button_shows_nothing_of_the_case(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    activate(nurse, product, "Colloquio ora")
    nurse.get_by_role("link", name=re.compile("Apri il percorso")).click()
    alias = nurse.get_by_role("heading", level=1).inner_text()
    for written in ("Cronologia", "Varese", "Servizi che la accompagnano"):
        expect(nurse.get_by_role("main")).to_contain_text(written)
    nurse.get_by_role("banner").get_by_role("button", name="Esci").click()
    nurse.wait_for_url("**/accesso/**")
    for _ in range(3):
        nurse.go_back(wait_until="commit")  # a page out of the browser's memory never loads
        nurse.get_by_role("heading", level=1).wait_for()
        source = nurse.content()
        for hidden in (alias, "Cronologia", "Varese", "Servizi che la accompagnano"):
            assert hidden not in source, f"{hidden} at {nurse.url}"


_NAMES = {"hospital": "Pronto soccorso del Lago", "centre": "Centro Le Rondini", "social": "Servizio sociale dei Laghi"}
_RENAME = """
from approdo.networks.models import Service
for pk, name in {names}.items():
    Service.objects.filter(pk=pk).update(name=name)
Service.objects.filter(pk={shelter}).update(code="CR-730")
"""


def test_the_board_as_the_readme_shows_it(sign_in: SignIn, product: Installation) -> None:
    """Taken, read and alerted, side by side; the last of the module, for it gives the services names.

    APPRODO_PICTURES=1 writes the picture of README.md; an ordinary run changes no file.
    """
    names = {product.services[key]: name for key, name in _NAMES.items()}
    product.run(_RENAME.format(names=names, shelter=product.services["shelter"]))
    nurse = sign_in("hospital", viewport={"width": 1280, "height": 920}, color_scheme="light")
    activation = activate(nurse, product, "Posto sicuro", "Ci sono minori")
    centre, shelter = sign_in("centre"), sign_in("shelter")
    for page in (centre, shelter):
        page.goto(f"{product.site}/attivazioni/{activation}/")
    centre.get_by_role("button", name=re.compile("Prendo in carico")).first.click()
    for kind, state in (("Centro antiviolenza", "presa in carico"), ("Casa rifugio", "letta"), ("sociale", "avvisata")):
        expect(call_of(nurse, kind).locator(".state")).to_contain_text(state, timeout=10_000)
    if os.environ.get("APPRODO_PICTURES") == "1":
        expect(nurse.get_by_role("button", name="Annulla")).to_have_count(0, timeout=30_000)
        nurse.screenshot(path=ROOT / "docs" / "images" / "board.png")
