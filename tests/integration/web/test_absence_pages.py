# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quando non ci sei: written by her, seen by who writes the rota, before a shift is given and not after."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from html import unescape

import pytest
from django.test import Client
from tests.factories.region import Region

from approdo.access.rules import Role
from approdo.kit import clock
from approdo.networks.models import Absence, Membership, Shift
from approdo.networks.rules import ROME, instant

SignIn = Callable[[str], Client]
PAGE = "/io/turni/assenze/"


def text(response: object) -> str:
    return unescape(response.content.decode())


@pytest.fixture
def monday() -> date:
    """A Monday in two or three weeks."""
    today = clock.now().astimezone(ROME).date()
    return today + timedelta(days=21 - today.weekday())


@pytest.fixture
def away(region: Region, monday: date) -> Absence:
    """The centre's operator is away that week."""
    return Absence.objects.create(
        operator=region.operators["centre"],
        starts_at=instant(monday, time.min),
        ends_at=instant(monday + timedelta(days=7), time.min),
    )


@pytest.fixture
def coordinator(sign_in: SignIn, region: Region) -> Client:
    """The browser of who coordinates the organisation, and works for its coordination."""
    return sign_in("coordinator")


def shift_of(region: Region, name: str, starts_at: datetime) -> Shift:
    return Shift.objects.create(
        service=region.services["centre"],
        operator=region.operators[name],
        position=1,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=12),
    )


def test_she_writes_it_in_days_and_finds_who_replaces_her(sign_in: SignIn, region: Region, monday: date) -> None:
    shift = shift_of(region, "centre", instant(monday, time(20)))
    client = sign_in("centre")
    assert f'href="{PAGE}"' in text(client.get("/io/turni/"))
    week = {"first": monday, "last": monday + timedelta(days=6)}
    asked = client.post(PAGE, week)
    assert asked.status_code == 422
    assert "Non è ancora scritto niente: in quei giorni hai dei turni." in text(asked)
    assert not Absence.objects.exists()
    page = text(client.post(PAGE, week | {"even_so": "1"}, follow=True))
    assert "Salvato." in page
    assert "C'è un tuo turno: resta tuo finché qualcuno non lo prende." in page
    assert f'href="/io/turni/{shift.pk}/"' in page
    assert "Trova chi ti sostituisce" in page
    assert page.count("<h1") == 1
    assert "sei assente" in text(client.get("/io/turni/"))
    stored = Absence.objects.get()
    assert (stored.starts_at, stored.ends_at) == (
        instant(monday, time.min),
        instant(monday + timedelta(days=7), time.min),
    )


def test_she_is_asked_for_no_reason(sign_in: SignIn) -> None:
    page = text(sign_in("centre").get(PAGE))
    form = page[page.index("Scrivi quando") :]
    assert "<textarea" not in form
    assert 'type="text"' not in form
    assert "Nessuno ti chiede perché" in page


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Dal giorno"),
        ({"first": "2027-03-10", "last": "2027-03-09"}, "prima dell'inizio"),
        ({"first": "2020-03-10", "last": "2020-03-11"}, "già passato"),
        ({"first": "2027-03-10", "last": "2029-03-11"}, "più di un anno"),
        ({"first": "9999-12-31", "last": "9999-12-31"}, "troppo lontano"),
    ],
)
def test_what_makes_no_sense_is_said_and_kept_on_the_page(sign_in: SignIn, form: dict[str, str], sentence: str) -> None:
    response = sign_in("centre").post(PAGE, form)
    assert response.status_code == 422
    assert sentence in text(response)
    assert all(value in text(response) for value in form.values())
    assert not Absence.objects.exists()


def test_she_takes_it_away(sign_in: SignIn, away: Absence) -> None:
    client = sign_in("centre")
    assert "Tolto" in text(client.post(f"{PAGE}{away.pk}/togli/", follow=True))
    assert not Absence.objects.exists()
    assert client.get(f"{PAGE}1/togli/").status_code == 405


def test_an_absence_of_others_and_one_that_never_was_answer_alike(sign_in: SignIn, away: Absence) -> None:
    client = sign_in("shelter")
    answers = [client.post(f"{PAGE}{pk}/togli/") for pk in (away.pk, 999_999)]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert Absence.objects.exists()


def adding(region: Region, day: date, **more: object) -> dict[str, object]:
    operator = region.operators["centre"].pk
    form = {"operator_id": operator, "position": 1, "day": day, "starts": "20:00", "ends": "08:00", "every": 0}
    return form | {"times": 0} | more


