# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quarantine while the scanner is silent, and files that nobody names."""

import logging
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock
from uuid import UUID, uuid4

import pytest
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, Town
from tests.factories.files import EICAR, a_photograph
from tests.factories.scanners import a_scanner

from approdo.access.rules import SYSTEM, Actor, Slice
from approdo.access.services import as_system, entered
from approdo.audit.models import Entry as AuditEntry
from approdo.documents import selectors, services
from approdo.documents.gateways import Store, StoreUnavailable
from approdo.documents.gateways.store import FREE_BYTES
from approdo.documents.models import Document
from approdo.documents.rules import Kind, State, Verdict
from approdo.documents.services import sweeping
from approdo.kit import clock
from approdo.kit.errors import Conflict, NotFound
from approdo.vault import services as vault
from approdo.vault.rules import Unreadable

pytestmark = pytest.mark.django_db
SILENT = "tcp://127.0.0.1:1"


@pytest.fixture
def quarantined(centre: Actor, case: UUID, settings: Settings) -> Callable[[bytes], UUID]:
    def bring(content: bytes) -> UUID:
        settings.SCANNER = SILENT
        with entered(actor=centre):
            return services.add(actor=centre, case_id=case, kind=Kind.PHOTOGRAPH, content=content, now=TONIGHT)

    return bring


def state(actor: Actor, document: UUID) -> State:
    with entered(actor=actor):
        return State(Document.objects.get(pk=document).state)


def test_while_the_scanner_is_silent_a_document_is_opened_by_nobody(
    centre: Actor, case: UUID, quarantined: Callable[[bytes], UUID]
) -> None:
    document = quarantined(a_photograph())
    assert state(centre, document) is State.QUARANTINED
    for read, extra in ((services.read_copy, {}), (services.read_original, {"why": "law"})):
        with pytest.raises(NotFound), entered(actor=centre):
            read(actor=centre, document_id=document, now=TONIGHT, **extra)
    with entered(actor=centre):
        assert [one.opens for one in selectors.ask_documents(centre, case)(())] == [False]


def test_while_it_waits_it_is_not_taken_out(centre: Actor, quarantined: Callable[[bytes], UUID]) -> None:
    document = quarantined(a_photograph())
    with pytest.raises(Conflict), entered(actor=centre):
        services.remove(actor=centre, document_id=document, now=TONIGHT)


def test_what_was_taken_out_is_destroyed_after_thirty_days_and_not_before(
    centre: Actor, case: UUID, media: Path, django_capture_on_commit_callbacks: Callable
) -> None:
    with entered(actor=centre):
        kept, out = (
            services.add(actor=centre, case_id=case, kind=Kind.PHOTOGRAPH, content=a_photograph(), now=TONIGHT)
            for _each in range(2)
        )
        services.remove(actor=centre, document_id=out, now=TONIGHT)
    month = timedelta(days=30)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.destroy_removed(now=TONIGHT + month - timedelta(seconds=1), limit=10) == 0
        assert services.destroy_removed(now=TONIGHT + month, limit=10) == 1
        assert services.destroy_removed(now=TONIGHT + month, limit=10) == 0
    assert len([one for one in media.rglob("*") if one.is_file()]) == 2, "the other one's files"
    assert (state(centre, out), state(centre, kept)) == (State.DESTROYED, State.KEPT)
    with entered(actor=centre):
        assert [one.id for one in selectors.ask_documents(centre, case)(())] == [kept]
        for act in (services.put_back, services.remove):
            with pytest.raises(NotFound):
                act(actor=centre, document_id=out, now=TONIGHT)
    told = AuditEntry.objects.get(verb="document.destroy")
    assert (told.subject, told.case_id, told.operator_id) == (f"document:{out}", case, None)


