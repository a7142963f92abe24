# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""AES-256-GCM with associated data that says where a value stands, so that it opens nowhere else (security.md, P8).

An envelope is one byte of format, 12 bytes of nonce, the ciphertext with its tag.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from approdo.vault.rules.providers import Unreadable

FORMAT = b"\x01"
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands: who entered it, in which case, as what, in which row and version."""

    organisation_id: int
    case_id: UUID
    field: str
    row_id: UUID
    version: int

    def associated(self) -> bytes:
        """Return the associated data: a JSON list, in which no two places look alike."""
        parts = [self.organisation_id, str(self.case_id), self.field, str(self.row_id), self.version]
        return json.dumps(parts).encode()


class Cipher(Protocol):
    """AES-256-GCM with one key, which is here (``cryptography``) or stays where it is (a token)."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return ciphertext and tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return what was encrypted; raises ``InvalidTag`` when anything of it was changed."""


class CaseKey:
    """The key of one case, for the length of one request; it is never printed."""

    __slots__ = ("_aead", "_case_id")

    def __init__(self, case_id: UUID, key: bytes) -> None:
        self._case_id, self._aead = case_id, AESGCM(key)

    def seal(self, place: Place, plain: bytes) -> bytes:
        """Return the value sealed for one place of this case."""
        return _seal(self._aead, plain, self._checked(place))

    def open(self, place: Place, sealed: bytes) -> bytes:
        """Return the value; raises ``Unreadable`` when it was changed, or sealed for another place."""
        return _open(self._aead, sealed, self._checked(place))

    def _checked(self, place: Place) -> bytes:
        if place.case_id != self._case_id:
            raise Unreadable
        return place.associated()

    def __repr__(self) -> str:
        """Return no part of the key."""
        return "CaseKey(…)"


def new_key() -> bytes:
    """Return 256 bits of chance."""
    return secrets.token_bytes(32)


def wrap(cipher: Cipher, key_id: str, organisation_id: int, case_id: UUID, key: bytes) -> bytes:
    """Return a case key sealed with a key-encryption key, for one organisation and one case only."""
    return _seal(cipher, key, _wrapped_for(key_id, organisation_id, case_id))


def unwrap(cipher: Cipher, key_id: str, organisation_id: int, case_id: UUID, sealed: bytes) -> bytes:
    """Return the case key; raises ``Unreadable`` when it was wrapped for anybody or anything else."""
    return _open(cipher, sealed, _wrapped_for(key_id, organisation_id, case_id))


def _wrapped_for(key_id: str, organisation_id: int, case_id: UUID) -> bytes:
    return json.dumps(["wrapped", key_id, organisation_id, str(case_id)]).encode()


def _seal(cipher: Cipher, plain: bytes, associated: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return FORMAT + nonce + cipher.encrypt(nonce, plain, FORMAT + associated)


def _open(cipher: Cipher, sealed: bytes, associated: bytes) -> bytes:
    if sealed[:1] != FORMAT or len(sealed) < 1 + _NONCE + 16:
        raise Unreadable
    try:
        return cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], FORMAT + associated)
    except InvalidTag:
        raise Unreadable from None
