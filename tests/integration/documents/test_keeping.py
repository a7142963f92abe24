# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents that two services bring to one case: who opens them, what lies on the disk, what is refused."""

import hashlib
import io
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image
from pytest_django.fixtures import Settings
from tests.factories.activations import TONIGHT, Town
from tests.factories.files import CANARY, a_bomb, a_pdf, a_photograph, a_photograph_with_a_place, an_archive
from tests.factories.scanners import a_scanner

from approdo.access.rules import Actor, Slice
from approdo.access.services import entered
from approdo.audit.models import Entry as AuditEntry
from approdo.documents import selectors, services
from approdo.documents.gateways import Store, StoreUnavailable
from approdo.documents.models import Document, File
from approdo.documents.rules import FileType, Kind, Problem, Refused, State
from approdo.kit.errors import NotFound
from approdo.vault import services as vault
from approdo.vault.rules import Unreadable

pytestmark = pytest.mark.django_db
EVERYTHING = frozenset(Slice)


def bring(actor: Actor, case: UUID, content: bytes, kind: Kind = Kind.PHOTOGRAPH) -> UUID:
    with entered(actor=actor):
        return services.add(actor=actor, case_id=case, kind=kind, content=content, now=TONIGHT)


def opened(actor: Actor, document: UUID) -> services.Opened:
    with entered(actor=actor):
        return services.read_copy(actor=actor, document_id=document, now=TONIGHT)


def original(actor: Actor, document: UUID) -> services.Opened:
    with entered(actor=actor):
        return services.read_original(actor=actor, document_id=document, why="law", now=TONIGHT)


def files(media: Path) -> list[Path]:
    return [one for one in media.rglob("*") if one.is_file()]


def test_who_reads_sees_the_clean_copy_and_who_brought_it_has_the_original_as_it_came(
    centre: Actor, case: UUID
) -> None:
    content = a_photograph_with_a_place()
    document = bring(centre, case, content)
    copy = opened(centre, document)
    assert copy.file_type is FileType.JPEG
    assert CANARY not in copy.content
    assert not Image.open(io.BytesIO(copy.content)).getexif()
    assert original(centre, document).content == content
    assert "content" not in repr(copy)


def test_a_pdf_stays_one_and_a_picture_of_any_type_is_shown_as_a_jpeg(centre: Actor, case: UUID) -> None:
    report = bring(centre, case, a_pdf(), Kind.MEDICAL_REPORT)
    assert opened(centre, report).file_type is FileType.PDF
    picture = bring(centre, case, a_photograph(file_type="PNG"))
    assert opened(centre, picture).file_type is FileType.JPEG
    assert original(centre, picture).file_type is FileType.PNG


def test_the_row_says_who_brought_it_when_and_its_hash_and_so_does_the_register(centre: Actor, case: UUID) -> None:
    content = a_photograph()
    document = bring(centre, case, content)
    with entered(actor=centre):
        (view,) = selectors.ask_documents(centre, case)(())
        row = Document.objects.get()
    digest = hashlib.sha256(content).hexdigest()
    assert (view.id, view.kind, view.slice, view.own) == (document, Kind.PHOTOGRAPH, Slice.HEALTH, True)
    assert (view.uploaded_at, view.digest, row.operator_id) == (TONIGHT, digest, centre.operator_id)
    assert AuditEntry.objects.get(verb="document.add").detail["digest"] == digest


