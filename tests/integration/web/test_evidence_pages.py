# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is seen on her and what is kept of it: drawing and list are one, a chain never loses a link, days are told."""

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from uuid import UUID

import openpyxl
import pytest
from django.db import ProgrammingError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from fhir.resources.R4B.bundle import Bundle
from pytest_django.fixtures import Settings
from tests.factories.region import Region

from approdo.access.rules import Role
from approdo.access.services import entered
from approdo.audit.models import Entry as AuditEntry
from approdo.cases.models import Case
from approdo.kit.clock import ROME, now
from approdo.networks.models import Membership, Organisation
from approdo.persons.models import Keeping
from approdo.persons.rules import DRAWN, after_months
from approdo.usecases import evidence, law_53

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(sign_in: SignIn) -> Client:
    return sign_in("ed")


@pytest.fixture
def case(nurse: Client) -> str:
    return str(nurse.post("/casi/accogli/", {"key": "una-chiave-della-pagina"})["Location"])


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def today() -> date:
    return now().astimezone(ROME).date()


def ids(client: Client, address: str) -> list[str]:
    """The entries that a page lists, in its order."""
    return re.findall(r' id="e-([0-9a-f-]{36})"', text(client, address))


def rewrite(client: Client, case: str, entry: str, **said: object) -> HttpResponse:
    """Write an entry again over what its form shows."""
    seen = re.findall(r'name="seen" value="(\d+)"', text(client, f"{case}scheda/{entry}/"))
    return client.post(f"{case}scheda/{entry}/", {**said, "seen": seen})


# -- the body -----------------------------------------------------------------------------------------------------


def listed(page: str) -> list[str]:
    return [" ".join(found.split()) for found in re.findall(r'<article class="card" id="e-[^>]*><h3>(.*?)</h3>', page)]


def spoken(page: str) -> dict[str, str]:
    """What each button of the drawing says, by the place it sends."""
    found = re.findall(r'name="place" value="([^"]+)".*?visually-hidden">(.*?)</span>', page, re.DOTALL)
    return {place: " ".join(words.split()) for place, words in found}


def test_every_place_is_a_button_that_says_where_and_how_much(nurse: Client, case: str) -> None:
    said = spoken(text(nurse, f"{case}lesioni/"))
    assert list(said) == sorted(said, key=[place.code for place in DRAWN].index)
    assert set(said) == {place.code for place in DRAWN}
    assert len(set(said.values())) == len(DRAWN), "no two are called alike"
    assert said["front.left.eye"] == "occhio, sinistra di lei, davanti: niente di segnato"
    assert said["back.middle.neck"] == "collo, dietro: niente di segnato"


def test_a_press_on_the_drawing_is_in_the_list_and_a_choice_of_the_list_on_the_drawing(
    nurse: Client, case: str
) -> None:
    pressed = nurse.post(f"{case}lesioni/", {"place": "front.left.eye"})
    assert (pressed.status_code, pressed["Location"]) == (302, f"{case}lesioni/#face")
    nurse.post(f"{case}lesioni/", {"region": "forearm", "side": "both", "view": "back"})
    page = text(nurse, f"{case}lesioni/")
    assert listed(page) == ["occhio, sinistra di lei, davanti", "avambraccio, da tutte e due, dietro"]
    marked = {place for place, words in spoken(page).items() if "1 segnata" in words}
    assert marked == {"front.left.eye", "back.left.forearm", "back.right.forearm"}
    assert page.count("spot") - page.count("marked") == len(DRAWN) - 3, "told by a number and a border, not by colour"


def test_pressing_twice_is_one_until_something_is_written_of_it(nurse: Client, case: str) -> None:
    for _each in range(2):
        nurse.post(f"{case}lesioni/", {"place": "front.left.eye"})
    (entry,) = ids(nurse, f"{case}lesioni/")
    rewrite(nurse, case, entry, region="eye", side="left", view="front", types=["bruise"])
    nurse.post(f"{case}lesioni/", {"place": "front.left.eye"})
    page = text(nurse, f"{case}lesioni/")
    assert len(listed(page)) == 2
    assert "2 segnate" in spoken(page)["front.left.eye"]


def undo_on(page: str) -> dict[str, str]:
    """Which figure offers to take the last mark back, and what it would take."""
    figures = re.findall(r'<fieldset class="figure (\w+)"(.*?)</fieldset>', page, re.DOTALL)
    found = {name: re.search(r'name="undo" value="([^"]+)"', drawn) for name, drawn in figures}
    return {name: match[1] for name, match in found.items() if match}


