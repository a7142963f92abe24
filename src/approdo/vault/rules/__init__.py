# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a value is sealed, how a key is wrapped, and by which keyed beginnings a name is found."""

from approdo.vault.rules.providers import KeyProvider, KeysUnavailable, Unreadable, Wrapped
from approdo.vault.rules.sealing import CaseKey, Place, new_key, unwrap, wrap
from approdo.vault.rules.tokens import beginnings_of, token, words_of

__all__ = [
    "CaseKey",
    "KeyProvider",
    "KeysUnavailable",
    "Place",
    "Unreadable",
    "Wrapped",
    "beginnings_of",
    "new_key",
    "token",
    "unwrap",
    "words_of",
    "wrap",
]
