# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The question before one record too many, as she meets it, and what her coordinator reads."""

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.region import Region

from approdo.access.services import as_system
from approdo.activations.models import Activation
from approdo.audit.models import Entry
from approdo.kit import clock
from approdo.networks.models import Shift

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
ASKS = "Stai aprendo molti percorsi: perché?"


@pytest.fixture
def nurse(sign_in: SignIn, case: str, region: Region, settings: Settings) -> Client:
    """At her desk, the activation over, and beyond every limit."""
    settings.READINGS = {"cases_an_hour": 0, "cases_a_day": 0, "uncovered_an_hour": 0}
    Shift.objects.all().delete()
    with as_system():
        Activation.objects.update(state="closed", ended_at=clock.now(), ended_by=region.operators["ed"])
    return sign_in("ed")


def test_she_is_asked_says_why_and_reads(nurse: Client, case: str) -> None:
    asked = nurse.get(f"{case}scheda/")
    assert asked.status_code == 429
    assert ASKS in unescape(asked.content.decode())
    assert not Entry.objects.filter(verb="record.read").exists(), "asking is not reading"
    went_on = nurse.post(f"{case}continua/", {"reading": "record", "many": "handover"})
    assert (went_on.status_code, went_on["Location"]) == (302, f"{case}scheda/")
    assert nurse.get(f"{case}scheda/").status_code == 200
    (entry,) = Entry.objects.filter(verb="record.go_on")
    assert entry.detail == {"many": "handover", "beyond": 1}


def test_before_its_time_the_page_says_how_long_and_keeps_what_she_chose(
    nurse: Client, case: str, settings: Settings
) -> None:
    settings.READINGS = {"cases_an_hour": 1, "cases_a_day": 1, "uncovered_an_hour": 0}
    nurse.get(f"{case}scheda/")
    early = nurse.post(f"{case}continua/", {"reading": "uncover", "many": "meeting"})
    assert early.status_code == 429
    page = unescape(early.content.decode())
    assert "Si apre tra 10 secondi" in page
    assert 'value="meeting" id="many-meeting" checked' in page


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"reading": "record"}, 422),
        ({"reading": "record", "many": "curiosity"}, 422),
        ({"reading": "everything", "many": "handover"}, 422),
        ({}, 422),
    ],
)
def test_without_a_reason_it_asks_again(nurse: Client, case: str, sent: dict[str, str], status: int) -> None:
    assert nurse.post(f"{case}continua/", sent).status_code == status
    assert nurse.get(f"{case}scheda/").status_code == 429


def test_her_coordinator_reads_who_and_how_many_and_no_case(nurse: Client, case: str, sign_in: SignIn) -> None:
    nurse.post(f"{case}continua/", {"reading": "record", "many": "checking"})
    page = unescape(sign_in("coordinator").get("/").content.decode())
    group = page[page.index("Letture insolite") :]
    group = group[: group.index("</section>")]
    assert "Persona 0" in group
    assert "1 percorso ·" in group
    assert "/casi/" not in group
    assert "Letture insolite" not in unescape(nurse.get("/").content.decode())
