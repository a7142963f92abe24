# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The access log that she may be given: every access in it, none invented, no operator named (security.md, P22)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.factories.region import Region

from approdo.access.rules import Role, Slice
from approdo.audit.models import Entry
from approdo.audit.selectors import Access
from approdo.cases.models import Case
from approdo.networks.models import Membership
from approdo.referrals.rules import Act
from approdo.tasks.rules import Act as TaskAct
from approdo.usecases.accesses import VERB_LABELS, Line, folded

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
SOURCE = Path(__file__).parents[3] / "src" / "approdo"


def lines(client: Client, case: str) -> list[tuple[str, str]]:
    page = client.get(f"{case}accessi/").content.decode()
    found = re.findall(r"<tr><td>.*?</td><td>(.*?)</td><td>(.*?)</td><td", page)
    return [(service, verb.replace("&#x27;", "'")) for service, verb in found]


def test_the_log_holds_what_was_done_one_to_one_and_in_order(sign_in: SignIn, case: str) -> None:
    nurse, centre = sign_in("ed"), sign_in("centre")
    centre.post(f"{case}conduce/", {"act": "take"})
    nurse.get(case)
    centre.post(f"{case}scheda/identity/nuova/", {"given_name": "Canarina"})
    page = centre.get(f"{case}scheda/").content.decode()
    address = re.search(r"/casi/[0-9a-f-]+/scheda/[0-9a-f-]{36}/mostra/", page)
    assert address
    centre.post(address[0], {"why": "meeting"})
    found = lines(centre, case)
    assert [verb for _service, verb in found] == [
        "ha aperto il percorso",
        "ha attivato la rete",
        "conduce il percorso",
        "ha fatto cominciare una fase del percorso",
        "ha guardato il percorso",
        "ha scritto nella scheda",
        "ha letto la scheda",
        "ha scoperto un dato protetto",
        "ha chiesto questo elenco",
    ]
    assert len({service for service, _verb in found}) == 2
    assert len(found) == Entry.objects.filter(case_id=Case.objects.get().pk).count()


def test_it_says_what_part_and_why_and_nobodys_name(sign_in: SignIn, case: str, region: Region) -> None:
    centre = sign_in("centre")
    centre.post(f"{case}conduce/", {"act": "take"})
    centre.post(f"{case}scheda/place/nuova/", {"address": "Via Canarina 1"})
    address = re.search(r"/casi/[0-9a-f-]+/scheda/[0-9a-f-]{36}/mostra/", centre.get(f"{case}scheda/").content.decode())
    assert address
    centre.post(address[0], {"why": "safety"})
    page = centre.get(f"{case}accessi/").content.decode()
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "Dove si trova" in body
    assert "è in pericolo adesso" in body
    assert "Canarina" not in page
    for operator in region.operators.values():
        assert operator.display_name not in body
        assert operator.email not in page


def test_what_is_done_again_within_a_minute_is_one_line_that_says_how_often(sign_in: SignIn, case: str) -> None:
    centre, nurse = sign_in("centre"), sign_in("ed")
    centre.post(f"{case}conduce/", {"act": "take"})
    for _each in range(30):
        nurse.get(case)
        centre.get(case)
    looked = [verb for _service, verb in lines(centre, case) if verb.startswith("ha guardato il percorso")]
    assert len(looked) <= 4, "two lines, unless a minute went by meanwhile"
    assert sum(int(found[0]) if (found := re.findall(r"\d+", verb)) else 1 for verb in looked) == 60


def test_the_same_thing_a_minute_later_for_another_reason_or_by_another_is_another_line() -> None:
    at = datetime(2026, 11, 28, 3, 0, 59, tzinfo=UTC)
    first = Line(Access(at, 1, 1, "centre_operator", "record.reveal", {"why": "safety"}), "Uno", ())
    again = replace(first, access=replace(first.access, happened_at=at - timedelta(seconds=59)))
    others = [
        replace(first, access=replace(first.access, happened_at=at + timedelta(seconds=1))),
        replace(first, access=replace(first.access, detail={"why": "law"})),
        replace(first, access=replace(first.access, service_id=2)),
        replace(first, access=replace(first.access, role="officer")),
        replace(first, access=replace(first.access, verb="record.read")),
        replace(first, slices=(Slice.HEALTH,)),
    ]
    found = folded([first, *others, again])
    assert [line.times for line in found] == [2, 1, 1, 1, 1, 1, 1]
    assert sum(line.times for line in found) == len(others) + 2


@pytest.mark.parametrize("role", [Role.OFFICER, Role.NETWORK_COORDINATOR])
def test_an_officer_of_the_service_that_leads_is_not_given_it_nor_shown_the_way(
    sign_in: SignIn, case: str, region: Region, role: Role
) -> None:
    centre = sign_in("centre")
    centre.post(f"{case}conduce/", {"act": "take"})
    assert "accessi/" in centre.get(f"{case}scheda/").content.decode()
    Membership.objects.filter(operator=region.operators["centre"]).update(role=role)
    assert "accessi/" not in centre.get(f"{case}scheda/").content.decode()
    assert centre.get(f"{case}accessi/").status_code == 404
    assert centre.post(f"{case}accessi/stampa/").status_code == 404


def test_only_who_leads_opens_it(sign_in: SignIn, case: str) -> None:
    nurse, centre = sign_in("ed"), sign_in("centre")
    assert centre.get(f"{case}accessi/").status_code == 404
    centre.post(f"{case}conduce/", {"act": "take"})
    assert centre.get(f"{case}accessi/").status_code == 200
    assert nurse.get(f"{case}accessi/").status_code == 404


ABOUT_A_CASE = ("case", "referral", "record", "entry", "activation", "consent", "block", "mask", "glass", "document")


def test_every_verb_about_a_case_has_words() -> None:
    written = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        if "case_id=" in text:
            written |= set(
                re.findall(
                    r'"((?:case|referral|record|entry|activation|consent|block|mask|glass|document|pathway|phase'
                    r'|assessment|judgement|happening|exit|law_53)\.[a-z_]+)"',
                    text,
                )
            )
    written |= {f"activation.{act}" for act in ("undo", "stand_down", "close")}
    written |= {f"referral.{act}" for act in Act}
    written |= {f"task.{act}" for act in TaskAct}
    written |= {f"call.{kind}" for kind in ("taken", "declined", "released")}
    assert written == set(VERB_LABELS)


def test_a_reading_that_cannot_be_written_down_shows_nothing(
    sign_in: SignIn, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from approdo.kit import rows

    centre = sign_in("centre")
    centre.post(f"{case}conduce/", {"act": "take"})
    centre.post(f"{case}scheda/health/nuova/", {"needs": "Visita canarina"})
    insert = rows.insert

    def refused(model: type, *rest: object, **named: object) -> int:
        if model is Entry:
            raise OperationalError("permission denied for table audit_entry")
        return insert(model, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(rows, "insert", refused)
    for address in (f"{case}scheda/", case, f"{case}accessi/"):
        answer = centre.get(address)
        assert answer.status_code == 503
        assert "non si possono annotare" in answer.content.decode()
        assert "canarina" not in answer.content.decode()
