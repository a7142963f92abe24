# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps 2 to 6 of the main job, page by page, on a real database."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.factories.protocols import published
from tests.factories.region import PROTOCOL, VARESE, Region

from approdo.activations.models import Activation, Alert, Call
from approdo.activations.rules.states import ActivationState, CallState
from approdo.activations.services import advance_due
from approdo.cases.models import Event
from approdo.kit import clock
from approdo.networks.models import Service, Shift
from approdo.networks.rules import shown_phone
from approdo.notifications.models import Message

SignIn = Callable[[str], Client]

KEY = "una-chiave-della-pagina"


def _send(client: Client, **changes: object) -> str:
    """Press Invia and return the address of the board; the sweep comes round."""
    form = {"need": ["safe_place"], "consent": "given", "municipality": VARESE, "key": KEY} | changes
    response = client.post("/attiva/", form)
    assert response.status_code == 302, response.content.decode()
    advance_due(now=clock.now())
    return response["Location"]


def test_before_the_sweep_has_come_round_the_board_says_that_the_alerts_are_leaving(sign_in: SignIn) -> None:
    client = sign_in("ed")
    form = {"need": ["safe_place"], "consent": "given", "municipality": VARESE, "key": KEY}
    board = client.get(client.post("/attiva/", form)["Location"]).content.decode()
    assert board.count("avviso in partenza") == 2
    assert "nessuna reperibile" not in board


def _call(kind: str) -> Call:
    return Call.objects.get(key=kind)


def _code() -> str:
    body = Message.objects.filter(channel="sms", address="+390020000002").latest("due_at")
    return body.code


def test_the_page_opens_on_the_municipality_of_the_hospital(sign_in: SignIn) -> None:
    page = sign_in("ed").get("/attiva/").content.decode()
    assert ">Varese<" in page
    assert f'name="municipality" value="{VARESE}"' in page
    assert page.count('type="checkbox"') == 4


def test_choosing_a_need_shows_who_will_be_called_before_anything_is_sent(sign_in: SignIn) -> None:
    client = sign_in("ed")
    part = client.get("/attiva/anteprima/", {"need": "safe_place", "municipality": VARESE}).content.decode()
    assert "Centro Rosa dei Venti" in part
    assert "R-07" in part
    assert "Casa delle querce" not in part
    assert "prima persona reperibile" in part
    assert "risponde entro 15 minuti" in part
    assert "Avvisiamo 2 servizi" in part
    assert not Activation.objects.exists()


def _preview_of_the_centre(client: Client) -> str:
    part = client.get("/attiva/anteprima/", {"need": "talk_now", "municipality": VARESE}).content.decode()
    assert part.count("<li>") == 1
    return part


def test_the_preview_says_at_once_when_nobody_is_on_call_and_who_is_called_instead(
    sign_in: SignIn, region: Region
) -> None:
    client = sign_in("ed")
    assert "Nessuno è reperibile ora" not in _preview_of_the_centre(client)
    Shift.objects.filter(service=region.services["centre"]).delete()
    part = _preview_of_the_centre(client)
    assert "Nessuno è reperibile ora: si chiama subito Coordinamento" in part
    assert "coordinatrice di rete · risponde entro" in part
    assert "</strong> Centro Rosa dei Venti (risponde Coordinamento)</p>" in part
    address = _send(client, need=["talk_now"])
    assert (
        "nessuna reperibile: si passa oltre · Centro Rosa dei Venti"
        in client.get(f"{address}tentativi/").content.decode()
    )


def test_the_preview_gives_the_number_when_nobody_at_all_can_be_alerted(sign_in: SignIn, region: Region) -> None:
    Shift.objects.exclude(service=region.services["ed"]).delete()
    part = _preview_of_the_centre(sign_in("ed"))
    assert "Nessuno è reperibile ora: si riprova ogni minuto." in part
    assert 'href="tel:+390010000001"' in part
    assert "</strong> Centro Rosa dei Venti (nessuno è reperibile)</p>" in part


