# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scaffale as people use it: one brings, another approves, everybody of the field reads."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import protocols as texts
from tests.factories.files import CANARY, EICAR, a_pdf_with_a_script, a_photograph
from tests.factories.papers import an_office_document, an_open_document
from tests.factories.region import prove_two_factors
from tests.factories.scanners import a_scanner

from approdo.access.rules import ROLE_PERMISSIONS, Actor, Permission, Role
from approdo.accounts.models import Operator
from approdo.audit.models import Entry
from approdo.kit import clock
from approdo.networks.models import Membership, Network, NetworkTerritory, Organisation
from approdo.notifications.models import Message
from approdo.protocols import services
from approdo.protocols.models import Draft, Edition, ShelfItem

SHELF = "/rete/scaffale/varese/"
NEW, GLOSSARY = f"{SHELF}carica/", f"{SHELF}glossario/"


def said(response):
    """What a person reads on the page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def signed_in(service, role, name):
    person = Operator.objects.create_user(f"{name}@lago.example", "una frase lunga", display_name=name.title())
    Membership.objects.create(operator=person, service=service, role=role)
    browser = Client()
    browser.force_login(person)
    prove_two_factors(browser, person)
    browser.get("/servizio/")
    return browser


@pytest.fixture
def first(sign_in):
    return sign_in("coordinator")


@pytest.fixture
def second(region):
    return signed_in(region.services["coordinator"], Role.NETWORK_COORDINATOR, "seconda")


def brought(browser, content=None, page=NEW, **changes):
    file = SimpleUploadedFile("Maria Rossi.docm", content or an_office_document())
    said = {"kind": "form", "title": "Modulo di consenso", "language": "it", "note": "La prima volta.", "file": file}
    return browser.post(page, said | changes, follow=True)


def waiting():
    row = Edition.objects.latest("pk")
    return f"{SHELF}{row.item_id}/v/{row.pk}/"


def send(browser, act, page=None, **more):
    counter = Edition.objects.latest("pk").counter
    return browser.post(page or waiting(), {"act": act, "counter": counter, **more}, follow=True)


def test_one_brings_another_approves_and_everybody_finds_it_first_with_both_names(first, second, sign_in):
    assert "Va sullo scaffale quando un'altra persona lo approva" in said(brought(first))
    nurse = sign_in("ed")
    assert "Nessun modulo" in said(nurse.get(SHELF))
    assert "Aspetta la tua approvazione" in said(second.get("/"))
    assert "Può approvarlo: Seconda" in said(first.get(waiting()))
    assert "Approvato" in said(send(second, "approve"))
    words = said(nurse.get(SHELF))
    assert "Modulo di consenso DOCX versione 1, proposta da Persona 3, approvata da Seconda il" in words
    assert "Attivazione urgente" in words  # the protocols stand beside, from where they are published
    page = nurse.get(f"{SHELF}{ShelfItem.objects.get().pk}/")
    assert "La prima volta." in said(page)
    assert "Ritira" not in said(page)


def test_others_are_told_that_there_is_something_and_never_what(first, second):
    brought(first)
    assert set(Message.objects.values_list("template", flat=True)) == {"notice"}
    assert not any("Modulo" in str(vars(one)) for one in Message.objects.all())


def test_who_brought_it_cannot_approve_it(first):
    brought(first)
    page = first.get(waiting())
    assert 'value="approve"' not in page.content.decode()
    assert "serve un'altra persona" in said(send(first, "approve"))
    assert Edition.objects.get().state == "proposed"


def test_what_comes_back_says_why_and_is_brought_again(first, second):
    brought(first)
    assert send(second, "send_back", reason=" ").status_code == 422
    send(second, "send_back", reason="Manca la data.")
    assert "È tornato indietro" in said(first.get("/"))
    assert "Manca la data." in said(first.get(waiting()))
    again = f"{SHELF}{ShelfItem.objects.get().pk}/carica/"
    brought(first, an_open_document(), again)
    assert "Approvato" in said(send(second, "approve"))
    assert Edition.objects.get().file_type == "odt"


def test_a_file_leaves_as_a_file_that_runs_nothing_under_a_name_that_says_nothing(first, second, sign_in):
    content = an_office_document()
    brought(first, content)
    send(second, "approve")
    answer = sign_in("ed").get(f"{waiting()}file/")
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"] == 'attachment; filename="documento.docx"'
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "Maria" not in str([vars(one) for one in Edition.objects.defer("content")])


def test_of_a_pdf_only_what_the_eye_sees_is_kept(first):
    brought(first, a_pdf_with_a_script())
    kept = bytes(Edition.objects.get().content)
    assert kept.startswith(b"%PDF-")
    assert not any(hidden in kept for hidden in (CANARY, b"/JavaScript", b"/Launch", b"/OpenAction"))


@pytest.mark.parametrize(
    ("content", "words", "traced"),
    [
        (a_photograph(), "Questo file è altro", False),
        (an_office_document(more={"word/vbaProject.bin": b"x"}), "si avvia o si collega da sé", True),
        (b"PK\x03\x04rotto", "Il file non si legge", False),
    ],
)
def test_a_file_that_is_not_taken_is_refused_beside_its_field_and_nothing_is_kept(first, content, words, traced):
    answer = brought(first, content)
    assert answer.status_code == 422
    assert words in said(answer)
    assert not ShelfItem.objects.exists()
    assert Entry.objects.filter(verb="shelf.refuse").exists() is traced


def test_what_the_scanner_finds_is_refused_and_while_it_is_silent_nothing_is_taken(first, settings):
    with a_scanner() as (settings.SCANNER, _scanner):
        assert "antivirus ha trovato" in said(brought(first, EICAR))
    settings.SCANNER = "unix:/nowhere/at/all"
    assert brought(first).status_code == 503
    assert not ShelfItem.objects.exists()


def test_ten_megabytes_are_refused(first):
    answer = brought(first, b"x" * 10_000_000)
    assert (answer.status_code, "troppo grande" in said(answer)) == (422, True)


@pytest.mark.parametrize("field", ["kind", "title", "language", "note", "file"])
def test_nothing_may_be_left_out(first, field):
    answer = brought(first, **{field: ""})
    assert answer.status_code == 422
    assert not ShelfItem.objects.exists()


def test_the_page_on_which_one_brings_says_that_nothing_of_a_case_goes_there(first):
    assert "niente di un percorso" in said(first.get(NEW))


def glossary(first):
    return first.post(GLOSSARY, follow=True)


def test_the_glossary_begins_with_the_shipped_words_and_is_written_by_filling_a_page_in(first, second, sign_in):
    page = glossary(first)
    assert "Casa rifugio" in said(page).replace("casa", "Casa")
    count = len(Edition.objects.get().entries)
    new = f"{waiting()}voci/{count + 1}/"
    word = {"term": "Ascolto", "meaning": "Stare zitte.", "word_en": "listening", "word_fr": "écoute", "counter": "1"}
    assert "Salvato nel glossario" in said(first.post(new, word, follow=True))
    assert "Questo termine c'è già" in said(first.post(new[:-3] + f"{count + 2}/", word | {"counter": "2"}))
    send(first, "propose", note="Una voce in più.")
    assert "Approvato" in said(send(second, "approve"))
    nurse = sign_in("ed")
    item = ShelfItem.objects.get()
    assert "Ascolto" in said(nurse.get(f"{SHELF}{item.pk}/"))
    table = b"".join(nurse.get(f"{waiting()}file/").streaming_content).decode()
    assert table.startswith("\ufefftermine;significato;en;fr")
    assert "Ascolto;Stare zitte.;listening;écoute" in table


def test_who_saves_second_is_told_and_finds_her_words(first, second):
    glossary(first)
    entry = f"{waiting()}voci/1/"
    first.post(entry, {"term": "a", "meaning": "uno", "counter": "1"})
    answer = second.post(entry, {"term": "b", "meaning": "le mie parole", "counter": "1"})
    assert answer.status_code == 409
    assert "Nel frattempo" in said(answer)
    assert "le mie parole" in answer.content.decode()


def test_a_word_is_taken_out(first):
    glossary(first)
    count = len(Edition.objects.get().entries)
    first.post(f"{waiting()}voci/1/", {"act": "remove", "counter": "1"})
    assert len(Edition.objects.get().entries) == count - 1
    assert first.get(f"{waiting()}voci/{count + 5}/").status_code == 404


def test_what_is_withdrawn_says_why_and_stays_readable(first, second, sign_in):
    brought(first)
    send(second, "approve")
    item = f"{SHELF}{ShelfItem.objects.get().pk}/"
    assert second.post(f"{item}ritira/", {"reason": ""}).status_code == 422
    second.post(f"{item}ritira/", {"reason": "La Regione ne ha uno suo."})
    nurse = sign_in("ed")
    assert "Ritirati (1)" in said(nurse.get(SHELF))
    assert "La Regione ne ha uno suo." in said(nurse.get(item))
    assert nurse.get(f"{waiting()}file/").status_code == 200


@pytest.mark.parametrize("role", Role)
def test_who_reads_and_who_writes_is_by_role(first, second, region, role):
    brought(first)
    send(second, "approve")
    browser = signed_in(region.services["centre"], role, "qualcuna")
    item = ShelfItem.objects.get().pk
    reads, writes = (one in ROLE_PERMISSIONS[role] for one in (Permission.READ_PROTOCOL, Permission.PUBLISH_PROTOCOL))
    for page in (SHELF, f"{SHELF}{item}/", f"{waiting()}file/"):
        assert browser.get(page).status_code == (200 if reads else 403)
    for page in (NEW, f"{SHELF}{item}/carica/", waiting()):
        assert browser.get(page).status_code == (200 if writes else 403)
    for page in (GLOSSARY, f"{SHELF}{item}/ritira/"):
        assert browser.post(page).status_code in ({302, 422} if writes else {403})


def test_another_network_has_no_shelf_here(first, region):
    Network.objects.create(code="altra", name="Altra rete")
    for network in ("altra", "niente"):
        assert first.get(f"/rete/scaffale/{network}/").status_code == 404
        assert brought(first, page=f"/rete/scaffale/{network}/carica/").status_code == 404


def test_bad_addresses_and_acts_are_not_found(first):
    brought(first)
    for page in (f"{SHELF}{10**30}/", f"{SHELF}1/v/{10**30}/", f"{waiting()}voci/1/"):
        assert first.get(page).status_code == 404
    assert send(first, "\x00").status_code == 404


# --- another network's protocol, and a version that is withdrawn -----------------------------------------------------


@pytest.fixture
def theirs(region):
    """What holds in another network of the installation."""
    other = Network.objects.create(code="altra", name="Rete Altra")
    organisation = Organisation.objects.create(name="Altra", kind="association")
    organisation.networks.add(other)
    actor = Actor(
        region.operators["coordinator"].pk, organisation.pk, region.services["coordinator"].pk, Role.NETWORK_COORDINATOR
    )
    NetworkTerritory.objects.create(network=other, municipality_id="016024")
    calls = (texts.call(), texts.call("minori", "child_protection", needs=["children"]))
    return services.publish(
        actor=actor,
        network_code="altra",
        text=texts.text(*calls, network="altra", name="Come fanno loro"),
        now=clock.now(),
    )


def test_what_another_network_does_becomes_a_draft_that_says_where_it_is_from_and_what_does_not_fit(first, theirs):
    page = first.get("/rete/protocolli/varese/adotta/")
    assert "Come fanno loro" in said(page)
    draft = first.post("/rete/protocolli/varese/adotta/", {"version": theirs.version_id}, follow=True)
    words = said(draft)
    assert "modello adottato da Rete Altra: «Come fanno loro», versione 1" in words
    assert "Nella tua rete manca un servizio «Tutela minori»" in words
    assert Draft.objects.get().adopted_from_id == theirs.version_id
    assert first.post("/rete/protocolli/varese/adotta/", {"version": "niente"}).status_code == 404


def test_the_comparison_says_beside_a_network_where_its_model_is_from(first, theirs, region):
    writer, said_to = region.actor("coordinator"), {"network_code": "varese", "now": clock.now()}
    draft_id = services.adopt(actor=writer, version_id=theirs.version_id, **said_to)
    which = said_to | {"draft_id": draft_id}
    services.save_draft(
        actor=writer, counter=1, change=lambda made: made | {"code": "urgenza", "calls": made["calls"][:1]}, **which
    )
    services.propose(actor=writer, counter=2, effective_from=None, **which)
    services.approve(actor=texts.another(writer), counter=3, **which)
    origin = "modello adottato da Rete Altra: «Come fanno loro», versione 1"
    for page in ("/rete/confronto/", "/rete/protocolli/varese/p/urgenza/"):
        assert origin in said(first.get(page))
    assert origin not in said(first.get("/rete/protocolli/varese/p/urgenza/1/"))


def test_a_version_is_withdrawn_by_two_on_its_page(first, second, region, sign_in):
    texts.published(
        actor=region.actor("coordinator"),
        network_code="varese",
        text=texts.text(network="varese", code="urgenza", name="Nuova"),
        now=clock.now(),
    )
    page = "/rete/protocolli/varese/p/urgenza/2/"
    assert first.post(f"{page}ritira/", {"act": "ask", "reason": ""}).status_code == 422
    first.post(f"{page}ritira/", {"act": "ask", "reason": "Manca il rifugio."})
    assert "Manca il rifugio." in said(second.get(f"{page}ritira/"))
    alone = first.post(f"{page}ritira/", {"act": "withdraw", "counter": "1"}, follow=True)
    assert "serve un'altra persona" in said(alone)
    assert "Versione ritirata" in said(second.post(f"{page}ritira/", {"act": "withdraw", "counter": "1"}, follow=True))
    nurse = sign_in("ed")
    assert "La versione 2 è stata ritirata il" in said(nurse.get(page))
    assert "Attivazione urgente" in said(nurse.get("/rete/protocolli/varese/p/urgenza/"))
    assert nurse.get(f"{page}ritira/").status_code == 403