def test_only_the_service_that_brought_it_is_told_that_it_waits(
    town: Town, centre: Actor, case: UUID, settings: Settings
) -> None:
    settings.SCANNER = SILENT
    with entered(actor=town.nurse):
        services.add(actor=town.nurse, case_id=case, kind=Kind.PHOTOGRAPH, content=a_photograph(), now=TONIGHT)
        assert len(selectors.ask_documents(town.nurse, case)(())) == 1
    with entered(actor=centre):
        assert selectors.ask_documents(centre, case)(frozenset(Slice)) == ()


def test_when_it_answers_again_what_is_clean_is_released(
    centre: Actor, quarantined: Callable[[bytes], UUID], settings: Settings
) -> None:
    document = quarantined(a_photograph())
    with a_scanner() as (address, scanner):
        settings.SCANNER = address
        assert services.scan_waiting(now=TONIGHT, limit=10) == 1
        assert scanner.heard == [a_photograph()], "the original, as it came"
    assert state(centre, document) is State.KEPT
    with entered(actor=centre):
        assert services.read_copy(actor=centre, document_id=document, now=TONIGHT).content
    assert AuditEntry.objects.filter(verb="document.release", subject=f"document:{document}").exists()


def test_and_what_is_not_is_refused_and_destroyed(
    centre: Actor,
    media: Path,
    quarantined: Callable[[bytes], UUID],
    settings: Settings,
    django_capture_on_commit_callbacks: Callable,
) -> None:
    document = quarantined(a_photograph() + EICAR)
    with a_scanner() as (address, _scanner), django_capture_on_commit_callbacks(execute=True):
        settings.SCANNER = address
        assert services.scan_waiting(now=TONIGHT, limit=10) == 1
    assert state(centre, document) is State.REFUSED
    assert not [one for one in media.rglob("*") if one.is_file()]
    assert AuditEntry.objects.filter(verb="document.refuse", subject=f"document:{document}").exists()


@pytest.mark.parametrize("scanner", [SILENT, ""])
def test_while_it_is_silent_or_taken_from_the_settings_everything_waits_on(
    centre: Actor, quarantined: Callable[[bytes], UUID], settings: Settings, scanner: str
) -> None:
    document = quarantined(a_photograph())
    settings.SCANNER = scanner
    assert services.scan_waiting(now=TONIGHT, limit=10) == 0
    assert state(centre, document) is State.QUARANTINED


def test_one_whose_file_is_gone_waits_and_keeps_no_other_from_its_turn(
    centre: Actor, quarantined: Callable[[bytes], UUID], settings: Settings
) -> None:
    gone, other = quarantined(a_photograph()), quarantined(a_photograph())
    with entered(actor=centre):
        name = Document.objects.get(pk=gone).original_id
    assert name
    Store().destroy(name)
    with a_scanner() as (address, _scanner):
        settings.SCANNER = address
        assert services.scan_waiting(now=TONIGHT, limit=10) == 1
    assert [state(centre, one) for one in (gone, other)] == [State.QUARANTINED, State.KEPT]


def test_a_case_that_was_erased_meanwhile_ends_in_a_refusal(
    centre: Actor, case: UUID, quarantined: Callable[[bytes], UUID]
) -> None:
    document = quarantined(a_photograph())
    with as_system():
        vault.erase_case(case_id=case)
    assert services.scan_waiting(now=TONIGHT, limit=10) == 1
    assert state(centre, document) is State.REFUSED