def test_nothing_of_it_lies_in_clear_on_the_disk_or_in_the_database(centre: Actor, case: UUID, media: Path) -> None:
    bring(centre, case, a_photograph_with_a_place())
    bring(centre, case, a_pdf(), Kind.JUDICIAL_ACT)
    found = files(media)
    assert len(found) == 4
    for one in found:
        content = one.read_bytes()
        assert not any(word in content for word in (CANARY, b"JFIF", b"%PDF", b"Exif"))
        assert one.stat().st_mode & 0o077 == 0
    with entered(actor=centre), connection.cursor() as cursor:
        for table in ("documents_document", "documents_file", "audit_entry"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            dump = cursor.fetchone()[0]
            assert CANARY.decode() not in dump
            assert CANARY.hex() not in dump


def test_the_names_on_the_disk_say_nothing_not_even_which_document(centre: Actor, case: UUID, media: Path) -> None:
    document = bring(centre, case, a_photograph())
    for one in files(media):
        assert re.fullmatch(r"[0-9a-f]{32}", one.name)
        assert one.name not in {document.hex, case.hex}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem.MISSING),
        (b"<svg><script>1</script></svg>", Problem.UNKNOWN),
        (a_photograph() + an_archive(), Problem.DISGUISED),
        (a_photograph()[:300], Problem.UNREADABLE),
        (a_bomb(), Problem.TOO_MANY_PIXELS),
        (a_pdf(pages=61), Problem.TOO_MANY_PAGES),
    ],
)
def test_what_is_refused_leaves_no_row_and_no_file(
    centre: Actor, case: UUID, media: Path, content: bytes, problem: Problem
) -> None:
    with pytest.raises(Refused) as refused:
        bring(centre, case, content)
    assert refused.value.problem is problem
    with entered(actor=centre):
        assert not Document.objects.exists()
        assert not File.objects.exists()
    assert not files(media)


def test_one_byte_over_the_limit_of_the_installation_is_refused(centre: Actor, case: UUID, settings: Settings) -> None:
    content = a_photograph()
    settings.DOCUMENT_BYTES = len(content)
    bring(centre, case, content)
    settings.DOCUMENT_BYTES -= 1
    with pytest.raises(Refused, match="too_large"):
        bring(centre, case, content)


