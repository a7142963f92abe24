# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

from django.db import connection, transaction

from approdo.kit import rows
from approdo.kit.errors import Conflict, NotFound
from approdo.kit.words import mark as _
from approdo.vault.gateways import FileKeyring, provider
from approdo.vault.models import WrappedKey
from approdo.vault.rules import (
    CaseKey,
    Kept,
    Unreadable,
    Wrapped,
    beginnings_of,
    new_key,
    new_recovery,
    open_copy,
    pseudonym,
    rebuilt,
    token,
    words_of,
)
from approdo.vault.rules.tokens import LONGEST, SHORTEST
from approdo.vault.selectors import ask_wrapped_keys, is_shared

BATCH = 500


def install_keys() -> None:
    """Make the keyring of a new installation; one that is missing under cases that have keys is never replaced.

    Raises ``KeysUnavailable`` when it is there and cannot be used.
    """
    if not WrappedKey.objects.exists():
        provider().install()
    provider().erased()


def new_shares(*, again: bool = False) -> tuple[bytes, tuple[str, ...]]:
    """Return a new public key and its three shares; copies are not sealed for them yet.

    Raises ``Conflict`` when there are shares already and nobody asked for others, ``KeysUnavailable``.
    """
    if _file_keyring().copies_for() is not None and not again:
        raise Conflict(_("Le quote ci sono già. Se ne fai altre, quelle di prima apriranno solo le copie vecchie."))
    return new_recovery()


def seal_copies_for(public: bytes) -> None:
    """Seal the copies for new shares from now on; raises ``Conflict``, ``KeysUnavailable``."""
    _file_keyring().keep_copies_for(public)


def recover(*, shares: Sequence[str], copies: Sequence[str], only_try: bool = False) -> int:
    """Put back the keyring of the first copy; return of how many organisations it holds keys.

    What any of the copies calls erased, or this machine's own ledger, stays erased. Needs no database. Raises
    ``RecoveryRefused``; ``Conflict`` when there are keys here that work; ``KeysUnavailable``.
    """
    private = rebuilt(shares)
    opened = [open_copy(private, copy) for copy in copies]
    kept = Kept(opened[0].organisations, frozenset[UUID]().union(*(one.erased for one in opened)))
    if not only_try:
        _file_keyring().restore(kept, private.public_key().public_bytes_raw())
    return len(kept.organisations)


def copy_again() -> None:
    """Seal the copy anew; raises ``Conflict`` while nobody holds shares, ``KeysUnavailable``."""
    public = _file_keyring().copies_for()
    if public is None:
        raise Conflict(_("Nessuno ha ancora le quote: prima «approdo keys shares»."), code="no_shares")
    seal_copies_for(public)


def sealed_copy() -> Literal["kept_elsewhere", "no_shares", "missing", "of_now"]:
    """Tell whether the sealed copy is of the keys as they are now; raises ``KeysUnavailable``."""
    keyring = provider()
    if not isinstance(keyring, FileKeyring):
        return "kept_elsewhere"
    if keyring.copies_for() is None:
        return "no_shares"
    return "of_now" if keyring.is_copied() else "missing"


def _file_keyring() -> FileKeyring:
    found = provider()
    if not isinstance(found, FileKeyring):
        raise Conflict(
            _("Le chiavi le tiene un altro servizio: si recuperano con i suoi mezzi."), code="kept_elsewhere"
        )
    return found


def check_keys() -> None:
    """Wrap one key of each organisation again and forget it: whoever keeps the keys answers, and has the right ones.

    Raises ``KeysUnavailable``, and ``Unreadable`` when the keys are older than the database.
    """
    open_cases = WrappedKey.objects.exclude(case_id__in=list(provider().erased()))
    for one in open_cases.order_by("organisation_id", "-id").distinct("organisation_id"):
        provider().rewrap(one.organisation_id, one.case_id, Wrapped(one.key_id, bytes(one.sealed)))


def case_key(*, organisation_id: int, case_id: UUID, private: bool = False) -> CaseKey:
    """Return the key with which an organisation reads and writes a case, or its private key in that case.

    Raises ``NotFound`` when it holds none, ``KeysUnavailable``, ``Unreadable`` for an erased case.
    """
    return ask_case_key(organisation_id=organisation_id, case_id=case_id)(private)


def ask_case_key(*, organisation_id: int, case_id: UUID) -> Callable[[bool], CaseKey]:
    """Ask for the same, wrapped; what is returned waits for the answer and opens the private key or the shared one."""
    asked = ask_wrapped_keys(organisation_id, case_id)

    def opened(private: bool) -> CaseKey:
        wrapped = asked.value.get(private)
        if wrapped is None:
            raise NotFound
        try:
            key = provider().unwrap(organisation_id, case_id, wrapped)
        except Unreadable:
            again = ask_wrapped_keys(organisation_id, case_id).value.get(private)
            if again is None or again == wrapped:
                raise
            key = provider().unwrap(organisation_id, case_id, again)  # wrapped anew between our reading and our opening
        return CaseKey(case_id, key)

    return opened


def key_to_write(*, organisation_id: int, case_id: UUID, now: datetime, private: bool = False) -> CaseKey:
    """Return the key an organisation writes with, made now when nobody has one yet.

    A shared key that others already hold is theirs to share: ``NotFound`` until they do. Raises ``KeysUnavailable``.
    """
    try:
        return case_key(organisation_id=organisation_id, case_id=case_id, private=private)
    except NotFound:
        if not private and is_shared(case_id):
            raise
    key = new_key()
    _store(case_id, [organisation_id], key, now, private=private)
    return CaseKey(case_id, key)


