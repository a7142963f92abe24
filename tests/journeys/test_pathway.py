# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case goes along its pathway in a real browser: moved, asked, done, closed; and how much each colleague carries."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import activate, flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]
_STEPS = """
from datetime import timedelta
from approdo.kit import clock
from approdo.protocols.models import ProtocolVersion
from approdo.protocols.rules import digest, write
from tests.factories.pathway_steps import a_step
newest = ProtocolVersion.objects.filter(protocol__network__organisations__services={centre}).latest("number")
steps = [a_step("listen", what="Primo colloquio in un luogo sicuro", ask_again_after_hours=48),
         a_step("risk", what="Valutare il rischio con lei", kind=None, assessment="risk")]
told = newest.document | {{"pathway": steps}}
ProtocolVersion.objects.create(
    protocol=newest.protocol, number=newest.number + 1, name=newest.name, source=write(told), document=told,
    digest=digest(told), municipality_codes=[], contexts=[], effective_from=clock.now() - timedelta(seconds=1),
    published_at=clock.now(), published_by=newest.published_by)
"""
_LATE = """
from datetime import timedelta
from approdo.access.services import as_system
from approdo.kit import clock
from approdo.tasks.models import Task
with as_system():
    Task.objects.filter(key="listen").update(due_at=clock.now() - timedelta(hours=1))
"""
_COORDINATES = """
from approdo.networks.models import Membership
held = Membership.objects.filter(service_id={centre}).order_by("pk")[0]
Membership.objects.filter(pk=held.pk).update(role="organisation_coordinator")
"""


def is_accessible(page: Page) -> None:
    assert list(flaws(page, (PHONE, DESK))) == []
    page.set_viewport_size(PHONE)


def test_a_case_goes_on_and_what_the_protocol_asks_is_done(sign_in: SignIn, product: Installation) -> None:
    product.run(_STEPS.format(**product.services))
    nurse, centre = sign_in("hospital"), sign_in("centre")
    activate(nurse, product, "Colloquio ora")
    centre.goto(f"{product.site}/casi/")
    centre.locator("main ul a[href^='/casi/']").first.click()
    centre.get_by_role("button", name="Conduco io questo percorso").click()
    alias = centre.locator("h1").inner_text()
    centre.get_by_role("link", name="Da fare").click()
    expect(centre.get_by_text("Adesso il protocollo non chiede niente")).to_be_visible()
    is_accessible(centre)

    centre.get_by_role("button", name="Comincia l'accoglienza").click()
    listen = centre.locator("article", has_text="Primo colloquio in un luogo sicuro")
    expect(listen).to_be_visible()
    is_accessible(centre)
    case = centre.url
    product.run(_LATE)
    centre.goto(f"{product.site}/")
    expect(centre.get_by_role("heading", name=re.compile("Compiti in ritardo"))).to_be_visible()
    is_accessible(centre)
    centre.get_by_role("link", name=f"Apri {alias}: Primo colloquio").click()
    assert centre.url == case
    listen.get_by_role("button", name="Lo faccio io").click()
    expect(listen.get_by_text("L'hai presa tu.")).to_be_visible()
    listen.locator("summary", has_text="Lei dice di no").click()
    listen.get_by_role("button", name=re.compile("^Conferma ?: Lei dice di no")).click()
    expect(listen.get_by_text("in ritardo")).to_have_count(0)  # she is asked again in two days
    listen.get_by_role("button", name="Fatto").click()
    expect(listen).to_have_count(0)

    risk = centre.locator("article", has_text="Valutare il rischio con lei")
    expect(risk.get_by_role("button", name=re.compile("^Fatto"))).to_have_count(0)  # it is done by assessing
    risk.get_by_role("link", name="Valuta adesso").click()
    is_accessible(centre)
    centre.get_by_role("link", name="DA5").click()
    for item in centre.locator("fieldset").filter(has=centre.locator("input[name^='item-'][value=no]")).all():
        item.locator("label.tile").filter(has_text=re.compile("^no$")).click()
    centre.get_by_role("button", name="Salva la valutazione").click()
    expect(centre.get_by_text("0 su 5")).to_be_visible()
    centre.goto(case)
    expect(centre.get_by_text("fatto · DA5")).to_be_visible()
    expect(centre.locator("article", has_text="Rivalutare il rischio")).to_be_visible()
    is_accessible(centre)

    centre.get_by_role("button", name="Comincia: ospitalità").click()
    expect(centre.get_by_role("button", name="Finisce: ospitalità")).to_be_visible()
    centre.locator("summary", has_text="Concludi il percorso").click()
    centre.get_by_label("Come si conclude").select_option(label="il percorso è sospeso")
    centre.get_by_role("button", name="Concludi", exact=True).click()
    expect(centre.get_by_role("heading", name="Adesso: concluso")).to_be_visible()
    centre.get_by_role("button", name="Riapri il percorso").click()
    expect(centre.get_by_role("heading", name="Adesso: accoglienza")).to_be_visible()
    expect(listen).to_be_visible()

    centre.goto(f"{product.site}/compiti/")
    expect(centre.get_by_role("link", name=f"Apri {alias}: Primo colloquio")).to_be_visible()
    is_accessible(centre)
    product.run(_COORDINATES.format(**product.services))
    centre.goto(f"{product.site}/rete/carico/")
    expect(centre.get_by_role("heading", name="Carico di lavoro")).to_be_visible()
    expect(centre.get_by_text(alias)).to_have_count(0)
    is_accessible(centre)
