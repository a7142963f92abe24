# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Strumenti as people load them: a file and its key, what is wrong with it, two persons, everybody reads."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from tests.factories.instruments import KEY, LICENSED, LICENSEE, as_file, sealed
from tests.factories.protocols import another
from tests.factories.region import Region, prove_two_factors

from approdo.accounts.models import Operator
from approdo.kit import clock
from approdo.networks.models import Network
from approdo.protocols.rules import write
from approdo.risk.models import LoadedInstrument
from approdo.risk.rules import beside, parse, to_questionnaire
from approdo.risk.selectors import shipped

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
LOAD, DASH = "/rete/strumenti/carica/varese/", LICENSED["dash"]
OPEN = DASH | {"code": "aperto", "title": "Uno strumento aperto"}
del OPEN["expires"]


def said(response: HttpResponse) -> str:
    """What a person reads on the page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.fixture
def first(sign_in: SignIn) -> Client:
    return sign_in("coordinator")


@pytest.fixture
def second(region: Region) -> Client:
    person = Operator.objects.get(pk=another(region.actor("coordinator")).operator_id)
    browser = Client()
    browser.force_login(person)
    prove_two_factors(browser, person)
    browser.get("/servizio/")
    return browser


def sent(browser: Client, content: bytes | None = None, key: str = "", **more: str) -> Any:
    file = SimpleUploadedFile("Maria Rossi.yaml", sealed(DASH) if content is None else content)
    return browser.post(LOAD, {"file": file, "licence_key": key, **more}, follow=True)


def page() -> str:
    return f"/rete/strumenti/caricati/{LoadedInstrument.objects.latest('pk').pk}/"


def press(browser: Client, act: str, **more: str) -> Any:
    return browser.post(page(), {"act": act, **more}, follow=True)


def approved(first: Client, second: Client, content: bytes | None = None, key: str = KEY) -> None:
    sent(first, content, key)
    press(first, "propose")
    assert "Approvato: da adesso la rete lo usa" in said(press(second, "approve"))


def leads(sign_in: SignIn, case: str) -> Client:
    """The browser of the centre, which leads the case now."""
    centre = sign_in("centre")
    centre.post(f"{case}conduce/", {"act": "take"})
    return centre


def test_it_is_read_whole_proposed_approved_by_another_and_found_by_everybody(
    first: Client, second: Client, sign_in: SignIn
) -> None:
    shown = said(sent(first, key=KEY))
    assert "Leggilo tutto, poi proponilo" in shown
    for item in DASH["items"]:
        assert item["text"] in shown
    assert "violence → alto" in shown
    assert LICENSEE in shown
    nurse = sign_in("ed")
    assert "DASH" not in said(nurse.get("/rete/strumenti/"))
    assert nurse.get("/rete/strumenti/dash/").status_code == 404
    assert nurse.get(page()).status_code == 403
    press(first, "propose")
    assert "Può approvarlo: Accanto Persona" in said(first.get(page()))
    assert "Aspetta la tua approvazione" in said(second.get("/"))
    assert "Approvato" in said(press(second, "approve"))
    assert DASH["title"] in said(nurse.get("/rete/strumenti/"))
    read = said(nurse.get("/rete/strumenti/dash/"))
    for words in (LICENSEE, "31/12/2027", "Caricato da Persona 3", "Approvato da Accanto Persona", DASH["licence"]):
        assert words in read
    assert "Ritira questo strumento" not in read
    assert "Ritira questo strumento" in said(first.get("/rete/strumenti/dash/"))


def test_who_loaded_it_sees_no_button_to_approve_and_pressing_it_anyway_does_nothing(first: Client) -> None:
    sent(first, key=KEY)
    press(first, "propose")
    assert 'value="approve"' not in first.get(page()).content.decode()
    assert "serve un'altra persona" in said(press(first, "approve"))
    assert LoadedInstrument.objects.get().state == "proposed"


def test_what_is_wrong_is_said_with_its_line_and_nothing_is_kept(first: Client) -> None:
    text = as_file(DASH).replace(b"scorer: sentinel_or_count", b"scorer: average")
    line = next(n for n, one in enumerate(text.splitlines(), 1) if one.startswith(b"scorer"))
    answer = sent(first, text)
    assert answer.status_code == 422
    assert f"Riga {line} : Qui non va bene: «average»." in said(answer)
    assert "Non è stato conservato niente" in said(answer)
    assert not LoadedInstrument.objects.exists()


@pytest.mark.parametrize(
    ("content", "key", "sentence"),
    [
        (sealed(DASH), "", "Questo file è sigillato: serve la chiave della licenza."),
        (sealed(DASH), KEY + "x", "la chiave è un'altra, o il file è stato cambiato."),
        (as_file(DASH | {"bands": DASH["bands"][:1]}), "", "Le fasce devono andare da 0 a 24."),
        (b"a: &a [*a]", "", "Gli ancoraggi e i rimandi"),
        (b"x" * 600_000, "", "Il file è troppo grande per essere uno strumento."),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(
    first: Client, content: bytes, key: str, sentence: str
) -> None:
    answer = sent(first, content, key)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert not LoadedInstrument.objects.exists()


def test_the_key_is_never_on_a_page(first: Client) -> None:
    wrong = KEY + "sbagliata"
    assert wrong not in sent(first, key=wrong).content.decode()


def test_a_hundred_megabytes_are_refused_before_anything_is_read(first: Client) -> None:
    answer = first.post(LOAD, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="100000000")
    assert answer.status_code == 413


def test_a_questionnaire_comes_in_with_what_is_written_beside_it_and_says_what_it_leaves_out(
    first: Client, second: Client
) -> None:
    resource = to_questionnaire(OPEN)
    resource["item"].insert(0, {"linkId": "d", "type": "display", "text": "Leggi piano"})
    answer = sent(first, json.dumps(resource).encode(), beside=write(beside(OPEN)))
    assert "Del file è rimasto fuori: item[0] : Questo testo non è una domanda" in said(answer)
    press(first, "propose")
    assert "Leggi piano" in said(second.get(page())), "who approves reads it too"
    press(second, "approve")
    made = parse(LoadedInstrument.objects.get().document)
    assert (made.items, made.sentinels, made.bands) == (parse(OPEN).items, parse(OPEN).sentinels, parse(OPEN).bands)


def test_what_is_wrong_in_a_questionnaire_is_said_at_its_item_and_what_was_written_is_still_there(
    first: Client,
) -> None:
    resource = to_questionnaire(OPEN)
    resource["item"][3] |= {"type": "text", "answerOption": []}
    del resource["item"][3]["answerOption"]
    answer = sent(first, json.dumps(resource).encode(), beside=write(beside(OPEN)))
    assert "item[3] : Una domanda di tipo «text»" in said(answer)
    assert "purpose: danger" in said(answer)


def test_everybody_takes_away_a_questionnaire_but_for_a_text_that_was_licensed_to_the_network(
    first: Client, second: Client, sign_in: SignIn
) -> None:
    approved(first, second)
    approved(first, second, as_file(OPEN), "")
    nurse = sign_in("ed")
    for code, document in {"da5": shipped()["da5"], "aperto": OPEN}.items():
        answer = nurse.get(f"/rete/strumenti/{code}/fhir/")
        assert answer["Content-Type"] == "application/fhir+json; charset=utf-8"
        assert json.loads(answer.content) == to_questionnaire(document)
        assert "/fhir/" in nurse.get(f"/rete/strumenti/{code}/").content.decode()
    assert nurse.get("/rete/strumenti/dash/fhir/").status_code == 404
    assert "/fhir/" not in nurse.get("/rete/strumenti/dash/").content.decode()


def test_it_is_withdrawn_with_a_reason_that_the_others_read(first: Client, second: Client, sign_in: SignIn) -> None:
    approved(first, second)
    assert press(second, "withdraw", reason=" ").status_code == 422
    assert "Ritirato" in said(press(second, "withdraw", reason="Una domanda è scritta male."))
    assert "Una domanda è scritta male." in said(first.get("/rete/strumenti/"))
    assert sign_in("ed").get("/rete/strumenti/dash/").status_code == 404


def test_what_one_has_only_loaded_she_drops_without_a_reason(first: Client) -> None:
    sent(first, key=KEY)
    assert "Ritirato" in said(press(first, "withdraw"))
    assert LoadedInstrument.objects.get().state == "withdrawn"


def test_a_button_that_is_not_there_finds_nothing(first: Client) -> None:
    sent(first, key=KEY)
    assert press(first, "save").status_code == 404


def test_when_the_licence_has_run_out_pages_say_so_and_offer_it_no_more(
    sign_in: SignIn, region: Region, case: str
) -> None:
    hands = {"loaded_by": region.operators["coordinator"], "approved_by": region.operators["ed"]}
    LoadedInstrument.objects.create(
        network=Network.objects.get(),
        code="dash",
        version=DASH["version"],
        document=DASH | {"expires": "2026-01-31"},
        state="in_force",
        **dict.fromkeys(("loaded_at", "proposed_at", "approved_at"), clock.now()),
        **hands,
    )
    nurse = leads(sign_in, case)
    assert "licenza scaduta" in said(nurse.get("/rete/strumenti/"))
    assert "La licenza è scaduta il 31/01/2026" in said(nurse.get("/rete/strumenti/dash/"))
    assert "dash" not in nurse.get(f"{case}valutazioni/").content.decode()
    answer = nurse.post(f"{case}valutazioni/nuova/lei/dash/", {"item-strangulation": "yes"})
    assert answer.status_code == 422
    assert "La licenza è scaduta il 2026-01-31: chiedine una nuova prima di usarlo." in said(answer)
    assert not re.search(r"valutazioni/[0-9a-f-]{36}/", nurse.get(f"{case}valutazioni/").content.decode())


def test_a_sheet_carries_the_version_whose_questions_it_asks(
    first: Client, second: Client, sign_in: SignIn, case: str
) -> None:
    approved(first, second)
    centre, sheet = leads(sign_in, case), f"{case}valutazioni/nuova/lei/dash/"
    assert f'name="version" value="{DASH["version"]}"' in centre.get(sheet).content.decode()
    answer = centre.post(sheet, {"item-strangulation": "yes", "version": "prova-0"})
    assert answer.status_code == 422
    assert "rileggi le domande" in said(answer)
    assert re.search(r'name="item-strangulation" value="yes" checked', answer.content.decode())
    assert centre.post(sheet, {"item-strangulation": "yes", "version": DASH["version"]}).status_code == 302
