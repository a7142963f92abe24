# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The coordinator's day: her service and its rota, and a new version of the protocol."""

import re
from datetime import date, datetime

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DESK, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import activate, call_of

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]
PHONE_NUMBER = "+390012345678"

_NOBODY_ON_CALL = """
from approdo.networks.models import Shift
Shift.objects.filter(service_id={service}).delete()
"""
_MAKE_DUE = """
from approdo.activations.models import Call
from approdo.kit import clock
Call.objects.filter(key="shelter", activation_id="{activation}").update(due_at=clock.now())
"""
SECOND_PERSON_OF_THE_SHELTER = "  - to: second_on_call\n    wait_minutes: 15\n"


def add_whole_day(page: Page, day: date, who: int, position: str) -> None:
    """Add a shift from midnight to midnight for the person of a place in the list."""
    form = page.locator("form").filter(has=page.get_by_label("Dalle", exact=True))
    form.get_by_label("Chi", exact=True).select_option(index=who)
    form.get_by_label("Posizione").select_option(label=position)
    form.get_by_label("Giorno").fill(day.isoformat())
    form.get_by_label("Dalle", exact=True).fill("00:00")
    form.get_by_label("Alle", exact=True).fill("00:00")
    form.get_by_role("button", name="Aggiungi", exact=True).click()
    page.wait_for_load_state()


def test_she_edits_her_service_and_its_rota_and_the_directory_shows_it(sign_in: SignIn, product: Installation) -> None:
    product.run(_NOBODY_ON_CALL.format(service=product.services["coordination"]))
    page = sign_in("coordination", viewport=DESK)
    page.goto(f"{product.site}/rete/")
    page.get_by_role("link", name="La mia organizzazione").click()
    page.get_by_role("link", name=re.compile("^Apri")).click()
    label = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="Modifica").click()
    page.get_by_label("italiano", exact=True).check()
    page.get_by_label("Telefono").fill("1")
    page.get_by_role("button", name="Salva").click()
    expect(page.get_by_role("alert").filter(has_text="Telefono")).to_be_visible()
    page.get_by_label("Telefono").fill(PHONE_NUMBER)
    page.get_by_role("button", name="Salva").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(label)

    page.get_by_role("link", name="Turni", exact=True).click()
    today = datetime.now().date()
    add_whole_day(page, today, 0, "Prima persona")
    expect(page.get_by_text("Aggiunto 1 turno.")).to_be_visible()
    add_whole_day(page, today, 1, "Prima persona")
    refusal = page.get_by_role("alert").filter(has_text="si sovrappone")
    expect(refusal).to_contain_text(re.compile(r"Il turno di .+ si sovrappone a quello di .+ nella stessa posizione"))
    expect(refusal).to_be_focused()
    add_whole_day(page, today, 0, "Seconda persona")
    expect(page.get_by_role("alert").filter(has_text="serve un'altra persona")).to_be_visible()
    add_whole_day(page, today, 1, "Seconda persona")
    expect(page.get_by_text("Aggiunto 1 turno.")).to_be_visible()

    page.goto(f"{product.site}/rete/?municipality={product.municipality}")
    entry = page.get_by_role("listitem").filter(has_text=label)
    expect(entry).to_contain_text(re.compile(r"1ª persona fino .+ 2ª persona fino ", re.DOTALL))
    expect(entry.locator(f"a[href='tel:{PHONE_NUMBER}']")).to_be_visible()


def test_she_publishes_a_new_version_and_what_is_under_way_keeps_its_own(
    sign_in: SignIn, product: Installation
) -> None:
    nurse, coordinator = sign_in("hospital"), sign_in("coordination", viewport=DESK)
    second = sign_in("coordination", 2)
    running = activate(nurse, product, "Posto sicuro")

    coordinator.goto(f"{product.site}/rete/protocolli/")
    coordinator.get_by_role("link", name="Attivazione urgente").click()
    text = coordinator.request.get(
        coordinator.get_by_role("link", name="Scarica il testo").evaluate("link => link.href")
    ).text()
    coordinator.goto(f"{product.site}/rete/protocolli/")
    coordinator.get_by_role("link", name=re.compile("^Bozze")).first.click()
    coordinator.get_by_role("link", name="Carica", exact=True).click()
    field = coordinator.get_by_label("Testo del protocollo")
    field.fill(text.replace("answer_within_minutes: 30", "answer_within_minutes: mai"))
    coordinator.get_by_role("button", name="Carica", exact=True).click()
    expect(coordinator.get_by_role("alert").filter(has_text="Non è cambiato nulla")).to_contain_text("un numero intero")
    assert text.count(SECOND_PERSON_OF_THE_SHELTER) == 1
    field.fill(text.replace(SECOND_PERSON_OF_THE_SHELTER, ""))
    coordinator.get_by_role("button", name="Carica", exact=True).click()
    expect(coordinator.get_by_text("Il testo è diventato una bozza")).to_be_visible()
    draft = coordinator.url
    coordinator.get_by_role("link", name="Controlla e proponi").click()
    coordinator.get_by_role("button", name=re.compile("^Proponi")).click()
    second.goto(f"{draft}approva/")
    second.get_by_role("button", name=re.compile("^Approva")).click()
    expect(second.get_by_text("pubblicata la versione 2.")).to_be_visible()

    activate(nurse, product, "Posto sicuro")
    expect(call_of(nurse, "Casa rifugio")).to_contain_text("se non risponde: servizio di riserva")
    nurse.goto(f"{product.site}/attivazioni/{running}/")
    expect(call_of(nurse, "Casa rifugio")).to_contain_text("se non risponde: seconda persona")
    product.run(_MAKE_DUE.format(activation=running))
    expect(call_of(nurse, "Casa rifugio")).to_contain_text("se non risponde: servizio di riserva", timeout=6_000)
    nurse.get_by_text("Tutti i tentativi").click()
    expect(nurse.get_by_role("main")).to_contain_text("seconda persona reperibile: ")
