# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page that each person uses, walked with axe at both sizes and in both schemes, and measured under a thumb.

The nurse's walk is in test_activation.py.
"""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, Arrived, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import activate, flaws

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]

_FACTS = """
import json
from approdo.networks.models import Membership, Network, Shift
held = Membership.objects.filter(service_id={service}).order_by("pk")
print(json.dumps({{
    "network": Network.objects.get().code,
    "operator": held[0].operator_id,
    "shift": Shift.objects.filter(service_id={service})[0].pk,
}}))
"""
_TOO_SMALL = """() => [...document.querySelectorAll("a[href], button, summary, select, input, textarea")]
    .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden, .visually-hidden-focusable"))
    .filter((one) => one.type !== "hidden")
    .map((one) => {
        const target = one.closest("label.tile") || one;
        const box = target.getBoundingClientRect();
        return [box.width, box.height, target.outerHTML.slice(0, 120), target.innerText];
    })
    .filter(([width, height]) => width < 24 || height < 24)"""


def walk(page: Page, product: Installation, addresses: list[str], *sizes: dict[str, int]) -> list[str]:
    """Everything wrong on these pages."""
    wrong = []
    for address in addresses:
        response = page.goto(product.site + address)
        assert response is not None
        assert response.status == 200, address
        wrong += flaws(page, sizes)
    return wrong


def test_the_operator_of_the_centre_reads_every_page_of_hers(sign_in: SignIn, product: Installation) -> None:
    nurse, operator = sign_in("hospital"), sign_in("centre")
    activation = activate(nurse, product, "Posto sicuro", "Ci sono minori")
    operator.goto(f"{product.site}/attivazioni/{activation}/")
    case = operator.get_by_role("link", name=re.compile("Apri il percorso")).get_attribute("href")
    board, rota = f"/attivazioni/{activation}/", f"/rete/?municipality={product.municipality}"
    pages = ["/", board, "/casi/", str(case), rota, "/rete/?q=var", "/attiva/comune/?q=var"]
    pages += ["/io/turni/", "/io/turni/assenze/", "/io/calendario/"]
    assert walk(operator, product, pages, PHONE, DESK) == []


def test_the_coordinator_reads_and_edits_on_every_page_of_hers(sign_in: SignIn, product: Installation) -> None:
    nurse, coordinator = sign_in("hospital"), sign_in("coordination")
    activation = activate(nurse, product, "Posto sicuro")
    service = product.services["coordination"]
    facts = json.loads(product.run(_FACTS.format(service=service)))
    mine, protocols = f"/rete/servizi/{service}", f"/rete/protocolli/{facts['network']}"
    pages = ["/", f"/attivazioni/{activation}/", "/rete/", "/rete/protocolli/"]
    pages += ["/rete/organizzazione/", "/rete/servizi/nuovo/", f"{mine}/"]
    pages += [f"{mine}/{part}/" for part in ("dati", "orari", "comuni", "recapiti", "persone", "turni")]
    pages += [f"{mine}/recapiti/{facts['operator']}/", f"/rete/turni/{facts['shift']}/"]
    pages += [f"{protocols}/p/urgent/1/", f"{protocols}/carica/", f"{protocols}/adotta/"]
    pages += [
        f"/rete/scaffale/{facts['network']}/",
        "/rete/strumenti/",
        "/rete/strumenti/da5/",
        "/compiti/",
        "/rete/carico/",
    ]
    pages += [f"/rete/copertura/{facts['network']}/?days=90"]
    pages += [f"/rete/andamento/{facts['network']}/", "/rete/confronto/"]
    wrong = walk(coordinator, product, pages, PHONE, DESK)
    for address, button in (("/rete/servizi/nuovo/", "Salva"), (f"{protocols}/carica/", "Carica")):
        coordinator.goto(product.site + address)  # and what each says when it refuses
        coordinator.get_by_role("button", name=button, exact=True).click()
        coordinator.get_by_role("alert").first.wait_for()
        wrong += flaws(coordinator, (PHONE, DESK))
    coordinator.goto(f"{product.site}{protocols}/p/urgent/1/")
    coordinator.get_by_role("button", name="Apri una bozza da questa").click()
    coordinator.goto(f"{coordinator.url}proponi/")
    coordinator.get_by_role("button", name="Prova sul passato").click()
    expect(coordinator.get_by_role("heading", name="Prova sulle attivazioni passate")).to_be_visible()
    expect(coordinator.get_by_text(re.compile(r"(Una|\d+) attivazion[ei] dal"))).to_be_visible()
    wrong += flaws(coordinator, (PHONE, DESK))
    assert wrong == []


def test_whoever_is_on_call_reads_and_touches_every_page_of_hers_on_a_telephone(
    sign_in: SignIn, product: Installation, arrived: Arrived
) -> None:
    nurse, operator = sign_in("hospital"), sign_in("shelter")
    activation = activate(nurse, product, "Posto sicuro")
    answer = re.search(r"/r/\S+", arrived("sms")["text"])
    assert answer
    operator.goto(f"{product.site}/attivazioni/{activation}/")
    case = operator.get_by_role("link", name=re.compile("Apri il percorso")).get_attribute("href")
    pages = [answer[0], "/casi/", f"/attivazioni/{activation}/", "/", str(case), "/rete/", "/attiva/?need=safe_place"]
    small = []
    for address in pages:
        operator.goto(product.site + address)
        operator.locator("summary").evaluate_all("all => all.forEach(one => one.parentElement.open = true)")
        small += [(address, *one) for one in operator.evaluate(_TOO_SMALL)]
    assert small == []
    assert walk(operator, product, pages[:5], PHONE) == []
