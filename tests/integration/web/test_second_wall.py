# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The application forgets its own filter, and the database still shows nothing of another's case (security.md, P4)."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db.models import F
from django.test import Client
from tests.factories.region import Region

from approdo.access.rules import Actor
from approdo.activations.selectors import boards
from approdo.cases.models import Case, Participation
from approdo.cases.selectors import pages
from approdo.kit.rows import Statement
from approdo.protocols.rules import Need

SignIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The statements behind the list, the case and the board have lost ``visible_to``, as after a bad merge."""
    everything: dict[str, tuple[object, Statement]] = {
        "_CASE": (
            pages,
            Statement(lambda case: Case.objects.filter(pk=case).annotate(place=F("municipality__name")), case=UUID),
        ),
        "_ACTIVATION": (
            boards,
            Statement(
                lambda activation: (
                    boards.Activation.objects.filter(pk=activation)
                    .annotate(alias=F("case__alias"))
                    .defer("protocol_copy")
                ),
                activation=UUID,
            ),
        ),
        "_CASES": (
            pages,
            Statement(
                lambda: Participation.objects.annotate(last=F("since")).values_list(
                    "case_id",
                    "case__alias",
                    "case__state",
                    "case__municipality__name",
                    "last",
                    "case__exercise",
                    "since",
                )
            ),
        ),
    }
    for name, (module, statement) in everything.items():
        monkeypatch.setattr(module, name, statement)


def _activate(client: Client) -> str:
    form = {"municipality": "012133", "need": [Need.TALK_NOW], "consent": "given", "key": uuid4().hex}
    return str(client.post("/attiva/", form)["Location"])


@pytest.fixture
def case(sign_in: SignIn, region: Region) -> tuple[str, str, str]:
    """An activation of the emergency department in which the centre takes no part: its page, its case, its alias."""
    board = _activate(sign_in("ed"))
    found = Case.objects.get()
    Participation.objects.exclude(service=region.services["ed"]).update(until=F("since"))
    boards.Activation.objects.update(service_ids=[region.services["ed"].pk])
    return board, f"/casi/{found.pk}/", found.alias


@pytest.mark.usefixtures("forgotten")
def test_without_its_own_filter_a_page_still_shows_nothing_of_anothers_case(
    sign_in: SignIn, case: tuple[str, str, str]
) -> None:
    board, page, alias = case
    stranger = sign_in("centre")
    for address in (board, page):
        assert stranger.get(address).status_code == 404
    assert alias not in stranger.get("/casi/").content.decode()


@pytest.mark.usefixtures("forgotten")
def test_and_it_is_the_database_that_hides_it_for_its_own_service_sees_it(
    sign_in: SignIn, case: tuple[str, str, str]
) -> None:
    board, page, alias = case
    own = sign_in("ed")
    for address in (board, page, "/casi/"):
        assert alias in own.get(address).content.decode()


def test_a_page_is_one_transaction_which_a_refusal_undoes(
    sign_in: SignIn, case: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from approdo.kit.errors import NotFound
    from approdo.web import cases as door

    _board, page, alias = case

    def write_then_refuse(actor: Actor, *_rest: object) -> None:
        Case.objects.update(alias="Scritto e poi rifiutato")
        raise NotFound

    monkeypatch.setattr(door.overview, "case", write_then_refuse)
    assert sign_in("ed").get(page).status_code == 404
    assert Case.objects.get().alias == alias
