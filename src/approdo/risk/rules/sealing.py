# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file for licensees: an instrument's text under a key that the rights holder gives, what it is in clear before it.

Three lines: what the file is; the header in JSON; base64 of AES-256-GCM (NIST SP 800-38D), which authenticates the
two lines before it. The key comes from the licence key by scrypt (RFC 7914; 32 MiB each time); its cost is the
format's, never the file's: no file can ask for more than that.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from approdo.kit.words import mark
from approdo.protocols.rules import SIZE_LIMIT, write

FIRST_LINE = b"APPRODO-INSTRUMENT 1"
SHORTEST_KEY = 20
"""Letters of a licence key; it is made by chance and copied, never thought out."""
LONGEST_LICENSEE = 120
SEALED_LIMIT = SIZE_LIMIT * 4 // 3 + 4_096
"""Bytes of a sealed file: base64 of the largest text, and its header."""
_SALT, _NONCE = 16, 12
_COST = {"length": 32, "n": 2**15, "r": 8, "p": 1}
_IN_CLEAR = ("code", "title", "version", "expires")


@dataclass(frozen=True, slots=True)
class Header:
    """What a sealed file says in clear; believed only once the key has opened it."""

    code: str
    title: str
    version: str
    licensee: str
    """Who holds the licence."""
    expires: str
    """Last day of the licence, ISO 8601."""
    salt: str
    nonce: str


class NotOpened(ValueError):
    """A sealed file that does not open; ``message`` says why in Italian, and holds nothing of it nor of the key."""

    def __init__(self, message: str) -> None:
        super().__init__("a sealed file that does not open")
        self.message = message


def is_sealed(content: bytes) -> bool:
    """Tell whether a file says that it is one of these, of whichever format."""
    return content.startswith(FIRST_LINE[:-1])


def seal(document: Mapping[str, Any], *, licensee: str, licence_key: str) -> bytes:
    """Return a file of an instrument without faults. Raises ``NotOpened`` for what could not be opened again."""
    key, to = _checked(licence_key), " ".join(licensee.split())
    if not to or len(to) > LONGEST_LICENSEE or not to.isprintable():
        raise NotOpened(mark("Scrivi in poche parole a chi è data la licenza."))
    if "expires" not in document:
        raise NotOpened(mark("Una licenza ha un ultimo giorno: scrivilo nello strumento, in «expires»."))
    text = write(document).encode()
    if len(text) > SIZE_LIMIT:
        raise NotOpened(mark("Il testo supera i 256 kB."))
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    said = {name: str(document[name]) for name in _IN_CLEAR}
    found = Header(**said, licensee=to, salt=_letters(salt), nonce=_letters(nonce))
    clear = FIRST_LINE + b"\n" + json.dumps(asdict(found), ensure_ascii=False).encode() + b"\n"
    return clear + base64.b64encode(_cipher(key, salt).encrypt(nonce, text, clear)) + b"\n"


def header(content: bytes) -> Header:
    """Return what a sealed file says of itself, not yet proved. Raises ``NotOpened``."""
    return _parts(content)[0]


def unseal(content: bytes, licence_key: str, today: date) -> tuple[Header, bytes]:
    """Return the header and the instrument's text. Raises ``NotOpened``: another key, a change, a licence run out."""
    (found, clear, body), key = _parts(content), _checked(licence_key)
    try:
        cipher = _cipher(key, _bytes(found.salt, _SALT))
        text = cipher.decrypt(_bytes(found.nonce, _NONCE), base64.b64decode(body, validate=True), clear)
    except (InvalidTag, ValueError):
        raise NotOpened(
            mark("Con questa chiave il file non si apre: la chiave è un'altra, o il file è stato cambiato.")
        ) from None
    if _day(found.expires) < today:
        raise NotOpened(mark("La licenza di questo file è scaduta: chiedine uno nuovo a chi ha i diritti."))
    return found, text


def agrees(found: Header, document: Mapping[str, Any]) -> bool:
    """Tell whether a header speaks of the document that was under it."""
    return all(getattr(found, name) == str(document.get(name, "")) for name in _IN_CLEAR)


def _parts(content: bytes) -> tuple[Header, bytes, bytes]:
    if len(content) > SEALED_LIMIT:
        raise NotOpened(mark("Il file è troppo grande per essere uno strumento."))
    lines = content.split(b"\n")
    try:
        first, said, body, rest = lines
        found = Header(**json.loads(said))
        _day(found.expires)
        whole = first == FIRST_LINE and not rest and all(isinstance(one, str) for one in asdict(found).values())
    except (ValueError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise NotOpened(mark("Questo file sigillato è rovinato, o è di un formato che qui non si conosce."))
    return found, first + b"\n" + said + b"\n", body


def _cipher(licence_key: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, **_COST).derive(licence_key.encode()))


def _checked(licence_key: str) -> str:
    """Return a licence key as it is derived from: without the blanks and line ends that copying adds."""
    key = "".join(licence_key.split())
    if len(key) < SHORTEST_KEY:
        raise NotOpened(mark("La chiave della licenza ha almeno 20 caratteri: copiala intera."))
    return key


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _letters(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: str, length: int) -> bytes:
    value = base64.b64decode(text, validate=True)
    if len(value) != length:
        raise ValueError
    return value
