# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A department begins in silence and then asks: its coordinator decides, a nurse writes visits down and answers."""

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]

_COORDINATES = """
from approdo.access.rules import Role
from approdo.networks.models import Membership
held = Membership.objects.filter(service_id={hospital}, operator__email="{email}")
held.update(role=Role.ORGANISATION_COORDINATOR)
"""
_REASON = "Deciso con la direzione sanitaria"
_SIZES = (PHONE, DESK)


@pytest.fixture
def coordinator(sign_in: SignIn, product: Installation) -> Page:
    """The second person of the hospital, who coordinates its organisation."""
    email = product.people["hospital"][1]
    product.run(_COORDINATES.format(hospital=product.services["hospital"], email=email))
    return sign_in("hospital", position=2)


def decide(page: Page, mode: str) -> None:
    page.get_by_label(mode).check()
    page.get_by_label("Perché").fill(_REASON)
    page.get_by_role("button", name="Vale da adesso").click()
    expect(page.get_by_role("heading", name=mode)).to_be_visible()


def write_down(page: Page, product: Installation, number: str) -> None:
    """A visit with four points, from Oggi."""
    page.set_viewport_size(PHONE)
    page.goto(f"{product.site}/")
    page.get_by_role("link", name="Visita", exact=True).click()
    box = page.get_by_role("button", name="Annota").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"], "the thumb finds it without scrolling"
    page.get_by_label("Numero della visita").fill(number)
    page.get_by_label("Identificativo della persona").fill(f"persona di {number}")
    page.get_by_label("Codici di diagnosi o di causa").fill("873.0, E950.0")
    page.get_by_label("Nota di triage").fill("Riferisce caduta, non convince.")
    page.get_by_role("button", name="Annota").click()


def test_a_department_is_silent_first_and_then_a_nurse_asks_and_answers_in_one_press(
    sign_in: SignIn, product: Installation, coordinator: Page
) -> None:
    nurse = sign_in("hospital")
    coordinator.goto(f"{product.site}/rete/organizzazione/")
    coordinator.get_by_role("link", name="Riconoscimento").click()
    expect(coordinator.get_by_text("Nessuna visita è letta o conservata")).to_be_visible()
    expect(coordinator.get_by_label("Attivo")).to_have_count(0)
    wrong = [*flaws(coordinator, _SIZES)]
    decide(coordinator, "In silenzio")

    write_down(nurse, product, "1")
    expect(nurse.get_by_text("Visita annotata. Non c'è altro da fare qui.")).to_be_visible()
    wrong += flaws(nurse, _SIZES)

    decide(coordinator, "Attivo")
    nurse.get_by_label("Numero della visita").fill("3")
    nurse.get_by_label("Codici di diagnosi o di causa").fill("ginocchio")
    nurse.get_by_role("button", name="Annota").click()
    expect(nurse.get_by_role("alert").first).to_be_visible()
    expect(nurse.get_by_label("Numero della visita")).to_have_value("3")
    wrong += flaws(nurse, _SIZES)

    write_down(nurse, product, "2")
    expect(nurse.get_by_text("Chiedile, da sola e a porta chiusa")).to_be_visible()
    assert nurse.title().startswith("Visita")
    assert "violen" not in nurse.url
    assert "persona di 2" not in nurse.content()
    wrong += flaws(nurse, _SIZES)
    nurse.emulate_media(media="print", color_scheme="light")
    expect(nurse.get_by_text("Chiedile, da sola e a porta chiusa")).to_be_hidden()
    nurse.emulate_media(media="screen")
    nurse.set_viewport_size(PHONE)
    nurse.get_by_role("button", name="Adesso non si può").click()
    expect(nurse.get_by_role("heading", name="Ancora da segnare")).to_be_visible()
    wrong += flaws(nurse, _SIZES)
    nurse.set_viewport_size(PHONE)
    nurse.get_by_role("link", name="Apri").click()
    nurse.get_by_role("button", name="Gliel'ho chiesto: sì").click()
    nurse.wait_for_url("**/casi/accogli/")

    coordinator.reload()
    expect(coordinator.get_by_text("Nei mesi interi di questo periodo non si è letta nessuna visita.")).to_be_visible()
    expect(coordinator.get_by_role("heading", name="Che cosa hanno risposto")).to_have_count(0)
    wrong += flaws(coordinator, _SIZES)
    assert wrong == []
