# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The editor: pages that a person fills in, without scripts, and the document that comes of them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import protocols as texts
from tests.factories.pages import form_on
from tests.factories.region import prove_two_factors

from approdo.access.rules import Role
from approdo.accounts.models import Operator
from approdo.kit import clock
from approdo.networks.models import Membership
from approdo.notifications.models import Message
from approdo.protocols import selectors, services
from approdo.protocols.models import Draft, ProtocolVersion
from approdo.protocols.rules import digest, read

DRAFTS = "/rete/protocolli/varese/bozze/"
SHIPPED = sorted(selectors.shipped())


def said(response):
    """What a person reads on the page, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def send(browser, page, holding, *, without=(), **changes):
    """Send the form of a page as it stands but for some changes, and follow."""
    shown = browser.get(page)
    assert shown.status_code == 200, page
    action, fields = form_on(shown.content, holding)
    fields = {name: value for name, value in fields.items() if name not in without}
    return browser.post(action or page, fields | changes, follow=True)


def begun(browser, start):
    """The address of a draft just begun."""
    made = browser.post(DRAFTS, {"start": start})
    assert made.status_code == 302
    return f"{DRAFTS}{Draft.objects.latest('pk').pk}/"


def document():
    return Draft.objects.latest("pk").document


def shipped(model):
    return read(services.addressed(selectors.shipped()[model], "varese")).document


@pytest.fixture
def coordinator(sign_in):
    return sign_in("coordinator")


@pytest.fixture
def second(region):
    """Another coordinator of the network, with her browser."""
    person = Operator.objects.create_user("seconda@lago.example", "una frase lunga", display_name="Seconda Persona")
    service = region.services["coordinator"]
    Membership.objects.create(operator=person, service=service, role=Role.NETWORK_COORDINATOR)
    browser = Client()
    browser.force_login(person)
    prove_two_factors(browser, person)
    browser.get("/servizio/")
    return browser


@pytest.mark.parametrize("model", SHIPPED)
def test_pages_that_are_sent_untouched_change_nothing(coordinator, model):
    page = begun(coordinator, model)
    before = document()
    assert before == shipped(model)
    pieces = [
        "nome/",
        "invii/",
        "valutazioni/",
        "uscita/",
        *(f"chiamate/{n + 1}/" for n in range(len(before["calls"]))),
    ]
    pieces += [f"percorso/{n + 1}/" for n in range(len(before["pathway"]))]
    for piece in pieces:
        assert send(coordinator, page + piece, "counter").status_code == 200
    assert document() == before
    assert Draft.objects.get().counter == 1 + len(pieces)


def test_a_draft_begins_from_what_is_in_force(coordinator):
    page = begun(coordinator, "v-urgenza-1")
    assert document() == ProtocolVersion.objects.get().document
    assert "comincia dalla versione 1" in said(coordinator.get(page))


def test_a_blank_sheet_says_what_is_missing_in_words(coordinator):
    page = begun(coordinator, "")
    words = said(coordinator.get(page))
    assert "Bozza senza nome" in words
    assert "Mancano ancora 2 punti" in words
    send(coordinator, page + "nome/", "counter", name="Chi chiamiamo di notte")
    assert document()["code"] == "chi-chiamiamo-di-notte"
    assert "Manca ancora un punto" in said(coordinator.get(page))


def test_a_call_with_errors_is_kept_and_each_is_said_at_its_place(coordinator):
    page = begun(coordinator, "")
    answer = send(coordinator, page + "chiamate/1/", "counter", kind="shelter", answer_within_minutes="300")
    assert "Salvato nella bozza" in said(answer)
    assert document()["calls"][0]["key"] == "casa-rifugio"
    words = said(coordinator.get(page + "chiamate/1/"))
    assert "300 è troppo: il massimo è 120." in words
    assert "Manca: ogni quanti minuti si ricomincia." in words
    assert "repeat_minutes" not in re.sub(r'(name|id|for|href|aria-describedby)="[^"]*"', "", words)


def test_a_word_where_a_number_goes_is_refused_and_still_there(coordinator):
    page = begun(coordinator, SHIPPED[0]) + "chiamate/1/"
    before = document()
    answer = send(coordinator, page, "counter", answer_within_minutes="mai")
    assert answer.status_code == 422
    assert 'value="mai"' in answer.content.decode()
    assert document() == before


@pytest.mark.parametrize(
    ("act", "left"),
    [
        ("up-1", ["second_on_call", "first_on_call", "service_line", "coordinator"]),
        ("down-0", ["second_on_call", "first_on_call", "service_line", "coordinator"]),
        ("up-0", ["first_on_call", "second_on_call", "service_line", "coordinator"]),
        ("remove-2", ["first_on_call", "second_on_call", "coordinator"]),
        ("add", ["first_on_call", "second_on_call", "service_line", "coordinator", None]),
        ("add-7-x", ["first_on_call", "second_on_call", "service_line", "coordinator", None]),
        ("down-99", ["first_on_call", "second_on_call", "service_line", "coordinator"]),
        ("nothing", ["first_on_call", "second_on_call", "service_line", "coordinator"]),
    ],
)
def test_the_chain_is_changed_by_its_buttons_and_nothing_typed_is_lost(coordinator, act, left):
    page = begun(coordinator, "citta-centro-24-ore") + "chiamate/1/"
    send(coordinator, page, "act", act=act, repeat_minutes="7")
    call = document()["calls"][0]
    assert [step.get("to") for step in call["escalation"]] == left
    assert call["repeat_minutes"] == 7


def test_calls_are_moved_and_taken_away_and_what_waited_begins_at_once(coordinator):
    page = begun(coordinator, "citta-centro-24-ore")
    send(coordinator, page, "act", act="down-1")
    assert [call["key"] for call in document()["calls"]] == ["rifugio", "centro", "minori", "richiamata"]
    send(coordinator, page, "act", act="remove-2")
    assert "after" not in document()["calls"][-1]
    assert send(coordinator, page, "act", act="remove-9").status_code == 404


def test_what_waits_for_a_call_follows_its_new_name(coordinator):
    page = begun(coordinator, "citta-centro-24-ore")
    send(coordinator, page + "chiamate/1/", "counter", key="Il Centro")
    assert document()["calls"][0]["key"] == "il-centro"
    assert document()["calls"][-1]["after"] == "il-centro"


def test_kinds_of_the_network_come_first_and_the_others_are_said_to_be_missing(coordinator):
    page = coordinator.get(begun(coordinator, "") + "chiamate/1/").content.decode()
    assert page.index('<optgroup label="Nella tua rete">') < page.index('<optgroup label="Nella rete non c&#x27;è">')
    assert "Tutela minori (nella rete non c&#x27;è)" in page
    assert "Casa rifugio (nella rete" not in page


def test_the_second_of_two_is_told_and_loses_nothing(coordinator, second):
    page = begun(coordinator, "citta-centro-24-ore")
    address = page + "chiamate/2/"
    _action, hers = form_on(second.get(address).content, "counter")
    send(coordinator, address, "counter", answer_within_minutes="25")
    answer = second.post(address, hers | {"answer_within_minutes": "40"})
    assert answer.status_code == 409
    words = said(answer)
    assert "ha salvato la bozza" in words
    assert "entro 25 minuti" in words, "what is there now stands beside"
    assert 'value="40"' in answer.content.decode()
    assert document()["calls"][1]["answer_within_minutes"] == 25
    action, again = form_on(answer.content, "counter")
    second.post(action, again)
    assert document()["calls"][1]["answer_within_minutes"] == 40


def test_a_call_that_moved_meanwhile_is_found_by_its_name(coordinator, second):
    page = begun(coordinator, "citta-centro-24-ore")
    _action, hers = form_on(second.get(page + "chiamate/2/").content, "counter")
    send(coordinator, page, "act", act="remove-1")
    answer = second.post(page + "chiamate/2/", hers | {"answer_within_minutes": "40"})
    action, again = form_on(answer.content, "counter")
    second.post(action, again)
    assert next((c["key"], c["answer_within_minutes"]) for c in document()["calls"]) == ("rifugio", 40)


STANDING = {
    "nome/": "Nome Un altro nome",
    "invii/": "ordinario sollecito dopo 48 ore",
    "valutazioni/": "alto ogni 7 giorni",
    "uscita/": "basso Le informazioni sul centro e sui servizi, a voce, Che il centro la incontri o la richiami",
}


@pytest.mark.parametrize("piece", STANDING)
def test_the_other_pages_tell_her_too(coordinator, second, piece):
    page = begun(coordinator, "citta-centro-24-ore")
    _action, hers = form_on(second.get(page + piece).content, "counter")
    send(coordinator, page + "nome/", "counter", name="Un altro nome")
    answer = second.post(page + piece, hers)
    assert answer.status_code == 409
    assert STANDING[piece] in said(answer)
    assert document()["name"] == "Un altro nome"


def test_a_text_is_not_loaded_over_what_another_has_just_written(coordinator, second):
    page = begun(coordinator, SHIPPED[0])
    _action, hers = form_on(second.get(page + "testo/carica/").content, "text")
    send(coordinator, page + "nome/", "counter", name="Un altro nome")
    answer = second.post(
        page + "testo/carica/", hers | {"text": services.addressed(selectors.shipped()[SHIPPED[1]], "x")}
    )
    assert answer.status_code == 409
    assert "il testo prende il posto anche di quello" in said(answer)
    assert document()["name"] == "Un altro nome"


@pytest.mark.parametrize("model", SHIPPED)
def test_what_is_downloaded_can_be_loaded_into_another_draft(coordinator, model):
    text = coordinator.get(begun(coordinator, model) + "testo/").content.decode()
    page = begun(coordinator, "")
    send(coordinator, page + "testo/carica/", "text", text=text)
    assert document() == shipped(model)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Il testo non contiene un protocollo"),
        ("a: [", "non è YAML valido"),
        ("name: A\ncalls: 3", "Qui ci vuole un elenco"),
        ("name: A\nurgent: true", "La voce «urgent» non esiste"),
        ("name: A\ncalls: [{kind: hotel}]", "«hotel» non è una parola conosciuta"),
        ("format: 2", "qui si scrive 1"),
    ],
)
def test_a_text_that_no_page_could_show_is_refused_in_words(coordinator, text, sentence):
    page = begun(coordinator, SHIPPED[0])
    before = document()
    answer = send(coordinator, page + "testo/carica/", "text", text=text)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert document() == before


def test_own_hours_of_referrals_are_written_and_taken_back(coordinator):
    page = begun(coordinator, SHIPPED[0]) + "invii/"
    send(coordinator, page, "counter", **{"urgent-own": "on", "urgent-close_after_hours": "99"})
    (hours,) = document()["referrals"]
    assert (hours["urgency"], hours["close_after_hours"], hours["remind_after_hours"]) == ("urgent", 99, 12)
    send(coordinator, page, "counter", without=["urgent-own"])
    assert "referrals" not in document()


def test_another_approves_and_what_is_published_is_what_was_proposed(coordinator, second, region):
    page = begun(coordinator, "citta-centro-24-ore")
    Message.objects.all().delete()
    assert "Seconda Persona" in said(coordinator.get(page + "proponi/"))
    send(coordinator, page + "proponi/", "act", act="propose")
    assert Message.objects.exists()
    told = Operator.objects.filter(pk__in=Message.objects.values("recipient_operator_id"))
    assert [one.email for one in told] == ["seconda@lago.example"]
    assert "Una bozza aspetta la tua approvazione" in said(second.get("/"))
    assert "aspetta la tua approvazione" not in said(coordinator.get("/"))
    words = said(second.get(page + "approva/"))
    assert "Che cosa cambia" in words
    assert "Prova sulle attivazioni passate" in words
    assert "chiamate che nessuno sente" in words
    published = send(second, page + "approva/", "act", act="approve")
    assert "pubblicata la versione 2" in said(published)
    version = ProtocolVersion.objects.get(number=2)
    assert version.digest == digest(shipped("citta-centro-24-ore"))
    assert version.published_by.email == "seconda@lago.example"
    assert "proposta da Persona 3, approvata da Seconda Persona" in said(published)
    assert "aspetta la tua approvazione" not in said(second.get("/"))


def test_who_wrote_it_is_told_that_she_cannot_approve_it(coordinator, second):
    page = begun(coordinator, SHIPPED[0])
    send(coordinator, page + "proponi/", "act", act="propose")
    answer = coordinator.post(page + "approva/", {"act": "approve", "counter": "2", "even_so": "2"}, follow=True)
    assert "serve un'altra persona" in said(answer).replace("&#x27;", "'")
    assert ProtocolVersion.objects.count() == 1


def test_alone_she_reads_whom_to_ask(coordinator):
    page = begun(coordinator, SHIPPED[0])
    assert "nessun'altra persona può approvarla" in said(coordinator.get(page + "proponi/")).replace("&#x27;", "'")


def test_sent_back_it_carries_the_reason_and_may_be_written_again(coordinator, second):
    page = begun(coordinator, SHIPPED[0])
    send(coordinator, page + "proponi/", "act", act="propose")
    assert "Riprendila" in said(coordinator.get(page))
    assert "non si scrive" in said(coordinator.get(page + "nome/", follow=True))
    assert send(second, page + "approva/", "reason", act="send_back").status_code == 422
    send(second, page + "approva/", "reason", act="send_back", reason="Di notte il centro è chiuso")
    assert "Di notte il centro è chiuso" in said(coordinator.get(page))
    assert "È tornata indietro" in said(coordinator.get("/"))
    send(coordinator, page + "nome/", "counter", name="Altro")
    assert "È tornata indietro" not in said(coordinator.get("/"))


def test_what_was_proposed_is_taken_back_or_withdrawn_by_who_proposed_it(coordinator, second):
    page = begun(coordinator, SHIPPED[0])
    send(coordinator, page + "proponi/", "act", act="propose")
    second.post(page + "atto/", {"act": "withdraw", "counter": "2"})
    assert Draft.objects.get().state == "proposed"
    send(coordinator, page, "act", act="take_back")
    assert Draft.objects.get().state == "editing"
    counter = str(Draft.objects.get().counter)
    coordinator.post(page + "atto/", {"act": "withdraw", "counter": counter})
    assert "Nessuna bozza" in said(coordinator.get(DRAFTS))


def test_a_beginning_that_passed_while_it_waited_is_said_and_nothing_is_published(coordinator, second):
    page = begun(coordinator, SHIPPED[0])
    soon = (clock.now() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    send(coordinator, page + "proponi/", "act", act="propose", effective_from=soon)
    Draft.objects.update(effective_from=clock.now() - timedelta(minutes=1))
    answer = second.post(page + "approva/", {"act": "approve", "counter": "2", "even_so": "2"})
    assert answer.status_code == 422
    assert "già passato" in said(answer)
    assert ProtocolVersion.objects.count() == 1


def test_two_versions_stand_side_by_side_in_words(coordinator, region):
    texts.published(
        actor=region.actor("coordinator"),
        network_code="varese",
        text=texts.text(network="varese", code="urgenza", name="Nuova"),
        now=clock.now(),
    )
    compare = "/rete/protocolli/varese/confronta/"
    words = said(coordinator.get(compare, {"a": "v-urgenza-1", "b": "v-urgenza-2"}))
    for piece in ("Chiamata «centre» nuova", "Chiamata «rifugio» tolta", "entro 15 min", "Casa rifugio"):
        assert piece in words
    assert "escalation" not in words
    page = begun(coordinator, "v-urgenza-2")
    name = "b-" + page.rstrip("/").rpartition("/")[2]
    assert "Dicono la stessa cosa" in said(coordinator.get(compare, {"a": "v-urgenza-2", "b": name}))
    assert coordinator.get(compare, {"a": "v-urgenza-9", "b": name}).status_code == 404
    assert coordinator.get(compare, {"a": "x", "b": name}).status_code == 404


def test_who_only_reads_protocols_compares_versions_and_sees_no_draft(coordinator, sign_in):
    page = begun(coordinator, "v-urgenza-1")
    nurse, compare = sign_in("ed"), "/rete/protocolli/varese/confronta/"
    assert "bozza" not in said(nurse.get(compare))
    assert nurse.get(compare, {"b": "b-" + page.rstrip("/").rpartition("/")[2]}).status_code == 403
    assert nurse.get(page).status_code == 403


TIMES = {
    "extreme_hours": "24 ore",
    "high_hours": "3 giorni",
    "medium_hours": "2 settimane",
    "low_hours": "30 giorni",
    "not_assessable_hours": "3 giorni",
    "escalate_after_hours": "12 ore",
    "activate_from": "medium",
}


def test_a_network_writes_when_a_risk_is_assessed_again_and_goes_back_to_the_usual(coordinator):
    page = begun(coordinator, SHIPPED[0]) + "valutazioni/"
    assert "reviews" not in document()
    send(coordinator, page, "high_hours", own="on", **TIMES)
    assert document()["reviews"] == {
        "extreme_hours": 24,
        "high_hours": 72,
        "medium_hours": 336,
        "low_hours": 720,
        "not_assessable_hours": 72,
        "escalate_after_hours": 12,
        "activate_from": "medium",
    }
    assert "tempi della rete" in said(coordinator.get(page.removesuffix("valutazioni/")))
    send(coordinator, page, "high_hours", without=("own",))
    assert "reviews" not in document()


def test_times_out_of_order_are_kept_and_said(coordinator):
    page = begun(coordinator, SHIPPED[0]) + "valutazioni/"
    send(coordinator, page, "high_hours", own="on", **TIMES | {"high_hours": "1 ora"})
    assert document()["reviews"]["high_hours"] == 1
    assert "le ore non sono in ordine" in said(coordinator.get(page))
    overview = coordinator.get(page.removesuffix("valutazioni/"))
    assert f'href="{page}"' in overview.content.decode()
    assert "le ore non sono in ordine" in said(overview)


ALL = ["informed", "centre", "network", "safe_place", "stay"]
USUAL_EXITS = {"low": ["informed", "centre"], "medium": ALL, "high": ALL, "extreme": ALL, "not_assessed": ALL}


def test_a_network_writes_what_is_proposed_on_leaving_and_goes_back_to_the_usual(coordinator):
    page = begun(coordinator, "v-urgenza-1")
    assert "le proposte solite" in said(coordinator.get(page))
    send(coordinator, page + "uscita/", "low", own="on", at_least="12 ore", at_most="36")
    assert document()["exits"] == USUAL_EXITS | {"stay_hours": {"at_least": 12, "at_most": 36}}
    overview = said(coordinator.get(page))
    assert "proposte della rete" in overview
    assert "da 12 a 36 ore" in overview
    send(coordinator, page + "uscita/", "low", at_most="3 giorni")
    assert 'value="72 ore"' in coordinator.get(page + "uscita/").content.decode(), "a stay is said in hours"
    send(coordinator, page + "uscita/", "low", at_least="", at_most="")
    assert document()["exits"] == USUAL_EXITS
    send(coordinator, page + "uscita/", "low", without=("own",))
    assert "exits" not in document()


def test_the_order_is_changed_with_one_press_that_keeps_what_was_written(coordinator):
    page = begun(coordinator, "v-urgenza-1") + "uscita/"
    chosen = ["informed", "centre", "network", "stay"]
    answer = send(coordinator, page, "low", act="up-extreme-network", medium=chosen)
    assert document()["exits"]["extreme"] == ["informed", "network", "centre", "safe_place", "stay"]
    assert document()["exits"]["medium"] == chosen, "what was ticked stays ticked"
    assert answer.redirect_chain[0][0].endswith("uscita/#id_extreme")
    boxes = re.findall(r'name="extreme" value="([a-z_]+)"', answer.content.decode())
    assert boxes == ["informed", "network", "centre", "safe_place", "stay"]
    before = document()
    for act in ("up-extreme-informed", "up-low-network", "up-nobody-stay", "down-extreme-stay"):
        send(coordinator, page, "low", act=act)
        assert document() == before, act


def test_what_would_be_dangerous_is_kept_and_said_and_cannot_be_proposed(coordinator):
    page = begun(coordinator, "v-urgenza-1")
    send(coordinator, page + "uscita/", "low", own="on", low=["informed"], high=["informed", "centre", "stay"])
    assert document()["exits"]["low"] == ["informed"]
    for shown in (coordinator.get(page + "uscita/"), coordinator.get(page)):
        words = said(shown)
        assert "Rischio «basso»: manca «Che il centro la incontri o la richiami»" in words
        assert "Rischio «alto»: manca «Attivare la rete adesso»" in words
        assert "che si propone con un rischio «medio»" in words
    assert f'href="{page}uscita/"' in coordinator.get(page).content.decode()
    low = said(coordinator.get(page + "uscita/")).partition(" Rischio basso ")[2]
    assert low.startswith("Rischio «basso»: manca «Che il centro"), "each stands beside its class"
    send(coordinator, page + "uscita/", "low", without=("medium",))
    assert "Manca: che cosa si propone con un rischio medio." in said(coordinator.get(page))


def test_a_word_that_is_no_option_is_not_kept(coordinator):
    page = begun(coordinator, "v-urgenza-1") + "uscita/"
    answer = send(coordinator, page, "low", own="on", low=["informed", "centre", "taxi"], at_most="un po'")
    assert answer.status_code == 422
    assert "exits" not in document()
    assert "Scrivi quanto tempo" in said(answer)


def test_the_page_of_a_version_says_what_is_proposed_on_leaving(coordinator):
    words = said(coordinator.get("/rete/protocolli/varese/p/urgenza/1/"))
    assert "Che cosa si propone all'uscita dal pronto soccorso" in words
    assert "basso Le informazioni sul centro e sui servizi, a voce Che il centro la incontri o la richiami" in words


@pytest.mark.parametrize("page", ["", "1/"])
def test_the_page_of_a_protocol_says_when_the_risk_is_assessed_again(coordinator, page):
    words = said(coordinator.get(f"/rete/protocolli/varese/p/urgenza/{page}"))
    section = words.split("Quando si rivaluta il rischio")[1].split("Che cosa si propone all'uscita")[0]
    assert "estremo ogni 3 giorni" in section
    assert "Non valutabile ogni 7 giorni" in section
    assert "Si propone di attivare la rete da un rischio alto" in section


def test_who_approves_reads_when_the_risk_is_assessed_again_also_of_a_first_protocol(coordinator, second):
    page = begun(coordinator, SHIPPED[0])
    named = {"code": "tutta-nuova", "name": "Tutta nuova", "who": "some", "contexts": ["clinic"]}
    send(coordinator, page + "nome/", "counter", **named)
    send(coordinator, page + "valutazioni/", "high_hours", own="on", **TIMES)
    send(coordinator, page + "proponi/", "act", act="propose")
    words = said(second.get(page + "approva/"))
    assert "non c'è niente con cui confrontarlo" in words
    assert "alto ogni 3 giorni" in words.split("Quando si rivaluta il rischio")[1]


def test_who_approves_reads_what_is_proposed_on_leaving_also_of_a_first_protocol(coordinator, second):
    page = begun(coordinator, SHIPPED[0])
    send(
        coordinator, page + "nome/", "counter", code="tutta-nuova", name="Tutta nuova", who="some", contexts=["clinic"]
    )
    send(coordinator, page + "uscita/", "low", at_least="12 ore", at_most="36 ore")
    send(coordinator, page + "proponi/", "act", act="propose")
    words = said(second.get(page + "approva/"))
    assert "non c'è niente con cui confrontarlo" in words
    assert "da 12 a 36 ore" in words
    assert "Lasciarle un riferimento" in words, "and the steps of the pathway"


def test_who_approves_reads_in_words_what_changes_on_leaving(coordinator, second):
    page = begun(coordinator, "v-urgenza-1")
    send(coordinator, page + "uscita/", "low", own="on", low=["centre", "informed"], at_least="12", at_most="36")
    send(coordinator, page + "proponi/", "act", act="propose")
    changes = said(second.get(page + "approva/")).partition("Che cosa cambia")[2].partition("Come si legge")[0]
    assert "uscita dal pronto soccorso cambia" in changes
    assert "da 12 a 36 ore" in changes
    assert "basso" in changes
    assert "estremo" not in changes, "what stays is not said"
