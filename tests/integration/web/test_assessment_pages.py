# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Valutazioni: what a page asks, what it says of the answers, who may lower, and what is proposed next."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import translation
from tests.factories.assessing import ALL_NO, REASON, THREE_YES, TWO_YES
from tests.factories.pages import form_on
from tests.factories.region import Region

from approdo.access.rules import SYSTEM
from approdo.activations.models import Activation
from approdo.cases.models import Case
from approdo.networks.models import Membership
from approdo.risk.rules import Purpose, Trigger
from approdo.risk.selectors import instruments

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def led(sign_in: SignIn, case: str) -> tuple[Client, str]:
    """The centre leads the case: her client, and the address of what was assessed."""
    centre = sign_in("centre")
    centre.post(f"{case}conduce/", {"act": "take"})
    return centre, f"{case}valutazioni/"


@pytest.fixture
def colleague(led: tuple[Client, str], region: Region, sign_in: SignIn) -> Client:
    """Somebody else of the service that leads."""
    row = Case.objects.get()
    other = region.operators["shelter"]
    Membership.objects.filter(operator=other).delete()
    Membership.objects.create(operator=other, service_id=row.lead_service_id, role="centre_operator")
    return sign_in("shelter")


def words(page: bytes) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.decode())))


def kept(client: Client, address: str, answers: dict[str, str]) -> str:
    """The address of a sheet that was filled in."""
    sent = {f"item-{code}": given for code, given in answers.items()}
    return str(client.post(f"{address}nuova/lei/da5/", sent).headers["Location"])


def filled(client: Client, address: str, answers: dict[str, str], **more: str) -> bytes:
    sent = {f"item-{code}": given for code, given in answers.items()} | more
    return client.post(f"{address}nuova/lei/da5/", sent, follow=True).content


def test_before_anything_the_page_says_what_to_do(led: tuple[Client, str]) -> None:
    centre, address = led
    page = centre.get(address).content
    assert "Nessuna valutazione ancora." in words(page)
    for one in instruments(SYSTEM):
        about = "minori" if one.purpose is Purpose.CHILD else "lei"
        assert f'href="{address}nuova/{about}/{one.code}/"' in page.decode()


def test_every_question_begins_unknown_and_a_browser_without_script_may_send_it_so(led: tuple[Client, str]) -> None:
    centre, address = led
    page = centre.get(f"{address}nuova/lei/da5/").content
    _action, fields = form_on(page, "item-weapon")
    assert {values[0] for name, values in fields.items() if name.startswith("item-")} == {"unknown"}
    sent = urlencode(fields, doseq=True)
    refused = centre.post(f"{address}nuova/lei/da5/", sent, "application/x-www-form-urlencoded")
    assert refused.status_code == 422
    assert "Non c'è nessuna risposta" in words(refused.content)
    _action, fields = form_on(refused.content, "reason")
    sent = urlencode({**fields, "reason": REASON}, doseq=True)
    made = centre.post(f"{address}nuova/lei/da5/", sent, "application/x-www-form-urlencoded", follow=True)
    said = words(made.content).split("Metti un altro livello")[0]
    assert "non valutabile" in said
    assert "nessuna risposta" in said
    assert "alto" not in said
    assert "basso" not in said, "nobody is told that she is safe"
    assert REASON in words(made.content)


def test_it_says_at_least_and_at_most_and_what_is_still_to_ask(led: tuple[Client, str]) -> None:
    centre, address = led
    said = words(filled(centre, address, {"escalation": "yes", "jealousy": "yes", "weapon": "no", "could_kill": "no"}))
    assert "almeno 2, al massimo 3: vale il peggio, finché non si chiede" in said
    assert "alto" in said
    assert "Nel caso migliore: medio." in said
    assert "Da chiedere ancora: L'ha mai picchiata mentre era incinta?" in said


def test_a_sign_is_there_or_not_and_no_sum(led: tuple[Client, str]) -> None:
    centre, address = led
    sent = {"item-children": "unknown", "item-leaving": "yes", "item-worse": "unknown"}
    answer = centre.post(f"{address}nuova/lei/raising/", sent, follow=True)
    said = words(answer.content)
    assert "Esito alto" in said
    assert "Nel caso migliore: niente da segnalare." in said
    assert "0 su 0" not in said


