# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keyed beginnings of names, and pseudonyms: what finds without a name in the database (security.md, P12).

Whoever holds the database without the key learns which names of one organisation share a beginning, and nothing more;
two organisations' tokens have nothing in common (docs/explanation/threat-model.md).
"""

import unicodedata
from hashlib import blake2b

SHORTEST = 3
LONGEST = 24
"""Beginnings longer than this find what this many letters find."""


def words_of(name: str) -> list[str]:
    """Return the words of a name as they are compared: no accents, no case, nothing but letters and digits.

    An apostrophe joins («D'Amico» is *damico*), everything else that is no letter parts.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign) and sign not in "'’ʼ`")
    return "".join(sign if sign.isalnum() else " " for sign in kept).split()


def beginnings_of(name: str) -> frozenset[str]:
    """Return every beginning, from three letters on, of every word of a name."""
    return frozenset(
        word[:length] for word in words_of(name) for length in range(SHORTEST, min(len(word), LONGEST) + 1)
    )


def token(key: bytes, beginning: str) -> int:
    """Return a signed 64-bit number that stands for a beginning under a key."""
    return int.from_bytes(blake2b(beginning.encode(), digest_size=8, key=key).digest(), signed=True)


def pseudonym(key: bytes, identifier: str) -> str:
    """Return 32 hexadecimal digits that stand for an identifier under a key, and are no beginning of a name."""
    return blake2b(identifier.encode(), digest_size=16, key=key, person=b"pseudonym").hexdigest()
