# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What we ask of a PKCS#11 token: keys made inside that never come out, AES-GCM and HMAC with them.

Imported only when the token is chosen: production without the library ``python-pkcs11`` starts all the same.
"""

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

import pkcs11
from cryptography.exceptions import InvalidTag
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, MechanismFlag, ObjectClass, PKCS11Error
from pkcs11.exceptions import (
    MechanismInvalid,
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    TokenNotRecognised,
)

from approdo.vault.gateways.directory import answering, stamp
from approdo.vault.rules import KeysUnavailable

_log = logging.getLogger(__name__)
_NEVER_OUT = {
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.MODIFIABLE: False,
}
_REFUSED_PIN = (PinExpired, PinIncorrect, PinInvalid, PinLenRange, PinLocked)
_NEEDED = {Mechanism.AES_KEY_GEN, Mechanism.AES_GCM, Mechanism.GENERIC_SECRET_KEY_GEN, Mechanism.SHA256_HMAC}
_TAG_BITS = 128
_INSTALLED = "approdo/installed"
Result = TypeVar("Result")


class TokenKey(Protocol):
    """A key of the token, as the library hands it out: what it is called and what it does, never what it is."""

    @property
    def id(self) -> bytes:
        """Its identifier, by which wrapped case keys name it."""

    @property
    def label(self) -> str:
        """Its label, by which people find it."""

    def encrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes:
        """Encrypt in the token."""

    def decrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes:
        """Decrypt in the token."""

    def sign(self, data: bytes, *, mechanism: Mechanism) -> bytes:
        """Compute a code of authentication in the token."""

    def destroy(self) -> None:
        """Destroy it, for good."""


class TokenCipher:
    """AES-256-GCM computed in the token (``vault.rules.Cipher``)."""

    def __init__(self, key: TokenKey) -> None:
        self._key = key

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return ciphertext and tag."""
        return self._key.encrypt(data, mechanism=Mechanism.AES_GCM, mechanism_param=_within(nonce, associated_data))

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return what was encrypted; raises ``InvalidTag`` when the value is at fault, ``PKCS11Error`` the token."""
        try:
            return self._decrypt(nonce, data, associated_data)
        except PKCS11Error:
            # each maker has another code for a wrong tag, some that of a broken token: so a value of ours is tried
            trial = secrets.token_bytes(12)
            self._decrypt(trial, self.encrypt(trial, trial, trial), trial)
            raise InvalidTag from None

    def _decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        return self._key.decrypt(data, mechanism=Mechanism.AES_GCM, mechanism_param=_within(nonce, associated_data))


def _within(nonce: bytes, associated_data: bytes | None) -> GCMParams:
    return GCMParams(nonce, associated_data, _TAG_BITS)


class Held:
    """The objects of a token in an open session; every act may raise ``PKCS11Error``."""

    def __init__(self, session: pkcs11.Session) -> None:
        self._session = session

    def check_answers(self) -> None:
        """Ask for some chance: a search in a session that is closed leaves a loose end in the library."""
        self._session.generate_random(64)

    def install(self) -> None:
        """Mark the token as the installation's, once; one that cannot do what is asked of it raises at once."""
        if missing := _NEEDED - self._session.token.slot.get_mechanisms():
            _log.error("the token lacks %s", ", ".join(sorted(one.name for one in missing)))
            raise MechanismInvalid
        if not self.labelled(_INSTALLED):
            self.make_secret(_INSTALLED)

    def check_installed(self) -> None:
        """Raise when the token is not the installation's: a blank one, or one that was unplugged and says nothing."""
        if not self.labelled(_INSTALLED):
            raise TokenNotRecognised

    def keys(self, beginning: str) -> list[TokenKey]:
        """Return the encryption keys whose label is ``beginning`` and a number, in the order of the numbers."""
        found = self._found({Attribute.KEY_TYPE: KeyType.AES})
        labelled = [(one.label.removeprefix(beginning), one) for one in found if one.label.startswith(beginning)]
        numbered = [(int(rest), one.id, one) for rest, one in labelled if rest.isdecimal()]
        return [one for *_order, one in sorted(numbered, key=lambda each: each[:2])]

    def key(self, key_id: str) -> TokenKey | None:
        """Return the encryption key of an identifier, if there is one."""
        try:
            sought = bytes.fromhex(key_id)
        except ValueError:
            return None
        found = self._found({Attribute.KEY_TYPE: KeyType.AES, Attribute.ID: sought}) if sought else []
        return next(iter(found), None)

    def make_key(self, label: str) -> TokenKey:
        """Make an AES-256 key with an identifier of its own."""
        return self._made(KeyType.AES, label, MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT)

    def labelled(self, label: str) -> list[TokenKey]:
        """Return the keys and secrets of a label: one, or none; more only if two machines made the first at once."""
        return sorted(self._found({Attribute.LABEL: label}), key=lambda one: one.id)

    def make_secret(self, label: str) -> TokenKey:
        """Make a secret of 256 bits that the token uses for HMAC only."""
        return self._made(KeyType.GENERIC_SECRET, label, MechanismFlag.SIGN)

    def cipher(self, key: TokenKey) -> TokenCipher:
        """Return what seals and opens with a key, in the token."""
        return TokenCipher(key)

    def hmac(self, secret: TokenKey, message: bytes) -> bytes:
        """Return HMAC-SHA-256 of a message, computed in the token."""
        return secret.sign(message, mechanism=Mechanism.SHA256_HMAC)

    def _found(self, sought: dict[Attribute, Any]) -> list[TokenKey]:
        return cast(
            list[TokenKey], list(self._session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, **sought}))
        )

    def _made(self, kind: KeyType, label: str, capabilities: MechanismFlag) -> TokenKey:
        made = self._session.generate_key(
            kind,
            256,
            id=secrets.token_bytes(8),
            label=label,
            store=True,
            capabilities=capabilities,
            template=_NEVER_OUT,
        )
        return cast(TokenKey, made)


