# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""I miei turni: a shift asked of colleagues, accepted or refused with one tap."""

from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from tests.factories.region import Region

from approdo.access.rules import Role
from approdo.accounts.models import Operator
from approdo.kit import clock
from approdo.networks.models import ContactPoint, Membership, Shift, Swap
from approdo.networks.rules import Channel
from approdo.notifications.models import Message
from approdo.notifications.rules import Template, render

SignIn = Callable[[str], Client]
PAGE = "/io/turni/"


def text(response: object) -> str:
    return unescape(response.content.decode())


@pytest.fixture
def colleagues(region: Region) -> list[str]:
    """Two colleagues of the centre who can be reached; they sign in by these names."""
    service = region.services["centre"]
    for number, name in enumerate(("bruna", "carla")):
        operator = Operator.objects.create_user(f"{name}@lago.example", "una frase lunga", display_name=name.title())
        region.operators[name] = operator
        region.memberships[name] = Membership.objects.create(
            operator=operator, service=service, role=Role.CENTRE_OPERATOR
        )
        ContactPoint.objects.create(
            service=service, operator=operator, position=1, channel="sms", address=f"+39002100000{number}"
        )
    return ["bruna", "carla"]


@pytest.fixture
def shift(region: Region, colleagues: list[str]) -> Shift:
    """Tomorrow's shift of the first person of the centre, with no gap before it."""
    now = clock.now()
    return Shift.objects.create(
        service=region.services["centre"],
        operator=region.operators["centre"],
        position=1,
        starts_at=now + timedelta(hours=7),
        ends_at=now + timedelta(days=7),
    )


def asked(sign_in: SignIn, shift: Shift, **form: object) -> Swap:
    response = sign_in("centre").post(f"{PAGE}{shift.pk}/", form or {"act": "all"})
    assert response.status_code == 302, text(response)
    return Swap.objects.get(shift=shift, state="open")


def answer(client: Client, swap: Swap, act: str = "accetto", **form: object) -> str:
    return text(client.post(f"{PAGE}richieste/{swap.pk}/{act}/", form, follow=True))


def test_she_finds_her_shifts_and_how_to_be_replaced(sign_in: SignIn, shift: Shift) -> None:
    client = sign_in("centre")
    assert f'href="{PAGE}"' in text(client.get("/accesso/secondo/"))
    page = text(client.get(PAGE))
    assert f'href="{PAGE}{shift.pk}/"' in page
    assert "Centro Rosa dei Venti" in page
    assert page.count("<h1") == 1
    own = text(client.get(f"{PAGE}{shift.pk}/"))
    assert all(name in own for name in ("Chiedi a tutte", "Bruna", "Carla"))


def test_who_has_no_shifts_is_told_who_writes_them(sign_in: SignIn, colleagues: list[str]) -> None:
    assert "I turni li scrive chi coordina" in text(sign_in("bruna").get(PAGE))


def test_whoever_is_asked_finds_it_on_her_day_and_takes_it_with_one_tap(sign_in: SignIn, shift: Shift) -> None:
    swap = asked(sign_in, shift)
    for name in ("bruna", "carla"):
        day = text(sign_in(name).get("/"))
        assert "Ti chiedono un turno" in day
        assert f'action="{PAGE}richieste/{swap.pk}/accetto/"' in day
    assert "Ti chiedono un turno" not in text(sign_in("centre").get("/"))
    assert "Fatto: il turno di Persona 1 ora è tuo." in answer(sign_in("bruna"), swap)
    shift.refresh_from_db()
    assert shift.operator.display_name == "Bruna"
    assert "Ti chiedono un turno" not in text(sign_in("carla").get("/"))


def test_the_living_part_of_her_day_shows_it_too(sign_in: SignIn, shift: Shift) -> None:
    asked(sign_in, shift, act="one", operator_id=Operator.objects.get(display_name="Bruna").pk)
    assert "Ti chiedono un turno" in text(sign_in("bruna").get("/oggi/"))
    assert "Ti chiedono un turno" not in text(sign_in("carla").get("/oggi/"))


