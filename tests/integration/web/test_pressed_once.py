# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two presses of one page keep one thing; another answer, another page, another person keep another."""

import re
from collections.abc import Callable

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from tests.factories.assessing import ALL_NO, REASON, THREE_YES
from tests.factories.pages import form_on
from tests.factories.region import Region

from approdo.access.services import entered
from approdo.audit.models import Entry as AuditEntry
from approdo.cases.models import Event
from approdo.persons.models import Entry
from approdo.risk.models import Assessment, Happening, Judgement

SignIn = Callable[[str], Client]
HowMany = Callable[..., int]
pytestmark = pytest.mark.django_db


@pytest.fixture
def centre(sign_in: SignIn, case: str) -> Client:
    client = sign_in("centre")
    client.post(f"{case}conduce/", {"act": "take"})
    return client


@pytest.fixture
def how_many(region: Region) -> HowMany:
    """Counts rows that either service wrote; the system itself reads nothing of what was assessed."""

    def counted(model: type[Model], **which: object) -> int:
        found = set()
        for who in ("centre", "ed"):
            with entered(actor=region.actor(who)):
                found |= set(model._default_manager.filter(**which).values_list("pk", flat=True))
        return len(found)

    return counted


@pytest.fixture
def nurse(sign_in: SignIn) -> Client:
    return sign_in("ed")


@pytest.fixture
def hers(nurse: Client) -> str:
    """Address of a case that the emergency department leads."""
    return str(nurse.post("/casi/accogli/", {"key": "una-chiave-della-porta"})["Location"])


def twice(client: Client, page: str, holding: str, **said: str) -> tuple[HttpResponse, HttpResponse]:
    """Fill one form of a page in, and press it twice."""
    action, fields = form_on(client.get(page).content, holding)
    sent = {**fields, **said}
    return client.post(action or page, sent), client.post(action or page, sent)


def items(answers: dict[str, str]) -> dict[str, str]:
    return {f"item-{code}": given for code, given in answers.items()}


def test_a_sheet_that_is_pressed_twice_is_one_and_told_once(centre: Client, case: str, how_many: HowMany) -> None:
    first, second = twice(centre, f"{case}valutazioni/nuova/lei/da5/", "version", **items(THREE_YES))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert how_many(Assessment) == 1
    assert how_many(Event, kind="assessed") == 1
    assert how_many(AuditEntry, verb="assessment.add") == 1


def test_who_goes_back_and_answers_otherwise_keeps_another_sheet(centre: Client, case: str, how_many: HowMany) -> None:
    page = f"{case}valutazioni/nuova/lei/da5/"
    _action, fields = form_on(centre.get(page).content, "version")
    for answers in (THREE_YES, ALL_NO, THREE_YES):
        assert centre.post(page, {**fields, **items(answers)}).status_code == 302
    assert how_many(Assessment) == 2, "what she changed is not lost; what she did not is not doubled"
    assert centre.post(page, {**fields, **items(ALL_NO), "alone": "yes"}).status_code == 302
    assert how_many(Assessment) == 3


def test_the_same_answers_on_another_page_are_another_sheet(centre: Client, case: str, how_many: HowMany) -> None:
    for _night in range(2):
        twice(centre, f"{case}valutazioni/nuova/lei/da5/", "version", **items(ALL_NO))
    assert how_many(Assessment) == 2


def test_a_level_is_part_of_the_sheet_that_is_left_to_a_person(centre: Client, case: str, how_many: HowMany) -> None:
    page = f"{case}valutazioni/nuova/lei/structured_judgement/"
    _action, fields = form_on(centre.get(page).content, "version")
    for level in ("medium", "medium", "high"):
        assert centre.post(page, {**fields, "level": level, "reason": REASON}).status_code == 302
    assert how_many(Assessment) == how_many(Judgement) == 2


def test_a_lower_level_that_waits_waits_once(centre: Client, case: str, how_many: HowMany) -> None:
    one = str(centre.post(f"{case}valutazioni/nuova/lei/da5/", items(THREE_YES))["Location"])
    first, second = twice(centre, one, "reason", level="low", reason=REASON)
    assert first.status_code == second.status_code == 302
    assert how_many(Judgement) == 1
    assert how_many(Event, kind="level_judged") == 1
    assert "una pressione sola" in centre.get(one).content.decode()


@pytest.mark.parametrize("when", ["", "2026-11-01T04:10"])
def test_a_fact_is_noted_once(centre: Client, case: str, when: str, how_many: HowMany) -> None:
    twice(centre, f"{case}valutazioni/", "trigger", trigger="weapon", happened_at=when)
    assert how_many(Happening) == 1
    assert how_many(Event, kind="happened") == 1


def test_the_same_fact_at_another_time_is_another(centre: Client, case: str, how_many: HowMany) -> None:
    _action, fields = form_on(centre.get(f"{case}valutazioni/").content, "trigger")
    for when in ("2026-11-01T04:10", "2026-11-02T04:10"):
        centre.post(f"{case}valutazioni/fatti/", {**fields, "trigger": "weapon", "happened_at": when})
    assert how_many(Happening) == 2


def test_why_a_case_may_be_closed_is_asked_once(centre: Client, case: str, how_many: HowMany) -> None:
    centre.post(f"{case}valutazioni/nuova/lei/da5/", items(THREE_YES))
    twice(centre, f"{case}valutazioni/", "closing", closing=REASON)
    assert how_many(Judgement, assessment=None) == 1


@pytest.mark.parametrize(("kind", "said"), [("evidence", {"reference": "busta 7"}), ("injury", {"region": "eye"})])
def test_what_is_written_in_the_record_is_written_once(
    nurse: Client, hers: str, kind: str, said: dict[str, str], how_many: HowMany
) -> None:
    first, second = twice(nurse, f"{hers}scheda/{kind}/nuova/", next(iter(said)), **said)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert how_many(Entry, kind=kind) == 1
    twice(nurse, f"{hers}scheda/{kind}/nuova/", next(iter(said)), **said)
    assert how_many(Entry, kind=kind) == 2, "another page is another one"


def test_no_key_is_in_an_address_and_every_page_has_its_own(centre: Client, case: str) -> None:
    page = f"{case}valutazioni/nuova/lei/da5/"
    keys = re.findall(
        r'name="key" value="([^"]+)"', centre.get(page).content.decode() + centre.get(page).content.decode()
    )
    assert len(set(keys)) == len(keys) == 2
    assert min(map(len, keys)) >= 24