def test_a_service_closed_at_this_hour_is_not_said_to_have_nobody_on_call(sign_in: SignIn, region: Region) -> None:
    Service.objects.filter(pk=region.services["centre"].pk).update(always_open=False)
    text = PROTOCOL.replace(
        "escalation: [{to: first_on_call, wait_minutes: 10}, {to: coordinator}]",
        "escalation: [{to: first_on_call, wait_minutes: 10}, {to: backup_service, wait_minutes: 10}, {to: coordinator}]"
        "\n    backup_kind: shelter\n    out_of_hours: backup",
    )
    assert text != PROTOCOL
    published(actor=region.actor("coordinator"), network_code="varese", text=text, now=clock.now())
    client = sign_in("ed")
    part = _preview_of_the_centre(client)
    assert "A quest'ora risponde R-07" in part
    assert "servizio di riserva · risponde entro" in part
    assert "</strong> Centro Rosa dei Venti (risponde R-07)</p>" in part
    assert "Nessuno è reperibile" not in part
    page = client.get(_send(client, need=["talk_now"]) + "tentativi/").content.decode()
    assert "avvisata · R-07 · servizio di riserva" in page
    assert "nessuna reperibile" not in page


def test_without_script_the_preview_is_one_button_away_and_sends_nothing(sign_in: SignIn) -> None:
    form = {"need": ["safe_place"], "municipality": VARESE, "key": KEY, "preview": "1"}
    page = sign_in("ed").post("/attiva/", form)
    assert page.status_code == 200
    assert "R-07" in page.content.decode()
    assert KEY in page.content.decode()
    assert not Activation.objects.exists()


def test_three_taps_lead_to_the_board(sign_in: SignIn) -> None:
    client = sign_in("ed")
    address = _send(client)
    page = client.get(address).content.decode()
    assert "Annulla" in page
    assert "Centro Rosa dei Venti" in page
    assert "R-07" in page
    assert "0 di 2" in page
    assert "tel:+390010000001" in page
    assert "se non risponde" in page


def test_pressing_twice_makes_one_activation(sign_in: SignIn) -> None:
    client = sign_in("ed")
    assert _send(client) == _send(client)
    assert Activation.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"need": []}, 422, "Scegli almeno una cosa"),
        ({"need": ["un drago"]}, 422, "Questo bisogno non esiste"),
        ({"consent": "forse"}, 422, "non esiste"),
        ({"municipality": "999999"}, 404, "Non conosciamo questo comune"),
        ({"municipality": "x" * 900}, 404, "Non conosciamo questo comune"),
        ({"municipality": "012026"}, 409, "non c&#x27;è ancora una procedura"),
        ({"key": "corta"}, 422, "Ricarica la pagina"),
    ],
)
def test_a_wrong_form_is_refused_in_words_and_nothing_is_half_written(
    sign_in: SignIn, changes: dict[str, object], status: int, sentence: str
) -> None:
    form = {"need": ["safe_place"], "municipality": VARESE, "key": KEY} | changes
    response = sign_in("ed").post("/attiva/", form)
    assert response.status_code == status
    assert sentence in response.content.decode()
    assert "tel:112" in response.content.decode()
    assert not Activation.objects.exists()


def test_a_municipality_is_found_by_name_and_what_was_chosen_is_kept(sign_in: SignIn) -> None:
    client = sign_in("ed")
    page = client.get("/attiva/comune/", {"q": "busto ars", "need": "children", "exercise": "1"}).content.decode()
    found = re.search(r'href="(/attiva/\?[^"]*municipality=\d{6})"', page)
    assert found
    kept = client.get(found[1].replace("&amp;", "&")).content.decode()
    assert "Busto Arsizio" in kept
    assert re.search(r'value="children" checked', kept)
    assert 'name="exercise" value="1"' in kept
    assert "Nessun comune" in client.get("/attiva/comune/", {"q": "zzzz"}).content.decode()


def test_an_exercise_looks_different_on_every_page(sign_in: SignIn) -> None:
    client = sign_in("ed")
    assert "exercise-page" in client.get("/attiva/?exercise=1").content.decode()
    board = client.get(_send(client, exercise="1")).content.decode()
    assert "exercise-page" in board
    assert "È una prova" in board
    assert "esercitazione" in sign_in("centre").get("/").content.decode()


