# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What she takes away on paper: the list of accesses line by line, a consent; nothing that finds her (P15, P22)."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from pypdf import PdfReader
from tests.factories.region import Region

from approdo.access.rules import Actor, Role
from approdo.audit import services as audit
from approdo.audit.models import Entry as AuditEntry
from approdo.cases.models import Case
from approdo.consents.models import Grant
from approdo.kit import clock, rows
from approdo.networks.models import Service

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
CANARIES = ("Canarina", "Via del Nido", "3331234567")


@pytest.fixture
def centre(sign_in: SignIn, case: str) -> Client:
    """The centre's operator, who leads and has written who and where she is."""
    client = sign_in("centre")
    client.post(f"{case}conduce/", {"act": "take"})
    client.post(f"{case}scheda/identity/nuova/", {"given_name": "Canarina"})
    client.post(f"{case}scheda/place/nuova/", {"address": "Via del Nido 1"})
    client.post(f"{case}scheda/contact/nuova/", {"address": "3331234567"})
    return client


def flat(text: str) -> str:
    return " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())


def read(response: HttpResponse) -> tuple[PdfReader, str]:
    """The paper, and its text without page numbers and the repeated head of the table."""
    assert response.status_code == 200, response.content[:300]
    paper = PdfReader(BytesIO(response.content))
    pages = [re.sub(r"\d+ di \d+\s*$", "", page.extract_text().strip()) for page in paper.pages]
    return paper, flat(" ".join(pages)).replace("Quando Chi Che cosa ha fatto Che parte Perché", "")


def on_the_page(client: Client, case: str) -> list[str]:
    """The lines of the log, as the page says them."""
    page = client.get(f"{case}accessi/").content.decode()
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    lines = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [flat(unescape(re.sub(r"<[^>]+>", " ", line))) for line in lines]


def yes(client: Client, case: str, region: Region, **changes: object) -> Grant:
    sent = {
        "service_id": region.services["ed"].pk,
        "slices": ["health", "risk"],
        "purpose": "health_care",
        "how": "interpreter",
        "proof": "noted_by_two",
        "language": "fr",
        "days": "30",
    }
    assert client.post(f"{case}consensi/", sent | changes).status_code == 302
    return Grant.objects.get()


def test_the_paper_holds_what_was_done_one_to_one_and_in_order(sign_in: SignIn, centre: Client, case: str) -> None:
    case_id, now = Case.objects.get().pk, clock.now()
    for minutes in range(12, 0, -1):
        then = {"now": now - timedelta(minutes=minutes), "subject": f"case:{case_id}", "case_id": case_id}
        audit.record(actor=Actor(1, None, None, Role.EMERGENCY_OPERATOR), verb="case.read", **then)
    section = centre.get(f"{case}scheda/").content.decode().split('id="place"')[1]
    address = re.search(r"/casi/[0-9a-f-]+/scheda/[0-9a-f-]{36}/mostra/", section)
    assert address
    centre.post(address[0], {"why": "safety"})
    before = on_the_page(centre, case)
    paper, text = read(centre.post(f"{case}accessi/stampa/"))
    assert len(paper.pages) > 1
    done = AuditEntry.objects.filter(case_id=case_id).count()
    (printed,) = (line for line in on_the_page(centre, case) if "ha stampato questo elenco" in line)
    said = flat(" ".join([*before, printed]))
    table = text[text.index(before[0]) : text.index("In tutto:")].strip()
    assert flat(table) == said
    assert f"In tutto: {done} accessi." in text


def test_it_says_structure_and_role_and_no_name(centre: Client, case: str, region: Region) -> None:
    _paper, text = read(centre.post(f"{case}accessi/stampa/"))
    assert "Operatrice del centro" in text
    assert "Pronto soccorso del Lago" in text
    for operator in region.operators.values():
        assert operator.display_name not in text
        assert operator.email not in text


@pytest.mark.parametrize("what", ["log", "consent"])
def test_nothing_that_finds_her_is_on_it_nor_in_what_surrounds_it(
    centre: Client, case: str, region: Region, what: str
) -> None:
    grant = yes(centre, case, region)
    address = f"{case}accessi/stampa/" if what == "log" else f"{case}consensi/{grant.pk}/stampa/"
    response = centre.post(address)
    paper, text = read(response)
    name = {"log": "accessi", "consent": "consenso"}[what]
    assert response["Content-Disposition"] == f'attachment; filename="{name}.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store"
    around = str(paper.metadata) + str(paper.xmp_metadata and paper.xmp_metadata.stream.get_data())
    for canary in CANARIES:
        assert canary not in text
        assert canary not in around
        assert canary.encode() not in response.content
    alias = Case.objects.get().alias
    assert alias in text
    assert alias not in around
    assert paper.metadata is not None
    assert paper.metadata.title == {"log": "Elenco degli accessi", "consent": "Consenso"}[what]


