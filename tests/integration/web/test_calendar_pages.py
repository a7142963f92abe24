# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turni nel calendario: an operator makes the address that her calendar reads, and takes it away."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from icalendar import Calendar
from tests.factories.region import Region

from approdo.kit import clock
from approdo.kit.allowance import Allowance
from approdo.networks.models import CalendarFeed, Shift
from approdo.web import calendar

SignIn = Callable[[str], Client]
PAGE, MAKE, REVOKE = "/io/calendario/", "/io/calendario/nuovo/", "/io/calendario/togli/"


def text(response: object) -> str:
    return unescape(response.content.decode())


def made(client: Client) -> str:
    """Make an address as she does; return its path."""
    page = text(client.post(MAKE))
    return re.search(r"value=\"[^\"]*?(/turni/[\w-]{43}\.ics)\"", page)[1]


def test_her_own_shifts_lead_to_it(sign_in: SignIn) -> None:
    client = sign_in("centre")
    assert f'href="{PAGE}"' in text(client.get("/io/turni/"))
    page = text(client.get(PAGE))
    assert "Non ne hai uno." in page
    assert page.count("<h1") == 1


def test_the_address_is_shown_once_and_answers_a_calendar_program(sign_in: SignIn, region: Region) -> None:
    client = sign_in("centre")
    address = made(client)
    assert address not in text(client.get(PAGE))
    assert "smette subito di funzionare" in text(client.get(PAGE))
    response = Client().get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert event["DTSTART"].dt == Shift.objects.get(operator=region.operators["centre"]).starts_at.replace(
        microsecond=0
    )


def test_what_leaves_the_house_names_nobody_and_no_place(sign_in: SignIn, region: Region) -> None:
    said = Client().get(made(sign_in("centre"))).content.decode()
    service, operator = region.services["centre"], region.operators["centre"]
    for word in (
        service.name,
        "Centro",
        "Varese",
        "VARESE",
        operator.display_name,
        operator.email,
        service.phone,
        "iolenza",
    ):
        assert word not in said


def test_nothing_of_it_is_kept_on_the_way_and_nobody_is_recognised_again(sign_in: SignIn) -> None:
    response = Client().get(made(sign_in("centre")))
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert Client().head(made(sign_in("centre"))).status_code == 200


def test_unknown_renewed_revoked_and_shut_out_answer_the_same_bytes(sign_in: SignIn, region: Region) -> None:
    client = sign_in("centre")
    renewed, revoked = made(client), made(client)
    client.post(REVOKE)
    shut_out = made(sign_in("shelter"))
    operator = region.operators["shelter"]
    operator.is_active = False
    operator.save()
    answers = [Client().get(one) for one in (renewed, revoked, shut_out, "/turni/indovinato.ics", "/turni/%00.ics")]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
    assert not any(one.cookies for one in answers)


def test_renewing_lets_only_the_new_address_answer(sign_in: SignIn) -> None:
    client = sign_in("centre")
    first, second = made(client), made(client)
    assert [Client().get(one).status_code for one in (first, second)] == [404, 200]


def test_making_asks_who_she_is_and_taking_away_does_not(sign_in: SignIn) -> None:
    client = sign_in("centre")
    address = made(client)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] = 0
    session.save()
    refused = client.post(MAKE)
    assert refused.status_code == 403
    assert "Conferma che sei tu" in text(refused)
    assert Client().get(address).status_code == 200, "nothing was made again"
    assert "L'indirizzo non funziona più." in text(client.post(REVOKE, follow=True))
    assert Client().get(address).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_nothing_is_made_by_following_a_link(sign_in: SignIn) -> None:
    client = sign_in("centre")
    assert [client.get(one).status_code for one in (MAKE, REVOKE)] == [405, 405]
    assert Client().post("/turni/indovinato.ics").status_code == 405


def test_who_asks_too_often_waits_whatever_she_asks_for(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    address = made(sign_in("centre"))
    monkeypatch.setattr(calendar, "askings", Allowance(2))
    answers = [Client().get(one) for one in (address, "/turni/a.ics", address, "/turni/b.ics")]
    assert [one.status_code for one in answers] == [200, 404, 429, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert not answers[2].content


def test_a_shift_that_was_handed_over_leaves_her_calendar(sign_in: SignIn, region: Region) -> None:
    address = made(sign_in("centre"))
    now = clock.now()
    shift = Shift.objects.create(
        service=region.services["centre"],
        operator=region.operators["centre"],
        position=1,
        starts_at=now + timedelta(days=2),
        ends_at=now + timedelta(days=2, hours=8),
    )
    assert Client().get(address).content.count(b"BEGIN:VEVENT") == 2
    shift.operator = region.operators["shelter"]
    shift.save()
    assert Client().get(address).content.count(b"BEGIN:VEVENT") == 1
