# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What keeps the key-encryption keys: outside the database and its backups (security.md, P9)."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from approdo.kit.errors import Refusal
from approdo.kit.words import mark as _


class KeysUnavailable(Refusal):
    """Whoever keeps the keys does not answer: nothing sealed can be read now, and nothing is lost."""

    status = 503
    code = "keys_unavailable"
    sentence = _(
        "Adesso i dati protetti non si possono leggere né scrivere. Non è andato perso nulla, e le attivazioni"
        " funzionano: riprova fra qualche minuto."
    )


class Unreadable(Refusal):
    """A sealed value was changed, moved or erased; the answer does not say which."""

    status = 410
    code = "unreadable"
    sentence = _("Questo dato non si può più leggere.")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A case key as the database keeps it: which key-encryption key opens it, and the sealed bytes."""

    key_id: str
    sealed: bytes


class KeyProvider(Protocol):
    """A keyring, a hardware module or a key service; every act may raise ``KeysUnavailable``."""

    def install(self) -> None:
        """Make what must be there before the first key; called once, by ``approdo prepare``."""

    def wrap(self, organisation_id: int, case_id: UUID, key: bytes) -> Wrapped:
        """Wrap a case key with the organisation's newest key; makes the first one."""

    def unwrap(self, organisation_id: int, case_id: UUID, wrapped: Wrapped) -> bytes:
        """Return a case key; raises ``Unreadable`` for an erased case, an unknown key or changed bytes."""

    def rewrap(self, organisation_id: int, case_id: UUID, wrapped: Wrapped) -> Wrapped:
        """Return the same case key wrapped with the newest key; hands no key out, and is not counted as a reading."""

    def token_key(self, organisation_id: int) -> bytes:
        """Return the key of the organisation's search tokens: the same through every rotation."""

    def rotate(self, organisation_id: int) -> str:
        """Make a new newest key and return its identifier; the older ones still open what they wrapped."""

    def retire(self, organisation_id: int, in_use: Set[str]) -> int:
        """Destroy the organisation's older keys that wrap nothing any more; return how many."""

    def erase(self, case_id: UUID) -> None:
        """Write a case into the ledger of the erased, for good: no restored backup opens it again (P11)."""

    def erased(self) -> frozenset[UUID]:
        """Return the ledger."""