@transaction.atomic
def share_case_key(*, case_id: UUID, holder_id: int, organisation_ids: Iterable[int], now: datetime) -> None:
    """Wrap the shared key for other organisations; those that hold it are left as they are.

    ``holder_id`` is the organisation that shares. Raises ``NotFound`` when it holds none.
    """
    wrapped = WrappedKey.objects.filter(case_id=case_id, organisation_id=holder_id, private=False).first()
    if wrapped is None:
        raise NotFound
    key = provider().unwrap(holder_id, case_id, Wrapped(wrapped.key_id, bytes(wrapped.sealed)))
    held = WrappedKey.objects.filter(case_id=case_id, private=False).values_list("organisation_id", flat=True)
    _store(case_id, sorted(set(organisation_ids) - set(held)), key, now, private=False)


def withdraw_case_key(*, case_id: UUID, organisation_ids: Iterable[int]) -> None:
    """Take the shared key back from organisations: what they may read is decided each time, this is the lock behind."""
    WrappedKey.objects.filter(case_id=case_id, private=False, organisation_id__in=list(organisation_ids)).delete()


@transaction.atomic
def erase_case(*, case_id: UUID) -> None:
    """Destroy every key of a case: the ledger first, so that no backup brings it back (P11)."""
    provider().erase(case_id)
    WrappedKey.objects.filter(case_id=case_id).delete()


def was_erased(case_id: UUID) -> bool:
    """Tell whether the keys of a case were destroyed on purpose; raises ``KeysUnavailable``."""
    return case_id in provider().erased()


@transaction.atomic
def replay_erasures() -> int:
    """Destroy again, after a restore, the keys of the cases in the ledger; return how many rows there were."""
    deleted, _by_model = WrappedKey.objects.filter(case_id__in=list(provider().erased())).delete()
    return deleted


def rotate(*, organisation_id: int, progress: Callable[[int], None] = lambda _done: None) -> int:
    """Make a new key-encryption key and wrap every case key again with it, batch by batch; return how many.

    Readers never fail meanwhile: older keys open what they wrapped until nothing of theirs is left, and go then. For a
    process that acts as the system, outside any transaction: a key may go only when what replaces it is committed.
    Raises ``Unreadable`` when this keyring is older than the database: nothing is lost, a newer copy is needed.
    """
    newest = provider().rotate(organisation_id)
    done = 0
    while moved := _rewrap(organisation_id, newest):
        done += moved
        progress(done)
    with transaction.atomic(durable=True):
        _wrapping(exclusive=True)  # what was wrapped with an older key meanwhile is committed now, and seen
        held = WrappedKey.objects.filter(organisation_id=organisation_id).values_list("key_id", flat=True)
        in_use = set(held.distinct())
    provider().retire(organisation_id, in_use | {newest})
    return done


@transaction.atomic(durable=True)
def _rewrap(organisation_id: int, newest: str) -> int:
    older = WrappedKey.objects.select_for_update(skip_locked=True).filter(organisation_id=organisation_id)
    batch = list(older.exclude(key_id=newest).order_by("id")[:BATCH])
    moved, erased = [], provider().erased()
    for one in batch:
        try:
            wrapped = provider().rewrap(organisation_id, one.case_id, Wrapped(one.key_id, bytes(one.sealed)))
        except Unreadable:
            if one.case_id not in erased:
                raise  # an older keyring than the database: a newer copy of it may still open this
            one.delete()  # a restore had brought it back
            continue
        one.key_id, one.sealed = wrapped.key_id, wrapped.sealed
        moved.append(one)
    WrappedKey.objects.bulk_update(moved, ["key_id", "sealed"])
    return len(batch)


def _wrapping(*, exclusive: bool = False) -> None:
    """Let no key go while a transaction that may have wrapped with it is under way."""
    with connection.cursor() as cursor:
        lock = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
        cursor.execute(f"SELECT {lock}(1635083371)")


def _store(case_id: UUID, organisation_ids: list[int], key: bytes, now: datetime, *, private: bool) -> None:
    _wrapping()
    made = [(organisation_id, provider().wrap(organisation_id, case_id, key)) for organisation_id in organisation_ids]
    rows.insert(
        WrappedKey,
        [
            {
                "case_id": case_id,
                "organisation_id": organisation_id,
                "private": private,
                "key_id": wrapped.key_id,
                "sealed": "\\x" + wrapped.sealed.hex(),
                "made_at": now,
            }
            for organisation_id, wrapped in made
        ],
    )


def name_tokens(*, organisation_id: int, name: str) -> list[int]:
    """Return the keyed beginnings, from three letters on, by which one organisation finds a name (P12)."""
    key = provider().token_key(organisation_id)
    return sorted(token(key, beginning) for beginning in beginnings_of(name))


def search_tokens(*, organisation_id: int, beginning: str) -> list[int]:
    """Return what is looked for when somebody types beginnings of words; words under three letters are left out."""
    words = [word for word in words_of(beginning) if len(word) >= SHORTEST]
    if not words:
        return []
    key = provider().token_key(organisation_id)
    return sorted({token(key, word[:LONGEST]) for word in words})


def pseudonyms(*, organisation_id: int) -> Callable[[str], str]:
    """Return what makes pseudonyms of identifiers for one organisation; its key is asked for once.

    Two organisations' pseudonyms of the same identifier have nothing in common. Raises ``KeysUnavailable``.
    """
    return partial(pseudonym, provider().token_key(organisation_id))
