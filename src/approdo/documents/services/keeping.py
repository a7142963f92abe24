# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from approdo.access.rules import Actor, acting
from approdo.audit import services as audit
from approdo.documents.gateways import Store, clean_copy, scan, turn
from approdo.documents.models import Document, File
from approdo.documents.rules import SLICES, Act, FileType, Kind, Problem, Refused, State, Verdict, moved, type_of
from approdo.kit.errors import NotFound
from approdo.vault import services as vault
from approdo.vault.rules import CaseKey, Place

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Opened:
    """A file in clear, for the length of one answer; its bytes stay out of its representation."""

    file_type: FileType
    content: bytes = field(repr=False)


@transaction.atomic
def add(*, actor: Actor, case_id: UUID, kind: Kind, content: bytes, now: datetime) -> UUID:
    """Keep a document, sealed: the original as it came, and the copy that people see. The caller has decided she may.

    When a scanner is configured and silent, the document waits in quarantine, read by nobody. Raises ``Refused`` for a
    file that is not taken, ``CopyingBusy``, ``StoreUnavailable``, ``KeysUnavailable``; nothing is kept then.
    """
    operator_id, service_id = acting(actor)
    organisation_id = actor.organisation_id
    if organisation_id is None:
        raise NotFound
    file_type = type_of(content, settings.DOCUMENT_BYTES)
    with turn():
        verdict = scan(content)
        if verdict is Verdict.FOUND:
            raise Refused(Problem.INFECTED)
        # asked here, between two long waits: the database gives up a transaction that says nothing for half a minute
        key = vault.key_to_write(organisation_id=organisation_id, case_id=case_id, now=now)
        copy = clean_copy(content, file_type)
    quarantined = verdict is Verdict.DOWN
    made = Document(
        id=uuid4(),
        case_id=case_id,
        kind=kind,
        slice=SLICES[kind],
        state=State.QUARANTINED if quarantined else State.KEPT,
        organisation_id=organisation_id,
        service_id=service_id,
        operator_id=operator_id,
        uploaded_at=now,
        file_type=file_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        original=File(),
        copy=File(),
        quarantined_at=now if quarantined else None,
        scanned_at=now if verdict is Verdict.CLEAN else None,
    )
    _keep(made, key, content, copy)
    detail = {"kind": kind, "slice": made.slice, "digest": made.digest, "state": made.state}
    _record(actor, "document.add", made, now, **detail)
    return made.pk


def note_refusal(*, actor: Actor, case_id: UUID, kind: Kind, problem: Problem, now: datetime) -> None:
    """Leave a trace of a file that was refused, once the act is undone: somebody may be trying."""
    detail = {"kind": kind, "why": problem}
    audit.record(
        actor=actor, verb="document.refuse", subject=f"case:{case_id}", case_id=case_id, now=now, detail=detail
    )


@transaction.atomic
def read_copy(*, actor: Actor, document_id: UUID, now: datetime) -> Opened:
    """Return the copy that people see; the caller has decided that the actor may read this slice.

    Raises ``NotFound`` for what waits, was refused or taken out; ``Unreadable``, ``StoreUnavailable``.
    """
    found = _kept(document_id)
    _record(actor, "document.open", found, now, slice=found.slice)
    opened = _open(actor, found, "copy")
    return Opened(FileType.PDF if found.file_type == FileType.PDF else FileType.JPEG, opened)


@transaction.atomic
def read_original(*, actor: Actor, document_id: UUID, why: str, now: datetime) -> Opened:
    """Return the original, byte for byte, to the service that brought it; ``why`` is the code of a reason.

    Raises ``NotFound`` for everybody else, and as ``read_copy`` does.
    """
    _operator_id, service_id = acting(actor)
    found = _kept(document_id)
    if found.service_id != service_id:
        raise NotFound
    _record(actor, "document.original", found, now, slice=found.slice, digest=found.digest, why=why)
    return Opened(FileType(found.file_type), _open(actor, found, "original"))