def test_an_activation_can_be_taken_back_for_twenty_seconds_and_then_only_with_a_reason(sign_in: SignIn) -> None:
    client = sign_in("ed")
    address = _send(client)
    client.post(f"{address}annulla/")
    assert "annullata" in client.get(address).content.decode()
    again = _send(client, key="un'altra chiave")
    Activation.objects.filter(state="open").update(
        activated_at=Activation.objects.latest("activated_at").activated_at - timedelta(minutes=1)
    )
    page = client.post(f"{again}annulla/", follow=True).content.decode()
    assert "Sono passati più di 20 secondi" in page
    assert client.post(f"{again}ferma/", {"reason": "perché sì"}).status_code == 422
    page = client.post(f"{again}ferma/", {"reason": "woman_left"}, follow=True).content.decode()
    assert "La donna è andata via" in page
    assert Activation.objects.get(pk=UUID(again.split("/")[2])).state == ActivationState.STOOD_DOWN


def test_an_activation_is_one_line_of_oggi_however_many_of_its_calls_wait(sign_in: SignIn) -> None:
    address = _send(sign_in("ed"))
    assert Call.objects.filter(due_at__isnull=False).count() > 1
    today = sign_in("centre").get("/").content.decode()
    assert today.count(f'href="{address}"') == 1
    assert "manca" not in today, "she is called herself"


def test_who_is_called_sees_it_on_oggi_and_takes_it_and_the_first_board_shows_it(sign_in: SignIn) -> None:
    ed, centre = sign_in("ed"), sign_in("centre")
    address = _send(ed)
    today = centre.get("/").content.decode()
    assert "Ti stanno chiamando" in today
    assert address in today
    assert address in centre.get("/oggi/avviso/").content.decode()
    board = centre.get(address).content.decode()
    assert "Prendo in carico" in board
    call = _call("centro")
    page = centre.post(f"{address}chiamate/{call.pk}/prendo/", follow=True).content.decode()
    assert "Passo la mano" in page
    part = ed.get(f"{address}lavagna/").content.decode()
    assert "1 di 2" in part
    assert "presa in carico" in part
    assert "Prendo in carico" not in part


def test_looking_in_the_background_does_not_count_as_reading(sign_in: SignIn) -> None:
    address = _send(sign_in("ed"))
    centre = sign_in("centre")
    centre.get(f"{address}lavagna/", headers={"X-Approdo-Background": "1"})
    assert not Alert.objects.filter(seen_at__isnull=False).exists()
    centre.get(f"{address}lavagna/")
    assert Alert.objects.filter(seen_at__isnull=False).count() == 1


def test_who_cannot_says_why_and_the_search_goes_on(sign_in: SignIn) -> None:
    ed, shelter = sign_in("ed"), sign_in("shelter")
    address = _send(ed)
    call = _call("rifugio")
    assert shelter.post(f"{address}chiamate/{call.pk}/non-posso/", {"reason": ""}).status_code == 422
    page = shelter.post(f"{address}chiamate/{call.pk}/non-posso/", {"reason": "no_place"}, follow=True).content.decode()
    assert "La ricerca va avanti" in page
    call.refresh_from_db()
    assert call.state == CallState.CALLING
    assert call.step == 2
    assert "Non c&#x27;è posto" in ed.get(address).content.decode()


def test_who_took_a_call_can_pass_the_hand(sign_in: SignIn) -> None:
    ed, centre = sign_in("ed"), sign_in("centre")
    address = _send(ed)
    call = _call("centro")
    centre.post(f"{address}chiamate/{call.pk}/prendo/")
    page = centre.post(f"{address}chiamate/{call.pk}/passo/", follow=True).content.decode()
    assert "Hai passato la mano" in page
    assert _call("centro").state == CallState.CALLING


def test_what_moved_on_meanwhile_is_said_on_the_board_not_on_an_error_page(sign_in: SignIn) -> None:
    ed, centre, coordinator = sign_in("ed"), sign_in("centre"), sign_in("coordinator")
    address = _send(ed)
    call = _call("centro")
    centre.post(f"{address}chiamate/{call.pk}/prendo/")
    Call.objects.filter(pk=call.pk).update(
        service_ids=[*call.service_ids, Activation.objects.get().supervising_service_id]
    )
    page = coordinator.post(f"{address}chiamate/{call.pk}/prendo/", follow=True)
    assert page.status_code == 200
    assert "Un altro servizio ha già preso in carico" in page.content.decode()


