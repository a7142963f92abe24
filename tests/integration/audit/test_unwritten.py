# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the register takes no entries: nothing of her is shown, and help is called and answers all the same (P20)."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.observers import observer
from tests.factories.region import Region, prove_two_factors, small_region

from approdo.access.rules import SYSTEM
from approdo.access.services import as_system
from approdo.accounts import services as accounts
from approdo.activations.models import Activation, Call
from approdo.activations.services import advance_due
from approdo.audit import gateways, services
from approdo.audit.models import Entry
from approdo.kit import clock
from approdo.kit.postgres import Urls
from approdo.notifications.models import Message
from approdo.notifications.rules import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from approdo.protocols.rules import Need

pytestmark = pytest.mark.django_db(transaction=True)

HOW = {
    "no privilege": (
        "REVOKE INSERT ON audit_entry FROM approdo_app",
        "GRANT INSERT ON audit_entry TO approdo_app",
    ),
    "a chain that breaks at the commit": (
        "ALTER TABLE audit_link ADD CONSTRAINT broken CHECK (position < 0) NOT VALID",
        "ALTER TABLE audit_link DROP CONSTRAINT broken",
    ),
}


@pytest.fixture(params=HOW, autouse=True)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def spool(settings: LazySettings, tmp_path: Path) -> Path:
    settings.SPOOL_DIRECTORY = tmp_path / "spool"
    settings.GATEWAY_SECRET = "shared secret"
    return tmp_path / "spool" / "audit.jsonl"


@pytest.fixture
def region(transactional_db: None) -> Region:
    return small_region()


@pytest.fixture
def broken(way: str, region: Region, database_urls: Urls) -> Iterator[Callable[[bool], None]]:
    """Return what breaks the register and mends it again."""
    with observer(database_urls, autocommit=True) as above:

        def set_broken(wanted: bool) -> None:
            above.execute(HOW[way][0 if wanted else 1])

        yield set_broken


def signed_in(region: Region, name: str) -> Client:
    client = Client()
    client.force_login(region.operators[name])
    prove_two_factors(client, region.operators[name])
    assert client.get("/servizio/").status_code == 302
    return client


def activate(client: Client) -> HttpResponse:
    form = {"municipality": "012133", "need": [Need.TALK_NOW], "consent": "given", "key": uuid4().hex}
    return client.post("/attiva/", form)


def the_activation() -> Activation:
    with as_system():
        return Activation.objects.get()


def the_call() -> Call:
    with as_system():
        return Call.objects.get()


def sweep() -> int:
    with as_system():
        return advance_due(now=clock.now())


def spooled(spool: Path) -> list[str]:
    return [json.loads(line)["verb"] for line in filter(None, spool.read_text().splitlines())] if spool.exists() else []


def test_what_is_only_shown_when_it_is_written_down_is_refused_with_a_sentence(
    region: Region, broken: Callable[[bool], None], spool: Path
) -> None:
    nurse = signed_in(region, "ed")
    assert activate(nurse).status_code == 302
    case = the_activation().case_id
    addresses = [f"/casi/{case}/", f"/casi/{case}/scheda/"]
    assert [nurse.get(address).status_code for address in addresses] == [200, 200]
    before = Entry.objects.count()
    broken(True)
    for address in addresses:
        refused = nurse.get(address)
        assert refused.status_code == 503
        assert "non si possono annotare" in refused.content.decode()
        assert "Airone" not in refused.content.decode()
    assert nurse.get("/").status_code == 200, "her day goes on"
    assert spooled(spool) == [], "what was not shown is not written down"
    broken(False)
    assert nurse.get(addresses[0]).status_code == 200
    assert Entry.objects.count() == before + 1


def test_a_network_is_activated_followed_and_stood_down(
    region: Region, broken: Callable[[bool], None], spool: Path
) -> None:
    nurse = signed_in(region, "ed")
    broken(True)
    answer = activate(nurse)
    assert answer.status_code == 302
    made = the_activation()
    assert the_call().activation_id == made.pk
    assert sweep() == 1, "the sweep alerts the centre"
    assert nurse.get(answer["Location"]).status_code == 200
    assert nurse.post(f"/attivazioni/{made.pk}/ferma/", {"reason": "help_arrived"}).status_code == 302
    assert the_activation().state == "stood_down"
    assert spooled(spool) == ["case.open", "activation.create", "activation.stand_down"]
    assert not Entry.objects.filter(subject=f"case:{made.case_id}").exists()


ANSWERS = {
    "take": ("prendo", {}, "taken"),
    "decline": ("non-posso", {"reason": "no_place"}, "declined"),
}


@pytest.mark.parametrize("answer", ["take", "decline"])
def test_help_answers_on_the_page(region: Region, broken: Callable[[bool], None], spool: Path, answer: str) -> None:
    assert activate(signed_in(region, "ed")).status_code == 302
    sweep()
    centre, call = signed_in(region, "centre"), the_call()
    word, form, kind = ANSWERS[answer]
    broken(True)
    assert centre.post(f"/attivazioni/{call.activation_id}/chiamate/{call.pk}/{word}/", form).status_code == 302
    assert spooled(spool) == [f"call.{kind}"]


@pytest.mark.parametrize("answer", ["prendo", "non-posso"])
def test_help_answers_by_the_link_of_the_message(
    region: Region, broken: Callable[[bool], None], spool: Path, answer: str
) -> None:
    assert activate(signed_in(region, "ed")).status_code == 302
    sweep()
    code = Message.objects.exclude(code="").values_list("code", flat=True)[0]
    broken(True)
    pressed = Client().post(f"/r/{code}/{answer}", {"reason": "no_place"})
    assert pressed.status_code in {200, 302}, pressed.content
    assert len(spooled(spool)) == 1


