# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A coordinator rebuilds the shipped protocols by clicking, another approves them: what is published is the same."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.installation import Installation
from tests.journeys.steps import flaws

from approdo.networks.rules import ServiceKind, label_of
from approdo.protocols.rules import (
    CHOOSE_LABELS,
    EXIT_OPTION_LABELS,
    NEED_LABELS,
    OUT_OF_HOURS_LABELS,
    USUAL_EXITS,
    WHEN_CLOSED_LABELS,
    WHEN_LABELS,
    ExitOption,
    digest,
    read,
)
from approdo.protocols.selectors import shipped
from approdo.protocols.services import addressed
from approdo.web.templatetags.words import _OWN as CHANNEL_WORDS

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings("ignore::ResourceWarning")]
NETWORK = "monti"
_A_NETWORK_WITHOUT_PROTOCOL = f"""
from approdo.networks.models import Network, NetworkTerritory, Service
made = Network.objects.create(code="{NETWORK}", name="Rete dei monti")
NetworkTerritory.objects.create(network=made, municipality_id="014061")
Service.objects.get(pk={{service}}).organisation.networks.add(made)
"""
_PUBLISHED = f"""
import json
from approdo.protocols.models import ProtocolVersion
rows = ProtocolVersion.objects.filter(protocol__network__code="{NETWORK}").order_by("number")
print(json.dumps(list(rows.values_list("digest", "published_by__email"))))
"""


def choose(page: Page, group: str, words: set[str]) -> None:
    """Tick exactly these boxes of a group."""
    boxes = page.get_by_role("group", name=group, exact=True)
    for box in boxes.get_by_role("checkbox").all():
        name = page.locator(f"label[for='{box.get_attribute('id')}']").inner_text()
        box.set_checked(name in words)


def write_call(page: Page, call: dict[str, Any], others: dict[str, str]) -> None:
    """Fill the page of a new call in, as the document has it."""
    page.get_by_role("link", name="Aggiungi una chiamata").click()
    page.get_by_label("Quale servizio si chiama").select_option(call["kind"])
    page.get_by_label("Come la chiamate").fill(call["key"])
    for _more in call["escalation"][2:]:
        page.get_by_role("button", name="Aggiungi un passo").click()
    expect(page.get_by_role("group", name=re.compile("^Passo"))).to_have_count(len(call["escalation"]))
    choose(page, "Per quali bisogni", {NEED_LABELS[need] for need in call.get("needs", ())})
    if call.get("choose"):
        page.get_by_text("Solo certi servizi").click()
        page.get_by_label(CHOOSE_LABELS[call["choose"]], exact=True).check()
    if "after" in call:
        page.get_by_label("Quando comincia").select_option(label=f"quando ha risposto «{others[call['after']]}»")
        page.get_by_label("Al più tardi dopo quanti minuti").fill(str(call["after_minutes"]))
    page.get_by_label("Entro quanti minuti si risponde").fill(str(call["answer_within_minutes"]))
    channels, words = call["channels"], {str(code): word for code, word in CHANNEL_WORDS.items()}
    choose(page, "Come si avvisa, subito", {words[channel] for channel in channels["at_once"]})
    if "if_unread" in channels:
        choose(page, "E se nessuno ha letto", {words[channel] for channel in channels["if_unread"]})
        page.get_by_label("Dopo quanti secondi").fill(str(channels["after_seconds"]))
    for number, step in enumerate(call["escalation"], 1):
        one = page.get_by_role("group", name=f"Passo {number}", exact=True)
        one.get_by_label("Chi si avvisa").select_option(step["to"])
        one.get_by_label("Quanti minuti si aspetta").fill(str(step.get("wait_minutes", "")))
    page.get_by_label("Alla fine si riavvisano tutti").fill(str(call["repeat_minutes"]))
    if "out_of_hours" in call:
        page.get_by_label(OUT_OF_HOURS_LABELS[call["out_of_hours"]]).check()
    if "backup_kind" in call:
        page.get_by_label("Qual è il servizio di riserva").select_option(call["backup_kind"])
    page.get_by_label("Numero da chiamare a voce").fill(call.get("fallback_phone", ""))
    page.get_by_role("button", name="Salva", exact=True).click()
    expect(page.get_by_text("Salvato nella bozza.")).to_be_visible()