def test_who_gives_her_a_shift_then_is_asked_whether_even_so(
    coordinator: Client, region: Region, away: Absence, monday: date
) -> None:
    address = f"/rete/servizi/{region.services['centre'].pk}/turni/nuovo/"
    shifts = Shift.objects.count()
    response = coordinator.post(address, adding(region, monday))
    assert response.status_code == 422
    assert "ha scritto che è assente" in text(response)
    assert "Persona 1" in text(response)
    assert 'name="even_so" value="1"' in text(response)
    assert Shift.objects.count() == shifts
    assert coordinator.post(address, adding(region, monday, even_so="1")).status_code == 302
    assert Shift.objects.count() == shifts + 1
    week = text(coordinator.get(f"/rete/servizi/{region.services['centre'].pk}/turni/?week={monday}"))
    assert week.count('<span class="tag">assente</span>') == 2, "the evening and the morning after"


def test_in_the_week_only_the_days_of_the_absence_say_so(
    coordinator: Client, region: Region, away: Absence, monday: date
) -> None:
    shift = shift_of(region, "centre", instant(monday - timedelta(days=3), time(9)))
    Shift.objects.filter(pk=shift.pk).update(ends_at=instant(monday + timedelta(days=2), time(9)))
    address = f"/rete/servizi/{region.services['centre'].pk}/turni/?week="
    said = [text(coordinator.get(f"{address}{day}")).count("assente") for day in (monday - timedelta(days=7), monday)]
    assert said == [0, 3]


def test_a_shift_outside_it_is_given_without_a_word(
    coordinator: Client, region: Region, away: Absence, monday: date
) -> None:
    address = f"/rete/servizi/{region.services['centre'].pk}/turni/nuovo/"
    assert coordinator.post(address, adding(region, monday + timedelta(days=7))).status_code == 302
    before = adding(region, monday - timedelta(days=1), starts="08:00", ends="20:00")
    assert coordinator.post(address, before).status_code == 302


def test_a_repeated_shift_and_a_copied_week_that_reach_into_it_ask_too(
    coordinator: Client, region: Region, away: Absence, monday: date
) -> None:
    address = f"/rete/servizi/{region.services['centre'].pk}/turni/"
    week_before = monday - timedelta(days=7)
    repeated = adding(region, week_before, every=7, times=1)
    assert "ha scritto che è assente" in text(coordinator.post(f"{address}nuovo/", repeated))
    assert coordinator.post(f"{address}nuovo/", adding(region, week_before)).status_code == 302
    copying = {"week": week_before.isoformat(), "weeks": 1}
    asked = coordinator.post(f"{address}copia/", copying)
    assert asked.status_code == 422
    assert "ha scritto che è assente" in text(asked)
    assert coordinator.post(f"{address}copia/", copying | {"even_so": "1"}).status_code == 302
    assert Shift.objects.filter(starts_at=instant(monday, time(20))).count() == 1


def test_handing_it_over_and_swapping_ask_too(coordinator: Client, region: Region, away: Absence, monday: date) -> None:
    service = region.services["centre"]
    Membership.objects.create(operator=region.operators["ed"], service=service, role=Role.CENTRE_OPERATOR)
    inside = shift_of(region, "ed", instant(monday + timedelta(days=1), time(20)))
    outside = shift_of(region, "centre", instant(monday - timedelta(days=1), time(8)))
    forms = [
        {"act": "hand_over", "operator_id": region.operators["centre"].pk},
        {"act": "swap", "other_id": outside.pk},
    ]
    for form in forms:
        response = coordinator.post(f"/rete/turni/{inside.pk}/", form)
        assert response.status_code == 422, form
        assert "ha scritto che è assente" in text(response)
    inside.refresh_from_db()
    assert inside.operator == region.operators["ed"]
    assert coordinator.post(f"/rete/turni/{inside.pk}/", forms[0] | {"even_so": "1"}).status_code == 302


def test_what_is_refused_is_refused_before_anybody_is_asked_whether_even_so(
    coordinator: Client, region: Region, away: Absence, monday: date
) -> None:
    shift_of(region, "centre", instant(monday, time(20)))
    address = f"/rete/servizi/{region.services['centre'].pk}/turni/nuovo/"
    response = coordinator.post(address, adding(region, monday))
    assert response.status_code == 422
    assert "si sovrappone" in text(response)
    assert 'name="even_so"' not in text(response)
