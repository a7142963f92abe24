# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The main job in a real browser: three taps, the board, an answer from elsewhere, the climb when nobody answers."""

import re
import time

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]
SECRET_WORDS = re.compile(r"violenz|rifugio|antiviolenza|maltratt|abus|shelter|violence|donna|Varese", re.IGNORECASE)

_MAKE_DUE = """
from approdo.cli.environment import set_up_django
set_up_django()
from approdo.activations.models import Call
from approdo.kit import clock
Call.objects.filter(key="shelter", state="calling", activation_id="{activation}").update(due_at=clock.now())
"""


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


def call_of(page: Page, kind: str) -> object:
    return page.locator("li.call", has_text=kind)


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


def messages(product: Installation) -> list[dict]:
    """What the local gateway received, newest first or last."""
    answer = httpx.get(f"http://127.0.0.1:{product.port + 2}/messages", trust_env=False)
    return list(answer.json()["messages"])


def test_the_link_of_a_text_message_takes_the_call_without_signing_in_and_nothing_betrays(
    sign_in: SignIn, browser: Browser, product: Installation
) -> None:
    before = {one["reference"] for one in messages(product)}
    nurse = sign_in("hospital")
    activate(nurse, product, "Colloquio ora")
    fresh: list[dict] = []
    until = time.monotonic() + 20
    while time.monotonic() < until and {one["channel"] for one in fresh} < {"sms", "email"}:
        fresh = [one for one in messages(product) if one["reference"] not in before]
        time.sleep(0.3)
    assert {one["channel"] for one in fresh} >= {"sms", "email"}, "a text message and a real e-mail"
    for one in fresh:
        assert not SECRET_WORDS.search(one["text"])
    link = next(
        found.group(0) for one in fresh if one["channel"] == "sms" and (found := re.search(r"http\S+", one["text"]))
    )
    page = browser.new_context(viewport=PHONE, locale="it-IT").new_page()
    page.goto(link)
    assert not SECRET_WORDS.search(page.locator("main").inner_text())
    page.get_by_role("button", name=re.compile("Prendo in carico")).click()
    expect(call_of(nurse, "Centro antiviolenza")).to_contain_text("presa in carico", timeout=3_000)


def test_without_script_the_network_is_activated_all_the_same(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    plain = nurse.context.browser.new_context(
        java_script_enabled=False, storage_state=nurse.context.storage_state(), viewport=PHONE, locale="it-IT"
    )
    page = plain.new_page()
    page.goto(f"{product.site}/attiva/")
    page.locator("label.tile", has_text="Richiamata").click()
    page.locator(".thumb-zone button[type=submit]").click()
    page.wait_for_url("**/attivazioni/**")
    expect(page.locator("li.call").first).to_be_visible()
    plain.close()


def test_the_board_says_when_it_is_old_and_shows_the_numbers_to_call(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    activate(nurse, product, "Colloquio ora")
    expect(nurse.locator("[data-live-age]")).to_contain_text("Ultimo aggiornamento", timeout=15_000)
    nurse.context.set_offline(True)
    expect(nurse.locator("body")).to_contain_text(re.compile(r"Non aggiornata da \d+"), timeout=60_000)
    expect(nurse.locator("a[href='tel:112']:visible").first).to_be_visible()
    nurse.context.set_offline(False)
    expect(nurse.locator("[data-live-age]")).to_contain_text("Ultimo aggiornamento", timeout=30_000)


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


def test_after_leaving_the_back_button_shows_nothing(sign_in: SignIn, product: Installation) -> None:
    nurse = sign_in("hospital")
    activate(nurse, product, "Colloquio ora")
    alias = nurse.locator("h1").inner_text()
    nurse.goto(f"{product.site}/accesso/esci/")
    if nurse.get_by_role("button", name="Esci").count():
        nurse.locator("main").get_by_role("button", name="Esci").click()
    nurse.wait_for_load_state()
    for _ in range(3):
        nurse.go_back()
        assert alias not in nurse.locator("body").inner_text()