def write_step(page: Page, step: dict[str, Any]) -> None:
    """Fill the page of a new step of the pathway in, as the document has it, lengths of time as people say them."""
    page.get_by_role("link", name="Aggiungi un passo del percorso").click()
    page.get_by_label("In quale fase").select_option(step["phase"])
    page.get_by_label("Che cosa si fa").fill(step["what"])
    page.get_by_label("Come lo chiamate").fill(step["key"])
    page.get_by_label(re.compile("^Chi lo fa")).select_option(step.get("kind", ""))
    if "when" in step:
        page.get_by_label(WHEN_LABELS[step["when"]], exact=True).check()
    if "when_closed" in step:
        page.get_by_label(WHEN_CLOSED_LABELS[step["when_closed"]]).check()
    lengths = {
        "within_hours": "Entro quanto tempo",
        "escalate_after_hours": "Se non è fatto, dopo quanto si avvisa",
        "repeat_hours": "Ogni quanto si ripete",
        "ask_again_after_hours": "Se lei dice di no, dopo quanto le si chiede di nuovo",
    }
    for name, label in lengths.items():
        if name in step:
            days, hours = divmod(step[name], 24)
            page.get_by_label(label).fill(f"{step[name]} ore" if hours else f"{days} giorni")
    page.get_by_label("Chi si avvisa").select_option(step["tell"])
    for name, label in (("document", "Documento"), ("assessment", "Valutazione"), ("qualification", "Formazione")):
        page.get_by_label(re.compile(f"^{label}")).select_option(step.get(name, ""))
    page.get_by_role("button", name="Salva", exact=True).click()
    expect(page.get_by_text("Salvato nella bozza.")).to_be_visible()


def write_exits(page: Page, exits: dict[str, list[str]]) -> None:
    """Lift what is proposed on leaving, one press after the other, until it stands as the document has it."""
    page.get_by_role("link", name=re.compile("che cosa si propone all'uscita")).click()
    for level, wanted in exits.items():
        standing = [str(option) for option in USUAL_EXITS.first[level]]
        assert sorted(standing) == sorted(wanted), "only the order is the network's"
        for place, option in enumerate(wanted):
            while standing.index(option) > place:
                at = standing.index(option)
                standing[at - 1 : at + 1] = [option, standing[at - 1]]
                label = EXIT_OPTION_LABELS[ExitOption(option)]
                page.locator(f"#id_{level}").get_by_role("button", name=f"Su {label}").click()
                expect(page.locator(f"#id_{level} input").nth(at - 1)).to_have_value(option)


def write_protocol(page: Page, site: str, wanted: dict[str, Any]) -> None:
    """From a blank sheet to a proposal, without a word of YAML."""
    page.goto(f"{site}/rete/protocolli/")
    page.get_by_role("link", name="Bozze di Rete dei monti").click()
    page.get_by_role("button", name="Parti da zero").click()
    page.get_by_label("Nome", exact=True).fill(wanted["name"])
    page.get_by_label("Sigla").fill(wanted["code"])
    page.get_by_role("button", name="Salva", exact=True).click()
    titles = {call["key"]: f"{label_of(ServiceKind(call['kind']))} · {call['key']}" for call in wanted["calls"]}
    for call in wanted["calls"]:
        write_call(page, call, titles)
    for step in wanted["pathway"]:
        write_step(page, step)
    draft = page.url
    write_exits(page, wanted["exits"])
    page.goto(draft)
    expect(page.get_by_text("prima di poterla proporre")).to_have_count(0)


def propose(page: Page) -> None:
    """Ask the others for their approval, also where nobody is on call yet."""
    page.get_by_role("link", name="Controlla e proponi").click()
    page.get_by_role("button", name=re.compile("^Proponi")).click()
    expect(page.get_by_text("Chi può approvarla la trova in Oggi")).to_be_visible()