def test_the_last_mark_is_taken_back_beside_the_drawing_on_which_it_is(nurse: Client, case: str) -> None:
    chart = f"{case}lesioni/"
    assert undo_on(text(nurse, chart)) == {}
    for place in ("front.left.eye", "back.left.hand"):
        nurse.post(chart, {"place": place})
    page = text(nurse, chart)
    first, second = ids(nurse, chart)
    assert undo_on(page) == {"back": second}
    assert "Ultima segnata: mano, sinistra di lei, dietro" in page
    assert page.index('name="undo"') < page.index('value="back.left.hand"'), "before the drawing, not after the list"
    answer = nurse.post(chart, {"undo": second})
    assert (answer.status_code, answer["Location"]) == (302, f"{chart}#back")
    assert undo_on(text(nurse, chart)) == {"face": first}
    nurse.post(chart, {"undo": second})
    assert ids(nurse, chart) == [first], "a second press takes no other mark"


def test_what_is_written_of_or_of_another_service_is_not_taken_back_by_one_press(
    nurse: Client, case: str, region: Region
) -> None:
    chart = f"{case}lesioni/"
    nurse.post(chart, {"place": "front.left.eye"})
    (entry,) = ids(nurse, chart)
    rewrite(nurse, case, entry, region="eye", side="left", view="front", types=["bruise"])
    assert undo_on(text(nurse, chart)) == {}
    for named in (entry, "", "no", str(UUID(int=7))):
        answer = nurse.post(chart, {"undo": named}, follow=True)
        assert "Non è stato tolto niente" in answer.content.decode().replace("&#x27;", "'")
    assert ids(nurse, chart) == [entry]
    nurse.post(chart, {"place": "front.right.eye"})
    actor = region.actor("ed")
    with entered(actor=actor):
        shown = evidence.body(actor, Case.objects.get().pk, now())
    assert shown.last is shown.injuries[-1]
    theirs = replace(shown, injuries=tuple(replace(one, own=False) for one in shown.injuries))
    assert theirs.last is None


def test_only_where_is_enough_and_nothing_at_all_is_not(nurse: Client, case: str) -> None:
    assert nurse.post(f"{case}lesioni/", {"region": "hand"}).status_code == 302
    assert listed(text(nurse, f"{case}lesioni/")) == ["mano"]
    for wrong in ({}, {"side": "left"}, {"place": "up.left.eye"}, {"place": "eye"}, {"region": "tail"}):
        assert nurse.post(f"{case}lesioni/", wrong).status_code == 422, wrong
    assert len(ids(nurse, f"{case}lesioni/")) == 1


def test_what_she_said_to_each_act_stands_apart_and_a_photograph_needs_its_own_yes(nurse: Client, case: str) -> None:
    nurse.post(f"{case}lesioni/", {"place": "front.middle.neck"})
    (entry,) = ids(nurse, f"{case}lesioni/")
    photograph = f'href="{case}documenti/?kind=photograph"'
    said = {"region": "neck", "view": "front", "side": "middle", "examined": "agreed", "photographed": "refused"}
    answer = rewrite(nurse, case, entry, **said, examined_at="2026-11-01T03:20")
    assert answer["Location"] == f"{case}lesioni/"
    page = text(nurse, f"{case}lesioni/")
    assert photograph not in page
    assert "solo se lei dice di sì" in page
    assert "1 novembre 2026, 03:20" in page
    rewrite(nurse, case, entry, **(said | {"photographed": "agreed"}))
    assert photograph in text(nurse, f"{case}lesioni/")
    chosen = text(nurse, f"{case}documenti/?kind=photograph")
    assert '<option value="photograph" selected' in chosen


def test_an_injury_that_was_an_error_is_taken_out_and_is_not_drawn(nurse: Client, case: str) -> None:
    nurse.post(f"{case}lesioni/", {"place": "front.left.eye"})
    (entry,) = ids(nurse, f"{case}lesioni/")
    taken = nurse.post(f"{case}scheda/{entry}/togli/")
    assert taken["Location"] == f"{case}lesioni/"
    page = text(nurse, f"{case}lesioni/")
    assert listed(page) == []
    assert "segnata" not in spoken(page)["front.left.eye"]


# -- custody ------------------------------------------------------------------------------------------------------


