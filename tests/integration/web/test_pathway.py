# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the pathway: what is offered to whom, what is said when it is refused, and what goes nowhere."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from tests.factories.pathway import a_task
from tests.factories.region import Region

from approdo.access.rules import Role
from approdo.access.services import entered
from approdo.cases.models import Case
from approdo.kit import clock
from approdo.networks.models import Membership
from approdo.networks.selectors import actor_for
from approdo.tasks.models import Stretch, Task

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def led(sign_in: SignIn, case: str) -> tuple[Client, str]:
    """The centre leads the case: her client, and the address of the case's pathway."""
    centre = sign_in("centre")
    centre.post(f"{case}conduce/", {"act": "take"})
    return centre, f"{case}percorso/"


def the_task(case: str, **entries: object) -> UUID:
    """A task of the service that leads."""
    row = Case.objects.get()
    member = Membership.objects.get(operator=row.lead_operator_id, service=row.lead_service_id)
    actor = actor_for(member.operator_id, member.pk)
    assert actor
    with entered(actor=actor):
        return a_task(actor, row.pk, now=clock.now(), **entries)


def pressed(page: str) -> list[str]:
    return re.findall(r'name="act" value="([a-z_-]+)"', page)


def test_who_leads_is_offered_how_it_goes_on_and_others_read_who_does(led: tuple[Client, str], sign_in: SignIn) -> None:
    centre, address = led
    offered = pressed(centre.get(address).content.decode())
    assert {"receive", "close", "begin-stay", "begin-conference", "begin-risk_review"} <= set(offered)
    hospital = sign_in("ed").get(address)
    assert hospital.status_code == 200
    assert pressed(hospital.content.decode()) == []
    assert "La porta avanti chi conduce il percorso." in hospital.content.decode()