class Token:
    """The one session of this process with a token: opened when first needed, and anew after the token was away."""

    def __init__(self, module: str, label: str, pin_file: Path) -> None:
        self._module, self._label, self._pin_file = module, label, pin_file
        self._lock = Lock()  # neither a session nor the module bears two threads
        self._held: Held | None = None
        self._refused: tuple[int, ...] = ()

    def using(self, act: Callable[[Held], Result]) -> Result:
        """Return what an act on the token's objects returns; raises ``KeysUnavailable`` when the token fails."""
        with self._lock, answering():
            try:
                if self._held is not None:
                    with suppress(PKCS11Error):  # it was away, and may be back
                        self._held.check_answers()
                        return act(self._held)
                    self._close()
                self._held = self._opened()
                return act(self._held)
            except PKCS11Error as error:
                self._close()
                _log.error("the token of the keys does not answer: %s", type(error).__name__)
                raise KeysUnavailable from None

    def close(self) -> None:
        """Leave the token: the next act opens it again."""
        with self._lock:
            self._close()

    def _opened(self) -> Held:
        as_it_is = stamp(self._pin_file)
        if as_it_is == self._refused:
            _log.error("the token refused this PIN: it is not tried again until its file changes")
            raise PermissionError
        if self._pin_file.stat().st_mode & 0o077:
            _log.error("the file of the PIN can be read by others: chmod 600")
            raise PermissionError
        token = pkcs11.lib(self._module).get_token(token_label=self._label)
        try:
            return Held(token.open(user_pin=self._pin_file.read_text().strip(), rw=True))
        except _REFUSED_PIN:
            self._refused = as_it_is  # after a few wrong ones a token locks itself
            raise

    def _close(self) -> None:
        """Forget the module's whole state, sessions and list of tokens: it is read anew by ``pkcs11.lib``."""
        self._held = None
        with suppress(PKCS11Error):
            pkcs11.lib(self._module).finalize()


@cache
def token_of_process(module: str, label: str, pin_file: Path) -> Token:
    """Return the one session of this process."""
    return Token(module, label, pin_file)
