# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shares for three custodians: made and written down in one act, so that nobody makes others in silence."""

from datetime import datetime

from django.db import transaction

from approdo.access.rules import SYSTEM
from approdo.access.services import as_system
from approdo.audit import services as audit
from approdo.vault import services as vault
from approdo.vault.rules import series


def make_shares(*, now: datetime, again: bool = False) -> tuple[str, tuple[str, ...]]:
    """Return the series and the three shares; the register knows the series.

    Raises ``Conflict`` when there are some and nobody asked for others, ``KeysUnavailable``.
    """
    with as_system(), transaction.atomic():
        public, shares = vault.make_shares(again=again)
        audit.record(actor=SYSTEM, verb="keys.shares", subject=f"series:{series(public)}", now=now)
    return series(public), shares