def test_a_yes_that_raises_whatever_the_sum_is_named(led: tuple[Client, str]) -> None:
    centre, address = led
    said = words(filled(centre, address, ALL_NO | {"weapon": "yes"}))
    assert "Lo alza, qualunque sia la somma: Ha mai usato un'arma" in said
    assert "1 su 5" in said


def test_an_answer_that_is_not_on_the_page_is_refused_and_what_she_chose_stays(led: tuple[Client, str]) -> None:
    centre, address = led
    sent = {f"item-{code}": given for code, given in (ALL_NO | {"weapon": "perhaps"}).items()}
    answer = centre.post(f"{address}nuova/lei/da5/", sent)
    assert answer.status_code == 422
    assert "Scegli una delle risposte." in words(answer.content)
    assert 'name="item-jealousy" value="no" checked' in answer.content.decode()
    assert not re.search(r"valutazioni/[0-9a-f-]{36}/", centre.get(address).content.decode())


def test_from_high_the_network_is_one_tap_away_for_the_same_pathway(led: tuple[Client, str]) -> None:
    centre, address = led
    filled(centre, address, THREE_YES)
    link = re.search(r'href="(/attiva/\?[^"]+)"', centre.get(address).content.decode())
    assert link
    page = centre.get(unescape(link[1])).content
    alias = Case.objects.get().alias
    assert f"Per {alias}: chi risponde entra nel percorso che c'è già." in words(page)
    _action, fields = form_on(page, "key")
    assert fields["need"] == ["talk_now"]
    centre.post("/attiva/", urlencode(fields, doseq=True), "application/x-www-form-urlencoded")
    assert Case.objects.count() == 1
    assert Activation.objects.filter(case=Case.objects.get()).count() == 2


def test_below_the_threshold_nothing_is_proposed(led: tuple[Client, str]) -> None:
    centre, address = led
    page = filled(centre, address, TWO_YES)
    assert "propone di attivare" not in words(page)
    assert "?case=" not in page.decode()


def test_nobody_activates_for_a_pathway_that_is_not_hers_to_see(led: tuple[Client, str]) -> None:
    centre, _address = led
    for wrong in ("00000000-0000-0000-0000-000000000000", "qualcosa"):
        assert centre.get(f"/attiva/?case={wrong}").status_code == 404


def test_who_takes_part_without_a_grant_finds_no_assessments(led: tuple[Client, str], sign_in: SignIn) -> None:
    centre, address = led
    one = kept(centre, address, THREE_YES)
    nurse = sign_in("ed")
    assert nurse.get(address).status_code == 404
    assert nurse.get(f"{address}nuova/lei/da5/").status_code == 404
    assert nurse.get(one).status_code == 404


def test_from_high_one_goes_down_in_two(led: tuple[Client, str], colleague: Client) -> None:
    centre, address = led
    one = kept(centre, address, THREE_YES)
    refused = centre.post(f"{one}giudizio/", {"level": "low", "reason": "mah"})
    assert refused.status_code == 422
    assert "Scrivi perché" in words(refused.content)
    assert ">mah</textarea>" in refused.content.decode()
    said = words(centre.post(f"{one}giudizio/", {"level": "low", "reason": REASON}, follow=True).content)
    assert "Vale quando lo ha letto una collega" in said
    assert "aspetta una collega" in said
    assert "L'ho letto, sono d'accordo" not in said
    read = colleague.get(address).content
    assert REASON in words(read)
    confirm = re.search(r'action="([^"]+/letto/)"', read.decode())
    assert confirm
    assert "Letto: da adesso vale." in words(colleague.post(confirm[1], follow=True).content)
    assert "Adesso: basso" in words(centre.get(address).content)


def test_the_same_sheet_with_noes_says_that_it_waits_for_a_reason_that_a_colleague_reads(
    led: tuple[Client, str], colleague: Client
) -> None:
    client, address = led
    kept(client, address, THREE_YES)
    again = kept(client, address, ALL_NO)
    text = words(client.get(again).content)
    assert "alto · resta quello di prima finché una collega non legge perché scende; lo strumento dice: basso" in text
    text = words(client.post(f"{again}giudizio/", {"level": "low", "reason": REASON}, follow=True).content)
    assert "Vale quando lo ha letto una collega" in text
    page = colleague.get(again).content.decode()
    (read,) = re.findall(r'action="([^"]*/letto/)"', page)
    colleague.post(read)
    assert "resta quello di prima" not in words(client.get(again).content)