def test_a_disk_that_refuses_leaves_nothing_half_written(
    centre: Actor, case: UUID, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, calls = Store.put, []

    def fails_the_second_time(store: Store, name: UUID, sealed: bytes) -> None:
        calls.append(name)
        if len(calls) == 2:
            raise StoreUnavailable
        put(store, name, sealed)

    monkeypatch.setattr(Store, "put", fails_the_second_time)
    with pytest.raises(StoreUnavailable):
        bring(centre, case, a_photograph())
    assert not files(media)


def moved_file(one: UUID, other: UUID, actor: Actor, part: str) -> None:
    """Lay the sealed file of one document where another's is."""
    with entered(actor=actor):
        here, there = Document.objects.get(pk=one), Document.objects.get(pk=other)
    store = Store()
    store.put(getattr(there, f"{part}_id"), store.get(getattr(here, f"{part}_id")))


def test_a_sealed_file_moved_to_another_document_does_not_open(centre: Actor, case: UUID) -> None:
    one, other = (bring(centre, case, a_photograph(size=size)) for size in ((8, 8), (9, 9)))
    moved_file(one, other, centre, "copy")
    with pytest.raises(Unreadable):
        opened(centre, other)
    moved_file(one, other, centre, "original")
    with pytest.raises(Unreadable):
        original(centre, other)
    assert opened(centre, one).content


def test_nor_does_an_original_served_as_the_copy_nor_one_with_a_changed_bit(centre: Actor, case: UUID) -> None:
    document = bring(centre, case, a_photograph())
    with entered(actor=centre):
        row = Document.objects.get()
    assert row.original_id
    assert row.copy_id
    store, copy = Store(), Store().get(row.copy_id)
    for changed in (store.get(row.original_id), copy[:-1] + bytes([copy[-1] ^ 1]), b""):
        store.put(row.copy_id, changed)
        with pytest.raises(Unreadable):
            opened(centre, document)


def test_a_file_that_is_gone_is_said_as_such_and_the_register_keeps_the_attempt_out(
    centre: Actor, case: UUID, media: Path
) -> None:
    document = bring(centre, case, a_photograph())
    for one in files(media):
        one.unlink()
    with pytest.raises(StoreUnavailable):
        opened(centre, document)
    assert not AuditEntry.objects.filter(verb="document.open").exists()


def test_every_opening_is_in_the_register_with_its_reason_and_without_a_word(centre: Actor, case: UUID) -> None:
    document = bring(centre, case, a_photograph())
    opened(centre, document)
    original(centre, document)
    rows = AuditEntry.objects.filter(subject=f"document:{document}").order_by("id")
    assert [row.verb for row in rows] == ["document.add", "document.open", "document.original"]
    assert rows[2].detail["why"] == "law"
    assert {row.case_id for row in rows} == {case}


def test_the_original_is_for_the_service_that_brought_it_only(town: Town, centre: Actor, case: UUID) -> None:
    document = bring(town.nurse, case, a_photograph())
    with entered(actor=town.nurse):
        vault.share_case_key(
            case_id=case,
            holder_id=town.nurse.organisation_id or 0,
            organisation_ids=[centre.organisation_id or 0],
            now=TONIGHT,
        )
    assert original(town.nurse, document).content
    assert opened(centre, document).content, "who leads has the key, and opens the copy"
    with pytest.raises(NotFound):
        original(centre, document)


def move(act: Callable, actor: Actor, which: UUID) -> None:
    with entered(actor=actor):
        act(actor=actor, document_id=which, now=TONIGHT)


def test_a_document_that_is_taken_out_is_opened_by_nobody_and_its_files_are_still_there(
    town: Town, centre: Actor, case: UUID, media: Path, django_capture_on_commit_callbacks: Callable
) -> None:
    document = bring(centre, case, a_photograph())
    for actor, which in ((town.nurse, document), (centre, uuid4())):
        with pytest.raises(NotFound):
            move(services.remove, actor, which)
    with django_capture_on_commit_callbacks(execute=True):
        move(services.remove, centre, document)
    assert len(files(media)) == 2
    with entered(actor=centre):
        (shown,) = selectors.ask_documents(centre, case)(EVERYTHING)
        assert (shown.state, shown.opens) == (State.REMOVED, False)
        assert shown.destroyed_at == TONIGHT + timedelta(days=30)
    with entered(actor=town.nurse):
        assert selectors.ask_documents(town.nurse, case)(EVERYTHING) == (), "only her own service is told"
    for again in (opened, original, partial(move, services.remove)):
        with pytest.raises(NotFound):
            again(centre, document)


def test_the_service_that_took_it_out_puts_it_back_and_the_register_has_both(
    town: Town, centre: Actor, case: UUID
) -> None:
    content = a_photograph()
    document = bring(centre, case, content)
    with pytest.raises(NotFound):
        move(services.put_back, centre, document)
    move(services.remove, centre, document)
    with pytest.raises(NotFound):
        move(services.put_back, town.nurse, document)
    move(services.put_back, centre, document)
    assert original(centre, document).content == content
    with entered(actor=centre):
        assert Document.objects.get().removed_at is None
    verbs = AuditEntry.objects.filter(subject=f"document:{document}").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["document.add", "document.remove", "document.put_back", "document.original"]


def test_what_is_taken_out_and_then_undone_is_still_there(centre: Actor, case: UUID, media: Path) -> None:
    document = bring(centre, case, a_photograph())
    with entered(actor=centre):
        services.remove(actor=centre, document_id=document, now=TONIGHT)
        transaction.set_rollback(True)
    assert len(files(media)) == 2
    assert opened(centre, document).content


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_document SET digest = 'x'",
        "UPDATE documents_document SET operator_id = 1",
        "UPDATE documents_document SET uploaded_at = now()",
        "UPDATE documents_document SET case_id = gen_random_uuid()",
        "DELETE FROM documents_document",
        "UPDATE documents_file SET name = gen_random_uuid()",
    ],
)
def test_the_application_cannot_change_who_brought_what_when(centre: Actor, case: UUID, statement: str) -> None:
    bring(centre, case, a_photograph())
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        entered(actor=centre),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_what_the_scanner_finds_is_refused_and_what_it_does_not_is_kept(
    centre: Actor, case: UUID, media: Path, settings: Settings
) -> None:
    from tests.factories.files import EICAR

    with a_scanner() as (address, _scanner):
        settings.SCANNER = address
        with pytest.raises(Refused, match="infected"):
            bring(centre, case, a_photograph() + EICAR)
        assert not files(media)
        assert opened(centre, bring(centre, case, a_photograph())).content
    with entered(actor=centre):
        assert Document.objects.get().scanned_at == TONIGHT