def test_the_shipped_protocols_rebuilt_by_clicking_are_the_shipped_ones(sign_in: SignIn, product: Installation) -> None:
    product.run(_A_NETWORK_WITHOUT_PROTOCOL.format(service=product.services["coordination"]))
    author, second = sign_in("coordination", viewport=DESK), sign_in("coordination", 2)
    wanted = {model: read(addressed(text, NETWORK)).document for model, text in shipped().items()}
    for number, document in enumerate(wanted.values(), 1):
        write_protocol(author, product.site, document)
        draft = author.url
        propose(author)
        author.goto(f"{draft}approva/")
        expect(author.get_by_text("serve un'altra persona")).to_be_visible()

        second.goto(f"{product.site}/")
        expect(second.get_by_text("Una bozza aspetta la tua approvazione")).to_be_visible()
        second.get_by_role("link", name=f"Leggi {document['name']}").click()
        second.get_by_role("button", name=re.compile("^Approva")).click()
        expect(second.get_by_text(f"pubblicata la versione {number}.")).to_be_visible()
    published = json.loads(product.run(_PUBLISHED))
    assert [one for one, _who in published] == [digest(document) for document in wanted.values()]
    assert {who for _digest, who in published} == {product.people["coordination"][1]}


def test_every_page_of_the_editor_is_for_everybody(sign_in: SignIn, product: Installation) -> None:
    """Whoever reads with a keyboard, a screen reader or at 360 px, in both schemes; and without scripts."""
    page, other = sign_in("coordination"), sign_in("coordination", 2)
    page.goto(f"{product.site}/rete/protocolli/")
    page.get_by_role("link", name=re.compile("^Bozze")).first.click()
    found = [*flaws(page, (PHONE, DESK))]
    page.get_by_role("button", name=re.compile("^Parti da qui")).first.click()
    draft = page.url
    page.get_by_role("link", name="Aggiungi una chiamata").click()
    page.get_by_role("button", name="Aggiungi un passo").click()
    for address in (
        "",
        "nome/",
        "chiamate/1/",
        "chiamate/5/",
        "percorso/1/",
        "invii/",
        "valutazioni/",
        "uscita/",
        "testo/carica/",
        "proponi/",
    ):
        page.goto(draft + address)
        found += flaws(page, (PHONE, DESK))
    page.goto(draft)
    page.get_by_role("button", name=re.compile("^Togli")).last.click()
    page.goto(f"{draft}nome/")
    page.get_by_label("Nome", exact=True).fill("Un altro nome")
    page.get_by_role("button", name="Salva", exact=True).click()
    propose(page)
    network = re.search(r"protocolli/([a-z0-9-]+)/", draft)
    assert network
    for address in (draft, f"{draft}approva/", f"{product.site}/rete/protocolli/{network[1]}/confronta/"):
        other.goto(address)
        found += flaws(other, (PHONE, DESK))
    assert found == []


def test_a_chain_is_written_with_one_thumb_and_without_scripts(sign_in: SignIn, product: Installation) -> None:
    page = sign_in("coordination", java_script_enabled=False)
    page.goto(f"{product.site}/rete/protocolli/")
    page.get_by_role("link", name=re.compile("^Bozze")).first.click()
    page.get_by_role("button", name=re.compile("^Parti da qui")).first.click()
    page.locator("a.row-title").first.click()
    steps = page.get_by_role("group", name=re.compile("^Passo"))
    before = steps.count()
    page.get_by_role("button", name="Aggiungi un passo").click()
    expect(steps).to_have_count(before + 1)
    steps.last.get_by_label("Chi si avvisa").select_option(label="linea del servizio")
    steps.last.get_by_role("button", name=re.compile("^Su")).click()
    expect(steps.nth(before - 1).get_by_label("Chi si avvisa")).to_have_value("service_line")
    steps.nth(before - 1).get_by_role("button", name=re.compile("^Togli")).click()
    expect(steps).to_have_count(before)