def test_a_judgement_without_a_sum_asks_level_and_reason(led: tuple[Client, str]) -> None:
    centre, address = led
    sheet = f"{address}nuova/lei/structured_judgement/"
    assert "Niente si somma" in words(centre.get(sheet).content)
    refused = centre.post(sheet, {"item-threats": "present"})
    assert refused.status_code == 422
    assert "Scegli uno dei livelli." in words(refused.content)
    said = words(centre.post(sheet, {"level": "none", "reason": REASON}, follow=True).content)
    assert "non valutabile" in said
    assert REASON in said


def test_after_a_yes_in_private_the_five_questions_are_next(led: tuple[Client, str]) -> None:
    centre, address = led
    page = centre.post(f"{address}nuova/lei/hark/", {"item-afraid": "yes"}, follow=True).content
    assert f'class="btn btn-primary btn-wide" href="{address}nuova/lei/da5/"' in page.decode()
    assert "Metti un altro livello" not in words(page)


def test_change_is_drawn_item_by_item_beside_the_same_words(led: tuple[Client, str]) -> None:
    centre, address = led
    filled(centre, address, TWO_YES)
    assert "Che cosa è cambiato" not in words(centre.get(address).content)
    filled(centre, address, {"weapon": "yes", "jealousy": "yes", "escalation": "no"})
    page = centre.get(address).content.decode()
    drawn = page[page.index('class="answers"') : page.index("</svg>", page.index('class="answers"'))]
    assert drawn.count("<circle") == 8
    assert drawn.count('fill="none"') == 4
    assert drawn.count(">?<") == 2
    assert page.count("<strong>sì</strong>") == 1
    assert page.count("<strong>no</strong>") == 1


def test_a_fact_is_noted_and_asks_at_once(led: tuple[Client, str]) -> None:
    centre, address = led
    filled(centre, address, ALL_NO)
    page = centre.get(address).content
    assert page.decode().count("<option") >= len(Trigger)
    assert centre.post(f"{address}fatti/", {"trigger": ""}).status_code == 422
    late = centre.post(f"{address}fatti/", {"trigger": "weapon", "happened_at": "2999-01-01T10:00"})
    assert late.status_code == 422
    assert "2999-01-01T10:00" in late.content.decode()
    assert centre.post(f"{address}fatti/", {"trigger": "weapon", "happened_at": "ieri"}).status_code == 422
    said = words(centre.post(f"{address}fatti/", {"trigger": "weapon", "about": "lei"}, follow=True).content)
    assert "La valutazione è da rifare adesso." in said
    assert "un'arma" in said
    assert "Rivalutare il rischio" in words(centre.get("/compiti/").content)


def test_at_high_risk_the_page_of_the_pathway_says_how_it_may_be_closed(
    led: tuple[Client, str], colleague: Client, case: str
) -> None:
    centre, address = led
    filled(centre, address, THREE_YES)
    refused = centre.post(f"{case}percorso/avanti/", {"act": "close", "reason": "completed"})
    assert refused.status_code == 422
    assert f'href="{address}#conclusione"' in refused.content.decode()
    assert centre.post(f"{address}conclusione/", {"closing": "no"}).status_code == 422
    centre.post(f"{address}conclusione/", {"closing": REASON})
    confirm = re.search(r'action="([^"]+/letto/)"', colleague.get(address).content.decode())
    assert confirm
    colleague.post(confirm[1])
    done = centre.post(f"{case}percorso/avanti/", {"act": "close", "reason": "completed"}, follow=True)
    assert "Adesso: concluso" in words(done.content)
    assert centre.get(address).status_code == 200


def test_an_assessment_step_leads_to_the_sheet_and_is_not_pressed_as_done(led: tuple[Client, str], case: str) -> None:
    centre, address = led
    filled(centre, address, THREE_YES)
    page = centre.get(f"{case}percorso/").content.decode()
    assert f'class="btn btn-primary" href="{address}"' in page
    assert 'value="complete"' not in page


def test_english_says_it_in_english(led: tuple[Client, str]) -> None:
    centre, address = led
    filled(centre, address, THREE_YES)
    with translation.override("it"):  # the client would leave its language behind
        said = words(centre.get(address, headers={"Accept-Language": "en"}).content)
    assert "Assess again" in said
    assert "Valuta" not in said