def test_help_answers_by_a_text_message(region: Region, broken: Callable[[bool], None], spool: Path) -> None:
    assert activate(signed_in(region, "ed")).status_code == 302
    sweep()
    message = Message.objects.exclude(channel="app").order_by("wave", "pk").first()
    Message.objects.filter(pk=message.pk).update(attempts=1, state="sent", code="", sent_at=clock.now())
    broken(True)
    body = json.dumps({"channel": "sms", "from": message.address, "text": "1"}).encode()
    stamp = str(int(time.time()))
    headers = {TIMESTAMP_HEADER: stamp, SIGNATURE_HEADER: sign("shared secret", stamp, body)}
    answer = Client().post("/gateway/reply", body, content_type="application/json", headers=headers)
    assert answer.json()["outcome"] == "confirmed", answer.content
    assert the_call().state == "taken"
    assert spooled(spool) == ["call.taken"]


def test_another_program_activates(region: Region, broken: Callable[[bool], None], spool: Path) -> None:
    nurse = region.operators["ed"]
    service = region.services["ed"].pk
    with as_system():
        token = accounts.create_token(
            actor=SYSTEM, operator_id=nurse.pk, service_id=service, label="prova", now=clock.now()
        )
    broken(True)
    body = {"municipality": "012133", "needs": ["talk_now"], "consent": "given", "context": "emergency_department"}
    made = Client().post(
        "/api/v1/activations",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "key-of-the-night"},
    )
    assert made.status_code == 201, made.content
    assert "activation.create" in spooled(spool)


def test_what_waited_comes_into_the_register_once_and_with_its_own_instant(
    region: Region, broken: Callable[[bool], None], spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nurse = signed_in(region, "ed")
    broken(True)
    assert activate(nurse).status_code == 302
    made = the_activation()
    later = clock.now() + timedelta(hours=1)
    assert services.unspool(now=later) == 0
    assert gateways.Spool().waits(), "nothing is lost while the register takes nothing"
    broken(False)
    with monkeypatch.context() as dying:
        dying.setattr(Path, "unlink", _die)
        with pytest.raises(OSError, match="killed"):
            services.unspool(now=later)
    assert gateways.Spool().waits(), "the process died after the commit"
    assert services.unspool(now=later) == 0, "what came before does not come twice"
    assert not gateways.Spool().waits()
    (entry,) = Entry.objects.filter(verb="activation.create")
    assert entry.happened_at == made.activated_at
    assert entry.case_id == made.case_id
    assert entry.detail["unspooled_at"] == later.isoformat()
    assert services.unspool(now=later) == 0


def _die(*_arguments: object, **_named: object) -> None:
    raise OSError("killed")


def test_a_line_that_was_cut_by_a_failing_disk_does_not_keep_the_others_out(spool: Path, region: Region) -> None:
    gateways.Spool().append(_line("case.open"))
    with spool.open("a") as torn:
        torn.write('{"spooled": "x", "verb": "case.o')
    gateways.Spool().append(_line("case.read"))
    assert services.unspool(now=clock.now()) == 2
    assert not gateways.Spool().waits()


def test_of_two_sweeps_at_once_one_takes(spool: Path, region: Region) -> None:
    gateways.Spool().append(_line("case.open"))
    other: list[int] = []

    def sweep_too() -> None:
        other.append(services.unspool(now=clock.now()))
        connections.close_all()

    with gateways.Spool().taken() as taken:
        waiting = threading.Thread(target=sweep_too)
        waiting.start()
        waiting.join(0.3)
        assert (len(taken), other) == (1, []), "the other waits until the first has done"
        gateways.Spool().append(_line("case.read"))
    waiting.join()
    assert other == [1], "and finds what was appended meanwhile, once"


def _line(verb: str) -> dict[str, object]:
    return {
        "happened_at": clock.now(),
        "operator_id": 1,
        "organisation_id": 1,
        "service_id": 1,
        "role": "",
        "purpose": "care",
        "verb": verb,
        "subject": "case:1",
        "case_id": UUID(int=1),
        "detail": {},
    }


def test_the_act_goes_on_even_when_the_spool_takes_nothing(
    region: Region, broken: Callable[[bool], None], settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no directory")
    settings.SPOOL_DIRECTORY = tmp_path / "file" / "spool"
    nurse = signed_in(region, "ed")
    broken(True)
    assert activate(nurse).status_code == 302
    assert "an audit entry is lost" in caplog.text
    assert "012133" not in caplog.text


def test_another_failure_of_the_database_is_no_reason_to_go_on_unwritten(
    region: Region, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[int] = []

    @services.goes_on
    def act() -> None:
        attempts.append(1)
        with as_system():
            Activation.objects.raw("SELECT 1 / 0")[0]

    with pytest.raises(Exception, match="division by zero"):
        act()
    assert attempts == [1]
    assert spooled(spool) == []


def test_the_file_of_the_spool_is_private(region: Region, broken: Callable[[bool], None], spool: Path) -> None:
    nurse = signed_in(region, "ed")
    broken(True)
    activate(nurse)
    assert spool.stat().st_mode & 0o777 == 0o600
    assert spool.parent.stat().st_mode & 0o777 == 0o700


def test_signing_in_and_choosing_a_service_go_on_and_wait_in_the_spool(
    region: Region, broken: Callable[[bool], None], spool: Path
) -> None:
    broken(True)
    nurse = signed_in(region, "ed")
    membership = region.memberships["ed"].pk
    assert nurse.post("/servizio/", {"membership": membership}).status_code == 302
    assert spooled(spool) == ["session.begin", "session.choose", "session.choose"]
    broken(False)
    assert services.unspool(now=clock.now()) == 3
