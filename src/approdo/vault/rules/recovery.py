# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people of three, and a sealed copy, give the keyring back when its machine is lost (security.md, P10).

The copy is sealed with HPKE (RFC 9180) to a public key, so that it can be made anew whenever a key changes and nobody's
share is needed. Its private key is nowhere: only three shares of it on paper (SLIP-39: words with a checksum), any two
of which rebuild it while one tells nothing.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORD_INDEX_MAP

from approdo.kit.errors import Refusal
from approdo.kit.words import mark as _

NEEDED, SHARES = 2, 3
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_INFO = b"approdo: copy of a keyring, 1"
_CHECKSUM = _("Le parole non tornano: una è sbagliata, manca o è fuori posto. Ricontrolla la quota, parola per parola.")
_UNKNOWN = _("C'è una parola che in nessuna quota può esserci.")
_TWICE = _("È due volte la stessa quota: ne servono due diverse, di due persone.")
_OTHER_SET = _("Le due quote non sono della stessa serie: guarda il numero in cima ai fogli.")
_OTHER_COPY = _(
    "Queste quote non aprono questa copia: sono di un'altra installazione, oppure di una serie più vecchia o più nuova."
)
_NO_COPY = _("Questo file non è una copia sigillata delle chiavi, oppure è danneggiato.")


class RecoveryRefused(Refusal):
    """Shares or a copy from which no keyring can be rebuilt; ``word`` is the place, from 1, of a word that is none."""

    status = 422
    code = "recovery_refused"

    def __init__(self, sentence: str, word: int | None = None) -> None:
        super().__init__(sentence)
        self.word = word


@dataclass(frozen=True, slots=True)
class Kept:
    """What a keyring holds: the keys of each organisation, as they are written, and the ledger of the erased."""

    organisations: dict[str, Any]
    erased: frozenset[UUID]

    def document(self) -> bytes:
        """Return it as it is sealed."""
        erased = sorted(map(str, self.erased))
        return json.dumps({"organisations": self.organisations, "erased": erased}).encode()


def new_recovery() -> tuple[bytes, tuple[str, ...]]:
    """Return a new public key, and three shares of its private key, which is kept nowhere."""
    private = X25519PrivateKey.generate()
    (shares,) = generate_mnemonics(1, [(NEEDED, SHARES)], private.private_bytes_raw())
    return private.public_key().public_bytes_raw(), tuple(shares)


def series(public: bytes) -> str:
    """Return by what people tell one set of shares from another: eight signs, which give nothing away."""
    return sha256(public).hexdigest()[:8].upper()


def seal_copy(public: bytes, kept: Kept) -> str:
    """Return a copy of a keyring that only two shares open; ``is_copy_of`` tells whether it is of today."""
    clear = kept.document()
    sealed = _SUITE.encrypt(clear, X25519PublicKey.from_public_bytes(public), _INFO)
    return json.dumps(
        {
            "approdo": "copy of a keyring, 1",
            "for": base64.b64encode(public).decode(),
            "of": sha256(clear).hexdigest(),  # says nothing: what is in there holds 256 bits of chance for each key
            "sealed": base64.b64encode(sealed).decode(),
        }
    )


def is_copy_of(copy: str, public: bytes, kept: Kept) -> bool:
    """Tell whether a copy was made for these shares, of this very keyring."""
    try:
        held = json.loads(copy)
        return bool(base64.b64decode(held["for"]) == public and held["of"] == sha256(kept.document()).hexdigest())
    except (ValueError, LookupError, TypeError):
        return False


def check_share(words: str) -> str:
    """Return a share as it is written, one blank between words; raises ``RecoveryRefused`` when it is none."""
    typed = words.casefold().replace(",", " ").split()
    for place, word in enumerate(typed, start=1):
        if word not in WORD_INDEX_MAP:
            raise RecoveryRefused(_UNKNOWN, place)
    try:
        Share.from_mnemonic(" ".join(typed))
    except MnemonicError:
        raise RecoveryRefused(_CHECKSUM) from None
    return " ".join(typed)


def rebuilt(shares: Sequence[str]) -> X25519PrivateKey:
    """Return the private key that two shares make; raises ``RecoveryRefused``."""
    one, other = (Share.from_mnemonic(check_share(words)) for words in shares)
    if one.common_parameters() != other.common_parameters():
        raise RecoveryRefused(_OTHER_SET)
    if one.index == other.index:
        raise RecoveryRefused(_TWICE)
    try:
        return X25519PrivateKey.from_private_bytes(combine_mnemonics([one.mnemonic(), other.mnemonic()]))
    except (MnemonicError, ValueError):
        raise RecoveryRefused(_OTHER_SET) from None


def open_copy(private: X25519PrivateKey, copy: str) -> Kept:
    """Return the keyring that was sealed; raises ``RecoveryRefused`` for another's copy and for a damaged one."""
    try:
        held = json.loads(copy)
        made_for, sealed = base64.b64decode(held["for"]), base64.b64decode(held["sealed"])
    except (ValueError, LookupError, TypeError):
        raise RecoveryRefused(_NO_COPY) from None
    if made_for != private.public_key().public_bytes_raw():
        raise RecoveryRefused(_OTHER_COPY)
    try:
        clear = json.loads(_SUITE.decrypt(sealed, private, _INFO))
    except (InvalidTag, ValueError):
        raise RecoveryRefused(_NO_COPY) from None
    return Kept(clear["organisations"], frozenset(map(UUID, clear["erased"])))