def collects(client: Client, case: str, **said: str) -> str:
    form = {"what": "swab", "reference": "S-1", "step": "collected", "at": "2026-11-01T04:00", "by": "M. 12", **said}
    assert client.post(f"{case}scheda/evidence/nuova/", form)["Location"] == f"{case}reperti/"
    return ids(client, f"{case}reperti/")[-1]


def step(client: Client, case: str, entry: str, **said: str) -> None:
    written = rewrite(client, case, entry, **{"what": "swab", "reference": "S-1", **said})
    assert written["Location"] == f"{case}reperti/"


def test_a_chain_shows_every_step_in_order_and_begins_each_anew(nurse: Client, case: str) -> None:
    entry = collects(nurse, case, kept_where="Frigo 3", kept_until="2028-01-01")
    form = text(nurse, f"{case}scheda/{entry}/")
    assert 'value="Frigo 3"' in form
    assert "M. 12" not in form, "who did the last step did not do this one"
    step(
        nurse,
        case,
        entry,
        step="handed_over",
        at="2026-11-02T09:00",
        by="M. 14",
        to="Questura, matr. 7",
        kept_until="2028-01-01",
    )
    page = text(nurse, f"{case}reperti/")
    assert page.index("raccolto e sigillato") < page.index("Frigo 3") < page.index("Questura, matr. 7")
    assert "M. 12" in page
    assert "1 novembre 2026, 04:00" in page
    assert "Non è più qui" in page


def test_nothing_of_a_chain_is_taken_out_or_rewritten(nurse: Client, case: str, region: Region) -> None:
    entry = collects(nurse, case)
    refused = nurse.post(f"{case}scheda/{entry}/togli/")
    assert refused.status_code == 409
    assert "non si cancella" in refused.content.decode()
    record = text(nurse, f"{case}scheda/")
    assert f"{case}scheda/{entry}/togli/" not in record
    step(nurse, case, entry, step="corrected", reference="S-2")
    page = text(nurse, f"{case}reperti/")
    assert "S-2" in page
    assert len(re.findall('class="row-note">Scritto', page)) == 2
    with entered(actor=region.actor("ed")):
        for statement in ("UPDATE persons_version SET number = 9", "DELETE FROM persons_version"):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_until_when_it_is_kept_is_proposed_from_the_rule_of_the_organisation(
    nurse: Client, case: str, region: Region
) -> None:
    assert "non l'ha scritto nessuno" in text(nurse, f"{case}reperti/")
    Organisation.objects.update(evidence_days=180)
    assert "180 giorni" in text(nurse, f"{case}reperti/")
    proposed = text(nurse, f"{case}scheda/evidence/nuova/")
    assert f'value="{today() + timedelta(days=180)}"' in proposed


def test_six_months_are_too_short_and_both_days_are_said(nurse: Client, case: str) -> None:
    happened = today() - timedelta(days=2)
    nurse.post(f"{case}scheda/episode/nuova/", {"day": happened.isoformat(), "types": ["sexual"]})
    collects(nurse, case, kept_until=(today() + timedelta(days=180)).isoformat())
    page = " ".join(text(nurse, f"{case}reperti/").split())
    assert "È troppo presto" in page
    day = after_months(happened, 12)
    assert re.search(rf"querela fino al {day.day} \w+ {day.year}", page)
    read = AuditEntry.objects.filter(verb="record.read").latest("id").detail
    assert read["slices"] == "health,risk", "what was reckoned with was read"


def test_a_year_is_enough(nurse: Client, case: str) -> None:
    nurse.post(f"{case}scheda/episode/nuova/", {"day": today().isoformat()})
    collects(nurse, case, kept_until=after_months(today(), 12).isoformat())
    assert "troppo presto" not in text(nurse, f"{case}reperti/")


def test_months_of_the_complaint_are_a_setting(nurse: Client, case: str, settings: Settings) -> None:
    nurse.post(f"{case}scheda/episode/nuova/", {"day": today().isoformat()})
    collects(nurse, case, kept_until=after_months(today(), 12).isoformat())
    settings.COMPLAINT_MONTHS = 13
    assert "troppo presto" in text(nurse, f"{case}reperti/")