def test_a_consent_on_paper_says_all_that_was_told_her_and_how_to_take_it_back(
    centre: Client, case: str, region: Region
) -> None:
    grant = yes(centre, case, region)
    _paper, text = read(centre.post(f"{case}consensi/{grant.pk}/stampa/"))
    for words in (
        f"Chi può leggere: {region.services['ed'].name}",
        "Che cosa: Rischio, Salute",
        "Per che cosa: Cure",
        "Fino al: ",
        "Oggi: vale adesso",
        "In quale lingua te l'abbiamo detto: francese",
        "Come hai detto di sì: Con una mediatrice",
        "Che cosa ne resta: Annotato da due operatrici",
        f"Chi conduce il tuo percorso: {region.services['centre'].name}",
        "Puoi cambiare idea",
        "Firma",
    ):
        assert words in text, words
    entry = AuditEntry.objects.get(verb="consent.print")
    assert entry.detail == {"grant": str(grant.pk), "service": region.services["ed"].pk}
    assert any("ha stampato un consenso" in line for line in on_the_page(centre, case))


def test_after_it_is_taken_back_the_paper_says_so(centre: Client, case: str, region: Region) -> None:
    grant = yes(centre, case, region)
    centre.post(f"{case}consensi/togli/", {"grant": "all"})
    assert "Oggi: revocato" in read(centre.post(f"{case}consensi/{grant.pk}/stampa/"))[1]


def test_what_a_norm_shares_is_never_printed_as_a_consent(centre: Client, case: str, region: Region) -> None:
    sent = {
        "norm": "child_protection",
        "reason": "child_at_risk",
        "decided_by": region.operators["centre"].pk,
        "service_id": region.services["ed"].pk,
        "slices": ["health"],
        "purpose": "children",
        "days": "5",
    }
    assert centre.post(f"{case}consensi/legge/", sent).status_code == 302
    grant = Grant.objects.get()
    assert centre.post(f"{case}consensi/{grant.pk}/stampa/").status_code == 404
    assert f"{grant.pk}/stampa/" not in centre.get(f"{case}consensi/").content.decode()


def test_only_who_leads_prints_and_only_by_a_press(sign_in: SignIn, centre: Client, case: str, region: Region) -> None:
    grant = yes(centre, case, region)
    nurse = sign_in("ed")
    for address in (f"{case}accessi/stampa/", f"{case}consensi/{grant.pk}/stampa/"):
        assert nurse.post(address).status_code == 404
        assert centre.get(address).status_code == 405
    assert not AuditEntry.objects.filter(verb__endswith=".print").exists()


def test_printing_asks_who_she_is_and_leads_back_to_the_page(centre: Client, case: str, region: Region) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    reserve = RecoveryCodes.activate(region.operators["centre"]).get_unused_codes()
    grant = yes(centre, case, region)
    pages = {f"{case}accessi/": f"{case}accessi/stampa/", f"{case}consensi/": f"{case}consensi/{grant.pk}/stampa/"}
    for page, address in pages.items():
        session = centre.session
        session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] = time.time() - 3_600
        session.save()
        assert centre.post(address).status_code == 403
        confirmed = centre.post(address, {"confirm-code": reserve.pop()}, follow=True)
        assert confirmed.redirect_chain == [(page, 302)]
        assert "Ora premi di nuovo" in confirmed.content.decode()
        assert centre.post(address)["Content-Type"] == "application/pdf"


def test_words_that_look_like_orders_to_the_typesetter_are_printed_as_words(
    centre: Client, case: str, region: Region
) -> None:
    evil = '#read("/etc/passwd") *x* $y$'
    Service.objects.filter(pk=region.services["ed"].pk).update(name=evil)
    assert evil in read(centre.post(f"{case}accessi/stampa/"))[1]


def test_a_paper_whose_printing_cannot_be_written_down_is_not_made(
    centre: Client, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    insert = rows.insert

    def refused(model: type, *rest: object, **named: object) -> int:
        if model is AuditEntry:
            raise OperationalError("permission denied for table audit_entry")
        return insert(model, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(rows, "insert", refused)
    assert centre.post(f"{case}accessi/stampa/").status_code == 503
