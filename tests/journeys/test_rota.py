# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The coordinator's rota: people who take turns, somebody else for an evening, and a sheet that is put right."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]

_NO_SHIFTS = """
from approdo.networks.models import Shift
Shift.objects.filter(service_id={service}).delete()
"""


def today() -> date:
    return datetime.now(ZoneInfo("Europe/Rome")).date()


def begin_rotation(page: Page, names: list[str]) -> None:
    """Daily, from the day after tomorrow at eight: first what it would make, then it begins."""
    page.get_by_role("link", name="Rotazioni").click()
    page.get_by_label("Ore, giorni, settimane o mesi").select_option(label="giorni")
    page.get_by_label("Giorno del primo cambio").fill((today() + timedelta(days=2)).isoformat())
    for number, name in enumerate(names, 1):
        page.get_by_label(f"{number}ª persona").select_option(label=name)
    page.get_by_role("button", name="Guarda che turni farebbe").click()
    expect(page.get_by_role("heading", name="Ecco che cosa farebbe")).to_be_visible()
    expect(page.get_by_text("In questa posizione resterebbe un buco:")).to_be_visible()
    page.get_by_role("button", name="Comincia la rotazione").click()
    expect(page.get_by_text("La rotazione è cominciata")).to_be_visible()


def press_even_so(page: Page, said: str) -> None:
    """Confirm a change of which she is told first what it would bring, if it would bring anything."""
    page.wait_for_load_state()
    even_so = page.get_by_role("button", name="Salva comunque")
    if even_so.count():
        even_so.click()
    expect(page.get_by_text(said)).to_be_visible()


def a_sheet(*lines: tuple[str, int, int]) -> dict[str, object]:
    """Evenings in the second position: (who, day from today, position)."""
    rows = ["persona;posizione;inizio;fine"]
    for who, day, position in lines:
        on = f"{today() + timedelta(days=day):%d/%m/%Y}"
        rows.append(f"{who};{position};{on} 18:00;{on} 22:00")
    return {"name": "turni.csv", "mimeType": "text/csv", "buffer": "\r\n".join(rows).encode()}


def test_turns_a_substitution_and_a_sheet(sign_in: SignIn, product: Installation) -> None:
    service = product.services["coordination"]
    product.run(_NO_SHIFTS.format(service=service))
    page = sign_in("coordination", viewport=DESK)
    rota = f"{product.site}/rete/servizi/{service}/turni/"
    page.goto(rota)
    who = page.locator("#id_operator_id option").all_inner_texts()[:2]
    begin_rotation(page, who)

    page.goto(rota)
    page.get_by_role("link", name="Sostituzioni").click()
    evening = (today() + timedelta(days=2)).isoformat()
    page.get_by_label("Chi sostituisce").select_option(label=who[1])
    page.get_by_label("Dal giorno").fill(evening)
    page.get_by_label("Dalle (se vuoi)").fill("18:00")
    page.get_by_label("Al giorno", exact=True).fill(evening)
    page.get_by_label("Alle", exact=True).fill("20:00")
    page.get_by_role("button", name="Sostituisci").click()
    press_even_so(page, "ricevono un avviso")
    expect(page.get_by_text(f"{who[1]} al posto di {who[0]}")).to_be_visible()
    assert list(flaws(page, (PHONE, DESK))) == []
    page.set_viewport_size(DESK)
    page.get_by_role("button", name="Togli").click()
    press_even_so(page, "quelle ore tornano a chi le aveva")

    page.goto(rota)
    page.get_by_role("link", name="Da un foglio").click()
    wrong = a_sheet((who[1], 2, 2), ("Nessuna Tale", 4, 2), (who[0], 6, 3))
    page.get_by_label("File", exact=True).set_input_files(wrong)
    page.get_by_role("button", name="Controlla").click()
    expect(page.get_by_role("alert").filter(has_text="Non è stato salvato nessun turno")).to_be_focused()
    expect(page.get_by_role("row").filter(has_text="Nessuna Tale")).to_contain_text("si chiama così")
    expect(page.get_by_role("button", name="Aggiungi i turni")).to_have_count(0)
    assert list(flaws(page, (PHONE, DESK))) == []
    page.set_viewport_size(DESK)
    page.get_by_label("File", exact=True).set_input_files(a_sheet((who[1], 2, 2), (who[1], 4, 2)))
    page.get_by_role("button", name="Controlla").click()
    page.get_by_role("button", name="Aggiungi i turni").click()
    expect(page.get_by_text("Aggiunti 2 turni.")).to_be_visible()