@pytest.mark.parametrize(("days", "told"), [(31, False), (30, True), (1, True), (-1, True)])
def test_her_day_tells_of_it_in_time_and_until_somebody_says_what_became_of_it(
    nurse: Client, case: str, days: int, told: bool
) -> None:
    entry = collects(nurse, case, kept_until=(today() + timedelta(days=days)).isoformat())
    alias = Case.objects.get().alias
    assert ("Reperti da non perdere" in text(nurse, "/")) is told
    if told:
        row = text(nurse, "/").split("Reperti da non perdere")[1].split("</section>")[0]
        assert alias in row
        assert f'href="{case}reperti/"' in row
    step(nurse, case, entry, step="handed_over", kept_until=(today() + timedelta(days=days)).isoformat())
    assert "Reperti da non perdere" not in text(nurse, "/")


def test_a_case_with_several_pieces_is_told_once_with_the_soonest_day(nurse: Client, case: str) -> None:
    collects(nurse, case, kept_until=(today() + timedelta(days=9)).isoformat())
    collects(nurse, case, kept_until=(today() + timedelta(days=5)).isoformat())
    row = text(nurse, "/").split("Reperti da non perdere")[1].split("</section>")[0]
    soonest = today() + timedelta(days=5)
    assert row.count("<li>") == 1
    assert f"{soonest.day} " in row


def test_the_days_of_notice_are_a_setting(nurse: Client, case: str, settings: Settings) -> None:
    collects(nurse, case, kept_until=(today() + timedelta(days=9)).isoformat())
    settings.EVIDENCE_NOTICE_DAYS = 3
    assert "Reperti da non perdere" not in text(nurse, "/")


def test_another_service_is_told_of_no_evidence_and_the_database_agrees(
    nurse: Client, case: str, sign_in: SignIn, region: Region
) -> None:
    collects(nurse, case, kept_until=today().isoformat())
    form = {"need": ["talk_now"], "consent": "given", "municipality": "012133", "key": "z" * 12}
    nurse.post("/attiva/", form | {"case": case.split("/")[2]})
    assert "Reperti da non perdere" not in text(sign_in("centre"), "/")
    with entered(actor=region.actor("centre")):
        assert Case.objects.count() == 1
        assert not Keeping.objects.exists()
    with entered(actor=region.actor("ed")):
        assert Keeping.objects.count() == 1


def test_a_last_day_that_is_taken_back_is_told_no_more(nurse: Client, case: str) -> None:
    entry = collects(nurse, case, kept_until=today().isoformat())
    assert "Reperti da non perdere" in text(nurse, "/")
    step(nurse, case, entry, step="corrected", kept_until="")
    assert "Reperti da non perdere" not in text(nurse, "/")
    assert "Fino a quando si conserva, non è scritto" in text(nurse, f"{case}reperti/")


# -- the rule of the organisation -----------------------------------------------------------------------------------


def coordinator(sign_in: SignIn, region: Region) -> Client:
    Membership.objects.filter(pk=region.memberships["ed"].pk).update(role=Role.ORGANISATION_COORDINATOR)
    return sign_in("ed")


def test_who_coordinates_says_for_how_long_evidence_is_kept(sign_in: SignIn, region: Region) -> None:
    client = coordinator(sign_in, region)
    assert client.post("/rete/organizzazione/reperti/", {"days": "180"}).status_code == 302
    assert Organisation.objects.get().evidence_days == 180
    assert "180 giorni" in text(client, "/rete/organizzazione/")
    assert AuditEntry.objects.get(verb="organisation.evidence_days").detail == {"days": 180}
    client.post("/rete/organizzazione/reperti/", {"days": ""})
    assert Organisation.objects.get().evidence_days is None


@pytest.mark.parametrize("typed", ["0", "-3", "7301", "sei mesi", "1.5"])
def test_days_that_cannot_be_are_refused(sign_in: SignIn, region: Region, typed: str) -> None:
    client = coordinator(sign_in, region)
    assert client.post("/rete/organizzazione/reperti/", {"days": typed}).status_code == 422
    assert Organisation.objects.get().evidence_days is None


# -- law 53/2022 --------------------------------------------------------------------------------------------------

EPISODE = {
    "day": "2026-11-01",
    "types": ["physical", "economic"],
    "relation": "spouse_cohabitant",
    "children_present": "no",
    "account": "=CANARINO()",
}


def download(client: Client, case: str, form: str) -> HttpResponse:
    response = client.post(f"{case}legge-53/file/", {"format": form})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"] == f'attachment; filename="dati.{form}"'
    return response


