# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys in a hardware module, which they never leave (PKCS#11, ADR 0017)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.conf import settings

from approdo.kit.processes import locked
from approdo.vault.gateways.directory import Ledger, answering, check_privacy
from approdo.vault.gateways.pace import Pace
from approdo.vault.rules import KeysUnavailable, Unreadable, Wrapped, unwrap, wrap

if TYPE_CHECKING:
    from approdo.vault.gateways.cryptoki import Held, TokenKey

_log = logging.getLogger(__name__)
_SEARCH = b"approdo search tokens"
Result = TypeVar("Result")


class HardwareToken:
    """Keys in a PKCS#11 token; beside it, in the private directory, ``erased``, the ledger, and the lock.

    One AES-256 key for each organisation and generation (label ``approdo/<organisation>/<number>``) and one secret for
    its searches (``approdo/<organisation>/tokens``), neither extractable. ``approdo/installed`` says that the token is
    the installation's: a blank one with the same name gets no key. Copies are made with the token's own means.
    """

    def __init__(self, directory: Path | None = None, unwraps_a_minute: int | None = None) -> None:
        self._directory = Path(directory or settings.KEYS_DIRECTORY)
        self._ledger = Ledger(self._directory)
        self._numbers: dict[int, int] = {}
        self._pace = Pace(unwraps_a_minute or settings.UNWRAPS_A_MINUTE)

    def install(self) -> None:
        """Mark the token, and begin the ledger: from then on, one that is missing is noticed."""
        with answering():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            check_privacy(self._directory)
            self._ledger.file.touch(mode=0o600)
        self._changing(lambda held: held.install())

    def wrap(self, organisation_id: int, case_id: UUID, key: bytes) -> Wrapped:
        """Wrap in the token, with the organisation's newest key."""
        return self._using(lambda held: self._wrapped(held, organisation_id, case_id, key))

    def unwrap(self, organisation_id: int, case_id: UUID, wrapped: Wrapped) -> bytes:
        """Return a case key, opened in the token, within the budget of a minute."""
        self._pace.spend(organisation_id)
        self._check_not_erased(case_id)
        return self._using(lambda held: _opened(held, organisation_id, case_id, wrapped))

    def rewrap(self, organisation_id: int, case_id: UUID, wrapped: Wrapped) -> Wrapped:
        """Wrap again with the newest key."""
        self._check_not_erased(case_id)

        def again(held: Held) -> Wrapped:
            return self._wrapped(held, organisation_id, case_id, _opened(held, organisation_id, case_id, wrapped))

        return self._using(again)

    def token_key(self, organisation_id: int) -> bytes:
        """Return the key of search tokens: what the token makes of a fixed label, the same through every rotation."""

        def made(held: Held) -> bytes:
            secrets = held.labelled(_of(organisation_id, "tokens"))
            if not secrets:
                self._keys(held, organisation_id)
                secrets = held.labelled(_of(organisation_id, "tokens"))
            return held.hmac(secrets[0], _SEARCH)

        return self._using(made)

    def rotate(self, organisation_id: int) -> str:
        """Make a new newest key in the token."""

        def add(held: Held) -> str:
            number = _number(_held_or_made(held, organisation_id)[-1])
            return held.make_key(_of(organisation_id, number + 1)).id.hex()

        return self._changing(add)

    def retire(self, organisation_id: int, in_use: Set[str]) -> int:
        """Destroy, in the token, older keys that wrap nothing; no gap is left between two numbers (``_newest``)."""

        def drop(held: Held) -> int:
            older = held.keys(_of(organisation_id))[:-1]
            gone = list(takewhile(lambda one: one.id.hex() not in in_use, older))
            for one in gone:
                one.destroy()
            return len(gone)

        return self._changing(drop)

    def erase(self, case_id: UUID) -> None:
        """Write the case into the ledger and flush it to the disk; the token need not answer."""
        with self._ready(), locked(self._directory / "lock"):
            self._ledger.add(case_id)

    def erased(self) -> frozenset[UUID]:
        """Return the ledger."""
        with self._ready():
            return self._ledger.read()

    def _check_not_erased(self, case_id: UUID) -> None:
        if case_id in self.erased():
            raise Unreadable

    def _keys(self, held: Held, organisation_id: int) -> list[TokenKey]:
        """Return the organisation's keys, oldest first; whoever needs the first makes it, one process at a time."""
        if found := held.keys(_of(organisation_id)):
            return found
        with locked(self._directory / "lock"):
            return _held_or_made(held, organisation_id)

    def _newest(self, held: Held, organisation_id: int) -> TokenKey:
        """Return the newest key: the one of last time when none follows it, for to list all keys takes long."""
        last = self._numbers.get(organisation_id, 0)
        here, following = (held.labelled(_of(organisation_id, number)) for number in (last, last + 1))
        if here and not following:
            return here[-1]
        newest = self._keys(held, organisation_id)[-1]
        self._numbers[organisation_id] = _number(newest)
        return newest

    def _wrapped(self, held: Held, organisation_id: int, case_id: UUID, key: bytes) -> Wrapped:
        newest = self._newest(held, organisation_id)
        key_id = newest.id.hex()
        return Wrapped(key_id, wrap(held.cipher(newest), key_id, organisation_id, case_id, key))

    def _changing(self, change: Callable[[Held], Result]) -> Result:
        """Change what the token holds while no other process does."""

        def alone(held: Held) -> Result:
            with locked(self._directory / "lock"):
                return change(held)

        return self._using(alone)

    def _using(self, act: Callable[[Held], Result]) -> Result:
        try:
            from approdo.vault.gateways.cryptoki import token_of_process
        except ImportError:
            _log.error("the library of the token is not installed: requirements/hardware.txt")
            raise KeysUnavailable from None
        with self._ready():
            token = token_of_process(settings.TOKEN_MODULE, settings.TOKEN_LABEL, settings.TOKEN_PIN_FILE)
            return token.using(act)

    @contextmanager
    def _ready(self) -> Iterator[None]:
        """Refuse a directory that is not private, or whose ledger is missing: erased cases would open again."""
        with answering():
            check_privacy(self._directory)
            self._ledger.file.stat()
            yield


def _of(organisation_id: int, what: str | int = "") -> str:
    return f"approdo/{organisation_id}/{what}"


def _number(key: TokenKey) -> int:
    return int(key.label.rpartition("/")[2])


def _opened(held: Held, organisation_id: int, case_id: UUID, wrapped: Wrapped) -> bytes:
    key = held.key(wrapped.key_id)
    if key is None:
        held.check_installed()
        raise Unreadable
    return unwrap(held.cipher(key), wrapped.key_id, organisation_id, case_id, wrapped.sealed)


def _held_or_made(held: Held, organisation_id: int) -> list[TokenKey]:
    """Return the organisation's keys, the first one made now, after the secret of its searches; under the lock."""
    if found := held.keys(_of(organisation_id)):
        return found
    held.check_installed()
    if not held.labelled(_of(organisation_id, "tokens")):
        held.make_secret(_of(organisation_id, "tokens"))
    return [held.make_key(_of(organisation_id, 1))]