def test_numbers_on_the_board_are_read_in_groups_and_dialled_whole(sign_in: SignIn) -> None:
    client = sign_in("ed")
    page = client.get(_send(client)).content.decode()
    calls = page[page.index('<ul class="board">') :]
    for number in ("+390010000001", "+390010000002"):
        assert f'href="tel:{number}"' in calls
        assert f">{shown_phone(number)}<" in page[: page.index('<ul class="board">')], "in the bar of an old page"
        assert f"</svg>{shown_phone(number)}</a>" in calls


def test_who_is_called_can_telephone_whoever_activated(sign_in: SignIn) -> None:
    ed = sign_in("ed")
    address = _send(ed)
    assert "Chi ha attivato" not in ed.get(address).content.decode()
    assert re.search(r'Chi ha attivato: <a class="phone" href="tel:\+', sign_in("centre").get(address).content.decode())


def test_an_ended_activation_says_when(sign_in: SignIn) -> None:
    client = sign_in("ed")
    address = _send(client)
    client.post(f"{address}ferma/", {"reason": "mistake"})
    Activation.objects.update(ended_at=Activation.objects.get().activated_at + timedelta(days=400))
    ended = timezone.localtime(Activation.objects.get().ended_at)
    page = client.get(address).content.decode()
    article = "l&#x27;" if ended.day in {8, 11} else "il "
    assert re.search(rf"Attivazione fermata {article}{ended.day} [a-z]+ alle {ended:%H:%M}\.", page)


def test_who_was_not_called_may_not_answer(sign_in: SignIn) -> None:
    ed = sign_in("ed")
    address = _send(ed)
    assert ed.post(f"{address}chiamate/{_call('centro').pk}/prendo/").status_code == 403


def test_a_stranger_cannot_tell_that_the_activation_exists(sign_in: SignIn, region: Region) -> None:
    address = _send(sign_in("ed"))
    Activation.objects.update(service_ids=[region.services["ed"].pk])
    stranger = sign_in("centre")
    absent = stranger.get("/attivazioni/00000000-0000-4000-8000-000000000000/")
    for path in (address, f"{address}lavagna/"):
        hidden = stranger.get(path)
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content


def test_when_everybody_has_answered_the_activation_is_closed(sign_in: SignIn) -> None:
    ed = sign_in("ed")
    address = _send(ed)
    for name, key in (("centre", "centro"), ("shelter", "rifugio")):
        sign_in(name).post(f"{address}chiamate/{_call(key).pk}/prendo/")
    assert "Chiudi l" in ed.get(address).content.decode()
    assert "hanno risposto tutte" in ed.get("/").content.decode()
    assert "Attivazione chiusa" in ed.post(f"{address}chiudi/", follow=True).content.decode()


def test_the_link_of_an_alert_says_nothing_and_takes_the_call(sign_in: SignIn) -> None:
    address = _send(sign_in("ed"))
    alias = Activation.objects.get().case.alias
    code, browser = _code(), Client()
    page = browser.get(f"/r/{code}").content.decode()
    assert "Prendo in carico" in page
    for word in (alias, "Varese", "R-07", "rifugio", "violenz", "donna", "Pronto soccorso", "Posto sicuro"):
        assert word not in page
    assert browser.post(f"/r/{code}/non-posso", {"reason": "che ne so"}).status_code == 422
    page = browser.post(f"/r/{code}/prendo", follow=True).content.decode()
    assert "Grazie" in page
    assert alias not in page
    assert _call("rifugio").state == CallState.TAKEN
    assert "presa in carico" in sign_in("ed").get(address).content.decode()


def test_the_link_lets_somebody_decline_with_a_reason(sign_in: SignIn) -> None:
    _send(sign_in("ed"))
    code, browser = _code(), Client()
    page = browser.post(f"/r/{code}/non-posso", {"reason": "too_far"}, follow=True).content.decode()
    assert "Hai detto che non puoi" in page
    assert "Prendo in carico" in page, "she may change her mind"


def _unread() -> bool:
    alert = Alert.objects.get(call=_call("rifugio"), step=1)
    return alert.seen_at is None and not Message.objects.filter(reference=alert.pk, read_at__isnull=False).exists()


