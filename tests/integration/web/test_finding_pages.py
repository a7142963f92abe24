# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A woman who comes back is found by her name, by whoever may read it and by nobody else."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from tests.factories.region import Region

from approdo.access.rules import Role
from approdo.access.services import as_system
from approdo.audit.models import Entry as AuditEntry
from approdo.cases.services import join
from approdo.kit import clock
from approdo.networks.models import Membership

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
SEARCH = "/casi/cerca/"
NAMES = {"given_name": "Zelmira", "family_name": "De Canarìs"}


@pytest.fixture
def centre(sign_in: SignIn, case: str) -> Client:
    """The centre's operator, who leads and has written who she is."""
    client = sign_in("centre")
    client.post(f"{case}conduce/", {"act": "take"})
    assert client.post(f"{case}scheda/identity/nuova/", NAMES).status_code == 302
    return client


def search(client: Client, name: str) -> str:
    response = client.post(SEARCH, {"name": name})
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("typed", ["zel", "Canaris", "de canaris", "CANA zelm"])
def test_she_is_found_by_the_beginnings_of_her_name(centre: Client, case: str, typed: str) -> None:
    assert f'href="{case}"' in search(centre, typed)


@pytest.mark.parametrize("typed", ["canarina", "zelmira rossi", "elmira"])
def test_another_name_finds_nothing_and_says_what_that_means(centre: Client, case: str, typed: str) -> None:
    shown = search(centre, typed)
    assert f'href="{case}"' not in shown
    assert "Nessun percorso con questo nome" in shown


@pytest.mark.parametrize("typed", ["", "de", "z", "…"])
def test_too_few_letters_are_said_beside_the_field_and_search_nothing(centre: Client, typed: str) -> None:
    response = centre.post(SEARCH, {"name": typed})
    assert response.status_code == 422
    assert "almeno tre lettere" in response.content.decode()
    assert not AuditEntry.objects.filter(verb="case.search").exists()


def test_who_takes_part_without_her_yes_finds_nothing_like_who_was_never_there(
    centre: Client, sign_in: SignIn, case: str
) -> None:
    nurse = sign_in("ed")
    assert nurse.get(case).status_code == 200
    there, absent = search(nurse, "zelmira"), search(nurse, "zzzmira")
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|value="z\w+mira"')
    assert token.sub("", there) == token.sub("", absent)


def test_a_neighbour_in_the_same_organisation_finds_only_the_name_she_may_read(
    centre: Client, sign_in: SignIn, case: str, region: Region
) -> None:
    """Two wards of one hospital: what one wrote of her is not found by the other through a name of its own."""
    beside = region.services["coordinator"]
    assert region.services["centre"].organisation_id == beside.organisation_id
    Membership.objects.filter(service=beside).update(role=Role.CENTRE_OPERATOR)
    with as_system():
        join(case_id=UUID(case.split("/")[2]), service_ids=[beside.pk], now=clock.now())
    neighbour = sign_in("coordinator")
    assert neighbour.get(case).status_code == 200
    assert f'href="{case}"' not in search(neighbour, "zelmira")
    assert f'href="{case}"' in search(centre, "zelmira")


def test_that_somebody_looked_is_written_down_and_what_she_typed_is_not(centre: Client, case: str) -> None:
    search(centre, "zelmira")
    search(centre, "nessunaltra")
    (uncovered,) = AuditEntry.objects.filter(verb="record.reveal")
    assert f"/casi/{uncovered.case_id}/" == case, "it stands in her own list, and counts like any uncovering"
    assert uncovered.detail["why"] == "by_name"
    entries = AuditEntry.objects.filter(verb="case.search").order_by("id")
    assert [one.detail["found"] for one in entries] == [1, 0]
    assert all(one.case_id is None and "zelm" not in f"{one.subject}{one.detail}".lower() for one in entries)


def test_the_name_stands_in_no_address_and_is_asked_for_on_the_list_of_cases(centre: Client) -> None:
    shown = centre.get("/casi/").content.decode()
    assert f'<form method="post" action="{SEARCH}"' in shown
    assert centre.get(SEARCH, {"name": "zelmira"}).content.decode().count("zelmira") == 0