def test_who_comes_late_is_told_that_she_need_do_nothing(sign_in: SignIn, shift: Shift) -> None:
    swap = asked(sign_in, shift)
    answer(sign_in("bruna"), swap)
    page = answer(sign_in("carla"), swap)
    assert "Ci ha già pensato un'altra persona: non devi fare nulla." in page
    assert "Ci ha già pensato" in text(sign_in("carla").get(f"{PAGE}richieste/{swap.pk}/"))
    assert "Hai accettato tu" in text(sign_in("bruna").get(f"{PAGE}richieste/{swap.pk}/"))
    assert "Bruna ha accettato" in text(sign_in("centre").get(f"{PAGE}richieste/{swap.pk}/"))


def test_refusing_takes_one_tap_and_no_reason(sign_in: SignIn, shift: Shift) -> None:
    swap = asked(sign_in, shift)
    assert "Va bene. Non devi fare altro." in answer(sign_in("bruna"), swap, "non-posso")
    assert "Ti chiedono un turno" not in text(sign_in("bruna").get("/"))
    assert "non possono: Bruna" in text(sign_in("centre").get(f"{PAGE}{shift.pk}/"))
    answer(sign_in("carla"), swap, "non-posso")
    assert "tutte hanno già risposto di no" in text(sign_in("centre").get(f"{PAGE}richieste/{swap.pk}/"))
    assert "Chiedi a tutte" in text(sign_in("centre").get(f"{PAGE}{shift.pk}/")), "she may ask again"


def test_she_takes_it_back(sign_in: SignIn, shift: Shift) -> None:
    swap = asked(sign_in, shift)
    client = sign_in("centre")
    assert "Ritira la richiesta" in text(client.get(f"{PAGE}{shift.pk}/"))
    assert "il turno resta tuo" in answer(client, swap, "ritiro")
    assert "ritirata" in answer(sign_in("bruna"), swap)


def test_an_exchange_says_both_shifts_and_moves_both(sign_in: SignIn, region: Region, shift: Shift) -> None:
    theirs = Shift.objects.create(
        service=shift.service,
        operator=region.operators["bruna"],
        position=1,
        starts_at=shift.ends_at,
        ends_at=shift.ends_at + timedelta(hours=12),
    )
    swap = asked(sign_in, shift, act="exchange", other_id=theirs.pk)
    client = sign_in("bruna")
    assert "In cambio prende il tuo" in text(client.get(f"{PAGE}richieste/{swap.pk}/"))
    answer(client, swap)
    shift.refresh_from_db()
    theirs.refresh_from_db()
    assert (shift.operator, theirs.operator) == (region.operators["bruna"], region.operators["centre"])


def notices() -> dict[str, int]:
    found: dict[str, int] = {}
    for one in Message.objects.filter(template=Template.NOTICE, channel="sms"):
        found[one.address] = found.get(one.address, 0) + 1
    return found


def test_the_other_side_is_told_that_there_is_something_and_never_what(sign_in: SignIn, shift: Shift) -> None:
    swap = asked(sign_in, shift)
    assert notices() == {"+390021000000": 1, "+390021000001": 1}
    answer(sign_in("bruna"), swap, "non-posso")
    assert "+390020000001" not in notices(), "one refusal of two is no news"
    answer(sign_in("carla"), swap)
    assert notices()["+390020000001"] == 1
    for channel in (Channel.SMS, Channel.EMAIL):
        said = " ".join(render(Template.NOTICE, channel, "it", "")).lower()
        assert not any(word in said for word in ("turn", "centro", "cambio", "collega"))


