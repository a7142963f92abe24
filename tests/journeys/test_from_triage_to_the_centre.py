# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One night: a visit that says little, a question in private, five more, a high risk, the network, the centre."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import SECRET_WORDS, flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]

_ASKS = """
from approdo.access.rules import Role
from approdo.access.services import entered
from approdo.kit import clock
from approdo.networks.models import Membership
from approdo.networks.selectors import actor_for
from approdo.recognition.rules.prompting import Mode
from approdo.recognition.services import set_mode
held = Membership.objects.get(service_id={hospital}, operator__email="{email}")
before = held.role
Membership.objects.filter(pk=held.pk).update(role=Role.ORGANISATION_COORDINATOR)
actor = actor_for(held.operator_id, held.pk)
with entered(actor=actor):
    for mode in (Mode.SILENT, Mode.PROMPTING):
        set_mode(actor=actor, service_id={hospital}, mode=mode, reason="Deciso con la direzione", now=clock.now())
Membership.objects.filter(pk=held.pk).update(role=before)
"""
CANARY = "canarina"


def answer(page: Page, **given: str) -> None:
    """Answer some items of a sheet and save it; the others stay unknown."""
    for item, said in given.items():
        page.locator(f"fieldset#{item} label.tile").filter(has_text=re.compile(f"^{said}$")).click()
    page.get_by_role("button", name="Salva la valutazione").click()


def tile(page: Page, question: str, said: str) -> Locator:
    group = page.get_by_role("group", name=question, exact=True)
    return group.locator("label.tile").filter(has_text=re.compile(f"^{re.escape(said)}$"))


def is_accessible(page: Page) -> None:
    assert list(flaws(page, (PHONE, DESK))) == []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    assert not SECRET_WORDS.search(page.title() + page.url)


def test_from_a_record_that_says_little_to_a_pathway_that_starts_at_once(
    sign_in: SignIn, product: Installation
) -> None:
    product.run(_ASKS.format(hospital=product.services["hospital"], email=product.people["hospital"][1]))
    nurse, centre = sign_in("hospital"), sign_in("centre")

    # triage: a head injury, a poisoning before, a fall that convinces nobody
    nurse.goto(f"{product.site}/")
    nurse.get_by_role("link", name="Visita", exact=True).click()
    nurse.get_by_label("Numero della visita").fill("notte 1")
    nurse.get_by_label("Identificativo della persona").fill("persona della notte")
    nurse.get_by_label("Codici di diagnosi o di causa").fill("873.0, E950.0")
    nurse.get_by_label("Nota di triage").fill(f"Riferisce caduta dalle scale. {CANARY}")
    nurse.get_by_role("button", name="Annota").click()

    # the prompt: a reason to ask, answered in one press
    expect(nurse.get_by_text("Chiedile, da sola e a porta chiusa")).to_be_visible()
    is_accessible(nurse)
    nurse.get_by_role("button", name="Gliel'ho chiesto: sì").click()

    # an owned case without a name
    nurse.wait_for_url("**/casi/accogli/")
    nurse.get_by_role("button", name="Apri il percorso").click()
    nurse.wait_for_url(re.compile(r"/casi/[0-9a-f-]{36}/$"))
    case, alias = nurse.url, nurse.get_by_role("heading", level=1).inner_text()

    # the question in private
    nurse.get_by_role("link", name="Chiedile in privato").click()
    is_accessible(nurse)
    answer(nurse, humiliated="sì", afraid="sì")
    expect(nurse.get_by_text("da approfondire")).to_be_visible()
    is_accessible(nurse)

    # the five questions: two yes, two she does not say, and it is treated as the worst
    nurse.get_by_role("link", name="Adesso valuta il rischio").click()
    is_accessible(nurse)
    answer(nurse, escalation="sì", jealousy="sì", weapon="no")
    expect(nurse.get_by_text("almeno 2, al massimo 4")).to_be_visible()
    expect(nurse.get_by_role("complementary").get_by_role("strong").first).to_have_text("alto")
    is_accessible(nurse)
    assessed = nurse.url

    # the network, for the same pathway, in one tap and one press
    nurse.get_by_role("link", name="Attiva la rete per lei").click()
    expect(nurse.get_by_text(f"Per {alias}")).to_be_visible()
    nurse.get_by_role("button", name="Invia", exact=True).click()
    nurse.wait_for_url("**/attivazioni/**")
    centre.goto(f"{product.site}/")
    expect(centre.get_by_text(alias).first).to_be_visible()

    # the way out is an act: her answers, and the centre one press away
    nurse.goto(f"{case}uscita/")
    expect(nurse.get_by_text("Rischio: alto")).to_be_visible()
    tile(nurse, "Che il centro la incontri o la richiami", "sì").click()
    tile(nurse, "Come esce", "va da una persona di fiducia").click()
    nurse.get_by_role("button", name="Scrivi l'uscita").click()
    nurse.get_by_role("button", name=re.compile("^Invia a")).click()
    expect(nurse.get_by_label("A quale servizio")).to_have_value(str(product.services["centre"]))
    nurse.get_by_role("button", name="Segna e").click()
    expect(nurse.get_by_role("heading", name="in attesa di risposta")).to_be_visible()
    centre.goto(f"{product.site}/")
    expect(centre.get_by_text("Da rispondere")).to_be_visible()

    # what the nurse was told stays hers: the centre finds neither the question, nor the answers, nor the note
    for page in (assessed, f"{case}valutazioni/", f"{product.site}/accoglienza/visita/"):
        assert centre.goto(page).status == 404
    for page in (nurse, centre):
        for place in ("/", "/casi/", "/compiti/", "/invii/"):
            page.goto(product.site + place)
            assert CANARY not in page.content()
    nurse.goto(f"{case}valutazioni/")
    is_accessible(nurse)
    expect(nurse.get_by_text("da rivalutare")).to_be_visible()
