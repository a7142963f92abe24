# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The embedded file keyring."""

import base64
import json
import secrets
from collections.abc import Callable, Set
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from approdo.kit.errors import Conflict
from approdo.kit.processes import locked
from approdo.kit.words import mark as _
from approdo.vault.gateways.directory import Ledger, answering, check_privacy, replace, stamp
from approdo.vault.gateways.pace import Pace
from approdo.vault.rules import (
    Kept,
    Unreadable,
    Wrapped,
    is_copy_of,
    new_key,
    seal_copy,
    unwrap,
    wrap,
)

Result = TypeVar("Result")


class FileKeyring:
    """Keys in a private directory outside the database: ``keyring.json``, and ``erased``, the ledger.

    Every process that shares the directory shares the keys; what another process changed is read again. In clear,
    because whoever reads this directory already reads what the application reads: protect the machine, and keep its
    backup apart from the database's (docs/how-to/chiavi.md). Once custodians hold shares, ``recovery.pub`` is there
    too, and ``keyring.sealed``, in another directory, is made anew before a key changes and after a case is erased.
    """

    def __init__(
        self, directory: Path | None = None, unwraps_a_minute: int | None = None, copies: Path | None = None
    ) -> None:
        self._directory = Path(directory or settings.KEYS_DIRECTORY)
        self._copy_file = Path(copies or settings.KEYS_COPY_DIRECTORY) / "keyring.sealed"
        self._ledger = Ledger(self._directory)
        self._pace = Pace(unwraps_a_minute or settings.UNWRAPS_A_MINUTE)
        self._read_as: tuple[int, ...] = ()
        self._known = Kept({}, frozenset())

    def install(self) -> None:
        """Make an empty keyring where there is none: only when an installation begins, never when keys are missing."""
        with answering():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (self._directory / "keyring.json").exists():
                self._write({})

    def wrap(self, organisation_id: int, case_id: UUID, key: bytes) -> Wrapped:
        """Wrap with the organisation's newest key, made now if there is none."""
        with answering():
            newest = self._held_or_made(organisation_id)["keys"][-1]
            return Wrapped(newest["id"], wrap(AESGCM(_key(newest)), newest["id"], organisation_id, case_id, key))

    def unwrap(self, organisation_id: int, case_id: UUID, wrapped: Wrapped) -> bytes:
        """Return a case key, within the budget of a minute."""
        self._pace.spend(organisation_id)
        return self._opened(organisation_id, case_id, wrapped)

    def rewrap(self, organisation_id: int, case_id: UUID, wrapped: Wrapped) -> Wrapped:
        """Wrap again with the newest key."""
        return self.wrap(organisation_id, case_id, self._opened(organisation_id, case_id, wrapped))

    def _opened(self, organisation_id: int, case_id: UUID, wrapped: Wrapped) -> bytes:
        if case_id in self.erased():
            raise Unreadable
        with answering():
            held = self._known.organisations.get(str(organisation_id), {"keys": []})
            found = [_key(one) for one in held["keys"] if one["id"] == wrapped.key_id]
        if not found:
            raise Unreadable
        return unwrap(AESGCM(found[0]), wrapped.key_id, organisation_id, case_id, wrapped.sealed)

    def token_key(self, organisation_id: int) -> bytes:
        """Return the key of search tokens, made with the organisation's first key."""
        with answering():
            return base64.b64decode(self._held_or_made(organisation_id)["tokens"])

    def rotate(self, organisation_id: int) -> str:
        """Make a new newest key."""

        def add(keyring: dict[str, Any]) -> str:
            held = _of(keyring, organisation_id)
            held["keys"].append(_made())
            return str(held["keys"][-1]["id"])

        return self._change(add)

    def retire(self, organisation_id: int, in_use: Set[str]) -> int:
        """Destroy older keys that wrap nothing."""

        def drop(keyring: dict[str, Any]) -> int:
            held = _of(keyring, organisation_id)
            kept = [one for one in held["keys"][:-1] if one["id"] in in_use] + held["keys"][-1:]
            dropped = len(held["keys"]) - len(kept)
            held["keys"] = kept
            return dropped

        return self._change(drop)

    def erase(self, case_id: UUID) -> None:
        """Write the case into the ledger and flush it to the disk."""
        with answering(), locked(self._directory / "lock"):
            self._ledger.add(case_id)
            if self.copies_for() is not None:
                self._copy(self._read())

    def erased(self) -> frozenset[UUID]:
        """Return the ledger."""
        self._refresh()
        return self._known.erased

    # -- recovery (vault/rules/recovery.py) ---------------------------------------------------------------------------

    def keep_copies_for(self, public: bytes) -> None:
        """Seal the copies for new shares from now on, the first one now; the shares of before open older ones only."""
        with answering(), locked(self._directory / "lock"):
            check_privacy(self._directory)
            self._copy(self._read(), public)
            replace(self._directory / "recovery.pub", base64.b64encode(public).decode())

    def copies_for(self) -> bytes | None:
        """Return the public key of the shares, or ``None`` while there are none."""
        with answering():
            try:
                return base64.b64decode((self._directory / "recovery.pub").read_text(), validate=True)
            except FileNotFoundError:
                return None

    def is_copied(self) -> bool:
        """Tell whether the sealed copy is there, and of the keyring as it is now."""
        public = self.copies_for()
        with answering(), locked(self._directory / "lock"):
            if public is None or not self._copy_file.exists():
                return False
            return is_copy_of(self._copy_file.read_text(), public, self._read())

    def restore(self, kept: Kept, public: bytes) -> None:
        """Put back a keyring that was lost; ``Conflict`` when there is one that opens something.

        What was erased here stays erased whatever the copy says, and a keyring that opens nothing is kept aside.
        """
        with answering():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._directory / "lock"):
                check_privacy(self._directory)
                if self._opens_something():
                    raise Conflict(_("Qui ci sono già chiavi che funzionano: non vengono toccate."), code="keys_work")
                kept = Kept(kept.organisations, kept.erased | self._ledger.read())
                self._copy(kept, public)
                # the ledger first: no moment in which the keys are back and what was erased opens
                replace(self._ledger.file, "".join(f"{one}\n" for one in sorted(kept.erased)))
                replace(self._directory / "recovery.pub", base64.b64encode(public).decode())
                if (self._directory / "keyring.json").exists():
                    (self._directory / "keyring.json").replace(self._directory / "keyring.before")
                self._write(kept.organisations)

    def _opens_something(self) -> bool:
        try:
            organisations = self._read().organisations
            return bool([_key(held["keys"][-1]) for held in organisations.values()])
        except (FileNotFoundError, ValueError, LookupError, TypeError):
            return False

    def _copy(self, kept: Kept, public: bytes | None = None) -> None:
        """Seal a copy for those who hold shares, if there are any."""
        public = public or self.copies_for()
        if public is not None:
            self._copy_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace(self._copy_file, seal_copy(public, kept))

    # -----------------------------------------------------------------------------------------------------------------

    def _held_or_made(self, organisation_id: int) -> dict[str, Any]:
        self._refresh()
        held: dict[str, Any] | None = self._known.organisations.get(str(organisation_id))
        return self._change(lambda keyring: _of(keyring, organisation_id)) if held is None else held

    def _refresh(self) -> None:
        with answering():
            read_as = stamp(self._directory / "keyring.json") + stamp(self._ledger.file)
            if read_as != self._read_as:
                check_privacy(self._directory)
                self._known, self._read_as = self._read(), read_as

    def _read(self) -> Kept:
        organisations = dict(json.loads((self._directory / "keyring.json").read_text())["organisations"])
        return Kept(organisations, self._ledger.read())

    def _change(self, change: Callable[[dict[str, Any]], Result]) -> Result:
        """Change the keyring as it is now, whoever wrote it last, and replace the file in one step."""
        with answering():
            with locked(self._directory / "lock"):
                check_privacy(self._directory)
                kept = self._read()
                result = change(kept.organisations)
                self._copy(kept)  # first: no key is used that only this machine knows
                self._write(kept.organisations)
            return result

    def _write(self, organisations: dict[str, Any]) -> None:
        replace(self._directory / "keyring.json", json.dumps({"organisations": organisations}))


def _of(keyring: dict[str, Any], organisation_id: int) -> dict[str, Any]:
    """Return what an organisation holds, made now if it has nothing yet."""
    if str(organisation_id) not in keyring:
        keyring[str(organisation_id)] = {"tokens": base64.b64encode(new_key()).decode(), "keys": [_made()]}
    held: dict[str, Any] = keyring[str(organisation_id)]
    return held


def _made() -> dict[str, str]:
    return {"id": secrets.token_hex(8), "key": base64.b64encode(new_key()).decode()}


def _key(one: dict[str, str]) -> bytes:
    return base64.b64decode(one["key"])