def test_before_a_call_is_left_unheard_she_is_asked_whether_even_so(
    sign_in: SignIn, region: Region, shift: Shift
) -> None:
    ContactPoint.objects.filter(operator=region.operators["bruna"]).delete()
    Shift.objects.exclude(service=region.services["centre"]).update(ends_at=clock.now() + timedelta(days=90))
    ContactPoint.objects.filter(service=region.services["coordinator"]).delete()
    swap = asked(sign_in, shift)
    client = sign_in("bruna")
    response = client.post(f"{PAGE}richieste/{swap.pk}/accetto/")
    assert response.status_code == 422
    page = text(response)
    assert "ci sarebbero chiamate che nessuno sente" in page
    assert "Accetta comunque" in page
    shift.refresh_from_db()
    assert shift.operator == region.operators["centre"]
    assert Swap.objects.get().state == "open"
    assert "Fatto" in answer(client, swap, even_so="1")
    shift.refresh_from_db()
    assert shift.operator == region.operators["bruna"]


def test_what_stands_in_the_way_is_said_where_she_pressed(sign_in: SignIn, region: Region, shift: Shift) -> None:
    swap = asked(sign_in, shift)
    Shift.objects.create(
        service=shift.service,
        operator=region.operators["bruna"],
        position=2,
        starts_at=shift.starts_at,
        ends_at=shift.starts_at + timedelta(hours=2),
    )
    response = sign_in("bruna").post(f"{PAGE}richieste/{swap.pk}/accetto/")
    assert response.status_code == 422
    assert "questa persona è già reperibile" in text(response)
    refused = sign_in("centre").post(f"{PAGE}{shift.pk}/", {"act": "all"})
    assert refused.status_code == 422
    assert "già una richiesta aperta" in text(refused)


@pytest.mark.parametrize(
    "form", [{}, {"act": "one"}, {"act": "one", "operator_id": 0}, {"act": "exchange"}, {"act": "x"}]
)
def test_asking_nobody_asks_nobody(sign_in: SignIn, shift: Shift, form: dict[str, object]) -> None:
    assert sign_in("centre").post(f"{PAGE}{shift.pk}/", form).status_code == 422
    assert not Swap.objects.exists()


def test_a_request_of_others_and_one_that_never_was_answer_alike(sign_in: SignIn, shift: Shift) -> None:
    swap = asked(sign_in, shift, act="one", operator_id=Operator.objects.get(display_name="Bruna").pk)
    client = sign_in("carla")
    for act in ("", "accetto/", "non-posso/", "ritiro/"):
        ask = client.post if act else client.get
        answers = [ask(f"{PAGE}richieste/{one}/{act}") for one in (swap.pk, uuid4())]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    shift.refresh_from_db()
    assert shift.operator.display_name == "Persona 1"


def test_nothing_changes_by_following_a_link(sign_in: SignIn, shift: Shift) -> None:
    swap = asked(sign_in, shift)
    client = sign_in("bruna")
    for act in ("accetto", "non-posso", "ritiro"):
        assert client.get(f"{PAGE}richieste/{swap.pk}/{act}/").status_code == 405


def test_her_shift_under_way_says_to_whom_to_turn(sign_in: SignIn, region: Region) -> None:
    under_way = Shift.objects.get(operator=region.operators["centre"])
    page = text(sign_in("centre").get(f"{PAGE}{under_way.pk}/"))
    assert "senti chi coordina" in page
    assert "Chiedi a tutte" not in page


def test_many_shifts_cost_no_more_questions_than_one(
    sign_in: SignIn, region: Region, shift: Shift, django_assert_max_num_queries: Callable[..., object]
) -> None:
    swap = asked(sign_in, shift)
    assert swap
    for number in range(20):
        _another(region, shift.ends_at + timedelta(days=number))
    client = sign_in("centre")
    client.get(PAGE)
    with django_assert_max_num_queries(13):
        assert text(client.get(PAGE)).count("Cedi<") == 20


def _another(region: Region, starts_at: datetime) -> None:
    Shift.objects.create(
        service=region.services["centre"],
        operator=region.operators["centre"],
        position=1,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=8),
    )
