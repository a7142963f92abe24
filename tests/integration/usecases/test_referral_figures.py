# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a coordinator reads of the referrals of her network: counts across all services, and never of whom."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.activations import Town, a_town, an_activation
from tests.factories.region import prove_two_factors

from approdo.access.rules import Actor, Forbidden, Role
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry
from approdo.kit import clock
from approdo.kit.errors import NotFound
from approdo.networks.rules import ServiceKind
from approdo.referrals.rules import Act, Answer, SheSaid, Stage, Wish
from approdo.usecases import referral_figures, referring

pytestmark = pytest.mark.django_db


def sent(town: Town, *acts: tuple[Act, str], exercise: bool = False) -> None:
    """The hospital sends a woman to the centre, which does these things one hour apart."""
    now = clock.now() - timedelta(days=40)
    case = an_activation(town, now=now, exercise=exercise).case_id
    wish = Wish("listening", "urgent")
    with entered(actor=town.nurse):
        made = referring.offer(
            actor=town.nurse, case_id=case, target_id=town.centre.pk, wish=wish, she_said=SheSaid.YES, words="", now=now
        )
    centre = town.actor(town.centre)
    for hours, (act, code) in enumerate(acts, start=1):
        with entered(actor=centre):
            answer, at = Answer(code), now + timedelta(hours=hours)
            referring.act(actor=centre, referral_id=made, done=act, answer=answer, now=at)


TAKEN, MET, REFUSED = (Act.ACCEPT, "taken"), (Act.MEET, "taken"), (Act.REJECT, "no_place")


def read(actor: Actor, town: Town, days: int = 90) -> referral_figures.Figures:
    with entered(actor=actor):
        return referral_figures.figures(actor, town.network.code, days, clock.now())


def test_they_count_what_was_done_across_all_services(town: Town, coordinator: Actor) -> None:
    sent(town, TAKEN, MET)
    sent(town, TAKEN)
    sent(town, REFUSED)
    sent(town)
    sent(town, TAKEN, MET, exercise=True)
    found = read(coordinator, town)
    assert {one.stage: (one.count, one.of) for one in found.funnel} == {
        Stage.OFFERED: (4, 4),
        Stage.SENT: (4, 4),
        Stage.TAKEN: (2, 4),
        Stage.MET: (1, 4),
        Stage.THERE_30: (1, 1),
        Stage.THERE_90: (0, 0),
    }
    (answers,) = found.answers
    assert (answers.target, answers.sent, answers.met, answers.refused) == (ServiceKind.SUPPORT_CENTRE, 4, 1, 1)
    assert found.refusals == (("no_place", 1),)
    assert read(coordinator, town, days=30).sent == 0  # they were sent forty days ago
    assert Entry.objects.filter(verb="figures.read", operator_id=coordinator.operator_id).count() == 2


def test_only_who_supervises_the_network_reads_them(town: Town, coordinator: Actor) -> None:
    sent(town)
    for role in set(Role) - {Role.NETWORK_COORDINATOR}:
        with pytest.raises(Forbidden):
            read(town.actor(town.coordination, role=role), town)
    with pytest.raises(NotFound):
        read(coordinator, a_town("013075"))


@pytest.fixture
def client(town: Town, coordinator: Actor) -> Client:
    browser = Client()
    operator = town.people[town.coordination.pk][0]
    browser.force_login(operator)
    prove_two_factors(browser, operator)
    browser.get("/servizio/")
    return browser


def page(client: Client, town: Town) -> str:
    response = client.get(reverse("network_referrals", args=[town.network.code]))
    assert response.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_under_five_the_page_says_only_that_they_are_fewer(client: Client, town: Town) -> None:
    assert "nessuna donna è stata inviata" in page(client, town)
    for _each in range(4):
        sent(town, TAKEN)
    shown = page(client, town)
    assert "meno di 5" in shown
    assert not re.search(r"\b4\b", shown)
    assert "%" not in shown
    sent(town, TAKEN)
    shown = page(client, town)
    assert "100 %" in shown
    assert "giorni" in shown  # with five answers there is a median
    with as_system():
        assert all(one.alias not in shown for one in _referrals())


def _referrals() -> list:
    from approdo.referrals.models import Referral

    return list(Referral.objects.all())


def test_the_way_to_it_is_on_the_page_of_the_network(client: Client, town: Town) -> None:
    assert reverse("network_referrals", args=[town.network.code]) in client.get("/rete/").content.decode()
    assert client.get(reverse("network_referrals", args=["altrove"])).status_code == 404
