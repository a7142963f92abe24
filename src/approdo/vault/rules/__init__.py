# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a value is sealed, a key wrapped, a lost keyring rebuilt; by which keyed beginnings a name is found."""

from approdo.vault.rules.providers import KeyProvider, KeysUnavailable, Unreadable, Wrapped
from approdo.vault.rules.recovery import (
    Kept,
    RecoveryRefused,
    check_share,
    is_copy_of,
    new_recovery,
    open_copy,
    rebuilt,
    seal_copy,
    series,
)
from approdo.vault.rules.sealing import CaseKey, Cipher, Place, new_key, unwrap, wrap
from approdo.vault.rules.tokens import beginnings_of, pseudonym, token, words_of

__all__ = [
    "CaseKey",
    "Cipher",
    "Kept",
    "KeyProvider",
    "KeysUnavailable",
    "Place",
    "RecoveryRefused",
    "Unreadable",
    "Wrapped",
    "beginnings_of",
    "check_share",
    "is_copy_of",
    "new_key",
    "new_recovery",
    "open_copy",
    "pseudonym",
    "rebuilt",
    "seal_copy",
    "series",
    "token",
    "unwrap",
    "words_of",
    "wrap",
]
