# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a department's recognition did, or would have done: read by who coordinates it, and never of few."""

import re
from datetime import datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.factories.activations import Town, a_town
from tests.factories.recognition import REASON, a_coordinator_of, a_site
from tests.factories.region import prove_two_factors

from approdo.access.rules import Role
from approdo.access.services import entered
from approdo.audit.models import Entry
from approdo.kit import clock
from approdo.kit.clock import ROME
from approdo.networks.models import Membership, Service
from approdo.recognition.models import Prompt, Reading, SiteMode, StoredVisit
from approdo.recognition.rules.prompting import Answer, Mode
from approdo.usecases.recognition_figures import SiteFigures, figures

pytestmark = pytest.mark.django_db
PAGE = "/rete/riconoscimento/"


@pytest.fixture
def town() -> Town:
    return a_town()


@pytest.fixture
def coordinator(town: Town) -> Client:
    return browser(town, town.hospital, Role.ORGANISATION_COORDINATOR)


def browser(town: Town, service: Service, role: Role) -> Client:
    operator = town.people[service.pk][1]
    Membership.objects.filter(operator=operator, service=service).update(role=role)
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    prove_two_factors(client, operator)
    client.get(reverse("choose_service"))
    return client


def words(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def months_ago(months: int) -> datetime:
    """The middle of a month that is over."""
    at = first_of(clock.now())
    for _each in range(months):
        at = first_of(at - timedelta(days=1))
    return at + timedelta(days=14)


def first_of(now: datetime) -> datetime:
    return now.astimezone(ROME).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def readings(
    town: Town, visits: int, prompts: int = 0, *, answers: dict[str, int] | None = None, silent: bool = False,
    at: datetime | None = None, **groups: str,
) -> None:  # fmt: skip
    """So many visits that were read, so many of them prompts, with these answers."""
    at = at or months_ago(1)
    given = [code for code, count in (answers or {}).items() for _each in range(count)]
    nurse = town.nurse
    with entered(actor=nurse):
        stored = StoredVisit.objects.bulk_create(
            StoredVisit(
                organisation_id=nurse.organisation_id, service_id=nurse.service_id, person=uuid4().hex,
                visit=uuid4().hex, arrived_at=at, codes=[], signs=[], said=[], recorded_at=at,
                expires_at=at + timedelta(days=1826),
            )
            for _each in range(visits)
        )  # fmt: skip
        made = []
        for number, one in enumerate(stored):
            answer = given[number] if number < len(given) else ""
            by = {"answer": answer, "answered_at": at, "answered_by_id": nurse.operator_id} if answer else {}
            prompted = number < prompts
            kept = {"service_id": nurse.service_id, "read_at": at, "silent": silent, "prompted": prompted}
            made.append(Reading(visit=one, **kept, **by, **groups))
        Reading.objects.bulk_create(made)


def found(town: Town, days: int = 365) -> SiteFigures:
    who = a_coordinator_of(town)
    with entered(actor=who):
        return figures(who, town.hospital.pk, days, clock.now())


def test_who_coordinates_switches_it_on_step_by_step_with_a_reason(coordinator: Client, town: Town) -> None:
    page = coordinator.get(PAGE)
    assert "Nessuna visita è letta o conservata" in words(page)
    assert "era spento" in words(page)
    assert 'value="prompting"' not in page.content.decode(), "no site prompts before it was silent"
    address = f"{PAGE}?servizio={town.hospital.pk}"
    refused = coordinator.post(address, {"mode": "prompting", "reason": REASON})
    assert refused.status_code == 422
    refused = coordinator.post(address, {"mode": "silent", "reason": "perché"})
    assert (refused.status_code, "in dieci caratteri almeno" in words(refused)) == (422, True)
    assert not SiteMode.objects.exists()
    done = coordinator.post(address, {"mode": "silent", "reason": REASON}, follow=True)
    assert "Conviene restare in silenzio almeno tre mesi" in words(done)
    assert REASON in words(done)
    done = coordinator.post(address, {"mode": "prompting", "reason": REASON}, follow=True)
    assert "Chi cura vede perché chiedere" in words(done)
    with entered(actor=a_coordinator_of(town)):
        assert list(SiteMode.objects.order_by("number").values_list("mode", flat=True)) == ["silent", "prompting"]
    assert Entry.objects.filter(verb="recognition.mode").count() == 2


def test_an_organisation_without_a_department_is_told_what_to_do(town: Town) -> None:
    client = browser(town, town.centre, Role.ORGANISATION_COORDINATOR)
    page = client.get(PAGE)
    assert (page.status_code, "non ha un pronto soccorso" in words(page)) == (200, True)
    assert client.post(PAGE, {"mode": "silent", "reason": REASON}).status_code == 422
    hidden, absent = (client.get(f"{PAGE}?servizio={one}") for one in (town.hospital.pk, 999_999))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


def test_the_way_there_is_from_her_organisation_and_only_where_there_is_a_department(
    coordinator: Client, town: Town
) -> None:
    assert PAGE in coordinator.get(reverse("organisation")).content.decode()
    other = browser(town, town.centre, Role.ORGANISATION_COORDINATOR)
    assert PAGE not in other.get(reverse("organisation")).content.decode()


def test_silence_reports_what_it_would_have_done_by_age_and_citizenship(coordinator: Client, town: Town) -> None:
    a_site(town, Mode.SILENT, now=clock.now())
    readings(town, 400, 20, silent=True, age_band="30_44", citizenship="italian")
    readings(town, 100, 15, silent=True, age_band="18_29", citizenship="foreign")
    text = words(coordinator.get(PAGE))
    assert "In silenzio: che cosa avrebbe fatto" in text
    assert "Visite lette: 500." in text
    assert "Richieste ogni 100 visite: 7,0 (fra 5,1 e 9,6)" in text
    assert "18–29 anni 100 15,0 fra 9,3 e 23,3" in text
    assert "italiana 400 5,0 fra 3,3 e 7,6" in text
    assert "Che cosa hanno risposto" not in text, "nobody was asked"


def test_figures_come_before_the_switch_and_periods_are_said_as_people_say_them(
    coordinator: Client, town: Town
) -> None:
    a_site(town, Mode.SILENT, now=clock.now())
    readings(town, 400, 20, silent=True, age_band="30_44", citizenship="italian")
    page = coordinator.get(PAGE)
    shown = page.content.decode()
    figures = shown.index("Richieste ogni 100 visite")
    assert shown.index('href="#cambia"') < figures < shown.index('id="cambia"') < shown.index('type="radio"')
    periods = words(page).split("Si contano mesi interi")[0]
    assert "tre mesi un anno tre anni" in periods
    assert not re.search(r"\d+ giorni", periods)


def test_of_a_small_group_nothing_is_told_nor_of_the_one_that_gives_it_away(coordinator: Client, town: Town) -> None:
    a_site(town, now=clock.now())
    readings(town, 300, 30, age_band="30_44", citizenship="italian")
    readings(town, 200, 12, age_band="45_64", citizenship="italian")
    readings(town, 50, 2, age_band="65_or_more", citizenship="foreign")
    text = words(coordinator.get(PAGE))
    assert "30–44 anni 300 10,0" in text
    assert "65 anni o più non si mostra –" in text
    assert "45–64 anni non si mostra –" in text, "550 less 300 would be told otherwise"
    assert "italiana non si mostra –" in text
    groups = {one.name: one.told for one in found(town).shown.ages}
    assert groups == {"30_44": True, "45_64": False, "65_or_more": False}


def test_a_handful_of_prompts_is_no_rate(coordinator: Client, town: Town) -> None:
    a_site(town, now=clock.now())
    readings(town, 90, 4, answers={"asked_yes": 4})
    text = words(coordinator.get(PAGE))
    assert "Le richieste sono troppo poche per una cifra." in text
    assert "da uno a quattro di un tipo" in text
    assert not re.search(r"\b4\b", text.split("Che cosa hanno risposto")[1])


def test_precision_is_drawn_over_time_with_what_is_not_known(coordinator: Client, town: Town) -> None:
    a_site(town, now=clock.now())
    for months, answers in (
        (3, {"asked_yes": 9, "asked_no": 11, "known": 5, "not_now": 6}),
        (2, {"asked_yes": 3, "asked_no": 9, "known": 4, "not_now": 3}),
        (1, {"asked_yes": 8, "asked_no": 12, "known": 0, "not_now": 5}),
    ):
        readings(town, 300, sum(answers.values()), answers=answers, at=months_ago(months))
    page = coordinator.get(PAGE)
    text = words(page)
    assert "Chieste: 52." in text
    assert "Hanno detto di sì: 38,5 su 100 (fra 26,5 e 52,0)" in text
    assert "Si sapeva già: 9. Non si sa: 14, perché in quel momento non si poteva" in text
    stretches = found(town).stretches
    assert [one.outcomes.yes for one in stretches] == [9, 11], "three of one month are told with the next"
    assert page.content.decode().count("<circle") == 2
    assert "Le stesse cifre della tabella." in page.content.decode()


def test_a_month_without_prompts_is_there_and_says_nothing(town: Town) -> None:
    a_site(town, now=clock.now())
    for months in (4, 1):
        readings(town, 40, 20, answers={"asked_yes": 10, "asked_no": 10}, at=months_ago(months))
    assert [one.outcomes.yes for one in found(town).stretches] == [10, 0, 0, 10]


def test_who_looks_before_and_after_a_visit_learns_nothing_of_it(coordinator: Client, town: Town) -> None:
    a_site(town, Mode.SILENT, now=clock.now())
    readings(town, 100, 20, silent=True, age_band="30_44")
    before = coordinator.get(PAGE).content
    for at in (clock.now(), first_of(clock.now())):
        readings(town, 1, 1, silent=True, age_band="30_44", at=at)
        assert numbers(coordinator.get(PAGE).content) == numbers(before)


def numbers(page: bytes) -> list[str]:
    return re.findall(r"[0-9]+", re.sub(r"<form.*?</form>|<script.*?</script>", "", page.decode(), flags=re.DOTALL))


def test_a_period_is_chosen_and_another_is_the_usual_one(coordinator: Client, town: Town) -> None:
    a_site(town, now=clock.now())
    readings(town, 100, 10, at=clock.now() - timedelta(days=200))
    assert "Visite lette: 100." in words(coordinator.get(PAGE))
    assert "Visite lette" not in words(coordinator.get(f"{PAGE}?days=90"))
    assert "Visite lette: 100." in words(coordinator.get(f"{PAGE}?days=quattro"))


def test_whoever_reads_the_figures_is_written_down_and_meets_no_prompt(coordinator: Client, town: Town) -> None:
    a_site(town, now=clock.now())
    readings(town, 30, 10, answers={Answer.KNOWN: 5})
    coordinator.get(PAGE)
    assert Entry.objects.filter(verb="figures.read", subject=f"service:{town.hospital.pk}").exists()
    with entered(actor=town.actor(town.coordination, role=Role.NETWORK_COORDINATOR)):
        assert Reading.objects.count() == Prompt.objects.count() == 0
