# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shares for three custodians: shown, then in force and written down in one act: nobody makes others in silence."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from approdo.access.rules import SYSTEM
from approdo.access.services import as_system
from approdo.audit import services as audit
from approdo.vault import services as vault
from approdo.vault.rules import series


def make_shares(
    *, now: datetime, again: bool = False, shown: Callable[[str, tuple[str, ...]], None] = lambda _series, _shares: None
) -> tuple[str, tuple[str, ...]]:
    """Return the series and the three shares; the register knows the series.

    They are in force only when ``shown`` has shown them all: until then those of before open every copy, so that a
    terminal that closes midway loses nothing. Raises ``Conflict`` when there are some and nobody asked for others,
    ``KeysUnavailable``.
    """
    public, shares = vault.new_shares(again=again)
    shown(series(public), shares)
    with as_system(), transaction.atomic():
        vault.seal_copies_for(public)
        audit.record(actor=SYSTEM, verb="keys.shares", subject=f"series:{series(public)}", now=now)
    return series(public), shares