@transaction.atomic
def remove(*, actor: Actor, document_id: UUID, now: datetime) -> None:
    """Take a document out: nobody opens it, and in thirty days it is destroyed. Only the service that brought it can.

    Raises ``NotFound`` for anybody else's and for one that is out already, ``Conflict`` while it waits for the scanner.
    """
    found = _own(actor, document_id)
    if found.state in {State.REMOVED, State.DESTROYED}:
        raise NotFound
    _move(found, Act.REMOVE, removed_at=now)
    _record(actor, "document.remove", found, now, kind=found.kind, digest=found.digest)


@transaction.atomic
def put_back(*, actor: Actor, document_id: UUID, now: datetime) -> None:
    """Put a document back that was taken out and is not destroyed yet; raises ``NotFound`` as ``remove`` does."""
    found = _own(actor, document_id)
    if found.state != State.REMOVED:
        raise NotFound
    _move(found, Act.PUT_BACK, removed_at=None)
    _record(actor, "document.put_back", found, now, kind=found.kind, digest=found.digest)


def _move(found: Document, act: Act, removed_at: datetime | None) -> None:
    found.state, found.removed_at = moved(State(found.state), act), removed_at
    found.save(update_fields=["state", "removed_at"])


def end(found: Document, act: Act) -> None:
    """Move a document to a state in which it has no files; they go when this is committed. Who, when and hash stay."""
    names = [name for name in (found.original_id, found.copy_id) if name]
    found.state = moved(State(found.state), act)
    found.original = found.copy = None
    found.save(update_fields=["state", "original", "copy", "scanned_at"])
    File.objects.filter(pk__in=names).delete()
    for name in names:
        transaction.on_commit(partial(Store().destroy, name))


def opened_original(found: Document, key: CaseKey) -> bytes:
    """Return the original of a document, with the key of its case: for the scanner."""
    assert found.original_id
    return key.open(_place(found, "original"), Store().get(found.original_id))


def _keep(made: Document, key: CaseKey, content: bytes, copy: bytes) -> None:
    """Write the files, then their rows: a row that is there has its files, whatever dies in between."""
    assert made.original_id is not None
    assert made.copy_id is not None
    store = Store()
    try:
        store.put(made.original_id, key.seal(_place(made, "original"), content))
        store.put(made.copy_id, key.seal(_place(made, "copy"), copy))
        File.objects.bulk_create([File(name=made.original_id), File(name=made.copy_id)])
        made.save(force_insert=True)
    except BaseException:
        for name in (made.original_id, made.copy_id):
            store.destroy(name)
        raise


def _kept(document_id: UUID) -> Document:
    found = Document.objects.filter(pk=document_id, state=State.KEPT).first()
    if found is None:
        raise NotFound
    return found


def _own(actor: Actor, document_id: UUID) -> Document:
    """Return and lock a document of the actor's service."""
    _operator_id, service_id = acting(actor)
    locked = Document.objects.select_for_update(of=("self",))
    found = locked.filter(pk=document_id, service_id=service_id).first()
    if found is None:
        raise NotFound
    return found


def _open(actor: Actor, found: Document, part: str) -> bytes:
    if actor.organisation_id is None:
        raise NotFound
    key = vault.case_key(organisation_id=actor.organisation_id, case_id=found.case_id)
    name = found.original_id if part == "original" else found.copy_id
    assert name
    return key.open(_place(found, part), Store().get(name))


def _place(found: Document, part: str) -> Place:
    """Return where a file stands: moved to another row, case or part it does not open (P8)."""
    return Place(found.organisation_id, found.case_id, f"document.{part}", found.pk, _VERSION)


def _record(actor: Actor, verb: str, found: Document, now: datetime, **detail: str) -> None:
    audit.record(actor=actor, verb=verb, subject=f"document:{found.pk}", case_id=found.case_id, now=now, detail=detail)