def test_a_key_that_was_taken_back_or_cannot_open_destroys_no_evidence(
    centre: Actor, case: UUID, quarantined: Callable[[bytes], UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = quarantined(a_photograph())

    for missing in (NotFound(), Unreadable()):
        monkeypatch.setattr(vault, "case_key", Mock(side_effect=missing))
        services.scan_waiting(now=TONIGHT, limit=10)
        assert state(centre, document) is State.QUARANTINED
    monkeypatch.undo()
    with entered(actor=centre):
        name = Document.objects.get(pk=document).original_id
    assert name
    assert Store().holds(name)


def test_what_the_scanner_never_ends_keeps_no_other_waiting(
    centre: Actor, quarantined: Callable[[bytes], UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    heavy, light = quarantined(a_photograph()), quarantined(a_photograph())
    monkeypatch.setattr(sweeping, "scan", lambda content: Verdict.CLEAN if b"light" in content else Verdict.DOWN)
    monkeypatch.setattr(sweeping, "opened_original", lambda found, _key: b"light" if found.pk == light else b"heavy")
    for _turn in range(3):
        services.scan_waiting(now=TONIGHT, limit=10)
    assert [state(centre, one) for one in (heavy, light)] == [State.QUARANTINED, State.KEPT]


def test_files_that_hardly_any_row_knows_are_left_alone(media: Path, db: None) -> None:
    """An empty database, or one older than its files: nobody's report goes for that."""
    names = [uuid4() for _each in range(21)]
    for name in names:
        Store().put(name, b"of another database")
        aged(name, 400)
    assert services.destroy_orphans(now=clock.now(), limit=200) == 0
    assert all(Store().holds(name) for name in names)
    Store().destroy(names[0])
    assert services.destroy_orphans(now=clock.now(), limit=200) == 20


def test_a_disk_that_is_nearly_full_takes_no_document(
    centre: Actor, case: UUID, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = SimpleNamespace(free=FREE_BYTES)
    monkeypatch.setattr("approdo.documents.gateways.store.shutil.disk_usage", lambda _path: full)
    with pytest.raises(StoreUnavailable), entered(actor=centre):
        services.add(actor=centre, case_id=case, kind=Kind.PHOTOGRAPH, content=a_photograph(), now=TONIGHT)
    assert not [one for one in media.rglob("*") if one.is_file()]


def test_the_system_sees_the_rows_of_what_waited_and_no_other(
    centre: Actor, case: UUID, quarantined: Callable[[bytes], UUID], settings: Settings
) -> None:
    waiting = quarantined(a_photograph())
    settings.SCANNER = ""
    with entered(actor=centre):
        services.add(actor=centre, case_id=case, kind=Kind.PHOTOGRAPH, content=a_photograph(), now=TONIGHT)
    with entered(actor=SYSTEM):
        assert list(Document.objects.values_list("pk", flat=True)) == [waiting]


def aged(name: UUID, days: int) -> None:
    path = Store()._path(name)
    then = (clock.now() - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))


def test_a_file_without_a_row_goes_after_seven_days_and_one_with_a_row_stays(
    centre: Actor, case: UUID, media: Path
) -> None:
    with entered(actor=centre):
        services.add(actor=centre, case_id=case, kind=Kind.PHOTOGRAPH, content=a_photograph(), now=TONIGHT)
        row = Document.objects.get()
    assert row.original_id
    assert row.copy_id
    old, young = uuid4(), uuid4()
    for name in (old, young):
        Store().put(name, b"left behind by a process that died")
    for name in (old, row.original_id, row.copy_id):
        aged(name, 8)
    (media / "00").mkdir(exist_ok=True)
    stranger = media / "00" / ".nfs0001"
    stranger.write_bytes(b"not ours")
    os.utime(stranger, (0, 0))
    unfinished = media / "00" / f"{uuid4().hex}.partial"
    unfinished.write_bytes(b"half")
    os.utime(unfinished, (0, 0))
    assert services.destroy_orphans(now=clock.now(), limit=10) == 2
    assert [Store().holds(name) for name in (old, young, row.original_id, row.copy_id)] == [False, True, True, True]
    assert not unfinished.exists()
    assert stranger.exists()


def test_a_row_that_lost_its_file_is_said_in_the_log_by_number_only(
    centre: Actor, case: UUID, media: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with entered(actor=centre):
        services.add(actor=centre, case_id=case, kind=Kind.PHOTOGRAPH, content=a_photograph(), now=TONIGHT)
    gone = next(one for one in media.rglob("*") if one.is_file())
    gone.unlink()
    with caplog.at_level(logging.ERROR):
        services.destroy_orphans(now=clock.now(), limit=10)
    assert "1 files of documents are not where they were" in caplog.text
    assert gone.name not in caplog.text