def test_it_goes_on_and_the_page_says_where_she_is(led: tuple[Client, str]) -> None:
    centre, address = led
    answer = centre.post(f"{address}avanti/", {"act": "receive"}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert "Adesso: accoglienza</h2>" in answer.content.decode()
    assert "take_in_charge" in pressed(answer.content.decode())


def test_closing_without_saying_how_is_refused_in_place_and_nothing_has_changed(led: tuple[Client, str]) -> None:
    centre, address = led
    answer = centre.post(f"{address}avanti/", {"act": "close"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert">Scegli come si conclude.' in page
    assert "<details open>" in page
    assert Case.objects.get().closed_at is None
    closed = centre.post(f"{address}avanti/", {"act": "close", "reason": "returned"}, follow=True).content.decode()
    assert "Adesso: concluso</h2>" in closed
    assert pressed(closed) == ["reopen"]


@pytest.mark.parametrize(
    ("where", "sent"),
    [
        ("avanti/", {"act": "fly"}),
        ("avanti/", {}),
        ("fase/", {"act": "begin-trial"}),
        ("fase/", {"act": "stay"}),
        ("fase/", {}),
    ],
)
def test_an_act_that_nobody_offers_is_refused(led: tuple[Client, str], where: str, sent: dict[str, str]) -> None:
    centre, address = led
    assert centre.post(address + where, sent).status_code == 422


@pytest.mark.parametrize("act", ["remind", "escalate", "end", "fly", ""])
def test_what_only_the_clock_or_the_pathway_does_nobody_presses(led: tuple[Client, str], case: str, act: str) -> None:
    centre, address = led
    task_id = the_task(case)
    assert centre.post(f"{address}{task_id}/", {"act": act}).status_code == 422
    assert Task.objects.get(pk=task_id).status == "requested"


def test_an_act_that_came_too_late_says_so_calmly(led: tuple[Client, str], case: str) -> None:
    centre, address = led
    centre.post(f"{address}fase/", {"act": "begin-stay"})
    again = centre.post(f"{address}fase/", {"act": "begin-stay"}, follow=True)
    assert again.status_code == 200
    assert "Questa fase è già cominciata." in again.content.decode()
    assert Stretch.objects.filter(phase="stay").count() == 1


def test_a_task_is_pressed_and_said_done(led: tuple[Client, str], case: str) -> None:
    centre, address = led
    task_id = the_task(case)
    page = centre.get(address).content.decode()
    assert {"complete", "take", "decline", "skip"} <= set(pressed(page))
    assert "hand_back" not in pressed(page)
    done = centre.post(f"{address}{task_id}/", {"act": "complete"}, follow=True).content.decode()
    assert "fatto ·" in done


def test_an_assessment_is_done_by_assessing_and_the_task_says_with_what(led: tuple[Client, str], case: str) -> None:
    centre, address = led
    task_id = the_task(case, assessment="risk")
    assert "complete" not in pressed(centre.get(address).content.decode())
    refused = centre.post(f"{address}{task_id}/", {"act": "complete"})
    assert refused.status_code == 422
    assert "Si segna da sé quando salvi la valutazione." in refused.content.decode()
    centre.post(f"{case}valutazioni/nuova/lei/da5/", {"item-weapon": "no"})
    assert "fatto · DA5, valutazione breve del rischio" in centre.get(address).content.decode()


def test_a_task_of_others_is_not_there(led: tuple[Client, str], case: str, sign_in: SignIn) -> None:
    _centre, address = led
    task_id = the_task(case)
    shelter = sign_in("ed")
    assert shelter.post(f"{address}{task_id}/", {"act": "take"}).status_code == 404
    assert Task.objects.get(pk=task_id).operator_id is None


def test_the_day_and_the_list_name_it_by_its_alias_and_lead_there(led: tuple[Client, str], case: str) -> None:
    centre, address = led
    row = Case.objects.get()
    task_id = the_task(case)
    late = clock.now() - timedelta(hours=1)
    Task.objects.filter(pk=task_id).update(due_at=late, escalate_at=late + timedelta(days=1))
    for where, heading in (("/", "Compiti in ritardo"), ("/compiti/", "In ritardo")):
        page = centre.get(where).content.decode()
        assert heading in page
        assert row.alias in page
        assert f'href="{address}"' in page
    mine = centre.get("/compiti/?di=me").content.decode()
    assert "Non hai niente in mano." in mine
    centre.post(f"{address}{task_id}/", {"act": "take"})
    assert "l'hai presa tu" in centre.get("/compiti/?di=me").content.decode()


def test_an_empty_list_says_where_tasks_come_from(sign_in: SignIn, case: str) -> None:
    assert "I compiti nascono quando" in sign_in("centre").get("/compiti/").content.decode()


def test_the_workload_shows_people_and_no_woman(led: tuple[Client, str], region: Region, sign_in: SignIn) -> None:
    centre, _address = led
    row = Case.objects.get()
    Membership.objects.filter(operator=row.lead_operator_id).update(role=Role.ORGANISATION_COORDINATOR)
    page = centre.get("/rete/carico/").content.decode()
    assert "Percorsi che conduce" in page
    assert row.alias not in page
    assert str(row.pk) not in page
    assert re.search(r'<td class="number" data-label="Percorsi che conduce">1</td>', page)


def test_a_colleagues_training_is_written_on_the_page_of_people(led: tuple[Client, str], region: Region) -> None:
    centre, _address = led
    row = Case.objects.get()
    member = Membership.objects.get(operator=row.lead_operator_id)
    Membership.objects.filter(pk=member.pk).update(role=Role.ORGANISATION_COORDINATOR)
    people = f"/rete/servizi/{member.service_id}/persone/"
    sent = {"act": "trained", "qualifications": ["risk_assessment", "hearing_children"]}
    page = centre.post(f"{people}{member.pk}/", sent, follow=True).content.decode()
    assert "Valutazione del rischio · Ascolto di bambine e bambini" in page
    assert page.count(" checked") == 2
    wrong = centre.post(f"{people}{member.pk}/", {"act": "trained", "qualifications": ["magic"]}, follow=True)
    assert "Scegli le voci dall&#x27;elenco." in wrong.content.decode()
    member.refresh_from_db()
    assert member.qualifications == ["hearing_children", "risk_assessment"]
