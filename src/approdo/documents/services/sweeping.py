# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import logging
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from approdo.access.rules import SYSTEM
from approdo.access.services import as_system
from approdo.audit import services as audit
from approdo.documents.gateways import Store, StoreUnavailable, scan
from approdo.documents.models import Document, File
from approdo.documents.rules import KEPT_AFTER_REMOVAL, Act, State, Verdict, moved
from approdo.documents.services.keeping import end, opened_original
from approdo.kit.errors import NotFound
from approdo.vault import services as vault
from approdo.vault.rules import Unreadable

_log = logging.getLogger(__name__)

SILENT = 3
"""Documents about which the scanner says nothing, before a turn ends."""
ORPHAN_DAYS = timedelta(days=7)
"""How long a file without a row is left alone."""
FEW = 20
"""Files without a row that are no cause for doubt, beside one in twenty."""


def scan_waiting(*, now: datetime, limit: int) -> int:
    """Ask the scanner again about what waits: each document is released, or refused and destroyed.

    Each in a transaction of its own, so that a slow scanner keeps nobody waiting; it stops when the scanner was silent
    thrice. Returns how many were decided. Raises ``KeysUnavailable``: all wait on.
    """
    with as_system():
        waiting = Document.objects.filter(state=State.QUARANTINED).order_by("?")  # one that never ends blocks no other
        names = list(waiting.values_list("pk", flat=True)[:limit])
    decided = silent = 0
    for document_id in names:
        try:
            with as_system():
                if not _decide(document_id, now):
                    silent += 1
                    if silent == SILENT:
                        break
                    continue
        except StoreUnavailable:
            continue  # one file that is gone keeps no other from its turn
        decided += 1
    return decided


def _decide(document_id: UUID, now: datetime) -> bool:
    """Scan one document; False when the scanner does not answer."""
    locked = Document.objects.select_for_update(skip_locked=True, of=("self",))
    found = locked.filter(pk=document_id, state=State.QUARANTINED).first()
    if found is None:
        return True  # another process has it, or it was taken out
    try:
        key = vault.case_key(organisation_id=found.organisation_id, case_id=found.case_id)
        verdict = scan(opened_original(found, key))
    except (Unreadable, NotFound):
        if vault.was_erased(found.case_id):
            return _ended(found, Verdict.FOUND, now)
        _log.error("a document waits for its key: it is kept, sealed, and read by nobody")
        return True  # a key that was taken back, or an older keyring: evidence is not destroyed for that
    return verdict in {Verdict.CLEAN, Verdict.FOUND} and _ended(found, verdict, now)


def _ended(found: Document, verdict: Verdict, now: datetime) -> bool:
    found.scanned_at = now
    if verdict is Verdict.CLEAN:
        found.state = moved(State(found.state), Act.RELEASE)
        found.save(update_fields=["state", "scanned_at"])
    else:
        end(found, Act.REFUSE)
    _record("document.release" if verdict is Verdict.CLEAN else "document.refuse", found, now)
    return True


def destroy_removed(*, now: datetime, limit: int) -> int:
    """Destroy what was taken out thirty days ago and not put back; return how many, at most ``limit``."""
    destroyed = 0
    with as_system():
        locked = Document.objects.select_for_update(skip_locked=True, of=("self",))
        due = locked.filter(state=State.REMOVED, removed_at__lte=now - KEPT_AFTER_REMOVAL).order_by("removed_at")
        for found in due[:limit]:
            end(found, Act.DESTROY)
            _record("document.destroy", found, now)
            destroyed += 1
    return destroyed


def _record(verb: str, found: Document, now: datetime) -> None:
    subject, detail = f"document:{found.pk}", {"kind": found.kind}
    audit.record(actor=SYSTEM, verb=verb, subject=subject, case_id=found.case_id, now=now, detail=detail)


def destroy_orphans(*, now: datetime, limit: int) -> int:
    """Destroy files that no row names, seven days old or more; say how many rows have lost their file.

    None at all when there are more than a few beside the known ones: a database that is empty, or older than its files,
    knows nothing of them. Returns how many were destroyed, at most ``limit``.
    """
    store = Store()
    with as_system():
        known = set(File.objects.values_list("pk", flat=True))
    lost = sum(not store.holds(name) for name in known)
    if lost:
        _log.error("%s files of documents are not where they were: bring them back from a backup", lost)
    orphans = [one for one in store.older_than(now - ORPHAN_DAYS) if one not in known]
    if len(orphans) > FEW + len(known) // 20:
        _log.error("%s files of documents have no row: is this the right database? None is destroyed", len(orphans))
        return 0
    destroyed = 0
    for one in orphans[:limit]:
        if isinstance(one, Path):
            one.unlink(missing_ok=True)
        else:
            store.destroy(one)
        destroyed += 1
    return destroyed
