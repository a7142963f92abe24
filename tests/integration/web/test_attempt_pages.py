# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody who is kept out asks for the case: who leads reads it on her pages, and he learns nothing, nor from time."""

import re
from collections.abc import Callable
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories.region import Region

from approdo.access.services import as_system
from approdo.activations.models import Activation

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
SAYS_SO = "Qualcuno che è escluso ha provato ad aprire questo percorso"


@pytest.fixture
def centre(sign_in: SignIn, case: str, region: Region) -> Client:
    """Leads the case and has kept out the nurse."""
    client = sign_in("centre")
    client.post(f"{case}conduce/", {"act": "take"})
    client.post(f"{case}consensi/escludi/", {"operator": region.operators["ed"].pk, "reason": "knows_him"})
    return client


def text(client: Client, address: str) -> str:
    return unescape(client.get(address).content.decode())


def test_who_leads_reads_who_and_when_on_her_day_and_on_the_case(
    sign_in: SignIn, case: str, centre: Client, region: Region
) -> None:
    assert SAYS_SO not in text(centre, case)
    nurse = sign_in("ed")
    assert nurse.get(case).status_code == 404
    page, day = text(centre, case), text(centre, "/")
    assert SAYS_SO in page
    assert "Chi è escluso ha provato a entrare" in day
    for shown in (page, day):
        assert region.operators["ed"].display_name in shown
    for address in ("/", "/oggi/", "/casi/"):
        assert "escluso" not in text(nurse, address)


def board(case: str) -> str:
    with as_system():
        return f"/attivazioni/{Activation.objects.get(case_id=case.split('/')[2]).pk}/"


def test_an_old_link_to_the_board_is_an_attempt_too_and_a_board_that_asks_by_itself_is_none(
    sign_in: SignIn, case: str, centre: Client
) -> None:
    nurse, address = sign_in("ed"), board(case)
    left_open = nurse.get(f"{address}lavagna/", headers={"X-Approdo-Background": "1"})
    assert left_open.status_code == 404
    assert SAYS_SO not in text(centre, case)
    assert nurse.get(address).status_code == 404
    assert SAYS_SO in text(centre, case)


def test_the_board_kept_from_him_hidden_and_absent_cost_the_same_statements(
    sign_in: SignIn, case: str, centre: Client
) -> None:
    other, nurse, absent = sign_in("shelter"), sign_in("ed"), f"/attivazioni/{uuid4()}/"
    asked = ((nurse, board(case)), (nurse, absent), (other, board(case)))
    shapes = [statements(client, at) for client, at in asked]
    assert shapes[0] == shapes[1] == shapes[2]
    assert any("audit_entry" in one for one in shapes[0])


@pytest.mark.parametrize("place", ["", "scheda/", "accessi/", "consensi/"])
def test_kept_from_him_hidden_and_absent_cost_the_same_statements(
    sign_in: SignIn, case: str, centre: Client, region: Region, place: str
) -> None:
    """What he could measure is what is asked of the database: here the shapes of all statements, in order."""
    other = sign_in("shelter")
    kept, absent = sign_in("ed"), f"/casi/{uuid4()}/"
    shapes = [statements(client, at + place) for client, at in ((kept, case), (kept, absent), (other, case))]
    assert shapes[0] == shapes[1] == shapes[2]
    assert any("audit_entry" in one for one in shapes[0])


def statements(client: Client, address: str) -> list[str]:
    """Every statement of a request that finds nothing, without its values."""
    client.get("/accessibilita/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 404
    return [re.sub(r"'[^']*'|\d+", "…", one["sql"]) for one in asked]
