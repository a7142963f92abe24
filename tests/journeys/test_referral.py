# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A hospital entrusts a woman to a centre in two browsers, and to a service without an account, by real letter."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.conftest import DESK, PHONE, Arrived, SignIn, refused
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


_WITHOUT_ACCOUNT = """
from tests.factories.activations import a_staffed_service
from approdo.networks.models import ContactPoint, Membership, Network, Service
from approdo.networks.rules import Channel, ServiceKind
network = Network.objects.get(organisations__services={centre})
service, _staff = a_staffed_service(network, ServiceKind.INTERPRETER, on_call=False)
Membership.objects.filter(service=service).update(active=False)
ContactPoint.objects.filter(service=service).delete()
for position, (channel, address) in enumerate((("email", "studio@rete.example"), ("sms", "+390017777777")), start=1):
    ContactPoint.objects.create(service=service, position=position, channel=channel, address=address)
print(service.pk)
"""


def test_a_service_without_an_account_answers_by_letter_and_code(
    sign_in: SignIn, browser: Browser, product: Installation, arrived: Arrived
) -> None:
    service = product.run(_WITHOUT_ACCOUNT.format(centre=product.services["centre"])).strip()
    nurse = sign_in("hospital")
    activate(nurse, product, "Colloquio ora")
    nurse.goto(f"{product.site}/casi/")
    nurse.locator("main ul a[href^='/casi/']").first.click()
    nurse.get_by_role("link", name="Invii").click()
    nurse.get_by_label("A quale servizio").select_option(service)
    nurse.get_by_label("Che cosa chiedi").select_option(label="mediazione linguistica")
    nurse.get_by_label("sì: invia adesso").check()
    nurse.get_by_role("button", name="Segna e").click()
    referral = nurse.url
    expect(nurse.get_by_text("non è ancora stato aperto")).to_be_visible()

    def to(address: str, pattern: str) -> str:
        """What a message to this address holds, in a letter that SMTP carried or a text of the gateway."""
        for _each in range(100):
            for one in product.messages():
                if one["to"] == address and (found := re.search(pattern, one["text"])):
                    return found[0]
            nurse.wait_for_timeout(200)
        raise AssertionError(f"nothing arrived that holds {pattern}")

    link = to("studio@rete.example", r"https?://\S+/i/\S+")
    code = to("+390017777777", r"\b\d{6}\b")
    context = browser.new_context(viewport=PHONE, locale="it-IT")
    said, desk = refused(context), context.new_page()
    desk.goto(link)
    is_accessible(desk)
    desk.get_by_label("Codice di 6 cifre").fill("000000" if code != "000000" else "111111")
    desk.get_by_role("button", name="Apri").click()
    expect(desk.get_by_text("Il codice non è giusto")).to_be_visible()
    desk.get_by_label("Codice di 6 cifre").fill(code)
    desk.get_by_role("button", name="Apri").click()
    expect(desk.get_by_text("mediazione linguistica")).to_be_visible()
    is_accessible(desk)
    desk.get_by_role("button", name="Prendo in carico").click()
    expect(desk.get_by_text("Fatto. Chi aspetta lo vede adesso.")).to_be_visible()
    assert desk.context.cookies() == [] or all("session" not in one["name"] for one in desk.context.cookies())
    desk.context.close()
    assert said == []
    nurse.goto(referral)
    expect(nurse.get_by_role("heading", name="presa in carico")).to_be_visible()
    expect(nurse.get_by_text("Il collegamento è stato aperto")).to_be_visible()
    is_accessible(nurse)