def test_the_five_data_are_written_once_and_what_is_missing_is_said(nurse: Client, case: str) -> None:
    assert "Nessun episodio" in text(nurse, f"{case}legge-53/")
    nurse.post(f"{case}scheda/episode/nuova/", EPISODE)
    page = " ".join(text(nurse, f"{case}legge-53/").split())
    for words in ("coniuge/convivente", "fisica, economica", "Manca qualcosa"):
        assert words in page
    assert page.count("<dd>non si sa</dd>") == 6, "stalking, and five indicators that nobody asked"
    assert "CANARINO" not in page


def test_a_table_in_two_formats_says_the_same_codes_and_the_alias(nurse: Client, case: str) -> None:
    nurse.post(f"{case}scheda/episode/nuova/", EPISODE)
    head, row = csv.reader(StringIO(download(nurse, case, "csv").content.decode("utf-8-sig")), delimiter=";")
    book = openpyxl.load_workbook(BytesIO(download(nurse, case, "xlsx").content))
    assert [[cell.value for cell in line] for line in book.worksheets[0].iter_rows()] == [head, row]
    said = dict(zip(head, row, strict=True))
    assert said["alias"] == Case.objects.get().alias
    assert said["violence_types"] == "physical,economic"
    assert (said["children_present"], said["stalking"], said["da5_weapon"]) == ("no", "unknown", "unknown")
    assert "CANARINO" not in " ".join(row)


def test_the_fhir_document_is_valid_and_carries_what_the_assessment_answered(
    nurse: Client, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse.post(f"{case}scheda/episode/nuova/", EPISODE)
    monkeypatch.setattr(law_53, "answers_to", lambda _code, _actor, _case_id, _now: {"weapon": "yes", "jealousy": "no"})
    response = download(nurse, case, "json")
    assert response["Content-Type"] == "application/fhir+json"
    bundle = Bundle.model_validate_json(response.content)
    answered = {item.linkId: item.answer for item in bundle.entry[0].resource.item}
    assert answered["da5_weapon"][0].valueBoolean is True
    assert answered["da5_jealousy"][0].valueBoolean is False
    assert answered["da5_escalation"] is None
    assert datetime.fromisoformat(json.loads(response.content)["timestamp"]) <= now()


def test_a_download_is_in_the_register_and_in_her_list_and_nothing_of_it_is(nurse: Client, case: str) -> None:
    nurse.post(f"{case}scheda/episode/nuova/", EPISODE)
    download(nurse, case, "csv")
    written = AuditEntry.objects.get(verb="law_53.export")
    assert written.detail == {"format": "csv", "rows": 1}
    assert "ha scaricato i dati della legge 53/2022" in text(nurse, f"{case}accessi/")


@pytest.mark.parametrize("form", ["", "pdf", "CSV"])
def test_only_three_formats_are_there(nurse: Client, case: str, form: str) -> None:
    nurse.post(f"{case}scheda/episode/nuova/", EPISODE)
    assert nurse.post(f"{case}legge-53/file/", {"format": form}).status_code == 422


def test_where_nothing_is_written_there_is_nothing_to_download(nurse: Client, case: str) -> None:
    assert nurse.post(f"{case}legge-53/file/", {"format": "csv"}).status_code == 404
    assert not AuditEntry.objects.filter(verb="law_53.export").exists()


def test_a_service_that_may_not_read_it_downloads_nothing(nurse: Client, case: str, sign_in: SignIn) -> None:
    nurse.post(f"{case}scheda/episode/nuova/", EPISODE)
    form = {"need": ["talk_now"], "consent": "given", "municipality": "012133", "key": "z" * 12}
    nurse.post("/attiva/", form | {"case": case.split("/")[2]})
    assert sign_in("centre").post(f"{case}legge-53/file/", {"format": "csv"}).status_code == 404


@pytest.mark.parametrize(
    "page", ["", "lesioni/", "reperti/", "legge-53/", "valutazioni/", "valutazioni/nuova/lei/da5/"]
)
def test_no_title_says_what_happened_to_her(nurse: Client, case: str, page: str) -> None:
    content = nurse.get(f"{case}{page}").content.decode()
    assert "<title>Percorso · Approdo</title>" in " ".join(content.split())


def test_in_english_a_form_is_left_and_only_what_was_sent_is_undone(nurse: Client, case: str) -> None:
    with translation.override("it"):  # the client would leave its language behind
        content = nurse.get(f"{case}scheda/evidence/nuova/", headers={"Accept-Language": "en"}).content.decode()
    assert ">Cancel</a>" in content
    assert "Undo" not in content
