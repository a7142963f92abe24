# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A woman who comes back is found by her name: only where one may read it anyway (security.md, P12 and T5)."""

from datetime import datetime

from approdo.access.rules import Actor, acting
from approdo.audit import services as audit
from approdo.cases.selectors import CasePage
from approdo.persons import selectors as persons
from approdo.usecases import record

MOST = 20
"""Cases shown for one search."""


def by_name(*, actor: Actor, typed: str, now: datetime) -> tuple[tuple[CasePage, ...], bool]:
    """Return the cases in which every word typed begins a word of her name, and whether there are more.

    Among those whose name the actor may read at this instant; that she looked is written down, never what she typed.
    Raises ``Invalid`` when no word has three letters, ``KeysUnavailable``.
    """
    _operator_id, service_id = acting(actor)
    candidates = persons.cases_named(actor, typed)
    read = [case for case_id in candidates if (case := record.named_in(actor, case_id, now)) is not None]
    audit.record(
        actor=actor, verb="case.search", subject=f"service:{service_id}", now=now, detail={"found": len(read[:MOST])}
    )
    return tuple(read[:MOST]), len(read) > MOST
