# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import protocols as texts
from tests.factories.region import prove_two_factors

from approdo.access.rules import ROLE_PERMISSIONS, Permission, Role
from approdo.accounts.models import Operator
from approdo.kit import clock
from approdo.networks.models import Membership, Network, Organisation, Service
from approdo.protocols import selectors
from approdo.protocols.models import Draft, ProtocolVersion
from approdo.protocols.rules import Need, read

LIST, FORM = "/rete/protocolli/", "/rete/protocolli/varese/carica/"
PAGE, FIRST = "/rete/protocolli/varese/p/urgenza/", "/rete/protocolli/varese/p/urgenza/1/"


def said(response):
    """What a person reads on the page, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def changed(**changes):
    return texts.text(network="varese", code="urgenza", **changes)


def publish(region, text):
    """Let two persons publish a text, from now on."""
    actor = region.actor("coordinator")
    return texts.published(actor=actor, network_code="varese", text=text, now=clock.now())


@pytest.fixture
def browser_as(region):
    """Return a function that signs somebody of a role in, at the centre of the small network."""

    def signed_in(role):
        person = Operator.objects.create_user(f"{role}@approdo.example", "una frase lunga", display_name="Persona 9")
        Membership.objects.create(operator=person, service=region.services["centre"], role=role)
        client = Client()
        client.force_login(person)
        prove_two_factors(client, person)
        client.get("/servizio/")
        return client

    return signed_in


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("page", [LIST, PAGE, FIRST, FIRST + "testo/"])
def test_a_protocol_is_read_by_the_roles_that_may(browser_as, role, page):
    expected = 200 if Permission.READ_PROTOCOL in ROLE_PERMISSIONS[role] else 403
    assert browser_as(role).get(page).status_code == expected


@pytest.mark.parametrize("role", Role)
def test_a_text_becomes_a_draft_by_the_roles_that_may_and_is_published_by_none(browser_as, role):
    browser = browser_as(role)
    may = Permission.PUBLISH_PROTOCOL in ROLE_PERMISSIONS[role]
    assert browser.get(FORM).status_code == (200 if may else 403)
    answer = browser.post(FORM, {"text": changed()})
    assert answer.status_code == (302 if may else 403)
    assert Draft.objects.count() == int(may)
    assert ProtocolVersion.objects.count() == 1


@pytest.mark.parametrize("role", [Role.CENTRE_OPERATOR, Role.ORGANISATION_COORDINATOR, Role.NETWORK_COORDINATOR])
def test_only_who_may_publish_is_offered_it(browser_as, role):
    offered = "/bozze/" in browser_as(role).get(LIST).content.decode()
    assert offered is (role is Role.NETWORK_COORDINATOR)


@pytest.mark.parametrize("page", [LIST, PAGE, FIRST, FIRST + "testo/", FORM])
def test_nobody_reads_without_signing_in(region, page):
    assert Client().get(page).status_code == 302


def test_the_list_says_what_is_in_force_and_what_is_coming(sign_in, region):
    tomorrow = clock.now() + timedelta(days=1)
    texts.published(
        actor=region.actor("coordinator"),
        network_code="varese",
        text=changed(name="Domani"),
        now=clock.now(),
        effective_from=tomorrow,
    )
    words = said(sign_in("ed").get(LIST))
    assert "Attivazione urgente" in words
    assert "versione 1, in vigore dal" in words
    assert "la versione 2 comincia il" in words


def test_the_page_says_who_is_called_for_what_and_when(sign_in):
    words = said(sign_in("ed").get(PAGE))
    for piece in (
        "Centro antiviolenza",
        "Casa rifugio",
        "Posto sicuro",
        "entro 15 minuti",
        "dopo 10 minuti: coordinatrice di rete",
        "poi di nuovo tutti, ogni 10 minuti",
        "SMS",
        "in vigore",
    ):
        assert piece in words


def test_the_drawing_has_a_mark_for_every_step_and_no_inline_style(sign_in):
    page = sign_in("ed").get(PAGE).content.decode()
    assert page.count("<circle") == 4
    assert "style=" not in page[page.index("<main") : page.index("</main")]


def test_english_and_italian_draw_the_same_numbers(sign_in):
    browser = sign_in("ed")
    drawn = [
        re.findall(
            r'(?:cx|x1|x2|viewBox)="[^"]*"', browser.get(PAGE, headers={"accept-language": language}).content.decode()
        )
        for language in ("it", "en")
    ]
    assert drawn[0] == drawn[1]
    assert not any("," in number for number in drawn[0])


@pytest.mark.parametrize("model", sorted(selectors.shipped()))
def test_a_text_becomes_a_draft_of_the_network_word_for_word(sign_in, model):
    browser = sign_in("coordinator")
    page = browser.post(FORM, {"text": selectors.shipped()[model]}, follow=True)
    assert "Il testo è diventato una bozza" in said(page)
    assert Draft.objects.get().document == read(selectors.shipped()[model]).document | {"network": "varese"}
    assert ProtocolVersion.objects.count() == 1


def test_a_text_with_points_to_mend_becomes_a_draft_that_says_them_and_cannot_be_proposed(sign_in):
    text = changed(calls=[texts.call(), texts.call("b", channels={"at_once": ["app"]})])
    page = sign_in("coordinator").post(FORM, {"text": text}, follow=True)
    assert "«b» non farebbe suonare nessun telefono" in said(page)
    address = page.redirect_chain[-1][0]
    assert sign_in("coordinator").post(address + "proponi/", {"act": "propose", "counter": "1"}).status_code == 422
    assert Draft.objects.get().state == "editing"


def test_what_no_page_could_show_is_refused_with_its_line_and_nothing_changes(sign_in):
    text = changed(calls=[texts.call(kind="hotel")])
    kind = text.splitlines().index("  kind: hotel")
    answer = sign_in("coordinator").post(FORM, {"text": text})
    assert answer.status_code == 422
    assert f"Riga {kind + 1} : «hotel» non è una parola conosciuta" in said(answer)
    assert "kind: hotel" in answer.content.decode()
    assert not Draft.objects.exists()


def test_an_uploaded_file_takes_the_place_of_the_text(sign_in):
    file = SimpleUploadedFile("p.yaml", changed(name="Dal file").encode())
    assert sign_in("coordinator").post(FORM, {"text": "niente", "file": file}).status_code == 302
    assert Draft.objects.get().document["name"] == "Dal file"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"text": ""},
        {"text": "\x00\x01"},
        {"text": "a: &x [*x]"},
        {"text": "[" * 90_000},
        {"text": "x" * 300_000},
        {"text": "<script>alert(1)</script>: 1"},
        {"text": "a: 1"},
    ],
)
def test_bad_input_is_answered_in_words(sign_in, form):
    answer = sign_in("coordinator").post(FORM, form)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"x" * 300_000, "è".encode("latin-1")])
def test_a_bad_file_is_answered_in_words(sign_in, content):
    answer = sign_in("coordinator").post(FORM, {"file": SimpleUploadedFile("p.yaml", content)})
    assert answer.status_code == 422


def test_ten_megabytes_are_refused_unread(sign_in):
    answer = sign_in("coordinator").post(FORM, {"text": "x" * 10_000_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "page",
    [
        "/rete/protocolli/altrove/carica/",
        "/rete/protocolli/altrove/p/urgenza/",
        "/rete/protocolli/varese/p/altro/",
        FIRST.replace("/1/", "/0/"),
        FIRST.replace("/1/", "/2/"),
        FIRST.replace("/1/", f"/{10**25}/"),
    ],
)
def test_what_does_not_exist_is_not_found(sign_in, page):
    assert sign_in("coordinator").get(page).status_code == 404


def test_another_networks_protocol_is_as_absent_as_one_that_does_not_exist(sign_in, region):
    other = Network.objects.create(code="altra", name="Altra rete")
    organisation = Organisation.objects.create(name="Altra", kind="association")
    organisation.networks.add(other)
    service = Service.objects.create(
        organisation=organisation, name="Altro", kind="support_centre", phone="+390000000009", always_open=True
    )
    person = Operator.objects.create_user("altra@approdo.example", "una frase lunga", display_name="Altra persona")
    Membership.objects.create(operator=person, service=service, role=Role.NETWORK_COORDINATOR)
    browser = Client()
    browser.force_login(person)
    prove_two_factors(browser, person)
    browser.get("/servizio/")
    hidden, absent = browser.get(PAGE), browser.get("/rete/protocolli/niente/p/urgenza/")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.content == absent.content
    assert browser.get(FORM).status_code == 404
    assert browser.post(FORM, {"text": changed()}).status_code == 404
    assert "Attivazione urgente" not in said(browser.get(LIST))


def test_an_older_version_says_that_it_no_longer_holds_and_what_changed(sign_in, region):
    browser = sign_in("coordinator")
    publish(region, changed(name="Nuova"))
    assert "non è più in vigore" in said(browser.get(FIRST))
    words = said(browser.get(PAGE))
    assert "Che cosa cambia nella versione 2" in words
    assert "Nome (cambia) Attivazione urgente Nuova" in words


@pytest.mark.parametrize("page", [LIST, PAGE, FORM])
def test_a_page_costs_few_queries(sign_in, django_assert_max_num_queries, page):
    browser = sign_in("coordinator")
    browser.get(page)
    with django_assert_max_num_queries(12):
        browser.get(page)


def test_every_need_is_named_as_on_the_tiles(sign_in, region):
    browser = sign_in("coordinator")
    calls = [texts.call(need.replace("_", "-"), needs=[str(need)]) for need in Need]
    publish(region, changed(calls=calls))
    words = said(browser.get(PAGE))
    assert all(label in words for label in ("Posto sicuro", "Colloquio ora", "Richiamata", "Ci sono minori"))