def test_a_program_that_only_opens_the_link_has_not_read_it(sign_in: SignIn) -> None:
    address = _send(sign_in("ed"))
    code, scanner = _code(), Client()
    for _ in range(2):
        assert scanner.get(f"/r/{code}").status_code == 200
    scanner.head(f"/r/{code}")
    for method in ("get", "head", "options"):
        assert getattr(scanner, method)(f"/r/{code}/vista").status_code == 405
    assert _unread()
    assert not re.search(r"letta (alle )?\d", sign_in("ed").get(address).content.decode())


def test_the_page_of_the_link_says_itself_that_it_was_looked_at_and_no_other_site_can(sign_in: SignIn) -> None:
    address = _send(sign_in("ed"))
    code, browser = _code(), Client(enforce_csrf_checks=True)
    page = browser.get(f"/r/{code}").content.decode()
    assert "web/answer.js" in page
    form = re.search(r'<form method="post" action="([^"]+)" data-seen hidden><input[^>]+value="(\w+)"', page)
    assert form
    assert browser.post(form[1]).status_code == 403
    assert _unread()
    for _ in range(2):
        assert browser.post(form[1], {"csrfmiddlewaretoken": form[2]}).status_code == 204
    assert not _unread()
    assert re.search(r"letta (alle )?\d", sign_in("ed").get(address).content.decode())


@pytest.mark.parametrize(("button", "data"), [("prendo", {}), ("non-posso", {"reason": "too_far"})])
def test_without_script_a_press_says_that_it_was_read(sign_in: SignIn, button: str, data: dict) -> None:
    _send(sign_in("ed"))
    assert Client().post(f"/r/{_code()}/{button}", data).status_code == 302
    assert not _unread()
    kinds = list(Event.objects.filter(subject=_call("rifugio").pk).order_by("pk").values_list("kind", flat=True))
    assert kinds.index("seen") < kinds.index({"prendo": "taken", "non-posso": "declined"}[button])


@pytest.mark.parametrize("code", ["sbagliato", "x" * 200, "%00", "a/b"])
def test_a_wrong_code_answers_like_a_page_that_does_not_exist(db: None, code: str) -> None:
    browser = Client()
    wrong, absent = browser.get(f"/r/{code}"), browser.get("/niente/")
    assert wrong.status_code == 404
    assert wrong.content == absent.content
    for button in ("vista", "prendo"):
        assert browser.post(f"/r/{code}/{button}").status_code == 404


def test_the_case_shows_its_alias_and_its_chronology_to_who_takes_part(sign_in: SignIn) -> None:
    ed = sign_in("ed")
    address = _send(ed)
    alias = Activation.objects.get().case.alias
    found = re.search(r"/casi/[0-9a-f-]{36}/", ed.get("/casi/").content.decode())
    assert found
    page = ed.get(found[0]).content.decode()
    assert alias in page
    assert "rete attivata" in page
    assert address in page
    assert sign_in("coordinator").get(found[0]).status_code == 404


@pytest.mark.parametrize("before", ["ieri", "2026-11-24T10:00:00", "0", "0001-01-01T00:00:00+14:00"])
def test_a_broken_cursor_is_refused_in_words(sign_in: SignIn, before: str) -> None:
    response = sign_in("ed").get("/casi/", {"before": before})
    assert response.status_code == 422
    assert "riparti dall" in response.content.decode()


def test_a_cursor_from_a_zone_that_no_database_knows_is_the_same_instant(sign_in: SignIn) -> None:
    assert sign_in("ed").get("/casi/", {"before": "2026-11-24T10:00:00+23:59:59"}).status_code == 200


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "board",
        "fragment",
        "/casi/",
        "case",
        "/attiva/",
        "/attiva/anteprima/?need=safe_place",
    ],
)
def test_a_page_costs_at_most_twelve_queries_and_her_day_five_more(sign_in: SignIn, page: str) -> None:
    ed = sign_in("ed")
    address = _send(ed)
    case = Activation.objects.get().case_id
    target = {"board": address, "fragment": f"{address}lavagna/", "case": f"/casi/{case}/"}.get(page, page)
    for name in ("ed", "centre"):
        client = sign_in(name)
        client.get(target)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(target).status_code == 200
        # a transaction inside a test's is a savepoint, which the product does not pay
        paid = [one["sql"] for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]
        # what colleagues ask, what is to do and to read and what evidence ends is asked along with the rest, at once
        assert len(paid) <= (17 if page == "/" else 12), paid
